//! SQL functions of our own, so that queries can speak the engine's language.
//!
//! | function | value |
//! |---|---|
//! | `millrace_now()` | the database's clock, in milliseconds |
//! | `step_is_final(state)` | whether a step in that state is over |
//! | `task_is_final(state)` | the same for a task |
//! | `backoff_ms(attempt)` | the default wait after that attempt |

use crate::constants::DEFAULT_BACKOFF;
use crate::error::Result;
use crate::state_machine::{Lifecycle, StepState, TaskState};
use crate::types::Clock;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::Connection;
use std::str::FromStr;
use std::sync::Arc;

/// Registers all of them on `conn`.
pub fn register(conn: &Connection, clock: Arc<dyn Clock>) -> Result<()> {
    let pure = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    conn.create_scalar_function("millrace_now", 0, FunctionFlags::SQLITE_UTF8, move |_| {
        Ok(clock.now().as_millis())
    })?;
    conn.create_scalar_function("step_is_final", 1, pure, is_final::<StepState>)?;
    conn.create_scalar_function("task_is_final", 1, pure, is_final::<TaskState>)?;
    conn.create_scalar_function("backoff_ms", 1, pure, |ctx| {
        let attempt: u32 = ctx.get(0)?;
        Ok(DEFAULT_BACKOFF.delay_ms(attempt))
    })?;
    Ok(())
}

fn is_final<S: Lifecycle + FromStr>(ctx: &Context<'_>) -> rusqlite::Result<bool> {
    let text = ctx.get_raw(0).as_str()?;
    let state = S::from_str(text).map_err(|_| {
        rusqlite::Error::UserFunctionError(format!("no {} state `{text}`", S::KIND).into())
    })?;
    Ok(state.is_final())
}

#[cfg(test)]
mod tests {
    use crate::{database::Database, types::ManualClock};

    fn ask<T: rusqlite::types::FromSql>(db: &Database, expression: &str) -> rusqlite::Result<T> {
        db.conn()
            .query_row(&format!("SELECT {expression}"), [], |row| row.get(0))
    }

    #[test]
    fn now_is_the_clock_of_the_database() {
        let clock = ManualClock::new(40);
        let db = Database::in_memory_with_clock(clock.clone()).unwrap();
        clock.advance(2);
        assert_eq!(ask::<i64>(&db, "millrace_now()").unwrap(), 42);
    }

    #[test]
    fn states_are_final_or_not() {
        let db = crate::test_support::database();
        assert!(ask::<bool>(&db, "step_is_final('succeeded')").unwrap());
        assert!(!ask::<bool>(&db, "task_is_final('running')").unwrap());
        assert!(ask::<bool>(&db, "task_is_final('no such state')").is_err());
    }

    #[test]
    fn backoff_grows() {
        let db = crate::test_support::database();
        assert!(ask::<bool>(&db, "backoff_ms(1) < backoff_ms(2)").unwrap());
    }
}
