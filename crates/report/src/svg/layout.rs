//! Where everything goes: nodes in rows within their crate, crates in rows, what is needed below what needs it.

use std::collections::BTreeMap;

use rust_sugiyama::configure::Config;

use crate::picture::Picture;

/// Between nodes of a row.
const GAP: f64 = 22.0;
/// Between rows.
const LAYER: f64 = 62.0;
/// Around the nodes of a crate, and for its name.
const PADDING: f64 = 20.0;
const HEADING: f64 = 26.0;
/// Above so many nodes or edges in one crate the library would take too long; the rows are then ours.
const LIMIT: (usize, usize) = (400, 1_600);

/// A rectangle.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Area {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Area {
    pub(super) fn right(self) -> f64 {
        self.x + self.width
    }

    pub(super) fn bottom(self) -> f64 {
        self.y + self.height
    }

    pub(super) fn middle(self) -> f64 {
        self.x + self.width / 2.0
    }

    pub(super) fn overlaps(self, other: Area) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }
}

/// A picture laid out.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    /// By node.
    pub(super) nodes: Vec<Area>,
    /// The crates that have nodes: index, area.
    pub(super) clusters: Vec<(usize, Area)>,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Lays a picture out below `top`.
pub(super) fn layout(picture: &Picture, top: f64) -> Layout {
    let sizes: Vec<(f64, f64)> = sizes(picture);
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, node) in picture.nodes.iter().enumerate() {
        members.entry(node.cluster).or_default().push(index);
    }
    let framed = members.len() > 1 && members.values().any(|members| members.len() > 1);
    if !framed {
        let all: Vec<usize> = (0..picture.nodes.len()).collect();
        let inner = pack(&sizes, &edges_within(picture, &all));
        return finish(inner, Vec::new(), top);
    }
    let boxes: Vec<(usize, Vec<usize>, Vec<Area>)> = members
        .into_iter()
        .map(|(cluster, members)| {
            let own: Vec<(f64, f64)> = members.iter().map(|node| sizes[*node]).collect();
            let areas = pack(&own, &edges_within(picture, &members));
            (cluster, members, areas)
        })
        .collect();
    let outer: Vec<(f64, f64)> = boxes
        .iter()
        .map(|(cluster, _, areas)| {
            let (width, height) = extent(areas);
            let heading = picture.clusters[*cluster].chars().count() as f64 * 8.0;
            (
                width.max(heading) + 2.0 * PADDING,
                height + 2.0 * PADDING + HEADING,
            )
        })
        .collect();
    let places = pack(&outer, &edges_between(picture, &boxes));
    let mut nodes = vec![Area::default(); picture.nodes.len()];
    let mut clusters = Vec::new();
    for ((cluster, members, areas), place) in boxes.iter().zip(&places) {
        let inside = extent(areas).0;
        let left = place.x + (place.width - inside) / 2.0;
        for (node, area) in members.iter().zip(areas) {
            nodes[*node] = Area {
                x: left + area.x,
                y: place.y + PADDING + HEADING + area.y,
                ..*area
            };
        }
        clusters.push((*cluster, *place));
    }
    finish(nodes, clusters, top)
}

/// Wide enough for the name, the higher the more lines.
fn sizes(picture: &Picture) -> Vec<(f64, f64)> {
    let most = picture
        .nodes
        .iter()
        .map(|node| node.lines)
        .max()
        .unwrap_or(1)
        .max(1);
    picture
        .nodes
        .iter()
        .map(|node| {
            let share = (node.lines as f64 / most as f64).sqrt();
            let letters = node.name.chars().count().max(8) as f64;
            (letters * 7.4 + 22.0, 36.0 + 30.0 * share)
        })
        .collect()
}

fn finish(mut nodes: Vec<Area>, mut clusters: Vec<(usize, Area)>, top: f64) -> Layout {
    for area in nodes
        .iter_mut()
        .chain(clusters.iter_mut().map(|(_, area)| area))
    {
        area.x += PADDING;
        area.y += top;
    }
    let all = nodes.iter().chain(clusters.iter().map(|(_, area)| area));
    let width = all.clone().map(|area| area.right()).fold(700.0, f64::max);
    let height = all.map(|area| area.bottom()).fold(top, f64::max);
    Layout {
        nodes,
        clusters,
        width: width + PADDING,
        height: height + PADDING,
    }
}

fn extent(areas: &[Area]) -> (f64, f64) {
    let width = areas.iter().map(|area| area.right()).fold(0.0, f64::max);
    let height = areas.iter().map(|area| area.bottom()).fold(0.0, f64::max);
    (width, height)
}

fn edges_within(picture: &Picture, members: &[usize]) -> Vec<(usize, usize)> {
    let own = |node: usize| members.binary_search(&node).ok();
    picture
        .edges
        .iter()
        .filter(|edge| !edge.implied && !edge.closing)
        .filter_map(|edge| Some((own(edge.from)?, own(edge.to)?)))
        .collect()
}

fn edges_between(
    picture: &Picture,
    boxes: &[(usize, Vec<usize>, Vec<Area>)],
) -> Vec<(usize, usize)> {
    let place = |node: usize| {
        let cluster = picture.nodes[node].cluster;
        boxes.iter().position(|(other, ..)| *other == cluster)
    };
    let mut edges: Vec<(usize, usize)> = picture
        .edges
        .iter()
        .filter_map(|edge| Some((place(edge.from)?, place(edge.to)?)))
        .filter(|(from, to)| from != to)
        .collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

/// Rectangles of these sizes in rows, from the upper left corner on.
fn pack(sizes: &[(f64, f64)], edges: &[(usize, usize)]) -> Vec<Area> {
    let (tied, loose): (Vec<usize>, Vec<usize>) =
        (0..sizes.len()).partition(|node| edges.iter().any(|(a, b)| a == node || b == node));
    let ranks = if tied.len() > LIMIT.0 || edges.len() > LIMIT.1 {
        by_depth(sizes.len(), &tied, edges)
    } else {
        by_library(sizes, &tied, edges)
    };
    let area: f64 = sizes
        .iter()
        .map(|(width, height)| (width + GAP) * (height + LAYER))
        .sum();
    let widest = sizes.iter().map(|(width, _)| *width).fold(0.0, f64::max);
    let limit = (area * 1.7).sqrt().max(widest).max(760.0);
    let mut rows: Vec<Vec<usize>> = Vec::new();
    for rank in ranks {
        rows.extend(wrapped(sizes, &rank, limit));
    }
    // What nothing here is tied to closes the picture.
    let shelf = wrapped(sizes, &loose, limit);
    let tied_rows = rows.len();
    rows.extend(shelf);
    let mut areas = set(sizes, &rows, tied_rows);
    straighten(&mut areas, &rows[..tied_rows], edges);
    areas
}

/// Rows as the layered layout has them; nodes of a row from left to right.
fn by_library(sizes: &[(f64, f64)], tied: &[usize], edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    // The library numbers its vertices by their order, whatever they are called.
    let vertices: Vec<(u32, (f64, f64))> = tied
        .iter()
        .enumerate()
        .map(|(index, node)| (index as u32, sizes[*node]))
        .collect();
    let own = |node: usize| tied.binary_search(&node).ok().map(|index| index as u32);
    let pairs: Vec<(u32, u32)> = edges
        .iter()
        .filter_map(|(from, to)| Some((own(*from)?, own(*to)?)))
        .collect();
    let config = Config {
        vertex_spacing: GAP,
        ..Config::default()
    };
    let mut ranks: Vec<Vec<usize>> = Vec::new();
    for (component, _, _) in rust_sugiyama::from_vertices_and_edges(&vertices, &pairs, &config) {
        let mut places: Vec<(i64, f64, usize)> = component
            .into_iter()
            .map(|(index, (x, y))| ((y * 16.0) as i64, x, tied[index]))
            .collect();
        places.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
        let mut levels: Vec<i64> = places.iter().map(|(y, ..)| *y).collect();
        levels.dedup();
        let level = |y: i64| levels.iter().position(|level| *level == y).unwrap_or(0);
        let row: BTreeMap<usize, usize> = places
            .iter()
            .map(|(y, _, node)| (*node, level(*y)))
            .collect();
        // The library may have what is needed on top; then all of it is turned over.
        let upwards = edges
            .iter()
            .filter_map(|(from, to)| Some((row.get(from)?, row.get(to)?)))
            .map(|(from, to)| (from > to, from < to))
            .fold((0, 0), |sum, (up, down)| {
                (sum.0 + usize::from(up), sum.1 + usize::from(down))
            });
        for (y, _, node) in places {
            let rank = if upwards.0 > upwards.1 {
                levels.len() - 1 - level(y)
            } else {
                level(y)
            };
            while ranks.len() <= rank {
                ranks.push(Vec::new());
            }
            ranks[rank].push(node);
        }
    }
    ranks
}

/// Rows by the longest way down, for graphs that are too big for more.
fn by_depth(nodes: usize, tied: &[usize], edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let component = cleave_graph::knot::components(nodes, edges);
    let count = component.iter().max().map_or(0, |last| last + 1);
    let mut ordered: Vec<(usize, usize)> = edges
        .iter()
        .map(|(from, to)| (component[*from], component[*to]))
        .filter(|(from, to)| from != to)
        .collect();
    ordered.sort_unstable();
    let mut depth = vec![0; count];
    // Components are numbered from the bottom up.
    for (from, to) in ordered {
        depth[from] = depth[from].max(depth[to] + 1);
    }
    let deepest = depth.iter().max().copied().unwrap_or(0);
    let mut ranks = vec![Vec::new(); deepest + 1];
    for node in tied {
        ranks[deepest - depth[component[*node]]].push(*node);
    }
    ranks
}

/// A row that is too wide as several of about the same width.
fn wrapped(sizes: &[(f64, f64)], row: &[usize], limit: f64) -> Vec<Vec<usize>> {
    let width: f64 = row.iter().map(|node| sizes[*node].0 + GAP).sum();
    let rows = (width / limit).ceil().max(1.0);
    let share = width / rows;
    let mut found: Vec<Vec<usize>> = Vec::new();
    let mut at = 0.0;
    for node in row {
        let wanted = ((at + sizes[*node].0 / 2.0) / share) as usize;
        while found.len() <= wanted {
            found.push(Vec::new());
        }
        if let Some(last) = found.last_mut() {
            last.push(*node);
        }
        at += sizes[*node].0 + GAP;
    }
    found.retain(|row| !row.is_empty());
    found
}

/// Sets the rows one below the other, each in the middle.
fn set(sizes: &[(f64, f64)], rows: &[Vec<usize>], tied_rows: usize) -> Vec<Area> {
    let width =
        |row: &[usize]| -> f64 { row.iter().map(|node| sizes[*node].0 + GAP).sum::<f64>() - GAP };
    let widest = rows.iter().map(|row| width(row)).fold(0.0, f64::max);
    let mut areas = vec![Area::default(); sizes.len()];
    let mut y = 0.0;
    for (index, row) in rows.iter().enumerate() {
        let mut x = (widest - width(row)) / 2.0;
        let mut highest: f64 = 0.0;
        for node in row {
            let (width, height) = sizes[*node];
            areas[*node] = Area {
                x,
                y,
                width,
                height,
            };
            x += width + GAP;
            highest = highest.max(height);
        }
        let next_is_loose = index + 1 >= tied_rows;
        y += highest + if next_is_loose { GAP } else { LAYER };
    }
    areas
}

/// Moves the nodes of each row, in their order, towards the middle of what they are tied to.
fn straighten(areas: &mut [Area], rows: &[Vec<usize>], edges: &[(usize, usize)]) {
    let widest = areas.iter().map(|area| area.right()).fold(0.0, f64::max);
    let mut around: Vec<Vec<usize>> = vec![Vec::new(); areas.len()];
    for (from, to) in edges {
        around[*from].push(*to);
        around[*to].push(*from);
    }
    for pass in 0..6 {
        let order: Vec<&Vec<usize>> = if pass % 2 == 0 {
            rows.iter().collect()
        } else {
            rows.iter().rev().collect()
        };
        for row in order {
            let wanted: Vec<f64> = row
                .iter()
                .map(|node| {
                    let ties = &around[*node];
                    let sum: f64 = ties.iter().map(|other| areas[*other].middle()).sum();
                    let middle = if ties.is_empty() {
                        areas[*node].middle()
                    } else {
                        sum / ties.len() as f64
                    };
                    middle - areas[*node].width / 2.0
                })
                .collect();
            for (node, x) in row.iter().zip(spread(row, &wanted, areas, widest)) {
                areas[*node].x = x;
            }
        }
    }
}

/// As near to the wanted places as order, gaps and the width of the picture allow: halfway between what the row would be
/// if its left nodes had their way, and what it would be if its right ones had.
fn spread(row: &[usize], wanted: &[f64], areas: &[Area], widest: f64) -> Vec<f64> {
    let width = |index: usize| areas[row[index]].width;
    let squeeze = |places: &mut Vec<f64>| {
        let mut least = 0.0_f64;
        for (index, place) in places.iter_mut().enumerate() {
            *place = place.max(least);
            least = *place + width(index) + GAP;
        }
    };
    let press = |places: &mut Vec<f64>| {
        let mut most = widest;
        for (index, place) in places.iter_mut().enumerate().rev() {
            *place = place.min(most - width(index));
            most = *place - GAP;
        }
    };
    let (mut left, mut right) = (wanted.to_vec(), wanted.to_vec());
    squeeze(&mut left);
    press(&mut left);
    press(&mut right);
    squeeze(&mut right);
    left.iter()
        .zip(right)
        .map(|(a, b)| f64::midpoint(*a, b))
        .collect()
}
