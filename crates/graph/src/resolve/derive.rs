//! A derive of another crate that is called like a trait of this one implements that trait: what it writes names it, by
//! the name that `extern crate self as …` gives the crate (row D4). No path in sight does, so the edge is made here.

use std::collections::HashMap;

use cleave_syntax::item::{ItemKind, PathContext};
use cleave_syntax::{CrateId, ItemId, Workspace};

use crate::graph::{Found, Graph, Place, Target};

/// Fills [`Graph::derived`], and adds these edges, and those to traits that are imported by the same name as their derives.
pub(super) fn attach(workspace: &Workspace, graph: &mut Graph) {
    let imported = imported_with_traits(workspace, graph);
    add(graph, &imported);
    let crates = (0..workspace.crates.len()).map(CrateId::new);
    let own_names: Vec<Option<&str>> = crates.map(|krate| workspace.own_name(krate)).collect();
    let traits = traits(workspace, &own_names);
    if traits.is_empty() {
        return;
    }
    let mut found: Vec<(ItemId, ItemId)> = Vec::new();
    for id in (0..workspace.items.len()).map(ItemId::new) {
        let Some(own_name) = own_names[workspace.crate_of(id).index()] else {
            continue;
        };
        let mut derived = |from: ItemId, context: PathContext| {
            for reference in graph.references_of(from) {
                let (Place::Item(_, path), Target::External(_)) =
                    (reference.place, &reference.resolution.target)
                else {
                    continue;
                };
                let path = &workspace.item(from).paths[path as usize];
                let name = path.segments.last().filter(|_| path.context == context);
                let implemented = name.and_then(|name| traits.get(&(own_name, name.name.as_str())));
                found.extend(implemented.map(|implemented| (id, *implemented)));
            }
        };
        match workspace.item(id).kind {
            ItemKind::MacroCall => {
                for from in graph.macros_run_by(workspace, id) {
                    derived(from, PathContext::Tokens);
                }
            }
            _ => derived(id, PathContext::Attribute),
        }
    }
    found.retain(|(id, implemented)| id != implemented);
    found.sort_unstable();
    found.dedup();
    add(graph, &found);
    graph.derived = found;
}

fn add(graph: &mut Graph, edges: &[(ItemId, ItemId)]) {
    for &(id, implemented) in edges {
        let edges = &mut graph.edges[id.index()];
        if let Err(at) = edges.binary_search(&implemented) {
            edges.insert(at, implemented);
        }
    }
}

/// What is derived by a name under which a trait of the workspace is imported together with another crate's derive: by custom
/// that is the trait which the derive implements.
fn imported_with_traits(workspace: &Workspace, graph: &Graph) -> Vec<(ItemId, ItemId)> {
    let is_trait = |id: ItemId| workspace.item(id).kind == ItemKind::Trait;
    let derives = graph.references.iter().filter(|reference| {
        let path = reference.place.path(workspace);
        let is_foreign = matches!(reference.resolution.target, Target::External(_));
        is_foreign && path.context == PathContext::Attribute
    });
    let mut found: Vec<(ItemId, ItemId)> = Vec::new();
    for reference in derives {
        let Place::Item(id, _) = reference.place else {
            continue;
        };
        for lookup in &reference.resolution.lookups {
            let (Found::Leaf(leaf) | Found::Glob(leaf)) = lookup.found else {
                continue;
            };
            let together = graph.leaves[leaf.index()].iter();
            let traits = together.filter_map(|resolution| match resolution.target {
                Target::Item(of) if is_trait(of) && of != id => Some((id, of)),
                _ => None,
            });
            found.extend(traits);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The traits of the crates that give themselves a name, by that name and theirs: crates that were split off bear the
/// name of the one that they come from.
fn traits<'a>(
    workspace: &'a Workspace,
    own_names: &[Option<&'a str>],
) -> HashMap<(&'a str, &'a str), ItemId> {
    let mut traits = HashMap::new();
    for (krate, own_name) in own_names.iter().enumerate() {
        if let Some(own_name) = own_name {
            let items = workspace.items_of(CrateId::new(krate));
            let own = items.filter(|id| {
                let item = workspace.item(*id);
                item.kind == ItemKind::Trait && !item.is_test
            });
            traits.extend(own.map(|id| ((*own_name, workspace.item(id).name.as_str()), id)));
        }
    }
    traits
}
