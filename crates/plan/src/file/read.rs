//! Each entry of the file by itself.

use std::collections::BTreeMap;
use std::ops::Range;

use cleave_syntax::Diagnostic;
use toml_edit::{Item, Table};

use super::name::{is_package_name, is_path};
use super::problem;
use crate::cost::{WEIGHTS, Weights};
use crate::home::distance;
use crate::plan::{Plan, PlannedCrate, PlannedStep, Role, RootKind};

const KEYS: &[&str] = &[
    "version", "package", "root", "keep", "crates", "pins", "weights", "lift", "steps",
];

/// A name with its place.
type Named = (String, Option<Range<usize>>);

/// Reads the document and gathers what is wrong with it.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) problems: Vec<Diagnostic>,
}

impl Reader {
    pub(super) fn plan(&mut self, table: &Table) -> Plan {
        let mut plan = Plan::default();
        for (key, item) in table {
            match key {
                "version" if item.as_integer() == Some(1) => {}
                "version" => self.wrong(
                    "`version` is not 1",
                    item,
                    "this Cleave reads version 1 of the file",
                ),
                "package" => plan.package = self.string(item),
                "root" => plan.root = self.root(item),
                "keep" => plan.keep = self.paths(item),
                "crates" => self.crates(item, &mut plan),
                "lift" => self.lifts(item, &mut plan),
                "steps" => self.steps(item, &mut plan),
                "pins" => plan.pins = self.pins(item),
                "weights" => {
                    self.weights(item);
                }
                other => self.unknown(other, table, KEYS),
            }
        }
        // What has no steps yet are hints, which need not say whom they are for.
        if plan.package.is_empty() && !plan.steps.is_empty() {
            self.problems.push(problem(
                "`package` is missing",
                None,
                "name the package that is split: `package = \"…\"`",
            ));
        }
        self.check(&plan, table);
        plan
    }

    fn crates(&mut self, item: &Item, plan: &mut Plan) {
        let Some(table) = item.as_table_like() else {
            self.wrong("`crates` is not a table", item, "write `[crates.NAME]`");
            return;
        };
        let mut below: Vec<(usize, Vec<Named>)> = Vec::new();
        for (name, item) in table.iter() {
            if !is_package_name(name) {
                self.wrong(
                    format!("`{name}` is not a package name"),
                    item,
                    "use letters, digits, `-` and `_`",
                );
            }
            let mut krate = PlannedCrate {
                name: name.to_owned(),
                role: Role::Part,
                modules: Vec::new(),
                items: Vec::new(),
                depends_on: Vec::new(),
            };
            let Some(table) = item.as_table_like() else {
                self.wrong(
                    format!("`crates.{name}` is not a table"),
                    item,
                    "write `[crates.NAME]`",
                );
                continue;
            };
            let mut depends_on = Vec::new();
            for (key, item) in table.iter() {
                match key {
                    "role" => krate.role = self.role(item),
                    "modules" => krate.modules = self.paths(item),
                    "items" => krate.items = self.paths(item),
                    "depends-on" => depends_on = self.names(item),
                    other => self.unknown_in(
                        other,
                        item.span(),
                        &["role", "modules", "items", "depends-on"],
                    ),
                }
            }
            below.push((plan.crates.len(), depends_on));
            plan.crates.push(krate);
        }
        for (index, names) in below {
            for (name, span) in names {
                match plan.crates[..index]
                    .iter()
                    .position(|krate| krate.name == name)
                {
                    Some(lower) => plan.crates[index].depends_on.push(lower),
                    None => self.problems.push(problem(
                        format!(
                            "`{}` depends on `{name}`, which is no crate above it in this file",
                            plan.crates[index].name
                        ),
                        span,
                        "list crates bottom-up: each may depend on those before it",
                    )),
                }
            }
        }
    }

    fn steps(&mut self, item: &Item, plan: &mut Plan) {
        let Some(steps) = item.as_array_of_tables() else {
            self.wrong(
                "`steps` is not a list of tables",
                item,
                "write `[[steps]]` before each step",
            );
            return;
        };
        for table in steps {
            let mut step = PlannedStep {
                to: String::new(),
                moves: Vec::new(),
            };
            for (key, item) in table {
                match key {
                    "to" => step.to = self.string(item),
                    "moves" => step.moves = self.paths(item),
                    other => self.unknown(other, table, &["to", "moves"]),
                }
            }
            plan.steps.push(step);
        }
    }

    fn pins(&mut self, item: &Item) -> BTreeMap<String, String> {
        let Some(table) = item.as_table_like() else {
            self.wrong(
                "`pins` is not a table",
                item,
                "write `\"a::b\" = \"CRATE\"` below `[pins]`",
            );
            return BTreeMap::new();
        };
        let mut pins = BTreeMap::new();
        for (path, item) in table.iter() {
            if is_path(path) {
                pins.insert(path.to_owned(), self.string(item));
            } else {
                self.wrong(
                    format!("`{path}` is no module or item path"),
                    item,
                    "write names from the crate root on, joined by `::`",
                );
            }
        }
        pins
    }

    pub(super) fn weights(&mut self, item: &Item) -> Weights {
        let mut weights = Weights::default();
        let Some(table) = item.as_table_like() else {
            self.wrong(
                "`weights` is not a table",
                item,
                "write `torn = 30` below `[weights]`",
            );
            return weights;
        };
        for (name, item) in table.iter() {
            let value = item
                .as_float()
                .or_else(|| item.as_integer().map(|value| value as f64));
            match (weights.get_mut(name), value) {
                (None, _) => self.unknown_in(name, item.span(), &WEIGHTS),
                (Some(weight), Some(value)) if value.is_finite() && value >= 0.0 => *weight = value,
                (Some(_), _) => self.wrong(
                    format!("the weight `{name}` is not a number from 0 on"),
                    item,
                    "say how many lines one of it is worth",
                ),
            }
        }
        weights
    }

    pub(super) fn string(&mut self, item: &Item) -> String {
        if let Some(text) = item.as_str() {
            return text.to_owned();
        }
        self.wrong("not a string", item, "put it in quotes");
        String::new()
    }

    fn role(&mut self, item: &Item) -> Role {
        let roles = [Role::Shared, Role::Orchestration, Role::Worker, Role::Part];
        let name = self.string(item);
        roles
            .into_iter()
            .find(|role| role.as_str() == name)
            .unwrap_or_else(|| {
                self.wrong(
                    format!("`{name}` is no role"),
                    item,
                    "the roles are `shared`, `orchestration`, `worker` and `part`",
                );
                Role::Part
            })
    }

    fn root(&mut self, item: &Item) -> RootKind {
        match item.as_str() {
            Some("package") => RootKind::Package,
            Some("virtual") => RootKind::Virtual,
            _ => {
                let help = "the root is the `package`, or `virtual`: a workspace's manifest alone";
                self.wrong("no kind of root", item, help);
                RootKind::Package
            }
        }
    }

    pub(super) fn paths(&mut self, item: &Item) -> Vec<String> {
        let mut paths = Vec::new();
        for (path, span) in self.names(item) {
            if is_path(&path) {
                paths.push(path);
            } else {
                self.problems.push(problem(
                    format!("`{path}` is no module or item path"),
                    span,
                    "write names from the crate root on, joined by `::`",
                ));
            }
        }
        paths
    }

    fn names(&mut self, item: &Item) -> Vec<Named> {
        let Some(array) = item.as_array() else {
            self.wrong("not a list", item, "write `[\"a\", \"b::c\"]`");
            return Vec::new();
        };
        let mut names = Vec::new();
        for value in array {
            match value.as_str() {
                Some(name) => names.push((name.to_owned(), value.span())),
                None => {
                    self.problems
                        .push(problem("not a string", value.span(), "put it in quotes"));
                }
            }
        }
        names
    }

    pub(super) fn wrong(&mut self, message: impl Into<String>, item: &Item, help: &str) {
        self.problems.push(problem(message, item.span(), help));
    }

    pub(super) fn unknown(&mut self, key: &str, table: &Table, known: &[&str]) {
        let span = table.key(key).and_then(toml_edit::Key::span);
        self.unknown_in(key, span, known);
    }

    pub(super) fn unknown_in(&mut self, key: &str, span: Option<Range<usize>>, known: &[&str]) {
        let near = known
            .iter()
            .min_by_key(|other| distance(key, other))
            .copied()
            .unwrap_or_default();
        self.problems.push(problem(
            format!("unknown key `{key}`"),
            span,
            format!("did you mean `{near}`?"),
        ));
    }
}
