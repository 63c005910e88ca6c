//! Who a worker is.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The name of a worker, for people and logs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkerId(String);

impl WorkerId {
    /// A worker of that name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// A worker that is called after its process.
    pub fn of_process() -> Self {
        Self(format!("worker-{}", std::process::id()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WorkerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
