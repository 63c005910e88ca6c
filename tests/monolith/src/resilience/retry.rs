//! Trying again at once, for failures that pass in a moment.

use super::BackoffPolicy;
use crate::error::Result;

/// Calls `work` until it succeeds, fails in a way that [stays](crate::Error::is_transient), or has
/// been called `attempts` times. Between two calls `wait` is given the milliseconds to wait.
pub fn retry_transient<T>(
    attempts: u32,
    policy: BackoffPolicy,
    mut wait: impl FnMut(i64),
    mut work: impl FnMut() -> Result<T>,
) -> Result<T> {
    let mut attempt = 1;
    loop {
        match work() {
            Err(error) if error.is_transient() && attempt < attempts => {
                log_event!(Debug, "attempt {attempt} of {attempts}: {error}");
                wait(policy.delay_ms(attempt));
                attempt += 1;
            }
            settled => return settled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{error::Error, models::Entity};

    fn run(attempts: u32, failures: u32, error: fn() -> Error) -> (Result<u32>, Vec<i64>) {
        let (mut calls, mut waits) = (0, Vec::new());
        let policy = BackoffPolicy {
            base_ms: 1,
            factor: 2,
            cap_ms: 10,
        };
        let outcome = retry_transient(
            attempts,
            policy,
            |ms| waits.push(ms),
            || {
                calls += 1;
                if calls > failures {
                    Ok(calls)
                } else {
                    Err(error())
                }
            },
        );
        (outcome, waits)
    }

    fn conflict() -> Error {
        Error::Conflict {
            entity: Entity::Step,
            id: 1,
        }
    }

    #[test]
    fn what_passes_is_tried_again() {
        let (outcome, waits) = run(5, 3, conflict);
        assert_eq!(outcome.unwrap(), 4);
        assert_eq!(waits, [1, 2, 4]);
    }

    #[test]
    fn there_is_an_end() {
        let (outcome, waits) = run(2, 9, conflict);
        assert!(outcome.is_err());
        assert_eq!(waits.len(), 1);
    }

    #[test]
    fn what_stays_is_not_tried_again() {
        let (outcome, waits) = run(5, 1, || Error::Config("wrong".into()));
        assert!(outcome.is_err());
        assert!(waits.is_empty());
    }
}
