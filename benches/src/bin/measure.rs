//! Reads, resolves and plans one package and prints what that took, as one line of JSON: `measure FOLDER`.
#![expect(clippy::print_stdout, reason = "its output is its result")]

use std::process::ExitCode;
use std::time::Instant;

use camino::Utf8PathBuf;
use cleave_graph::Graph;
use cleave_plan::ProposeOptions;
use cleave_syntax::{LoadOptions, Workspace};
use serde_json::json;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1).map(Utf8PathBuf::from) else {
        println!("usage: measure FOLDER");
        return ExitCode::from(2);
    };
    let repeats = if std::env::args().any(|word| word == "--once") {
        1
    } else {
        3
    };
    match measure(&folder, repeats) {
        Ok(row) => {
            println!("{row}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{}", json!({ "error": error.to_string() }));
            ExitCode::FAILURE
        }
    }
}

/// The best of several runs, and the peak of memory of the first.
fn measure(
    folder: &camino::Utf8Path,
    repeats: u32,
) -> Result<serde_json::Value, cleave_syntax::LoadError> {
    let outline = cleave_syntax::load::ask(&LoadOptions {
        manifest_path: folder.join("Cargo.toml"),
        offline: true,
        ..LoadOptions::default()
    })?;
    let mut best = [f64::MAX; 5];
    let mut row = json!({});
    for run in 0..repeats {
        let processor = processor();
        let start = Instant::now();
        let (workspace, _) = cleave_syntax::load::read(outline.clone())?;
        let parse = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let graph = cleave_graph::resolve(&workspace);
        let resolve = start.elapsed().as_secs_f64();
        let processor = self::processor() - processor;
        if run == 0 {
            row["peak"] = json!(peak());
            row["lines"] = json!(lines(&workspace));
        }
        let start = Instant::now();
        if let Some(krate) = workspace.monolith(workspace.package) {
            std::hint::black_box(cleave_graph::knot::knots(&workspace, &graph, krate));
        }
        let knots = start.elapsed().as_secs_f64();
        if run == 0 {
            row["plan"] = json!(plan(&workspace, &graph));
        }
        if parse + resolve < best[3] {
            best = [parse, resolve, knots, parse + resolve, processor];
        }
    }
    row["parse"] = json!(best[0]);
    row["resolve"] = json!(best[1]);
    row["knots"] = json!(best[2]);
    row["processor"] = json!(best[4]);
    Ok(row)
}

/// Seconds that a plan with its steps takes, once: it works alone and long enough to be told from chance.
fn plan(workspace: &Workspace, graph: &Graph) -> f64 {
    let start = Instant::now();
    let (plan, _) = cleave_plan::propose(workspace, graph, &ProposeOptions::default());
    let (homes, _) = cleave_plan::homes(&plan, workspace, graph);
    std::hint::black_box(cleave_plan::steps(&plan, &homes, workspace, graph));
    start.elapsed().as_secs_f64()
}

fn lines(workspace: &Workspace) -> usize {
    let files = workspace.files.iter();
    files.map(|file| file.text.lines().count()).sum()
}

/// Seconds that the processors have worked for this program, where the system says; other programs don't disturb them.
fn processor() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit(')').next().unwrap_or_default();
    let ticks: f64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<f64>().ok())
        .sum();
    // Linux counts in hundredths everywhere that matters.
    ticks / 100.0
}

/// The most memory that was in use at once, where the system says.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}
