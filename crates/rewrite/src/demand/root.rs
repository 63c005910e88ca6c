//! What the code that stays needs of what moves.

use std::collections::BTreeSet;

use cleave_graph::graph::Found;
use cleave_graph::{Lookup, Place, Reference, Target};
use cleave_syntax::item::{ItemKind, Level, PathContext};
use cleave_syntax::workspace::CrateKind;
use cleave_syntax::{ItemId, ModuleId, UseLeafId};

use super::{ALL, Asked, Asker, DestDemand, Form, RootDemand, references, users_unseen};
use crate::scope::{Scope, Side};
use crate::support;
use crate::traits::{self, Shown};
use crate::twin;
use crate::unhygienic;

/// What stays asks for, where what moves asks for `dest`.
pub(crate) fn root_demand(scope: &Scope<'_>, dest: &DestDemand) -> RootDemand {
    let mut demand = RootDemand::default();
    for reference in references(scope, Side::Root) {
        let Place::Item(item, index) = reference.place else {
            continue;
        };
        let form = match path_length(scope, reference) {
            1 => Form::Name,
            _ => Form::Path,
        };
        let asker = Asker {
            form,
            ..Asker::path(scope, item, index)
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
    demand.traits(scope, traits::left_behind(scope));
    demand.traits(scope, traits::in_bodies(scope, false));
    demand.spliced(scope);
    demand.written_by_macros(scope);
    demand.kept(scope, dest);
    twin::ask_for_all(scope, &mut demand);
    demand
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
        for index in 0..lookups.len() {
            let (lookup, asker) = &asker.at(scope, lookups, index);
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
                            self.by_bare_name(scope, item, conditions, outside);
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

    /// A call is one of this macro only where the macro is there.
    fn by_bare_name(
        &mut self,
        scope: &Scope<'_>,
        called: ItemId,
        mut conditions: Vec<String>,
        outside: bool,
    ) {
        let root = scope.workspace.krate(scope.root).root;
        conditions.extend(scope.conditions(called, root));
        self.bare_macros.by(&conditions, outside);
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
        let import = scope.workspace.leaf(leaf).item;
        let asker = &asker.behind(import, seen_from(scope, leaf), form);
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
                    self.by_bare_name(scope, item, asker.conditions(scope, root), true);
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
            self.traits(scope, traits::called_through(scope, leaf, false));
            if self.leaves.get(&leaf).is_some_and(Asked::is_by_all) {
                continue;
            }
            let is_asked = self.leaves.contains_key(&leaf);
            let untouched = !scope.touched[module.index()] && !dest.asked.contains(&leaf);
            if untouched && is_asked {
                self.unseen(scope, leaf, unhygienic::users(scope, leaf, false));
            } else if untouched {
                let fixed = scope.own_conditions(item);
                let asker = Asker::unnamed(module, &fixed);
                self.leaves.entry(leaf).or_default().by(&fixed, false);
                self.leaf(scope, leaf, &asker, &mut BTreeSet::new());
            } else {
                self.unseen(scope, leaf, users_unseen(scope, leaf, false));
            }
        }
    }

    /// Imports that stand as they are need what they name wherever they are compiled, not only where those are who ask.
    fn kept(&mut self, scope: &Scope<'_>, dest: &DestDemand) {
        let asked: Vec<UseLeafId> = self.leaves.keys().copied().collect();
        for leaf in asked {
            let item = scope.workspace.leaf(leaf).item;
            let module = scope.workspace.item(item).module;
            let changes = scope.touched[module.index()] || dest.asked.contains(&leaf);
            if !changes || !self.narrows(scope, dest, leaf) {
                let asker = Asker::caller(scope, item);
                let conditions = asker.conditions(scope, module);
                self.leaves.entry(leaf).or_default().by(&conditions, false);
                self.leaf(scope, leaf, &asker, &mut BTreeSet::new());
            }
        }
    }

    /// Whether an import of a module that changes is used here under a condition alone, where it was used without before:
    /// by tests, by those who see its module, or by what a `cfg` may turn off.
    pub(crate) fn narrows(&self, scope: &Scope<'_>, dest: &DestDemand, leaf: UseLeafId) -> bool {
        let workspace = scope.workspace;
        let id = workspace.leaf(leaf).item;
        let item = workspace.item(id);
        let asked = self.leaves.get(&leaf);
        let Some(conditions) = asked.and_then(|asked| asked.conditions.as_ref()) else {
            return false;
        };
        let is_hidden = !is_shown(scope, leaf);
        let for_tests = !item.is_test && is_hidden && conditions.contains(support::TEST);
        let own = scope.own_conditions(id);
        let shown = scope.shown_conditions(item.module);
        let mut shown = shown.iter();
        let for_those_who_see = shown.any(|text| conditions.contains(text) && !own.contains(text));
        let around = scope.conditions(id, workspace.krate(scope.root).root);
        let moved = dest.leaves.get(&leaf);
        let moved = moved.and_then(|asked| asked.conditions.as_ref());
        let is_new = |text: &String| {
            !around.contains(text) && !moved.is_some_and(|conditions| conditions.contains(text))
        };
        let for_some = is_hidden && dest.asked.contains(&leaf) && conditions.iter().any(is_new);
        item.kind == ItemKind::Use && (for_tests || for_those_who_see || for_some)
    }

    /// Those who need an import that no path of theirs leads through.
    fn unseen(&mut self, scope: &Scope<'_>, leaf: UseLeafId, users: BTreeSet<ItemId>) {
        let module = scope.workspace.item(scope.workspace.leaf(leaf).item).module;
        for user in users {
            let asker = Asker::caller(scope, user);
            asker.ask(scope, module, self.leaves.entry(leaf).or_default());
            self.leaf(scope, leaf, &asker, &mut BTreeSet::new());
        }
    }

    /// Source that is spliced into a module may name whatever the module imports, and what stands in the modules that it
    /// imports (row E5).
    fn spliced(&mut self, scope: &Scope<'_>) {
        let workspace = scope.workspace;
        let calls = workspace.items_of(scope.root).filter(|id| {
            let stays = !scope.moving[id.index()];
            stays && workspace.splices_source(*id)
        });
        for call in calls {
            let asker = Asker::caller(scope, call);
            let beside = &workspace.module(workspace.item(call).module).items;
            for leaf in beside.iter().flat_map(|id| &workspace.item(*id).leaves) {
                asker.ask(scope, asker.module, self.leaves.entry(*leaf).or_default());
                self.leaf(scope, *leaf, &asker, &mut BTreeSet::new());
                for resolution in &scope.graph.leaves[leaf.index()] {
                    if let Target::Module(module) = resolution.target {
                        self.all_of(scope, module, &asker);
                    }
                }
            }
        }
    }

    /// What a macro names is looked up where it is called: so is what leaves the module of who calls it (row D1).
    fn written_by_macros(&mut self, scope: &Scope<'_>) {
        let workspace = scope.workspace;
        let callers = scope.written.iter();
        for (caller, names) in callers.filter(|(caller, _)| !scope.moving[caller.index()]) {
            let asker = Asker::caller(scope, *caller);
            for id in &workspace.module(asker.module).items {
                let item = workspace.item(*id);
                let is_name = item.is_node() && item.kind != ItemKind::MacroRules;
                let is_written = || names.iter().any(|name| *name == item.name.as_str());
                if scope.moving[id.index()] && is_name && is_written() {
                    let lookup = Shown::Item(*id).lookup(scope);
                    let lookups = std::slice::from_ref(&lookup);
                    self.lookups(scope, lookups, &asker, &mut BTreeSet::new());
                }
            }
        }
    }

    /// Whatever of a module moves.
    fn all_of(&mut self, scope: &Scope<'_>, module: ModuleId, asker: &Asker<'_>) {
        for id in &scope.workspace.module(module).items {
            let item = scope.workspace.item(*id);
            if scope.moving[id.index()] && !item.is_test && !item.name.is_empty() {
                let lookup = Shown::Item(*id).lookup(scope);
                let lookups = std::slice::from_ref(&lookup);
                self.lookups(scope, lookups, asker, &mut BTreeSet::new());
            }
        }
    }

    /// Traits that code needs for their methods, each with who calls.
    fn traits(&mut self, scope: &Scope<'_>, found: Vec<(Shown, BTreeSet<ItemId>)>) {
        for (shown, callers) in found {
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
            let shown = scope.shown_conditions(module);
            for id in &scope.workspace.module(module).items {
                let item = scope.workspace.item(*id);
                // What is there in tests only was never seen from outside.
                if item.is_test {
                    continue;
                }
                let public = item.visibility.level == Level::Public;
                // What a private module exports, whoever shows it asks for: under conditions of their own.
                if item.kind == ItemKind::Use && public && (reachable || !is_library) {
                    let mut fixed = scope.own_conditions(*id);
                    fixed.extend(shown.iter().cloned());
                    let exported = |leaf: &&UseLeafId| scope.exports.leaves.contains(leaf);
                    for leaf in item.leaves.iter().filter(exported) {
                        let asker = match shown[..] {
                            [] => Asker::caller(scope, *id),
                            _ => Asker::unnamed(module, &fixed),
                        };
                        self.leaves.entry(*leaf).or_default().by(&fixed, true);
                        self.leaf(scope, *leaf, &asker, &mut BTreeSet::new());
                    }
                } else if reachable && public && scope.moving[id.index()] && !item.name.is_empty() {
                    self.names
                        .entry((module, *id, item.name.clone()))
                        .or_default()
                        .by(&shown, true);
                    self.public_items.insert(*id);
                } else if reachable && scope.moving[id.index()] && !item.defines.is_empty() {
                    for name in item.defines.iter().map(|it| &it.name) {
                        self.names
                            .entry((module, *id, name.clone()))
                            .or_default()
                            .by(&shown, true);
                    }
                    self.public_items.insert(*id);
                } else if reachable && scope.moving[id.index()] && shows_unseen(scope, *id) {
                    let key = (module, *id, ALL.to_owned());
                    self.names.entry(key).or_default().by(&shown, true);
                    self.public_modules.insert(module);
                } else if let Some(child) = item.declares
                    && reachable
                    && public
                    && scope.is_whole(child)
                {
                    self.modules.entry(child).or_default().by(&shown, true);
                    self.public_modules.insert(child);
                }
            }
        }
        if is_library {
            self.exported_macros(scope);
            self.made(scope);
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

/// Whether a public import may have users that are not in the workspace, and that name it where it stands.
fn is_shown(scope: &Scope<'_>, leaf: UseLeafId) -> bool {
    let workspace = scope.workspace;
    let item = workspace.item(workspace.leaf(leaf).item);
    let is_library = workspace.krate(scope.root).kind == CrateKind::Lib;
    let is_reachable = scope.exports.modules.contains(&item.module);
    item.visibility.level == Level::Public && (!is_library || is_reachable)
}

/// From where the names are looked up that an import leads to: what a re-export shows must be seen as far as that is.
fn seen_from(scope: &Scope<'_>, leaf: UseLeafId) -> ModuleId {
    let workspace = scope.workspace;
    let import = workspace.item(workspace.leaf(leaf).item);
    match import.visibility.level {
        Level::Private | Level::Module => import.module,
        Level::Super => {
            let parent = workspace.module(import.module).parent;
            parent.unwrap_or(import.module)
        }
        Level::In(_) | Level::Crate | Level::Public => workspace.krate(scope.root).root,
    }
}

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
