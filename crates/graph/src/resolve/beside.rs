//! Derives that bear the name of a trait of the workspace.
//!
//! Rust reference, *namespaces*: a trait and a macro may share a name, and an import takes both. Where the trait comes by
//! one glob and nothing in sight defines the macro, that comes by another glob, of another crate.

use cleave_syntax::item::{Binding, PathContext};
use cleave_syntax::{Name, UseLeafId, Workspace};
use rustc_hash::FxHashSet;

use super::scope::{Open, Scopes, Trust};
use crate::graph::{Found, Lookup, Namespace, Resolution, Target};

/// The names that derives and attributes are written by.
pub(super) fn names(workspace: &Workspace) -> FxHashSet<Name> {
    let paths = workspace.items.iter().flat_map(|item| &item.paths);
    let attributes = paths.filter(|path| path.context == PathContext::Attribute);
    let last = attributes.filter_map(|path| path.segments.last());
    last.map(|segment| segment.name).collect()
}

/// The globs by which an import may take a derive beside what it was found to mean.
pub(super) fn of_leaf(
    scopes: &Scopes<'_>,
    leaf: UseLeafId,
    found: &[Resolution],
    derived: &FxHashSet<Name>,
) -> Vec<Resolution> {
    let import = scopes.workspace.leaf(leaf);
    let Some(last) = import.path.segments.last() else {
        return Vec::new();
    };
    let may_derive = import.binding != Binding::Glob && derived.contains(&last.name);
    let is_macro = || scopes.leaf(leaf, Namespace::Macro, &mut Open::at(Trust::Seen));
    if !may_derive || is_macro().is_some() {
        return Vec::new();
    }
    of_name(scopes, last.name, found)
}

/// The globs by which a name may be a derive beside the traits and types that it was found to mean.
pub(super) fn of_name(scopes: &Scopes<'_>, name: Name, found: &[Resolution]) -> Vec<Resolution> {
    let mut beside: Vec<Resolution> = Vec::new();
    for resolution in found {
        let mut lookups = resolution.lookups.iter();
        let first = lookups.find(|lookup| lookup.name == name);
        let (Target::Item(_), Some(first)) = (&resolution.target, first) else {
            continue;
        };
        if !matches!(first.found, Found::Glob(_)) {
            continue;
        }
        for (way, krate) in scopes.foreign_globs(first.module) {
            let lookup = |(module, glob)| Lookup {
                module,
                name,
                namespace: Namespace::Macro,
                found: Found::Glob(glob),
            };
            beside.push(Resolution {
                target: Target::External(krate),
                lookups: way.into_iter().map(lookup).collect(),
                used: resolution.used,
            });
        }
    }
    beside
}
