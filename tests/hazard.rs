//! Every row of the hazard list: a fixture, its snapshot, and what has to hold for each without being asked.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;

use camino::{Utf8Path, Utf8PathBuf};
use cleave_tests::tree::{self, Case, Steps, Tree};
use cleave_tests::walk::{Walk, walk};
use cleave_tests::{compile, tree::apply};

macro_rules! rows {
    ($($name:ident $row:literal)*) => {
        const ROWS: &[&str] = &[$($row),*];
        $(#[test]
        fn $name() {
            check_row($row);
        })*
    };
}

rows! {
    a1 "A1" a2 "A2" a3 "A3" a4 "A4" a5 "A5" a6 "A6" a7 "A7" a8 "A8" a9 "A9" a10 "A10" a11 "A11"
    b1 "B1" b2 "B2" b3 "B3" b4 "B4" b5 "B5" b6 "B6"
    c1 "C1" c2 "C2" c3 "C3" c4 "C4" c5 "C5" c6 "C6"
    d1 "D1" d2 "D2" d3 "D3" d4 "D4"
    e1 "E1" e2 "E2" e3 "E3" e4 "E4" e5 "E5" e6 "E6" e7 "E7" e8 "E8" e9 "E9" e10 "E10" e11 "E11"
    f1 "F1" f2 "F2" f3 "F3" f4 "F4" f5 "F5" f6 "F6"
    g1 "G1" g2 "G2" g3 "G3" g4 "G4" g5 "G5" g6 "G6" g7 "G7"
    h1 "H1" h5 "H5"
}

fn folder() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The fixtures of a row, by name. `FIXTURE=part-of-a-name` leaves out the others.
fn fixtures(row: &str) -> Vec<String> {
    let only = std::env::var("FIXTURE").unwrap_or_default();
    let Ok(files) = folder().join(row).read_dir_utf8() else {
        return Vec::new();
    };
    let mut names: Vec<String> = files
        .filter_map(|file| Some(file.ok()?.path().file_stem()?.to_owned()))
        .filter(|name| name.contains(&only))
        .collect();
    names.sort();
    names
}

fn check_row(row: &str) {
    let names = fixtures(row);
    let filtered = std::env::var("FIXTURE").is_ok();
    assert!(filtered || !names.is_empty(), "{row} has no fixture");
    let wrong: Vec<String> = names.iter().flat_map(|name| check(row, name)).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Holds a fixture against its snapshot and all that has to be true of every fixture; returns what is wrong.
fn check(row: &str, name: &str) -> Vec<String> {
    let text =
        std::fs::read_to_string(folder().join(row).join(format!("{name}.rs"))).expect("a fixture");
    let case = Case::parse(&text);
    let mut problems = Vec::new();
    if case.row != row {
        problems.push(format!("its first line says `{}`", case.row));
    }
    let walk = split(&case.tree);
    problems.extend(walk.problems.clone());
    let expected = format!("refused[{row}]: ");
    let says_so = walk.report.iter().any(|line| line.starts_with(&expected));
    if walk.refused && !says_so && row != "H5" {
        problems.push(format!(
            "it is refused, but not by {row}: {:?}",
            walk.report
        ));
    }
    let snapshot = shown(&case.tree, &walk);
    if apply(&case.tree, &snapshot) != walk.after {
        problems.push("the snapshot does not lead back to the tree after".to_owned());
    }
    if !walk.refused {
        problems.extend(claim_by_claim(&case.tree, &walk.after));
    }
    problems.extend(nothing_moves(&case.tree));
    // What is refused leaves the tree as it was, which need not compile.
    if walk.after != case.tree {
        let cache = Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).join("fixtures");
        let mut before = compile::build(&case.tree, &cache);
        before.tests.repeated.clone_from(&walk.repeated);
        before.tests.renamed.clone_from(&walk.renamed);
        problems.extend(before.compare(&compile::build(&walk.after, &cache)));
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("../snapshots/{row}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let same = std::panic::catch_unwind(AssertUnwindSafe(|| {
        settings.bind(|| insta::assert_snapshot!(name, snapshot));
    }));
    if same.is_err() {
        problems.push("the snapshot differs; `cargo xtask bless` accepts it".to_owned());
    }
    problems
        .iter()
        .map(|problem| format!("{row}/{name}: {problem}"))
        .collect()
}

/// The package split in a folder of its own.
fn split(tree: &Tree) -> Walk {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = Utf8Path::from_path(folder.path()).expect("a UTF-8 path");
    tree::write(root, tree);
    walk(root)
}

/// What a user would see: the report, then only files that changed.
fn shown(before: &Tree, walk: &Walk) -> String {
    let mut report = String::new();
    for line in &walk.report {
        report.push_str("//! ");
        report.push_str(line);
        report.push('\n');
    }
    report + &tree::changes(before, &walk.after, &walk.moves)
}

/// Lines without blank ones and visibilities, each import for itself: what was open for a while stays open.
fn sorted_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let text = text.replace("pub ", "").replace("#[macro_export]", "");
    for line in text.lines().filter(|line| !line.is_empty()) {
        match line.split_once("::{").filter(|_| line.contains("use ")) {
            Some((head, leaves)) => lines.extend(
                leaves
                    .trim_end_matches("};")
                    .split(", ")
                    .map(|leaf| format!("{head}::{leaf};")),
            ),
            None => lines.push(line.to_owned()),
        }
    }
    lines.sort_unstable();
    lines
}

/// A step for each claim gives the same lines as one step for all; what moves later stands further down.
fn claim_by_claim(tree: &Tree, after: &Tree) -> Vec<String> {
    let path = tree::plan_path(tree);
    let Some((head, _)) = tree
        .get(&path)
        .and_then(|plan| plan.split_once("\n[[steps]]"))
    else {
        return Vec::new();
    };
    let [all, single] = [Steps::All, Steps::Single].map(|cut| tree::steps(head, cut));
    if all == single {
        return Vec::new();
    }
    let plan = format!("{head}{single}");
    let mut tree = tree.clone();
    tree.insert(path.clone(), plan.clone());
    let mut expected = after.clone();
    expected.insert(path, plan);
    let walk = split(&tree);
    let mut problems = walk.problems;
    for path in expected
        .keys()
        .chain(walk.after.keys())
        .collect::<BTreeSet<_>>()
    {
        let texts = [expected.get(path), walk.after.get(path)];
        let [all, single] = texts.map(|text| text.map_or("(none)", String::as_str));
        if sorted_lines(all) != sorted_lines(single) {
            problems.push(format!("{path} in one step:\n{all}\nin several:\n{single}"));
        }
    }
    problems
}

/// A plan that moves nothing changes nothing.
fn nothing_moves(tree: &Tree) -> Vec<String> {
    let mut tree = tree.clone();
    let package = tree.get(&tree::plan_path(&tree)).and_then(|plan| {
        plan.lines()
            .find_map(|line| line.strip_prefix("package = "))
            .map(str::to_owned)
    });
    let Some(package) = package else {
        return Vec::new();
    };
    tree.insert(tree::plan_path(&tree), format!("package = {package}\n"));
    let walk = split(&tree);
    if walk.after == tree {
        walk.problems
    } else {
        vec![format!(
            "a plan that moves nothing changes something:\n{}",
            tree::changes(&tree, &walk.after, &walk.moves)
        )]
    }
}

/// Every row has a fixture (checked row by row), every fixture a row, every snapshot a fixture.
#[test]
fn rows_fixtures_and_snapshots_belong_together() {
    let names = |folder: &Utf8Path| -> BTreeSet<String> {
        let entries = folder.read_dir_utf8().expect("a folder");
        entries
            .map(|entry| entry.expect("an entry").file_name().to_owned())
            .collect()
    };
    let rows: BTreeSet<String> = names(&folder());
    let known: BTreeSet<String> = ROWS.iter().map(|row| (*row).to_owned()).collect();
    assert_eq!(rows, known);
    let snapshots = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../snapshots");
    for row in ROWS {
        let expected: BTreeSet<String> = names(&folder().join(row))
            .iter()
            .map(|name| name.replace(".rs", ".snap"))
            .collect();
        assert_eq!(names(&snapshots.join(row)), expected, "snapshots of {row}");
    }
}
