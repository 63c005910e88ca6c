//! The last step: the root drops what it no longer needs (row E1).

use cleave_graph::Graph;
use cleave_plan::Plan;
use cleave_syntax::{ChangeBuilder, CrateId, Diagnostic, Workspace};

use crate::{members, needs};

/// Drops the dependencies that only the moved code used.
pub(crate) fn clean_up(
    workspace: &Workspace,
    graph: &Graph,
    plan: &Plan,
    root: CrateId,
    builder: &mut ChangeBuilder,
) -> Vec<Diagnostic> {
    let needs = needs::of_package(workspace, graph, root);
    members::clean_up(workspace, plan, &needs, builder)
}
