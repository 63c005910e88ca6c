//! Diagrams as Markdown has them.

use std::fmt::Write as _;

use crate::picture::Picture;

/// Draws a picture.
pub fn draw(picture: &Picture) -> String {
    let mut text = String::from("flowchart BT\n");
    for (cluster, name) in picture.clusters.iter().enumerate() {
        let nodes: Vec<_> = picture
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.cluster == cluster)
            .collect();
        let alone = nodes.len() == 1 && nodes[0].1.name == *name;
        if !alone && !nodes.is_empty() {
            let _ = writeln!(text, "  subgraph c{cluster}[\"{name}\"]");
        }
        for (index, node) in &nodes {
            let name = escape(&node.name);
            let _ = writeln!(text, "    n{index}[\"{name}<br>{} lines\"]", node.lines);
        }
        if !alone && !nodes.is_empty() {
            text.push_str("  end\n");
        }
    }
    for (index, edge) in picture.edges.iter().enumerate() {
        let _ = writeln!(text, "  n{} -->|{}| n{}", edge.from, edge.count, edge.to);
        if edge.in_circle {
            let _ = writeln!(text, "  linkStyle {index} stroke:#c62828");
        }
    }
    text
}

/// Text in a node.
pub(crate) fn escape(text: &str) -> String {
    text.replace('"', "#quot;")
        .replace('<', "#lt;")
        .replace('>', "#gt;")
}
