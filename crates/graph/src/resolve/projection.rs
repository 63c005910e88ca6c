//! `#[pin_project] struct A` and `pin_project! { struct A { … } }` write methods of `A` that lead from a pinned value to
//! its fields, and these are public in the crate at most, however public the type is. So who calls them stays with it.

use std::collections::BTreeSet;

use cleave_syntax::item::{ItemKind, Receiver};
use cleave_syntax::{ItemId, Workspace};

use crate::graph::Graph;

/// The attribute, and the macro of the same name.
const PIN_PROJECT: &str = "pin_project";
/// What it writes.
const METHODS: [&str; 3] = ["project", "project_ref", "project_replace"];

/// Adds who calls such a method, with the type that has it, to [`Graph::bound`]. Called on `self` it is that of the impl's
/// own type, else that of any type which the item or its own type names: a field of it, as a rule.
pub(super) fn attach(workspace: &Workspace, graph: &mut Graph) {
    let items = || (0..workspace.items.len()).map(ItemId::new);
    let projected: BTreeSet<ItemId> = items().filter(|id| is_projected(workspace, *id)).collect();
    if projected.is_empty() {
        return;
    }
    let mut bound = Vec::new();
    for user in items() {
        let own = graph.own_type(workspace, user);
        let mut may_have: BTreeSet<ItemId> = BTreeSet::new();
        for receiver in receivers(workspace, user) {
            may_have.extend(own);
            if *receiver != Receiver::Own {
                let namers = [Some(user), workspace.item(user).parent, own];
                let named = namers.into_iter().flatten();
                may_have.extend(named.flat_map(|namer| graph.edges_of(namer)));
            }
        }
        let types = may_have.intersection(&projected);
        bound.extend(types.filter(|of| **of != user).map(|of| (user, *of)));
    }
    graph.bound.extend(bound);
}

fn is_projected(workspace: &Workspace, id: ItemId) -> bool {
    let item = workspace.item(id);
    let is_name = |name: &str| name == PIN_PROJECT;
    if item.kind == ItemKind::MacroCall {
        let mut paths = item.paths.iter().filter(|path| path.names_macro());
        return paths.any(|path| path.segments.last().is_some_and(|it| is_name(&it.name)));
    }
    let mut attributes = item.attributes.iter();
    item.kind.is_type()
        && attributes.any(|attribute| attribute.path.rsplit("::").next().is_some_and(is_name))
}

/// On what such methods are called.
fn receivers(workspace: &Workspace, user: ItemId) -> impl Iterator<Item = &Receiver> {
    let members = workspace.item(user).member_uses.iter();
    members
        .filter(|member| member.called && METHODS.contains(&member.name.as_str()))
        .map(|member| &member.receiver)
}
