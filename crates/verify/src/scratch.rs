//! A tree beside the user's, in which a step is tried out.
//!
//! It is kept between steps, and only files whose bytes differ are written, so that Cargo checks what changed and no
//! more; what is written has a new time, so that Cargo does check it (row H6).

mod around;

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hasher};

use camino::{Utf8Path, Utf8PathBuf};
use cleave_syntax::ChangeSet;

use crate::bounds::{inside, make_folder, remove_empty};
use crate::error::VerifyError;
use crate::scratch::around::Around;
use crate::{git, moves};

/// The tree, and where Cargo builds it.
#[derive(Debug, Clone)]
pub struct Scratch {
    /// The user's workspace.
    pub root: Utf8PathBuf,
    /// The copy.
    pub tree: Utf8PathBuf,
    /// The copy's target folder.
    pub target: Utf8PathBuf,
    /// Source files that belong to the tree though git may ignore them, relative to it.
    pub also: Vec<Utf8PathBuf>,
    /// Packages outside the workspace that its manifests name.
    around: Around,
}

/// What a tree contains, as a number that differs where the bytes do. Plans and our own records do not count.
pub type Fingerprint = u64;

impl Scratch {
    /// Brings the copy in line with the user's tree. `state` is a folder of our own, in a target folder.
    /// `also` are source files that belong to the tree though git may ignore them.
    pub fn open(
        root: &Utf8Path,
        state: &Utf8Path,
        also: Vec<Utf8PathBuf>,
    ) -> Result<(Self, Fingerprint), VerifyError> {
        std::fs::create_dir_all(state).map_err(VerifyError::file("make", state))?;
        // Cargo names files by the folder's real path.
        let state = state
            .canonicalize_utf8()
            .map_err(VerifyError::file("find", state))?;
        let files = git::files(root)?;
        let around = Around::of(root, &files);
        around.link(root, &state)?;
        let tree = around.tree(root, &state);
        std::fs::create_dir_all(&tree).map_err(VerifyError::file("make", &tree))?;
        let scratch = Scratch {
            root: root.to_owned(),
            tree,
            target: state.join("target"),
            also,
            around,
        };
        let fingerprint = scratch.bring_all(files)?;
        Ok((scratch, fingerprint))
    }

    /// A tree that is tried out where it lies.
    pub fn in_place(root: &Utf8Path) -> Self {
        Scratch {
            root: root.to_owned(),
            tree: root.to_owned(),
            target: root.join("target"),
            also: Vec::new(),
            around: Around::default(),
        }
    }

    /// The same again, after a step was tried or the user's tree changed.
    pub fn sync(&self) -> Result<Fingerprint, VerifyError> {
        self.bring_all(git::files(&self.root)?)
    }

    fn bring_all(&self, files: Vec<Utf8PathBuf>) -> Result<Fingerprint, VerifyError> {
        let mut wanted: BTreeSet<Utf8PathBuf> = files.into_iter().collect();
        let also = self
            .also
            .iter()
            .filter(|path| self.root.join(path).is_file());
        wanted.extend(also.cloned());
        if self.tree.starts_with(&self.root) {
            // Cargo finds the one above, and its paths are meant from there.
            wanted.retain(|path| !path.starts_with(".cargo"));
        }
        for path in walk(&self.tree)? {
            if !wanted.contains(&path) && path != "Cargo.lock" {
                let full = self.tree.join(&path);
                std::fs::remove_file(&full).map_err(VerifyError::file("remove", &full))?;
                remove_empty(&self.tree, &full);
            }
        }
        let mut hasher = DefaultHasher::new();
        for path in &wanted {
            let bytes = bring(&self.root, &self.tree, path)?;
            if !is_own(path) {
                hasher.write(path.as_str().as_bytes());
                hasher.write_usize(bytes.len());
                hasher.write(&bytes);
            }
        }
        self.hash_around(&mut hasher)?;
        Ok(hasher.finish())
    }

    /// What compiles depends on the packages around the workspace, too.
    fn hash_around(&self, hasher: &mut DefaultHasher) -> Result<(), VerifyError> {
        for folder in self.around.packages() {
            for path in walk(folder)? {
                if matches!(path.extension(), Some("rs" | "toml")) {
                    let full = folder.join(&path);
                    let bytes = std::fs::read(&full).map_err(VerifyError::file("read", &full))?;
                    hasher.write(&bytes);
                }
            }
        }
        Ok(())
    }

    /// Applies a change to the copy.
    pub fn apply(&self, changes: &ChangeSet) -> Result<(), VerifyError> {
        for (from, to) in &changes.moved {
            inside(&self.tree, from)?;
            inside(&self.tree, to)?;
            let (from, to) = (self.tree.join(from), self.tree.join(to));
            make_folder(&to)?;
            // Not renamed: the time of what lies at the new path must be new, or Cargo calls it fresh.
            let bytes = std::fs::read(&from).map_err(VerifyError::file("read", &from))?;
            std::fs::write(&to, bytes).map_err(VerifyError::file("write", &to))?;
            std::fs::remove_file(&from).map_err(VerifyError::file("remove", &from))?;
            remove_empty(&self.tree, &from);
        }
        for file in &changes.files {
            inside(&self.tree, &file.path)?;
            let path = self.tree.join(&file.path);
            make_folder(&path)?;
            std::fs::write(&path, &file.text).map_err(VerifyError::file("write", &path))?;
        }
        for path in &changes.deleted {
            inside(&self.tree, path)?;
            let path = self.tree.join(path);
            std::fs::remove_file(&path).map_err(VerifyError::file("remove", &path))?;
            remove_empty(&self.tree, &path);
        }
        Ok(())
    }

    /// The text of a file of the copy; none where there is no such file.
    pub fn read(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.tree.join(path)).ok()
    }

    /// Gives a file a new time, so that Cargo compiles what it belongs to.
    pub fn touch(&self, path: &Utf8Path) -> Result<(), VerifyError> {
        inside(&self.tree, path)?;
        let path = self.tree.join(path);
        let bytes = std::fs::read(&path).map_err(VerifyError::file("read", &path))?;
        std::fs::write(&path, bytes).map_err(VerifyError::file("write", &path))
    }

    /// Whether the tree has a [toolchain of its own](has_own_toolchain).
    pub(crate) fn has_own_toolchain(&self) -> bool {
        has_own_toolchain(&self.tree, &self.root)
    }
}

/// Whether a tree of the workspace at `root` names a toolchain that the one we run under was not chosen by: we were
/// started elsewhere.
pub(crate) fn has_own_toolchain(tree: &Utf8Path, root: &Utf8Path) -> bool {
    let named = ["rust-toolchain.toml", "rust-toolchain"]
        .iter()
        .any(|name| tree.join(name).is_file());
    let started_here = std::env::current_dir()
        .ok()
        .and_then(|folder| Utf8PathBuf::from_path_buf(folder).ok())
        .is_some_and(|folder| folder.starts_with(root));
    named && !started_here
}

/// What changes from step to step and is nothing that is compiled.
fn is_own(path: &Utf8Path) -> bool {
    path.file_name() == Some("split.toml") || path == moves::PATH
}

/// Copies a file where it differs; returns its bytes. A link to a folder stays a link.
fn bring(root: &Utf8Path, tree: &Utf8Path, path: &Utf8Path) -> Result<Vec<u8>, VerifyError> {
    let (from, to) = (root.join(path), tree.join(path));
    let metadata = std::fs::symlink_metadata(&from).map_err(VerifyError::file("read", &from))?;
    if metadata.is_dir() {
        return Ok(Vec::new());
    }
    if metadata.is_symlink() && from.is_dir() {
        return bring_link(root, &from, &to).map_err(VerifyError::file("link", &to));
    }
    let new = match std::fs::read(&from) {
        Ok(bytes) => bytes,
        // A link that leads nowhere is nothing to compile.
        Err(_) if metadata.is_symlink() => return Ok(Vec::new()),
        Err(error) => return Err(VerifyError::file("read", &from)(error)),
    };
    if !to.is_symlink() && std::fs::read(&to).is_ok_and(|old| old == new) {
        return Ok(new);
    }
    make_folder(&to)?;
    if to.is_symlink() {
        std::fs::remove_file(&to).map_err(VerifyError::file("remove", &to))?;
    } else if to.is_dir() {
        // A folder became a file.
        std::fs::remove_dir_all(&to).map_err(VerifyError::file("remove", &to))?;
    }
    std::fs::write(&to, &new).map_err(VerifyError::file("write", &to))?;
    let permissions =
        std::fs::metadata(&from).map_or_else(|_| metadata.permissions(), |it| it.permissions());
    std::fs::set_permissions(&to, permissions).map_err(VerifyError::file("write", &to))?;
    Ok(new)
}

/// A link within the tree stays as it is; one that leads out of it leads to the same place.
#[cfg(unix)]
fn bring_link(root: &Utf8Path, from: &Utf8Path, to: &Utf8Path) -> std::io::Result<Vec<u8>> {
    let named = from.read_link_utf8()?;
    let real = from.canonicalize_utf8()?;
    let inside = !named.is_absolute() && real.starts_with(root.canonicalize_utf8()?);
    let target = if inside { named } else { real };
    if to.read_link_utf8().is_ok_and(|now| now == target) {
        return Ok(target.into_string().into_bytes());
    }
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    if to.is_symlink() || to.is_file() {
        std::fs::remove_file(to)?;
    } else if to.is_dir() {
        std::fs::remove_dir_all(to)?;
    }
    std::os::unix::fs::symlink(&target, to)?;
    Ok(target.into_string().into_bytes())
}

/// Making links needs a privilege here: what is behind the link is not compiled.
#[cfg(not(unix))]
fn bring_link(_: &Utf8Path, _: &Utf8Path, _: &Utf8Path) -> std::io::Result<Vec<u8>> {
    Ok(Vec::new())
}

/// Git's own, and target folders by any name: Cargo marks them.
fn is_no_source(entry: &camino::Utf8DirEntry) -> bool {
    matches!(entry.file_name(), "target" | ".git") || entry.path().join("CACHEDIR.TAG").is_file()
}

/// All files below a folder, relative to it, in order. Links are not followed.
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
            let skipped = folder.as_str().is_empty() && is_no_source(&entry);
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
