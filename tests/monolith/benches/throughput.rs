//! How many steps a second go through the whole engine. Plain timing, no statistics.

use millrace::worker::{builtin, WorkerSettings};
use millrace::{run_to_completion, Database, NewTask, Orchestrator, Result, TemplateRegistry};
use millrace::{Worker, Workflow};
use std::time::Instant;

const TASKS: usize = 20;
const WIDTH: usize = 8;

/// One step, then `WIDTH` side by side, then one that adds up.
fn fan() -> Result<Workflow> {
    let names: Vec<String> = (0..WIDTH).map(|n| format!("part-{n}")).collect();
    let mut builder = Workflow::builder("fan").step("start", "sum", &[]);
    for name in &names {
        builder = builder.step(name, "sum", &["start"]);
    }
    let parts: Vec<&str> = names.iter().map(String::as_str).collect();
    builder.step("total", "sum", &parts).build()
}

fn main() -> Result<()> {
    let db = Database::in_memory()?;
    let templates = TemplateRegistry::of([fan()?])?;
    let orchestrator = Orchestrator::new(&db, Default::default(), templates);
    let worker = Worker::new(&db, WorkerSettings::default(), builtin::registry()?);

    let begun = Instant::now();
    for n in 0..TASKS {
        let new = NewTask::of("fan").with_context(serde_json::json!({ "n": n }));
        let task = orchestrator.create_task(&new)?;
        run_to_completion(&orchestrator, &worker, task.id, 50)?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let steps = worker.stats().started();
    println!(
        "{steps} steps of {TASKS} tasks in {seconds:.3} s, {:.0} steps a second",
        steps as f64 / seconds
    );
    Ok(())
}
