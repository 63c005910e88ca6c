//! The one error type of the engine.
//!
//! Every layer has its own small error; all of them end up here, so that `?` works everywhere.

use crate::{
    models::Entity, orchestration::error::OrchestrationError, registry::handlers::HandlerError,
    state_machine::TransitionError, validation::ValidationError,
};

/// What nearly every function of this crate returns.
///
/// ```
/// use millrace::{Error, Result};
///
/// fn refuse() -> Result<()> {
///     Err(Error::Config("no database given".into()))
/// }
/// assert_eq!(refuse().unwrap_err().to_string(), "configuration: no database given");
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Anything that can go wrong in Millrace.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// SQLite refused.
    #[error("database: {0}")]
    Database(#[from] rusqlite::Error),
    /// Something stored or sent was not the JSON we expected.
    #[error("json: {0}")]
    Json(#[from] serde_json::Error),
    /// A file or a socket failed.
    #[error("io: {0}")]
    Io(#[from] std::io::Error),
    /// The configuration makes no sense.
    #[error("configuration: {0}")]
    Config(String),
    /// Input from outside was refused.
    #[error(transparent)]
    Validation(#[from] ValidationError),
    /// A state machine was asked for a move that it does not have.
    #[error(transparent)]
    Transition(#[from] TransitionError),
    /// The steps of a workflow do not form a DAG.
    #[error(transparent)]
    Graph(#[from] crate::orchestration::graph::GraphError),
    /// There is no such row.
    #[error("no {entity} {id}")]
    NotFound {
        /// What was looked for.
        entity: Entity,
        /// Its id or name.
        id: String,
    },
    /// Someone else changed the row between our read and our write.
    #[error("{entity} {id} was changed by someone else")]
    Conflict {
        /// What was to be changed.
        entity: Entity,
        /// Its id.
        id: i64,
    },
    /// The orchestrator could not go on.
    #[error("scheduling: {0}")]
    Scheduling(String),
    /// A handler could not be run at all.
    #[error("handler: {0}")]
    Handler(String),
}

impl Error {
    /// A missing row.
    pub(crate) fn not_found(entity: Entity, id: impl ToString) -> Self {
        Error::NotFound {
            entity,
            id: id.to_string(),
        }
    }

    /// Whether the same call may well succeed in a moment.
    pub fn is_transient(&self) -> bool {
        use rusqlite::ErrorCode;

        match self {
            Error::Database(rusqlite::Error::SqliteFailure(failure, _)) => matches!(
                failure.code,
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked
            ),
            Error::Conflict { .. } => true,
            _ => false,
        }
    }
}

// The layers above convert here, next to the type, so that nobody has to look for it.

impl From<OrchestrationError> for Error {
    fn from(error: OrchestrationError) -> Self {
        match error {
            OrchestrationError::UnknownWorkflow { name } => {
                Error::not_found(Entity::Workflow, name)
            }
            other => Error::Scheduling(other.to_string()),
        }
    }
}

impl From<HandlerError> for Error {
    fn from(error: HandlerError) -> Self {
        Error::Handler(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_row_names_itself() {
        let error = Error::not_found(Entity::Step, 7);
        assert_eq!(error.to_string(), "no step 7");
        assert!(!error.is_transient());
    }

    #[test]
    fn conflicts_and_busy_databases_are_transient() {
        let busy = rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY),
            None,
        );
        assert!(Error::from(busy).is_transient());
        let conflict = Error::Conflict {
            entity: Entity::Task,
            id: 1,
        };
        assert!(conflict.is_transient());
    }
}
