//! Paths that no definition in the source explains: names of the language, of foreign globs, and made by macros (row D3).

use std::collections::{BTreeMap, BTreeSet};

use cleave_syntax::item::{ItemKind, PathContext, PathUse};
use cleave_syntax::name::is_upper_camel;
use cleave_syntax::{ItemId, ModuleId, Name, UseLeafId};

use super::scope::{Def, GlobWay, Trust, has_word};
use super::{Resolver, builtin, is_import, resolution};
use crate::graph::{Found, Lookup, Lookups, Namespace, Place, Reference, Resolution, Target};
use crate::standard;

impl Resolver<'_> {
    /// What a path may mean whose first name is defined nowhere, from the surest guess to the least.
    pub(super) fn unknown(
        &self,
        path: &PathUse,
        module: ModuleId,
        item: Option<ItemId>,
    ) -> Vec<Resolution> {
        let first = path.segments[0].name.as_str();
        let single = path.segments.len() == 1;
        let is_name = matches!(path.context, PathContext::Macro | PathContext::Attribute);
        if path.guessed && single && !is_name {
            return self.word(path, module, item);
        }
        if is_builtin(path) {
            let by_glob = self.prelude_by_glob(path, module);
            return if by_glob.is_empty() {
                plain(path, Target::Builtin)
            } else {
                by_glob
            };
        }
        if matches!(path.context, PathContext::DocLink | PathContext::DocTest) {
            return Vec::new();
        }
        let is_attribute = path.context == PathContext::Attribute;
        let is_macro = path.context == PathContext::Macro;
        for trust in [Trust::Likely, Trust::Spliced] {
            let mut likely = self.at(path, module, item, trust);
            // A call does not define the macro that it calls.
            likely.retain(|resolution| {
                !is_macro || Some(&resolution.target) != item.map(Target::Item).as_ref()
            });
            if !(likely.is_empty() || is_attribute) {
                return likely;
            }
        }
        // What a path from the own crate comes to is no word that some macro may have defined.
        let is_relative = builtin::is_relative(first);
        if !single && (is_relative || self.scopes.names_module(module, path.segments[0].name)) {
            let behind = self.at(path, module, item, Trust::Foreign);
            if !behind.is_empty() {
                return behind;
            }
        }
        if !path.guessed || is_name {
            let foreign = self.foreign(path, module);
            if !foreign.is_empty() {
                return foreign;
            }
        }
        if is_attribute {
            // A tool's, or a helper of a derive or attribute around.
            let known = if single {
                Vec::new()
            } else {
                plain(path, Target::Builtin)
            };
            return known;
        }
        if let Some(item) = item.filter(|item| self.makes(*item, first)) {
            return plain(path, Target::Opaque(item));
        }
        if path.guessed
            && !single
            && !is_relative
            && let Some(rules) = item.and_then(|item| self.mentions(item, first))
        {
            return plain(path, Target::Opaque(rules));
        }
        for around in self.around_rewritten(module) {
            let found = self.at(path, around, item, Trust::Likely);
            if !found.is_empty() {
                return found;
            }
        }
        let starts_here = single && !first.starts_with(char::is_uppercase);
        if !(starts_here || is_macro || path.guessed && single) {
            let anything = self.at(path, module, item, Trust::Anything);
            if !anything.is_empty() {
                return anything;
            }
        }
        match path.context {
            _ if path.guessed => Vec::new(),
            _ => plain(path, Target::Unresolved),
        }
    }

    /// The modules around one, if an attribute macro is handed it or one of these: it may import all of the outermost that
    /// it is not handed. The nearest first.
    fn around_rewritten(&self, module: ModuleId) -> Vec<ModuleId> {
        let workspace = self.scopes.workspace;
        let mut around: Vec<ModuleId> = workspace.around(module).collect();
        let is_rewritten = |module: &ModuleId| workspace.is_rewritten(*module);
        let Some(outermost) = around.iter().rposition(is_rewritten) else {
            return Vec::new();
        };
        around.truncate(outermost + 2);
        around.remove(0);
        around
    }

    /// A word in tokens means something only where another call defines what it is handed under that word; or where a glob
    /// brings what another crate has, and it looks like a type in a call that writes items, or like a variant of a type
    /// that the glob names.
    fn word(&self, path: &PathUse, module: ModuleId, item: Option<ItemId>) -> Vec<Resolution> {
        let name = path.segments[0].name;
        if is_builtin(path) {
            return self.prelude_by_glob(path, module);
        }
        if !self.scopes.is_spliced(name) {
            let mut foreign = if is_upper_camel(&name) {
                self.foreign(path, module)
            } else {
                Vec::new()
            };
            if !item.is_some_and(|item| self.scopes.is_call(item)) {
                foreign.retain(|resolution| self.goes_behind_type(resolution));
            }
            return foreign;
        }
        let mut likely = self.at(path, module, item, Trust::Likely);
        likely.retain(|resolution| match resolution.target {
            Target::Item(call) => Some(call) != item && self.scopes.splices(call, name),
            _ => false,
        });
        likely
    }

    /// A macro that `#[macro_use] extern crate` may bring in. What other crates have is not known: a word that calls nothing is
    /// no evidence of a macro, and an attribute comes by a glob rather, where there is one.
    pub(super) fn prelude_macro(&self, path: &PathUse, module: ModuleId) -> Vec<Resolution> {
        let name = path.segments[0].name;
        let globs = || self.scopes.foreign_globs(module).into_iter();
        // A member's `print!` goes before the standard library's.
        let is_standard = builtin::is_macro(name.as_str()) || builtin::is_derive(name.as_str());
        let may_be_foreign = match path.context {
            PathContext::Macro => !is_standard,
            PathContext::Attribute => {
                !is_standard && globs().all(|(_, name)| standard::is_crate(name.as_str()))
            }
            _ => is_import(path),
        };
        let found = self.scopes.macro_prelude(module, name).into_iter();
        let found = found.filter(|hit| may_be_foreign || matches!(hit.def, Def::Item(_)));
        found.map(resolution).collect()
    }

    /// A name of the standard prelude that a glob of its module brings in, which goes before the prelude; and `alloc`'s are
    /// no names of the prelude without `std`.
    fn prelude_by_glob(&self, path: &PathUse, module: ModuleId) -> Vec<Resolution> {
        let home = builtin::home(path.segments[0].name.as_str()).map(Name::new);
        let is_name = !matches!(path.context, PathContext::Macro | PathContext::Attribute);
        let Some(home) = home.filter(|home| is_name && self.scopes.is_globbed(*home)) else {
            return Vec::new();
        };
        let mut found = self.foreign(path, module);
        found.retain(|resolution| {
            let Target::External(krate) = &resolution.target else {
                return false;
            };
            let last = resolution.lookups.last();
            let glob = last.and_then(|lookup| match lookup.found {
                Found::Glob(glob) => self.scopes.workspace.leaf(glob).path.segments.last(),
                _ => None,
            });
            standard::is_crate(krate) && glob.is_some_and(|last| last.name == home)
        });
        found
    }

    /// A name that a glob of another crate may bring in: of several nobody knows which.
    fn foreign(&self, path: &PathUse, module: ModuleId) -> Vec<Resolution> {
        let namespace = match path.context {
            PathContext::Macro | PathContext::Attribute => Namespace::Macro,
            _ => Namespace::Type,
        };
        let lookup = |(module, glob): (ModuleId, UseLeafId)| Lookup {
            module,
            name: path.segments[0].name,
            namespace,
            found: Found::Glob(glob),
        };
        let resolution = |(way, name): (GlobWay, Name)| Resolution {
            target: Target::External(name),
            lookups: way.into_iter().map(lookup).collect(),
            used: path.segments.len() as u32,
        };
        let globs = self.scopes.foreign_globs(module);
        let globs: BTreeSet<(GlobWay, Name)> = globs.into_iter().collect();
        globs.into_iter().map(resolution).collect()
    }

    /// Whether a name was found by a glob of a type, `Type::*`, which the naming conventions tell from a module.
    fn goes_behind_type(&self, found: &Resolution) -> bool {
        found.lookups.iter().any(|lookup| match lookup.found {
            Found::Glob(glob) => {
                let last = self.scopes.workspace.leaf(glob).path.segments.last();
                last.is_some_and(|last| last.name.starts_with(char::is_uppercase))
            }
            _ => false,
        })
    }

    /// Whether a macro call in an item's body has the name in its tokens: it may define it there.
    fn makes(&self, item: ItemId, name: &str) -> bool {
        self.scopes
            .workspace
            .item(item)
            .paths
            .iter()
            .any(|path| path.guessed && path.segments.len() == 1 && path.segments[0].name == name)
    }
}

impl Resolver<'_> {
    /// A macro that the item calls and whose text has the name: what the call hands over may be meant for there.
    fn mentions(&self, item: ItemId, name: &str) -> Option<ItemId> {
        let workspace = self.scopes.workspace;
        let calls = workspace.item(item).paths.iter();
        calls
            .filter(|path| path.context == PathContext::Macro)
            .filter_map(|path| path.segments.last())
            .flat_map(|segment| self.scopes.rules(segment.name))
            .copied()
            .find(|rules| has_word(workspace.text_of(*rules), name))
    }

    /// Looks up the paths of macro bodies that mean nothing where the macro stands, where it is called: macros by
    /// example are not hygienic for items.
    pub(super) fn transcribed(&self, items: &mut [Vec<Reference>]) {
        let workspace = self.scopes.workspace;
        let mut sites: BTreeMap<ItemId, BTreeSet<ModuleId>> = BTreeMap::new();
        for reference in items.iter().flatten() {
            if let (Target::Item(rules), Place::Item(place, _)) =
                (&reference.resolution.target, reference.place)
                && workspace.item(*rules).macro_rules.is_some()
            {
                let module = workspace.item(place).module;
                sites.entry(*rules).or_default().insert(module);
            }
        }
        for (rules, modules) in sites {
            let mut found = std::mem::take(&mut items[rules.index()]);
            for (index, path) in workspace.item(rules).paths.iter().enumerate() {
                let place = Place::Item(rules, index as u32);
                let known = found.iter().any(|reference| {
                    reference.place == place && reference.resolution.target != Target::Unresolved
                });
                if known {
                    continue;
                }
                let word = path.segments.len() == 1 && path.context != PathContext::Macro;
                let trusts: &[Trust] = if word {
                    &[Trust::Seen]
                } else {
                    &[Trust::Seen, Trust::Likely]
                };
                let there = trusts.iter().find_map(|trust| {
                    modules
                        .iter()
                        .find_map(|module| self.at(path, *module, None, *trust).into_iter().next())
                });
                // What a call of it makes is the call's, and that needs the macro already.
                let made = |target: &Target| matches!(target, Target::Item(item) if workspace.item(*item).kind == ItemKind::MacroCall);
                if let Some(mut resolution) = there.filter(|found| !made(&found.target)) {
                    // The names are looked up by whoever calls the macro.
                    resolution.lookups.clear();
                    found.retain(|reference| reference.place != place);
                    found.push(Reference { place, resolution });
                }
            }
            found.sort_by_key(|reference| reference.place);
            items[rules.index()] = found;
        }
    }
}

pub(super) fn is_builtin(path: &PathUse) -> bool {
    let first = path.segments[0].name.as_str();
    match path.context {
        PathContext::Macro => path.segments.len() == 1 && builtin::is_macro(first),
        PathContext::Attribute => builtin::is_derive(first),
        _ => builtin::is_name(first),
    }
}

fn plain(path: &PathUse, target: Target) -> Vec<Resolution> {
    vec![Resolution {
        target,
        lookups: Lookups::new(),
        used: path.segments.len() as u32,
    }]
}
