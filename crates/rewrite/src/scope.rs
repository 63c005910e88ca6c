//! What a step moves, and what each module of the monolith becomes by it.

mod by_macro;
mod condition;
mod shown;
mod way;
mod within;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use cleave_graph::{Graph, Place, Target, Values};
use cleave_plan::{Order, Plan};
use cleave_syntax::item::{Binding, ItemKind, Level};
use cleave_syntax::workspace::CrateKind;
use cleave_syntax::{CrateId, ItemId, ModuleId, UseLeafId, Workspace};

use crate::export::Exports;
use crate::order::Style;
use crate::support::{self, Support};
use within::Within;

/// On which side of the new boundary something is after the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Side {
    /// In the monolith.
    Root,
    /// In the crate that the step moves to.
    Dest,
    /// In some other crate of the workspace.
    Other,
}

/// A step seen from all sides; every rule reads it.
pub(crate) struct Scope<'a> {
    pub(crate) workspace: &'a Workspace,
    pub(crate) graph: &'a Graph,
    pub(crate) plan: &'a Plan,
    /// The monolith.
    pub(crate) root: CrateId,
    /// The crate that items move to: its index in the plan.
    pub(crate) to: usize,
    /// The same as a crate of today's workspace.
    pub(crate) dest: CrateId,
    /// By item id: whether it moves (methods with their impl).
    pub(crate) moving: Vec<bool>,
    /// By module id: whether the module moves with all that is below it.
    pub(crate) whole: Vec<bool>,
    /// By module id: whether anything in it or below it moves.
    pub(crate) touched: Vec<bool>,
    /// The destination's modules of today, by path.
    pub(crate) dest_modules: BTreeMap<&'a str, ModuleId>,
    /// Which crate is above which.
    pub(crate) order: Order,
    /// Imports that some path goes through.
    pub(crate) looked_up: BTreeSet<UseLeafId>,
    /// By import of another crate's trait that the workspace implements: what its impls define.
    pub(crate) implemented: BTreeMap<UseLeafId, BTreeSet<&'a str>>,
    /// What macros may look up where the items of the monolith call them.
    pub(crate) written: crate::unhygienic::Written,
    /// By item: the macros that it calls in whose bodies methods are called.
    pub(crate) calling: crate::unhygienic::Calling,
    /// By module: the modules that import all of it.
    pub(crate) glob_importers: BTreeMap<ModuleId, BTreeSet<ModuleId>>,
    /// What the monolith shows to other packages.
    pub(crate) exports: Exports,
    /// Names of methods that the workspace itself defines.
    pub(crate) own_methods: BTreeSet<&'a str>,
    /// What values are, as far as it is written.
    pub(crate) values: Values<'a>,
    /// What the destination must have for the tests of other crates.
    pub(crate) support: Support,
    /// What is conditional inside the monolith's items.
    within: Within,
}

impl<'a> Scope<'a> {
    /// The scope of moving `items` from the monolith to the plan's crate `to`.
    pub(crate) fn new(
        (workspace, graph): (&'a Workspace, &'a Graph),
        plan: &'a Plan,
        (root, dest): (CrateId, CrateId),
        to: usize,
        items: &[ItemId],
    ) -> Self {
        let mut scope = Self::towards((workspace, graph), plan, (root, dest), to, items);
        scope.dest_modules = by_path(workspace, dest);
        scope.classify();
        for module in scope.shows_beside() {
            scope.whole[module.index()] = false;
        }
        scope.support = support::needed_from_above(&scope);
        scope
    }

    /// The scope of what a binary drops for `items` of its library, which are in the same files (see [`crate::unite`]):
    /// the library has these modules already, and the binary loses them whole.
    pub(crate) fn uniting(
        (workspace, graph): (&'a Workspace, &'a Graph),
        plan: &'a Plan,
        (bin, library): (CrateId, CrateId),
        items: &[ItemId],
    ) -> Self {
        let mut scope = Self::towards((workspace, graph), plan, (bin, library), 0, items);
        scope.classify();
        scope.dest_modules = by_path(workspace, library);
        let shown = Exports::of(workspace, graph, library).modules;
        let is_shown = |id: &ModuleId| {
            let there = scope.dest_modules.get(workspace.module(*id).path.as_str());
            there.is_some_and(|there| shown.contains(there))
        };
        scope.exports.modules = workspace.modules_of(bin).filter(is_shown).collect();
        scope
    }

    /// A scope that does not know yet what the destination has.
    fn towards(
        (workspace, graph): (&'a Workspace, &'a Graph),
        plan: &'a Plan,
        (root, dest): (CrateId, CrateId),
        to: usize,
        items: &[ItemId],
    ) -> Self {
        let (written, calling) =
            crate::unhygienic::written((workspace, graph), workspace.items_of(root));
        let mut moving = vec![false; workspace.items.len()];
        for id in items {
            moving[id.index()] = true;
            for method in &workspace.item(*id).methods {
                moving[method.index()] = true;
            }
        }
        Scope {
            workspace,
            graph,
            plan,
            root,
            to,
            dest,
            moving,
            whole: vec![false; workspace.modules.len()],
            touched: vec![false; workspace.modules.len()],
            dest_modules: BTreeMap::new(),
            order: Order::of(plan),
            looked_up: crate::traits::looked_up(graph),
            within: within::within(workspace, root),
            implemented: crate::traits::implemented(workspace, graph),
            written,
            calling,
            glob_importers: crate::traits::glob_importers(workspace, graph),
            exports: Exports::of(workspace, graph, root),
            own_methods: crate::traits::own_methods(workspace),
            values: Values::new(workspace, graph),
            support: Support::default(),
        }
    }

    /// Children come after their parents, so going backwards sees them first.
    fn classify(&mut self) {
        let modules: Vec<ModuleId> = self.workspace.modules_of(self.root).collect();
        let mut stays = vec![false; self.workspace.modules.len()];
        for id in modules.iter().rev() {
            let module = self.workspace.module(*id);
            let nodes = || {
                module
                    .items
                    .iter()
                    .filter(|item| self.workspace.item(**item).is_node())
            };
            let touched = nodes().any(|item| self.moving[item.index()])
                || module
                    .children
                    .iter()
                    .any(|child| self.touched[child.index()]);
            stays[id.index()] = nodes().any(|item| !self.moving[item.index()])
                || module.children.iter().any(|child| stays[child.index()])
                || module.items.iter().any(|item| self.has_bound_leaf(*item));
            self.touched[id.index()] = touched;
            let exists_there = self.dest_modules.contains_key(module.path.as_str());
            self.whole[id.index()] = touched
                && !stays[id.index()]
                && module.parent.is_some()
                && !exists_there
                && !self.is_twin(*id);
        }
        for id in modules {
            let module = self.workspace.module(id);
            let parent_whole = module
                .parent
                .is_some_and(|parent| self.whole[parent.index()]);
            if parent_whole {
                self.whole[id.index()] = true;
            }
        }
    }

    /// Whether another module has the same path and does not move (two `mod x` under different cfgs).
    fn is_twin(&self, id: ModuleId) -> bool {
        let module = self.workspace.module(id);
        let Some(parent) = module.parent else {
            return false;
        };
        self.workspace.module(parent).children.iter().any(|other| {
            *other != id
                && self.workspace.module(*other).name == module.name
                && self
                    .workspace
                    .module(*other)
                    .items
                    .iter()
                    .any(|item| self.workspace.item(*item).is_node() && !self.moving[item.index()])
        })
    }

    /// Whether a `use` item has a leaf that can't go along, since it names what the destination does not see.
    fn has_bound_leaf(&self, item: ItemId) -> bool {
        let leaves = self.workspace.item(item).leaves.iter();
        leaves
            .flat_map(|leaf| &self.graph.leaves[leaf.index()])
            .any(|resolution| match resolution.target {
                Target::Item(target) => match self.side(target) {
                    Side::Root => true,
                    Side::Dest => false,
                    Side::Other => !self.sees(self.workspace.crate_of(target)),
                },
                Target::Module(module) => {
                    let krate = self.workspace.module(module).krate;
                    krate != self.root && krate != self.dest && !self.sees(krate)
                }
                _ => false,
            })
    }

    /// Whether a module is divided so that some crate will see the destination's part of it only: what the module
    /// shows of that part must be public there, see [`Scope::stand_in`].
    pub(crate) fn is_seen_in_part(&self, module: ModuleId) -> bool {
        let value = self.workspace.module(module);
        if value.parent.is_none() || !self.touched[module.index()] || self.is_whole(module) {
            return false;
        }
        let inside = |name: &String| {
            let rest = name.strip_prefix(value.path.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        };
        let crates = || (0..self.plan.crates.len()).filter(|other| *other != self.to);
        let takes_part = |other: &usize| {
            let krate = &self.plan.crates[*other];
            krate.modules.iter().chain(&krate.items).any(inside)
        };
        crates().filter(takes_part).any(|part| {
            crates().any(|above| {
                above != part
                    && self.order.sees(Some(above), Some(self.to))
                    && !self.order.sees(Some(above), Some(part))
            })
        })
    }

    /// Whether what stands in a place leaves the root with the step.
    pub(crate) fn takes_along(&self, place: Place) -> bool {
        let module = place.module(self.workspace);
        let moves = match place {
            Place::Item(item, _) => {
                let mut declares = self.workspace.item(item).declares.into_iter();
                self.moving[item.index()] || declares.any(|module| self.is_whole(module))
            }
            Place::Header(module, _) => self.is_whole(module),
        };
        moves && self.workspace.module(module).krate == self.root
    }

    /// Whether the destination may name a crate of the workspace.
    pub(crate) fn sees(&self, krate: CrateId) -> bool {
        let name = &self
            .workspace
            .package(self.workspace.krate(krate).package)
            .name;
        match self
            .plan
            .crates
            .iter()
            .position(|planned| planned.name == *name)
        {
            Some(lower) => self.order.sees(Some(self.to), Some(lower)),
            None => true,
        }
    }

    /// Where an item is after the step.
    pub(crate) fn side(&self, item: ItemId) -> Side {
        let krate = self.workspace.crate_of(item);
        // A module that moves takes its declaration along, and the calls around what is in it.
        let value = self.workspace.item(item);
        let mut declares = value.declares.into_iter();
        let moves = self.moving[item.index()]
            || declares.any(|module| self.is_whole(module))
            || value.kind == ItemKind::Wrapper && self.is_whole(value.module);
        if krate == self.dest || (krate == self.root && moves) {
            Side::Dest
        } else if krate == self.root {
            Side::Root
        } else {
            Side::Other
        }
    }

    /// Whether a module of the monolith moves with all that is in it.
    pub(crate) fn is_whole(&self, module: ModuleId) -> bool {
        self.whole[module.index()]
    }

    /// Whether the destination has (or gets by this step) a module of this path with items in it.
    pub(crate) fn dest_has(&self, module: ModuleId) -> bool {
        self.touched[module.index()]
            || self
                .dest_modules
                .contains_key(self.workspace.module(module).path.as_str())
    }

    /// The destination's module of today that one of the monolith is in: of the same path, and of several of that, which
    /// `cfg`s choose between, the one under the same conditions.
    pub(crate) fn module_there(&self, module: ModuleId) -> Option<ModuleId> {
        let path = self.workspace.module(module).path.as_str();
        let first = *self.dest_modules.get(path)?;
        let conditions = |module: ModuleId| -> BTreeSet<String> {
            let declarations = self.workspace.declarations(module);
            declarations
                .flat_map(|id| self.own_conditions(id))
                .collect()
        };
        let mut twins = crate::twin::twins(self, first).peekable();
        if twins.peek().is_none() {
            return Some(first);
        }
        let own = conditions(module);
        twins.find(|twin| conditions(*twin) == own).or(Some(first))
    }

    /// The same path below the destination's source folder, or beside it for what `#[path = "../…"]` finds there.
    pub(crate) fn mirrored(&self, path: &Utf8Path) -> Utf8PathBuf {
        let from = self.workspace.source_folder(self.root);
        let to = self.workspace.source_folder(self.dest);
        let beside = from.parent().zip(to.parent());
        if let Ok(inside) = path.strip_prefix(from) {
            to.join(inside)
        } else if let Some((from, to)) = beside
            && let Ok(inside) = path.strip_prefix(from)
        {
            to.join(inside)
        } else {
            to.join(path)
        }
    }

    /// Whether code in `from` may see something of this level that is defined in `module`.
    pub(crate) fn is_visible(&self, level: &Level, module: ModuleId, from: ModuleId) -> bool {
        match level {
            Level::Private | Level::Module => self.workspace.is_within(from, module),
            Level::Super => self
                .workspace
                .is_within(from, self.workspace.module(module).parent.unwrap_or(module)),
            Level::In(_) | Level::Crate | Level::Public => true,
        }
    }

    /// Whether the code is a library that a registry takes: then its docs and what they promise are read by others.
    pub(crate) fn is_published(&self) -> bool {
        let own = self.workspace.krate(self.root).package;
        // A binary's library shows what the binary asks of it.
        let is_library = [self.root, self.dest].into_iter().any(|krate| {
            let krate = self.workspace.krate(krate);
            krate.kind == CrateKind::Lib && krate.package == own
        });
        is_library && self.workspace.package(own).is_published()
    }

    /// rustfmt's style for the code on both sides.
    pub(crate) fn style(&self) -> Style {
        Style::of(&self.workspace.krate(self.root).edition)
    }

    /// The name in source of the crate that items move to.
    pub(crate) fn dest_name(&self) -> String {
        self.workspace.krate(self.dest).extern_name.clone()
    }

    /// How an import in `module` names the crate that items move to: by `::name` where `name` means something else there
    /// too (row A6).
    pub(crate) fn dest_path(&self, module: ModuleId) -> String {
        let name = self.dest_name();
        let binds = |id: &ItemId| {
            let item = self.workspace.item(*id);
            let mut leaves = item.leaves.iter();
            item.name == name
                || leaves.any(|leaf| {
                    let binding = &self.workspace.leaf(*leaf).binding;
                    item.kind == ItemKind::Use && *binding == Binding::Name(name.clone())
                })
        };
        let is_2015 = self.workspace.krate(self.root).edition == "2015";
        let items = &self.workspace.module(module).items;
        if !is_2015 && items.iter().any(binds) {
            format!("::{name}")
        } else {
            name
        }
    }

    /// The package name of a crate of the plan that a crate of the workspace is, if it is one.
    pub(crate) fn planned_name(&self, krate: CrateId) -> Option<&'a str> {
        let name = &self
            .workspace
            .package(self.workspace.krate(krate).package)
            .name;
        (self.workspace.krate(krate).kind == CrateKind::Lib)
            .then(|| {
                self.plan
                    .crates
                    .iter()
                    .find(|planned| planned.name == *name)
            })
            .flatten()
            .map(|planned| planned.name.as_str())
    }

    /// All definitions of an item's name in its module and namespace: under different `cfg`s there may be several.
    pub(crate) fn twins(&self, id: ItemId) -> Vec<ItemId> {
        let item = self.workspace.item(id);
        if item.name.is_empty() || item.parent.is_some() {
            return vec![id];
        }
        let same = |other: &&ItemId| {
            let other = self.workspace.item(**other);
            other.name == item.name && space(other.kind) == space(item.kind)
        };
        let items = &self.workspace.module(item.module).items;
        items.iter().filter(same).copied().collect()
    }

    /// Whether a module is (or the item stands in) a `use` or `extern crate`.
    pub(crate) fn is_import(&self, item: ItemId) -> bool {
        matches!(
            self.workspace.item(item).kind,
            ItemKind::Use | ItemKind::ExternCrate
        )
    }
}

fn by_path(workspace: &Workspace, krate: CrateId) -> BTreeMap<&str, ModuleId> {
    let modules = workspace.modules_of(krate);
    modules
        .map(|id| (workspace.module(id).path.as_str(), id))
        .collect()
}

/// The namespace that an item's name is told apart in.
fn space(kind: ItemKind) -> u8 {
    match kind {
        ItemKind::Fn | ItemKind::Const | ItemKind::Static => 1,
        ItemKind::MacroRules => 2,
        _ => 0,
    }
}
