//! Checks on what comes from outside, made once and at the edge.

use crate::constants::*;
use crate::models::NewTask;
use serde_json::Value;

/// Why some input was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid {field}: {reason}")]
pub struct ValidationError {
    /// Which part of the input.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

impl ValidationError {
    /// A refusal of `field`.
    pub fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            reason: reason.into(),
        }
    }
}

/// Returns early with a [`ValidationError`] unless the condition holds.
macro_rules! ensure {
    ($condition:expr, $field:expr, $($reason:tt)+) => {
        if !$condition {
            return Err($crate::validation::ValidationError::new($field, format!($($reason)+)).into());
        }
    };
}
pub(crate) use ensure;

/// A name of a workflow, step or handler: lower case, digits, `_`, `-` and `.`.
///
/// ```
/// use millrace::validation::validate_name;
///
/// assert!(validate_name("step", "charge_card").is_ok());
/// assert!(validate_name("step", "Charge card").is_err());
/// ```
pub fn validate_name(field: &str, name: &str) -> Result<(), ValidationError> {
    ensure!(!name.is_empty(), field, "is empty");
    ensure!(
        name.len() <= MAX_NAME_LENGTH,
        field,
        "is longer than {MAX_NAME_LENGTH} characters"
    );
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-.".contains(c);
    ensure!(
        name.chars().all(plain),
        field,
        "`{name}` has characters other than a-z, 0-9, `_`, `-` and `.`"
    );
    ensure!(
        !RESERVED_NAMES.contains(&name),
        field,
        "`{name}` is reserved"
    );
    Ok(())
}

/// A task's context: a JSON object of a sensible size.
pub fn validate_context(context: &Value) -> Result<(), ValidationError> {
    ensure!(context.is_object(), "context", "is not an object");
    let size = context.to_string().len();
    ensure!(
        size <= MAX_CONTEXT_BYTES,
        "context",
        "has {size} bytes, {MAX_CONTEXT_BYTES} are allowed"
    );
    Ok(())
}

/// Everything about a request for a task that can be told without the database.
pub fn validate_new_task(new: &NewTask) -> Result<(), ValidationError> {
    validate_name("workflow", &new.workflow)?;
    validate_context(&new.context)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_plain_and_not_too_long() {
        assert!(validate_name("step", "a-b_c.9").is_ok());
        for bad in ["", "Upper", "with space", "ümlaut", "task"] {
            assert!(validate_name("step", bad).is_err(), "{bad}");
        }
        let long = "x".repeat(MAX_NAME_LENGTH + 1);
        let error = validate_name("handler", &long).unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalid handler: is longer than 64 characters"
        );
    }

    #[test]
    fn a_context_is_an_object() {
        assert!(validate_context(&json!({})).is_ok());
        assert!(validate_context(&json!([1])).is_err());
    }

    #[test]
    fn a_context_has_a_limit() {
        let fat = json!({ "blob": "x".repeat(MAX_CONTEXT_BYTES) });
        assert_eq!(validate_context(&fat).unwrap_err().field, "context");
    }
}
