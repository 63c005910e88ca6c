//! Finds the boundaries.

use cleave_graph::Graph;
use cleave_syntax::{Diagnostic, Workspace};

use crate::plan::Plan;

/// What a person asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProposeOptions {
    /// How many new crates; none for as many as pay (at least three where the code allows).
    pub crates: Option<usize>,
    /// Prefix of the crates' names; the package's name where there is none.
    pub prefix: Option<String>,
    /// The plan so far: its claims are pins.
    pub pins: Option<Plan>,
}

/// Proposes a plan.
pub fn propose(workspace: &Workspace, graph: &Graph, options: &ProposeOptions) -> (Plan, Vec<Diagnostic>) {
    let _ = (workspace, graph, options);
    (Plan::default(), Vec::new())
}
