//! A blanket impl that stands beside other impls of its trait lives on what only its crate knows: that no type they are
//! for meets its bounds.
//!
//! Rust reference, *implementations: trait implementation coherence*. An absent impl `Type: Bound<Other>` counts for the
//! crate of `Type`, `Bound` or `Other` alone; any other crate has to reckon with one to come.

use std::collections::BTreeSet;

use cleave_syntax::item::{Blanket, ItemKind};
use cleave_syntax::{ItemId, Workspace};

use crate::graph::{Graph, Place, Reference, Target};

/// Adds what only one crate may know to [`Graph::bound`]: impls for local types with these, and blanket impls beside
/// others for foreign types with what their bounds name.
pub(super) fn attach(workspace: &Workspace, graph: &mut Graph) {
    let mut bound = Vec::new();
    for id in (0..workspace.items.len()).map(ItemId::new) {
        bound.extend(projected(workspace, graph, id).map(|of| (id, of)));
        let head = workspace.item(id).implementation.as_ref();
        let rivals = match head.and_then(|head| head.blanket) {
            Some(Blanket::Type) => rivals_for_types(workspace, graph, id),
            Some(Blanket::Argument) => rivals_of_arguments(workspace, graph, id),
            None => continue,
        };
        let of_types = rivals
            .iter()
            .filter_map(|(id, local)| Some((*id, (*local)?)));
        bound.extend(of_types);
        if rivals.iter().any(|(_, local)| local.is_none()) {
            let limits = limits(workspace, graph, id).into_iter();
            bound.extend(limits.map(|target| (id, target)));
        }
    }
    graph.bound.extend(bound);
}

/// The local traits by which the alias that an impl is for finds its type: `type Never = <fn() -> ! as Returns>::Output`.
/// What it stands for is known in the crate of the trait alone: any other may not even tell that it is none of the types
/// of the other impls.
fn projected<'a>(
    workspace: &'a Workspace,
    graph: &'a Graph,
    id: ItemId,
) -> impl Iterator<Item = ItemId> + 'a {
    let target = |reference: &Reference| match reference.resolution.target {
        Target::Item(target) => Some(workspace.item(target)).zip(Some(target)),
        _ => None,
    };
    let head = workspace.item(id).implementation.as_ref();
    let head = head.filter(|head| head.trait_path.is_some());
    let in_head = head.into_iter().flat_map(move |head| {
        let references = graph.references_of(id).iter().filter_map(target);
        references.filter(|(item, _)| item.name == head.self_name.as_str())
    });
    let is_projection = |alias: ItemId| {
        let text = workspace.text_of(alias);
        let of = text.split_once('=').map(|(_, of)| of.trim_start());
        of.is_some_and(|of| of.starts_with('<') && of.contains(" as "))
    };
    in_head
        .filter(move |(item, alias)| item.kind == ItemKind::TypeAlias && is_projection(*alias))
        .flat_map(move |(_, alias)| graph.references_of(alias).iter().filter_map(target))
        .filter(|(item, _)| item.kind == ItemKind::Trait)
        .map(|(_, of)| of)
}

/// Impls of the same trait in the same crate, each with the local type that it is for. Those of other crates are for
/// types of theirs, of which they know all.
fn rivals_for_types(
    workspace: &Workspace,
    graph: &Graph,
    id: ItemId,
) -> Vec<(ItemId, Option<ItemId>)> {
    let is_trait = |anchor: &&ItemId| workspace.item(**anchor).kind == ItemKind::Trait;
    // A type parameter is no anchor, so the first trait is the impl's own, if that is the workspace's.
    let Some(own) = graph.anchors[id.index()].iter().find(is_trait) else {
        return Vec::new();
    };
    // The type that an impl is for is its first anchor, if it is one.
    let of = |other: ItemId| graph.anchors[other.index()].first().copied();
    siblings(workspace, graph, (id, *own))
        .filter(|other| may_overlap(workspace, graph, (id, *other)))
        .map(|other| (other, of(other).filter(|first| first != own)))
        .collect()
}

/// Whether the types of two impls may be one, as far as references, `Box` and `Pin` around them tell: `&T` is no struct. The
/// first is for whatever a type parameter stands for. An alias may be anything.
fn may_overlap(workspace: &Workspace, graph: &Graph, (blanket, other): (ItemId, ItemId)) -> bool {
    let head = |id: ItemId| workspace.item(id).implementation.as_ref();
    let Some((blanket, rival)) = head(blanket).zip(head(other)) else {
        return true;
    };
    let is_path = |reference: &&Reference| matches!(reference.place, Place::Item(_, path) if Some(path) == rival.self_path);
    let named = graph.references_of(other).iter().find(is_path);
    let is_settled = match named.map(|reference| &reference.resolution.target) {
        Some(Target::Item(target)) => workspace.item(*target).kind != ItemKind::TypeAlias,
        Some(Target::Builtin) => true,
        // A tuple or a slice; what a macro writes may be anything.
        None => rival.self_path.is_none() && !rival.label.contains('!'),
        Some(_) => false,
    };
    let is_blanket = rival.blanket == Some(Blanket::Type);
    rival.around.starts_with(&blanket.around)
        || is_blanket && blanket.around.starts_with(&rival.around)
        || !is_blanket && !is_settled
}

/// Impls of the same trait for the same type, each with the local type that its trait's arguments name.
fn rivals_of_arguments(
    workspace: &Workspace,
    graph: &Graph,
    id: ItemId,
) -> Vec<(ItemId, Option<ItemId>)> {
    let name = |id: ItemId| {
        let head = workspace.item(id).implementation.as_ref();
        head.map(|head| head.self_name.as_str())
    };
    let first = graph.anchors[id.index()].first();
    first
        .into_iter()
        .flat_map(|first| siblings(workspace, graph, (id, *first)))
        .filter(|other| name(*other) == name(id))
        .map(|other| (other, argument(workspace, graph, (id, other))))
        .collect()
}

/// The local type that an impl names and a blanket impl of the same trait for the same type does not.
fn argument(
    workspace: &Workspace,
    graph: &Graph,
    (blanket, other): (ItemId, ItemId),
) -> Option<ItemId> {
    let mut arguments = named(workspace, graph, other).filter(|target| {
        let mut common = named(workspace, graph, blanket);
        workspace.item(*target).kind.is_type() && common.all(|known| known != *target)
    });
    arguments.next()
}

/// The other impls of an impl's crate that a type or trait has with the same trait.
fn siblings<'a>(
    workspace: &'a Workspace,
    graph: &'a Graph,
    (id, of): (ItemId, ItemId),
) -> impl Iterator<Item = ItemId> + 'a {
    let here = workspace.crate_of(id);
    let others = graph.implementations[of.index()].iter().copied();
    others.filter(move |other| {
        let is_same = trait_name(workspace, *other) == trait_name(workspace, id);
        *other != id && workspace.crate_of(*other) == here && is_same
    })
}

/// The last segment of the trait's path.
fn trait_name(workspace: &Workspace, id: ItemId) -> Option<&str> {
    let item = workspace.item(id);
    let path = item.implementation.as_ref()?.trait_path?;
    let last = item.paths[path as usize].segments.last()?;
    Some(last.name.as_str())
}

/// The local types and traits in an impl's head.
fn named<'a>(
    workspace: &'a Workspace,
    graph: &'a Graph,
    id: ItemId,
) -> impl Iterator<Item = ItemId> + 'a {
    let item = workspace.item(id);
    let in_head = |path: u32| item.paths[path as usize].range().end <= item.body.start;
    local(workspace, graph, id, in_head)
}

/// The local types and traits by which it is told what a blanket impl covers: what bounds it, and what other impls of that
/// say which are for a type parameter too.
fn limits(workspace: &Workspace, graph: &Graph, id: ItemId) -> BTreeSet<ItemId> {
    let head = workspace.item(id).implementation.as_ref();
    let limits = head.map_or(&[][..], |head| &head.limits[..]);
    let mut open: Vec<ItemId> =
        local(workspace, graph, id, |path| limits.contains(&path)).collect();
    let mut found = BTreeSet::new();
    while let Some(target) = open.pop() {
        if !found.insert(target) {
            continue;
        }
        let impls = graph.implementations[target.index()].iter().copied();
        let limit = workspace.item(target);
        let is_wide = |other: &ItemId| {
            let head = workspace.item(*other).implementation.as_ref();
            head.is_some_and(|head| {
                let of_type = head.takes_any && head.self_name == limit.name;
                head.blanket == Some(Blanket::Type) || limit.kind.is_type() && of_type
            })
        };
        let wide = impls.filter(|other| *other != id && is_wide(other));
        open.extend(wide.flat_map(|other| named(workspace, graph, other)));
    }
    found
}

fn local<'a>(
    workspace: &'a Workspace,
    graph: &'a Graph,
    id: ItemId,
    is_one: impl Fn(u32) -> bool + 'a,
) -> impl Iterator<Item = ItemId> + 'a {
    graph
        .references_of(id)
        .iter()
        .filter(move |reference| matches!(reference.place, Place::Item(_, path) if is_one(path)))
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
