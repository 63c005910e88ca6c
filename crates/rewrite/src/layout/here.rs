//! What a module of the monolith keeps: imports of what it lost, and only those that it still uses (rows A1, A4, G1).

use std::collections::BTreeSet;

use cleave_graph::Target;
use cleave_syntax::change::Reason;
use cleave_syntax::item::{Binding, ItemKind, Level};
use cleave_syntax::{ItemId, ModuleId, TextRange, UseLeafId};

use super::{IMPORT_RULE, Layout};
use crate::place;
use crate::support;
use crate::text::{self, Import};
use crate::tree;

impl Layout<'_, '_> {
    /// Whether a `use` item of the monolith may lose leaves: something moves out of its module, or who used it moves.
    fn changes(&self, id: ItemId) -> bool {
        let item = self.scope.workspace.item(id);
        self.scope.workspace.crate_of(id) == self.scope.root
            && (self.scope.touched[item.module.index()]
                || item
                    .leaves
                    .iter()
                    .any(|leaf| self.dest.asked.contains(leaf)))
    }

    /// Whether an import leaves its module by this step, as it is or for good.
    pub(super) fn goes(&self, id: ItemId) -> bool {
        let item = self.scope.workspace.item(id);
        self.changes(id)
            && (self.moves_as_it_is(id)
                || (item.kind == ItemKind::Use && self.gone(id).len() == item.leaves.len()))
    }

    /// The leaves of a `use` item that nobody here uses any more.
    pub(super) fn gone(&self, id: ItemId) -> Vec<UseLeafId> {
        let leaves = self.scope.workspace.item(id).leaves.iter().copied();
        leaves
            .filter(|leaf| {
                let unused = !self.needs_here(*leaf)
                    && (self.needs_there(*leaf)
                        || self.dest.asked.contains(leaf)
                        || self.is_orphaned(*leaf));
                unused || self.is_narrower_now(*leaf) || self.comes_with_macro(*leaf)
            })
            .collect()
    }

    /// Whether the import of an exported macro that has moved brings what an import of the same name does: the new crate's
    /// root shows that too, and an import takes it from there as well.
    fn comes_with_macro(&self, leaf: UseLeafId) -> bool {
        let workspace = self.scope.workspace;
        let import = workspace.item(workspace.leaf(leaf).item);
        let Binding::Name(bound) = &workspace.leaf(leaf).binding else {
            return false;
        };
        let is_shown_there = import.visibility.level == Level::Public
            && workspace.module(import.module).parent.is_none()
            && self.public.contains(&leaf);
        let mut names = self.root.names.keys();
        is_shown_there
            && names.any(|(module, id, name)| {
                *module == import.module && name == bound && workspace.item(*id).is_exported_macro()
            })
    }

    /// Whether an import is used here under a condition alone, where it was used without before.
    pub(super) fn is_narrower_now(&self, leaf: UseLeafId) -> bool {
        let id = self.scope.workspace.leaf(leaf).item;
        self.changes(id) && self.root.narrows(self.scope, self.dest, leaf)
    }

    /// What a module that stays keeps: imports of what it lost, and only the imports that it still uses.
    pub(super) fn keep(&mut self, module: ModuleId) {
        let workspace = self.scope.workspace;
        for id in &workspace.module(module).items {
            let item = workspace.item(*id);
            if item
                .declares
                .is_some_and(|child| self.scope.is_whole(child))
            {
                self.alias(*id);
            } else if item.declares.is_some() {
                self.spare_from_glob(*id);
            } else if item.kind == ItemKind::Use && !self.moves_as_it_is(*id) {
                if self.changes(*id) {
                    self.thin_out(*id);
                } else {
                    self.repoint(*id);
                }
            }
            if item.kind == ItemKind::Use && !self.goes(*id) {
                self.reword(*id);
            } else if item.kind == ItemKind::Use {
                self.moves.lost_leaves.extend(&item.leaves);
            }
        }
        let indent = place::indent(workspace, module);
        let mut written = self.names(module);
        for leaf in workspace
            .module(module)
            .items
            .iter()
            .flat_map(|id| &workspace.item(*id).leaves)
        {
            if self.is_narrower_now(*leaf)
                && let Some(asked) = self.root.leaves.get(leaf)
            {
                let visibility = &workspace.item(workspace.leaf(*leaf).item).visibility;
                let visibility = self.file_of(module)[visibility.range].to_owned();
                let own = self.scope.own_conditions(workspace.leaf(*leaf).item);
                written.push(Import {
                    visibility,
                    ..self.copied_import(*leaf, asked, own)
                });
            }
        }
        let lines = text::imports(&written, &indent, self.scope.style());
        if !lines.is_empty() {
            let (offset, place) = self.import_place(module, &lines);
            let path = &workspace.module(module).path;
            self.builder.append(
                &self.file_of(module).path,
                offset,
                place,
                Reason::new(IMPORT_RULE, path.clone()),
            );
        }
    }

    /// Drops the leaves of a `use` item that nobody here uses any more.
    fn thin_out(&mut self, id: ItemId) {
        let workspace = self.scope.workspace;
        let item = workspace.item(id);
        let file = self.file_of(item.module);
        let gone = self.gone(id);
        self.moves.lost_leaves.extend(&gone);
        let ranges: Vec<TextRange> = gone
            .iter()
            .map(|leaf| workspace.leaf(*leaf).range)
            .collect();
        let reason = Reason::new("A3", workspace.module(item.module).path.clone());
        if gone.len() == item.leaves.len() {
            let lead = &file.text[item.full.start as usize..item.range.start as usize];
            let start = if lead.trim().is_empty() {
                self.travels(item).start
            } else {
                item.range.start
            };
            self.builder
                .replace(&file.path, TextRange::new(start, item.full.end), "", reason);
            return;
        }
        self.repoint(id);
        if gone.is_empty() {
            return;
        }
        let tree = use_tree(&file.text, item.range, item.visibility.range);
        for range in tree::removals(&file.text, tree, &ranges).unwrap_or_default() {
            self.builder.replace(&file.path, range, "", reason.clone());
        }
    }

    /// Whether everything that an import was for has left this module.
    fn is_orphaned(&self, leaf: UseLeafId) -> bool {
        let module = self
            .scope
            .workspace
            .item(self.scope.workspace.leaf(leaf).item)
            .module;
        !self
            .scope
            .workspace
            .module(module)
            .items
            .iter()
            .any(|id| self.scope.workspace.item(*id).is_node() && !self.scope.moving[id.index()])
    }

    /// An import under the condition of what it names, where that is another crate's now: its tests are not those of this
    /// crate (row E3).
    fn reword(&mut self, id: ItemId) {
        let workspace = self.scope.workspace;
        if self.scope.support.items.contains(&id) {
            return;
        }
        let item = workspace.item(id);
        let top = workspace.krate(self.scope.root).root;
        let leaves = item.leaves.iter();
        let resolutions = leaves.flat_map(|leaf| &self.scope.graph.leaves[leaf.index()]);
        let moved = resolutions.filter_map(|resolution| match resolution.target {
            Target::Item(target) => Some(target).filter(|id| self.scope.moving[id.index()]),
            _ => None,
        });
        let defined: BTreeSet<String> = moved
            .flat_map(|target| self.scope.conditions(target, top))
            .collect();
        let file = self.file_of(item.module);
        for attribute in &item.attributes {
            let text = &file[attribute.range];
            let seen = support::seen_from_above(text);
            if defined.contains(text) && seen != text {
                let reason = Reason::new("E3", workspace.module(item.module).path.clone());
                self.builder
                    .replace(&file.path, attribute.range, seen, reason);
            }
        }
    }

    /// `use name_of_macro;` named a macro in textual scope, which is now the other crate's (row D2).
    fn repoint(&mut self, id: ItemId) {
        let workspace = self.scope.workspace;
        for leaf in &workspace.item(id).leaves {
            let path = &workspace.leaf(*leaf).path;
            let [segment] = &path.segments[..] else {
                continue;
            };
            let moved_macro = self.scope.graph.leaves[leaf.index()].iter().any(|resolution| {
                matches!(resolution.target, Target::Item(target)
                    if self.scope.moving[target.index()] && workspace.item(target).kind == ItemKind::MacroRules)
            });
            if moved_macro && !path.global {
                let file = self.file_of(workspace.item(id).module);
                let text = format!("{}::", self.scope.dest_path(workspace.item(id).module));
                let range = TextRange::empty(segment.range.start);
                self.builder
                    .replace(&file.path, range, text, Reason::new("D2", segment.name));
            }
        }
    }
}

/// The range of the tree of a `use` item: between `use` and the semicolon.
fn use_tree(text: &str, item: TextRange, visibility: TextRange) -> TextRange {
    let start = if visibility.is_empty() {
        item.start
    } else {
        visibility.end
    };
    let keyword = text[start as usize..item.end as usize]
        .find("use")
        .map_or(start, |at| start + at as u32 + 3);
    let end = text[keyword as usize..item.end as usize]
        .rfind(';')
        .map_or(item.end, |at| keyword + at as u32);
    TextRange::new(keyword, end)
}
