//! What came of an attempt.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a handler returns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StepOutcome {
    /// It worked.
    Success {
        /// What the steps that depend on this one are given.
        output: Value,
    },
    /// It may work another time.
    Retryable {
        /// Why it did not.
        reason: String,
        /// When to try again, if the handler knows.
        #[serde(default)]
        after_ms: Option<i64>,
    },
    /// It will never work.
    Permanent {
        /// Why.
        reason: String,
    },
}

impl StepOutcome {
    /// Success with that output.
    pub fn success(output: impl Into<Value>) -> Self {
        StepOutcome::Success {
            output: output.into(),
        }
    }

    /// Failure that may pass.
    pub fn retryable(reason: impl Into<String>) -> Self {
        StepOutcome::Retryable {
            reason: reason.into(),
            after_ms: None,
        }
    }

    /// Failure that stays.
    pub fn permanent(reason: impl Into<String>) -> Self {
        StepOutcome::Permanent {
            reason: reason.into(),
        }
    }

    /// Whether it worked.
    pub fn is_success(&self) -> bool {
        matches!(self, StepOutcome::Success { .. })
    }
}
