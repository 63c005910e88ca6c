//! How the orchestrator is tuned.

use crate::{constants::DEFAULT_LEASE_MS, resilience::BackoffPolicy};
use serde::{Deserialize, Serialize};

/// The part of the configuration that is the orchestrator's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SchedulerSettings {
    /// How many tasks, and how many results, are looked at in one turn.
    pub batch: u32,
    /// How long a claimed result may take.
    pub lease_ms: i64,
    /// The waits between the attempts of a step.
    pub backoff: BackoffPolicy,
    /// How long the server sleeps when there is nothing to do.
    pub idle_ms: u64,
}

impl Default for SchedulerSettings {
    fn default() -> Self {
        Self {
            batch: 100,
            lease_ms: DEFAULT_LEASE_MS,
            backoff: BackoffPolicy::default(),
            idle_ms: 20,
        }
    }
}
