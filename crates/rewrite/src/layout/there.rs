//! The imports that a module of the destination gets (rows A1, A3).

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::Target;
use cleave_syntax::change::Reason;
use cleave_syntax::item::{Binding, ItemKind, Level};
use cleave_syntax::{ItemId, ModuleId, TextRange, UseLeafId};

use super::{Layout, wrapped};
use crate::demand::{Asked, DestDemand, RootDemand, in_one_line, joined};
use crate::macro_use;
use crate::scope::Scope;
use crate::skeleton::MAY_GO_UNUSED;
use crate::text::{self, Import};

/// Whether a `use` item goes to the destination just as it stands: all of it is needed there, and nothing here.
pub(crate) fn moves_as_it_is(
    scope: &Scope<'_>,
    (root, dest, public): (&RootDemand, &DestDemand, &BTreeSet<UseLeafId>),
    id: ItemId,
) -> bool {
    let item = scope.workspace.item(id);
    let path = scope.workspace.module(item.module).path.as_str();
    item.kind == ItemKind::Use
        && item.visibility.level != Level::Public
        && !scope.dest_modules.contains_key(path)
        && item.leaves.iter().all(|leaf| {
            let stays_closed = !public.contains(leaf);
            dest.leaves.contains_key(leaf) && !needs_here(scope, root, *leaf) && stays_closed
        })
}

/// A private import is needed by those alone who go through it, and of these some may go.
fn needs_here(scope: &Scope<'_>, root: &RootDemand, leaf: UseLeafId) -> bool {
    let workspace = scope.workspace;
    let is_exported = || {
        let import = workspace.item(workspace.leaf(leaf).item);
        let is_public = import.visibility.level == Level::Public;
        let stays = |leaf: UseLeafId| {
            let import = workspace.item(workspace.leaf(leaf).item);
            !scope.is_whole(import.module)
        };
        is_public && scope.exports.is_kept(leaf, stays)
    };
    root.leaves.contains_key(&leaf) || is_exported()
}

impl Layout<'_, '_> {
    /// See [`moves_as_it_is`].
    pub(super) fn moves_as_it_is(&self, id: ItemId) -> bool {
        moves_as_it_is(self.scope, (self.root, self.dest, self.public), id)
    }

    pub(super) fn needs_there(&self, leaf: UseLeafId) -> bool {
        self.dest.leaves.contains_key(&leaf)
    }

    /// See [`needs_here`].
    pub(super) fn needs_here(&self, leaf: UseLeafId) -> bool {
        needs_here(self.scope, self.root, leaf)
    }

    /// The text of the imports that the destination needs in a module and that do not move as they are.
    pub(super) fn dest_imports(&mut self, module: ModuleId, indent: &str) -> String {
        let workspace = self.scope.workspace;
        let mut list = Vec::new();
        let mut crates = String::new();
        let mut bound: BTreeMap<ItemId, Vec<(UseLeafId, &Asked)>> = BTreeMap::new();
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
                    bound.entry(existing).or_default().push((*leaf, asked));
                    continue;
                }
                self.moves.dest_leaves.insert(*leaf);
                if workspace.item(*id).kind == ItemKind::ExternCrate {
                    let is_sure = asked.always && !macro_use::is_one_of_several(self.scope, *id);
                    if !is_sure && macro_use::may_warn(workspace, *id) {
                        crates.push_str(MAY_GO_UNUSED);
                    }
                    let text = &self.file_of(module).text;
                    crates.push_str(&wrapped::copied(text, workspace.item(*id)));
                    crates.push('\n');
                } else {
                    let own = self.scope.conditions_there(*id);
                    list.push(self.import_there(*leaf, asked, own));
                }
            }
        }
        list.extend(self.named_beside_globs(module));
        for (existing, wanted) in bound {
            if self.is_for_all(existing, &wanted) {
                for (leaf, asked) in wanted {
                    self.loosen(existing, leaf, asked);
                }
            } else {
                list.extend(self.parted(existing, &wanted));
            }
        }
        crates + &text::imports(&list, indent, self.scope.style())
    }

    /// What is imported by its name instead of a glob, as another glob would bring a namesake; but for what a step before
    /// has imported.
    fn named_beside_globs(&self, module: ModuleId) -> Vec<Import> {
        let workspace = self.scope.workspace;
        let there = self.scope.module_there(module);
        let is_imported = |name: &str| there.is_some_and(|it| workspace.imports_name(it, name));
        let named = self.dest.named.iter();
        named
            .filter(|((leaf, _), _)| workspace.item(workspace.leaf(*leaf).item).module == module)
            .filter(|((_, name), _)| !is_imported(name))
            .map(|((leaf, name), asked)| {
                let own = self.scope.conditions_there(workspace.leaf(*leaf).item);
                Import {
                    leaf: text::identifier(name),
                    ..self.import_there(*leaf, asked, own)
                }
            })
            .collect()
    }

    /// The import of the destination's module of today that is the same as one of the monolith's.
    fn dest_binding(&self, module: ModuleId, leaf: UseLeafId) -> Option<ItemId> {
        let workspace = self.scope.workspace;
        let existing = self.scope.module_there(module)?;
        let leaves = workspace
            .module(existing)
            .items
            .iter()
            .flat_map(|item| &workspace.item(*item).leaves);
        let same = leaves.filter(|existing| self.is_same(**existing, leaf));
        // Under conditions that exclude each other there may be several.
        let own = self.scope.conditions_there(workspace.leaf(leaf).item);
        let items = same.map(|id| workspace.leaf(*id).item).filter(|id| {
            // What a macro call puts before an import can't be taken from it.
            let mut around = workspace.item(*id).wrapping_conditions();
            around.all(|text| own.contains(text))
        });
        let items: Vec<ItemId> = items.collect();
        let mut alike = items.iter().filter(|id| {
            let conditions = self.scope.own_conditions(**id);
            own.iter().all(|text| conditions.contains(text))
        });
        alike.next().or(items.first()).copied()
    }

    /// Whether a leaf in the destination binds what one of the monolith's does: by the same path, or under the same name,
    /// which a module can have but once.
    fn is_same(&self, existing: UseLeafId, leaf: UseLeafId) -> bool {
        let workspace = self.scope.workspace;
        let items = |leaf: UseLeafId| -> Option<BTreeSet<ItemId>> {
            let found = self.scope.graph.leaves[leaf.index()].iter();
            let items = found.map(|resolution| match resolution.target {
                Target::Item(id) => Some(id),
                _ => None,
            });
            items.collect()
        };
        let (first, second) = (existing, leaf);
        let (existing, wanted) = (workspace.leaf(existing), workspace.leaf(leaf));
        if matches!(wanted.binding, Binding::Name(_))
            && existing.binding == wanted.binding
            && items(first).is_some_and(|found| !found.is_empty() && items(second) == Some(found))
        {
            return true;
        }
        let straight = self.scope.straight(leaf);
        let mut path = straight.unwrap_or(&wanted.path).text();
        if let Some(krate) = self.scope.stand_in_there(leaf) {
            let first = &wanted.path.segments[0].name;
            path = path.replacen(first.as_str(), krate, 1);
        }
        existing.binding == wanted.binding && existing.path.text() == path
    }

    /// Whether all of an import can become what those ask for who want these of its leaves.
    fn is_for_all(&self, existing: ItemId, wanted: &[(UseLeafId, &Asked)]) -> bool {
        let mut leaves = wanted.iter();
        !leaves.any(|(leaf, asked)| self.is_bound(existing, *leaf, asked))
            && self.is_opened_alike(existing, wanted)
            && self.is_loosened_alike(existing, wanted)
    }

    /// Whether all leaves of an import come to stand under the same conditions: those that nobody wants keep theirs, without
    /// which nobody would use them.
    fn is_loosened_alike(&self, existing: ItemId, wanted: &[(UseLeafId, &Asked)]) -> bool {
        let item = self.scope.workspace.item(existing);
        let own = self.conditions_today(existing);
        let mut conditions = item.leaves.iter().map(|leaf| {
            let mut wanted = wanted.iter().filter(|(own, _)| self.is_same(*leaf, *own));
            match wanted.next() {
                Some((original, asked)) => joined(&own, &self.conditions_of(*original, asked)),
                None => own.clone(),
            }
        });
        let first = conditions.next();
        conditions.all(|other| Some(other) == first)
    }

    /// The `cfg` attributes of an import in the destination, each in one line.
    fn conditions_today(&self, existing: ItemId) -> BTreeSet<String> {
        let item = self.scope.workspace.item(existing);
        let file = self.file_of(item.module);
        let own = item.attributes.iter().filter(|it| it.path == "cfg");
        own.map(|attribute| in_one_line(&file[attribute.range]))
            .collect()
    }

    /// The conditions that a leaf of the monolith stands under in the destination: its own, and those of all who ask.
    fn conditions_of(&self, original: UseLeafId, asked: &Asked) -> BTreeSet<String> {
        let mut conditions = asked.conditions.clone().unwrap_or_default();
        let import = self.scope.workspace.leaf(original).item;
        conditions.extend(self.scope.conditions_there(import));
        conditions
    }

    /// Whether all leaves of an import are to be seen by the same: nobody asked to see more of those that nobody wants,
    /// and what they lead to may be for few.
    fn is_opened_alike(&self, existing: ItemId, wanted: &[(UseLeafId, &Asked)]) -> bool {
        let item = self.scope.workspace.item(existing);
        let level = &item.visibility.level;
        let mut opened = item.leaves.iter().map(|leaf| {
            let mut wanted = wanted.iter().filter(|(own, _)| self.is_same(*leaf, *own));
            wanted.find_map(|(own, asked)| self.opened(level, *own, asked))
        });
        let first = opened.next().flatten();
        opened.all(|other| other == first)
    }

    /// The visibility that an import in the destination gets for those who ask for a leaf, where it has less.
    fn opened(&self, level: &Level, leaf: UseLeafId, asked: &Asked) -> Option<&'static str> {
        match level {
            Level::Public => None,
            _ if self.public.contains(&leaf) => Some("pub"),
            Level::Private if asked.from_outside => Some("pub(crate)"),
            _ => None,
        }
    }

    /// Whether an import has a condition that those who ask do not stand under, but another name in it does by its own
    /// definition: it can't be taken from the whole.
    fn is_bound(&self, existing: ItemId, leaf: UseLeafId, asked: &Asked) -> bool {
        let item = self.scope.workspace.item(existing);
        let file = self.file_of(item.module);
        let wanted = asked.conditions.clone().unwrap_or_default();
        let others = item.leaves.iter();
        let defined: BTreeSet<String> = others
            .filter(|other| !self.is_same(**other, leaf))
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

    /// Takes an import of the destination away, and gives back one for each of its leaves: as those ask for it who want it
    /// now, else as it was.
    fn parted(&mut self, existing: ItemId, wanted: &[(UseLeafId, &Asked)]) -> Vec<Import> {
        let item = self.scope.workspace.item(existing);
        let mut parts = Vec::new();
        for (leaf, asked) in wanted {
            self.moves.dest_leaves.insert(*leaf);
            parts.push(self.part(existing, *leaf, asked));
        }
        let is_wanted =
            |other: &UseLeafId| wanted.iter().any(|(own, _)| self.is_same(*other, *own));
        let others = item.leaves.iter().filter(|other| !is_wanted(other));
        parts.extend(others.map(|other| self.own_part(existing, *other)));
        let file = self.file_of(item.module);
        let reason = Reason::new("A3", "an import that more code needs");
        let rest = &file.text[item.range.end as usize..];
        let end = item.range.end + u32::from(rest.starts_with('\n'));
        let range = TextRange::new(item.range.start, end);
        self.builder.replace(&file.path, range, "", reason);
        parts
    }

    /// What an import in the destination becomes for those who ask for a leaf. Who came by the old one still does.
    fn part(&self, existing: ItemId, leaf: UseLeafId, asked: &Asked) -> Import {
        let workspace = self.scope.workspace;
        let item = workspace.item(existing);
        let file = self.file_of(item.module);
        let mut import = self.import_there(leaf, asked, Vec::new());
        import.attributes.retain(|text| {
            let mut old = item.attributes.iter();
            !text.starts_with("#[cfg(") && old.any(|attribute| file[attribute.range] == **text)
        });
        let today = self.conditions_today(existing);
        let either = joined(&today, &self.conditions_of(leaf, asked));
        import.attributes.extend(either);
        import.attributes.sort();
        let old = &file[item.visibility.range];
        if import.visibility.is_empty() || old == "pub" {
            old.clone_into(&mut import.visibility);
        }
        import
    }

    /// A leaf of an import in the destination as an import of its own.
    fn own_part(&self, existing: ItemId, leaf: UseLeafId) -> Import {
        let item = self.scope.workspace.item(existing);
        let file = self.file_of(item.module);
        let attributes = item.attributes.iter();
        let (prefix, leaf) = self.spelled(leaf, None);
        Import {
            attributes: attributes
                .map(|attribute| file[attribute.range].to_owned())
                .collect(),
            visibility: file[item.visibility.range].to_owned(),
            prefix,
            leaf,
        }
    }

    /// An import that an earlier step wrote for tests, or for one module, is needed by more now: by those who ask for
    /// `original` in the monolith.
    fn loosen(&mut self, id: ItemId, original: UseLeafId, asked: &Asked) {
        let item = self.scope.workspace.item(id);
        let file = self.file_of(item.module);
        let file_id = self.scope.workspace.module(item.module).file;
        let reason = || Reason::new("A3", "an import that more code needs");
        let own = self.conditions_today(id);
        let new = joined(&own, &self.conditions_of(original, asked));
        let mut written: Vec<&str> = new.difference(&own).map(String::as_str).collect();
        let conditions = item.attributes.iter().filter(|it| it.path == "cfg");
        for attribute in conditions {
            let text = in_one_line(&file[attribute.range]);
            if new.contains(&text) || !self.loosened.insert((file_id, attribute.range)) {
                continue;
            }
            let rest = &file.text[attribute.range.end as usize..];
            let blank = (rest.len() - rest.trim_start().len()) as u32;
            let range = match &written[..] {
                [] => TextRange::new(attribute.range.start, attribute.range.end + blank),
                _ => attribute.range,
            };
            // What stands in place of several stands in place of the first.
            let text = std::mem::take(&mut written).join("\n");
            self.builder.replace(&file.path, range, text, reason());
        }
        let range = item.visibility.range;
        let gap = if range.is_empty() { " " } else { "" };
        if let Some(wanted) = self.opened(&item.visibility.level, original, asked)
            && self.loosened.insert((file_id, range))
        {
            self.builder
                .replace(&file.path, range, format!("{wanted}{gap}"), reason());
        }
    }

    /// A leaf's path without its last name, and that with what it is bound as; `krate` stands for the path's first name.
    fn spelled(&self, id: UseLeafId, krate: Option<&str>) -> (String, String) {
        let leaf = self.scope.workspace.leaf(id);
        let path = self.scope.straight(id).unwrap_or(&leaf.path);
        let names: Vec<&str> = path
            .segments
            .iter()
            .map(|segment| segment.name.as_str())
            .collect();
        let names = match krate {
            Some(krate) => [&[krate], &names[1..]].concat(),
            None => names,
        };
        // The name of a crate alone is found without.
        let is_alone = names.len() == 1 && leaf.binding != Binding::Glob;
        let global = if path.global && !is_alone { "::" } else { "" };
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
        (format!("{global}{prefix}"), last + &alias)
    }

    /// The lints that an import is spared, and its copy with it. What it expects, its copy need not meet.
    fn allowed(&self, leaf: UseLeafId) -> impl Iterator<Item = String> {
        let item = self
            .scope
            .workspace
            .item(self.scope.workspace.leaf(leaf).item);
        let file = self.file_of(item.module);
        let own = item.attributes.iter();
        own.filter(|it| it.path == "allow" || it.path == "expect")
            .map(|attribute| file[attribute.range].replacen("#[expect", "#[allow", 1))
    }

    /// The same, in the destination.
    fn import_there(&self, id: UseLeafId, asked: &Asked, own: Vec<String>) -> Import {
        let (prefix, leaf) = self.spelled(id, self.scope.stand_in_there(id));
        // A bare name is that of a macro which stands above it in the text: imports are written above that.
        let prefix = if prefix.is_empty() && self.names_exported_macro(id) {
            "crate".to_owned()
        } else {
            prefix
        };
        Import {
            prefix,
            leaf,
            ..self.copied_import(id, asked, own)
        }
    }

    /// Whether a leaf is the bare name of a macro that the destination's root has after this step.
    fn names_exported_macro(&self, leaf: UseLeafId) -> bool {
        let workspace = self.scope.workspace;
        let mut found = self.scope.graph.leaves[leaf.index()].iter();
        workspace.leaf(leaf).path.segments.len() == 1
            && found.any(|resolution| match resolution.target {
                Target::Item(id) if workspace.item(id).kind == ItemKind::MacroRules => {
                    let is_exported = workspace.item(id).is_exported_macro();
                    let opens = self.root.public_items.contains(&id);
                    self.scope.moving[id.index()] && (is_exported || opens)
                }
                _ => false,
            })
    }

    /// The visibility of an import for those outside its module: no more than the author's, as what it leads to may have
    /// no more.
    fn visibility_beyond(&self, id: UseLeafId) -> &str {
        let workspace = self.scope.workspace;
        let item = workspace.item(workspace.leaf(id).item);
        match item.visibility.level {
            Level::Super | Level::In(_) => &self.file_of(item.module)[item.visibility.range],
            _ => "pub(crate)",
        }
    }

    /// An import that stands under the conditions of those who ask, and under its `own`.
    pub(super) fn copied_import(&self, id: UseLeafId, asked: &Asked, own: Vec<String>) -> Import {
        let mut attributes = own;
        attributes.extend(asked.attributes());
        attributes.extend(self.allowed(id));
        let public = self.public.contains(&id);
        if public && self.scope.is_published() {
            attributes.push("#[doc(hidden)]".to_owned());
        }
        attributes.sort();
        attributes.dedup();
        let visibility = match (public, asked.from_outside) {
            (true, _) => "pub",
            (false, true) => self.visibility_beyond(id),
            (false, false) => "",
        };
        let (prefix, leaf) = self.spelled(id, self.scope.stand_in(id));
        Import {
            attributes,
            visibility: visibility.to_owned(),
            prefix,
            leaf,
        }
    }
}
