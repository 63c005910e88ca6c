//! Which step waits for which.

use crate::database::Database;
use crate::error::Result;
use crate::types::{StepId, TaskId};
use rusqlite::params;

/// `child` waits for `parent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepEdge {
    /// The task both belong to.
    pub task_id: TaskId,
    /// The step that is waited for.
    pub parent: StepId,
    /// The step that waits.
    pub child: StepId,
}

impl StepEdge {
    /// Stores the edge.
    pub fn insert(&self, db: &Database) -> Result<()> {
        db.conn().execute(
            "INSERT INTO step_edges (task_id, parent, child) VALUES (?1, ?2, ?3)",
            params![self.task_id, self.parent, self.child],
        )?;
        Ok(())
    }

    /// All edges of a task.
    pub fn of_task(db: &Database, task: TaskId) -> Result<Vec<StepEdge>> {
        let sql = "SELECT parent, child FROM step_edges WHERE task_id = ?1 ORDER BY parent, child";
        let mut statement = db.conn().prepare_cached(sql)?;
        let rows = statement.query_map([task], |row| {
            Ok(StepEdge {
                task_id: task,
                parent: row.get(0)?,
                child: row.get(1)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The steps that `child` waits for, out of `edges`.
    pub fn parents_of(edges: &[StepEdge], child: StepId) -> impl Iterator<Item = StepId> + '_ {
        edges
            .iter()
            .filter(move |edge| edge.child == child)
            .map(|edge| edge.parent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support;

    #[test]
    fn a_diamond_has_four_edges() {
        let db = test_support::database();
        let (task, steps) = test_support::diamond_task(&db);
        let edges = StepEdge::of_task(&db, task.id).unwrap();
        assert_eq!(edges.len(), 4);
        let parents: Vec<_> = StepEdge::parents_of(&edges, steps[3].id).collect();
        assert_eq!(parents, [steps[1].id, steps[2].id]);
    }
}
