//! The manifest of the package that is split, and the workspace's.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::{ManifestInput, feature, member};
use crate::include::relative;

/// Adds the members to `[workspace]`, which is made where there is none.
pub(super) fn add_members(document: &mut DocumentMut, input: &ManifestInput<'_>) {
    let Some(workspace) = workspace_table(document) else {
        return;
    };
    if !workspace.contains_key("members") {
        workspace.insert("members", toml_edit::value(Array::new()));
    }
    let Some(members) = workspace.get_mut("members").and_then(Item::as_array_mut) else {
        return;
    };
    for member in input.members {
        let covered = members
            .iter()
            .filter_map(Value::as_str)
            .any(|pattern| covers(pattern, member.dir.as_str()));
        if !covered {
            members.push(member.dir.as_str());
        }
    }
}

/// `[workspace]`, made above `[package]` where there is none.
pub(super) fn workspace_table(document: &mut DocumentMut) -> Option<&mut dyn TableLike> {
    if !document.contains_key("workspace") {
        let mut table = Table::new();
        if let Some(package) = document
            .get("package")
            .and_then(Item::as_table)
            .and_then(Table::position)
        {
            table.set_position(Some(package));
        }
        document.insert("workspace", Item::Table(table));
    }
    document
        .get_mut("workspace")
        .and_then(Item::as_table_like_mut)
}

/// Whether a pattern of `members` names a folder already.
fn covers(pattern: &str, dir: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => dir
            .strip_prefix(prefix)
            .is_some_and(|rest| !rest.contains('/')),
        None => pattern.trim_end_matches('/') == dir,
    }
}

/// The root is above all crates: it depends on each, and hands its features on.
pub(super) fn depend(
    document: &mut DocumentMut,
    input: &ManifestInput<'_>,
    features: &BTreeMap<String, BTreeSet<String>>,
) {
    let table = document
        .entry("dependencies")
        .or_insert_with(|| Item::Table(Table::new()));
    let Some(table) = table.as_table_like_mut() else {
        return;
    };
    for member in input.members {
        let has_features = features
            .get(&member.name)
            .is_some_and(|features| !features.is_empty());
        if table.contains_key(&member.name) {
            let entry = table
                .get_mut(&member.name)
                .and_then(Item::as_table_like_mut);
            if let Some(entry) =
                entry.filter(|entry| has_features && !entry.contains_key("default-features"))
            {
                entry.insert("default-features", toml_edit::value(false));
            }
            if let Some(Value::InlineTable(entry)) =
                table.get_mut(&member.name).and_then(Item::as_value_mut)
            {
                entry.fmt();
            }
            continue;
        }
        let mut value = InlineTable::new();
        value.insert(
            "path",
            relative(input.root_dir, &member.dir).as_str().into(),
        );
        if input.publish {
            value.insert("version", input.version.into());
        }
        if has_features {
            value.insert("default-features", false.into());
        }
        table.insert(&member.name, Value::InlineTable(value).into());
    }
    spell_out(document, features);
    let Some(own) = document
        .get_mut("features")
        .and_then(Item::as_table_like_mut)
    else {
        return;
    };
    for (name, features) in features {
        for feature in features {
            let Some(list) = own.get_mut(feature).and_then(Item::as_array_mut) else {
                continue;
            };
            let forward = format!("{name}/{feature}");
            if !list.iter().any(|value| value.as_str() == Some(&forward)) {
                push(list, &forward);
            }
        }
    }
}

/// Writes down the features that optional dependencies are by themselves, where members have them too: only what is
/// written can be handed on.
fn spell_out(document: &mut DocumentMut, features: &BTreeMap<String, BTreeSet<String>>) {
    let written = feature::table(document);
    let mut implicit = feature::with_implicit(document);
    implicit.retain(|name, _| {
        !written.contains_key(name) && features.values().any(|of_member| of_member.contains(name))
    });
    if implicit.is_empty() {
        return;
    }
    let table = member::dependencies_mut(document, "features");
    for (name, values) in implicit {
        table.insert(&name, toml_edit::value(feature::array(&values)));
    }
}

/// Adds to a list in its own layout: on a line of its own where each entry has one.
fn push(list: &mut Array, text: &str) {
    let prefix = list
        .iter()
        .last()
        .and_then(|last| last.decor().prefix())
        .and_then(|prefix| prefix.as_str())
        .map(str::to_owned);
    match prefix.filter(|prefix| prefix.contains('\n')) {
        Some(prefix) => {
            let mut value = Value::from(text);
            value.decor_mut().set_prefix(prefix);
            list.push_formatted(value);
        }
        None => list.push(text),
    }
}
