//! A blanket impl that stands beside other impls of its trait lives on what only its crate knows: that no type they are
//! for meets its bounds.
//!
//! Rust reference, *implementations: trait implementation coherence*. An absent impl `Type: Bound<Other>` counts for the
//! crate of `Type`, `Bound` or `Other` alone; any other crate has to reckon with one to come.

use cleave_syntax::item::ItemKind;
use cleave_syntax::{ItemId, Workspace};

use crate::graph::{Graph, Place, Target};

/// Adds the blanket impls with what their bounds name to [`Graph::bound`].
pub(super) fn attach(workspace: &Workspace, graph: &mut Graph) {
    let mut bound = Vec::new();
    for id in (0..workspace.items.len()).map(ItemId::new) {
        if is_blanket(workspace, id) && has_rivals(workspace, graph, id) {
            bound.extend(named(workspace, graph, id).map(|target| (id, target)));
        }
    }
    graph.bound.extend(bound);
}

/// Whether an impl is for one of its own type parameters.
fn is_blanket(workspace: &Workspace, id: ItemId) -> bool {
    let Some(head) = &workspace.item(id).implementation else {
        return false;
    };
    head.trait_path.is_some() && head.type_parameters.contains(&head.self_name)
}

/// Whether the trait of the workspace that an impl is of has other impls.
fn has_rivals(workspace: &Workspace, graph: &Graph, id: ItemId) -> bool {
    let is_trait = |anchor: &&ItemId| workspace.item(**anchor).kind == ItemKind::Trait;
    // A type parameter is no anchor, so the first trait is the impl's own, if that is the workspace's.
    let own = graph.anchors[id.index()].iter().find(is_trait);
    own.is_some_and(|own| {
        let mut impls = graph.implementations[own.index()].iter();
        // Those of other crates are for types of theirs, of which they know all.
        impls.any(|other| *other != id && workspace.crate_of(*other) == workspace.crate_of(id))
    })
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
