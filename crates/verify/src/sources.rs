//! The files that are compiled (row G7): one that drops out compiles nothing, and every check stays green.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use cleave_syntax::ChangeSet;
use cleave_syntax::change::{NewFile, Piece};

use crate::cargo::Artifact;

/// Files that should be compiled after a change and are not: those that were before and are still there, and new ones
/// that have code of such. Where a file has its condition at its own top, rustc reads it even if that does not hold, and
/// what becomes of its code is not told by who reads it.
pub fn dropped(
    before: &BTreeSet<Utf8PathBuf>,
    changes: &ChangeSet,
    after: &BTreeSet<Utf8PathBuf>,
) -> Vec<Utf8PathBuf> {
    let mut wanted: BTreeSet<Utf8PathBuf> = before
        .iter()
        .filter(|path| !changes.deleted.contains(path))
        .map(|path| moved_to(changes, path))
        .collect();
    if !before.is_empty() {
        let new = changes.files.iter().filter(|file| is_code(&file.path));
        wanted.extend(
            new.filter(|file| comes_from(file, (changes, before)))
                .map(|file| file.path.clone()),
        );
    }
    wanted.difference(after).cloned().collect()
}

fn moved_to(changes: &ChangeSet, path: &Utf8PathBuf) -> Utf8PathBuf {
    let moved = changes.moved.iter().find(|(from, _)| from == path);
    moved.map_or_else(|| path.clone(), |(_, to)| to.clone())
}

fn is_code(path: &Utf8Path) -> bool {
    path.extension() == Some("rs")
}

fn comes_from(file: &NewFile, (changes, before): (&ChangeSet, &BTreeSet<Utf8PathBuf>)) -> bool {
    let is_conditional = |path: &Utf8PathBuf| {
        let text = changes.old.get(path).map_or("", String::as_str);
        text.lines().any(|line| line.starts_with("#![cfg("))
    };
    file.pieces.iter().any(|piece| match piece {
        Piece::Copied { path, .. } => before.contains(path) && !is_conditional(path),
        Piece::Written { .. } => false,
    })
}

/// Files of a change that cargo took as they were (row H6): every target that such a file belongs to must have been
/// compiled since it changed. `compiled` are the outputs of earlier rounds of the same step.
pub fn unchecked(
    changes: &ChangeSet,
    artifacts: &[Artifact],
    compiled: &BTreeSet<Utf8PathBuf>,
) -> Vec<Utf8PathBuf> {
    let fresh: Vec<&Artifact> = artifacts
        .iter()
        .filter(|artifact| artifact.fresh && !compiled.contains(&artifact.output))
        .collect();
    let files = changes.files.iter().map(|file| &file.path);
    let mut unchecked: Vec<Utf8PathBuf> = files
        .chain(changes.moved.iter().map(|(_, to)| to))
        .filter(|path| {
            fresh
                .iter()
                .any(|artifact| artifact.sources.contains(*path))
        })
        .cloned()
        .collect();
    unchecked.sort();
    unchecked
}

#[cfg(test)]
mod tests {
    use cleave_syntax::TextRange;

    use super::*;

    fn paths(names: &[&str]) -> BTreeSet<Utf8PathBuf> {
        names.iter().map(Utf8PathBuf::from).collect()
    }

    fn split() -> ChangeSet {
        let file = |path: &str, from: &str| NewFile {
            path: path.into(),
            pieces: vec![Piece::Copied {
                path: from.into(),
                range: TextRange::new(0, 1),
            }],
            text: "x".to_owned(),
        };
        ChangeSet {
            files: vec![
                file("crates/low/src/a.rs", "src/a.rs"),
                file("crates/low/src/data.rs", "fixtures/data.rs"),
            ],
            deleted: vec!["src/a.rs".into()],
            moved: vec![("src/t.txt".into(), "crates/low/src/t.txt".into())],
            ..ChangeSet::default()
        }
    }

    #[test]
    fn a_file_that_no_crate_compiles_is_found() {
        let before = paths(&["src/lib.rs", "src/a.rs", "src/t.txt"]);
        let after = paths(&["src/lib.rs", "crates/low/src/t.txt"]);
        assert_eq!(dropped(&before, &split(), &after), ["crates/low/src/a.rs"]);
    }

    #[test]
    fn what_was_not_compiled_need_not_be() {
        let before = paths(&["src/a.rs"]);
        let after = paths(&["crates/low/src/a.rs"]);
        assert!(dropped(&before, &split(), &after).is_empty());
    }

    #[test]
    fn who_reads_a_file_with_a_condition_at_its_top_does_not_tell() {
        let mut split = split();
        let text = "#![cfg(feature = \"a\")]\nfn a() {}\n".to_owned();
        split.old.insert("src/a.rs".into(), text);
        let before = paths(&["src/a.rs"]);
        assert!(dropped(&before, &split, &paths(&[])).is_empty());
    }

    #[test]
    fn a_fresh_target_of_a_changed_file_was_not_checked() {
        let artifact = |fresh| Artifact {
            package: "low".to_owned(),
            target: "low".to_owned(),
            output: "liblow.rmeta".into(),
            fresh,
            sources: paths(&["crates/low/src/a.rs"]),
        };
        let none = BTreeSet::new();
        assert_eq!(
            unchecked(&split(), &[artifact(true)], &none),
            ["crates/low/src/a.rs"]
        );
        assert!(unchecked(&split(), &[artifact(false)], &none).is_empty());
        assert!(unchecked(&split(), &[artifact(true)], &paths(&["liblow.rmeta"])).is_empty());
    }
}
