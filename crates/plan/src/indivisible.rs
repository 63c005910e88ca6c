//! Modules that move only whole: their text is in other hands than the compiler's.
//!
//! An attribute macro on a module is handed all that is in it, and may join it to code that names any of it. And a module
//! that a macro call declares stands under whatever the macro puts around it, which nothing written in its place would.

use cleave_syntax::{ItemId, ModuleId, Workspace};

/// The outermost module around an item that moves only whole.
pub(crate) fn around(workspace: &Workspace, id: ItemId) -> Option<ModuleId> {
    let around = workspace.around(workspace.item(id).module);
    around
        .filter(|module| workspace.is_rewritten(*module) || has_calls(workspace, *module))
        .last()
}

/// Whether an item stands in a module that a call in the root declares, or is that call: nothing takes its place there.
pub(crate) fn stays(workspace: &Workspace, id: ItemId) -> bool {
    let module = workspace.item(id).module;
    let is_root = |module: ModuleId| workspace.module(module).parent.is_none();
    let mut around = workspace.around(module);
    is_root(module) && workspace.declares_modules(id)
        || around.any(|module| {
            let value = workspace.module(module);
            let mut declaration = value.declaration.into_iter();
            value.parent.is_some_and(is_root) && declaration.any(|id| workspace.item(id).in_call)
        })
}

/// What goes where some test code goes that stands in a module which moves only whole.
pub(crate) fn beside(workspace: &Workspace, tests: &[ItemId]) -> Option<ItemId> {
    let whole = tests.iter().find_map(|id| around(workspace, *id))?;
    let mut items = workspace.items_of(workspace.module(whole).krate);
    items.find(|id| {
        let item = workspace.item(*id);
        let is_within = workspace.is_within(item.module, whole);
        is_within && item.is_node() && !item.is_test && item.parent.is_none()
    })
}

/// Whether macro calls in a module declare modules. The crate's root stays in any case.
fn has_calls(workspace: &Workspace, module: ModuleId) -> bool {
    let value = workspace.module(module);
    let mut items = value.items.iter();
    value.parent.is_some() && items.any(|id| workspace.item(*id).in_call)
}
