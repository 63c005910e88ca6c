//! Macros by example are not hygienic for items: what a macro's body names is looked up where the macro is called (Rust
//! reference, *macros by example: hygiene*). So who calls it needs the imports of its own module for that (row D1).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use cleave_graph::{Graph, Place, Target};
use cleave_syntax::item::{Binding, ItemKind, PathContext, PathUse};
use cleave_syntax::token::transcribers;
use cleave_syntax::{ItemId, ModuleId, Name, UseLeafId, Workspace};

use crate::scope::Scope;

/// By item that calls macros of the workspace: the names with which paths in their bodies start.
pub(crate) type Written = BTreeMap<ItemId, BTreeSet<Name>>;

/// By item that calls macros of the workspace: those among them in whose bodies methods are called. The traits of these
/// have to be in scope where the item stands.
pub(crate) type Calling = BTreeMap<ItemId, Vec<ItemId>>;

/// What the macros that the items of the monolith call may look up where these stand, and which of them call methods.
/// Linear in the calls.
pub(crate) fn written(
    (workspace, graph): (&Workspace, &Graph),
    items: impl Iterator<Item = ItemId>,
) -> (Written, Calling) {
    let mut written = Written::new();
    let mut calling = Calling::new();
    let mut by_macro: BTreeMap<ItemId, BTreeSet<Name>> = BTreeMap::new();
    let calls = |id: &ItemId| {
        let mut members = workspace.item(*id).member_uses.iter();
        members.any(|member| member.called)
    };
    for id in items {
        let macros = graph.macros_run_by(workspace, id);
        let with_calls: Vec<ItemId> = macros.iter().copied().filter(calls).collect();
        if !with_calls.is_empty() {
            calling.insert(id, with_calls);
        }
        let macros = macros.into_iter();
        let mut names = BTreeSet::new();
        for run in macros.chain(defining_calls(workspace, graph, id)) {
            let of_macro = by_macro
                .entry(run)
                .or_insert_with(|| names_in((workspace, graph), run));
            names.extend(of_macro.iter().copied());
        }
        if !names.is_empty() {
            written.insert(id, names);
        }
    }
    (written, calling)
}

/// The names with which paths start in what a macro writes; of another macro call, in all its tokens. The language's own
/// macros are no names of a module, such as `std::env` is.
fn names_in((workspace, graph): (&Workspace, &Graph), id: ItemId) -> BTreeSet<Name> {
    let item = workspace.item(id);
    let bodies: Option<Vec<_>> = item.macro_rules.is_some().then(|| {
        let bodies = transcribers(workspace.text_of(id)).into_iter();
        bodies.map(|body| body.span().byte_range()).collect()
    });
    // A word that a matcher wants is no path.
    let is_written = |path: &&PathUse| {
        let at = (path.range().start - item.range.start) as usize;
        let is_in = |bodies: &Vec<Range<usize>>| bodies.iter().any(|body| body.contains(&at));
        bodies.as_ref().is_none_or(is_in)
    };
    let references = graph.references_of(id).iter();
    let builtin: BTreeSet<Place> = references
        .filter(|reference| reference.resolution.target == Target::Builtin)
        .map(|reference| reference.place)
        .filter(|place| Graph::is_macro_path(workspace, *place))
        .collect();
    let written =
        item.paths.iter().zip(0..).filter(|(path, index)| {
            is_written(path) && !builtin.contains(&Place::Item(id, *index))
        });
    written.map(|(path, _)| path.segments[0].name).collect()
}

/// The calls that defined the macros which an item calls: their tokens are what these write.
fn defining_calls(
    workspace: &Workspace,
    graph: &Graph,
    id: ItemId,
) -> impl Iterator<Item = ItemId> {
    let references = graph.references_of(id).iter();
    references.filter_map(move |reference| {
        let Target::Item(target) = &reference.resolution.target else {
            return None;
        };
        let called = Graph::is_macro_path(workspace, reference.place);
        let defined = called && workspace.item(*target).kind == ItemKind::MacroCall;
        defined.then_some(*target)
    })
}

/// The items among what moves (or stays) in the module of an import, and in those that import all of it, for which a macro
/// may look up what it binds.
pub(crate) fn users(scope: &Scope<'_>, leaf: UseLeafId, moving: bool) -> BTreeSet<ItemId> {
    let workspace = scope.workspace;
    let import = workspace.leaf(leaf);
    let bound = match &import.binding {
        Binding::Name(bound) => BTreeSet::from([bound.as_str()]),
        Binding::Glob => behind_glob(scope, leaf),
        Binding::Underscore => return BTreeSet::new(),
    };
    let own = workspace.item(import.item);
    let importers = scope.glob_importers.get(&own.module).into_iter().flatten();
    let importers = importers
        .copied()
        .filter(|module| scope.is_visible(&own.visibility.level, own.module, *module));
    // What a module defines, or one that it imports all of, goes before what comes from further away.
    let has_nearer = |module: ModuleId, name: &str| {
        let mut nearer = std::iter::once(module).chain(globbed(scope, module));
        nearer.any(|at| at != own.module && binds(workspace, at, name))
    };
    let mut targets = scope.graph.leaves[leaf.index()].iter();
    let is_own_crate = import.binding != Binding::Glob
        && targets.any(|it| it.target == Target::CrateRoot(scope.root));
    let needs = |module: ModuleId, id: ItemId| {
        let mut names = scope.written.get(&id).into_iter().flatten();
        let is_own = module == own.module;
        names.any(|name| bound.contains(name.as_str()) && (is_own || !has_nearer(module, name)))
            || is_own_crate && runs_foreign_macro(scope, id)
    };
    let modules = std::iter::once(own.module).chain(importers);
    modules
        .flat_map(|module| {
            let items = crate::traits::on_side(scope, module, moving);
            items.filter(move |id| needs(module, *id))
        })
        .collect()
}

/// The modules that a module imports all of.
fn globbed(scope: &Scope<'_>, module: ModuleId) -> impl Iterator<Item = ModuleId> {
    let workspace = scope.workspace;
    let items = workspace.module(module).items.iter();
    let leaves = items.flat_map(|id| &workspace.item(*id).leaves);
    let globs = leaves.filter(|leaf| workspace.leaf(**leaf).binding == Binding::Glob);
    let found = globs.flat_map(|leaf| &scope.graph.leaves[leaf.index()]);
    found.filter_map(|resolution| match resolution.target {
        Target::Module(module) => Some(module),
        _ => None,
    })
}

/// Whether a module itself defines or imports a name, so that no glob brings it in.
fn binds(workspace: &Workspace, module: ModuleId, name: &str) -> bool {
    let mut items = workspace.module(module).items.iter();
    items.any(|id| workspace.item(*id).name == name) || workspace.imports_name(module, name)
}

/// Whether a macro of another crate may write what it likes for an item: `use crate as app;` is there for such a one (row
/// D4).
fn runs_foreign_macro(scope: &Scope<'_>, id: ItemId) -> bool {
    let paths = &scope.workspace.item(id).paths;
    let mut references = scope.graph.references_of(id).iter();
    references.any(|reference| {
        let is_run = |index: u32| {
            let context = paths[index as usize].context;
            matches!(context, PathContext::Attribute | PathContext::Macro)
        };
        let is_foreign = matches!(reference.resolution.target, Target::External(_));
        is_foreign && matches!(reference.place, Place::Item(_, index) if is_run(index))
    })
}

/// The names of the items that a glob brings from the modules which it leads to. What these import in turn, who stands in
/// the macro's crate imports by other ways as well.
fn behind_glob<'a>(scope: &Scope<'a>, leaf: UseLeafId) -> BTreeSet<&'a str> {
    let workspace = scope.workspace;
    let to = workspace.item(workspace.leaf(leaf).item).module;
    let modules = scope.graph.leaves[leaf.index()].iter();
    let modules = modules.filter_map(|resolution| match resolution.target {
        Target::Module(module) => Some(module),
        _ => None,
    });
    let shown = modules.flat_map(|module| {
        let items = workspace.module(module).items.iter();
        let items = items.map(|id| workspace.item(*id));
        items.filter(move |item| scope.is_visible(&item.visibility.level, module, to))
    });
    shown
        .map(|item| item.name.as_str())
        .filter(|name| !name.is_empty())
        .collect()
}

/// Whether a macro may look up a name where code that stays calls it.
pub(crate) fn is_for_root(scope: &Scope<'_>, name: Name) -> bool {
    let written = scope.written.iter();
    let mut stays = written.filter(|(id, _)| !scope.moving[id.index()]);
    stays.any(|(_, names)| names.contains(&name))
}
