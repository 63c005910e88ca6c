//! Wrong input: one clear error with the place, exit status 2, nothing written.

use cleave_tests::Fixture;

use crate::cleave;

#[track_caller]
fn refused(fixture: &Fixture, words: &[&str], says: &str) {
    let (status, text) = cleave(fixture, words);
    assert_eq!(status, 2, "{text}");
    assert!(text.contains(says), "expected {says:?} in:\n{text}");
    assert!(!text.contains("panicked"), "{text}");
}

fn small() -> Fixture {
    Fixture::new("//- src/lib.rs\npub mod a;\n//- src/a.rs\npub fn f() {}\n")
}

#[test]
fn there_is_no_manifest() {
    refused(
        &small(),
        &["status", "--manifest-path", "nowhere/Cargo.toml"],
        "nowhere/Cargo.toml",
    );
}

#[test]
fn the_manifest_is_no_manifest() {
    let fixture = Fixture::new("//- Cargo.toml\nthis is not a manifest\n");
    refused(&fixture, &["status"], "cargo metadata");
}

#[test]
fn there_is_no_such_package() {
    refused(&small(), &["status", "--package", "other"], "`other`");
}

#[test]
fn the_source_does_not_parse() {
    let fixture = Fixture::new("//- src/lib.rs\npub fn f( {}\n");
    refused(&fixture, &["plan"], "src/lib.rs:1:");
}

#[test]
fn there_is_no_plan_yet() {
    refused(&small(), &["--all"], "run `plan` first");
}

#[test]
fn the_plan_is_broken() {
    let fixture = Fixture::new(
        "//- src/lib.rs\n\n//- split.toml\nversion = 1\npackage = \"app\"\n[crate.x]\n",
    );
    refused(&fixture, &["status"], "did you mean `crates`?");
}

#[test]
fn the_plan_leaves_the_package() {
    let fixture = Fixture::new(
        "//- src/lib.rs\n\n//- split.toml\nversion = 1\npackage = \"app\"\n[crates.\"../x\"]\nmodules = [\"../a\"]\n",
    );
    refused(&fixture, &["status"], "`../x` is not a package name");
}

#[test]
fn there_is_no_git() {
    let fixture = small();
    assert_eq!(cleave(&fixture, &["plan"]).0, 0);
    refused(&fixture, &["--all"], "git init");
}

#[test]
fn the_tree_is_dirty() {
    let fixture = small();
    fixture.commit();
    assert_eq!(cleave(&fixture, &["plan"]).0, 0);
    std::fs::write(fixture.root.join("src/a.rs"), "pub fn g() {}\n").expect("a file");
    refused(&fixture, &["--all"], "`src/a.rs` has changes");
}

#[test]
fn there_is_no_such_step() {
    let fixture = small();
    fixture.commit();
    assert_eq!(cleave(&fixture, &["plan"]).0, 0);
    refused(&fixture, &["--step", "99"], "step 99");
}
