//! Asks and tells git.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

use crate::error::VerifyError;
use crate::scratch::walk;

/// What git says of a tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GitState {
    /// Whether there is a repository around the tree.
    pub repository: bool,
    /// Files with changes that are not committed, untracked ones included, relative to the tree, in order.
    pub dirty: Vec<Utf8PathBuf>,
    /// Whether no branch is checked out.
    pub detached: bool,
}

fn run(root: &Utf8Path, arguments: &[&str]) -> Result<Option<String>, VerifyError> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root.as_std_path())
        .args(arguments)
        .output();
    let output = output.map_err(|error| VerifyError::Command {
        command: format!("git {}", arguments.join(" ")),
        message: format!("{error}; is git installed?"),
    })?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(output.status.success().then_some(text))
}

fn must(root: &Utf8Path, arguments: &[&str]) -> Result<String, VerifyError> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root.as_std_path())
        .args(arguments)
        .output();
    let command = || format!("git {}", arguments.join(" "));
    let output = output.map_err(|error| VerifyError::Command {
        command: command(),
        message: error.to_string(),
    })?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(VerifyError::Command {
            command: command(),
            message,
        })
    }
}

/// Looks at the tree.
pub fn inspect(root: &Utf8Path) -> Result<GitState, VerifyError> {
    if run(root, &["rev-parse", "--is-inside-work-tree"])?.is_none() {
        return Ok(GitState::default());
    }
    let status = must(
        root,
        &[
            "status",
            "--porcelain=v1",
            "-z",
            "--untracked-files=all",
            "--",
            ".",
        ],
    )?;
    let prefix = must(root, &["rev-parse", "--show-prefix"])?
        .trim()
        .to_owned();
    let mut dirty = Vec::new();
    let mut entries = status.split('\0').filter(|entry| entry.len() > 3);
    while let Some(entry) = entries.next() {
        let path = &entry[3..];
        dirty.push(Utf8PathBuf::from(
            path.strip_prefix(&prefix).unwrap_or(path),
        ));
        if entry.starts_with('R') || entry.starts_with('C') {
            entries.next();
        }
    }
    dirty.sort();
    let detached = run(root, &["symbolic-ref", "-q", "HEAD"])?.is_none();
    Ok(GitState {
        repository: true,
        dirty,
        detached,
    })
}

/// The files of a tree: those that git tracks or does not ignore; without git all but the target folder's.
pub fn files(root: &Utf8Path) -> Result<Vec<Utf8PathBuf>, VerifyError> {
    let listed = run(
        root,
        &[
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
            "--",
            ".",
        ],
    )?;
    let Some(listed) = listed else {
        return walk(root);
    };
    let mut files: Vec<Utf8PathBuf> = listed
        .split('\0')
        .filter(|path| !path.is_empty())
        .map(Utf8PathBuf::from)
        .filter(|path| root.join(path).symlink_metadata().is_ok())
        .collect();
    // Cargo reads these whether git knows them or not.
    for path in [
        "Cargo.lock",
        ".cargo/config.toml",
        "rust-toolchain.toml",
        "rust-toolchain",
    ] {
        if root.join(path).is_file() {
            files.push(Utf8PathBuf::from(path));
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// The files that each of the last commits changed, below a folder and relative to it; nothing outside a repository.
/// Merges are left out, since what they bring was counted before.
pub fn changes(root: &Utf8Path, commits: usize) -> Result<Vec<Vec<String>>, VerifyError> {
    let count = commits.to_string();
    let log = run(
        root,
        &[
            "log",
            "--no-merges",
            "--name-only",
            "--relative",
            "--format=%x00",
            "-n",
            &count,
            "--",
            ".",
        ],
    )?;
    let commits = log.iter().flat_map(|log| log.split('\0')).map(|commit| {
        let paths = commit.lines().filter(|line| !line.is_empty());
        paths.map(str::to_owned).collect::<Vec<String>>()
    });
    Ok(commits.filter(|paths| !paths.is_empty()).collect())
}

/// Commits everything in the tree.
pub fn commit_all(root: &Utf8Path, message: &str) -> Result<(), VerifyError> {
    must(root, &["add", "--all", "--", "."])?;
    must(root, &["commit", "--quiet", "--no-verify", "-m", message]).map(drop)
}

/// Makes a branch at HEAD and checks it out.
pub fn create_branch(root: &Utf8Path, name: &str) -> Result<(), VerifyError> {
    must(root, &["checkout", "--quiet", "-b", name]).map(drop)
}

/// Makes a repository of a folder, with all in it committed, by an author of our own.
pub fn make_repository(root: &Utf8Path, message: &str) -> Result<(), VerifyError> {
    must(root, &["init", "--quiet", "--initial-branch", "main"])?;
    for (key, value) in [
        ("user.name", "Cleave"),
        ("user.email", "cleave@localhost"),
        ("core.autocrlf", "false"),
    ] {
        must(root, &["config", key, value])?;
    }
    commit_all(root, message)
}

/// The last commit with this subject, on the branch that is checked out.
pub fn commit_with_subject(root: &Utf8Path, subject: &str) -> Result<Option<String>, VerifyError> {
    let pattern = format!("--grep={subject}");
    let listed = run(
        root,
        &["log", "--fixed-strings", &pattern, "--format=%H %s"],
    )?;
    let listed = listed.unwrap_or_default();
    let mut commits = listed.lines().filter_map(|line| line.split_once(' '));
    Ok(commits
        .find(|(_, other)| *other == subject)
        .map(|(commit, _)| commit.to_owned()))
}

/// Checks the tree before a commit out into an empty folder; returns where in it `root` is.
pub fn tree_before(
    root: &Utf8Path,
    commit: &str,
    folder: &Utf8Path,
) -> Result<Utf8PathBuf, VerifyError> {
    let parent = format!("{commit}^");
    must(
        root,
        &[
            "worktree",
            "add",
            "--quiet",
            "--force",
            "--detach",
            folder.as_str(),
            &parent,
        ],
    )?;
    let prefix = must(root, &["rev-parse", "--show-prefix"])?;
    Ok(folder.join(prefix.trim()))
}

/// Removes what [`tree_before`] made, if it is there.
pub fn forget_tree(root: &Utf8Path, folder: &Utf8Path) -> Result<(), VerifyError> {
    run(root, &["worktree", "remove", "--force", folder.as_str()]).map(drop)
}

/// The folder of the repository around a tree; none where there is no repository.
pub fn toplevel(root: &Utf8Path) -> Result<Option<Utf8PathBuf>, VerifyError> {
    // Up from where we are, so that links stay as the user wrote them.
    let Some(up) = run(root, &["rev-parse", "--show-cdup"])? else {
        return Ok(None);
    };
    let levels = up.trim().split('/').filter(|part| *part == "..").count();
    Ok(root.ancestors().nth(levels).map(Utf8Path::to_owned))
}

/// The branch that others branch off: the remote's, or else the one that is checked out.
pub fn default_branch(root: &Utf8Path) -> Result<String, VerifyError> {
    let remote = run(
        root,
        &["symbolic-ref", "--short", "refs/remotes/origin/HEAD"],
    )?;
    if let Some(name) = remote {
        let name = name.trim();
        return Ok(name.strip_prefix("origin/").unwrap_or(name).to_owned());
    }
    let own = run(root, &["symbolic-ref", "--short", "HEAD"])?;
    Ok(own.map_or_else(|| "main".to_owned(), |name| name.trim().to_owned()))
}

/// Whether git has a file.
pub fn tracks(root: &Utf8Path, path: &str) -> Result<bool, VerifyError> {
    let listed = run(root, &["ls-files", "--error-unmatch", "--", path])?;
    Ok(listed.is_some())
}
