//! Ends tasks.

use super::Orchestrator;
use crate::{
    database::Database,
    error::Result,
    events::EventKind,
    models::{Step, Task},
    state_machine::{StepState, TaskState},
    types::TaskId,
};

/// What the steps say about their task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// There is something left to do.
    GoOn,
    /// All went well.
    Complete,
    /// Something failed, but something else is still under way.
    Drain,
    /// Something failed, and nothing is under way.
    Fail,
}

impl From<&[Step]> for Verdict {
    fn from(steps: &[Step]) -> Self {
        let any = |wanted: fn(StepState) -> bool| steps.iter().any(|step| wanted(step.state));
        if any(|state| state == StepState::Failed) {
            if any(StepState::is_in_flight) {
                Verdict::Drain
            } else {
                Verdict::Fail
            }
        } else if any(|state| state != StepState::Succeeded) {
            Verdict::GoOn
        } else {
            Verdict::Complete
        }
    }
}

/// Marks every step that is neither out nor over as never to be run.
pub(super) fn skip_waiting(db: &Database, task: TaskId, reason: &str) -> Result<()> {
    for mut step in Step::of_task(db, task)? {
        if matches!(step.state, StepState::Pending | StepState::WaitingRetry) {
            step.transition(db, StepState::Skipped, reason)?;
        }
    }
    Ok(())
}

impl Orchestrator<'_> {
    /// Ends the task if it is over, and says whether it was.
    pub(super) fn settle(&self, task: &mut Task) -> Result<bool> {
        let steps = Step::of_task(self.db, task.id)?;
        match Verdict::from(&steps[..]) {
            Verdict::GoOn => Ok(false),
            Verdict::Complete => {
                task.transition(self.db, TaskState::Complete, "all steps succeeded")?;
                self.publish(EventKind::TaskCompleted, task, "all steps succeeded")?;
                Ok(true)
            }
            Verdict::Drain => {
                if task.state == TaskState::Running {
                    self.drain(task)?;
                }
                Ok(false)
            }
            Verdict::Fail => {
                self.fail(task, &steps)?;
                Ok(true)
            }
        }
    }

    fn drain(&self, task: &mut Task) -> Result<()> {
        self.db.transaction(|db| {
            skip_waiting(db, task.id, "another step failed")?;
            task.transition(db, TaskState::Draining, "a step failed")
        })
    }

    fn fail(&self, task: &mut Task, steps: &[Step]) -> Result<()> {
        let failed: Vec<&str> = steps
            .iter()
            .filter(|step| step.state == StepState::Failed)
            .map(|step| step.name.as_str())
            .collect();
        let reason = format!("failed: {}", failed.join(", "));
        self.db.transaction(|db| {
            skip_waiting(db, task.id, "another step failed")?;
            task.transition(db, TaskState::Failed, &reason)
        })?;
        self.publish(EventKind::TaskFailed, task, &reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{orchestration::SchedulerSettings, registry::TemplateRegistry, test_support};
    use serde_json::json;

    #[test]
    fn the_states_of_the_steps_decide() {
        use StepState::*;
        let db = test_support::database();
        let (_, steps) = test_support::diamond_task(&db);
        let verdict = |states: [StepState; 4]| {
            let mut steps = steps.clone();
            for (step, state) in steps.iter_mut().zip(states) {
                step.state = state;
            }
            Verdict::from(&steps[..])
        };
        assert_eq!(verdict([Succeeded; 4]), Verdict::Complete);
        assert_eq!(
            verdict([Succeeded, Running, Failed, Pending]),
            Verdict::Drain
        );
        assert_eq!(
            verdict([Succeeded, Succeeded, Failed, Pending]),
            Verdict::Fail
        );
        assert_eq!(
            verdict([Succeeded, WaitingRetry, Pending, Pending]),
            Verdict::GoOn
        );
    }

    #[test]
    fn a_failing_task_drains_first() {
        let db = test_support::database();
        let orchestrator = Orchestrator::new(
            &db,
            SchedulerSettings::default(),
            TemplateRegistry::default(),
        );
        let (mut task, mut steps) = test_support::diamond_task(&db);
        task.transition(&db, TaskState::Running, "test").unwrap();
        test_support::finish(&db, &mut steps[0], json!(null));
        test_support::begin(&db, &mut steps[1]);
        test_support::begin(&db, &mut steps[2]);
        steps[1].fail(&db, "broken", None).unwrap();
        assert!(!orchestrator.settle(&mut task).unwrap());
        assert_eq!(task.state, TaskState::Draining);
        steps[2].succeed(&db, json!(null)).unwrap();
        assert!(orchestrator.settle(&mut task).unwrap());
        assert_eq!(task.state, TaskState::Failed);
        let bottom = Step::find(&db, steps[3].id).unwrap();
        assert_eq!(bottom.state, StepState::Skipped);
    }
}
