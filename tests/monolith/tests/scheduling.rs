//! The orchestrator alone: the test plays the worker.

mod common;

use millrace::messaging::{Queue, ResultMessage, StepMessage};
use millrace::types::Priority;
use millrace::worker::WorkerId;
use millrace::{NewTask, StepOutcome, StepState, TaskState};
use std::path::Path;

fn play_worker(db: &millrace::Database, outcome: fn(&StepMessage) -> StepOutcome) -> usize {
    let messages = Queue::steps(db).claim("play", 100, 1_000).unwrap();
    for message in &messages {
        let body: StepMessage = message.decode().unwrap();
        let mut step = millrace::Step::find(db, body.step_id).unwrap();
        step.transition(db, StepState::Running, "play").unwrap();
        let result = ResultMessage {
            task_id: body.task_id,
            step_id: body.step_id,
            worker: WorkerId::new("play"),
            outcome: outcome(&body),
            finished_at: db.now(),
        };
        Queue::results(db).send(&result, Priority::Normal).unwrap();
        Queue::steps(db).acknowledge(message).unwrap();
    }
    messages.len()
}

#[test]
fn waves_go_out_one_after_the_other() {
    let (db, _) = common::database();
    let orchestrator = common::orchestrator(&db, common::order());
    let task = common::create(&orchestrator, "order");
    let mut waves = Vec::new();
    while !orchestrator.tick().unwrap().is_idle() {
        waves.push(play_worker(&db, |_| StepOutcome::success(1)));
    }
    assert_eq!(waves, [2, 1, 0]);
    let task = millrace::Task::find(&db, task.id).unwrap();
    assert_eq!(task.state, TaskState::Complete);
    assert_eq!(task.workflow_version, 3);
}

#[test]
fn one_failure_is_enough() {
    let (db, _) = common::database();
    let orchestrator = common::orchestrator(&db, common::order());
    let task = common::create(&orchestrator, "order");
    orchestrator.tick().unwrap();
    play_worker(&db, |message| match message.handler.as_str() {
        "card.charge" => StepOutcome::permanent("no money"),
        _ => StepOutcome::success(1),
    });
    assert_eq!(orchestrator.tick().unwrap().finished, 1);
    assert_eq!(common::step(&db, &task, "ship").state, StepState::Skipped);
}

#[test]
fn urgent_tasks_go_first() {
    let (db, _) = common::database();
    let orchestrator = common::orchestrator(&db, common::order());
    common::create(&orchestrator, "order");
    let urgent = NewTask::of("order").with_priority(Priority::High);
    let urgent = orchestrator.create_task(&urgent).unwrap();
    orchestrator.tick().unwrap();
    let first = Queue::steps(&db).claim("play", 1, 1_000).unwrap();
    let body: StepMessage = first[0].decode().unwrap();
    assert_eq!(body.task_id, urgent.id);
}

#[test]
fn the_state_survives_in_a_file() {
    let folder = std::env::temp_dir().join(format!("millrace-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let settings = millrace::config::DatabaseSettings {
        path: Some(folder.join("state.db")),
        ..Default::default()
    };
    let task = {
        let db = millrace::Database::open(&settings).unwrap();
        common::create(&common::orchestrator(&db, common::order()), "order")
    };
    let db = millrace::Database::open(&settings).unwrap();
    let orchestrator = common::orchestrator(&db, common::order());
    assert_eq!(orchestrator.tick().unwrap().enqueued, 2);
    assert_eq!(common::step(&db, &task, "ship").state, StepState::Pending);
    drop(db);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_definition_on_disk_is_the_one_compiled_in() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/order.json");
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(
        millrace::Workflow::from_json(&text).unwrap(),
        common::order()
    );
}
