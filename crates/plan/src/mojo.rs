//! How far a partition is from one that people made: `MoJoFM` (Wen and Tzerpos, "An effectiveness measure for software
//! clustering algorithms", 2004; the distance itself: "An optimal algorithm for `MoJo` distance", 2003).
//!
//! `mno(A, B)` is the least number of moves (one object into another cluster) and joins (two clusters into one) that turn
//! A into B. `MoJoFM(A, B)` is `1 - mno(A, B) / max(mno(any, B))`: 1 where they agree, 0 where nothing is farther off.
//! An object may stand for several that are always together, as a file does for its lines.

use std::collections::BTreeMap;

/// An object: its cluster in either partition, and how many it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed<'a> {
    /// Its cluster in the partition that is judged.
    pub ours: &'a str,
    /// Its cluster in the partition that is right.
    pub theirs: &'a str,
    /// How many objects it stands for.
    pub weight: usize,
}

/// `mno(A, B)`: the least number of moves and joins from ours to theirs.
pub fn distance(objects: &[Placed<'_>]) -> usize {
    let mut overlaps: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for object in objects {
        *overlaps
            .entry(object.ours)
            .or_default()
            .entry(object.theirs)
            .or_default() += object.weight;
    }
    let total: usize = objects.iter().map(|object| object.weight).sum();
    let kept: usize = overlaps.values().filter_map(|row| row.values().max()).sum();
    // Every cluster of ours becomes part of the one of theirs that it has most in common with. Where several have
    // the same in common, the choice that leaves the fewest to join is a greatest matching.
    let choices: Vec<Vec<&str>> = overlaps
        .values()
        .map(|row| {
            let most = row.values().max().copied().unwrap_or(0);
            row.iter()
                .filter(|(_, count)| **count == most)
                .map(|(name, _)| *name)
                .collect()
        })
        .collect();
    let mut matched: BTreeMap<&str, usize> = BTreeMap::new();
    for cluster in 0..choices.len() {
        augment(cluster, &choices, &mut matched, &mut Vec::new());
    }
    (total - kept) + (overlaps.len() - matched.len())
}

/// Looks for a free cluster of theirs for one of ours, moving others on if need be (Kuhn's algorithm; it goes as deep as
/// there are clusters).
fn augment<'a>(
    cluster: usize,
    choices: &[Vec<&'a str>],
    matched: &mut BTreeMap<&'a str, usize>,
    seen: &mut Vec<&'a str>,
) -> bool {
    for name in &choices[cluster] {
        if seen.contains(name) {
            continue;
        }
        seen.push(name);
        let holder = matched.get(name).copied();
        if holder.is_none_or(|holder| augment(holder, choices, matched, seen)) {
            matched.insert(name, cluster);
            return true;
        }
    }
    false
}

/// The greatest distance that any partition has from theirs.
pub fn greatest(objects: &[Placed<'_>]) -> usize {
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for object in objects {
        *sizes.entry(object.theirs).or_default() += object.weight;
    }
    let total: usize = sizes.values().sum();
    let mut sizes: Vec<usize> = sizes.into_values().collect();
    sizes.sort_unstable();
    // The worst partition spreads every cluster over as many of its own as it can; tags can then be given to so many.
    let tagged = sizes
        .into_iter()
        .fold(0, |tagged, size| tagged + usize::from(tagged < size));
    total - tagged
}

/// `MoJoFM`, from 0 to 1.
pub fn agreement(objects: &[Placed<'_>]) -> f64 {
    let greatest = greatest(objects);
    if greatest == 0 {
        return 1.0;
    }
    1.0 - distance(objects) as f64 / greatest as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word a cluster of ours; each letter an object, named after its cluster in theirs.
    fn objects(ours: &str) -> Vec<Placed<'_>> {
        let clusters = ours.split(' ');
        clusters
            .flat_map(|cluster| {
                (0..cluster.len()).map(move |at| Placed {
                    ours: cluster,
                    theirs: &cluster[at..=at],
                    weight: 1,
                })
            })
            .collect()
    }

    #[track_caller]
    fn check(ours: &str, distance_wanted: usize, greatest_wanted: usize) {
        let objects = objects(ours);
        assert_eq!(
            (distance(&objects), greatest(&objects)),
            (distance_wanted, greatest_wanted)
        );
    }

    #[test]
    fn the_same_partition_is_no_way_off() {
        check("aaa bb", 0, 3);
        assert!((agreement(&objects("aaa bb")) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_move_and_a_join_count_one_each() {
        check("aaab bbb", 1, 5);
        check("aa aaa bb", 1, 5);
    }

    #[test]
    fn equal_overlaps_are_matched_so_that_the_fewest_are_joined() {
        // Both clusters could be `a`; the first has to be `b` so that nothing is joined.
        check("ab aaa", 1, 3);
        check("abc aab", 3, 3);
    }

    #[test]
    fn the_worst_partition_scores_nothing() {
        // Every cluster mixes all of theirs.
        let worst = objects("abc acb bac");
        assert_eq!((distance(&worst), greatest(&worst)), (6, 6));
        assert!(agreement(&worst).abs() < 1e-9);
    }

    #[test]
    fn the_greatest_distance_is_the_papers_formula() {
        // n minus g, where g groups can still be told apart: sizes 1, 1 give 1; sizes 1, 2, 3 give 3.
        check("a b", 0, 1);
        check("a bb ccc", 0, 3);
    }

    #[test]
    fn a_weight_is_as_many_objects() {
        let heavy =
            [("x", "a", 3), ("y", "b", 2), ("x", "b", 1)].map(|(ours, theirs, weight)| Placed {
                ours,
                theirs,
                weight,
            });
        let spelt = [
            ("x", "a", 1),
            ("x", "a", 1),
            ("x", "a", 1),
            ("y", "b", 1),
            ("y", "b", 1),
            ("x", "b", 1),
        ]
        .map(|(ours, theirs, weight)| Placed {
            ours,
            theirs,
            weight,
        });
        assert_eq!(distance(&heavy), distance(&spelt));
        assert_eq!(greatest(&heavy), greatest(&spelt));
    }
}
