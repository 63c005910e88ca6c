//! A picture as JSON.

use serde_json::json;

use crate::picture::Picture;

/// Draws a picture: `{ title, clusters, nodes: [{ name, lines, crate }], edges: [{ from, to, count, in_circle }] }`,
/// edges by the nodes' names.
pub fn draw(picture: &Picture) -> String {
    let nodes: Vec<_> = picture
        .nodes
        .iter()
        .map(|node| json!({ "name": node.name, "lines": node.lines, "crate": picture.clusters[node.cluster] }))
        .collect();
    let edges: Vec<_> = picture
        .edges
        .iter()
        .map(|edge| {
            json!({
                "from": picture.nodes[edge.from].name,
                "to": picture.nodes[edge.to].name,
                "count": edge.count,
                "in_circle": edge.in_circle,
            })
        })
        .collect();
    let value = json!({ "version": 1, "title": picture.title, "crates": picture.clusters, "nodes": nodes, "edges": edges });
    serde_json::to_string_pretty(&value).unwrap_or_default()
}
