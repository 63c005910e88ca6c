//! Which crate is above which: the order that homes live in.

use crate::plan::Plan;

/// A home: an index into [`Plan::crates`], or none for the root, which is above all.
pub type Home = Option<usize>;

/// The order of a plan's crates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// `below[a][b]`: crate `a` depends, directly or not, on crate `b`.
    below: Vec<Vec<bool>>,
}

impl Order {
    /// The order that the plan's `depends_on` spans.
    pub fn of(plan: &Plan) -> Self {
        let count = plan.crates.len();
        let mut below = vec![vec![false; count]; count];
        // Dependencies come before dependents, so one pass closes the relation.
        for (index, krate) in plan.crates.iter().enumerate() {
            for lower in krate
                .depends_on
                .iter()
                .copied()
                .filter(|lower| *lower < index)
            {
                let inherited = below[lower].clone();
                below[index][lower] = true;
                for (other, reachable) in inherited.into_iter().enumerate() {
                    below[index][other] |= reachable;
                }
            }
        }
        Self { below }
    }

    /// Each crate on all before it.
    pub fn chain(count: usize) -> Self {
        let below = (0..count)
            .map(|a| (0..count).map(|b| b < a).collect())
            .collect();
        Self { below }
    }

    /// A bottom crate (index 0) with `siblings` beside each other on top of it.
    pub fn star(siblings: usize) -> Self {
        let below = (0..=siblings)
            .map(|a| (0..=siblings).map(|b| a > 0 && b == 0).collect())
            .collect();
        Self { below }
    }

    /// Whether code in `upper` may name what is in `lower`.
    pub fn sees(&self, upper: Home, lower: Home) -> bool {
        match (upper, lower) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(upper), Some(lower)) => upper == lower || self.below[upper][lower],
        }
    }

    /// The highest home that both see; nothing where there is no such home.
    pub fn meet(&self, a: Home, b: Home) -> Option<Home> {
        if self.sees(a, b) {
            return Some(b);
        }
        if self.sees(b, a) {
            return Some(a);
        }
        let common = (0..self.below.len())
            .rev()
            .find(|lower| self.sees(a, Some(*lower)) && self.sees(b, Some(*lower)));
        common.map(Some)
    }

    /// The lowest home that sees all of `homes`.
    pub fn lowest_above(&self, homes: &[Home]) -> Home {
        (0..self.below.len()).find(|upper| homes.iter().all(|home| self.sees(Some(*upper), *home)))
    }
}
