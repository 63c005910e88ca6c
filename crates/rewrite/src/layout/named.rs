//! What a module that stays imports of the items that it lost, by name or by a glob (rows A1, A4).

use std::collections::BTreeSet;

use cleave_graph::Target;
use cleave_syntax::change::Reason;
use cleave_syntax::item::{Binding, ItemKind, Level};
use cleave_syntax::{ItemId, ModuleId, TextRange};

use super::Layout;
use crate::demand::{ALL, Asked};
use crate::place;
use crate::text::{self, Import};

/// What stands above an import for some that has a name which a public glob beside it brings, too (row B4).
pub(super) const HIDES_FROM_GLOB: &str = "#[allow(hidden_glob_reexports)]";

/// What stands above a glob for names that are there under some conditions only: else it shows nothing (row B4).
const EMPTY_GLOB: &str = "#[allow(unused_imports, unreachable_pub)]";

/// What stands above an import of what is deprecated: whoever uses it is told, the old path as such is no use (row B4).
const DEPRECATED: &str = "#[allow(deprecated)]";

impl Layout<'_, '_> {
    /// Imports of the moved items that a module that stays is still asked for.
    pub(super) fn names(&self, module: ModuleId) -> Vec<Import> {
        let workspace = self.scope.workspace;
        let range =
            (module, ItemId(0), String::new())..(ModuleId(module.0 + 1), ItemId(0), String::new());
        self.root
            .names
            .range(range)
            .filter(|((_, id, name), _)| {
                // Twins share one import: that of the first.
                let mut twins = self.scope.twins(*id).into_iter();
                let first = twins.find(|twin| {
                    let key = (module, *twin, name.clone());
                    self.root.names.contains_key(&key)
                });
                first.is_none_or(|first| first == *id)
            })
            .filter(|((_, id, name), _)| !self.is_named_like_alias(module, *id, name))
            .filter(|((_, id, name), _)| {
                let all = (module, *id, ALL.to_owned());
                name == ALL || !self.root.names.contains_key(&all)
            })
            .filter(|((_, _, name), _)| name != ALL || !self.has_glob(module))
            .map(|((_, id, name), asked)| {
                let item = workspace.item(*id);
                let is_macro = item.kind == ItemKind::MacroRules;
                let path = if is_macro {
                    ""
                } else {
                    workspace.module(item.module).path.as_str()
                };
                let names = std::iter::once(self.scope.dest_path(module)).chain(
                    path.split("::")
                        .filter(|part| !part.is_empty())
                        .map(str::to_owned),
                );
                let mut attributes = self.scope.name_conditions(*id);
                attributes.extend(self.scope.conditions_by_macro(*id, name));
                attributes.extend(self.conditions_of_all(module, *id, name, asked));
                if name == ALL && self.may_define_nothing(*id) {
                    attributes.push(EMPTY_GLOB.to_owned());
                }
                if item.attributes.iter().any(|it| it.path == "deprecated") {
                    attributes.push(DEPRECATED.to_owned());
                }
                // What a macro defines is public in the new crate if anybody asks for it.
                let public = item.visibility.level == Level::Public
                    || item.is_exported_macro()
                    || item.kind == ItemKind::MacroCall
                    || !item.defines.is_empty();
                let visibility = match (self.is_asked_from_outside(module, *id, name), public) {
                    (true, true) => "pub",
                    (true, false) => "pub(crate)",
                    (false, _) => "",
                };
                if visibility != "pub" && self.hides_from_glob(module, name) {
                    attributes.push(HIDES_FROM_GLOB.to_owned());
                }
                attributes.sort();
                attributes.dedup();
                Import {
                    attributes,
                    visibility: visibility.to_owned(),
                    prefix: text::path(names.collect::<Vec<_>>().iter().map(String::as_str)),
                    leaf: text::identifier(name),
                }
            })
            .collect()
    }

    /// Whether a module has a public glob of all that it has in the destination: a step before wrote it.
    fn has_glob(&self, module: ModuleId) -> bool {
        let there = self.scope.module_there(module);
        there.is_some_and(|there| self.public_globs(module).any(|of| of == there))
    }

    /// Whether this step writes one.
    fn gets_glob(&self, module: ModuleId) -> bool {
        let mut names = self.root.names.keys();
        names.any(|(at, id, name)| {
            let of = self.scope.workspace.item(*id).module;
            *at == module
                && of == module
                && name == ALL
                && self.is_asked_from_outside(module, *id, ALL)
        })
    }

    /// The modules of which a module shows all by globs.
    fn public_globs(&self, module: ModuleId) -> impl Iterator<Item = ModuleId> {
        let workspace = self.scope.workspace;
        let imports = workspace
            .module(module)
            .items
            .iter()
            .map(|id| workspace.item(*id));
        let public = imports.filter(|item| item.visibility.level == Level::Public);
        let leaves = public.flat_map(|item| item.leaves.iter().copied());
        let globs = leaves.filter(|leaf| workspace.leaf(*leaf).binding == Binding::Glob);
        let targets = globs.flat_map(|leaf| &self.scope.graph.leaves[leaf.index()]);
        targets.filter_map(|resolution| match resolution.target {
            Target::Module(of) => Some(of),
            _ => None,
        })
    }

    /// Whether what a call's macros define stands under conditions of their own.
    fn may_define_nothing(&self, call: ItemId) -> bool {
        let workspace = self.scope.workspace;
        let macros = self.scope.graph.macros_run_by(workspace, call).into_iter();
        let mut texts = macros.map(|id| workspace.text_of(id));
        texts.any(|text| text.contains("#[cfg"))
    }

    /// Who asks for a name, by any of its definitions.
    fn askers(&self, module: ModuleId, id: ItemId, name: &str) -> impl Iterator<Item = &Asked> {
        let twins = self.scope.twins(id).into_iter();
        twins.filter_map(move |twin| self.root.names.get(&(module, twin, name.to_owned())))
    }

    /// The conditions that all who ask for a name stand under.
    fn conditions_of_all(
        &self,
        module: ModuleId,
        id: ItemId,
        name: &str,
        asked: &Asked,
    ) -> BTreeSet<String> {
        let first = asked.attributes();
        self.askers(module, id, name).fold(first, |all, asked| {
            let others = asked.attributes();
            all.intersection(&others).cloned().collect()
        })
    }

    fn is_asked_from_outside(&self, module: ModuleId, id: ItemId, name: &str) -> bool {
        self.askers(module, id, name)
            .any(|asked| asked.from_outside)
    }

    /// A module that only some see, and that is public in the new crate for what has moved there: a public glob of all that
    /// the new crate has around it would bring it too.
    pub(super) fn spare_from_glob(&mut self, declaration: ItemId) {
        let workspace = self.scope.workspace;
        let item = workspace.item(declaration);
        let is_there = item.declares.is_some_and(|child| {
            let path = workspace.module(child).path.as_str();
            self.scope.touched[child.index()] || self.scope.dest_modules.contains_key(path)
        });
        let file = self.file_of(item.module);
        let mut attributes = item.attributes.iter();
        let is_spared = attributes.any(|it| file[it.range] == *HIDES_FROM_GLOB);
        if is_there
            && !is_spared
            && item.visibility.level != Level::Public
            && self.hides_from_glob(item.module, &item.name)
        {
            let indent = place::indent(workspace, item.module);
            let range = TextRange::empty(item.range.start);
            let text = format!("{HIDES_FROM_GLOB}\n{indent}");
            let reason = Reason::new("B4", item.name.clone());
            self.builder.replace(&file.path, range, text, reason);
        }
    }

    /// Whether an import that only some see takes a name which a public glob brings, too, now that it is public where it
    /// lives: nobody outside should see it here.
    pub(super) fn hides_from_glob(&self, module: ModuleId, name: &str) -> bool {
        let workspace = self.scope.workspace;
        let mut globs = self.public_globs(module);
        self.has_glob(module)
            || self.gets_glob(module)
            || globs.any(|of| {
                let mut items = workspace.module(of).items.iter();
                of != module && items.any(|id| workspace.item(*id).name == name)
            })
    }
}
