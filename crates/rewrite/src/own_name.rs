//! The name that a crate has in source, given by a glob (`use crate as app;` in the module above): in the new crate that is
//! a dependency, too, as soon as its doc tests need the old package. To an import the name is ambiguous then, so what moves
//! says whose it means (row A6).
//!
//! Rust reference, *name resolution*: in an import a glob does not go before the extern prelude; in other paths it does.

use std::collections::BTreeSet;

use cleave_graph::graph::Found;
use cleave_syntax::change::Reason;
use cleave_syntax::{ChangeBuilder, TextRange, UseLeafId};

use crate::scope::Scope;

/// Puts `self::` before such names in the imports that move.
pub(crate) fn keep(scope: &Scope<'_>, builder: &mut ChangeBuilder) {
    let workspace = scope.workspace;
    let mut places = BTreeSet::new();
    for id in workspace.items_of(scope.root) {
        let item = workspace.item(id);
        let file = workspace.module(item.module).file;
        let here = |leaf: &&UseLeafId| scope.is_whole(item.module) && is_by_glob(scope, **leaf);
        for leaf in item.leaves.iter().filter(here) {
            let at = workspace.leaf(*leaf).path.segments[0].range.start;
            // All names of a tree have one first segment.
            if places.insert((file, at)) {
                let reason = Reason::new("A6", workspace.path_of(id));
                let place = TextRange::empty(at);
                let path = &workspace.file(file).path;
                builder.replace(path, place, "self::".to_owned(), reason);
            }
        }
    }
}

/// Whether the path of an import starts with the old package's name, as a glob beside the import gives it.
fn is_by_glob(scope: &Scope<'_>, leaf: UseLeafId) -> bool {
    let workspace = scope.workspace;
    let import = workspace.leaf(leaf);
    let module = workspace.item(import.item).module;
    let path = &import.path;
    let name = path.segments[0].name;
    if path.global || name != workspace.krate(scope.root).extern_name {
        return false;
    }
    let resolutions = scope.graph.leaves[leaf.index()].iter();
    let mut lookups = resolutions.flat_map(|it| &it.lookups);
    lookups.any(|lookup| {
        let is_first = lookup.module == module && lookup.name == name;
        is_first && matches!(lookup.found, Found::Glob(_))
    })
}
