//! Proposes plans for real crates, without compiling anything: how good the partitioner is.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use camino::{Utf8Path, Utf8PathBuf};
use cleave_graph::{Graph, knot};
use cleave_plan::lift::Lifts;
use cleave_plan::mojo::{self, Placed};
use cleave_plan::{Figures, History, Plan, ProposeOptions};
use cleave_syntax::{ItemId, LoadOptions, Workspace};

use super::{Entry, fetch};

struct Row {
    name: String,
    figures: Figures,
    plan: Plan,
    method_knot: f64,
    item_knot: f64,
    biggest_unit: f64,
    steps: usize,
    /// By how much it agrees with what people made of the same crate, where that is known.
    agreement: Option<String>,
    load: f64,
    search: f64,
}

/// Prints a row for each crate, the wanted values below, and each plan's crates.
pub(super) fn run(folder: &Utf8Path, entries: &[Entry]) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("{folder}: {error}"))?;
    let mut rows = Vec::new();
    for entry in entries {
        let package = folder.join(&entry.name);
        if !package.join("Cargo.toml").exists() {
            fetch(folder, entry)?;
        }
        match row(entry, &package) {
            Ok(row) => rows.push(row),
            Err(message) => eprintln!("{}: {message}", entry.name),
        }
    }
    for row in &rows {
        println!("{}", crates(row));
    }
    table(&rows);
    Ok(())
}

fn row(entry: &Entry, package: &Utf8Path) -> Result<Row, String> {
    let name = entry.name.as_str();
    let start = Instant::now();
    let options = LoadOptions {
        manifest_path: package.join("Cargo.toml"),
        package: Some(name.to_owned()),
        offline: true,
        ..LoadOptions::default()
    };
    let (workspace, _) = cleave_syntax::load(&options).map_err(|error| error.to_string())?;
    let graph = cleave_graph::resolve(&workspace);
    let load = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let options = ProposeOptions {
        lifts_public: entry.lifts_public,
        ..ProposeOptions::default()
    };
    let (plan, _) = cleave_plan::propose(&workspace, &graph, &options);
    let search = start.elapsed().as_secs_f64();
    let (homes, _) = cleave_plan::homes(&plan, &workspace, &graph);
    let monolith = workspace
        .monolith(workspace.package)
        .ok_or("no code in it")?;
    let knots = knot::knots(&workspace, &graph, monolith);
    let agreement = people(name).map(|people| against(&people, &workspace, &graph));
    Ok(Row {
        agreement,
        name: name.to_owned(),
        figures: cleave_plan::measure(&plan, &homes, &workspace, &History::default()),
        steps: cleave_plan::steps(&plan, &homes, &workspace, &graph).len(),
        method_knot: knots.method.share,
        item_knot: knots.item.share,
        biggest_unit: biggest_unit(&workspace, &graph, monolith),
        plan,
        load,
        search,
    })
}

/// Where people put each file of a crate when they split it: path, crate, lines.
fn people(name: &str) -> Option<Vec<(String, String, usize)>> {
    let folder = crate::place::root().join("tests/human");
    let files = folder.read_dir_utf8().ok()?;
    let mut paths: Vec<Utf8PathBuf> = files
        .filter_map(Result::ok)
        .map(|file| file.path().to_owned())
        .collect();
    paths.sort();
    let path = paths.into_iter().find(|path| {
        let stem = path.file_stem().unwrap_or_default();
        stem.rsplit_once('-')
            .is_some_and(|(crate_name, _)| crate_name == name)
    })?;
    let text = std::fs::read_to_string(path).ok()?;
    let rows = text.lines().skip(1).map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [file, krate, _, lines] = fields[..] else {
            return None;
        };
        Some((file.to_owned(), krate.to_owned(), lines.parse().ok()?))
    });
    rows.collect()
}

/// Plans for as many crates as people made, and compares: a file is where most of its lines are.
fn against(people: &[(String, String, usize)], workspace: &Workspace, graph: &Graph) -> String {
    let crates: BTreeSet<&str> = people.iter().map(|(_, krate, _)| krate.as_str()).collect();
    let options = ProposeOptions {
        crates: Some(crates.len() - 1),
        ..ProposeOptions::default()
    };
    let (plan, _) = cleave_plan::propose(workspace, graph, &options);
    let (homes, _) = cleave_plan::homes(&plan, workspace, graph);
    let mut votes: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for (index, home) in homes.planned.iter().enumerate() {
        let id = ItemId::new(index);
        let file = workspace.file(workspace.module(workspace.item(id).module).file);
        if !workspace.item(id).is_node() {
            continue;
        }
        let krate = home.map_or("root", |home| plan.crates[home].name.as_str());
        *votes
            .entry(file.path.as_str())
            .or_default()
            .entry(krate)
            .or_default() += workspace.lines_of(id);
    }
    let mut objects = Vec::new();
    let mut apart = Vec::new();
    for (file, theirs, lines) in people {
        let most = votes
            .get(file.as_str())
            .and_then(|votes| votes.iter().max_by_key(|(_, lines)| **lines));
        let ours = most.map_or("root", |(krate, _)| *krate);
        objects.push(Placed {
            ours,
            theirs,
            weight: *lines,
        });
        apart.push((
            ours,
            theirs,
            format!("  {lines:5} {file}: {theirs} | {ours}"),
        ));
    }
    let files: Vec<Placed<'_>> = objects
        .iter()
        .map(|object| Placed {
            weight: 1,
            ..*object
        })
        .collect();
    let mut common: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for object in &objects {
        *common
            .entry(object.ours)
            .or_default()
            .entry(object.theirs)
            .or_default() += object.weight;
    }
    let most = |ours: &str| {
        let theirs = common[ours].iter().max_by_key(|(_, lines)| **lines);
        theirs.map_or("", |(theirs, _)| *theirs)
    };
    apart.retain(|(ours, theirs, _)| most(ours) != *theirs);
    let apart: Vec<String> = apart.into_iter().map(|(_, _, line)| line).collect();
    let names: Vec<&str> = plan
        .crates
        .iter()
        .map(|krate| krate.name.as_str())
        .collect();
    format!(
        "with {} new crates ({}), MoJoFM by lines {:.1} %, by files {:.1} %; not with most of theirs:\n{}",
        plan.crates.len(),
        names.join(", "),
        mojo::agreement(&objects) * 100.0,
        mojo::agreement(&files) * 100.0,
        apart.join("\n")
    )
}

/// Share of the lines of what can only move in one piece.
fn biggest_unit(workspace: &Workspace, graph: &Graph, krate: cleave_syntax::CrateId) -> f64 {
    let units = cleave_plan::unit::units(workspace, graph, &[krate], &Lifts::default()).units;
    let all: usize = units.iter().map(|unit| unit.lines).sum();
    let biggest = units.iter().map(|unit| unit.lines).max().unwrap_or(0);
    biggest as f64 / all.max(1) as f64
}

fn crates(row: &Row) -> String {
    let mut text = format!("{}\n", row.name);
    let share = |lines: usize| lines * 100 / row.figures.lines.max(1);
    for (krate, lines) in row.plan.crates.iter().zip(&row.figures.sizes) {
        let below: Vec<&str> = krate
            .depends_on
            .iter()
            .map(|lower| row.plan.crates[*lower].name.as_str())
            .collect();
        text.push_str(&format!(
            "  {} ({} %) on [{}]: {} + {} items\n",
            krate.name,
            share(*lines),
            below.join(", "),
            krate.modules.join(", "),
            krate.items.len()
        ));
    }
    let root = row.figures.sizes.last().copied().unwrap_or(0);
    text.push_str(&format!(
        "  root ({} %), keeps {} items\n",
        share(root),
        row.plan.keep.len()
    ));
    text
}

fn table(rows: &[Row]) {
    println!(
        "| crate | lines | new crates | largest | biggest knot by methods / by items / unit | items torn | rebuild after / before | critical path | steps | read s | plan s |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    for row in rows {
        let figures = &row.figures;
        println!(
            "| {} | {} | {} | {} | {} / {} / {} | {} | {:.2} | {:.2} | {} | {:.2} | {:.2} |",
            row.name,
            figures.lines,
            row.plan.crates.len(),
            percent(figures.largest),
            percent(row.method_knot),
            percent(row.item_knot),
            percent(row.biggest_unit),
            percent(figures.torn_share()),
            figures.rebuild_ratio(),
            figures.critical_path as f64 / figures.lines.max(1) as f64,
            row.steps,
            row.load,
            row.search
        );
    }
    for row in rows {
        if let Some(agreement) = &row.agreement {
            println!("\n{} and its people: {agreement}", row.name);
        }
    }
    let mut ratios: Vec<f64> = rows.iter().map(|row| row.figures.rebuild_ratio()).collect();
    ratios.sort_by(f64::total_cmp);
    let held = |holds: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| holds(row)).count();
    println!(
        "\nOf {}: largest at most 50 % or the knot {}, three crates or more {}, under 5 % torn {}; rebuild ratio, median {:.2}",
        rows.len(),
        held(&|row| row.figures.largest <= row.method_knot.max(0.5)),
        held(&|row| row.plan.crates.len() >= 3),
        held(&|row| row.figures.torn_share() < 0.05),
        ratios.get(ratios.len() / 2).copied().unwrap_or(0.0)
    );
}
