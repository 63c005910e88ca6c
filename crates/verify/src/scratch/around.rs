//! Packages outside the workspace that its manifests name by path, such as `../sibling`.
//!
//! Nothing of them changes in a step, so they are not copied: links to them lie around the copy as they lie around the
//! user's workspace, so that a relative path leads to the same package from both.

use std::collections::BTreeSet;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use toml_edit::{DocumentMut, Item, TableLike, Value};

use crate::error::VerifyError;

/// The packages around a workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Around {
    /// The nearest folder that is above the workspace and all of them.
    common: Utf8PathBuf,
    /// Their folders.
    packages: BTreeSet<Utf8PathBuf>,
}

impl Around {
    /// Finds them by the manifests of the workspace, and by their own. `files` are relative to the root.
    pub(super) fn of(root: &Utf8Path, files: &[Utf8PathBuf]) -> Self {
        let own = files.iter().filter(|path| path.file_name() == Some(NAME));
        let own: Vec<Utf8PathBuf> = own.map(|path| root.join(path)).collect();
        let mut pending: Vec<Utf8PathBuf> = own.iter().flat_map(|path| named(path)).collect();
        pending.extend(own.iter().flat_map(|path| members(path)));
        let mut packages = BTreeSet::new();
        while let Some(folder) = pending.pop() {
            let outside = !folder.starts_with(root) && folder.join(NAME).is_file();
            if outside && packages.insert(folder.clone()) {
                // One of a workspace may inherit from the manifests above it.
                let above = folder.ancestors().filter(|above| !root.starts_with(above));
                pending.extend(above.flat_map(|above| named(&above.join(NAME))));
            }
        }
        let is_above = |above: &&Utf8Path| packages.iter().all(|folder| folder.starts_with(above));
        let common = root.ancestors().find(is_above).unwrap_or(root).to_owned();
        Self { common, packages }
    }

    /// Where in the state folder the copy lies.
    pub(super) fn tree(&self, root: &Utf8Path, state: &Utf8Path) -> Utf8PathBuf {
        match root.strip_prefix(&self.common) {
            Ok(below) if !self.packages.is_empty() => state.join(FOLDER).join(below),
            _ => state.join(PLAIN),
        }
    }

    /// Puts the links there, and takes away those that are not needed any more.
    pub(super) fn link(&self, root: &Utf8Path, state: &Utf8Path) -> Result<(), VerifyError> {
        let unused = state.join(if self.packages.is_empty() {
            FOLDER
        } else {
            PLAIN
        });
        if unused.is_dir() {
            std::fs::remove_dir_all(&unused).map_err(VerifyError::file("remove", &unused))?;
        }
        let below = root.strip_prefix(&self.common).unwrap_or(root);
        let mut there = state.join(FOLDER);
        let mut here = self.common.clone();
        for name in below.components() {
            let wanted = self.beside(&here, name.as_str())?;
            std::fs::create_dir_all(&there).map_err(VerifyError::file("make", &there))?;
            for entry in there
                .read_dir_utf8()
                .map_err(VerifyError::file("list", &there))?
                .filter_map(Result::ok)
                .filter(|entry| entry.path().is_symlink() && !wanted.contains(entry.file_name()))
            {
                remove(entry.path())?;
            }
            for name in &wanted {
                link(&here.join(name), &there.join(name))?;
            }
            here.push(name);
            there.push(name);
        }
        Ok(())
    }

    /// What is needed of the folder `here` beside the entry `name`, in which the workspace lies.
    fn beside(&self, here: &Utf8Path, name: &str) -> Result<BTreeSet<String>, VerifyError> {
        let mut wanted = BTreeSet::new();
        // A workspace that packages below inherit from.
        if here.join(NAME).is_file() {
            wanted.insert(NAME.to_owned());
        }
        for folder in &self.packages {
            let Ok(below) = folder.strip_prefix(here) else {
                continue;
            };
            match below.components().next() {
                Some(first) if first.as_str() == name => {}
                Some(first) => {
                    wanted.insert(first.to_string());
                }
                // The package is around the workspace.
                None => {
                    let entries = here
                        .read_dir_utf8()
                        .map_err(VerifyError::file("list", here))?;
                    let names = entries.filter_map(Result::ok);
                    let names = names.map(|entry| entry.file_name().to_owned());
                    wanted.extend(names.filter(|other| other != name && other != "target"));
                }
            }
        }
        Ok(wanted)
    }

    /// Their folders.
    pub(super) fn packages(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        self.packages.iter()
    }
}

/// What a manifest is called.
const NAME: &str = "Cargo.toml";

/// Where the copy lies.
const PLAIN: &str = "tree";

/// Where it lies when there are packages around it.
const FOLDER: &str = "around";

/// The folders that a manifest names by `path`, wherever it does.
fn named(manifest: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut paths = Vec::new();
    if let Some(document) = document(manifest) {
        collect(document.as_table(), &mut paths);
    }
    below(manifest, paths)
}

/// The members of a manifest's workspace; those by a pattern are never outside.
fn members(manifest: &Utf8Path) -> Vec<Utf8PathBuf> {
    let document = document(manifest).unwrap_or_default();
    let members = document.get("workspace").and_then(|it| it.get("members"));
    let names = members.and_then(Item::as_array).into_iter().flatten();
    below(
        manifest,
        names.filter_map(Value::as_str).map(str::to_owned).collect(),
    )
}

/// None where there is none; one that can't be read is cargo's to complain about.
fn document(manifest: &Utf8Path) -> Option<DocumentMut> {
    std::fs::read_to_string(manifest).ok()?.parse().ok()
}

fn collect(table: &dyn TableLike, paths: &mut Vec<String>) {
    for (key, item) in table.iter() {
        if let ("path", Some(path)) = (key, item.as_str()) {
            paths.push(path.to_owned());
        } else if let Some(inner) = item.as_table_like() {
            collect(inner, paths);
        } else if let Item::ArrayOfTables(tables) = item {
            tables.iter().for_each(|inner| collect(inner, paths));
        }
    }
}

/// Paths that are meant from a manifest on. Absolute ones lead to the same place from everywhere.
fn below(manifest: &Utf8Path, paths: Vec<String>) -> Vec<Utf8PathBuf> {
    let folder = manifest.parent().unwrap_or(manifest);
    let relative = paths
        .into_iter()
        .filter(|path| !Utf8Path::new(path).is_absolute());
    relative.map(|path| joined(folder, &path)).collect()
}

/// As cargo joins them: `..` goes up a name, links or not.
fn joined(folder: &Utf8Path, path: &str) -> Utf8PathBuf {
    let mut joined = folder.to_owned();
    for component in Utf8Path::new(path).components() {
        match component {
            Utf8Component::ParentDir => {
                joined.pop();
            }
            Utf8Component::Normal(name) => joined.push(name),
            _ => {}
        }
    }
    joined
}

fn remove(link: &Utf8Path) -> Result<(), VerifyError> {
    // Windows has links to folders that are removed as such.
    std::fs::remove_file(link)
        .or_else(|_| std::fs::remove_dir(link))
        .map_err(VerifyError::file("remove", link))
}

fn link(from: &Utf8Path, to: &Utf8Path) -> Result<(), VerifyError> {
    if to.read_link_utf8().is_ok_and(|now| now == from) {
        return Ok(());
    }
    if to.is_symlink() {
        remove(to)?;
    }
    make(from, to).map_err(VerifyError::file("link", to))
}

#[cfg(unix)]
fn make(from: &Utf8Path, to: &Utf8Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

#[cfg(windows)]
fn make(from: &Utf8Path, to: &Utf8Path) -> std::io::Result<()> {
    if from.is_dir() {
        std::os::windows::fs::symlink_dir(from, to)
    } else {
        std::os::windows::fs::symlink_file(from, to)
    }
}

#[cfg(not(any(unix, windows)))]
fn make(_: &Utf8Path, _: &Utf8Path) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(root: &Utf8Path, path: &str, manifest: &str) {
        let folder = root.join(path);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join(NAME), manifest).expect("a file");
    }

    /// The links and the copy's folder, from the state folder on.
    #[track_caller]
    fn check(root: &Utf8Path, tree: &str, links: &[&str]) {
        let state = root.join("target/cleave");
        let around = Around::of(root, &[NAME.into()]);
        assert_eq!(around.tree(root, &state), state.join(tree));
        around.link(root, &state).expect("links");
        let mut found = Vec::new();
        let mut pending = vec![state.clone()];
        while let Some(folder) = pending.pop() {
            for entry in folder.read_dir_utf8().into_iter().flatten().flatten() {
                if entry.path().is_symlink() {
                    let path = entry.path().strip_prefix(&state).expect("below");
                    found.push(path.to_string());
                } else {
                    pending.push(entry.path().to_owned());
                }
            }
        }
        found.sort();
        assert_eq!(found, links);
    }

    #[test]
    fn links_lie_around_the_copy_as_packages_do_around_the_workspace() {
        let folder = tempfile::tempdir().expect("a folder");
        let top = Utf8Path::from_path(folder.path()).expect("UTF-8");
        package(top, "Cargo.toml", "");
        let deep = "[dependencies]\nnear = { path = \"../near\" }\n[patch.crates-io]\nfar.path = \"../../libs/far\"\n";
        package(top, "work/app", deep);
        package(
            top,
            "work/near",
            "[target.'cfg(unix)'.dependencies]\nother = { path = \"../other\" }\n",
        );
        package(
            top,
            "work/other",
            "[dependencies]\napp = { path = \"../app\" }\n",
        );
        package(top, "libs", "[workspace]\nmembers = [\"far\"]\n");
        package(top, "libs/far", "");
        let app = top.join("work/app");
        check(
            &app,
            "around/work/app",
            &["around/libs", "around/work/near", "around/work/other"],
        );
        // What is not named any more goes.
        package(
            top,
            "work/app",
            "[dependencies]\nfar = { path = \"../../libs/far\" }\n",
        );
        check(&app, "around/work/app", &["around/libs"]);
        package(top, "work/app", "[lib]\npath = \"../lib.rs\"\n");
        check(&app, "tree", &[]);
    }

    #[test]
    fn a_package_may_be_around_the_workspace() {
        let folder = tempfile::tempdir().expect("a folder");
        let top = Utf8Path::from_path(folder.path()).expect("UTF-8");
        package(top, "outer", "");
        package(top, "outer/src", "");
        package(top, "outer/app", "[dependencies]\nouter.path = \"..\"\n");
        check(
            &top.join("outer/app"),
            "around/app",
            &["around/Cargo.toml", "around/src"],
        );
    }
}
