//! Ranks and places within a rank for what each box holds: crates, then modules, then items.
//!
//! The script packs boxes of any size into these ranks, so that a box can open without any other being overlapped.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::{DiGraph, NodeIndex};
use rust_sugiyama::configure::Config;

use super::Subject;
use super::model::Model;

/// Above this many boxes or arrows in one box the library takes seconds; then levels are all the order there is.
const MAX_BOXES: usize = 120;
const MAX_ARROWS: usize = 500;

/// A rank, 0 on top, and a place in it from the left.
pub(super) type Spot = (u32, u32);

/// A box: a crate; a module in a crate; an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Crate(usize),
    Module(usize, String),
    Item(usize),
}

/// Where everything stands in one view, given the crate of every item.
pub(super) fn spots(subject: &Subject<'_>, model: &Model, homes: &[usize]) -> BTreeMap<Key, Spot> {
    let chains: Vec<Vec<Key>> = (0..model.items.len())
        .map(|index| chain(subject, model, homes, index))
        .collect();
    // By outer box (none: the whole picture): what is in it, and who needs whom there.
    let mut inner: BTreeMap<Option<&Key>, BTreeSet<&Key>> = BTreeMap::new();
    let mut needs: BTreeMap<Option<&Key>, BTreeSet<(&Key, &Key)>> = BTreeMap::new();
    for chain in &chains {
        for (depth, key) in chain.iter().enumerate() {
            let outer = depth.checked_sub(1).map(|outer| &chain[outer]);
            inner.entry(outer).or_default().insert(key);
        }
    }
    for arrow in &model.arrows {
        let (from, to) = (&chains[arrow.from], &chains[arrow.to]);
        let common = from.iter().zip(to).take_while(|(a, b)| a == b).count();
        if let (Some(a), Some(b)) = (from.get(common), to.get(common)) {
            let outer = common.checked_sub(1).map(|outer| &from[outer]);
            needs.entry(outer).or_default().insert((a, b));
        }
    }
    let mut spots = BTreeMap::new();
    for (outer, keys) in &inner {
        let keys: Vec<&Key> = keys.iter().copied().collect();
        let place = |key: &Key| keys.binary_search(&key).unwrap_or(0);
        let needs = needs.get(outer).into_iter().flatten();
        let arrows: Vec<(usize, usize)> = needs.map(|(a, b)| (place(a), place(b))).collect();
        for (key, spot) in keys.iter().zip(arrange(keys.len(), &arrows)) {
            spots.insert((*key).clone(), spot);
        }
    }
    spots
}

/// The boxes around an item, the outermost first, and the item's own.
fn chain(subject: &Subject<'_>, model: &Model, homes: &[usize], index: usize) -> Vec<Key> {
    let item = subject.workspace.item(model.items[index]);
    let path = &subject.workspace.module(item.module).path;
    let home = homes[index];
    let mut chain = vec![Key::Crate(home)];
    for (end, _) in path.match_indices("::") {
        chain.push(Key::Module(home, path[..end].to_owned()));
    }
    chain.push(Key::Module(home, path.clone()));
    chain.push(Key::Item(index));
    chain
}

/// Users above what they need, as far as circles allow.
fn arrange(boxes: usize, arrows: &[(usize, usize)]) -> Vec<Spot> {
    if boxes <= MAX_BOXES && arrows.len() <= MAX_ARROWS {
        layered(boxes, arrows)
    } else {
        levelled(boxes, arrows)
    }
}

/// Sugiyama's layout, reduced to ranks and the order in each.
fn layered(boxes: usize, arrows: &[(usize, usize)]) -> Vec<Spot> {
    let vertices: Vec<(u32, (f64, f64))> = (0..boxes as u32).map(|at| (at, (10.0, 10.0))).collect();
    let edges: Vec<(u32, u32)> = arrows.iter().map(|(a, b)| (*a as u32, *b as u32)).collect();
    let mut spots = vec![(0, 0); boxes];
    let mut left = 0;
    for (component, _, _) in
        rust_sugiyama::from_vertices_and_edges(&vertices, &edges, &Config::default())
    {
        let grid = |value: f64| (value * 16.0).round() as i64;
        let heights: BTreeSet<i64> = component.iter().map(|(_, (_, y))| grid(*y)).collect();
        let mut order: Vec<(i64, i64, usize)> = component
            .iter()
            .map(|(at, (x, y))| (grid(*y), grid(*x), *at))
            .collect();
        order.sort_unstable();
        let ranks: Vec<i64> = heights.into_iter().collect();
        for (place, (y, _, at)) in order.into_iter().enumerate() {
            let rank = ranks.binary_search(&y).unwrap_or(0);
            spots[at] = (rank as u32, (left + place) as u32);
        }
        left += component.len();
    }
    upright(&mut spots, arrows);
    spots
}

/// The library may put what needs last; the page puts it first.
fn upright(spots: &mut [Spot], arrows: &[(usize, usize)]) {
    let upwards = arrows
        .iter()
        .filter(|(from, to)| spots[*from].0 > spots[*to].0)
        .count();
    if upwards * 2 > arrows.len() {
        let deepest = spots.iter().map(|spot| spot.0).max().unwrap_or(0);
        for spot in spots {
            spot.0 = deepest - spot.0;
        }
    }
}

/// The longest way down decides, circles counted as one: linear.
fn levelled(boxes: usize, arrows: &[(usize, usize)]) -> Vec<Spot> {
    let mut digraph: DiGraph<(), ()> = DiGraph::new();
    for _ in 0..boxes {
        digraph.add_node(());
    }
    let mut needs: Vec<Vec<usize>> = vec![Vec::new(); boxes];
    for (from, to) in arrows {
        digraph.add_edge(NodeIndex::new(*from), NodeIndex::new(*to), ());
        needs[*from].push(*to);
    }
    let mut level = vec![0_u32; boxes];
    // Kosaraju's order has what is needed first.
    for component in petgraph::algo::kosaraju_scc(&digraph) {
        let members: BTreeSet<usize> = component.iter().map(|node| node.index()).collect();
        let below = members
            .iter()
            .flat_map(|at| &needs[*at])
            .filter(|to| !members.contains(to))
            .map(|to| level[*to] + 1)
            .max();
        for at in members {
            level[at] = below.unwrap_or(0);
        }
    }
    let highest = level.iter().copied().max().unwrap_or(0);
    let spots = level.into_iter().enumerate();
    spots
        .map(|(at, level)| (highest - level, at as u32))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_stand_above_what_they_need() {
        for arrange in [layered, levelled] {
            let spots = arrange(4, &[(0, 1), (1, 2), (0, 2), (3, 2)]);
            assert!(
                spots[0].0 < spots[1].0 && spots[1].0 < spots[2].0,
                "{spots:?}"
            );
            assert!(spots[3].0 < spots[2].0, "{spots:?}");
        }
    }

    #[test]
    fn circles_and_loners_have_a_spot_too() {
        for arrange in [layered, levelled] {
            let spots = arrange(5, &[(0, 1), (1, 0), (1, 2)]);
            assert_eq!(spots.len(), 5);
            let distinct: BTreeSet<Spot> = spots.iter().copied().collect();
            assert_eq!(distinct.len(), 5, "{spots:?}");
        }
    }
}
