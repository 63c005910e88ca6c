//! The item graph: references, edges, and legal homes of impls.

use cleave_syntax::item::{ItemKind, PathContext, PathUse};
use cleave_syntax::{CrateId, ItemId, ModuleId, Name, TextRange, UseLeafId, Workspace};
use smallvec::SmallVec;

/// What resolving a workspace yields.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// Every path of every item, by item, then by its index in [`Item::paths`](cleave_syntax::Item::paths).
    /// A path found in several namespaces has several references.
    pub references: Vec<Reference>,
    /// What every leaf of every `use` leads to, by leaf id. A leaf may mean a type, a value and a macro at once.
    pub leaves: Vec<Vec<Resolution>>,
    /// Distinct edges between nodes, by item id: what each depends on, ascending, without itself. A method's edges are
    /// its own; the impl's do not repeat them.
    pub edges: Vec<Vec<ItemId>>,
    /// Weak edges: inherent methods that items may call by name alone (`.name(…)`).
    pub calls: Calls,
    /// What can't be parted. Ordered.
    ///
    /// - Items that build a `#[non_exhaustive]` type of their crate as only that crate may, where no function could do it
    ///   for them, each with the type.
    /// - Blanket impls that keep clear of other impls of their trait, each with what its bounds name.
    /// - Macro calls, each with what the impls that they write have to stand beside.
    /// - Who names one of several macros of one name, with that macro.
    pub bound: Vec<(ItemId, ItemId)>,
    /// What derives of other crates are written on, or macro calls that write such derives, each with a trait of its crate
    /// that the derive is called like. Only in crates that name themselves by `extern crate self as …`. Ordered; these are
    /// edges too.
    pub derived: Vec<(ItemId, ItemId)>,
    /// Where a `#[non_exhaustive]` type of the same crate is built as only that crate may, and a function beside the type
    /// could do it from another one. Ordered by user, type and place.
    pub built: Vec<Built>,
    /// Where a `#[non_exhaustive]` type of the same crate is matched as only that crate may. Ordered by user and type.
    pub closed: Vec<Closed>,
    /// Arms that made room for more variants, where a `#[non_exhaustive]` type of another crate of the workspace is matched:
    /// each with its user and the type, from the end of the arm before it. Ordered by user and type.
    pub room: Vec<(ItemId, ItemId, TextRange)>,
    /// Macros that call methods whose names their callers hand over, and those that hand them on, ascending.
    pub handed: Vec<ItemId>,
    /// For every impl, by item id: the local types and traits in whose crate it may stand by the orphan rule
    /// (its type first, then its trait, then the trait's type arguments). An inherent impl has its type only.
    /// For a call at module level of a macro of the workspace that writes impls: where those may stand, by item id.
    /// Empty for all else.
    pub anchors: Vec<Vec<ItemId>>,
    /// Inherent methods by the type they belong to are `Item::methods` of its impls; this is each type's (or trait's)
    /// impls, by the item id of the type or trait.
    pub implementations: Vec<Vec<ItemId>>,
}

/// Which inherent methods each item may call by name. More than it calls: types are not inferred.
#[derive(Debug, Clone, Default)]
pub struct Calls {
    /// Methods that a call can't tell from one another, ascending: one name, as many arguments, seen from one place.
    pub(crate) groups: Vec<Vec<ItemId>>,
    /// By item id.
    pub(crate) items: Vec<Called>,
}

/// What one item may call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Called {
    /// Any method of these groups.
    pub(crate) groups: SmallVec<[u32; 2]>,
    /// Methods of a receiver whose type is known, ascending.
    pub(crate) methods: Vec<ItemId>,
}

/// A path in the text and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Where it stands.
    pub place: Place,
    /// What it means, and how.
    pub resolution: Resolution,
}

/// Where a path stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// In an item: index into its `paths`.
    Item(ItemId, u32),
    /// In a module's header (inner docs and attributes): index into its `paths`.
    Header(ModuleId, u32),
}

impl Place {
    /// The path that stands there.
    pub fn path(self, workspace: &Workspace) -> &PathUse {
        match self {
            Place::Item(item, index) => &workspace.item(item).paths[index as usize],
            Place::Header(module, index) => &workspace.module(module).paths[index as usize],
        }
    }

    /// The module around the item, or that with the header.
    pub fn module(self, workspace: &Workspace) -> ModuleId {
        match self {
            Place::Item(item, _) => workspace.item(item).module,
            Place::Header(module, _) => module,
        }
    }
}

/// What a path means, and every name looked up on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// What it means.
    pub target: Target,
    /// Each name that was looked up in a module of this workspace, in order. `crate`, `self`, `super` and `Self` are
    /// not lookups. For `crate::a::X` where `a` has `pub use b::X`: (root, `a`) finds the module, (`a`, `X`) finds a leaf.
    /// What the leaf itself looks up is in [`Graph::leaves`]. For a glob that brings `X` in: first the lookup that finds
    /// the glob leaf, then the one in the module (or enum) that the glob names.
    pub lookups: Lookups,
    /// How many segments were used; the rest (associated items, variants, fields) are members of the target.
    pub used: u32,
}

/// What was looked up on the way, mostly one name.
pub type Lookups = SmallVec<[Lookup; 1]>;

/// One name looked up in one module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lookup {
    /// Where it was looked for.
    pub module: ModuleId,
    /// The name.
    pub name: Name,
    /// In which namespace it was found.
    pub namespace: Namespace,
    /// What was found there.
    pub found: Found,
}

/// A `#[non_exhaustive]` type or variant built by its name with all its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The item that it stands in.
    pub user: ItemId,
    /// The type that it builds.
    pub target: ItemId,
    /// The variant, of an enum.
    pub variant: Option<String>,
    /// The name that leads to the constructor, in the file of the item: the variant's, or the end of the struct's path.
    pub name: TextRange,
    /// How it is written.
    pub form: BuiltForm,
}

/// How something is built by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuiltForm {
    /// `Name`, of what has no fields.
    Unit,
    /// `Name(…)`, or `Name` handed on as a function.
    Tuple,
    /// `Name { … }`.
    Fields {
        /// The braces, each with the blanks inside of it.
        braces: (TextRange, TextRange),
        /// The fields in the order in which they are written, each with the range of its name and colon; that is empty
        /// where the field is named like the variable.
        fields: Vec<(String, TextRange)>,
    },
}

/// A match or pattern that leaves no room for more variants or fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// The item that it stands in.
    pub user: ItemId,
    /// The type that it takes apart.
    pub target: ItemId,
    /// The last arm or field, in the file of the item; the opening brace where there is no field.
    pub range: TextRange,
    /// What would make room.
    pub opening: Opening,
    /// Where the condition stands under which an arm takes all: room is needed without it.
    pub unless: Option<TextRange>,
}

impl Closed {
    /// The arm that makes room.
    pub const ARM: &str = "_ => unreachable!(\"every variant is above\"),";
}

/// What makes room in a match or pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// A wildcard arm.
    Arm,
    /// The same, after a comma that is not there yet.
    ArmAfterComma,
    /// `, ..` after the last field.
    Rest,
    /// `..` after the comma of the last field.
    RestAfterComma,
    /// `..` where there is no field.
    RestAlone,
    /// `{ .. }` behind the name of what has no fields.
    Unit,
}

/// What a name is bound to in a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Found {
    /// An item defined there (also a `mod` item: then the target or the next lookup is in the module it declares; also
    /// the opaque macro call that defines the name).
    Item(ItemId),
    /// A `use` leaf or `extern crate` that binds the name.
    Leaf(UseLeafId),
    /// A glob leaf that brings the name in.
    Glob(UseLeafId),
}

/// What a path means.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// An item; for a variant its enum; for an associated item of a type the type, or the method's own item
    /// where the type has exactly one inherent method of that name.
    Item(ItemId),
    /// A module.
    Module(ModuleId),
    /// Something in another crate: the name in source of that crate (`serde`, `std`).
    External(Name),
    /// The root of another crate of the workspace, or this crate's.
    CrateRoot(CrateId),
    /// A primitive type, a built-in attribute or macro, a prelude name, a generic parameter, `Self` in a trait.
    Builtin,
    /// Not found, in a module where an opaque macro call may have defined it.
    Opaque(ItemId),
    /// Not found.
    Unresolved,
}

/// [`Graph::macros_run_by`], given the references of each item.
pub(crate) fn macros_run_by<'r>(
    workspace: &Workspace,
    call: ItemId,
    references_of: impl Fn(ItemId) -> &'r [Reference],
) -> Vec<ItemId> {
    let mut found = Vec::new();
    let mut at = call;
    let mut seen = 0;
    loop {
        // What is handed over may be the name of the macro to call.
        for reference in references_of(at) {
            if let Target::Item(id) = reference.resolution.target
                && workspace.item(id).kind == ItemKind::MacroRules
                && !Graph::is_doc(workspace, reference.place)
                && !found.contains(&id)
            {
                found.push(id);
            }
        }
        let Some(next) = found.get(seen) else {
            return found;
        };
        at = *next;
        seen += 1;
    }
}

/// Rust's namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Namespace {
    /// Types, traits, modules, crates.
    Type,
    /// Functions, constants, statics, constructors.
    Value,
    /// Macros, derives, attributes.
    Macro,
}

impl Graph {
    /// What `self` is in an impl or a method of it: the impl's type, or its trait where the type is not the workspace's.
    pub fn own_type(&self, workspace: &Workspace, id: ItemId) -> Option<ItemId> {
        let around = workspace.item(id).parent.unwrap_or(id);
        self.anchors[around.index()].first().copied()
    }

    /// What an item depends on.
    pub fn edges_of(&self, item: ItemId) -> &[ItemId] {
        &self.edges[item.index()]
    }

    /// Which inherent methods an item may call by name, ascending, without those it names by path.
    pub fn calls_of(&self, item: ItemId) -> Vec<ItemId> {
        self.called(item, &self.calls.groups)
    }

    /// The same for every item at once, of some methods only: by item id.
    pub fn calls_among(&self, wanted: impl Fn(ItemId) -> bool) -> Vec<Vec<ItemId>> {
        let few =
            |methods: &Vec<ItemId>| methods.iter().copied().filter(|id| wanted(*id)).collect();
        let groups: Vec<Vec<ItemId>> = self.calls.groups.iter().map(few).collect();
        let all = (0..self.calls.items.len()).map(ItemId::new);
        all.map(|item| {
            let mut called = self.called(item, &groups);
            called.retain(|id| wanted(*id));
            called
        })
        .collect()
    }

    /// The words by which an item may call methods: those that it hands to macros that call what they are handed.
    pub fn words_called<'w>(
        &self,
        workspace: &'w Workspace,
        item: ItemId,
    ) -> impl Iterator<Item = &'w str> {
        let mut needs = self.edges_of(item).iter();
        let hands = needs.any(|of| self.handed.binary_search(of).is_ok());
        let words = hands.then(|| crate::resolve::handed::words(workspace, item));
        words
            .into_iter()
            .flatten()
            .map(|path| path.segments[0].name.as_str())
    }

    fn called(&self, item: ItemId, groups: &[Vec<ItemId>]) -> Vec<ItemId> {
        let Some(called) = self.calls.items.get(item.index()) else {
            return Vec::new();
        };
        let grouped = called
            .groups
            .iter()
            .flat_map(|group| &groups[*group as usize]);
        let named = self.edges_of(item);
        let mut found: Vec<ItemId> = called
            .methods
            .iter()
            .chain(grouped)
            .copied()
            .filter(|method| *method != item && named.binary_search(method).is_err())
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether a place is in documentation: in a link, or in a doc test. Nothing depends on what stands there.
    pub fn is_doc(workspace: &Workspace, place: Place) -> bool {
        let context = place.path(workspace).context;
        matches!(context, PathContext::DocLink | PathContext::DocTest)
    }

    /// Whether a place is the path of a macro that is called.
    pub fn is_macro_path(workspace: &Workspace, place: Place) -> bool {
        place.path(workspace).context == PathContext::Macro
    }

    /// The macros of the workspace that a call runs: the one that it names, and those that this one calls in turn.
    pub fn macros_run_by(&self, workspace: &Workspace, call: ItemId) -> Vec<ItemId> {
        macros_run_by(workspace, call, |id| self.references_of(id))
    }

    /// An item's references.
    pub fn references_of(&self, item: ItemId) -> &[Reference] {
        let start = self
            .references
            .partition_point(|reference| reference.place < Place::Item(item, 0));
        let end = self
            .references
            .partition_point(|reference| reference.place <= Place::Item(item, u32::MAX));
        &self.references[start..end]
    }
}
