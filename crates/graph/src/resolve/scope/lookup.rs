//! Looks one name up in one module: what is bound there, what its globs bring in, what a macro may have made.

use std::collections::BTreeSet;

use cleave_syntax::item::{ItemKind, Level};
use cleave_syntax::{ItemId, ModuleId, Name, UseLeafId, name};
use smallvec::{SmallVec, smallvec};

use super::super::builtin;
use super::{Def, Hit, NAMESPACES, Open, Scopes, Trust, has_word, slot};
use crate::graph::{Found, Lookup, Namespace};
use crate::standard;

impl Scopes<'_> {
    /// Everything a name may mean in a module: its definitions and imports, or else what its globs bring in. `to` is the
    /// module whose glob asks.
    pub(in crate::resolve) fn in_module(
        &self,
        (module, to): (ModuleId, Option<ModuleId>),
        name: Name,
        namespace: Namespace,
        open: &mut Open,
    ) -> Vec<Hit> {
        let mut hits = Vec::new();
        let names = &self.modules[module.index()];
        if let Some(found) = names
            .explicit
            .get(&name)
            .map(|spaces| &spaces[slot(namespace)])
        {
            // What is imported from outside is a macro, say, if the name is defined here as a type.
            let defined = found.iter().any(|found| self.is_defined(*found));
            for found in self.in_namespace(found, namespace) {
                for hit in self.bound(module, name, namespace, *found, open) {
                    if defined && matches!(hit.def, Def::External(_)) {
                        continue;
                    }
                    match hits
                        .iter_mut()
                        .find(|other: &&mut Hit| other.def == hit.def)
                    {
                        // Imports of one thing that `cfg`s choose between.
                        Some(other) => other.lookups.extend(hit.lookups),
                        None => hits.push(hit),
                    }
                }
            }
        }
        if hits.is_empty() {
            hits = self.in_globs((module, to), name, namespace, open);
        }
        if hits.is_empty()
            && open.trust > Trust::Seen
            && let Some((item, def)) = self.made(module, name, open.trust)
        {
            let lookup = Lookup {
                module,
                name,
                namespace,
                found: Found::Item(item),
            };
            hits.push(Hit::new(def, smallvec![lookup], 1));
        }
        hits
    }

    /// Of several imports of a name, those that may mean something in a namespace. A type or trait of the standard library
    /// is one in the type namespace, where nothing else of the name can be then, and but for few no macro.
    fn in_namespace<'f>(
        &self,
        found: &'f [Found],
        namespace: Namespace,
    ) -> impl Iterator<Item = &'f Found> + use<'f> {
        let is_type = |found: &Found| match found {
            Found::Leaf(leaf) => self.is_standard_type(*leaf),
            _ => false,
        };
        let types: SmallVec<[bool; 2]> = match found {
            [] | [_] => smallvec![false; found.len()],
            several => several.iter().map(is_type).collect(),
        };
        let has_type = types.contains(&true);
        found.iter().zip(types).filter_map(move |(found, is_type)| {
            let may_mean = match namespace {
                Namespace::Type => is_type || !has_type,
                Namespace::Value => true,
                Namespace::Macro => !is_type,
            };
            may_mean.then_some(found)
        })
    }

    /// Whether an import that is always there brings a type or trait of the standard library, and no derive.
    fn is_standard_type(&self, leaf: UseLeafId) -> bool {
        let leaf = self.workspace.leaf(leaf);
        let (Some(first), Some(last)) = (leaf.path.segments.first(), leaf.path.segments.last())
        else {
            return false;
        };
        standard::is_crate(&first.name)
            && name::is_upper_camel(&last.name)
            && !builtin::is_derive(&last.name)
            && !self.workspace.item(leaf.item).is_conditional()
    }

    /// What the globs of a module bring in: the first that is ours, and what others have in its place where `cfg`s choose
    /// between them.
    fn in_globs(
        &self,
        (module, to): (ModuleId, Option<ModuleId>),
        name: Name,
        namespace: Namespace,
        open: &mut Open,
    ) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        let mut chosen = true;
        for glob in &self.modules[module.index()].globs {
            let foreign = hits.iter().all(|hit| matches!(hit.def, Def::External(_)));
            let import = self.workspace.leaf(*glob).item;
            let conditional = self.workspace.item(import).is_conditional();
            if !(foreign || chosen) {
                continue;
            }
            // What comes that way would be dropped; and modules that import from each other have far too many ways.
            let hidden = |asker: Option<ModuleId>| self.is_hidden(*glob, module, asker);
            if hidden(open.from) || hidden(to) {
                continue;
            }
            let more = self.through_glob(module, name, namespace, *glob, open);
            if more.is_empty() {
                continue;
            }
            // Of other crates any may have the name: those count that `cfg`s choose between.
            let either = chosen && conditional && !hits.is_empty();
            let is_outside = |hit: &Hit| matches!(hit.def, Def::External(_));
            if foreign && !(either && more.iter().all(is_outside)) {
                hits = more;
                chosen = conditional;
            } else {
                for hit in more {
                    match hits.iter_mut().find(|other| other.def == hit.def) {
                        // The way that is always there.
                        Some(other) if !conditional => *other = hit,
                        Some(_) => {}
                        None => hits.push(hit),
                    }
                }
                chosen = conditional;
            }
        }
        if let [only] = &mut hits[..]
            && only.lookups.len() > 2
            && let Some(glob) = self.glob_of_home(module, only.def, name, open)
        {
            only.lookups = [(module, Found::Glob(glob.0)), glob.1]
                .map(|(module, found)| Lookup {
                    module,
                    name,
                    namespace,
                    found,
                })
                .into_iter()
                .collect();
        }
        hits
    }

    /// The glob of a module that names the one which defines an item, always; and how the name is found there. What other
    /// globs bring by a longer way is the same, and may leave the longer way's modules.
    fn glob_of_home(
        &self,
        module: ModuleId,
        def: Def,
        name: Name,
        open: &mut Open,
    ) -> Option<(UseLeafId, (ModuleId, Found))> {
        let Def::Item(item) = def else {
            return None;
        };
        let home = self.workspace.item(item).module;
        let is_defined = self.workspace.item(item).name == name.as_str() && !self.is_call(item);
        let globs = self.modules[module.index()].globs.iter();
        let mut always = globs.filter(|glob| {
            let import = self.workspace.leaf(**glob).item;
            !self.workspace.item(import).is_conditional()
        });
        let glob = always.find(|glob| {
            let target = self.leaf(**glob, Namespace::Type, open);
            target.is_some_and(|hit| hit.def == Def::Module(home))
        });
        let glob = glob.filter(|_| is_defined);
        glob.map(|glob| (*glob, (home, Found::Item(item))))
    }

    /// What an import brings in. One that leads nowhere in any namespace imports what a macro has made.
    fn imported(&self, leaf: UseLeafId, namespace: Namespace, open: &mut Open) -> Option<Hit> {
        let asked = open.trust;
        let mut found = self.leaf(leaf, namespace, open);
        open.trust = Trust::Seen;
        let nowhere = found.is_none()
            && NAMESPACES
                .iter()
                .all(|namespace| self.leaf(leaf, *namespace, open).is_none());
        if nowhere {
            found = [
                Trust::Likely,
                Trust::Spliced,
                Trust::Foreign,
                Trust::Anything,
            ]
            .into_iter()
            .find_map(|trust| {
                open.trust = trust;
                self.leaf(leaf, namespace, open)
            });
        }
        open.trust = asked;
        found
    }

    /// Which macro call or derive in a module may have made a name that is defined nowhere.
    fn made(&self, module: ModuleId, name: Name, trust: Trust) -> Option<(ItemId, Def)> {
        let names = &self.modules[module.index()];
        if let Some(call) = names.opaque.get(&name) {
            return Some((*call, Def::Item(*call)));
        }
        let wanted = plain(&name);
        let alike = names.makers.iter().copied().find(|id| {
            let item = self.workspace.item(*id);
            if trust >= Trust::Spliced && self.workspace.splices_source(*id) {
                return true;
            }
            let own = plain(&item.name);
            own.len().min(wanted.len()) > 2 && (wanted.contains(&own) || own.contains(&wanted))
                || item.kind != ItemKind::MacroCall && self.spells_out(*id, &name)
        });
        let item = alike.or_else(|| {
            let first = names.makers.first().copied();
            first.filter(|_| trust == Trust::Anything)
        })?;
        let is_call = self.workspace.item(item).kind == ItemKind::MacroCall;
        Some((
            item,
            if is_call {
                Def::Item(item)
            } else {
                Def::Made(item)
            },
        ))
    }

    /// Whether an item has a name for what its derives and attributes make: of a type also beside its fields and variants,
    /// of what has a body only in its own attributes, or all that is used there would be made there.
    fn spells_out(&self, id: ItemId, name: &str) -> bool {
        let item = self.workspace.item(id);
        if item.kind.is_type() {
            return has_word(self.workspace.text_of(id), name);
        }
        let file = self.workspace.file(self.workspace.module(item.module).file);
        let mut attributes = item.attributes.iter();
        attributes.any(|attribute| !attribute.is_doc && has_word(&file[attribute.range], name))
    }

    fn bound(
        &self,
        module: ModuleId,
        name: Name,
        namespace: Namespace,
        found: Found,
        open: &mut Open,
    ) -> Vec<Hit> {
        let lookup = Lookup {
            module,
            name,
            namespace,
            found,
        };
        let defs = match found {
            Found::Item(item) => match (
                self.workspace.item(item).kind,
                self.workspace.item(item).declares,
            ) {
                (_, Some(child)) => vec![Def::Module(child)],
                (ItemKind::Mod, None) => Vec::new(),
                _ => vec![Def::Item(item)],
            },
            Found::Leaf(leaf) | Found::Glob(leaf) => self
                .imported(leaf, namespace, open)
                .map(|hit| {
                    let others = hit.others.into_iter().map(|other| other.def);
                    std::iter::once(hit.def).chain(others).collect()
                })
                .unwrap_or_default(),
        };
        defs.into_iter()
            .map(|def| Hit::new(def, smallvec![lookup], 1))
            .collect()
    }

    fn through_glob(
        &self,
        module: ModuleId,
        name: Name,
        namespace: Namespace,
        glob: UseLeafId,
        open: &mut Open,
    ) -> Vec<Hit> {
        let key = (glob.0, module.0, slot(namespace) as u8);
        let asked = (glob, Some(name), key.2, open.trust);
        if open.keys.contains(&key) || open.is_settled(&asked) {
            return Vec::new();
        }
        open.keys.push(key);
        let Some(target) = self.leaf(glob, Namespace::Type, open) else {
            open.keys.pop();
            return Vec::new();
        };
        let lookup = Lookup {
            module,
            name,
            namespace,
            found: Found::Glob(glob),
        };
        let hits = match target.def {
            Def::Module(inner) => self.globbed(inner, name, namespace, module, open),
            Def::Crate(krate) => self.globbed(
                self.workspace.krate(krate).root,
                name,
                namespace,
                module,
                open,
            ),
            Def::Item(item)
                if self
                    .workspace
                    .item(item)
                    .members
                    .iter()
                    .any(|member| *member == name) =>
            {
                vec![Hit::first(Def::Item(item))]
            }
            Def::Item(item) if open.trust == Trust::Anything && self.is_call(item) => {
                vec![Hit::first(Def::Item(item))]
            }
            def @ Def::External(_) if open.trust >= Trust::Foreign => vec![Hit::first(def)],
            def @ Def::Made(_) if open.trust == Trust::Anything => vec![Hit::first(def)],
            Def::Item(_) | Def::External(_) | Def::Made(_) => Vec::new(),
        };
        open.keys.pop();
        if hits.is_empty() {
            open.settle(asked);
        }
        hits.into_iter()
            .map(|mut hit| {
                hit.lookups.insert(0, lookup);
                hit
            })
            .collect()
    }

    /// What a glob brings in from a module: only what may be seen from where the glob stands.
    fn globbed(
        &self,
        inner: ModuleId,
        name: Name,
        namespace: Namespace,
        to: ModuleId,
        open: &mut Open,
    ) -> Vec<Hit> {
        let names = &self.modules[inner.index()];
        let explicit = names.explicit.get(&name);
        let is_private = |found: &Found| match found {
            Found::Item(_) => false,
            Found::Leaf(leaf) | Found::Glob(leaf) => {
                let item = self.workspace.item(self.workspace.leaf(*leaf).item);
                matches!(item.visibility.level, Level::Private | Level::Module)
            }
        };
        let hidden = explicit.is_some_and(|spaces| {
            let found = &spaces[slot(namespace)];
            !found.is_empty() && found.iter().all(is_private)
        });
        // To follow what will be dropped would lead round in circles of modules that import from each other.
        if hidden && names.globs.is_empty() && !self.workspace.is_within(to, inner) {
            return Vec::new();
        }
        let trust = open.trust;
        let mut hits = self.in_module((inner, Some(to)), name, namespace, open);
        hits.retain(|hit| {
            let mut first = hit.lookups.first().into_iter();
            matches!(hit.def, Def::Made(_)) || first.all(|lookup| self.is_seen(lookup, to, trust))
        });
        hits
    }

    /// Whether the visibility of what a name is bound to reaches a module. What a macro writes or a block declares under
    /// the name has one of its own, which is taken to reach; and an attribute macro may write another than there is, where
    /// nothing else explains the name.
    pub(super) fn is_seen(&self, lookup: &Lookup, from: ModuleId, trust: Trust) -> bool {
        let item = self.workspace.item(match lookup.found {
            Found::Item(item) => item,
            Found::Leaf(leaf) | Found::Glob(leaf) => self.workspace.leaf(leaf).item,
        });
        let inner = self.workspace.module(lookup.module);
        match item.visibility.level {
            _ if trust > Trust::Seen && item.may_be_rewritten() => true,
            _ if matches!(
                item.kind,
                ItemKind::MacroCall | ItemKind::MacroRules | ItemKind::ForeignMod
            ) =>
            {
                true
            }
            Level::Public | Level::In(_) => true,
            Level::Crate => inner.krate == self.workspace.module(from).krate,
            Level::Super => self
                .workspace
                .is_within(from, inner.parent.unwrap_or(lookup.module)),
            Level::Private | Level::Module => self.workspace.is_within(from, lookup.module),
        }
    }

    /// Whether who asks from a module does not see what a glob brings into another.
    fn is_hidden(&self, glob: UseLeafId, module: ModuleId, asker: Option<ModuleId>) -> bool {
        let item = self.workspace.item(self.workspace.leaf(glob).item);
        matches!(item.visibility.level, Level::Private | Level::Module)
            && asker.is_some_and(|asker| !self.workspace.is_within(asker, module))
    }

    /// Whether a name is bound to a definition that no `cfg` turns off.
    fn is_defined(&self, found: Found) -> bool {
        let Found::Item(item) = found else {
            return false;
        };
        !self.is_call(item) && !self.workspace.item(item).is_conditional()
    }

    pub(in crate::resolve) fn is_call(&self, item: ItemId) -> bool {
        self.workspace.item(item).kind == ItemKind::MacroCall
    }

    /// Foreign crates and modules whose every name a module imports: where a name not found may come from. Each with the
    /// globs on the way, and the modules that they stand in.
    pub(in crate::resolve) fn foreign_globs(&self, module: ModuleId) -> Vec<(GlobWay, Name)> {
        self.foreign_globs_seen(module, module, &mut BTreeSet::new())
    }

    /// The same, of those globs that a module sees which imports every name of this one.
    fn foreign_globs_seen(
        &self,
        module: ModuleId,
        to: ModuleId,
        seen: &mut BTreeSet<ModuleId>,
    ) -> Vec<(GlobWay, Name)> {
        let mut found = Vec::new();
        if !seen.insert(module) {
            return found;
        }
        for glob in &self.modules[module.index()].globs {
            if self.is_hidden(*glob, module, Some(to)) {
                continue;
            }
            let own = (module, *glob);
            let hit = self.leaf(*glob, Namespace::Type, &mut Open::default());
            let inner = match hit.map(|hit| hit.def) {
                Some(Def::External(name)) => {
                    found.push((smallvec![own], name));
                    continue;
                }
                Some(Def::Module(inner)) => inner,
                Some(Def::Crate(krate)) => self.workspace.krate(krate).root,
                _ => continue,
            };
            let behind = self.foreign_globs_seen(inner, module, seen).into_iter();
            found.extend(behind.map(|(mut way, name)| {
                way.insert(0, own);
                (way, name)
            }));
        }
        found
    }
}

/// Globs that lead from one to the next, each with the module that it stands in.
pub(in crate::resolve) type GlobWay = SmallVec<[(ModuleId, UseLeafId); 1]>;

/// A name as it is compared with others: `search_error` is like `SearchError`.
fn plain(name: &str) -> String {
    name.replace('_', "").to_lowercase()
}
