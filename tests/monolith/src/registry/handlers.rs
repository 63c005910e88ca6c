//! The handlers that a worker has.

use super::Named;
use crate::execution::{StepContext, StepOutcome};
use crate::validation::{validate_name, ValidationError};
use std::fmt;

/// Carries out steps.
pub trait StepHandler: Send + Sync {
    /// Carries out one attempt of one step.
    fn run(&self, context: &StepContext) -> StepOutcome;
}

// A closure is a handler.
impl<F> StepHandler for F
where
    F: Fn(&StepContext) -> StepOutcome + Send + Sync,
{
    fn run(&self, context: &StepContext) -> StepOutcome {
        self(context)
    }
}

/// Why a handler can't be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandlerError {
    /// Nobody registered it.
    #[error("no handler `{0}` is registered")]
    Unknown(String),
    /// Somebody registered it before.
    #[error("there is a handler `{0}` already")]
    Duplicate(String),
    /// Its name is not a name.
    #[error(transparent)]
    Name(#[from] ValidationError),
}

/// Handlers by name.
///
/// ```
/// use millrace::{HandlerRegistry, StepContext, StepOutcome};
///
/// let mut registry = HandlerRegistry::default();
/// registry
///     .register("greet", |_: &StepContext| StepOutcome::success("hello"))
///     .unwrap();
/// assert!(registry.find("greet").is_ok());
/// assert!(registry.find("insult").is_err());
/// ```
#[derive(Default)]
pub struct HandlerRegistry {
    handlers: Named<Box<dyn StepHandler>>,
}

impl HandlerRegistry {
    /// Adds a handler.
    pub fn register(
        &mut self,
        name: &str,
        handler: impl StepHandler + 'static,
    ) -> Result<(), HandlerError> {
        validate_name("handler", name)?;
        self.handlers
            .add(name, Box::new(handler))
            .map_err(|_| HandlerError::Duplicate(name.to_string()))
    }

    /// The handler of that name.
    pub fn find(&self, name: &str) -> Result<&dyn StepHandler, HandlerError> {
        self.handlers
            .get(name)
            .map(Box::as_ref)
            .ok_or_else(|| HandlerError::Unknown(name.to_string()))
    }
}

impl fmt::Debug for HandlerRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.handlers.names()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support;

    #[test]
    fn a_handler_is_found_by_name() {
        let registry = test_support::echo_registry();
        assert!(registry.find("echo").is_ok());
        assert_eq!(
            registry.find("nobody").err(),
            Some(HandlerError::Unknown("nobody".into()))
        );
        assert_eq!(format!("{registry:?}"), r#"{"echo"}"#);
    }

    #[test]
    fn the_second_of_a_name_is_refused() {
        let mut registry = test_support::echo_registry();
        let again = registry.register("echo", |_: &StepContext| StepOutcome::success(1));
        assert_eq!(again, Err(HandlerError::Duplicate("echo".into())));
        let odd = registry.register("E C H O", |_: &StepContext| StepOutcome::success(1));
        assert!(matches!(odd, Err(HandlerError::Name(_))));
    }
}
