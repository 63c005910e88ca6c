//! Graphviz's language.

use std::fmt::Write as _;

use crate::picture::Picture;

/// Draws a picture.
pub fn draw(picture: &Picture) -> String {
    let mut text = format!(
        "digraph {:?} {{\n  rankdir=BT;\n  node [shape=box, style=rounded];\n",
        picture.title
    );
    for (cluster, name) in picture.clusters.iter().enumerate() {
        let _ = writeln!(text, "  subgraph cluster_{cluster} {{\n    label={name:?};");
        for (index, node) in picture
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.cluster == cluster)
        {
            let _ = writeln!(
                text,
                "    n{index} [label=\"{}\\n{} lines\"];",
                node.name.replace('"', "\\\""),
                node.lines
            );
        }
        text.push_str("  }\n");
    }
    for edge in &picture.edges {
        let color = if edge.in_circle { ", color=red" } else { "" };
        let _ = writeln!(
            text,
            "  n{} -> n{} [label={}{color}];",
            edge.from, edge.to, edge.count
        );
    }
    text.push_str("}\n");
    text
}
