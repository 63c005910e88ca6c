//! A graph ready to draw.

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::Graph;
use cleave_plan::{Homes, Plan, unit};
use cleave_syntax::{CrateId, ItemId, Workspace};

/// What the nodes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Crates: the planned ones where there is a plan.
    Crate,
    /// Modules.
    Module,
    /// Items.
    Item,
}

/// Nodes in clusters, and edges between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture {
    /// What it shows.
    pub title: String,
    /// By name.
    pub nodes: Vec<Node>,
    /// By nodes.
    pub edges: Vec<Edge>,
    /// Names of the crates that nodes belong to, bottom-up.
    pub clusters: Vec<String>,
}

/// A node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What is written in it.
    pub name: String,
    /// Non-test lines.
    pub lines: usize,
    /// Index into [`Picture::clusters`].
    pub cluster: usize,
}

/// An arrow from what needs to what is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// Index of the node that needs.
    pub from: usize,
    /// Index of the node that is needed.
    pub to: usize,
    /// How many pairs of items it stands for.
    pub count: usize,
    /// Whether it is part of a circle.
    pub in_circle: bool,
}

impl Picture {
    /// The picture of a package at some level, in the crates of the plan where there is one.
    pub fn of(
        workspace: &Workspace,
        graph: &Graph,
        monolith: CrateId,
        plan: Option<(&Plan, &Homes)>,
        level: Level,
    ) -> Self {
        let package = workspace.package(workspace.package).name.clone();
        let mut clusters: Vec<String> = plan
            .map(|(plan, _)| plan.crates.iter().map(|krate| krate.name.clone()).collect())
            .unwrap_or_default();
        clusters.push(package.clone());
        let crates = plan.map_or_else(|| vec![monolith], |(plan, _)| unit::crates(workspace, plan));
        let cluster = |id: ItemId| {
            plan.and_then(|(_, homes)| homes.planned[id.index()])
                .unwrap_or(clusters.len() - 1)
        };
        let key = |id: ItemId| {
            let item = workspace.item(id);
            let name = match level {
                Level::Crate => clusters[cluster(id)].clone(),
                Level::Module => match workspace.module(item.module).path.as_str() {
                    "" => "crate".to_owned(),
                    path => path.to_owned(),
                },
                Level::Item => workspace.path_of(id),
            };
            (cluster(id), name)
        };
        let items: Vec<ItemId> = crates
            .iter()
            .flat_map(|krate| workspace.items_of(*krate))
            .filter(|id| {
                workspace.item(*id).is_node()
                    && !workspace.item(*id).is_test
                    && workspace.item(*id).parent.is_none()
            })
            .collect();
        let mut lines: BTreeMap<(usize, String), usize> = BTreeMap::new();
        for id in &items {
            *lines.entry(key(*id)).or_default() += workspace.lines_of(*id);
        }
        let index: BTreeMap<&(usize, String), usize> = lines
            .keys()
            .enumerate()
            .map(|(index, key)| (key, index))
            .collect();
        let mut counts: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for id in &items {
            let parts = std::iter::once(id).chain(&workspace.item(*id).methods);
            let targets: BTreeSet<ItemId> = parts
                .flat_map(|part| graph.edges_of(*part))
                .map(|to| workspace.item(*to).parent.unwrap_or(*to))
                .collect();
            for to in targets
                .into_iter()
                .filter(|to| !workspace.item(*to).is_test)
            {
                if let (Some(from), Some(to)) = (index.get(&key(*id)), index.get(&key(to)))
                    && from != to
                {
                    *counts.entry((*from, *to)).or_default() += 1;
                }
            }
        }
        let nodes: Vec<Node> = lines
            .into_iter()
            .map(|((cluster, name), lines)| Node {
                name,
                lines,
                cluster,
            })
            .collect();
        let levels = match level {
            Level::Crate => "crates",
            Level::Module => "modules",
            Level::Item => "items",
        };
        let mut picture = Picture {
            title: format!("{package}: {levels}"),
            edges: Vec::new(),
            nodes,
            clusters,
        };
        picture.edges = counts
            .into_iter()
            .map(|((from, to), count)| Edge {
                from,
                to,
                count,
                in_circle: false,
            })
            .collect();
        picture.mark_circles();
        picture
    }

    /// Marks the edges within strongly connected components: both ends reach each other.
    fn mark_circles(&mut self) {
        let component = components(self.nodes.len(), &self.edges);
        for edge in &mut self.edges {
            edge.in_circle = component[edge.from] == component[edge.to];
        }
    }
}

/// Kosaraju's algorithm with explicit stacks: linear, and no recursion. By node: the number of its component.
fn components(nodes: usize, edges: &[Edge]) -> Vec<usize> {
    let mut forward = vec![Vec::new(); nodes];
    let mut backward = vec![Vec::new(); nodes];
    for edge in edges {
        forward[edge.from].push(edge.to);
        backward[edge.to].push(edge.from);
    }
    let mut order = Vec::new();
    let mut seen = vec![false; nodes];
    for start in 0..nodes {
        let mut stack = vec![(start, 0)];
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        while let Some((node, next)) = stack.pop() {
            match forward[node].get(next) {
                Some(to) => {
                    stack.push((node, next + 1));
                    if !std::mem::replace(&mut seen[*to], true) {
                        stack.push((*to, 0));
                    }
                }
                None => order.push(node),
            }
        }
    }
    let mut component = vec![usize::MAX; nodes];
    for start in order.into_iter().rev() {
        let mut pending = vec![start];
        while let Some(node) = pending.pop() {
            if component[node] == usize::MAX {
                component[node] = start;
                pending.extend(&backward[node]);
            }
        }
    }
    component
}
