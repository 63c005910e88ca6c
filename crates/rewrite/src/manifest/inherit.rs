//! What the crates of a new workspace have in common is said once (rows E1, E5): package fields in `[workspace.package]`,
//! dependencies of several crates in `[workspace.dependencies]`.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::ManifestInput;
use super::member::SHARED_FIELDS;
use super::root::workspace_table;
use crate::include::{joined, relative};

/// The first Cargo that knows inheritance is that of Rust 1.64.
const FIRST: u32 = 64;

/// Whether the package is becoming the root of a workspace just now, and its Cargo knows inheritance.
pub(super) fn is_new_workspace(document: &DocumentMut, input: &ManifestInput<'_>) -> bool {
    let workspace = document.get("workspace").and_then(Item::as_table_like);
    let shares = |key: &str| workspace.is_some_and(|table| table.contains_key(key));
    let fresh = input.members.iter().all(|member| member.manifest.is_none());
    fresh
        && input.workspace.is_none()
        && !shares("members")
        && !shares("package")
        && knows(document)
}

fn knows(document: &DocumentMut) -> bool {
    let package = document.get("package").and_then(Item::as_table_like);
    let version = package
        .and_then(|package| package.get("rust-version"))
        .and_then(Item::as_str);
    let minor = version.and_then(|version| version.split('.').nth(1)?.parse().ok());
    minor.is_none_or(|minor: u32| minor >= FIRST)
}

/// Moves the fields that all crates share to `[workspace.package]`.
pub(super) fn share_package(document: &mut DocumentMut) {
    let mut shared = Table::new();
    if let Some(package) = document
        .get_mut("package")
        .and_then(Item::as_table_like_mut)
    {
        for key in SHARED_FIELDS {
            let Some(value) = package.get_mut(key).and_then(Item::as_value_mut) else {
                continue;
            };
            let mut common = value.clone();
            common.decor_mut().clear();
            let mut inherited = InlineTable::new();
            inherited.insert("workspace", true.into());
            *inherited.decor_mut() = value.decor().clone();
            if value.is_inline_table() {
                continue;
            }
            *value = Value::InlineTable(inherited);
            shared.insert(key, Item::Value(common));
        }
    }
    if let Some(workspace) = workspace_table(document).filter(|_| !shared.is_empty()) {
        workspace.insert("package", Item::Table(shared));
    }
}

/// What says where a dependency comes from: keys with their values as they are written.
type Source = Vec<(String, String)>;

/// Where a dependency stands: the root (none) or a member, and the path of its table.
type Place = (Option<String>, Vec<String>);

/// Moves the dependencies that several crates have, from the same source, to `[workspace.dependencies]`.
pub(super) fn share_dependencies(
    document: &mut DocumentMut,
    members: &mut BTreeMap<String, String>,
    input: &ManifestInput<'_>,
) {
    if input.workspace.is_some() || !knows(document) || !is_ours(document, input) {
        return;
    }
    let mut documents: BTreeMap<Option<String>, DocumentMut> = BTreeMap::new();
    for (name, text) in members.iter() {
        if let Ok(member) = text.parse() {
            documents.insert(Some(name.clone()), member);
        }
    }
    documents.insert(None, document.clone());
    let mut found: BTreeMap<String, Vec<(Place, Source)>> = BTreeMap::new();
    for (name, manifest) in &documents {
        let dir = input
            .members
            .iter()
            .find(|member| Some(&member.name) == name.as_ref());
        let dir = dir.map_or(input.root_dir, |member| member.dir.as_path());
        for table in tables(manifest) {
            for (key, item) in table_at(manifest, &table)
                .into_iter()
                .flat_map(TableLike::iter)
            {
                let source = source(item, dir, input.root_dir);
                let place = (name.clone(), table.clone());
                found
                    .entry(key.to_owned())
                    .or_default()
                    .push((place, source));
            }
        }
    }
    found.retain(|key, places| is_shared(key, places, input));
    for (key, places) in &found {
        add(document, key, &places[0].1);
        for ((name, table), _) in places {
            let Some(name) = name else {
                inherit(document_table(document, table), key);
                continue;
            };
            if let Some(member) = documents.get_mut(&Some(name.clone())) {
                inherit(document_table(member, table), key);
                members.insert(name.clone(), member.to_string());
            }
        }
    }
}

/// Adds a dependency to `[workspace.dependencies]`.
fn add(document: &mut DocumentMut, key: &str, source: &[(String, String)]) {
    let Some(workspace) = workspace_table(document) else {
        return;
    };
    let common = workspace
        .entry("dependencies")
        .or_insert_with(|| Item::Table(Table::new()));
    if let Some(common) = common.as_table_like_mut() {
        common.insert(key, Item::Value(written(source)));
    }
}

/// Whether the workspace has no members but those of the plan.
fn is_ours(document: &DocumentMut, input: &ManifestInput<'_>) -> bool {
    let members = document
        .get("workspace")
        .and_then(Item::as_table_like)
        .and_then(|workspace| workspace.get("members"))
        .and_then(Item::as_array);
    members.into_iter().flatten().all(|member| {
        let ours = |path: &str| input.members.iter().any(|planned| planned.dir == path);
        member.as_str().is_some_and(ours)
    })
}

fn is_shared(key: &str, places: &[(Place, Source)], input: &ManifestInput<'_>) -> bool {
    let crates: BTreeSet<&Option<String>> = places.iter().map(|((name, _), _)| name).collect();
    let planned = input.members.iter().any(|member| member.name == key) || key == input.package;
    let inherited = places[0].1.iter().any(|(key, _)| key == "workspace");
    crates.len() > 1
        && !planned
        && !inherited
        && places.iter().all(|(_, source)| *source == places[0].1)
}

/// The paths of all tables of dependencies.
pub(super) fn tables(document: &DocumentMut) -> Vec<Vec<String>> {
    const KINDS: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];
    let mut paths: Vec<Vec<String>> = KINDS.iter().map(|kind| vec![(*kind).to_owned()]).collect();
    let targets = document.get("target").and_then(Item::as_table_like);
    for (target, _) in targets.into_iter().flat_map(TableLike::iter) {
        for kind in KINDS {
            let path = ["target", target, kind];
            paths.push(path.iter().map(|part| (*part).to_owned()).collect());
        }
    }
    paths
}

fn table_at<'d>(document: &'d DocumentMut, path: &[String]) -> Option<&'d dyn TableLike> {
    let mut item = document.get(&path[0])?;
    for part in &path[1..] {
        item = item.as_table_like()?.get(part)?;
    }
    item.as_table_like()
}

pub(super) fn document_table<'d>(
    document: &'d mut DocumentMut,
    path: &[String],
) -> Option<&'d mut dyn TableLike> {
    let mut item = document.get_mut(&path[0])?;
    for part in &path[1..] {
        item = item.as_table_like_mut()?.get_mut(part)?;
    }
    item.as_table_like_mut()
}

/// What says where a dependency comes from, paths told from the workspace root on.
fn source(item: &Item, dir: &camino::Utf8Path, root: &camino::Utf8Path) -> Vec<(String, String)> {
    if let Some(version) = item.as_str() {
        return vec![("version".to_owned(), Value::from(version).to_string())];
    }
    let table = item.as_table_like().into_iter().flat_map(TableLike::iter);
    let mut source: Source = table
        .filter(|(key, _)| !["features", "optional"].contains(key))
        .filter_map(|(key, item)| {
            let path = item
                .as_str()
                .filter(|path| key == "path" && !path.starts_with('/'));
            let value = match path {
                Some(path) => Value::from(relative(root, &joined(dir, path)).as_str()),
                None => item.as_value()?.clone().decorated("", ""),
            };
            Some((key.to_owned(), value.to_string()))
        })
        .collect();
    source.sort();
    source
}

/// A dependency as it is written: a version alone, or a table.
fn written(source: &[(String, String)]) -> Value {
    let mut table = InlineTable::new();
    for (key, text) in source {
        if let Ok(value) = text.parse::<Value>() {
            if source.len() == 1 && key == "version" {
                return value.decorated(" ", "");
            }
            table.insert(key, value.decorated(" ", ""));
        }
    }
    table.fmt();
    Value::InlineTable(table)
}

/// Replaces a dependency by the workspace's, with its own features.
fn inherit(table: Option<&mut dyn TableLike>, key: &str) {
    let Some(table) = table else {
        return;
    };
    let Some(item) = table.get_mut(key) else {
        return;
    };
    let mut inherited = InlineTable::new();
    inherited.insert("workspace", true.into());
    for own in ["features", "optional"] {
        let value = item.as_table_like().and_then(|table| table.get(own));
        if let Some(value) = value.and_then(Item::as_value) {
            inherited.insert(own, value.clone());
        }
    }
    inherited.fmt();
    if let Some(value) = item.as_value() {
        *inherited.decor_mut() = value.decor().clone();
    }
    let was_table = item.is_table();
    *item = Item::Value(Value::InlineTable(inherited));
    // Before the `]` of its own header a key has no space.
    if was_table && let Some(mut key) = table.key_mut(key) {
        key.leaf_decor_mut().clear();
    }
}
