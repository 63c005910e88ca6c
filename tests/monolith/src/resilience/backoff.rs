//! How long to wait between two attempts.

use serde::{Deserialize, Serialize};

/// Waits that grow from `base_ms` by `factor` up to `cap_ms`.
///
/// ```
/// use millrace::resilience::BackoffPolicy;
///
/// let policy = BackoffPolicy { base_ms: 100, factor: 3, cap_ms: 1_000 };
/// let waits: Vec<i64> = (1..=4).map(|attempt| policy.delay_ms(attempt)).collect();
/// assert_eq!(waits, [100, 300, 900, 1_000]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackoffPolicy {
    /// The wait after the first attempt.
    pub base_ms: i64,
    /// By how much each wait is longer than the one before.
    pub factor: u32,
    /// No wait is longer.
    pub cap_ms: i64,
}

impl BackoffPolicy {
    /// The wait after attempt number `attempt`, counted from 1.
    pub fn delay_ms(&self, attempt: u32) -> i64 {
        let growth = i64::from(self.factor).saturating_pow(attempt.saturating_sub(1));
        self.base_ms.saturating_mul(growth).min(self.cap_ms)
    }
}

impl Default for BackoffPolicy {
    fn default() -> Self {
        crate::constants::DEFAULT_BACKOFF
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_never_overflow() {
        let policy = BackoffPolicy::default();
        assert_eq!(policy.delay_ms(0), policy.base_ms);
        assert_eq!(policy.delay_ms(u32::MAX), policy.cap_ms);
    }
}
