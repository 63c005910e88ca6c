//! What the compiler's words mean for the plan: which item, which hazard, which line of `split.toml`.

use camino::{Utf8Path, Utf8PathBuf};
use cleave_plan::Plan;
use cleave_syntax::change::{NewFile, Piece};
use cleave_syntax::{ChangeSet, Diagnostic, ItemId, Severity, TextRange};
use cleave_verify::CompilerMessage;

use crate::project::Project;

/// How many errors are explained: those that follow from the first ones tell little.
const SHOWN: usize = 10;

/// A hazard row by the compiler's code, and what to do about it.
const ROWS: &[(&[&str], &str, &str)] = &[
    (
        &["E0603", "E0616", "E0624", "E0451", "E0364", "E0365"],
        "B1",
        "it is private and used across the new boundary; send both sides to one crate in split.toml",
    ),
    (
        &[
            "E0432", "E0433", "E0412", "E0405", "E0425", "E0422", "E0423", "E0531",
        ],
        "A1",
        "a name is not found from there; send what it names to the same crate in split.toml, or to one below",
    ),
    (
        &["E0599", "E0277", "E0407"],
        "C4",
        "a trait or an impl is not there; send the trait, its impls and what calls it to the same crate in split.toml",
    ),
    (
        &["E0116", "E0118", "E0390"],
        "C1",
        "inherent impls live with their type; send both to one crate in split.toml",
    ),
    (
        &["E0117", "E0210"],
        "C2",
        "an impl lives with its trait or its type; send it to one of those in split.toml",
    ),
    (
        &["E0119", "E0592"],
        "C5",
        "two impls may overlap across the boundary; keep both in one crate in split.toml",
    ),
    (
        &["E0004", "E0638", "E0639", "E0023"],
        "B5",
        "this was legal only inside the defining crate; keep both sides in one crate in split.toml",
    ),
    (
        &["E0463", "E0460"],
        "E1",
        "a dependency is missing in the new crate's Cargo.toml",
    ),
];

/// What is said where no row knows better.
const OTHERWISE: (&str, &str) = (
    "bug",
    "keep it where it is, under `keep` in split.toml, to go on without it, and report this as a missing rule",
);

/// One finding for each item that does not compile, at its place in the user's tree and in the plan.
pub(super) fn explain(
    project: &Project,
    plan: &Plan,
    changes: &ChangeSet,
    messages: &[CompilerMessage],
) -> Vec<Diagnostic> {
    let mut findings: Vec<Diagnostic> = Vec::new();
    for message in messages.iter().filter(|message| message.is_error) {
        let Some((path, offset)) = place(changes, message) else {
            continue;
        };
        let Some(item) = item_at(project, &path, offset) else {
            continue;
        };
        let finding = finding(project, plan, item, message);
        if !findings.contains(&finding) && findings.len() < SHOWN {
            findings.push(finding);
        }
    }
    findings
}

fn finding(project: &Project, plan: &Plan, id: ItemId, message: &CompilerMessage) -> Diagnostic {
    let workspace = &project.workspace;
    let item = workspace.item(id);
    let file = workspace.file(workspace.module(item.module).file);
    let (row, help) = ROWS
        .iter()
        .find(|(codes, ..)| codes.contains(&message.code.as_str()))
        .map_or(OTHERWISE, |(_, row, help)| (*row, *help));
    let name = workspace.path_of(id);
    let text = format!(
        "`{name}` does not compile in `{}`: {}",
        message.package, message.message
    );
    let marked = if item.name_range.is_empty() {
        TextRange::new(item.range.start, item.range.start)
    } else {
        item.name_range
    };
    let mut finding = Diagnostic::new(Severity::Refused, row, text)
        .at(file.path.clone(), marked, "this item")
        .help(help);
    if let Some((range, home)) = entry(project, plan, &name) {
        finding = finding.at(
            cleave_plan::file::NAME,
            range,
            format!("goes to `{home}` by this"),
        );
    }
    finding
}

/// The place in the old tree that a message is about.
fn place(changes: &ChangeSet, message: &CompilerMessage) -> Option<(Utf8PathBuf, u32)> {
    let offset = message.range.0;
    if let Some(file) = changes.files.iter().find(|file| file.path == message.path) {
        return origin(file, offset);
    }
    let moved = changes.moved.iter().find(|(_, to)| *to == message.path);
    let path = moved.map_or(&message.path, |(from, _)| from);
    Some((path.clone(), offset))
}

/// Where a byte of a new file was. What was written anew counts as what follows it.
fn origin(file: &NewFile, offset: u32) -> Option<(Utf8PathBuf, u32)> {
    let length = |piece: &Piece| piece.length() as u32;
    let total: u32 = file.pieces.iter().map(length).sum();
    // Repairs have made the text another than that of the pieces.
    let offset = offset.min(total);
    let mut start = 0;
    for piece in &file.pieces {
        let end = start + length(piece);
        if let Piece::Copied { path, range } = piece
            && offset < end
        {
            return Some((path.clone(), range.start + offset.saturating_sub(start)));
        }
        start = end;
    }
    None
}

/// The innermost item around a place.
fn item_at(project: &Project, path: &Utf8Path, offset: u32) -> Option<ItemId> {
    let workspace = &project.workspace;
    let file = workspace.file_at(path)?;
    let around = |range: TextRange| range.start <= offset && offset < range.end;
    (0..workspace.items.len())
        .map(ItemId::new)
        .filter(|id| {
            let item = workspace.item(*id);
            workspace.module(item.module).file == file && around(item.full)
        })
        .min_by_key(|id| workspace.item(*id).full.len())
}

/// The entry of `split.toml` that sends an item where it goes: its own, or its innermost module's.
fn entry<'p>(project: &Project, plan: &'p Plan, name: &str) -> Option<(TextRange, &'p str)> {
    let text = project.plan_text.as_deref()?;
    let mut wanted = name;
    loop {
        let home = plan.crates.iter().find(|krate| {
            let mut entries = krate.items.iter().chain(&krate.modules);
            entries.any(|entry| entry == wanted)
        });
        if let Some(home) = home {
            let quoted = format!("\"{wanted}\"");
            let start = text.find(&quoted)? as u32;
            let range = TextRange::new(start, start + quoted.len() as u32);
            return Some((range, &home.name));
        }
        wanted = wanted.rsplit_once("::")?.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_followed_through_the_pieces() {
        let copied = |start, end| Piece::Copied {
            path: "src/a.rs".into(),
            range: TextRange::new(start, end),
        };
        let written = Piece::Written {
            text: "pub ".to_owned(),
            reason: cleave_syntax::change::Reason::new("B1", "x"),
        };
        let file = NewFile {
            path: "b.rs".into(),
            pieces: vec![copied(10, 12), written, copied(20, 30)],
            text: String::new(),
        };
        let found = |offset| origin(&file, offset).map(|(_, offset)| offset);
        assert_eq!(found(1), Some(11));
        assert_eq!(found(3), Some(20));
        assert_eq!(found(7), Some(21));
        assert_eq!(found(99), None);
    }
}
