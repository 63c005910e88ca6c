//! How fast: lines a second, time against lines, memory a line, and seconds for a plan, on generated monoliths and on the
//! corpus.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use crate::place;

/// The sizes that are promised something.
const SIZES: [usize; 3] = [50_000, 200_000, 1_000_000];
/// Lines a second.
const WANTED_SPEED: f64 = 400_000.0;
/// Bytes of memory a line.
const WANTED_BYTES: f64 = 500.0;

/// Measures every size, or those that are named, and what of the corpus has been fetched.
pub(crate) fn run(words: &[String]) -> Result<(), String> {
    let root = place::root();
    let sizes = words
        .iter()
        .filter(|word| !word.starts_with("--"))
        .map(|word| {
            let number: String = word.chars().filter(char::is_ascii_digit).collect();
            number
                .parse()
                .map_err(|_| format!("`{word}` is no number of lines"))
        })
        .collect::<Result<Vec<usize>, String>>()?;
    let sizes = if sizes.is_empty() {
        SIZES.to_vec()
    } else {
        sizes
    };
    let program = build(&root)?;
    println!(
        "| source | lines | parse s | resolve s | lines/s | processor s | bytes/line | knots s | plan s |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let mut rows = Vec::new();
    for size in sizes {
        let folder = generate(&root, size)?;
        let row = measure(&program, &folder)?;
        print(&format!("generated {size}"), &row);
        rows.push(row);
    }
    if !words.iter().any(|word| word == "--generated") {
        for folder in fetched(&root) {
            let row = measure(&program, &folder)?;
            print(folder.file_name().unwrap_or_default(), &row);
        }
    }
    summary(&rows);
    Ok(())
}

fn build(root: &Utf8Path) -> Result<Utf8PathBuf, String> {
    let output = Command::new("cargo")
        .args(["build", "--release", "--quiet", "-p", "cleave-benches"])
        .args(["--bin", "measure", "--message-format=json"])
        .current_dir(root)
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo build: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find_map(|message| Some(message["executable"].as_str()?.to_owned()))
        .map(Utf8PathBuf::from)
        .ok_or_else(|| "cargo build of the measuring program failed: see above".to_owned())
}

fn generate(root: &Utf8Path, size: usize) -> Result<Utf8PathBuf, String> {
    let folder = root.join("target/bench").join(format!("generated-{size}"));
    let said = |error: std::io::Error| format!("{folder}: {error}");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(said)?;
    }
    std::fs::create_dir_all(&folder).map_err(said)?;
    cleave_benches::write(&folder, size).map_err(said)?;
    Ok(folder)
}

fn measure(program: &Utf8Path, folder: &Utf8Path) -> Result<Value, String> {
    let output = Command::new(program)
        .arg(folder)
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    let row: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("measuring {folder}: {error}"))?;
    match row["error"].as_str() {
        Some(error) => Err(format!("measuring {folder}: failed to {error}")),
        None => Ok(row),
    }
}

/// Corpus crates that lie there as cargo fetched them or as they were split.
fn fetched(root: &Utf8Path) -> Vec<Utf8PathBuf> {
    let folder = root.join("target/corpus");
    let mut found: Vec<Utf8PathBuf> = folder
        .read_dir_utf8()
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path().to_owned())
        .filter(|path| path.join("Cargo.toml").is_file())
        .collect();
    found.sort();
    found
}

fn number(row: &Value, key: &str) -> f64 {
    row[key].as_f64().unwrap_or(0.0)
}

fn seconds(row: &Value) -> f64 {
    number(row, "parse") + number(row, "resolve")
}

fn speed(row: &Value) -> f64 {
    number(row, "lines") / seconds(row).max(1e-9)
}

fn bytes(row: &Value) -> f64 {
    number(row, "peak") / number(row, "lines").max(1.0)
}

fn print(name: &str, row: &Value) {
    println!(
        "| {name} | {} | {:.3} | {:.3} | {:.0} | {:.2} | {:.0} | {:.3} | {:.2} |",
        row["lines"],
        number(row, "parse"),
        number(row, "resolve"),
        speed(row),
        number(row, "processor"),
        bytes(row),
        number(row, "knots"),
        number(row, "plan")
    );
}

/// What was wanted against what came out, at the largest size, and the growth between sizes.
fn summary(rows: &[Value]) {
    let Some((last, earlier)) = rows.split_last() else {
        return;
    };
    println!(
        "\nlines a second: {:.0} (wanted {WANTED_SPEED:.0})\nbytes a line:   {:.0} (wanted less than {WANTED_BYTES:.0})",
        speed(last),
        bytes(last)
    );
    for row in earlier {
        println!(
            "{:.1} x the lines take {:.1} x the time (wanted at most 1.1 x as many times)",
            number(last, "lines") / number(row, "lines").max(1.0),
            seconds(last) / seconds(row).max(1e-9)
        );
    }
}
