//! The text for a plan.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value};

use super::edit::{put, put_list, rows};
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
