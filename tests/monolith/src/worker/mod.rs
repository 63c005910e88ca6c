//! Carries out steps: claims messages, runs handlers, reports what came of it.
//!
//! Any number of [`Worker`]s may share one database. They know nothing of each other, and nothing
//! of whoever sends the messages.

pub mod builtin;
mod claimer;
pub mod identity;
mod publisher;
mod runner;
pub mod settings;
pub mod stats;

pub use self::{identity::WorkerId, settings::WorkerSettings, stats::WorkerStats};

use crate::{
    database::Database,
    error::Result,
    events::{Event, EventKind, EventLog, EventSink, Subject},
    registry::HandlerRegistry,
    resilience::CircuitBreaker,
};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Carries out steps.
pub struct Worker<'db> {
    db: &'db Database,
    id: WorkerId,
    settings: WorkerSettings,
    handlers: HandlerRegistry,
    // One for each handler that was called so far.
    breakers: RefCell<BTreeMap<String, CircuitBreaker>>,
    sinks: (EventLog<'db>, WorkerStats),
}

impl<'db> Worker<'db> {
    /// A worker with these handlers.
    pub fn new(db: &'db Database, settings: WorkerSettings, handlers: HandlerRegistry) -> Self {
        let id = settings.id.clone().unwrap_or_else(WorkerId::of_process);
        Self {
            db,
            id,
            settings,
            handlers,
            breakers: RefCell::default(),
            sinks: (EventLog::new(db), WorkerStats::default()),
        }
    }

    /// Who it is.
    pub fn id(&self) -> &WorkerId {
        &self.id
    }

    /// What it has done since it was made.
    pub fn stats(&self) -> &WorkerStats {
        &self.sinks.1
    }

    /// Claims a batch of steps, carries them out, and says how many those were.
    pub fn run_once(&self) -> Result<usize> {
        let claims = self.claim()?;
        let count = claims.len();
        for claim in claims {
            let outcome = self.execute(&claim)?;
            self.finish(&claim, outcome)?;
        }
        if count > 0 {
            log_event!(Info, "{} carried out {count} steps", self.id);
        }
        Ok(count)
    }

    fn publish(&self, kind: EventKind, subject: &impl Subject, detail: &str) -> Result<()> {
        let event = Event::about(self.db, kind, subject, detail);
        self.sinks.publish(&event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        messaging::{Queue, ResultMessage, StepMessage},
        state_machine::StepState,
        test_support,
        types::Priority,
    };

    #[test]
    fn a_step_is_carried_out_and_reported() {
        let db = test_support::database();
        let (_, mut steps) = test_support::diamond_task(&db);
        let step = &mut steps[0];
        step.transition(&db, StepState::Enqueued, "test").unwrap();
        Queue::steps(&db)
            .send(&StepMessage::from(&*step), Priority::Normal)
            .unwrap();

        let settings = WorkerSettings {
            id: Some(WorkerId::new("w7")),
            ..WorkerSettings::default()
        };
        let worker = Worker::new(&db, settings, test_support::echo_registry());
        assert_eq!(worker.run_once().unwrap(), 1);
        assert_eq!(worker.run_once().unwrap(), 0);
        assert_eq!(worker.stats().started(), 1);

        assert_eq!(Queue::steps(&db).depth().unwrap(), 0);
        let reported = Queue::results(&db).claim("test", 9, 0).unwrap();
        let result: ResultMessage = reported[0].decode().unwrap();
        assert!(result.outcome.is_success());
        assert_eq!(result.worker, *worker.id());
    }
}
