//! How a worker is tuned.

use super::identity::WorkerId;
use crate::constants::*;
use crate::resilience::BreakerSettings;
use serde::{Deserialize, Serialize};

/// The part of the configuration that is the worker's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkerSettings {
    /// The worker's name; none names it after its process.
    pub id: Option<WorkerId>,
    /// How many steps are claimed at once.
    pub batch: usize,
    /// How long a batch may take.
    pub lease_ms: i64,
    /// When a handler is left alone for a while.
    pub breaker: BreakerSettings,
    /// How long the worker sleeps when there is nothing to do.
    pub idle_ms: u64,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            id: None,
            batch: 10,
            lease_ms: DEFAULT_LEASE_MS,
            breaker: BreakerSettings::default(),
            idle_ms: 50,
        }
    }
}
