//! Steps: the pieces of a task.

use super::{Entity, StepTemplate, Transition};
use crate::{
    database::{self, record::json_column, Database, Record},
    error::Result,
    state_machine::{step::guard, StepState},
    types::{StepId, TaskId, Timestamp},
};
use rusqlite::{params, Row};
use serde::Serialize;
use serde_json::Value;

/// One step of a [`Task`](super::Task).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// The row.
    pub id: StepId,
    /// The task it belongs to.
    pub task_id: TaskId,
    /// Its name, unique within the task.
    pub name: String,
    /// The handler that carries it out.
    pub handler: String,
    /// Where it is in its life.
    pub state: StepState,
    /// What the template gives to the handler.
    pub params: Value,
    /// How often it was begun.
    pub attempts: u32,
    /// How often it may be begun.
    pub max_attempts: u32,
    /// What the handler returned.
    pub output: Option<Value>,
    /// Why the last attempt failed.
    pub failure: Option<String>,
    /// Not before this time.
    #[serde(with = "crate::types::timestamp_serde::option")]
    pub retry_at: Option<Timestamp>,
    #[serde(skip)]
    pub(crate) lock_version: i64,
}

impl Record for Step {
    const TABLE: &'static str = "steps";
    const ENTITY: Entity = Entity::Step;

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let output: Option<String> = row.get("output")?;
        Ok(Self {
            id: row.get("id")?,
            task_id: row.get("task_id")?,
            name: row.get("name")?,
            handler: row.get("handler")?,
            state: row.get("state")?,
            params: json_column(row, "params")?,
            attempts: row.get("attempts")?,
            max_attempts: row.get("max_attempts")?,
            output: match output {
                Some(_) => Some(json_column(row, "output")?),
                None => None,
            },
            failure: row.get("failure")?,
            retry_at: row.get("retry_at")?,
            lock_version: row.get("lock_version")?,
        })
    }
}

impl Step {
    /// Stores a step of a task, as its template has it.
    pub fn insert(db: &Database, task: TaskId, template: &StepTemplate) -> Result<Step> {
        let sql = "INSERT INTO steps
            (task_id, name, handler, state, params, max_attempts, updated_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, millrace_now())";
        db.conn().execute(
            sql,
            params![
                task,
                template.name,
                template.handler,
                StepState::Pending,
                template.params.to_string(),
                template.retries + 1,
            ],
        )?;
        Step::find(db, StepId(db.conn().last_insert_rowid()))
    }

    /// The step with that id.
    pub fn find(db: &Database, id: StepId) -> Result<Step> {
        database::fetch_by_id(db, id.0)
    }

    /// All steps of a task, in the order in which they were stored.
    pub fn of_task(db: &Database, task: TaskId) -> Result<Vec<Step>> {
        database::fetch_all(db, "WHERE task_id = ?1 ORDER BY id", [task])
    }

    /// Whether it may be begun once more.
    pub fn has_attempts_left(&self) -> bool {
        self.attempts < self.max_attempts
    }

    /// Moves the step to another state, in the database and here.
    pub fn transition(&mut self, db: &Database, to: StepState, reason: &str) -> Result<()> {
        let next = guard(self, to)?;
        let begun = u32::from(next == StepState::Running);
        self.store(db, next, reason, |step| step.attempts += begun)
    }

    /// Ends the step with what its handler returned.
    pub fn succeed(&mut self, db: &Database, output: Value) -> Result<()> {
        let next = guard(self, StepState::Succeeded)?;
        self.store(db, next, "handler succeeded", |step| {
            step.output = Some(output);
            step.failure = None;
            step.retry_at = None;
        })
    }

    /// Ends an attempt without success: tried again at `retry_at`, or never.
    pub fn fail(&mut self, db: &Database, why: &str, retry_at: Option<Timestamp>) -> Result<()> {
        let to = match retry_at {
            Some(_) => StepState::WaitingRetry,
            None => StepState::Failed,
        };
        let next = guard(self, to)?;
        self.store(db, next, why, |step| {
            step.failure = Some(why.to_string());
            step.retry_at = retry_at;
        })
    }

    // Writes the row with `change` applied; only if that works, the change shows in `self`.
    fn store(
        &mut self,
        db: &Database,
        next: StepState,
        reason: &str,
        change: impl FnOnce(&mut Step),
    ) -> Result<()> {
        let mut changed = self.clone();
        change(&mut changed);
        changed.state = next;
        changed.lock_version += 1;
        db.transaction(|db| {
            let sql = "UPDATE steps SET state = ?1, attempts = ?2, output = ?3, failure = ?4,
                retry_at = ?5, lock_version = ?6, updated_at = millrace_now()
                WHERE id = ?7 AND lock_version = ?8";
            let rows = db.conn().execute(
                sql,
                params![
                    changed.state,
                    changed.attempts,
                    changed.output.as_ref().map(Value::to_string),
                    changed.failure,
                    changed.retry_at,
                    changed.lock_version,
                    changed.id,
                    self.lock_version,
                ],
            )?;
            super::expect_one_row(rows, Entity::Step, self.id.0)?;
            Transition::record(db, Entity::Step, self.id.0, self.state, next, reason)
        })?;
        log_event!(Debug, "{self}: {} -> {next} ({reason})", self.state);
        *self = changed;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support;
    use serde_json::json;

    fn begun(db: &Database) -> Step {
        let (_, mut steps) = test_support::diamond_task(db);
        let mut step = steps.remove(0);
        step.transition(db, StepState::Enqueued, "ready").unwrap();
        step.transition(db, StepState::Running, "claimed").unwrap();
        step
    }

    #[test]
    fn an_attempt_is_counted_when_it_begins() {
        let db = test_support::database();
        assert_eq!(begun(&db).attempts, 1);
    }

    #[test]
    fn success_keeps_the_output() {
        let db = test_support::database();
        let mut step = begun(&db);
        step.succeed(&db, json!({ "sum": 3 })).unwrap();
        let stored = Step::find(&db, step.id).unwrap();
        assert_eq!(stored.output, Some(json!({ "sum": 3 })));
        assert_eq!(stored, step);
    }

    #[test]
    fn failure_with_and_without_a_second_chance() {
        let db = test_support::database();
        let mut step = begun(&db);
        let later = db.now() + 10;
        step.fail(&db, "no luck", Some(later)).unwrap();
        assert_eq!(step.state, StepState::WaitingRetry);
        assert_eq!(step.retry_at, Some(later));
        step.transition(&db, StepState::Enqueued, "due").unwrap();
        step.transition(&db, StepState::Running, "claimed").unwrap();
        step.fail(&db, "no luck at all", None).unwrap();
        assert_eq!(step.state, StepState::Failed);
        assert_eq!(step.failure.as_deref(), Some("no luck at all"));
    }

    #[test]
    fn a_refused_move_changes_nothing() {
        let db = test_support::database();
        let mut step = begun(&db);
        let before = step.clone();
        assert!(step.transition(&db, StepState::Pending, "?").is_err());
        assert_eq!(step, before);
    }
}
