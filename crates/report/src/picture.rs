//! A graph ready to draw.

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::Graph;
use cleave_plan::{Homes, Plan, unit};
use cleave_syntax::{CrateId, ItemId, Workspace};

/// What the nodes are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Level {
    /// Crates: the planned ones where there is a plan.
    Crate,
    /// Modules.
    #[default]
    Module,
    /// Items.
    Item,
}

impl Level {
    /// The word for several of them.
    pub fn plural(self) -> &'static str {
        match self {
            Level::Crate => "crates",
            Level::Module => "modules",
            Level::Item => "items",
        }
    }
}

/// Nodes in clusters, and edges between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture {
    /// The package it shows.
    pub package: String,
    /// What its nodes are.
    pub level: Level,
    /// What it shows, in words.
    pub title: String,
    /// By cluster, then name.
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
    /// Whether it is one of the few that close the circles: without them there is none.
    pub closing: bool,
    /// Whether there is a longer way round: without it, the same things would be above each other.
    pub implied: bool,
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
        let items: Vec<ItemId> = crates
            .iter()
            .flat_map(|krate| workspace.items_of(*krate))
            .filter(|id| is_drawn(workspace, *id))
            .collect();
        let mut draft = Draft {
            workspace,
            graph,
            node_of: vec![None; workspace.items.len()],
        };
        let cluster = |id: ItemId| {
            plan.and_then(|(_, homes)| homes.planned[id.index()])
                .unwrap_or(clusters.len() - 1)
        };
        let nodes = draft.nodes(&items, |id| {
            let cluster = cluster(id);
            (cluster, node_name(workspace, id, level, &clusters[cluster]))
        });
        let mut picture = Picture {
            title: format!("{package}: {}", level.plural()),
            edges: draft.edges(&items),
            package,
            level,
            nodes,
            clusters,
        };
        picture.mark();
        picture
    }

    /// Marks the edges within circles, those few that close them, and those that a longer way implies.
    fn mark(&mut self) {
        let arcs: Vec<(usize, usize)> =
            self.edges.iter().map(|edge| (edge.from, edge.to)).collect();
        let component = cleave_graph::knot::components(self.nodes.len(), &arcs);
        let mut inside: Vec<usize> = (0..self.edges.len()).collect();
        inside.retain(|index| component[arcs[*index].0] == component[arcs[*index].1]);
        let weighted: Vec<(usize, usize, usize)> = inside
            .iter()
            .map(|index| (arcs[*index].0, arcs[*index].1, self.edges[*index].count))
            .collect();
        for index in &inside {
            self.edges[*index].in_circle = true;
        }
        for index in cleave_graph::knot::closing(self.nodes.len(), &weighted) {
            self.edges[inside[index]].closing = true;
        }
        self.mark_implied();
    }

    /// An edge is implied where what it leads to is reached by another one, too; closing edges aside.
    fn mark_implied(&mut self) {
        let count = self.nodes.len();
        let kept = self.edges.iter().filter(|edge| !edge.closing);
        let arcs: Vec<(usize, usize)> = kept.map(|edge| (edge.from, edge.to)).collect();
        // What is needed has the lower number, so that its ways on are known when it is come to.
        let number = cleave_graph::knot::components(count, &arcs);
        if count > MARKED {
            return;
        }
        let words = count.div_ceil(64);
        let mut next: Vec<Vec<usize>> = vec![Vec::new(); count];
        for (from, to) in arcs {
            next[number[from]].push(number[to]);
        }
        let mut reach = vec![0_u64; words * count];
        let mut beyond = vec![0_u64; words * count];
        for node in 0..count {
            for to in &next[node] {
                for word in 0..words {
                    beyond[node * words + word] |= reach[to * words + word];
                }
            }
            for word in 0..words {
                reach[node * words + word] = beyond[node * words + word];
            }
            for to in &next[node] {
                reach[node * words + to / 64] |= 1 << (to % 64);
            }
        }
        for edge in self.edges.iter_mut().filter(|edge| !edge.closing) {
            let (from, to) = (number[edge.from], number[edge.to]);
            edge.implied = beyond[from * words + to / 64] >> (to % 64) & 1 == 1;
        }
    }

    /// What the picture shows, for those who can't see it.
    pub fn description(&self) -> String {
        let used: BTreeSet<usize> = self.nodes.iter().map(|node| node.cluster).collect();
        let circles: BTreeSet<usize> = self
            .edges
            .iter()
            .filter(|edge| edge.in_circle)
            .flat_map(|edge| [edge.from, edge.to])
            .collect();
        let mut biggest: Vec<&Node> = self.nodes.iter().collect();
        biggest.sort_by_key(|node| (std::cmp::Reverse(node.lines), &node.name));
        let biggest: Vec<String> = biggest
            .iter()
            .take(3)
            .map(|node| format!("{} ({} lines)", node.name, node.lines))
            .collect();
        let among = match used.len() {
            0 | 1 => String::new(),
            crates => format!(" in {crates} crates"),
        };
        let knotted = match circles.len() {
            0 => "none is in a circle".to_owned(),
            number => format!("{number} are in circles"),
        };
        format!(
            "{} {}{among}, {} links; {knotted}. The biggest: {}. What is needed lies below what needs it.",
            self.nodes.len(),
            self.level.plural(),
            self.edges.len(),
            biggest.join(", ")
        )
    }

    /// What tells a node from all others: its crate and its name.
    pub fn id(&self, node: usize) -> String {
        let node = &self.nodes[node];
        let cluster = &self.clusters[node.cluster];
        if *cluster == node.name {
            node.name.clone()
        } else {
            format!("{cluster}/{}", node.name)
        }
    }
}

/// So many nodes are looked through for longer ways; in bigger pictures nobody can tell the arrows apart anyway.
const MARKED: usize = 8_000;

fn is_drawn(workspace: &Workspace, id: ItemId) -> bool {
    let item = workspace.item(id);
    item.is_node() && !item.is_test && item.parent.is_none()
}

fn node_name(workspace: &Workspace, id: ItemId, level: Level, cluster: &str) -> String {
    match level {
        Level::Crate => cluster.to_owned(),
        Level::Module => match workspace.module(workspace.item(id).module).path.as_str() {
            "" => "crate".to_owned(),
            path => path.to_owned(),
        },
        Level::Item => workspace.path_of(id),
    }
}

struct Draft<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    node_of: Vec<Option<usize>>,
}

impl Draft<'_> {
    fn nodes(&mut self, items: &[ItemId], key: impl Fn(ItemId) -> (usize, String)) -> Vec<Node> {
        let mut members: BTreeMap<(usize, String), Vec<ItemId>> = BTreeMap::new();
        for id in items {
            members.entry(key(*id)).or_default().push(*id);
        }
        let mut nodes = Vec::new();
        for ((cluster, name), members) in members {
            for id in &members {
                self.node_of[id.index()] = Some(nodes.len());
            }
            nodes.push(Node {
                name,
                lines: members.iter().map(|id| self.workspace.lines_of(*id)).sum(),
                cluster,
            });
        }
        nodes
    }

    /// One edge between two nodes, with the number of pairs of items behind it.
    fn edges(&self, items: &[ItemId]) -> Vec<Edge> {
        let mut counts: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for id in items {
            let parts = std::iter::once(id).chain(&self.workspace.item(*id).methods);
            let targets: BTreeSet<ItemId> = parts
                .flat_map(|part| self.graph.edges_of(*part))
                .map(|to| self.workspace.item(*to).parent.unwrap_or(*to))
                .collect();
            for to in targets {
                if let (Some(from), Some(to)) = (self.node_of[id.index()], self.node_of[to.index()])
                    && from != to
                {
                    *counts.entry((from, to)).or_default() += 1;
                }
            }
        }
        counts
            .into_iter()
            .map(|((from, to), count)| Edge {
                from,
                to,
                count,
                in_circle: false,
                closing: false,
                implied: false,
            })
            .collect()
    }
}
