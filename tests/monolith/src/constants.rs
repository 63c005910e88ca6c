//! Names and numbers that the whole engine agrees on.

use crate::resilience::BackoffPolicy;

// ---------------------------------------------------------------------------
// Queues
// ---------------------------------------------------------------------------

/// The queue that carries steps to the workers.
pub const STEP_QUEUE: &str = "steps";

/// The queue that carries outcomes back to the orchestrator.
pub const RESULT_QUEUE: &str = "results";

/// A message that was delivered this often is put aside as a dead letter.
pub const MAX_DELIVERIES: u32 = 5;

/// How long a claimed message stays invisible to others.
pub const DEFAULT_LEASE_MS: i64 = 30_000;

// ---------------------------------------------------------------------------
// Limits
// ---------------------------------------------------------------------------

/// The longest name of a workflow, a step or a handler.
pub const MAX_NAME_LENGTH: usize = 64;

/// The largest task context, in bytes of JSON.
pub const MAX_CONTEXT_BYTES: usize = 64 * 1024;

/// How many rows a query returns when nobody says otherwise.
pub(crate) const DEFAULT_PAGE: u32 = 50;

/// Retries of a step whose template names none.
pub const DEFAULT_RETRIES: u32 = 3;

/// The wait between two attempts of a step.
pub const DEFAULT_BACKOFF: BackoffPolicy = BackoffPolicy {
    base_ms: 500,
    factor: 2,
    cap_ms: 60_000,
};

/// Names that can't be used for a step, since the API gives them a meaning.
pub static RESERVED_NAMES: [&str; 3] = ["all", "self", "task"];

/// [`DEFAULT_RETRIES`] as a function, the way serde wants it.
pub fn default_retries() -> u32 {
    DEFAULT_RETRIES
}

/// The default of every switch that is on unless it is turned off.
pub(crate) fn enabled() -> bool {
    true
}
