//! A tree beside the user's, in which a step is tried out.
//!
//! It is kept between steps, and only files whose bytes differ are written, so that Cargo checks what changed and no
//! more; what is written has a new time, so that Cargo does check it (row H6).

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use cleave_syntax::ChangeSet;

use crate::error::VerifyError;
use crate::git;

/// The tree, and where Cargo builds it.
#[derive(Debug, Clone)]
pub struct Scratch {
    /// The user's workspace.
    pub root: Utf8PathBuf,
    /// The copy.
    pub tree: Utf8PathBuf,
    /// The copy's target folder.
    pub target: Utf8PathBuf,
}

impl Scratch {
    /// Brings the copy in line with the user's tree. `state` is a folder of our own, in a target folder.
    pub fn open(root: &Utf8Path, state: &Utf8Path) -> Result<Self, VerifyError> {
        let scratch = Scratch {
            root: root.to_owned(),
            tree: state.join("tree"),
            target: state.join("target"),
        };
        std::fs::create_dir_all(&scratch.tree).map_err(VerifyError::file("make", &scratch.tree))?;
        scratch.sync()?;
        Ok(scratch)
    }

    /// The same again, after a step was tried or the user's tree changed.
    pub fn sync(&self) -> Result<(), VerifyError> {
        let wanted: BTreeSet<Utf8PathBuf> = git::files(&self.root)?.into_iter().collect();
        for path in &wanted {
            copy_if_different(&self.root.join(path), &self.tree.join(path))?;
        }
        for path in walk(&self.tree)? {
            if !wanted.contains(&path) && path != "Cargo.lock" {
                let full = self.tree.join(&path);
                std::fs::remove_file(&full).map_err(VerifyError::file("remove", &full))?;
            }
        }
        Ok(())
    }

    /// Applies a change to the copy.
    pub fn apply(&self, changes: &ChangeSet) -> Result<(), VerifyError> {
        for (from, to) in &changes.moved {
            let (from, to) = (self.tree.join(from), self.tree.join(to));
            make_folder(&to)?;
            std::fs::rename(&from, &to).map_err(VerifyError::file("move", &from))?;
        }
        for file in &changes.files {
            let path = self.tree.join(&file.path);
            make_folder(&path)?;
            std::fs::write(&path, &file.text).map_err(VerifyError::file("write", &path))?;
        }
        for path in &changes.deleted {
            let path = self.tree.join(path);
            std::fs::remove_file(&path).map_err(VerifyError::file("remove", &path))?;
        }
        Ok(())
    }

    /// The text of a file of the copy; none where there is no such file.
    pub fn read(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.tree.join(path)).ok()
    }
}

fn make_folder(file: &Utf8Path) -> Result<(), VerifyError> {
    let folder = file.parent().unwrap_or(file);
    std::fs::create_dir_all(folder).map_err(VerifyError::file("make", folder))
}

fn copy_if_different(from: &Utf8Path, to: &Utf8Path) -> Result<(), VerifyError> {
    let metadata = std::fs::symlink_metadata(from).map_err(VerifyError::file("read", from))?;
    if metadata.is_dir() {
        return Ok(());
    }
    let new = match std::fs::read(from) {
        Ok(bytes) => bytes,
        // A link that leads nowhere is nothing to compile.
        Err(_) if metadata.is_symlink() => return Ok(()),
        Err(error) => return Err(VerifyError::file("read", from)(error)),
    };
    if std::fs::read(to).is_ok_and(|old| old == new) {
        return Ok(());
    }
    make_folder(to)?;
    std::fs::write(to, new).map_err(VerifyError::file("write", to))?;
    std::fs::set_permissions(to, metadata.permissions()).map_err(VerifyError::file("write", to))
}

/// All files below a folder, relative to it, in order.
pub(crate) fn walk(root: &Utf8Path) -> Result<Vec<Utf8PathBuf>, VerifyError> {
    let mut files = Vec::new();
    let mut pending = vec![Utf8PathBuf::new()];
    while let Some(folder) = pending.pop() {
        let full = root.join(&folder);
        for entry in full
            .read_dir_utf8()
            .map_err(VerifyError::file("list", &full))?
        {
            let entry = entry.map_err(VerifyError::file("list", &full))?;
            let path = folder.join(entry.file_name());
            let kind = entry
                .file_type()
                .map_err(VerifyError::file("list", &full))?;
            let skipped =
                folder.as_str().is_empty() && matches!(entry.file_name(), "target" | ".git");
            if kind.is_dir() && !skipped {
                pending.push(path);
            } else if !kind.is_dir() {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
