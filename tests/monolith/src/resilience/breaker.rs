//! A circuit breaker: after too many failures in a row, nothing is tried for a while.

use crate::state_machine::{Lifecycle, TransitionError};
use crate::types::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// When a breaker opens, and for how long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BreakerSettings {
    /// So many failures in a row open it.
    pub threshold: u32,
    /// So long it stays open.
    pub cooldown_ms: i64,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self {
            threshold: 5,
            cooldown_ms: 10_000,
        }
    }
}

/// What a breaker does at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Lets everything through.
    Closed,
    /// Lets nothing through.
    Open,
    /// Lets one attempt through, to see.
    HalfOpen,
}

impl fmt::Display for BreakerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BreakerState::Closed => "closed",
            BreakerState::Open => "open",
            BreakerState::HalfOpen => "half-open",
        })
    }
}

impl Lifecycle for BreakerState {
    const KIND: &'static str = "circuit breaker";

    fn successors(self) -> &'static [Self] {
        use BreakerState::*;

        match self {
            Closed => &[Open],
            Open => &[HalfOpen],
            HalfOpen => &[Closed, Open],
        }
    }
}

/// A breaker. It is told the time, so that it needs no clock.
#[derive(Debug, Clone)]
pub struct CircuitBreaker {
    settings: BreakerSettings,
    state: BreakerState,
    failures: u32,
    opened_at: Timestamp,
}

impl CircuitBreaker {
    /// A closed breaker.
    pub fn new(settings: BreakerSettings) -> Self {
        Self {
            settings,
            state: BreakerState::Closed,
            failures: 0,
            opened_at: Timestamp::default(),
        }
    }

    /// What it does at the moment.
    pub fn state(&self) -> BreakerState {
        self.state
    }

    /// Whether an attempt may be made at `now`.
    pub fn allows(&mut self, now: Timestamp) -> bool {
        let cooled = now.since(self.opened_at) >= self.settings.cooldown_ms;
        if self.state == BreakerState::Open && cooled {
            self.go(BreakerState::HalfOpen);
        }
        self.state != BreakerState::Open
    }

    /// How long until an attempt may be made.
    pub(crate) fn remaining_ms(&self, now: Timestamp) -> i64 {
        match self.state {
            BreakerState::Open => (self.settings.cooldown_ms - now.since(self.opened_at)).max(0),
            _ => 0,
        }
    }

    /// An attempt worked.
    pub fn on_success(&mut self) {
        self.failures = 0;
        self.go(BreakerState::Closed);
    }

    /// An attempt failed at `now`.
    pub fn on_failure(&mut self, now: Timestamp) {
        self.failures += 1;
        if self.state == BreakerState::HalfOpen || self.failures >= self.settings.threshold {
            self.opened_at = now;
            self.go(BreakerState::Open);
        }
    }

    fn go(&mut self, to: BreakerState) {
        let next: Result<_, TransitionError> = self.state.advance(to);
        if let Ok(next) = next {
            log_event!(Warn, "circuit breaker is {next}");
            self.state = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn opened() -> CircuitBreaker {
        let mut breaker = CircuitBreaker::new(BreakerSettings {
            threshold: 2,
            cooldown_ms: 100,
        });
        breaker.on_failure(at(0));
        assert!(breaker.allows(at(0)));
        breaker.on_failure(at(10));
        breaker
    }

    #[test]
    fn it_opens_and_cools_down() {
        let mut breaker = opened();
        assert!(!breaker.allows(at(50)));
        assert_eq!(breaker.remaining_ms(at(50)), 60);
        assert!(breaker.allows(at(110)));
        assert_eq!(breaker.state(), BreakerState::HalfOpen);
    }

    #[test]
    fn one_success_closes_it() {
        let mut breaker = opened();
        breaker.allows(at(110));
        breaker.on_success();
        assert_eq!(breaker.state(), BreakerState::Closed);
    }

    #[test]
    fn one_failure_while_half_open_opens_it_again() {
        let mut breaker = opened();
        breaker.allows(at(110));
        breaker.on_failure(at(120));
        assert!(!breaker.allows(at(130)));
        assert_eq!(breaker.state().to_string(), "open");
    }
}
