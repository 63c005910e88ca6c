//! A run of several steps.

use std::time::Instant;

use camino::Utf8PathBuf;
use cleave_plan::{Plan, Step};
use cleave_syntax::change::NewFile;
use cleave_syntax::{ChangeSet, Foreign};
use cleave_verify::baseline::Key;
use cleave_verify::cargo::Selection;
use cleave_verify::git::GitState;
use cleave_verify::{Baseline, CargoOptions, CheckReport, Scratch, git, journal, moves};

use crate::account;
use crate::arguments::{Arguments, VerifyLevel};
use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::migrate::judge::{Case, words};
use crate::migrate::{message, refuse, work_out};
use crate::output::write;
use crate::project::Project;
use crate::report::{self, Report, StepRow};
use crate::screen::Screen;

/// What a run of several steps holds.
pub(super) struct Run<'a> {
    arguments: &'a Arguments,
    git: GitState,
    state: Utf8PathBuf,
    /// The package that is split.
    pub(super) package: String,
    pub(super) scratch: Scratch,
    /// How far each step is verified.
    pub(super) level: VerifyLevel,
    /// Whether the features and tests are compared at the end of the run.
    thorough: bool,
    pub(super) options: CargoOptions,
    pub(super) baseline: Baseline,
    pub(super) report: Report,
    /// What the last tree that was read was told of other crates.
    foreign: Foreign,
    commits: usize,
    start: Instant,
}

impl<'a> Run<'a> {
    pub(super) fn open(
        arguments: &'a Arguments,
        project: &Project,
        git: GitState,
    ) -> Result<Self, Failure> {
        let start = Instant::now();
        let state = project.state();
        let level = arguments.steps.verify.unwrap_or(VerifyLevel::Check);
        let by_default = arguments.steps.all && arguments.steps.verify.is_none();
        let features = arguments.common.features.iter();
        let options = CargoOptions {
            offline: arguments.common.offline,
            flags: features.map(|set| format!("--features={set}")).collect(),
            ..CargoOptions::default()
        };
        let files = project.workspace.files.iter();
        let also = files.map(|file| file.path.clone()).collect();
        let (scratch, tree) = Scratch::open(&project.workspace.root, &state, also)?;
        let baseline = Baseline {
            key: Key::new(&scratch, tree, &options),
            ..Baseline::default()
        };
        let workspace = &project.workspace;
        Ok(Run {
            arguments,
            git,
            state,
            package: workspace.package(workspace.package).name.clone(),
            scratch,
            level,
            thorough: by_default || level == VerifyLevel::Test,
            options,
            baseline,
            report: report::measure(project, project.plan.as_ref()),
            foreign: project.workspace.foreign.clone(),
            commits: 0,
            start,
        })
    }

    /// What holds before the first step: it compiles (row H4), with these warnings, and these tests pass. Taken once,
    /// and again when the source has changed. Says whether it was known, so that nobody had time to change the source.
    pub(super) fn take_baseline(
        &mut self,
        project: &Project,
        screen: &mut Screen,
    ) -> Result<bool, Failure> {
        if self.level == VerifyLevel::None {
            return Ok(true);
        }
        let kept = Baseline::load(&self.state, &self.baseline.key);
        let taken = kept.is_some();
        if let Some(kept) = kept {
            self.options.without_benches = kept.without_benches;
            self.baseline = kept;
        } else {
            screen.progress("checking the tree as it is");
            let mut report = self.check(&Selection::Workspace, screen)?;
            self.report.seconds.cargo += report.seconds;
            if report.only_benches_fail {
                screen.progress("benches do not compile as they are: no step is judged by them");
                self.options.without_benches = true;
                report = self.check(&Selection::Workspace, screen)?;
                self.report.seconds.cargo += report.seconds;
            }
            if !report.success {
                return Err(Failure::refused(
                    "the tree does not compile as it is (row H4): mend it first",
                    words(&report),
                ));
            }
            self.baseline = Baseline::of(self.baseline.key.clone(), &report);
            self.baseline.without_benches = self.options.without_benches;
        }
        let mut more = false;
        if self.thorough && self.baseline.features.is_none() {
            self.features_before(project, screen)?;
            more = true;
        }
        if self.thorough && self.baseline.tests.is_none() {
            self.tests_before(project, screen)?;
            more = true;
        }
        if more || !taken {
            self.baseline.store(&self.state)?;
        }
        Ok(taken && !more)
    }

    /// Carries out the steps of these numbers, the first from the tree as it was read already, where that is given.
    pub(super) fn steps(
        &mut self,
        wanted: &[usize],
        mut read: Option<Project>,
        screen: &mut Screen,
    ) -> Result<(), Failure> {
        for id in wanted {
            self.step(*id, read.take(), screen)?;
        }
        Ok(())
    }

    /// The tree as it is now.
    fn load(&mut self, screen: &mut Screen) -> Result<Project, Failure> {
        let mut project = Project::load(&self.arguments.common, screen)?;
        project.workspace.foreign.clone_from(&self.foreign);
        project.read_foreign(&self.arguments.common)?;
        self.foreign.clone_from(&project.workspace.foreign);
        Ok(project)
    }

    fn step(
        &mut self,
        id: usize,
        read: Option<Project>,
        screen: &mut Screen,
    ) -> Result<(), Failure> {
        let start = Instant::now();
        let cargo = self.report.seconds.cargo;
        let project = read.map_or_else(|| self.load(screen), Ok)?;
        let (route, _) = project.route(project.plan()?);
        let Some(step) = route.steps.get(id - 1).filter(|step| !step.done) else {
            return Ok(());
        };
        screen.progress(&format!(
            "step {id} of {}: {}",
            route.steps.len(),
            step.title
        ));
        let outcome = work_out(&project, step)?;
        refuse::submodules(&outcome.changes, &self.git)?;
        let row = StepRow {
            id,
            title: step.title.clone(),
            files_moved: outcome.figures.files_moved,
            files_split: outcome.figures.files_split,
            items_relocated: outcome.figures.items_relocated,
            made_public: outcome.figures.made_public.len(),
            ..StepRow::default()
        };
        screen.diagnostics(&outcome.diagnostics);
        let mut account = account::account(&project, &route, step, &outcome);
        let mut case = Case::new(&project, step, outcome.changes, row);
        let judged = self.judge(&mut case, screen);
        let judged = judged.and_then(|check| self.judge_thoroughly(check, &project, screen));
        let Case {
            mut changes,
            mut row,
            ..
        } = case;
        let checks = row.seconds.cargo;
        row.verified &= judged.is_ok();
        row.seconds.cargo += self.report.seconds.cargo - cargo;
        row.seconds.tool = start.elapsed().as_secs_f64() - row.seconds.cargo;
        self.report.seconds.cargo += checks;
        let repaired = row
            .repaired
            .iter()
            .map(|it| format!("{} ({})", it.message, it.rule));
        let command = Selection::Workspace.command(self.options.without_benches);
        let ran = (command, row.check_rounds);
        account::verify(&mut account, ran, repaired.collect(), checks);
        self.report.steps.push(row);
        let check = judged?;
        let message = account.commit() + &message::files(&changes) + &self.how_verified();
        self.bring_over(&mut changes, step, screen)?;
        account::keep(&self.state, &account)?;
        if self.arguments.steps.commits() {
            self.commit(&message)?;
        }
        self.keep_baseline(check.as_ref(), checks)
    }

    /// With `--verify test` each step is tested before it reaches the tree, and each crate checked alone.
    fn judge_thoroughly(
        &mut self,
        check: Option<CheckReport>,
        project: &Project,
        screen: &mut Screen,
    ) -> Result<Option<CheckReport>, Failure> {
        if self.level == VerifyLevel::Test {
            let crates = self.crates_now(project.plan()?);
            self.alone(&crates, screen)?;
            self.features(screen)?;
            self.tests_after(screen)?;
        }
        Ok(check)
    }

    /// The package and those crates of the plan that the scratch tree has.
    fn crates_now(&self, plan: &Plan) -> Vec<String> {
        let there = |name: &&str| self.baseline_names().iter().any(|known| known == name);
        let names = plan.crates.iter().map(|krate| krate.name.as_str());
        names
            .filter(there)
            .chain([self.package.as_str()])
            .map(str::to_owned)
            .collect()
    }

    /// The packages that the scratch tree's lock file lists.
    fn baseline_names(&self) -> Vec<String> {
        let lock = self.scratch.read("Cargo.lock").unwrap_or_default();
        lock.lines()
            .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
            .map(str::to_owned)
            .collect()
    }

    /// The change reaches the user's tree.
    fn bring_over(
        &mut self,
        changes: &mut ChangeSet,
        step: &Step,
        screen: &mut Screen,
    ) -> Result<(), Failure> {
        let root = self.scratch.root.clone();
        self.take_over_lock(changes);
        let record = std::fs::read_to_string(root.join(moves::PATH)).ok();
        moves::record(changes, record, git::head(&root)?.as_deref());
        if let Some(prefix) = &self.arguments.steps.branch {
            let name = refuse::branch(prefix, step.id);
            if let Some(before) = git::start_branch(&root, &name)? {
                screen.progress(&format!(
                    "  `{name}` is made again from here; it was at {before}, so push it with `--force-with-lease`"
                ));
            }
        }
        Ok(interrupt::uninterrupted(|| {
            journal::commit(&root, &self.state, changes, &step.title)
        })?)
    }

    fn commit(&mut self, message: &str) -> Result<(), Failure> {
        let root = &self.scratch.root;
        let mut paths = journal::written(&self.state)?;
        let plan = std::path::Path::new(cleave_plan::file::NAME);
        paths.extend(
            self.git
                .dirty
                .iter()
                .filter(|path| path.file_name() == plan.to_str())
                .cloned(),
        );
        if let Some(commit) = git::commit(root, message, &paths)? {
            journal::committed(&self.state, &commit)?;
            self.commits += 1;
        }
        Ok(())
    }

    /// What was checked is what the next step starts from, so it need not be checked again.
    fn keep_baseline(&mut self, check: Option<&CheckReport>, seconds: f64) -> Result<(), Failure> {
        let Some(check) = check else {
            return Ok(());
        };
        let tree = self.scratch.sync()?;
        let before = std::mem::take(&mut self.baseline);
        self.baseline = Baseline {
            features: before.features,
            tests: before.tests,
            seconds: before.seconds.into_iter().chain([seconds]).collect(),
            ..Baseline::of(before.key.with_tree(tree), check)
        };
        Ok(self.baseline.store(&self.state)?)
    }

    /// The lock file gains the new members (row E8): cargo has written it in the scratch tree.
    fn take_over_lock(&self, changes: &mut ChangeSet) {
        let Some(new) = self.scratch.read("Cargo.lock") else {
            return;
        };
        let old = std::fs::read_to_string(self.scratch.root.join("Cargo.lock")).ok();
        let Some(old) = old.filter(|old| *old != new) else {
            return;
        };
        changes.files.retain(|file| file.path != "Cargo.lock");
        changes.old.insert("Cargo.lock".into(), old);
        changes.files.push(NewFile {
            path: "Cargo.lock".into(),
            pieces: Vec::new(),
            text: new,
        });
    }

    /// What the account does not know of the checks.
    fn how_verified(&self) -> String {
        if self.level != VerifyLevel::Test {
            return String::new();
        }
        let tests = self.baseline.tests.as_ref();
        let passed = tests.map_or(0, |tests| tests.totals().passed);
        format!(
            "\nEach crate was checked alone, too, and `cargo test --workspace` has the same tests with the same results, {passed} passed.\n"
        )
    }

    /// After the last step: the figures; where the plan is done, each crate alone; and what was asked for at the end.
    pub(super) fn finish(&mut self, screen: &mut Screen) -> Result<Exit, Failure> {
        let project = self.load(screen)?;
        let now = report::measure(&project, project.plan.as_ref());
        self.report.crates = now.crates;
        self.report.lines = now.lines;
        self.report.largest_crate_share = now.largest_crate_share;
        self.advise(screen);
        if self.level != VerifyLevel::Check {
            return Ok(Exit::Done);
        }
        let plan = project.plan()?;
        let (route, _) = project.route(plan);
        self.scratch.sync()?;
        let judged = self.judge_end(&route.steps, plan, screen);
        judged.map_err(|failure| match failure {
            Failure::Unverified(mut unverified) => {
                unverified
                    .message
                    .push_str("; the steps are in your tree, `undo` takes the last one back");
                Failure::Unverified(unverified)
            }
            other => other,
        })?;
        Ok(Exit::Done)
    }

    fn judge_end(
        &mut self,
        steps: &[Step],
        plan: &Plan,
        screen: &mut Screen,
    ) -> Result<(), Failure> {
        if steps.iter().all(|step| step.done) {
            let crates = self.crates_now(plan);
            self.alone(&crates, screen)?;
        }
        if self.thorough {
            self.features(screen)?;
            self.tests_after(screen)?;
        }
        Ok(())
    }

    /// Commits that move code hide who wrote it, unless git is told.
    fn advise(&self, screen: &mut Screen) {
        if self.commits == 0 {
            return;
        }
        let count = self.commits;
        screen.progress(&format!(
            "to keep `git blame` readable: `git rev-list --max-count={count} HEAD >> .git-blame-ignore-revs`, commit that, and `git config blame.ignoreRevsFile .git-blame-ignore-revs`"
        ));
    }

    /// Writes what was asked for with `--report`, whether the run ended well or not.
    pub(super) fn write_report(&mut self, screen: &mut Screen) -> Result<(), Failure> {
        self.report.seconds.tool = self.start.elapsed().as_secs_f64() - self.report.seconds.cargo;
        let Some(path) = &self.arguments.common.report else {
            return Ok(());
        };
        let text = serde_json::to_string_pretty(&self.report).unwrap_or_default();
        write(path, &(text + "\n"))?;
        screen.progress(&format!("wrote {path}"));
        Ok(())
    }
}
