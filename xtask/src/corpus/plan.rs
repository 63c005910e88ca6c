//! Proposes plans for real crates, without compiling anything: how good the partitioner is.

use std::time::Instant;

use camino::Utf8Path;
use cleave_graph::knot;
use cleave_plan::{Figures, History, Plan, ProposeOptions};
use cleave_syntax::LoadOptions;

use super::{Entry, fetch};

struct Row {
    name: String,
    figures: Figures,
    plan: Plan,
    method_knot: f64,
    item_knot: f64,
    biggest_unit: f64,
    steps: usize,
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
        match row(&entry.name, &package) {
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

fn row(name: &str, package: &Utf8Path) -> Result<Row, String> {
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
    let (plan, _) = cleave_plan::propose(&workspace, &graph, &ProposeOptions::default());
    let search = start.elapsed().as_secs_f64();
    let (homes, _) = cleave_plan::homes(&plan, &workspace, &graph);
    let monolith = workspace
        .monolith(workspace.package)
        .ok_or("no code in it")?;
    let knots = knot::knots(&workspace, &graph, monolith);
    Ok(Row {
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

/// Share of the lines of what can only move in one piece.
fn biggest_unit(
    workspace: &cleave_syntax::Workspace,
    graph: &cleave_graph::Graph,
    krate: cleave_syntax::CrateId,
) -> f64 {
    let units = cleave_plan::unit::units(workspace, graph, &[krate]).units;
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
