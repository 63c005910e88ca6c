//! Manifests that Cargo refuses, or that are for no monolith.

use cleave_tests::Fixture;

use super::{complaint, none_of};

/// A package in one line.
const PACKAGE: &str = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";

/// What stands in `Cargo.toml` after the package, and what is said.
const CASES: &[(&str, &str)] = &[
    ("name = \"twice\"", "duplicate key"),
    ("rust-version = \"old\"", "rust-version"),
    ("resolver = \"9\"\n[workspace]", "resolver"),
    ("[workspace]\nmembers = [\"nowhere\"]", "nowhere"),
    ("[workspace]\nmembers = 1", "members"),
    ("workspace = \"../nowhere\"", "nowhere"),
    ("[workspace]\n[lib]\npath = \"src/gone.rs\"", "gone.rs"),
    (
        "[workspace]\n[[bin]]\nname = \"b\"\npath = \"src/gone.rs\"",
        "gone.rs",
    ),
    (
        "[workspace]\n[[bin]]\nname = \"b\"\npath = \"src/lib.rs\"\n[[bin]]\nname = \"b\"\npath = \"src/a.rs\"",
        "binary name b",
    ),
    (
        "[workspace]\n[dependencies]\nx = { path = \"../nowhere\", version = 1 }",
        "Cargo.toml:7:",
    ),
    ("[workspace]\n[dependencies]\nx = 1", "Cargo.toml:7:"),
    (
        "[workspace]\n[dependencies]\nx = { workspace = true }",
        "workspace.dependencies.x",
    ),
    ("[workspace]\n[features]\nf = [\"nope\"]", "nope"),
    ("[workspace]\n[features]\nf = 1", "Cargo.toml:7:"),
    (
        "[workspace]\n[profile.dev]\nopt-level = \"much\"",
        "opt-level",
    ),
    ("cargo-features = [\"nope\"]\n[workspace]", "Cargo.toml"),
    ("[workspace]\n[target.'cfg(']\n", "cfg("),
];

/// A whole `Cargo.toml`, and what is said.
const WHOLE: &[(&[u8], &str)] = &[
    (b"", "Cargo.toml"),
    (b"this is not a manifest\n", "Cargo.toml"),
    (b"[package]\n", "name"),
    (b"[package]\nname = \"a b\"\n", "a b"),
    (b"[package]\nname = \"../x\"\n", "../x"),
    (b"[package]\nname = \"app\"\nversion = \"one\"\n", "version"),
    (b"[package]\nname = \"app\"\nedition = \"2077\"\n", "2077"),
    (b"[workspace]\n", "its members are"),
    (b"[package]\nname = \"\xff\"\n", "Cargo.toml"),
    (b"\x00", "Cargo.toml"),
];

#[test]
fn wrong_manifests_are_refused() {
    let fixture = Fixture::new("//- src/lib.rs\nmod a;\n//- src/a.rs\n");
    fixture.commit();
    let mut complaints = Vec::new();
    let mut check = |text: &[u8], says: &str| {
        std::fs::write(fixture.root.join("Cargo.toml"), text).expect("a file");
        if let Some(what) = complaint(&fixture, &["plan"], says) {
            complaints.push(format!("{}\n{what}", String::from_utf8_lossy(text)));
        }
    };
    for (text, says) in CASES {
        check(format!("{PACKAGE}{text}\n").as_bytes(), says);
    }
    for (text, says) in WHOLE {
        check(text, says);
    }
    none_of(complaints);
}

#[test]
fn a_package_without_code_is_refused() {
    let fixture = Fixture::new("//- examples/e.rs\nfn main() {}\n");
    fixture.commit();
    let said = complaint(&fixture, &["plan"], "neither a library nor a binary");
    none_of(said);
}

#[test]
fn a_workspace_of_two_has_to_be_told_which() {
    let member = |name: &str| {
        format!("//- {name}/Cargo.toml\n[package]\nname = \"{name}\"\n//- {name}/src/lib.rs\n")
    };
    let fixture = Fixture::new(&format!(
        "//- Cargo.toml\n[workspace]\nmembers = [\"x\", \"y\"]\n{}{}",
        member("x"),
        member("y")
    ));
    fixture.commit();
    none_of(complaint(&fixture, &["plan"], "`x`, `y`"));
}
