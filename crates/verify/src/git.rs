//! Asks and tells git.

mod branch;

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use camino::{Utf8Path, Utf8PathBuf};

use crate::error::VerifyError;
use crate::scratch::walk;

pub use branch::{Branch, branch, start_branch};

/// What git says of a tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GitState {
    /// Whether there is a repository around the tree.
    pub repository: bool,
    /// The commit that is checked out; none before the first.
    pub head: Option<String>,
    /// Files with changes that are not committed, untracked ones included, relative to the tree, in order.
    pub dirty: Vec<Utf8PathBuf>,
    /// Whether no branch is checked out.
    pub detached: bool,
    /// What git is in the middle of: `merge`, `rebase`, ….
    pub busy: Option<&'static str>,
    /// Folders that are repositories of their own, relative to the tree, in order.
    pub submodules: Vec<Utf8PathBuf>,
}

fn start(root: &Utf8Path, arguments: &[&str], input: &str) -> Result<Output, VerifyError> {
    let failed = |error: std::io::Error| VerifyError::Command {
        command: format!("git {}", arguments.join(" ")),
        message: format!("{error}; is git installed?"),
    };
    let mut command = Command::new("git");
    // `:(glob)` and the like in a file's name are a name.
    command
        .args(["--literal-pathspecs", "-C"])
        .arg(root.as_std_path())
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if input.is_empty() {
        return command.stdin(Stdio::null()).output().map_err(failed);
    }
    let mut child = command.stdin(Stdio::piped()).spawn().map_err(failed)?;
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(input.as_bytes()).map_err(failed)?;
    }
    child.wait_with_output().map_err(failed)
}

/// What git prints; none where it says no.
fn ask(root: &Utf8Path, arguments: &[&str]) -> Result<Option<String>, VerifyError> {
    let output = start(root, arguments, "")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(output.status.success().then_some(text))
}

/// What git prints; an error where it says no.
fn must(root: &Utf8Path, arguments: &[&str], input: &str) -> Result<String, VerifyError> {
    let output = start(root, arguments, input)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(VerifyError::Command {
        command: format!("git {}", arguments.join(" ")),
        message: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    })
}

/// Looks at the tree.
pub fn inspect(root: &Utf8Path) -> Result<GitState, VerifyError> {
    let inside = ask(root, &["rev-parse", "--is-inside-work-tree"])?;
    if inside.as_deref().map(str::trim) != Some("true") {
        return Ok(GitState::default());
    }
    Ok(GitState {
        repository: true,
        head: head(root)?,
        dirty: dirty(root)?,
        detached: ask(root, &["symbolic-ref", "-q", "HEAD"])?.is_none(),
        busy: busy(root)?,
        submodules: submodules(root)?,
    })
}

/// The commit that is checked out; none before the first, or without git.
pub fn head(root: &Utf8Path) -> Result<Option<String>, VerifyError> {
    let head = ask(root, &["rev-parse", "--verify", "-q", "HEAD"])?;
    Ok(head.map(|text| text.trim().to_owned()))
}

/// Files with changes that are not committed, as git sees them: what it ignores is not among them.
fn dirty(root: &Utf8Path) -> Result<Vec<Utf8PathBuf>, VerifyError> {
    let status = must(
        root,
        &[
            "status",
            "--porcelain=v1",
            "-z",
            "--no-renames",
            "--untracked-files=all",
            "--",
            ".",
        ],
        "",
    )?;
    let prefix = must(root, &["rev-parse", "--show-prefix"], "")?
        .trim()
        .to_owned();
    let mut dirty: Vec<Utf8PathBuf> = status
        .split('\0')
        .filter_map(|entry| entry.get(3..))
        .map(|path| Utf8PathBuf::from(path.strip_prefix(&prefix).unwrap_or(path)))
        .collect();
    dirty.sort();
    Ok(dirty)
}

/// What is half done in the repository.
fn busy(root: &Utf8Path) -> Result<Option<&'static str>, VerifyError> {
    let marks = [
        ("MERGE_HEAD", "merge"),
        ("rebase-merge", "rebase"),
        ("rebase-apply", "rebase"),
        ("CHERRY_PICK_HEAD", "cherry-pick"),
        ("REVERT_HEAD", "revert"),
    ];
    for (mark, what) in marks {
        let path = must(root, &["rev-parse", "--git-path", mark], "")?;
        if root.join(path.trim()).exists() {
            return Ok(Some(what));
        }
    }
    Ok(None)
}

fn submodules(root: &Utf8Path) -> Result<Vec<Utf8PathBuf>, VerifyError> {
    let listed = ask(root, &["ls-files", "-z", "--stage", "--", "."])?.unwrap_or_default();
    Ok(listed
        .split('\0')
        .filter(|entry| entry.starts_with("160000 "))
        .filter_map(|entry| entry.split_once('\t'))
        .map(|(_, path)| Utf8PathBuf::from(path))
        .collect())
}

/// The files of a tree: those that git tracks or does not ignore; without git all but the target folder's.
pub fn files(root: &Utf8Path) -> Result<Vec<Utf8PathBuf>, VerifyError> {
    let listed = ask(
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
    let mut files = Vec::new();
    for path in listed.split('\0').filter(|path| !path.is_empty()) {
        let path = Utf8PathBuf::from(path.trim_end_matches('/'));
        match root.join(&path).symlink_metadata() {
            // A submodule, or a repository within the repository: git does not look into it.
            Ok(metadata) if metadata.is_dir() => {
                let below = files_of_submodule(&root.join(&path))?;
                files.extend(below.into_iter().map(|file| path.join(file)));
            }
            Ok(_) => files.push(path),
            Err(_) => {}
        }
    }
    // Cargo reads these whether git knows them or not.
    for path in [
        "Cargo.lock",
        ".cargo/config.toml",
        ".cargo/config",
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

/// One that was not checked out is an empty folder, in which git would answer for the repository around it.
fn files_of_submodule(root: &Utf8Path) -> Result<Vec<Utf8PathBuf>, VerifyError> {
    if root.join(".git").exists() {
        files(root)
    } else {
        walk(root)
    }
}

/// Commits these files, as far as git sees a change in them, and nothing else; returns the commit.
pub fn commit(
    root: &Utf8Path,
    message: &str,
    paths: &[Utf8PathBuf],
) -> Result<Option<String>, VerifyError> {
    let changed: Vec<String> = dirty(root)?
        .into_iter()
        .filter(|path| paths.contains(path))
        .map(Utf8PathBuf::into_string)
        .collect();
    if changed.is_empty() {
        return Ok(None);
    }
    let list = changed.join("\0");
    let from = ["--pathspec-from-file=-", "--pathspec-file-nul"];
    must(root, &["add", "--all", from[0], from[1]], &list)?;
    let words = [
        "commit",
        "--quiet",
        "--no-verify",
        "--only",
        from[0],
        from[1],
        "-m",
        message,
    ];
    must(root, &words, &list)?;
    head(root)
}

/// The files that each of the last commits changed, below a folder and relative to it; nothing outside a repository.
/// Merges are left out, since what they bring was counted before.
pub fn changes(root: &Utf8Path, commits: usize) -> Result<Vec<Vec<String>>, VerifyError> {
    let count = commits.to_string();
    let log = ask(
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
    must(root, &["add", "--all", "--", "."], "")?;
    must(
        root,
        &["commit", "--quiet", "--no-verify", "-m", message],
        "",
    )
    .map(drop)
}

/// Why git would not let us commit: it knows no author.
pub fn commit_refusal(root: &Utf8Path) -> Result<Option<String>, VerifyError> {
    let known = ask(root, &["var", "GIT_COMMITTER_IDENT"])?.is_some();
    Ok((!known).then(|| {
        "git does not know who you are; say it with `git config user.name` and `git config user.email`".to_owned()
    }))
}

/// Makes a repository of a folder, with all in it committed, by an author of our own.
pub fn make_repository(root: &Utf8Path, message: &str) -> Result<(), VerifyError> {
    must(root, &["init", "--quiet", "--initial-branch", "main"], "")?;
    for (key, value) in [
        ("user.name", "Cleave"),
        ("user.email", "cleave@localhost"),
        ("core.autocrlf", "false"),
    ] {
        must(root, &["config", key, value], "")?;
    }
    commit_all(root, message)
}

/// The last commit with this subject, on the branch that is checked out.
pub fn commit_with_subject(root: &Utf8Path, subject: &str) -> Result<Option<String>, VerifyError> {
    let pattern = format!("--grep={subject}");
    let listed = ask(
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
        "",
    )?;
    let prefix = must(root, &["rev-parse", "--show-prefix"], "")?;
    Ok(folder.join(prefix.trim()))
}

/// Removes what [`tree_before`] made, if it is there.
pub fn forget_tree(root: &Utf8Path, folder: &Utf8Path) -> Result<(), VerifyError> {
    ask(root, &["worktree", "remove", "--force", folder.as_str()]).map(drop)
}

/// The folder of the repository around a tree; none where there is no repository.
pub fn toplevel(root: &Utf8Path) -> Result<Option<Utf8PathBuf>, VerifyError> {
    // Up from where we are, so that links stay as the user wrote them.
    let Some(up) = ask(root, &["rev-parse", "--show-cdup"])? else {
        return Ok(None);
    };
    let levels = up.trim().split('/').filter(|part| *part == "..").count();
    Ok(root.ancestors().nth(levels).map(Utf8Path::to_owned))
}

/// The branch that others branch off: the remote's, or else the one that is checked out.
pub fn default_branch(root: &Utf8Path) -> Result<String, VerifyError> {
    let remote = ask(
        root,
        &["symbolic-ref", "--short", "refs/remotes/origin/HEAD"],
    )?;
    if let Some(name) = remote {
        let name = name.trim();
        return Ok(name.strip_prefix("origin/").unwrap_or(name).to_owned());
    }
    let own = ask(root, &["symbolic-ref", "--short", "HEAD"])?;
    Ok(own.map_or_else(|| "main".to_owned(), |name| name.trim().to_owned()))
}

/// Whether git has a file.
pub fn tracks(root: &Utf8Path, path: &str) -> Result<bool, VerifyError> {
    let listed = ask(root, &["ls-files", "--error-unmatch", "--", path])?;
    Ok(listed.is_some())
}
