//! Trees that are refused: source that can't be read, git in the wrong state, records that were tampered with.

use cleave_tests::Fixture;

use super::{APP, complaint, none_of};

/// The package, the words, and what is said.
const SOURCES: &[(&str, &str)] = &[
    ("//- src/lib.rs\npub fn f( {}\n", "src/lib.rs:1:"),
    ("//- src/lib.rs\nfn f() {\n", "src/lib.rs:1:"),
    ("//- src/lib.rs\nfn f() }\n", "src/lib.rs:1:"),
    ("//- src/lib.rs\nconst X: &str = \"open;\n", "src/lib.rs:1:"),
    ("//- src/lib.rs\n/* open\n", "src/lib.rs:1:"),
    (
        "//- src/lib.rs\nmod a;\n//- src/a.rs\n\n\nstruct;\n",
        "src/a.rs:3:",
    ),
    ("//- src/lib.rs\n\nmod gone;\n", "src/lib.rs:2:"),
    (
        "//- src/lib.rs\n#[path = \"lib.rs\"]\nmod again;\n",
        "src/lib.rs",
    ),
    (
        "//- src/lib.rs\nmod a;\n//- src/a.rs\n#[path = \"a.rs\"]\nmod a;\n",
        "src/a.rs",
    ),
    (
        "//- src/lib.rs\n<<<<<<< HEAD\nfn f() {}\n=======\n",
        "src/lib.rs:1:",
    ),
    ("//- src/lib.rs\n#!/bin/sh\nrm -r x\n", "src/lib.rs:"),
];

#[test]
fn source_that_cannot_be_read_is_refused() {
    let mut complaints = Vec::new();
    for (text, says) in SOURCES {
        let fixture = Fixture::new(text);
        if let Some(what) = complaint(&fixture, &["plan"], says) {
            complaints.push(format!("{text}\n{what}"));
        }
    }
    none_of(complaints);
}

#[test]
fn source_of_other_bytes_is_refused() {
    let fixture = Fixture::new("//- src/lib.rs\nmod a;\n");
    let mut complaints = Vec::new();
    let chained = format!("const X: u8 = {}1;", "1 + ".repeat(100_000));
    let nested = format!(
        "const X: u8 = {}1{};",
        "(".repeat(50_000),
        ")".repeat(50_000)
    );
    for bytes in [
        &b"\xff\xfe"[..],
        &b"fn f() { \x00 }"[..],
        nested.as_bytes(),
        chained.as_bytes(),
    ] {
        std::fs::write(fixture.root.join("src/a.rs"), bytes).expect("a file");
        complaints.extend(complaint(&fixture, &["plan"], "src/a.rs"));
    }
    none_of(complaints);
}

/// What is done to the committed package, the words, and what is said.
type Case = (fn(&Fixture), &'static [&'static str], &'static str);

fn git(fixture: &Fixture, words: &[&str]) {
    fixture.run("git", words);
}

fn put(fixture: &Fixture, path: &str, text: &str) {
    let path = fixture.root.join(path);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, text).expect("a file");
}

const STATES: &[Case] = &[
    (
        |fixture| put(fixture, "src/a.rs", "pub fn h() {}\n"),
        &["--all"],
        "`src/a.rs` has changes",
    ),
    (
        |fixture| put(fixture, "new.txt", ""),
        &["--all"],
        "`new.txt` has changes",
    ),
    (
        |fixture| std::fs::remove_dir_all(fixture.root.join(".git")).expect("a folder"),
        &["--all"],
        "git init",
    ),
    (
        |fixture| std::fs::remove_dir_all(fixture.root.join(".git")).expect("a folder"),
        &["--all", "--allow-no-git", "--commit"],
        "no git repository to commit to",
    ),
    (
        |fixture| git(fixture, &["checkout", "-q", "--detach"]),
        &["--all", "--commit"],
        "git switch -c",
    ),
    (
        |fixture| {
            git(fixture, &["switch", "-q", "-c", "split-step-2"]);
            git(fixture, &["commit", "-q", "--allow-empty", "-m", "Theirs"]);
            git(fixture, &["switch", "-q", "-"]);
        },
        &["--all", "--branch", "split"],
        "has a commit that no step made",
    ),
    (
        |fixture| {
            put(
                fixture,
                ".git/MERGE_HEAD",
                "0000000000000000000000000000000000000000\n",
            );
        },
        &["--all"],
        "in the middle of a merge",
    ),
    (
        |fixture| put(fixture, ".git/rebase-merge/head-name", ""),
        &["--all"],
        "in the middle of a rebase",
    ),
    (
        |fixture| put(fixture, "target/cleave/journal.json", "{"),
        &["status"],
        "journal.json",
    ),
    (
        |fixture| put(fixture, "target/cleave/journal.json", "{\"version\":9}"),
        &["--all"],
        "journal.json",
    ),
    (
        |fixture| {
            put(
                fixture,
                "target/cleave/journal.json",
                "{\"version\":2,\"title\":\"x\",\"direction\":\"Forward\",\"moves\":[[\"src/a.rs\",\"../out.rs\"]],\"writes\":[],\"deletes\":[],\"adds\":null,\"removes\":null}",
            );
        },
        &["status"],
        "`../out.rs`: it lies outside the workspace",
    ),
    (
        |fixture| put(fixture, "target/cleave/undo/0001.json", "[]"),
        &["undo"],
        "undo/0001.json",
    ),
    (
        |fixture| put(fixture, "target/cleave", ""),
        &["--all"],
        "target/cleave",
    ),
    (|fixture| put(fixture, "target", ""), &["--all"], "target"),
    (
        |fixture| {
            put(
                fixture,
                "crates/app-low/Cargo.toml",
                "[package]\nname = \"mine\"\n",
            );
            git(fixture, &["add", "-A"]);
            git(fixture, &["commit", "-qm", "Mine"]);
        },
        &["--all", "--verify=none"],
        "crates/app-low/Cargo.toml",
    ),
    (
        |fixture| {
            put(fixture, "src/a.rs", "pub fn f() { missing() }\n");
            git(fixture, &["commit", "-qam", "Break"]);
        },
        &["--all"],
        "does not compile as it is",
    ),
    (
        |fixture| {
            put(
                fixture,
                "src/a.rs",
                "pub fn f() {}\n#[test]\nfn t() { include!(\"gone\") }\n",
            );
            git(fixture, &["commit", "-qam", "Break"]);
        },
        &["--all"],
        "does not compile as it is",
    ),
];

#[test]
fn trees_in_a_wrong_state_are_refused() {
    let mut complaints = Vec::new();
    for (number, (change, words, says)) in STATES.iter().enumerate() {
        let fixture = Fixture::new(APP);
        fixture.commit();
        change(&fixture);
        if let Some(what) = complaint(&fixture, words, says) {
            complaints.push(format!("state {number}\n{what}"));
        }
    }
    none_of(complaints);
}

#[test]
fn a_second_run_is_refused_while_one_is_at_work() {
    let fixture = Fixture::new(APP);
    fixture.commit();
    let _lock = cleave_verify::journal::lock(&fixture.root.join("target/cleave")).expect("a lock");
    let said = complaint(&fixture, &["--all"], "another run is at work here");
    none_of(said);
}

#[test]
fn an_author_is_needed_for_a_commit() {
    let fixture = Fixture::new(APP);
    fixture.commit();
    git(&fixture, &["config", "user.useConfigOnly", "true"]);
    git(&fixture, &["config", "--unset", "user.name"]);
    git(&fixture, &["config", "--unset", "user.email"]);
    let variables = [
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_CONFIG_SYSTEM", "/dev/null"),
        ("HOME", "/nowhere-at-all"),
    ];
    let program = env!("CARGO_BIN_EXE_cleave-under-test");
    let cargo_home = std::env::var("CARGO_HOME")
        .unwrap_or_else(|_| format!("{}/.cargo", std::env::var("HOME").unwrap_or_default()));
    let rustup_home = std::env::var("RUSTUP_HOME")
        .unwrap_or_else(|_| format!("{}/.rustup", std::env::var("HOME").unwrap_or_default()));
    let homes = [("CARGO_HOME", &*cargo_home), ("RUSTUP_HOME", &*rustup_home)];
    let variables: Vec<_> = variables.into_iter().chain(homes).collect();
    let output = fixture.run_with(program, &["--all", "--commit"], &variables);
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("git config user.name"), "{text}");
}

/// A module folder that leads out of the package: nothing behind it is touched.
#[test]
#[cfg(unix)]
fn a_link_out_of_the_package_is_refused() {
    let outside = Fixture::new("//- a/mod.rs\npub fn f() {}\n");
    let text = "//- src/lib.rs\npub mod a;\n//- split.toml\nversion = 1\npackage = \"app\"\n[crates.app-low]\nmodules = [\"a\"]\n[[steps]]\nto = \"app-low\"\nmoves = [\"a\"]\n";
    let fixture = Fixture::new(text);
    std::os::unix::fs::symlink(outside.root.join("a"), fixture.root.join("src/a")).expect("a link");
    fixture.commit();
    let before = outside.tree();
    let (status, said) = crate::cleave(&fixture, &["--all", "--verify=none"]);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("`src/a` is a symbolic link"), "{said}");
    assert_eq!(outside.tree(), before);
}

/// A module file outside the package, by `#[path]`.
#[test]
fn a_module_outside_the_package_stays_there() {
    let fixture = Fixture::new(
        "//- app/Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\n[workspace]\n//- app/src/lib.rs\n#[path = \"../../outside.rs\"]\npub mod a;\n//- outside.rs\npub fn f() {}\n//- app/split.toml\nversion = 1\npackage = \"app\"\n[crates.app-low]\nmodules = [\"a\"]\n[[steps]]\nto = \"app-low\"\nmoves = [\"a\"]\n",
    );
    fixture.commit();
    let words = [
        "--all",
        "--verify=none",
        "--manifest-path",
        "app/Cargo.toml",
    ];
    let before = fixture.read("outside.rs");
    let (status, said) = crate::cleave(&fixture, &words);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("outside"), "{said}");
    assert_eq!(fixture.read("outside.rs"), before);
}
