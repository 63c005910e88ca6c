//! What the code that moves needs in its new crate.

mod derive;

use std::collections::BTreeSet;

use cleave_graph::graph::Found;
use cleave_graph::standard::is_crate as is_standard;
use cleave_graph::{Lookup, Place, Resolution, Target};
use cleave_syntax::item::{Binding, Item, ItemKind, Level, PathContext};
use cleave_syntax::{ItemId, ModuleId, UseLeafId};

use super::{Asked, Asker, DestDemand, namesake, onward, references, users_unseen};
use crate::scope::{Scope, Side};
use crate::traits::Shown;

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
        let asker = Asker::path(scope, item, index);
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
            _ => {}
        }
    }
    demand.imports_of_whole_modules(scope);
    demand.imports_for_methods(scope);
    demand.traits_in_bodies(scope);
    demand.shown_in_part(scope);
    demand.paths_of_derives(scope);
    demand.seen_through(scope);
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

/// Whether an import gives a macro of the destination a path besides the one in its crate's root: the destination has it
/// only where it imports it itself.
fn is_macro_by_path(scope: &Scope<'_>, leaf: UseLeafId) -> bool {
    let workspace = scope.workspace;
    let module = workspace.item(workspace.leaf(leaf).item).module;
    let mut targets = scope.graph.leaves[leaf.index()].iter();
    workspace.module(module).parent.is_some()
        && targets.any(|resolution| match resolution.target {
            Target::Item(id) => workspace.item(id).is_exported_macro(),
            _ => false,
        })
}

/// Whether a leaf is `use name`, the import of a macro below its definition: it has to stay there.
fn names_textual_macro(scope: &Scope<'_>, leaf: UseLeafId) -> bool {
    let workspace = scope.workspace;
    let mut targets = scope.graph.leaves[leaf.index()].iter();
    workspace.leaf(leaf).path.segments.len() == 1
        && targets.any(|resolution| match resolution.target {
            Target::Item(id) => workspace.item(id).kind == ItemKind::MacroRules,
            _ => false,
        })
}

/// Whether a leaf is the `extern crate` of a crate of the plan, which a step wrote for its macros: paths start with a
/// member's name without it, except in the 2015 edition.
fn names_member(scope: &Scope<'_>, leaf: UseLeafId) -> bool {
    let workspace = scope.workspace;
    let kind = workspace.item(workspace.leaf(leaf).item).kind;
    let is_2015 = workspace.krate(scope.root).edition == "2015";
    let mut targets = scope.graph.leaves[leaf.index()].iter();
    let is_planned = targets.any(|resolution| match resolution.target {
        Target::CrateRoot(krate) => scope.planned_name(krate).is_some(),
        _ => false,
    });
    kind == ItemKind::ExternCrate && !is_2015 && is_planned
}

/// Whether a name is found to be such a crate's, by globs of the module that has the `extern crate`.
fn leads_to_member(scope: &Scope<'_>, lookups: &[Lookup]) -> bool {
    let mut same = lookups
        .iter()
        .take_while(|next| next.name == lookups[0].name);
    same.any(|next| matches!(next.found, Found::Leaf(leaf) if names_member(scope, leaf)))
}

/// Where an import leads, under some condition. What is there for tests in place of another counts only where it moves, too:
/// to other crates it is nothing.
fn resolutions<'a>(scope: &Scope<'a>, leaf: UseLeafId) -> impl Iterator<Item = &'a Resolution> {
    let all = || scope.graph.leaves[leaf.index()].iter();
    let stays_for_tests = |resolution: &&Resolution| match resolution.target {
        Target::Item(to) => scope.workspace.item(to).is_test && scope.side(to) == Side::Root,
        _ => false,
    };
    let is_all = all().all(|it| stays_for_tests(&it));
    all().filter(move |it| is_all || !stays_for_tests(it))
}

/// Whether an import leads, under some condition, to what stays above or is in a crate beside the destination.
fn leads_out_of_sight(scope: &Scope<'_>, leaf: UseLeafId) -> bool {
    resolutions(scope, leaf).any(|resolution| match resolution.target {
        Target::Item(to) => match scope.side(to) {
            Side::Root => true,
            Side::Dest => false,
            Side::Other => !scope.sees(scope.workspace.crate_of(to)),
        },
        _ => false,
    })
}

/// Whether a derive or an attribute of another package stands on what moves.
fn runs_foreign_macros(scope: &Scope<'_>) -> bool {
    references(scope, Side::Dest).any(|reference| {
        let path = reference.place.path(scope.workspace);
        let target = &reference.resolution.target;
        let is_foreign = matches!(target, Target::External(krate) if !is_standard(krate));
        is_foreign && path.context == PathContext::Attribute
    })
}

/// Whether an item is a `pub use`.
fn is_public(item: &Item) -> bool {
    item.kind == ItemKind::Use && item.visibility.level == Level::Public
}

impl DestDemand {
    /// What a macro's body names through `$crate` is named by whoever calls it: imports and modules on the
    /// way are public (row D1).
    fn named_by_macro(
        &mut self,
        scope: &Scope<'_>,
        (item, index): (ItemId, u32),
        lookups: &[Lookup],
    ) {
        let item = scope.workspace.item(item);
        if !item.means_own_crate(&item.paths[index as usize]) {
            return;
        }
        for lookup in lookups {
            match lookup.found {
                Found::Leaf(leaf) | Found::Glob(leaf) => {
                    self.re_exported.insert(leaf);
                }
                // A module that is there for imports alone.
                Found::Item(item) => {
                    let child = scope.workspace.item(item).declares;
                    self.re_exported_modules
                        .extend(child.filter(|child| !scope.is_whole(*child)));
                }
            }
        }
    }

    /// What a module that moves whole imports goes along, and the traits that its globs bring.
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
                    self.traits_behind(scope, *leaf);
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

    /// What imports lead to that go along as they stand, of modules that are divided: it is there under their conditions,
    /// whoever uses them.
    pub(crate) fn lead_on(&mut self, scope: &Scope<'_>, as_they_stand: &[ItemId]) {
        for item in as_they_stand {
            let asker = Asker::caller(scope, *item);
            for leaf in &scope.workspace.item(*item).leaves {
                let place = Place::Item(*item, 0);
                self.leaf(scope, *leaf, place, &asker, &mut BTreeSet::new());
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
            if self.leaves.get(&leaf).is_some_and(Asked::is_by_all) || names_dest(scope, leaf) {
                continue;
            }
            // Methods are known by name alone. Who really calls those of a trait that stays above would stay too.
            if leads_out_of_sight(scope, leaf) || names_textual_macro(scope, leaf) {
                continue;
            }
            for user in users_unseen(scope, leaf, true) {
                let asker = Asker::caller(scope, user);
                let place = Place::Item(item, 0);
                asker.ask(scope, module, self.leaves.entry(leaf).or_default());
                self.leaf(scope, leaf, place, &asker, &mut BTreeSet::new());
            }
        }
    }

    /// The traits that globs in bodies bring, where they are imported in turn; whoever calls a macro goes through its own.
    fn traits_in_bodies(&mut self, scope: &Scope<'_>) {
        let across = macros_called_across(scope);
        for (shown, callers) in crate::traits::in_bodies(scope, true) {
            let Shown::Leaf(leaf) = shown else { continue };
            if leads_out_of_sight(scope, leaf) {
                continue;
            }
            let place = Place::Item(scope.workspace.leaf(leaf).item, 0);
            let lookup = shown.lookup(scope);
            for caller in callers {
                let asker = Asker::caller(scope, caller);
                let lookups = std::slice::from_ref(&lookup);
                self.lookups(scope, lookups, place, &asker, &mut BTreeSet::new());
                if across.contains(&caller) {
                    self.re_exported.insert(leaf);
                }
            }
        }
    }

    /// The traits that a glob brings for the calls of their methods, where they are imported in turn.
    fn traits_behind(&mut self, scope: &Scope<'_>, glob: UseLeafId) {
        let place = Place::Item(scope.workspace.leaf(glob).item, 0);
        for (shown, callers) in crate::traits::called_through(scope, glob, true) {
            match shown {
                Shown::Item(_) => continue,
                Shown::Leaf(leaf) if leads_out_of_sight(scope, leaf) => continue,
                Shown::Leaf(_) => {}
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
        for index in 0..lookups.len() {
            let (lookup, asker) = &asker.at(scope, lookups, index);
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
                Found::Leaf(leaf) | Found::Glob(leaf)
                    if names_dest(scope, leaf) && !is_macro_by_path(scope, leaf) =>
                {
                    self.asked.insert(leaf);
                }
                Found::Leaf(_) | Found::Glob(_) if leads_to_member(scope, &lookups[index..]) => {}
                Found::Leaf(leaf) | Found::Glob(leaf) => {
                    self.asked.insert(leaf);
                    if !scope.is_whole(module) {
                        let asked = if namesake::is_behind_another_glob(scope, lookup) {
                            self.named.entry((leaf, lookup.name)).or_default()
                        } else {
                            self.leaves.entry(leaf).or_default()
                        };
                        asker.ask(scope, module, asked);
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
        if !seen.insert(leaf) || names_dest(scope, leaf) || scope.straight(leaf).is_some() {
            return;
        }
        let import = scope.workspace.leaf(leaf).item;
        let from = scope.workspace.item(import).module;
        let asker = &asker.behind(import, from, asker.form);
        for resolution in resolutions(scope, leaf) {
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

    /// Imports of what moves that other modules see, in modules of which some crate will see the destination's part alone,
    /// and in all of a crate that macros name by its own name: what they write goes by paths that nobody sees (row D4).
    fn shown_in_part(&mut self, scope: &Scope<'_>) {
        let workspace = scope.workspace;
        let modules = workspace.modules_of(scope.root);
        let names_itself = workspace.own_name(scope.root).is_some();
        let runs_macros = names_itself && runs_foreign_macros(scope);
        let is_shown = |module: &ModuleId| {
            let is_divided = scope.touched[module.index()] && !scope.is_whole(*module);
            (names_itself && is_divided) || scope.is_seen_in_part(*module)
        };
        for module in modules.filter(is_shown) {
            let items = workspace.module(module).items.iter();
            let public = items.filter(|id| {
                let item = workspace.item(**id);
                item.kind == ItemKind::Use
                    && matches!(item.visibility.level, Level::Public | Level::Crate)
            });
            for id in public {
                let fixed = scope.own_conditions(*id);
                let asker = Asker::unnamed(module, &fixed);
                let leaves = workspace.item(*id).leaves.iter();
                for leaf in leaves.filter(|leaf| !names_textual_macro(scope, **leaf)) {
                    let resolutions = &scope.graph.leaves[leaf.index()];
                    let moves = resolutions
                        .iter()
                        .any(|resolution| match resolution.target {
                            Target::Item(to) => scope.side(to) == Side::Dest,
                            Target::Module(to) => {
                                let is_glob = workspace.leaf(*leaf).binding == Binding::Glob;
                                (names_itself || is_glob) && scope.touched[to.index()]
                            }
                            // By these what other packages' macros write finds further packages.
                            Target::External(krate) => {
                                let is_root = workspace.module(module).parent.is_none();
                                is_root && runs_macros && !is_standard(&krate)
                            }
                            _ => false,
                        });
                    // What another condition has in its place may stay above.
                    if !moves || leads_out_of_sight(scope, *leaf) || names_dest(scope, *leaf) {
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
            // What it shows of the code that stays above, it shows there.
            let leaves = workspace.item(*id).leaves.iter();
            for next in leaves.filter(|next| !leads_out_of_sight(scope, **next)) {
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
        is_public(item) && (scope.is_whole(item.module) || self.re_exported.contains(&leaf))
    }

    /// `pub use` takes only what is public: the import that its last name is found by is, too.
    fn re_exports(&mut self, scope: &Scope<'_>, leaf: UseLeafId, resolution: &Resolution) {
        if self.is_shown(scope, leaf) {
            self.re_exported.extend(onward(scope, leaf, resolution));
        }
    }
}
