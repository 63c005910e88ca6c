//! `undo`.

use camino::Utf8Path;
use cleave_verify::{VerifyError, git, journal};

use crate::account::TAKE_BACK;
use crate::arguments::Arguments;
use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::project::Project;
use crate::screen::Screen;

pub(super) fn undo(arguments: &Arguments, all: bool, screen: &mut Screen) -> Result<Exit, Failure> {
    let project = Project::load(&arguments.common, screen)?;
    let root = &project.workspace.root;
    let state = project.state();
    let _lock = journal::lock(&state)?;
    take_back(root, &state, screen)?;
    if !all {
        return Ok(Exit::Done);
    }
    loop {
        match take_back(root, &state, screen) {
            Err(VerifyError::NothingToUndo) => return Ok(Exit::Done),
            result => result?,
        }
    }
}

/// Takes the last step back, and where a commit holds it makes one that takes it back.
fn take_back(root: &Utf8Path, state: &Utf8Path, screen: &mut Screen) -> Result<(), VerifyError> {
    let undone = interrupt::uninterrupted(|| journal::undo(root, state))?;
    if let Some(commit) = &undone.commit {
        let message = format!("{TAKE_BACK}{}\n\nThis takes back {commit}.\n", undone.title);
        git::commit(root, &message, &undone.paths)?;
    }
    screen.result(&format!("Took back: {}", undone.title));
    Ok(())
}
