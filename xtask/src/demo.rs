//! Splits the sample monolith before your eyes.

use std::time::Instant;

use cleave_verify::git;
use serde_json::Value;

use crate::place;

/// Copies the sample, proposes the plan, carries out every step, and checks what came out.
pub(crate) fn run() -> Result<(), String> {
    let start = Instant::now();
    let root = place::root();
    let folder = root.join("target/demo/millrace");
    println!("1/5  Copying the sample monolith to target/demo/millrace");
    place::copy_fresh(&root.join("tests/monolith"), &folder)?;
    git::make_repository(&folder, "Start").map_err(|error| error.to_string())?;
    let manifest = folder.join("Cargo.toml");
    let must = |done: bool, what: &str| {
        if done {
            Ok(())
        } else {
            Err(format!("{what} did not end well"))
        }
    };

    println!("\n2/5  Proposing crates");
    must(
        place::cleave(
            &manifest,
            &[
                "graph",
                "--format",
                "svg",
                "--output",
                folder.join("target/before.svg").as_str(),
            ],
        ),
        "graph",
    )?;
    must(place::cleave(&manifest, &["plan"]), "plan")?;
    // Relative to the package.
    let page = ["review", "--output", "target/review-before.html"];
    must(place::cleave(&manifest, &page), "review")?;

    println!("\n3/5  Carrying out every step, each verified");
    let report_path = folder.join("target/report.json");
    must(
        place::cleave(
            &manifest,
            &[
                "--all",
                "--branch",
                "split",
                "--verify",
                "test",
                "--report",
                report_path.as_str(),
            ],
        ),
        "the migration",
    )?;

    println!("\n4/5  Looking at what came out");
    let text =
        std::fs::read_to_string(&report_path).map_err(|error| format!("{report_path}: {error}"))?;
    let report: Value =
        serde_json::from_str(&text).map_err(|error| format!("{report_path}: {error}"))?;
    judge(&report)?;
    must(place::cleave(&manifest, &["status"]), "status")?;
    must(place::cleave(&manifest, &["check"]), "the guard")?;

    println!("\n5/5  Drawing");
    must(
        place::cleave(
            &manifest,
            &[
                "graph",
                "--level",
                "crate",
                "--format",
                "svg",
                "--output",
                folder.join("target/after.svg").as_str(),
            ],
        ),
        "graph",
    )?;
    must(place::cleave(&manifest, &["review"]), "review")?;
    println!(
        "\nDone in {:.0} s. To look at, in target/demo/millrace:",
        start.elapsed().as_secs_f64()
    );
    println!("  the workspace itself, a branch a step, stacked: `git log --oneline --decorate`");
    println!(
        "  the text of a step's pull request: `cargo xtask split pr 2 --manifest-path {manifest}`"
    );
    println!("  target/before.svg, target/after.svg     the graph before and after");
    println!("  target/review-before.html               the page on which the plan is reviewed");
    println!("  target/cleave/review.html               the same page, all steps done");
    println!("  target/report.json                      all figures");
    Ok(())
}

/// Every step verified, the same tests, and two siblings that do not know each other.
fn judge(report: &Value) -> Result<(), String> {
    let steps = report["steps"].as_array().cloned().unwrap_or_default();
    if steps.is_empty()
        || steps
            .iter()
            .any(|step| step["verified"] != Value::Bool(true))
    {
        return Err("a step is not verified".to_owned());
    }
    let tests = &report["tests"];
    let none = |key: &str| tests[key].as_array().is_some_and(Vec::is_empty);
    if tests["before"] != tests["after"] || !none("lost") || !none("changed") {
        return Err(format!("the tests are not the same: {tests}"));
    }
    println!("  {} tests pass before and after", tests["after"]["passed"]);
    for (from, to) in [("worker", "orchestration"), ("orchestration", "worker")] {
        if reaches(
            report,
            &format!("millrace-{from}"),
            &format!("millrace-{to}"),
        ) {
            return Err(format!("the {from} crate depends on the {to} crate"));
        }
    }
    println!("  neither of worker and orchestration depends on the other");
    Ok(())
}

/// Whether a crate depends on another, directly or not.
fn reaches(report: &Value, from: &str, to: &str) -> bool {
    let crates = report["crates"].as_array().cloned().unwrap_or_default();
    let mut pending = vec![from.to_owned()];
    let mut seen = Vec::new();
    while let Some(name) = pending.pop() {
        if name == to {
            return true;
        }
        if seen.contains(&name) {
            continue;
        }
        let row = crates.iter().find(|row| row["name"] == name.as_str());
        let below = row
            .and_then(|row| row["depends_on"].as_array())
            .cloned()
            .unwrap_or_default();
        pending.extend(
            below
                .iter()
                .filter_map(|name| name.as_str().map(str::to_owned)),
        );
        seen.push(name);
    }
    false
}
