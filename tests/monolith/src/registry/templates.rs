//! The workflows that the orchestrator knows.

use super::Named;
use crate::{
    error::{Error, Result},
    models::{self, Workflow},
    orchestration::error::OrchestrationError,
    validation::ValidationError,
};

/// Workflows by name.
#[derive(Debug, Clone, Default)]
pub struct TemplateRegistry {
    workflows: Named<models::Workflow>,
}

impl TemplateRegistry {
    /// All of these.
    pub fn of(workflows: impl IntoIterator<Item = Workflow>) -> Result<Self> {
        let mut registry = Self::default();
        for workflow in workflows {
            registry.add(workflow)?;
        }
        Ok(registry)
    }

    /// Adds a workflow, if it is sound.
    pub fn add(&mut self, workflow: Workflow) -> Result<()> {
        workflow.validate()?;
        let name = workflow.name.clone();
        self.workflows.add(&name, workflow).map_err(|workflow| {
            let reason = format!("`{}` is known already", workflow.name);
            Error::from(ValidationError::new("workflow", reason))
        })
    }

    /// The workflow of that name.
    pub fn find(&self, name: &str) -> Result<&Workflow, OrchestrationError> {
        self.workflows
            .get(name)
            .ok_or_else(|| OrchestrationError::UnknownWorkflow {
                name: name.to_string(),
            })
    }

    /// All names, in order.
    pub fn names(&self) -> Vec<&str> {
        self.workflows.names().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support;

    #[test]
    fn a_workflow_is_found_by_name() {
        let registry = TemplateRegistry::of([test_support::diamond()]).unwrap();
        assert_eq!(registry.find("diamond").unwrap().steps.len(), 4);
        assert_eq!(registry.names(), ["diamond"]);
        let error = Error::from(registry.find("circle").unwrap_err());
        assert_eq!(error.to_string(), "no workflow circle");
    }

    #[test]
    fn one_name_one_workflow() {
        let twice = TemplateRegistry::of([test_support::diamond(), test_support::diamond()]);
        assert!(matches!(twice, Err(Error::Validation(_))));
    }
}
