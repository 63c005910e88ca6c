//! Queries with names.

use crate::{
    constants::DEFAULT_PAGE,
    database::{fetch_all, Database},
    error::Result,
    models::{Step, Task},
    state_machine::{StepState, TaskState},
    types::TaskId,
};
use rusqlite::{params_from_iter, types::Value as SqlValue, ToSql};

/// Conditions that are joined with AND.
#[derive(Debug, Clone, Default)]
struct Conditions {
    sql: Vec<&'static str>,
    values: Vec<SqlValue>,
}

impl Conditions {
    fn add(&mut self, sql: &'static str) {
        self.sql.push(sql);
    }

    fn add_with(&mut self, sql: &'static str, value: impl Into<SqlValue>) {
        self.sql.push(sql);
        self.values.push(value.into());
    }

    fn tail(&self, order: &str, limit: u32) -> String {
        let conditions = if self.sql.is_empty() {
            String::new()
        } else {
            format!("WHERE {} ", self.sql.join(" AND "))
        };
        format!("{conditions}ORDER BY {order} LIMIT {limit}")
    }

    fn values(&self) -> impl Iterator<Item = &dyn ToSql> {
        self.values.iter().map(|value| value as &dyn ToSql)
    }
}

/// Some of the tasks.
#[derive(Debug, Clone)]
pub struct TaskScope {
    conditions: Conditions,
    limit: u32,
}

impl TaskScope {
    /// All tasks, the most urgent and then the oldest first.
    pub fn all() -> Self {
        Self {
            conditions: Conditions::default(),
            limit: DEFAULT_PAGE,
        }
    }

    /// Tasks that have not ended.
    pub fn open() -> Self {
        let mut scope = Self::all();
        scope.conditions.add("NOT task_is_final(state)");
        scope
    }

    /// Only tasks in that state.
    #[must_use]
    pub fn in_state(mut self, state: TaskState) -> Self {
        self.conditions
            .add_with("state = ?", state.as_str().to_string());
        self
    }

    /// Only tasks of that workflow.
    #[must_use]
    pub fn of_workflow(mut self, name: &str) -> Self {
        self.conditions.add_with("workflow = ?", name.to_string());
        self
    }

    /// At most so many.
    #[must_use]
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = limit;
        self
    }

    /// Asks the database.
    pub fn fetch(&self, db: &Database) -> Result<Vec<Task>> {
        let tail = self.conditions.tail("priority DESC, id", self.limit);
        fetch_all(db, &tail, params_from_iter(self.conditions.values()))
    }
}

/// Some of the steps.
#[derive(Debug, Clone)]
pub struct StepScope {
    conditions: Conditions,
}

impl StepScope {
    /// The steps of a task.
    pub fn of_task(task: TaskId) -> Self {
        let mut conditions = Conditions::default();
        conditions.add_with("task_id = ?", task.0);
        Self { conditions }
    }

    /// Only steps in that state.
    #[must_use]
    pub fn in_state(mut self, state: StepState) -> Self {
        self.conditions
            .add_with("state = ?", state.as_str().to_string());
        self
    }

    /// Only steps that have not ended.
    #[must_use]
    pub fn open(mut self) -> Self {
        self.conditions.add("NOT step_is_final(state)");
        self
    }

    /// Only the steps that `child` waits for.
    #[must_use]
    pub fn parents_of(mut self, child: &Step) -> Self {
        self.conditions.add_with(
            "id IN (SELECT parent FROM step_edges WHERE child = ?)",
            child.id.0,
        );
        self
    }

    /// Asks the database.
    pub fn fetch(&self, db: &Database) -> Result<Vec<Step>> {
        let tail = self.conditions.tail("id", u32::MAX);
        fetch_all(db, &tail, params_from_iter(self.conditions.values()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support;

    #[test]
    fn tasks_by_state_and_workflow() {
        let db = test_support::database();
        let (mut first, _) = test_support::diamond_task(&db);
        test_support::diamond_task(&db);
        first.transition(&db, TaskState::Cancelled, "").unwrap();
        let count = |scope: TaskScope| scope.fetch(&db).unwrap().len();
        assert_eq!(count(TaskScope::all()), 2);
        assert_eq!(count(TaskScope::open()), 1);
        assert_eq!(count(TaskScope::all().in_state(TaskState::Cancelled)), 1);
        assert_eq!(count(TaskScope::open().of_workflow("diamond")), 1);
        assert_eq!(count(TaskScope::all().of_workflow("other")), 0);
        assert_eq!(count(TaskScope::all().limit(1)), 1);
    }

    #[test]
    fn parents_of_a_step() {
        let db = test_support::database();
        let (task, steps) = test_support::diamond_task(&db);
        let parents = StepScope::of_task(task.id)
            .parents_of(&steps[3])
            .fetch(&db)
            .unwrap();
        let names: Vec<_> = parents.iter().map(|step| step.name.as_str()).collect();
        assert_eq!(names, ["left", "right"]);
        let open = StepScope::of_task(task.id).open().fetch(&db).unwrap();
        assert_eq!(open.len(), 4);
    }
}
