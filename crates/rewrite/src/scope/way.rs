//! Imports whose way leads through a crate that the destination does not see: it takes another.

use std::collections::BTreeSet;

use cleave_graph::graph::Found;
use cleave_graph::{Lookup, Target};
use cleave_syntax::item::{Level, PathUse};
use cleave_syntax::{ModuleId, PackageId, UseLeafId};

use super::Scope;

impl<'a> Scope<'a> {
    /// The name of the crate from which the destination imports a module that the monolith imports from a crate which the
    /// destination does not see: the uppermost of those it sees that has the module too, and shows it.
    pub(crate) fn stand_in(&self, leaf: UseLeafId) -> Option<&'a str> {
        let workspace = self.workspace;
        let module =
            self.graph.leaves[leaf.index()]
                .iter()
                .find_map(|resolution| match resolution.target {
                    Target::Module(module) => Some(workspace.module(module)),
                    _ => None,
                })?;
        let krate = workspace.krate(module.krate);
        if self.sees(module.krate)
            || workspace.leaf(leaf).path.segments[0].name != krate.extern_name
        {
            return None;
        }
        let lower = (0..self.to)
            .rev()
            .filter(|lower| self.order.sees(Some(self.to), Some(*lower)));
        let named = lower.filter_map(|lower| {
            let name = &self.plan.crates[lower].name;
            let package = workspace
                .packages
                .iter()
                .position(|package| package.name == *name)?;
            workspace.library(PackageId::new(package))
        });
        let alike = named.flat_map(|krate| workspace.modules_of(krate));
        let alike: Vec<ModuleId> = alike
            .filter(|other| workspace.module(*other).path == module.path)
            .collect();
        let is_open = |module: ModuleId| {
            let mut declarations = workspace.declarations(module);
            workspace.module(module).parent.is_none()
                || declarations.any(|id| workspace.item(id).visibility.level == Level::Public)
        };
        let is_shown = |other: &&ModuleId| workspace.around(**other).all(is_open);
        let taken = alike.iter().find(is_shown).or(alike.first())?;
        let krate = workspace.module(*taken).krate;
        Some(workspace.krate(krate).extern_name.as_str())
    }

    /// The same, for an import that stands in the destination: there its own name is `crate`.
    pub(crate) fn stand_in_there(&self, leaf: UseLeafId) -> Option<&'a str> {
        let first = &self.workspace.leaf(leaf).path.segments[0];
        let is_own = first.name == self.workspace.krate(self.dest).extern_name;
        is_own.then_some("crate").or_else(|| self.stand_in(leaf))
    }

    /// The path by which the destination imports what another package has, where the monolith's way there leads through a
    /// crate that the destination does not see: that of the last import on the way.
    pub(crate) fn straight(&self, leaf: UseLeafId) -> Option<&'a PathUse> {
        let is_beside = |lookup: &Lookup| {
            let krate = self.workspace.module(lookup.module).krate;
            krate != self.root && krate != self.dest && !self.sees(krate)
        };
        let resolutions = &self.graph.leaves[leaf.index()];
        let mut lookups = resolutions.iter().flat_map(|found| &found.lookups);
        if !lookups.any(is_beside) {
            return None;
        }
        self.end_of_way(leaf)
    }

    /// The path of the last import on the way to what another package has, where there is one way only.
    pub(super) fn end_of_way(&self, leaf: UseLeafId) -> Option<&'a PathUse> {
        let mut seen = BTreeSet::new();
        let mut at = leaf;
        while seen.insert(at) {
            let [resolution] = &self.graph.leaves[at.index()][..] else {
                return None;
            };
            if !matches!(resolution.target, Target::External(_)) {
                return None;
            }
            match resolution.lookups.last().map(|last| last.found) {
                None => return Some(&self.workspace.leaf(at).path),
                Some(Found::Leaf(next)) => at = next,
                Some(_) => return None,
            }
        }
        None
    }
}
