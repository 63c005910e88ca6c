//! What a step did, as rows for its pull request and its commit; and the record of it.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use cleave_plan::lift::Lifts;
use cleave_plan::{Step, StepKind};
use cleave_report::pull_request::{CrateRow, FileRow, MoveRow, PullRequest, RuleRow, Verified};
use cleave_rewrite::Outcome;
use cleave_syntax::change::{NewFile, Piece};
use cleave_syntax::{ChangeSet, ItemId, ModuleId, Workspace};

use crate::exit::Failure;
use crate::explain::Page;
use crate::output::write;
use crate::project::{Project, Route};

/// What the message of a commit begins with that takes a step back.
pub(crate) const TAKE_BACK: &str = "Take back: ";

/// The account of a step that was worked out on `project`, not verified yet.
pub fn account(project: &Project, route: &Route, step: &Step, outcome: &Outcome) -> PullRequest {
    let to = match &step.kind {
        StepKind::Move { to, .. } => project
            .plan
            .as_ref()
            .and_then(|plan| plan.crates.get(*to))
            .map(|krate| krate.name.clone()),
        _ => None,
    };
    let lifts = project.plan.as_ref().map_or_else(Lifts::default, |plan| {
        let crates = cleave_plan::unit::crates(&project.workspace, plan);
        Lifts::without_calls(plan, &project.workspace, &crates)
    });
    let (crates, arrows) = crates(project, &lifts, route, step);
    let next = route
        .steps
        .iter()
        .find(|other| other.id > step.id)
        .map(|other| (other.id, other.title.clone(), other.why.clone()));
    PullRequest {
        package: project
            .workspace
            .package(project.workspace.package)
            .name
            .clone(),
        number: step.id,
        of: route.steps.len(),
        title: step.title.clone(),
        why: step.why.clone(),
        to,
        crates,
        arrows,
        moves: moves((&project.workspace, &lifts), step),
        files: files(&outcome.changes),
        rules: rules(&outcome.changes),
        made_public: distinct(&outcome.figures.made_public),
        notes: outcome
            .diagnostics
            .iter()
            .map(|diagnostic| diagnostic.message.clone())
            .collect(),
        done: false,
        verified: None,
        next,
    }
}

/// The crates with their lines after the step and after all, and who depends on whom.
fn crates(
    project: &Project,
    lifts: &Lifts,
    route: &Route,
    step: &Step,
) -> (Vec<CrateRow>, Vec<(usize, usize)>) {
    let Some(plan) = &project.plan else {
        return (Vec::new(), Vec::new());
    };
    let workspace = &project.workspace;
    let root = plan.crates.len();
    let mut rows: Vec<CrateRow> = plan
        .crates
        .iter()
        .map(|krate| krate.name.clone())
        .chain([plan.package.clone()])
        .map(|name| CrateRow {
            name,
            ..CrateRow::default()
        })
        .collect();
    let moving: &[ItemId] = match &step.kind {
        StepKind::Move { items, .. } => items,
        _ => &[],
    };
    let crates = cleave_plan::unit::crates(workspace, plan);
    for id in crates.iter().flat_map(|krate| workspace.items_of(*krate)) {
        let lines = lifts.lines_of(workspace, id);
        let planned = route.homes.planned[id.index()];
        let is_there = moving.binary_search(&id).is_ok();
        let then = if is_there {
            planned
        } else {
            route.homes.today[id.index()]
        };
        rows[then.unwrap_or(root)].lines += lines;
        rows[planned.unwrap_or(root)].planned += lines;
    }
    let mut arrows: Vec<(usize, usize)> = Vec::new();
    for (index, krate) in plan.crates.iter().enumerate() {
        arrows.extend(krate.depends_on.iter().map(|lower| (index, *lower)));
    }
    arrows.extend((0..root).map(|lower| (root, lower)));
    (rows, arrows)
}

/// What moves, by module; tests count with the module that they are in. Where everything goes, no item is named.
fn moves((workspace, lifts): (&Workspace, &Lifts), step: &Step) -> Vec<MoveRow> {
    let StepKind::Move { items, .. } = &step.kind else {
        return Vec::new();
    };
    let mut by_module: BTreeMap<&str, (ModuleId, Vec<ItemId>)> = BTreeMap::new();
    for id in items {
        let mut module = workspace.item(*id).module;
        while let (true, Some(parent)) = (
            workspace.module(module).is_test,
            workspace.module(module).parent,
        ) {
            module = parent;
        }
        let path = workspace.module(module).path.as_str();
        let row = by_module.entry(path).or_insert((module, Vec::new()));
        row.1.push(*id);
    }
    by_module
        .into_iter()
        .map(|(path, (module, items))| moved((workspace, lifts), path, module, &items))
        .collect()
}

fn moved(
    (workspace, lifts): (&Workspace, &Lifts),
    path: &str,
    module: ModuleId,
    items: &[ItemId],
) -> MoveRow {
    let is_code = |id: &&ItemId| workspace.item(**id).is_node() && !workspace.item(**id).is_test;
    let code: Vec<ItemId> = items.iter().filter(is_code).copied().collect();
    let all = workspace
        .module(module)
        .items
        .iter()
        .filter(is_code)
        .count()
        == code.len();
    let mut names: Vec<String> = code
        .iter()
        .map(|id| workspace.item(*id).label())
        .filter(|name| !name.is_empty() && !all)
        .collect();
    names.dedup();
    MoveRow {
        module: path.to_owned(),
        items: names,
        count: code.len(),
        tests: code.len() < items.len(),
        lines: code.iter().map(|id| lifts.lines_of(workspace, *id)).sum(),
    }
}

fn distinct(names: &[String]) -> Vec<String> {
    let names: BTreeSet<&String> = names.iter().collect();
    names.into_iter().cloned().collect()
}

/// The files of a change, by path: what is copied in each, and what is new.
fn files(changes: &ChangeSet) -> Vec<FileRow> {
    let mut rows: Vec<FileRow> = changes.files.iter().map(file).collect();
    rows.extend(changes.moved.iter().map(|(from, to)| FileRow {
        from: Some(from.to_string()),
        path: to.to_string(),
        ..FileRow::default()
    }));
    rows.extend(changes.deleted.iter().map(|path| FileRow {
        path: path.to_string(),
        gone: true,
        ..FileRow::default()
    }));
    rows.sort_by(|a, b| a.path.cmp(&b.path));
    rows
}

fn file(file: &NewFile) -> FileRow {
    let mut row = FileRow {
        path: file.path.to_string(),
        ..FileRow::default()
    };
    let mut sources: BTreeMap<&Utf8Path, u32> = BTreeMap::new();
    for piece in &file.pieces {
        match piece {
            Piece::Copied { path, range } => *sources.entry(path).or_default() += range.len(),
            // A line that is in part new is one to read.
            Piece::Written { text, .. } => {
                row.written += text.lines().filter(|line| !line.trim().is_empty()).count();
            }
        }
    }
    row.copied = file.text.lines().count().saturating_sub(row.written);
    let most = sources
        .into_iter()
        .max_by_key(|(path, length)| (*length, std::cmp::Reverse(*path)));
    row.from = most
        .map(|(path, _)| path)
        .filter(|path| *path != file.path)
        .map(ToString::to_string);
    row
}

/// In how many places each rule wrote text.
fn rules(changes: &ChangeSet) -> Vec<RuleRow> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for piece in changes.files.iter().flat_map(|file| &file.pieces) {
        if let Piece::Written { reason, .. } = piece {
            *places.entry(reason.rule).or_default() += 1;
        }
    }
    places
        .into_iter()
        .map(|(rule, places)| RuleRow {
            rule: rule.to_owned(),
            title: Page::of(rule).map_or("", Page::title).to_owned(),
            places,
        })
        .collect()
}

/// Notes that the step was carried out, and how it was checked.
pub fn verify(
    account: &mut PullRequest,
    (command, rounds): (String, usize),
    repairs: Vec<String>,
    seconds: f64,
) {
    account.done = true;
    account.verified = (rounds > 0).then_some(Verified {
        command,
        rounds,
        repairs,
        seconds,
    });
}

/// Keeps the record of a step that was carried out.
pub fn keep(state: &Utf8Path, account: &PullRequest) -> Result<(), Failure> {
    let path = place(state, account.number);
    let text = serde_json::to_string_pretty(account).unwrap_or_default();
    write(&path, &(text + "\n"))
}

/// The record of a step, where one is kept and is of the step that is meant.
pub fn recall(state: &Utf8Path, step: &Step) -> Option<PullRequest> {
    let text = std::fs::read_to_string(place(state, step.id)).ok()?;
    let account: PullRequest = serde_json::from_str(&text).ok()?;
    (account.title == step.title).then_some(account)
}

fn place(state: &Utf8Path, number: usize) -> Utf8PathBuf {
    state.join("steps").join(format!("{number}.json"))
}
