//! Paths that start at the folder of the package (row F2): what moves starts at another one.

use camino::Utf8Path;
use cleave_syntax::change::Reason;
use cleave_syntax::{ChangeBuilder, ItemId, TextRange, Workspace};

use crate::include::{normalize, relative};
use crate::scope::Scope;

/// `env!("CARGO_MANIFEST_DIR")` goes on meaning the folder of the package that the code leaves; so does the name of that
/// variable at the start of a path for a procedural macro that puts its value there: `"$CARGO_MANIFEST_DIR/a"`.
pub(crate) fn correct_manifest_folder(scope: &Scope<'_>, builder: &mut ChangeBuilder) {
    const CALL: &str = "env!(\"CARGO_MANIFEST_DIR\")";
    const VARIABLES: &[&str] = &["\"$CARGO_MANIFEST_DIR", "\"${CARGO_MANIFEST_DIR}"];
    let workspace = scope.workspace;
    let dir = |krate| &workspace.package(workspace.krate(krate).package).dir;
    let back = relative(dir(scope.dest), dir(scope.root));
    for id in workspace
        .items_of(scope.root)
        .filter(|id| scope.moving[id.index()] && workspace.item(*id).parent.is_none())
    {
        let item = workspace.item(id);
        let file = workspace.file(workspace.module(item.module).file);
        for (at, _) in file[item.range].match_indices(CALL) {
            let start = item.range.start + at as u32;
            let range = TextRange::new(start, start + CALL.len() as u32);
            let text = format!("concat!({CALL}, \"/{back}\")");
            let reason = Reason::new("F2", workspace.path_of(id));
            builder.replace(&file.path, range, text, reason);
        }
        for variable in VARIABLES {
            let ends = file[item.range].match_indices(variable);
            let ends = ends.map(|(at, _)| item.range.start + (at + variable.len()) as u32);
            for end in ends.filter(|end| file.text[*end as usize..].starts_with(['/', '"'])) {
                let reason = Reason::new("F2", workspace.path_of(id));
                let range = TextRange::empty(end);
                builder.replace(&file.path, range, format!("/{back}"), reason);
            }
        }
    }
}

/// Tests run in the folder of their package: what they read by a path from there keeps its place.
///
/// Only where a text is handed to what reads or made a path, and leads to something that is there: one that happens to
/// look like a path is nobody's business. Other code runs where its user wants it to.
pub(crate) fn correct_read_in_tests(scope: &Scope<'_>, builder: &mut ChangeBuilder) {
    const READS: &[&str] = &[
        "read_to_string(",
        "fs::read(",
        "fs::read_dir(",
        "fs::metadata(",
        "File::open(",
    ];
    let workspace = scope.workspace;
    let dir = |krate| &workspace.package(workspace.krate(krate).package).dir;
    let (from, to) = (dir(scope.root), dir(scope.dest));
    let moves = |id: &ItemId| {
        let item = workspace.item(*id);
        scope.moving[id.index()] && item.is_test && item.parent.is_none()
    };
    for id in workspace.items_of(scope.root).filter(moves) {
        let item = workspace.item(id);
        let file = workspace.file(workspace.module(item.module).file);
        let text = &file[item.range];
        let read = READS.iter().flat_map(|call| {
            let ends = text.match_indices(call).map(|(at, _)| at + call.len());
            ends.filter_map(|end| path_at(text, end))
        });
        let read = read.filter(|path| is_read(workspace, &from.join(&path.whole)));
        let made = MADE.iter().flat_map(|call| {
            let starts = text.match_indices(call);
            starts.filter_map(|(at, _)| path_at(text, at))
        });
        let made = made.filter(|path| is_there(workspace, from, &path.whole));
        for Written { at, first, .. } in read.chain(made) {
            let Some(start) = normalize(&from.join(first)) else {
                continue;
            };
            let at = item.range.start + at as u32;
            let range = TextRange::new(at, at + first.len() as u32);
            let reason = Reason::new("F2", workspace.path_of(id));
            builder.replace(&file.path, range, relative(to, &start).to_string(), reason);
        }
    }
}

/// Whether a path leads to data of the package, or into one of its folders.
fn is_read(workspace: &Workspace, path: &Utf8Path) -> bool {
    let mut folders = workspace.folders.iter();
    normalize(path).is_some_and(|path| {
        workspace.data.binary_search(&path).is_ok()
            || folders.any(|folder| path.starts_with(folder))
    })
}

/// Whether a path from a package's folder leads to data of it. Where source is, it must be there: what is only made may
/// never be read.
fn is_there(workspace: &Workspace, package: &Utf8Path, path: &str) -> bool {
    let Some(path) = normalize(&package.join(path)).filter(|path| path != package) else {
        return false;
    };
    let has_source = |folder: &Utf8Path| {
        let mut files = workspace.files.iter();
        files.any(|file| file.path.starts_with(folder))
    };
    let mut folders = workspace.folders.iter();
    let mut data = workspace.data.iter();
    data.any(|data| data.starts_with(&path))
        || folders.any(|folder| path.starts_with(folder) && !has_source(folder))
}

/// What makes a path of a text.
const MADE: &[&str] = &["Path::new(", "PathBuf::from("];

/// A path that is written out.
struct Written<'t> {
    /// Where its first literal starts, behind the quote.
    at: usize,
    /// That literal.
    first: &'t str,
    /// All of it.
    whole: String,
}

/// The path at an offset: `"a/b"`, or `Path::new("a").join("b")`.
fn path_at(text: &str, at: usize) -> Option<Written<'_>> {
    let rest = text[at..].trim_start_matches(|c: char| c.is_whitespace() || c == '&');
    let bare = rest
        .trim_start_matches("std::")
        .trim_start_matches("path::");
    let made = MADE.iter().find_map(|call| bare.strip_prefix(call));
    let literal = made.unwrap_or(rest).trim_start().strip_prefix('"')?;
    let (first, mut behind) = literal.split_once('"')?;
    let mut whole = first.to_owned();
    while made.is_some()
        && let Some(part) = part_joined(behind)
    {
        let (part, rest) = part.split_once('"')?;
        whole = format!("{whole}/{part}");
        behind = rest;
    }
    let at = text.len() - literal.len();
    Some(Written { at, first, whole })
}

/// What follows the quote in `).join("`, white space left out.
fn part_joined(text: &str) -> Option<&str> {
    let mut rest = text;
    for token in [")", ".", "join", "(", "\""] {
        rest = rest.trim_start().strip_prefix(token)?;
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, &str)>) {
        let found = path_at(text, 0);
        let found = found.as_ref().map(|path| (path.first, path.whole.as_str()));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_path_is_a_literal_or_put_together() {
        check("\"a/b\")", Some(("a/b", "a/b")));
        check("&Path::new(\"a\"))", Some(("a", "a")));
        let joined = "\n std::path::Path::new(\"a\")\n  .join(\"b\")\n  .join(\"c\"),\n)";
        check(joined, Some(("a", "a/b/c")));
        check("name)", None);
        check("PathBuf::from(name))", None);
    }
}
