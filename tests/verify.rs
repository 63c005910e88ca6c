//! How a step is judged, remembered and committed.

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

/// What a module is called is part of what it does here, so no rule can help.
#[test]
fn a_step_that_does_not_compile_is_told_in_the_words_of_the_plan() {
    let low = "//- src/low.rs\npub const NAME: &str = module_path!();\npub const SAME: () = assert!(NAME.len() == 8, \"another crate\");\n";
    let fixture = Fixture::new(&APP.replace("//- src/low.rs\n", low));
    fixture.commit();
    assert_eq!(
        cleave(&fixture, &["--step", "1", "--verify=none", "--commit"]).0,
        0
    );
    let before = fixture.tree();
    let (status, text) = cleave(&fixture, &["--next"]);
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("error[E0080]"), "{text}");
    assert!(
        text.contains("`low::SAME` does not compile in `app-low`"),
        "{text}"
    );
    assert!(text.contains("src/low.rs:2:"), "{text}");
    assert!(text.contains("split.toml:5:"), "{text}");
    assert!(text.contains("your tree is untouched"), "{text}");
    assert_eq!(fixture.tree(), before);
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

/// A member of a workspace, a dependency in a submodule, source that git ignores, a target folder elsewhere, a
/// variable from the configuration, and an edit that is not committed.
#[test]
fn a_tree_with_surroundings_is_verified_as_it_is() {
    let sub = Fixture::new(
        "//- Cargo.toml\n[package]\nname = \"sub\"\nversion = \"0.1.0\"\nedition = \"2021\"\n//- src/lib.rs\npub fn one() -> u32 {\n    1\n}\n",
    );
    sub.commit();
    let app = APP
        .replace("//- Cargo.toml\n", "//- app/Cargo.toml\n")
        .replace(
            "\n[workspace]\n",
            "\n[dependencies]\nsub = { path = \"../sub\" }\n",
        )
        .replace("//- src/", "//- app/src/")
        .replace("//- split.toml", "//- app/split.toml")
        .replace(
            "pub mod top;",
            "pub mod top;\n#[path = \"made.gen.rs\"]\npub mod made;",
        )
        .replace("x + 1\n", "x + sub::one() + env!(\"ZERO\").len() as u32\n");
    let fixture = Fixture::new(&format!(
        "{app}//- Cargo.toml\n[workspace]\nresolver = \"2\"\nmembers = [\"app\"]\nexclude = [\"sub\"]\n//- .cargo/config.toml\n[build]\ntarget-dir = \"elsewhere\"\n[env]\nZERO = \"\"\n//- app/src/made.gen.rs\n//! Made.\n"
    ));
    std::fs::write(
        fixture.root.join(".gitignore"),
        "/target\n/elsewhere\n*.gen.rs\n",
    )
    .expect("a file");
    fixture.commit();
    let url = sub.root.as_str();
    let words = [
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        url,
        "sub",
    ];
    assert!(fixture.run("git", &words).status.success());
    fixture.run("git", &["commit", "-qm", "Sub"]);
    let top = fixture.read("app/src/top.rs");
    let edited = top.replace("/// Runs.", "/// Runs, edited.");
    std::fs::write(fixture.root.join("app/src/top.rs"), edited).expect("a file");
    let words = [
        "--all",
        "--manifest-path",
        "app/Cargo.toml",
        "--allow-dirty",
    ];
    let (status, text) = cleave(&fixture, &words);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("1 passed, 0 failed"), "{text}");
    assert!(fixture.read("app/src/top.rs").contains("/// Runs, edited."));
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

/// A package outside the workspace that is named by path, which names another and inherits from a workspace of its own.
#[test]
fn packages_around_the_workspace_are_found_from_the_copy() {
    let app = APP
        .replace("//- ", "//- work/app/")
        .replace(
            "\n[workspace]\n",
            "\n[dependencies]\nnear = { path = \"../../libs/near\" }\n\n[workspace]\n",
        )
        .replace("x + 1\n", "x + near::one()\n");
    let fixture = Fixture::new(&format!(
        "{app}//- libs/Cargo.toml\n[workspace]\nmembers = [\"near\"]\n[workspace.package]\nedition = \"2021\"\n[workspace.dependencies]\nfar = {{ path = \"../work/far\" }}\n\
         //- libs/near/Cargo.toml\n[package]\nname = \"near\"\nversion = \"0.1.0\"\nedition.workspace = true\n[dependencies]\nfar.workspace = true\n\
         //- libs/near/src/lib.rs\npub fn one() -> u32 {{\n    far::one()\n}}\n\
         //- work/far/Cargo.toml\n[package]\nname = \"far\"\nversion = \"0.1.0\"\n[workspace]\n//- work/far/src/lib.rs\npub fn one() -> u32 {{\n    1\n}}\n"
    ));
    fixture.write(".gitignore", "target\n");
    fixture.commit();
    let words = ["--all", "--manifest-path", "work/app/Cargo.toml"];
    let (status, text) = cleave(&fixture, &words);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("1 passed, 0 failed"), "{text}");
    let manifest = fixture.read("work/app/crates/app-low/Cargo.toml");
    assert!(
        manifest.contains("path = \"../../../../libs/near\""),
        "{manifest}"
    );
    let words = [
        "check",
        "-q",
        "--workspace",
        "--manifest-path",
        "work/app/Cargo.toml",
    ];
    assert!(fixture.run("cargo", &words).status.success());
}
