//! The search: grows a partition crate by crate and improves it by local moves, legal at every moment.
//!
//! A new crate comes out of an old one: what of some module or folder nobody else there needs goes up into it, or what
//! it needs goes down with it (Herrmann, Kho, Uçar, Kaya and Çatalyürek build theirs by recursive bisection too; the
//! order of the crates keeps them acyclic, as in Moreira, Popp and Schulz). The most promising ways are improved by
//! moves of folders, modules and single units while that is cheaper, and the best goes on.
//! Everything is tried in one order and nothing looks at a clock: the same input gives the same plan.

use std::collections::{BTreeMap, BTreeSet};

use super::problem::Problem;
use super::state::{Log, State};

/// How many crates a plan has at most where nobody asked for a number: one for so many lines, three in any case.
fn most(problem: &Problem) -> usize {
    const LINES: i64 = 1500;
    (problem.total / LINES).clamp(3, 8) as usize
}

/// How the search is bounded; none of it is a time.
struct Effort {
    /// How many partitions go on from one size to the next.
    width: usize,
    /// How many candidates are improved before the best are chosen.
    tried: usize,
}

impl Effort {
    fn of(problem: &Problem) -> Self {
        match problem.lines.len() {
            0..6_000 => Effort { width: 2, tried: 6 },
            6_000..20_000 => Effort { width: 1, tried: 3 },
            _ => Effort { width: 1, tried: 2 },
        }
    }
}

/// Finds a partition: of so many crates, or of at least three and as many as pay.
/// The starts are legal, those with fewer crates first; what is fixed in them stays.
pub(super) fn search<'a>(starts: &[State<'a>], wanted: Option<usize>) -> Option<State<'a>> {
    let problem = starts.first()?.problem;
    let search = Search {
        sets: Sets::of(problem),
        effort: Effort::of(problem),
    };
    let first = starts.iter().map(|start| start.crates).min()?;
    let most = wanted.unwrap_or_else(|| most(problem)).max(first);
    let mut line: Vec<State<'a>> = Vec::new();
    let mut best: Option<State<'a>> = None;
    let mut worse = 0;
    for crates in first..=most {
        line = search.grow(&line);
        for start in starts.iter().filter(|start| start.crates == crates) {
            let mut start = start.clone();
            search.improve(&mut start, 4);
            line.push(start);
        }
        for state in &mut line {
            search.polish(state);
        }
        line.sort_by(|a, b| a.total().total_cmp(&b.total()));
        line.truncate(search.effort.width);
        let Some(first) = line.first() else { break };
        let better = best
            .as_ref()
            .is_none_or(|best| first.total() < best.total());
        worse = if better { 0 } else { worse + 1 };
        if better || wanted.is_some() || crates <= 3 {
            best = Some(first.clone());
        }
        if wanted.is_none() && worse >= 2 && crates > 3 {
            break;
        }
    }
    best
}

/// Units that are moved together: those of a folder, or of a module.
struct Sets {
    /// By path.
    sets: Vec<Vec<usize>>,
    /// By unit: its module's set.
    own: Vec<usize>,
}

impl Sets {
    fn of(problem: &Problem) -> Self {
        let mut folders: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut modules: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (unit, module) in problem.module_of.iter().enumerate() {
            modules.entry(*module).or_default().push(unit);
            let mut at = problem.modules[*module].as_str();
            while !at.is_empty() {
                folders.entry(at).or_default().push(unit);
                at = at.rsplit_once("::").map_or("", |(outer, _)| outer);
            }
        }
        let mut sets: Vec<Vec<usize>> = modules.into_values().collect();
        let mut own = vec![0; problem.module_of.len()];
        for (index, set) in sets.iter().enumerate() {
            for unit in set {
                own[*unit] = index;
            }
        }
        let known: BTreeSet<Vec<usize>> = sets.iter().cloned().collect();
        sets.extend(folders.into_values().filter(|set| !known.contains(set)));
        // A type can go down where its methods can't.
        let without = |set: &Vec<usize>| -> Vec<usize> {
            let units = set.iter().copied();
            units.filter(|unit| !problem.is_method[*unit]).collect()
        };
        let known: BTreeSet<Vec<usize>> = sets.iter().cloned().collect();
        let cores: BTreeSet<Vec<usize>> = sets.iter().map(without).collect();
        sets.extend(
            cores
                .into_iter()
                .filter(|set| !set.is_empty() && !known.contains(set)),
        );
        Sets { sets, own }
    }
}

struct Search {
    sets: Sets,
    effort: Effort,
}

impl Search {
    /// The best partitions with one crate more.
    fn grow<'a>(&self, line: &[State<'a>]) -> Vec<State<'a>> {
        let mut grown: Vec<(f64, State<'a>)> = Vec::new();
        for state in line {
            let mut candidates = self.candidates(state);
            candidates.sort_by(|a, b| a.0.total_cmp(&b.0));
            candidates.truncate(self.effort.tried);
            for (_, mut candidate) in candidates {
                self.improve(&mut candidate, 2);
                grown.push((candidate.total(), candidate));
            }
        }
        grown.sort_by(|a, b| a.0.total_cmp(&b.0));
        grown.dedup_by(|a, b| a.1.home == b.1.home);
        grown.truncate(self.effort.width);
        grown.into_iter().map(|(_, state)| state).collect()
    }

    /// Every way to take a new crate out of one of the old ones or the root, with its cost.
    fn candidates<'a>(&self, state: &State<'a>) -> Vec<(f64, State<'a>)> {
        let problem = state.problem;
        let least = problem.least() / 2;
        let mut kept: Vec<(f64, usize, usize, bool)> = Vec::new();
        for from in 0..=state.crates {
            if state.lines[from] < 2 * least {
                continue;
            }
            for up in [true, false] {
                if up && from == state.crates {
                    continue;
                }
                let mut opened = open(state, from, up);
                let to = if up { from + 1 } else { from };
                for (index, set) in self.sets.sets.iter().enumerate() {
                    if let Some(log) = take_out(&mut opened, set, to, up) {
                        if opened.lines[to] >= least {
                            kept.push((opened.total(), from, index, up));
                        }
                        opened.undo(&log);
                    }
                }
            }
        }
        kept.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        kept.truncate(self.effort.tried * 2);
        kept.into_iter()
            .filter_map(|(cost, from, index, up)| {
                let mut opened = open(state, from, up);
                let to = if up { from + 1 } else { from };
                take_out(&mut opened, &self.sets.sets[index], to, up)?;
                Some((cost, opened))
            })
            .collect()
    }

    /// Moves sets and then single units while that is cheaper.
    fn polish(&self, state: &mut State<'_>) {
        for _ in 0..3 {
            let before = state.total();
            self.improve(state, 4);
            self.improve_units(state);
            if state.total() + 1e-6 >= before {
                break;
            }
        }
    }

    /// Moves folders and modules while that is cheaper.
    fn improve(&self, state: &mut State<'_>, passes: usize) {
        for _ in 0..passes {
            let mut improved = false;
            for set in &self.sets.sets {
                improved |= best_move(state, set);
            }
            improved |= part(state);
            if !improved {
                break;
            }
        }
    }

    /// Moves single units at the boundaries while that is cheaper.
    fn improve_units(&self, state: &mut State<'_>) {
        for unit in 0..state.home.len() {
            let near: BTreeSet<usize> = self.sets.sets[self.sets.own[unit]]
                .iter()
                .map(|other| state.home[*other])
                .filter(|home| *home != state.home[unit])
                .collect();
            if !near.is_empty() && !state.fixed[unit] {
                try_homes(state, &[unit], &near.into_iter().collect::<Vec<_>>());
            }
        }
    }
}

/// Moves what can go of a set from an old crate into the new one beside it.
fn take_out(opened: &mut State<'_>, set: &[usize], to: usize, up: bool) -> Option<Log> {
    let from = if up { to - 1 } else { to + 1 };
    let inside: Vec<usize> = set
        .iter()
        .copied()
        .filter(|unit| opened.home[*unit] == from)
        .collect();
    if inside.is_empty() {
        return None;
    }
    if up {
        opened.what_can(&inside, to, false)
    } else {
        opened.with_closure(&inside, to, opened.problem.total)
    }
}

/// The same partition with an empty crate above or below one of its own.
fn open<'a>(state: &State<'a>, from: usize, up: bool) -> State<'a> {
    let first = if up { from + 1 } else { from };
    let home = state
        .home
        .iter()
        .map(|home| home + usize::from(*home >= first))
        .collect();
    let mut opened = State::new(state.problem, state.crates + 1, home, state.fixed.clone());
    opened.named.clone_from(&state.named);
    opened.named.insert(first, None);
    opened
}

/// Parts two crates of which one depends on the other, where that is cheaper: of each reference either what is needed
/// goes further down or what needs it goes up to the root, whichever takes less along. They become siblings.
fn part(state: &mut State<'_>) -> bool {
    let mut parted = false;
    for lower in 1..state.crates {
        for upper in lower + 1..state.crates {
            let start = state.total();
            for to in 0..lower {
                let log = part_at(state, lower, upper, to);
                if state.total() + 1e-6 < start {
                    parted |= !log.is_empty();
                    break;
                }
                state.undo(&log);
            }
        }
    }
    parted
}

fn part_at(state: &mut State<'_>, lower: usize, upper: usize, to: usize) -> Log {
    let problem = state.problem;
    let mut all = Log::new();
    for unit in 0..state.home.len() {
        if state.home[unit] != upper || problem.is_open(unit) {
            continue;
        }
        let needed: Vec<usize> = problem.needs[unit]
            .iter()
            .map(|(need, _)| *need)
            .filter(|need| state.home[*need] == lower)
            .collect();
        if needed.is_empty() {
            continue;
        }
        let weight = |log: &Log| {
            log.iter()
                .map(|(unit, _)| problem.lines[*unit])
                .sum::<i64>()
        };
        let down = state.with_closure(&needed, to, problem.total);
        if let Some(log) = &down {
            state.undo(log);
        }
        let up = state.with_closure(&[unit], state.crates, problem.total);
        let log = match (down, up) {
            (Some(down), Some(up)) if weight(&down) <= weight(&up) => {
                state.undo(&up);
                state.with_closure(&needed, to, problem.total)
            }
            (Some(_), None) => state.with_closure(&needed, to, problem.total),
            (_, up) => up,
        };
        all.extend(log.into_iter().flatten());
    }
    all
}

/// Moves a set to wherever it costs the least; false where it is best as it is.
fn best_move(state: &mut State<'_>, set: &[usize]) -> bool {
    let homes: Vec<usize> = (0..=state.crates).collect();
    try_homes(state, set, &homes)
}

fn try_homes(state: &mut State<'_>, set: &[usize], homes: &[usize]) -> bool {
    let own: i64 = set.iter().map(|unit| state.problem.lines[*unit]).sum();
    let limit = own * 4 + state.problem.total / 25;
    let start = state.total();
    let mut best: Option<(f64, usize, usize)> = None;
    for to in homes {
        for way in 0..3 {
            if let Some(log) = go(state, set, *to, way, limit) {
                let cost = state.total();
                if cost + 1e-6 < best.map_or(start, |(cost, _, _)| cost) {
                    best = Some((cost, *to, way));
                }
                state.undo(&log);
            }
        }
    }
    match best {
        Some((_, to, way)) => go(state, set, to, way, limit).is_some(),
        None => false,
    }
}

/// Tries every way to bring a set to a crate, shows each result, and takes it back.
pub(crate) fn try_ways(
    state: &mut State<'_>,
    set: &[usize],
    to: usize,
    mut show: impl FnMut(&State<'_>, &Log),
) {
    for way in 0..3 {
        if let Some(log) = go(state, set, to, way, state.problem.total) {
            show(state, &log);
            state.undo(&log);
        }
    }
}

fn go(state: &mut State<'_>, set: &[usize], to: usize, way: usize, limit: i64) -> Option<Log> {
    match way {
        0 => state.with_closure(set, to, limit),
        1 => state.what_can(set, to, false),
        _ => state.what_can(set, to, true),
    }
}
