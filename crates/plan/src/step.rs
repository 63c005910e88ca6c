//! The way to the plan, one reviewable step at a time.

mod claim;
mod divide;

use std::collections::BTreeMap;

use cleave_graph::Graph;
use cleave_syntax::{ItemId, ModuleId, Workspace};

use self::claim::Claims;
pub(crate) use self::divide::divide;
pub use self::divide::refresh;
use crate::home::Homes;
use crate::lift::{self, Lifts};
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
        done: plan.crates.iter().all(|krate| exists(&krate.name))
            && workspace.united.changes.is_empty(),
    }];
    steps.extend(lift_steps(plan, workspace));
    let first = steps.len() + 1;
    let claims = Claims::of(plan);
    let mut by_step: Vec<Vec<ItemId>> = vec![Vec::new(); plan.steps.len()];
    let mut beside: BTreeMap<(ModuleId, usize), usize> = BTreeMap::new();
    let mut unnamed_tests = Vec::new();
    for id in homes.pending() {
        let item = workspace.item(id);
        if item.parent.is_some() || !item.is_node() {
            continue;
        }
        let Some(to) = homes.planned[id.index()] else {
            continue;
        };
        let named = claims.named(workspace, to, id);
        if item.is_test && named.is_none() {
            unnamed_tests.push((id, to));
        } else if let Some(step) = named.or_else(|| claims.last(to)) {
            by_step[step].push(id);
            let first = beside.entry((item.module, to)).or_insert(step);
            *first = step.min(*first);
        }
    }
    // No plan names tests: they go with the first of what stands beside them, and are put off from there.
    for (id, to) in unnamed_tests {
        let about = testing::about(workspace, workspace.item(id).module);
        let first = beside.get(&(about, to)).copied();
        if let Some(step) = first.or_else(|| claims.last(to)) {
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
    let claims = Claims::of(plan);
    let is_stranded = |id: &ItemId| {
        let item = workspace.item(*id);
        let moves = item.parent.is_none() && item.is_node() && !item.is_test;
        let home = homes.planned[id.index()].filter(|_| moves);
        home.is_some_and(|to| {
            claims.named(workspace, to, *id).is_none() && claims.last(to).is_none()
        })
    };
    homes.pending().filter(is_stranded).collect()
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
    // Needs come after their users in the units' order, so going backwards sees them first, each once: a large unit
    // that many need is not walked for each of them.
    let mut moves: Vec<Option<usize>> = vec![None; units.units.len()];
    for (at, unit) in units.units.iter().enumerate().rev() {
        let own = unit.items.iter().filter_map(|id| step.get(id)).max();
        let Some(own) = own.copied() else { continue };
        let needs = unit.needs.iter().filter_map(|need| moves[*need]).max();
        let index = same_crate(plan, own, own.max(needs.unwrap_or(0)));
        moves[at] = Some(index);
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
            // And those that a statement for tests names go with the first who does: that one waits as well.
            let users = cluster.users.iter();
            let first = users.filter_map(|id| step.get(id)).min();
            let bound = cluster.bound.first().and_then(|id| step.get(id));
            let Some(index) = bound.or(first).copied() else {
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
    let group =
        |id: ItemId| testing::outermost(workspace, workspace.item(id).module).map(|it| it.0);
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
