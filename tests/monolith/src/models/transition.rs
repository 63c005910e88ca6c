//! The history of tasks and steps.

use super::Entity;
use crate::database::Database;
use crate::error::Result;
use crate::state_machine::Lifecycle;
use crate::types::Timestamp;
use rusqlite::params;
use serde::Serialize;

/// One move in the life of a task or a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transition {
    /// The state before.
    pub from_state: String,
    /// The state after.
    pub to_state: String,
    /// Who or what moved it.
    pub reason: String,
    /// When.
    #[serde(with = "crate::types::timestamp_serde")]
    pub at: Timestamp,
}

impl Transition {
    pub(super) fn record<S: Lifecycle>(
        db: &Database,
        entity: Entity,
        id: i64,
        from: S,
        to: S,
        reason: &str,
    ) -> Result<()> {
        let sql = "INSERT INTO transitions (entity, entity_id, from_state, to_state, reason, at)
            VALUES (?1, ?2, ?3, ?4, ?5, millrace_now())";
        let (from, to) = (from.to_string(), to.to_string());
        db.conn()
            .execute(sql, params![entity.to_string(), id, from, to, reason])?;
        Ok(())
    }

    /// The history of one task or step, oldest first.
    pub fn history(db: &Database, entity: Entity, id: i64) -> Result<Vec<Transition>> {
        let sql = "SELECT from_state, to_state, reason, at FROM transitions
            WHERE entity = ?1 AND entity_id = ?2 ORDER BY id";
        let mut statement = db.conn().prepare_cached(sql)?;
        let rows = statement.query_map(params![entity.to_string(), id], |row| {
            Ok(Transition {
                from_state: row.get(0)?,
                to_state: row.get(1)?,
                reason: row.get(2)?,
                at: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{state_machine::TaskState, test_support};

    #[test]
    fn every_move_is_on_record() {
        let (db, clock) = test_support::database_and_clock();
        let (mut task, _) = test_support::diamond_task(&db);
        clock.advance(5);
        task.transition(&db, TaskState::Running, "started").unwrap();
        task.transition(&db, TaskState::Cancelled, "no longer needed")
            .unwrap();
        let history = Transition::history(&db, Entity::Task, task.id.0).unwrap();
        let states: Vec<_> = history.iter().map(|t| t.to_state.as_str()).collect();
        assert_eq!(states, ["running", "cancelled"]);
        assert_eq!(history[1].reason, "no longer needed");
        assert_eq!(history[0].at, db.now());
    }
}
