//! Where others get the command from.

use camino::{Utf8Path, Utf8PathBuf};
use toml_edit::{InlineTable, Value};

use crate::exit::Failure;

/// The value of `cargo-cleave` in a `[dependencies]` table: from what was said, or else from what `cargo install` was
/// given.
pub(super) fn dependency(from: Option<&str>, root: &Utf8Path) -> Result<String, Failure> {
    let mut table = InlineTable::new();
    if let Some(from) = from {
        if from.contains("://") || from.starts_with("git@") {
            table.insert("git", Value::from(from));
        } else {
            let path = absolute(from)?;
            if !path.join("Cargo.toml").is_file() {
                return Err(Failure::World(format!(
                    "failed to find a package at `{from}`: `--from` takes a git URL or the folder of `cargo-cleave`"
                )));
            }
            table.insert("path", Value::from(relative(root, &path).as_str()));
        }
        return Ok(table.to_string());
    }
    let installed = installed().unwrap_or_default();
    let version = env!("CARGO_PKG_VERSION");
    if installed.starts_with("registry+") {
        return Ok(Value::from(version).to_string().trim().to_owned());
    }
    if let Some(git) = installed.strip_prefix("git+") {
        let (url, commit) = git.split_once('#').unwrap_or((git, ""));
        let url = url.split_once('?').map_or(url, |(url, _)| url);
        table.insert("git", Value::from(url));
        if !commit.is_empty() {
            table.insert("rev", Value::from(commit));
        }
        return Ok(table.to_string());
    }
    let place = match installed.strip_prefix("path+file://") {
        Some(path) => format!("it was installed from `{path}`, a folder of this machine"),
        None => "it was not installed with `cargo install`".to_owned(),
    };
    Err(Failure::World(format!(
        "failed to find out where others get cargo-cleave from: {place}; say `--from GIT-URL`, or `--from FOLDER` for one inside the repository"
    )))
}

/// What Cargo's lists of installed programs say of this one: the list beside the folder that it runs from, wherever
/// `cargo install --root` put it, or else the one of Cargo's own folder.
fn installed() -> Option<String> {
    let program = std::env::current_exe().ok();
    let program = program.and_then(|path| Utf8PathBuf::from_path_buf(path).ok());
    let beside = program.and_then(|path| Some(path.parent()?.parent()?.to_owned()));
    let home = std::env::var("CARGO_HOME").or_else(|_| {
        let home = std::env::var("HOME").or_else(|_| std::env::var("USERPROFILE"))?;
        Ok::<String, std::env::VarError>(format!("{home}/.cargo"))
    });
    let roots = beside.into_iter().chain(home.ok().map(Utf8PathBuf::from));
    roots.into_iter().find_map(|root| listed(&root))
}

fn listed(root: &Utf8Path) -> Option<String> {
    let text = std::fs::read_to_string(root.join(".crates.toml")).ok()?;
    let document: toml_edit::DocumentMut = text.parse().ok()?;
    let list = document.get("v1")?.as_table_like()?;
    let (key, _) = list
        .iter()
        .find(|(key, _)| key.starts_with("cargo-cleave "))?;
    let (_, source) = key.split_once('(')?;
    Some(source.trim_end_matches(')').to_owned())
}

fn absolute(path: &str) -> Result<Utf8PathBuf, Failure> {
    let path = crate::project::absolute(Utf8Path::new(path))?;
    path.canonicalize_utf8()
        .map_err(|error| Failure::World(format!("failed to find `{path}`: {error}")))
}

/// From the `xtask` folder, for what is inside the repository.
fn relative(root: &Utf8Path, path: &Utf8Path) -> Utf8PathBuf {
    let root = root.canonicalize_utf8().unwrap_or_else(|_| root.to_owned());
    match path.strip_prefix(&root) {
        Ok(inside) => Utf8Path::new("..").join(inside),
        Err(_) => path.to_owned(),
    }
}
