//! Workflows, Dockerfiles, owners' lists and scripts (row F6): edited where the text says all there is to know, else
//! listed for the reviewer.

mod docker;
mod workflow;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use cleave_plan::Plan;
use cleave_syntax::change::Reason;
use cleave_syntax::companion::{Companion, is_message};
use cleave_syntax::{ChangeBuilder, Diagnostic, Severity, TextRange, Workspace};

use crate::layout::Moves;

/// What is to become of a file's text.
#[derive(Debug, Default, PartialEq, Eq)]
struct Advice {
    /// Texts to put in, by offset.
    inserts: BTreeMap<usize, String>,
    /// The first words that need a person, with what they are about.
    open: Option<(usize, usize, &'static str)>,
}

impl Advice {
    fn ask(&mut self, start: usize, length: usize, about: &'static str) {
        if self.open.is_none_or(|(at, ..)| start < at) {
            self.open = Some((start, start + length, about));
        }
    }
}

/// What is made for one package works for all of the workspace's: commands, copied folders, owners of `src`.
pub(crate) fn on_skeleton(
    workspace: &Workspace,
    plan: &Plan,
    builder: &mut ChangeBuilder,
) -> Vec<Diagnostic> {
    if plan.crates.is_empty() {
        return Vec::new();
    }
    let package = workspace.package(workspace.package);
    // With other members about, or a root above, a command may leave them out with intent.
    let planned = |name: &str| plan.crates.iter().any(|krate| krate.name == name);
    let mut others = workspace.packages.iter();
    let alone = package.dir.as_str().is_empty()
        && others.all(|other| other.name == package.name || planned(&other.name));
    let mut notes = Vec::new();
    let companions = workspace.companions.iter();
    for companion in companions.filter(|it| !is_message(&it.path)) {
        let mut advice = Advice::default();
        if is_workflow(&companion.path) {
            workflow::widen(&companion.text, &mut advice);
        } else if companion.path.file_name() == Some("CODEOWNERS") {
            own_crates(&companion.text, &mut advice);
        } else if companion.path.as_str().contains("Dockerfile") {
            docker::copy_crates(&companion.text, &mut advice);
        } else {
            workflow::list(&companion.text, &mut advice);
        }
        for flag in ["-p ", "--package ", "--package="] {
            let words = format!("{flag}{}", package.name);
            if let Some((at, _)) = whole(&companion.text, &words).next() {
                advice.ask(at, words.len(), "knows only the package that is split");
            }
        }
        if alone {
            insert(companion, &advice, builder);
        } else if let Some(at) = advice.inserts.keys().next().copied() {
            advice.ask(at, 0, "is for one package");
        }
        notes.extend(open(companion, &advice));
    }
    notes
}

fn is_workflow(path: &Utf8Path) -> bool {
    path.starts_with(".github/workflows") && matches!(path.extension(), Some("yml" | "yaml"))
}

fn insert(companion: &Companion, advice: &Advice, builder: &mut ChangeBuilder) {
    for (at, text) in &advice.inserts {
        builder.know(&companion.path, &companion.text);
        let range = TextRange::empty(*at as u32);
        let reason = Reason::new("F6", "the new crates");
        builder.replace(&companion.path, range, text.clone(), reason);
    }
}

fn open(companion: &Companion, advice: &Advice) -> Option<Diagnostic> {
    let (start, end, about) = advice.open?;
    let range = TextRange::new(start as u32, end as u32);
    let message = format!("`{}` {about}", companion.path);
    Some(
        Diagnostic::new(Severity::Note, "F6", message)
            .at(
                companion.path.clone(),
                range,
                "the new crates are not in it",
            )
            .help("say `--workspace`, and copy `crates` beside `src`"),
    )
}

/// Who owns `src` owns `crates`, in the same place of the list.
fn own_crates(text: &str, advice: &mut Advice) {
    for (start, line) in lines(text) {
        let Some(pattern) = line.split_whitespace().next() else {
            continue;
        };
        let inner = pattern.strip_prefix('/').unwrap_or(pattern);
        if ["src", "src/", "src/*", "src/**"].contains(&inner) {
            follow(
                text,
                (start, line),
                &line.replacen("src", "crates", 1),
                advice,
            );
        }
    }
}

/// Puts a line in after another, unless it is there.
fn follow(text: &str, (start, line): (usize, &str), new: &str, advice: &mut Advice) {
    if lines(text).any(|(_, other)| other == new) {
        return;
    }
    let end = start + line.len();
    // In front of the line's end: the new line has the same.
    let ending = if line.ends_with('\r') { "\r\n" } else { "\n" };
    let at = end - usize::from(line.ends_with('\r'));
    let new = new.trim_end_matches('\r');
    advice.inserts.insert(at, format!("{ending}{new}"));
}

/// The lines of a text with their offsets.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split('\n').map(move |line| {
        let start = at;
        at += line.len() + 1;
        (start, line)
    })
}

/// Once `src` is below `crates`, a Dockerfile that copies that need not copy it.
pub(crate) fn on_detach(workspace: &Workspace, builder: &mut ChangeBuilder) -> Vec<Diagnostic> {
    let mut notes = Vec::new();
    let dockerfiles = workspace.companions.iter();
    for companion in dockerfiles.filter(|file| file.path.as_str().contains("Dockerfile")) {
        let (dropped, advice) = docker::drop_source(&companion.text);
        for range in dropped {
            builder.know(&companion.path, &companion.text);
            let reason = Reason::new("F6", "the folder that is gone");
            builder.replace(&companion.path, range, "", reason);
        }
        notes.extend(open(companion, &advice));
    }
    notes
}

/// Files that name a path that is gone. In owners' lists, the path filters of workflows and messages of the compiler a path
/// is only a path.
pub(crate) fn on_move(
    workspace: &Workspace,
    moves: &Moves,
    builder: &mut ChangeBuilder,
) -> Vec<Diagnostic> {
    let folders = folders(workspace, moves);
    let mut notes = Vec::new();
    for companion in &workspace.companions {
        let text = &companion.text;
        let files = moves.file_moves.iter();
        let files = files.flat_map(|(old, new)| {
            let places = whole(text, old.as_str());
            places.map(move |(at, _)| (at, old.to_string(), new.to_string()))
        });
        let inside = folders.iter().flat_map(|(old, new)| {
            let places = within(text, old);
            places.map(move |at| (at, old.clone(), new.clone()))
        });
        let mut first = None;
        for (at, old, new) in files.chain(inside) {
            let range = TextRange::new(at as u32, (at + old.len()) as u32);
            let is_list = companion.path.file_name() == Some("CODEOWNERS");
            if is_list
                || is_message(&companion.path)
                || (is_workflow(&companion.path) && workflow::is_filter(text, at))
            {
                builder.know(&companion.path, text);
                let reason = Reason::new("F6", old.as_str());
                builder.replace(&companion.path, range, new, reason);
            } else {
                first = first.or(Some((range, old, new)));
            }
        }
        if let Some((range, old, new)) = first {
            let message = format!("`{}` names `{old}`, which moves", companion.path);
            notes.push(
                Diagnostic::new(Severity::Note, "F6", message)
                    .at(companion.path.clone(), range, "named here")
                    .help(format!("it is `{new}` now")),
            );
        }
    }
    notes
}

/// The outermost folders of which every source file moves, each with a `/` at its end, and what they become.
fn folders(workspace: &Workspace, moves: &Moves) -> BTreeMap<String, String> {
    let mut folders: BTreeMap<Utf8PathBuf, Utf8PathBuf> = BTreeMap::new();
    for (old, new) in &moves.file_moves {
        let (mut from, mut to) = (old.parent(), new.parent());
        while let (Some(old), Some(new)) = (from, to) {
            let all = workspace
                .files
                .iter()
                .filter(|file| file.path.starts_with(old))
                .all(|file| moves.file_moves.contains_key(&file.path));
            if old.as_str().is_empty() || !all {
                break;
            }
            folders.insert(old.to_owned(), new.to_owned());
            (from, to) = (old.parent(), new.parent());
        }
    }
    let outermost = |path: &Utf8Path| {
        let mut around = path.ancestors().skip(1);
        !around.any(|outer| folders.contains_key(outer))
    };
    folders
        .iter()
        .filter(|(old, _)| outermost(old))
        .map(|(old, new)| (format!("{old}/"), format!("{new}/")))
        .collect()
}

/// What may follow a folder where all of its source is meant.
const ALL: &[&str] = &["", "*", "**", "**/*", "*.rs", "**/*.rs"];

/// Where a path means a folder with all its source.
fn within<'t>(text: &'t str, folder: &'t str) -> impl Iterator<Item = usize> + 't {
    let places = text.match_indices(folder).map(|(at, _)| at);
    places.filter(move |at| {
        let before = text[..*at].trim_end_matches('/').chars().next_back();
        let rest = &text[at + folder.len()..];
        let pattern = rest.split(|c: char| !is_part(c) && c != '*').next();
        !before.is_some_and(|c| is_part(c) && c != '.')
            && ALL.contains(&pattern.unwrap_or_default())
    })
}

/// Where some words stand that are no part of longer ones.
fn whole<'t>(text: &'t str, words: &'t str) -> impl Iterator<Item = (usize, &'t str)> + 't {
    text.match_indices(words).filter(move |(at, _)| {
        let before = text[..*at].trim_end_matches('/').chars().next_back();
        let after = text[at + words.len()..].chars().next();
        !before.is_some_and(|c| is_part(c) && c != '.') && !after.is_some_and(is_part)
    })
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || "_-./".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with what is put in, and what is left to a person.
    #[track_caller]
    fn check(advise: fn(&str, &mut Advice), text: &str, expected: &str, open: Option<&str>) {
        let mut advice = Advice::default();
        advise(text, &mut advice);
        let mut after = text.to_owned();
        for (at, new) in advice.inserts.iter().rev() {
            after.insert_str(*at, new);
        }
        assert_eq!(after, expected);
        let words = advice.open.map(|(start, end, _)| &text[start..end]);
        assert_eq!(words, open);
        // What was put in is not put in again.
        let mut again = Advice::default();
        advise(&after, &mut again);
        assert_eq!(again.inserts, BTreeMap::new());
    }

    #[test]
    fn commands_are_for_the_workspace() {
        let widen = workflow::widen;
        check(
            widen,
            "- run: cargo test --all-features\n",
            "- run: cargo test --workspace --all-features\n",
            None,
        );
        check(
            widen,
            "run: |\n  cargo fmt -- --check && cargo +nightly clippy -- -D warnings\n",
            "run: |\n  cargo fmt --all -- --check && cargo +nightly clippy --workspace -- -D warnings\n",
            None,
        );
        check(
            widen,
            "- run: cargo nextest run --locked\n",
            "- run: cargo nextest run --workspace --locked\n",
            None,
        );
    }

    #[test]
    fn commands_that_choose_are_left() {
        let text = "- name: cargo test\n# cargo test\n- run: cargo test --all\n- run: cargo test --test cli\n- run: cargo build\n- run: cargo test \\\n    -p x\n";
        check(workflow::widen, text, text, None);
        let text = "- run: cross test\n";
        check(workflow::widen, text, text, Some("cross test"));
        let text = "defaults:\n  run:\n    working-directory: a\n- run: cargo test\n";
        check(workflow::widen, text, text, Some("cargo test"));
    }

    #[test]
    fn filters_and_owners_of_source_are_those_of_crates() {
        check(
            workflow::widen,
            "paths:\n  - 'src/**'\n  - Cargo.toml\n",
            "paths:\n  - 'src/**'\n  - 'crates/**'\n  - Cargo.toml\n",
            None,
        );
        check(
            own_crates,
            "* @all\r\n/src/ @us\r\n",
            "* @all\r\n/src/ @us\r\n/crates/ @us\r\n",
            None,
        );
    }

    #[test]
    fn crates_are_copied_beside_src() {
        let copy = docker::copy_crates;
        check(
            copy,
            "COPY Cargo.toml ./\nCOPY ./src ./src\nRUN cargo build\n",
            "COPY Cargo.toml ./\nCOPY ./src ./src\nCOPY ./crates ./crates\nRUN cargo build\n",
            None,
        );
        // The first build knows no source: the manifests of the new crates would be missing there.
        let text = "COPY Cargo.toml ./\nRUN cargo build\nCOPY src src\n";
        check(copy, text, text, Some("COPY src src"));
        let text = "COPY src .\n";
        check(copy, text, text, Some("COPY src ."));
    }

    #[test]
    fn folders_are_found_at_the_start_of_a_path() {
        let found = |text| within(text, "src/low/").collect::<Vec<_>>();
        assert_eq!(found("/src/low/ @a\nx/src/low/** @b"), [1]);
        assert_eq!(found("- 'src/low/**'\nsrc/low/a.sql"), [3]);
    }
}
