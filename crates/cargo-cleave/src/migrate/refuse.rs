//! Trees in which a step could not be told from other work (row H1).

use camino::{Utf8Path, Utf8PathBuf};
use cleave_plan::Plan;
use cleave_report::pull_request::PullRequest;
use cleave_syntax::{ChangeSet, Diagnostic, Severity};
use cleave_verify::git::{Branch, GitState};
use cleave_verify::{git, journal};

use crate::account::TAKE_BACK;
use crate::arguments::Arguments;
use crate::exit::Failure;
use crate::project::{Project, Route};

/// Refuses the tree, in one line with the remedy. `wanted` are the steps that were asked for.
pub(super) fn tree(
    arguments: &Arguments,
    project: &Project,
    wanted: &[usize],
) -> Result<GitState, Failure> {
    let root = &project.workspace.root;
    let state = git::inspect(root)?;
    if !state.repository && !arguments.steps.allow_no_git {
        return Err(failed(
            "there is no git repository here; make one with `git init && git add -A && git commit -m Start`, or say `--allow-no-git`",
        ));
    }
    dirty(arguments, project, &state)?;
    if let Some(what) = state.busy {
        return Err(failed(&format!(
            "git is in the middle of a {what}; end it with `git {what} --continue` or `git {what} --abort`"
        )));
    }
    if arguments.steps.commits() {
        committing(arguments, root, &state, wanted)?;
    }
    Ok(state)
}

/// A plan that says where something goes and not when would be carried out without it.
pub(super) fn stranded(project: &Project, plan: &Plan, route: &Route) -> Result<(), Failure> {
    let workspace = &project.workspace;
    let stranded = cleave_plan::stranded(plan, &route.homes, workspace);
    let Some(first) = stranded.first() else {
        return Ok(());
    };
    let others = match stranded.len() - 1 {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    Err(failed(&format!(
        "split.toml says where `{}`{others} is to go, and has no step that takes it there; run `plan`, which keeps what stands there and adds the steps",
        workspace.path_of(*first)
    )))
}

/// Refuses a place for the report that would only turn out wrong after the steps.
pub(super) fn report(arguments: &Arguments) -> Result<(), Failure> {
    let Some(path) = &arguments.common.report else {
        return Ok(());
    };
    if path.is_dir() {
        return Err(failed(&format!("`--report {path}`: `{path}` is a folder")));
    }
    let above = path.ancestors().skip(1).find(|above| above.exists());
    match above.filter(|above| !above.as_str().is_empty() && !above.is_dir()) {
        Some(file) => Err(failed(&format!(
            "`{path}` can't be written for `--report`: `{file}` is no folder"
        ))),
        None => Ok(()),
    }
}

fn failed(message: &str) -> Failure {
    Failure::World(format!("failed to start: {message}"))
}

fn dirty(arguments: &Arguments, project: &Project, state: &GitState) -> Result<(), Failure> {
    if arguments.steps.allow_dirty {
        return Ok(());
    }
    let root = &project.workspace.root;
    let own = journal::written(&project.state())?;
    let plan = project.plan_path();
    let ignored =
        |path: &Utf8PathBuf| root.join(path) == plan || own.contains(path) || path == "Cargo.lock";
    let dirty: Vec<&Utf8PathBuf> = state.dirty.iter().filter(|path| !ignored(path)).collect();
    let Some(first) = dirty.first() else {
        return Ok(());
    };
    let more = if dirty.len() > 1 {
        format!(" and {} more", dirty.len() - 1)
    } else {
        String::new()
    };
    Err(failed(&format!(
        "`{first}`{more} has changes that are not committed; commit or stash them, or say `--allow-dirty`"
    )))
}

/// What would only show after a step has reached the tree.
fn committing(
    arguments: &Arguments,
    root: &Utf8Path,
    state: &GitState,
    wanted: &[usize],
) -> Result<(), Failure> {
    if !state.repository {
        return Err(failed(
            "there is no git repository to commit to; leave out `--commit` and `--branch`, or run `git init`",
        ));
    }
    if let Some(why) = git::commit_refusal(root)? {
        return Err(failed(&why));
    }
    let Some(prefix) = &arguments.steps.branch else {
        return if state.detached {
            Err(failed(
                "no branch is checked out, so a commit would be lost; make one with `git switch -c NAME`, or say `--branch PREFIX`",
            ))
        } else {
            Ok(())
        };
    };
    for id in wanted {
        let name = branch(prefix, *id);
        match git::branch(root, &name, is_own)? {
            Branch::Free | Branch::Own => {}
            Branch::Unnamable => {
                return Err(failed(&format!(
                    "`{name}` is no name for a branch; say another `--branch PREFIX`"
                )));
            }
            Branch::Taken(why) => {
                return Err(failed(&format!(
                    "the branch `{name}` {why}; say another `--branch PREFIX`, or if it is not needed any more, `git branch -D {name}`"
                )));
            }
        }
    }
    Ok(())
}

/// Whether the message is that of a step's commit, or of one that took a step back.
fn is_own(message: &str) -> bool {
    PullRequest::is_commit(message) || message.starts_with(TAKE_BACK)
}

/// The name of a step's branch.
pub(super) fn branch(prefix: &str, id: usize) -> String {
    format!("{prefix}-step-{id}")
}

/// Refuses a change of a file that another repository owns.
pub(super) fn submodules(changes: &ChangeSet, state: &GitState) -> Result<(), Failure> {
    let files = changes.files.iter().map(|file| &file.path);
    let moved = changes.moved.iter().flat_map(|(from, to)| [from, to]);
    let touched = files.chain(&changes.deleted).chain(moved);
    let refusals: Vec<Diagnostic> = touched
        .filter_map(|path| {
            let module = state.submodules.iter().find(|it| path.starts_with(it))?;
            let message = format!("`{path}` lies in the submodule `{module}`");
            let help = "keep what is in it where it is, under `keep` in split.toml, or take the folder into this repository";
            Some(Diagnostic::new(Severity::Refused, "H1", message).help(help))
        })
        .collect();
    if refusals.is_empty() {
        Ok(())
    } else {
        Err(Failure::Refused(refusals))
    }
}
