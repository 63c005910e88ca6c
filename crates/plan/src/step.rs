//! The way to the plan, one reviewable step at a time.

use cleave_graph::Graph;
use cleave_syntax::{ItemId, Workspace};

use crate::home::Homes;
use crate::plan::Plan;

/// A step, worked out from today's source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its number, from 1 on; stable as long as the plan is.
    pub id: usize,
    /// One line for a commit's subject.
    pub title: String,
    /// Why it comes now.
    pub why: String,
    /// What it does.
    pub kind: StepKind,
    /// Whether today's source has nothing left of it.
    pub done: bool,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepKind {
    /// Makes the workspace and the empty crates.
    Skeleton,
    /// Moves items from the monolith to a crate.
    Move {
        /// Index into [`Plan::crates`].
        to: usize,
        /// The items (no `use` or `mod` items, no methods), ascending; everything they need outside tests is in that crate or below by then.
        items: Vec<ItemId>,
    },
    /// Drops what the root no longer needs (dependencies it does not use any more).
    Cleanup,
}

/// All steps, those done included, in order.
pub fn steps(plan: &Plan, homes: &Homes, workspace: &Workspace, graph: &Graph) -> Vec<Step> {
    let _ = (plan, homes, workspace, graph);
    Vec::new()
}
