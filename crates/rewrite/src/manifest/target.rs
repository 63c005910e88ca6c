//! Tables of tests, benches and examples: `[[test]]`, `[[bench]]`, `[[example]]` (row G2).

use std::collections::BTreeMap;

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};

use super::TargetMove;

/// Keys of `[package]` that turn off the search for targets, by table.
const SEARCHES: &[(&str, &str)] = &[
    ("test", "autotests"),
    ("bench", "autobenches"),
    ("example", "autoexamples"),
];

/// Moves the tables of targets to the manifests of their new owners, where they have any.
pub(super) fn hand_over(
    document: &mut DocumentMut,
    members: &mut BTreeMap<String, String>,
    targets: &[TargetMove],
) {
    for target in targets {
        let Some(text) = members.get_mut(&target.to) else {
            continue;
        };
        let Ok(mut member) = text.parse::<DocumentMut>() else {
            continue;
        };
        take_search(document, &mut member, target.table);
        if let Some(mut table) = take(document, target) {
            table.set_position(None);
            let tables = member
                .entry(target.table)
                .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
            if let Some(tables) = tables.as_array_of_tables_mut() {
                tables.push(table);
            }
        }
        *text = member.to_string();
    }
}

/// Takes the table of a target out of the root's manifest.
fn take(document: &mut DocumentMut, target: &TargetMove) -> Option<Table> {
    let tables = document
        .get_mut(target.table)
        .and_then(Item::as_array_of_tables_mut)?;
    let name = |table: &Table| table.get("name").and_then(Item::as_str) == Some(&target.name);
    let index = tables.iter().position(name)?;
    let table = tables.get(index).cloned();
    tables.remove(index);
    if tables.is_empty() {
        document.remove(target.table);
    }
    table
}

/// Where the root's targets are only those that it lists, so are the member's.
fn take_search(document: &DocumentMut, member: &mut DocumentMut, table: &str) {
    let mut searches = SEARCHES.iter();
    let Some((_, key)) = searches.find(|(other, _)| *other == table) else {
        return;
    };
    let package = document.get("package").and_then(Item::as_table_like);
    let said = package.and_then(|package| package.get(key)).cloned();
    let own = member.get_mut("package").and_then(Item::as_table_like_mut);
    if let (Some(said), Some(own)) = (said, own)
        && !own.contains_key(key)
    {
        own.insert(key, said);
    }
}
