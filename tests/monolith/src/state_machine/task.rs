//! The life of a task.

use super::Lifecycle;
use serde::{Deserialize, Serialize};

/// Where a [`Task`](crate::models::Task) is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Stored, but without steps so far.
    Pending,
    /// Its steps are being carried out.
    Running,
    /// A step failed for good; what is under way is awaited.
    Draining,
    /// Every step succeeded.
    Complete,
    /// At least one step failed for good.
    Failed,
    /// Someone called it off.
    Cancelled,
}

text_enum!(TaskState {
    Pending => "pending",
    Running => "running",
    Draining => "draining",
    Complete => "complete",
    Failed => "failed",
    Cancelled => "cancelled",
});

impl Lifecycle for TaskState {
    const KIND: &'static str = "task";

    fn successors(self) -> &'static [Self] {
        use TaskState::*;

        match self {
            Pending => &[Running, Cancelled],
            Running => &[Draining, Complete, Failed, Cancelled],
            Draining => &[Failed, Cancelled],
            Complete | Failed | Cancelled => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_ends_once() {
        let running = TaskState::Pending.advance(TaskState::Running).unwrap();
        let complete = running.advance(TaskState::Complete).unwrap();
        let error = complete.advance(TaskState::Running).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a task can't go from complete to running"
        );
    }
}
