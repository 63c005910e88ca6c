//! Handlers that every worker has.
//!
//! | name | what it does |
//! |---|---|
//! | `echo` | returns its step's `message`, or the name of the step |
//! | `sum` | adds up all numbers among its inputs, and `n` |
//! | `join` | joins its inputs as text, with `separator` between |
//! | `flaky` | fails `failures` times, then succeeds |
//! | `fail` | fails for good |

use crate::execution::{StepContext, StepOutcome};
use crate::registry::handlers::{HandlerError, HandlerRegistry, StepHandler};
use serde_json::Value;

/// Returns what it is told to.
pub struct Echo;

impl StepHandler for Echo {
    fn run(&self, context: &StepContext) -> StepOutcome {
        match context.value("message") {
            Some(message) => StepOutcome::success(message.clone()),
            None => StepOutcome::success(context.step_name()),
        }
    }
}

/// Adds up numbers.
pub struct Sum;

impl StepHandler for Sum {
    fn run(&self, context: &StepContext) -> StepOutcome {
        let own = context.value("n").and_then(Value::as_i64).unwrap_or(0);
        let sum = context
            .inputs()
            .values()
            .filter_map(Value::as_i64)
            .try_fold(own, i64::checked_add);
        match sum {
            Some(sum) => StepOutcome::success(sum),
            None => StepOutcome::permanent("the sum is too large"),
        }
    }
}

/// Joins texts.
pub struct Join;

impl StepHandler for Join {
    fn run(&self, context: &StepContext) -> StepOutcome {
        let separator = context.value("separator").and_then(Value::as_str);
        let texts: Vec<String> = context.inputs().values().map(as_text).collect();
        StepOutcome::success(texts.join(separator.unwrap_or(" ")))
    }
}

/// Fails a few times.
pub struct Flaky;

impl StepHandler for Flaky {
    fn run(&self, context: &StepContext) -> StepOutcome {
        let failures = context.value("failures").and_then(Value::as_u64);
        if u64::from(context.attempt()) > failures.unwrap_or(1) {
            StepOutcome::success(context.attempt())
        } else {
            StepOutcome::retryable("flaky as ever")
        }
    }
}

/// A registry with all of them.
pub fn registry() -> Result<HandlerRegistry, HandlerError> {
    let mut registry = HandlerRegistry::default();
    registry.register("echo", Echo)?;
    registry.register("sum", Sum)?;
    registry.register("join", Join)?;
    registry.register("flaky", Flaky)?;
    registry.register("fail", |context: &StepContext| {
        let reason = context.value("reason").map(as_text);
        StepOutcome::permanent(reason.unwrap_or_else(|| "told to fail".into()))
    })?;
    Ok(registry)
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support;
    use serde_json::json;

    /// Runs the handler as `bottom`, after `left` returned 3 and `right` returned `"x"`.
    fn run(handler: &str, params: Value) -> StepOutcome {
        let db = test_support::database();
        let (_, mut steps) = test_support::diamond_task(&db);
        test_support::finish(&db, &mut steps[1], json!(3));
        test_support::finish(&db, &mut steps[2], json!("x"));
        let mut step = steps.remove(3);
        test_support::begin(&db, &mut step);
        step.params = params;
        let context = StepContext::load(&db, step).unwrap();
        registry().unwrap().find(handler).unwrap().run(&context)
    }

    #[test]
    fn echo_returns_what_it_is_told() {
        assert_eq!(run("echo", json!({})), StepOutcome::success("bottom"));
        let told = run("echo", json!({ "message": [1, 2] }));
        assert_eq!(told, StepOutcome::success(json!([1, 2])));
    }

    #[test]
    fn sum_adds_numbers_only() {
        assert_eq!(run("sum", json!({ "n": 4 })), StepOutcome::success(7));
        let outcome = run("sum", json!({ "n": i64::MAX }));
        assert!(matches!(outcome, StepOutcome::Permanent { .. }));
    }

    #[test]
    fn join_goes_by_the_names_of_the_steps() {
        let outcome = run("join", json!({ "separator": "/" }));
        assert_eq!(outcome, StepOutcome::success("3/x"));
    }

    #[test]
    fn flaky_comes_round() {
        assert!(!run("flaky", json!({})).is_success());
        assert!(run("flaky", json!({ "failures": 0 })).is_success());
        let outcome = run("fail", json!({ "reason": "no stock" }));
        assert_eq!(outcome, StepOutcome::permanent("no stock"));
    }
}
