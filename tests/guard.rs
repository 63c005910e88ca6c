//! `check`: what goes against the plan is found, and nothing else.

use camino::Utf8Path;
use cleave_tests::Fixture;
use serde_json::Value;

use crate::cleave;

/// The sample with a plan of three crates, of which the lowest is filled: in the midst of its migration.
fn half_way() -> Fixture {
    let here = Utf8Path::new(env!("CARGO_MANIFEST_DIR"));
    let fixture = Fixture::of(&here.join("monolith"));
    let plan = std::fs::read_to_string(here.join("guard/split.toml")).expect("a plan");
    fixture.write("split.toml", &plan);
    fixture.commit();
    let (status, text) = cleave(&fixture, &["--to", "3", "--verify", "none"]);
    assert_eq!(status, 0, "{text}");
    fixture
}

/// A file, what is replaced in it (nothing: it is appended to), and by what.
type Planted = (&'static str, &'static str, &'static str);

/// Each is the work of somebody who did not have the plan in mind.
const PLANTED: [Planted; 10] = [
    // A path in a body, to the crate beside.
    (
        "src/orchestration/discovery.rs",
        "",
        "\n/// Planted.\npub fn planted_path() -> bool {\n    crate::worker::builtin::registry().is_ok()\n}\n",
    ),
    // Tokens of a macro call.
    (
        "src/registry/handlers.rs",
        "",
        "\n/// Planted.\npub fn planted_tokens() -> String {\n    format!(\"{}\", crate::worker::identity::WorkerId::of_process())\n}\n",
    ),
    // An import, and a signature that uses it: to the package, which is above all.
    (
        "src/orchestration/progress.rs",
        "",
        "\nuse crate::worker::Worker;\n\n/// Planted.\npub fn planted_import(_worker: &Worker<'_>) {}\n",
    ),
    // An impl that joins a type of either sibling.
    (
        "src/worker/builtin.rs",
        "",
        "\nimpl PartialEq<crate::worker::identity::WorkerId> for Sum {\n    fn eq(&self, other: &crate::worker::identity::WorkerId) -> bool {\n        other.as_str() == \"sum\"\n    }\n}\n",
    ),
    // A method that names what needs its type.
    (
        "src/execution/context.rs",
        "",
        "\nimpl StepContext {\n    /// Planted.\n    pub fn planted_knot(&self, worker: &crate::worker::Worker<'_>) -> bool {\n        worker.run_once().is_ok()\n    }\n}\n",
    ),
    // A new module that the plan does not know.
    (
        "src/lib.rs",
        "pub mod worker;\n",
        "pub mod worker;\npub mod planted_module;\n",
    ),
    // A new function in the crate's root that code below needs.
    (
        "src/lib.rs",
        "",
        "\n/// Planted.\npub fn planted_item() -> usize {\n    1\n}\n",
    ),
    // A module that has moved, back again after a merge.
    (
        "src/orchestration/mod.rs",
        "pub use millrace_shared::orchestration::graph;\n",
        "pub mod graph {\n    /// Planted.\n    pub fn planted_again() {}\n}\n",
    ),
    // A manifest that asks for the crate beside.
    (
        "crates/millrace-worker/Cargo.toml",
        "",
        "\n[dependencies]\nmillrace-orchestration = { path = \"../millrace-orchestration\" }\n",
    ),
    // A name that is gone from the source.
    (
        "split.toml",
        "keep = [\"worker\"]",
        "keep = [\"worker\", \"planted_name\"]",
    ),
];

fn plant(fixture: &Fixture) {
    for (path, old, new) in PLANTED {
        fixture.edit(path, old, new);
    }
    fixture.write(
        "src/planted_module.rs",
        "//! Planted.\n\n/// Planted.\npub struct Mail(pub crate::types::TaskId);\n",
    );
    fixture.edit(
        "src/resilience/retry.rs",
        "",
        "\n/// Planted.\npub fn planted_user() -> usize {\n    crate::planted_item()\n}\n",
    );
}

/// A text without how many items would go along, which is the planner's matter.
fn settled(text: &str) -> String {
    let mut parts = text.split(", with ");
    let mut settled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_count = rest.len() < part.len();
        settled.push_str(if is_count { ", with N" } else { ", with " });
        settled.push_str(rest);
    }
    settled
}

fn findings(fixture: &Fixture, words: &[&str]) -> (i32, Value) {
    let mut all = vec!["check", "--format", "json", "--quiet"];
    all.extend(words);
    let (status, text) = cleave(fixture, &all);
    let value = serde_json::from_str(&text);
    (
        status,
        value.unwrap_or_else(|error| panic!("{error}:\n{text}")),
    )
}

fn keys(value: &Value) -> Vec<String> {
    let findings = value["findings"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    findings
        .iter()
        .map(|finding| {
            let place = &finding["places"][0];
            let at = format!("{}:{}", text(&place["path"]), place["line"]);
            format!("{at} {}", text(&finding["key"]))
        })
        .collect()
}

#[test]
fn ten_violations_are_found_and_nothing_else() {
    let fixture = half_way();
    let (status, text) = cleave(&fixture, &["check"]);
    assert_eq!((status, text.trim()), (0, "the boundaries hold"));

    plant(&fixture);
    let (status, value) = findings(&fixture, &[]);
    assert_eq!(status, 1);
    let found = keys(&value);
    assert_eq!(found.len(), PLANTED.len(), "{found:#?}");
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("guard_planted", found.join("\n"));
    });

    let (_, text) = cleave(&fixture, &["check"]);
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("guard_drawn", settled(&text));
    });
}

#[test]
fn a_baseline_lets_through_what_is_known_and_only_shrinks() {
    let fixture = half_way();
    plant(&fixture);
    let file = "split-baseline.toml";
    let (status, value) = findings(&fixture, &["--baseline"]);
    assert_eq!((status, &value["known"]), (0, &Value::from(10)), "{value}");
    let first = fixture.read(file);
    assert_eq!(first.matches("planted").count(), 8, "{first}");

    // One is mended, one is new: the first leaves the file, the second does not enter it.
    fixture.edit("split.toml", ", \"planted_name\"", "");
    let new =
        "\n/// Planted.\npub fn planted_later() {\n    let _ = crate::worker::builtin::Sum;\n}\n";
    fixture.edit("src/events.rs", "", new);
    let (status, value) = findings(&fixture, &["--baseline"]);
    assert_eq!(status, 1);
    let counts = ["new", "known", "gone"].map(|key| value[key].as_u64());
    assert_eq!(counts, [Some(1), Some(9), Some(1)], "{value}");
    let second = fixture.read(file);
    assert!(!second.contains("planted_name") && !second.contains("planted_later"));
    assert_eq!(findings(&fixture, &["--baseline"]).0, 1);
    assert_eq!(fixture.read(file), second);

    fixture.write(file, "version = 1\nknown = [1]\n");
    let (status, text) = cleave(&fixture, &["check", "--baseline"]);
    assert_eq!(status, 2);
    assert!(text.contains("split-baseline.toml:2:10"), "{text}");
}

#[test]
fn findings_are_told_to_github_and_to_code_scanning() {
    let fixture = half_way();
    plant(&fixture);
    let root = fixture.root.parent().expect("a folder around it");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_cleave-under-test"))
        .args([
            "check",
            "--format",
            "sarif",
            "--output",
            "target/cleave.sarif",
        ])
        .current_dir(&fixture.root)
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_WORKSPACE", root)
        .env("CARGO_NET_OFFLINE", "true")
        .output()
        .expect("the command starts");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stdout);
    let folder = fixture.root.file_name().unwrap_or_default();
    let wanted = format!(
        "::error file={folder}/src/lib.rs,line=56,endLine=56,col=9,endColumn=23,title=cleave%3A home::module `planted_module` has no home"
    );
    assert!(text.contains(&wanted), "{wanted}\n{text}");

    let log: Value = serde_json::from_str(&fixture.read("target/cleave.sarif")).expect("JSON");
    let results = log["runs"][0]["results"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    assert_eq!(results.len(), PLANTED.len());
    let rules = &log["runs"][0]["tool"]["driver"]["rules"];
    for result in &results {
        let index = result["ruleIndex"].as_u64().unwrap_or(99) as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["region"]["startLine"].as_u64() > Some(0), "{place}");
    }
}

#[test]
fn there_is_nothing_to_check_without_a_plan() {
    let fixture = Fixture::new("//- src/lib.rs\n\n");
    let (status, text) = cleave(&fixture, &["check"]);
    assert_eq!(
        (status, text.contains("run `plan` first")),
        (2, true),
        "{text}"
    );
}

#[test]
fn cleave_keeps_its_own_boundaries() {
    let here = Utf8Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = here.join("../Cargo.toml");
    let fixture = Fixture::new("//- src/lib.rs\n\n");
    let words = [
        "check",
        "--package",
        "cargo-cleave",
        "--manifest-path",
        manifest.as_str(),
    ];
    let (status, text) = cleave(&fixture, &words);
    assert_eq!((status, text.trim()), (0, "the boundaries hold"));
}

/// What the plan does not know is reported with a proposal: which crate, why, and the place in `split.toml`.
#[test]
fn what_is_new_renamed_or_gone_comes_with_a_proposal() {
    let fixture = Fixture::new(
        "//- src/lib.rs
pub mod low;
pub mod mail;
pub mod reports;
pub mod top;
//- src/low.rs
pub fn one() -> u32 {
    1
}
pub fn two() -> u32 {
    2
}
//- src/mail.rs
pub fn send() -> u32 {
    crate::low::one() + crate::low::two()
}
//- src/reports.rs
pub fn all() {}
//- src/top.rs
pub fn run() -> u32 {
    crate::mail::send()
}
//- split.toml
version = 1
package = \"app\"
keep = [\"gone\"]

[crates.app-low]
modules = [\"low\", \"report\"]

[crates.app-top]
depends-on = [\"app-low\"]
modules = [\"top\"]

[[steps]]
to = \"app-low\"
moves = [\"low\", \"report\"]

[[steps]]
to = \"app-top\"
moves = [\"top\"]
",
    );
    fixture.commit();
    let (status, check) = cleave(&fixture, &["check", "--color", "never"]);
    assert_eq!(status, 1, "{check}");
    let (status, plan) = cleave(&fixture, &["plan"]);
    assert_eq!(status, 0, "{plan}");
    for text in [&check, &plan] {
        for part in [
            "module `mail` has no home",
            "split.toml:6:27",
            "add it to `modules` of `[crates.app-low]` in split.toml: it has 2 of the 3 items",
            "there is no module `report` any more",
            "if it is `reports` now, put that in its place",
            "there is no module or item `gone` any more",
            "nothing like it is new: take it out of split.toml",
        ] {
            assert!(text.contains(part), "{part}:\n{text}");
        }
    }
}
