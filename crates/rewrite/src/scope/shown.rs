//! Modules that show names of other packages to code which will live beside the destination.

use std::collections::BTreeSet;

use cleave_graph::graph::Found;
use cleave_graph::{Lookup, Place, Target};
use cleave_plan::homes;
use cleave_syntax::{ModuleId, UseLeafId};

use super::{Scope, Side};

impl Scope<'_> {
    /// The modules that would move whole, but through whose imports code leads to another package that will not see the
    /// destination: nothing in the plan ties it to them. They keep their imports until that code has moved, too.
    pub(super) fn shows_beside(&self) -> BTreeSet<ModuleId> {
        let workspace = self.workspace;
        let mut ways: Vec<_> = Vec::new();
        for reference in &self.graph.references {
            let Place::Item(user, _) = reference.place else {
                continue;
            };
            if reference.resolution.target == Target::Builtin
                || workspace.crate_of(user) != self.root
                || self.side(user) != Side::Root
            {
                continue;
            }
            let mut through = BTreeSet::new();
            self.whole_on_the_way(&reference.resolution.lookups, &mut through);
            ways.extend((!through.is_empty()).then_some((user, through)));
        }
        if ways.is_empty() {
            return BTreeSet::new();
        }
        let (homes, _) = homes(self.plan, workspace, self.graph);
        ways.retain(|(user, _)| !self.order.sees(homes.planned[user.index()], Some(self.to)));
        let shown = ways.into_iter().flat_map(|(_, through)| through);
        shown.flat_map(|module| workspace.around(module)).collect()
    }

    /// The modules that would move whole in which names are found as imports of other packages' names.
    fn whole_on_the_way(&self, lookups: &[Lookup], through: &mut BTreeSet<ModuleId>) {
        let mut seen: BTreeSet<UseLeafId> = BTreeSet::new();
        let mut pending: Vec<Lookup> = lookups.to_vec();
        while let Some(lookup) = pending.pop() {
            let (Found::Leaf(leaf) | Found::Glob(leaf)) = lookup.found else {
                continue;
            };
            // An import in the crate's root, which is written anew there, leads straight on if there is one way only.
            let is_at_top = self.workspace.module(lookup.module).parent.is_none();
            let is_short = is_at_top && self.end_of_way(leaf).is_some();
            if is_short || !seen.insert(leaf) {
                continue;
            }
            for resolution in &self.graph.leaves[leaf.index()] {
                if matches!(resolution.target, Target::External(_)) && self.is_whole(lookup.module)
                {
                    through.insert(lookup.module);
                }
                pending.extend(&resolution.lookups);
            }
        }
    }
}
