//! What is there in tests or by a feature: `any(test, feature = "…")`. The tests of other crates have it by the feature for
//! these, whether or not the other one is on.

use std::collections::BTreeSet;

use cleave_graph::Target;
use cleave_syntax::{ItemId, ModuleId, Workspace};

use super::condition::features_beside_test;
use super::{Finder, text};
use crate::scope::{Scope, Side};

/// The features that do as well as tests, where the default ones do not.
///
/// Left out is what keeps something else away, `not(any(test, …))`: Cargo unites features, so what is compiled beside the
/// tests has the feature for them too, and would lose that.
#[derive(Debug)]
pub(super) struct Alternatives {
    /// The monolith's features that are on by default.
    on: BTreeSet<String>,
    /// The features beside `test` that keep something away.
    exclusive: BTreeSet<BTreeSet<String>>,
    /// By module id: whether it, or one around it, has tests as such an alternative. Every path above asks.
    modules: Vec<bool>,
}

impl Alternatives {
    pub(super) fn of(scope: &Scope<'_>) -> Self {
        let workspace = scope.workspace;
        let package = workspace.package(workspace.krate(scope.root).package);
        let mut on = BTreeSet::new();
        let mut pending = vec!["default".to_owned()];
        while let Some(feature) = pending.pop() {
            if let Some(turned_on) = package.features.get(&feature) {
                pending.extend(turned_on.iter().filter(|it| !on.contains(*it)).cloned());
            }
            on.insert(feature);
        }
        let items = [scope.root, scope.dest].into_iter();
        let items = items.flat_map(|krate| workspace.items_of(krate));
        let conditions = items.flat_map(|id| conditions(workspace, id));
        let negated = conditions.filter(|text| text.contains("not("));
        let exclusive = negated.filter_map(features);
        let mut alternatives = Self {
            on,
            exclusive: exclusive.collect(),
            modules: Vec::new(),
        };
        let modules = (0..workspace.modules.len()).map(ModuleId::new);
        let is_inside = |id| {
            let mut around = workspace.around(id);
            around.any(|module| alternatives.declares(workspace, module))
        };
        alternatives.modules = modules.map(is_inside).collect();
        alternatives
    }

    /// Whether an item's own condition has tests as such an alternative.
    fn has(&self, workspace: &Workspace, id: ItemId) -> bool {
        let mut found = conditions(workspace, id).filter_map(features);
        found.any(|features| features.is_disjoint(&self.on) && !self.exclusive.contains(&features))
    }

    /// The same of a declaration of a module.
    pub(super) fn declares(&self, workspace: &Workspace, module: ModuleId) -> bool {
        let mut declared = workspace.declarations(module);
        declared.any(|id| self.has(workspace, id))
    }

    /// The same of an item, its impl or the modules around it.
    pub(super) fn are(&self, workspace: &Workspace, id: ItemId) -> bool {
        let item = workspace.item(id);
        let mut own = std::iter::once(id).chain(item.parent);
        self.modules[item.module.index()] || own.any(|id| self.has(workspace, id))
    }
}

fn conditions(workspace: &Workspace, id: ItemId) -> impl Iterator<Item = &str> {
    let attributes = workspace.item(id).attributes.iter();
    let conditions = attributes.filter(|attribute| attribute.path == "cfg");
    conditions.map(move |attribute| text(workspace, id, attribute))
}

fn features(attribute: &str) -> Option<BTreeSet<String>> {
    let found = features_beside_test(attribute)?;
    Some(found.into_iter().map(str::to_owned).collect())
}

impl Finder<'_, '_> {
    /// What code above names. What is there by a feature too is needed in tests by who stands under such a condition.
    pub(super) fn named_above(&mut self, user: ItemId, target: &Target) {
        let workspace = self.scope.workspace;
        let is_alternative =
            matches!(*target, Target::Item(id) if self.alternatives.are(workspace, id));
        if !is_alternative || self.is_for_tests(user) {
            self.target(target);
        }
    }

    /// What imports above lead to that stand under such a condition.
    pub(super) fn imported_above(&mut self) {
        let (workspace, graph) = (self.scope.workspace, self.scope.graph);
        for import in workspace.items_of(self.scope.root) {
            let stays = self.scope.is_import(import) && self.scope.side(import) == Side::Root;
            if !stays || !self.alternatives.are(workspace, import) {
                continue;
            }
            for leaf in &workspace.item(import).leaves {
                for resolution in &graph.leaves[leaf.index()] {
                    self.named_above(import, &resolution.target);
                }
            }
        }
    }
}
