//! A new tree as pieces of the old one.
//!
//! Every file after a change is a list of pieces: *copied* bytes of an old file, or *written* text with the reason for
//! it. Old bytes that are in no piece are *dropped*, with a reason too. So that nothing is lost is a check on ranges
//! ([`ChangeSet::verify`]), and what was changed beside moving is a list that needs no diff.

mod builder;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::source::TextRange;

pub use builder::{Block, ChangeBuilder, Conflict};

/// Why text was written or dropped: the hazard row, and the item or path it is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason {
    /// A row of the hazard list, such as `B1`.
    pub rule: &'static str,
    /// The item, module or manifest key that asked for it.
    pub subject: String,
}

impl Reason {
    /// A reason.
    pub fn new(rule: &'static str, subject: impl Into<String>) -> Self {
        Self {
            rule,
            subject: subject.into(),
        }
    }
}

/// A part of a new file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Bytes of an old file.
    Copied {
        /// The old file, relative to the workspace root.
        path: Utf8PathBuf,
        /// Its bytes.
        range: TextRange,
    },
    /// Text of our own.
    Written {
        /// The text.
        text: String,
        /// Why it is there.
        reason: Reason,
    },
}

impl Piece {
    /// How many bytes of the new file it is.
    pub fn length(&self) -> usize {
        match self {
            Piece::Copied { range, .. } => range.len() as usize,
            Piece::Written { text, .. } => text.len(),
        }
    }

    /// The part from one of its bytes to another.
    ///
    /// # Panics
    /// If it is written, and has no character that starts or ends there.
    #[must_use]
    pub fn part(&self, start: usize, end: usize) -> Self {
        match self {
            Piece::Copied { path, range } => Piece::Copied {
                path: path.clone(),
                range: TextRange::new(range.start + start as u32, range.start + end as u32),
            },
            Piece::Written { text, reason } => Piece::Written {
                text: text[start..end].to_owned(),
                reason: reason.clone(),
            },
        }
    }
}

/// Old bytes that are in no new file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The old file.
    pub path: Utf8PathBuf,
    /// Its bytes.
    pub range: TextRange,
    /// Why they are gone.
    pub reason: Reason,
}

/// A file after the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Its path, relative to the workspace root.
    pub path: Utf8PathBuf,
    /// Its content.
    pub pieces: Vec<Piece>,
    /// Its text: the pieces put together.
    pub text: String,
}

/// What a step does to the tree. Files that it does not name stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeSet {
    /// Files that are new or have new content, by path.
    pub files: Vec<NewFile>,
    /// Old files that are gone (moved or emptied), by path.
    pub deleted: Vec<Utf8PathBuf>,
    /// Files that are not text of ours (data that `include_bytes!` reads): old path to new path, moved as they are.
    pub moved: Vec<(Utf8PathBuf, Utf8PathBuf)>,
    /// Old bytes that are in no new file, by path and position.
    pub dropped: Vec<Dropped>,
    /// The old text of every file that is changed or deleted.
    pub old: BTreeMap<Utf8PathBuf, String>,
}

impl ChangeSet {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.deleted.is_empty() && self.moved.is_empty()
    }

    /// Old files of which one new file at another path is a copy in the main, with that path: moves, as git sees them.
    pub fn renames(&self) -> Vec<(&Utf8Path, &Utf8Path)> {
        let mut renames = Vec::new();
        for file in &self.files {
            if self.old.contains_key(&file.path) {
                continue;
            }
            for piece in &file.pieces {
                let Piece::Copied { path, .. } = piece else {
                    continue;
                };
                let copied: u32 = file
                    .pieces
                    .iter()
                    .map(|piece| match piece {
                        Piece::Copied { path: from, range } if from == path => range.len(),
                        _ => 0,
                    })
                    .sum();
                let old_length = self.old.get(path).map_or(0, String::len);
                if *path != file.path
                    && self.deleted.contains(path)
                    && copied as usize * 2 > old_length
                {
                    renames.push((path.as_path(), file.path.as_path()));
                    break;
                }
            }
        }
        renames.extend(
            self.moved
                .iter()
                .map(|(from, to)| (from.as_path(), to.as_path())),
        );
        renames.sort();
        renames
    }

    /// Checks conservation: every byte of a changed or deleted old file is copied exactly once, or dropped for a reason.
    /// Returns what is wrong; nothing for a sound change.
    pub fn verify(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut seen: BTreeMap<&Utf8Path, Vec<TextRange>> = BTreeMap::new();
        for file in &self.files {
            for piece in &file.pieces {
                if let Piece::Copied { path, range } = piece {
                    seen.entry(path).or_default().push(*range);
                }
            }
        }
        for dropped in &self.dropped {
            if self.old.contains_key(&dropped.path) {
                seen.entry(&dropped.path).or_default().push(dropped.range);
            }
        }
        for (path, text) in &self.old {
            let mut ranges = seen.remove(path.as_path()).unwrap_or_default();
            ranges.sort();
            let mut at = 0;
            for range in ranges {
                if range.start != at {
                    problems.push(format!(
                        "{path}: bytes {at} to {} are lost or doubled",
                        range.start
                    ));
                }
                at = range.end;
            }
            if at as usize != text.len() {
                problems.push(format!("{path}: bytes from {at} on are lost"));
            }
        }
        problems
    }
}
