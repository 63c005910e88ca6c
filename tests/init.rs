//! `init`: what it adds to somebody's repository, and what it leaves alone.

use camino::Utf8Path;
use cleave_tests::Fixture;

use crate::cleave;

const URL: [&str; 3] = ["init", "--from", "https://git.example.org/cleave.git"];

fn status(fixture: &Fixture) -> String {
    let output = fixture.run("git", &["status", "--porcelain", "--untracked-files=all"]);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_repository_without_tasks_gets_them() {
    let fixture = Fixture::new(
        "//- src/lib.rs\npub fn f() {}\n//- .cargo/config.toml\n# Ours.\n[build]\njobs = 2\n",
    );
    fixture.commit();
    let mut words = URL.to_vec();
    words.push("--dry-run");
    let (code, shown) = cleave(&fixture, &words);
    assert_eq!(code, 0, "{shown}");
    assert_eq!(status(&fixture), "", "a dry run writes nothing");
    assert!(shown.contains("+++ b/xtask/src/main.rs"), "{shown}");

    let (code, text) = cleave(&fixture, &URL);
    assert_eq!(code, 0, "{text}");
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("init_new", text);
        insta::assert_snapshot!("init_new_manifest", fixture.read("xtask/Cargo.toml"));
        insta::assert_snapshot!("init_new_main", fixture.read("xtask/src/main.rs"));
        insta::assert_snapshot!("init_new_config", fixture.read(".cargo/config.toml"));
        insta::assert_snapshot!("init_new_workflow", fixture.read(".github/workflows/cleave.yml"));
    });
    let before = status(&fixture);
    let (code, text) = cleave(&fixture, &URL);
    assert_eq!(code, 0);
    assert!(text.contains("everything is there already"), "{text}");
    assert_eq!(status(&fixture), before);
}

#[test]
fn tasks_that_are_there_are_extended() {
    let fixture = Fixture::new(
        "\
//- Cargo.toml
[workspace]
members = [\"app\", \"xtask\"]
resolver = \"2\"
//- .cargo/config.toml
[alias]
xtask = [\"run\", \"-p\", \"xtask\", \"--\"]
//- app/Cargo.toml
[package]
name = \"app\"
version = \"0.1.0\"
edition = \"2021\"
//- app/src/lib.rs
pub fn f() {}
//- app/split-baseline.toml
version = 1
known = []
//- xtask/Cargo.toml
[package]
name = \"xtask\"
version = \"0.0.0\"
edition = \"2021\"
//- xtask/src/main.rs
//! Tasks.

fn main() -> Result<(), String> {
    // Ours.
    Err(\"no such task\".to_owned())
}
",
    );
    fixture.commit();
    let mut words = URL.to_vec();
    words.extend(["--package", "app"]);
    let (code, text) = cleave(&fixture, &words);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("left the alias"), "{text}");
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("init_extended_main", fixture.read("xtask/src/main.rs"));
        insta::assert_snapshot!("init_extended_manifest", fixture.read("xtask/Cargo.toml"));
    });
    let workflow = fixture.read(".github/workflows/cleave.yml");
    let check = "cargo xtask split check --manifest-path app/Cargo.toml --baseline";
    assert!(workflow.contains(check), "{workflow}");
}

#[test]
fn a_workspace_inside_a_repository_gets_the_workflow_at_the_top() {
    let fixture = Fixture::new(
        "//- tool/Cargo.toml\n[workspace]\nmembers = [\"*\"]\nresolver = \"2\"\n//- tool/app/Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n//- tool/app/src/lib.rs\n\n",
    );
    std::fs::remove_file(fixture.root.join("Cargo.toml")).expect("the minimal one");
    fixture.commit();
    let mut words = URL.to_vec();
    words.extend(["--manifest-path", "tool/app/Cargo.toml"]);
    let (code, text) = cleave(&fixture, &words);
    assert_eq!(code, 0, "{text}");
    let workflow = fixture.read(".github/workflows/cleave.yml");
    assert!(workflow.contains("working-directory: tool"), "{workflow}");
    assert!(
        fixture
            .read("tool/Cargo.toml")
            .contains("exclude = [\"xtask\"]")
    );
    assert!(!fixture.read("tool/xtask/src/main.rs").is_empty());
}

#[test]
fn where_it_comes_from_is_found_or_asked_for() {
    let fixture = Fixture::new(
        "//- src/lib.rs\n\n//- home/.crates.toml\n[v1]\n\"cargo-cleave 0.1.0 (git+https://git.example.org/cleave?branch=main#0123abc)\" = [\"cargo-cleave\"]\n",
    );
    fixture.commit();
    let run = |home: &str| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_cleave-under-test"))
            .args(["init", "--dry-run"])
            .current_dir(&fixture.root)
            .env("CARGO_HOME", fixture.root.join(home))
            .output()
            .expect("the command starts");
        let text = [output.stdout, output.stderr].concat();
        (
            output.status.code(),
            String::from_utf8_lossy(&text).into_owned(),
        )
    };
    let (code, text) = run("home");
    let wanted = "cargo-cleave = { git = \"https://git.example.org/cleave\", rev = \"0123abc\" }";
    assert_eq!((code, text.contains(wanted)), (Some(0), true), "{text}");
    let (code, text) = run("nowhere");
    assert_eq!(
        (code, text.contains("say `--from GIT-URL`")),
        (Some(2), true),
        "{text}"
    );
    let here = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("nothing");
    let (code, text) = cleave(&fixture, &["init", "--from", here.as_str()]);
    assert_eq!(code, 2, "{text}");
}
