//! Which names each side still looks up where (rows A1 to A9): the basis of every import that is kept, copied or written.

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::graph::Found;
use cleave_graph::{Graph, Lookup, Place, Reference, Resolution, Target};
use cleave_syntax::item::{Binding, ItemKind, Level, PathContext, UseLeafId};
use cleave_syntax::workspace::CrateKind;
use cleave_syntax::{CrateId, ItemId, ModuleId};

use crate::scope::{Scope, Side};
use crate::support;
use crate::traits::Shown;
use crate::twin;

/// Who asks for a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The `cfg` attributes that all who ask stand under; none while nobody asked.
    pub(crate) conditions: Option<BTreeSet<String>>,
    /// Whether somebody outside the module asks.
    pub(crate) from_outside: bool,
}

impl Asked {
    fn by(&mut self, conditions: &[String], from_outside: bool) {
        let new: BTreeSet<String> = conditions.iter().cloned().collect();
        self.conditions = Some(match self.conditions.take() {
            None => new,
            Some(old) => common(&old, &new),
        });
        self.from_outside |= from_outside;
    }
}

/// The conditions that two askers both stand under: who stands under `test` stands under `any(test, …)` too.
fn common(a: &BTreeSet<String>, b: &BTreeSet<String>) -> BTreeSet<String> {
    let mut both: BTreeSet<String> = a.intersection(b).cloned().collect();
    let in_tests = |conditions: &BTreeSet<String>| {
        conditions.contains(support::TEST) || conditions.contains(support::CONDITION)
    };
    if in_tests(a) && in_tests(b) && !both.contains(support::TEST) {
        both.insert(support::CONDITION.to_owned());
    }
    both
}

/// What the code that stays needs of what moves.
#[derive(Debug, Default)]
pub(crate) struct RootDemand {
    /// Moved items that are looked up by name in a module that stays.
    pub(crate) names: BTreeMap<(ModuleId, ItemId, String), Asked>,
    /// Modules that move whole and are looked up in a parent that stays.
    pub(crate) modules: BTreeMap<ModuleId, Asked>,
    /// Imports in modules that stay which somebody who stays still uses.
    pub(crate) leaves: BTreeMap<UseLeafId, Asked>,
    /// Moved items that must be public.
    pub(crate) public_items: BTreeSet<ItemId>,
    /// Moved imports that must be public.
    pub(crate) public_leaves: BTreeSet<UseLeafId>,
    /// Modules that the root names in the destination, which must be public there.
    pub(crate) public_modules: BTreeSet<ModuleId>,
    /// Who calls a moved macro by its bare name.
    pub(crate) bare_macros: Asked,
}

/// What the code that moves needs in its new crate beside itself.
#[derive(Debug, Default)]
pub(crate) struct DestDemand {
    /// Imports of the monolith that are needed at the same module path.
    pub(crate) leaves: BTreeMap<UseLeafId, Asked>,
    /// These, and those that name what is at home in the destination: all imports that moving code goes through.
    pub(crate) asked: BTreeSet<UseLeafId>,
    /// Imports that a public import re-exports, and so are public themselves.
    pub(crate) re_exported: BTreeSet<UseLeafId>,
    /// Modules of the monolith that a public import re-exports.
    pub(crate) re_exported_modules: BTreeSet<ModuleId>,
    /// Modules of the monolith that the destination needs as a place for such imports only.
    pub(crate) facades: BTreeSet<ModuleId>,
    /// Lower crates whose macros are called by bare names.
    pub(crate) macro_crates: BTreeSet<CrateId>,
    /// Other crates' macros are called by bare names that only `#[macro_use] extern crate` explains.
    pub(crate) foreign_macros: bool,
    /// Paths from what moves to what stays: the step can't be done.
    pub(crate) violations: Vec<(Place, ItemId)>,
}

/// Whoever asks: the module that the path stands in, and the conditions it stands under.
struct Asker<'b> {
    module: ModuleId,
    /// The module that the name is looked up from: that of the import which leads on, else the same.
    from: ModuleId,
    item: Option<ItemId>,
    fixed: &'b [String],
    form: Form,
}

/// What leads to a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A single name in code.
    Name,
    /// An import of a single name.
    Import,
    /// A path.
    Path,
}

impl<'b> Asker<'b> {
    /// An import that nobody is known to use.
    fn unnamed(module: ModuleId, fixed: &'b [String]) -> Self {
        Asker {
            module,
            from: module,
            item: None,
            fixed,
            form: Form::Path,
        }
    }

    /// An item that asks for what no path of its own leads to: it calls a method, or is an import itself.
    fn caller(scope: &Scope<'_>, item: ItemId) -> Self {
        Asker {
            module: scope.workspace.item(item).module,
            from: scope.workspace.item(item).module,
            item: Some(item),
            fixed: &[],
            form: Form::Path,
        }
    }
}

impl Asker<'_> {
    /// Whether a macro, called by its bare name, is in textual scope, so that no import leads to it: what is needed is its
    /// crate's macros as a whole. An import of it beside the call, and its old path in a library's root, do as well.
    fn is_textual(&self, scope: &Scope<'_>, id: ItemId) -> bool {
        let workspace = scope.workspace;
        let at_root = self.module == workspace.krate(scope.root).root
            && workspace.krate(scope.root).kind == CrateKind::Lib
            && workspace.item(id).is_exported_macro();
        let mut leaves = workspace
            .module(self.module)
            .items
            .iter()
            .flat_map(|item| &workspace.item(*item).leaves);
        let imported = leaves.any(|leaf| {
            scope.graph.leaves[leaf.index()]
                .iter()
                .any(|resolution| resolution.target == Target::Item(id))
        });
        self.form == Form::Name && !at_root && !imported
    }

    fn conditions(&self, scope: &Scope<'_>, module: ModuleId) -> Vec<String> {
        match self.item {
            Some(item)
                if scope.workspace.crate_of(item) == scope.workspace.module(module).krate =>
            {
                if scope.workspace.is_within(self.module, module) {
                    scope.conditions(item, module)
                } else {
                    scope.conditions(item, scope.workspace.krate(scope.root).root)
                }
            }
            _ => self.fixed.to_vec(),
        }
    }
}

/// What stays asks for, where what moves asks for `dest`.
pub(crate) fn root_demand(scope: &Scope<'_>, dest: &DestDemand) -> RootDemand {
    let mut demand = RootDemand::default();
    for reference in references(scope, Side::Root) {
        let Place::Item(item, _) = reference.place else {
            continue;
        };
        let form = match path_length(scope, reference) {
            1 => Form::Name,
            _ => Form::Path,
        };
        let asker = Asker {
            module: scope.workspace.item(item).module,
            from: scope.workspace.item(item).module,
            item: Some(item),
            fixed: &[],
            form,
        };
        demand.lookups(
            scope,
            &reference.resolution.lookups,
            &asker,
            &mut BTreeSet::new(),
        );
        if let Target::Item(target) = reference.resolution.target
            && scope.moving[target.index()]
        {
            demand.public_items.insert(target);
        }
        if let Target::Module(target) = reference.resolution.target
            && scope.is_whole(target)
        {
            demand.public_modules.insert(target);
            demand.open_attribute_module(scope, reference, target);
        }
    }
    demand.exports(scope);
    demand.imports(scope, dest);
    twin::ask_for_all(scope, &mut demand);
    demand
}

/// The references of the items on one side, docs left out.
fn references<'b>(scope: &'b Scope<'_>, side: Side) -> impl Iterator<Item = &'b Reference> + 'b {
    scope
        .graph
        .references
        .iter()
        .filter(move |reference| match reference.place {
            Place::Item(item, _) => {
                scope.workspace.crate_of(item) == scope.root
                    && (scope.moving[item.index()] == (side == Side::Dest))
                    && !Graph::is_doc(scope.workspace, reference.place)
            }
            Place::Header(..) => false,
        })
}

fn path_length(scope: &Scope<'_>, reference: &Reference) -> usize {
    match reference.place {
        Place::Item(item, index) => scope.workspace.item(item).paths[index as usize]
            .segments
            .len(),
        Place::Header(..) => 0,
    }
}

impl RootDemand {
    fn lookups(
        &mut self,
        scope: &Scope<'_>,
        lookups: &[Lookup],
        asker: &Asker<'_>,
        seen: &mut BTreeSet<UseLeafId>,
    ) {
        for lookup in lookups {
            let module = lookup.module;
            if scope.workspace.module(module).krate != scope.root {
                continue;
            }
            if scope.is_whole(module) {
                self.found_in_moved(scope, lookup, asker);
                continue;
            }
            let conditions = asker.conditions(scope, module);
            let outside = !scope.workspace.is_within(asker.from, module);
            match lookup.found {
                Found::Item(item) if scope.workspace.item(item).declares.is_some() => {
                    if let Some(child) = scope
                        .workspace
                        .item(item)
                        .declares
                        .filter(|child| scope.is_whole(*child))
                    {
                        self.modules
                            .entry(child)
                            .or_default()
                            .by(&conditions, outside);
                        self.public_modules.insert(child);
                    }
                }
                Found::Item(item) if scope.moving[item.index()] => {
                    self.public_items.insert(item);
                    if scope.workspace.item(item).kind == ItemKind::MacroRules
                        && asker.form != Form::Path
                    {
                        if asker.is_textual(scope, item) {
                            self.bare_macros.by(&conditions, outside);
                        }
                    } else {
                        let key = (module, item, lookup.name.to_string());
                        self.names.entry(key).or_default().by(&conditions, outside);
                    }
                }
                Found::Item(_) => {}
                Found::Leaf(leaf) | Found::Glob(leaf) => {
                    self.leaves
                        .entry(leaf)
                        .or_default()
                        .by(&conditions, outside);
                    self.leaf(scope, leaf, asker, seen);
                }
            }
        }
    }

    fn leaf(
        &mut self,
        scope: &Scope<'_>,
        leaf: UseLeafId,
        asker: &Asker<'_>,
        seen: &mut BTreeSet<UseLeafId>,
    ) {
        if !seen.insert(leaf) {
            return;
        }
        let form = match scope.workspace.leaf(leaf).path.segments.len() {
            1 => Form::Import,
            _ => Form::Path,
        };
        let from = scope.workspace.item(scope.workspace.leaf(leaf).item).module;
        let asker = &Asker {
            from,
            form,
            ..*asker
        };
        for resolution in &scope.graph.leaves[leaf.index()] {
            self.lookups(scope, &resolution.lookups, asker, seen);
            match resolution.target {
                Target::Item(target) if scope.moving[target.index()] => {
                    self.public_items.insert(target);
                }
                Target::Module(target) if scope.is_whole(target) => {
                    self.public_modules.insert(target);
                }
                _ => {}
            }
        }
    }

    fn found_in_moved(&mut self, scope: &Scope<'_>, lookup: &Lookup, asker: &Asker<'_>) {
        match lookup.found {
            Found::Item(item) => {
                let value = scope.workspace.item(item);
                if value.kind == ItemKind::MacroRules && asker.is_textual(scope, item) {
                    let root = scope.workspace.krate(scope.root).root;
                    self.bare_macros.by(&asker.conditions(scope, root), true);
                }
                if let Some(child) = value.declares {
                    self.public_modules.insert(child);
                } else {
                    self.public_items.insert(item);
                }
            }
            Found::Leaf(leaf) | Found::Glob(leaf) => {
                self.public_leaves.insert(leaf);
            }
        }
    }

    /// `#[serde(with = "path")]` names a module and means the functions in it.
    fn open_attribute_module(
        &mut self,
        scope: &Scope<'_>,
        reference: &Reference,
        module: ModuleId,
    ) {
        let Place::Item(item, index) = reference.place else {
            return;
        };
        if scope.workspace.item(item).paths[index as usize].context
            == PathContext::AttributeArgument
        {
            let open = |item: &&ItemId| {
                scope.workspace.item(**item).is_node()
                    && scope.workspace.item(**item).visibility.level != Level::Private
            };
            self.public_items
                .extend(scope.workspace.module(module).items.iter().filter(open));
        }
    }

    /// Imports that stay for what no path shows: of traits, and in modules that the step does not touch all but those
    /// that only moving code asks for.
    fn imports(&mut self, scope: &Scope<'_>, dest: &DestDemand) {
        for index in 0..scope.workspace.leaves.len() {
            let leaf = UseLeafId::new(index);
            let item = scope.workspace.leaf(leaf).item;
            let module = scope.workspace.item(item).module;
            if scope.workspace.crate_of(item) != scope.root || scope.is_whole(module) {
                continue;
            }
            self.traits_behind(scope, leaf);
            if self.leaves.contains_key(&leaf) {
                continue;
            }
            let untouched = !scope.touched[module.index()] && !dest.asked.contains(&leaf);
            if untouched {
                let fixed = scope.own_conditions(item);
                let asker = Asker::unnamed(module, &fixed);
                self.leaves.entry(leaf).or_default().by(&fixed, false);
                self.leaf(scope, leaf, &asker, &mut BTreeSet::new());
            } else {
                for user in crate::traits::users(scope, leaf, false) {
                    let asker = Asker::caller(scope, user);
                    let conditions = asker.conditions(scope, module);
                    let outside = !scope.workspace.is_within(asker.from, module);
                    self.leaves
                        .entry(leaf)
                        .or_default()
                        .by(&conditions, outside);
                    self.leaf(scope, leaf, &asker, &mut BTreeSet::new());
                }
            }
        }
    }

    /// The traits that a glob brings for the calls of their methods.
    fn traits_behind(&mut self, scope: &Scope<'_>, glob: UseLeafId) {
        for (shown, callers) in crate::traits::called_through(scope, glob, false) {
            let lookup = shown.lookup(scope);
            for caller in callers {
                let asker = Asker::caller(scope, caller);
                let lookups = std::slice::from_ref(&lookup);
                self.lookups(scope, lookups, &asker, &mut BTreeSet::new());
            }
        }
    }

    /// Public API that stays reachable: public re-exports in modules that stay, and public items of public modules.
    fn exports(&mut self, scope: &Scope<'_>) {
        let is_library = scope.workspace.krate(scope.root).kind == CrateKind::Lib;
        for module in scope.workspace.modules_of(scope.root) {
            if scope.is_whole(module) {
                continue;
            }
            let reachable = scope.exports.modules.contains(&module);
            for id in &scope.workspace.module(module).items {
                let item = scope.workspace.item(*id);
                // What is there in tests only was never seen from outside.
                if item.is_test {
                    continue;
                }
                let public = item.visibility.level == Level::Public;
                if item.kind == ItemKind::Use && public {
                    let fixed = scope.own_conditions(*id);
                    let exported = |leaf: &&UseLeafId| scope.exports.leaves.contains(leaf);
                    for leaf in item.leaves.iter().filter(exported) {
                        let asker = Asker {
                            module,
                            from: module,
                            item: None,
                            fixed: &fixed,
                            form: Form::Path,
                        };
                        self.leaves.entry(*leaf).or_default().by(&fixed, true);
                        self.leaf(scope, *leaf, &asker, &mut BTreeSet::new());
                    }
                } else if reachable && public && scope.moving[id.index()] && !item.name.is_empty() {
                    self.names
                        .entry((module, *id, item.name.clone()))
                        .or_default()
                        .by(&[], true);
                    self.public_items.insert(*id);
                } else if reachable && scope.moving[id.index()] && !item.defines.is_empty() {
                    for (name, _) in &item.defines {
                        self.names
                            .entry((module, *id, name.clone()))
                            .or_default()
                            .by(&[], true);
                    }
                    self.public_items.insert(*id);
                } else if reachable && scope.moving[id.index()] && shows_unseen(scope, *id) {
                    let key = (module, *id, ALL.to_owned());
                    self.names.entry(key).or_default().by(&[], true);
                } else if let Some(child) = item.declares
                    && reachable
                    && public
                    && scope.is_whole(child)
                {
                    self.modules.entry(child).or_default().by(&[], true);
                    self.public_modules.insert(child);
                }
            }
        }
        if is_library {
            self.exported_macros(scope);
        }
    }

    /// An exported macro has its path in the root, under the conditions of all modules that it stands in.
    fn exported_macros(&mut self, scope: &Scope<'_>) {
        let root = scope.workspace.krate(scope.root).root;
        for id in scope.workspace.items_of(scope.root) {
            let item = scope.workspace.item(id);
            // What is there in tests only was never seen from outside.
            if item.is_exported_macro() && !item.is_test && scope.moving[id.index()] {
                let conditions = scope.conditions(id, root);
                let asked = self.names.entry((root, id, item.name.clone()));
                asked.or_default().by(&conditions, true);
            }
        }
    }
}

/// Instead of a name, where nobody knows which names there are.
pub(crate) const ALL: &str = "*";

/// Whether a macro call at module level may define what is public, under names that nobody sees.
fn shows_unseen(scope: &Scope<'_>, call: ItemId) -> bool {
    let workspace = scope.workspace;
    if workspace.item(call).kind != ItemKind::MacroCall || workspace.item(call).is_test {
        return false;
    }
    let mut called = scope.graph.macros_run_by(workspace, call).into_iter();
    called.any(|id| {
        let rules = workspace.item(id).macro_rules.as_ref();
        let defines = rules.is_some_and(|it| !it.defines.is_empty() || !it.spliced.is_empty());
        let mut words = workspace.text_of(id).split(|c: char| !c.is_alphanumeric());
        defines && words.any(|word| word == "pub")
    })
}

/// What moves asks for.
pub(crate) fn dest_demand(scope: &Scope<'_>) -> DestDemand {
    let mut demand = DestDemand::default();
    let called = macros_called_across(scope);
    for reference in references(scope, Side::Dest) {
        let Place::Item(item, index) = reference.place else {
            continue;
        };
        if called.contains(&item) {
            demand.named_by_macro(scope, (item, index), &reference.resolution.lookups);
        }
        let asker = Asker::caller(scope, item);
        demand.lookups(
            scope,
            &reference.resolution.lookups,
            reference.place,
            &asker,
            &mut BTreeSet::new(),
        );
        let path = &scope.workspace.item(item).paths[index as usize];
        match reference.resolution.target {
            Target::Item(target) | Target::Opaque(target) => {
                let in_root = reference
                    .resolution
                    .lookups
                    .iter()
                    .any(|lookup| scope.workspace.module(lookup.module).krate == scope.root);
                let macro_rules = scope.workspace.item(target).kind == ItemKind::MacroRules;
                if macro_rules
                    && path.segments.len() == 1
                    && !in_root
                    && scope.side(target) != Side::Root
                {
                    demand.macro_crates.insert(scope.workspace.crate_of(target));
                }
                if scope.side(target) == Side::Root && scope.workspace.item(target).is_node() {
                    demand.violations.push((reference.place, target));
                }
            }
            Target::Unresolved => {
                demand.foreign_macros |=
                    path.context == PathContext::Macro && path.segments.len() == 1;
            }
            _ => {}
        }
    }
    demand.imports_of_whole_modules(scope);
    demand.imports_for_methods(scope);
    demand.shown_in_part(scope);
    demand.paths_of_derives(scope);
    demand.violations.sort();
    demand.violations.dedup();
    demand
}

/// The moving macros that other crates can call.
fn macros_called_across(scope: &Scope<'_>) -> BTreeSet<ItemId> {
    let rules = |id: &ItemId| scope.workspace.item(*id).macro_rules.as_deref();
    let from_root =
        references(scope, Side::Root).filter_map(|reference| match reference.resolution.target {
            Target::Item(target) if scope.moving[target.index()] => Some(target),
            _ => None,
        });
    let moving = scope.workspace.items_of(scope.root);
    let exported = moving
        .filter(|id| scope.moving[id.index()] && scope.workspace.item(*id).is_exported_macro());
    let mut called: BTreeSet<ItemId> = from_root.chain(exported).collect();
    called.retain(|id| rules(id).is_some());
    called
}

/// Whether an import's path starts with the destination's name.
fn names_dest(scope: &Scope<'_>, leaf: UseLeafId) -> bool {
    scope.workspace.leaf(leaf).path.segments[0].name
        == scope.workspace.krate(scope.dest).extern_name
}

impl DestDemand {
    /// What a macro's body names through `$crate` is named by whoever calls it: imports on the way are public (row D1).
    fn named_by_macro(
        &mut self,
        scope: &Scope<'_>,
        (item, index): (ItemId, u32),
        lookups: &[Lookup],
    ) {
        let path = &scope.workspace.item(item).paths[index as usize];
        if path.segments[0].name == "$crate" {
            self.re_exported
                .extend(lookups.iter().filter_map(|lookup| match lookup.found {
                    Found::Leaf(leaf) | Found::Glob(leaf) => Some(leaf),
                    Found::Item(_) => None,
                }));
        }
    }

    /// What a module that moves whole imports goes along.
    fn imports_of_whole_modules(&mut self, scope: &Scope<'_>) {
        let whole = scope.workspace.modules_of(scope.root);
        for module in whole.filter(|module| scope.is_whole(*module)) {
            for item in scope
                .workspace
                .module(module)
                .items
                .iter()
                .filter(|item| scope.is_import(**item))
            {
                for leaf in &scope.workspace.item(*item).leaves {
                    let asker = Asker::caller(scope, *item);
                    self.leaf(
                        scope,
                        *leaf,
                        Place::Item(*item, 0),
                        &asker,
                        &mut BTreeSet::new(),
                    );
                }
            }
        }
    }

    /// Imports that stand for methods alone.
    fn imports_for_methods(&mut self, scope: &Scope<'_>) {
        for index in 0..scope.workspace.leaves.len() {
            let leaf = UseLeafId::new(index);
            let item = scope.workspace.leaf(leaf).item;
            let module = scope.workspace.item(item).module;
            let split = scope.touched[module.index()] && !scope.is_whole(module);
            if scope.workspace.crate_of(item) != scope.root || !split {
                continue;
            }
            self.traits_behind(scope, leaf);
            if self.leaves.contains_key(&leaf) || names_dest(scope, leaf) {
                continue;
            }
            for user in crate::traits::users(scope, leaf, true) {
                let asker = Asker::caller(scope, user);
                let conditions = asker.conditions(scope, module);
                let outside = !scope.workspace.is_within(asker.from, module);
                let place = Place::Item(item, 0);
                self.leaves
                    .entry(leaf)
                    .or_default()
                    .by(&conditions, outside);
                self.leaf(scope, leaf, place, &asker, &mut BTreeSet::new());
            }
        }
    }

    /// The traits that a glob brings for the calls of their methods, where they are imported in turn.
    fn traits_behind(&mut self, scope: &Scope<'_>, glob: UseLeafId) {
        let place = Place::Item(scope.workspace.leaf(glob).item, 0);
        for (shown, callers) in crate::traits::called_through(scope, glob, true) {
            if matches!(shown, Shown::Item(_)) {
                continue;
            }
            let lookup = shown.lookup(scope);
            for caller in callers {
                let asker = Asker::caller(scope, caller);
                let lookups = std::slice::from_ref(&lookup);
                self.lookups(scope, lookups, place, &asker, &mut BTreeSet::new());
            }
        }
    }

    fn lookups(
        &mut self,
        scope: &Scope<'_>,
        lookups: &[Lookup],
        place: Place,
        asker: &Asker<'_>,
        seen: &mut BTreeSet<UseLeafId>,
    ) {
        for lookup in lookups {
            let module = lookup.module;
            if scope.workspace.module(module).krate != scope.root {
                continue;
            }
            match lookup.found {
                Found::Item(item) => {
                    if let Some(child) = scope.workspace.item(item).declares {
                        if !scope.dest_has(child) {
                            self.facades.insert(child);
                        }
                    } else if !scope.moving[item.index()] && scope.workspace.item(item).is_node() {
                        self.violations.push((place, item));
                    }
                }
                // An import that an earlier step wrote names what is at home in the destination.
                Found::Leaf(leaf) | Found::Glob(leaf) if names_dest(scope, leaf) => {
                    self.asked.insert(leaf);
                }
                Found::Leaf(leaf) | Found::Glob(leaf) => {
                    self.asked.insert(leaf);
                    if !scope.is_whole(module) {
                        let conditions = asker.conditions(scope, module);
                        let outside = !scope.workspace.is_within(asker.from, module);
                        self.leaves
                            .entry(leaf)
                            .or_default()
                            .by(&conditions, outside);
                    }
                    self.leaf(scope, leaf, place, asker, seen);
                }
            }
        }
    }

    fn leaf(
        &mut self,
        scope: &Scope<'_>,
        leaf: UseLeafId,
        place: Place,
        asker: &Asker<'_>,
        seen: &mut BTreeSet<UseLeafId>,
    ) {
        if !seen.insert(leaf) || names_dest(scope, leaf) {
            return;
        }
        let from = scope.workspace.item(scope.workspace.leaf(leaf).item).module;
        let asker = &Asker { from, ..*asker };
        for resolution in &scope.graph.leaves[leaf.index()] {
            self.re_exports(scope, leaf, resolution);
            self.shown_by_module(scope, (leaf, resolution), place, asker, seen);
            self.lookups(scope, &resolution.lookups, place, asker, seen);
            if let Target::Module(target) = resolution.target
                && scope.workspace.module(target).krate == scope.root
                && !scope.dest_has(target)
                && scope.workspace.leaf(leaf).binding != Binding::Glob
            {
                self.facades.insert(target);
            }
        }
    }

    /// Public imports of what moves, in modules of which some crate will see the destination's part alone, and in all of a
    /// crate that macros name by its own name: what they write goes by paths that nobody sees (row D4).
    fn shown_in_part(&mut self, scope: &Scope<'_>) {
        let workspace = scope.workspace;
        let modules = workspace.modules_of(scope.root);
        let names_itself = workspace.own_name(scope.root).is_some();
        let is_shown = |module: &ModuleId| {
            let is_divided = scope.touched[module.index()] && !scope.is_whole(*module);
            (names_itself && is_divided) || scope.is_seen_in_part(*module)
        };
        for module in modules.filter(is_shown) {
            let items = workspace.module(module).items.iter();
            let public = items.filter(|id| {
                let item = workspace.item(**id);
                item.kind == ItemKind::Use && item.visibility.level == Level::Public
            });
            for id in public {
                let fixed = scope.own_conditions(*id);
                let asker = Asker::unnamed(module, &fixed);
                for leaf in &workspace.item(*id).leaves {
                    let resolutions = &scope.graph.leaves[leaf.index()];
                    let moves = resolutions
                        .iter()
                        .any(|resolution| match resolution.target {
                            Target::Item(to) => scope.side(to) == Side::Dest,
                            Target::Module(to) => names_itself && scope.touched[to.index()],
                            _ => false,
                        });
                    if !moves || names_dest(scope, *leaf) {
                        continue;
                    }
                    self.re_exported.insert(*leaf);
                    self.leaves.entry(*leaf).or_default().by(&fixed, true);
                    let place = Place::Item(*id, 0);
                    self.leaf(scope, *leaf, place, &asker, &mut BTreeSet::new());
                }
            }
        }
    }

    /// What derives write names their traits, and what stands beside these, by the crate's own name: the public imports
    /// that lead there are in the new crate too (row D4).
    fn paths_of_derives(&mut self, scope: &Scope<'_>) {
        let workspace = scope.workspace;
        let home = |id: ItemId| workspace.item(id).module;
        let moving = scope.graph.derived.iter().filter(|(id, implemented)| {
            scope.moving[id.index()] && scope.side(*implemented) == Side::Other
        });
        let mut users: BTreeMap<ModuleId, Vec<ItemId>> = BTreeMap::new();
        for (id, implemented) in moving {
            // A module that moved whole is imported as such.
            for module in workspace.around(home(*implemented)) {
                if workspace.module(module).parent.is_some() {
                    users.entry(module).or_default().push(*id);
                }
            }
        }
        let may_be_named = |target: ItemId| {
            let kind = workspace.item(target).kind;
            kind == ItemKind::Trait || kind.is_type()
        };
        let is_shown = |leaf: &UseLeafId| {
            let item = workspace.item(workspace.leaf(*leaf).item);
            let is_public = item.kind == ItemKind::Use && item.visibility.level == Level::Public;
            let is_divided = !scope.is_whole(item.module) && !names_dest(scope, *leaf);
            workspace.module(item.module).krate == scope.root && is_public && is_divided
        };
        let mut leaves: Vec<UseLeafId> = Vec::new();
        if !users.is_empty() {
            leaves.extend(
                (0..workspace.leaves.len())
                    .map(UseLeafId::new)
                    .filter(is_shown),
            );
        }
        // A glob leads on to what another import brings, so it takes as many rounds as globs follow each other.
        let mut pending = true;
        while std::mem::take(&mut pending) {
            let mut later = Vec::new();
            for leaf in std::mem::take(&mut leaves) {
                let resolutions = scope.graph.leaves[leaf.index()].iter();
                let shown = resolutions.filter_map(|resolution| match resolution.target {
                    Target::Item(target) if may_be_named(target) => users.get(&home(target)),
                    Target::Module(module) => users.get(&module),
                    _ => None,
                });
                let mut askers: Vec<ItemId> = shown.flatten().copied().collect();
                askers.sort_unstable();
                askers.dedup();
                if askers.is_empty() {
                    later.push(leaf);
                    continue;
                }
                pending = true;
                let module = home(workspace.leaf(leaf).item);
                for user in &askers {
                    let asker = Asker::caller(scope, *user);
                    let conditions = asker.conditions(scope, module);
                    self.leaves.entry(leaf).or_default().by(&conditions, true);
                    self.asked.insert(leaf);
                    let place = Place::Item(*user, 0);
                    self.leaf(scope, leaf, place, &asker, &mut BTreeSet::new());
                }
                if !scope.dest_has(module) {
                    self.facades.insert(module);
                }
                users.entry(module).or_default().extend(askers);
            }
            leaves = later;
        }
    }

    /// A module that is re-exported shows all that it shows in the monolith.
    fn shown_by_module(
        &mut self,
        scope: &Scope<'_>,
        (leaf, resolution): (UseLeafId, &Resolution),
        place: Place,
        asker: &Asker<'_>,
        seen: &mut BTreeSet<UseLeafId>,
    ) {
        let workspace = scope.workspace;
        let import = workspace.leaf(leaf);
        let Target::Module(target) = resolution.target else {
            return;
        };
        let is_divided = workspace.module(target).krate == scope.root && !scope.is_whole(target);
        if !is_divided || import.binding == Binding::Glob || !self.is_shown(scope, leaf) {
            return;
        }
        self.re_exported_modules.insert(target);
        let items = workspace.module(target).items.iter();
        let public = items.filter(|id| workspace.item(**id).visibility.level == Level::Public);
        for id in public {
            let fixed = scope.own_conditions(*id);
            for next in &workspace.item(*id).leaves {
                self.re_exported.insert(*next);
                self.asked.insert(*next);
                self.leaves.entry(*next).or_default().by(&fixed, true);
                self.leaf(scope, *next, place, asker, seen);
            }
        }
    }

    /// Whether an import is public in the new crate too.
    fn is_shown(&self, scope: &Scope<'_>, leaf: UseLeafId) -> bool {
        let item = scope.workspace.item(scope.workspace.leaf(leaf).item);
        item.kind == ItemKind::Use
            && item.visibility.level == Level::Public
            && (scope.is_whole(item.module) || self.re_exported.contains(&leaf))
    }

    /// `pub use` takes only what is public: the import that its last name is found by is, too.
    fn re_exports(&mut self, scope: &Scope<'_>, leaf: UseLeafId, resolution: &Resolution) {
        let segments = &scope.workspace.leaf(leaf).path.segments;
        let Some(last) = segments.last().filter(|_| self.is_shown(scope, leaf)) else {
            return;
        };
        let lookups = resolution.lookups.iter();
        let found = lookups.filter(|lookup| lookup.name == last.name);
        self.re_exported
            .extend(found.filter_map(|lookup| match lookup.found {
                Found::Leaf(next) | Found::Glob(next) => Some(next),
                Found::Item(_) => None,
            }));
    }
}
