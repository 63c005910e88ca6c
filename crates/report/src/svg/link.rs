//! Arrows, and the numbers on them.

use std::fmt::Write as _;

use super::escape;
use super::layout::{Area, Layout};
use crate::picture::{Edge, Picture};

/// Room for a number.
const LABEL: (f64, f64) = (8.0, 13.0);

/// A cubic curve.
#[derive(Debug, Clone, Copy, Default)]
struct Curve([(f64, f64); 4]);

impl Curve {
    fn at(self, t: f64) -> (f64, f64) {
        let s = 1.0 - t;
        let weights = [s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t];
        let sum = |pick: fn((f64, f64)) -> f64| {
            let points = self.0.iter().zip(weights);
            points.map(|(point, weight)| pick(*point) * weight).sum()
        };
        (sum(|point| point.0), sum(|point| point.1))
    }
}

/// Draws all arrows: faint ones first, those that close circles last.
pub(super) fn draw(text: &mut String, picture: &Picture, layout: &Layout) {
    let curves = curves(picture, layout);
    let mut order: Vec<usize> = (0..picture.edges.len()).collect();
    order.sort_by_key(|index| (rank(&picture.edges[*index]), *index));
    for index in order {
        let edge = &picture.edges[index];
        let class = class(edge);
        let [a, b, c, d] = curves[index].0;
        let _ = writeln!(
            text,
            "<path class=\"{class}\" d=\"M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}\" stroke-width=\"{:.1}\" marker-end=\"url(#cleave-tip)\"><title>{} needs {}: {} {}{}</title></path>",
            a.0,
            a.1,
            b.0,
            b.1,
            c.0,
            c.1,
            d.0,
            d.1,
            1.0 + (edge.count as f64).ln().max(0.0) / 2.5,
            escape(&picture.nodes[edge.from].name),
            escape(&picture.nodes[edge.to].name),
            edge.count,
            if edge.count == 1 {
                "pair of items"
            } else {
                "pairs of items"
            },
            match (edge.closing, edge.in_circle) {
                (true, _) => ", closes circles",
                (false, true) => ", in a circle",
                (false, false) => "",
            }
        );
    }
}

fn rank(edge: &Edge) -> usize {
    match (edge.closing, edge.in_circle, edge.implied) {
        (true, ..) => 3,
        (false, true, false) => 2,
        (false, false, false) => 1,
        (false, _, true) => 0,
    }
}

fn class(edge: &Edge) -> &'static str {
    match (edge.closing, edge.in_circle, edge.implied) {
        (true, ..) => "l c",
        (false, true, true) => "l i r",
        (false, true, false) => "l r",
        (false, false, true) => "l i",
        (false, false, false) => "l",
    }
}

/// Writes the counts where they cover neither a node nor each other; what finds no room is in the tooltip.
pub(super) fn counts(text: &mut String, picture: &Picture, layout: &Layout) {
    let curves = curves(picture, layout);
    let mut taken: Vec<Area> = layout.nodes.clone();
    for (edge, curve) in picture.edges.iter().zip(curves) {
        let width = edge.count.to_string().len() as f64 * LABEL.0;
        let place = [0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78]
            .into_iter()
            .map(|t| curve.at(t))
            .map(|(x, y)| Area {
                x: x - width / 2.0,
                y: y - LABEL.1 / 2.0,
                width,
                height: LABEL.1,
            })
            .find(|area| !taken.iter().any(|other| area.overlaps(*other)));
        let Some(area) = place else { continue };
        taken.push(area);
        let _ = writeln!(
            text,
            "<text class=\"note halo{}\" x=\"{:.1}\" y=\"{:.1}\" font-size=\"11\" text-anchor=\"middle\">{}</text>",
            if edge.closing { " c" } else { "" },
            area.middle(),
            area.bottom() - 2.5,
            edge.count
        );
    }
}

/// A curve for each edge. Each leaves and reaches its nodes at a place of its own, in the order of where it comes from.
fn curves(picture: &Picture, layout: &Layout) -> Vec<Curve> {
    let mut sides: Vec<[Vec<(f64, usize, bool)>; 2]> =
        vec![Default::default(); picture.nodes.len()];
    for (index, edge) in picture.edges.iter().enumerate() {
        let (from, to) = (layout.nodes[edge.from], layout.nodes[edge.to]);
        let down = from.y <= to.y;
        sides[edge.from][usize::from(down)].push((to.middle(), index, true));
        sides[edge.to][usize::from(!down)].push((from.middle(), index, false));
    }
    let mut curves = vec![Curve::default(); picture.edges.len()];
    for (node, sides) in sides.iter_mut().enumerate() {
        let area = layout.nodes[node];
        for (lower, ports) in sides.iter_mut().enumerate() {
            ports.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let y = if lower == 1 { area.bottom() } else { area.y };
            let room = (area.width - 20.0).min(ports.len() as f64 * 14.0);
            for (place, (_, index, starts)) in ports.iter().enumerate() {
                let share = (place as f64 + 0.5) / ports.len() as f64 - 0.5;
                let point = (area.middle() + share * room, y);
                let end = if *starts { 0 } else { 3 };
                curves[*index].0[end] = point;
            }
        }
    }
    for (curve, edge) in curves.iter_mut().zip(&picture.edges) {
        bend(curve, layout.nodes[edge.from], layout.nodes[edge.to]);
    }
    curves
}

/// Sets the two middle points: straight out of the node, straight into the other.
fn bend(curve: &mut Curve, from: Area, to: Area) {
    let [start, .., end] = curve.0;
    let distance = (end.1 - start.1).abs();
    let reach = if (from.y - to.y).abs() < 1.0 {
        // Neighbours in a row: below both.
        34.0 + (start.0 - end.0).abs() / 14.0
    } else {
        (distance / 2.0).clamp(18.0, 160.0)
    };
    let down = from.y <= to.y;
    let same_row = (from.y - to.y).abs() < 1.0;
    let out = if down { reach } else { -reach };
    let into = if same_row || !down { reach } else { -reach };
    if same_row {
        // Both ends on the lower side.
        curve.0[3].1 = to.bottom();
    }
    curve.0[1] = (start.0, start.1 + out);
    curve.0[2] = (end.0, curve.0[3].1 + into);
}
