//! What `split.toml` names that is not there any more, or names twice.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use cleave_plan::unit;
use cleave_syntax::TextRange;
use toml_edit::{Document, Item, TableLike};

use crate::Judge;
use crate::finding::{Finding, Kind};
use crate::proposal::{self, Kinds};

/// A name in a list.
struct Entry {
    /// The crate, or the package for `keep`.
    to: String,
    /// `modules`, `items` or `keep`.
    list: &'static str,
    name: String,
    range: TextRange,
}

pub(crate) fn find(judge: &Judge<'_>) -> Vec<Finding> {
    let workspace = judge.input.workspace;
    let modules: BTreeSet<&str> = unit::modules_by_path(workspace, &judge.crates)
        .into_keys()
        .collect();
    let items: BTreeSet<String> = judge
        .crates
        .iter()
        .flat_map(|krate| workspace.items_of(*krate))
        .map(|id| workspace.path_of(id))
        .collect();
    let mut findings = Vec::new();
    let mut first: BTreeMap<(bool, String), Entry> = BTreeMap::new();
    for entry in entries(judge) {
        let is_there = match entry.list {
            "modules" => modules.contains(entry.name.as_str()),
            "items" => items.contains(&entry.name),
            _ => {
                entry.name == "crate"
                    || modules.contains(entry.name.as_str())
                    || items.contains(&entry.name)
            }
        };
        if !is_there {
            findings.push(gone(judge, &entry));
        }
        let key = (entry.list == "modules", entry.name.clone());
        match first.get(&key) {
            Some(other) => findings.push(twice(judge, other, &entry)),
            None => drop(first.insert(key, entry)),
        }
    }
    findings
}

fn gone(judge: &Judge<'_>, entry: &Entry) -> Finding {
    let (kind, kinds) = match entry.list {
        "modules" => ("module", Kinds::Modules),
        "items" => ("item", Kinds::Items),
        _ => ("module or item", Kinds::Both),
    };
    let message = format!("there is no {kind} `{}` any more", entry.name);
    let about = format!("{} in {} of {}", entry.name, entry.list, entry.to);
    let finding = Finding::new(Kind::Plan, &about, message)
        .at((judge.input.plan_file.0, entry.range), "named here");
    match proposal::new_name(judge, &entry.name, kinds) {
        Some((name, place)) => finding.at(place, "this has no home").help(format!(
            "if it is `{name}` now, put that in its place; else take it out of split.toml"
        )),
        None => finding.help("nothing like it is new: take it out of split.toml".to_owned()),
    }
}

fn twice(judge: &Judge<'_>, first: &Entry, second: &Entry) -> Finding {
    let message = format!(
        "`{}` is listed for `{}` and for `{}`",
        second.name, first.to, second.to
    );
    let about = format!("{} for {} and {}", second.name, first.to, second.to);
    let path = judge.input.plan_file.0;
    Finding::new(Kind::Plan, &about, message)
        .at((path, second.range), "a second time here")
        .at((path, first.range), "first here")
        .help("leave it in one list: a thing has one home".to_owned())
}

/// The names in the lists of `split.toml`, with their places.
fn entries(judge: &Judge<'_>) -> Vec<Entry> {
    let Ok(document) = Document::parse(judge.input.plan_file.1) else {
        return Vec::new();
    };
    let table = document.as_table();
    let mut entries = Vec::new();
    let package = &judge.input.plan.package;
    names(table.get("keep"), (package, "keep"), &mut entries);
    let crates = table.get("crates").and_then(Item::as_table_like);
    for (krate, item) in crates.into_iter().flat_map(TableLike::iter) {
        for list in ["modules", "items"] {
            let item = item.as_table_like().and_then(|table| table.get(list));
            names(item, (krate, list), &mut entries);
        }
    }
    entries
}

fn names(item: Option<&Item>, (to, list): (&str, &'static str), entries: &mut Vec<Entry>) {
    for value in item.and_then(Item::as_array).into_iter().flatten() {
        let Range { start, end } = value.span().unwrap_or_default();
        if let Some(name) = value.as_str() {
            entries.push(Entry {
                to: to.to_owned(),
                list,
                name: name.to_owned(),
                range: TextRange::new(start as u32, end.max(start) as u32),
            });
        }
    }
}
