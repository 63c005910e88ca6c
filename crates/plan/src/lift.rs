//! Inherent methods that leave their impl for an extension trait, which can live in a crate above their type (row C6).
//!
//! A method that is to be lifted is a node of its own: it needs its type and what it names, and whoever may call it
//! needs it. Types are not inferred, so *may* is by name; a plan can only be too careful.

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::graph::{Found, Target};
use cleave_graph::{Graph, api};
use cleave_syntax::item::{Binding, ItemKind, Level};
use cleave_syntax::token::words;
use cleave_syntax::workspace::CrateKind;
use cleave_syntax::{CrateId, ItemId, ModuleId, Workspace};

use crate::order::Home;
use crate::plan::{Lift, Plan};

/// Which methods are to be lifted, and who may call them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lifts {
    /// By method that is still inherent: the index into [`Plan::lifts`].
    pub methods: BTreeMap<ItemId, usize>,
    /// By item: those that it may call without naming them.
    calls: BTreeMap<ItemId, Vec<ItemId>>,
}

impl Lifts {
    /// What the plan says of today's source.
    pub fn of(plan: &Plan, workspace: &Workspace, graph: &Graph, crates: &[CrateId]) -> Self {
        Self::of_methods(pending(plan, workspace, crates), graph)
    }

    /// The methods alone, for who does not ask who calls them.
    pub fn without_calls(plan: &Plan, workspace: &Workspace, crates: &[CrateId]) -> Self {
        Self {
            methods: pending(plan, workspace, crates),
            calls: BTreeMap::new(),
        }
    }

    /// As if some methods were to be lifted.
    pub(crate) fn of_methods(methods: BTreeMap<ItemId, usize>, graph: &Graph) -> Self {
        let mut calls: BTreeMap<ItemId, Vec<ItemId>> = BTreeMap::new();
        if !methods.is_empty() {
            let called = graph.calls_among(|id| methods.contains_key(&id));
            for (index, lifted) in called.into_iter().enumerate() {
                if !lifted.is_empty() {
                    calls.insert(ItemId::new(index), lifted);
                }
            }
        }
        Self { methods, calls }
    }

    /// Whether an inherent method is to be lifted.
    pub fn is_lifted(&self, id: ItemId) -> bool {
        self.methods.contains_key(&id)
    }

    /// What moves with an item: a method's impl, but for one that is lifted.
    pub(crate) fn node(&self, workspace: &Workspace, id: ItemId) -> ItemId {
        let parent = workspace.item(id).parent;
        parent.filter(|_| !self.is_lifted(id)).unwrap_or(id)
    }

    /// An item with its methods outside tests that move along.
    pub(crate) fn parts(&self, workspace: &Workspace, id: ItemId) -> Vec<ItemId> {
        let methods = workspace.item(id).methods.iter().copied();
        let along = methods.filter(|part| !workspace.item(*part).is_test && !self.is_lifted(*part));
        std::iter::once(id).chain(along).collect()
    }

    /// What one item needs: as its paths say, and what it may call of what is lifted.
    pub(crate) fn edges<'a>(
        &'a self,
        graph: &'a Graph,
        id: ItemId,
    ) -> impl Iterator<Item = ItemId> + 'a {
        let called = self.calls.get(&id).into_iter().flatten();
        graph.edges_of(id).iter().chain(called).copied()
    }

    /// Non-test lines of an item without its methods that are lifted, or of one of these.
    pub fn lines_of(&self, workspace: &Workspace, id: ItemId) -> usize {
        let item = workspace.item(id);
        let lines = |id: ItemId| {
            let item = workspace.item(id);
            let file = workspace.file(workspace.module(item.module).file);
            file.line_count(item.full)
        };
        if self.is_lifted(id) {
            return lines(id);
        }
        let gone = item
            .methods
            .iter()
            .filter(|method| self.is_lifted(**method));
        let gone: usize = gone.map(|method| lines(*method)).sum();
        workspace.lines_of(id).saturating_sub(gone)
    }
}

fn items<'a>(workspace: &'a Workspace, crates: &'a [CrateId]) -> impl Iterator<Item = ItemId> + 'a {
    crates.iter().flat_map(|krate| workspace.items_of(*krate))
}

/// The methods of the plan's lifts that are still inherent.
pub fn pending(plan: &Plan, workspace: &Workspace, crates: &[CrateId]) -> BTreeMap<ItemId, usize> {
    let mut by_path: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, lift) in plan.lifts.iter().enumerate() {
        by_path.extend(lift.methods.iter().map(|path| (path.as_str(), index)));
    }
    if by_path.is_empty() {
        return BTreeMap::new();
    }
    items(workspace, crates)
        .filter(|id| is_method(workspace, *id))
        .filter_map(|id| Some((id, *by_path.get(workspace.path_of(id).as_str())?)))
        .collect()
}

fn is_method(workspace: &Workspace, id: ItemId) -> bool {
    let item = workspace.item(id);
    item.parent.is_some() && item.kind == ItemKind::Fn && !item.is_test
}

/// Whether the trait of a lift is there.
pub fn is_done(lift: &Lift, workspace: &Workspace, crates: &[CrateId]) -> bool {
    items(workspace, crates)
        .any(|id| workspace.item(id).kind == ItemKind::Trait && workspace.path_of(id) == lift.name)
}

/// Attributes that a method or impl may have and be lifted: those that no macro reads the whole from.
const HARMLESS: &[&str] = &[
    "allow",
    "cfg",
    "cold",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "inline",
    "must_use",
    "rustfmt::skip",
    "track_caller",
    "warn",
];

/// Methods that types have by traits in scope everywhere: one of these in a trait would be one of two.
const EVERYWHERE: &[&str] = &[
    "as_mut",
    "as_ref",
    "borrow",
    "borrow_mut",
    "by_ref",
    "clone",
    "clone_from",
    "cmp",
    "default",
    "drop",
    "eq",
    "extend",
    "fmt",
    "from",
    "from_iter",
    "from_str",
    "hash",
    "into",
    "into_iter",
    "ne",
    "next",
    "partial_cmp",
    "to_owned",
    "to_string",
    "try_from",
    "try_into",
    "type_id",
];

/// Why an inherent method can't be lifted; nothing where it can.
pub fn obstacle(workspace: &Workspace, id: ItemId) -> Option<&'static str> {
    let item = workspace.item(id);
    let parent = workspace.item(item.parent?);
    let file = workspace.file(workspace.module(item.module).file);
    let words = &file.text[item.visibility.range.end as usize..item.name_range.start as usize];
    let says = |word: &str| words.split_whitespace().any(|other| other == word);
    let harmless = |attribute: &cleave_syntax::item::Attribute| {
        HARMLESS.contains(&attribute.path.as_str())
            || attribute.path.starts_with("clippy::")
            || attribute.path.starts_with("rustfmt::")
    };
    let mut attributes = item.attributes.iter().chain(&parent.attributes);
    if says("const") {
        Some("a trait has no `const fn`")
    } else if says("default") {
        Some("it is a default of a specialization")
    } else if !attributes.all(harmless) {
        Some("an attribute of it or its impl may be a macro that reads the whole impl")
    } else if EVERYWHERE.contains(&item.name.as_str()) {
        Some("a trait that is in scope everywhere has a method of this name")
    } else if (says("async")
        || returns_impl(&file.text[item.name_range.end as usize..item.range.end as usize]))
        && head(workspace, item.parent?).contains('\'')
    {
        Some("it returns `impl Trait`, and a trait can't say how long what its type borrows lives")
    } else {
        None
    }
}

/// Whether a function returns `impl Trait`, by its text behind the name.
fn returns_impl(text: &str) -> bool {
    let (mut angles, mut round) = (0_i32, 0_i32);
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '<' => angles += 1,
            '>' if before != '-' => angles -= 1,
            '(' => round += 1,
            ')' => round -= 1,
            '{' | ';' => return false,
            _ => {}
        }
        before = c;
        if c == ')' && round == 0 && angles == 0 {
            let output = &text[at..];
            let output = output.split('{').next().unwrap_or_default();
            let output = output.split(" where").next().unwrap_or_default();
            return words(output).any(|word| word == "impl");
        }
    }
    false
}

/// Methods of the types in some units that may be lifted without asking: those that no other package can see, that no
/// macro calls, and whose names no trait of the workspace has.
pub(crate) fn candidates(
    workspace: &Workspace,
    graph: &Graph,
    root: CrateId,
    is_wanted: &dyn Fn(ItemId) -> bool,
) -> BTreeSet<ItemId> {
    let shown = shown_types(workspace, graph, root);
    let mut by_macros: BTreeSet<&str> = BTreeSet::new();
    for item in &workspace.items {
        if item.is_exported_macro() {
            by_macros.extend(item.member_uses.iter().map(|member| member.name.as_str()));
            let last = item.paths.iter().filter_map(|path| path.segments.last());
            by_macros.extend(last.map(|segment| segment.name.as_str()));
        }
    }
    let traits = Traits::of(workspace, graph);
    let found = workspace.items_of(root).filter(|id| {
        let item = workspace.item(*id);
        let Some(parent) = item.parent else {
            return false;
        };
        let owner = graph.anchors[parent.index()].first();
        is_method(workspace, *id)
            && is_wanted(parent)
            && owner.is_some_and(|owner| {
                item.visibility.level != Level::Public || !shown.contains(owner)
            })
            && owner.is_some_and(|owner| !traits.has(*owner, &item.name))
            && !by_macros.contains(item.name.as_str())
            && obstacle(workspace, *id).is_none()
            && can_import(workspace, *id)
    });
    let mut found: BTreeSet<ItemId> = found.collect();
    // Methods of one path, which `cfg`s or arguments of the type tell apart, are one to a reader of the plan.
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for id in workspace
        .items_of(root)
        .filter(|id| is_method(workspace, *id))
    {
        *times.entry(workspace.path_of(id)).or_default() += 1;
    }
    found.retain(|id| times[&workspace.path_of(*id)] == 1);
    found
}

/// The workspace's own traits, by who implements them.
struct Traits<'a> {
    by_type: BTreeMap<ItemId, BTreeSet<&'a str>>,
    /// What any type may have.
    blanket: BTreeSet<&'a str>,
}

impl<'a> Traits<'a> {
    fn of(workspace: &'a Workspace, graph: &Graph) -> Self {
        let mut traits = Traits {
            by_type: BTreeMap::new(),
            blanket: BTreeSet::new(),
        };
        for index in 0..workspace.items.len() {
            let id = ItemId::new(index);
            let item = workspace.item(id);
            let Some(implementation) = &item.implementation else {
                continue;
            };
            let named = |at: Option<u32>| {
                let place = cleave_graph::Place::Item(id, at?);
                let mut found = graph.references_of(id).iter();
                let found = found.find(|reference| reference.place == place)?;
                match found.resolution.target {
                    Target::Item(item) => Some(item),
                    _ => None,
                }
            };
            let Some(trait_id) = named(implementation.trait_path) else {
                continue;
            };
            let members = workspace.item(trait_id).members.iter().map(String::as_str);
            match named(implementation.self_path) {
                Some(owner) => traits.by_type.entry(owner).or_default().extend(members),
                None => traits.blanket.extend(members),
            }
        }
        traits
    }

    /// Whether a type may have a method of this name by a trait.
    fn has(&self, owner: ItemId, name: &str) -> bool {
        let own = self.by_type.get(&owner);
        self.blanket.contains(name) || own.is_some_and(|names| names.contains(name))
    }
}

/// Whether all of the crate can name a trait that stands in the method's module, or nobody outside that module sees the
/// method.
fn can_import(workspace: &Workspace, id: ItemId) -> bool {
    let item = workspace.item(id);
    let mut at = item.module;
    while let Some(parent) = workspace.module(at).parent {
        let declaration = workspace.module(parent).items.iter();
        let mut declaration = declaration.filter(|id| workspace.item(**id).declares == Some(at));
        let hidden = declaration.any(|id| {
            matches!(
                workspace.item(*id).visibility.level,
                Level::Private | Level::Module | Level::Super | Level::In(_)
            )
        });
        // What the crate's root declares is seen by all of it.
        if hidden && workspace.module(parent).parent.is_some() {
            return matches!(item.visibility.level, Level::Private | Level::Module);
        }
        at = parent;
    }
    true
}

/// The types that other packages can get hold of: public ones of a library; not only those with a public path, since a
/// public function may return others.
fn shown_types(workspace: &Workspace, graph: &Graph, root: CrateId) -> BTreeSet<ItemId> {
    if workspace.krate(root).kind != CrateKind::Lib {
        return BTreeSet::new();
    }
    let mut shown: BTreeSet<ItemId> = BTreeSet::new();
    let mut pending: Vec<ItemId> = api::public_paths(workspace, graph, root)
        .into_values()
        .filter_map(|target| match target {
            Target::Item(item) => Some(item),
            _ => None,
        })
        .collect();
    while let Some(id) = pending.pop() {
        if !shown.insert(id) {
            continue;
        }
        pending.extend(seen_through(workspace, graph, id));
    }
    shown
}

/// What the signature of something public names, its public methods' included.
fn seen_through(workspace: &Workspace, graph: &Graph, id: ItemId) -> Vec<ItemId> {
    let impls = graph.implementations[id.index()].iter();
    let methods = impls.flat_map(|part| {
        let methods = workspace.item(*part).methods.iter();
        methods.filter(|method| workspace.item(**method).visibility.level == Level::Public)
    });
    let mut seen = Vec::new();
    for part in std::iter::once(&id).chain(methods) {
        for reference in graph.references_of(*part) {
            let cleave_graph::Place::Item(_, index) = reference.place else {
                continue;
            };
            let signature = workspace.item(*part).paths[index as usize].in_signature;
            if let (Target::Item(target), true) = (&reference.resolution.target, signature) {
                seen.push(workspace.item(*target).parent.unwrap_or(*target));
            }
        }
    }
    seen
}

/// Lifts for methods by the homes that were found for them: one trait for each impl and crate.
pub(crate) fn record(
    workspace: &Workspace,
    graph: &Graph,
    methods: &[(ItemId, Home)],
    name_of: &dyn Fn(Home) -> String,
) -> Vec<Lift> {
    let mut groups: BTreeMap<(ModuleId, String, Home), Vec<ItemId>> = BTreeMap::new();
    for (id, home) in methods {
        let Some(parent) = workspace.item(*id).parent else {
            continue;
        };
        let item = workspace.item(parent);
        let key = (item.module, head(workspace, parent), *home);
        groups.entry(key).or_default().push(*id);
    }
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut lifts: Vec<Lift> = Vec::new();
    for ((module, _, home), ids) in groups {
        let owner = workspace.item(ids[0]).parent;
        let own = owner.map_or("", |owner| workspace.item(owner).self_name());
        let name = free_name(workspace, graph, (module, own), &mut taken);
        lifts.push(Lift {
            name,
            methods: ids.iter().map(|id| workspace.path_of(*id)).collect(),
            to: name_of(home),
        });
    }
    lifts
}

/// The head of an impl, white space aside: what two impls that can share a trait have in common.
pub fn head(workspace: &Workspace, implementation: ItemId) -> String {
    let item = workspace.item(implementation);
    let file = workspace.file(workspace.module(item.module).file);
    let start = item
        .attributes
        .iter()
        .map(|attribute| attribute.range.end)
        .max();
    let start = start.unwrap_or(item.range.start).max(item.range.start) as usize;
    let end = (item.body.start as usize).saturating_sub(1).max(start);
    let text = &file.text[start..end];
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name that nothing in the module has.
fn free_name(
    workspace: &Workspace,
    graph: &Graph,
    (module, own): (ModuleId, &str),
    taken: &mut BTreeSet<String>,
) -> String {
    let value = workspace.module(module);
    let mut names: BTreeSet<String> = BTreeSet::new();
    for id in &value.items {
        let item = workspace.item(*id);
        names.insert(item.name.clone());
        names.extend(item.defines.iter().map(|it| it.name.clone()));
        for leaf in &item.leaves {
            if let Binding::Name(name) = &workspace.leaf(*leaf).binding {
                names.insert(name.clone());
            }
        }
    }
    // What a glob brings in may be hidden by a name, but not by an item that somebody means by it.
    for reference in &graph.references {
        for lookup in &reference.resolution.lookups {
            if lookup.module == module && matches!(lookup.found, Found::Glob(_)) {
                names.insert(lookup.name.to_string());
            }
        }
    }
    let path = |name: &str| match value.path.as_str() {
        "" => name.to_owned(),
        path => format!("{path}::{name}"),
    };
    let numbers = std::iter::once(String::new()).chain((2..).map(|number: u32| number.to_string()));
    let mut free = numbers
        .map(|number| format!("{own}Ext{number}"))
        .filter(|name| !names.contains(name) && !taken.contains(&path(name)));
    let name = path(&free.next().unwrap_or_default());
    taken.insert(name.clone());
    name
}

#[cfg(test)]
mod tests {
    use super::returns_impl;

    #[test]
    fn an_opaque_type_is_told_from_an_argument() {
        assert!(returns_impl(
            "(&self) -> Option<impl Iterator<Item = u8>> {}"
        ));
        assert!(returns_impl("<F: Fn(u8) -> u8>(f: F) -> impl Fn() {}"));
        assert!(!returns_impl("(f: impl Fn() -> u8) -> u8 { impl_it() }"));
        assert!(!returns_impl("() {}"));
    }
}
