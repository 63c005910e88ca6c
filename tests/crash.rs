//! Killed, out of space, interrupted: the tree is as before or as after, and the next run says which and goes on.

use std::collections::BTreeMap;

use cleave_tests::Fixture;

/// Two files change, one is made, one moves, one goes.
const SOURCE: &str = "\
//- src/lib.rs
//! An app.
mod low;
mod mixed;
pub use mixed::run;
//- src/low.rs
pub(crate) fn helper(x: u32) -> u32 {
    x + include_str!(\"low.txt\").len() as u32
}
//- src/low.txt
four
//- src/mixed.rs
use crate::low::helper;
pub(crate) struct Shared {
    value: u32,
}
pub fn run() -> u32 {
    Shared { value: helper(1) }.value
}
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

const STEP: [&str; 4] = ["--step", "2", "--verify=none", "--allow-dirty"];

fn run(fixture: &Fixture, fault: &str, words: &[&str]) -> (Option<i32>, String) {
    let program = env!("CARGO_BIN_EXE_cleave-under-test");
    let output = fixture.run_with(program, words, &[("CLEAVE_TEST_FAULT", fault)]);
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    (output.status.code(), text)
}

/// A fixture before its second step, the tree before and after that, and how many faults it can have.
fn prepared() -> (Fixture, Tree, Tree, usize) {
    let fixture = Fixture::new(SOURCE);
    fixture.commit();
    let (status, text) = run(&fixture, "", &["--step", "1", "--verify=none"]);
    assert_eq!(status, Some(0), "{text}");
    let before = fixture.tree();
    let (status, text) = run(&fixture, "count", &STEP);
    assert_eq!(status, Some(0), "{text}");
    let count = text.lines().find_map(|line| line.strip_prefix("faults: "));
    let count = count.expect("a count").parse().expect("a number");
    let after = fixture.tree();
    assert_ne!(before, after);
    let (status, text) = run(&fixture, "", &["undo"]);
    assert_eq!(status, Some(0), "{text}");
    assert_eq!(fixture.tree(), before);
    (fixture, before, after, count)
}

type Tree = BTreeMap<String, Vec<u8>>;

#[test]
fn killed_at_any_write_the_next_run_completes() {
    let (fixture, before, after, count) = prepared();
    assert!(count > 20, "{count}");
    let mut finished = 0;
    for number in 1..=count {
        let (status, text) = run(&fixture, &format!("kill {number}"), &STEP);
        assert_eq!(status, None, "killed at {number}: {text}");
        let (status, text) = run(&fixture, "", &STEP);
        assert_eq!(status, Some(0), "{number}: {text}");
        assert_eq!(fixture.tree(), after, "{number}: {text}");
        let said = text.contains("finished it: Move `low` and `mixed::Shared`");
        finished += usize::from(said);
        fixture.restore(&before);
    }
    // Some of them fell between the renames.
    assert!(finished > 5, "{finished}");
}

#[test]
fn a_full_disk_leaves_the_tree_as_it_was() {
    let (fixture, before, after, count) = prepared();
    for number in 1..=count {
        let (status, text) = run(&fixture, &format!("full {number}"), &STEP);
        assert_eq!(status, Some(2), "{number}: {text}");
        assert!(text.contains("no storage space"), "{number}: {text}");
        assert_eq!(fixture.tree(), before, "{number}: {text}");
    }
    let (status, text) = run(&fixture, "", &STEP);
    assert_eq!(status, Some(0), "{text}");
    assert_eq!(fixture.tree(), after);
}

#[test]
#[cfg(unix)]
fn an_interrupt_waits_for_the_renames() {
    let (fixture, _, after, count) = prepared();
    let (status, text) = run(&fixture, &format!("stop {}", count / 2), &STEP);
    assert_eq!(status, Some(130), "{text}");
    assert!(
        text.contains("the step is in your tree as a whole"),
        "{text}"
    );
    assert_eq!(fixture.tree(), after);
}

#[test]
fn a_panic_says_what_became_of_the_tree() {
    let (fixture, _, after, count) = prepared();
    let (status, text) = run(&fixture, &format!("panic {}", count - 4), &STEP);
    assert_eq!(status, Some(101), "{text}");
    assert!(text.contains("the next run finishes it"), "{text}");
    let (status, text) = run(&fixture, "", &["status"]);
    assert_eq!(status, Some(0), "{text}");
    assert_eq!(fixture.tree(), after);
}
