//! What each crate needs in its manifest, read off its code after the step (rows E1, E2).

use std::collections::BTreeSet;

use cleave_graph::graph::Found;
use cleave_graph::{Place, Resolution, Target};
use cleave_syntax::item::{Attribute, ItemKind, PathContext};
use cleave_syntax::workspace::{CrateKind, Dependency, Package};
use cleave_syntax::{CrateId, ItemId, ModuleId, UseLeafId, Workspace};

use crate::layout::Moves;
use crate::manifest::Needs;
use crate::scope::{Scope, Side};
use crate::support;

/// What the destination needs once the step is done.
pub(crate) fn of_dest(scope: &Scope<'_>, moves: &Moves) -> Needs {
    let workspace = scope.workspace;
    let mut needs = Needs::default();
    for reference in &scope.graph.references {
        let Place::Item(item, index) = reference.place else {
            continue;
        };
        if scope.side(item) != Side::Dest || scope.is_import(item) {
            continue;
        }
        let context = workspace.item(item).paths[index as usize].context;
        if context == PathContext::DocLink {
            continue;
        }
        let is_test = workspace.item(item).is_test;
        let dev = is_test || context == PathContext::DocTest;
        if is_support(scope, item, index) {
            add_support(scope, &mut needs, &reference.resolution);
            if !is_test {
                // Its own tests compile it without the feature.
                add(scope, &mut needs, &reference.resolution, true);
                continue;
            }
        }
        add(scope, &mut needs, &reference.resolution, dev);
        if context == PathContext::Macro {
            needs.names(dev).extend(named_by_expansion(
                workspace,
                scope.graph,
                &reference.resolution,
            ));
        }
    }
    for (index, resolutions) in scope.graph.leaves.iter().enumerate() {
        let leaf = UseLeafId::new(index);
        let item = workspace.leaf(leaf).item;
        let module = workspace.item(item).module;
        let krate = workspace.crate_of(item);
        let there = krate == scope.dest
            || (krate == scope.root
                && (scope.is_whole(module) || moves.dest_leaves.contains(&leaf)));
        if there {
            for resolution in resolutions {
                add(scope, &mut needs, resolution, workspace.item(item).is_test);
            }
        }
    }
    features_there(scope, moves, &mut needs);
    let root = workspace.package(workspace.krate(scope.root).package);
    with_written_for(workspace, root, &mut needs);
    in_keys(root, &mut needs);
    needs
        .support
        .retain(|name| !needs.normal.contains(name) || is_optional(root, name));
    needs.has_support = !scope.support.is_empty();
    for krate in support::held::crates(scope) {
        let name = scope.planned_name(krate).map(str::to_owned);
        if needs.has_support {
            needs.support_crates.extend(name.clone());
        }
        needs.helpers.extend(name);
    }
    needs.dev.retain(|name| !needs.normal.contains(name));
    needs.dev_crates.retain(|name| !needs.crates.contains(name));
    needs
}

/// The features that the code of the destination names, and whose helpers its items need.
fn features_there(scope: &Scope<'_>, moves: &Moves, needs: &mut Needs) {
    let workspace = scope.workspace;
    for id in workspace
        .items_of(scope.dest)
        .chain(workspace.items_of(scope.root))
    {
        let item = workspace.item(id);
        let declares_moved = item
            .declares
            .is_some_and(|module| scope.touched[module.index()]);
        let imported = item
            .leaves
            .iter()
            .any(|leaf| moves.dest_leaves.contains(leaf));
        if scope.side(id) == Side::Dest || scope.is_whole(item.module) {
            add_helpers(scope, needs, id);
        }
        let there = scope.side(id) == Side::Dest
            || declares_moved
            || imported
            || scope.is_whole(item.module);
        if there {
            let file = workspace.file(workspace.module(item.module).file);
            if item.declares.is_none() {
                features_in(&file[item.range], &mut needs.features);
            }
            for attribute in &item.attributes {
                features_in(&file[attribute.range], &mut needs.features);
            }
            if imported {
                features_around(workspace, item.module, &mut needs.features);
            }
            let around = item.wrapped.iter().flatten().cloned();
            let inner = item.declares.iter();
            let inner = inner.flat_map(|it| scope.attributes_of_twin(*it));
            for text in around.chain(inner) {
                features_in(&text, &mut needs.features);
            }
        }
    }
    let root = workspace.module(workspace.krate(scope.dest).root);
    for attribute in &root.inner_attributes {
        features_in(
            &workspace.file(root.file)[attribute.range],
            &mut needs.features,
        );
    }
}

/// The features that the declarations of the modules around an import name: they come along under their conditions.
fn features_around(workspace: &Workspace, module: ModuleId, features: &mut BTreeSet<String>) {
    let around = workspace.around(module);
    for declaration in around.flat_map(|module| workspace.declarations(module)) {
        let declared = workspace.item(declaration);
        let file = workspace.file(workspace.module(declared.module).file);
        for attribute in &declared.attributes {
            features_in(&file[attribute.range], features);
        }
    }
}

/// Whether a path stands in what is compiled for the tests of other crates too.
fn is_support(scope: &Scope<'_>, item: ItemId, index: u32) -> bool {
    let workspace = scope.workspace;
    // A module that is opened by this step is compiled with all that is in it.
    let mut around = workspace.around(workspace.item(item).module);
    let is_opened = scope.support.items.contains(&item)
        || around.any(|module| {
            let mut declared = workspace.declarations(module);
            declared.any(|id| scope.support.items.contains(&id))
        });
    if !is_opened && !support::is_open(workspace, item) {
        return false;
    }
    let value = workspace.item(item);
    let at = value.paths[index as usize].range();
    let conditional = |attribute: &Attribute| {
        attribute.path == "cfg_attr"
            && attribute.range.start <= at.start
            && at.end <= attribute.range.end
    };
    let by_cfg = value.is_test
        || value
            .attributes
            .iter()
            .all(|attribute| attribute.path != "cfg_attr");
    by_cfg || value.attributes.iter().any(conditional)
}

/// What code for the tests of other crates needs: with the feature on it is compiled without dev-dependencies.
fn add_support(scope: &Scope<'_>, needs: &mut Needs, resolution: &Resolution) {
    if let Target::External(name) = &resolution.target {
        needs.support.insert(name.to_string());
    } else if let Some(krate) = crate_of(scope, resolution) {
        let target = item_of(resolution);
        needs
            .crates
            .extend(scope.planned_name(krate).map(str::to_owned));
        if target.is_some_and(|target| support::is_open(scope.workspace, target)) {
            needs
                .support_crates
                .extend(scope.planned_name(krate).map(str::to_owned));
        }
    }
}

/// Whose helpers an item needs: a test by what it names, and by the traits and methods that it calls; any other by what it
/// names, which then stands under a condition in it: `#[cfg(test)] let out = Sink::new();`.
fn add_helpers(scope: &Scope<'_>, needs: &mut Needs, id: ItemId) {
    let workspace = scope.workspace;
    let is_test = workspace.item(id).is_test;
    let mut called = Vec::new();
    if is_test {
        add_open_imports(scope, needs, id);
        called = scope.graph.calls_of(id);
    }
    for target in scope.graph.edges_of(id).iter().copied().chain(called) {
        let is_open = support::is_open(workspace, target)
            || is_test && support::has_open_part(workspace, target);
        if is_open && scope.side(target) == Side::Other {
            let krate = workspace.crate_of(target);
            needs
                .helpers
                .extend(scope.planned_name(krate).map(str::to_owned));
        }
    }
}

/// Through whose imports for tests a test finds what it names: that may be another package's.
fn add_open_imports(scope: &Scope<'_>, needs: &mut Needs, test: ItemId) {
    let workspace = scope.workspace;
    let of_paths = scope.graph.references_of(test).iter();
    let of_paths = of_paths.map(|reference| &reference.resolution);
    let own = workspace.item(test).leaves.iter();
    let own = own.flat_map(|leaf| &scope.graph.leaves[leaf.index()]);
    let mut pending: Vec<&Resolution> = of_paths.chain(own).collect();
    let mut seen = BTreeSet::new();
    while let Some(resolution) = pending.pop() {
        for lookup in &resolution.lookups {
            let (Found::Leaf(leaf) | Found::Glob(leaf)) = lookup.found else {
                continue;
            };
            if !seen.insert(leaf) {
                continue;
            }
            let import = workspace.leaf(leaf).item;
            if scope.side(import) == Side::Other && support::is_open(workspace, import) {
                let krate = workspace.crate_of(import);
                needs
                    .helpers
                    .extend(scope.planned_name(krate).map(str::to_owned));
            }
            pending.extend(&scope.graph.leaves[leaf.index()]);
        }
    }
}

/// The crates that a macro of the workspace names in what it writes: its caller's dependencies (row E1).
/// Follows the macros that it calls in turn.
fn named_by_expansion(
    workspace: &Workspace,
    graph: &cleave_graph::Graph,
    called: &Resolution,
) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut seen: BTreeSet<ItemId> = BTreeSet::new();
    let called = item_of(called).into_iter();
    let mut pending: Vec<ItemId> = called.flat_map(|id| alternatives(workspace, id)).collect();
    while let Some(id) = pending.pop() {
        let item = workspace.item(id);
        let writes = matches!(item.kind, ItemKind::MacroRules | ItemKind::MacroCall);
        if !writes || !seen.insert(id) {
            continue;
        }
        let text = &workspace.file(workspace.module(item.module).file).text;
        for reference in graph.references_of(id) {
            let Place::Item(_, index) = reference.place else {
                continue;
            };
            let path = &item.paths[index as usize];
            let goes_on = text[path.range().end as usize..].starts_with("::");
            match &reference.resolution.target {
                Target::External(name) if path.segments.len() > 1 || goes_on => {
                    names.insert(name.to_string());
                }
                Target::Item(next) | Target::Opaque(next) => {
                    pending.extend(alternatives(workspace, *next));
                }
                _ => {}
            }
        }
    }
    names
}

/// An item, and the macros of its name beside it that `cfg`s choose between.
fn alternatives(workspace: &Workspace, id: ItemId) -> impl Iterator<Item = ItemId> {
    let item = workspace.item(id);
    let is_macro = item.kind == ItemKind::MacroRules && item.is_conditional();
    let beside = workspace.module(item.module).items.iter().copied();
    let others = beside.filter(move |other| {
        let other = workspace.item(*other);
        is_macro && other.kind == item.kind && other.name == item.name && other.is_conditional()
    });
    std::iter::once(id).chain(others)
}

fn item_of(resolution: &Resolution) -> Option<ItemId> {
    match resolution.target {
        Target::Item(item) | Target::Opaque(item) => Some(item),
        _ => None,
    }
}

/// The other crate that an item is found in.
fn crate_of(scope: &Scope<'_>, resolution: &Resolution) -> Option<CrateId> {
    let target = item_of(resolution)?;
    (scope.side(target) == Side::Other).then(|| scope.workspace.crate_of(target))
}

/// Adds the crates that the code written by derives names; by their names alone, where nobody could look them up.
fn with_written_for(workspace: &Workspace, package: &Package, needs: &mut Needs) {
    for names in [&mut needs.normal, &mut needs.dev, &mut needs.support] {
        let named = names.iter().flat_map(|name| {
            let written = workspace.foreign.written.get(name);
            let written = written.into_iter().flatten().map(String::as_str);
            written.chain(crate::traits::written_for(name))
        });
        let is_own = |name: &&str| {
            let mut dependencies = package.dependencies.iter();
            dependencies.any(|dependency| dependency.extern_name == *name)
        };
        let more: Vec<String> = named.filter(is_own).map(str::to_owned).collect();
        names.extend(more);
    }
}

/// From the names that libraries have in source to those of the manifest's entries.
fn in_keys(package: &Package, needs: &mut Needs) {
    for names in [&mut needs.normal, &mut needs.dev, &mut needs.support] {
        *names = names
            .iter()
            .map(|name| {
                let called = |dependency: &&Dependency| dependency.extern_name == *name;
                let entry = package.dependencies.iter().find(called);
                entry.map_or_else(
                    || name.clone(),
                    |dependency| dependency.key.replace('-', "_"),
                )
            })
            .collect();
    }
}

/// Whether a dependency is there by a feature only: who needs it under that one does not bring it for others.
fn is_optional(package: &Package, name: &str) -> bool {
    let mut entries = package.dependencies.iter();
    entries.any(|entry| entry.optional && entry.key.replace('-', "_") == *name)
}

fn add(scope: &Scope<'_>, needs: &mut Needs, resolution: &Resolution, dev: bool) {
    let workspace = scope.workspace;
    let mut crates: Vec<CrateId> = resolution
        .lookups
        .iter()
        .filter(|lookup| {
            !matches!(lookup.found, Found::Leaf(_) | Found::Glob(_))
                || workspace.module(lookup.module).krate != scope.root
        })
        .filter(|lookup| workspace.module(lookup.module).krate != scope.root)
        .map(|lookup| workspace.module(lookup.module).krate)
        .collect();
    match &resolution.target {
        Target::External(name) => {
            needs.names(dev).insert(name.to_string());
        }
        Target::Item(item) if scope.side(*item) == Side::Other => {
            crates.push(workspace.crate_of(*item));
        }
        Target::Module(module) => crates.push(workspace.module(*module).krate),
        Target::CrateRoot(krate) => crates.push(*krate),
        _ => {}
    }
    for krate in crates {
        // A way through a crate that the destination does not see is not the one that it takes: see `stand_in`.
        if krate == scope.dest || krate == scope.root || !scope.sees(krate) {
            continue;
        }
        if let Some(name) = scope.planned_name(krate) {
            needs.crates(dev).insert(name.to_owned());
        }
    }
}

/// What the package that is split needs itself: all its targets as they stand.
pub(crate) fn of_package(
    workspace: &Workspace,
    graph: &cleave_graph::Graph,
    root: CrateId,
) -> Needs {
    let package = workspace.krate(root).package;
    let all = |krate: CrateId| {
        let value = workspace.krate(krate);
        value.package == package && value.kind != CrateKind::BuildScript
    };
    of_targets((workspace, graph), &all)
}

/// What some targets of the package need: what those names mean that other packages define.
pub(crate) fn of_targets(
    (workspace, graph): (&Workspace, &cleave_graph::Graph),
    is_one: &dyn Fn(CrateId) -> bool,
) -> Needs {
    let mut needs = Needs::default();
    let mut add = |names: BTreeSet<String>, krate: CrateId, is_test: bool| {
        if is_one(krate) {
            let dev = is_test || cleave_plan::target::is_movable(workspace.krate(krate).kind);
            needs.names(dev).extend(names);
        }
    };
    let named = |resolution: &Resolution| match &resolution.target {
        Target::External(name) => BTreeSet::from([name.to_string()]),
        _ => BTreeSet::new(),
    };
    for reference in &graph.references {
        let context = reference.place.path(workspace).context;
        let krate = workspace.module(reference.place.module(workspace)).krate;
        let is_test = match reference.place {
            Place::Item(item, _) => workspace.item(item).is_test,
            Place::Header(..) => false,
        };
        if context != PathContext::DocLink {
            let is_test = is_test || context == PathContext::DocTest;
            add(named(&reference.resolution), krate, is_test);
        }
        if context == PathContext::Macro && is_one(krate) {
            let written = named_by_expansion(workspace, graph, &reference.resolution);
            add(written, krate, is_test);
        }
    }
    for (index, resolutions) in graph.leaves.iter().enumerate() {
        let item = workspace.leaf(UseLeafId::new(index)).item;
        let is_test = workspace.item(item).is_test;
        for resolution in resolutions {
            add(named(resolution), workspace.crate_of(item), is_test);
        }
    }
    for module in workspace
        .modules
        .iter()
        .filter(|module| is_one(module.krate))
    {
        let file = workspace.file(module.file);
        features_in(&file[module.body], &mut needs.features);
    }
    let package = workspace.package(workspace.package);
    with_written_for(workspace, package, &mut needs);
    in_keys(package, &mut needs);
    needs
}

/// Collects the names in `feature = "…"`.
pub(crate) fn features_in(text: &str, features: &mut BTreeSet<String>) {
    for (at, _) in text.match_indices("feature") {
        let rest = text[at + "feature".len()..].trim_start();
        let Some(rest) = rest.strip_prefix('=') else {
            continue;
        };
        let Some(rest) = rest.trim_start().strip_prefix('"') else {
            continue;
        };
        if let Some((name, _)) = rest.split_once('"') {
            features.insert(name.to_owned());
            if text[..at].trim_end().ends_with("unstable(") {
                features.insert(format!("unstable-{name}"));
            }
        }
    }
}
