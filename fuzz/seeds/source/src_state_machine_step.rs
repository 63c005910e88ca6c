//! The life of a step.

use super::{Lifecycle, TransitionError};
use crate::models::Step;
use serde::{Deserialize, Serialize};

/// Where a [`Step`] is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Waits for the steps it depends on.
    Pending,
    /// A message for the workers is out.
    Enqueued,
    /// A worker is at it.
    Running,
    /// It failed, and will be tried again.
    WaitingRetry,
    /// It is done.
    Succeeded,
    /// It failed for good.
    Failed,
    /// It will never be run.
    Skipped,
}

text_enum!(StepState {
    Pending => "pending",
    Enqueued => "enqueued",
    Running => "running",
    WaitingRetry => "waiting_retry",
    Succeeded => "succeeded",
    Failed => "failed",
    Skipped => "skipped",
});

impl Lifecycle for StepState {
    const KIND: &'static str = "step";

    fn successors(self) -> &'static [Self] {
        use StepState::*;

        match self {
            Pending => &[Enqueued, Skipped],
            Enqueued => &[Running, Skipped],
            Running => &[Succeeded, WaitingRetry, Failed],
            WaitingRetry => &[Enqueued, Skipped],
            Succeeded | Failed | Skipped => &[],
        }
    }
}

impl StepState {
    /// Whether a message or a worker holds it right now.
    pub const fn is_in_flight(self) -> bool {
        matches!(self, StepState::Enqueued | StepState::Running)
    }
}

/// The move of one particular step: as [`Lifecycle::advance`], and no retry without an attempt left.
pub(crate) fn guard(step: &Step, to: StepState) -> Result<StepState, TransitionError> {
    let next = step.state.advance(to)?;
    if next == StepState::WaitingRetry && !step.has_attempts_left() {
        return Err(TransitionError {
            kind: StepState::KIND,
            from: format!("{} (attempt {})", step.state, step.attempts),
            to: to.to_string(),
        });
    }
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support;

    #[test]
    fn a_retry_goes_back_to_the_queue() {
        let waiting = StepState::Running.advance(StepState::WaitingRetry).unwrap();
        assert_eq!(
            waiting.advance(StepState::Enqueued),
            Ok(StepState::Enqueued)
        );
        assert!(waiting.advance(StepState::Running).is_err());
    }

    #[test]
    fn no_retry_without_attempts() {
        let db = test_support::database();
        let (_, mut steps) = test_support::diamond_task(&db);
        let step = &mut steps[0];
        step.state = StepState::Running;
        step.attempts = step.max_attempts;
        assert!(guard(step, StepState::WaitingRetry).is_err());
        assert!(guard(step, StepState::Failed).is_ok());
    }
}
