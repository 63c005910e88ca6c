//! Compares the item edges of the graph with those that rustc sees.
//!
//! rustc prints what it has resolved: `-Zunpretty=hir-tree` has every path with its span and what it means,
//! `-Zunpretty=thir-tree` every method call; a call of a trait's method is an edge to the trait. Both are read as text,
//! line by line; each span is turned into the item of ours that it lies in. Unstable output of one compiler: a check run
//! by hand, with the table in `tests/RESOLVER.md`.

mod seen;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use cleave_graph::Graph;
use cleave_syntax::item::ItemKind;
use cleave_syntax::workspace::CrateKind;
use cleave_syntax::{CrateId, ItemId, LoadOptions, Workspace};
use serde_json::{Value, json};

use self::seen::Seen;
use super::Entry;

/// Runs before rustc in place of it: for the crate asked for, prints what it has resolved as well.
const WRAPPER: &str = r#"#!/bin/sh
case " $* " in
*" --crate-name $ORACLE_CRATE "*)
  for tree in hir thir; do
    RUSTC_BOOTSTRAP=1 "$@" -Zunpretty=$tree-tree 2>/dev/null |
      grep -E 'OwnerNodes|node: |span: |res: Def|DefId\(0:|^ +[A-Z][A-Za-z]+[,(]$' > "$ORACLE_OUT.$tree"
  done
esac
exec "$@"
"#;

type Edge = (ItemId, ItemId);

/// Compares one crate.
pub(super) fn row(package: &Utf8Path, entry: &Entry, examples: bool) -> Result<Value, String> {
    let options = LoadOptions {
        manifest_path: package.join("Cargo.toml"),
        ..LoadOptions::default()
    };
    let (workspace, _) = cleave_syntax::load(&options).map_err(|error| error.to_string())?;
    let graph = cleave_graph::resolve(&workspace);
    let krate = workspace
        .monolith(workspace.package)
        .ok_or("neither a library nor a binary")?;
    let out = compile(package, entry, &workspace, krate)?;
    let compared = Texts::new(&workspace, &graph, krate).compare(&out)?;
    Ok(compared.value(&workspace, entry, examples))
}

/// Lets rustc print what it sees of a crate, its tests included; once, until `--fresh`.
fn compile(
    package: &Utf8Path,
    entry: &Entry,
    workspace: &Workspace,
    krate: CrateId,
) -> Result<Utf8PathBuf, String> {
    let target = package.join("target/oracle");
    std::fs::create_dir_all(&target).map_err(|error| format!("{target}: {error}"))?;
    let out = target.join("tree");
    if out.with_extension("thir").is_file() {
        return Ok(out);
    }
    let wrapper = target.join("wrapper.sh");
    std::fs::write(&wrapper, WRAPPER).map_err(|error| format!("{wrapper}: {error}"))?;
    let status = Command::new("chmod")
        .args(["+x", wrapper.as_str()])
        .status();
    status.map_err(|error| format!("chmod: {error}"))?;
    let value = workspace.krate(krate);
    let mut command = Command::new("cargo");
    command.args(["check", "--quiet", "--profile", "test"]);
    match value.kind {
        CrateKind::Lib => command.arg("--lib"),
        _ => command.args(["--bin", &value.name]),
    };
    if let Some(features) = &entry.features {
        command.args(["--features", features]);
    }
    // Newer than what cargo has seen, so that rustc does run.
    let root = package.join(&workspace.file(workspace.module(value.root).file).path);
    let touched = std::fs::File::options().append(true).open(&root);
    let now = std::time::SystemTime::now();
    let _ = touched.and_then(|file| file.set_modified(now));
    command
        .current_dir(package)
        .env("RUSTC_WORKSPACE_WRAPPER", &wrapper)
        .env("ORACLE_CRATE", &value.extern_name)
        .env("ORACLE_OUT", &out)
        .env(
            "CARGO_TARGET_DIR",
            package.parent().unwrap_or(package).join("oracle-target"),
        )
        .stderr(std::process::Stdio::null());
    let status = command
        .status()
        .map_err(|error| format!("cargo check: {error}"))?;
    if status.success() && out.with_extension("hir").is_file() {
        Ok(out)
    } else {
        Err(format!("cargo check of {} did not end well", entry.name))
    }
}

/// Of a file: where each line starts, and from where to where each item reaches.
type Extents = (Vec<u32>, Vec<(u32, u32, ItemId)>);

/// Where the items of a crate stand.
struct Texts<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    krate: CrateId,
    /// By file: where each line starts, and the items with their ranges.
    files: BTreeMap<&'a str, Extents>,
}

/// What came out.
#[derive(Debug, Default)]
struct Compared {
    both: BTreeSet<Edge>,
    missed: BTreeMap<Edge, String>,
    extra: BTreeMap<Edge, String>,
    methods: usize,
    /// How many methods they may call by name, as we see it.
    weak: usize,
    missed_methods: BTreeMap<Edge, String>,
}

impl<'a> Texts<'a> {
    fn new(workspace: &'a Workspace, graph: &'a Graph, krate: CrateId) -> Self {
        let mut files: BTreeMap<&str, Extents> = BTreeMap::new();
        for module in workspace.modules_of(krate) {
            let file = workspace.file(workspace.module(module).file);
            files.entry(file.path.as_str()).or_insert_with(|| {
                let ends = file.text.match_indices('\n').map(|(at, _)| at as u32 + 1);
                (std::iter::once(0).chain(ends).collect(), Vec::new())
            });
        }
        for id in workspace.items_of(krate) {
            let item = workspace.item(id);
            let file = workspace.file(workspace.module(item.module).file);
            if let Some((_, items)) = files.get_mut(file.path.as_str()) {
                items.push((item.range.start, item.range.end, id));
            }
        }
        Self {
            workspace,
            graph,
            krate,
            files,
        }
    }

    /// The innermost item around `src/x.rs:1:2: 3:4 (#0)`.
    fn item_at(&self, span: &str) -> Option<ItemId> {
        let mut parts = span.splitn(4, ':');
        let (path, line, column) = (parts.next()?, parts.next()?, parts.next()?);
        let (lines, items) = self.files.get(path)?;
        let line: usize = line.parse().ok()?;
        let column: usize = column.trim().parse().ok()?;
        let file = self.workspace.file_at(Utf8Path::new(path))?;
        let start = *lines.get(line.checked_sub(1)?)? as usize;
        let text = &self.workspace.file(file).text[start..];
        let inside = text.char_indices().nth(column.checked_sub(1)?)?.0;
        let offset = (start + inside) as u32;
        items
            .iter()
            .filter(|(start, end, _)| (*start..*end).contains(&offset))
            .min_by_key(|(start, end, _)| end - start)
            .map(|(_, _, id)| *id)
    }

    /// A method or associated item counts as its type.
    fn owner(&self, id: ItemId) -> ItemId {
        let around = self.workspace.item(id).parent.unwrap_or(id);
        match self.workspace.item(around).kind {
            ItemKind::InherentImpl => self.graph.anchors[around.index()]
                .first()
                .copied()
                .unwrap_or(around),
            _ => around,
        }
    }

    fn is_macro(&self, id: ItemId) -> bool {
        matches!(
            self.workspace.item(id).kind,
            ItemKind::MacroCall | ItemKind::MacroRules
        )
    }

    fn compare(&self, out: &Utf8Path) -> Result<Compared, String> {
        let seen = self.read(out)?;
        let mut compared = Compared::default();
        let theirs = self.theirs(&seen);
        let ours = self.ours();
        let compiled: BTreeSet<ItemId> = seen.owners.values().copied().collect();
        let makes: BTreeSet<ItemId> = ours
            .keys()
            .filter(|(_, to)| self.is_macro(*to))
            .map(|(from, _)| *from)
            .collect();
        let calls: BTreeSet<Edge> = ours.keys().map(|(from, to)| (*to, *from)).collect();
        for (edge, place) in &theirs {
            let own = self.is_macro(self.owner(edge.0));
            let made = self.is_macro(edge.1) && (own || makes.contains(&edge.0));
            // A name that a call hands over has the place of the macro's parameter.
            let handed = self.is_macro(edge.0)
                && calls
                    .range((edge.0, ItemId(0))..=(edge.0, ItemId(u32::MAX)))
                    .any(|(_, caller)| ours.contains_key(&(*caller, edge.1)));
            if ours.contains_key(edge) || made || handed {
                compared.both.insert(*edge);
            } else {
                compared.missed.insert(*edge, place.clone());
            }
        }
        let expanded: BTreeSet<ItemId> = theirs.keys().map(|(from, _)| *from).collect();
        for (edge, place) in &ours {
            // A macro that nobody calls is not seen by rustc.
            let known = compiled.contains(&edge.0)
                && (expanded.contains(&edge.0) || !self.is_macro(edge.0))
                && (compiled.contains(&edge.1)
                    || compiled.iter().any(|id| self.owner(*id) == edge.1));
            if known && !self.is_macro(edge.1) && !theirs.contains_key(edge) {
                compared.extra.insert(*edge, place.clone());
            }
        }
        self.methods(&seen, &mut compared);
        Ok(compared)
    }

    fn theirs(&self, seen: &Seen) -> BTreeMap<Edge, String> {
        let mut edges = BTreeMap::new();
        for (place, from, to) in &seen.paths {
            // What a body declares is named in it alone: a macro has that from its caller.
            if self.is_macro(*from) && seen.is_local(to) {
                continue;
            }
            let Some(to) = seen.target(to).map(|to| self.owner(to)) else {
                continue;
            };
            let nodes = [*from, to]
                .iter()
                .all(|id| self.workspace.item(*id).is_node());
            if nodes && self.owner(*from) != to && *from != to {
                edges.entry((*from, to)).or_insert_with(|| place.clone());
            }
        }
        // No path leads to a trait whose method is called, and yet it is needed.
        for (place, from, to) in &seen.functions {
            let Some(to) = self.trait_of(seen, to) else {
                continue;
            };
            if *from != to && self.workspace.item(*from).is_node() {
                edges.entry((*from, to)).or_insert_with(|| place.clone());
            }
        }
        edges
    }

    /// The trait that a function is declared in. One that a macro makes there has the place of the macro.
    fn trait_of(&self, seen: &Seen, (_, path): &(u32, String)) -> Option<ItemId> {
        let (around, _) = path.rsplit_once("::")?;
        let id = *seen.owners.get(seen.by_path.get(around)?)?;
        (self.workspace.item(id).kind == ItemKind::Trait).then_some(id)
    }

    fn ours(&self) -> BTreeMap<Edge, String> {
        let mut edges = BTreeMap::new();
        for id in self.workspace.items_of(self.krate) {
            if !self.workspace.item(id).is_node() {
                continue;
            }
            for to in self.graph.edges_of(id) {
                let owner = self.owner(*to);
                // That a method names its own type, `self` included, is no news.
                let own = owner == id || owner == self.owner(id);
                if !own && self.workspace.crate_of(*to) == self.krate {
                    edges
                        .entry((id, owner))
                        .or_insert_with(|| self.first(id, *to));
                }
            }
        }
        edges
    }

    /// Where an item refers to another first.
    fn first(&self, from: ItemId, to: ItemId) -> String {
        let item = self.workspace.item(from);
        let file = self.workspace.file(self.workspace.module(item.module).file);
        let found = self.graph.references_of(from).iter().find_map(|reference| {
            let cleave_graph::Place::Item(_, index) = reference.place else {
                return None;
            };
            let target = &reference.resolution.target;
            (*target == cleave_graph::Target::Item(to)
                || *target == cleave_graph::Target::Opaque(to))
            .then(|| &item.paths[index as usize])
        });
        found.map_or_else(String::new, |path| {
            let (line, column) = file.line_column(path.range().start);
            format!("{}:{line}:{column} {:?}", file.path, path.context)
        })
    }

    /// Which inherent methods each item calls, by whatever syntax.
    fn methods(&self, seen: &Seen, compared: &mut Compared) {
        let mut theirs: BTreeMap<Edge, String> = BTreeMap::new();
        for (place, from, to) in &seen.functions {
            let Some(to) = seen.owners.get(&to.0).copied() else {
                continue;
            };
            if to != *from && self.workspace.item(to).parent.is_some() {
                theirs.entry((*from, to)).or_insert_with(|| place.clone());
            }
        }
        compared.methods = theirs.len();
        for (edge, place) in theirs {
            let known = self.graph.edges_of(edge.0).contains(&edge.1)
                || self.graph.calls_of(edge.0).contains(&edge.1);
            if !known {
                compared.missed_methods.insert(edge, place);
            }
        }
        let callers: BTreeSet<ItemId> = seen.functions.iter().map(|(_, from, _)| *from).collect();
        compared.weak = callers
            .iter()
            .map(|id| self.graph.calls_of(*id).len())
            .sum();
    }
}

impl Compared {
    fn value(&self, workspace: &Workspace, entry: &Entry, examples: bool) -> Value {
        let share = |part: usize, rest: usize| part as f64 / (part + rest).max(1) as f64;
        let mut row = json!({
            "name": entry.name,
            "edges": self.both.len() + self.missed.len(),
            "missed": self.missed.len(),
            "extra": self.extra.len(),
            "recall": share(self.both.len(), self.missed.len()),
            "precision": share(self.both.len(), self.extra.len()),
            "methods": self.methods,
            "weak": self.weak,
            "missed_methods": self.missed_methods.len(),
        });
        if examples {
            let list = |edges: &BTreeMap<Edge, String>| -> Vec<String> {
                edges
                    .iter()
                    .map(|((from, to), place)| {
                        format!(
                            "{} -> {} at {place}",
                            workspace.path_of(*from),
                            workspace.path_of(*to)
                        )
                    })
                    .collect()
            };
            row["missed_where"] = json!(list(&self.missed));
            row["extra_where"] = json!(list(&self.extra));
            row["missed_methods_where"] = json!(list(&self.missed_methods));
        }
        row
    }
}

/// Prints the table, and the differences where they were asked for.
pub(super) fn print(rows: &[Value]) {
    println!(
        "| crate | item edges that rustc sees | missed | extra | recall | precision | methods called | missed | by name, may be called |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for row in rows {
        let percent = |key: &str| format!("{:.2} %", row[key].as_f64().unwrap_or(0.0) * 100.0);
        println!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            row["name"].as_str().unwrap_or_default(),
            row["edges"],
            row["missed"],
            row["extra"],
            percent("recall"),
            percent("precision"),
            row["methods"],
            row["missed_methods"],
            row["weak"],
        );
    }
    for row in rows {
        let name = row["name"].as_str().unwrap_or_default();
        for key in ["missed", "extra", "missed_methods"] {
            for line in row[format!("{key}_where")].as_array().into_iter().flatten() {
                println!("{name}: {key}: {}", line.as_str().unwrap_or_default());
            }
        }
    }
}
