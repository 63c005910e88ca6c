//! `init`: makes `cargo xtask split …` and the guard in CI work for everyone who clones a repository.
//!
//! It asks nothing that it can find out, shows what it writes, and overwrites nothing: what is there is extended, or
//! left alone with a word about it.

mod source;
mod task;
mod workflow;

use camino::{Utf8Path, Utf8PathBuf};
use cleave_syntax::ChangeSet;
use cleave_syntax::change::NewFile;
use cleave_verify::git;

use crate::arguments::Arguments;
use crate::exit::{Exit, Failure};
use crate::output::write;
use crate::project::Project;
use crate::screen::Screen;

/// The files that come of it, and what is left as it is.
struct Setup {
    /// The folder that paths are relative to: the repository's, or the workspace's where there is none.
    top: Utf8PathBuf,
    /// Path and new text.
    files: Vec<(Utf8PathBuf, String)>,
    /// What was found and needs nothing, or could not be extended.
    notes: Vec<String>,
}

/// Where the pieces are.
struct Site<'a> {
    project: &'a Project,
    /// From the repository to the workspace; empty where they are the same.
    inside: Utf8PathBuf,
    /// What Cargo is to take the command from, as a value in a `[dependencies]` table.
    dependency: String,
}

/// Writes, or shows what it would write.
pub(super) fn init(
    arguments: &Arguments,
    from: Option<&str>,
    dry_run: bool,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let project = Project::load(&arguments.common, screen)?;
    let root = &project.workspace.root;
    let top = git::toplevel(root)?.unwrap_or_else(|| root.clone());
    let inside = root
        .strip_prefix(&top)
        .map(Utf8Path::to_owned)
        .unwrap_or_default();
    let site = Site {
        dependency: source::dependency(from, root)?,
        project: &project,
        inside,
    };
    let mut setup = Setup {
        top,
        files: Vec::new(),
        notes: Vec::new(),
    };
    task::add(&site, &mut setup)?;
    workflow::add(&site, &mut setup)?;
    setup.files.sort();
    finish(&setup, &project, dry_run, screen)
}

fn finish(
    setup: &Setup,
    project: &Project,
    dry_run: bool,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    for note in &setup.notes {
        screen.progress(note);
    }
    if dry_run {
        screen.result(&difference(setup));
        return Ok(Exit::Done);
    }
    for (path, text) in &setup.files {
        let is_there = setup.top.join(path).exists();
        write(&setup.top.join(path), text)?;
        let verb = if is_there { "extended" } else { "wrote" };
        screen.result(&format!("{verb} {path}"));
    }
    if setup.files.is_empty() {
        screen.result("everything is there already");
    } else if project.plan.is_none() {
        screen.result("\nNext: `cargo xtask split plan` proposes crates; commit split.toml with the files above.");
    } else {
        screen.result("\nNext: `cargo xtask split check`; commit the files above.");
    }
    Ok(Exit::Done)
}

/// What would be written, as a difference.
fn difference(setup: &Setup) -> String {
    let mut changes = ChangeSet::default();
    for (path, text) in &setup.files {
        if let Ok(old) = std::fs::read_to_string(setup.top.join(path)) {
            changes.old.insert(path.clone(), old);
        }
        changes.files.push(NewFile {
            path: path.clone(),
            pieces: Vec::new(),
            text: text.clone(),
        });
    }
    cleave_report::diff::unified(&changes)
}
