//! A partition that knows its cost, and keeps it up to date as units move.
//!
//! Crates are numbered bottom-up and the root comes last, so "no circle" is: nobody needs anything of a higher number.

use std::collections::BTreeSet;

use super::problem::{Kind, ONE, Problem, signed};
use crate::cost::Cost;

/// Where every unit is, with all sums that the cost is made of.
#[derive(Clone)]
pub(crate) struct State<'a> {
    pub(crate) problem: &'a Problem,
    /// Without the root, which has this number.
    pub(crate) crates: usize,
    pub(crate) home: Vec<usize>,
    /// Units that do not move: where a person said so, and what stays in the root.
    pub(crate) fixed: Vec<bool>,
    /// By crate: which of the crates that a person named it is.
    pub(crate) named: Vec<Option<usize>>,
    pub(crate) lines: Vec<i64>,
    heat: Vec<i64>,
    /// References from crate to crate.
    edges: Vec<i64>,
    /// By group and crate.
    mass: Vec<i64>,
    /// By kind of group: what is away from the most.
    loose: [i64; 5],
    /// By crate: items that claim either role.
    roles: Vec<[i64; 2]>,
    /// Lines in the root that could leave it.
    root: i64,
    crossing: i64,
    /// Methods away from their impl.
    lifted: i64,
    /// By unit: references to it from other crates.
    foreign: Vec<i64>,
    public: i64,
}

/// What moved, to take it back.
pub(crate) type Log = Vec<(usize, usize)>;

impl<'a> State<'a> {
    /// Adds everything up; homes must be legal.
    pub(crate) fn new(
        problem: &'a Problem,
        crates: usize,
        home: Vec<usize>,
        fixed: Vec<bool>,
    ) -> Self {
        let slots = crates + 1;
        let mut state = State {
            problem,
            crates,
            fixed,
            named: vec![None; crates],
            lines: vec![0; slots],
            heat: vec![0; slots],
            edges: vec![0; slots * slots],
            mass: vec![0; problem.groups.len() * slots],
            loose: [0; 5],
            roles: vec![[0; 2]; slots],
            root: 0,
            crossing: 0,
            lifted: 0,
            foreign: vec![0; home.len()],
            public: 0,
            home,
        };
        for unit in 0..state.home.len() {
            let home = state.home[unit];
            state.lines[home] += problem.lines[unit];
            state.heat[home] += problem.heat[unit];
            if let Some(role) = problem.role_of[unit] {
                state.roles[home][role] += signed(problem.units.units[unit].items.len());
            }
            if home == crates && problem.could_leave(unit) {
                state.root += problem.lines[unit];
            }
            for (group, mass) in &problem.groups_of[unit] {
                state.mass[group * slots + home] += mass;
            }
            for (other, count) in &problem.lifts[unit] {
                // Each pair is seen from both sides.
                if *other < unit && state.home[*other] != home {
                    state.lifted += count;
                }
            }
            for (need, count) in &problem.needs[unit] {
                let to = state.home[*need];
                state.edges[home * slots + to] += count;
                if to != home {
                    state.crossing += count;
                    state.foreign[*need] += count;
                }
            }
        }
        for group in 0..problem.groups.len() {
            state.loose[problem.groups[group].kind as usize] += state.away(group);
        }
        for unit in 0..state.home.len() {
            if state.foreign[unit] > 0 {
                state.public += problem.hidden[unit];
            }
        }
        state
    }

    fn slots(&self) -> usize {
        self.crates + 1
    }

    /// What of a group is not where most of it is. A role wants a crate of its own: the root is none.
    fn away(&self, group: usize) -> i64 {
        let slots = self.slots();
        let masses = &self.mass[group * slots..(group + 1) * slots];
        let homes = match self.problem.groups[group].kind {
            Kind::Role => &masses[..self.crates],
            _ => masses,
        };
        masses.iter().sum::<i64>() - homes.iter().max().copied().unwrap_or(0)
    }

    /// Moves one unit, whatever needs it or it needs.
    pub(crate) fn set(&mut self, unit: usize, to: usize) {
        let from = self.home[unit];
        if from == to {
            return;
        }
        let problem = self.problem;
        let slots = self.slots();
        self.home[unit] = to;
        self.lines[from] -= problem.lines[unit];
        self.lines[to] += problem.lines[unit];
        self.heat[from] -= problem.heat[unit];
        self.heat[to] += problem.heat[unit];
        if let Some(role) = problem.role_of[unit] {
            let items = signed(problem.units.units[unit].items.len());
            self.roles[from][role] -= items;
            self.roles[to][role] += items;
        }
        if problem.could_leave(unit) {
            self.root += problem.lines[unit]
                * (i64::from(to == self.crates) - i64::from(from == self.crates));
        }
        for (other, count) in &problem.lifts[unit] {
            let other = self.home[*other];
            self.lifted += count * (i64::from(other != to) - i64::from(other != from));
        }
        for (group, mass) in &problem.groups_of[unit] {
            let kind = problem.groups[*group].kind as usize;
            self.loose[kind] -= self.away(*group);
            self.mass[group * slots + from] -= mass;
            self.mass[group * slots + to] += mass;
            self.loose[kind] += self.away(*group);
        }
        for (need, count) in &problem.needs[unit] {
            let other = self.home[*need];
            self.edges[from * slots + other] -= count;
            self.edges[to * slots + other] += count;
            let change = i64::from(other != to) - i64::from(other != from);
            self.crossing += change * count;
            self.count_foreign(*need, change * count);
        }
        let mut own = 0;
        for (user, count) in &problem.users[unit] {
            let other = self.home[*user];
            self.edges[other * slots + from] -= count;
            self.edges[other * slots + to] += count;
            let change = i64::from(other != to) - i64::from(other != from);
            self.crossing += change * count;
            own += change * count;
        }
        self.count_foreign(unit, own);
    }

    fn count_foreign(&mut self, unit: usize, change: i64) {
        let before = self.foreign[unit] > 0;
        self.foreign[unit] += change;
        let after = self.foreign[unit] > 0;
        self.public += self.problem.hidden[unit] * (i64::from(after) - i64::from(before));
    }

    /// By crate: a bit for every crate that it depends on, itself included. The root depends on all.
    pub(crate) fn below(&self) -> Vec<u64> {
        let slots = self.slots();
        let mut below: Vec<u64> = Vec::with_capacity(slots);
        for upper in 0..slots {
            let mut bits = 1_u64 << upper;
            for (lower, lowers) in below.iter().enumerate() {
                if upper == self.crates || self.edges[upper * slots + lower] > 0 {
                    bits |= lowers;
                }
            }
            below.push(bits);
        }
        below
    }

    /// The cost in its terms.
    pub(crate) fn cost(&self) -> Cost {
        let slots = self.slots();
        let below = self.below();
        let mut rebuild = 0.0;
        for lower in 0..slots {
            let above: i64 = (lower..slots)
                .filter(|upper| below[*upper] >> lower & 1 == 1)
                .map(|upper| self.lines[upper])
                .sum();
            rebuild += self.heat[lower] as f64 * above as f64;
        }
        let heat: i64 = self.heat.iter().sum();
        let least = self.problem.least();
        let lacking: i64 = self.lines[..self.crates]
            .iter()
            .map(|lines| (least - lines).max(0))
            .sum();
        let largest = self.lines.iter().max().copied().unwrap_or(0);
        let mixed = self.mixed(&below);
        let loose = |kind: Kind| self.loose[kind as usize] as f64 / ONE as f64;
        Cost {
            amounts: [
                if heat == 0 {
                    0.0
                } else {
                    rebuild / heat as f64
                },
                loose(Kind::Module),
                loose(Kind::Folder),
                loose(Kind::Word),
                loose(Kind::Role) + mixed as f64,
                loose(Kind::Together),
                self.lifted as f64,
                self.crossing as f64,
                self.public as f64,
                lacking as f64,
                (largest - self.problem.ceiling).max(0) as f64,
                self.root as f64,
                self.crates as f64 * self.problem.upkeep(),
            ],
        }
    }

    /// Items of one role in a crate that has, or depends on, those of the other.
    fn mixed(&self, below: &[u64]) -> i64 {
        let mut mixed = 0;
        for (upper, bits) in below[..self.crates].iter().enumerate() {
            let [own, other] = self.roles[upper];
            mixed += own.min(other);
            for lower in (0..upper).filter(|lower| bits >> lower & 1 == 1) {
                mixed += own.min(self.roles[lower][1]) + other.min(self.roles[lower][0]);
            }
        }
        mixed
    }

    /// The cost in lines.
    pub(crate) fn total(&self) -> f64 {
        self.cost().total(&self.problem.weights)
    }

    /// Takes moves back, the last first.
    pub(crate) fn undo(&mut self, log: &Log) {
        for (unit, home) in log.iter().rev() {
            self.set(*unit, *home);
        }
    }

    /// Where an impl with several legal homes has to live: as high as the highest of its needs, and one of its homes
    /// has to be there.
    fn home_of_impl(&self, unit: usize, home: &dyn Fn(usize) -> usize) -> Option<usize> {
        let unit = &self.problem.units.units[unit];
        let highest = unit.needs.iter().map(|need| home(*need)).max()?;
        unit.anchors
            .iter()
            .any(|anchor| home(*anchor) == highest)
            .then_some(highest)
    }

    /// Moves units, with everything that then has to go there too: what they need from below, what needs them from
    /// above. Nothing happens where something fixed is in the way or more than `limit` lines would have to go.
    pub(crate) fn with_closure(&mut self, units: &[usize], to: usize, limit: i64) -> Option<Log> {
        let problem = self.problem;
        let mut log = Log::new();
        let mut pending: Vec<usize> = units.to_vec();
        let mut impls: BTreeSet<usize> = BTreeSet::new();
        let mut moved = 0;
        loop {
            while let Some(unit) = pending.pop() {
                let from = self.home[unit];
                if from == to || problem.is_open(unit) {
                    continue;
                }
                moved += problem.lines[unit];
                if self.fixed[unit] || moved > limit {
                    self.undo(&log);
                    return None;
                }
                log.push((unit, from));
                self.set(unit, to);
                let needs = problem.needs[unit].iter().map(|(need, _)| *need);
                pending.extend(needs.filter(|need| self.home[*need] > to));
                let users = problem.users[unit].iter().map(|(user, _)| *user);
                pending.extend(users.filter(|user| self.home[*user] < to));
                impls.extend(&problem.open_users[unit]);
            }
            for open in &impls {
                if let Some(home) = self.home_of_impl(*open, &|unit| self.home[unit]) {
                    if home != self.home[*open] {
                        log.push((*open, self.home[*open]));
                        self.set(*open, home);
                    }
                    continue;
                }
                let unit = &problem.units.units[*open];
                let above: Vec<usize> = unit
                    .needs
                    .iter()
                    .copied()
                    .filter(|need| self.home[*need] > to)
                    .collect();
                if above.is_empty() {
                    pending.push(unit.anchors[0]);
                } else {
                    pending.extend(above);
                }
            }
            if pending.is_empty() {
                break;
            }
        }
        (!log.is_empty()).then_some(log)
    }

    /// Moves those of the units that can go without anything else having to, but for impls.
    /// `strict`: and without any crate coming to depend on another that it did not depend on.
    pub(crate) fn what_can(&mut self, units: &[usize], to: usize, strict: bool) -> Option<Log> {
        let below = if strict { self.below() } else { self.linear() };
        let mut going: Vec<usize> = units
            .iter()
            .copied()
            .filter(|unit| {
                self.home[*unit] != to && !self.fixed[*unit] && !self.problem.is_open(*unit)
            })
            .collect();
        going.sort_unstable();
        loop {
            let kept: Vec<usize> = going
                .iter()
                .copied()
                .filter(|unit| self.can_go(*unit, &going, to, &below))
                .collect();
            let stable = kept.len() == going.len();
            going = kept;
            if stable {
                break;
            }
        }
        let mut log: Log = going.iter().map(|unit| (*unit, self.home[*unit])).collect();
        let mut impls: BTreeSet<usize> = BTreeSet::new();
        for unit in going {
            self.set(unit, to);
            impls.extend(&self.problem.open_users[unit]);
        }
        for open in impls {
            let home = self.home_of_impl(open, &|unit| self.home[unit]);
            if let Some(home) = home.filter(|home| *home != self.home[open]) {
                log.push((open, self.home[open]));
                self.set(open, home);
            }
        }
        (!log.is_empty()).then_some(log)
    }

    /// Whether a unit can go where the others go, with no more than they going.
    fn can_go(&self, unit: usize, going: &[usize], to: usize, below: &[u64]) -> bool {
        let problem = self.problem;
        let sees = |upper: usize, lower: usize| below[upper] >> lower & 1 == 1;
        let after = |other: usize| {
            if going.binary_search(&other).is_ok() {
                to
            } else {
                self.home[other]
            }
        };
        let needs = problem.needs[unit]
            .iter()
            .all(|(need, _)| sees(to, after(*need)));
        let mut users = problem.users[unit]
            .iter()
            .filter(|(user, _)| !problem.is_open(*user));
        needs
            && users.all(|(user, _)| sees(after(*user), to))
            && problem.open_users[unit].iter().all(|open| {
                let home = self.home_of_impl(*open, &after);
                let mut needs = problem.units.units[*open].needs.iter();
                home.is_some_and(|home| needs.all(|need| sees(home, after(*need))))
            })
    }

    /// As [`State::below`], if each crate depended on all of a lower number.
    fn linear(&self) -> Vec<u64> {
        (0..self.slots())
            .map(|upper| (2_u64 << upper) - 1)
            .collect()
    }
}
