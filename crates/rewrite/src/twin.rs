//! Definitions of one name under different `cfg`s (rows E4, F1): the compiler here sees one of them, and what holds for
//! that holds for the others.

use std::collections::BTreeSet;

use cleave_syntax::{ItemId, ModuleId};

use crate::demand::RootDemand;
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
    let value = scope.workspace.module(module);
    let siblings = value
        .parent
        .map(|parent| scope.workspace.module(parent).children.as_slice());
    siblings
        .unwrap_or_default()
        .iter()
        .copied()
        .filter(|other| *other != module && scope.is_whole(*other))
        .filter(|other| scope.workspace.module(*other).name == value.name)
        .collect()
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
