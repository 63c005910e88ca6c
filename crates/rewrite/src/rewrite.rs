//! A step becomes a change set.

use cleave_graph::Graph;
use cleave_plan::{Homes, Plan, Step};
use cleave_syntax::{ChangeSet, Diagnostic, Workspace};

/// What a step does to the tree.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The tree after it.
    pub changes: ChangeSet,
    /// Refusals (then the change set is empty) and notes for the reviewer.
    pub diagnostics: Vec<Diagnostic>,
    /// Figures for the report.
    pub figures: Figures,
}

/// What a step moved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Files that moved whole.
    pub files_moved: usize,
    /// Files that were divided.
    pub files_split: usize,
    /// Items that left their file.
    pub items_relocated: usize,
    /// What was widened, as `path: old visibility`.
    pub made_public: Vec<String>,
}

/// Works out a step.
pub fn rewrite(workspace: &Workspace, graph: &Graph, plan: &Plan, homes: &Homes, step: &Step) -> Outcome {
    let _ = (workspace, graph, plan, homes, step);
    Outcome::default()
}
