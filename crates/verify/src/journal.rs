//! Brings a change into the user's tree in one go, and takes it back (row H2).
//!
//! All new contents are written beside first, then a journal that says what goes where is put in place by one rename.
//! From then on the change is as good as done: whoever finds a journal finishes it. Before that, nothing was touched.
//! Each operation can be done twice, so a run that is killed anywhere is finished by the next.

use std::fs::File;
use std::io::Write;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use cleave_syntax::ChangeSet;
use serde::{Deserialize, Serialize};

use crate::error::VerifyError;

/// What is to be done, as it stands in the journal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    version: u32,
    /// Renames within the tree.
    moves: Vec<(Utf8PathBuf, Utf8PathBuf)>,
    /// File and the whole new text.
    writes: Vec<(Utf8PathBuf, String)>,
    /// Files that go.
    deletes: Vec<Utf8PathBuf>,
}

/// A held lock: no second run gets it until this is dropped.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held, not read")] File);

/// Locks the tree that a state folder belongs to.
pub fn lock(state: &Utf8Path) -> Result<Lock, VerifyError> {
    std::fs::create_dir_all(state).map_err(VerifyError::file("make", state))?;
    let path = state.join("lock");
    let file = File::create(&path).map_err(VerifyError::file("make", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(_) => Err(VerifyError::Locked { path }),
    }
}

/// Carries a change out in the user's tree and keeps what is needed to take it back.
pub fn commit(
    root: &Utf8Path,
    state: &Utf8Path,
    changes: &ChangeSet,
    title: &str,
) -> Result<(), VerifyError> {
    let mut forward = Record {
        version: 1,
        moves: changes.moved.clone(),
        ..Record::default()
    };
    let mut backward = Record {
        version: 1,
        moves: changes
            .moved
            .iter()
            .map(|(from, to)| (to.clone(), from.clone()))
            .collect(),
        ..Record::default()
    };
    for file in &changes.files {
        inside(root, &file.path)?;
        let full = root.join(&file.path);
        let now = std::fs::read_to_string(&full).ok();
        if now.as_ref() != changes.old.get(&file.path) {
            return Err(VerifyError::Stale {
                path: file.path.clone(),
            });
        }
        match now {
            Some(now) => backward.writes.push((file.path.clone(), now)),
            None => backward.deletes.push(file.path.clone()),
        }
        forward.writes.push((file.path.clone(), file.text.clone()));
    }
    for path in &changes.deleted {
        inside(root, path)?;
        let full = root.join(path);
        let now = std::fs::read_to_string(&full).map_err(VerifyError::file("read", &full))?;
        if changes.old.get(path) != Some(&now) {
            return Err(VerifyError::Stale { path: path.clone() });
        }
        backward.writes.push((path.clone(), now));
        forward.deletes.push(path.clone());
    }
    for path in changes.moved.iter().flat_map(|(from, to)| [from, to]) {
        inside(root, path)?;
    }
    let undo = state.join("undo");
    std::fs::create_dir_all(&undo).map_err(VerifyError::file("make", &undo))?;
    let entry = Undo {
        title: title.to_owned(),
        after: forward.clone(),
        back: backward,
    };
    let number = undo_files(state).len() + 1;
    write_json(&undo.join(format!("{number:04}.json")), &entry)?;
    put_in_place(state, &forward)?;
    recover(root, state).map(drop)
}

/// Finishes a change that a run before was killed in. Says whether there was one.
pub fn recover(root: &Utf8Path, state: &Utf8Path) -> Result<bool, VerifyError> {
    let path = state.join("journal.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        return Ok(false);
    };
    let record: Record = serde_json::from_str(&text).map_err(|error| VerifyError::Record {
        path: path.clone(),
        message: error.to_string(),
    })?;
    for (from, to) in &record.moves {
        let (from, to) = (root.join(from), root.join(to));
        if from.exists() {
            make_folder(&to)?;
            std::fs::rename(&from, &to).map_err(VerifyError::file("move", &from))?;
            remove_empty(root, &from);
        }
    }
    for (file, text) in &record.writes {
        write_file(&root.join(file), text)?;
    }
    for file in &record.deletes {
        let full = root.join(file);
        if full.exists() {
            std::fs::remove_file(&full).map_err(VerifyError::file("remove", &full))?;
            remove_empty(root, &full);
        }
    }
    std::fs::remove_file(&path).map_err(VerifyError::file("remove", &path))?;
    Ok(true)
}

/// A step that can be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Undo {
    title: String,
    after: Record,
    back: Record,
}

/// Takes the last step back; returns its title. Refuses where a file is no longer as the step left it.
pub fn undo(root: &Utf8Path, state: &Utf8Path) -> Result<String, VerifyError> {
    let path = undo_files(state).pop().ok_or(VerifyError::NothingToUndo)?;
    let text = std::fs::read_to_string(&path).map_err(VerifyError::file("read", &path))?;
    let entry: Undo = serde_json::from_str(&text).map_err(|error| VerifyError::Record {
        path: path.clone(),
        message: error.to_string(),
    })?;
    for (file, text) in &entry.after.writes {
        if std::fs::read_to_string(root.join(file)).ok().as_ref() != Some(text) {
            return Err(VerifyError::Stale { path: file.clone() });
        }
    }
    put_in_place(state, &entry.back)?;
    recover(root, state)?;
    std::fs::remove_file(&path).map_err(VerifyError::file("remove", &path))?;
    Ok(entry.title)
}

/// The files that recorded steps wrote or took away: changes to them are ours.
pub fn written(state: &Utf8Path) -> Result<Vec<Utf8PathBuf>, VerifyError> {
    let mut paths = Vec::new();
    for path in undo_files(state) {
        let text = std::fs::read_to_string(&path).map_err(VerifyError::file("read", &path))?;
        let Ok(entry) = serde_json::from_str::<Undo>(&text) else {
            continue;
        };
        paths.extend(entry.after.writes.into_iter().map(|(path, _)| path));
        paths.extend(entry.after.deletes);
        paths.extend(
            entry
                .after
                .moves
                .into_iter()
                .flat_map(|(from, to)| [from, to]),
        );
    }
    paths.sort();
    paths.dedup();
    Ok(paths)
}

/// Forgets the recorded steps, as after a commit that holds them.
pub fn forget(state: &Utf8Path) -> Result<(), VerifyError> {
    for path in undo_files(state) {
        std::fs::remove_file(&path).map_err(VerifyError::file("remove", &path))?;
    }
    Ok(())
}

fn undo_files(state: &Utf8Path) -> Vec<Utf8PathBuf> {
    let folder = state.join("undo");
    let Ok(entries) = folder.read_dir_utf8() else {
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

fn put_in_place(state: &Utf8Path, record: &Record) -> Result<(), VerifyError> {
    write_json(&state.join("journal.json"), record)
}

fn write_json(path: &Utf8Path, value: &impl Serialize) -> Result<(), VerifyError> {
    let text = serde_json::to_string(value).map_err(|error| VerifyError::Record {
        path: path.to_owned(),
        message: error.to_string(),
    })?;
    write_file(path, &text)
}

/// Writes beside, then renames: a reader sees the old file or the new one.
fn write_file(path: &Utf8Path, text: &str) -> Result<(), VerifyError> {
    make_folder(path)?;
    let folder = path.parent().unwrap_or(Utf8Path::new("."));
    let mut beside =
        tempfile::NamedTempFile::new_in(folder).map_err(VerifyError::file("write beside", path))?;
    beside
        .write_all(text.as_bytes())
        .map_err(VerifyError::file("write", path))?;
    if let Ok(old) = std::fs::metadata(path) {
        beside
            .as_file()
            .set_permissions(old.permissions())
            .map_err(VerifyError::file("write", path))?;
    } else {
        set_default_permissions(beside.as_file()).map_err(VerifyError::file("write", path))?;
    }
    beside
        .as_file()
        .sync_all()
        .map_err(VerifyError::file("write", path))?;
    beside
        .persist(path)
        .map_err(|error| VerifyError::file("write", path)(error.error))
        .map(drop)
}

/// A temporary file is for its owner alone; a source file is not.
#[cfg(unix)]
fn set_default_permissions(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_default_permissions(_: &File) -> std::io::Result<()> {
    Ok(())
}

fn make_folder(file: &Utf8Path) -> Result<(), VerifyError> {
    let folder = file.parent().unwrap_or(file);
    std::fs::create_dir_all(folder).map_err(VerifyError::file("make", folder))
}

/// Removes the folders that a file left empty.
fn remove_empty(root: &Utf8Path, file: &Utf8Path) {
    let mut folder = file.parent();
    while let Some(path) = folder.filter(|path| *path != root && path.starts_with(root)) {
        if std::fs::remove_dir(path).is_err() {
            break;
        }
        folder = path.parent();
    }
}

/// Refuses a path that leaves the workspace, in so many words or through a link.
fn inside(root: &Utf8Path, path: &Utf8Path) -> Result<(), VerifyError> {
    let outside = || VerifyError::Outside {
        path: path.to_owned(),
    };
    if path
        .components()
        .any(|component| !matches!(component, Utf8Component::Normal(_)))
    {
        return Err(outside());
    }
    let mut at = root.to_owned();
    for component in path.parent().into_iter().flat_map(Utf8Path::components) {
        at.push(component.as_str());
        if at.is_symlink() {
            return Err(outside());
        }
    }
    Ok(())
}
