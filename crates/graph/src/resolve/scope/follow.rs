//! Follows paths, of imports and of code, from module to module.

use cleave_syntax::item::{Binding, ItemKind, PathUse};
use cleave_syntax::{ModuleId, Name, UseLeafId};

use super::super::builtin;
use super::{Def, Hit, Open, Scopes, Trust, slot};
use crate::graph::{Found, Lookup, Lookups, Namespace};

impl Scopes<'_> {
    /// What an import leads to in one namespace.
    pub(in crate::resolve) fn leaf(
        &self,
        id: UseLeafId,
        namespace: Namespace,
        open: &mut Open,
    ) -> Option<Hit> {
        let cell = &self.leaves[id.index()][open.trust as usize][slot(namespace)];
        if let Some(hit) = cell.get() {
            return hit.as_deref().cloned();
        }
        let key = (id.0, u32::MAX, slot(namespace) as u8);
        let asked = (id, None, key.2, open.trust);
        if open.keys.contains(&key) || open.is_settled(&asked) {
            return None;
        }
        open.followed += 1;
        open.keys.push(key);
        let importer = self.workspace.item(self.workspace.leaf(id).item).module;
        let from = open.from.replace(importer);
        let hit = self.resolve_leaf(id, namespace, open);
        open.from = from;
        open.keys.pop();
        // Inside a circle of imports the answer may be partial: only the outermost is kept.
        if open.keys.is_empty() || hit.is_some() {
            cell.set(hit.clone().map(Box::new)).ok();
        } else {
            open.settle(asked);
        }
        hit
    }

    fn resolve_leaf(&self, id: UseLeafId, namespace: Namespace, open: &mut Open) -> Option<Hit> {
        let leaf = self.workspace.leaf(id);
        let item = self.workspace.item(leaf.item);
        let krate = self.workspace.module(item.module).krate;
        if item.kind == ItemKind::ExternCrate {
            // A crate is a type-namespace name only.
            if namespace != Namespace::Type {
                return None;
            }
            // Cargo has seen to it that there is such a crate: a package's library may have another name than it.
            let name = leaf.path.segments[0].name;
            let def = self
                .extern_crate(krate, name)
                .unwrap_or(Def::External(name));
            return Some(Hit::first(def));
        }
        if (leaf.is_self || leaf.binding == Binding::Glob) && namespace != Namespace::Type {
            return None;
        }
        if namespace == Namespace::Type
            && let Some(hit) = self.own_name_of_crate(id)
        {
            return Some(hit);
        }
        let trust = open.trust;
        let hit = self.import(&leaf.path, item.module, namespace, open)?;
        // A crate of derives exports nothing else, and is known by the custom that names `serde_derive` after `serde`.
        let is_derive = matches!(hit.def, Def::External(krate) if krate.ends_with("_derive"));
        if is_derive && leaf.path.segments.len() > 1 && namespace != Namespace::Macro {
            return None;
        }
        let names_crate =
            leaf.path.segments.len() == 1 && matches!(hit.def, Def::Crate(_) | Def::External(_));
        if names_crate && namespace != Namespace::Type {
            return None;
        }
        // Private in one namespace, a name is imported in the others.
        let is_seen = |hit: &Hit| {
            let last = hit
                .lookups
                .last()
                .filter(|_| hit.used == leaf.path.segments.len());
            matches!(hit.def, Def::Made(_))
                || last.is_none_or(|last| self.is_seen(last, item.module, trust))
        };
        let seen = is_seen(&hit) || hit.others.iter().any(is_seen);
        let whole = hit.used == leaf.path.segments.len() || self.names_variant(&hit, &leaf.path);
        (seen && whole).then_some(hit)
    }

    /// The crate of `use name;`: what else has the name in its module is there under other conditions, or there would be
    /// two of it.
    fn own_name_of_crate(&self, id: UseLeafId) -> Option<Hit> {
        let leaf = self.workspace.leaf(id);
        let module = self.workspace.item(leaf.item).module;
        let [only] = &leaf.path.segments[..] else {
            return None;
        };
        let keeps_name = matches!(&leaf.binding, Binding::Name(name) if only.name == name.as_str());
        if !keeps_name || self.is_2015(module) {
            return None;
        }
        self.in_prelude(self.workspace.module(module).krate, only.name)
    }

    /// Whether all but the last segment of an import was used, and the last is a variant of the enum found; or what was
    /// found is a macro call, which may have made a module with all the rest.
    fn names_variant(&self, hit: &Hit, path: &PathUse) -> bool {
        match hit.def {
            Def::Item(item) if self.is_call(item) => true,
            Def::Item(item) => {
                let item = self.workspace.item(item);
                let last = path
                    .segments
                    .last()
                    .map_or("", |segment| segment.name.as_str());
                hit.used + 1 == path.segments.len()
                    && (item.members.iter().any(|member| member == last)
                        || item.kind == ItemKind::TypeAlias)
            }
            Def::External(_) | Def::Made(_) => true,
            _ => false,
        }
    }

    /// Resolves the path of a `use`: Rust reference, use declarations, and the edition guide on paths.
    pub(in crate::resolve) fn import(
        &self,
        path: &PathUse,
        module: ModuleId,
        namespace: Namespace,
        open: &mut Open,
    ) -> Option<Hit> {
        let krate = self.workspace.module(module).krate;
        let old_edition = self.is_2015(module);
        let root = self.workspace.krate(krate).root;
        let first = path.segments.first()?.name;
        if builtin::is_relative(&first) {
            return self.relative(path, module, namespace, open);
        }
        if path.global && !old_edition {
            let hit = self.in_prelude(krate, first)?;
            return self.follow(hit, path, namespace, open);
        }
        if !old_edition
            && self.is_crate_beside_its_namesake(path, module)
            && let Some(hit) = self.in_prelude(krate, first)
        {
            return self.follow(hit, path, namespace, open);
        }
        let from = if old_edition { root } else { module };
        let trust = open.trust;
        if path.segments.len() == 1 {
            // A crate rather than something that nobody has seen.
            open.trust = trust.min(Trust::Spliced);
        }
        let found = self.path_from(from, path, 0, namespace, &[], open);
        open.trust = trust;
        found.or_else(|| {
            let single = path.segments.len() == 1;
            if single
                && namespace == Namespace::Macro
                && let Some((hit, _)) = self.textual_macro(module, None, first)
            {
                return Some(hit);
            }
            if single && namespace != Namespace::Type
                || !single && self.declares_module(from, first)
            {
                return None;
            }
            let hit = self.in_prelude(krate, first)?;
            self.follow(hit, path, namespace, open)
        })
    }

    /// Whether a name is always that of one of our modules in another: it hides a crate of that name, whatever a path
    /// through it ends at.
    pub(in crate::resolve) fn names_module(&self, module: ModuleId, name: Name) -> bool {
        let bound = self.modules[module.index()].explicit.get(&name);
        let found = bound.map_or(&[][..], |spaces| &spaces[slot(Namespace::Type)]);
        let mut imports = found.iter().filter_map(|found| match found {
            Found::Leaf(leaf) | Found::Glob(leaf) => Some(*leaf),
            Found::Item(_) => None,
        });
        self.declares_module(module, name)
            || imports.any(|leaf| {
                let import = self.workspace.item(self.workspace.leaf(leaf).item);
                let hit = self.leaf(leaf, Namespace::Type, &mut Open::at(Trust::Seen));
                let is_module = hit.is_some_and(|hit| matches!(hit.def, Def::Module(_)));
                is_module && !import.is_conditional()
            })
    }

    /// The same of `mod name` in the module.
    fn declares_module(&self, module: ModuleId, name: Name) -> bool {
        let bound = self.modules[module.index()].explicit.get(&name);
        let found = bound
            .into_iter()
            .flat_map(|spaces| &spaces[slot(Namespace::Type)]);
        let mut items = found.filter_map(|found| match found {
            Found::Item(item) => Some(self.workspace.item(*item)),
            Found::Leaf(_) | Found::Glob(_) => None,
        });
        items.any(|item| item.declares.is_some() && !item.is_conditional())
    }

    /// Whether the path of an import starts with a crate's name that its module has for what the crate calls as itself, too:
    /// `use anyhow::{anyhow, Result}`. That is a macro or a function; a module would have to have all the rest itself.
    fn is_crate_beside_its_namesake(&self, path: &PathUse, module: ModuleId) -> bool {
        let [first, _, ..] = &path.segments[..] else {
            return false;
        };
        let is_namesake = |found: &Found| match found {
            Found::Leaf(leaf) => {
                let of = &self.workspace.leaf(*leaf).path.segments;
                matches!(&of[..], [krate, item] if krate.name == first.name && item.name == first.name)
            }
            _ => false,
        };
        let names = &self.modules[module.index()];
        let bound = names.explicit.get(&first.name);
        let bound = bound.map(|spaces| &spaces[slot(Namespace::Type)]);
        bound.is_some_and(|found| !found.is_empty() && found.iter().all(is_namesake))
    }

    /// A path that starts with `crate`, `self`, `super` or `$crate`.
    pub(in crate::resolve) fn relative(
        &self,
        path: &PathUse,
        module: ModuleId,
        namespace: Namespace,
        open: &mut Open,
    ) -> Option<Hit> {
        let krate = self.workspace.module(module).krate;
        let mut at = module;
        let mut used = 0;
        for segment in &path.segments {
            match segment.name.as_str() {
                "crate" | "$crate" if used == 0 => at = self.workspace.krate(krate).root,
                "self" if used == 0 => {}
                "super" => at = self.workspace.module(at).parent?,
                _ => break,
            }
            used += 1;
        }
        if used == path.segments.len() {
            let def = if self.workspace.module(at).parent.is_none() {
                Def::Crate(krate)
            } else {
                Def::Module(at)
            };
            return Some(Hit::new(def, Lookups::new(), used));
        }
        self.path_from(at, path, used, namespace, &[], open)
    }

    /// Looks up segment `used` of a path in a module and goes on from there.
    pub(in crate::resolve) fn path_from(
        &self,
        module: ModuleId,
        path: &PathUse,
        used: usize,
        namespace: Namespace,
        lookups: &[Lookup],
        open: &mut Open,
    ) -> Option<Hit> {
        let is_last = used + 1 == path.segments.len();
        let space = if is_last { namespace } else { Namespace::Type };
        let name = path.segments[used].name;
        let mut best: Option<Hit> = None;
        let mut full: Option<Hit> = None;
        let trust = open.trust;
        if used == 0 && !is_last {
            // That a path starts with something that nobody has seen would explain anything.
            open.trust = trust.min(Trust::Spliced);
        }
        let bindings = self.in_module((module, None), name, space, open);
        open.trust = trust;
        let are_many = bindings.len() > 1;
        let is_full = |hit: &Hit| {
            let is_outside = matches!(hit.def, Def::External(_));
            hit.used == path.segments.len() || are_many && is_outside
        };
        let mut silent: Vec<Hit> = Vec::new();
        for found in bindings {
            let all = if lookups.is_empty() {
                found.lookups
            } else {
                lookups.iter().chain(&found.lookups).copied().collect()
            };
            let hit = Hit::new(found.def, all, used + 1);
            let twin = are_many.then(|| hit.clone());
            match self.follow(hit, path, namespace, open) {
                // What another crate has of the rest is not seen: beside a twin it counts as found.
                Some(hit) if is_full(&hit) => match &mut full {
                    // One thing by two ways that `cfg`s choose between.
                    Some(first) if first.def == hit.def => first.lookups.extend(hit.lookups),
                    Some(first) => first.others.push(hit),
                    None => full = Some(hit),
                },
                Some(hit) => match &mut best {
                    Some(best) if best.used > hit.used => {}
                    Some(best) if best.used == hit.used && best.def != hit.def => {
                        best.others.push(hit);
                    }
                    Some(best) if best.used == hit.used => {}
                    _ => best = Some(hit),
                },
                None => silent.extend(twin),
            }
        }
        if let Some(full) = &mut full {
            let twins = silent.iter();
            full.others
                .extend(twins.filter_map(|twin| self.spliced_in(twin, path)));
        }
        full.or(best)
    }

    /// The source that nobody has read in a module which shows no name that its twin under another `cfg` has: it is there
    /// that the name is defined.
    fn spliced_in(&self, twin: &Hit, path: &PathUse) -> Option<Hit> {
        let Def::Module(module) = twin.def else {
            return None;
        };
        let makers = &self.modules[module.index()].makers;
        let mut makers = makers.iter().copied();
        let call = makers.find(|id| self.workspace.splices_source(*id))?;
        let mut lookups = twin.lookups.clone();
        lookups.push(Lookup {
            module,
            name: path.segments.get(twin.used)?.name,
            namespace: Namespace::Type,
            found: Found::Item(call),
        });
        Some(Hit::new(Def::Item(call), lookups, twin.used + 1))
    }

    /// Goes on behind what was found, as long as that is a module.
    pub(in crate::resolve) fn follow(
        &self,
        hit: Hit,
        path: &PathUse,
        namespace: Namespace,
        open: &mut Open,
    ) -> Option<Hit> {
        if hit.used == path.segments.len() {
            return Some(hit);
        }
        match hit.def {
            Def::Module(module) => {
                self.path_from(module, path, hit.used, namespace, &hit.lookups, open)
            }
            Def::Crate(krate) => self.path_from(
                self.workspace.krate(krate).root,
                path,
                hit.used,
                namespace,
                &hit.lookups,
                open,
            ),
            Def::External(_) | Def::Item(_) | Def::Made(_) => Some(hit),
        }
    }
}
