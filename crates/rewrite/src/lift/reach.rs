//! How those who call a lifted method get at its trait: the modules on the way are opened to the crate, and where a library
//! shows the type to others, it shows the trait beside it.

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::graph::Target;
use cleave_plan::lift::hidden_by;
use cleave_syntax::change::Reason;
use cleave_syntax::item::{Binding, Level};
use cleave_syntax::{ChangeBuilder, ItemId, ModuleId, TextRange};

use super::{Extension, RULE, Work};
use crate::demand::in_one_line;
use crate::order::Style;
use crate::place;
use crate::text::{self, Import};

/// Where a trait is shown to other crates.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// The modules that get a `pub use` of it, each with the import whose conditions it has, if any.
    modules: BTreeMap<ModuleId, Option<ItemId>>,
    /// The path by which others name it, without its name.
    path: Option<String>,
}

impl Shown {
    /// Whether a module shows the trait without defining it.
    pub(super) fn is_in(&self, module: ModuleId) -> bool {
        self.modules.contains_key(&module)
    }

    /// The path of what shows it in a crate of this name, where anything does.
    pub(super) fn path_outside(&self, krate: &str) -> Option<String> {
        let path = self.path.as_deref()?;
        let names = path.split("::").filter(|name| !name.is_empty());
        Some(text::path(std::iter::once(krate).chain(names)))
    }

    /// The modules that show it without defining it.
    pub(super) fn modules(&self) -> impl Iterator<Item = ModuleId> {
        self.modules.keys().copied()
    }
}

impl Work<'_> {
    /// Where the trait for some methods, by their impls, has to be shown that is to stand in a module: wherever its type is,
    /// if other crates can call its methods. Linear in the items of the crate.
    pub(super) fn shown(&self, home: ModuleId, impls: &BTreeMap<ItemId, Vec<ItemId>>) -> Shown {
        let workspace = self.workspace;
        let methods: Vec<ItemId> = impls.values().flatten().copied().collect();
        let is_public = |id: &ItemId| workspace.item(*id).visibility.level == Level::Public;
        let owner = methods
            .first()
            .and_then(|id| self.graph.own_type(workspace, *id));
        let (Some(owner), true) = (owner, methods.iter().any(is_public)) else {
            return Shown::default();
        };
        let of_type = |(_, target): &(&String, &Target)| **target == Target::Item(owner);
        let paths = self.public.iter().filter(of_type).map(|(path, _)| path);
        let Some(path) = paths.min_by_key(|path| (path.matches("::").count(), path.len())) else {
            return Shown::default();
        };
        let around = path.rsplit_once("::").map_or("", |(around, _)| around);
        let mut shown = Shown {
            modules: BTreeMap::new(),
            path: Some(around.to_owned()),
        };
        let beside = match self.public.get(around) {
            Some(Target::Module(module)) => *module,
            _ => workspace.krate(self.root).root,
        };
        if beside == home || self.shows_all_of(beside, home) {
            return shown;
        }
        shown.modules.insert(workspace.item(owner).module, None);
        for id in workspace.items_of(self.root) {
            let item = workspace.item(id);
            let names_it = item.leaves.iter().any(|leaf| {
                let is_named = matches!(workspace.leaf(*leaf).binding, Binding::Name(_));
                let mut found = self.graph.leaves[leaf.index()].iter();
                is_named && found.any(|found| found.target == Target::Item(owner))
            });
            if names_it && item.visibility.level == Level::Public {
                shown.modules.entry(item.module).or_insert(Some(id));
            }
        }
        shown.modules.remove(&home);
        shown
    }

    /// Whether a module hands on by a glob all that another one shows.
    fn shows_all_of(&self, module: ModuleId, of: ModuleId) -> bool {
        let workspace = self.workspace;
        let items = workspace.module(module).items.iter();
        let shown = items.filter(|id| workspace.item(**id).visibility.level == Level::Public);
        let mut leaves = shown.flat_map(|id| &workspace.item(*id).leaves);
        leaves.any(|leaf| {
            let mut found = self.graph.leaves[leaf.index()].iter();
            workspace.leaf(*leaf).binding == Binding::Glob
                && found.any(|found| found.target == Target::Module(of))
        })
    }

    /// Writes the `pub use`s.
    pub(super) fn show(&self, extension: &Extension, builder: &mut ChangeBuilder) {
        let workspace = self.workspace;
        let style = Style::of(&workspace.krate(self.root).edition);
        for (module, beside) in &extension.shown.modules {
            let file = self.file_of(*module);
            let known = self.conditions_around(*module);
            let there = self.conditions_of(extension).into_iter();
            let mut conditions = there
                .filter(|condition| !known.contains(condition))
                .collect::<BTreeSet<String>>();
            conditions.extend(beside.iter().flat_map(|id| self.conditions_of_item(*id)));
            let import = Import {
                attributes: conditions.into_iter().collect(),
                visibility: "pub".to_owned(),
                prefix: self.path_from(*module, extension),
                leaf: extension.name.clone(),
            };
            let lines = text::imports(&[import], &place::indent(workspace, *module), style);
            let (offset, lines) = match beside {
                Some(id) => (workspace.item(*id).full.end, lines),
                None => place::of_imports(workspace, *module, &lines, |_| true),
            };
            builder.replace(
                &file.path,
                TextRange::empty(offset),
                lines,
                Reason::new(RULE, extension.name.clone()),
            );
        }
    }

    /// The `cfg`s that an item has itself.
    fn conditions_of_item(&self, id: ItemId) -> impl Iterator<Item = String> {
        let item = self.workspace.item(id);
        let file = self.file_of(item.module);
        let conditions = item.attributes.iter();
        let conditions = conditions.filter(|attribute| attribute.path == "cfg");
        conditions.map(|attribute| in_one_line(&file[attribute.range]))
    }

    /// The `cfg`s under which a module is there.
    pub(super) fn conditions_around(&self, module: ModuleId) -> BTreeSet<String> {
        let around = self.workspace.around(module);
        let declarations = around.filter_map(|module| self.workspace.module(module).declaration);
        declarations
            .flat_map(|id| self.conditions_of_item(id))
            .collect()
    }

    /// The `cfg`s under which a trait is there: those of its module and of its impls.
    pub(super) fn conditions_of(&self, extension: &Extension) -> BTreeSet<String> {
        let mut conditions = self.conditions_around(extension.module);
        let impls = extension.impls.keys();
        conditions.extend(impls.flat_map(|id| self.conditions_of_item(*id)));
        conditions
    }

    /// The `cfg`s that all of some items stand under.
    pub(super) fn conditions_of_all(&self, items: &[ItemId]) -> BTreeSet<String> {
        let of = |id: &ItemId| {
            let around = self.workspace.item(*id).parent;
            let parts = std::iter::once(*id).chain(around);
            parts
                .flat_map(|part| self.conditions_of_item(part))
                .collect::<BTreeSet<String>>()
        };
        let mut each = items.iter().map(of);
        let first = each.next().unwrap_or_default();
        each.fold(first, |all, own| all.intersection(&own).cloned().collect())
    }

    /// Opens to the crate what hides the trait's module from those who import it.
    pub(super) fn open(
        &self,
        extension: &Extension,
        importers: &BTreeSet<ModuleId>,
        builder: &mut ChangeBuilder,
    ) {
        let workspace = self.workspace;
        for declaration in hidden_by(workspace, extension.module).unwrap_or_default() {
            let item = workspace.item(declaration);
            let sees = |module: &ModuleId| workspace.is_within(*module, item.module);
            if importers.iter().all(sees) || !self.opened.borrow_mut().insert(declaration) {
                continue;
            }
            let range = item.visibility.range;
            let open = if range.is_empty() {
                "pub(crate) "
            } else {
                "pub(crate)"
            };
            builder.replace(
                &self.file_of(item.module).path,
                range,
                open,
                Reason::new(RULE, workspace.path_of(declaration)),
            );
        }
    }

    /// The path of the trait's module as another module writes it.
    pub(super) fn path_from(&self, from: ModuleId, extension: &Extension) -> String {
        let workspace = self.workspace;
        let home = extension.module;
        let same = workspace.module(from).krate == workspace.module(home).krate;
        let start = if same {
            "crate"
        } else {
            &workspace.krate(workspace.module(home).krate).extern_name
        };
        let own = workspace.module(home).path.as_str();
        let shown = extension.shown.path.as_deref();
        let path = shown.filter(|_| !same).unwrap_or(own);
        let names = path.split("::").filter(|name| !name.is_empty());
        let rest: Vec<String> = names.map(text::identifier).collect();
        std::iter::once(start.to_owned())
            .chain(rest)
            .collect::<Vec<_>>()
            .join("::")
    }
}
