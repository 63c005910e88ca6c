//! Features: which of the root's a member needs, and what each turns on there.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{Array, DocumentMut, Item, Value};

use super::member;

/// Names in a manifest's `[features]`.
pub(super) fn declared(document: &DocumentMut) -> BTreeSet<String> {
    table(document).into_keys().collect()
}

/// A manifest's `[features]`.
pub(super) fn table(document: &DocumentMut) -> BTreeMap<String, Vec<String>> {
    let features = document.get("features").and_then(Item::as_table_like);
    features
        .into_iter()
        .flat_map(|table| table.iter())
        .map(|(name, values)| {
            let values = values
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_owned);
            (name.to_owned(), values.collect())
        })
        .collect()
}

/// The same, with those that optional dependencies are where nothing says `dep:` of them (Cargo book, *features: optional
/// dependencies*).
pub(super) fn with_implicit(document: &DocumentMut) -> BTreeMap<String, Vec<String>> {
    let mut features = table(document);
    let is_written = |name: &str| {
        let mut values = features.values().flatten();
        features.contains_key(name) || values.any(|value| value.strip_prefix("dep:") == Some(name))
    };
    let entries = member::entries(document);
    let optional = entries
        .iter()
        .filter(|entry| !entry.dev && entry.is_optional());
    let implicit: Vec<&str> = optional
        .map(|entry| entry.key)
        .filter(|key| !is_written(key))
        .collect();
    for name in implicit {
        features.insert(name.to_owned(), vec![format!("dep:{name}")]);
    }
    features
}

/// What an entry of a feature's list is about.
enum Entry<'a> {
    Feature,
    Dependency(&'a str),
    DependencyFeature(&'a str),
}

fn entry(text: &str) -> Entry<'_> {
    if let Some(name) = text.strip_prefix("dep:") {
        return Entry::Dependency(name);
    }
    match text.split_once('/') {
        Some((name, _)) => Entry::DependencyFeature(name.trim_end_matches('?')),
        None => Entry::Feature,
    }
}

/// The dependency that an entry of a feature's list is about.
pub(super) fn dependency_of(text: &str) -> Option<&str> {
    match entry(text) {
        Entry::Dependency(name) | Entry::DependencyFeature(name) => Some(name),
        Entry::Feature => None,
    }
}

/// The features that a member gets, with their lists: those its code names, those that turn on its optional
/// dependencies or something in them, those that lower crates have, and those that turn on any of these.
pub(super) fn restricted(
    root: &BTreeMap<String, Vec<String>>,
    named: &BTreeSet<String>,
    dependencies: &BTreeSet<String>,
    lower: &BTreeMap<String, BTreeSet<String>>,
) -> BTreeMap<String, Vec<String>> {
    let is_ours = |text: &str| dependency_of(text).is_some_and(|name| dependencies.contains(name));
    let mut kept: BTreeSet<String> = root
        .iter()
        .filter(|(name, values)| {
            named.contains(*name)
                || values.iter().any(|value| is_ours(value))
                || lower.values().any(|features| features.contains(*name))
        })
        .map(|(name, _)| name.clone())
        .collect();
    loop {
        let more: Vec<String> = root
            .iter()
            .filter(|(name, values)| {
                !kept.contains(*name) && values.iter().any(|value| kept.contains(value))
            })
            .map(|(name, _)| name.clone())
            .collect();
        if more.is_empty() {
            break;
        }
        kept.extend(more);
    }
    kept.iter()
        .map(|name| {
            let mut values: Vec<String> = root[name]
                .iter()
                .filter(|value| kept.contains(*value) || is_ours(value))
                .cloned()
                .collect();
            for (krate, features) in lower {
                if features.contains(name) {
                    let forward = format!("{krate}/{name}");
                    if !values.contains(&forward) {
                        values.push(forward);
                    }
                }
            }
            (name.clone(), values)
        })
        .collect()
}

/// A list of strings on one line.
pub(super) fn array(values: &[String]) -> Array {
    values.iter().map(String::as_str).collect()
}
