//! A package as text: files under one-line headers, in fixtures and snapshots alike.
//!
//! ```text
//! //! A3. What it shows, and why.
//! //- split.toml
//! crates.app-low.items = ["a::X"]
//! //- src/lib.rs
//! mod a;
//! ```
//!
//! What every fixture needs is not written in any: the manifest of a package `app` with the stub crates of `vendor/` as
//! dependencies, the manifests of those, `package = "app"` in the plan, and a step for each crate of the plan where it
//! lists none. A header may end with `(crlf)`, `(bom)` or `(no newline)`: that is how its file is written.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

/// Files by path, relative to the package's root.
pub type Tree = BTreeMap<Utf8PathBuf, String>;

/// A fixture as it is written.
#[derive(Debug, Clone)]
pub struct Case {
    /// The row that it is for, such as `A3`.
    pub row: String,
    /// The prose on top.
    pub prose: String,
    /// The package, with what need not be written.
    pub tree: Tree,
}

impl Case {
    /// Reads a fixture.
    pub fn parse(text: &str) -> Self {
        let (prose, mut tree) = files(text);
        let row = prose
            .trim_start_matches("//! ")
            .split('.')
            .next()
            .unwrap_or_default()
            .to_owned();
        complete(&mut tree);
        Self { row, prose, tree }
    }
}

/// Reads what stands above the first header, and the files under the headers.
pub fn files(text: &str) -> (String, Tree) {
    let mut parts = text.split("\n//- ");
    let prose = parts.next().unwrap_or_default().to_owned();
    let tree = parts.map(|part| {
        let (header, body) = part.split_once('\n').unwrap_or((part, ""));
        let (path, note) = header.split_once(" (").unwrap_or((header, ""));
        let body = if body.is_empty() || body.ends_with('\n') {
            body.to_owned()
        } else {
            format!("{body}\n")
        };
        let body = match note.trim_end_matches(')') {
            "crlf" => body.replace('\n', "\r\n"),
            "bom" => format!("\u{feff}{body}"),
            "no newline" => body.trim_end().to_owned(),
            _ => body,
        };
        (Utf8PathBuf::from(path.trim()), body)
    });
    (prose, tree.collect())
}

/// Adds what every fixture needs.
fn complete(tree: &mut Tree) {
    let stubs: Vec<String> = tree
        .keys()
        .filter_map(|path| path.as_str().strip_prefix("vendor/")?.split('/').next())
        .map(str::to_owned)
        .collect();
    let mut manifest = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n[workspace]\nexclude = [\"vendor\"]\n\n[dependencies]\n".to_owned();
    let mut last = "";
    for stub in &stubs {
        if stub != last {
            manifest.push_str(&format!("{stub} = {{ path = \"vendor/{stub}\" }}\n"));
            tree.entry(format!("vendor/{stub}/Cargo.toml").into())
                .or_insert_with(|| {
                    format!(
                        "[package]\nname = \"{stub}\"\nversion = \"1.0.0\"\nedition = \"2021\"\n"
                    )
                });
        }
        last = stub;
    }
    if stubs.is_empty() {
        manifest = manifest.replace("exclude = [\"vendor\"]\n\n[dependencies]\n", "");
    }
    tree.entry("Cargo.toml".into()).or_insert(manifest);
    tree.insert(".gitignore".into(), "/target\n".to_owned());
    if let Some(plan) = tree.get_mut(&plan_path(tree)) {
        if !plan.contains("package = ") {
            plan.insert_str(0, "package = \"app\"\n");
        }
        if !plan.contains("[[steps]]") {
            plan.push_str(&steps(plan, Steps::All));
        }
    }
}

/// Where the plan lies: beside the manifest of the package that is split.
pub fn plan_path(tree: &Tree) -> Utf8PathBuf {
    let mut paths = tree.keys();
    let plan = paths.find(|path| path.file_name() == Some("split.toml"));
    plan.cloned().unwrap_or_else(|| "split.toml".into())
}

/// How a plan's moves are cut into steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steps {
    /// All that goes to a crate in one step.
    All,
    /// A step for each claim.
    Single,
}

/// The `[[steps]]` of a plan, by its crates' claims.
pub fn steps(plan: &str, cut: Steps) -> String {
    let Ok(plan) = cleave_plan::file::parse(plan) else {
        return String::new();
    };
    let mut text = String::new();
    for krate in &plan.crates {
        let claims: Vec<String> = krate
            .modules
            .iter()
            .chain(&krate.items)
            .map(|claim| format!("{claim:?}"))
            .collect();
        let steps = match cut {
            Steps::All => vec![claims.join(", ")],
            Steps::Single => claims,
        };
        for moves in steps {
            text.push_str(&format!(
                "\n[[steps]]\nto = \"{}\"\nmoves = [{moves}]\n",
                krate.name
            ));
        }
    }
    text
}

/// Writes a tree to a folder.
///
/// # Panics
/// If it can't be written.
pub fn write(root: &Utf8Path, tree: &Tree) {
    for (path, text) in tree {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(root)).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
}

/// Reads a folder, build output and lock file left out.
///
/// # Panics
/// If it can't be read, or holds what is not text.
pub fn read(root: &Utf8Path) -> Tree {
    let mut tree = Tree::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir_utf8().expect("a folder") {
            let path = entry.expect("an entry").path().to_owned();
            let inside = path.strip_prefix(root).expect("it is inside");
            if ["target", ".git", "Cargo.lock"].contains(&inside.as_str()) {
            } else if path.is_dir() {
                folders.push(path);
            } else {
                tree.insert(
                    inside.to_owned(),
                    std::fs::read_to_string(&path).expect("text"),
                );
            }
        }
    }
    tree
}

/// Only what changed: code first, manifests last, each under its header.
pub fn changes(before: &Tree, after: &Tree, moves: &BTreeMap<Utf8PathBuf, Utf8PathBuf>) -> String {
    let mut text = String::new();
    let new_name = |path: &Utf8PathBuf| moves.get(path).filter(|to| !before.contains_key(*to));
    let mut paths: Vec<&Utf8PathBuf> = before.keys().chain(after.keys()).collect();
    paths.sort_by_key(|path| (path.file_name() == Some("Cargo.toml"), path.as_str()));
    paths.dedup();
    for path in paths {
        let moved_from = moves
            .iter()
            .find(|(_, to)| *to == path)
            .map(|(from, _)| from);
        match (before.get(path), after.get(path)) {
            (Some(old), Some(new)) if old == new => {}
            (_, Some(new)) => {
                let from = moved_from.filter(|from| !after.contains_key(*from));
                match from {
                    Some(from) => text.push_str(&format!("//- {from} -> {path} (moved)\n")),
                    None => text.push_str(&format!("//- {path}\n")),
                }
                if from.and_then(|from| before.get(from)) != Some(new) {
                    text.push_str(&visible(new));
                }
            }
            (Some(_), None) if new_name(path).is_none() => {
                text.push_str(&format!("//- {path} (deleted)\n"));
            }
            _ => {}
        }
    }
    text
}

/// Line ends and the like that a snapshot would hide.
fn visible(text: &str) -> String {
    let mut text = text.replace('\r', "␍").replace('\u{feff}', "<BOM>");
    if !text.ends_with('\n') {
        text.push_str("<no newline>\n");
    }
    text
}

/// The tree after: before, with a snapshot's files.
pub fn apply(before: &Tree, snapshot: &str) -> Tree {
    let mut after = before.clone();
    let text = format!("\n{snapshot}");
    for part in text.split("\n//- ").skip(1) {
        let (header, body) = part.split_once('\n').unwrap_or((part, ""));
        let mut body: String = body.replace('␍', "\r").replace("<BOM>", "\u{feff}");
        if let Some(end) = body.rfind("<no newline>") {
            body.truncate(end);
        } else if !body.is_empty() && !body.ends_with('\n') {
            body.push('\n');
        }
        if let Some(path) = header.strip_suffix(" (deleted)") {
            after.remove(Utf8Path::new(path));
        } else if let Some((from, to)) = header.trim_end_matches(" (moved)").split_once(" -> ") {
            let old = after.remove(Utf8Path::new(from)).unwrap_or_default();
            after.insert(to.into(), if body.is_empty() { old } else { body });
        } else {
            after.insert(header.into(), body);
        }
    }
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_and_snapshot_are_the_tree_after() {
        let before =
            Case::parse("//! A1.\n//- src/lib.rs\nmod a;\n//- src/a.rs\nx\n//- src/b.rs\n").tree;
        let mut after = before.clone();
        after.insert("src/lib.rs".into(), "mod b;\n".to_owned());
        after.remove(Utf8Path::new("src/b.rs"));
        let text = after.remove(Utf8Path::new("src/a.rs")).expect("there");
        after.insert("c/a.rs".into(), text);
        let moves = BTreeMap::from([("src/a.rs".into(), "c/a.rs".into())]);
        let text = changes(&before, &after, &moves);
        assert_eq!(
            text,
            "//- src/a.rs -> c/a.rs (moved)\n//- src/b.rs (deleted)\n//- src/lib.rs\nmod b;\n"
        );
        assert_eq!(apply(&before, &text), after);
    }
}
