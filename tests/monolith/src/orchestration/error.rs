//! What can go wrong while tasks are driven.

use crate::{
    state_machine::TaskState,
    types::{StepId, TaskId},
};

/// The orchestrator's own error; everyone else sees it as an [`Error`](crate::Error).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrchestrationError {
    /// No template has that name.
    #[error("no workflow is called {name}")]
    UnknownWorkflow {
        /// The name.
        name: String,
    },
    /// A result names a step that its task does not have.
    #[error("task {task} has no step {step}")]
    StrayResult {
        /// The task in the result.
        task: TaskId,
        /// The step in the result.
        step: StepId,
    },
    /// The task has ended.
    #[error("task {task} is {state} already")]
    TaskIsOver {
        /// The task.
        task: TaskId,
        /// How it ended.
        state: TaskState,
    },
}
