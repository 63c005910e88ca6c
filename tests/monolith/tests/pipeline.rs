//! Orchestrator and worker together, from the first step to the last.

mod common;

use millrace::events::{EventKind, EventLog};
use millrace::{run_to_completion, StepState, TaskState, Workflow};
use serde_json::json;

fn numbers() -> Workflow {
    Workflow::builder("numbers")
        .step("one", "sum", &[])
        .params(json!({ "n": 1 }))
        .step("two", "sum", &["one"])
        .params(json!({ "n": 2 }))
        .step("four", "sum", &["one"])
        .params(json!({ "n": 4 }))
        .step("total", "sum", &["two", "four"])
        .build()
        .unwrap()
}

#[test]
fn a_diamond_adds_up() {
    let (db, _) = common::database();
    let orchestrator = common::orchestrator(&db, numbers());
    let task = common::create(&orchestrator, "numbers");
    let task = run_to_completion(&orchestrator, &common::worker(&db), task.id, 20).unwrap();
    assert_eq!(task.state, TaskState::Complete);
    // 1 + 2 on the one side, 1 + 4 on the other.
    assert_eq!(common::step(&db, &task, "total").output, Some(json!(8)));
}

#[test]
fn events_tell_the_story_in_order() {
    let (db, _) = common::database();
    let workflow = Workflow::builder("w").step("a", "echo", &[]);
    let orchestrator = common::orchestrator(&db, workflow.build().unwrap());
    let task = common::create(&orchestrator, "w");
    run_to_completion(&orchestrator, &common::worker(&db), task.id, 20).unwrap();
    let events = EventLog::new(&db).of_task(task.id).unwrap();
    let kinds: Vec<_> = events.iter().map(|event| event.kind).collect();
    use EventKind::*;
    let story = [
        TaskStarted,
        StepEnqueued,
        StepStarted,
        StepSucceeded,
        TaskCompleted,
    ];
    assert_eq!(kinds, story);
}

#[test]
fn a_flaky_step_is_tried_again_when_it_is_time() {
    let (db, clock) = common::database();
    let workflow = Workflow::builder("w")
        .step("a", "flaky", &[])
        .params(json!({ "failures": 2 }));
    let orchestrator = common::orchestrator(&db, workflow.build().unwrap());
    let worker = common::worker(&db);
    let task = common::create(&orchestrator, "w");
    for wait in [500, 1_000] {
        let task = run_to_completion(&orchestrator, &worker, task.id, 20).unwrap();
        assert_eq!(task.state, TaskState::Running);
        let step = common::step(&db, &task, "a");
        assert_eq!(step.state, StepState::WaitingRetry);
        clock.advance(wait);
    }
    let task = run_to_completion(&orchestrator, &worker, task.id, 20).unwrap();
    assert_eq!(task.state, TaskState::Complete);
    assert_eq!(common::step(&db, &task, "a").attempts, 3);
}

#[test]
fn attempts_run_out() {
    let (db, _) = common::database();
    let workflow = Workflow::builder("w").step("a", "flaky", &[]).retries(0);
    let orchestrator = common::orchestrator(&db, workflow.build().unwrap());
    let task = common::create(&orchestrator, "w");
    let task = run_to_completion(&orchestrator, &common::worker(&db), task.id, 20).unwrap();
    assert_eq!(task.state, TaskState::Failed);
}

#[test]
fn what_depends_on_a_failure_is_skipped() {
    let (db, _) = common::database();
    let workflow = Workflow::builder("w")
        .step("bad", "fail", &[])
        .step("after", "echo", &["bad"])
        .build()
        .unwrap();
    let orchestrator = common::orchestrator(&db, workflow);
    let task = common::create(&orchestrator, "w");
    let task = run_to_completion(&orchestrator, &common::worker(&db), task.id, 20).unwrap();
    assert_eq!(task.state, TaskState::Failed);
    assert_eq!(
        common::step(&db, &task, "bad").failure.as_deref(),
        Some("told to fail")
    );
    assert_eq!(common::step(&db, &task, "after").state, StepState::Skipped);
}

#[test]
fn two_workers_share_the_work() {
    let (db, _) = common::database();
    let workflow = Workflow::builder("w")
        .step("a", "echo", &[])
        .step("b", "echo", &[])
        .build()
        .unwrap();
    let orchestrator = common::orchestrator(&db, workflow);
    common::create(&orchestrator, "w");
    orchestrator.tick().unwrap();
    assert_eq!(common::worker(&db).run_once().unwrap(), 2);
    assert_eq!(common::worker(&db).run_once().unwrap(), 0);
    assert_eq!(orchestrator.tick().unwrap().collected, 2);
}
