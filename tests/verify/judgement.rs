//! What fails a step, and how that is said.

use cleave_tests::Fixture;

use super::APP;
use crate::cleave;

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
