//! Starts for a search in which methods can be lifted: a lower and an upper layer of about any size.
//!
//! Where types tie everything to everything, no folder and no module can go down or up by itself. So the lower layer is
//! grown from the bottom, unit by unit: first methods whose type is in it already, then what completes modules, and a
//! type without its methods only where nothing else is ready.

use std::collections::{BTreeMap, BTreeSet};

use super::problem::Problem;

/// The units of a lower layer with about `share` of the lines; all that one of them needs is in it too.
/// Linear in the references, times a logarithm.
pub(super) fn lower(problem: &Problem, share: f64) -> BTreeSet<usize> {
    let wanted = (problem.total as f64 * share) as i64;
    let mut growth = Growth::new(problem);
    let mut lines = 0;
    while lines < wanted {
        let Some(unit) = growth.next() else { break };
        lines += problem.lines[unit];
        growth.take(unit);
    }
    growth.taken
}

struct Growth<'a> {
    problem: &'a Problem,
    taken: BTreeSet<usize>,
    /// By unit: how many of its needs are not in yet.
    waits: Vec<usize>,
    /// Units all of whose needs are in, by how little is torn when they go in.
    ready: BTreeSet<(Rank, usize)>,
    /// By module: lines that are in, and all.
    modules: BTreeMap<usize, (i64, i64)>,
}

/// How much a unit tears, the least first.
type Rank = (u8, i64);

impl<'a> Growth<'a> {
    fn new(problem: &'a Problem) -> Self {
        let mut growth = Growth {
            problem,
            taken: BTreeSet::new(),
            waits: problem.needs.iter().map(Vec::len).collect(),
            ready: BTreeSet::new(),
            modules: BTreeMap::new(),
        };
        for (unit, module) in problem.module_of.iter().enumerate() {
            growth.modules.entry(*module).or_default().1 += problem.lines[unit];
        }
        for unit in 0..growth.waits.len() {
            growth.admit(unit);
        }
        growth
    }

    fn admit(&mut self, unit: usize) {
        let problem = self.problem;
        if self.waits[unit] == 0 && !problem.stays[unit] && !problem.is_open(unit) {
            self.ready.insert((self.rank(unit), unit));
        }
    }

    fn rank(&self, unit: usize) -> Rank {
        let problem = self.problem;
        let torn: i64 = problem.lifts[unit]
            .iter()
            .map(|(other, count)| {
                if self.taken.contains(other) {
                    -count
                } else {
                    *count
                }
            })
            .sum();
        let (inside, all) = self.modules[&problem.module_of[unit]];
        let outside = (all - inside) * 100 / all.max(1);
        match torn {
            ..0 => (0, torn),
            0 => (1, outside),
            _ => (
                2,
                torn * 100 / (super::problem::signed(problem.users[unit].len()) + 1),
            ),
        }
    }

    fn next(&self) -> Option<usize> {
        self.ready.first().map(|(_, unit)| *unit)
    }

    fn take(&mut self, unit: usize) {
        let problem = self.problem;
        let module = problem.module_of[unit];
        let near: Vec<usize> = self
            .ready
            .iter()
            .map(|(_, unit)| *unit)
            .filter(|other| problem.module_of[*other] == module)
            .chain(problem.lifts[unit].iter().map(|(other, _)| *other))
            .collect();
        self.ready
            .retain(|(_, other)| *other != unit && !near.contains(other));
        self.taken.insert(unit);
        if let Some((inside, _)) = self.modules.get_mut(&module) {
            *inside += problem.lines[unit];
        }
        for (user, _) in &problem.users[unit] {
            self.waits[*user] -= 1;
            if self.waits[*user] == 0 {
                self.admit(*user);
            }
        }
        for other in near {
            if !self.taken.contains(&other) {
                self.admit(other);
            }
        }
    }
}
