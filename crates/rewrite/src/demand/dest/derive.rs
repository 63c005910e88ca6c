//! What the code that derives write names.

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::{Place, Target};
use cleave_syntax::item::ItemKind;
use cleave_syntax::{ItemId, ModuleId, UseLeafId};

use super::{is_public, leads_out_of_sight, names_dest};
use crate::demand::{Asker, DestDemand};
use crate::scope::{Scope, Side};

impl DestDemand {
    /// What derives write names their traits, and what stands beside these, by the crate's own name: the public imports
    /// that lead there are in the new crate too (row D4).
    pub(super) fn paths_of_derives(&mut self, scope: &Scope<'_>) {
        let workspace = scope.workspace;
        let home = |id: ItemId| workspace.item(id).module;
        let moving = scope.graph.derived.iter().filter(|(id, implemented)| {
            scope.moving[id.index()] && scope.side(*implemented) != Side::Root
        });
        // What stands beside a trait is what the trait's module defines; the modules around lead there.
        let mut beside: BTreeMap<ModuleId, Vec<ItemId>> = BTreeMap::new();
        let mut users: BTreeMap<ModuleId, Vec<ItemId>> = BTreeMap::new();
        for (id, implemented) in moving {
            beside.entry(home(*implemented)).or_default().push(*id);
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
        // What stands beside may be named or not; what the new crate can't see, the plan has found not to be needed.
        let is_in_sight = |leaf: &UseLeafId| {
            let mut targets = scope.graph.leaves[leaf.index()].iter();
            let is_derived = targets.any(|resolution| match resolution.target {
                Target::Item(of) => scope.graph.derived.iter().any(|(_, it)| *it == of),
                _ => false,
            });
            is_derived || !leads_out_of_sight(scope, *leaf)
        };
        let is_shown = |leaf: &UseLeafId| {
            let item = workspace.item(workspace.leaf(*leaf).item);
            let is_divided = !scope.is_whole(item.module) && !names_dest(scope, *leaf);
            let is_own = workspace.module(item.module).krate == scope.root;
            is_own && is_public(item) && is_divided && is_in_sight(leaf)
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
                    Target::Item(target) if may_be_named(target) => beside.get(&home(target)),
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
}
