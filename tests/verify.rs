//! How a step is judged, remembered and committed.

mod judgement;
mod layout;
mod surroundings;

use cleave_tests::Fixture;

use crate::cleave;

/// Two features, one of which never compiled.
const APP: &str = "\
//- Cargo.toml
[package]
name = \"app\"
version = \"0.1.0\"
edition = \"2021\"

[features]
fine = []
broken = []

[workspace]
//- src/lib.rs
//! An app.

pub mod low;
pub mod top;
//- src/low.rs
/// Kept.
pub fn helper(x: u32) -> u32 {
    x + 1
}

#[cfg(feature = \"broken\")]
compile_error!(\"it never did\");
//- src/top.rs
use crate::low::helper;

/// Runs.
pub fn run() -> u32 {
    helper(1)
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs() {
        assert_eq!(super::run(), 2);
    }
}
//- split.toml
version = 1
package = \"app\"

[crates.app-low]
modules = [\"low\"]

[[steps]]
to = \"app-low\"
moves = [\"low\"]
";

fn report(fixture: &Fixture) -> serde_json::Value {
    serde_json::from_str(&fixture.read("target/report.json")).expect("JSON")
}

#[test]
fn a_step_is_checked_once_and_what_is_known_not_again() {
    let fixture = Fixture::new(APP);
    fixture.commit();
    std::fs::create_dir_all(fixture.root.join("target")).expect("a folder");
    let words = ["--next", "--report", "target/report.json"];
    let (status, first) = cleave(&fixture, &words);
    assert_eq!(status, 0, "{first}");
    assert!(first.contains("checking the tree as it is"), "{first}");
    let (status, second) = cleave(&fixture, &words);
    assert_eq!(status, 0, "{second}");
    assert!(!second.contains("checking the tree as it is"), "{second}");
    let step = &report(&fixture)["steps"][0];
    assert_eq!(step["check_rounds"], 1, "{step}");
    assert_eq!(step["verified"], true, "{step}");
}

#[test]
fn another_source_is_checked_before_a_step() {
    let fixture = Fixture::new(APP);
    fixture.commit();
    assert_eq!(cleave(&fixture, &["--next"]).0, 0);
    let path = fixture.root.join("src/top.rs");
    let text = fixture.read("src/top.rs") + "\n/// More.\npub fn more() {}\n";
    std::fs::write(path, text).expect("a file");
    let (status, text) = cleave(&fixture, &["--next", "--allow-dirty"]);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("checking the tree as it is"), "{text}");
}

#[test]
fn only_feature_sets_that_compiled_are_asked_for_again() {
    let fixture = Fixture::new(APP);
    fixture.commit();
    std::fs::create_dir_all(fixture.root.join("target")).expect("a folder");
    let (status, text) = cleave(&fixture, &["--all", "--report", "target/report.json"]);
    assert_eq!(status, 0, "{text}");
    let report = report(&fixture);
    let asked = |what: &str| {
        let checked = report["checked"].as_array().cloned().unwrap_or_default();
        let commands = checked.iter().filter_map(|row| row["command"].as_str());
        commands.filter(|command| command.ends_with(what)).count()
    };
    assert_eq!(asked("--features=fine"), 2);
    assert_eq!(asked("--features=broken"), 1);
    assert_eq!(asked("--all-features"), 1);
    assert_eq!(asked("--package app-low"), 1);
    assert_eq!(asked("--package app --all-targets"), 1);
    assert_eq!(report["tests"]["after"]["passed"], 1);
    assert_eq!(report["tests"]["lost"].as_array().map(Vec::len), Some(0));
}

#[test]
fn each_step_is_a_commit_that_can_be_taken_back() {
    let fixture = Fixture::new(APP);
    fixture.commit();
    std::fs::write(fixture.root.join("mine.txt"), "mine").expect("a file");
    let before = fixture.tree();
    let git = |words: &[&str]| {
        let output = fixture.run("git", words);
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let words = [
        "--all",
        "--verify=none",
        "--branch",
        "split",
        "--allow-dirty",
    ];
    let (status, text) = cleave(&fixture, &words);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains(".git-blame-ignore-revs"), "{text}");
    assert_eq!(git(&["status", "--porcelain"]), "?? mine.txt\n");
    assert!(git(&["branch", "--list", "split-step-2"]).contains("split-step-2"));
    let message = git(&["log", "-1", "--format=%B", "split-step-2"]);
    assert!(
        message.contains("- src/low.rs -> crates/app-low/src/low.rs"),
        "{message}"
    );
    let past = git(&[
        "log",
        "--follow",
        "--format=%s",
        "--",
        "crates/app-low/src/low.rs",
    ]);
    assert!(past.ends_with("Start\n"), "{past}");
    let record = fixture.read(".cleave/moves.tsv");
    let parent = git(&["rev-parse", "split-step-2~1"]);
    let line = format!(
        "src/low.rs\tcrates/app-low/src/low.rs\t{}\tmoved\n",
        parent.trim()
    );
    assert!(record.ends_with(&line), "{record}");
    let (status, text) = cleave(&fixture, &["undo", "--all"]);
    assert_eq!(status, 0, "{text}");
    assert_eq!(fixture.tree(), before);
    assert_eq!(git(&["status", "--porcelain"]), "?? mine.txt\n");
    assert!(git(&["log", "-1", "--format=%s"]).starts_with("Take back: "));
}

#[test]
fn quiet_is_quiet_and_colours_are_as_asked() {
    let fixture = Fixture::new(APP);
    fixture.commit();
    let program = env!("CARGO_BIN_EXE_cleave-under-test");
    let output = fixture.run(program, &["--all", "--verify=none", "--quiet"]);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let broken = Fixture::new("//- src/lib.rs\nfn f( {}\n");
    let said = |words: &[&str], variables: &[(&str, &str)]| {
        let output = broken.run_with(program, words, variables);
        String::from_utf8_lossy(&output.stderr).contains('\u{1b}')
    };
    assert!(said(&["plan", "--color", "always"], &[]));
    assert!(!said(
        &["plan", "--color", "never"],
        &[("CLICOLOR_FORCE", "1")]
    ));
    assert!(!said(
        &["plan"],
        &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]
    ));
}

/// A terminal sees a spinner with what is being checked; a pipe sees plain lines.
#[test]
#[cfg(unix)]
fn only_a_terminal_sees_a_spinner() {
    let fixture = Fixture::new(APP);
    fixture.commit();
    let program = env!("CARGO_BIN_EXE_cleave-under-test");
    let piped = fixture.run(program, &["--step", "1"]);
    let text = String::from_utf8_lossy(&piped.stderr).into_owned();
    assert!(text.starts_with("checking the tree as it is\n"), "{text}");
    assert!(!text.contains(['\r', '\u{1b}']), "{text}");
    let line = format!("{program} --step 2");
    let words = ["-qec", line.as_str(), "/dev/null"];
    let tried = std::process::Command::new("script")
        .arg("--version")
        .output();
    if !tried.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: without `script` there is no terminal to try");
        return;
    }
    let shown = fixture.run_with("script", &words, &[("TERM", "xterm")]);
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(
        text.contains("cargo check --workspace --all-targets"),
        "{text}"
    );
    assert!(text.contains("\u{1b}["), "{text}");
}

/// `plan --timings` measures on the spot, beside the tree.
#[test]
fn a_plan_says_where_the_time_of_a_build_goes() {
    let fixture = Fixture::new(&format!(
        "{APP}//- src/main.rs\nfn main() {{\n    app::top::run();\n}}\n"
    ));
    fixture.commit();
    let program = env!("CARGO_BIN_EXE_cleave-under-test");
    let output = fixture.run(program, &["plan", "--timings", "--format", "json"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let seconds = &value["timings"]["seconds"];
    assert_eq!(seconds["program_count"], 1, "{value}");
    for part in ["front_end", "code_generation", "linking"] {
        assert!(seconds[part].as_f64() >= Some(0.0), "{value}");
    }
    assert!(seconds["front_end"].as_f64() > Some(0.0), "{value}");
    assert!(value["pays"]["ratio"].as_f64() > Some(0.0), "{value}");
    let git = fixture.run("git", &["status", "--porcelain"]);
    let changed = String::from_utf8_lossy(&git.stdout).into_owned();
    assert!(!changed.contains("src/"), "{changed}");
}
