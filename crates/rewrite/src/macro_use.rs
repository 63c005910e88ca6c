//! `#[macro_use] extern crate alloc` in the old root, once all who call its macros have left (rows B4, E6).

use cleave_graph::{Place, Target};
use cleave_syntax::change::Reason;
use cleave_syntax::item::PathContext;
use cleave_syntax::{ChangeBuilder, ItemId, TextRange};

use crate::scope::Scope;
use crate::skeleton::{MAY_GO_UNUSED, parts_of_std};

/// Spares it the lint where the step takes away the last who calls a macro. The paths of the crate's code still start there.
pub(crate) fn spare(scope: &Scope<'_>, builder: &mut ChangeBuilder) {
    let workspace = scope.workspace;
    let root = workspace.module(workspace.krate(scope.root).root);
    let file = workspace.file(root.file);
    for item in parts_of_std(workspace, scope.root) {
        let mut attributes = item.attributes.iter();
        let is_spared = file[item.range].contains("unused_imports");
        let Some(attribute) = attributes.find(|it| it.path == "macro_use" && !is_spared) else {
            continue;
        };
        let is_alloc = workspace.leaf(item.leaves[0]).path.segments[0].name == "alloc";
        let items = || workspace.items_of(scope.root);
        let (moving, stays) = (
            |id: &ItemId| scope.moving[id.index()],
            |id: &ItemId| !scope.moving[id.index()] && !workspace.item(*id).is_test,
        );
        let left = items().filter(moving).any(|id| calls(scope, id, is_alloc));
        if left && !items().filter(stays).any(|id| calls(scope, id, is_alloc)) {
            builder.replace(
                &file.path,
                TextRange::empty(attribute.range.start),
                MAY_GO_UNUSED,
                Reason::new("E6", item.name.clone()),
            );
        }
    }
}

/// Whether an item, or a macro that it calls, calls what may be a macro of `alloc`, or of any part of `std`.
fn calls(scope: &Scope<'_>, id: ItemId, is_alloc: bool) -> bool {
    const OF_ALLOC: &[&str] = &["format", "vec"];
    let workspace = scope.workspace;
    let mut items = scope.graph.macros_run_by(workspace, id);
    items.push(id);
    let mut references = items.iter().flat_map(|id| scope.graph.references_of(*id));
    references.any(|reference| {
        let Place::Item(item, index) = reference.place else {
            return false;
        };
        let path = &workspace.item(item).paths[index as usize];
        let is_builtin = reference.resolution.target == Target::Builtin;
        let is_bare = path.context == PathContext::Macro && path.segments.len() == 1;
        let name = path.segments[0].name;
        is_bare && is_builtin && (!is_alloc || OF_ALLOC.iter().any(|known| name == *known))
    })
}
