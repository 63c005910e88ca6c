//! Where what defines macros goes in a module that is there already: their scope is what stands below (row D1). What the
//! author has above it may import them by path, which would be unused below.

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::{Place, Resolution, Target};
use cleave_syntax::item::ItemKind;
use cleave_syntax::{ItemId, ModuleId, UseLeafId};

use super::{Layout, below_blank};
use crate::scope::Scope;

impl Layout<'_, '_> {
    /// Puts what defines macros above what a step before has brought and the author has below it. Returns what was put.
    pub(super) fn before_later_macros(
        &mut self,
        module: ModuleId,
        existing: ModuleId,
    ) -> BTreeSet<ItemId> {
        let workspace = self.scope.workspace;
        let later = self.later(module, existing);
        let ordered = later.values().flatten().copied().collect();
        for (there, items) in later {
            let blocks = self.body(module, &|_, id| items.contains(&id));
            let at = below_blank(&self.file_of(existing).text, workspace.item(there));
            let file = workspace.module(existing).file;
            self.insertions.entry(file).or_default().push((at, blocks));
        }
        ordered
    }

    /// By declarations of modules in the destination's module: what defines macros and stands before their twins in the
    /// monolith's. A module that has no twin there any more has all it needs.
    fn later(&self, module: ModuleId, existing: ModuleId) -> BTreeMap<ItemId, Vec<ItemId>> {
        let workspace = self.scope.workspace;
        let items = &workspace.module(module).items;
        let position = |there: ItemId| {
            let name = &workspace.item(there).name;
            let is_twin = |id: &ItemId| {
                let item = workspace.item(*id);
                item.declares.is_some() && item.name == *name
            };
            items.iter().position(is_twin)
        };
        let there = workspace.module(existing).items.iter();
        let modules = there.filter(|id| workspace.item(**id).declares.is_some());
        let twins: Vec<(usize, ItemId)> = modules
            .filter_map(|id| Some((position(*id)?, *id)))
            .collect();
        let mut later: BTreeMap<ItemId, Vec<ItemId>> = BTreeMap::new();
        for (at, id) in items.iter().enumerate() {
            // A module that has a twin there is put into it.
            let is_new = twins.iter().all(|(twin, _)| *twin != at);
            if is_new
                && defines_macros(self.scope, *id)
                && let Some((_, there)) = twins.iter().find(|(twin, _)| *twin > at)
            {
                later.entry(*there).or_default().push(*id);
            }
        }
        later
    }
}

/// Whether an item brings macros into the scope of what stands below it, and somebody calls them there. What is called by
/// a path alone stands where it stood: above, it would make the imports of it unused.
pub(super) fn defines_macros(scope: &Scope<'_>, id: ItemId) -> bool {
    let workspace = scope.workspace;
    let item = workspace.item(id);
    match item.kind {
        ItemKind::MacroRules => !is_called_by_path(scope, id),
        ItemKind::MacroCall => {
            let mut called = scope.graph.macros_run_by(workspace, id).into_iter();
            called.any(|rules| {
                let rules = workspace.item(rules).macro_rules.as_ref();
                rules.is_some_and(|rules| !rules.spliced_macros.is_empty())
            })
        }
        _ => item.declares.is_some() && workspace.takes_macros(id),
    }
}

/// Whether all who name an exported macro do so by a path, or by its bare name in a module that imports it: it is not in
/// textual scope there, or that import would be unused.
fn is_called_by_path(scope: &Scope<'_>, id: ItemId) -> bool {
    let (workspace, graph) = (scope.workspace, scope.graph);
    let means_it = |it: &Resolution| it.target == Target::Item(id);
    let mut imports = graph.leaves.iter().zip(0..).filter_map(|(found, index)| {
        let leaf = workspace.leaf(UseLeafId::new(index));
        found.iter().any(means_it).then_some(leaf)
    });
    let importers: Option<BTreeSet<ModuleId>> = imports
        .clone()
        .map(|leaf| {
            let by_path = leaf.path.segments.len() > 1;
            by_path.then(|| workspace.item(leaf.item).module)
        })
        .collect();
    let Some(importers) = importers else {
        // `use name;` stands below the macro that it imports.
        return false;
    };
    let mut references = graph
        .references
        .iter()
        .filter(|it| means_it(&it.resolution));
    workspace.item(id).is_exported_macro()
        && imports.next().is_some()
        && references.all(|reference| match reference.place {
            Place::Item(item, index) => {
                let item = workspace.item(item);
                item.paths[index as usize].segments.len() > 1 || importers.contains(&item.module)
            }
            Place::Header(..) => false,
        })
}
