//! Runs handlers.

use super::{claimer::Claim, Worker};
use crate::{
    error::Result,
    execution::{StepContext, StepOutcome},
    registry::handlers::{HandlerError, StepHandler},
    resilience::CircuitBreaker,
};
use std::any::Any;
use std::panic::{self, AssertUnwindSafe};

impl From<HandlerError> for StepOutcome {
    fn from(error: HandlerError) -> Self {
        // Another worker may have it.
        match error {
            HandlerError::Unknown(_) => StepOutcome::retryable(error.to_string()),
            _ => StepOutcome::permanent(error.to_string()),
        }
    }
}

impl Worker<'_> {
    /// Carries out one attempt.
    pub(super) fn execute(&self, claim: &Claim) -> Result<StepOutcome> {
        let handler = match self.handlers.find(&claim.step.handler) {
            Ok(handler) => handler,
            Err(error) => return Ok(error.into()),
        };
        let context = StepContext::load(self.db, claim.step.clone())?;
        let outcome = run_guarded(handler, &context);
        let task = context.task.id;
        let took = self.db.now().since(context.begun_at());
        log_event!(
            Debug,
            "{} of task {task} took {took} ms",
            context.step_name()
        );
        self.tell_breaker(&context.step.handler, &outcome);
        Ok(outcome)
    }

    /// How long the handler is to be left alone, if it is.
    pub(super) fn breaker_wait(&self, handler: &str) -> Option<i64> {
        let now = self.db.now();
        let mut breakers = self.breakers.borrow_mut();
        let breaker = breakers.get_mut(handler)?;
        (!breaker.allows(now)).then(|| breaker.remaining_ms(now).max(1))
    }

    // A permanent failure is the step's fault, and says nothing about the handler.
    fn tell_breaker(&self, handler: &str, outcome: &StepOutcome) {
        let mut breakers = self.breakers.borrow_mut();
        let breaker = breakers
            .entry(handler.to_string())
            .or_insert_with(|| CircuitBreaker::new(self.settings.breaker.clone()));
        match outcome {
            StepOutcome::Retryable { .. } => breaker.on_failure(self.db.now()),
            StepOutcome::Success { .. } | StepOutcome::Permanent { .. } => breaker.on_success(),
        }
    }
}

/// Runs the handler; a panic is a permanent failure.
fn run_guarded(handler: &dyn StepHandler, context: &StepContext) -> StepOutcome {
    panic::catch_unwind(AssertUnwindSafe(|| handler.run(context)))
        .unwrap_or_else(|payload| StepOutcome::permanent(panic_text(&*payload)))
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    format!("handler panicked: {}", text.unwrap_or("no reason given"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{resilience::BreakerSettings, test_support, worker::WorkerSettings};

    #[test]
    fn a_panic_is_an_outcome() {
        let db = test_support::database();
        let (_, mut steps) = test_support::diamond_task(&db);
        let context = StepContext::load(&db, steps.remove(0)).unwrap();
        // `resume_unwind` panics without the message on standard error.
        let handler = |_: &StepContext| panic::resume_unwind(Box::new("out of cheese"));
        let outcome = run_guarded(&handler, &context);
        let expected = StepOutcome::permanent("handler panicked: out of cheese");
        assert_eq!(outcome, expected);
    }

    #[test]
    fn failures_in_a_row_open_the_breaker() {
        let (db, clock) = test_support::database_and_clock();
        let settings = WorkerSettings {
            breaker: BreakerSettings {
                threshold: 2,
                cooldown_ms: 50,
            },
            ..WorkerSettings::default()
        };
        let worker = Worker::new(&db, settings, test_support::echo_registry());
        let failure = StepOutcome::retryable("busy");
        worker.tell_breaker("echo", &failure);
        assert_eq!(worker.breaker_wait("echo"), None);
        worker.tell_breaker("echo", &failure);
        assert_eq!(worker.breaker_wait("echo"), Some(50));
        assert_eq!(worker.breaker_wait("other"), None);
        clock.advance(50);
        assert_eq!(worker.breaker_wait("echo"), None);
    }

    #[test]
    fn an_unknown_handler_is_tried_elsewhere() {
        let outcome = StepOutcome::from(HandlerError::Unknown("x".into()));
        assert!(matches!(outcome, StepOutcome::Retryable { .. }));
    }
}
