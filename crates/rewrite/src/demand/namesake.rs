//! Names that two globs of a module lead to once what one of them hides is public (row A4).

use cleave_graph::graph::Found;
use cleave_graph::{Lookup, Target};
use cleave_syntax::item::Binding;
use cleave_syntax::{ItemId, ModuleId};

use crate::scope::Scope;

/// Whether a name that a glob brings is also that of a thing behind another glob of its module, which sees none of it now,
/// but will in the destination: there the name would be ambiguous.
pub(super) fn is_behind_another_glob(scope: &Scope<'_>, lookup: &Lookup) -> bool {
    let Found::Glob(glob) = lookup.found else {
        return false;
    };
    let workspace = scope.workspace;
    let items = workspace.module(lookup.module).items.iter();
    let leaves = items.flat_map(|id| &workspace.item(*id).leaves);
    let mut others = leaves
        .filter(|leaf| **leaf != glob && workspace.leaf(**leaf).binding == Binding::Glob)
        .flat_map(|leaf| &scope.graph.leaves[leaf.index()]);
    others.any(|resolution| match resolution.target {
        Target::Module(module) => {
            let mut items = workspace.module(module).items.iter();
            items.any(|id| {
                workspace.item(*id).name == lookup.name.as_str()
                    && is_opened(scope, *id, lookup.module)
            })
        }
        _ => false,
    })
}

/// Whether a module does not see an item that goes to the destination, or a module of which some is there.
fn is_opened(scope: &Scope<'_>, id: ItemId, from: ModuleId) -> bool {
    let item = scope.workspace.item(id);
    let goes = match item.declares {
        Some(child) => scope.touched[child.index()] || scope.dest_has(child),
        None => scope.moving[id.index()],
    };
    goes && !scope.is_visible(&item.visibility.level, item.module, from)
}
