//! What stands in the journal.

use camino::{Utf8Path, Utf8PathBuf};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::VerifyError;
use crate::journal::undo::Entry;

/// A change with all its texts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Change {
    /// Renames within the tree.
    pub(super) moves: Vec<(Utf8PathBuf, Utf8PathBuf)>,
    /// File and the whole new text.
    pub(super) writes: Vec<(Utf8PathBuf, String)>,
    /// Files that go.
    pub(super) deletes: Vec<Utf8PathBuf>,
}

/// What becomes of the record of steps when a change is done.
#[derive(Debug, Clone)]
pub(super) enum Recorded {
    /// It gains this step.
    Step(Entry),
    /// It loses the file of this name.
    Undone(String),
}

/// Which way the tree goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Direction {
    /// To what the change wants.
    Forward,
    /// To what was before.
    Back,
}

/// What goes where, as it stands in the journal. All new and old contents lie in the stage, under the numbers here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Journal {
    pub(super) version: u32,
    /// What it is called.
    pub(super) title: String,
    pub(super) direction: Direction,
    /// Renames within the tree.
    pub(super) moves: Vec<(Utf8PathBuf, Utf8PathBuf)>,
    /// Files that get a new content: the number of `new-N`, and of `old-N` where there was one before.
    pub(super) writes: Vec<Write>,
    /// Files that go, to `old-N`.
    pub(super) deletes: Vec<(Utf8PathBuf, usize)>,
    /// The record of steps gains the staged entry under this name.
    pub(super) adds: Option<String>,
    /// The record of steps loses this.
    pub(super) removes: Option<String>,
}

/// A file that gets a new content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Write {
    pub(super) path: Utf8PathBuf,
    pub(super) number: usize,
    /// Whether there was a file before.
    pub(super) existed: bool,
}

/// The version that this code writes and reads.
pub(super) const VERSION: u32 = 2;

impl Journal {
    /// Where it lies.
    pub(super) fn path(state: &Utf8Path) -> Utf8PathBuf {
        state.join("journal.json")
    }

    /// All paths of the tree that it touches.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Utf8Path> {
        let moves = self.moves.iter().flat_map(|(from, to)| [from, to]);
        let writes = self.writes.iter().map(|write| &write.path);
        let deletes = self.deletes.iter().map(|(path, _)| path);
        moves.chain(writes).chain(deletes).map(Utf8PathBuf::as_path)
    }
}

/// The text of a file; none where there is no such file.
pub(super) fn read_text(path: &Utf8Path) -> Result<Option<String>, VerifyError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(VerifyError::file("read", path)(error)),
    }
}

/// Reads a record of ours.
pub(super) fn parse<T: DeserializeOwned>(path: &Utf8Path, text: &str) -> Result<T, VerifyError> {
    serde_json::from_str(text).map_err(|error| VerifyError::Record {
        path: path.to_owned(),
        message: error.to_string(),
    })
}

/// The text of a record of ours.
pub(super) fn text(path: &Utf8Path, value: &impl Serialize) -> Result<String, VerifyError> {
    serde_json::to_string(value).map_err(|error| VerifyError::Record {
        path: path.to_owned(),
        message: error.to_string(),
    })
}
