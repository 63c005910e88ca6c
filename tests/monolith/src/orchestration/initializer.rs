//! Makes tasks.

use super::Orchestrator;
use crate::{
    database::Database,
    error::Result,
    events::EventKind,
    models::{NewTask, Step, StepEdge, Task, Workflow},
    state_machine::TaskState,
};
use std::collections::BTreeMap;

/// Stores a task of `workflow` with its steps and the edges between them.
pub fn instantiate(db: &Database, workflow: &Workflow, new: &NewTask) -> Result<(Task, Vec<Step>)> {
    db.transaction(|db| {
        let task = Task::insert(db, new, workflow)?;
        let mut ids = BTreeMap::new();
        let mut steps = Vec::with_capacity(workflow.steps.len());
        for template in &workflow.steps {
            let step = Step::insert(db, task.id, template)?;
            ids.insert(template.name.as_str(), step.id);
            steps.push(step);
        }
        for template in &workflow.steps {
            // `Workflow::validate` has seen to it that every name is there.
            for parent in &template.depends_on {
                let edge = StepEdge {
                    task_id: task.id,
                    parent: ids[parent.as_str()],
                    child: ids[template.name.as_str()],
                };
                edge.insert(db)?;
            }
        }
        Ok((task, steps))
    })
}

impl Orchestrator<'_> {
    /// Makes a task and starts it.
    pub fn create_task(&self, new: &NewTask) -> Result<Task> {
        crate::validation::validate_new_task(new)?;
        let workflow = self.templates.find(&new.workflow)?;
        let (mut task, steps) = instantiate(self.db, workflow, new)?;
        task.transition(self.db, TaskState::Running, "task was created")?;
        let detail = format!("{} steps", steps.len());
        self.publish(EventKind::TaskStarted, &task, &detail)?;
        log_event!(Info, "task {} of {} has {detail}", task.id, task.workflow);
        Ok(task)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{orchestration::SchedulerSettings, registry::TemplateRegistry, test_support};

    #[test]
    fn a_created_task_runs() {
        let db = test_support::database();
        let templates = TemplateRegistry::of([test_support::diamond()]).unwrap();
        let orchestrator = Orchestrator::new(&db, SchedulerSettings::default(), templates);
        let task = orchestrator.create_task(&NewTask::of("diamond")).unwrap();
        assert_eq!(task.state, TaskState::Running);
        let events = orchestrator.log.of_task(task.id).unwrap();
        assert_eq!(events[0].detail, "4 steps");
        assert!(orchestrator.create_task(&NewTask::of("nothing")).is_err());
    }

    #[test]
    fn a_failure_leaves_nothing_behind() {
        let db = test_support::database();
        let mut workflow = test_support::diamond();
        // Against the rules, so the last insert fails.
        workflow.steps[3].name = "top".into();
        assert!(instantiate(&db, &workflow, &NewTask::of("diamond")).is_err());
        assert!(Task::find(&db, crate::types::TaskId(1)).is_err());
    }
}
