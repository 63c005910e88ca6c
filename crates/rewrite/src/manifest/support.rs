//! The feature for code that the tests of other crates need (row E3): declared where the code is, asked for in
//! dev-dependencies alone.

use std::collections::BTreeSet;

use camino::Utf8Path;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Value};

use super::{ManifestInput, Member, member};
use crate::include::relative;
use crate::support::FEATURE;

/// Declares the feature, with what the code behind it needs.
pub(super) fn declare(
    document: &mut DocumentMut,
    root: &DocumentMut,
    input: &ManifestInput<'_>,
    member: &Member,
) {
    if !member.needs.has_support {
        return;
    }
    let mut turned_on: Vec<String> = Vec::new();
    for (key, value) in member::dependencies_for(root, input, member, &member.needs.support) {
        let table = member::dependencies_mut(document, "dependencies");
        if !table.contains_key(&key) {
            table.insert(&key, as_optional(value));
        }
        // What other code needs is there without the feature.
        if table.get(&key).is_some_and(member::is_optional) {
            turned_on.push(format!("dep:{key}"));
        }
    }
    let lower = member.needs.support_crates.iter();
    turned_on.extend(lower.map(|name| format!("{name}/{FEATURE}")));
    let table = member::dependencies_mut(document, "features");
    if !table.contains_key(FEATURE) {
        table.insert(FEATURE, toml_edit::value(Array::new()));
    }
    let Some(list) = table.get_mut(FEATURE).and_then(Item::as_array_mut) else {
        return;
    };
    for text in turned_on {
        if !list.iter().any(|value| value.as_str() == Some(&text)) {
            list.push(text);
        }
    }
}

/// Takes a dependency from the feature that turned it on, for code that needs it in any case by now.
pub(super) fn release(document: &mut DocumentMut, key: &str) {
    let features = document
        .get_mut("features")
        .and_then(Item::as_table_like_mut);
    let list = features
        .and_then(|table| table.get_mut(FEATURE))
        .and_then(Item::as_array_mut);
    let Some(list) = list else {
        return;
    };
    let before = list.len();
    let turned_on = format!("dep:{key}");
    list.retain(|value| value.as_str() != Some(&turned_on));
    if list.len() < before {
        member::dependencies_mut(document, "dependencies").remove(key);
    }
}

fn as_optional(value: Item) -> Item {
    let mut table = match value.into_value() {
        Ok(Value::InlineTable(table)) => table,
        Ok(version) => {
            let mut table = InlineTable::new();
            table.insert("version", version);
            table
        }
        Err(_) => InlineTable::new(),
    };
    table.insert("optional", true.into());
    Item::Value(Value::InlineTable(table))
}

/// Asks for the feature of some members, for tests.
pub(super) fn ask(
    document: &mut DocumentMut,
    input: &ManifestInput<'_>,
    dir: &Utf8Path,
    names: &BTreeSet<&str>,
) {
    for member in input.members {
        if !names.contains(member.name.as_str()) {
            continue;
        }
        let table = member::dependencies_mut(document, "dev-dependencies");
        if !table.contains_key(&member.name) {
            let mut value = InlineTable::new();
            value.insert("path", relative(dir, &member.dir).as_str().into());
            table.insert(&member.name, Value::InlineTable(value).into());
        }
        let entry = table.get_mut(&member.name);
        let Some(entry) = entry.and_then(Item::as_table_like_mut) else {
            continue;
        };
        if !entry.contains_key("features") {
            entry.insert("features", toml_edit::value(Array::new()));
        }
        let features = entry.get_mut("features").and_then(Item::as_array_mut);
        if let Some(features) = features
            && !features.iter().any(|value| value.as_str() == Some(FEATURE))
        {
            features.push(FEATURE);
        }
    }
}
