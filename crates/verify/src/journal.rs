//! Brings a change into the user's tree in one go, and takes it back (row H2).
//!
//! All new contents are written beside first (`stage`), then a journal that says what goes where is put in place by
//! one rename. Before that nothing was touched; from then on the change is as good as done: what is left is renames,
//! each of which can be done twice, so a run that is killed anywhere is finished by the next ([`recover`]). Where the
//! disk refuses one of them, those done are taken back, from links to the old files that were kept beside, too.

mod record;
mod stage;
mod undo;

use std::fs::File;

use camino::Utf8Path;
use cleave_syntax::ChangeSet;

use crate::error::VerifyError;
use crate::journal::record::{Change, Direction, Journal, Recorded, read_text};
use crate::journal::stage::{carry_out, finish};

pub use undo::{Undone, committed, undo, written};

/// A held lock: no second run gets it until this is dropped.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held, not read")] File);

/// Locks the tree that a state folder belongs to.
pub fn lock(state: &Utf8Path) -> Result<Lock, VerifyError> {
    std::fs::create_dir_all(state).map_err(VerifyError::file("make", state))?;
    // Where `target` is not ignored, what is in here must not be committed.
    let ignore = state.join(".gitignore");
    if !ignore.is_file() {
        std::fs::write(&ignore, "*\n").map_err(VerifyError::file("write", &ignore))?;
    }
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
    let (after, back) = both_ways(root, changes)?;
    let entry = undo::Entry {
        title: title.to_owned(),
        after: after.clone(),
        back,
        commit: None,
    };
    carry_out(root, state, &after, title, Recorded::Step(entry))
}

/// How a journal that was left behind ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovered {
    /// This change is in the tree now.
    Finished(String),
    /// This change was taken out of the tree again.
    TakenBack(String),
}

/// Finishes a change that a run before was stopped in. Says which; none where there is none.
pub fn recover(root: &Utf8Path, state: &Utf8Path) -> Result<Option<Recovered>, VerifyError> {
    let path = Journal::path(state);
    let Some(text) = read_text(&path)? else {
        // What was written beside for a change that never began.
        stage::clear(state)?;
        return Ok(None);
    };
    let journal: Journal = record::parse(&path, &text)?;
    finish(root, state, &journal)?;
    Ok(Some(match journal.direction {
        Direction::Forward => Recovered::Finished(journal.title),
        Direction::Back => Recovered::TakenBack(journal.title),
    }))
}

/// A change and its contrary, if the tree is as it was when the change was worked out.
fn both_ways(root: &Utf8Path, changes: &ChangeSet) -> Result<(Change, Change), VerifyError> {
    let mut after = Change::default();
    let mut back = Change::default();
    let stale = |path: &Utf8Path| VerifyError::Stale {
        path: path.to_owned(),
    };
    for file in &changes.files {
        crate::bounds::inside(root, &file.path)?;
        let now = read_text(&root.join(&file.path))?;
        if now.is_some() && !changes.old.contains_key(&file.path) {
            return Err(VerifyError::Exists {
                path: file.path.clone(),
            });
        }
        if now.as_ref() != changes.old.get(&file.path) {
            return Err(stale(&file.path));
        }
        match now {
            Some(now) => back.writes.push((file.path.clone(), now)),
            None => back.deletes.push(file.path.clone()),
        }
        after.writes.push((file.path.clone(), file.text.clone()));
    }
    for path in &changes.deleted {
        crate::bounds::inside(root, path)?;
        let now = read_text(&root.join(path))?.ok_or_else(|| stale(path))?;
        if changes.old.get(path) != Some(&now) {
            return Err(stale(path));
        }
        back.writes.push((path.clone(), now));
        after.deletes.push(path.clone());
    }
    for (from, to) in &changes.moved {
        crate::bounds::inside(root, from)?;
        crate::bounds::inside(root, to)?;
        if !root.join(from).is_file() || root.join(to).exists() {
            return Err(stale(from));
        }
        after.moves.push((from.clone(), to.clone()));
        back.moves.push((to.clone(), from.clone()));
    }
    Ok((after, back))
}

#[cfg(test)]
mod tests;
