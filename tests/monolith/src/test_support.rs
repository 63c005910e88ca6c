//! What the unit tests of several modules begin with.

use crate::{
    database::Database,
    execution::{StepContext, StepOutcome},
    models::{NewTask, Step, Task, Workflow},
    orchestration::initializer::instantiate,
    registry::HandlerRegistry,
    state_machine::StepState,
    types::ManualClock,
};
use serde_json::{json, Value};

/// An empty database whose clock stands still.
pub(crate) fn database() -> Database {
    database_and_clock().0
}

/// An empty database, and its clock.
pub(crate) fn database_and_clock() -> (Database, ManualClock) {
    let clock = ManualClock::new(1_700_000_000_000);
    let db = Database::in_memory_with_clock(clock.clone()).unwrap();
    (db, clock)
}

/// `top`, then `left` and `right`, then `bottom`.
pub(crate) fn diamond() -> Workflow {
    Workflow::builder("diamond")
        .step("top", "echo", &[])
        .step("left", "echo", &["top"])
        .step("right", "echo", &["top"])
        .step("bottom", "echo", &["left", "right"])
        .build()
        .unwrap()
}

/// A task of [`diamond`], not yet started, and its steps.
pub(crate) fn diamond_task(db: &Database) -> (Task, Vec<Step>) {
    let new = NewTask::of("diamond").with_context(json!({ "n": 2 }));
    instantiate(db, &diamond(), &new).unwrap()
}

/// Takes a pending step to its end.
pub(crate) fn finish(db: &Database, step: &mut Step, output: Value) {
    begin(db, step);
    step.succeed(db, output).unwrap();
}

/// Takes a pending step into a worker's hands.
pub(crate) fn begin(db: &Database, step: &mut Step) {
    for state in [StepState::Enqueued, StepState::Running] {
        step.transition(db, state, "test").unwrap();
    }
}

/// A registry with `echo`, which returns the name of its step.
pub(crate) fn echo_registry() -> HandlerRegistry {
    let mut registry = HandlerRegistry::default();
    let echo = |context: &StepContext| StepOutcome::success(context.step_name());
    registry.register("echo", echo).unwrap();
    registry
}
