//! How a target names what it uses: by the crate that has it now.

use std::collections::BTreeSet;

use cleave_graph::graph::Found;
use cleave_graph::{Lookup, Resolution, Target};
use cleave_syntax::item::{Binding, ItemKind, Level, PathUse};
use cleave_syntax::workspace::CrateKind;
use cleave_syntax::{CrateId, FileId, ItemId, ModuleId};

use super::Mover;

/// What a name in a target means, in the crate that has it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Definition {
    Item(ItemId),
    Module(ModuleId),
}

/// How a path is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// Only the crate's name changes.
    Crate(String),
    /// The path up to what it means changes.
    Path(Vec<String>),
}

impl Way {
    /// The crate that it begins with.
    pub(super) fn krate(&self) -> &str {
        match self {
            Way::Crate(name) => name,
            Way::Path(names) => names.first().map_or("", String::as_str),
        }
    }
}

impl Mover<'_> {
    /// How a path that begins with the split crate's name is written now, and up to which segment; none where it begins
    /// with something else.
    pub(super) fn way(
        &self,
        (file, path): (FileId, &PathUse),
        resolution: &Resolution,
    ) -> Result<Option<(Way, usize)>, String> {
        let workspace = self.workspace;
        let own = |lookup: &&Lookup| self.crates.contains(&workspace.module(lookup.module).krate);
        let alias = resolution.lookups.iter().take_while(own).count();
        let is_alias = alias > 0;
        if is_alias && !self.is_name_of_root(&resolution.lookups[alias - 1]) {
            return Ok(None);
        }
        // A name that a `use` in the function brings in stands for its whole path: the `use` is what changes.
        let first = &path.segments[0];
        let starts = first.name == workspace.krate(self.root).extern_name
            && workspace.file(file)[first.range] == first.name;
        if !is_alias && !starts {
            return Ok(None);
        }
        let Some(last) = resolution.lookups[alias..].last() else {
            let is_root = resolution.target == Target::CrateRoot(self.root);
            let name = Way::Crate(self.name(self.dest));
            return Ok((is_root && starts).then_some((name, 0)));
        };
        let first = workspace.module(resolution.lookups[alias].module).krate;
        if first != self.root || (is_alias && alias > 1) {
            return Ok(None);
        }
        let stuck = || format!("names `{}`", path.text());
        let segments = path.segments.iter();
        let Some(at) = segments
            .clone()
            .rposition(|segment| segment.name == last.name)
        else {
            return Err(stuck());
        };
        let named = self.definition(last).ok_or_else(stuck)?;
        let names: Vec<&str> = segments.map(|segment| segment.name.as_str()).collect();
        let way = self.way_to(named, &names[1..=at]).ok_or_else(stuck)?;
        if matches!(way, Way::Path(_)) && self.is_one_of_several(last) && !self.chooses(&way) {
            return Err(stuck());
        }
        match way {
            // The name that the target gave the crate goes on meaning it, where it is one crate.
            Way::Crate(name) if is_alias && name == self.name(self.dest) => Ok(None),
            Way::Crate(_) | Way::Path(_) if is_alias => Err(stuck()),
            way => Ok(Some((way, at))),
        }
    }

    /// Whether a lookup found an `extern crate` or `use` that names the split crate.
    fn is_name_of_root(&self, lookup: &Lookup) -> bool {
        let Found::Leaf(leaf) = lookup.found else {
            return false;
        };
        let mut resolutions = self.graph.leaves[leaf.index()].iter();
        resolutions.any(|resolution| resolution.target == Target::CrateRoot(self.root))
    }

    /// What a lookup found in the end, and its own name.
    fn definition(&self, lookup: &Lookup) -> Option<(Definition, &str)> {
        let workspace = self.workspace;
        let id = match lookup.found {
            Found::Leaf(leaf) | Found::Glob(leaf) => leaf,
            Found::Item(id) => {
                let item = workspace.item(id);
                let definition = item
                    .declares
                    .map_or(Definition::Item(id), Definition::Module);
                let name = self.names_in(id).find(|name| *name == lookup.name)?;
                return Some((definition, name));
            }
        };
        let name = workspace.leaf(id).path.segments.last()?.name.as_str();
        let mut resolutions = self.graph.leaves[id.index()].iter();
        resolutions.find_map(|resolution| match resolution.target {
            // What a leaf names within an item, such as a variant, has no path of its own here.
            Target::Item(item) => self
                .names_in(item)
                .any(|own| own == name)
                .then_some((Definition::Item(item), name)),
            Target::Module(module) => Some((Definition::Module(module), name)),
            _ => None,
        })
    }

    /// The names that an item defines: a macro call may define several.
    fn names_in(&self, item: ItemId) -> impl Iterator<Item = &str> {
        let item = self.workspace.item(item);
        let defined = item.defines.iter().map(|it| it.name.as_str());
        let members = item
            .members
            .iter()
            .filter(|_| item.kind == ItemKind::MacroCall);
        defined
            .chain([item.name.as_str()])
            .chain(members.map(String::as_str))
    }

    /// How a definition is named: by the old path behind the new crate's name, or by the path it has there.
    fn way_to(&self, (definition, own): (Definition, &str), old: &[&str]) -> Option<Way> {
        let workspace = self.workspace;
        let module = match definition {
            Definition::Item(item) => workspace.item(item).module,
            Definition::Module(module) => module,
        };
        let krate = workspace.module(module).krate;
        if krate == self.root || workspace.krate(krate).kind != CrateKind::Lib {
            return None;
        }
        let name = self.name(krate);
        if self.reaches(krate, old, definition) {
            return Some(Way::Crate(name));
        }
        let path = workspace.module(module).path.split("::");
        let mut names: Vec<&str> = path.filter(|name| !name.is_empty()).collect();
        if let Definition::Item(item) = definition {
            let item = workspace.item(item);
            if item.is_exported_macro() {
                names.clear();
            }
            names.push(own);
        }
        let names = self
            .always_there(krate, &names, definition)
            .unwrap_or(names);
        if !self.reaches(krate, &names, definition) {
            return None;
        }
        let names = std::iter::once(name.as_str()).chain(names);
        Some(Way::Path(names.map(str::to_owned).collect()))
    }

    /// Where something is defined in a module that is there under some condition: its path by the module nearest to the
    /// crate's root that shows it, as one does which chooses between such modules.
    fn always_there<'n>(
        &self,
        krate: CrateId,
        names: &[&'n str],
        definition: Definition,
    ) -> Option<Vec<&'n str>> {
        let (own, outer) = names.split_last()?;
        let workspace = self.workspace;
        let is_conditional = |module: ModuleId| {
            let mut declared = workspace.declarations(module);
            declared.any(|id| workspace.item(id).is_conditional())
        };
        let first = (1..=outer.len()).find(|length| {
            let path = outer[..*length].join("::");
            let mut modules = workspace.modules_of(krate);
            modules.any(|id| workspace.module(id).path == path && is_conditional(id))
        })?;
        let shown = (0..first).map(|length| {
            let mut names = outer[..length].to_vec();
            names.push(own);
            names
        });
        shown.into_iter().find(|names| {
            self.reaches(krate, names, definition) && self.is_shown_anyway(krate, names)
        })
    }

    /// Whether what a lookup found is, by conditions, one of several things of a name.
    fn is_one_of_several(&self, lookup: &Lookup) -> bool {
        let (Found::Leaf(leaf) | Found::Glob(leaf)) = lookup.found else {
            return false;
        };
        let resolutions = self.graph.leaves[leaf.index()].iter();
        let kinds = resolutions.filter_map(|resolution| match resolution.target {
            Target::Item(item) => Some((self.workspace.item(item).kind, item)),
            _ => None,
        });
        let found: BTreeSet<(ItemKind, ItemId)> = kinds.collect();
        let kinds: BTreeSet<ItemKind> = found.iter().map(|(kind, _)| *kind).collect();
        kinds.len() < found.len()
    }

    /// Whether a path leads, by an import, to that one of several things which is there.
    fn chooses(&self, way: &Way) -> bool {
        let Way::Path(names) = way else { return true };
        let Some((krate, names)) = names.split_first() else {
            return false;
        };
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut crates = (0..self.workspace.crates.len()).map(CrateId::new);
        let found = crates.find(|id| self.workspace.krate(*id).extern_name == *krate);
        found.is_some_and(|krate| self.is_shown_anyway(krate, &names))
    }

    /// Whether imports bind a name in a module under no condition, or several under theirs.
    fn is_shown_anyway(&self, krate: CrateId, names: &[&str]) -> bool {
        let workspace = self.workspace;
        let Some((last, outer)) = names.split_last() else {
            return false;
        };
        let path = outer.join("::");
        let modules = workspace.modules_of(krate);
        let there = modules.filter(|id| workspace.module(*id).path == path);
        let items = there.flat_map(|id| &workspace.module(id).items);
        let binds = |id: &&ItemId| {
            let mut leaves = workspace.item(**id).leaves.iter();
            leaves.any(|leaf| workspace.leaf(*leaf).binding == Binding::Name((*last).to_owned()))
        };
        let imports: Vec<ItemId> = items.filter(binds).copied().collect();
        imports.len() > 1
            || imports
                .iter()
                .any(|id| !workspace.item(*id).is_conditional())
    }

    /// Whether these names, from the root of a crate on, lead others to a definition.
    fn reaches(&self, krate: CrateId, names: &[&str], definition: Definition) -> bool {
        let workspace = self.workspace;
        let mut module = workspace.krate(krate).root;
        let Some((last, outer)) = names.split_last() else {
            return definition == Definition::Module(module);
        };
        for name in outer {
            let mut items = workspace.module(module).items.iter();
            let child = items.find_map(|id| {
                let item = workspace.item(*id);
                let open = item.name == *name && item.visibility.level == Level::Public;
                item.declares.filter(|_| open)
            });
            match child {
                Some(child) => module = child,
                None => return false,
            }
        }
        let is_root = outer.is_empty();
        let mut items = workspace.module(module).items.iter();
        let found = items.any(|id| self.binds(*id, last, definition));
        found || (is_root && self.is_exported_macro(last, definition))
    }

    /// Whether an item makes a name mean a definition, for all.
    fn binds(&self, id: ItemId, name: &str, definition: Definition) -> bool {
        let item = self.workspace.item(id);
        // What a macro call defines is as open as its tokens say, and that was enough for the old crate.
        if item.kind == ItemKind::MacroCall {
            return Definition::Item(id) == definition;
        }
        if item.visibility.level != Level::Public {
            return false;
        }
        let own = item
            .declares
            .map_or(Definition::Item(id), Definition::Module);
        let imported = item.leaves.iter().any(|leaf| {
            let mut resolutions = self.graph.leaves[leaf.index()].iter();
            self.workspace.leaf(*leaf).binding == Binding::Name(name.to_owned())
                && resolutions.any(|resolution| match definition {
                    Definition::Item(item) => resolution.target == Target::Item(item),
                    Definition::Module(module) => resolution.target == Target::Module(module),
                })
        });
        imported || (item.name == name && own == definition)
    }

    fn is_exported_macro(&self, name: &str, definition: Definition) -> bool {
        let Definition::Item(item) = definition else {
            return false;
        };
        let item = self.workspace.item(item);
        item.name == name && item.is_exported_macro()
    }

    pub(super) fn name(&self, krate: CrateId) -> String {
        self.workspace.krate(krate).extern_name.clone()
    }
}
