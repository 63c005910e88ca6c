//! The `xtask` package and the alias.
//!
//! A new one is a workspace of its own: the user's lock file, and what `cargo check --workspace` builds, stay as they
//! are. One that is there is given the dependency, and a line at the start of its `main`.

use camino::{Utf8Path, Utf8PathBuf};
use cleave_syntax::workspace::Package;
use cleave_syntax::{PackageId, Workspace};
use toml_edit::{DocumentMut, Item, Table, Value};

use super::{Setup, Site};
use crate::exit::Failure;

const MAIN: &str = r#"//! The tasks of this repository: `cargo xtask TASK`.

use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    let task = words.next().unwrap_or_default();
    if task == "split" {
        let name = OsString::from("cargo xtask split");
        return cargo_cleave::run(std::iter::once(name).chain(words));
    }
    eprintln!("Tasks:\n  split …    splits the package, as split.toml has it: `cargo xtask split --help`");
    ExitCode::from(2)
}
"#;

const EXTENSION: &str = r#"
    if std::env::args_os().nth(1).is_some_and(|task| task == "split") {
        let name = std::ffi::OsString::from("cargo xtask split");
        let words = std::iter::once(name).chain(std::env::args_os().skip(2));
        std::process::exit(cargo_cleave::status(words));
    }"#;

/// Adds the task, and the alias that starts it.
pub(super) fn add(site: &Site<'_>, setup: &mut Setup) -> Result<(), Failure> {
    let config = config_path(site, setup);
    let mut document = read(setup, &config)?;
    let alias = alias(&document);
    let name = alias
        .as_deref()
        .and_then(package_of)
        .unwrap_or_else(|| "xtask".to_owned());
    let workspace = &site.project.workspace;
    let member = workspace
        .packages
        .iter()
        .position(|package| package.name == name);
    let start = if let Some(index) = member {
        extend(site, PackageId::new(index), setup)?;
        format!("run --quiet --package {name} --")
    } else {
        create(site, setup)?;
        "run --quiet --manifest-path xtask/Cargo.toml --".to_owned()
    };
    if let Some(alias) = alias {
        setup
            .notes
            .push(format!("left the alias `xtask = \"{alias}\"` as it is"));
    } else {
        let table = document
            .entry("alias")
            .or_insert_with(|| Item::Table(Table::new()));
        if let Some(table) = table.as_table_like_mut() {
            table.insert("xtask", toml_edit::value(start));
        }
        setup.files.push((config, document.to_string()));
    }
    Ok(())
}

/// Cargo reads the old name too.
fn config_path(site: &Site<'_>, setup: &Setup) -> Utf8PathBuf {
    let old = site.inside.join(".cargo/config");
    if setup.top.join(&old).is_file() {
        old
    } else {
        site.inside.join(".cargo/config.toml")
    }
}

fn read(setup: &Setup, path: &Utf8Path) -> Result<DocumentMut, Failure> {
    let Ok(text) = std::fs::read_to_string(setup.top.join(path)) else {
        return Ok(DocumentMut::new());
    };
    text.parse()
        .map_err(|error| Failure::World(format!("failed to read `{path}`: {error}; mend it first")))
}

/// The alias that is there, as one text.
fn alias(document: &DocumentMut) -> Option<String> {
    let item = document.get("alias")?.as_table_like()?.get("xtask")?;
    let words = item.as_array().map(|array| {
        let words = array.iter().filter_map(Value::as_str);
        words.collect::<Vec<_>>().join(" ")
    });
    item.as_str().map(str::to_owned).or(words)
}

/// The package that an alias runs.
fn package_of(alias: &str) -> Option<String> {
    let words: Vec<&str> = alias.split_whitespace().collect();
    words
        .windows(2)
        .find(|pair| pair[0] == "--package" || pair[0] == "-p")
        .map(|pair| pair[1].to_owned())
        .or_else(|| {
            let mut words = words.iter();
            words.find_map(|word| word.strip_prefix("--package=").map(str::to_owned))
        })
}

fn create(site: &Site<'_>, setup: &mut Setup) -> Result<(), Failure> {
    let folder = site.inside.join("xtask");
    let there = std::fs::read_to_string(setup.top.join(folder.join("Cargo.toml")));
    if there.is_ok_and(|text| text.contains("cargo-cleave")) {
        setup
            .notes
            .push(format!("left `{folder}` as it is: it has cargo-cleave"));
        return Ok(());
    }
    if setup.top.join(&folder).exists() {
        setup.notes.push(format!(
            "left `{folder}` as it is, since it is no member of the workspace: give its package the dependency `cargo-cleave = {}`, and let its `split` call `cargo_cleave::run`",
            site.dependency
        ));
        return Ok(());
    }
    let manifest = format!(
        "# The tasks of this repository. A workspace of its own, so that building the rest does not build this.\n\n[package]\nname = \"xtask\"\nversion = \"0.0.0\"\nedition = \"2021\"\npublish = false\n\n[dependencies]\ncargo-cleave = {}\n\n[workspace]\n",
        site.dependency
    );
    setup.files.push((folder.join("Cargo.toml"), manifest));
    setup
        .files
        .push((folder.join("src/main.rs"), MAIN.to_owned()));
    setup
        .files
        .push((folder.join(".gitignore"), "/target\n".to_owned()));
    exclude(site, setup)
}

/// A glob over all folders would take the new one for a member.
fn exclude(site: &Site<'_>, setup: &mut Setup) -> Result<(), Failure> {
    let path = site.inside.join("Cargo.toml");
    let mut document = read(setup, &path)?;
    let Some(workspace) = document
        .get_mut("workspace")
        .and_then(Item::as_table_like_mut)
    else {
        return Ok(());
    };
    let is_global = |value: &Value| matches!(value.as_str(), Some("*" | "./*"));
    let members = workspace.get("members").and_then(Item::as_array);
    if !members.is_some_and(|members| members.iter().any(is_global)) {
        return Ok(());
    }
    let list = workspace
        .entry("exclude")
        .or_insert(toml_edit::value(toml_edit::Array::new()));
    if let Some(list) = list.as_array_mut() {
        list.push("xtask");
    }
    setup.files.push((path, document.to_string()));
    Ok(())
}

/// Gives a task package that is there the dependency and the task.
fn extend(site: &Site<'_>, id: PackageId, setup: &mut Setup) -> Result<(), Failure> {
    let workspace = &site.project.workspace;
    let package = workspace.package(id);
    let knows = |package: &Package| {
        let mut dependencies = package.dependencies.iter();
        dependencies.any(|dependency| dependency.package == "cargo-cleave")
    };
    if knows(package) {
        setup.notes.push(format!(
            "left `{}` as it is: it has cargo-cleave",
            package.name
        ));
        return Ok(());
    }
    let Some((path, text)) = extended_main(workspace, id) else {
        setup.notes.push(format!(
            "left `{}` as it is: it has no `fn main` to extend; give it the dependency `cargo-cleave = {}`, and let `split` call `cargo_cleave::run`",
            package.name, site.dependency
        ));
        return Ok(());
    };
    setup.files.push((site.inside.join(path), text));
    let manifest = site.inside.join(&package.manifest_path);
    let mut document = read(setup, &manifest)?;
    let value: Value = site
        .dependency
        .parse()
        .map_err(|error| Failure::World(format!("failed to write `{manifest}`: {error}")))?;
    let table = document
        .entry("dependencies")
        .or_insert_with(|| Item::Table(Table::new()));
    if let Some(table) = table.as_table_like_mut() {
        table.insert("cargo-cleave", Item::Value(value));
    }
    setup.files.push((manifest, document.to_string()));
    Ok(())
}

/// The file of a package's `fn main`, with the task at the start of it.
fn extended_main(workspace: &Workspace, package: PackageId) -> Option<(Utf8PathBuf, String)> {
    let krate = workspace.binaries(package).next()?;
    let root = workspace.module(workspace.krate(krate).root);
    let main = root
        .items
        .iter()
        .map(|id| workspace.item(*id))
        .find(|item| item.name == "main")?;
    let file = workspace.file(root.file);
    let from = main.name_range.end as usize;
    let brace = from + file.text.get(from..)?.find('{')? + 1;
    let text = format!("{}{EXTENSION}{}", &file.text[..brace], &file.text[brace..]);
    Some((file.path.clone(), text))
}
