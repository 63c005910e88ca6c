//! `split.toml`: the plan on disk, made to be read and edited in a review.

mod lift;

use std::collections::BTreeMap;
use std::ops::Range;

use cleave_syntax::{Diagnostic, Severity, TextRange, keyword};
use toml_edit::{Array, ArrayOfTables, Document, DocumentMut, Item, Table, Value};

use crate::cost::{WEIGHTS, Weights};
use crate::home::distance;
use crate::plan::{Plan, PlannedCrate, PlannedStep, Role, RootKind};

/// Name of the file beside the package's manifest.
pub const NAME: &str = "split.toml";

/// Reads the text of a `split.toml`; everything that is wrong is said with its place.
pub fn parse(text: &str) -> Result<Plan, Vec<Diagnostic>> {
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let message = error
                .message()
                .lines()
                .next()
                .unwrap_or("not TOML")
                .to_owned();
            return Err(vec![problem(
                message,
                error.span(),
                "TOML has its grammar at https://toml.io",
            )]);
        }
    };
    let mut reader = Reader {
        problems: Vec::new(),
    };
    let plan = reader.plan(document.as_table());
    if reader.problems.is_empty() {
        Ok(plan)
    } else {
        Err(reader.problems)
    }
}

/// The weights in the text of a `split.toml`; those that are not there, or wrong, have their default.
pub fn weights(text: &str) -> Weights {
    let mut reader = Reader {
        problems: Vec::new(),
    };
    let document = Document::parse(text).ok();
    let item = document
        .as_ref()
        .and_then(|document| document.get("weights"));
    item.map_or_else(Weights::default, |item| reader.weights(item))
}

const KEYS: &[&str] = &[
    "version", "package", "root", "keep", "crates", "pins", "weights", "lift", "steps",
];

fn problem(
    message: impl Into<String>,
    span: Option<Range<usize>>,
    help: impl Into<String>,
) -> Diagnostic {
    let span = span.unwrap_or(0..0);
    let range = TextRange::new(span.start as u32, span.end.max(span.start) as u32);
    Diagnostic::new(Severity::Error, "plan", message)
        .at(NAME, range, "")
        .help(help)
}

/// A name with its place.
type Named = (String, Option<Range<usize>>);

struct Reader {
    problems: Vec<Diagnostic>,
}

impl Reader {
    fn plan(&mut self, table: &Table) -> Plan {
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

    fn weights(&mut self, item: &Item) -> Weights {
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

    fn check(&mut self, plan: &Plan, table: &Table) {
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

    /// What two entries claim has no home.
    fn check_claims(&mut self, plan: &Plan, table: &Table) {
        let mut claimed = std::collections::BTreeSet::new();
        for krate in &plan.crates {
            for path in krate.modules.iter().chain(&krate.items) {
                if !claimed.insert(path) {
                    self.problems.push(problem(
                        format!("`{path}` stands in two places"),
                        span_of_crate(table, &krate.name),
                        "leave it where it is to live",
                    ));
                }
            }
        }
    }

    fn string(&mut self, item: &Item) -> String {
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

    fn paths(&mut self, item: &Item) -> Vec<String> {
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

    fn wrong(&mut self, message: impl Into<String>, item: &Item, help: &str) {
        self.problems.push(problem(message, item.span(), help));
    }

    fn unknown(&mut self, key: &str, table: &Table, known: &[&str]) {
        let span = table.key(key).and_then(toml_edit::Key::span);
        self.unknown_in(key, span, known);
    }

    fn unknown_in(&mut self, key: &str, span: Option<Range<usize>>, known: &[&str]) {
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

/// Crates that are there without being asked for.
const STANDARD: &[&str] = &["alloc", "core", "proc_macro", "std", "test"];

/// Whether a name means something else in source.
fn is_taken(name: &str) -> bool {
    [keyword::PATH_ROOTS, keyword::STRICT, STANDARD]
        .iter()
        .any(|names| names.contains(&name))
}

fn span_of_crate(table: &Table, name: &str) -> Option<Range<usize>> {
    let crates = table.get("crates")?.as_table_like()?;
    crates.get_key_value(name)?.0.span()
}

/// Whether a text can be the name of a type.
fn is_identifier(name: &str) -> bool {
    !is_taken(name)
        && name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Cargo's rule for package names, and short enough for every file system; nothing that means something else in source.
pub fn is_package_name(name: &str) -> bool {
    name.len() <= 64
        && !is_taken(name)
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// Whether a text can be a path in source: not one of a file system.
fn is_path(path: &str) -> bool {
    let words_only = path.contains("impl ") || !path.contains(['/', '\\']);
    !path.is_empty()
        && !path.contains(['$', '`'])
        && !path.contains("..")
        && words_only
        && !path.starts_with('/')
        && !path.chars().any(char::is_control)
}

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
        put(document.as_table_mut(), "keep", list(&plan.keep));
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
            put(table, "modules", list(&krate.modules));
            if !krate.items.is_empty() || table.contains_key("items") {
                put(table, "items", list(&krate.items));
            }
            let below: Vec<String> = krate
                .depends_on
                .iter()
                .map(|lower| plan.crates[*lower].name.clone())
                .collect();
            put(table, "depends-on", list(&below));
        }
    }
    lift::write(&mut document, &plan.lifts);
    let mut steps = ArrayOfTables::new();
    for step in &plan.steps {
        let mut table = Table::new();
        table.insert("to", toml_edit::value(&step.to));
        table.insert("moves", list(&step.moves));
        steps.push(table);
    }
    document.insert("steps", Item::ArrayOfTables(steps));
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

fn put(table: &mut Table, key: &str, value: Item) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Lift;

    #[test]
    fn what_is_written_reads_back() {
        let plan = Plan {
            package: "app".to_owned(),
            crates: vec![PlannedCrate {
                name: "app-shared".to_owned(),
                role: Role::Shared,
                modules: vec!["a".to_owned()],
                items: vec!["b::X".to_owned()],
                depends_on: Vec::new(),
            }],
            keep: vec!["a::Y".to_owned()],
            pins: BTreeMap::from([("b".to_owned(), "app-shared".to_owned())]),
            lifts: vec![Lift {
                name: "b::XExt".to_owned(),
                methods: vec!["b::X::run".to_owned()],
                to: "app".to_owned(),
            }],
            steps: vec![PlannedStep {
                to: "app-shared".to_owned(),
                moves: vec!["a".to_owned()],
            }],
            root: RootKind::Virtual,
        };
        let text = write(&plan, None);
        assert_eq!(parse(&text), Ok(plan.clone()));
        assert_eq!(write(&plan, Some(&text)), text);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let problems =
            parse("version = 1\npackage = \"app\"\n[crates.x]\nmodule = []\n").unwrap_err();
        assert_eq!(problems[0].message, "unknown key `module`");
        assert_eq!(problems[0].help.as_deref(), Some("did you mean `modules`?"));
    }

    #[test]
    fn a_wrong_lift_is_said_with_its_place() {
        let said = |lift: &str| {
            let text = format!(
                "package = \"app\"\n[crates.low]\n[[steps]]\nto = \"low\"\n[[lift]]\n{lift}"
            );
            let problems = parse(&text).unwrap_err();
            let help = problems[0].help.clone().unwrap_or_default();
            (problems[0].message.clone(), help)
        };
        let (message, help) = said("trait = \"a::XExt\"\nmethods = [\"a::X::f\"]\nto = \"lo\"\n");
        assert_eq!(
            message,
            "`a::XExt` is lifted to `lo`, which is no crate of this plan"
        );
        assert_eq!(help, "did you mean `low`?");
        let (message, _) = said("trait = \"a::XExt\"\nmethod = []\nto = \"low\"\n");
        assert_eq!(message, "unknown key `method`");
        let (message, _) = said("trait = \"a::X Ext\"\nmethods = []\nto = \"low\"\n");
        assert_eq!(message, "`a::X Ext` is no path of a trait");
        let (message, _) =
            said("trait = \"a::XExt\"\nmethods = [\"a::f\", \"a::f\"]\nto = \"low\"\n");
        assert_eq!(message, "`a::f` is lifted twice");
    }

    /// Lines that are right or nearly so, in any order and number.
    const LINES: [&str; 17] = [
        "version = 1",
        "package = \"app\"",
        "keep = [\"a::Y\"]",
        "[crates.app-low]",
        "[crates.app-top] # the upper one",
        "role = \"shared\"",
        "modules = [\"a\", \"b::c\"]",
        "items = [\"d::X\",",
        "]",
        "depends-on = [\"app-low\"]",
        "[[lift]] # up",
        "trait = \"a::XExt\"",
        "methods = [\"a::X::f\"]",
        "[[steps]]",
        "to = \"app-low\"",
        "moves = [\"a\"]",
        "x = [[[[{",
    ];

    proptest::proptest! {
        #[test]
        fn no_text_is_too_much(
            lines in proptest::collection::vec(0..LINES.len(), 0..12),
            tail in ".{0,40}",
        ) {
            let lines: Vec<&str> = lines.iter().map(|line| LINES[*line]).collect();
            let mut text = lines.join("\n") + "\n";
            text.push_str(&tail);
            if let Ok(plan) = parse(&text) {
                for written in [write(&plan, Some(&text)), write(&plan, None)] {
                    proptest::prop_assert_eq!(parse(&written), Ok(plan.clone()), "{}", written);
                }
            }
        }
    }
}
