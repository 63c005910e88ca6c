//! A picture as SVG, in layers: what is needed lies below what needs it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rust_sugiyama::configure::Config;

use crate::picture::Picture;

const HEIGHT: f64 = 40.0;
const GAP: f64 = 36.0;
const COLORS: &[&str] = &[
    "#cfe8ff", "#ffe3c2", "#d6f2d0", "#eadcff", "#ffd6de", "#fff3b8", "#d3f1f0", "#e6e6e6",
];

/// Draws a picture.
pub fn draw(picture: &Picture) -> String {
    let places = layout(picture);
    let width = |index: usize| node_width(&picture.nodes[index].name);
    let right = places
        .iter()
        .enumerate()
        .map(|(index, (x, _))| x + width(index) / 2.0)
        .fold(300.0, f64::max)
        + GAP;
    let bottom = places.iter().map(|(_, y)| y + HEIGHT).fold(60.0, f64::max) + GAP;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {right:.0} {bottom:.0}\" width=\"{right:.0}\" height=\"{bottom:.0}\" role=\"img\" font-family=\"system-ui, sans-serif\">\n<title>{}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n<defs><marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto-start-reverse\"><path d=\"M0 0L8 4L0 8z\" fill=\"context-stroke\"/></marker></defs>\n<text x=\"16\" y=\"26\" font-size=\"16\" font-weight=\"600\">{}</text>\n",
        escape(&picture.title),
        escape(&picture.title)
    );
    legend(picture, &mut text);
    for edge in &picture.edges {
        let (from, to) = (places[edge.from], places[edge.to]);
        let down = from.1 < to.1;
        let (y1, y2) = if down {
            (from.1 + HEIGHT, to.1)
        } else {
            (from.1, to.1 + HEIGHT)
        };
        let middle = f64::midpoint(y1, y2);
        let color = if edge.in_circle { "#c62828" } else { "#78909c" };
        let _ = writeln!(
            text,
            "<path d=\"M{:.1} {y1:.1}C{:.1} {middle:.1} {:.1} {middle:.1} {:.1} {y2:.1}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{:.1}\" marker-end=\"url(#a)\"><title>{} needs {}: {} references</title></path>",
            from.0,
            from.0,
            to.0,
            to.0,
            1.0 + (edge.count as f64).ln().max(0.0) / 2.0,
            escape(&picture.nodes[edge.from].name),
            escape(&picture.nodes[edge.to].name),
            edge.count
        );
        if picture.edges.len() <= 40 {
            let _ = writeln!(
                text,
                "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"11\" fill=\"{color}\">{}</text>",
                f64::midpoint(from.0, to.0) + 4.0,
                middle + 4.0,
                edge.count
            );
        }
    }
    for (index, node) in picture.nodes.iter().enumerate() {
        let (x, y) = places[index];
        let _ = writeln!(
            text,
            "<g><rect x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{HEIGHT}\" rx=\"8\" fill=\"{}\" stroke=\"#546e7a\"/><text x=\"{x:.1}\" y=\"{:.1}\" font-size=\"13\" text-anchor=\"middle\">{}</text><text x=\"{x:.1}\" y=\"{:.1}\" font-size=\"10\" fill=\"#455a64\" text-anchor=\"middle\">{} lines</text></g>",
            x - width(index) / 2.0,
            width(index),
            COLORS[node.cluster % COLORS.len()],
            y + 17.0,
            escape(&node.name),
            y + 32.0,
            node.lines
        );
    }
    text.push_str("</svg>\n");
    text
}

fn legend(picture: &Picture, text: &mut String) {
    let mut x = 16.0;
    for (index, name) in picture.clusters.iter().enumerate() {
        let _ = writeln!(
            text,
            "<rect x=\"{x}\" y=\"36\" width=\"12\" height=\"12\" rx=\"3\" fill=\"{}\" stroke=\"#546e7a\"/><text x=\"{}\" y=\"46\" font-size=\"12\">{}</text>",
            COLORS[index % COLORS.len()],
            x + 18.0,
            escape(name)
        );
        x += 40.0 + name.len() as f64 * 7.0;
    }
}

fn node_width(name: &str) -> f64 {
    name.chars().count() as f64 * 7.6 + 24.0
}

/// The middle of each node's upper edge.
fn layout(picture: &Picture) -> Vec<(f64, f64)> {
    let vertices: Vec<(u32, (f64, f64))> = picture
        .nodes
        .iter()
        .enumerate()
        .map(|(index, node)| (index as u32, (node_width(&node.name), HEIGHT)))
        .collect();
    let edges: Vec<(u32, u32)> = picture
        .edges
        .iter()
        .map(|edge| (edge.from as u32, edge.to as u32))
        .collect();
    let config = Config {
        vertex_spacing: GAP,
        ..Config::default()
    };
    let mut places = vec![(0.0, 0.0); picture.nodes.len()];
    let mut left = GAP;
    for (component, _, _) in rust_sugiyama::from_vertices_and_edges(&vertices, &edges, &config) {
        let extent = |sign: f64| {
            let edge = component
                .iter()
                .map(|(index, (x, _))| sign * x + node_width(&picture.nodes[*index].name) / 2.0);
            edge.fold(f64::MIN, f64::max)
        };
        let (low, high) = (-extent(-1.0), extent(1.0));
        let mut levels: BTreeMap<i64, f64> = component
            .iter()
            .map(|(_, (_, y))| ((y * 16.0) as i64, 0.0))
            .collect();
        for (rank, (_, place)) in levels.iter_mut().enumerate() {
            *place = 70.0 + rank as f64 * (HEIGHT + GAP * 1.6);
        }
        for (index, (x, y)) in component {
            places[index] = (left + x - low, levels[&((y * 16.0) as i64)]);
        }
        left += high - low + GAP;
    }
    let deepest = places.iter().map(|(_, y)| *y).fold(70.0, f64::max);
    let lowest = places.iter().map(|(_, y)| *y).fold(deepest, f64::min);
    // The layout puts what needs first; where it does the other way round, turn it over.
    let downwards = picture
        .edges
        .iter()
        .filter(|edge| places[edge.from].1 < places[edge.to].1)
        .count();
    if downwards * 2 < picture.edges.len() {
        for place in &mut places {
            place.1 = deepest + lowest - place.1;
        }
    }
    places
}

/// Text as XML has it.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
