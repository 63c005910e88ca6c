//! Whether a step can be sent out.

use crate::models::Step;
use crate::state_machine::{Lifecycle, StepState};
use crate::types::Timestamp;

/// Whether a step can be sent out, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// It can.
    Ready,
    /// It waits for so many steps.
    Waiting(usize),
    /// It waits for the time of its next attempt.
    BackingOff(Timestamp),
    /// A step it depends on will never succeed.
    Blocked,
    /// It is out.
    InFlight,
    /// It has ended.
    Over,
}

/// The readiness of `step`, given the states of the steps it depends on.
pub fn classify(step: &Step, parents: &[StepState], now: Timestamp) -> Readiness {
    if step.state.is_final() {
        return Readiness::Over;
    }
    if step.state.is_in_flight() {
        return Readiness::InFlight;
    }
    if let Some(time) = step.retry_at.filter(|time| *time > now) {
        return Readiness::BackingOff(time);
    }
    let lost = |state: &StepState| matches!(state, StepState::Failed | StepState::Skipped);
    if parents.iter().any(lost) {
        return Readiness::Blocked;
    }
    let unmet = parents
        .iter()
        .filter(|state| **state != StepState::Succeeded)
        .count();
    match unmet {
        0 => Readiness::Ready,
        unmet => Readiness::Waiting(unmet),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support;
    use StepState::*;

    #[test]
    fn parents_decide() {
        let db = test_support::database();
        let (_, steps) = test_support::diamond_task(&db);
        let of = |parents: &[StepState]| classify(&steps[3], parents, db.now());
        assert_eq!(of(&[Succeeded, Succeeded]), Readiness::Ready);
        assert_eq!(of(&[Succeeded, Running]), Readiness::Waiting(1));
        assert_eq!(of(&[Failed, Running]), Readiness::Blocked);
    }

    #[test]
    fn time_decides() {
        let db = test_support::database();
        let (_, mut steps) = test_support::diamond_task(&db);
        let step = &mut steps[0];
        step.state = WaitingRetry;
        let due = db.now() + 5;
        step.retry_at = Some(due);
        assert_eq!(classify(step, &[], db.now()), Readiness::BackingOff(due));
        assert_eq!(classify(step, &[], due), Readiness::Ready);
    }
}
