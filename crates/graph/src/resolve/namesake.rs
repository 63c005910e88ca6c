//! Macros of one name in one crate: in textual scope each is its own, but `#[macro_export]` would put them all into the
//! crate's root (Rust reference, *macros by example: path-based scope*). So none of them can be called from another crate,
//! and each stays with its callers.

use std::collections::HashMap;

use cleave_syntax::item::ItemKind;
use cleave_syntax::{CrateId, ItemId, Workspace};

use crate::graph::{Graph, Target};

/// Adds who names such a macro, with the macro, to [`Graph::bound`].
pub(super) fn attach(workspace: &Workspace, graph: &mut Graph) {
    let items = || (0..workspace.items.len()).map(ItemId::new);
    let mut count: HashMap<(CrateId, &str), usize> = HashMap::new();
    let is_local = |id: ItemId| {
        let item = workspace.item(id);
        item.kind == ItemKind::MacroRules && !item.is_test && !item.is_exported_macro()
    };
    for id in items().filter(|id| is_local(*id)) {
        let key = (workspace.crate_of(id), workspace.item(id).name.as_str());
        *count.entry(key).or_default() += 1;
    }
    let has_namesake = |id: ItemId| {
        let key = (workspace.crate_of(id), workspace.item(id).name.as_str());
        is_local(id) && count.get(&key).is_some_and(|count| *count > 1)
    };
    if !count.values().any(|count| *count > 1) {
        return;
    }
    let mut bound = Vec::new();
    for user in items().filter(|id| !workspace.item(*id).is_test) {
        let named = graph.references_of(user).iter();
        bound.extend(
            named.filter_map(|reference| match reference.resolution.target {
                Target::Item(target) if target != user && has_namesake(target) => {
                    Some((user, target))
                }
                _ => None,
            }),
        );
    }
    graph.bound.extend(bound);
}
