//! What only the crate of a `#[non_exhaustive]` type may do (row B5): who builds it calls a function of that crate or stays
//! in it, and who matches it to the last variant or field gets a wildcard that nothing reaches.

mod build;

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::graph::{Closed, Opening};
use cleave_syntax::change::Reason;
use cleave_syntax::{ChangeBuilder, Diagnostic, ItemId, Severity, TextRange};

use crate::scope::{Scope, Side};

pub(crate) use build::call;

/// Refusals for code that stays and builds a type that moves.
pub(crate) fn refusals(scope: &Scope<'_>) -> Vec<Diagnostic> {
    let parted = |(user, target): &&(ItemId, ItemId)| {
        scope.workspace.crate_of(*user) == scope.root
            && scope.side(*user) == Side::Root
            && scope.moving[target.index()]
    };
    let bound = scope.graph.bound.iter().filter(parted);
    bound
        .map(|(user, target)| refusal(scope, *user, *target))
        .collect()
}

fn refusal(scope: &Scope<'_>, user: ItemId, target: ItemId) -> Diagnostic {
    let workspace = scope.workspace;
    let (user_path, path) = (workspace.path_of(user), workspace.path_of(target));
    let item = workspace.item(user);
    let file = workspace.file(workspace.module(item.module).file);
    let to = &scope.plan.crates[scope.to].name;
    Diagnostic::new(
        Severity::Refused,
        "B5",
        format!("`{user_path}` can't be parted from `{path}`, which is `#[non_exhaustive]`"),
    )
    .at(
        file.path.clone(),
        item.name_range,
        "builds it by a literal: only its own crate may",
    )
    .help(format!(
        "give `{user_path}` a home in `{to}` too, or leave `{path}` where it is"
    ))
}

/// Makes room in the matches of code that stays for what a type that moves might have one day.
pub(crate) fn open(scope: &Scope<'_>, builder: &mut ChangeBuilder) -> Vec<Diagnostic> {
    let parted = |closed: &&Closed| {
        scope.workspace.crate_of(closed.user) == scope.root
            && scope.side(closed.user) == Side::Root
            && scope.moving[closed.target.index()]
    };
    let mut notes = Vec::new();
    // One arm is room for all types of a tuple that is matched.
    let mut opened = BTreeSet::new();
    for closed in scope.graph.closed.iter().filter(parted) {
        let item = scope.workspace.item(closed.user);
        let file = scope
            .workspace
            .file(scope.workspace.module(item.module).file);
        let path = scope.workspace.path_of(closed.target);
        let reason = Reason::new("B5", path.clone());
        if opened.insert((&file.path, closed.range)) {
            let text = room(&file.text, closed);
            builder.append(&file.path, closed.range.end, text, reason);
        }
        notes.push(note(scope, closed, &path));
    }
    notes
}

/// Who has come to the crate of the type again needs no room: the compiler says that nothing reaches it. Where several types
/// are matched at once, all of them are in that crate.
pub(crate) fn close(scope: &Scope<'_>, builder: &mut ChangeBuilder) {
    let mut rooms: BTreeMap<(ItemId, TextRange), Vec<ItemId>> = BTreeMap::new();
    for (user, target, range) in &scope.graph.room {
        if scope.moving[user.index()] {
            rooms.entry((*user, *range)).or_default().push(*target);
        }
    }
    for ((user, range), targets) in rooms {
        if !targets.iter().all(|id| scope.side(*id) == Side::Dest) {
            continue;
        }
        let item = scope.workspace.item(user);
        let file = scope
            .workspace
            .file(scope.workspace.module(item.module).file);
        let reason = Reason::new("B5", scope.workspace.path_of(targets[0]));
        builder.replace(&file.path, range, "", reason);
    }
}

fn room(text: &str, closed: &Closed) -> String {
    let arm = |comma: &str| {
        let start = text[..closed.range.start as usize]
            .rfind('\n')
            .map_or(0, |newline| newline + 1);
        let line = &text[start..];
        let indent = &line[..line.len() - line.trim_start().len()];
        let condition = closed.unless.map_or_else(String::new, |range| {
            let condition = &text[range.start as usize..range.end as usize];
            format!("#[cfg(not({condition}))]\n{indent}")
        });
        format!("{comma}\n{indent}{condition}{}", Closed::ARM)
    };
    match closed.opening {
        Opening::Arm => arm(""),
        Opening::ArmAfterComma => arm(","),
        Opening::Rest => ", ..".to_owned(),
        Opening::RestAfterComma => " ..".to_owned(),
        Opening::RestAlone => " .. ".to_owned(),
        Opening::Unit => " { .. }".to_owned(),
    }
}

fn note(scope: &Scope<'_>, closed: &Closed, path: &str) -> Diagnostic {
    let workspace = scope.workspace;
    let item = workspace.item(closed.user);
    let file = workspace.file(workspace.module(item.module).file);
    let wildcard = match closed.opening {
        Opening::Arm | Opening::ArmAfterComma => "a wildcard arm that nothing reaches",
        Opening::Rest | Opening::RestAfterComma | Opening::RestAlone | Opening::Unit => "`..`",
    };
    let user = workspace.path_of(closed.user);
    Diagnostic::new(
        Severity::Note,
        "B5",
        format!("`{user}` matches `{path}`, which is `#[non_exhaustive]` and now another crate's"),
    )
    .at(
        file.path.clone(),
        item.name_range,
        format!("gets {wildcard}"),
    )
    .help("the compiler no longer asks for a new variant or field here: move the match to the type where that matters")
}
