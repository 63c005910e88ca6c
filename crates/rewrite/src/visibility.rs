//! Widening what is used across the new boundary, and nothing else (rows B1, B2, B4).

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::graph::Found;
use cleave_graph::{Place, Resolution, Target};
use cleave_syntax::change::Reason;
use cleave_syntax::item::{ItemKind, Level, PathContext, Visibility};
use cleave_syntax::{ChangeBuilder, ItemId, ModuleId, UseLeafId};

use crate::demand::{DestDemand, RootDemand};
use crate::scope::{Scope, Side};

mod associated;
mod expected;
mod first_read;
mod uses;
mod written;

use uses::Uses;

/// Makes public what the root needs of the destination, and what public imports there name. Returns what was widened, as `path: old visibility`.
pub(crate) fn widen(
    scope: &Scope<'_>,
    (demand, dest, public): (&RootDemand, &DestDemand, &BTreeSet<UseLeafId>),
    builder: &mut ChangeBuilder,
) -> Vec<String> {
    let mut widening = Widening {
        scope,
        items: BTreeSet::new(),
        modules: BTreeSet::new(),
        pending: demand.public_items.iter().copied().collect(),
        named: demand.names.keys().map(|(_, item, _)| *item).collect(),
        aliases: BTreeSet::new(),
        methods: public_methods(scope),
    };
    for leaf in &demand.public_leaves {
        widening.leaf(*leaf);
    }
    for leaf in public {
        widening.shown_by(*leaf);
    }
    for module in demand
        .public_modules
        .iter()
        .chain(&dest.re_exported_modules)
    {
        widening.module(*module);
    }
    let uses = Uses::of(scope);
    widening.pending.extend(uses.methods(scope));
    for shown in uses.shown_by_fields(scope) {
        widening.shown(shown);
    }
    widening.run();
    let mut made_public = widening.apply(builder);
    let spared = associated::spared(scope);
    for id in associated::shown(scope, &widening.items) {
        let item = scope.workspace.item(id);
        if item.kind == ItemKind::MacroCall {
            made_public.extend(written::open_macro_call(scope, id, builder));
            continue;
        }
        let path = scope.workspace.path_of(id);
        let path = (path.as_str(), is_shown(scope, id));
        let visibility = (item.module, &item.visibility);
        made_public.extend(open_behind(scope, &spared, visibility, path, builder));
    }
    expected::allow(scope, &widening.items, builder);
    expected::allow_private(scope, &widening.items, builder);
    expected::allow_at_top(scope, builder);
    first_read::mend(scope, (&widening.items, &widening.modules), builder);
    made_public.extend(uses.widen_fields(scope, builder));
    made_public.extend(uses.widen_written(scope, builder));
    made_public.sort();
    made_public.dedup();
    made_public
}

struct Widening<'a, 'b> {
    scope: &'b Scope<'a>,
    items: BTreeSet<ItemId>,
    modules: BTreeSet<ModuleId>,
    pending: Vec<ItemId>,
    /// Items that the root imports by the path of their own module.
    named: BTreeSet<ItemId>,
    /// Aliases that were looked through.
    aliases: BTreeSet<ItemId>,
    /// By inherent impl: its public methods, which everybody sees once their type is public.
    methods: BTreeMap<ItemId, Vec<ItemId>>,
}

fn public_methods(scope: &Scope<'_>) -> BTreeMap<ItemId, Vec<ItemId>> {
    let mut methods: BTreeMap<ItemId, Vec<ItemId>> = BTreeMap::new();
    for id in scope.workspace.items_of(scope.root) {
        let item = scope.workspace.item(id);
        if let Some(parent) = item.parent
            && scope.moving[id.index()]
            && item.visibility.level == Level::Public
        {
            methods.entry(parent).or_default().push(id);
        }
    }
    methods
}

impl Widening<'_, '_> {
    /// An import that must be public, and all that its tree names: `pub use` can't name what is not.
    fn leaf(&mut self, leaf: UseLeafId) {
        let workspace = self.scope.workspace;
        let item = workspace.leaf(leaf).item;
        if !self.items.insert(item) {
            return;
        }
        self.module(workspace.item(item).module);
        for leaf in &workspace.item(item).leaves {
            self.shown_by(*leaf);
        }
    }

    /// What an import in the destination that is public names.
    fn shown_by(&mut self, leaf: UseLeafId) {
        for resolution in &self.scope.graph.leaves[leaf.index()] {
            for lookup in &resolution.lookups {
                match lookup.found {
                    Found::Item(found) if self.is_on_the_way(found, resolution) => {}
                    Found::Item(found) => self.found(found),
                    Found::Leaf(next) | Found::Glob(next) => {
                        if self.scope.is_whole(lookup.module) {
                            self.leaf(next);
                        }
                    }
                }
            }
        }
    }

    fn found(&mut self, item: ItemId) {
        match self.scope.workspace.item(item).declares {
            Some(module) if self.scope.is_whole(module) => self.module(module),
            Some(_) => {}
            None => self.pending.push(item),
        }
    }

    /// Whether a module is but a part of an import's path: what is behind it is shown, the module is not.
    fn is_on_the_way(&self, declaration: ItemId, resolution: &Resolution) -> bool {
        let declares = self.scope.workspace.item(declaration).declares;
        declares.is_some_and(|module| resolution.target != Target::Module(module))
    }

    /// The modules around an item that is named there. All others come by imports: a module that opened without need
    /// would come along by a glob, and be in the way of another of its name.
    fn around(&mut self, id: ItemId) {
        if self.named.contains(&id) {
            self.module(self.scope.workspace.item(id).module);
        }
    }

    fn module(&mut self, module: ModuleId) {
        let mut at = Some(module);
        while let Some(module) = at.filter(|module| self.modules.insert(*module)) {
            at = self.scope.workspace.module(module).parent;
        }
    }

    fn run(&mut self) {
        while let Some(id) = self.pending.pop() {
            if !self.scope.moving[id.index()] || !self.items.insert(id) {
                continue;
            }
            let item = self.scope.workspace.item(id);
            self.around(id);
            // To whoever names them they are one.
            self.pending.extend(self.scope.twins(id));
            self.signature(id);
            match item.kind {
                ItemKind::MacroRules => self.macro_body(id),
                ItemKind::MacroCall => self.macro_arguments(id),
                _ => {}
            }
            for implementation in &self.scope.graph.implementations[id.index()] {
                if self.is_seen(*implementation) {
                    self.signature(*implementation);
                }
                for method in self.methods.remove(implementation).into_iter().flatten() {
                    self.signature(method);
                }
            }
        }
    }

    /// Whether an impl is a trait's that other crates have: not one for the tests of its own.
    fn is_seen(&self, implementation: ItemId) -> bool {
        let item = self.scope.workspace.item(implementation);
        let is_there = !item.is_test || self.scope.support.items.contains(&implementation);
        item.kind == ItemKind::TraitImpl && is_there
    }

    /// A public signature may not show what is less public.
    fn signature(&mut self, id: ItemId) {
        let item = self.scope.workspace.item(id);
        let shows_fields = item
            .fields
            .iter()
            .any(|field| field.visibility.level == Level::Public);
        if item.kind == ItemKind::Struct && !shows_fields {
            return;
        }
        for reference in self.scope.graph.references_of(id) {
            let Place::Item(_, index) = reference.place else {
                continue;
            };
            let path = &item.paths[index as usize];
            let shown = path.in_signature && matches!(path.context, PathContext::Type);
            if let Target::Item(target) = reference.resolution.target
                && shown
            {
                self.shown(target);
            }
        }
    }

    /// A type that others see. An alias may be less public than what shows it: to them it is what it stands for.
    fn shown(&mut self, id: ItemId) {
        if self.scope.workspace.item(id).kind != ItemKind::TypeAlias {
            self.pending.push(id);
        } else if self.aliases.insert(id) {
            self.signature(id);
        }
    }

    /// What a call hands over to a macro that defines a macro is named from wherever that one is called.
    fn macro_arguments(&mut self, call: ItemId) {
        let targets = self.scope.graph.references_of(call).iter();
        let targets: Vec<ItemId> = targets
            .filter_map(|reference| match reference.resolution.target {
                Target::Item(target) => Some(target),
                _ => None,
            })
            .collect();
        // A call of what such a macro has defined leads there too.
        let paths = &self.scope.workspace.item(call).paths;
        let name = paths.iter().find(|path| path.context == PathContext::Macro);
        let name = name.and_then(|path| path.segments.last());
        let called = written::called_rules(self.scope, call).into_iter();
        let called = called.filter(|(id, _)| {
            let own = &self.scope.workspace.item(*id).name;
            name.is_some_and(|name| name.name == own.as_str())
        });
        let (mut defines_macros, mut defines_types) = (false, false);
        for (_, rules) in called {
            defines_macros |= !rules.spliced_macros.is_empty();
            defines_types |= written::own_types(rules).next().is_some();
        }
        // A type that the macro names itself shows those that it is handed.
        let is_shown = |id: &ItemId| {
            let kind = self.scope.workspace.item(*id).kind;
            let is_type = kind.is_type() || kind == ItemKind::MacroCall;
            defines_types && is_type || defines_macros && kind != ItemKind::MacroRules
        };
        self.pending
            .extend(targets.iter().copied().filter(is_shown));
    }

    /// What a macro's body names through `$crate` is named from wherever it is called; so are the macros that it calls by
    /// bare names, and all else that is looked up there.
    fn macro_body(&mut self, id: ItemId) {
        let item = self.scope.workspace.item(id);
        for reference in self.scope.graph.references_of(id) {
            let Place::Item(_, index) = reference.place else {
                continue;
            };
            let path = &item.paths[index as usize];
            if path.context == PathContext::Macro
                && path.segments.len() == 1
                && let Target::Item(target) = reference.resolution.target
                && self.scope.workspace.item(target).kind == ItemKind::MacroRules
            {
                self.pending.push(target);
            }
            let by_crate = item.means_own_crate(path);
            if !by_crate && !crate::unhygienic::is_for_root(self.scope, path.segments[0].name) {
                continue;
            }
            for lookup in &reference.resolution.lookups {
                match lookup.found {
                    Found::Item(found) => self.found(found),
                    // Who calls has imports of its own.
                    Found::Leaf(_) | Found::Glob(_) if !by_crate => {}
                    Found::Leaf(leaf) | Found::Glob(leaf) => {
                        let import = self.scope.workspace.leaf(leaf).item;
                        let module = self.scope.workspace.item(import).module;
                        let is_there = self.scope.workspace.crate_of(import) == self.scope.dest
                            || self.scope.is_whole(module);
                        // Else the destination has one of its own, public from the start.
                        if is_there {
                            self.leaf(leaf);
                        } else if self.scope.side(import) != Side::Other {
                            self.shown_by(leaf);
                        }
                    }
                }
            }
            if let Target::Item(target) = reference.resolution.target {
                self.pending.push(target);
            }
            if by_crate && self.scope.workspace.is_glob(id, index) {
                let needs = self.scope.graph.edges_of(id).iter().copied();
                let is_trait = |of: &ItemId| self.scope.workspace.item(*of).trait_name().is_some();
                self.pending.extend(needs.filter(is_trait));
            }
        }
    }

    fn apply(&self, builder: &mut ChangeBuilder) -> Vec<String> {
        let workspace = self.scope.workspace;
        let mut made_public = Vec::new();
        for id in &self.items {
            let item = workspace.item(*id);
            let path = workspace.path_of(*id);
            match item.kind {
                ItemKind::MacroRules => written::export_macro(self.scope, *id, builder),
                ItemKind::MacroCall => {
                    made_public.extend(written::open_macro_call(self.scope, *id, builder));
                }
                ItemKind::InherentImpl | ItemKind::TraitImpl | ItemKind::ForeignMod => {}
                _ => {
                    made_public.extend(crate::unstable::open(self.scope, *id, builder));
                    made_public.extend(crate::derived::open(self.scope, *id, builder));
                    made_public.extend(open(
                        self.scope,
                        item.module,
                        &item.visibility,
                        (&path, is_shown(self.scope, *id)),
                        builder,
                    ));
                }
            }
        }
        for id in &self.modules {
            let there = self.scope.module_there(*id);
            let here = Some(*id).filter(|id| self.scope.is_whole(*id));
            let declared = there.or(here).into_iter();
            for declaration in declared.flat_map(|module| workspace.declarations(module)) {
                let item = workspace.item(declaration);
                let path = workspace.path_of(declaration);
                made_public.extend(open(
                    self.scope,
                    item.module,
                    &item.visibility,
                    (&path, true),
                    builder,
                ));
            }
        }
        made_public
    }
}

/// Whether readers of the docs would see an item once it is public: in a module that they see, or in a type's impl.
fn is_shown(scope: &Scope<'_>, id: ItemId) -> bool {
    let item = scope.workspace.item(id);
    match item.parent {
        Some(parent) => {
            let anchors = scope.graph.anchors[parent.index()].iter();
            let owner = anchors.map(|owner| scope.workspace.item(*owner)).next();
            owner.is_some_and(|owner| owner.visibility.level == Level::Public)
        }
        None => scope.exports.modules.contains(&item.module),
    }
}

/// Replaces a visibility by `pub`; what the public API would show by that is hidden from it (row B3).
fn open(
    scope: &Scope<'_>,
    module: ModuleId,
    visibility: &Visibility,
    path: (&str, bool),
    builder: &mut ChangeBuilder,
) -> Option<String> {
    open_behind(scope, "", (module, visibility), path, builder)
}

/// The same with an attribute before it, if that is not empty.
fn open_behind(
    scope: &Scope<'_>,
    attribute: &str,
    (module, visibility): (ModuleId, &Visibility),
    (path, shown): (&str, bool),
    builder: &mut ChangeBuilder,
) -> Option<String> {
    if visibility.level == Level::Public {
        return None;
    }
    let file = scope.workspace.file(scope.workspace.module(module).file);
    let behind = &file.text[visibility.range.end as usize..];
    // Also where `pub(crate)` ends right before a word.
    let is_word = behind.starts_with(|next: char| next.is_alphanumeric() || next == '_');
    let mut text = if visibility.range.is_empty() || is_word {
        "pub ".to_owned()
    } else {
        "pub".to_owned()
    };
    if !attribute.is_empty() {
        text.insert_str(0, &above(attribute, &file.text, visibility.range.start));
    }
    let mut rule = "B1";
    if shown && scope.is_published() {
        text.insert_str(
            0,
            &above("#[doc(hidden)]", &file.text, visibility.range.start),
        );
        rule = "B3";
    }
    builder.replace(&file.path, visibility.range, text, Reason::new(rule, path));
    let old = match &file[visibility.range] {
        "" => "private",
        written => written,
    };
    Some(format!("{path}: {old}"))
}

/// An attribute of what starts at an offset, on a line of its own where that has one.
fn above(attribute: &str, text: &str, at: u32) -> String {
    let line = text[..at as usize].rfind('\n').map_or(0, |end| end + 1);
    let indent = &text[line..at as usize];
    if indent.trim().is_empty() {
        format!("{attribute}\n{indent}")
    } else {
        format!("{attribute} ")
    }
}
