//! What happened, for whoever wants to know.

use crate::{
    database::{fetch_all, Database, Record},
    error::Result,
    models::Entity,
    types::{StepId, TaskId, Timestamp},
};
use rusqlite::{params, Row};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::fmt;

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A task has its steps and is under way.
    TaskStarted,
    /// A task ended well.
    TaskCompleted,
    /// A task ended badly, or was called off.
    TaskFailed,
    /// A step is on its way to a worker.
    StepEnqueued,
    /// A worker began a step.
    StepStarted,
    /// A step ended well.
    StepSucceeded,
    /// An attempt failed.
    StepFailed,
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The name serde knows is the name.
        self.serialize(f)
    }
}

/// Something that events are about.
pub trait Subject {
    /// The task.
    fn task_id(&self) -> TaskId;

    /// The step, where it is about one.
    fn step_id(&self) -> Option<StepId> {
        None
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// What kind of thing.
    pub kind: EventKind,
    /// To which task.
    pub task_id: TaskId,
    /// To which step of it.
    pub step_id: Option<StepId>,
    /// In words.
    pub detail: String,
    /// When.
    #[serde(with = "crate::types::timestamp_serde")]
    pub at: Timestamp,
}

impl Event {
    /// Something that happened to `subject` just now.
    pub fn about(
        db: &Database,
        kind: EventKind,
        subject: &impl Subject,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            task_id: subject.task_id(),
            step_id: subject.step_id(),
            detail: detail.into(),
            at: db.now(),
        }
    }
}

impl Record for Event {
    const TABLE: &'static str = "events";
    const ENTITY: Entity = Entity::Event;

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let kind: String = row.get("kind")?;
        let kind = serde_json::from_value(kind.into()).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(
                1,
                rusqlite::types::Type::Text,
                Box::new(error),
            )
        })?;
        Ok(Self {
            kind,
            task_id: row.get("task_id")?,
            step_id: row.get("step_id")?,
            detail: row.get("detail")?,
            at: row.get("at")?,
        })
    }
}

/// Takes events.
pub trait EventSink {
    /// Takes one.
    fn publish(&self, event: &Event) -> Result<()>;
}

/// Stores events in the database.
pub struct EventLog<'db> {
    db: &'db Database,
}

impl<'db> EventLog<'db> {
    /// The log of that database.
    pub fn new(db: &'db Database) -> Self {
        Self { db }
    }

    /// The events of a task, oldest first.
    pub fn of_task(&self, task: TaskId) -> Result<Vec<Event>> {
        fetch_all(self.db, "WHERE task_id = ?1 ORDER BY id", [task])
    }
}

impl EventSink for EventLog<'_> {
    fn publish(&self, event: &Event) -> Result<()> {
        let sql = "INSERT INTO events (kind, task_id, step_id, detail, at)
            VALUES (?1, ?2, ?3, ?4, ?5)";
        let kind = event.kind.to_string();
        self.db.conn().execute(
            sql,
            params![kind, event.task_id, event.step_id, event.detail, event.at],
        )?;
        Ok(())
    }
}

/// Keeps events in memory.
#[derive(Debug, Default)]
pub struct MemorySink {
    events: RefCell<Vec<Event>>,
}

impl MemorySink {
    /// The kinds of what came so far.
    pub fn kinds(&self) -> Vec<EventKind> {
        self.events
            .borrow()
            .iter()
            .map(|event| event.kind)
            .collect()
    }
}

impl EventSink for MemorySink {
    fn publish(&self, event: &Event) -> Result<()> {
        self.events.borrow_mut().push(event.clone());
        Ok(())
    }
}

/// Gives each event to the one and then to the other.
impl<A: EventSink, B: EventSink> EventSink for (A, B) {
    fn publish(&self, event: &Event) -> Result<()> {
        self.0.publish(event)?;
        self.1.publish(event)
    }
}

impl<S: EventSink + ?Sized> EventSink for &S {
    fn publish(&self, event: &Event) -> Result<()> {
        (**self).publish(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support;

    #[test]
    fn events_are_stored_and_shared() {
        let db = test_support::database();
        let (task, _) = test_support::diamond_task(&db);
        let memory = MemorySink::default();
        let sinks = (EventLog::new(&db), &memory);
        let event = Event::about(&db, EventKind::TaskStarted, &task, "four steps");
        sinks.publish(&event).unwrap();
        assert_eq!(sinks.0.of_task(task.id).unwrap(), [event]);
        assert_eq!(memory.kinds(), [EventKind::TaskStarted]);
    }

    #[test]
    fn kinds_have_plain_names() {
        assert_eq!(EventKind::StepSucceeded.to_string(), "step_succeeded");
    }
}
