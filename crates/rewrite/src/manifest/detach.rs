//! One manifest becomes two: the workspace's and the package's (rows E5, G3).

use camino::Utf8Path;
use cleave_syntax::Diagnostic;
use toml_edit::{Array, DocumentMut, Item, TableLike, Value};

use super::inherit::{document_table, tables};
use super::member::corrected;
use super::read;
use super::root::workspace_table;
use crate::include::relative;

/// A root package that is to leave the root.
#[derive(Debug, Clone, Copy)]
pub struct Detached<'a> {
    /// The manifest of the package and its workspace.
    pub text: &'a str,
    /// Where the package goes.
    pub dir: &'a Utf8Path,
    /// Its edition.
    pub edition: &'a str,
    /// The file at the root that Cargo takes for its front page, where it is not named.
    pub readme: Option<&'a Utf8Path>,
}

/// Tables that count only at the root of a workspace.
const OF_WORKSPACE: &[&str] = &["workspace", "profile", "patch", "replace"];

/// The workspace's manifest and the package's, or what is wrong with the one there is.
pub fn detached(input: &Detached<'_>) -> Result<(String, String), Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let Some(mut own) = read(input.text, "Cargo.toml", &mut diagnostics) else {
        return Err(diagnostics);
    };
    let mut root = DocumentMut::new();
    for key in OF_WORKSPACE {
        if let Some(item) = own.remove(key) {
            root.insert(key, item);
        }
    }
    let resolver = own
        .get_mut("package")
        .and_then(Item::as_table_like_mut)
        .and_then(|package| package.remove("resolver"));
    join(&mut root, input, resolver);
    for path in tables(&own) {
        if let Some(table) = document_table(&mut own, &path) {
            corrected(table, (Utf8Path::new(""), input.dir));
        }
    }
    if let Some(package) = own.get_mut("package").and_then(Item::as_table_like_mut) {
        front_page(package, input);
    }
    let text = |document: &DocumentMut| document.to_string().trim_start().to_owned();
    Ok((text(&root), text(&own)))
}

/// The package is a member now, and the workspace has the resolver that its edition stands for.
fn join(root: &mut DocumentMut, input: &Detached<'_>, resolver: Option<Item>) {
    let Some(workspace) = workspace_table(root) else {
        return;
    };
    let by_edition = match input.edition {
        "2021" => Some("2"),
        "2024" => Some("3"),
        _ => None,
    };
    let resolver = resolver.or_else(|| by_edition.map(toml_edit::value));
    if let Some(resolver) = resolver.filter(|_| !workspace.contains_key("resolver")) {
        workspace.insert("resolver", resolver);
    }
    let members = workspace
        .entry("members")
        .or_insert_with(|| toml_edit::value(Array::new()));
    if let Some(members) = members.as_array_mut() {
        members.push(input.dir.as_str());
    }
}

/// Files of `[package]` that stay at the root.
fn front_page(package: &mut dyn TableLike, input: &Detached<'_>) {
    let shared = |item: &Item| item.as_table_like().is_some();
    for key in ["readme", "license-file"] {
        let Some(item) = package.get_mut(key).filter(|item| !shared(item)) else {
            continue;
        };
        if let Some(path) = item.as_str().map(|path| relative(input.dir, path.into())) {
            *item = toml_edit::value(path.as_str());
        } else if let (Some(true), Some(readme)) = (item.as_bool(), input.readme) {
            *item = toml_edit::value(relative(input.dir, readme).as_str());
        }
    }
    if let (false, Some(readme)) = (package.contains_key("readme"), input.readme) {
        let path = relative(input.dir, readme);
        package.insert("readme", Item::Value(Value::from(path.as_str())));
    }
}
