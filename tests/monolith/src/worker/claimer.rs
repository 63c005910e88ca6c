//! Takes messages, and the steps behind them.

use super::Worker;
use crate::{
    error::Result,
    events::{EventKind, Subject},
    execution::StepOutcome,
    messaging::{Message, Queue, StepMessage},
    models::Step,
    state_machine::StepState,
    types::{StepId, TaskId},
};

/// A step in our hands, with the message that brought it.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) message: Message,
    pub(super) step: Step,
}

impl Subject for StepMessage {
    fn task_id(&self) -> TaskId {
        self.task_id
    }

    fn step_id(&self) -> Option<StepId> {
        Some(self.step_id)
    }
}

impl Worker<'_> {
    /// Claims up to a batch.
    pub(super) fn claim(&self) -> Result<Vec<Claim>> {
        let queue = Queue::steps(self.db);
        let messages = queue.claim(
            self.id.as_str(),
            self.settings.batch,
            self.settings.lease_ms,
        )?;
        let mut claims = Vec::with_capacity(messages.len());
        for message in messages {
            claims.extend(self.take_up(&queue, message)?);
        }
        Ok(claims)
    }

    // None if there is nothing to do for this message, or not now.
    fn take_up(&self, queue: &Queue<'_>, message: Message) -> Result<Option<Claim>> {
        let body: StepMessage = match message.decode() {
            Ok(body) => body,
            Err(error) => {
                queue.bury(&message, &error.to_string())?;
                return Ok(None);
            }
        };
        if let Some(wait_ms) = self.breaker_wait(&body.handler) {
            queue.release(&message, wait_ms)?;
            return Ok(None);
        }
        let mut step = Step::find(self.db, body.step_id)?;
        match step.state {
            StepState::Enqueued => {
                step.transition(self.db, StepState::Running, self.id.as_str())?;
            }
            // Whoever had it before us is gone, and took too long.
            StepState::Running => {
                if queue.bury_if_hopeless(&message, "no worker survives it")? {
                    let outcome = StepOutcome::permanent("no worker survives it");
                    self.report(&step, outcome)?;
                    return Ok(None);
                }
            }
            other => {
                log_event!(Debug, "{step} is {other}, its message is stale");
                queue.acknowledge(&message)?;
                return Ok(None);
            }
        }
        self.publish(EventKind::StepStarted, &body, &step.name)?;
        Ok(Some(Claim { message, step }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{constants::MAX_DELIVERIES, test_support, types::Priority};
    use crate::{database::Database, worker::WorkerSettings};

    fn worker(db: &Database) -> Worker<'_> {
        let settings = WorkerSettings {
            lease_ms: 0,
            ..WorkerSettings::default()
        };
        Worker::new(db, settings, test_support::echo_registry())
    }

    fn send(db: &Database, step: &Step) {
        Queue::steps(db)
            .send(&StepMessage::from(step), Priority::Normal)
            .unwrap();
    }

    #[test]
    fn a_stale_message_is_dropped() {
        let db = test_support::database();
        let (_, mut steps) = test_support::diamond_task(&db);
        test_support::finish(&db, &mut steps[0], 1.into());
        send(&db, &steps[0]);
        assert!(worker(&db).claim().unwrap().is_empty());
        assert_eq!(Queue::steps(&db).depth().unwrap(), 0);
    }

    #[test]
    fn a_step_that_kills_workers_is_given_up() {
        let db = test_support::database();
        let (_, mut steps) = test_support::diamond_task(&db);
        steps[0]
            .transition(&db, StepState::Enqueued, "test")
            .unwrap();
        send(&db, &steps[0]);
        // Each claim stands for a worker that never came back.
        for _ in 1..MAX_DELIVERIES {
            assert_eq!(worker(&db).claim().unwrap().len(), 1);
        }
        assert!(worker(&db).claim().unwrap().is_empty());
        assert_eq!(Queue::steps(&db).dead_letters().unwrap(), 1);
        assert_eq!(Queue::results(&db).depth().unwrap(), 1);
    }

    #[test]
    fn gibberish_is_put_aside() {
        let db = test_support::database();
        Queue::steps(&db).send(&"gibberish", Priority::Low).unwrap();
        assert!(worker(&db).claim().unwrap().is_empty());
        assert_eq!(Queue::steps(&db).dead_letters().unwrap(), 1);
    }
}
