//! The few arcs that close the circles of a knot: without them it is open.

use std::collections::{BTreeSet, HashMap};

/// Up to so many nodes the order is improved node by node.
const IMPROVED: usize = 600;

/// Edges (by index) whose removal leaves no circle, with little weight in all. An edge is from, to, weight.
pub fn closing_edges(nodes: usize, edges: &[(usize, usize, usize)]) -> Vec<usize> {
    let arcs: Vec<(u32, u32, usize)> = edges
        .iter()
        .map(|(from, to, weight)| (*from as u32, *to as u32, *weight))
        .collect();
    closing(nodes, &arcs)
}

/// Arcs (by index) whose removal leaves no circle, with little weight in all. Arcs are from, to, weight.
///
/// The greedy order of Eades, Lin and Smyth, in time of the arcs times a logarithm, then better places for single nodes.
pub(super) fn closing(nodes: usize, arcs: &[(u32, u32, usize)]) -> Vec<usize> {
    let mut order = greedy(nodes, arcs);
    if nodes <= IMPROVED {
        improve(&mut order, arcs);
    }
    let mut place = vec![0; nodes];
    for (at, node) in order.iter().enumerate() {
        place[*node as usize] = at;
    }
    (0..arcs.len())
        .filter(|index| place[arcs[*index].0 as usize] > place[arcs[*index].1 as usize])
        .collect()
}

fn signed(weight: usize) -> i64 {
    i64::try_from(weight).unwrap_or(i64::MAX)
}

/// Who needs first, what is needed last; in circles whoever needs most for how much it is needed.
fn greedy(nodes: usize, arcs: &[(u32, u32, usize)]) -> Vec<u32> {
    let mut around: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    let mut out = vec![0_i64; nodes];
    let mut into = vec![0_i64; nodes];
    for (index, (from, to, weight)) in arcs.iter().enumerate() {
        around[*from as usize].push(index);
        around[*to as usize].push(index);
        out[*from as usize] += signed(*weight);
        into[*to as usize] += signed(*weight);
    }
    // Sinks and sources come before all others; then the greatest difference.
    let rank = |out: i64, into: i64, node: u32| match (out, into) {
        (0, _) => (0, 0, node),
        (_, 0) => (1, 0, node),
        (out, into) => (2, into - out, node),
    };
    let mut queue: BTreeSet<(u8, i64, u32)> = (0..nodes as u32)
        .map(|node| rank(out[node as usize], into[node as usize], node))
        .collect();
    let mut gone = vec![false; nodes];
    let (mut first, mut last) = (Vec::new(), Vec::new());
    while let Some((kind, _, node)) = queue.pop_first() {
        gone[node as usize] = true;
        if kind == 0 {
            last.push(node);
        } else {
            first.push(node);
        }
        for index in &around[node as usize] {
            let (from, to, weight) = arcs[*index];
            let other = if from == node { to } else { from };
            if gone[other as usize] {
                continue;
            }
            let at = other as usize;
            queue.remove(&rank(out[at], into[at], other));
            if from == node {
                into[at] -= signed(weight);
            } else {
                out[at] -= signed(weight);
            }
            queue.insert(rank(out[at], into[at], other));
        }
    }
    last.reverse();
    first.extend(last);
    first
}

/// Moves single nodes to where they close the least, a few rounds long.
fn improve(order: &mut Vec<u32>, arcs: &[(u32, u32, usize)]) {
    let mut weights: HashMap<(u32, u32), i64> = HashMap::new();
    for (from, to, weight) in arcs {
        *weights.entry((*from, *to)).or_default() += signed(*weight);
    }
    let weight = |from: u32, to: u32| weights.get(&(from, to)).copied().unwrap_or(0);
    for _ in 0..3 {
        let mut moved = false;
        for node in order.clone() {
            let Some(at) = order.iter().position(|other| *other == node) else {
                continue;
            };
            // What it costs to stand further to the left or right, against where it stands.
            let (mut best, mut place, mut cost) = (0, at, 0);
            for left in (0..at).rev() {
                cost += weight(order[left], node) - weight(node, order[left]);
                if cost < best {
                    (best, place) = (cost, left);
                }
            }
            cost = 0;
            for (right, other) in order.iter().enumerate().skip(at + 1) {
                cost += weight(node, *other) - weight(*other, node);
                if cost < best {
                    (best, place) = (cost, right);
                }
            }
            if best < 0 {
                order.remove(at);
                order.insert(place, node);
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_light_arc_closes_the_circle() {
        let arcs = [(0, 1, 5), (1, 2, 4), (2, 0, 1), (2, 3, 9)];
        assert_eq!(closing(4, &arcs), [2]);
    }

    #[test]
    fn two_circles_through_one_arc_are_opened_there() {
        let arcs = [(0, 1, 3), (1, 2, 3), (2, 0, 3), (1, 3, 3), (3, 0, 3)];
        assert_eq!(closing(4, &arcs), [0]);
    }
}
