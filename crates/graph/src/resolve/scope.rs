//! What each module binds, and looking a name up in it.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use cleave_syntax::item::{Binding, ItemKind, Level, PathUse, UseLeafId};
use cleave_syntax::workspace::CrateKind;
use cleave_syntax::{CrateId, ItemId, ModuleId, Workspace};

use crate::graph::{Found, Lookup, Namespace};

/// What a name leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Def {
    Item(ItemId),
    Module(ModuleId),
    Crate(CrateId),
    External(String),
}

/// A definition with the lookups that led there.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    pub(super) def: Def,
    pub(super) lookups: Vec<Lookup>,
    /// How many segments were used.
    pub(super) used: usize,
}

#[derive(Default)]
struct Names<'a> {
    /// Definitions and named imports; several where `cfg`s tell them apart.
    explicit: HashMap<&'a str, [Vec<Found>; 3]>,
    globs: Vec<UseLeafId>,
    /// Names in the tokens of macro calls at module level, which those may define.
    opaque: HashMap<&'a str, ItemId>,
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
    leaves: Vec<[OnceLock<Option<Hit>>; 3]>,
}

/// What is being resolved right now: a name that needs itself is not found.
pub(super) type Open = Vec<(u32, u32, u8)>;

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
        };
        for krate in (0..crates).map(CrateId::new) {
            scopes.enter_prelude(krate);
        }
        for item in (0..workspace.items.len()).map(ItemId::new) {
            scopes.enter(item);
        }
        for leaf in (0..workspace.leaves.len()).map(UseLeafId::new) {
            for namespace in NAMESPACES {
                scopes.leaf(leaf, namespace, &mut Vec::new());
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

    /// What a call defines can't be seen; a type's name in its tokens may be one that it defines (row D3).
    fn enter_call(&mut self, id: ItemId) {
        let workspace = self.workspace;
        let module = workspace.item(id).module;
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
        let cell = &self.leaves[id.index()][slot(namespace)];
        if let Some(hit) = cell.get() {
            return hit.clone();
        }
        let key = (id.0, u32::MAX, slot(namespace) as u8);
        if open.contains(&key) {
            return None;
        }
        open.push(key);
        let hit = self.resolve_leaf(id, namespace, open);
        open.pop();
        // Inside a circle of imports the answer may be partial: only the outermost is kept.
        if open.is_empty() || hit.is_some() {
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
            let def = self.extern_crate(krate, &leaf.path.segments[0].name)?;
            return Some(Hit {
                def,
                lookups: Vec::new(),
                used: 1,
            });
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
            Def::External(_) => true,
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
        let old_edition = self.workspace.krate(krate).edition == "2015";
        let root = self.workspace.krate(krate).root;
        let first = path.segments.first()?.name.as_str();
        let keyword = matches!(first, "crate" | "self" | "super" | "$crate");
        if keyword {
            return self.relative(path, module, namespace, open);
        }
        if path.global && !old_edition {
            let def = self.preludes[krate.index()].get(first).cloned()?;
            return self.follow(
                Hit {
                    def,
                    lookups: Vec::new(),
                    used: 1,
                },
                path,
                namespace,
                open,
            );
        }
        let from = if old_edition { root } else { module };
        self.path_from(from, path, 0, namespace, &[], open)
            .or_else(|| {
                let single = path.segments.len() == 1;
                if single
                    && namespace == Namespace::Macro
                    && let Some(hit) = self.textual_macro(module, first)
                {
                    return Some(hit);
                }
                if single && namespace != Namespace::Type {
                    return None;
                }
                let def = self.preludes[krate.index()].get(first).cloned()?;
                self.follow(
                    Hit {
                        def,
                        lookups: Vec::new(),
                        used: 1,
                    },
                    path,
                    namespace,
                    open,
                )
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
            return Some(Hit {
                def,
                lookups: Vec::new(),
                used,
            });
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
        let mut hits = self.in_module(module, name, space, module, open);
        if hits.is_empty() && used > 0 {
            hits.extend(self.defined_by_call(module, name, space));
        }
        for found in hits {
            let mut all = lookups.to_vec();
            all.extend(found.lookups);
            let hit = Hit {
                def: found.def,
                lookups: all,
                used: used + 1,
            };
            match self.follow(hit, path, namespace, open) {
                Some(hit) if hit.used == path.segments.len() => return Some(hit),
                Some(hit) if best.as_ref().is_none_or(|best| best.used < hit.used) => {
                    best = Some(hit);
                }
                _ => {}
            }
        }
        best
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
            Def::External(_) | Def::Item(_) => Some(hit),
        }
    }

    /// Everything a name may mean in a module: its definitions and imports, or else what its globs bring in.
    pub(super) fn in_module(
        &self,
        module: ModuleId,
        name: &str,
        namespace: Namespace,
        from: ModuleId,
        open: &mut Open,
    ) -> Vec<Hit> {
        let mut hits = Vec::new();
        let names = &self.modules[module.index()];
        if let Some(found) = names
            .explicit
            .get(name)
            .map(|spaces| &spaces[slot(namespace)])
        {
            for found in found {
                hits.extend(self.bound(module, name, namespace, *found, open));
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
        if hits.is_empty() && (name.starts_with(char::is_uppercase) || from != module) {
            hits.extend(self.defined_by_call(module, name, namespace));
        }
        hits
    }

    /// A macro call at module level that names in its tokens what is defined nowhere else (row D3).
    fn defined_by_call(&self, module: ModuleId, name: &str, namespace: Namespace) -> Option<Hit> {
        let names = &self.modules[module.index()];
        let krate = self.workspace.module(module).krate;
        let elsewhere = namespace == Namespace::Macro
            || names.explicit.contains_key(name)
            || self.preludes[krate.index()].contains_key(name);
        let item = *names.opaque.get(name).filter(|_| !elsewhere)?;
        let lookup = Lookup {
            module,
            name: name.to_owned(),
            namespace,
            found: Found::Item(item),
        };
        Some(Hit {
            def: Def::Item(item),
            lookups: vec![lookup],
            used: 1,
        })
    }

    fn bound(
        &self,
        module: ModuleId,
        name: &str,
        namespace: Namespace,
        found: Found,
        open: &mut Open,
    ) -> Option<Hit> {
        let lookup = Lookup {
            module,
            name: name.to_owned(),
            namespace,
            found,
        };
        let def = match found {
            Found::Item(item) => match (
                self.workspace.item(item).kind,
                self.workspace.item(item).declares,
            ) {
                (_, Some(child)) => Def::Module(child),
                (ItemKind::Mod, None) => return None,
                _ => Def::Item(item),
            },
            Found::Leaf(leaf) | Found::Glob(leaf) => self.leaf(leaf, namespace, open)?.def,
        };
        Some(Hit {
            def,
            lookups: vec![lookup],
            used: 1,
        })
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
        if open.contains(&key) {
            return Vec::new();
        }
        open.push(key);
        let Some(target) = self.leaf(glob, Namespace::Type, open) else {
            open.pop();
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
                vec![Hit {
                    def: Def::Item(item),
                    lookups: Vec::new(),
                    used: 1,
                }]
            }
            Def::Item(_) | Def::External(_) => Vec::new(),
        };
        open.pop();
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
        let mut hits = self.in_module(inner, name, namespace, to, open);
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
                    let opaque = matches!(hit.lookups.first().map(|lookup| lookup.found), Some(Found::Item(item)) if self.workspace.item(item).kind == ItemKind::MacroCall);
                    opaque || self.is_within(to, inner)
                }
            }
        });
        hits
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

    /// A macro in textual scope: the innermost definition whose module is around.
    pub(super) fn textual_macro(&self, module: ModuleId, name: &str) -> Option<Hit> {
        let krate = self.workspace.module(module).krate;
        let found = self.textual[krate.index()].get(name)?;
        let mut at = Some(module);
        while let Some(around) = at {
            if let Some((item, _)) = found.iter().find(|(_, from)| *from == around) {
                let lookup = Lookup {
                    module: self.workspace.item(*item).module,
                    name: name.to_owned(),
                    namespace: Namespace::Macro,
                    found: Found::Item(*item),
                };
                return Some(Hit {
                    def: Def::Item(*item),
                    lookups: vec![lookup],
                    used: 1,
                });
            }
            at = self.workspace.module(around).parent;
        }
        None
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
                        return vec![Hit {
                            def: Def::Item(*item),
                            lookups: Vec::new(),
                            used: 1,
                        }];
                    }
                }
                other => foreign.push(Hit {
                    def: other.clone(),
                    lookups: Vec::new(),
                    used: 1,
                }),
            }
        }
        foreign
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
                .leaf(*glob, Namespace::Type, &mut Vec::new())
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
