//! What a reviewer has to look at, since no rule can mend it (rows B6, E11, F3).

use std::collections::BTreeSet;

use cleave_graph::{Place, Target};
use cleave_plan::Plan;
use cleave_syntax::item::ItemKind;
use cleave_syntax::{Diagnostic, ItemId, Severity, TextRange, Workspace};

use crate::scope::{Scope, Side};

/// Notes on the empty workspace: in which order to publish.
pub(crate) fn on_skeleton(workspace: &Workspace, plan: &Plan) -> Vec<Diagnostic> {
    let package = workspace.package(workspace.package);
    let mut notes = Vec::new();
    if package.is_published() && !plan.crates.is_empty() {
        let names = plan.crates.iter().map(|krate| krate.name.as_str());
        let order: Vec<String> = names
            .chain([package.name.as_str()])
            .map(|name| format!("`{name}`"))
            .collect();
        notes.push(
            Diagnostic::new(Severity::Note, "E11", "the package is published")
                .help(format!("publish in this order: {}", order.join(", "))),
        );
    }
    notes
}

/// Notes on a move.
pub(crate) fn on_move(scope: &Scope<'_>) -> Vec<Diagnostic> {
    let mut notes = own_names(scope);
    notes.extend(log_targets(scope));
    notes.extend(small_functions(scope));
    notes
}

/// Code that asks for its crate's or file's name gets another one.
fn own_names(scope: &Scope<'_>) -> Vec<Diagnostic> {
    const ASKED: &[&str] = &[
        "module_path!",
        "file!()",
        "type_name::<",
        "type_name_of_val",
        "\"CARGO_CRATE_NAME\"",
        "\"CARGO_PKG_DESCRIPTION\"",
    ];
    let workspace = scope.workspace;
    let mut notes = Vec::new();
    for id in moving(scope).filter(|id| workspace.item(*id).parent.is_none()) {
        let item = workspace.item(id);
        let file = workspace.file(workspace.module(item.module).file);
        let text = &file[item.range];
        let Some((at, words)) = ASKED
            .iter()
            .find_map(|words| Some((text.find(words)?, *words)))
        else {
            continue;
        };
        let path = workspace.path_of(id);
        let start = item.range.start + at as u32;
        let range = TextRange::new(start, start + words.len() as u32);
        let message = format!("`{path}` asks for the name of its own crate or file");
        notes.push(
            Diagnostic::new(Severity::Note, "F3", message)
                .at(file.path.clone(), range, "says something else now")
                .help("see whether anyone reads what it makes of it"),
        );
    }
    notes
}

/// Log records carry the crate's name, and filters go by it.
fn log_targets(scope: &Scope<'_>) -> Option<Diagnostic> {
    let logs = scope.graph.references.iter().any(|reference| {
        let Place::Item(item, _) = reference.place else {
            return false;
        };
        let log = matches!(&reference.resolution.target, Target::External(name)
            if ["log", "tracing"].contains(&name.as_str()));
        log && scope.moving[item.index()]
    });
    let old = &scope.workspace.krate(scope.root).extern_name;
    logs.then(|| {
        let new = scope.dest_name();
        Diagnostic::new(
            Severity::Note,
            "F3",
            format!("log records of moved code start with `{new}` instead of `{old}`"),
        )
        .help(format!(
            "add `{new}` to filters such as `RUST_LOG={old}=debug`"
        ))
    })
}

/// The longest function that a compiler inlines without being asked, within a crate.
const SMALL: usize = 3;

/// Small functions that are called across the new boundary, where the compiler does not inline them by itself.
fn small_functions(scope: &Scope<'_>) -> Option<Diagnostic> {
    let workspace = scope.workspace;
    let mut names = BTreeSet::new();
    for reference in &scope.graph.references {
        let (Place::Item(user, _), Target::Item(target)) =
            (reference.place, &reference.resolution.target)
        else {
            continue;
        };
        let item = workspace.item(*target);
        let crosses = workspace.crate_of(user) == scope.root
            && scope.side(user) == Side::Root
            && !workspace.item(user).is_test
            && scope.moving[target.index()];
        if crosses && item.kind == ItemKind::Fn && is_small(scope, *target) {
            names.insert(workspace.path_of(*target));
        }
    }
    let shown: Vec<String> = names
        .iter()
        .take(8)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = names.len().saturating_sub(shown.len());
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    (!names.is_empty()).then(|| {
        Diagnostic::new(
            Severity::Note,
            "B6",
            format!(
                "small functions are called across the new boundary: {}{more}",
                shown.join(", ")
            ),
        )
        .help("give those `#[inline]` that are called in a hot loop")
    })
}

fn is_small(scope: &Scope<'_>, id: ItemId) -> bool {
    let workspace = scope.workspace;
    let item = workspace.item(id);
    let file = workspace.file(workspace.module(item.module).file);
    let behind = &file.text[item.name_range.end as usize..item.range.end as usize];
    let inline = item
        .attributes
        .iter()
        .any(|attribute| attribute.path == "inline");
    !inline && !behind.starts_with('<') && behind.lines().count() <= SMALL
}

fn moving<'a>(scope: &'a Scope<'_>) -> impl Iterator<Item = ItemId> + 'a {
    let items = scope.workspace.items_of(scope.root);
    items.filter(|id| scope.moving[id.index()])
}
