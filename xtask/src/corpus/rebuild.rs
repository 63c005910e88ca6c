//! Measures what a split saves: how long `cargo check` takes after an edit, before the split and after it.
//!
//! What is published has no history, so every line is as likely to be edited as any other: the files that are touched
//! are drawn by their lines, evenly over all of them, in either tree by itself.

use std::collections::BTreeMap;
use std::fs::File;
use std::process::{Command, Stdio};
use std::time::{Instant, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};
use cleave_plan::{Figures, History};
use cleave_syntax::{ItemId, LoadOptions, Workspace};
use serde_json::{Value, json};

use super::{Entry, fetch, gather, recorded};

/// How many files are touched in each tree.
const FILES: usize = 8;

/// How often each is; the shortest time counts, since other programs only make it longer.
const TIMES: usize = 3;

/// Measures the crates that are split below `folder`; those that are not yet are split first.
pub(super) fn run(folder: &Utf8Path, entries: &[Entry], as_json: bool) -> Result<(), String> {
    gather(entries, as_json, print, |entry| {
        eprintln!("== {} {}", entry.name, entry.version);
        row(folder, entry)
    })
}

fn row(folder: &Utf8Path, entry: &Entry) -> Result<Value, String> {
    let after = folder.join(&entry.name);
    let taken_back = !after.join("split.toml").is_file();
    let split = recorded(folder, entry, taken_back)?;
    if !split["error"].is_null() {
        return Err(format!("it was not split: {}", split["error"]));
    }
    let before = folder.join("before").join(&entry.name);
    if !before.join("Cargo.toml").is_file() {
        fetch(&folder.join("before"), entry)?;
    }
    let expected = expected(&before, &after, entry)?;
    let mut trees = [Tree::open(&before, entry)?, Tree::open(&after, entry)?];
    // One in turn with the other, so that what else the machine does falls on both.
    for _ in 0..TIMES {
        for index in 0..FILES {
            for tree in &mut trees {
                tree.touch(index)?;
            }
        }
    }
    let [before, after] = trees.map(|tree| tree.seconds());
    let measured = after / before;
    Ok(json!({
        "name": entry.name, "version": entry.version,
        "seconds": { "before": before, "after": after },
        "ratio": { "measured": measured, "expected": expected.time_ratio(), "lines": expected.rebuild_ratio() },
    }))
}

/// What the plan promises.
fn expected(before: &Utf8Path, after: &Utf8Path, entry: &Entry) -> Result<Figures, String> {
    let path = after.join(cleave_plan::file::NAME);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let plan = cleave_plan::file::parse(&text).map_err(|_| format!("{path}: it is no plan"))?;
    let workspace = load(before, entry)?;
    let graph = cleave_graph::resolve(&workspace);
    let (homes, _) = cleave_plan::homes(&plan, &workspace, &graph);
    let figures = cleave_plan::measure(&plan, &homes, &workspace, &History::default());
    Ok(figures)
}

fn load(root: &Utf8Path, entry: &Entry) -> Result<Workspace, String> {
    let options = LoadOptions {
        manifest_path: root.join("Cargo.toml"),
        package: Some(entry.name.clone()),
        offline: true,
        ..LoadOptions::default()
    };
    let (workspace, _) = cleave_syntax::load(&options).map_err(|error| error.to_string())?;
    Ok(workspace)
}

/// A tree in which edits are measured.
struct Tree<'a> {
    root: Utf8PathBuf,
    entry: &'a Entry,
    files: Vec<Utf8PathBuf>,
    /// The shortest time of each file.
    times: Vec<f64>,
    /// The shortest time of a check with nothing to do.
    idle: f64,
}

impl<'a> Tree<'a> {
    /// Checks a tree for the first time, and draws the files.
    fn open(root: &Utf8Path, entry: &'a Entry) -> Result<Self, String> {
        let tree = Tree {
            root: root.to_owned(),
            entry,
            files: drawn(&load(root, entry)?),
            times: vec![f64::INFINITY; FILES],
            idle: f64::INFINITY,
        };
        tree.check()?;
        Ok(tree)
    }

    fn touch(&mut self, index: usize) -> Result<(), String> {
        let idle = self.check()?;
        self.idle = self.idle.min(idle);
        let path = self.root.join(&self.files[index]);
        File::options()
            .append(true)
            .open(&path)
            .and_then(|file| file.set_modified(SystemTime::now()))
            .map_err(|error| format!("{path}: {error}"))?;
        let time = self.check()?;
        self.times[index] = self.times[index].min(time);
        Ok(())
    }

    /// Seconds that a check takes.
    fn check(&self) -> Result<f64, String> {
        let mut command = Command::new("cargo");
        command
            .args(["check", "--workspace", "--quiet", "--offline"])
            .current_dir(&self.root)
            // Never one target folder for both (row H6).
            .env("CARGO_TARGET_DIR", self.root.join("target/rebuild"))
            .stderr(Stdio::null());
        if let Some(features) = &self.entry.features {
            command.args(["--features", features]);
        }
        let start = Instant::now();
        let status = command
            .status()
            .map_err(|error| format!("cargo check: {error}"))?;
        let seconds = start.elapsed().as_secs_f64();
        if status.success() {
            Ok(seconds)
        } else {
            Err(format!("`cargo check` fails in {}", self.root))
        }
    }

    /// Seconds an edit, on average.
    fn seconds(&self) -> f64 {
        self.times.iter().sum::<f64>() / self.times.len() as f64 - self.idle
    }
}

/// Files drawn evenly over the lines of code: long ones more than once.
fn drawn(workspace: &Workspace) -> Vec<Utf8PathBuf> {
    let mut lines: BTreeMap<&Utf8Path, usize> = BTreeMap::new();
    for id in (0..workspace.items.len()).map(ItemId::new) {
        let item = workspace.item(id);
        if item.is_node() && !item.is_test && item.parent.is_none() && is_code(workspace, id) {
            let file = workspace.file(workspace.module(item.module).file);
            *lines.entry(&file.path).or_default() += workspace.lines_of(id);
        }
    }
    let all: usize = lines.values().sum();
    let drawn = (0..FILES).map(|index| {
        let mut left = (2 * index + 1) * all / (2 * FILES);
        let mut files = lines.iter();
        let found = files.find(|(_, count)| {
            let found = left < **count;
            left = left.saturating_sub(**count);
            found
        });
        found.or(lines.iter().next_back())
    });
    drawn
        .flatten()
        .map(|(path, _)| (*path).to_owned())
        .collect()
}

/// Whether an item is compiled by a plain check.
fn is_code(workspace: &Workspace, id: ItemId) -> bool {
    use cleave_syntax::workspace::CrateKind;
    let kind = workspace.krate(workspace.crate_of(id)).kind;
    matches!(kind, CrateKind::Lib | CrateKind::Bin)
}

fn print(rows: &[Value]) {
    println!(
        "| crate | seconds an edit, before | after | measured ratio | expected ratio | measured / expected | ratio of lines |"
    );
    println!("|---|---|---|---|---|---|---|");
    let mut apart = 0;
    for row in rows {
        let number = |group: &str, key: &str| row[group][key].as_f64().unwrap_or(0.0);
        let (measured, expected) = (number("ratio", "measured"), number("ratio", "expected"));
        apart += usize::from((measured / expected - 1.0).abs() > 0.25);
        println!(
            "| {} {} | {:.2} | {:.2} | {measured:.2} | {expected:.2} | {:.2} | {:.2} |",
            row["name"].as_str().unwrap_or_default(),
            row["version"].as_str().unwrap_or_default(),
            number("seconds", "before"),
            number("seconds", "after"),
            measured / expected,
            number("ratio", "lines")
        );
    }
    println!(
        "\nOf {}: within 25 % of what was expected {}",
        rows.len(),
        rows.len() - apart
    );
}
