//! Enters what each module binds: definitions, imports, macros, and the crates that a path may start with.

use std::collections::BTreeSet;

use cleave_syntax::item::{Binding, Item, ItemKind, PathContext, PathUse};
use cleave_syntax::token::words;
use cleave_syntax::workspace::CrateKind;
use cleave_syntax::{CrateId, ItemId, ModuleId, Name, UseLeafId, Workspace};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Def, NAMESPACES, Names, Open, Scopes, slot};
use crate::graph::{Found, Namespace};
use crate::resolve::builtin;
use crate::standard;

impl<'a> Scopes<'a> {
    /// Enters all definitions and imports, and resolves the imports.
    pub(in crate::resolve) fn new(workspace: &'a Workspace) -> Self {
        let crates = workspace.crates.len();
        let mut scopes = Scopes {
            workspace,
            modules: (0..workspace.modules.len())
                .map(|_| Names::default())
                .collect(),
            preludes: vec![FxHashMap::default(); crates],
            renamed: vec![FxHashMap::default(); crates],
            textual: vec![FxHashMap::default(); crates],
            macro_crates: vec![Vec::new(); crates],
            leaves: (0..workspace.leaves.len())
                .map(|_| Default::default())
                .collect(),
            rules: FxHashMap::default(),
            spliced: FxHashSet::default(),
            splicing: FxHashSet::default(),
            globbed: globbed(workspace),
        };
        for (index, item) in workspace.items.iter().enumerate() {
            if item.kind == ItemKind::MacroRules {
                let rules = scopes.rules.entry(Name::new(&item.name)).or_default();
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
        for name in standard::WITH_THE_COMPILER {
            let name = Name::new(name);
            prelude.insert(name, Def::External(name));
        }
        for dependency in &workspace.package(value.package).dependencies {
            let library = dependency
                .member
                .and_then(|member| workspace.library(member));
            let (name, def) = match library {
                Some(library) => {
                    let own = &workspace.krate(library).extern_name;
                    let renamed = dependency.key != dependency.package;
                    (
                        if renamed {
                            &dependency.extern_name
                        } else {
                            own
                        },
                        Def::Crate(library),
                    )
                }
                None => (
                    &dependency.extern_name,
                    Def::External(Name::new(&dependency.extern_name)),
                ),
            };
            prelude.insert(Name::new(name), def);
        }
        if value.kind != CrateKind::Lib
            && value.kind != CrateKind::BuildScript
            && let Some(library) = workspace.library(value.package)
        {
            prelude.insert(
                Name::new(&workspace.krate(library).extern_name),
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
            self.bind(module, Name::new(&item.name), *namespace, found);
        }
        for name in item.defines.iter().map(|it| &it.name) {
            for namespace in NAMESPACES {
                self.bind(module, Name::new(name), namespace, found);
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
        let (names, splices) = self.transcribed(id);
        for name in names {
            for namespace in NAMESPACES {
                self.bind(module, name, namespace, Found::Item(id));
            }
        }
        if splices {
            // What stands behind `struct`, `const` and the like, or else the first word of the call.
            let item = workspace.item(id);
            let named = item.defines.iter().map(|it| &it.name);
            let first = item.members.first().filter(|_| item.defines.is_empty());
            for word in named.chain(first).map(|name| Name::new(name)) {
                self.spliced.insert(word);
                self.splicing.insert((id, word));
            }
        }
        for word in words(workspace.text_of(id))
            .filter(|word| word.starts_with(|c: char| c.is_alphabetic()))
        {
            self.modules[module.index()]
                .opaque
                .entry(Name::new(word))
                .or_insert(id);
        }
    }

    /// The names that the macro behind a call, those that it calls and those that it is handed have written out, and
    /// whether they define others that the call hands over.
    fn transcribed(&self, call: ItemId) -> (BTreeSet<Name>, bool) {
        let mut names = BTreeSet::new();
        let mut splices = false;
        let is_handed = |path: &PathUse| {
            let is_word = matches!(path.context, PathContext::Value | PathContext::Tokens);
            is_word && path.segments.len() == 1
        };
        let mut pending: Vec<Name> = self
            .workspace
            .item(call)
            .paths
            .iter()
            .filter(|path| path.names_macro() || is_handed(path))
            .filter_map(|path| path.segments.last())
            .map(|segment| segment.name)
            .collect();
        let mut seen = BTreeSet::new();
        while let Some(name) = pending.pop() {
            if !seen.insert(name) {
                continue;
            }
            let rules = self.rules.get(&name).into_iter().flatten();
            for rules in rules.filter_map(|id| self.workspace.item(*id).macro_rules.as_ref()) {
                names.extend(rules.defines.iter().map(|it| Name::new(&it.name)));
                pending.extend(rules.calls.iter().map(|name| Name::new(name)));
                splices |= !rules.spliced.is_empty();
            }
        }
        (names, splices)
    }

    fn bind(&mut self, module: ModuleId, name: Name, namespace: Namespace, found: Found) {
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
        let exported = item.is_exported_macro();
        if exported {
            self.bind(
                workspace.krate(krate).root,
                Name::new(&item.name),
                Namespace::Macro,
                Found::Item(id),
            );
        }
        let mut from = item.module;
        while let Some(declaration) = workspace.module(from).declaration {
            if !workspace.takes_macros(declaration) {
                break;
            }
            from = workspace.item(declaration).module;
        }
        self.textual[krate.index()]
            .entry(Name::new(&item.name))
            .or_default()
            .push((id, from));
    }

    fn enter_import(&mut self, id: ItemId) {
        let workspace = self.workspace;
        let item = workspace.item(id);
        for leaf in &item.leaves {
            match &workspace.leaf(*leaf).binding {
                Binding::Name(name) => {
                    let name = Name::new(name);
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
        let Some(first) = item.leaves.first() else {
            return;
        };
        let leaf = workspace.leaf(*first);
        let called = leaf.path.segments[0].name;
        let Some(def) = self.extern_crate(krate, called) else {
            return;
        };
        if let Binding::Name(name) = &leaf.binding {
            let name = Name::new(name);
            let prelude = &mut self.preludes[krate.index()];
            if name == called || called == "self" {
                prelude.entry(name).or_insert(def);
            } else {
                // What the source says comes before what Cargo passes: a dependency may have this name too.
                prelude.insert(name, def);
                self.renamed[krate.index()].insert(name, *first);
            }
        }
        if workspace.takes_macros(id) {
            self.macro_crates[krate.index()].push(def);
        }
    }

    pub(super) fn extern_crate(&self, krate: CrateId, name: Name) -> Option<Def> {
        if name == "self" {
            return Some(Def::Crate(krate));
        }
        self.preludes[krate.index()].get(&name).copied()
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

/// The last names of modules that some glob imports all of.
fn globbed(workspace: &Workspace) -> FxHashSet<Name> {
    let globs = workspace.leaves.iter();
    let globs = globs.filter(|leaf| leaf.binding == Binding::Glob);
    globs
        .filter_map(|leaf| Some(leaf.path.segments.last()?.name))
        .collect()
}
