//! The manifest of a member: new, or extended by what is missing.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use cleave_syntax::Diagnostic;
use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::{ManifestInput, Member, feature, lints, read, support, unify};
use crate::include::{joined, relative};

/// The text of a member's manifest after the step.
pub(super) fn manifest(
    input: &ManifestInput<'_>,
    root: &DocumentMut,
    member: &Member,
    old: Option<&str>,
    features: &BTreeMap<String, BTreeSet<String>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> String {
    let fresh = old.is_none();
    let text = old.map_or_else(|| head(input, root, member), str::to_owned);
    let Some(mut document) = read(&text, "Cargo.toml", diagnostics) else {
        return text;
    };
    add_crates(&mut document, input, member, features);
    add_dependencies(&mut document, root, input, member);
    if member.is_built {
        add_build_dependencies(&mut document, root, input, member);
    }
    add_features(&mut document, root, member, features);
    support::declare(&mut document, root, input, member);
    let helping = member.needs.helpers.iter().map(String::as_str).collect();
    support::ask(&mut document, input, &member.dir, &helping);
    if fresh {
        let workspace = input.workspace.and_then(|text| text.parse().ok());
        let lints = lints::of_member(root, workspace.as_ref().unwrap_or(root));
        if let Some(lints) = lints::with_conditions(lints, input.conditions) {
            document.insert("lints", lints);
        }
    }
    document.to_string()
}

/// Fields of `[package]` that hold for every crate of a workspace.
pub(super) const SHARED_FIELDS: &[&str] = &[
    "version",
    "edition",
    "rust-version",
    "authors",
    "license",
    "repository",
    "homepage",
    "publish",
    "categories",
];

/// `[package]`, with what the root's says.
fn head(input: &ManifestInput<'_>, root: &DocumentMut, member: &Member) -> String {
    let mut document = DocumentMut::new();
    let mut package = Table::new();
    package.insert("name", toml_edit::value(&member.name));
    let old = root.get("package").and_then(Item::as_table_like);
    for key in SHARED_FIELDS {
        if let Some(item) = old.and_then(|old| old.get(key)) {
            let mut item = item.clone();
            if let Some(value) = item.as_value_mut() {
                value.decor_mut().clear();
            }
            package.insert(key, item);
        }
    }
    package.insert(
        "description",
        toml_edit::value(format!("A part of {}", input.package)),
    );
    document.insert("package", Item::Table(package));
    document.to_string()
}

/// Dependencies on other crates of the plan.
fn add_crates(
    document: &mut DocumentMut,
    input: &ManifestInput<'_>,
    member: &Member,
    features: &BTreeMap<String, BTreeSet<String>>,
) {
    for (table, names) in [
        ("dependencies", &member.needs.crates),
        ("dev-dependencies", &member.needs.dev_crates),
    ] {
        for name in names.iter().filter(|name| **name != member.name) {
            let (dir, has_features) = match input.members.iter().find(|other| other.name == *name) {
                Some(other) => (
                    other.dir.as_path(),
                    features
                        .get(name)
                        .is_some_and(|features| !features.is_empty()),
                ),
                None => (input.root_dir, false),
            };
            if has(document, "dependencies", name) || has(document, table, name) {
                continue;
            }
            let mut value = InlineTable::new();
            value.insert("path", relative(&member.dir, dir).as_str().into());
            if input.publish && table == "dependencies" {
                value.insert("version", input.version.into());
            }
            if has_features && table == "dependencies" {
                value.insert("default-features", false.into());
            }
            dependencies_mut(document, table).insert(name, Value::InlineTable(value).into());
        }
    }
}

fn has(document: &DocumentMut, table: &str, key: &str) -> bool {
    document
        .get(table)
        .and_then(Item::as_table_like)
        .is_some_and(|table| table.contains_key(key))
}

/// A table of a manifest, made where there is none.
pub(super) fn dependencies_mut<'d>(
    document: &'d mut DocumentMut,
    table: &str,
) -> &'d mut dyn TableLike {
    let item = document
        .entry(table)
        .or_insert_with(|| Item::Table(Table::new()));
    if !item.is_table_like() {
        *item = Item::Table(Table::new());
    }
    item.as_table_like_mut()
        .expect("it was made a table just now")
}

/// An entry of one of the root's tables of dependencies.
pub(super) struct Entry<'a> {
    target: Option<String>,
    pub(super) dev: bool,
    pub(super) key: &'a str,
    value: &'a Item,
}

impl Entry<'_> {
    pub(super) fn is_optional(&self) -> bool {
        is_optional(self.value)
    }
}

/// Whether an entry of a table of dependencies says that it is optional.
pub(super) fn is_optional(entry: &Item) -> bool {
    entry.get("optional").and_then(Item::as_bool) == Some(true)
}

/// All dependencies of a manifest, build dependencies left out.
pub(super) fn entries(root: &DocumentMut) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    collect(None, root.as_table(), &mut entries);
    let targets = root.get("target").and_then(Item::as_table_like);
    for (name, table) in targets.into_iter().flat_map(|targets| targets.iter()) {
        if let Some(table) = table.as_table_like() {
            collect(Some(name), table, &mut entries);
        }
    }
    entries
}

fn collect<'a>(target: Option<&str>, around: &'a dyn TableLike, entries: &mut Vec<Entry<'a>>) {
    for (name, dev) in [
        ("dependencies", false),
        ("dev-dependencies", true),
        ("dev_dependencies", true),
    ] {
        let table = around.get(name).and_then(Item::as_table_like);
        for (key, value) in table.into_iter().flat_map(|table| table.iter()) {
            entries.push(Entry {
                target: target.map(str::to_owned),
                dev,
                key,
                value,
            });
        }
    }
}

fn add_dependencies(
    document: &mut DocumentMut,
    root: &DocumentMut,
    input: &ManifestInput<'_>,
    member: &Member,
) {
    let entries = entries(root);
    for entry in &entries {
        let name = entry.key.replace('-', "_");
        let normal = !entry.dev && member.needs.normal.contains(&name);
        let dev = !normal
            && (member.needs.dev.contains(&name)
                || (entry.dev && member.needs.normal.contains(&name)));
        if !normal && !dev {
            continue;
        }
        // What tests ask for may be more than what the code does.
        let for_tests = |other: &&Entry<'_>| {
            other.dev && other.key == entry.key && other.target == entry.target
        };
        let listed = has(document, "dependencies", entry.key);
        if dev && !entry.dev && (listed || entries.iter().any(|other| for_tests(&other))) {
            continue;
        }
        // The tests alone are left to use it in the root; here it is for more.
        let is_handed = |other: &Entry<'_>| !other.dev && other.key == entry.key;
        if dev && entry.dev && listed && !entries.iter().any(is_handed) {
            continue;
        }
        let mut value = as_in_member(entry.value, input, member, dev);
        if !entry.dev {
            unify::with_build_features(root, entry.key, &mut value);
        }
        let table = if normal {
            "dependencies"
        } else {
            "dev-dependencies"
        };
        if normal && entry.target.is_none() && !entry.is_optional() {
            support::release(document, entry.key);
        }
        let tables = match &entry.target {
            None => dependencies_mut(document, table),
            Some(target) => target_mut(document, target, table),
        };
        if !tables.contains_key(entry.key) {
            tables.insert(entry.key, value);
        }
    }
}

/// An entry of the root's, on one line, as it stands in a member.
fn as_in_member(entry: &Item, input: &ManifestInput<'_>, member: &Member, dev: bool) -> Item {
    let mut value = entry.clone();
    if let Ok(inline) = value.clone().into_value() {
        value = Item::Value(inline);
    }
    if let Some(text) = value.as_value_mut() {
        text.decor_mut().clear();
    }
    correct(&mut value, input, member, dev);
    value
}

/// What the root's build script needs.
fn add_build_dependencies(
    document: &mut DocumentMut,
    root: &DocumentMut,
    input: &ManifestInput<'_>,
    member: &Member,
) {
    const KIND: &str = "build-dependencies";
    let entries = root.get(KIND).and_then(Item::as_table_like);
    for (key, entry) in entries.into_iter().flat_map(|table| table.iter()) {
        let value = as_in_member(entry, input, member, false);
        dependencies_mut(document, KIND).insert(key, value);
    }
}

/// The root's entries of some names in source, as they stand in a member.
pub(super) fn dependencies_for(
    root: &DocumentMut,
    input: &ManifestInput<'_>,
    member: &Member,
    names: &BTreeSet<String>,
) -> Vec<(String, Item)> {
    let wanted = entries(root)
        .into_iter()
        .filter(|entry| entry.target.is_none() && names.contains(&entry.key.replace('-', "_")));
    let mut found: Vec<(String, Item)> = Vec::new();
    for entry in wanted {
        let value = as_in_member(entry.value, input, member, true);
        if found.iter().all(|(key, _)| key != entry.key) {
            found.push((entry.key.to_owned(), value));
        }
    }
    found
}

fn target_mut<'d>(
    document: &'d mut DocumentMut,
    target: &str,
    table: &str,
) -> &'d mut dyn TableLike {
    let mut implicit = Table::new();
    implicit.set_implicit(true);
    let targets = document
        .entry("target")
        .or_insert(Item::Table(implicit.clone()));
    let targets = targets
        .as_table_mut()
        .expect("a new manifest's target table is a table");
    let one = targets.entry(target).or_insert(Item::Table(implicit));
    let one = one
        .as_table_mut()
        .expect("a new manifest's target table is a table");
    let table = one.entry(table).or_insert(Item::Table(Table::new()));
    table
        .as_table_like_mut()
        .expect("a new manifest's target table is a table")
}

/// A path is relative to another folder now, and tests have nothing optional.
fn correct(value: &mut Item, input: &ManifestInput<'_>, member: &Member, dev: bool) {
    correct_path(value, (input.root_dir, &member.dir));
    if let Some(table) = value.as_table_like_mut().filter(|_| dev) {
        table.remove("optional");
    }
}

/// A path is relative to the folder `to` now, no longer to `from`.
fn correct_path(value: &mut Item, (from, to): (&Utf8Path, &Utf8Path)) {
    let Some(table) = value.as_table_like_mut() else {
        return;
    };
    if let Some(path) = table.get("path").and_then(Item::as_str).map(str::to_owned)
        && !path.starts_with('/')
    {
        let target = joined(from, &path);
        table.insert("path", toml_edit::value(relative(to, &target).as_str()));
    }
}

/// Corrects the paths of all dependencies in a table.
pub(super) fn corrected(table: &mut dyn TableLike, folders: (&Utf8Path, &Utf8Path)) {
    for (_, value) in table.iter_mut() {
        correct_path(value, folders);
        if let Some(Value::InlineTable(value)) = value.as_value_mut() {
            value.fmt();
        }
    }
}

fn add_features(
    document: &mut DocumentMut,
    root: &DocumentMut,
    member: &Member,
    features: &BTreeMap<String, BTreeSet<String>>,
) {
    let ours: BTreeSet<String> = entries(document)
        .into_iter()
        .filter(|entry| !entry.dev)
        .map(|entry| entry.key.to_owned())
        .collect();
    let mut named = member.needs.features.clone();
    named.extend(feature::declared(document));
    let lower: BTreeMap<String, BTreeSet<String>> = features
        .iter()
        .filter(|(name, _)| ours.contains(*name))
        .map(|(name, features)| (name.clone(), features.clone()))
        .collect();
    let wanted = feature::restricted(&feature::with_implicit(root), &named, &ours, &lower);
    if wanted.is_empty() {
        return;
    }
    let table = dependencies_mut(document, "features");
    for (name, values) in wanted {
        match table.get_mut(&name).and_then(Item::as_array_mut) {
            Some(existing) => {
                for value in values {
                    if !existing.iter().any(|other| other.as_str() == Some(&value)) {
                        existing.push(value);
                    }
                }
            }
            None => {
                table.insert(&name, toml_edit::value(feature::array(&values)));
            }
        }
    }
}
