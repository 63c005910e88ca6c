//! Which step takes an item along.

use std::collections::BTreeMap;

use cleave_syntax::{ItemId, Workspace};

use crate::plan::Plan;

/// What the steps of a plan claim, looked up by name.
pub(super) struct Claims<'a> {
    /// The first step that has a name among its moves, by its crate and the name.
    first: BTreeMap<(&'a str, &'a str), usize>,
    plan: &'a Plan,
}

impl<'a> Claims<'a> {
    pub(super) fn of(plan: &'a Plan) -> Self {
        let mut first = BTreeMap::new();
        for (index, step) in plan.steps.iter().enumerate() {
            for name in &step.moves {
                first
                    .entry((step.to.as_str(), name.as_str()))
                    .or_insert(index);
            }
        }
        Claims { first, plan }
    }

    /// The step that names an item, or a module around it, the closest.
    pub(super) fn named(&self, workspace: &Workspace, to: usize, id: ItemId) -> Option<usize> {
        let krate = self.plan.crates[to].name.as_str();
        let claim = |name: &str| self.first.get(&(krate, name)).copied();
        let module = workspace.module(workspace.item(id).module).path.as_str();
        let around = std::iter::successors(Some(module), |inner| {
            inner.rsplit_once("::").map(|(outer, _)| outer)
        });
        claim(&workspace.path_of(id)).or_else(|| around.into_iter().find_map(claim))
    }

    /// The step for what is new since the plan was made: the last to its crate.
    pub(super) fn last(&self, to: usize) -> Option<usize> {
        let name = &self.plan.crates[to].name;
        self.plan.steps.iter().rposition(|step| step.to == *name)
    }
}
