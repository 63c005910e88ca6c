//! What may follow what, for tasks and for steps.

use std::fmt;

/// A set of states with the moves between them.
pub trait Lifecycle: Copy + Eq + fmt::Display + 'static {
    /// What goes through these states.
    const KIND: &'static str;

    /// The states that may come next.
    fn successors(self) -> &'static [Self];

    /// Whether nothing comes next.
    fn is_final(self) -> bool {
        self.successors().is_empty()
    }

    /// Moves on, if that is allowed.
    fn advance(self, to: Self) -> Result<Self, TransitionError> {
        if self.successors().contains(&to) {
            Ok(to)
        } else {
            Err(TransitionError {
                kind: Self::KIND,
                from: self.to_string(),
                to: to.to_string(),
            })
        }
    }
}

/// A move that a [`Lifecycle`] does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a {kind} can't go from {from} to {to}")]
pub struct TransitionError {
    pub(crate) kind: &'static str,
    pub(crate) from: String,
    pub(crate) to: String,
}

/// Gives a field-less enum its names: in text, in JSON and in SQL.
macro_rules! text_enum {
    ($name:ident { $($variant:ident => $text:literal),+ $(,)? }) => {
        impl $name {
            /// Every state, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The state's name in the database and in the API.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $text),+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::validation::ValidationError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok($name::$variant),)+
                    other => Err($crate::validation::ValidationError::new(
                        "state",
                        format!("`{other}` is not known"),
                    )),
                }
            }
        }

        impl rusqlite::types::ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
                Ok(self.as_str().into())
            }
        }

        impl rusqlite::types::FromSql for $name {
            fn column_result(
                value: rusqlite::types::ValueRef<'_>,
            ) -> rusqlite::types::FromSqlResult<Self> {
                value
                    .as_str()?
                    .parse()
                    .map_err(|error| rusqlite::types::FromSqlError::Other(Box::new(error)))
            }
        }
    };
}

// After the macro: it has textual scope.
pub mod step;
pub mod task;

pub use self::{step::StepState, task::TaskState};

#[cfg(test)]
mod tests {
    use super::*;

    /// Every state can be reached from the first, and every state can reach a final one.
    fn is_sound<S: Lifecycle>(states: &[S]) -> bool {
        let reached = |state: &S| {
            *state == states[0] || states.iter().any(|from| from.successors().contains(state))
        };
        states.iter().all(reached) && states.iter().any(|state| state.is_final())
    }

    #[test]
    fn both_machines_are_sound() {
        assert!(is_sound(TaskState::ALL));
        assert!(is_sound(StepState::ALL));
    }

    #[test]
    fn names_go_there_and_back() {
        for state in StepState::ALL {
            assert_eq!(state.as_str().parse::<StepState>(), Ok(*state));
        }
        assert!("asleep".parse::<TaskState>().is_err());
    }
}
