//! `pr N`: what a step's reviewers read.

use camino::Utf8Path;
use cleave_plan::Step;
use cleave_report::pull_request::PullRequest;
use cleave_verify::{Scratch, git, journal};

use crate::account;
use crate::arguments::{Arguments, Common, Format};
use crate::exit::{Exit, Failure};
use crate::migrate::work_out;
use crate::output::write;
use crate::project::Project;
use crate::screen::Screen;

/// Prints title and body.
pub(super) fn pull_request(
    arguments: &Arguments,
    number: usize,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let mut project = Project::load(&arguments.common, screen)?;
    project.read_foreign(&arguments.common)?;
    let (route, _) = project.route(project.plan()?);
    let Some(step) = route.steps.iter().find(|step| step.id == number) else {
        return Err(Failure::World(format!(
            "failed to find step {number}: the plan has steps 1 to {}",
            route.steps.len()
        )));
    };
    let account = if step.done {
        match account::recall(&project.state(), step) {
            Some(account) => account,
            None => past(&project, step, &arguments.common, screen)?,
        }
    } else {
        ahead(&project, number, &arguments.common, screen)?
    };
    let text = if arguments.common.format == Format::Json {
        let value = serde_json::json!({ "title": account.headline(), "body": account.body(), "step": account });
        serde_json::to_string_pretty(&value).unwrap_or_default()
    } else {
        format!("{}\n\n{}", account.headline(), account.body())
    };
    screen.result(&text);
    Ok(Exit::Done)
}

/// A step to come: the steps before it are done in a tree of their own, and nothing is compiled.
fn ahead(
    project: &Project,
    number: usize,
    common: &Common,
    screen: &mut Screen,
) -> Result<PullRequest, Failure> {
    let state = project.state();
    let _lock = journal::lock(&state)?;
    let files = project.workspace.files.iter();
    let also = files.map(|file| file.path.clone()).collect();
    let (scratch, _) = Scratch::open(&project.workspace.root, &state.join("ahead"), also)?;
    let there = inside(project, common, &scratch.tree);
    loop {
        let mut now = Project::load(&there, screen)?;
        now.workspace.foreign.clone_from(&project.workspace.foreign);
        now.read_foreign(&there)?;
        let (route, _) = now.route(now.plan()?);
        let Some(step) = route.steps.iter().find(|step| !step.done) else {
            let message = format!("failed to work out step {number}: it changes nothing");
            return Err(Failure::World(message));
        };
        let outcome = work_out(&now, step)?;
        if step.id >= number {
            return Ok(account::account(&now, &route, step, &outcome));
        }
        if outcome.changes.is_empty() {
            let message = format!("failed to get past step {}: it changes nothing", step.id);
            return Err(Failure::World(message));
        }
        scratch.apply(&outcome.changes)?;
    }
}

/// A step that was carried out elsewhere: worked out again on the tree before the commit with its title.
fn past(
    project: &Project,
    step: &Step,
    common: &Common,
    screen: &mut Screen,
) -> Result<PullRequest, Failure> {
    let root = &project.workspace.root;
    let unknown = || {
        Failure::World(format!(
            "failed to find out what step {} did: there is no record of it here, and no commit with the subject `{}`",
            step.id, step.title
        ))
    };
    let commit = git::commit_with_subject(root, &step.title)?.ok_or_else(unknown)?;
    let state = project.state();
    let _lock = journal::lock(&state)?;
    // Below the workspace, Cargo would take a package of the past for a lost member of it.
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::World(format!("failed to make a temporary folder: {error}")))?;
    let folder = Utf8Path::from_path(folder.path()).ok_or_else(unknown)?;
    let tree = git::tree_before(root, &commit, folder)?;
    let result = before(project, (step, &tree), common, screen);
    git::forget_tree(root, folder)?;
    result
}

fn before(
    project: &Project,
    (step, tree): (&Step, &Utf8Path),
    common: &Common,
    screen: &mut Screen,
) -> Result<PullRequest, Failure> {
    let there = inside(project, common, tree);
    let plan = project.plan_path();
    let plan_there = plan
        .strip_prefix(&project.workspace.root)
        .map_or_else(|_| plan.clone(), |path| tree.join(path));
    if let (false, Some(text)) = (plan_there.exists(), &project.plan_text) {
        write(&plan_there, text)?;
    }
    let mut then = Project::load(&there, screen)?;
    then.workspace
        .foreign
        .clone_from(&project.workspace.foreign);
    then.read_foreign(&there)?;
    let (route, _) = then.route(then.plan()?);
    let same = route.steps.iter().find(|other| other.title == step.title);
    let Some(step) = same.filter(|step| !step.done) else {
        let message = format!(
            "failed to find out what step {} did: the tree before its commit has nothing to do for it",
            step.id
        );
        return Err(Failure::World(message));
    };
    let outcome = work_out(&then, step)?;
    let mut account = account::account(&then, &route, step, &outcome);
    account.done = true;
    Ok(account)
}

/// The same words for a copy of the workspace.
fn inside(project: &Project, common: &Common, tree: &Utf8Path) -> Common {
    let workspace = &project.workspace;
    let package = workspace.package(workspace.package);
    Common {
        manifest_path: tree.join(&package.manifest_path),
        package: Some(package.name.clone()),
        ..common.clone()
    }
}
