//! Stored snapshots are called by their test's crate and module (row F3): they move and are renamed with it.

use camino::Utf8Path;
use cleave_syntax::{ChangeBuilder, ModuleId};

use crate::scope::Scope;

/// Moves the snapshots of the tests that move.
pub(crate) fn move_along(scope: &Scope<'_>, builder: &mut ChangeBuilder) {
    let workspace = scope.workspace;
    let from = workspace.source_folder(scope.root);
    let to = workspace.source_folder(scope.dest);
    let own = format!("{}__", workspace.krate(scope.root).extern_name);
    for companion in &workspace.companions {
        let name = companion.path.file_name().unwrap_or_default();
        let parent = companion.path.parent().unwrap_or(Utf8Path::new(""));
        let (Some(rest), Ok(inside)) = (name.strip_prefix(&own), parent.strip_prefix(from)) else {
            continue;
        };
        if companion.path.extension() == Some("snap") && moves(scope, rest) {
            let new = to
                .join(inside)
                .join(format!("{}__{rest}", scope.dest_name()));
            builder.move_file(&companion.path, &new);
        }
    }
}

/// Whether the module that a snapshot is named after has tests, and all of them move.
fn moves(scope: &Scope<'_>, name: &str) -> bool {
    let workspace = scope.workspace;
    let written =
        |module: ModuleId| format!("{}__", workspace.module(module).path.replace("::", "__"));
    let owner = workspace
        .modules_of(scope.root)
        .filter(|module| workspace.module(*module).parent.is_some())
        .filter(|module| name.starts_with(&written(*module)))
        .max_by_key(|module| workspace.module(*module).path.len());
    let Some(owner) = owner else { return false };
    let mut tests = workspace
        .module(owner)
        .items
        .iter()
        .filter(|id| workspace.item(**id).is_test && workspace.item(**id).is_node())
        .peekable();
    tests.peek().is_some() && tests.all(|id| scope.moving[id.index()])
}
