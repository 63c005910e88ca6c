//! Imports of all of a module where modules below import the same (row B4).
//!
//! rustc reads imports in their order, a module's where its `mod` stands. What two globs bring is found by the one that is
//! read first, and the other counts as unused: a `use a::*` above `mod below;` leaves `below`, which has `use super::*`, no
//! use for its own `use a::*`.

use cleave_graph::Target;
use cleave_syntax::item::{Binding, ItemKind};
use cleave_syntax::{ItemId, ModuleId, UseLeafId};

use super::Layout;
use crate::scope::Scope;

impl Layout<'_, '_> {
    /// The declarations of modules that stand above an import which goes along, and stay above it for the sake of what
    /// they import.
    pub(super) fn declared_above(&self, module: ModuleId) -> Vec<ItemId> {
        let workspace = self.scope.workspace;
        let items = &workspace.module(module).items;
        let is_shared = |leaf: &UseLeafId| {
            self.needs_there(*leaf) && is_imported_below(self.scope, module, *leaf)
        };
        let import = items.iter().position(|id| {
            let mut leaves = workspace.item(*id).leaves.iter();
            leaves.any(is_shared)
        });
        let above = items[..import.unwrap_or_default()].iter().copied();
        above
            .filter(|id| workspace.item(*id).kind == ItemKind::Mod)
            .collect()
    }
}

/// Whether a module below imports all of a module, and all of the one that an import of the same stands in.
fn is_imported_below(scope: &Scope<'_>, module: ModuleId, glob: UseLeafId) -> bool {
    let workspace = scope.workspace;
    let shared = workspace.leaf(glob);
    if shared.binding != Binding::Glob {
        return false;
    }
    let there = scope.module_there(module);
    let around: Vec<ModuleId> = there.into_iter().chain([module]).collect();
    let imports = |below: ModuleId, is_wanted: &dyn Fn(UseLeafId) -> bool| {
        let items = workspace.module(below).items.iter();
        let mut leaves = items.flat_map(|id| &workspace.item(*id).leaves);
        leaves.any(|leaf| workspace.leaf(*leaf).binding == Binding::Glob && is_wanted(*leaf))
    };
    let has_both = |below: ModuleId| {
        let leads_up = |leaf: UseLeafId| {
            let mut resolutions = scope.graph.leaves[leaf.index()].iter();
            resolutions.any(|it| matches!(it.target, Target::Module(up) if around.contains(&up)))
        };
        let is_same = |leaf: UseLeafId| workspace.leaf(leaf).path.text() == shared.path.text();
        imports(below, &leads_up) && imports(below, &is_same)
    };
    around.iter().any(|up| {
        let mut modules = workspace.modules_of(workspace.module(*up).krate);
        modules.any(|id| id != *up && workspace.is_within(id, *up) && has_both(id))
    })
}
