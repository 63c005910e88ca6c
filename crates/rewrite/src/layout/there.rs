//! The imports that a module of the destination gets (rows A1, A3).

use std::collections::BTreeSet;

use cleave_graph::Target;
use cleave_syntax::change::Reason;
use cleave_syntax::item::{Binding, ItemKind, Level, UseLeafId};
use cleave_syntax::{ItemId, ModuleId, TextRange};

use super::Layout;
use crate::demand::Asked;
use crate::support;
use crate::text::{self, Import};

impl Layout<'_, '_> {
    /// Whether a `use` item goes to the destination just as it stands: all of it is needed there, and nothing here.
    pub(super) fn moves_as_it_is(&self, id: ItemId) -> bool {
        let item = self.scope.workspace.item(id);
        item.kind == ItemKind::Use
            && item.visibility.level != Level::Public
            && !self
                .scope
                .dest_modules
                .contains_key(self.scope.workspace.module(item.module).path.as_str())
            && item.leaves.iter().all(|leaf| {
                let stays_closed = !self.public.contains(leaf);
                self.needs_there(*leaf) && !self.needs_here(*leaf) && stays_closed
            })
    }

    pub(super) fn needs_there(&self, leaf: UseLeafId) -> bool {
        self.dest.leaves.contains_key(&leaf)
    }

    pub(super) fn needs_here(&self, leaf: UseLeafId) -> bool {
        self.root.leaves.contains_key(&leaf) || self.scope.exports.leaves.contains(&leaf)
    }

    /// The text of the imports that the destination needs in a module and that do not move as they are.
    pub(super) fn dest_imports(&mut self, module: ModuleId, indent: &str) -> String {
        let workspace = self.scope.workspace;
        let mut list = Vec::new();
        let mut crates = String::new();
        for id in workspace
            .module(module)
            .items
            .iter()
            .filter(|id| self.scope.is_import(**id))
        {
            if self.moves_as_it_is(*id) {
                continue;
            }
            for leaf in &workspace.item(*id).leaves {
                let Some(asked) = self.dest.leaves.get(leaf) else {
                    continue;
                };
                if let Some(existing) = self.dest_binding(module, *leaf) {
                    if self.is_bound(existing, *leaf, asked) {
                        self.moves.dest_leaves.insert(*leaf);
                        list.extend(self.parted(existing, *leaf));
                        let own = self.scope.conditions_there(*id);
                        let mut import = self.copied_import(*leaf, asked, own);
                        // Those who came by the old import still do.
                        let item = workspace.item(existing);
                        let file = self.file_of(item.module);
                        import.attributes.retain(|text| {
                            let mut old = item.attributes.iter();
                            old.any(|attribute| file[attribute.range] == **text)
                        });
                        let old = &file[item.visibility.range];
                        if import.visibility.is_empty() || old == "pub" {
                            old.clone_into(&mut import.visibility);
                        }
                        list.push(import);
                    } else {
                        self.loosen(existing, *leaf, asked);
                    }
                    continue;
                }
                self.moves.dest_leaves.insert(*leaf);
                if workspace.item(*id).kind == ItemKind::ExternCrate {
                    crates.push_str(&self.file_of(module)[workspace.item(*id).range]);
                    crates.push('\n');
                } else {
                    let own = self.scope.conditions_there(*id);
                    list.push(self.copied_import(*leaf, asked, own));
                }
            }
        }
        crates + &text::imports(&list, indent, self.scope.style())
    }

    /// The import of the destination's module of today that is the same as one of the monolith's.
    fn dest_binding(&self, module: ModuleId, leaf: UseLeafId) -> Option<ItemId> {
        let workspace = self.scope.workspace;
        let existing = self
            .scope
            .dest_modules
            .get(workspace.module(module).path.as_str())?;
        let wanted = workspace.leaf(leaf);
        let mut path = wanted.path.text();
        if let Some(krate) = self.scope.stand_in(leaf) {
            let first = &wanted.path.segments[0].name;
            path = path.replacen(first.as_str(), krate, 1);
        }
        let leaves = workspace
            .module(*existing)
            .items
            .iter()
            .flat_map(|item| &workspace.item(*item).leaves);
        let same = leaves.filter(|id| {
            let leaf = workspace.leaf(**id);
            leaf.binding == wanted.binding && leaf.path.text() == path
        });
        let items: Vec<ItemId> = same.map(|id| workspace.leaf(*id).item).collect();
        // Under conditions that exclude each other there may be several.
        let own = self.scope.conditions_there(wanted.item);
        let mut alike = items.iter().filter(|id| {
            let conditions = self.scope.own_conditions(**id);
            own.iter().all(|text| conditions.contains(text))
        });
        alike.next().or(items.first()).copied()
    }

    /// Whether an import has a condition that those who ask do not stand under, but another name in it does by its own
    /// definition: it can't be taken from the whole.
    fn is_bound(&self, existing: ItemId, leaf: UseLeafId, asked: &Asked) -> bool {
        let item = self.scope.workspace.item(existing);
        let file = self.file_of(item.module);
        let wanted = asked.conditions.clone().unwrap_or_default();
        let defined: BTreeSet<String> = self
            .others(existing, leaf)
            .flat_map(|other| &self.scope.graph.leaves[other.index()])
            .filter_map(|resolution| match resolution.target {
                Target::Item(id) => Some(self.scope.own_conditions(id)),
                _ => None,
            })
            .flatten()
            .collect();
        let mut own = item.attributes.iter();
        own.any(|attribute| {
            let text = &file[attribute.range];
            !wanted.contains(text) && defined.contains(text)
        })
    }

    /// The leaves of an import that bind other names than one of the monolith's.
    fn others(&self, existing: ItemId, leaf: UseLeafId) -> impl Iterator<Item = &UseLeafId> {
        let workspace = self.scope.workspace;
        let bound = &workspace.leaf(leaf).binding;
        let leaves = workspace.item(existing).leaves.iter();
        leaves.filter(move |other| workspace.leaf(**other).binding != *bound)
    }

    /// Takes an import away, and gives back what of it binds other names than one of the monolith's.
    fn parted(&mut self, existing: ItemId, leaf: UseLeafId) -> Vec<Import> {
        let workspace = self.scope.workspace;
        let item = workspace.item(existing);
        let file = self.file_of(item.module);
        let place = (workspace.module(item.module).file, item.range);
        if !self.loosened.insert(place) {
            return Vec::new();
        }
        let attributes = item.attributes.iter();
        let attributes: Vec<String> = attributes
            .map(|attribute| file[attribute.range].to_owned())
            .collect();
        let others = self.others(existing, leaf).map(|other| {
            let path = workspace.leaf(*other).path.text();
            let (prefix, last) = path.rsplit_once("::").unwrap_or(("", &path));
            let written = file[workspace.leaf(*other).range].rsplit("::").next();
            Import {
                attributes: attributes.clone(),
                visibility: file[item.visibility.range].to_owned(),
                prefix: prefix.to_owned(),
                leaf: written.unwrap_or(last).to_owned(),
            }
        });
        let others = others.collect();
        let reason = Reason::new("A3", "an import that more code needs");
        let rest = &file.text[item.range.end as usize..];
        let end = item.range.end + u32::from(rest.starts_with('\n'));
        let range = TextRange::new(item.range.start, end);
        self.builder.replace(&file.path, range, "", reason);
        others
    }

    /// An import that an earlier step wrote for tests, or for one module, is needed by more now: by those who ask for
    /// `original` in the monolith.
    fn loosen(&mut self, id: ItemId, original: UseLeafId, asked: &Asked) {
        let item = self.scope.workspace.item(id);
        let file = self.file_of(item.module);
        let file_id = self.scope.workspace.module(item.module).file;
        let mut wanted = asked.conditions.clone().unwrap_or_default();
        let original_item = self.scope.workspace.leaf(original).item;
        wanted.extend(self.scope.conditions_there(original_item));
        let reason = || Reason::new("A3", "an import that more code needs");
        for attribute in item
            .attributes
            .iter()
            .filter(|attribute| attribute.path == "cfg")
        {
            let text = &file[attribute.range];
            if wanted.contains(text) || !self.loosened.insert((file_id, attribute.range)) {
                continue;
            }
            if text == support::TEST && wanted.contains(support::CONDITION) {
                self.builder
                    .replace(&file.path, attribute.range, support::CONDITION, reason());
            } else {
                let rest = &file.text[attribute.range.end as usize..];
                let blank = (rest.len() - rest.trim_start().len()) as u32;
                let range = TextRange::new(attribute.range.start, attribute.range.end + blank);
                self.builder.replace(&file.path, range, "", reason());
            }
        }
        let range = item.visibility.range;
        let gap = if range.is_empty() { " " } else { "" };
        let wanted = match item.visibility.level {
            Level::Public => "",
            _ if self.public.contains(&original) => "pub",
            Level::Private if asked.from_outside => "pub(crate)",
            _ => "",
        };
        if !wanted.is_empty() && self.loosened.insert((file_id, range)) {
            self.builder
                .replace(&file.path, range, format!("{wanted}{gap}"), reason());
        }
    }

    /// An import that stands under the conditions of those who ask, and under its `own`.
    pub(super) fn copied_import(&self, id: UseLeafId, asked: &Asked, own: Vec<String>) -> Import {
        let workspace = self.scope.workspace;
        let leaf = workspace.leaf(id);
        let names: Vec<&str> = leaf
            .path
            .segments
            .iter()
            .map(|segment| segment.name.as_str())
            .collect();
        let names = match self.scope.stand_in(id) {
            Some(krate) => [&[krate], &names[1..]].concat(),
            None => names,
        };
        let global = if leaf.path.global { "::" } else { "" };
        let (prefix, last) = if leaf.binding == Binding::Glob {
            (text::path(names.iter().copied()), "*".to_owned())
        } else {
            let (last, prefix) = names.split_last().expect("a path has a segment");
            (text::path(prefix.iter().copied()), text::identifier(last))
        };
        let alias = match &leaf.binding {
            Binding::Name(name) if names.last() != Some(&name.as_str()) => {
                format!(" as {}", text::identifier(name))
            }
            Binding::Underscore => " as _".to_owned(),
            _ => String::new(),
        };
        let mut attributes = own;
        attributes.extend(asked.conditions.clone().unwrap_or_default());
        let public = self.public.contains(&id);
        if public && self.scope.is_published() {
            attributes.push("#[doc(hidden)]".to_owned());
        }
        attributes.sort();
        attributes.dedup();
        let visibility = match (public, asked.from_outside) {
            (true, _) => "pub",
            (false, true) => "pub(crate)",
            (false, false) => "",
        };
        Import {
            attributes,
            visibility: visibility.to_owned(),
            prefix: format!("{global}{prefix}"),
            leaf: last + &alias,
        }
    }
}
