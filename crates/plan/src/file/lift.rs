//! `[[lift]]` in `split.toml`.

use std::collections::BTreeSet;

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};

use super::edit::{put, put_list, rows};
use super::name::{is_identifier, is_path};
use super::problem;
use super::read::Reader;
use crate::home::distance;
use crate::plan::{Lift, Plan};

impl Reader {
    /// Reads all lifts.
    pub(super) fn lifts(&mut self, item: &Item, plan: &mut Plan) {
        let Some(lifts) = item.as_array_of_tables() else {
            self.wrong(
                "`lift` is not a list of tables",
                item,
                "write `[[lift]]` before each trait",
            );
            return;
        };
        for table in lifts {
            let mut lift = Lift::default();
            for (key, item) in table {
                match key {
                    "trait" => {
                        lift.name = self.string(item);
                        let last = lift.name.rsplit("::").next().unwrap_or_default();
                        if !is_path(&lift.name) || !is_identifier(last) {
                            self.wrong(
                                format!("`{}` is no path of a trait", lift.name),
                                item,
                                "write the path it is to have, in the module of the impl: `app::AppExt`",
                            );
                        }
                    }
                    "methods" => lift.methods = self.paths(item),
                    "to" => lift.to = self.string(item),
                    other => self.unknown(other, table, &["trait", "methods", "to"]),
                }
            }
            for (key, value) in [("trait", &lift.name), ("to", &lift.to)] {
                if value.is_empty() {
                    self.problems.push(problem(
                        format!("a lift without `{key}`"),
                        table.span(),
                        "a lift has `trait`, `methods` and `to`",
                    ));
                }
            }
            plan.lifts.push(lift);
        }
    }

    /// A lift goes to a crate of the plan, and no method or trait is in two of them.
    pub(super) fn check_lifts(&mut self, plan: &Plan, table: &Table) {
        let tables = table.get("lift").and_then(Item::as_array_of_tables);
        let span = |index: usize, key: &str| {
            let table = tables.and_then(|lifts| lifts.get(index))?;
            table.get(key).and_then(Item::span).or_else(|| table.span())
        };
        let mut names = BTreeSet::new();
        for (index, lift) in plan.lifts.iter().enumerate() {
            let crates = plan.crates.iter().map(|krate| krate.name.as_str());
            let mut known = crates.chain([plan.package.as_str()]);
            // Without steps the crate may be one that is still to be proposed.
            if !plan.steps.is_empty() && known.clone().all(|name| name != lift.to) {
                let near = known.by_ref().min_by_key(|name| distance(&lift.to, name));
                self.problems.push(problem(
                    format!(
                        "`{}` is lifted to `{}`, which is no crate of this plan",
                        lift.name, lift.to
                    ),
                    span(index, "to"),
                    format!("did you mean `{}`?", near.unwrap_or_default()),
                ));
            }
            for (key, path) in lift
                .methods
                .iter()
                .map(|path| ("methods", path))
                .chain([("trait", &lift.name)])
            {
                if !names.insert(path) {
                    self.problems.push(problem(
                        format!("`{path}` is lifted twice"),
                        span(index, key),
                        "leave it in one `[[lift]]`",
                    ));
                }
            }
        }
    }
}

/// The lifts, each with the comments that it had.
pub(super) fn write(document: &mut DocumentMut, lifts: &[Lift]) {
    if lifts.is_empty() {
        document.remove("lift");
        return;
    }
    let rows = rows(document, "lift", lifts, |lift, old| {
        old.get("trait").and_then(Item::as_str) == Some(lift.name.as_str())
    });
    let tables = lifts.iter().zip(rows).map(|(lift, mut table)| {
        put(&mut table, "trait", toml_edit::value(&lift.name));
        put_list(&mut table, "methods", &lift.methods);
        put(&mut table, "to", toml_edit::value(&lift.to));
        table
    });
    let tables: ArrayOfTables = tables.collect();
    document.insert("lift", Item::ArrayOfTables(tables));
}
