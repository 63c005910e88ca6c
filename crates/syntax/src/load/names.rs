//! The names of libraries that are not called like their packages: `streaming-stats` is `stats` in source.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::LoadOptions;
use crate::id::PackageId;
use crate::workspace::Workspace;

/// Mends [`Dependency::extern_name`](crate::workspace::Dependency::extern_name) where the library of a package has a
/// name of its own.
///
/// Only the resolved graph of packages tells, and asking for it costs more than all else that Cargo is asked. So it is
/// asked only where a dependency is never named in the source of its package. Where Cargo can't say, the names stay.
pub(super) fn mend(workspace: &mut Workspace, options: &LoadOptions) {
    let doubtful: Vec<PackageId> = (0..workspace.packages.len())
        .map(PackageId::new)
        .filter(|package| has_unnamed(workspace, *package))
        .collect();
    if doubtful.is_empty() {
        return;
    }
    let Some(names) = ask(&workspace.root, options) else {
        return;
    };
    for id in doubtful {
        let package = &mut workspace.packages[id.index()];
        for dependency in &mut package.dependencies {
            let key = (package.name.clone(), dependency.package.clone());
            if dependency.key == dependency.package
                && let Some(name) = names.get(&key)
            {
                dependency.extern_name.clone_from(name);
            }
        }
    }
}

/// Whether no path of a package starts with the name of one of its dependencies.
fn has_unnamed(workspace: &Workspace, package: PackageId) -> bool {
    let mut unnamed: BTreeSet<&str> = workspace.packages[package.index()]
        .dependencies
        .iter()
        .map(|dependency| dependency.extern_name.as_str())
        .collect();
    let in_package = |module: crate::ModuleId| {
        let krate = workspace.modules[module.index()].krate;
        workspace.crates[krate.index()].package == package
    };
    for leaf in &workspace.leaves {
        if in_package(workspace.items[leaf.item.index()].module) {
            unnamed.remove(leaf.path.segments[0].name.as_str());
        }
    }
    for item in &workspace.items {
        if unnamed.is_empty() {
            return false;
        }
        if in_package(item.module) {
            for path in &item.paths {
                unnamed.remove(path.segments[0].name.as_str());
            }
        }
    }
    !unnamed.is_empty()
}

/// By package and package it depends on: the name that the library has in source.
fn ask(root: &Utf8Path, options: &LoadOptions) -> Option<BTreeMap<(String, String), String>> {
    let metadata = crate::foreign::ask(root, options)?;
    let names: BTreeMap<_, _> = metadata
        .packages
        .iter()
        .map(|package| (&package.id, package.name.to_string()))
        .collect();
    let mut found = BTreeMap::new();
    for node in metadata.resolve?.nodes {
        for dependency in &node.deps {
            if let (Some(from), Some(to)) = (names.get(&node.id), names.get(&dependency.pkg)) {
                found.insert((from.clone(), to.clone()), dependency.name.clone());
            }
        }
    }
    Some(found)
}
