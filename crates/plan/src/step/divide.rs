//! What moves is cut into steps that a person can review.

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::Graph;
use cleave_syntax::{CrateId, ItemId, Workspace};
use petgraph::graph::{DiGraph, NodeIndex};

use super::claim::Claims;
use crate::home::{Homes, homes};
use crate::lift::{self, Lifts};
use crate::path::is_within;
use crate::plan::{Plan, PlannedStep};
use crate::unit;

/// How many moved lines make a step, where modules can be told apart.
const LINES: usize = 2500;

/// Modules that need each other move in one step up to so many lines: whole files that move are read quickly.
const KNOT: usize = 6000;

/// Makes the steps fit the claims again, where somebody changed those or the source: steps that are done stay, and so
/// do all if each item that is still to move is in one.
pub fn refresh(workspace: &Workspace, graph: &Graph, plan: &mut Plan) {
    let (homes, _) = homes(plan, workspace, graph);
    let claims = Claims::of(plan);
    let mut open: BTreeSet<usize> = BTreeSet::new();
    let mut covered = true;
    for id in homes.pending() {
        let item = workspace.item(id);
        let (Some(to), false) = (
            homes.planned[id.index()],
            item.is_test || item.parent.is_some(),
        ) else {
            continue;
        };
        match claims.named(workspace, to, id) {
            Some(step) => {
                open.insert(step);
            }
            None => covered = false,
        }
    }
    if covered && !plan.steps.is_empty() {
        return;
    }
    let steps = std::mem::take(&mut plan.steps);
    let done = steps
        .into_iter()
        .enumerate()
        .filter(|(index, _)| !open.contains(index));
    plan.steps = done.map(|(_, step)| step).collect();
    // Only what was begun can be done.
    if homes.today.iter().all(Option::is_none) {
        plan.steps.clear();
    }
    divide(workspace, graph, plan);
}

/// Fills [`Plan::steps`]: bottom-up, whole modules where that is possible.
pub(crate) fn divide(workspace: &Workspace, graph: &Graph, plan: &mut Plan) {
    let (homes, _) = homes(plan, workspace, graph);
    let Some(root) = workspace.monolith(workspace.package) else {
        return;
    };
    let lifts = Lifts::of(plan, workspace, graph, &[root]);
    let units = unit::units_at(workspace, graph, &[root], (&homes.planned, &lifts));
    for to in 0..plan.crates.len() {
        let mine: Vec<usize> = (0..units.units.len())
            .rev()
            .filter(|unit| homes.planned[units.units[*unit].items[0].index()] == Some(to))
            .collect();
        let chunks = chunks(workspace, &units, &mine);
        for chunk in chunks {
            let moves = names(workspace, &homes, (plan, to), &units, &chunk);
            plan.steps.push(PlannedStep {
                to: plan.crates[to].name.clone(),
                moves,
            });
        }
    }
}

/// Cuts units (what is needed first) into steps: whole modules, what is needed first, those of one folder together.
/// A knot of modules too big for a step is cut item by item, but for [twins].
fn chunks(workspace: &Workspace, units: &unit::Units, mine: &[usize]) -> Vec<Vec<usize>> {
    let lines = |chunk: &[usize]| {
        chunk
            .iter()
            .map(|unit| units.units[*unit].lines)
            .sum::<usize>()
    };
    let total = lines(mine);
    let size = total.div_ceil(total.div_ceil(LINES).max(1));
    let mut chunks: Vec<Vec<usize>> = Vec::new();
    let twins = twins(workspace);
    let is_of_twins = |unit: &usize| {
        let item = units.units[*unit].items[0];
        let path = workspace.module(workspace.item(item).module).path.as_str();
        twins.iter().any(|twin| is_within(path, twin))
    };
    for block in blocks(workspace, units, mine, &twins) {
        let open = chunks.last_mut().filter(|chunk| lines(chunk) < size);
        match open {
            _ if lines(&block) > KNOT && !block.iter().any(is_of_twins) => {
                chunks.extend(runs(workspace, units, &block));
            }
            Some(chunk) if lines(chunk) + lines(&block) <= size + LINES / 2 => chunk.extend(block),
            _ => chunks.push(block),
        }
    }
    chunks
}

/// The paths of modules that conditions tell apart where one is a file and the other is written out. They move in one step:
/// what a step would leave of both would have one file to go to.
fn twins(workspace: &Workspace) -> BTreeSet<&str> {
    let mut places: BTreeMap<(CrateId, &str), BTreeSet<bool>> = BTreeMap::new();
    for module in &workspace.modules {
        let place = (module.krate, module.path.as_str());
        places.entry(place).or_default().insert(module.inline);
    }
    let several = places.into_iter().filter(|(_, inline)| inline.len() > 1);
    several.map(|((_, path), _)| path).collect()
}

/// Units in groups of modules that need each other, what is needed first.
fn blocks(
    workspace: &Workspace,
    units: &unit::Units,
    mine: &[usize],
    twins: &BTreeSet<&str>,
) -> Vec<Vec<usize>> {
    let modules_of = |unit: usize| {
        let items = units.units[unit].items.iter();
        items.map(|id| workspace.module(workspace.item(*id).module).path.as_str())
    };
    let own: BTreeSet<usize> = mine.iter().copied().collect();
    let paths: BTreeSet<&str> = mine.iter().flat_map(|unit| modules_of(*unit)).collect();
    let mut digraph: DiGraph<(), ()> = DiGraph::new();
    let nodes: BTreeMap<&str, NodeIndex> = paths
        .iter()
        .map(|path| (*path, digraph.add_node(())))
        .collect();
    // The modules of a unit are a circle already, so what the unit needs hangs on its first alone: each with each would
    // grow with the square of a large knot. Asking the graph whether it has an edge walks all that a node has.
    let mut known: BTreeSet<(NodeIndex, NodeIndex)> = BTreeSet::new();
    let mut join = |from: NodeIndex, to: NodeIndex| {
        if known.insert((from, to)) {
            digraph.add_edge(from, to, ());
        }
    };
    for twin in twins {
        let mut within = paths.iter().filter(|path| is_within(path, twin));
        let Some(first) = within.next().map(|path| nodes[path]) else {
            continue;
        };
        for path in within {
            join(first, nodes[path]);
            join(nodes[path], first);
        }
    }
    for unit in mine {
        let Some(first) = modules_of(*unit).next().map(|path| nodes[path]) else {
            continue;
        };
        for path in modules_of(*unit) {
            join(first, nodes[path]);
            join(nodes[path], first);
        }
        let needs = units.units[*unit].needs.iter();
        for need in needs.filter(|need| own.contains(need)) {
            if let Some(path) = modules_of(*need).next() {
                join(first, nodes[path]);
            }
        }
    }
    let mut block_of: BTreeMap<NodeIndex, usize> = BTreeMap::new();
    let components = petgraph::algo::kosaraju_scc(&digraph);
    for (index, component) in components.iter().enumerate() {
        block_of.extend(component.iter().map(|node| (*node, index)));
    }
    let mut blocks: Vec<Vec<usize>> = vec![Vec::new(); components.len()];
    for unit in mine {
        if let Some(path) = modules_of(*unit).next() {
            blocks[block_of[&nodes[path]]].push(*unit);
        }
    }
    blocks
}

/// Cuts units into runs that a step can bear, one item after the other, those of a module together where that can be.
fn runs(workspace: &Workspace, units: &unit::Units, mine: &[usize]) -> Vec<Vec<usize>> {
    let module = |unit: usize| {
        let id = units.units[unit].items[0];
        workspace.module(workspace.item(id).module).path.as_str()
    };
    let left: BTreeSet<usize> = mine.iter().copied().collect();
    let mut waits: BTreeMap<usize, usize> = BTreeMap::new();
    let mut users: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for unit in mine {
        let needs = units.units[*unit]
            .needs
            .iter()
            .filter(|need| left.contains(need));
        waits.insert(*unit, needs.clone().count());
        for need in needs {
            users.entry(*need).or_default().push(*unit);
        }
    }
    // What is converted, compared or printed by an impl does not name it: an impl goes as soon as it can.
    let is_impl = |unit: usize| {
        workspace
            .item(units.units[unit].items[0])
            .implementation
            .is_some()
    };
    let rank = |unit: usize| (!is_impl(unit), module(unit), unit);
    let mut ready: BTreeSet<(bool, &str, usize)> = waits
        .iter()
        .filter(|(_, waits)| **waits == 0)
        .map(|(unit, _)| rank(*unit))
        .collect();
    let mut runs: Vec<Vec<usize>> = vec![Vec::new()];
    let mut lines = 0;
    let mut current = "";
    while let Some(next) = ready
        .first()
        .filter(|(no_impl, ..)| !no_impl)
        .or_else(|| ready.range((true, current, 0)..).next())
        .or_else(|| ready.first())
        .copied()
    {
        ready.remove(&next);
        let (no_impl, path, unit) = next;
        if lines >= LINES && path != current && no_impl {
            runs.push(Vec::new());
            lines = 0;
        }
        if no_impl {
            current = path;
        }
        lines += units.units[unit].lines;
        if let Some(run) = runs.last_mut() {
            run.push(unit);
        }
        for user in users.remove(&unit).into_iter().flatten() {
            if let Some(count) = waits.get_mut(&user) {
                *count -= 1;
                if *count == 0 {
                    ready.insert(rank(user));
                }
            }
        }
    }
    runs
}

/// A chunk as names: a module where all of it that goes to this crate is in the chunk, else the items.
fn names(
    workspace: &Workspace,
    homes: &Homes,
    (plan, to): (&Plan, usize),
    units: &unit::Units,
    chunk: &[usize],
) -> Vec<String> {
    let items: BTreeSet<ItemId> = chunk
        .iter()
        .flat_map(|unit| units.units[*unit].items.iter().copied())
        .collect();
    let mut names = BTreeSet::new();
    let lifted = lift::pending(plan, workspace, &unit::crates(workspace, plan));
    for id in &items {
        if let Some(lift) = lifted.get(id) {
            names.insert(plan.lifts[*lift].name.clone());
            continue;
        }
        let module = workspace.item(*id).module;
        let path = &workspace.module(module).path;
        let mut here = 0;
        let mut elsewhere = 0;
        let mut all = !path.is_empty();
        for other in &workspace.module(module).items {
            let item = workspace.item(*other);
            if !item.is_node() || item.is_test {
                continue;
            }
            if homes.planned[other.index()] == Some(to) {
                here += 1;
                all &= items.contains(other);
            } else {
                elsewhere += 1;
            }
        }
        // A module that leaves but an item or two to this crate is not what moves.
        all &= here > elsewhere;
        names.insert(if all {
            path.clone()
        } else {
            workspace.path_of(*id)
        });
    }
    let covered: Vec<String> = names
        .iter()
        .filter(|name| {
            names
                .iter()
                .any(|outer| outer != *name && is_within(name, outer))
        })
        .cloned()
        .collect();
    for name in covered {
        names.remove(&name);
    }
    names.into_iter().collect()
}
