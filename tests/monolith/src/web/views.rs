//! What the API shows of tasks.

use crate::{
    database::Database,
    error::Result,
    models::{self, Step},
    orchestration::{discovery::Census, Readiness},
    state_machine::{StepState, TaskState},
    types::{Priority, TaskId, Timestamp},
    Task,
};
use serde::Serialize;

/// A line in a list of tasks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TaskSummary {
    /// The task.
    pub id: TaskId,
    /// Its workflow.
    pub workflow: String,
    /// Where it is in its life.
    pub state: TaskState,
    /// How urgent it is.
    pub priority: Priority,
    /// When it was made.
    #[serde(with = "crate::types::timestamp_serde")]
    pub created_at: Timestamp,
}

impl From<&Task> for TaskSummary {
    fn from(task: &Task) -> Self {
        Self {
            id: task.id,
            workflow: task.workflow.clone(),
            state: task.state,
            priority: task.priority,
            created_at: task.created_at,
        }
    }
}

/// A task with everything.
#[derive(Debug, Clone, Serialize)]
pub struct TaskView {
    /// The task itself.
    #[serde(flatten)]
    pub task: Task,
    /// How often it was changed; a client that polls compares this.
    pub revision: i64,
    /// How long it took, or has taken so far.
    pub duration_ms: i64,
    /// Its steps.
    pub steps: Vec<StepView>,
    /// How many of them wait for what.
    pub census: Census,
    /// What it went through.
    pub history: Vec<models::Transition>,
}

/// One step of it.
#[derive(Debug, Clone, Serialize)]
pub struct StepView {
    /// Its name.
    pub name: String,
    /// Where it is in its life.
    pub state: StepState,
    /// How often it was begun.
    pub attempts: u32,
    /// What it returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<serde_json::Value>,
    /// Why it failed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

impl From<Step> for StepView {
    fn from(step: Step) -> Self {
        Self {
            name: step.name,
            state: step.state,
            attempts: step.attempts,
            output: step.output,
            failure: step.failure,
        }
    }
}

impl TaskView {
    /// Everything there is to show of `task`.
    pub fn load(db: &Database, task: Task) -> Result<Self> {
        let (steps, readiness): (Vec<Step>, Vec<Readiness>) =
            task.readiness(db)?.into_iter().unzip();
        let history = models::Transition::history(db, models::Entity::Task, task.id.0)?;
        Ok(Self {
            revision: task.lock_version,
            duration_ms: task.duration_ms(db.now()),
            steps: steps.into_iter().map(StepView::from).collect(),
            census: readiness.into_iter().collect(),
            history,
            task,
        })
    }
}
