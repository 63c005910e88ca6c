//! Definitions of one name under different `cfg`s (rows E4, F1): the compiler here sees one of them, and what holds for
//! that holds for the others.

use std::collections::BTreeSet;

use cleave_syntax::{ItemId, ModuleId};

use crate::demand::{Asked, RootDemand};
use crate::scope::Scope;

/// Asks for every twin of what is asked for.
pub(crate) fn ask_for_all(scope: &Scope<'_>, demand: &mut RootDemand) {
    let modules: Vec<ModuleId> = demand.public_modules.iter().copied().collect();
    for module in modules {
        for twin in module_twins(scope, module) {
            demand.public_modules.insert(twin);
        }
    }
    for (module, asked) in demand.modules.clone() {
        for twin in module_twins(scope, module) {
            demand.modules.entry(twin).or_insert_with(|| asked.clone());
        }
    }
    for module in scope.workspace.modules_of(scope.root) {
        if scope.is_whole(module) && has_twin_that_stays(scope, module) {
            demand.modules.insert(module, Asked::for_all());
            demand.public_modules.insert(module);
        }
    }
    let items: Vec<ItemId> = demand.public_items.iter().copied().collect();
    for item in items {
        demand.public_items.extend(item_twins(scope, item));
    }
    for ((module, item, name), asked) in demand.names.clone() {
        for twin in item_twins(scope, item) {
            let here = scope.workspace.item(twin).module == scope.workspace.item(item).module;
            if here {
                let key = (module, twin, name.clone());
                demand.names.entry(key).or_insert_with(|| asked.clone());
            }
        }
    }
}

/// Other modules of the same path that move whole.
fn module_twins(scope: &Scope<'_>, module: ModuleId) -> BTreeSet<ModuleId> {
    let twins = twins(scope, module);
    twins.filter(|other| scope.is_whole(*other)).collect()
}

/// Whether a module of the same path keeps something: whoever names that finds it, but not what has moved.
fn has_twin_that_stays(scope: &Scope<'_>, module: ModuleId) -> bool {
    let is_whole_around = |id: ModuleId| {
        let parent = scope.workspace.module(id).parent;
        parent.is_some_and(|parent| scope.is_whole(parent))
    };
    !is_whole_around(module) && twins(scope, module).any(|other| !scope.is_whole(other))
}

/// Other modules of the same path.
pub(crate) fn twins<'s>(
    scope: &'s Scope<'_>,
    module: ModuleId,
) -> impl Iterator<Item = ModuleId> + 's {
    let value = scope.workspace.module(module);
    let beside = value.parent.into_iter();
    let beside = beside.flat_map(|parent| scope.workspace.module(parent).children.iter().copied());
    beside
        .filter(move |other| *other != module)
        .filter(move |other| scope.workspace.module(*other).name == value.name)
}

/// Other moving items of the same name and kind, in the item's module or one of its twins.
fn item_twins(scope: &Scope<'_>, id: ItemId) -> BTreeSet<ItemId> {
    let item = scope.workspace.item(id);
    if item.name.is_empty() || item.parent.is_some() {
        return BTreeSet::new();
    }
    let mut modules = module_twins(scope, item.module);
    modules.insert(item.module);
    modules
        .iter()
        .flat_map(|module| &scope.workspace.module(*module).items)
        .copied()
        .filter(|other| *other != id && scope.moving[other.index()])
        .filter(|other| {
            let other = scope.workspace.item(*other);
            other.name == item.name && other.kind == item.kind
        })
        .collect()
}
