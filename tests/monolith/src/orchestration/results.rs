//! Takes in what the workers report.

use super::{error::OrchestrationError, Orchestrator};
use crate::{
    error::Result,
    events::EventKind,
    execution::StepOutcome,
    messaging::{Message, Queue, ResultMessage},
    models::Step,
    state_machine::StepState,
    types::{Priority, Timestamp},
};

/// Who claims results.
const CLAIMANT: &str = "orchestrator";

impl Orchestrator<'_> {
    /// Takes in all results that are there, up to a batch, and says how many.
    pub(super) fn collect_results(&self) -> Result<usize> {
        let queue = Queue::results(self.db);
        let batch = self.settings.batch as usize;
        let messages = queue.claim(CLAIMANT, batch, self.settings.lease_ms)?;
        for message in &messages {
            match self.collect(message) {
                Ok(()) => queue.acknowledge(message)?,
                // What can't be read, or names a step that is not there, never gets better.
                Err(error) if !error.is_transient() => queue.bury(message, &error.to_string())?,
                Err(error) => return Err(error),
            }
        }
        Ok(messages.len())
    }

    fn collect(&self, message: &Message) -> Result<()> {
        let result: ResultMessage = message.decode()?;
        let mut step = Step::find(self.db, result.step_id)?;
        if step.task_id != result.task_id {
            let (task, step) = (result.task_id, result.step_id);
            return Err(OrchestrationError::StrayResult { task, step }.into());
        }
        if step.state != StepState::Running {
            // Delivered twice: the first time has settled it.
            log_event!(Warn, "{step}: late result from {}", result.worker);
            return Ok(());
        }
        self.db.transaction(|_| self.apply(&mut step, &result))
    }

    fn apply(&self, step: &mut Step, result: &ResultMessage) -> Result<()> {
        match &result.outcome {
            StepOutcome::Success { output } => {
                step.succeed(self.db, output.clone())?;
                self.publish(EventKind::StepSucceeded, step, result.worker.as_str())
            }
            StepOutcome::Retryable { reason, after_ms } => {
                let retry_at = self.retry_time(step, *after_ms);
                step.fail(self.db, reason, retry_at)?;
                self.publish(EventKind::StepFailed, step, reason)
            }
            StepOutcome::Permanent { reason } => {
                step.fail(self.db, reason, None)?;
                self.publish(EventKind::StepFailed, step, reason)
            }
        }
    }

    /// When the step is tried again, if it may be.
    fn retry_time(&self, step: &Step, asked_ms: Option<i64>) -> Option<Timestamp> {
        let delay = asked_ms.unwrap_or_else(|| self.settings.backoff.delay_ms(step.attempts));
        step.has_attempts_left().then(|| self.db.now() + delay)
    }

    /// Reports a result in a worker's place; for steps that are carried out elsewhere.
    pub fn report(&self, result: &ResultMessage) -> Result<()> {
        Queue::results(self.db).send(result, Priority::High)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        database::Database, orchestration::SchedulerSettings, registry::TemplateRegistry,
        test_support, types::TaskId, worker::identity::WorkerId,
    };
    use serde_json::json;

    fn collect(db: &Database, step: &Step, outcome: StepOutcome) -> Step {
        let settings = SchedulerSettings::default();
        let orchestrator = Orchestrator::new(db, settings, TemplateRegistry::default());
        let result = ResultMessage {
            task_id: step.task_id,
            step_id: step.id,
            worker: WorkerId::new("w"),
            outcome,
            finished_at: db.now(),
        };
        orchestrator.report(&result).unwrap();
        assert_eq!(orchestrator.collect_results().unwrap(), 1);
        Step::find(db, step.id).unwrap()
    }

    fn begun(db: &Database) -> Step {
        let mut step = test_support::diamond_task(db).1.remove(0);
        test_support::begin(db, &mut step);
        step
    }

    #[test]
    fn success_is_kept_and_a_second_one_ignored() {
        let db = test_support::database();
        let step = begun(&db);
        let step = collect(&db, &step, StepOutcome::success(json!(1)));
        assert_eq!(step.state, StepState::Succeeded);
        let step = collect(&db, &step, StepOutcome::success(json!(2)));
        assert_eq!(step.output, Some(json!(1)));
    }

    #[test]
    fn a_retry_waits_as_configured_or_as_asked() {
        let db = test_support::database();
        let first = collect(&db, &begun(&db), StepOutcome::retryable("busy"));
        assert_eq!(first.retry_at, Some(db.now() + 500));
        let asked = StepOutcome::Retryable {
            reason: "busy".into(),
            after_ms: Some(7),
        };
        let second = collect(&db, &begun(&db), asked);
        assert_eq!(second.retry_at, Some(db.now() + 7));
    }

    #[test]
    fn stray_results_are_put_aside() {
        let db = test_support::database();
        let mut step = begun(&db);
        step.task_id = TaskId(99);
        let step = collect(&db, &step, StepOutcome::success(1));
        assert_eq!(step.state, StepState::Running);
        assert_eq!(Queue::results(&db).dead_letters().unwrap(), 1);
    }
}
