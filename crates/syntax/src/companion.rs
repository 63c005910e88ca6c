//! Files that are no Rust source but go by its paths and names: workflows, owners, scripts, stored snapshots, messages
//! that tests expect of the compiler.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use crate::source::SourceFile;

/// A file beside the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Companion {
    /// Its path, relative to the workspace root.
    pub path: Utf8PathBuf,
    /// Its text; empty for a stored snapshot, of which only the name counts.
    pub text: String,
}

/// Nothing longer than this is read.
const LONGEST: u64 = 1 << 20;

/// Finds them, in order of path. What can't be read is left out: it is only reported on, never built.
pub(crate) fn find(root: &Utf8Path, sources: &[SourceFile]) -> Vec<Companion> {
    let mut paths = BTreeSet::new();
    for folder in ["", "docs", "scripts", "ci", ".circleci"] {
        paths.extend(files(root, Utf8Path::new(folder)).filter(|path| names_source(path)));
    }
    let github = below(root, vec![Utf8PathBuf::from(".github")]);
    paths.extend(github.into_iter().filter(|path| names_source(path)));
    let tests = below(root, vec![Utf8PathBuf::from("tests")]);
    paths.extend(tests.into_iter().filter(|path| is_message(path)));
    let text = |path: Utf8PathBuf| {
        let full = root.join(&path);
        let short = full.metadata().is_ok_and(|data| data.len() <= LONGEST);
        let text = std::fs::read_to_string(&full).ok().filter(|_| short)?;
        Some(Companion { path, text })
    };
    let mut found: Vec<Companion> = paths.into_iter().filter_map(text).collect();
    found.extend(snapshots(root, sources));
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The files without Rust source below the folders of a package, and beside its manifest, in order of path.
pub(crate) fn data(
    root: &Utf8Path,
    package: &Utf8Path,
    sources: &[SourceFile],
) -> Vec<Utf8PathBuf> {
    let mut found: Vec<Utf8PathBuf> = files(root, package).collect();
    let folders = ["src", "tests", "benches", "examples"];
    let folders = folders.map(|folder| package.join(folder)).to_vec();
    found.extend(below(root, folders));
    found.sort();
    found.retain(|path| {
        let known = sources.binary_search_by(|source| source.path.as_path().cmp(path));
        known.is_err()
    });
    found
}

/// The folders beside a package's manifest, in order.
pub(crate) fn folders(root: &Utf8Path, package: &Utf8Path) -> Vec<Utf8PathBuf> {
    let is_folder = |kind: std::io::Result<std::fs::FileType>| kind.is_ok_and(|kind| kind.is_dir());
    let mut found: Vec<Utf8PathBuf> = entries(root, package, is_folder).collect();
    found.sort();
    found
}

/// The files in and below folders.
fn below(root: &Utf8Path, mut folders: Vec<Utf8PathBuf>) -> Vec<Utf8PathBuf> {
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        let entries = root.join(&folder).read_dir_utf8();
        for entry in entries.into_iter().flatten().flatten() {
            let path = folder.join(entry.file_name());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if kind.is_file() => found.push(path),
                _ => {}
            }
        }
    }
    found
}

/// Whether a file holds what a test expects the compiler to say, as trybuild stores it.
pub fn is_message(path: &Utf8Path) -> bool {
    path.extension() == Some("stderr")
}

fn files<'a>(root: &Utf8Path, folder: &'a Utf8Path) -> impl Iterator<Item = Utf8PathBuf> + 'a {
    entries(root, folder, |kind| kind.is_ok_and(|kind| kind.is_file()))
}

/// What stands in a folder and is of one kind.
fn entries<'a>(
    root: &Utf8Path,
    folder: &'a Utf8Path,
    is_one: fn(std::io::Result<std::fs::FileType>) -> bool,
) -> impl Iterator<Item = Utf8PathBuf> + 'a {
    let entries = root.join(folder).read_dir_utf8();
    let entries = entries.into_iter().flatten().flatten();
    entries
        .filter(move |entry| is_one(entry.file_type()))
        .map(move |entry| folder.join(entry.file_name()))
}

fn names_source(path: &Utf8Path) -> bool {
    const NAMES: &[&str] = &[
        "CODEOWNERS",
        "Jenkinsfile",
        "Makefile",
        "Justfile",
        "justfile",
        "Makefile.toml",
    ];
    let name = path.file_name().unwrap_or_default();
    let is_workflow = matches!(path.extension(), Some("yml" | "yaml" | "sh"));
    is_workflow || NAMES.contains(&name) || name.contains("Dockerfile")
}

/// What insta stores beside the source.
fn snapshots(root: &Utf8Path, sources: &[SourceFile]) -> Vec<Companion> {
    let folders: BTreeSet<&Utf8Path> = sources
        .iter()
        .filter_map(|source| source.path.parent())
        .collect();
    let mut found = Vec::new();
    for folder in folders {
        let stored = folder.join("snapshots");
        let names = files(root, &stored).filter(|path| path.extension() == Some("snap"));
        found.extend(names.map(|path| Companion {
            path,
            text: String::new(),
        }));
    }
    found
}
