//! The branches that steps go to.

use camino::Utf8Path;

use super::{ask, must};
use crate::error::VerifyError;

/// What a branch's name stands for before a step goes there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Branch {
    /// There is none of this name.
    Free,
    /// There is one with nothing on it but what we made: it may be made again from HEAD.
    Own,
    /// No branch can have this name.
    Unnamable,
    /// There is one that a step must not replace, and why, as the end of a sentence.
    Taken(String),
}

/// Looks a branch up. `is_own` tells by a commit's message whether we made it.
pub fn branch(
    root: &Utf8Path,
    name: &str,
    is_own: impl Fn(&str) -> bool,
) -> Result<Branch, VerifyError> {
    if name.starts_with('-') || ask(root, &["check-ref-format", "--branch", name])?.is_none() {
        return Ok(Branch::Unnamable);
    }
    let full = format!("refs/heads/{name}");
    if ask(root, &["rev-parse", "--verify", "-q", &full])?.is_none() {
        return Ok(Branch::Free);
    }
    if elsewhere(root, &full)? {
        return Ok(Branch::Taken(
            "is checked out in another worktree".to_owned(),
        ));
    }
    for commit in beside(root, &full)? {
        if !is_own(&commit.message) {
            return Ok(Branch::Taken(format!(
                "has a commit that no step made, {} ({})",
                commit.short,
                commit.message.lines().next().unwrap_or_default()
            )));
        }
        // Who amends or rebases a commit leaves its author's date as it was.
        if commit.changed {
            return Ok(Branch::Taken(format!(
                "has a commit that somebody has amended or rebased, {}",
                commit.short
            )));
        }
    }
    Ok(Branch::Own)
}

/// A commit of a branch.
struct Commit {
    short: String,
    changed: bool,
    message: String,
}

/// What a branch has and HEAD has not.
fn beside(root: &Utf8Path, branch: &str) -> Result<Vec<Commit>, VerifyError> {
    let words = ["log", "--format=%h %at %ct %B%x00", branch, "--not", "HEAD"];
    let listed = must(root, &words, "")?;
    let commits = listed.split('\0').filter_map(|commit| {
        let mut fields = commit.trim_start().splitn(4, ' ');
        let short = fields.next().filter(|short| !short.is_empty())?.to_owned();
        let changed = fields.next() != fields.next();
        let message = fields.next().unwrap_or_default().to_owned();
        Some(Commit {
            short,
            changed,
            message,
        })
    });
    Ok(commits.collect())
}

/// Whether a worktree other than this one has the branch checked out.
fn elsewhere(root: &Utf8Path, full: &str) -> Result<bool, VerifyError> {
    let own = ask(root, &["symbolic-ref", "-q", "HEAD"])?;
    if own.is_some_and(|own| own.trim() == full) {
        return Ok(false);
    }
    let listed = must(root, &["worktree", "list", "--porcelain"], "")?;
    let line = format!("branch {full}");
    Ok(listed.lines().any(|other| other == line))
}

/// Checks a branch out that begins at HEAD, and returns where one of this name was that [`branch`] allowed to make
/// again; none where nothing on it was away from HEAD.
pub fn start_branch(root: &Utf8Path, name: &str) -> Result<Option<String>, VerifyError> {
    let full = format!("refs/heads/{name}");
    let away = ["log", "-1", "--format=%h", &full, "--not", "HEAD"];
    let before = ask(root, &away)?.map(|short| short.trim().to_owned());
    must(root, &["checkout", "--quiet", "-B", name], "")?;
    Ok(before.filter(|short| !short.is_empty()))
}
