//! A picture and its knots as JSON, version 2. The schema is derived from the types here: `docs/schema/graph.json`.

use std::collections::BTreeMap;

use cleave_graph::knot::Knots;
use schemars::JsonSchema;
use serde::Serialize;

use crate::picture::{Level, Picture};

/// The dependency graph of a package.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "cargo cleave graph --format json")]
pub struct Document {
    /// The version of this format; it grows when a key changes its meaning or goes. New keys may come at any time.
    pub version: u32,
    /// The package.
    pub package: String,
    /// What the nodes are: `crate`, `module` or `item`.
    pub level: String,
    /// The crates that nodes belong to, bottom-up; of a package without a plan itself alone.
    pub crates: Vec<String>,
    /// By crate, then name.
    pub nodes: Vec<Node>,
    /// By their nodes.
    pub edges: Vec<Edge>,
    /// What depends on itself in a circle, whatever the level of the nodes.
    pub knots: Knots,
    /// What could not be seen, and what can be named from outside.
    #[serde(flatten)]
    pub insight: Insight,
}

/// How far to trust the graph, and what others rely on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Insight {
    /// What the analysis could not see through.
    pub blind_spots: BlindSpots,
    /// Every path by which something can be named from outside, with where it leads.
    pub public_paths: BTreeMap<String, String>,
}

/// What the analysis could not see through.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BlindSpots {
    /// How many of each kind.
    pub counts: BTreeMap<String, usize>,
    /// Each of them.
    pub list: Vec<BlindSpot>,
}

/// Something that the analysis could not see through.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BlindSpot {
    /// The file.
    pub file: String,
    /// The line, from 1 on.
    pub line: usize,
    /// The kind, a key of the counts.
    pub kind: String,
    /// What it is.
    pub what: String,
}

/// A crate, module or item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Node {
    /// What edges call it: its crate and name, joined by `/`; at the level of crates the name alone.
    pub id: String,
    /// Its path in its crate; `crate` for the root module.
    pub name: String,
    /// The crate it belongs to, by the plan where there is one.
    #[serde(rename = "crate")]
    pub krate: String,
    /// Non-test lines.
    pub lines: usize,
}

/// One node needs another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Edge {
    /// The id of the node that needs.
    pub from: String,
    /// The id of the node that is needed.
    pub to: String,
    /// How many pairs of items it stands for.
    pub count: usize,
    /// Whether it is part of a circle.
    pub in_circle: bool,
    /// Whether it is one of the few that close the circles.
    pub closing: bool,
    /// Whether there is a longer way round.
    pub implied: bool,
}

/// The document of a picture.
pub fn document(picture: &Picture, knots: &Knots, insight: Insight) -> Document {
    let level = match picture.level {
        Level::Crate => "crate",
        Level::Module => "module",
        Level::Item => "item",
    };
    Document {
        version: 2,
        package: picture.package.clone(),
        level: level.to_owned(),
        crates: picture.clusters.clone(),
        nodes: picture
            .nodes
            .iter()
            .enumerate()
            .map(|(index, node)| Node {
                id: picture.id(index),
                name: node.name.clone(),
                krate: picture.clusters[node.cluster].clone(),
                lines: node.lines,
            })
            .collect(),
        edges: picture
            .edges
            .iter()
            .map(|edge| Edge {
                from: picture.id(edge.from),
                to: picture.id(edge.to),
                count: edge.count,
                in_circle: edge.in_circle,
                closing: edge.closing,
                implied: edge.implied,
            })
            .collect(),
        knots: knots.clone(),
        insight,
    }
}

/// The document as text.
pub fn draw(picture: &Picture, knots: &Knots, insight: Insight) -> String {
    serde_json::to_string_pretty(&document(picture, knots, insight)).unwrap_or_default()
}

/// The schema of [`Document`], as it lies in `docs/schema/graph.json`.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Document);
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_schema_in_the_repository_is_that_of_the_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema/graph.json");
        let stored = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(
            stored,
            super::schema(),
            "docs/schema/graph.json is stale: run `cargo xtask schema`"
        );
    }
}
