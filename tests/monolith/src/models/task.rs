//! Tasks: runs of a workflow.

use super::{Entity, Transition, Workflow};
use crate::{
    database::{self, record::json_column, Database, Record},
    error::Result,
    state_machine::{Lifecycle, TaskState},
    types::{Priority, TaskId, Timestamp},
    validation,
};
use rusqlite::{params, Row};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A run of a [`Workflow`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Task {
    /// The row.
    pub id: TaskId,
    /// The workflow's name.
    pub workflow: String,
    /// The workflow's version when the task was made.
    pub workflow_version: u32,
    /// What the steps are given to work on.
    pub context: Value,
    /// Where it is in its life.
    pub state: TaskState,
    /// How urgent it is.
    pub priority: Priority,
    /// When it was made.
    #[serde(with = "crate::types::timestamp_serde")]
    pub created_at: Timestamp,
    /// When it last changed.
    #[serde(with = "crate::types::timestamp_serde")]
    pub updated_at: Timestamp,
    /// When it ended.
    #[serde(with = "crate::types::timestamp_serde::option")]
    pub finished_at: Option<Timestamp>,
    // Counts the writes, so that two writers can't overwrite each other.
    #[serde(skip)]
    pub(crate) lock_version: i64,
}

/// The wish for a [`Task`].
///
/// ```
/// use millrace::NewTask;
///
/// let new: NewTask = serde_json::from_str(r#"{ "workflow": "order" }"#).unwrap();
/// assert_eq!(new, NewTask::of("order"));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewTask {
    /// The name of the workflow.
    pub workflow: String,
    /// What the steps are given.
    #[serde(default = "empty_object")]
    pub context: Value,
    /// How urgent it is.
    #[serde(default)]
    pub priority: Priority,
}

impl NewTask {
    /// A task of that workflow, with an empty context.
    pub fn of(workflow: impl Into<String>) -> Self {
        Self {
            workflow: workflow.into(),
            context: empty_object(),
            priority: Priority::default(),
        }
    }

    /// The same with a context.
    #[must_use]
    pub fn with_context(mut self, context: Value) -> Self {
        self.context = context;
        self
    }

    /// The same with a priority.
    #[must_use]
    pub fn with_priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }
}

pub(super) fn empty_object() -> Value {
    Value::Object(serde_json::Map::new())
}

impl Record for Task {
    const TABLE: &'static str = "tasks";
    const ENTITY: Entity = Entity::Task;

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            workflow: row.get("workflow")?,
            workflow_version: row.get("workflow_version")?,
            context: json_column(row, "context")?,
            state: row.get("state")?,
            priority: row.get("priority")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
            finished_at: row.get("finished_at")?,
            lock_version: row.get("lock_version")?,
        })
    }
}

impl Task {
    /// Stores a new task, without its steps.
    pub fn insert(db: &Database, new: &NewTask, workflow: &Workflow) -> Result<Task> {
        validation::validate_new_task(new)?;
        let sql = "INSERT INTO tasks
            (workflow, workflow_version, context, state, priority, created_at, updated_at)
            VALUES (?1, ?2, ?3, ?4, ?5, millrace_now(), millrace_now())";
        db.conn().execute(
            sql,
            params![
                workflow.name,
                workflow.version,
                new.context.to_string(),
                TaskState::Pending,
                new.priority,
            ],
        )?;
        Task::find(db, TaskId(db.conn().last_insert_rowid()))
    }

    /// The task with that id.
    pub fn find(db: &Database, id: TaskId) -> Result<Task> {
        database::fetch_by_id(db, id.0)
    }

    /// Moves the task to another state, in the database and here.
    pub fn transition(&mut self, db: &Database, to: TaskState, reason: &str) -> Result<()> {
        let next = self.state.advance(to)?;
        let now = db.now();
        let finished_at = next.is_final().then_some(now);
        db.transaction(|db| {
            let sql = "UPDATE tasks SET state = ?1, updated_at = ?2, finished_at = ?3,
                lock_version = lock_version + 1 WHERE id = ?4 AND lock_version = ?5";
            let changed = db.conn().execute(
                sql,
                params![next, now, finished_at, self.id, self.lock_version],
            )?;
            super::expect_one_row(changed, Entity::Task, self.id.0)?;
            Transition::record(db, Entity::Task, self.id.0, self.state, next, reason)
        })?;
        log_event!(
            Info,
            "task {}: {} -> {next} ({reason})",
            self.id,
            self.state
        );
        self.state = next;
        self.updated_at = now;
        self.finished_at = finished_at;
        self.lock_version += 1;
        Ok(())
    }

    /// How long the task took, or has taken so far.
    pub fn duration_ms(&self, now: Timestamp) -> i64 {
        self.finished_at.unwrap_or(now).since(self.created_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{error::Error, test_support};
    use serde_json::json;

    #[test]
    fn a_task_is_stored_and_found() {
        let db = test_support::database();
        let new = NewTask::of("diamond")
            .with_context(json!({ "n": 1 }))
            .with_priority(Priority::High);
        let task = Task::insert(&db, &new, &test_support::diamond()).unwrap();
        assert_eq!(Task::find(&db, task.id).unwrap(), task);
        assert_eq!(task.context["n"], 1);
        assert_eq!(task.state, TaskState::Pending);
    }

    #[test]
    fn a_bad_context_is_refused() {
        let db = test_support::database();
        let new = NewTask::of("diamond").with_context(json!("text"));
        let error = Task::insert(&db, &new, &test_support::diamond()).unwrap_err();
        assert!(matches!(error, Error::Validation(_)));
    }

    #[test]
    fn the_second_writer_loses() {
        let db = test_support::database();
        let (mut first, _) = test_support::diamond_task(&db);
        let mut second = first.clone();
        first.transition(&db, TaskState::Running, "start").unwrap();
        let error = second
            .transition(&db, TaskState::Cancelled, "stop")
            .unwrap_err();
        assert!(matches!(error, Error::Conflict { .. }), "{error}");
    }

    #[test]
    fn an_end_is_a_time() {
        let (db, clock) = test_support::database_and_clock();
        let (mut task, _) = test_support::diamond_task(&db);
        clock.advance(30);
        assert_eq!(task.duration_ms(db.now()), 30);
        task.transition(&db, TaskState::Cancelled, "stop").unwrap();
        clock.advance(30);
        assert_eq!(task.duration_ms(db.now()), 30);
    }
}
