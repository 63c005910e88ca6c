//! The record of moves: which file went where, for tools that do not follow renames.

use camino::Utf8Path;
use cleave_syntax::ChangeSet;
use cleave_syntax::change::{NewFile, Piece};

/// Where the record lies, relative to the workspace root. It is committed with the moves.
pub const PATH: &str = ".cleave/moves.tsv";

const HEADER: &str = "# What Cleave moved: old path, new path, the last commit that has the old path, `moved` whole or `split` off.\n";

/// Adds to a change the lines of the record that tell of it. `text` is the record so far, `commit` the one that the
/// step starts from.
pub fn record(changes: &mut ChangeSet, text: Option<String>, commit: Option<&str>) {
    let lines = lines(changes, commit.unwrap_or("-"));
    if lines.is_empty() {
        return;
    }
    let mut new = text.clone().unwrap_or_else(|| HEADER.to_owned());
    for line in lines {
        new.push_str(&line);
    }
    if let Some(text) = text {
        changes.old.insert(PATH.into(), text);
    }
    changes.files.retain(|file| file.path != PATH);
    changes.files.push(NewFile {
        path: PATH.into(),
        pieces: Vec::new(),
        text: new,
    });
}

/// One line for each pair of an old file and another file that has text of it now.
fn lines(changes: &ChangeSet, commit: &str) -> Vec<String> {
    let renames = changes.renames();
    let mut lines: Vec<String> = renames
        .iter()
        .map(|(from, to)| line(from, to, commit, "moved"))
        .collect();
    for file in &changes.files {
        for piece in &file.pieces {
            let Piece::Copied { path, .. } = piece else {
                continue;
            };
            let whole = renames
                .iter()
                .any(|(from, to)| from == path && *to == file.path);
            if *path != file.path && !whole && path.extension() == Some("rs") {
                lines.push(line(path, &file.path, commit, "split"));
            }
        }
    }
    lines.sort();
    lines.dedup();
    lines
}

fn line(from: &Utf8Path, to: &Utf8Path, commit: &str, how: &str) -> String {
    // A tab or newline in a name would end the field.
    let field = |path: &Utf8Path| path.as_str().replace(['\t', '\n'], "?");
    format!("{}\t{}\t{commit}\t{how}\n", field(from), field(to))
}
