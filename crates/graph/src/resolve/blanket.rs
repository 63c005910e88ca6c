//! A blanket impl that stands beside other impls of its trait lives on what only its crate knows: that no type they are
//! for meets its bounds.
//!
//! Rust reference, *implementations: trait implementation coherence*. An absent impl `Type: Bound<Other>` counts for the
//! crate of `Type`, `Bound` or `Other` alone; any other crate has to reckon with one to come.

use cleave_syntax::item::ItemKind;
use cleave_syntax::{ItemId, Workspace};

use crate::graph::{Graph, Place, Target};

/// Adds what only one crate may know to [`Graph::bound`]: impls for local types with these, and blanket impls beside
/// others for foreign types with what their bounds name.
pub(super) fn attach(workspace: &Workspace, graph: &mut Graph) {
    let mut bound = Vec::new();
    for id in (0..workspace.items.len()).map(ItemId::new) {
        if !is_blanket(workspace, id) {
            continue;
        }
        let (local, foreign): (Vec<_>, Vec<_>) = rivals(workspace, graph, id)
            .into_iter()
            .partition(|(_, local)| local.is_some());
        bound.extend(
            local
                .iter()
                .filter_map(|(rival, local)| Some((*rival, (*local)?))),
        );
        if !foreign.is_empty() {
            bound.extend(named(workspace, graph, id).map(|target| (id, target)));
        }
    }
    graph.bound.extend(bound);
}

/// Whether an impl is for one of its own type parameters, and lives on what some crate alone knows: that no other type
/// meets its bounds.
fn is_blanket(workspace: &Workspace, id: ItemId) -> bool {
    let Some(head) = &workspace.item(id).implementation else {
        return false;
    };
    let is_parameter = head.type_parameters.contains(&head.self_name);
    head.trait_path.is_some() && is_parameter && !head.for_functions
}

/// Other impls of the trait of the workspace that an impl is of, with the type of the workspace that they are for.
fn rivals(workspace: &Workspace, graph: &Graph, id: ItemId) -> Vec<(ItemId, Option<ItemId>)> {
    let is_trait = |anchor: &&ItemId| workspace.item(**anchor).kind == ItemKind::Trait;
    // A type parameter is no anchor, so the first trait is the impl's own, if that is the workspace's.
    let Some(own) = graph.anchors[id.index()].iter().find(is_trait) else {
        return Vec::new();
    };
    // Those of other crates are for types of theirs, of which they know all.
    let here = |other: &&ItemId| workspace.crate_of(**other) == workspace.crate_of(id);
    let rivals = graph.implementations[own.index()].iter().filter(here);
    let rivals = rivals.filter(|other| **other != id);
    // The type that an impl is for is its first anchor, if it is one.
    let of = |other: &ItemId| graph.anchors[other.index()].first().copied();
    rivals
        .map(|other| (*other, of(other).filter(|first| first != own)))
        .collect()
}

/// The local types and traits in an impl's head.
fn named<'a>(
    workspace: &'a Workspace,
    graph: &'a Graph,
    id: ItemId,
) -> impl Iterator<Item = ItemId> + 'a {
    let item = workspace.item(id);
    let in_head = |path: u32| item.paths[path as usize].range().end <= item.body.start;
    graph
        .references_of(id)
        .iter()
        .filter(move |reference| matches!(reference.place, Place::Item(_, path) if in_head(path)))
        .filter_map(|reference| match reference.resolution.target {
            Target::Item(target) => Some(target),
            _ => None,
        })
        .filter(move |target| {
            let kind = workspace.item(*target).kind;
            (kind.is_type() || kind == ItemKind::Trait)
                && workspace.crate_of(*target) == workspace.crate_of(id)
        })
}
