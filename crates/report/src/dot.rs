//! Graphviz's language.

use std::fmt::Write as _;

use crate::picture::Picture;

/// Draws a picture: crates as clusters, links in circles red, those that close them dashed, links that a longer way implies grey.
pub fn draw(picture: &Picture) -> String {
    let mut text = format!(
        "digraph {} {{\n  rankdir=TB;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n",
        quoted(&picture.title)
    );
    for (cluster, name) in picture.clusters.iter().enumerate() {
        let mut nodes = picture
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.cluster == cluster)
            .peekable();
        if nodes.peek().is_none() {
            continue;
        }
        let _ = writeln!(
            text,
            "  subgraph cluster_{cluster} {{\n    label={};",
            quoted(name)
        );
        for (index, node) in nodes {
            let label = format!("{}\n{} lines", node.name, node.lines);
            let _ = writeln!(text, "    n{index} [label={}];", quoted(&label));
        }
        text.push_str("  }\n");
    }
    for edge in &picture.edges {
        let looks = match (edge.closing, edge.in_circle, edge.implied) {
            (true, ..) => ", color=\"#c62828\", style=dashed, constraint=false",
            (false, _, true) => ", color=\"#b0bec5\"",
            (false, true, false) => ", color=\"#c62828\"",
            (false, false, false) => "",
        };
        let _ = writeln!(
            text,
            "  n{} -> n{} [label={}{looks}];",
            edge.from, edge.to, edge.count
        );
    }
    text.push_str("}\n");
    text
}

fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", text.replace('\n', "\\n"))
}
