//! What the integration tests begin with. Each of them uses a part of it.
#![allow(dead_code)]

use millrace::models::{NewTask, Step, Task, Workflow};
use millrace::types::ManualClock;
use millrace::worker::{builtin, Worker, WorkerId, WorkerSettings};
use millrace::{Database, Orchestrator, TemplateRegistry};

/// The workflow in `tests/data/order.json`.
pub fn order() -> Workflow {
    Workflow::from_json(include_str!("../data/order.json")).unwrap()
}

/// A database in memory with a clock that can be moved.
pub fn database() -> (Database, ManualClock) {
    let clock = ManualClock::new(1_000_000);
    let db = Database::in_memory_with_clock(clock.clone()).unwrap();
    (db, clock)
}

/// An orchestrator that knows this workflow.
pub fn orchestrator(db: &Database, workflow: Workflow) -> Orchestrator<'_> {
    let templates = TemplateRegistry::of([workflow]).unwrap();
    Orchestrator::new(db, Default::default(), templates)
}

/// A worker with the built-in handlers.
pub fn worker(db: &Database) -> Worker<'_> {
    let settings = WorkerSettings {
        id: Some(WorkerId::new("test")),
        ..WorkerSettings::default()
    };
    Worker::new(db, settings, builtin::registry().unwrap())
}

/// A task of that workflow.
pub fn create(orchestrator: &Orchestrator<'_>, workflow: &str) -> Task {
    orchestrator.create_task(&NewTask::of(workflow)).unwrap()
}

/// The step of that name.
pub fn step(db: &Database, task: &Task, name: &str) -> Step {
    let steps = Step::of_task(db, task.id).unwrap();
    steps.into_iter().find(|step| step.name == name).unwrap()
}
