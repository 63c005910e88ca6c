//! What stands in another crate than the plan says, though the step that moves it is done.

use std::collections::BTreeMap;

use cleave_plan::StepKind;
use cleave_syntax::{ItemId, ModuleId};

use crate::finding::{Finding, Kind, definition};
use crate::{Judge, arrow};

pub(crate) fn find(judge: &Judge<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let offenders = arrow::offenders(judge);
    for step in judge.input.steps {
        let StepKind::Move { to, items } = &step.kind else {
            continue;
        };
        if !was_done(judge, step.id, *to) {
            continue;
        }
        let mut by_module: BTreeMap<ModuleId, Vec<ItemId>> = BTreeMap::new();
        for id in items {
            // What only sinks there for now, or can't go there for what it names, is a matter of arrows.
            let is_told = judge.declared.home[id.index()] == Some(Some(*to));
            if is_told && !offenders.contains(id) {
                let module = judge.input.workspace.item(*id).module;
                by_module.entry(module).or_default().push(*id);
            }
        }
        findings.extend(
            by_module
                .iter()
                .map(|(module, items)| left_behind(judge, (step.id, *to), *module, items)),
        );
    }
    findings.extend(misplaced(judge));
    findings
}

/// Whether something of a step is in its crate already: a step moves all or nothing.
fn was_done(judge: &Judge<'_>, step: usize, to: usize) -> bool {
    let (workspace, plan) = (judge.input.workspace, judge.input.plan);
    (0..workspace.items.len()).map(ItemId::new).any(|id| {
        judge.input.homes.today[id.index()] == Some(to)
            && judge.declared.home[id.index()].is_some()
            && workspace.item(id).parent.is_none()
            && closest_step(plan, &plan.crates[to].name, workspace, id) == Some(step)
    })
}

/// The number of the step whose list names an item the closest.
fn closest_step(
    plan: &cleave_plan::Plan,
    to: &str,
    workspace: &cleave_syntax::Workspace,
    id: ItemId,
) -> Option<usize> {
    let path = workspace.path_of(id);
    let module = &workspace.module(workspace.item(id).module).path;
    let mine = plan
        .steps
        .iter()
        .enumerate()
        .filter(|(_, step)| step.to == to);
    mine.flat_map(|(index, step)| step.moves.iter().map(move |name| (index + 2, name)))
        .filter_map(|(step, name)| {
            let is_around = module
                .strip_prefix(name.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
            let length = if *name == path {
                usize::MAX
            } else {
                name.len()
            };
            (*name == path || is_around).then_some((length, std::cmp::Reverse(step)))
        })
        .max()
        .map(|(_, step)| step.0)
}

fn left_behind(
    judge: &Judge<'_>,
    (step, to): (usize, usize),
    module: ModuleId,
    items: &[ItemId],
) -> Finding {
    let workspace = judge.input.workspace;
    let path = &workspace.module(module).path;
    let names: Vec<String> = items.iter().map(|id| workspace.path_of(*id)).collect();
    let subject = match &names[..] {
        [one] => format!("`{one}` stands"),
        _ => format!("{} items of module `{path}` stand", names.len()),
    };
    let (home, package) = (judge.name(Some(to)), judge.name(None));
    let message =
        format!("{subject} in `{package}`, though step {step} moved what is there to `{home}`");
    let about = format!("{} in {package}", names.join(", "));
    let mut finding = Finding::new(Kind::Drift, &about, message);
    for id in items.iter().take(3) {
        finding = finding.at(definition(workspace, *id), "grown again here");
    }
    finding.help(format!(
        "`cargo cleave --step {step}` moves it to `{home}`; or name it in `keep` if it is to stay"
    ))
}

/// What stands in one new crate while a list names it for another.
fn misplaced(judge: &Judge<'_>) -> Vec<Finding> {
    let workspace = judge.input.workspace;
    let mut findings = Vec::new();
    for id in (0..workspace.items.len()).map(ItemId::new) {
        let (Some(today), false) = (
            judge.input.homes.today[id.index()],
            workspace.item(id).is_test,
        ) else {
            continue;
        };
        let path = workspace.path_of(id);
        let is_definition = workspace.item(id).is_node() && !workspace.item(id).name.is_empty();
        let Some(said) = judge.declared.lists.item(&path).filter(|_| is_definition) else {
            continue;
        };
        if said != Some(today) && !judge.order.sees(Some(today), said) {
            let message = format!(
                "`{path}` stands in `{}`, but split.toml lists it for `{}`",
                judge.name(Some(today)),
                judge.name(said)
            );
            let about = format!("{path} in {}", judge.name(Some(today)));
            let finding = Finding::new(Kind::Drift, &about, message)
                .at(definition(workspace, id), "stands here")
                .help("move it, or change the list to where it is".to_owned());
            findings.push(finding);
        }
    }
    findings
}
