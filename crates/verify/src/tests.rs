//! Runs the tests and compares them by name (row G4): unit, integration and doc tests.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::cargo::{CargoOptions, Watch, command};
use crate::error::VerifyError;
use crate::scratch::Scratch;

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Outcome {
    /// `ok`.
    Passed,
    /// `FAILED`.
    Failed,
    /// `ignored`.
    Ignored,
}

/// All tests of a tree.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TestReport {
    /// By name without the crate's: `unit a::tests::x`, `test cli x`, `doc a::X`; several where names repeat.
    pub tests: BTreeMap<String, Vec<Outcome>>,
    /// Tests that failed and passed when they were run again; they count as passed.
    #[serde(default)]
    pub flaky: Vec<String>,
    /// Modules that several programs are compiled from and one will be, by path, each with the number of the others: so
    /// many times less its tests will run.
    #[serde(default)]
    pub repeated: BTreeMap<String, usize>,
    /// Methods that become those of a trait, by path, each with its path then: their doc tests are called so.
    #[serde(default)]
    pub renamed: BTreeMap<String, String>,
    /// Why nothing could be run, if so.
    pub build_error: Option<String>,
    /// Wall time.
    pub seconds: f64,
}

/// How many tests ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// `ok`.
    pub passed: usize,
    /// `FAILED`.
    pub failed: usize,
    /// `ignored`.
    pub ignored: usize,
}

/// Before against after.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestComparison {
    /// Before the split.
    pub before: Totals,
    /// After it.
    pub after: Totals,
    /// Tests that are gone.
    pub lost: Vec<String>,
    /// Tests that passed and do not any more.
    pub changed: Vec<String>,
    /// Tests that failed once, before or after, and passed when they were run again.
    #[serde(default)]
    pub flaky: Vec<String>,
    /// Tests that are there and ran more often before: their module was compiled into more programs.
    #[serde(default)]
    pub once: Vec<String>,
}

impl TestReport {
    /// How many ended how.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for outcome in self.tests.values().flatten() {
            match outcome {
                Outcome::Passed => totals.passed += 1,
                Outcome::Failed => totals.failed += 1,
                Outcome::Ignored => totals.ignored += 1,
            }
        }
        totals
    }

    /// Compares with a later run. What failed before is not held against it.
    pub fn compare(&self, after: &TestReport) -> TestComparison {
        let mut comparison = TestComparison {
            before: self.totals(),
            after: after.totals(),
            ..TestComparison::default()
        };
        let expected = self.expected();
        for (name, outcomes) in &expected {
            let now = after.tests.get(name).map_or(&[][..], Vec::as_slice);
            let count = |outcomes: &[Outcome], outcome| {
                outcomes.iter().filter(|other| **other == outcome).count()
            };
            if now.len() < outcomes.len() {
                comparison.lost.push(name.clone());
            } else if count(now, Outcome::Passed) < count(outcomes, Outcome::Passed)
                && !self.flaky.contains(name)
            {
                comparison.changed.push(name.clone());
            } else if self
                .tests
                .get(name)
                .is_some_and(|all| now.len() < all.len())
            {
                comparison.once.push(name.clone());
            }
        }
        comparison.flaky = [&self.flaky[..], &after.flaky[..]].concat();
        comparison.flaky.sort();
        comparison.flaky.dedup();
        comparison
    }

    /// The tests that a later run must have: those of repeated modules run less often, but once at least, and those in
    /// docs of renamed methods have their new name.
    pub fn expected(&self) -> BTreeMap<String, Vec<Outcome>> {
        let times = |name: &str| {
            let path = name.strip_prefix("unit ")?;
            let of = |module: &&String| {
                let rest = path.strip_prefix(module.as_str());
                rest.is_some_and(|rest| rest.starts_with("::"))
            };
            self.repeated.keys().find(of).map(|it| self.repeated[it])
        };
        let mut expected = self.tests.clone();
        for (name, outcomes) in &mut expected {
            let less = times(name)
                .unwrap_or(0)
                .min(outcomes.len().saturating_sub(1));
            outcomes.drain(..less);
        }
        let names: Vec<String> = expected.keys().cloned().collect();
        for name in names {
            let new = name.strip_prefix("doc ");
            let Some(new) = new.and_then(|item| self.new_name(item)) else {
                continue;
            };
            let moved = expected.remove(&name).unwrap_or_default();
            let all = expected.entry(format!("doc {new}")).or_default();
            all.extend(moved);
        }
        expected
    }

    /// What a method in whose docs a test stands is called in the end, where it is renamed. rustdoc names its type as the
    /// head of the impl does, behind the impl's module.
    fn new_name(&self, item: &str) -> Option<&str> {
        let item = without_arguments(item);
        let found = self.renamed.iter().find(|(old, _)| {
            let mut names = old.rsplitn(3, "::");
            let (method, of) = (names.next().unwrap_or_default(), names.next());
            let module = names.next().unwrap_or_default();
            let behind = item.strip_prefix(module);
            let own = format!("{}::{method}", of.unwrap_or_default());
            let behind = behind.map(|path| path.trim_start_matches("::"));
            behind.is_some_and(|path| path == own || path.ends_with(&format!("::{own}")))
        });
        found.map(|(_, new)| new.as_str())
    }

    /// Tests of which some run failed, in order of name.
    fn failing(&self) -> Vec<String> {
        let failed = |(_, outcomes): &(&String, &Vec<Outcome>)| outcomes.contains(&Outcome::Failed);
        let names = self.tests.iter().filter(failed).map(|(name, _)| name);
        names.cloned().collect()
    }

    /// Takes over from a second run what passes there.
    fn take_over(&mut self, again: &TestReport, names: Vec<String>) {
        for name in names {
            let (Some(now), Some(outcomes)) = (again.tests.get(&name), self.tests.get_mut(&name))
            else {
                continue;
            };
            if now.len() == outcomes.len() && !now.contains(&Outcome::Failed) {
                outcomes.clone_from(now);
                self.flaky.push(name);
            }
        }
    }
}

/// Runs all tests of the scratch tree; what fails is run a second time, since it may be flaky.
pub fn run(
    scratch: &Scratch,
    options: &CargoOptions,
    watch: Watch<'_>,
) -> Result<TestReport, VerifyError> {
    let start = Instant::now();
    let mut report = run_once(scratch, options, &[], watch)?;
    let failing = report.failing();
    if !failing.is_empty() && report.build_error.is_none() {
        let filters: Vec<String> = failing.iter().map(|name| filter(name)).collect();
        let again = run_once(scratch, options, &filters, watch)?;
        report.take_over(&again, failing);
    }
    report.seconds = start.elapsed().as_secs_f64();
    Ok(report)
}

/// What the test harness knows a test by: a part of its name.
fn filter(name: &str) -> String {
    let last = name.rsplit(' ').next().unwrap_or(name);
    let words = name.split_once(' ').map_or(name, |(_, words)| words);
    if let Some(item) = name.strip_prefix("doc ") {
        // A doc test of a crate's root has no item.
        return if item.is_empty() { "src/" } else { item }.to_owned();
    }
    if name.starts_with("test ") {
        last
    } else {
        words
    }
    .to_owned()
}

fn run_once(
    scratch: &Scratch,
    options: &CargoOptions,
    filters: &[String],
    watch: Watch<'_>,
) -> Result<TestReport, VerifyError> {
    let failed = |error: std::io::Error| VerifyError::Command {
        command: "cargo test".to_owned(),
        message: error.to_string(),
    };
    // One pipe for both streams: cargo's headers and the tests' lines stay in order.
    let (reader, writer) = std::io::pipe().map_err(failed)?;
    let mut command = command(scratch, "test", options);
    command.args(["--workspace", "--no-fail-fast"]);
    if !filters.is_empty() {
        command.arg("--").args(filters);
    }
    command
        .stdin(Stdio::null())
        .stdout(writer.try_clone().map_err(failed)?)
        .stderr(writer);
    let mut child = command.spawn().map_err(failed)?;
    // The writers in `command` must close for the reader to see the end.
    drop(command);
    let text = read_lines(reader, watch).map_err(failed)?;
    let status = child.wait().map_err(failed)?;
    let mut report = parse(&text);
    let built = text.contains("     Running ") || text.contains("   Doc-tests ");
    if !status.success() && (!built || text.contains("error: could not compile")) {
        let errors: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("error"))
            .collect();
        report.build_error = Some(errors.join("\n"));
    }
    Ok(report)
}

/// Reads to the end, telling of each test that has ended.
fn read_lines(reader: impl std::io::Read, watch: Watch<'_>) -> std::io::Result<String> {
    let mut reader = BufReader::new(reader);
    let mut text = String::new();
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        let said = String::from_utf8_lossy(&line);
        if let Some((name, _)) = test_line(said.trim_end()) {
            watch(name);
        }
        text.push_str(&said);
        line.clear();
    }
    Ok(text)
}

/// Reads what `cargo test` prints.
fn parse(text: &str) -> TestReport {
    let mut report = TestReport::default();
    let mut kind = String::new();
    let mut started = None;
    for line in text.lines() {
        let trimmed = line.trim_start();
        let ended = test_line(line).or_else(|| Some((started?, last_word(line)?)));
        if let Some(rest) = trimmed.strip_prefix("Running ") {
            kind = target_kind(rest);
        } else if trimmed.starts_with("Doc-tests ") {
            "doc".clone_into(&mut kind);
        } else if let Some((name, outcome)) = ended {
            started = None;
            let name = if kind == "doc" {
                doc_name(name)
            } else {
                name.to_owned()
            };
            report
                .tests
                .entry(format!("{kind} {name}"))
                .or_default()
                .push(outcome);
        } else if let Some((name, _)) = announced(line) {
            started = Some(name);
        }
    }
    for outcomes in report.tests.values_mut() {
        outcomes.sort();
    }
    report
}

/// `unittests src/lib.rs (target/…)` or `tests/cli.rs (target/…)`.
fn target_kind(rest: &str) -> String {
    if rest.starts_with("unittests") {
        return "unit".to_owned();
    }
    let file = rest.split(" (").next().unwrap_or(rest);
    let name = file.trim_end_matches(".rs").trim_end_matches("/main");
    format!("test {}", name.rsplit('/').next().unwrap_or(name))
}

/// A test and how it ended.
fn test_line(line: &str) -> Option<(&str, Outcome)> {
    let (name, outcome) = announced(line)?;
    Some((name, outcome_of(outcome)?))
}

/// A test and what stands behind its name. Programs that a test starts print past the harness, before the line
/// (`Rebasing (1/3)\rtest a::x ... ok`) and within it (`test a::x ... Rebasing`): such names have no blank.
fn announced(line: &str) -> Option<(&str, &str)> {
    if let Some(rest) = line.strip_prefix("test ") {
        let (name, outcome) = rest.rsplit_once(" ... ")?;
        return Some((name.trim_end_matches(" - should panic"), outcome));
    }
    let (before, outcome) = line.rsplit_once(" ... ")?;
    let (_, name) = before
        .trim_end_matches(" - should panic")
        .rsplit_once("test ")?;
    (!name.is_empty() && !name.contains(' ')).then_some((name, outcome))
}

/// How the test ended whose name was announced before what other programs printed.
fn last_word(line: &str) -> Option<Outcome> {
    ["ok", "FAILED"]
        .iter()
        .find(|word| line.ends_with(**word))
        .and_then(|word| outcome_of(word))
}

fn outcome_of(text: &str) -> Option<Outcome> {
    match text.split([' ', ',']).next()? {
        "ok" => Some(Outcome::Passed),
        "FAILED" => Some(Outcome::Failed),
        "ignored" => Some(Outcome::Ignored),
        _ => None,
    }
}

/// `src/a.rs - a::X (line 12) - compile` without file and line, which change when code moves.
fn doc_name(name: &str) -> String {
    let item = name.split_once(" - ").map_or(name, |(_, item)| item);
    let item = item.split(" (line").next().unwrap_or(item).trim();
    if item.starts_with("(line") {
        String::new()
    } else {
        item.to_owned()
    }
}

/// `a::X::f` of `a::X<T>::f`.
fn without_arguments(path: &str) -> String {
    let mut depth = 0_i32;
    let mut before = ' ';
    let mut is_outside = |c: char| {
        let closes = c == '>' && before != '-';
        before = c;
        depth += i32::from(c == '<');
        let outside = depth == 0;
        depth -= i32::from(closes);
        outside
    };
    path.chars().filter(|c| is_outside(*c)).collect()
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn output_is_read_by_target() {
        let report = parse(
            "     Running unittests src/lib.rs (target/debug/deps/app-1)\n\
             test a::x ... ok\n\
             test a::y - should panic ... ok\n\
             test z ... ignored, slow\n\
                  Running tests/cli.rs (target/debug/deps/cli-2)\n\
             test runs ... FAILED\n\
                Doc-tests app\n\
             test src/a.rs - a::X (line 12) ... ok\n",
        );
        let names: Vec<&str> = report.tests.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "doc a::X",
                "test cli runs",
                "unit a::x",
                "unit a::y",
                "unit z"
            ]
        );
        assert_eq!(
            report.totals(),
            Totals {
                passed: 3,
                failed: 1,
                ignored: 1
            }
        );
    }

    #[test]
    fn what_a_started_program_prints_hides_no_test() {
        let report = parse(
            "Running unittests src/lib.rs (x)\n\
             Rebasing (1/2)\rRebasing (2/2)\rtest a::x ... ok\n\
             Successfully rebased.\n\
             test a::y ... Rebasing (1/1)\n\
             ok\n\
             test a::z ... FAILED\n",
        );
        let names: Vec<&str> = report.tests.keys().map(String::as_str).collect();
        assert_eq!(names, ["unit a::x", "unit a::y", "unit a::z"]);
        assert_eq!(report.totals().passed, 2);
    }

    #[test]
    fn a_test_that_is_gone_is_lost() {
        let before = parse("Running unittests src/lib.rs (x)\ntest a ... ok\ntest b ... FAILED\n");
        let after = parse("Running unittests src/lib.rs (x)\ntest b ... FAILED\n");
        let comparison = before.compare(&after);
        assert_eq!(comparison.lost, ["unit a"]);
        assert!(comparison.changed.is_empty());
    }

    #[test]
    fn a_test_of_a_repeated_module_has_to_run_once() {
        let lib = "Running unittests src/lib.rs (x)\ntest a::x ... ok\ntest a::y ... ok\n";
        let bin = "Running unittests src/main.rs (x)\ntest a::x ... ok\n";
        let mut before = parse(&format!("{lib}{bin}"));
        assert_eq!(before.compare(&parse(lib)).lost, ["unit a::x"]);
        before.repeated = BTreeMap::from([("a".to_owned(), 1)]);
        let comparison = before.compare(&parse(lib));
        assert!(comparison.lost.is_empty());
        assert_eq!(comparison.once, ["unit a::x"]);
        assert_eq!(before.compare(&parse(bin)).lost, ["unit a::y"]);
    }

    #[test]
    fn a_test_that_passes_the_second_time_is_flaky() {
        let text = "Running unittests src/lib.rs (x)\ntest a ... FAILED\ntest b ... FAILED\n";
        let mut first = parse(text);
        let again = parse("Running unittests src/lib.rs (x)\ntest a ... ok\ntest b ... FAILED\n");
        let failing = first.failing();
        first.take_over(&again, failing);
        assert_eq!(first.flaky, ["unit a"]);
        assert_eq!(first.totals().failed, 1);
    }

    #[test]
    fn a_doc_test_of_a_lifted_method_is_the_traits() {
        let line =
            |name: &str| format!("   Doc-tests app\ntest src/a.rs - {name} (line 3) ... ok\n");
        let mut before = parse(&line("a::X<T, fn() -> u8>::go"));
        before
            .renamed
            .insert("a::X::go".to_owned(), "a::XExt::go".to_owned());
        let lost = |after: &str| before.compare(&parse(&line(after))).lost;
        assert_eq!(lost("a::XExt::go"), [""; 0]);
        assert_eq!(before.new_name("a::super::X::go"), Some("a::XExt::go"));
        assert_eq!(before.new_name("a::b::Y::go"), None);
        assert_eq!(lost("a::X::go"), ["doc a::XExt::go"]);
    }

    #[test]
    fn a_filter_is_a_part_of_the_name() {
        assert_eq!(filter("unit a::b"), "a::b");
        assert_eq!(filter("test cli runs"), "runs");
        assert_eq!(filter("doc a::X"), "a::X");
        assert_eq!(filter("doc "), "src/");
    }
}
