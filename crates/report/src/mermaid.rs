//! Diagrams as Markdown has them.

use std::fmt::Write as _;

use crate::picture::Picture;

/// Draws a picture: crates as subgraphs, links in circles red, those that close them thick, links that a longer way implies dotted.
pub fn draw(picture: &Picture) -> String {
    let mut text = String::from("flowchart TB\n");
    for (cluster, name) in picture.clusters.iter().enumerate() {
        let nodes: Vec<_> = picture
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.cluster == cluster)
            .collect();
        let alone = nodes.len() == 1 && nodes[0].1.name == *name;
        let framed = !alone && !nodes.is_empty();
        if framed {
            let _ = writeln!(text, "  subgraph c{cluster}[\"{}\"]", escape(name));
        }
        for (index, node) in &nodes {
            let name = escape(&node.name);
            let _ = writeln!(text, "    n{index}[\"{name}<br>{} lines\"]", node.lines);
        }
        if framed {
            text.push_str("  end\n");
        }
    }
    let mut circles: Vec<String> = Vec::new();
    for (index, edge) in picture.edges.iter().enumerate() {
        let arrow = match (edge.closing, edge.implied) {
            (true, _) => "==>",
            (false, true) => "-.->",
            (false, false) => "-->",
        };
        let _ = writeln!(
            text,
            "  n{} {arrow}|{}| n{}",
            edge.from, edge.count, edge.to
        );
        if edge.in_circle {
            circles.push(index.to_string());
        }
    }
    if !circles.is_empty() {
        let _ = writeln!(text, "  linkStyle {} stroke:#c62828", circles.join(","));
    }
    text
}

/// Text in a node.
pub(crate) fn escape(text: &str) -> String {
    text.replace('#', "#35;")
        .replace('"', "#quot;")
        .replace('<', "#lt;")
        .replace('>', "#gt;")
}
