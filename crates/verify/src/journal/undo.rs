//! The record of the steps that can be taken back.

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use crate::error::VerifyError;
use crate::journal::record::{self, Change, Recorded, read_text};
use crate::journal::stage::{carry_out, write};

/// A step that can be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) title: String,
    pub(super) after: Change,
    pub(super) back: Change,
    /// The commit that holds it, if one was made.
    pub(super) commit: Option<String>,
}

/// A step that was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// Its title.
    pub title: String,
    /// The commit that holds it, if one was made.
    pub commit: Option<String>,
    /// The files that changed, those that are gone included.
    pub paths: Vec<Utf8PathBuf>,
}

/// Takes the last step back. Refuses where a file is no longer as the step left it.
pub fn undo(root: &Utf8Path, state: &Utf8Path) -> Result<Undone, VerifyError> {
    let path = files(state).pop().ok_or(VerifyError::NothingToUndo)?;
    let entry = read(&path)?.ok_or(VerifyError::NothingToUndo)?;
    let changed = |path: &Utf8PathBuf| VerifyError::ChangedSince {
        title: entry.title.clone(),
        path: path.clone(),
    };
    for (file, text) in &entry.after.writes {
        crate::bounds::inside(root, file)?;
        if read_text(&root.join(file))?.as_ref() != Some(text) {
            return Err(changed(file));
        }
    }
    for file in &entry.after.deletes {
        crate::bounds::inside(root, file)?;
        if root.join(file).exists() {
            return Err(changed(file));
        }
    }
    for (from, to) in &entry.after.moves {
        crate::bounds::inside(root, from)?;
        crate::bounds::inside(root, to)?;
        if root.join(from).exists() || !root.join(to).is_file() {
            return Err(changed(to));
        }
    }
    let name = path.file_name().unwrap_or_default().to_owned();
    carry_out(
        root,
        state,
        &entry.back,
        &entry.title,
        Recorded::Undone(name),
    )?;
    Ok(Undone {
        paths: paths(&entry.after),
        title: entry.title,
        commit: entry.commit,
    })
}

/// The files that recorded steps wrote or took away and that no commit holds yet: changes to them are ours.
pub fn written(state: &Utf8Path) -> Result<Vec<Utf8PathBuf>, VerifyError> {
    let mut all = Vec::new();
    for path in files(state) {
        if let Some(entry) = read(&path)?.filter(|entry| entry.commit.is_none()) {
            all.extend(paths(&entry.after));
        }
    }
    all.sort();
    all.dedup();
    Ok(all)
}

/// Notes that the recorded steps are in a commit.
pub fn committed(state: &Utf8Path, commit: &str) -> Result<(), VerifyError> {
    for path in files(state) {
        let Some(mut entry) = read(&path)?.filter(|entry| entry.commit.is_none()) else {
            continue;
        };
        entry.commit = Some(commit.to_owned());
        let beside = path.with_extension("new");
        write(&beside, &record::text(&path, &entry)?)?;
        std::fs::rename(&beside, &path).map_err(VerifyError::file("write", &path))?;
    }
    Ok(())
}

fn read(path: &Utf8Path) -> Result<Option<Entry>, VerifyError> {
    read_text(path)?
        .map(|text| record::parse(path, &text))
        .transpose()
}

fn paths(change: &Change) -> Vec<Utf8PathBuf> {
    let moves = change.moves.iter().flat_map(|(from, to)| [from, to]);
    let writes = change.writes.iter().map(|(path, _)| path);
    let mut paths: Vec<Utf8PathBuf> = moves
        .chain(writes)
        .chain(&change.deletes)
        .cloned()
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

/// Where the record lies.
pub(super) fn folder(state: &Utf8Path) -> Utf8PathBuf {
    state.join("undo")
}

/// The name of the next entry: after all that are there.
pub(super) fn next_name(state: &Utf8Path) -> String {
    let last = files(state)
        .last()
        .and_then(|path| path.file_stem()?.parse::<usize>().ok())
        .unwrap_or(0);
    format!("{:04}.json", last + 1)
}

fn files(state: &Utf8Path) -> Vec<Utf8PathBuf> {
    let Ok(entries) = folder(state).read_dir_utf8() else {
        return Vec::new();
    };
    let mut files: Vec<Utf8PathBuf> = entries
        .filter_map(Result::ok)
        .map(camino::Utf8DirEntry::into_path)
        .filter(|path| path.extension() == Some("json"))
        .collect();
    files.sort();
    files
}
