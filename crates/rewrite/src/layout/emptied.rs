//! Modules that a step leaves with nothing in them (row F1).

use std::collections::BTreeSet;

use cleave_graph::Lookup;
use cleave_graph::graph::Found;
use cleave_syntax::change::Reason;
use cleave_syntax::item::ItemKind;
use cleave_syntax::{ItemId, ModuleId};

use super::Layout;
use crate::scope::Side;

impl Layout<'_, '_> {
    /// The modules of the monolith that keep nothing and that nobody names any more.
    pub(super) fn emptied(&self) -> BTreeSet<ModuleId> {
        let scope = self.scope;
        let mut emptied = BTreeSet::new();
        // Children come after their parents.
        let modules: Vec<ModuleId> = scope.workspace.modules_of(scope.root).collect();
        for module in modules.into_iter().rev() {
            if self.keeps_nothing(module, &emptied) {
                emptied.insert(module);
            }
        }
        if !emptied.is_empty() {
            let named = self.named();
            let around = |id: &ModuleId| scope.workspace.around(*id);
            emptied.retain(|id| !around(id).any(|module| named.contains(&module)));
        }
        emptied
    }

    /// Whether all that a module has goes, and nothing comes in its place.
    fn keeps_nothing(&self, module: ModuleId, emptied: &BTreeSet<ModuleId>) -> bool {
        let workspace = self.scope.workspace;
        let value = workspace.module(module);
        let goes = |id: &ItemId| {
            let item = workspace.item(*id);
            match item.declares {
                Some(child) if self.scope.is_whole(child) => {
                    !self.root.modules.contains_key(&child)
                }
                Some(child) => emptied.contains(&child),
                None if item.kind == ItemKind::Use => {
                    let mut leaves = item.leaves.iter();
                    self.goes(*id) && !leaves.any(|leaf| self.is_narrower_now(*leaf))
                }
                None => self.scope.moving[id.index()],
            }
        };
        let is_closed = value.parent.is_some() && !self.scope.exports.modules.contains(&module);
        is_closed
            && !value.items.is_empty()
            && !self.scope.is_whole(module)
            && value.items.iter().all(goes)
            && self.names(module).is_empty()
            && self.is_blank_beside_items(module)
            && !self.has_comments(module)
    }

    /// Whether comments stand with what would go for good: the imports, and the declarations of modules.
    fn has_comments(&self, module: ModuleId) -> bool {
        let workspace = self.scope.workspace;
        let own = workspace.module(module).items.iter().copied();
        let stand = own.filter(|id| !self.scope.moving[id.index()]);
        let mut dropped = stand.chain(workspace.declarations(module));
        dropped.any(|id| {
            let item = workspace.item(id);
            let text = &self.file_of(item.module)[item.full];
            text.contains("//") || text.contains("/*")
        })
    }

    fn is_blank_beside_items(&self, module: ModuleId) -> bool {
        let value = self.scope.workspace.module(module);
        let text = &self.file_of(module).text;
        let mut at = value.body.start;
        let mut ends: Vec<(u32, u32)> = Vec::new();
        for id in &value.items {
            let full = self.scope.workspace.item(*id).full;
            ends.push((at, full.start));
            at = at.max(full.end);
        }
        ends.push((at, value.body.end));
        ends.iter().all(|(start, end)| {
            start >= end || text[*start as usize..*end as usize].trim().is_empty()
        })
    }

    /// The modules that what stays names, docs included.
    fn named(&self) -> BTreeSet<ModuleId> {
        let (scope, graph) = (self.scope, self.scope.graph);
        let references = graph.references.iter().filter(|reference| {
            let module = reference.place.module(scope.workspace);
            scope.workspace.module(module).krate == scope.root
                && !scope.takes_along(reference.place)
        });
        let by_paths = references.flat_map(|reference| &reference.resolution.lookups);
        let imports = scope.workspace.items_of(scope.root);
        let imports = imports.filter(|id| scope.side(*id) == Side::Root && !self.goes(*id));
        let stay = imports.flat_map(|id| {
            let gone = self.gone(id);
            let leaves = scope.workspace.item(id).leaves.iter();
            leaves.filter(move |leaf| !gone.contains(leaf))
        });
        let by_leaves = stay
            .flat_map(|leaf| &graph.leaves[leaf.index()])
            .flat_map(|resolution| &resolution.lookups);
        let declared = |lookup: &Lookup| match lookup.found {
            Found::Item(id) => scope.workspace.item(id).declares,
            Found::Leaf(_) | Found::Glob(_) => None,
        };
        by_paths.chain(by_leaves).filter_map(declared).collect()
    }

    /// Drops what is emptied, each module with the outermost one around it that is.
    pub(super) fn drop_emptied(&mut self, emptied: &BTreeSet<ModuleId>) {
        let workspace = self.scope.workspace;
        for module in emptied {
            let value = workspace.module(*module);
            if !value.inline {
                let path = &self.file_of(*module).path;
                self.builder.delete(path, Reason::new("F5", "emptied"));
            }
            let is_inner = value.parent.is_some_and(|parent| emptied.contains(&parent));
            if is_inner && value.inline {
                continue;
            }
            for declaration in workspace.declarations(*module) {
                let item = workspace.item(declaration);
                let reason = Reason::new("F1", value.path.clone());
                let path = &self.file_of(item.module).path;
                self.builder.replace(path, self.travels(item), "", reason);
            }
        }
    }
}
