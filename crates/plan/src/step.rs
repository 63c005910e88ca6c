//! The way to the plan, one reviewable step at a time.

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::Graph;
use cleave_syntax::{ItemId, Workspace};
use petgraph::graph::{DiGraph, NodeIndex};

use crate::home::{Homes, homes};
use crate::lift::{self, Lifts};
use crate::partition::is_within;
use crate::plan::{Plan, PlannedStep, RootKind};
use crate::{target, testing, unit};

/// A step, worked out from today's source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its number, from 1 on; stable as long as the plan is.
    pub id: usize,
    /// One line for a commit's subject.
    pub title: String,
    /// Why it comes now.
    pub why: String,
    /// What it does.
    pub kind: StepKind,
    /// Whether today's source has nothing left of it.
    pub done: bool,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepKind {
    /// Makes the workspace and the empty crates.
    Skeleton,
    /// Lifts inherent methods out of their impls, into extension traits that stand beside them.
    Lift {
        /// Indexes into [`Plan::lifts`], ascending.
        lifts: Vec<usize>,
    },
    /// Moves items from the monolith to a crate.
    Move {
        /// Index into [`Plan::crates`].
        to: usize,
        /// The items (no `use` or `mod` items, no methods), ascending; everything they need outside tests is in that
        /// crate or below by then.
        items: Vec<ItemId>,
    },
    /// Moves tests, benches and examples to the crates that own them.
    Targets,
    /// Drops what the root no longer needs (dependencies it does not use any more).
    Cleanup,
    /// Moves the package out of the workspace's root, where the plan wants that.
    Detach,
}

impl StepKind {
    /// Whether the step comes after all moves of items, and is done when it would change nothing.
    pub fn is_closing(&self) -> bool {
        matches!(
            self,
            StepKind::Targets | StepKind::Cleanup | StepKind::Detach
        )
    }
}

/// How many moved lines make a step, where modules can be told apart.
const LINES: usize = 2500;

/// Modules that need each other move in one step up to so many lines: whole files that move are read quickly.
const KNOT: usize = 6000;

/// All steps, those done included, in order. A [closing](StepKind::is_closing) step is done when nothing is left of those
/// before and the caller finds that it would change nothing; here it is never said to be done.
pub fn steps(plan: &Plan, homes: &Homes, workspace: &Workspace, graph: &Graph) -> Vec<Step> {
    let exists = |name: &str| {
        workspace
            .packages
            .iter()
            .any(|package| package.name == name)
    };
    let mut steps = vec![Step {
        id: 1,
        title: format!(
            "Make `{}` a workspace of {} crates",
            plan.package,
            plan.crates.len() + 1
        ),
        why: "the crates have to exist before anything can move into them".to_owned(),
        kind: StepKind::Skeleton,
        done: plan.crates.iter().all(|krate| exists(&krate.name)),
    }];
    steps.extend(lift_steps(plan, workspace));
    let first = steps.len() + 1;
    let mut by_step: Vec<Vec<ItemId>> = vec![Vec::new(); plan.steps.len()];
    for id in homes.pending() {
        if workspace.item(id).parent.is_some() || !workspace.item(id).is_node() {
            continue;
        }
        let Some(to) = homes.planned[id.index()] else {
            continue;
        };
        if let Some(step) = step_of(plan, workspace, to, id) {
            by_step[step].push(id);
        }
    }
    close(plan, homes, workspace, graph, &mut by_step);
    for (index, (planned, items)) in plan.steps.iter().zip(by_step).enumerate() {
        let Some(to) = plan
            .crates
            .iter()
            .position(|krate| krate.name == planned.to)
        else {
            continue;
        };
        steps.push(Step {
            id: first + index,
            title: title(planned),
            why: why(plan, planned, index),
            done: items.is_empty(),
            kind: StepKind::Move { to, items },
        });
    }
    if target::has_moves(plan, homes, workspace, graph) {
        steps.push(Step {
            id: steps.len() + 1,
            title: "Move tests, benches and examples to the crates that own them".to_owned(),
            why: "all that they name is in its place by now".to_owned(),
            kind: StepKind::Targets,
            done: false,
        });
    }
    steps.push(Step {
        id: steps.len() + 1,
        title: format!("Drop what `{}` no longer needs", plan.package),
        why: "nothing else is going to leave it".to_owned(),
        kind: StepKind::Cleanup,
        done: false,
    });
    if plan.root == RootKind::Virtual {
        steps.push(Step {
            id: steps.len() + 1,
            title: format!("Move `{}` out of the workspace's root", plan.package),
            why: "the plan wants a root that is no package".to_owned(),
            kind: StepKind::Detach,
            done: false,
        });
    }
    steps
}

/// One step for all traits that go to one crate: before anything moves, so that each of them then moves like any other.
fn lift_steps(plan: &Plan, workspace: &Workspace) -> Vec<Step> {
    let crates = unit::crates(workspace, plan);
    let mut by_crate: Vec<(&str, Vec<usize>)> = Vec::new();
    for (index, lift) in plan.lifts.iter().enumerate() {
        match by_crate.iter_mut().find(|(to, _)| *to == lift.to) {
            Some((_, lifts)) => lifts.push(index),
            None => by_crate.push((&lift.to, vec![index])),
        }
    }
    let step = |(index, (to, lifts)): (usize, (&str, Vec<usize>))| {
        let traits = lifts.iter().map(|lift| plan.lifts[*lift].name.as_str());
        let traits: Vec<String> = traits.map(|name| format!("`{name}`")).collect();
        let what = match &traits[..] {
            [] | [_] | [_, _] => traits.join(" and "),
            [first, second, rest @ ..] => format!("{first}, {second} and {} more", rest.len()),
        };
        let methods: usize = lifts
            .iter()
            .map(|lift| plan.lifts[*lift].methods.len())
            .sum();
        let plural = if methods == 1 { "" } else { "s" };
        Step {
            id: index + 2,
            title: format!("Lift {methods} method{plural} into {what}"),
            why: format!(
                "they need what is to be in `{to}`, above their types: a trait can live there"
            ),
            done: lifts
                .iter()
                .all(|lift| lift::is_done(&plan.lifts[*lift], workspace, &crates)),
            kind: StepKind::Lift { lifts },
        }
    };
    by_crate.into_iter().enumerate().map(step).collect()
}

/// What has a home elsewhere and no step that takes it there, ascending: a plan that was written by hand, or edited, and
/// not completed.
pub fn stranded(plan: &Plan, homes: &Homes, workspace: &Workspace) -> Vec<ItemId> {
    let is_stranded = |id: &ItemId| {
        let item = workspace.item(*id);
        let moves = item.parent.is_none() && item.is_node() && !item.is_test;
        let home = homes.planned[id.index()].filter(|_| moves);
        home.is_some_and(|to| step_of(plan, workspace, to, *id).is_none())
    };
    homes.pending().filter(is_stranded).collect()
}

/// The step whose claim on an item is the closest.
fn step_of(plan: &Plan, workspace: &Workspace, to: usize, id: ItemId) -> Option<usize> {
    named_step(plan, workspace, to, id).or_else(|| {
        // What is new since the plan was made moves last.
        let name = &plan.crates[to].name;
        plan.steps.iter().rposition(|step| step.to == *name)
    })
}

/// The step that names an item, or a module around it, the closest.
fn named_step(plan: &Plan, workspace: &Workspace, to: usize, id: ItemId) -> Option<usize> {
    let path = workspace.path_of(id);
    let module = &workspace.module(workspace.item(id).module).path;
    let mine = plan
        .steps
        .iter()
        .enumerate()
        .filter(|(_, step)| step.to == plan.crates[to].name);
    let claims = mine.flat_map(|(index, step)| step.moves.iter().map(move |name| (index, name)));
    claims
        .filter_map(|(index, name)| {
            let exact = *name == path;
            (exact || is_within(module, name))
                .then_some((index, if exact { usize::MAX } else { name.len() }))
        })
        .max_by_key(|(index, length)| (*length, std::cmp::Reverse(*index)))
        .map(|(index, _)| index)
}

/// Puts every item off until what it needs has moved, and tests until what they test and use has.
fn close(
    plan: &Plan,
    homes: &Homes,
    workspace: &Workspace,
    graph: &Graph,
    by_step: &mut [Vec<ItemId>],
) {
    let crates = unit::crates(workspace, plan);
    let lifts = Lifts::of(plan, workspace, graph, &crates);
    let units = unit::units_at(
        workspace,
        graph,
        &crates[..crates.len().min(1)],
        (&homes.planned, &lifts),
    );
    let mut step: BTreeMap<ItemId, usize> = BTreeMap::new();
    for (index, items) in by_step.iter().enumerate() {
        step.extend(items.iter().map(|id| (*id, index)));
    }
    // Needs come after their users in the units' order, so going backwards sees them first.
    for unit in units.units.iter().rev() {
        let own = unit
            .items
            .iter()
            .filter_map(|id| step.get(id))
            .max()
            .copied();
        let needs = unit
            .needs
            .iter()
            .flat_map(|need| &units.units[*need].items)
            .filter_map(|id| step.get(id))
            .max();
        let Some(own) = own else { continue };
        let index = own.max(needs.copied().unwrap_or(0));
        let index = same_crate(plan, own, index);
        for id in &unit.items {
            step.insert(*id, index);
        }
    }
    let mut changed = true;
    while changed {
        changed = false;
        let tests: Vec<ItemId> = step
            .keys()
            .copied()
            .filter(|id| workspace.item(*id).is_test)
            .collect();
        for id in tests {
            let methods = workspace.item(id).methods.iter();
            let needs = std::iter::once(&id)
                .chain(methods)
                .flat_map(|part| lifts.edges(graph, *part));
            let targets: Vec<ItemId> = needs.map(|to| lifts.node(workspace, to)).collect();
            let latest = targets
                .iter()
                .filter_map(|to| step.get(to))
                .max()
                .copied()
                .unwrap_or(0);
            let index = same_crate(plan, step[&id], step[&id].max(latest));
            if index > step[&id] {
                step.insert(id, index);
                changed = true;
            }
        }
        changed |= align_test_groups(workspace, graph, &mut step);
    }
    // Tests that must stand in the crate of a type go when it goes: it waits for all that they need.
    for krate in crates.iter().take(1) {
        for cluster in testing::clusters(workspace, (graph, &lifts), *krate) {
            let Some(index) = cluster.bound.first().and_then(|id| step.get(id)).copied() else {
                continue;
            };
            step.extend(cluster.items().map(|id| (id, index)));
        }
    }
    for items in by_step.iter_mut() {
        items.clear();
    }
    for (id, index) in step {
        if homes.planned[id.index()].is_some() {
            by_step[index].push(id);
        }
    }
}

/// The first step from `index` on that goes to the same crate as step `own`.
fn same_crate(plan: &Plan, own: usize, index: usize) -> usize {
    let to = &plan.steps[own].to;
    (index..plan.steps.len())
        .find(|later| plan.steps[*later].to == *to)
        .unwrap_or(own)
}

/// Test modules move as one, with the helpers they use, and not before what stands beside them.
fn align_test_groups(
    workspace: &Workspace,
    graph: &Graph,
    step: &mut BTreeMap<ItemId, usize>,
) -> bool {
    let mut latest: BTreeMap<u32, usize> = BTreeMap::new();
    let group = |id: ItemId| {
        let mut at = workspace.item(id).module;
        let mut outermost = None;
        while workspace.module(at).is_test {
            outermost = Some(at.0);
            let Some(parent) = workspace.module(at).parent else {
                break;
            };
            at = parent;
        }
        outermost
    };
    let tests: Vec<ItemId> = step
        .keys()
        .copied()
        .filter(|id| workspace.item(*id).is_test)
        .collect();
    for id in &tests {
        if let Some(group) = group(*id) {
            let entry = latest.entry(group).or_default();
            *entry = (*entry).max(step[id]);
        }
    }
    let mut changed = false;
    let mut raise = |id: ItemId, index: usize, step: &mut BTreeMap<ItemId, usize>| {
        if step.get(&id).is_some_and(|own| *own < index) {
            step.insert(id, index);
            changed = true;
        }
    };
    for id in &tests {
        if let Some(index) = group(*id).and_then(|group| latest.get(&group)).copied() {
            raise(*id, index, step);
        }
        let index = step[id];
        for to in graph.edges_of(*id) {
            let to = workspace.item(*to).parent.unwrap_or(*to);
            if workspace.item(to).is_test {
                raise(to, index, step);
            }
        }
    }
    changed
}

fn title(planned: &PlannedStep) -> String {
    // An impl says the least of what a step is about.
    let mut moves: Vec<&String> = planned.moves.iter().collect();
    moves.sort_by_key(|name| name.contains("impl "));
    let names: Vec<String> = moves.iter().map(|name| format!("`{name}`")).collect();
    let what = match &names[..] {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first, second] => format!("{first} and {second}"),
        [first, second, rest @ ..] => format!("{first}, {second} and {} more", rest.len()),
    };
    format!("Move {what} to `{}`", planned.to)
}

fn why(plan: &Plan, planned: &PlannedStep, index: usize) -> String {
    let first = plan.steps.iter().position(|step| step.to == planned.to) == Some(index);
    let bottom = plan
        .crates
        .first()
        .is_some_and(|krate| krate.name == planned.to);
    match (first, bottom) {
        (true, true) => "it is at the bottom: nothing of it needs what stays".to_owned(),
        (true, false) => "all that it needs is in the crates below by now".to_owned(),
        (false, _) => format!("what it needs of `{}` moved before", planned.to),
    }
}

/// Makes the steps fit the claims again, where somebody changed those or the source: steps that are done stay, and so
/// do all if each item that is still to move is in one.
pub fn refresh(workspace: &Workspace, graph: &Graph, plan: &mut Plan) {
    let (homes, _) = homes(plan, workspace, graph);
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
        match named_step(plan, workspace, to, id) {
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
/// A knot of modules too big for a step is cut item by item.
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
    for block in blocks(workspace, units, mine) {
        let open = chunks.last_mut().filter(|chunk| lines(chunk) < size);
        match open {
            _ if lines(&block) > KNOT => chunks.extend(runs(workspace, units, &block)),
            Some(chunk) if lines(chunk) + lines(&block) <= size + LINES / 2 => chunk.extend(block),
            _ => chunks.push(block),
        }
    }
    chunks
}

/// Units in groups of modules that need each other, what is needed first.
fn blocks(workspace: &Workspace, units: &unit::Units, mine: &[usize]) -> Vec<Vec<usize>> {
    let modules_of = |unit: usize| {
        let items = units.units[unit].items.iter();
        items.map(|id| workspace.module(workspace.item(*id).module).path.as_str())
    };
    let mut digraph: DiGraph<(), ()> = DiGraph::new();
    let mut nodes: BTreeMap<&str, NodeIndex> = BTreeMap::new();
    let own: BTreeSet<usize> = mine.iter().copied().collect();
    let paths: BTreeSet<&str> = mine.iter().flat_map(|unit| modules_of(*unit)).collect();
    for path in &paths {
        nodes.insert(path, digraph.add_node(()));
    }
    for unit in mine {
        let needs = units.units[*unit]
            .needs
            .iter()
            .filter(|need| own.contains(need));
        let Some(first) = modules_of(*unit).next() else {
            continue;
        };
        for path in modules_of(*unit) {
            digraph.update_edge(nodes[first], nodes[path], ());
            digraph.update_edge(nodes[path], nodes[first], ());
            for other in needs.clone().flat_map(|need| modules_of(*need)) {
                digraph.update_edge(nodes[path], nodes[other], ());
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
