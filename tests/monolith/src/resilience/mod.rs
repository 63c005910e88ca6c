//! Living with failures: waiting, trying again, and giving up for a while.

mod backoff;
pub mod breaker;
pub mod retry;

pub use self::backoff::BackoffPolicy;
pub use self::breaker::{BreakerSettings, BreakerState, CircuitBreaker};
