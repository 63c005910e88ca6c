//! What is checked beside the workspace as a whole: each crate alone, other features, the tests.

use cleave_syntax::Workspace;
use cleave_verify::cargo::Selection;
use cleave_verify::tests;
use cleave_verify::{CheckReport, TestComparison, TestReport};

use crate::exit::Failure;
use crate::migrate::judge::words;
use crate::migrate::run::Run;
use crate::project::Project;
use crate::report::Checked;
use crate::screen::Screen;

impl Run<'_> {
    /// Each crate alone (row E10): with a `--workspace`, another member may turn on what this one forgot to ask for.
    pub(super) fn alone(&mut self, crates: &[String], screen: &mut Screen) -> Result<(), Failure> {
        if crates.len() > 1 {
            screen.progress(&format!("checking {} crates, each alone", crates.len()));
        }
        for name in crates.iter().filter(|_| crates.len() > 1) {
            for selection in [
                Selection::Alone(name.clone()),
                Selection::AloneWithTests(name.clone()),
            ] {
                let report = self.check(&selection, screen)?;
                self.note(&selection, &report);
                if !report.success {
                    let message = format!(
                        "`{name}` does not compile alone (row E10): another crate turns on a feature that its Cargo.toml does not ask for; `{selection}` shows it"
                    );
                    return Err(Failure::unverified(message, words(&report)));
                }
            }
        }
        Ok(())
    }

    /// The feature sets of the package that compiled before the first step (row E2).
    pub(super) fn features(&mut self, screen: &mut Screen) -> Result<(), Failure> {
        let sets = self.baseline.features.clone().unwrap_or_default();
        if !sets.is_empty() {
            screen.progress(&format!("checking {}", count(sets.len())));
        }
        for set in sets {
            let selection = Selection::Features(self.package.clone(), set.clone());
            let report = self.check(&selection, screen)?;
            self.note(&selection, &report);
            if !report.success {
                let message = format!(
                    "`{}` compiled with `{}` before and does not any more (row E2): forward the feature to the new crates in Cargo.toml, or report this as a missing rule",
                    self.package,
                    set.join(" ")
                );
                return Err(Failure::unverified(message, words(&report)));
            }
        }
        Ok(())
    }

    /// The feature sets with which the package compiles as it is: these are asked for later.
    pub(super) fn features_before(
        &mut self,
        project: &Project,
        screen: &mut Screen,
    ) -> Result<(), Failure> {
        let sets = feature_sets(&project.workspace);
        let total = sets.len();
        if total > 0 {
            screen.progress(&format!("checking {} as they are", count(total)));
        }
        let mut passed = Vec::new();
        for set in sets {
            let selection = Selection::Features(self.package.clone(), set.clone());
            let report = self.check(&selection, screen)?;
            self.note(&selection, &report);
            if report.success {
                passed.push(set);
            }
        }
        if passed.len() < total {
            screen.progress(&format!(
                "  {} of them do not compile, and are not asked for later",
                total - passed.len()
            ));
        }
        self.baseline.features = Some(passed);
        Ok(())
    }

    /// The tests as they are.
    pub(super) fn tests_before(
        &mut self,
        project: &Project,
        screen: &mut Screen,
    ) -> Result<(), Failure> {
        screen.progress("running the tests as they are");
        let mut report = self.test(screen)?;
        report
            .repeated
            .clone_from(&project.workspace.united.modules);
        let lifts = project.plan.iter().flat_map(|plan| &plan.lifts);
        let renamed = lifts.flat_map(cleave_plan::Lift::renamed);
        report.renamed = renamed.map(|(old, new)| (old.to_owned(), new)).collect();
        if let Some(error) = &report.build_error {
            return Err(Failure::refused(
                format!(
                    "the tests do not build as they are: {error}; mend them, or say `--verify check`"
                ),
                Vec::new(),
            ));
        }
        self.baseline.tests = Some(report);
        Ok(())
    }

    /// The tests now, against those before the first step.
    pub(super) fn tests_after(&mut self, screen: &mut Screen) -> Result<(), Failure> {
        let Some(before) = self.baseline.tests.clone() else {
            return Ok(());
        };
        screen.progress("running the tests again");
        let after = self.test(screen)?;
        if let Some(error) = &after.build_error {
            return Err(Failure::unverified(
                format!("the tests do not build after the steps: {error}"),
                Vec::new(),
            ));
        }
        let comparison = before.compare(&after);
        let wrong = differences(&comparison);
        for name in &comparison.flaky {
            screen.progress(&format!("  flaky: {name}"));
        }
        if !comparison.once.is_empty() {
            screen.progress(&format!(
                "  {} of these ran in the library and in a binary before, and run once now: the binary imports their modules",
                comparison.once.len()
            ));
        }
        self.report.tests = Some(comparison);
        if wrong.is_empty() {
            return Ok(());
        }
        Err(Failure::unverified(
            "the tests are not the same as before (row G4)",
            wrong,
        ))
    }

    fn test(&mut self, screen: &mut Screen) -> Result<TestReport, Failure> {
        let known = self.baseline.tests.as_ref().map(|tests| tests.seconds);
        let report = {
            let mut work = screen.work("cargo test", known);
            let mut watch = |what: &str| work.done(what);
            tests::run(&self.scratch, &self.options, &mut watch)?
        };
        self.report.seconds.cargo += report.seconds;
        let totals = report.totals();
        screen.progress(&format!(
            "  {} passed, {} failed, {} ignored",
            totals.passed, totals.failed, totals.ignored
        ));
        Ok(report)
    }

    fn note(&mut self, selection: &Selection, report: &CheckReport) {
        self.report.seconds.cargo += report.seconds;
        self.report.checked.push(Checked {
            command: selection.to_string(),
            success: report.success,
            seconds: report.seconds,
        });
    }
}

fn count(sets: usize) -> String {
    let plural = if sets == 1 { "set" } else { "sets" };
    format!("{sets} feature {plural}")
}

fn differences(comparison: &TestComparison) -> Vec<String> {
    let lost = comparison.lost.iter().map(|name| format!("lost: {name}"));
    let changed = comparison.changed.iter();
    lost.chain(changed.map(|name| format!("fails now: {name}")))
        .collect()
}

/// None, all, and each feature alone, as flags; nothing where there is no feature. The default ones are checked with
/// the workspace.
fn feature_sets(workspace: &Workspace) -> Vec<Vec<String>> {
    let features: Vec<&String> = workspace
        .package(workspace.package)
        .features
        .keys()
        .filter(|name| *name != "default")
        .collect();
    if features.is_empty() {
        return Vec::new();
    }
    let none = "--no-default-features".to_owned();
    let alone = features
        .into_iter()
        .map(|name| vec![none.clone(), format!("--features={name}")]);
    [vec![none.clone()], vec!["--all-features".to_owned()]]
        .into_iter()
        .chain(alone)
        .collect()
}
