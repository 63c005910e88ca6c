//! What depends on itself in a circle, and so can't be divided.
//!
//! A crate can't depend in a circle, so all of a strongly connected component lands in one crate. How large the
//! biggest is depends on what counts as a node: modules, items (an impl with all its methods), or single methods.

use std::collections::BTreeMap;

use cleave_syntax::item::ItemKind;
use cleave_syntax::{CrateId, ItemId, ModuleId, Workspace};
use petgraph::graph::{DiGraph, NodeIndex};

use crate::graph::Graph;

/// The biggest knots of a crate at the three levels.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Knots {
    /// With modules as nodes.
    pub module: Knot,
    /// With items as nodes.
    pub item: Knot,
    /// With inherent methods as nodes.
    pub method: Knot,
}

/// The biggest knot at one level.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Knot {
    /// Its share of the crate's non-test lines, from 0 to 1.
    pub share: f64,
    /// What is in it, by name.
    pub members: Vec<String>,
}

/// Finds the biggest knots of a crate. Linear in its edges.
pub fn knots(workspace: &Workspace, graph: &Graph, krate: CrateId) -> Knots {
    let items: Vec<ItemId> = workspace
        .items_of(krate)
        .filter(|id| workspace.item(*id).is_node() && !workspace.item(*id).is_test)
        .collect();
    let all: usize = items.iter().map(|id| lines(workspace, *id)).sum();
    let level = |key: &dyn Fn(ItemId) -> u32, name: &dyn Fn(ItemId) -> String, weak: bool| {
        biggest(workspace, graph, &items, (key, name), weak, all)
    };
    let module_name = |id: ItemId| {
        let path = &workspace.module(workspace.item(id).module).path;
        if path.is_empty() {
            "crate".to_owned()
        } else {
            path.clone()
        }
    };
    let item_key = |id: ItemId| owner(workspace, graph, workspace.item(id).parent.unwrap_or(id)).0;
    let method_key = |id: ItemId| match workspace.item(id).parent {
        Some(_) => id.0,
        None => owner(workspace, graph, id).0,
    };
    Knots {
        module: level(&|id| workspace.item(id).module.0, &module_name, false),
        item: level(&item_key, &|id| workspace.path_of(id), false),
        method: level(&method_key, &|id| workspace.path_of(id), true),
    }
}

/// Non-test lines of a node; an inherent impl's are its methods' and the rest.
fn lines(workspace: &Workspace, id: ItemId) -> usize {
    let item = workspace.item(id);
    let file = workspace.file(workspace.module(item.module).file);
    let own = file.line_count(item.full);
    let methods: usize = item
        .methods
        .iter()
        .map(|method| file.line_count(workspace.item(*method).full))
        .sum();
    own.saturating_sub(methods)
}

/// An inherent impl belongs to its type.
fn owner(workspace: &Workspace, graph: &Graph, id: ItemId) -> ItemId {
    match workspace.item(id).kind {
        ItemKind::InherentImpl => graph.anchors[id.index()].first().copied().unwrap_or(id),
        _ => id,
    }
}

type Level<'a> = (&'a dyn Fn(ItemId) -> u32, &'a dyn Fn(ItemId) -> String);

fn biggest(
    workspace: &Workspace,
    graph: &Graph,
    items: &[ItemId],
    (key, name): Level<'_>,
    weak: bool,
    all: usize,
) -> Knot {
    let mut nodes: BTreeMap<u32, NodeIndex> = BTreeMap::new();
    let mut digraph: DiGraph<(usize, Vec<ItemId>), ()> = DiGraph::new();
    for id in items {
        let node = *nodes
            .entry(key(*id))
            .or_insert_with(|| digraph.add_node((0, Vec::new())));
        digraph[node].0 += lines(workspace, *id);
        digraph[node].1.push(*id);
    }
    let mut by_name: BTreeMap<&str, Vec<ItemId>> = BTreeMap::new();
    for id in items
        .iter()
        .filter(|id| weak && workspace.item(**id).parent.is_some())
    {
        by_name
            .entry(&workspace.item(*id).name)
            .or_default()
            .push(*id);
    }
    for id in items {
        let from = nodes[&key(*id)];
        let called = workspace
            .item(*id)
            .member_uses
            .iter()
            .filter(|member| member.called);
        let calls = called
            .filter_map(|member| by_name.get(member.name.as_str()))
            .filter(|found| found.len() == 1)
            .flatten();
        for to in graph.edges_of(*id).iter().chain(calls) {
            if let Some(to) = nodes.get(&key(*to))
                && *to != from
            {
                digraph.update_edge(from, *to, ());
            }
        }
    }
    // Kosaraju's algorithm does not recurse: chains of 100,000 items are no problem.
    let components = petgraph::algo::kosaraju_scc(&digraph);
    let best = components
        .iter()
        .filter(|component| component.len() > 1)
        .max_by_key(|component| {
            (
                component.iter().map(|node| digraph[*node].0).sum::<usize>(),
                component.len(),
            )
        });
    let Some(best) = best else {
        return Knot::default();
    };
    let lines: usize = best.iter().map(|node| digraph[*node].0).sum();
    let mut members: Vec<String> = best
        .iter()
        .flat_map(|node| &digraph[*node].1)
        .map(|id| name(*id))
        .collect();
    members.sort();
    members.dedup();
    Knot {
        share: if all == 0 {
            0.0
        } else {
            lines as f64 / all as f64
        },
        members,
    }
}

/// The modules of a crate, as [`ModuleId`]s, whose items are in its biggest module knot.
pub fn knotted_modules(workspace: &Workspace, knots: &Knots, krate: CrateId) -> Vec<ModuleId> {
    workspace
        .modules_of(krate)
        .filter(|id| {
            let path = &workspace.module(*id).path;
            let name = if path.is_empty() { "crate" } else { path };
            knots.module.members.iter().any(|member| member == name)
        })
        .collect()
}
