//! The SQLite connection, with our functions, our schema and our clock.

pub mod migrations;
pub(crate) mod record;

pub use self::record::{fetch_all, fetch_by_id, Record};

use crate::config::DatabaseSettings;
use crate::error::Result;
use crate::sql_functions;
use crate::types::{Clock, SystemClock, Timestamp};
use rusqlite::Connection;
use std::sync::Arc;
use std::time::Duration;

/// The tables, as they are in the newest version.
pub const SCHEMA: &str = include_str!("schema.sql");

/// An open database.
///
/// ```
/// use millrace::Database;
///
/// let db = Database::in_memory().unwrap();
/// assert_eq!(db.schema_version().unwrap(), 2);
/// ```
pub struct Database {
    conn: Connection,
    clock: Arc<dyn Clock>,
}

impl Database {
    /// Opens what the settings name, and brings it up to date.
    pub fn open(settings: &DatabaseSettings) -> Result<Self> {
        let conn = match settings.path.as_deref() {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        conn.busy_timeout(Duration::from_millis(settings.busy_timeout_ms))?;
        // In-memory databases answer with `memory`, which is as good.
        conn.pragma_update(None, "journal_mode", "WAL")?;
        Self::prepare(conn, Arc::new(SystemClock))
    }

    /// An empty database that lives as long as the value.
    pub fn in_memory() -> Result<Self> {
        Self::in_memory_with_clock(SystemClock)
    }

    /// The same, with the time taken from `clock`.
    pub fn in_memory_with_clock(clock: impl Clock + 'static) -> Result<Self> {
        Self::prepare(Connection::open_in_memory()?, Arc::new(clock))
    }

    fn prepare(conn: Connection, clock: Arc<dyn Clock>) -> Result<Self> {
        sql_functions::register(&conn, Arc::clone(&clock))?;
        let db = Self { conn, clock };
        let applied = migrations::run(&db)?;
        log_event!(Debug, "database is open, {applied} migrations applied");
        Ok(db)
    }

    /// The time now, as this database sees it.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The version of the schema in the file.
    pub fn schema_version(&self) -> Result<i64> {
        migrations::current_version(self)
    }

    pub(crate) fn conn(&self) -> &Connection {
        &self.conn
    }

    /// Runs `work` in a transaction; an error rolls everything back.
    pub fn transaction<T>(&self, work: impl FnOnce(&Database) -> Result<T>) -> Result<T> {
        // Inside another transaction this is a part of it.
        if !self.conn.is_autocommit() {
            return work(self);
        }
        let transaction = self.conn.unchecked_transaction()?;
        let value = work(self)?;
        transaction.commit()?;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{error::Error, test_support};

    fn count(db: &Database) -> i64 {
        db.conn
            .query_row("SELECT count(*) FROM dead_letters", [], |row| row.get(0))
            .unwrap()
    }

    fn insert(db: &Database) -> Result<usize> {
        let sql = "INSERT INTO dead_letters (queue, body, reason, at) VALUES ('q', '{}', '', 0)";
        Ok(db.conn().execute(sql, [])?)
    }

    #[test]
    fn an_error_rolls_back() {
        let db = test_support::database();
        let outcome: Result<()> = db.transaction(|db| {
            insert(db)?;
            Err(Error::Config("no".into()))
        });
        assert!(outcome.is_err());
        assert_eq!(count(&db), 0);
    }

    #[test]
    fn an_inner_transaction_joins_the_outer() {
        let db = test_support::database();
        db.transaction(|db| {
            insert(db)?;
            db.transaction(insert)
        })
        .unwrap();
        assert_eq!(count(&db), 2);
    }
}
