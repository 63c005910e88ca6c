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

/// Row E10: in a check of the whole workspace another member turns on what the new crate forgot to ask for.
#[test]
fn a_crate_that_compiles_only_beside_others_is_a_finding() {
    let app = APP
        .replace(
            "\n[workspace]\n",
            "\n[dependencies]\nterm = { path = \"term\" }\n\n[workspace]\nmembers = [\"other\"]\nexclude = [\"term\"]\nresolver = \"2\"\n",
        )
        .replace("x + 1\n", "x + term::one()\n");
    let fixture = Fixture::new(&format!(
        "{app}//- term/Cargo.toml\n[package]\nname = \"term\"\nversion = \"1.0.0\"\n[features]\nwide = []\n\
         //- term/src/lib.rs\n#[cfg(feature = \"wide\")]\npub fn one() -> u32 {{\n    1\n}}\n\
         //- other/Cargo.toml\n[package]\nname = \"other\"\nversion = \"1.0.0\"\n[dependencies]\nterm = {{ path = \"../term\", features = [\"wide\"] }}\n\
         //- other/src/lib.rs\n"
    ));
    fixture.commit();
    let (status, text) = cleave(&fixture, &["--to", "3"]);
    assert_eq!(status, 1, "{text}");
    assert!(
        text.contains("`app-low` does not compile alone (row E10)"),
        "{text}"
    );
    assert!(text.contains("cannot find function `one`"), "{text}");
    assert!(text.contains("`undo` takes the last one back"), "{text}");
}

/// Row G7: a build script sets the `cfg` under which a module is declared, by a name that its text does not show. In
/// the new crate, which has no script, the file compiles nothing, and all checks would stay green.
#[test]
fn a_file_that_no_crate_compiles_any_more_is_a_failed_step() {
    let app = APP.replace("/// Kept.", "#[cfg(extra)]\nmod more;\n\n/// Kept.");
    let fixture = Fixture::new(&format!(
        "{app}//- build.rs\nfn main() {{\n    let name = [\"ext\", \"ra\"].concat();\n    println!(\"cargo::rustc-check-cfg=cfg({{name}})\");\n    println!(\"cargo::rustc-cfg={{name}}\");\n}}\n\
         //- src/low/more.rs\n#[test]\nfn it_is_run() {{}}\n"
    ));
    fixture.commit();
    let before = fixture.tree();
    let (status, text) = cleave(&fixture, &["--step", "1"]);
    assert_eq!(status, 0, "{text}");
    let first = fixture.tree();
    assert_ne!(first, before);
    let (status, text) = cleave(&fixture, &["--step", "2"]);
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("refused[G7]"), "{text}");
    assert!(
        text.contains("no crate compiles `crates/app-low/src/low/more.rs`"),
        "{text}"
    );
    assert_eq!(fixture.tree(), first);
}

/// Row H6: the clock was wrong once, so that cargo takes what was compiled for newer than what has changed since.
#[test]
fn what_cargo_did_not_compile_is_not_green() {
    let app = APP
        .replace("pub mod top;", "pub mod more;\npub mod top;")
        .replace("modules = [\"low\"]", "modules = [\"low\", \"more\"]")
        + "\n[[steps]]\nto = \"app-low\"\nmoves = [\"more\"]\n//- src/more.rs\n//! More.\n\n/// More.\npub fn more() {}\n";
    let fixture = Fixture::new(&app);
    fixture.commit();
    let (status, text) = cleave(&fixture, &["--to", "2"]);
    assert_eq!(status, 0, "{text}");
    let before = fixture.tree();
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(1_000_000);
    let mut pending = vec![fixture.root.join("target/cleave/target")];
    while let Some(path) = pending.pop() {
        let file = std::fs::File::open(&path).expect("a file");
        file.set_modified(later).expect("a time");
        if path.is_dir() {
            let entries = path.read_dir_utf8().expect("a folder").flatten();
            pending.extend(entries.map(camino::Utf8DirEntry::into_path));
        }
    }
    let (status, text) = cleave(&fixture, &["--step", "3"]);
    assert_eq!(status, 2, "{text}");
    assert!(text.contains("(row H6)"), "{text}");
    assert!(text.contains("delete target/cleave/target"), "{text}");
    assert_eq!(fixture.tree(), before);

    std::fs::remove_dir_all(fixture.root.join("target/cleave/target")).expect("a folder");
    let (status, text) = cleave(&fixture, &["--step", "3"]);
    assert_eq!(status, 0, "{text}");
}

/// A terminal sees a spinner with what is being checked; a pipe sees plain lines.
#[test]
#[cfg(unix)]
fn only_a_terminal_sees_a_spinner() {
    let fixture = Fixture::new(APP);
    fixture.commit();
    let program = env!("CARGO_BIN_EXE_cleave-under-test");
    let piped = fixture.run(program, &["--step", "1"]);
    let text = String::from_utf8_lossy(&piped.stderr).into_owned();
    assert!(text.starts_with("checking the tree as it is\n"), "{text}");
    assert!(!text.contains(['\r', '\u{1b}']), "{text}");
    let line = format!("{program} --step 2");
    let words = ["-qec", line.as_str(), "/dev/null"];
    let tried = std::process::Command::new("script")
        .arg("--version")
        .output();
    if !tried.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: without `script` there is no terminal to try");
        return;
    }
    let shown = fixture.run_with("script", &words, &[("TERM", "xterm")]);
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(
        text.contains("cargo check --workspace --all-targets"),
        "{text}"
    );
    assert!(text.contains("\u{1b}["), "{text}");
}

/// `plan --timings` measures on the spot, beside the tree.
#[test]
fn a_plan_says_where_the_time_of_a_build_goes() {
    let fixture = Fixture::new(&format!(
        "{APP}//- src/main.rs\nfn main() {{\n    app::top::run();\n}}\n"
    ));
    fixture.commit();
    let program = env!("CARGO_BIN_EXE_cleave-under-test");
    let output = fixture.run(program, &["plan", "--timings", "--format", "json"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let seconds = &value["timings"]["seconds"];
    assert_eq!(seconds["program_count"], 1, "{value}");
    for part in ["front_end", "code_generation", "linking"] {
        assert!(seconds[part].as_f64() >= Some(0.0), "{value}");
    }
    assert!(seconds["front_end"].as_f64() > Some(0.0), "{value}");
    assert!(value["pays"]["ratio"].as_f64() > Some(0.0), "{value}");
    let git = fixture.run("git", &["status", "--porcelain"]);
    let changed = String::from_utf8_lossy(&git.stdout).into_owned();
    assert!(!changed.contains("src/"), "{changed}");
}
