//! What a handler can see.

use crate::{
    database::Database,
    error::Result,
    models::{Step, Task},
    scopes::StepScope,
    state_machine::StepState,
    types::Timestamp,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// The surroundings of one attempt: the task, the step, and what the steps before it returned.
#[derive(Debug, Clone)]
pub struct StepContext {
    pub(crate) task: Task,
    pub(crate) step: Step,
    inputs: BTreeMap<String, Value>,
    begun_at: Timestamp,
}

impl StepContext {
    /// Loads the surroundings of `step`.
    pub fn load(db: &Database, step: Step) -> Result<Self> {
        let task = Task::find(db, step.task_id)?;
        let parents = StepScope::of_task(task.id)
            .parents_of(&step)
            .in_state(StepState::Succeeded)
            .fetch(db)?;
        let inputs = parents
            .into_iter()
            .map(|parent| (parent.name, parent.output.unwrap_or(Value::Null)))
            .collect();
        Ok(Self {
            task,
            step,
            inputs,
            begun_at: db.now(),
        })
    }

    /// The step's name.
    pub fn step_name(&self) -> &str {
        &self.step.name
    }

    /// Which attempt this is, counted from 1.
    pub fn attempt(&self) -> u32 {
        self.step.attempts
    }

    /// When the attempt began.
    pub fn begun_at(&self) -> Timestamp {
        self.begun_at
    }

    /// A value from the step's parameters or, if it is not there, from the task's context.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.step
            .params
            .get(key)
            .or_else(|| self.task.context.get(key))
    }

    /// What the step of that name returned, if this step depends on it.
    pub fn input(&self, step: &str) -> Option<&Value> {
        self.inputs.get(step)
    }

    /// All inputs, by the names of the steps.
    pub fn inputs(&self) -> &BTreeMap<String, Value> {
        &self.inputs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support;
    use serde_json::json;

    #[test]
    fn inputs_are_the_outputs_of_the_parents() {
        let db = test_support::database();
        let (_, mut steps) = test_support::diamond_task(&db);
        test_support::finish(&db, &mut steps[0], json!(7));
        let context = StepContext::load(&db, steps[1].clone()).unwrap();
        assert_eq!(context.input("top"), Some(&json!(7)));
        assert_eq!(context.inputs().len(), 1);
        assert_eq!(context.input("right"), None);
    }

    #[test]
    fn parameters_come_before_the_context() {
        let db = test_support::database();
        let (_, mut steps) = test_support::diamond_task(&db);
        let mut step = steps.remove(0);
        step.params = json!({ "greeting": "hello" });
        let context = StepContext::load(&db, step).unwrap();
        assert_eq!(context.value("greeting"), Some(&json!("hello")));
        assert_eq!(context.value("n"), Some(&json!(2)));
        assert_eq!(context.step_name(), "top");
        assert_eq!(context.begun_at(), db.now());
    }
}
