//! Wrong words on the command line, for a package with a plan.

use cleave_tests::Fixture;

use super::{APP, complaint, none_of};

/// The words, and what is said.
const CASES: &[(&[&str], &str)] = &[
    (&["nonsense"], "'nonsense'"),
    (&["--nonsense"], "'--nonsense'"),
    (&["status", "more"], "'more'"),
    (&["--step"], "--step <N>"),
    (&["--step", "one"], "'one'"),
    (&["--step", "-1"], "'-1'"),
    (&["--step", "0"], "step 0: the plan has steps 1 to 3"),
    (&["--step", "99"], "step 99: the plan has steps 1 to 3"),
    (
        &["--step", "99999999999999999999999"],
        "'99999999999999999999999'",
    ),
    (&["--step", "3"], "step 1 comes first"),
    (&["--to"], "--to <N>"),
    (&["--to", "0"], "step 0: the plan has steps 1 to 3"),
    (&["--to", "4"], "step 4: the plan has steps 1 to 3"),
    (&["--to", "x"], "'x'"),
    (&["--step", "1", "--next"], "'--next'"),
    (&["--step", "1", "--to", "2"], "'--to <N>'"),
    (&["--step", "1", "--all"], "'--all'"),
    (&["--next", "--all"], "'--all'"),
    (&["--to", "1", "--all"], "'--all'"),
    (&["--next", "--to", "1"], "'--to <N>'"),
    (&["--dry-run"], "--dry-run"),
    (&["--commit"], "--commit"),
    (&["--branch", "b"], "--branch"),
    (&["--verify", "check"], "--verify"),
    (&["--next", "plan"], "`plan`"),
    (&["--all", "undo"], "`undo`"),
    (&["--all", "--verify"], "--verify <VERIFY>"),
    (&["--all", "--verify", "maybe"], "'maybe'"),
    (&["--all", "--branch"], "--branch <PREFIX>"),
    (
        &["--all", "--branch", "a b"],
        "`a b-step-1` is no name for a branch",
    ),
    (
        &["--all", "--branch", "../x"],
        "`../x-step-1` is no name for a branch",
    ),
    (
        &["--all", "--branch", "a..b"],
        "`a..b-step-1` is no name for a branch",
    ),
    (
        &["--all", "--branch=-x"],
        "`-x-step-1` is no name for a branch",
    ),
    (
        &["--all", "--branch", "$(touch x):"],
        "is no name for a branch",
    ),
    (&["--all", "--features", "nope"], "nope"),
    (
        &["--all", "--report", "src/lib.rs/r.json"],
        "`src/lib.rs` is no folder",
    ),
    (&["--all", "--report", "src"], "`src`"),
    (&["--report"], "--report <FILE>"),
    (&["--color", "blue"], "'blue'"),
    (&["--format", "pdf"], "'pdf'"),
    (&["--package"], "--package <NAME>"),
    (&["--package", "other"], "`other`"),
    (&["--package", ""], "``"),
    (&["--package", "$(touch x)"], "`$(touch x)`"),
    (&["--manifest-path"], "--manifest-path <PATH>"),
    (
        &["--manifest-path", "nowhere/Cargo.toml"],
        "nowhere/Cargo.toml",
    ),
    (&["--manifest-path", "src/lib.rs"], "src/lib.rs"),
    (&["--manifest-path", "."], "--manifest-path"),
    (&["--manifest-path", ""], "--manifest-path"),
    (&["graph", "--level", "galaxy"], "'galaxy'"),
    (&["graph", "--output", "src"], "`src`"),
    (&["graph", "--output"], "--output <OUTPUT>"),
    (&["review", "--output", "src"], "src`"),
    (&["plan", "--crates", "many"], "'many'"),
    (&["plan", "--crates", "-1"], "'-1'"),
    (&["plan", "--crates", "0"], "--crates"),
    (&["plan", "--name", "../x"], "`../x`"),
    (&["plan", "--name", "a b"], "`a b`"),
    (&["plan", "--name", ""], "``"),
    (&["plan", "--name", "$(touch x)"], "`$(touch x)`"),
    (&["undo"], "none is recorded"),
    (&["undo", "--all"], "none is recorded"),
    (&["undo", "5"], "'5'"),
];

#[test]
fn wrong_flags_are_refused() {
    let fixture = Fixture::new(APP);
    fixture.commit();
    let complaints = CASES
        .iter()
        .filter_map(|(words, says)| complaint(&fixture, words, says));
    none_of(complaints);
}
