//! What the orchestrator wants to know of tasks and steps.

use super::readiness::{classify, Readiness};
use crate::{
    database::Database,
    error::Result,
    events::Subject,
    models::{Step, StepEdge, Task},
    state_machine::StepState,
    types::{StepId, TaskId},
};
use std::collections::BTreeMap;
use std::fmt;

impl crate::models::Task {
    /// Every step with its [`Readiness`], in the order of the workflow.
    pub fn readiness(&self, db: &Database) -> Result<Vec<(Step, Readiness)>> {
        let now = db.now();
        let steps = Step::of_task(db, self.id)?;
        let edges = StepEdge::of_task(db, self.id)?;
        let states: BTreeMap<StepId, StepState> =
            steps.iter().map(|step| (step.id, step.state)).collect();
        let classified = steps.into_iter().map(|step| {
            let parents: Vec<_> = StepEdge::parents_of(&edges, step.id)
                .filter_map(|parent| states.get(&parent).copied())
                .collect();
            let readiness = classify(&step, &parents, now);
            (step, readiness)
        });
        Ok(classified.collect())
    }
}

impl Subject for Task {
    fn task_id(&self) -> TaskId {
        self.id
    }
}

impl Subject for Step {
    fn task_id(&self) -> TaskId {
        self.task_id
    }

    fn step_id(&self) -> Option<StepId> {
        Some(self.id)
    }
}

impl fmt::Display for crate::models::Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "step {} ({} of task {})",
            self.id, self.name, self.task_id
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support;
    use serde_json::json;

    #[test]
    fn readiness_moves_down_the_diamond() {
        let db = test_support::database();
        let (task, mut steps) = test_support::diamond_task(&db);
        let now = |task: &Task| -> Vec<Readiness> {
            let all = task.readiness(&db).unwrap();
            all.into_iter().map(|(_, readiness)| readiness).collect()
        };
        use Readiness::*;
        assert_eq!(now(&task), [Ready, Waiting(1), Waiting(1), Waiting(2)]);
        test_support::finish(&db, &mut steps[0], json!(null));
        test_support::begin(&db, &mut steps[1]);
        assert_eq!(now(&task), [Over, InFlight, Ready, Waiting(2)]);
    }

    #[test]
    fn a_step_introduces_itself() {
        let db = test_support::database();
        let (_, steps) = test_support::diamond_task(&db);
        assert_eq!(steps[3].to_string(), "step 4 (bottom of task 1)");
    }
}
