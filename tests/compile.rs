//! What cargo makes of a tree: warnings, and tests by name. Kept by content, so that only what changed is built again.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use camino::Utf8Path;
use cleave_verify::cargo::{self, CargoOptions, Selection};
use cleave_verify::tests::{self, TestReport};
use cleave_verify::{CompilerMessage, Scratch};
use serde::{Deserialize, Serialize};

use crate::tree::{self, Tree};

/// What cargo says of a tree.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Built {
    /// Compiler errors, as they are drawn.
    pub errors: Vec<String>,
    /// Warnings of the compiler and of rustdoc, without their places.
    pub warnings: Vec<String>,
    /// Tests by name, and how they ended.
    pub tests: TestReport,
    /// Whether rustfmt has nothing to change.
    pub formatted: bool,
}

/// Builds and tests a tree, unless `cache` knows it already.
///
/// # Panics
/// If cargo or the folder can't be used.
pub fn build(tree: &Tree, cache: &Utf8Path) -> Built {
    let mut hasher = DefaultHasher::new();
    (env!("CARGO_PKG_VERSION"), 1, tree).hash(&mut hasher);
    let known = cache.join(format!("{:016x}.json", hasher.finish()));
    if let Ok(text) = std::fs::read_to_string(&known)
        && let Ok(built) = serde_json::from_str(&text)
    {
        return built;
    }
    let built = build_new(tree);
    std::fs::create_dir_all(cache).expect("a folder for what is known");
    let text = serde_json::to_string(&built).expect("strings have a JSON form");
    std::fs::write(&known, text).expect("a file for what is known");
    built
}

fn build_new(tree: &Tree) -> Built {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = Utf8Path::from_path(folder.path()).expect("a UTF-8 path");
    tree::write(root, tree);
    let scratch = Scratch::in_place(root);
    let mut built = Built::default();
    for flags in variants(tree) {
        built.check(&scratch, &flags);
    }
    let options = options(&["--config", "profile.dev.debug=0"]);
    built.tests = tests::run(&scratch, &options, &mut |_| {}).expect("cargo starts");
    built.tests.seconds = 0.0;
    if tree
        .values()
        .any(|text| text.contains("/// ") && text.contains("[`"))
    {
        built.document(&scratch);
    }
    built.formatted = is_formatted(root, tree);
    built
}

fn options(flags: &[&str]) -> CargoOptions {
    CargoOptions {
        offline: true,
        flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
        ..CargoOptions::default()
    }
}

/// The default build, and where there are features one with none and one with each (rows E2, E10).
fn variants(tree: &Tree) -> Vec<Vec<String>> {
    let mut variants = vec![Vec::new()];
    let manifest = tree
        .get(Utf8Path::new("Cargo.toml"))
        .map_or("", String::as_str);
    let features = manifest.split("[features]\n").nth(1).unwrap_or_default();
    let features: Vec<&str> = features
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| Some(line.split_once('=')?.0.trim()))
        .filter(|name| *name != "default" && !name.starts_with('"'))
        .collect();
    if features.is_empty() {
        return variants;
    }
    let package = "--package=app".to_owned();
    variants.push(vec![package.clone(), "--no-default-features".to_owned()]);
    for feature in features {
        let feature = format!("--features={feature}");
        variants.push(vec![
            package.clone(),
            "--no-default-features".to_owned(),
            feature,
        ]);
    }
    variants
}

impl Built {
    fn check(&mut self, scratch: &Scratch, flags: &[String]) {
        let words: Vec<&str> = flags.iter().map(String::as_str).collect();
        let report = cargo::check(
            scratch,
            &options(&words),
            &Selection::Workspace,
            &mut |_| {},
        )
        .expect("cargo starts");
        if !report.success && report.messages.iter().all(|message| !message.is_error) {
            self.errors.push(report.stderr.clone());
        }
        for message in &report.messages {
            self.take(message);
        }
        self.warnings.sort();
        self.warnings.dedup();
    }

    fn take(&mut self, message: &CompilerMessage) {
        if message.is_error {
            self.errors.push(message.rendered.clone());
        } else {
            // Paths change when code moves: the message without its backticked names.
            let shape: String = message.message.split('`').step_by(2).collect();
            self.warnings
                .push(format!("{}: {shape}\n{}", message.code, message.rendered));
        }
    }

    fn document(&mut self, scratch: &Scratch) {
        let output = std::process::Command::new("cargo")
            .args(["doc", "--offline", "--workspace", "--no-deps", "--quiet"])
            .arg("--document-private-items")
            .current_dir(&scratch.tree)
            .env("CARGO_TARGET_DIR", &scratch.target)
            .output()
            .expect("cargo starts");
        let text = String::from_utf8_lossy(&output.stderr);
        let found = text
            .lines()
            .filter(|line| line.starts_with("warning") && !line.contains("generated"));
        self.warnings
            .extend(found.map(|line| format!("rustdoc: {line}\n{text}")));
    }

    /// What is wrong after that was not wrong before.
    pub fn compare(&self, after: &Built) -> Vec<String> {
        let mut problems = Vec::new();
        let mut failed = |which: &str, what: &[String]| {
            if !what.is_empty() {
                problems.push(format!("{which} does not compile:\n{}", what.join("\n")));
            }
        };
        failed("before", &self.errors);
        failed("after", &after.errors);
        let key = |warning: &String| warning.lines().next().unwrap_or_default().to_owned();
        let count = |warnings: &[String]| {
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for warning in warnings {
                *counts.entry(key(warning)).or_default() += 1;
            }
            counts
        };
        let old = count(&self.warnings);
        for (warning, times) in count(&after.warnings) {
            if times > old.get(&warning).copied().unwrap_or_default() {
                let drawn = after.warnings.iter().filter(|other| key(other) == warning);
                let drawn: Vec<&str> = drawn.map(String::as_str).collect();
                problems.push(format!("new warning: {}", drawn.join("\n")));
            }
        }
        if after.errors.is_empty() && self.tests.expected() != after.tests.tests {
            problems.push(format!(
                "tests differ: before {:?} after {:?} {:?}",
                self.tests.tests, after.tests.tests, after.tests.build_error
            ));
        }
        if self.formatted && !after.formatted {
            problems.push("rustfmt would change what it would have left before".to_owned());
        }
        problems
    }
}

fn is_formatted(root: &Utf8Path, tree: &Tree) -> bool {
    let manifest = tree
        .get(Utf8Path::new("Cargo.toml"))
        .map_or("", String::as_str);
    let edition = ["2015", "2018", "2021"]
        .into_iter()
        .find(|year| manifest.contains(year));
    let files = tree
        .keys()
        .filter(|path| path.extension() == Some("rs") && !path.starts_with("vendor"));
    let output = std::process::Command::new("rustfmt")
        .args(["--check", "--edition", edition.unwrap_or("2024")])
        .args(files.map(|path| root.join(path)))
        .output();
    output.is_ok_and(|output| output.status.success())
}
