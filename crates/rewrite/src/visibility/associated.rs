//! What stays and is shown by a type that becomes public as it moves: an associated type of an impl that stays may not be
//! less public than the impl's trait and type are (E0446; row B1).
//!
//! Rust reference, *visibility and privacy*: what counts is how public an item says it is, not who can reach it.

use std::collections::BTreeSet;

use cleave_graph::{Place, Target};
use cleave_syntax::ItemId;
use cleave_syntax::item::{ItemKind, Level, PathContext};

use crate::manifest::lints::{self, OF_PUBLIC_API};
use crate::scope::{Scope, Side};

/// What has to be public in the old package, once some items are.
pub(super) fn shown(scope: &Scope<'_>, opened: &BTreeSet<ItemId>) -> BTreeSet<ItemId> {
    let mut found = BTreeSet::new();
    let mut pending: Vec<ItemId> = opened.iter().copied().collect();
    while let Some(id) = pending.pop() {
        for implementation in &scope.graph.implementations[id.index()] {
            let is_public = |id: ItemId| {
                let level = &scope.workspace.item(id).visibility.level;
                *level == Level::Public || opened.contains(&id) || found.contains(&id)
            };
            let shown = by_impl(scope, *implementation, &is_public);
            for id in shown {
                if found.insert(id) {
                    pending.push(id);
                }
            }
        }
    }
    found
}

/// The attribute that spares such items the lints of a public API which the old package has: nobody gets to name them.
/// Empty where there are none.
pub(super) fn spared(scope: &Scope<'_>) -> String {
    let has = |lint: &&str| lints::names(scope.workspace, scope.root, lint);
    let lints: Vec<&str> = OF_PUBLIC_API.iter().copied().filter(has).collect();
    if lints.is_empty() {
        return String::new();
    }
    format!("#[allow({})]", lints.join(", "))
}

/// What the associated types of a trait impl that stays show and is not public yet, if its trait and type are.
fn by_impl(
    scope: &Scope<'_>,
    implementation: ItemId,
    is_public: &dyn Fn(ItemId) -> bool,
) -> Vec<ItemId> {
    let workspace = scope.workspace;
    let item = workspace.item(implementation);
    let Some(head) = item.implementation.as_ref() else {
        return Vec::new();
    };
    if item.kind != ItemKind::TraitImpl || scope.side(implementation) != Side::Root {
        return Vec::new();
    }
    let mut in_head = Vec::new();
    let mut bounds = Vec::new();
    let mut in_body = Vec::new();
    for reference in scope.graph.references_of(implementation) {
        let Place::Item(_, index) = reference.place else {
            continue;
        };
        let path = &item.paths[index as usize];
        if !path.in_signature || path.context != PathContext::Type {
            continue;
        }
        let is_of_head = head.self_path == Some(index)
            || head.trait_path == Some(index)
            || head.trait_arguments.contains(&index);
        let Target::Item(target) = reference.resolution.target else {
            continue;
        };
        if is_of_head {
            in_head.push(target);
        } else if item.body.contains(path.range()) {
            in_body.push(target);
        } else {
            bounds.push(target);
        }
    }
    // `T::Name` shows the trait that bounds `T`.
    let file = workspace.file(workspace.module(item.module).file);
    let body = &file[item.body];
    let mut parameters = head.type_parameters.iter();
    let projects = parameters.any(|name| body.contains(&format!("{name}::")));
    if !in_head.into_iter().all(is_public) {
        return Vec::new();
    }
    let traits = bounds.into_iter().filter(|_| projects);
    let shown = in_body.into_iter().chain(traits);
    let stays = |id: &ItemId| scope.side(*id) == Side::Root && !is_public(*id);
    shown.filter(stays).collect()
}
