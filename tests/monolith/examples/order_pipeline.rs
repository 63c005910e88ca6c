//! An order goes through stock, payment and shipping, with handlers of our own.
//!
//! `cargo run --example order_pipeline`

use millrace::{
    run_to_completion, Database, HandlerRegistry, NewTask, Orchestrator, Result, Step, StepContext,
    StepOutcome, TemplateRegistry, Worker, Workflow,
};
use serde_json::json;

fn handlers() -> Result<HandlerRegistry> {
    let mut handlers = HandlerRegistry::default();
    handlers.register("stock.reserve", |context: &StepContext| {
        match context.value("items").and_then(|items| items.as_array()) {
            Some(items) => StepOutcome::success(items.len()),
            None => StepOutcome::permanent("an order without items"),
        }
    })?;
    handlers.register("card.charge", |context: &StepContext| {
        let amount = context.value("amount").cloned().unwrap_or(json!(0));
        StepOutcome::success(json!({ "charged": amount }))
    })?;
    handlers.register("parcel.ship", |context: &StepContext| {
        let reserved = context.input("reserve").cloned().unwrap_or_default();
        StepOutcome::success(format!("{reserved} items on their way"))
    })?;
    Ok(handlers)
}

fn main() -> Result<()> {
    let definition = include_str!("../tests/data/order.json");
    let db = Database::in_memory()?;
    let templates = TemplateRegistry::of([Workflow::from_json(definition)?])?;
    let orchestrator = Orchestrator::new(&db, Default::default(), templates);
    let worker = Worker::new(&db, Default::default(), handlers()?);

    let order = json!({ "items": ["tea", "milk"], "amount": 7 });
    let task = orchestrator.create_task(&NewTask::of("order").with_context(order))?;
    let task = run_to_completion(&orchestrator, &worker, task.id, 20)?;
    println!("task {} is {}", task.id, task.state);
    for step in Step::of_task(&db, task.id)? {
        let output = step.output.unwrap_or_default();
        println!("  {:<8} {:<10} {output}", step.name, step.state);
    }
    Ok(())
}
