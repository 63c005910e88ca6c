//! Imports that no path leads through: traits, which are imported for their methods (row C4).

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::graph::Found;
use cleave_graph::standard::is_crate as is_standard;
use cleave_graph::{Graph, Lookup, Place, Resolution, Target};
use cleave_syntax::item::{Binding, ItemKind, Level, PathContext, PathUse};
use cleave_syntax::{ItemId, ModuleId, UseLeafId, Workspace};

use self::evidence::{Evidence, called, needed_traits};
use self::methods::{Declared, Methods, declared, declares, may_be_method, methods, methods_there};
pub(crate) use self::shown::Shown;
use self::shown::shown_by;
use crate::scope::{Scope, Side};

mod evidence;
mod made;
mod methods;
mod shown;
mod standard;

/// The leaves that some path of the workspace goes through.
pub(crate) fn looked_up(graph: &Graph) -> BTreeSet<UseLeafId> {
    let mut seen = BTreeSet::new();
    let mut pending: Vec<&[Lookup]> = graph
        .references
        .iter()
        .map(|reference| reference.resolution.lookups.as_slice())
        .collect();
    while let Some(lookups) = pending.pop() {
        for lookup in lookups {
            if let Found::Leaf(leaf) | Found::Glob(leaf) = lookup.found
                && seen.insert(leaf)
            {
                pending.extend(
                    graph.leaves[leaf.index()]
                        .iter()
                        .map(|resolution| resolution.lookups.as_slice()),
                );
            }
        }
    }
    seen
}

/// The items among what moves (or stays) in the module of an import that call a method of the trait which is imported.
///
/// The methods of the workspace's own traits and of the standard library's are known. Those of other crates are not:
/// there a call of a method counts that neither the workspace nor the standard library explains, and where neither side
/// has such a call, any call.
pub(crate) fn users(scope: &Scope<'_>, leaf: UseLeafId, moving: bool) -> BTreeSet<ItemId> {
    let workspace = scope.workspace;
    let import = workspace.item(workspace.leaf(leaf).item);
    if import.kind == ItemKind::ExternCrate {
        return who_needs_macros(scope, leaf, moving);
    }
    let callers = |moving, needs: &dyn Fn(ItemId) -> bool| {
        let level = &import.visibility.level;
        // Who imports all of a module does not get what it imports for itself.
        let sees = |id: &ItemId| scope.is_visible(level, import.module, workspace.item(*id).module);
        let callers = callers(scope, import.module, moving, needs);
        let callers = callers.filter(|id| sees(id) && may_need(scope, Shown::Leaf(leaf), *id));
        callers.collect::<BTreeSet<_>>()
    };
    let mut required = scope.implemented.get(&leaf).cloned().unwrap_or_default();
    let calls_of =
        |names: &BTreeSet<&str>, id| !called(scope, id, &|name, _| names.contains(name)).is_empty();
    let methods = if moving {
        methods_there(scope, leaf)
    } else {
        methods(scope, leaf)
    };
    match methods {
        Methods::NoTrait => BTreeSet::new(),
        // Those of another crate are known by the trait's name, which several may have.
        Methods::Known(known) => {
            required.retain(|name| !known.contains_key(*name));
            let evidence = Evidence::of(scope, leaf, known);
            let is_evident = |id| evidence.is_in(scope, id) || calls_of(&required, id);
            let here = callers(moving, &is_evident);
            if are_doubtful(scope, leaf, &evidence, (&here, moving)) {
                return BTreeSet::new();
            }
            let is_private = import.visibility.level == Level::Private;
            let is_for_methods_alone = is_private && !scope.looked_up.contains(&leaf);
            // A private import is there for somebody: then for calls that something else might explain as well.
            if is_for_methods_alone && here.is_empty() && callers(!moving, &is_evident).is_empty() {
                callers(moving, &|id| evidence.is_possible_in(scope, id))
            } else {
                here
            }
        }
        // Of a trait whose source is not at hand, impls at least tell what it requires.
        Methods::Foreign if scope.looked_up.contains(&leaf) => {
            callers(moving, &|id| calls_of(&required, id))
        }
        Methods::Foreign => {
            let is_unexplained = |name: &str, _: Option<u32>| {
                may_be_method(name)
                    && !standard::is_method(name)
                    && !scope.own_methods.contains(name)
            };
            let unexplained = |id| {
                !called(scope, id, &is_unexplained).is_empty() || calls_on_parameter(scope, id)
            };
            let here = callers(moving, &unexplained);
            if here.is_empty() && callers(!moving, &unexplained).is_empty() {
                callers(moving, &|id| {
                    !called(scope, id, &|name, _| may_be_method(name)).is_empty()
                })
            } else {
                here
            }
        }
    }
}

/// Whether an item calls on a value of a type parameter what no trait of the standard library declares, nor one of the
/// workspace that it may need: whatever types have by themselves explains nothing there.
fn calls_on_parameter(scope: &Scope<'_>, id: ItemId) -> bool {
    let workspace = scope.workspace;
    let traits = needed_traits(scope, id);
    let is_own = |name: &str| {
        let mut declared = traits.iter().flat_map(|of| &of.declared);
        declared.any(|(own, _)| own == name)
    };
    let mut members = workspace.item(id).member_uses.iter();
    members.any(|member| {
        member.called
            && may_be_method(&member.name)
            && !standard::is_method(&member.name)
            && !is_own(&member.name)
            && scope.values.is_of_parameter(id, member)
    })
}

/// Whether those on one side who call methods of an imported trait are tests that may as well mean what some type has by
/// itself, while the import is there for others: by its name, or for calls on the other side. Tests that mean the trait all
/// the same fail to compile; other code might go on with another meaning.
fn are_doubtful(
    scope: &Scope<'_>,
    leaf: UseLeafId,
    evidence: &Evidence,
    (users, moving): (&BTreeSet<ItemId>, bool),
) -> bool {
    let module = scope.workspace.item(scope.workspace.leaf(leaf).item).module;
    let is_doubtful =
        |id: &ItemId| scope.workspace.item(*id).is_test && evidence.is_weak_in(scope, *id);
    let is_sure = |id: ItemId| evidence.is_in(scope, id) && !evidence.is_weak_in(scope, id);
    let is_for_others = || {
        scope.looked_up.contains(&leaf)
            || callers(scope, module, !moving, &is_sure).next().is_some()
    };
    users.iter().all(is_doubtful) && is_for_others()
}

/// Whether a trait of the workspace is in scope in a module.
pub(crate) fn is_in_sight(scope: &Scope<'_>, id: ItemId, module: ModuleId) -> bool {
    let shown = shown_by(scope, module, module);
    shown.into_iter().any(|shown| match shown {
        Shown::Item(item) => item == id,
        Shown::Leaf(leaf) => {
            let mut resolutions = scope.graph.leaves[leaf.index()].iter();
            resolutions.any(|resolution| resolution.target == Target::Item(id))
        }
    })
}

/// Whether an item in the module of an import calls a method of the trait which is imported, as far as these are known.
pub(crate) fn is_called_in(scope: &Scope<'_>, leaf: UseLeafId, id: ItemId) -> bool {
    match methods(scope, leaf) {
        Methods::Known(known) => {
            may_need(scope, Shown::Leaf(leaf), id)
                && Evidence::of(scope, leaf, known).is_in(scope, id)
        }
        Methods::Foreign | Methods::NoTrait => false,
    }
}

/// Whether a module that has an import by a glob has the same thing without it: by an import of its own, or, being a trait
/// of the workspace, by its definition there or a glob of a module that defines it or exports it.
fn has_itself(scope: &Scope<'_>, module: ModuleId, leaf: UseLeafId) -> bool {
    let (workspace, graph) = (scope.workspace, scope.graph);
    let shared = workspace.leaf(leaf);
    if workspace.item(shared.item).module == module {
        return false;
    }
    let targets = graph.leaves[leaf.index()].iter().map(|it| &it.target);
    let defined: BTreeSet<ModuleId> = targets
        .clone()
        .filter_map(|target| match target {
            Target::Item(item) => Some(workspace.item(*item).module),
            _ => None,
        })
        .collect();
    let brings = |own: UseLeafId| {
        let mut meant = graph.leaves[own.index()].iter().map(|it| &it.target);
        let import = workspace.leaf(own);
        !workspace.item(import.item).is_conditional()
            && meant.any(|target| match (target, import.binding == Binding::Glob) {
                (Target::Module(of), true) => defined.contains(of) || exports(scope, *of, leaf),
                (Target::CrateRoot(of), true) => exports(scope, workspace.krate(*of).root, leaf),
                (_, true) => false,
                (Target::External(_), false) => import.path.text() == shared.path.text(),
                (target, false) => targets.clone().any(|it| it == target),
            })
    };
    let mut items = workspace.module(module).items.iter();
    defined.contains(&module)
        || items.any(|id| workspace.item(*id).leaves.iter().any(|own| brings(*own)))
}

/// Whether a function imports in its body what an import of its module brings in.
fn imports_in_body(scope: &Scope<'_>, caller: ItemId, leaf: UseLeafId) -> bool {
    let item = scope.workspace.item(caller);
    let shared = scope.workspace.leaf(leaf).path.segments.last();
    let is_same = |local: &Target| {
        let mut targets = scope.graph.leaves[leaf.index()].iter();
        targets.any(|of| match (&of.target, local) {
            (Target::External(one), Target::External(other)) => {
                one == other || is_standard(one) && is_standard(other)
            }
            (one, other) => one == other,
        })
    };
    let mut references = scope.graph.references_of(caller).iter();
    // What shares its scopes with nothing else.
    item.kind == ItemKind::Fn
        && references.any(|reference| {
            let Place::Item(_, index) = reference.place else {
                return false;
            };
            let path = &item.paths[index as usize];
            path.context == PathContext::LocalUse
                && path.segments.last().map(|last| last.name) == shared.map(|last| last.name)
                && is_same(&reference.resolution.target)
        })
}

/// Whether a module exports the item of the workspace that an import elsewhere brings in.
fn exports(scope: &Scope<'_>, module: ModuleId, leaf: UseLeafId) -> bool {
    let (workspace, leaves) = (scope.workspace, &scope.graph.leaves);
    let elsewhere = workspace.item(workspace.leaf(leaf).item).module;
    let means_it = |own: &UseLeafId| {
        let same = |it: &Resolution| {
            matches!(it.target, Target::Item(_))
                && leaves[leaf.index()]
                    .iter()
                    .any(|other| other.target == it.target)
        };
        leaves[own.index()].iter().any(same)
    };
    let mut items = workspace.module(module).items.iter();
    module != elsewhere
        && items.any(|id| {
            let item = workspace.item(*id);
            item.visibility.level == Level::Public
                && !item.is_conditional()
                && item.leaves.iter().any(means_it)
        })
}

/// Whether an item may need what brings a trait into scope: of the workspace's own traits the graph knows who does not, by
/// what they call methods of; and whose module imports the trait itself needs no other's import.
fn may_need(scope: &Scope<'_>, shown: Shown, caller: ItemId) -> bool {
    let is_trait = |item: &ItemId| scope.workspace.item(*item).trait_name().is_some();
    let macros = scope.calling.get(&caller).into_iter().flatten();
    let parts = || std::iter::once(&caller).chain(macros.clone());
    let needs = |of: &ItemId| parts().any(|part| scope.graph.edges_of(*part).contains(of));
    match shown {
        Shown::Item(item) => needs(&item),
        Shown::Leaf(leaf) => {
            let mut resolutions = scope.graph.leaves[leaf.index()].iter();
            let module = scope.workspace.item(caller).module;
            !has_itself(scope, module, leaf)
                && !imports_in_body(scope, caller, leaf)
                && resolutions.any(|resolution| match &resolution.target {
                    Target::Item(of) if is_trait(of) => needs(of),
                    _ => true,
                })
        }
    }
}

/// The traits behind a glob of which what moves (or stays) in its module calls methods, each with who calls.
pub(crate) fn called_through(
    scope: &Scope<'_>,
    leaf: UseLeafId,
    moving: bool,
) -> Vec<(Shown, BTreeSet<ItemId>)> {
    let import = scope.workspace.leaf(leaf);
    if import.binding != Binding::Glob {
        return Vec::new();
    }
    let module = scope.workspace.item(import.item).module;
    let targets = scope.graph.leaves[leaf.index()].iter();
    let shown: BTreeSet<Shown> = targets
        .filter_map(|resolution| match resolution.target {
            Target::Module(target) => Some(shown_by(scope, target, module)),
            _ => None,
        })
        .flatten()
        .collect();
    let with_callers = |shown: Shown| {
        let Methods::Known(known) = shown.methods(scope) else {
            return None;
        };
        let who = |calls: &dyn Fn(ItemId) -> bool| {
            let callers = callers(scope, module, moving, calls);
            let callers = callers.filter(|id| may_need(scope, shown, *id));
            callers.collect::<BTreeSet<ItemId>>()
        };
        let callers = match shown {
            Shown::Item(_) => who(&|id| calls_any(scope, id, &known)),
            Shown::Leaf(leaf) => {
                let evidence = Evidence::of(scope, leaf, known);
                let callers = who(&|id| evidence.is_in(scope, id));
                if are_doubtful(scope, leaf, &evidence, (&callers, moving)) {
                    return None;
                }
                callers
            }
        };
        (!callers.is_empty()).then_some((shown, callers))
    };
    shown.into_iter().filter_map(with_callers).collect()
}

/// The traits that globs in bodies bring into scope there, and that what moves (or stays) calls methods of; with who calls.
pub(crate) fn in_bodies(scope: &Scope<'_>, moving: bool) -> Vec<(Shown, BTreeSet<ItemId>)> {
    let workspace = scope.workspace;
    let mut found: BTreeMap<Shown, BTreeSet<ItemId>> = BTreeMap::new();
    for reference in &scope.graph.references {
        let (Place::Item(id, path), Target::Module(target)) =
            (reference.place, &reference.resolution.target)
        else {
            continue;
        };
        let here = workspace.crate_of(id) == scope.root && scope.moving[id.index()] == moving;
        if !here || !workspace.is_glob(id, path) {
            continue;
        }
        let item = workspace.item(id);
        for shown in shown_by(scope, *target, item.module) {
            let Methods::Known(known) = shown.methods(scope) else {
                continue;
            };
            if calls_any(scope, id, &known) {
                found.entry(shown).or_default().insert(id);
            }
        }
    }
    found.into_iter().collect()
}

/// The traits that move away from a module in which some of what stays calls their methods, with who calls: they were in
/// scope there by their definition.
pub(crate) fn left_behind(scope: &Scope<'_>) -> Vec<(Shown, BTreeSet<ItemId>)> {
    let workspace = scope.workspace;
    let moving = workspace.items_of(scope.root).filter(|id| {
        let item = workspace.item(*id);
        let is_divided = !scope.is_whole(item.module);
        item.trait_name().is_some() && scope.moving[id.index()] && is_divided
    });
    let with_callers = |id: ItemId| {
        let item = workspace.item(id);
        let members = declared(item);
        let calls = |caller| calls_any(scope, caller, &members);
        let may_call = callers(scope, item.module, false, &calls);
        let callers = may_call.filter(|caller| scope.graph.edges_of(*caller).contains(&id));
        (Shown::Item(id), callers.collect::<BTreeSet<_>>())
    };
    let found = moving.map(with_callers);
    found.filter(|(_, callers)| !callers.is_empty()).collect()
}

/// The items of a module, with methods, that move (or stay); imports left out.
pub(crate) fn on_side<'s>(
    scope: &'s Scope<'_>,
    module: ModuleId,
    moving: bool,
) -> impl Iterator<Item = ItemId> + 's {
    let workspace = scope.workspace;
    let items = workspace.module(module).items.iter();
    items
        .flat_map(|id| std::iter::once(*id).chain(workspace.item(*id).methods.iter().copied()))
        .filter(move |id| scope.moving[id.index()] == moving && !scope.is_import(*id))
}

/// The items on one side that share a module's imports and need a trait, as far as one item tells.
fn callers<'s>(
    scope: &'s Scope<'_>,
    module: ModuleId,
    moving: bool,
    needs: &'s dyn Fn(ItemId) -> bool,
) -> impl Iterator<Item = ItemId> + 's {
    let importers = scope.glob_importers.get(&module).into_iter().flatten();
    let modules = std::iter::once(module).chain(importers.copied());
    modules
        .flat_map(move |module| on_side(scope, module, moving))
        .filter(|id| needs(*id))
}

/// Whether an item calls one of some methods.
fn calls_any(scope: &Scope<'_>, id: ItemId, methods: &Declared) -> bool {
    let is_declared = |name: &str, arguments| declares(methods, name, arguments);
    !called(scope, id, &is_declared).is_empty()
}

/// By module: the modules that import all of it by a glob, and so have its traits in scope too.
pub(crate) fn glob_importers(
    workspace: &Workspace,
    graph: &Graph,
) -> BTreeMap<ModuleId, BTreeSet<ModuleId>> {
    let mut direct: BTreeMap<ModuleId, BTreeSet<ModuleId>> = BTreeMap::new();
    for (index, resolutions) in graph.leaves.iter().enumerate() {
        let leaf = workspace.leaf(UseLeafId::new(index));
        for resolution in resolutions {
            let module = match resolution.target {
                Target::Module(module) => module,
                Target::CrateRoot(krate) => workspace.krate(krate).root,
                _ => continue,
            };
            if leaf.binding == Binding::Glob {
                let importer = workspace.item(leaf.item).module;
                direct.entry(module).or_default().insert(importer);
            }
        }
    }
    let reach = |start: ModuleId| {
        let mut found = BTreeSet::new();
        let mut pending = vec![start];
        while let Some(at) = pending.pop() {
            for importer in direct.get(&at).into_iter().flatten() {
                if found.insert(*importer) {
                    pending.push(*importer);
                }
            }
        }
        found
    };
    direct
        .keys()
        .map(|module| (*module, reach(*module)))
        .collect()
}

/// By import: what the impls of the trait that it brings in define.
pub(crate) fn implemented<'a>(
    workspace: &'a Workspace,
    graph: &Graph,
) -> BTreeMap<UseLeafId, BTreeSet<&'a str>> {
    let mut by_import: BTreeMap<UseLeafId, BTreeSet<&str>> = BTreeMap::new();
    for reference in &graph.references {
        let Place::Item(id, index) = reference.place else {
            continue;
        };
        let head = workspace.item(id).implementation.as_ref();
        let Some(head) = head.filter(|head| head.trait_path == Some(index)) else {
            continue;
        };
        for lookup in &reference.resolution.lookups {
            if let Found::Leaf(leaf) = lookup.found {
                let names = by_import.entry(leaf).or_default();
                names.extend(head.members.iter().map(String::as_str));
            }
        }
    }
    by_import
}

/// The names of the workspace's own methods: inherent ones, and those that its traits declare.
pub(crate) fn own_methods(workspace: &Workspace) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for item in &workspace.items {
        if item.parent.is_some() {
            names.insert(item.name.as_str());
        }
        if item.trait_name().is_some() {
            names.extend(item.declared.iter().map(|(name, _)| name.as_str()));
        }
    }
    names
}

/// What moves (or stays) and needs an `extern crate` that no path leads through: `#[macro_use]` for a bare name of a
/// macro, derive or attribute; in the 2015 edition also for what a derive writes.
fn who_needs_macros(scope: &Scope<'_>, leaf: UseLeafId, moving: bool) -> BTreeSet<ItemId> {
    let workspace = scope.workspace;
    let name = &workspace.leaf(leaf).path.segments[0].name;
    let bare = workspace.takes_macros(workspace.leaf(leaf).item);
    let references = scope.graph.references.iter();
    references
        .filter_map(|reference| {
            let Place::Item(item, index) = reference.place else {
                return None;
            };
            let path = &workspace.item(item).paths[index as usize];
            let explained = path.segments.len() > 1 || !reference.resolution.lookups.is_empty();
            let needs = match &reference.resolution.target {
                Target::External(found) => {
                    written_for(found) == Some(name)
                        || bare && (found == name && !explained || may_derive(path, name, found))
                }
                Target::Item(target) => {
                    let krate = workspace.krate(workspace.crate_of(*target));
                    let rules = workspace.item(*target).kind == ItemKind::MacroRules;
                    bare && rules && krate.extern_name == *name && !explained
                }
                _ => false,
            };
            // Calls around what moves come along with their module.
            let side = if moving { Side::Dest } else { Side::Root };
            let asked = needs && workspace.crate_of(item) == scope.root && scope.side(item) == side;
            asked.then_some(item)
        })
        .collect()
}

/// Whether a derive that is found in one crate may be that of another, whose macros are taken: `serde::Serialize` is a trait
/// alone where the derive is `serde_derive`'s.
pub(crate) fn may_derive(path: &PathUse, taken: &str, found: &str) -> bool {
    let is_derive = path.segments.len() == 1 && path.context == PathContext::Attribute;
    is_derive && written_for(taken) == Some(found)
}

/// The crate that the code which a procedural macro's crate writes belongs to, by the custom that names
/// `serde_derive` after `serde`.
pub(crate) fn written_for(name: &str) -> Option<&str> {
    const ENDINGS: &[&str] = &[
        "_derive",
        "_derives",
        "_macros",
        "_macro",
        "_proc_macro",
        "_impl",
        "_attributes",
        "_codegen",
    ];
    ENDINGS.iter().find_map(|ending| name.strip_suffix(ending))
}
