//! Drives tasks: makes them, sends out what is ready, takes in what came of it, ends them.
//!
//! An [`Orchestrator`] holds no state of its own. All of it is in the [`Database`], so that it can
//! be stopped and started at any time. One turn of the wheel is [`Orchestrator::tick`].

pub mod discovery;
mod enqueuer;
pub mod error;
mod finalizer;
pub mod graph;
pub mod initializer;
pub mod progress;
pub mod readiness;
mod results;
pub mod settings;
mod task_ext;

pub use self::error::OrchestrationError;
pub use self::progress::Progress;
pub use self::readiness::Readiness;
pub use self::settings::SchedulerSettings;

use crate::{
    database::Database,
    error::Result,
    events::{Event, EventKind, EventLog, EventSink, Subject},
    models::Task,
    registry::TemplateRegistry,
    scopes::TaskScope,
    state_machine::{Lifecycle, TaskState},
    types::TaskId,
};

/// Drives all tasks of one database.
pub struct Orchestrator<'db> {
    db: &'db Database,
    settings: SchedulerSettings,
    templates: TemplateRegistry,
    log: EventLog<'db>,
    progress: Progress,
}

/// What one turn of the wheel did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tick {
    /// Outcomes taken in.
    pub collected: usize,
    /// Steps sent out.
    pub enqueued: usize,
    /// Tasks ended.
    pub finished: usize,
}

impl Tick {
    /// Whether there was nothing to do.
    pub fn is_idle(&self) -> bool {
        *self == Tick::default()
    }
}

impl<'db> Orchestrator<'db> {
    /// An orchestrator that knows the workflows in `templates`.
    pub fn new(
        db: &'db Database,
        settings: SchedulerSettings,
        templates: TemplateRegistry,
    ) -> Self {
        Self {
            db,
            settings,
            templates,
            log: EventLog::new(db),
            progress: Progress::default(),
        }
    }

    /// The database it works on.
    pub fn database(&self) -> &'db Database {
        self.db
    }

    /// The workflows it knows.
    pub fn templates(&self) -> &TemplateRegistry {
        &self.templates
    }

    /// What it has done since it was made.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Takes in outcomes, sends out what is ready, and ends what is over.
    pub fn tick(&self) -> Result<Tick> {
        let mut tick = Tick {
            collected: self.collect_results()?,
            ..Tick::default()
        };
        for mut task in TaskScope::open()
            .limit(self.settings.batch)
            .fetch(self.db)?
        {
            if self.settle(&mut task)? {
                tick.finished += 1;
            } else if task.state == TaskState::Running {
                tick.enqueued += self.enqueue_ready(&task)?;
            }
        }
        Ok(tick)
    }

    /// Calls a task off. What is under way is finished, nothing new is begun.
    pub fn cancel(&self, id: TaskId) -> Result<Task> {
        let mut task = Task::find(self.db, id)?;
        if task.state.is_final() {
            let state = task.state;
            return Err(OrchestrationError::TaskIsOver { task: id, state }.into());
        }
        self.db.transaction(|db| {
            finalizer::skip_waiting(db, task.id, "task was cancelled")?;
            task.transition(db, TaskState::Cancelled, "cancelled on request")
        })?;
        self.publish(EventKind::TaskFailed, &task, "cancelled")?;
        Ok(task)
    }

    fn publish(&self, kind: EventKind, subject: &impl Subject, detail: &str) -> Result<()> {
        let event = Event::about(self.db, kind, subject, detail);
        (&self.log as &dyn EventSink).publish(&event)?;
        self.progress.publish(&event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{error::Error, models::NewTask, test_support};

    fn orchestrator(db: &Database) -> Orchestrator<'_> {
        let templates = TemplateRegistry::of([test_support::diamond()]).unwrap();
        Orchestrator::new(db, SchedulerSettings::default(), templates)
    }

    #[test]
    fn a_tick_sends_out_the_first_step_once() {
        let db = test_support::database();
        let orchestrator = orchestrator(&db);
        orchestrator.create_task(&NewTask::of("diamond")).unwrap();
        assert_eq!(orchestrator.tick().unwrap().enqueued, 1);
        assert!(orchestrator.tick().unwrap().is_idle());
        assert_eq!(orchestrator.progress().count(EventKind::StepEnqueued), 1);
    }

    #[test]
    fn a_cancelled_task_stays_cancelled() {
        let db = test_support::database();
        let orchestrator = orchestrator(&db);
        let task = orchestrator.create_task(&NewTask::of("diamond")).unwrap();
        let task = orchestrator.cancel(task.id).unwrap();
        assert_eq!(task.state, TaskState::Cancelled);
        assert!(orchestrator.tick().unwrap().is_idle());
        let error = orchestrator.cancel(task.id).unwrap_err();
        assert!(matches!(error, Error::Scheduling(_)), "{error}");
    }
}
