//! The text for a plan.

use std::collections::BTreeSet;

use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, RawString, Table, Value};

use super::lift;
use crate::plan::{Plan, PlannedStep, RootKind};

/// The text for a plan: a new commented file, or `old` with only what differs changed.
pub fn write(plan: &Plan, old: Option<&str>) -> String {
    let mut document: DocumentMut = match old.and_then(|old| old.parse().ok()) {
        Some(document) => document,
        None => HEAD.parse().expect("the head is TOML"),
    };
    put(document.as_table_mut(), "version", toml_edit::value(1));
    put(
        document.as_table_mut(),
        "package",
        toml_edit::value(&plan.package),
    );
    if plan.root == RootKind::Virtual {
        put(document.as_table_mut(), "root", toml_edit::value("virtual"));
    }
    if !plan.keep.is_empty() || document.contains_key("keep") {
        put_list(document.as_table_mut(), "keep", &plan.keep);
    }
    if !plan.pins.is_empty() {
        let pins = document
            .entry("pins")
            .or_insert_with(|| Item::Table(Table::new()));
        if let Some(pins) = pins.as_table_mut() {
            for (path, krate) in &plan.pins {
                put(pins, path, toml_edit::value(krate));
            }
        }
    }
    let crates = document.entry("crates").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    if let Some(crates) = crates.as_table_mut() {
        let gone: Vec<String> = crates
            .iter()
            .map(|(name, _)| name.to_owned())
            .filter(|name| plan.crates.iter().all(|krate| krate.name != *name))
            .collect();
        for name in gone {
            crates.remove(&name);
        }
        for krate in &plan.crates {
            let table = crates
                .entry(&krate.name)
                .or_insert_with(|| Item::Table(Table::new()));
            let Some(table) = table.as_table_mut() else {
                continue;
            };
            put(table, "role", toml_edit::value(krate.role.as_str()));
            put_list(table, "modules", &krate.modules);
            if !krate.items.is_empty() || table.contains_key("items") {
                put_list(table, "items", &krate.items);
            }
            let below: Vec<String> = krate
                .depends_on
                .iter()
                .map(|lower| plan.crates[*lower].name.clone())
                .collect();
            put_list(table, "depends-on", &below);
        }
    }
    lift::write(&mut document, &plan.lifts);
    write_steps(&mut document, &plan.steps);
    document.to_string()
}

const HEAD: &str = "\
# Where everything is to live, and in which order it goes there. Edit it: what stands here is respected.
#
# `modules` names modules with all below them, `items` names single items that leave their module, `keep` names modules
# and items that stay in the package, which is above all crates. What no list names stays too, and `check` asks about it.
# Crates are listed bottom-up: each may depend on those before it, as `depends-on` says.
# `root = 'virtual'` has a program's package go to a folder beside its crates in the end.
# `[pins]` nails modules or items to a crate (`a = 'CRATE'`), also when the rest is proposed anew (`--anew`);
# `[weights]` says how many lines a day an item torn from its module (`torn`), a reference across (`reference`) … costs.
# `[[lift]]` makes inherent methods those of an extension trait, which can live above their type.

version = 1
";

/// The steps; one that goes on to move something of what it moved keeps its comments.
fn write_steps(document: &mut DocumentMut, steps: &[PlannedStep]) {
    let rows = rows(document, "steps", steps, |step, old| {
        let to = old.get("to").and_then(Item::as_str);
        let moves = old.get("moves").and_then(Item::as_array);
        let mut moves = moves.into_iter().flatten().filter_map(Value::as_str);
        to == Some(step.to.as_str())
            && moves.any(|moved| step.moves.iter().any(|path| path == moved))
    });
    let tables = steps.iter().zip(rows).map(|(step, mut table)| {
        put(&mut table, "to", toml_edit::value(&step.to));
        put_list(&mut table, "moves", &step.moves);
        table
    });
    let tables: ArrayOfTables = tables.collect();
    document.insert("steps", Item::ArrayOfTables(tables));
}

/// For each value the table below `[[key]]` that it has in the document already, with its comments, or a new one.
pub(super) fn rows<T>(
    document: &DocumentMut,
    key: &str,
    values: &[T],
    is_of: impl Fn(&T, &Table) -> bool,
) -> Vec<Table> {
    let old = document.get(key).and_then(Item::as_array_of_tables);
    let mut old: Vec<&Table> = old.into_iter().flatten().collect();
    // Tables are printed by their places in the file: one place for all keeps the order of the values.
    let place = old.first().and_then(|table| table.position());
    let row = |value: &T| {
        let known = old.iter().position(|table| is_of(value, table));
        let mut row = known.map(|at| old.remove(at).clone()).unwrap_or_default();
        row.set_position(place);
        row
    };
    values.iter().map(row).collect()
}

pub(super) fn put(table: &mut Table, key: &str, value: Item) {
    match table.get_mut(key) {
        Some(old) if old.to_string().trim() == value.to_string().trim() => {}
        Some(old) => {
            let decor = old.as_value().map(|value| value.decor().clone());
            *old = value;
            if let (Some(decor), Some(value)) = (decor, old.as_value_mut()) {
                *value.decor_mut() = decor;
            }
        }
        None => {
            table.insert(key, value);
        }
    }
}

/// A list, where there is one already with the comments of the entries that stay.
pub(super) fn put_list(table: &mut Table, key: &str, values: &[String]) {
    let Some(old) = table.get_mut(key).and_then(Item::as_array_mut) else {
        return put(table, key, list(values));
    };
    let is_at =
        |index: usize, value: &String| old.get(index).and_then(Value::as_str) == Some(value);
    if old.len() == values.len()
        && values
            .iter()
            .enumerate()
            .all(|(index, value)| is_at(index, value))
    {
        return;
    }
    let has_comments = old.to_string().contains('#');
    if !has_comments {
        return put(table, key, list(values));
    }
    let kept: BTreeSet<&str> = values.iter().map(String::as_str).collect();
    let is_gone = |entry: &Value| entry.as_str().is_none_or(|entry| !kept.contains(entry));
    for at in (0..old.len()).rev() {
        if old.get(at).is_some_and(is_gone) {
            take_out(old, at);
        }
    }
    for (index, value) in values.iter().enumerate() {
        let known =
            (index..old.len()).find(|at| old.get(*at).and_then(Value::as_str) == Some(value));
        match known {
            Some(at) if at == index => {}
            Some(at) => {
                let entry = old.remove(at);
                old.insert_formatted(index, entry);
            }
            None => put_in(old, index, value),
        }
    }
    // What stood there twice.
    for at in (values.len()..old.len()).rev() {
        take_out(old, at);
    }
}

/// Takes an entry out of a list. What stands before it, which is also the comment at the end of the line above, goes on to
/// stand before the next.
fn take_out(list: &mut Array, at: usize) {
    let gone = list.remove(at);
    let before = text(gone.decor().prefix());
    if before.contains('#') {
        let after = text_before(list, at);
        set_text_before(list, at, before.trim_end().to_owned() + &after);
    }
}

/// Puts an entry on a line of its own into a list, below the comment at the end of the line above.
fn put_in(list: &mut Array, at: usize, value: &str) {
    let after = text_before(list, at);
    let (comment, rest) = after.split_at(after.find('\n').unwrap_or(0));
    set_text_before(list, at, rest.to_owned());
    let mut entry = Value::from(value);
    entry.decor_mut().set_prefix(format!("{comment}\n    "));
    list.insert_formatted(at, entry);
}

/// What stands between the comma before an entry, or before the list's end, and it.
fn text_before(list: &Array, at: usize) -> String {
    match list.get(at) {
        Some(entry) => text(entry.decor().prefix()),
        None => text(Some(list.trailing())),
    }
}

fn set_text_before(list: &mut Array, at: usize, text: String) {
    match list.get_mut(at) {
        Some(entry) => entry.decor_mut().set_prefix(text),
        None => list.set_trailing(text),
    }
}

fn text(raw: Option<&RawString>) -> String {
    raw.and_then(RawString::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// A list on one line where it is short, else an entry a line.
fn list(values: &[String]) -> Item {
    let mut array: Array = values.iter().map(String::as_str).collect();
    if values.iter().map(|value| value.len() + 4).sum::<usize>() > 90 {
        for value in array.iter_mut() {
            value.decor_mut().set_prefix("\n    ");
        }
        array.set_trailing("\n");
        array.set_trailing_comma(true);
    }
    Item::Value(Value::Array(array))
}
