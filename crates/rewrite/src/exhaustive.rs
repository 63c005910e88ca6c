//! `#[non_exhaustive]` binds other crates (row B5): the planner keeps a type with whoever builds it, or matches it without
//! a wildcard; where a plan can't be followed so, the step is refused.

use cleave_syntax::{Diagnostic, ItemId, Severity};

use crate::scope::{Scope, Side};

/// Refusals for code that stays and treats a type that moves as only its own crate may.
pub(crate) fn refusals(scope: &Scope<'_>) -> Vec<Diagnostic> {
    let workspace = scope.workspace;
    let parts = |user: ItemId, target: ItemId| {
        workspace.crate_of(user) == scope.root
            && scope.side(user) == Side::Root
            && workspace.crate_of(target) == scope.root
            && scope.moving[target.index()]
    };
    cleave_plan::exhaustive::bound(workspace, scope.graph)
        .into_iter()
        .filter(|(user, target)| parts(*user, *target))
        .map(|(user, target)| refusal(scope, user, target))
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
        "builds it, or matches it without a wildcard: only its own crate may",
    )
    .help(format!(
        "give `{user_path}` a home in `{to}` too, or leave `{path}` where it is"
    ))
}
