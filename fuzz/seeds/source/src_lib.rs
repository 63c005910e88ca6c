//! Millrace, a small workflow engine on SQLite.
//!
//! A [`Workflow`] is a DAG of steps. A [`crate::models::Task`] is one run of it. The
//! [`Orchestrator`] sends out the steps that are ready, [`Worker`]s carry them out, and all they
//! share is a [`Database`].
//!
//! ```
//! use millrace::{run_to_completion, worker::builtin, TaskState};
//! use millrace::{Database, NewTask, Orchestrator, TemplateRegistry, Worker, Workflow};
//!
//! # fn main() -> millrace::Result<()> {
//! let db = Database::in_memory()?;
//! let hello = Workflow::builder("hello")
//!     .step("first", "echo", &[])
//!     .step("second", "join", &["first"])
//!     .build()?;
//! let templates = TemplateRegistry::of([hello])?;
//! let orchestrator = Orchestrator::new(&db, Default::default(), templates);
//! let worker = Worker::new(&db, Default::default(), builtin::registry()?);
//!
//! let task = orchestrator.create_task(&NewTask::of("hello"))?;
//! let task = run_to_completion(&orchestrator, &worker, task.id, 20)?;
//! assert_eq!(task.state, TaskState::Complete);
//! # Ok(())
//! # }
//! ```

#![warn(missing_docs)]

// First, since its macro is used by all that follow.
#[macro_use]
pub mod logging;

pub mod config;
pub mod constants;
pub mod database;
pub mod error;
pub mod events;
pub mod execution;
pub mod messaging;
pub mod models;
pub mod orchestration;
pub mod registry;
pub mod resilience;
pub mod scopes;
pub mod sql_functions;
pub mod state_machine;
pub mod types;
pub mod validation;
#[cfg(feature = "web")]
pub mod web;
pub mod worker;

#[cfg(test)]
pub(crate) mod test_support;

// The names that nearly everyone needs.
pub use config::Config;
pub use database::Database;
pub use error::{Error, Result};
pub use execution::{StepContext, StepOutcome};
pub use models::{NewTask, Step, Task, Workflow};
pub use orchestration::Orchestrator;
pub use registry::{HandlerRegistry, TemplateRegistry};
pub use state_machine::{StepState, TaskState};
pub use worker::Worker;

use crate::state_machine::Lifecycle;

/// Turns both wheels in one thread until the task has ended, `max_turns` times at most.
///
/// Steps that wait for a time are not waited for: the task is then returned as it is.
pub fn run_to_completion(
    orchestrator: &Orchestrator<'_>,
    worker: &Worker<'_>,
    task: types::TaskId,
    max_turns: usize,
) -> Result<Task> {
    for _ in 0..max_turns {
        let tick = orchestrator.tick()?;
        let carried_out = worker.run_once()?;
        let task = Task::find(orchestrator.database(), task)?;
        if task.state.is_final() || (tick.is_idle() && carried_out == 0) {
            return Ok(task);
        }
    }
    Task::find(orchestrator.database(), task)
}
