//! What the world can do wrong.

use camino::{Utf8Path, Utf8PathBuf};

/// Why something could not be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// A file or folder refused.
    #[error("{action} `{path}`: {source}")]
    File {
        /// What was to be done.
        action: &'static str,
        /// With what.
        path: Utf8PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A program could not be started, or said no.
    #[error("run `{command}`: {message}")]
    Command {
        /// The command line.
        command: String,
        /// Its own words.
        message: String,
    },
    /// A file is not what it was when the change was worked out.
    #[error(
        "change `{path}`: it is not as it was when the step was worked out; run the step again"
    )]
    Stale {
        /// The file.
        path: Utf8PathBuf,
    },
    /// There is a file already where the change makes one.
    #[error(
        "write `{path}`: there is a file already; move it out of the way, or name the crate differently"
    )]
    Exists {
        /// The file.
        path: Utf8PathBuf,
    },
    /// A path that would leave the workspace.
    #[error("write `{path}`: it lies outside the workspace")]
    Outside {
        /// The path.
        path: Utf8PathBuf,
    },
    /// A path that leads through a symbolic link.
    #[error(
        "write `{path}`: `{link}` is a symbolic link; put the file itself there, or keep what is in it where it is"
    )]
    Link {
        /// The path.
        path: Utf8PathBuf,
        /// The link on its way.
        link: Utf8PathBuf,
    },
    /// A change that could neither be carried out nor taken back.
    #[error(
        "{source}; the change is half in the tree, and recorded: make room, and the next run finishes it"
    )]
    Unfinished {
        /// What stood in the way.
        source: Box<VerifyError>,
    },
    /// A file that was edited after the step that is to be taken back.
    #[error(
        "take back `{title}`: `{path}` is no longer as the step left it; take the later change back first"
    )]
    ChangedSince {
        /// The step.
        title: String,
        /// The file.
        path: Utf8PathBuf,
    },
    /// Another run holds the lock.
    #[error("lock `{path}`: another run is at work here; wait for it to end")]
    Locked {
        /// The lock file.
        path: Utf8PathBuf,
    },
    /// There is no step to take back.
    #[error("take a step back: none is recorded")]
    NothingToUndo,
    /// A record can't be read.
    #[error("read the record `{path}`: {message}; delete it to go on without it")]
    Record {
        /// The file.
        path: Utf8PathBuf,
        /// Why.
        message: String,
    },
}

impl VerifyError {
    /// For `map_err`.
    pub(crate) fn file<'p>(
        action: &'static str,
        path: &'p Utf8Path,
    ) -> impl FnOnce(std::io::Error) -> VerifyError + 'p {
        move |source| VerifyError::File {
            action,
            path: path.to_owned(),
            source,
        }
    }
}
