//! What becomes of every path of real crates: how Cleave knows whether its resolver works.

use camino::Utf8Path;
use cleave_graph::{Graph, Place, Resolution, Target};
use cleave_syntax::item::{PathContext, PathUse};
use cleave_syntax::{CrateId, FileId, LoadOptions, ModuleId, Workspace};
use serde_json::{Value, json};

use super::Entry;

/// What a path means, as far as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    InCrate,
    Member,
    External,
    Builtin,
    Opaque,
    Unresolved,
}

const OUTCOMES: [(Outcome, &str); 6] = [
    (Outcome::InCrate, "in_crate"),
    (Outcome::Member, "member"),
    (Outcome::External, "external"),
    (Outcome::Builtin, "builtin"),
    (Outcome::Opaque, "opaque"),
    (Outcome::Unresolved, "unresolved"),
];

/// How a path starts and how long it is: what is asked of the resolver differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    /// `crate`, `self`, `super`, `$crate`.
    Anchored,
    /// Another path of several segments.
    Path,
    /// A name alone.
    Name,
}

const FORMS: [(Form, &str); 3] = [
    (Form::Anchored, "anchored"),
    (Form::Path, "paths"),
    (Form::Name, "names"),
];

/// The counts of one crate, and where each unresolved path stands.
#[derive(Debug, Default)]
struct Count {
    lines: usize,
    cells: [[usize; 6]; 3],
    /// Each path that is unresolved or opaque, and where it stands.
    doubtful: Vec<(Form, Outcome, String)>,
    problems: Vec<String>,
}

/// Reads and resolves one crate; `examples` is whether to say where each unresolved path stands.
pub(super) fn row(package: &Utf8Path, entry: &Entry, examples: bool) -> Result<Value, String> {
    let options = LoadOptions {
        manifest_path: package.join("Cargo.toml"),
        ..LoadOptions::default()
    };
    let (workspace, diagnostics) =
        cleave_syntax::load(&options).map_err(|error| error.to_string())?;
    let graph = cleave_graph::resolve(&workspace);
    let mut count = Count {
        lines: workspace
            .files
            .iter()
            .map(|file| file.text.lines().count())
            .sum(),
        problems: diagnostics
            .into_iter()
            .map(|diagnostic| diagnostic.message)
            .collect(),
        ..Count::default()
    };
    Counter {
        workspace: &workspace,
        graph: &graph,
        count: &mut count,
    }
    .run();
    Ok(value(entry, &count, examples))
}

fn value(entry: &Entry, count: &Count, examples: bool) -> Value {
    let mut row = json!({ "name": entry.name, "version": entry.version, "lines": count.lines });
    for (form, name) in FORMS {
        let cells = OUTCOMES.map(|(outcome, name)| {
            (
                name.to_owned(),
                json!(count.cells[form as usize][outcome as usize]),
            )
        });
        row[name] = cells.into_iter().collect::<serde_json::Map<_, _>>().into();
    }
    row["problems"] = json!(count.problems);
    if examples {
        for (form, name) in FORMS {
            for (outcome, key) in [
                (Outcome::Unresolved, "where"),
                (Outcome::Opaque, "opaque_where"),
            ] {
                let places = count.doubtful.iter();
                let places: Vec<&String> = places
                    .filter(|(other, kind, _)| *other == form && *kind == outcome)
                    .map(|(_, _, place)| place)
                    .collect();
                row[name][key] = json!(places);
            }
        }
    }
    row
}

struct Counter<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    count: &'a mut Count,
}

impl Counter<'_> {
    fn run(&mut self) {
        let (workspace, graph) = (self.workspace, self.graph);
        let mut references = graph.references.iter().peekable();
        let mut all: Vec<(Place, ModuleId, &PathUse)> = Vec::new();
        for (index, item) in workspace.items.iter().enumerate() {
            let id = cleave_syntax::ItemId::new(index);
            all.extend(
                item.paths
                    .iter()
                    .enumerate()
                    .map(|(at, path)| (Place::Item(id, at as u32), item.module, path)),
            );
        }
        for (index, module) in workspace.modules.iter().enumerate() {
            let id = ModuleId::new(index);
            all.extend(
                module
                    .paths
                    .iter()
                    .enumerate()
                    .map(|(at, path)| (Place::Header(id, at as u32), id, path)),
            );
        }
        for (place, module, path) in all {
            let mut found = Vec::new();
            while let Some(reference) = references.next_if(|reference| reference.place == place) {
                found.push(&reference.resolution);
            }
            self.one(path, module, &found);
        }
        for (leaf, found) in workspace.leaves.iter().zip(&graph.leaves) {
            self.one(
                &leaf.path,
                workspace.item(leaf.item).module,
                &found.iter().collect::<Vec<_>>(),
            );
        }
    }

    fn one(&mut self, path: &PathUse, module: ModuleId, found: &[&Resolution]) {
        let first = path.segments[0].name.as_str();
        let form = match first {
            "crate" | "self" | "super" | "$crate" => Form::Anchored,
            _ if path.segments.len() > 1 => Form::Path,
            _ => Form::Name,
        };
        let krate = self.workspace.module(module).krate;
        let best = found
            .iter()
            .map(|resolution| self.outcome(&resolution.target, krate))
            .min();
        let outcome = match best {
            Some(outcome) => outcome,
            // A link or a doc test that leads nowhere, and a word in tokens, are no references at all.
            None if matches!(path.context, PathContext::DocLink | PathContext::DocTest) => return,
            None if path.guessed && form == Form::Name => return,
            None => Outcome::Unresolved,
        };
        self.count.cells[form as usize][outcome as usize] += 1;
        if matches!(outcome, Outcome::Unresolved | Outcome::Opaque) {
            let place = self.place(self.workspace.module(module).file, path);
            self.count.doubtful.push((form, outcome, place));
        }
    }

    fn outcome(&self, target: &Target, krate: CrateId) -> Outcome {
        let of = |other: CrateId| {
            if other == krate {
                Outcome::InCrate
            } else {
                Outcome::Member
            }
        };
        match target {
            Target::Item(item) => of(self.workspace.crate_of(*item)),
            Target::Module(module) => of(self.workspace.module(*module).krate),
            Target::CrateRoot(other) => of(*other),
            Target::External(_) => Outcome::External,
            Target::Builtin => Outcome::Builtin,
            Target::Opaque(_) => Outcome::Opaque,
            Target::Unresolved => Outcome::Unresolved,
        }
    }

    fn place(&self, file: FileId, path: &PathUse) -> String {
        let file = self.workspace.file(file);
        let (line, column) = file.line_column(path.range().start);
        format!(
            "{}:{line}:{column}: {} ({:?})",
            file.path,
            path.text(),
            path.context
        )
    }
}

/// Prints the table, and the places where they were asked for.
pub(super) fn print(rows: &[Value]) {
    println!(
        "| crate | lines | `crate`, `self`, `super`: resolved / not | other paths: in-crate / member / external / builtin / opaque / not | share not | names: in-crate / external / builtin / opaque / not |"
    );
    println!("|---|---|---|---|---|---|");
    for row in rows {
        let cell = |form: &str, outcome: &str| row[form][outcome].as_u64().unwrap_or(0);
        let sum = |form: &str| {
            OUTCOMES
                .iter()
                .map(|(_, name)| cell(form, name))
                .sum::<u64>()
        };
        let list = |form: &str, skip: &str| {
            let cells = OUTCOMES.iter().filter(|(_, name)| *name != skip);
            cells
                .map(|(_, name)| cell(form, name).to_string())
                .collect::<Vec<_>>()
                .join(" / ")
        };
        let lost = cell("paths", "unresolved");
        println!(
            "| {} | {} | {} / {} | {} | {:.3} % | {} |",
            row["name"].as_str().unwrap_or_default(),
            row["lines"],
            sum("anchored") - cell("anchored", "unresolved"),
            cell("anchored", "unresolved"),
            list("paths", ""),
            lost as f64 * 100.0 / sum("paths").max(1) as f64,
            list("names", "member"),
        );
    }
    for row in rows {
        let name = row["name"].as_str().unwrap_or_default();
        for problem in row["problems"].as_array().into_iter().flatten() {
            println!("{name}: {}", problem.as_str().unwrap_or_default());
        }
        for (_, form) in FORMS {
            for (key, what) in [("where", "unresolved"), ("opaque_where", "opaque")] {
                for place in row[form][key].as_array().into_iter().flatten() {
                    println!("{name}: {what}: {}", place.as_str().unwrap_or_default());
                }
            }
        }
    }
}
