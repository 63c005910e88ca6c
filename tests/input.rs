//! Wrong input: one clear error that names the place, exit status 2, no panic, nothing written.
//!
//! Each table is a list of cases; all of a table are tried, and what went wrong is listed at the end.

mod flags;
mod manifests;
mod plans;
mod trees;

use cleave_tests::Fixture;

use crate::cleave;

/// A small package with a plan, committed.
const APP: &str = "\
//- src/lib.rs
pub mod a;
pub mod b;
//- src/a.rs
pub fn f() {}
//- src/b.rs
pub fn g() {
    crate::a::f();
}
//- split.toml
version = 1
package = \"app\"

[crates.app-low]
modules = [\"a\"]

[[steps]]
to = \"app-low\"
moves = [\"a\"]
";

/// Runs the command and says what is wrong with its refusal; nothing where all is as it should be.
fn complaint(fixture: &Fixture, words: &[&str], says: &str) -> Option<String> {
    let before = fixture.tree();
    let (status, text) = cleave(fixture, words);
    let mut wrong = Vec::new();
    if status != 2 {
        wrong.push(format!("exit status {status}"));
    }
    if !text.contains(says) {
        wrong.push(format!("{says:?} is not said"));
    }
    if text.contains("panicked") {
        wrong.push("it panicked".to_owned());
    }
    if fixture.tree() != before {
        wrong.push("the tree changed".to_owned());
    }
    let shown: String = text.chars().take(1500).collect();
    (!wrong.is_empty()).then(|| format!("{words:?}: {}\n{shown}", wrong.join(", ")))
}

/// Fails if there is any complaint.
#[track_caller]
fn none_of(complaints: impl IntoIterator<Item = String>) {
    let complaints: Vec<String> = complaints.into_iter().collect();
    assert!(
        complaints.is_empty(),
        "{} cases:\n\n{}",
        complaints.len(),
        complaints.join("\n\n")
    );
}
