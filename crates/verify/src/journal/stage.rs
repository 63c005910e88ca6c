//! Writing beside, and the renames that bring it over.

use std::fs::File;
use std::io::{ErrorKind, Write as _};

use camino::{Utf8Path, Utf8PathBuf};

use crate::bounds::{inside, make_folder, remove_empty};
use crate::error::VerifyError;
use crate::fault;
use crate::journal::record::{self, Change, Direction, Journal, Recorded, VERSION, Write};
use crate::journal::undo;

type Done = Result<(), VerifyError>;

/// Stages a change, puts the journal in place and follows it. Where that fails the tree is as before, or the error says
/// that the next run has to finish.
pub(super) fn carry_out(
    root: &Utf8Path,
    state: &Utf8Path,
    change: &Change,
    title: &str,
    recorded: Recorded,
) -> Done {
    clear(state)?;
    let staged = stage(root, state, change, title, recorded)
        .and_then(|journal| place(state, &journal).map(|()| journal));
    let journal = match staged {
        Ok(journal) => journal,
        Err(error) => return Err(give_up(state, error)),
    };
    let Err(error) = finish(root, state, &journal) else {
        return Ok(());
    };
    let back = Journal {
        direction: Direction::Back,
        ..journal
    };
    match place(state, &back).and_then(|()| finish(root, state, &back)) {
        Ok(()) => Err(error),
        Err(_) => Err(VerifyError::Unfinished {
            source: Box::new(error),
        }),
    }
}

/// Forgets a change that has not begun. The journal goes before what it tells of.
fn give_up(state: &Utf8Path, error: VerifyError) -> VerifyError {
    match std::fs::remove_file(Journal::path(state)) {
        Err(other) if other.kind() != ErrorKind::NotFound => VerifyError::Unfinished {
            source: Box::new(error),
        },
        _ => {
            // The first error is the one to tell of; the next run clears as well.
            let _ = clear(state);
            error
        }
    }
}

fn folder(state: &Utf8Path) -> Utf8PathBuf {
    state.join("stage")
}

fn new_file(state: &Utf8Path, number: usize) -> Utf8PathBuf {
    folder(state).join(format!("new-{number}"))
}

fn old_file(state: &Utf8Path, number: usize) -> Utf8PathBuf {
    folder(state).join(format!("old-{number}"))
}

/// Removes what was written beside.
pub(super) fn clear(state: &Utf8Path) -> Done {
    let folder = folder(state);
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(VerifyError::file("remove", &folder)(error))
        }
        _ => Ok(()),
    }
}

/// Writes all new contents beside, and links the old ones there.
fn stage(
    root: &Utf8Path,
    state: &Utf8Path,
    change: &Change,
    title: &str,
    recorded: Recorded,
) -> Result<Journal, VerifyError> {
    let mut journal = Journal {
        version: VERSION,
        title: title.to_owned(),
        direction: Direction::Forward,
        moves: change.moves.clone(),
        writes: Vec::new(),
        deletes: Vec::new(),
        adds: None,
        removes: None,
    };
    for (number, (path, text)) in change.writes.iter().enumerate() {
        let full = root.join(path);
        let new = new_file(state, number);
        write(&new, text)?;
        let existed = full.exists();
        if existed {
            keep(&full, &old_file(state, number), &new)?;
        }
        journal.writes.push(Write {
            path: path.clone(),
            number,
            existed,
        });
    }
    for (index, path) in change.deletes.iter().enumerate() {
        journal
            .deletes
            .push((path.clone(), change.writes.len() + index));
    }
    match recorded {
        Recorded::Step(entry) => {
            let path = folder(state).join("entry");
            write(&path, &record::text(&path, &entry)?)?;
            journal.adds = Some(undo::next_name(state));
        }
        Recorded::Undone(name) => journal.removes = Some(name),
    }
    Ok(journal)
}

/// Keeps an old file beside, as a link where the disk knows such; the new one is as readable as the old.
fn keep(old: &Utf8Path, beside: &Utf8Path, new: &Utf8Path) -> Done {
    if std::fs::hard_link(old, beside).is_err() {
        std::fs::copy(old, beside).map_err(VerifyError::file("copy", old))?;
    }
    std::fs::metadata(old)
        .and_then(|metadata| std::fs::set_permissions(new, metadata.permissions()))
        .map_err(VerifyError::file("write", new))
}

/// Puts the journal in place: the moment from which on the change counts.
fn place(state: &Utf8Path, journal: &Journal) -> Done {
    let path = Journal::path(state);
    let beside = state.join("journal.new");
    write(&beside, &record::text(&path, journal)?)?;
    step("place the journal", || std::fs::rename(&beside, &path))
        .map_err(VerifyError::file("write", &path))
}

/// Does what the journal says, as far as it is not done yet, and removes it.
pub(super) fn finish(root: &Utf8Path, state: &Utf8Path, journal: &Journal) -> Done {
    if journal.version != VERSION {
        return Err(VerifyError::Record {
            path: Journal::path(state),
            message: format!("it is of version {}", journal.version),
        });
    }
    // The file could have been written by anybody.
    for path in journal.paths() {
        inside(root, path)?;
    }
    match journal.direction {
        Direction::Forward => forward(root, state, journal)?,
        Direction::Back => back(root, state, journal)?,
    }
    let path = Journal::path(state);
    step("remove the journal", || std::fs::remove_file(&path))
        .map_err(VerifyError::file("remove", &path))?;
    clear(state)
}

fn forward(root: &Utf8Path, state: &Utf8Path, journal: &Journal) -> Done {
    for (from, to) in &journal.moves {
        bring(root, &root.join(from), &root.join(to))?;
    }
    for write in &journal.writes {
        bring(
            root,
            &new_file(state, write.number),
            &root.join(&write.path),
        )?;
    }
    for (path, number) in &journal.deletes {
        bring(root, &root.join(path), &old_file(state, *number))?;
    }
    if let Some(name) = &journal.adds {
        let to = undo::folder(state).join(name);
        bring(root, &folder(state).join("entry"), &to)?;
    }
    if let Some(name) = &journal.removes {
        remove(root, &undo::folder(state).join(name))?;
    }
    Ok(())
}

fn back(root: &Utf8Path, state: &Utf8Path, journal: &Journal) -> Done {
    for (path, number) in &journal.deletes {
        bring(root, &old_file(state, *number), &root.join(path))?;
    }
    for write in &journal.writes {
        let path = root.join(&write.path);
        if write.existed {
            bring(root, &old_file(state, write.number), &path)?;
        } else {
            remove(root, &path)?;
        }
    }
    for (from, to) in &journal.moves {
        bring(root, &root.join(to), &root.join(from))?;
    }
    if let Some(name) = &journal.adds {
        remove(root, &undo::folder(state).join(name))?;
    }
    // What the record was to lose is removed last of all: it is still there.
    Ok(())
}

/// Renames a file to its place, if that is not done yet.
fn bring(root: &Utf8Path, from: &Utf8Path, to: &Utf8Path) -> Done {
    if !from.exists() {
        return Ok(());
    }
    make_folder(to)?;
    step("rename", || match std::fs::rename(from, to) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => across(from, to),
        result => result,
    })
    .map_err(VerifyError::file("write", to))?;
    remove_empty(root, from);
    Ok(())
}

/// A rename from one disk to another.
fn across(from: &Utf8Path, to: &Utf8Path) -> std::io::Result<()> {
    let beside = to.with_extension("cleave-new");
    std::fs::copy(from, &beside)?;
    std::fs::rename(&beside, to)?;
    std::fs::remove_file(from)
}

fn remove(root: &Utf8Path, path: &Utf8Path) -> Done {
    step("remove", || match std::fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result,
    })
    .map_err(VerifyError::file("remove", path))?;
    remove_empty(root, path);
    Ok(())
}

/// Writes a file of ours and waits until it is on the disk.
pub(super) fn write(path: &Utf8Path, text: &str) -> Done {
    make_folder(path)?;
    step("write", || {
        let mut file = File::create(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    })
    .map_err(VerifyError::file("write", path))
}

/// One thing done to the disk; a test may stop the world before and after it.
fn step(place: &'static str, act: impl FnOnce() -> std::io::Result<()>) -> std::io::Result<()> {
    fault::at(place)?;
    act()?;
    fault::at(place)
}
