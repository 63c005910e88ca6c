//! Brings a database file up to the newest schema.

use super::{Database, SCHEMA};
use crate::error::Result;

/// One step of the schema's history.
struct Migration {
    version: i64,
    sql: &'static str,
}

static MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        sql: SCHEMA,
    },
    Migration {
        version: 2,
        sql: "CREATE INDEX IF NOT EXISTS events_by_task ON events (task_id);",
    },
];

/// The version recorded in the file.
pub(super) fn current_version(db: &Database) -> Result<i64> {
    Ok(db
        .conn
        .query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Applies what is missing and says how many that were.
pub fn run(db: &Database) -> Result<usize> {
    let current = current_version(db)?;
    let mut applied = 0;
    for migration in MIGRATIONS.iter().filter(|m| m.version > current) {
        db.transaction(|db| {
            db.conn.execute_batch(migration.sql)?;
            db.conn
                .pragma_update(None, "user_version", migration.version)?;
            Ok(())
        })?;
        applied += 1;
    }
    Ok(applied)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_up() {
        assert!(MIGRATIONS.windows(2).all(|m| m[0].version < m[1].version));
    }

    #[test]
    fn a_second_run_does_nothing() {
        let db = crate::test_support::database();
        assert_eq!(run(&db).unwrap(), 0);
        assert_eq!(current_version(&db).unwrap(), 2);
    }
}
