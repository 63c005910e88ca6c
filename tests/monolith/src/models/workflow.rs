//! Workflows: what a task is made from.

use crate::error::{Error, Result};
use crate::orchestration::graph;
use crate::validation::{ensure, validate_name};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// A named DAG of steps.
///
/// ```
/// use millrace::Workflow;
///
/// let order = Workflow::builder("order")
///     .step("reserve", "stock.reserve", &[])
///     .step("charge", "card.charge", &[])
///     .step("ship", "parcel.ship", &["reserve", "charge"])
///     .build()
///     .unwrap();
/// assert_eq!(order.order().unwrap(), ["reserve", "charge", "ship"]);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Workflow {
    /// Its name.
    pub name: String,
    /// Counts up when the steps change.
    #[serde(default = "first_version")]
    pub version: u32,
    /// Its steps.
    pub steps: Vec<StepTemplate>,
}

/// What a [`Step`](crate::models::Step) is made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepTemplate {
    /// Its name, unique within the workflow.
    pub name: String,
    /// The name of the handler that carries it out.
    pub handler: String,
    /// The steps that must have succeeded before.
    #[serde(default)]
    pub depends_on: Vec<String>,
    /// How often it may be tried again.
    #[serde(default = "crate::constants::default_retries")]
    pub retries: u32,
    /// What the handler is given besides the context.
    #[serde(default = "super::task::empty_object")]
    pub params: Value,
}

fn first_version() -> u32 {
    1
}

impl Workflow {
    /// Begins a workflow in code.
    pub fn builder(name: impl Into<String>) -> WorkflowBuilder {
        WorkflowBuilder {
            workflow: Workflow {
                name: name.into(),
                version: first_version(),
                steps: Vec::new(),
            },
        }
    }

    /// Reads and checks a workflow.
    pub fn from_json(text: &str) -> Result<Workflow> {
        let workflow: Workflow = serde_json::from_str(text)?;
        workflow.validate()?;
        Ok(workflow)
    }

    /// Names, dependencies, and that there is no circle.
    pub fn validate(&self) -> Result<()> {
        validate_name("workflow", &self.name)?;
        ensure!(!self.steps.is_empty(), "workflow", "has no steps");
        let mut names = BTreeSet::new();
        for step in &self.steps {
            validate_name("step", &step.name)?;
            validate_name("handler", &step.handler)?;
            ensure!(
                names.insert(step.name.as_str()),
                "step",
                "`{}` is there twice",
                step.name
            );
        }
        self.order().map(drop)
    }

    /// The names of the steps, each after all that it depends on.
    pub fn order(&self) -> Result<Vec<&str>> {
        let nodes: Vec<_> = self
            .steps
            .iter()
            .map(|step| (step.name.as_str(), step.depends_on.as_slice()))
            .collect();
        graph::topological_order(&nodes).map_err(Error::from)
    }
}

/// Builds a [`Workflow`] step by step.
#[derive(Debug, Clone)]
pub struct WorkflowBuilder {
    workflow: Workflow,
}

impl WorkflowBuilder {
    /// Adds a step.
    #[must_use]
    pub fn step(mut self, name: &str, handler: &str, depends_on: &[&str]) -> Self {
        self.workflow.steps.push(StepTemplate {
            name: name.to_string(),
            handler: handler.to_string(),
            depends_on: depends_on.iter().map(|name| name.to_string()).collect(),
            retries: crate::constants::default_retries(),
            params: super::task::empty_object(),
        });
        self
    }

    /// Sets the retries of the step added last.
    #[must_use]
    pub fn retries(mut self, retries: u32) -> Self {
        if let Some(step) = self.workflow.steps.last_mut() {
            step.retries = retries;
        }
        self
    }

    /// Sets the parameters of the step added last.
    #[must_use]
    pub fn params(mut self, params: Value) -> Self {
        if let Some(step) = self.workflow.steps.last_mut() {
            step.params = params;
        }
        self
    }

    /// Checks the workflow and hands it out.
    pub fn build(self) -> Result<Workflow> {
        self.workflow.validate()?;
        Ok(self.workflow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_fill_a_short_definition() {
        let text = r#"{ "name": "w", "steps": [{ "name": "a", "handler": "echo" }] }"#;
        let workflow = Workflow::from_json(text).unwrap();
        assert_eq!(workflow.version, 1);
        assert_eq!(workflow.steps[0].retries, crate::constants::DEFAULT_RETRIES);
        assert!(workflow.steps[0].params.is_object());
    }

    #[test]
    fn a_step_twice_is_refused() {
        let twice = Workflow::builder("w")
            .step("a", "echo", &[])
            .step("a", "echo", &[]);
        let error = twice.build().unwrap_err();
        assert_eq!(error.to_string(), "invalid step: `a` is there twice");
    }

    #[test]
    fn circles_and_strangers_are_refused() {
        let circle = Workflow::builder("w")
            .step("a", "echo", &["b"])
            .step("b", "echo", &["a"]);
        assert!(matches!(circle.build(), Err(Error::Graph(_))));
        let stranger = Workflow::builder("w").step("a", "echo", &["nobody"]);
        assert!(matches!(stranger.build(), Err(Error::Graph(_))));
    }
}
