//! What has to hold between the entries.

use std::collections::BTreeSet;
use std::ops::Range;

use toml_edit::{Item, Table};

use super::problem;
use super::read::Reader;
use crate::home::distance;
use crate::plan::Plan;

impl Reader {
    /// What holds between the entries.
    pub(super) fn check(&mut self, plan: &Plan, table: &Table) {
        let span = |index: usize| {
            let steps = table.get("steps").and_then(Item::as_array_of_tables);
            steps
                .and_then(|steps| steps.get(index))
                .and_then(|step| step.get("to").and_then(Item::span).or_else(|| step.span()))
        };
        for (index, step) in plan.steps.iter().enumerate() {
            if !plan.crates.iter().any(|krate| krate.name == step.to) {
                let near = plan
                    .crates
                    .iter()
                    .min_by_key(|krate| distance(&step.to, &krate.name));
                let help = near.map_or_else(
                    || "add the crate".to_owned(),
                    |krate| format!("did you mean `{}`?", krate.name),
                );
                self.problems.push(problem(
                    format!(
                        "step moves to `{}`, which is no crate of this plan",
                        step.to
                    ),
                    span(index),
                    help,
                ));
            }
        }
        self.check_lifts(plan, table);
        self.check_names(plan, table);
        self.check_claims(plan, table);
        for (path, krate) in &plan.pins {
            let known = plan
                .crates
                .iter()
                .map(|planned| planned.name.as_str())
                .chain([plan.package.as_str()]);
            // Without steps the crate may be one that a pin makes.
            if plan.steps.is_empty() || known.clone().any(|name| name == krate) {
                continue;
            }
            let near = known
                .min_by_key(|name| distance(krate, name))
                .unwrap_or_default();
            let pin = table.get("pins").and_then(|pins| pins.get(path));
            self.problems.push(problem(
                format!("`{path}` is pinned to `{krate}`, which is no crate of this plan"),
                pin.and_then(Item::span),
                format!("did you mean `{near}`?"),
            ));
        }
        if plan.crates.iter().any(|krate| krate.name == plan.package) {
            self.problems.push(problem(
                format!("a crate has the name of the package, `{}`", plan.package),
                table.get("crates").and_then(Item::span),
                "give it another name",
            ));
        }
    }

    /// Two crates may not have one name in source, nor one folder where case does not count.
    fn check_names(&mut self, plan: &Plan, table: &Table) {
        let plain = |name: &str| name.replace('-', "_").to_lowercase();
        for (index, krate) in plan.crates.iter().enumerate() {
            let mut earlier = plan.crates[..index].iter();
            if let Some(twin) = earlier.find(|twin| plain(&twin.name) == plain(&krate.name)) {
                self.problems.push(problem(
                    format!("`{}` and `{}` are too much alike", twin.name, krate.name),
                    span_of_crate(table, &krate.name),
                    "give one of them another name",
                ));
            }
        }
    }

    /// What two entries claim has no home. A module and an item of one name are two things: `mod a` and `fn a`.
    fn check_claims(&mut self, plan: &Plan, table: &Table) {
        let mut claimed = BTreeSet::new();
        for krate in &plan.crates {
            let modules = krate.modules.iter().map(|path| ("module", path));
            let items = krate.items.iter().map(|path| ("item", path));
            for claim in modules.chain(items) {
                let (_, path) = claim;
                if !claimed.insert(claim) {
                    self.problems.push(problem(
                        format!("`{path}` stands in two places"),
                        span_of_crate(table, &krate.name),
                        "leave it where it is to live",
                    ));
                }
            }
        }
    }
}

fn span_of_crate(table: &Table, name: &str) -> Option<Range<usize>> {
    let crates = table.get("crates")?.as_table_like()?;
    crates.get_key_value(name)?.0.span()
}
