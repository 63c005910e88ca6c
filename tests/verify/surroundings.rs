//! What stands around a tree is there when a step is verified beside it.

use cleave_tests::Fixture;

use super::APP;
use crate::cleave;

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

/// Dependencies from a folder instead of a registry, without a network.
#[test]
fn vendored_dependencies_are_enough() {
    let app = APP
        .replace(
            "\n[workspace]\n",
            "\n[dependencies]\nsmall = \"1\"\n\n[workspace]\n",
        )
        .replace("x + 1\n", "x + small::one()\n");
    let fixture = Fixture::new(&format!(
        "{app}//- .cargo/config.toml\n[source.crates-io]\nreplace-with = \"vendored\"\n[source.vendored]\ndirectory = \"vendor\"\n\
         //- vendor/small/Cargo.toml\n[package]\nname = \"small\"\nversion = \"1.0.3\"\n\
         //- vendor/small/.cargo-checksum.json\n{{\"files\":{{}}}}\n\
         //- vendor/small/src/lib.rs\npub fn one() -> u32 {{\n    1\n}}\n"
    ));
    fixture.commit();
    let (status, text) = cleave(&fixture, &["--all", "--offline"]);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("1 passed, 0 failed"), "{text}");
    let manifest = fixture.read("crates/app-low/Cargo.toml");
    assert!(manifest.contains("small = "), "{manifest}");
}

/// Started from elsewhere, so that the one we run under was not chosen by the tree.
#[test]
fn the_toolchain_that_the_tree_names_is_the_judge() {
    let rustup = std::process::Command::new("rustup")
        .arg("--version")
        .output();
    if !rustup.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: without rustup nothing reads rust-toolchain.toml");
        return;
    }
    let fixture = Fixture::new(&APP.replace("//- ", "//- app/"));
    let sysroot = fixture.run("rustc", &["--print", "sysroot"]).stdout;
    let sysroot = String::from_utf8_lossy(&sysroot).trim().to_owned();
    fixture.write(
        "app/rust-toolchain.toml",
        &format!("[toolchain]\npath = '{sysroot}'\n"),
    );
    fixture.commit();
    let words = ["--step", "1", "--manifest-path", "app/Cargo.toml"];
    let (status, text) = cleave(&fixture, &words);
    assert_eq!(status, 0, "{text}");

    fixture.write(
        "app/rust-toolchain.toml",
        "[toolchain]\nchannel = \"1.0.0\"\n",
    );
    let words = [
        "--step",
        "2",
        "--manifest-path",
        "app/Cargo.toml",
        "--allow-dirty",
    ];
    let program = env!("CARGO_BIN_EXE_cleave-under-test");
    let output = fixture.run_with(program, &words, &[("RUSTUP_AUTO_INSTALL", "0")]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(
        text.contains("1.0.0") && text.contains("not installed"),
        "{text}"
    );
}

/// Many benches ask for a nightly compiler.
#[test]
fn benches_that_did_not_compile_before_are_left_out() {
    let bench = "#![feature(test)]\n\n#[test]\nfn never() {\n    nowhere();\n}\n";
    let fixture = Fixture::new(&format!("{APP}//- benches/speed.rs\n{bench}"));
    fixture.commit();
    let (status, text) = cleave(&fixture, &["--to", "3"]);
    assert_eq!(status, 0, "{text}");
    let said = "benches do not compile as they are: no step is judged by them";
    assert!(text.contains(said), "{text}");
}
