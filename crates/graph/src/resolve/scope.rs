//! What each module binds, and looking a name up in it.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use cleave_syntax::item::{
    Binding, Include, Item, ItemKind, Level, PathContext, PathUse, UseLeafId,
};
use cleave_syntax::workspace::CrateKind;
use cleave_syntax::{CrateId, ItemId, ModuleId, Workspace};

use super::builtin;
use crate::graph::{Found, Lookup, Namespace};

/// What a name leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Def {
    Item(ItemId),
    Module(ModuleId),
    Crate(CrateId),
    External(String),
    /// What a derive or attribute macro on an item makes beside it.
    Made(ItemId),
}

/// A definition with the lookups that led there.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    pub(super) def: Def,
    pub(super) lookups: Vec<Lookup>,
    /// How many segments were used.
    pub(super) used: usize,
    /// What else it may be: definitions of the same name under other `cfg`s.
    pub(super) others: Vec<Hit>,
}

impl Hit {
    fn new(def: Def, lookups: Vec<Lookup>, used: usize) -> Self {
        Self {
            def,
            lookups,
            used,
            others: Vec::new(),
        }
    }

    /// What a name alone leads to.
    pub(super) fn first(def: Def) -> Self {
        Self::new(def, Vec::new(), 1)
    }
}

#[derive(Default)]
struct Names<'a> {
    /// Definitions and named imports; several where `cfg`s tell them apart.
    explicit: HashMap<&'a str, [Vec<Found>; 3]>,
    globs: Vec<UseLeafId>,
    /// Names in the tokens of macro calls at module level, which those may define.
    opaque: HashMap<&'a str, ItemId>,
    /// Macro calls, and items with derives and attributes that are not the language's: they may define any name.
    makers: Vec<ItemId>,
}

/// All names of a workspace.
pub(super) struct Scopes<'a> {
    pub(super) workspace: &'a Workspace,
    modules: Vec<Names<'a>>,
    /// By crate: names that start a path to another crate.
    preludes: Vec<HashMap<String, Def>>,
    /// By crate and name: macros in textual scope, each with the module from which on it is visible.
    textual: Vec<HashMap<&'a str, Vec<(ItemId, ModuleId)>>>,
    /// By crate: other crates whose macros `#[macro_use] extern crate` brings in.
    macro_crates: Vec<Vec<Def>>,
    /// By leaf: what it leads to in each namespace, at each level of trust.
    leaves: Vec<[[OnceLock<Option<Hit>>; 3]; 3]>,
    /// Every `macro_rules!` by name.
    rules: HashMap<&'a str, Vec<ItemId>>,
}

/// How much is believed of names that no definition in the source has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Trust {
    /// Only definitions in the source, and those that a `macro_rules!` of the workspace has written out.
    #[default]
    Seen,
    /// A word in the tokens of a macro call, or a name like that of an item with a derive.
    Likely,
    /// Whatever a macro could have made.
    Anything,
}

/// What is being resolved right now: a name that needs itself is not found.
#[derive(Debug, Default)]
pub(super) struct Open {
    keys: Vec<(u32, u32, u8)>,
    pub(super) trust: Trust,
    /// The module that an import stands in, while it is being resolved.
    from: Option<ModuleId>,
}

impl Open {
    pub(super) fn at(trust: Trust) -> Self {
        Self {
            keys: Vec::new(),
            trust,
            from: None,
        }
    }
}

const NAMESPACES: [Namespace; 3] = [Namespace::Type, Namespace::Value, Namespace::Macro];

fn slot(namespace: Namespace) -> usize {
    match namespace {
        Namespace::Type => 0,
        Namespace::Value => 1,
        Namespace::Macro => 2,
    }
}

impl<'a> Scopes<'a> {
    /// Enters all definitions and imports, and resolves the imports.
    pub(super) fn new(workspace: &'a Workspace) -> Self {
        let crates = workspace.crates.len();
        let mut scopes = Scopes {
            workspace,
            modules: (0..workspace.modules.len())
                .map(|_| Names::default())
                .collect(),
            preludes: vec![HashMap::new(); crates],
            textual: (0..crates).map(|_| HashMap::new()).collect(),
            macro_crates: vec![Vec::new(); crates],
            leaves: (0..workspace.leaves.len())
                .map(|_| Default::default())
                .collect(),
            rules: HashMap::new(),
        };
        for (index, item) in workspace.items.iter().enumerate() {
            if item.kind == ItemKind::MacroRules {
                let rules = scopes.rules.entry(&item.name).or_default();
                rules.push(ItemId::new(index));
            }
        }
        for krate in (0..crates).map(CrateId::new) {
            scopes.enter_prelude(krate);
        }
        for item in (0..workspace.items.len()).map(ItemId::new) {
            scopes.enter(item);
        }
        for leaf in (0..workspace.leaves.len()).map(UseLeafId::new) {
            for namespace in NAMESPACES {
                scopes.leaf(leaf, namespace, &mut Open::default());
            }
        }
        scopes
    }

    fn enter_prelude(&mut self, krate: CrateId) {
        let workspace = self.workspace;
        let value = workspace.krate(krate);
        let prelude = &mut self.preludes[krate.index()];
        for name in ["std", "core", "alloc", "proc_macro", "test"] {
            prelude.insert(name.to_owned(), Def::External(name.to_owned()));
        }
        for dependency in &workspace.package(value.package).dependencies {
            let library = dependency
                .member
                .and_then(|member| workspace.library(member));
            let (name, def) = match library {
                Some(library) => {
                    let own = workspace.krate(library).extern_name.clone();
                    let renamed = dependency.key != dependency.package;
                    (
                        if renamed {
                            dependency.extern_name.clone()
                        } else {
                            own
                        },
                        Def::Crate(library),
                    )
                }
                None => (
                    dependency.extern_name.clone(),
                    Def::External(dependency.extern_name.clone()),
                ),
            };
            prelude.insert(name, def);
        }
        if value.kind != CrateKind::Lib
            && value.kind != CrateKind::BuildScript
            && let Some(library) = workspace.library(value.package)
        {
            prelude.insert(
                workspace.krate(library).extern_name.clone(),
                Def::Crate(library),
            );
        }
    }

    fn enter(&mut self, id: ItemId) {
        let workspace = self.workspace;
        let item = workspace.item(id);
        if item.parent.is_some() {
            return;
        }
        if makes_names(item) {
            self.modules[item.module.index()].makers.push(id);
        }
        let (module, found) = (item.module, Found::Item(id));
        let spaces: &[Namespace] = match item.kind {
            ItemKind::Const | ItemKind::Fn | ItemKind::Static => &[Namespace::Value],
            ItemKind::Struct => match item.fields.first() {
                Some(field) if !field.name.starts_with(|c: char| c.is_ascii_digit()) => {
                    &[Namespace::Type]
                }
                _ => &[Namespace::Type, Namespace::Value],
            },
            ItemKind::Enum
            | ItemKind::Mod
            | ItemKind::Trait
            | ItemKind::TraitAlias
            | ItemKind::TypeAlias
            | ItemKind::Union => &[Namespace::Type],
            _ => &[],
        };
        for namespace in spaces {
            self.bind(module, &item.name, *namespace, found);
        }
        for (name, _) in &item.defines {
            for namespace in NAMESPACES {
                self.bind(module, name, namespace, found);
            }
        }
        match item.kind {
            ItemKind::MacroCall => self.enter_call(id),
            ItemKind::MacroRules => self.enter_macro(id),
            ItemKind::Use | ItemKind::ExternCrate => self.enter_import(id),
            _ => {}
        }
    }

    /// What a call defines can't be seen unless its macro has it written out; else a name in its tokens may be one that
    /// it defines (row D3).
    fn enter_call(&mut self, id: ItemId) {
        let workspace = self.workspace;
        let module = workspace.item(id).module;
        for name in self.transcribed(id) {
            for namespace in NAMESPACES {
                self.bind(module, name, namespace, Found::Item(id));
            }
        }
        let words = workspace
            .text_of(id)
            .split(|c: char| !c.is_alphanumeric() && c != '_');
        for word in words.filter(|word| word.starts_with(|c: char| c.is_alphabetic())) {
            self.modules[module.index()]
                .opaque
                .entry(word)
                .or_insert(id);
        }
    }

    /// The names that the macro behind a call, and those that it calls, have written out.
    fn transcribed(&self, call: ItemId) -> BTreeSet<&'a str> {
        let mut names = BTreeSet::new();
        let mut pending: Vec<&str> = self
            .workspace
            .item(call)
            .paths
            .iter()
            .filter(|path| path.context == PathContext::Macro && !path.guessed)
            .filter_map(|path| path.segments.last())
            .map(|segment| segment.name.as_str())
            .collect();
        let mut seen = BTreeSet::new();
        while let Some(name) = pending.pop() {
            if !seen.insert(name) {
                continue;
            }
            let rules = self.rules.get(name).into_iter().flatten();
            for rules in rules.filter_map(|id| self.workspace.item(*id).macro_rules.as_ref()) {
                names.extend(rules.defines.iter().map(String::as_str));
                pending.extend(rules.calls.iter().map(String::as_str));
            }
        }
        names
    }

    fn bind(&mut self, module: ModuleId, name: &'a str, namespace: Namespace, found: Found) {
        self.modules[module.index()]
            .explicit
            .entry(name)
            .or_default()[slot(namespace)]
        .push(found);
    }

    fn enter_macro(&mut self, id: ItemId) {
        let workspace = self.workspace;
        let item = workspace.item(id);
        let krate = workspace.module(item.module).krate;
        let exported = item
            .macro_rules
            .as_ref()
            .is_some_and(|rules| rules.exported);
        if exported {
            self.bind(
                workspace.krate(krate).root,
                &item.name,
                Namespace::Macro,
                Found::Item(id),
            );
        }
        let mut from = item.module;
        while let Some(declaration) = workspace.module(from).declaration {
            let declaration = workspace.item(declaration);
            if !declaration
                .attributes
                .iter()
                .any(|attribute| attribute.path == "macro_use")
            {
                break;
            }
            from = declaration.module;
        }
        self.textual[krate.index()]
            .entry(&item.name)
            .or_default()
            .push((id, from));
    }

    fn enter_import(&mut self, id: ItemId) {
        let workspace = self.workspace;
        let item = workspace.item(id);
        for leaf in &item.leaves {
            match &workspace.leaf(*leaf).binding {
                Binding::Name(name) => {
                    for namespace in NAMESPACES {
                        self.bind(item.module, name, namespace, Found::Leaf(*leaf));
                    }
                }
                Binding::Glob => self.modules[item.module.index()].globs.push(*leaf),
                Binding::Underscore => {}
            }
        }
        if item.kind == ItemKind::ExternCrate && workspace.module(item.module).parent.is_none() {
            self.enter_extern_crate(id);
        }
    }

    fn enter_extern_crate(&mut self, id: ItemId) {
        let workspace = self.workspace;
        let item = workspace.item(id);
        let krate = workspace.module(item.module).krate;
        let Some(leaf) = item.leaves.first().map(|leaf| workspace.leaf(*leaf)) else {
            return;
        };
        let Some(def) = self.extern_crate(krate, &leaf.path.segments[0].name) else {
            return;
        };
        if let Binding::Name(name) = &leaf.binding {
            self.preludes[krate.index()]
                .entry(name.clone())
                .or_insert_with(|| def.clone());
        }
        if item
            .attributes
            .iter()
            .any(|attribute| attribute.path == "macro_use")
        {
            self.macro_crates[krate.index()].push(def);
        }
    }

    fn extern_crate(&self, krate: CrateId, name: &str) -> Option<Def> {
        if name == "self" {
            return Some(Def::Crate(krate));
        }
        self.preludes[krate.index()].get(name).cloned()
    }

    /// What an import leads to in one namespace.
    pub(super) fn leaf(&self, id: UseLeafId, namespace: Namespace, open: &mut Open) -> Option<Hit> {
        let cell = &self.leaves[id.index()][open.trust as usize][slot(namespace)];
        if let Some(hit) = cell.get() {
            return hit.clone();
        }
        let key = (id.0, u32::MAX, slot(namespace) as u8);
        if open.keys.contains(&key) {
            return None;
        }
        open.keys.push(key);
        let importer = self.workspace.item(self.workspace.leaf(id).item).module;
        let from = open.from.replace(importer);
        let hit = self.resolve_leaf(id, namespace, open);
        open.from = from;
        open.keys.pop();
        // Inside a circle of imports the answer may be partial: only the outermost is kept.
        if open.keys.is_empty() || hit.is_some() {
            cell.set(hit.clone()).ok();
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
            let name = &leaf.path.segments[0].name;
            let def = self
                .extern_crate(krate, name)
                .unwrap_or_else(|| Def::External(name.clone()));
            return Some(Hit::first(def));
        }
        if (leaf.is_self || leaf.binding == Binding::Glob) && namespace != Namespace::Type {
            return None;
        }
        let hit = self.import(&leaf.path, item.module, namespace, open)?;
        let names_crate =
            leaf.path.segments.len() == 1 && matches!(hit.def, Def::Crate(_) | Def::External(_));
        if names_crate && namespace != Namespace::Type {
            return None;
        }
        (hit.used == leaf.path.segments.len() || self.names_variant(&hit, &leaf.path))
            .then_some(hit)
    }

    /// Whether all but the last segment of an import was used, and the last is a variant of the enum found.
    fn names_variant(&self, hit: &Hit, path: &PathUse) -> bool {
        match hit.def {
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
    pub(super) fn import(
        &self,
        path: &PathUse,
        module: ModuleId,
        namespace: Namespace,
        open: &mut Open,
    ) -> Option<Hit> {
        let krate = self.workspace.module(module).krate;
        let old_edition = self.is_2015(module);
        let root = self.workspace.krate(krate).root;
        let first = path.segments.first()?.name.as_str();
        let keyword = matches!(first, "crate" | "self" | "super" | "$crate");
        if keyword {
            return self.relative(path, module, namespace, open);
        }
        if path.global && !old_edition {
            let def = self.preludes[krate.index()].get(first).cloned()?;
            return self.follow(Hit::first(def), path, namespace, open);
        }
        let from = if old_edition { root } else { module };
        let trust = open.trust;
        open.trust = trust.min(Trust::Likely);
        let found = self.path_from(from, path, 0, namespace, &[], open);
        open.trust = trust;
        found.or_else(|| {
            let single = path.segments.len() == 1;
            if single
                && namespace == Namespace::Macro
                && let Some(hit) = self.textual_macro(module, None, first)
            {
                return Some(hit);
            }
            if single && namespace != Namespace::Type {
                return None;
            }
            let def = self.preludes[krate.index()].get(first).cloned()?;
            self.follow(Hit::first(def), path, namespace, open)
        })
    }

    /// A path that starts with `crate`, `self`, `super` or `$crate`.
    pub(super) fn relative(
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
            return Some(Hit::new(def, Vec::new(), used));
        }
        self.path_from(at, path, used, namespace, &[], open)
    }

    /// Looks up segment `used` of a path in a module and goes on from there.
    pub(super) fn path_from(
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
        let name = &path.segments[used].name;
        let mut best: Option<Hit> = None;
        let mut full: Option<Hit> = None;
        let trust = open.trust;
        if used == 0 && !is_last {
            // That a path starts with something that nobody has seen would explain anything.
            open.trust = trust.min(Trust::Likely);
        }
        let bindings = self.in_module(module, name, space, open);
        open.trust = trust;
        for found in bindings {
            if self.is_hidden(&found, module, open.from) {
                continue;
            }
            let all = if lookups.is_empty() {
                found.lookups
            } else {
                [lookups, &found.lookups].concat()
            };
            let hit = Hit::new(found.def, all, used + 1);
            match self.follow(hit, path, namespace, open) {
                Some(hit) if hit.used == path.segments.len() => match &mut full {
                    Some(first) if first.def == hit.def => {}
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
                None => {}
            }
        }
        full.or(best)
    }

    /// Goes on behind what was found, as long as that is a module.
    fn follow(
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

    /// Everything a name may mean in a module: its definitions and imports, or else what its globs bring in.
    pub(super) fn in_module(
        &self,
        module: ModuleId,
        name: &str,
        namespace: Namespace,
        open: &mut Open,
    ) -> Vec<Hit> {
        let mut hits = Vec::new();
        let names = &self.modules[module.index()];
        if let Some(found) = names
            .explicit
            .get(name)
            .map(|spaces| &spaces[slot(namespace)])
        {
            // What is imported from outside is a macro, say, if the name is defined here as a type.
            let defined = found.iter().any(|found| self.is_defined(*found));
            for found in found {
                for hit in self.bound(module, name, namespace, *found, open) {
                    if defined && matches!(hit.def, Def::External(_)) {
                        continue;
                    }
                    if hits.iter().all(|other: &Hit| other.def != hit.def) {
                        hits.push(hit);
                    }
                }
            }
        }
        if hits.is_empty() {
            for glob in &names.globs {
                if hits.is_empty() || hits.iter().all(|hit| matches!(hit.def, Def::External(_))) {
                    let more = self.through_glob(module, name, namespace, *glob, open);
                    if !more.is_empty() {
                        hits = more;
                    }
                }
            }
        }
        if hits.is_empty()
            && open.trust > Trust::Seen
            && let Some((item, def)) = self.made(module, name, open.trust)
        {
            let lookup = Lookup {
                module,
                name: name.to_owned(),
                namespace,
                found: Found::Item(item),
            };
            hits.push(Hit::new(def, vec![lookup], 1));
        }
        hits
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
            found = [Trust::Likely, Trust::Anything]
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
    fn made(&self, module: ModuleId, name: &str, trust: Trust) -> Option<(ItemId, Def)> {
        let names = &self.modules[module.index()];
        if let Some(call) = names.opaque.get(name) {
            return Some((*call, Def::Item(*call)));
        }
        let wanted = plain(name);
        let alike = names.makers.iter().copied().find(|id| {
            let item = self.workspace.item(*id);
            if item.includes.iter().any(Include::is_rust) {
                return true;
            }
            let own = plain(&item.name);
            own.len().min(wanted.len()) > 2 && (wanted.contains(&own) || own.contains(&wanted))
                || item.kind != ItemKind::MacroCall && has_word(self.workspace.text_of(*id), name)
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

    fn bound(
        &self,
        module: ModuleId,
        name: &str,
        namespace: Namespace,
        found: Found,
        open: &mut Open,
    ) -> Vec<Hit> {
        let lookup = Lookup {
            module,
            name: name.to_owned(),
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
            .map(|def| Hit::new(def, vec![lookup.clone()], 1))
            .collect()
    }

    fn through_glob(
        &self,
        module: ModuleId,
        name: &str,
        namespace: Namespace,
        glob: UseLeafId,
        open: &mut Open,
    ) -> Vec<Hit> {
        let key = (glob.0, module.0, slot(namespace) as u8);
        if open.keys.contains(&key) {
            return Vec::new();
        }
        open.keys.push(key);
        let Some(target) = self.leaf(glob, Namespace::Type, open) else {
            open.keys.pop();
            return Vec::new();
        };
        let lookup = Lookup {
            module,
            name: name.to_owned(),
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
                    .any(|member| member == name) =>
            {
                vec![Hit::first(Def::Item(item))]
            }
            Def::Item(item) if open.trust == Trust::Anything && self.is_call(item) => {
                vec![Hit::first(Def::Item(item))]
            }
            Def::Made(item) if open.trust == Trust::Anything => vec![Hit::first(Def::Made(item))],
            Def::Item(_) | Def::External(_) | Def::Made(_) => Vec::new(),
        };
        open.keys.pop();
        hits.into_iter()
            .map(|mut hit| {
                hit.lookups.insert(0, lookup.clone());
                hit
            })
            .collect()
    }

    /// What a glob brings in from a module: only what may be seen from where the glob stands.
    fn globbed(
        &self,
        inner: ModuleId,
        name: &str,
        namespace: Namespace,
        to: ModuleId,
        open: &mut Open,
    ) -> Vec<Hit> {
        let mut hits = self.in_module(inner, name, namespace, open);
        hits.retain(|hit| {
            let level = match hit.lookups.first().map(|lookup| lookup.found) {
                Some(Found::Item(item)) => &self.workspace.item(item).visibility.level,
                Some(Found::Leaf(leaf) | Found::Glob(leaf)) => {
                    &self.workspace.item(self.workspace.leaf(leaf).item).visibility.level
                }
                None => return true,
            };
            match level {
                Level::Public | Level::In(_) => true,
                Level::Crate => self.workspace.module(inner).krate == self.workspace.module(to).krate,
                Level::Super => self.is_within(to, self.workspace.module(inner).parent.unwrap_or(inner)),
                Level::Private | Level::Module => {
                    let opaque = matches!(hit.lookups.first().map(|lookup| lookup.found), Some(Found::Item(item)) if self.is_call(item));
                    opaque || matches!(hit.def, Def::Made(_)) || self.is_within(to, inner)
                }
            }
        });
        hits
    }

    /// Whether a private glob brings a name into a module that an import from outside asks for it.
    fn is_hidden(&self, hit: &Hit, module: ModuleId, from: Option<ModuleId>) -> bool {
        let Some(Found::Glob(leaf)) = hit.lookups.first().map(|lookup| lookup.found) else {
            return false;
        };
        let item = self.workspace.item(self.workspace.leaf(leaf).item);
        matches!(item.visibility.level, Level::Private | Level::Module)
            && from.is_some_and(|from| !self.is_within(from, module))
    }

    /// Whether a name is bound to a definition that no `cfg` turns off.
    fn is_defined(&self, found: Found) -> bool {
        let Found::Item(item) = found else {
            return false;
        };
        let mut attributes = self.workspace.item(item).attributes.iter();
        !self.is_call(item) && attributes.all(|attribute| attribute.path != "cfg")
    }

    fn is_call(&self, item: ItemId) -> bool {
        self.workspace.item(item).kind == ItemKind::MacroCall
    }

    fn is_within(&self, inner: ModuleId, outer: ModuleId) -> bool {
        let mut at = Some(inner);
        while let Some(module) = at {
            if module == outer {
                return true;
            }
            at = self.workspace.module(module).parent;
        }
        false
    }

    /// A macro in textual scope: in the innermost module around that has one, the last before the place it is used at.
    pub(super) fn textual_macro(
        &self,
        module: ModuleId,
        item: Option<ItemId>,
        name: &str,
    ) -> Option<Hit> {
        let krate = self.workspace.module(module).krate;
        let found = self.textual[krate.index()].get(name)?;
        let mut at = Some(module);
        let mut place = item;
        while let Some(around) = at {
            let mut here = found.iter().filter(|(_, from)| *from == around);
            let before = here
                .clone()
                .rfind(|(item, _)| place.is_none_or(|place| self.part_in(*item, around) <= place));
            if let Some((item, _)) = before.or_else(|| here.next()) {
                let lookup = Lookup {
                    module: self.workspace.item(*item).module,
                    name: name.to_owned(),
                    namespace: Namespace::Macro,
                    found: Found::Item(*item),
                };
                return Some(Hit::new(Def::Item(*item), vec![lookup], 1));
            }
            place = self.workspace.module(around).declaration;
            at = self.workspace.module(around).parent;
        }
        None
    }

    /// The item of a module that an item is, or stands in.
    fn part_in(&self, item: ItemId, module: ModuleId) -> ItemId {
        let mut at = item;
        while self.workspace.item(at).module != module {
            match self
                .workspace
                .module(self.workspace.item(at).module)
                .declaration
            {
                Some(declaration) => at = declaration,
                None => break,
            }
        }
        at
    }

    /// What `#[macro_use] extern crate` brings in: a macro of a member, or the foreign crates it may come from.
    pub(super) fn macro_prelude(&self, module: ModuleId, name: &str) -> Vec<Hit> {
        let krate = self.workspace.module(module).krate;
        let mut foreign = Vec::new();
        for def in &self.macro_crates[krate.index()] {
            match def {
                Def::Crate(member) => {
                    let root = self.workspace.krate(*member).root;
                    let bound = self.modules[root.index()]
                        .explicit
                        .get(name)
                        .map(|spaces| &spaces[2]);
                    if let Some(Found::Item(item)) = bound.and_then(|found| found.first()) {
                        return vec![Hit::first(Def::Item(*item))];
                    }
                }
                other => foreign.push(Hit::first(other.clone())),
            }
        }
        foreign
    }

    /// The `macro_rules!` that have this name, anywhere in the workspace.
    pub(super) fn rules(&self, name: &str) -> &[ItemId] {
        self.rules.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether a module's crate is of the 2015 edition.
    pub(super) fn is_2015(&self, module: ModuleId) -> bool {
        let krate = self.workspace.module(module).krate;
        self.workspace.krate(krate).edition == "2015"
    }

    /// The crate that a name starts a path to.
    pub(super) fn prelude(&self, module: ModuleId, name: &str) -> Option<Def> {
        self.preludes[self.workspace.module(module).krate.index()]
            .get(name)
            .cloned()
    }

    /// Foreign crates and modules whose every name a module imports: where a name not found may come from.
    pub(super) fn foreign_globs(
        &self,
        module: ModuleId,
        seen: &mut BTreeSet<ModuleId>,
    ) -> Vec<(UseLeafId, String)> {
        let mut found = Vec::new();
        if !seen.insert(module) {
            return found;
        }
        for glob in &self.modules[module.index()].globs {
            match self
                .leaf(*glob, Namespace::Type, &mut Open::default())
                .map(|hit| hit.def)
            {
                Some(Def::External(name)) => found.push((*glob, name)),
                Some(Def::Module(inner)) => {
                    found.extend(
                        self.foreign_globs(inner, seen)
                            .into_iter()
                            .map(|(_, name)| (*glob, name)),
                    );
                }
                Some(Def::Crate(krate)) => {
                    let root = self.workspace.krate(krate).root;
                    found.extend(
                        self.foreign_globs(root, seen)
                            .into_iter()
                            .map(|(_, name)| (*glob, name)),
                    );
                }
                _ => {}
            }
        }
        found
    }
}

/// Whether an item may define names beside its own: a macro call does, and so may a derive or an attribute.
fn makes_names(item: &Item) -> bool {
    item.kind == ItemKind::MacroCall
        || !item.name.is_empty()
            && item.paths.iter().any(|path| {
                path.context == PathContext::Attribute
                    && path
                        .segments
                        .last()
                        .is_some_and(|last| !builtin::is_derive(&last.name))
            })
}

/// A name as it is compared with others: `search_error` is like `SearchError`.
fn plain(name: &str) -> String {
    name.replace('_', "").to_lowercase()
}

pub(super) fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next())
    })
}
