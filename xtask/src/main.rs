//! The tasks of this repository: `cargo xtask TASK`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a task talks to whoever started it"
)]

mod bench;
mod bless;
mod corpus;
mod crash;
mod demo;
mod place;

use std::ffi::OsString;
use std::process::ExitCode;

const HELP: &str = "\
Tasks:
  split …           the command, as `cargo cleave …`
  demo              splits the sample monolith, every step verified
  crash [N]         kills a step of the sample at N random moments (200)
  corpus [NAME…]    splits real crates and prints a row for each (--format json, --fresh)
  corpus --analyse [NAME…]
                    resolves every path of them and counts what became of it (-v says where, --format json)
  corpus --oracle [NAME…]
                    compares the item edges found with those that rustc sees (-v, --format json)
  corpus --plan [NAME…]
                    proposes a plan for each, without compiling, and prints its figures
                    (this and the splits: --lift-public)
  corpus --rebuild [NAME…]
                    times `cargo check` after edits, before each split and after it (--format json)
  schema            writes docs/schema/graph.json anew
  bless [NAME]      accepts what the fixtures (those with NAME in their name) show now as their snapshots
  bench [LINES…]    prints lines a second, bytes a line and seconds for a plan
                    on generated monoliths and the fetched corpus (--generated)";

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    let task = words
        .first()
        .and_then(|word| word.to_str())
        .unwrap_or_default()
        .to_owned();
    let asks_for_help = words.iter().any(|word| word == "--help" || word == "-h");
    if asks_for_help && task != "split" {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let rest = words.into_iter().skip(1);
    let result = match task.as_str() {
        "split" => {
            return cargo_cleave::run(
                std::iter::once(OsString::from("cargo xtask split")).chain(rest),
            );
        }
        "demo" => demo::run(),
        "crash" => crash::run(
            &rest
                .filter_map(|word| word.into_string().ok())
                .collect::<Vec<_>>(),
        ),
        "corpus" => corpus::run(
            &rest
                .filter_map(|word| word.into_string().ok())
                .collect::<Vec<_>>(),
        ),
        "bless" => bless::run(
            rest.map(OsString::into_string)
                .find_map(Result::ok)
                .as_deref(),
        ),
        "schema" => schema(),
        "bench" => bench::run(
            &rest
                .filter_map(|word| word.into_string().ok())
                .collect::<Vec<_>>(),
        ),
        _ => {
            eprintln!("{HELP}");
            return ExitCode::from(if task.is_empty() || task == "help" {
                0
            } else {
                2
            });
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Writes the schemas of what scripts read.
fn schema() -> Result<(), String> {
    let folder = place::root().join("docs/schema");
    let path = folder.join("graph.json");
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&path, cleave_report::json::schema()))
        .map_err(|error| format!("{path}: {error}"))
}
