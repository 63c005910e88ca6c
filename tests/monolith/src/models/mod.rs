//! The rows: tasks, their steps, the edges between those, and the history of both.
//!
//! A [`Workflow`] is what is written down; a [`Task`] is one run of it, made of [`Step`]s.

pub mod edge;
pub mod step;
pub mod task;
pub mod transition;
pub mod workflow;

pub use edge::StepEdge;
pub use step::Step;
pub use task::{NewTask, Task};
pub use transition::Transition;
pub use workflow::{StepTemplate, Workflow, WorkflowBuilder};

use std::fmt;

/// What kinds of things there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entity {
    /// A [`Task`].
    Task,
    /// A [`Step`].
    Step,
    /// A [`Workflow`].
    Workflow,
    /// A message in a queue.
    Message,
    /// An event.
    Event,
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Entity::Task => "task",
            Entity::Step => "step",
            Entity::Workflow => "workflow",
            Entity::Message => "message",
            Entity::Event => "event",
        })
    }
}

/// Turns "no row was changed" into a conflict: the row's version was not the one we had read.
fn expect_one_row(changed: usize, entity: Entity, id: i64) -> crate::error::Result<()> {
    if changed == 1 {
        Ok(())
    } else {
        Err(crate::error::Error::Conflict { entity, id })
    }
}
