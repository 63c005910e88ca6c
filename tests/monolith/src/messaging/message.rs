//! Messages and their bodies.

use crate::database::{record::json_column, Record};
use crate::execution::StepOutcome;
use crate::models::{Entity, Step};
use crate::types::{MessageId, StepId, TaskId, Timestamp};
use crate::worker::identity::WorkerId;
use rusqlite::Row;
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use serde_json::Value;

/// A message that was claimed from a [`Queue`](super::Queue).
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The row.
    pub id: MessageId,
    /// The queue it was in.
    pub queue: String,
    /// When it was sent.
    pub enqueued_at: Timestamp,
    /// How often it was claimed, this time included.
    pub deliveries: u32,
    pub(super) body: Value,
}

impl Message {
    /// What was sent.
    pub fn decode<T: DeserializeOwned>(&self) -> crate::Result<T> {
        Ok(T::deserialize(&self.body)?)
    }
}

impl Record for Message {
    const TABLE: &'static str = "messages";
    const ENTITY: Entity = Entity::Message;

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            queue: row.get("queue")?,
            enqueued_at: row.get("enqueued_at")?,
            deliveries: row.get("deliveries")?,
            body: json_column(row, "body")?,
        })
    }
}

/// To the workers: carry out this step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepMessage {
    /// The task.
    pub task_id: TaskId,
    /// The step.
    pub step_id: StepId,
    /// The name of the handler.
    pub handler: String,
}

impl From<&Step> for StepMessage {
    fn from(step: &Step) -> Self {
        Self {
            task_id: step.task_id,
            step_id: step.id,
            handler: step.handler.clone(),
        }
    }
}

/// To the orchestrator: this is what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResultMessage {
    /// The task.
    pub task_id: TaskId,
    /// The step.
    pub step_id: StepId,
    /// Who carried it out.
    pub worker: WorkerId,
    /// What came of it.
    pub outcome: StepOutcome,
    /// When it ended.
    #[serde(with = "crate::types::timestamp_serde")]
    pub finished_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_result_is_readable_json() {
        let message = ResultMessage {
            task_id: TaskId(1),
            step_id: StepId(2),
            worker: WorkerId::new("w1"),
            outcome: StepOutcome::success(json!(3)),
            finished_at: Timestamp::from_millis(0),
        };
        let text = serde_json::to_value(&message).unwrap();
        assert_eq!(
            text,
            json!({
                "task_id": 1,
                "step_id": 2,
                "worker": "w1",
                "outcome": { "kind": "success", "output": 3 },
                "finished_at": "1970-01-01T00:00:00.000Z",
            })
        );
        assert_eq!(ResultMessage::deserialize(text).unwrap(), message);
    }
}
