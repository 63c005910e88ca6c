//! Splits real crates: how Cleave knows whether it works.

mod analyse;
mod kept;
mod oracle;
mod plan;
mod rebuild;

use std::process::Command;
use std::time::Instant;

use camino::{Utf8Path, Utf8PathBuf};
use cleave_verify::git;
use serde_json::{Value, json};
use toml_edit::DocumentMut;

use self::kept::Kept;
use crate::place;

struct Entry {
    name: String,
    version: String,
    features: Option<String>,
    /// Whether its plan may lift public methods too.
    lifts_public: bool,
}

/// Takes the crates that are named (all where none is), one after the other; one that fails does not stop the rest.
pub(crate) fn run(words: &[String]) -> Result<(), String> {
    const FLAGS: &[&str] = &[
        "--analyse",
        "--format",
        "--fresh",
        "--lift-public",
        "--oracle",
        "--plan",
        "--rebuild",
        "-v",
    ];
    // A run takes hours: a slip of the pen must not start one.
    let mut flags = words.iter().filter(|word| word.starts_with('-'));
    if let Some(unknown) = flags.find(|flag| !FLAGS.contains(&flag.as_str())) {
        return Err(format!("`{unknown}` is none of {}", FLAGS.join(", ")));
    }
    let root = place::root();
    let as_json = words
        .windows(2)
        .any(|pair| pair[0] == "--format" && pair[1] == "json");
    let plans = words.iter().any(|word| word == "--plan");
    let fresh = words.iter().any(|word| word == "--fresh");
    let names: Vec<&String> = words
        .iter()
        .filter(|word| !word.starts_with('-') && *word != "json" && *word != "text")
        .collect();
    let mut entries = list(&root)?;
    if let Some(unknown) = names
        .iter()
        .find(|name| entries.iter().all(|entry| entry.name != ***name))
    {
        return Err(format!(
            "no crate of tests/corpus.toml is called `{unknown}`"
        ));
    }
    entries.retain(|entry| names.is_empty() || names.contains(&&entry.name));
    let lifts_public = words.iter().any(|word| word == "--lift-public");
    for entry in &mut entries {
        entry.lifts_public = lifts_public;
    }
    let examples = words.iter().any(|word| word == "-v");
    if words.iter().any(|word| word == "--analyse") {
        let check = (analyse::row as Check, analyse::print as fn(&[Value]));
        return each(&root, &entries, (as_json, examples, fresh), check);
    }
    if words.iter().any(|word| word == "--oracle") {
        let check = (oracle::row as Check, oracle::print as fn(&[Value]));
        return each(&root, &entries, (as_json, examples, fresh), check);
    }
    if plans {
        return plan::run(&root.join("target/corpus-plan"), &entries);
    }
    let folder = root.join("target/corpus");
    if words.iter().any(|word| word == "--rebuild") {
        return rebuild::run(&folder, &entries, as_json);
    }
    let folder = if lifts_public {
        root.join("target/corpus-public")
    } else {
        folder
    };
    std::fs::create_dir_all(&folder).map_err(|error| format!("{folder}: {error}"))?;
    let mut rows = Vec::new();
    for entry in &entries {
        rows.push(recorded(&folder, entry, fresh)?);
    }
    if as_json {
        println!(
            "{}",
            serde_json::to_string_pretty(&rows).unwrap_or_default()
        );
    } else {
        print(&rows);
    }
    let failed = rows.iter().filter(|row| !row["error"].is_null()).count();
    if failed > 0 {
        return Err(format!("{failed} of {} crates failed", rows.len()));
    }
    Ok(())
}

/// How the split of a crate ended: as an earlier run has written it down, or by splitting it now.
fn recorded(folder: &Utf8Path, entry: &Entry, fresh: bool) -> Result<Value, String> {
    let record = folder.join(format!("{}.json", entry.name));
    let known = std::fs::read_to_string(&record)
        .ok()
        .and_then(|text| serde_json::from_str::<Value>(&text).ok());
    if let Some(row) = known.filter(|row| !fresh && row["error"].is_null()) {
        return Ok(row);
    }
    eprintln!("== {} {}", entry.name, entry.version);
    let row = split(folder, entry);
    let text = serde_json::to_string_pretty(&row).unwrap_or_default();
    std::fs::write(&record, text).map_err(|error| format!("{record}: {error}"))?;
    Ok(row)
}

/// Looks at one crate as it was published; with examples or without.
type Check = fn(&Utf8Path, &Entry, bool) -> Result<Value, String>;

/// Looks at each crate as it was published, and prints what came out.
fn each(
    root: &Utf8Path,
    entries: &[Entry],
    (as_json, examples, fresh): (bool, bool, bool),
    (check, print): (Check, fn(&[Value])),
) -> Result<(), String> {
    let folder = root.join("target/analyse");
    gather(entries, as_json, print, |entry| {
        let package = folder.join(&entry.name);
        if fresh || !package.join("Cargo.toml").is_file() {
            let _ = std::fs::remove_dir_all(package.join("target/oracle"));
            fetch(&folder, entry)?;
        }
        check(&package, entry, examples)
    })
}

/// A row for each crate, printed together; one that fails does not stop the rest.
fn gather(
    entries: &[Entry],
    as_json: bool,
    print: fn(&[Value]),
    row: impl Fn(&Entry) -> Result<Value, String>,
) -> Result<(), String> {
    let mut rows = Vec::new();
    let mut failed = Vec::new();
    for entry in entries {
        match row(entry) {
            Ok(row) => rows.push(row),
            Err(error) => failed.push(format!("{}: {error}", entry.name)),
        }
    }
    if as_json {
        let text = serde_json::to_string_pretty(&rows).unwrap_or_default();
        println!("{text}");
    } else {
        print(&rows);
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(failed.join("\n"))
    }
}

fn list(root: &Utf8Path) -> Result<Vec<Entry>, String> {
    let path = root.join("tests/corpus.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let document: DocumentMut = text.parse().map_err(|error| format!("{path}: {error}"))?;
    let crates = document
        .get("crate")
        .and_then(|item| item.as_array_of_tables());
    let field = |table: &toml_edit::Table, key: &str| {
        table
            .get(key)
            .and_then(|item| item.as_str())
            .map(str::to_owned)
    };
    Ok(crates
        .into_iter()
        .flatten()
        .filter_map(|table| {
            Some(Entry {
                name: field(table, "name")?,
                version: field(table, "version")?,
                features: field(table, "features"),
                lifts_public: false,
            })
        })
        .collect())
}

fn split(folder: &Utf8Path, entry: &Entry) -> Value {
    let start = Instant::now();
    let mut row = json!({ "name": entry.name, "version": entry.version });
    let report_path = folder.join(format!("{}-report.json", entry.name));
    let _ = std::fs::remove_file(&report_path);
    let result = fetch(folder, entry).and_then(|package| {
        let manifest = package.join("Cargo.toml");
        let before = Kept::of(&package, entry);
        let mut plan = vec!["plan"];
        plan.extend(entry.lifts_public.then_some("--lift-public"));
        if !place::cleave(&manifest, &plan) {
            return Err("no plan".to_owned());
        }
        // By default: a check for each step, and the tests once at the end.
        let mut words = vec!["--all", "--report", report_path.as_str()];
        if let Some(features) = &entry.features {
            words.extend(["--features", features]);
        }
        if place::cleave(&manifest, &words) {
            row["kept"] = before.lost(&Kept::of(&package, entry));
            Ok(())
        } else {
            Err("a step or the tests failed: see above".to_owned())
        }
    });
    let report: Option<Value> = std::fs::read_to_string(&report_path)
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok());
    if let Some(report) = report {
        row["report"] = report;
    }
    row["error"] = result.err().map_or(Value::Null, Value::String);
    row["seconds"] = json!(start.elapsed().as_secs_f64());
    row
}

/// Gets a crate by the ordinary cargo client, as a repository of its own.
fn fetch(folder: &Utf8Path, entry: &Entry) -> Result<Utf8PathBuf, String> {
    let asker = folder.join("fetch").join(&entry.name);
    let package = folder.join(&entry.name);
    std::fs::create_dir_all(asker.join("src")).map_err(|error| format!("{asker}: {error}"))?;
    let manifest = format!(
        "[package]\nname = \"asker\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[dependencies]\nwanted = {{ package = \"{}\", version = \"={}\" }}\n[workspace]\n",
        entry.name, entry.version
    );
    std::fs::write(asker.join("Cargo.toml"), manifest)
        .map_err(|error| format!("{asker}: {error}"))?;
    std::fs::write(asker.join("src/lib.rs"), "").map_err(|error| format!("{asker}: {error}"))?;
    let output = Command::new("cargo")
        .args(["fetch", "--quiet"])
        .current_dir(&asker)
        .output()
        .map_err(|error| format!("cargo fetch: {error}"))?;
    if !output.status.success() {
        return Err(format!(
            "cargo fetch: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        ));
    }
    let source = unpacked(&format!("{}-{}", entry.name, entry.version))?;
    place::copy_fresh(&source, &package)?;
    let path = package.join("Cargo.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    if !text.contains("[workspace]") {
        std::fs::write(&path, text + "\n[workspace]\n")
            .map_err(|error| format!("{path}: {error}"))?;
    }
    let ignore = package.join(".gitignore");
    std::fs::write(&ignore, "/target\n").map_err(|error| format!("{ignore}: {error}"))?;
    git::make_repository(&package, "Start").map_err(|error| error.to_string())?;
    Ok(package)
}

/// Where cargo has unpacked a crate. A program is no dependency to cargo, so its metadata does not say.
fn unpacked(name: &str) -> Result<Utf8PathBuf, String> {
    let home = std::env::var("CARGO_HOME")
        .map(Utf8PathBuf::from)
        .or_else(|_| {
            std::env::var("HOME")
                .map(|home| Utf8PathBuf::from(home).join(".cargo"))
                .map_err(|error| error.to_string())
        })?;
    let sources = home.join("registry/src");
    let registries = sources
        .read_dir_utf8()
        .map_err(|error| format!("{sources}: {error}"))?;
    let mut found: Vec<Utf8PathBuf> = registries
        .filter_map(Result::ok)
        .map(|registry| registry.path().join(name))
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
        .into_iter()
        .next()
        .ok_or_else(|| format!("cargo has not unpacked {name}"))
}

fn print(rows: &[Value]) {
    println!(
        "| crate | lines | knots: module / item / method | crates | largest | steps | green at once | repairs | tests before / after / lost | rustfmt before / after | rustdoc warnings more | tool s | cargo s | what went wrong |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    for row in rows {
        let report = &row["report"];
        let steps = report["steps"].as_array().cloned().unwrap_or_default();
        // Of the whole run, with the baseline and the tests.
        let seconds = |key: &str| report["seconds"][key].as_f64().unwrap_or(0.0);
        let green = steps
            .iter()
            .filter(|step| step["verified"] == true && step["check_rounds"] == 1)
            .count();
        let repairs: u64 = steps
            .iter()
            .map(|step| step["repairs"].as_u64().unwrap_or(0))
            .sum();
        let percent = |value: &Value| format!("{:.0} %", value.as_f64().unwrap_or(0.0) * 100.0);
        println!(
            "| {} | {} | {} / {} / {} | {} | {} | {} | {green} | {repairs} | {} / {} / {} | {} | {:.1} | {:.1} | {} |",
            row["name"].as_str().unwrap_or_default(),
            report["lines"],
            percent(&report["knots"]["module"]),
            percent(&report["knots"]["item"]),
            percent(&report["knots"]["method"]),
            report["crates"].as_array().map_or(0, Vec::len),
            percent(&report["largest_crate_share"]),
            steps.len(),
            report["tests"]["before"]["passed"],
            report["tests"]["after"]["passed"],
            report["tests"]["lost"].as_array().map_or(0, Vec::len),
            kept::cells(&row["kept"]),
            seconds("tool"),
            seconds("cargo"),
            row["error"].as_str().unwrap_or_default()
        );
    }
}
