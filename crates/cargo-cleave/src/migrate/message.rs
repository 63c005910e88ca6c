//! What the message of a step's commit says of files.

use std::collections::BTreeSet;

use camino::Utf8Path;
use cleave_syntax::ChangeSet;
use cleave_syntax::change::Piece;

/// How many lines of a list are shown.
const SHOWN: usize = 40;

/// Where files come from, as far as git does not tell.
pub(super) fn files(changes: &ChangeSet) -> String {
    let mut text = String::new();
    let renames = changes.renames();
    let arrow = |(from, to): &(&Utf8Path, &Utf8Path)| format!("{from} -> {to}");
    list(
        &mut text,
        "Moved whole, so that `git log --follow` finds the past:",
        &renames.iter().map(arrow).collect::<Vec<_>>(),
    );
    let splits = splits(changes, &renames);
    list(
        &mut text,
        "Split off (the past is in the file on the left):",
        &splits.iter().map(arrow).collect::<Vec<_>>(),
    );
    text
}

fn list(text: &mut String, head: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    text.push_str(&format!("\n{head}\n"));
    for line in lines.iter().take(SHOWN) {
        text.push_str(&format!("- {line}\n"));
    }
    if lines.len() > SHOWN {
        text.push_str(&format!("- and {} more\n", lines.len() - SHOWN));
    }
}

/// Files that have code of another file, which is no rename.
fn splits<'c>(
    changes: &'c ChangeSet,
    renames: &[(&Utf8Path, &Utf8Path)],
) -> BTreeSet<(&'c Utf8Path, &'c Utf8Path)> {
    let mut splits = BTreeSet::new();
    for file in &changes.files {
        for piece in &file.pieces {
            if let Piece::Copied { path, .. } = piece
                && *path != file.path
                && path.extension() == Some("rs")
                && !renames.contains(&(path, &file.path))
            {
                splits.insert((path.as_path(), file.path.as_path()));
            }
        }
    }
    splits
}
