//! Small packages, split by a plan that the fixture brings.

use std::collections::BTreeMap;

use camino::Utf8Path;
use cleave_tests::Fixture;
use cleave_tests::tree::{self, Case};

use crate::cleave;

const PLAN: &str = "\
//- split.toml
version = 1
package = \"app\"

[crates.app-low]
modules = [\"low\"]
items = [\"mixed::Shared\"]

[[steps]]
to = \"app-low\"
moves = [\"low\", \"mixed::Shared\"]
";

const SOURCE: &str = "\
//- src/lib.rs
//! An app.

mod low;
mod mixed;

pub use mixed::run;
//- src/low.rs
/// Kept.
pub(crate) fn helper(x: u32) -> u32 {
    x + 1
}
//- src/mixed.rs
use crate::low::helper;

// Travels with it.
pub(crate) struct Shared {
    value: u32,
}

impl Shared {
    fn new(value: u32) -> Self {
        Self { value: helper(value) }
    }
}

/// Stays.
pub fn run() -> u32 {
    Shared::new(1).value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_runs() {
        assert_eq!(run(), 2);
        assert_eq!(Shared::new(0).value, 1);
    }
}
";

pub(crate) fn fixture() -> Fixture {
    let fixture = Fixture::new(&format!("{SOURCE}{PLAN}"));
    fixture.commit();
    fixture
}

#[test]
fn items_leave_their_module_and_the_tests_stay_the_same() {
    let fixture = fixture();
    let (status, text) = cleave(
        &fixture,
        &[
            "--all",
            "--verify",
            "test",
            "--report",
            "target/report.json",
        ],
    );
    assert_eq!(status, 0, "{text}");
    let report: serde_json::Value =
        serde_json::from_str(&fixture.read("target/report.json")).expect("JSON");
    assert_eq!(report["tests"]["before"], report["tests"]["after"]);
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("split_low_lib", fixture.read("crates/app-low/src/lib.rs"));
        insta::assert_snapshot!("split_low_mixed", fixture.read("crates/app-low/src/mixed.rs"));
        insta::assert_snapshot!("split_root_mixed", fixture.read("src/mixed.rs"));
        insta::assert_snapshot!("split_root_lib", fixture.read("src/lib.rs"));
    });
    assert!(fixture.read("src/low.rs").is_empty());
    let (status, text) = cleave(&fixture, &["--all", "--verify", "none"]);
    assert_eq!(
        (status, text.contains("nothing is left to do")),
        (0, true),
        "{text}"
    );
}

#[test]
fn undo_gives_back_the_bytes() {
    let fixture = fixture();
    assert_eq!(cleave(&fixture, &["--all", "--verify", "none"]).0, 0);
    let steps = 2;
    for _ in 0..steps {
        let (status, text) = cleave(&fixture, &["undo"]);
        assert_eq!(status, 0, "{text}");
    }
    let status = fixture.run("git", &["status", "--porcelain"]);
    assert_eq!(String::from_utf8_lossy(&status.stdout), "");
}

#[test]
fn a_dry_run_changes_nothing() {
    let fixture = fixture();
    let (status, text) = cleave(&fixture, &["--next", "--dry-run"]);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("+++ b/crates/app-low/Cargo.toml"), "{text}");
    let status = fixture.run("git", &["status", "--porcelain"]);
    assert_eq!(String::from_utf8_lossy(&status.stdout), "");
}

/// Row E8: without checks, too, the lock file knows the new crates after each step.
#[test]
fn steps_one_by_one_give_the_bytes_that_all_give() {
    let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/E1");
    for entry in folder.read_dir_utf8().expect("fixtures") {
        let path = entry.expect("an entry").into_path();
        let case = Case::parse(&std::fs::read_to_string(&path).expect("a text"));
        let fixture = Fixture::new("//- Cargo.toml\n");
        tree::write(&fixture.root, &case.tree);
        fixture.run("cargo", &["generate-lockfile"]);
        fixture.commit();
        let before = fixture.tree();
        let all = after_steps(&fixture, "--all");
        let locked = fixture.run(
            "cargo",
            &["metadata", "--format-version=1", "--locked", "--offline"],
        );
        let said = String::from_utf8_lossy(&locked.stderr);
        assert!(locked.status.success(), "{path}: {said}");
        fixture.restore(&before);
        assert_eq!(all, after_steps(&fixture, "--next"), "{path}");
    }
}

/// The texts of a package after steps without checks, taken until none is left.
fn after_steps(fixture: &Fixture, which: &str) -> BTreeMap<String, String> {
    for _ in 0..9 {
        let (status, text) = cleave(fixture, &[which, "--verify=none", "--allow-dirty"]);
        assert_eq!(status, 0, "{text}");
        if text.contains("nothing is left to do") {
            break;
        }
    }
    let text = |bytes| String::from_utf8(bytes).expect("a text");
    let files = fixture.tree().into_iter();
    files.map(|(path, bytes)| (path, text(bytes))).collect()
}
