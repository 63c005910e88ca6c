//! Carries steps out: worked out from today's source, tried beside the user's tree, brought into it in one go.

use std::time::Instant;

use camino::Utf8PathBuf;
use cleave_plan::Step;
use cleave_rewrite::Outcome;
use cleave_rewrite::repair::{self, Message};
use cleave_syntax::change::NewFile;
use cleave_syntax::{ChangeSet, Diagnostic, ForeignTraits, Severity};
use cleave_verify::cargo::{self, CargoOptions};
use cleave_verify::{CheckReport, CompilerMessage, Scratch, TestReport, git, journal, tests};

use crate::account;
use crate::arguments::{Arguments, VerifyLevel};
use crate::exit::{Exit, Failure};
use crate::project::Project;
use crate::report::{self, Report, StepRow};
use crate::screen::Screen;

/// How often the compiler is asked again after repairs.
const ROUNDS: usize = 5;

/// Carries out the steps that were asked for.
pub fn migrate(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Failure> {
    let mut project = Project::load(&arguments.common, screen)?;
    let plan = project.plan()?.clone();
    let state = project.state();
    let lock = journal::lock(&state)?;
    if journal::recover(&project.workspace.root, &state)? {
        screen.progress("finished a step that an earlier run was stopped in");
        drop(lock);
        return migrate(arguments, screen);
    }
    refuse_tree(arguments, &project)?;
    project.read_foreign_traits(&arguments.common)?;
    let (route, diagnostics) = project.route(&plan);
    screen.diagnostics(
        &diagnostics
            .into_iter()
            .filter(|diagnostic| diagnostic.severity > Severity::Note)
            .collect::<Vec<_>>(),
    );
    let wanted = wanted(arguments, &route.steps)?;
    if arguments.steps.dry_run {
        return dry_run(&project, &route.steps, &wanted, screen);
    }
    let mut run = Run::open(arguments, &project)?;
    run.report = report::measure(&project, Some(&plan));
    if run.level >= VerifyLevel::Check {
        run.baseline(screen)?;
    }
    let outcome = run.steps(&wanted, screen);
    let finished = outcome.and_then(|()| run.finish(screen));
    run.write_report(screen)?;
    finished
}

/// What a run of several steps holds.
struct Run<'a> {
    arguments: &'a Arguments,
    scratch: Scratch,
    state: Utf8PathBuf,
    level: VerifyLevel,
    options: CargoOptions,
    warnings: Vec<String>,
    before: Option<TestReport>,
    report: Report,
    /// They stay the same over all steps: no dependency comes or goes.
    foreign_traits: ForeignTraits,
    /// What the compiler had to ask for in this step.
    repaired: Vec<String>,
}

/// Rows H1: a tree in which a step could not be told from other work is refused.
fn refuse_tree(arguments: &Arguments, project: &Project) -> Result<(), Failure> {
    let root = &project.workspace.root;
    let git = git::inspect(root)?;
    if !git.repository && !arguments.steps.allow_no_git {
        return Err(Failure::World(
            "failed to start: there is no git repository here; make one with `git init && git add -A && git commit -m Start`, or say `--allow-no-git`".to_owned(),
        ));
    }
    let own = journal::written(&project.state())?;
    let plan = project.plan_path();
    let ignored =
        |path: &Utf8PathBuf| root.join(path) == plan || own.contains(path) || path == "Cargo.lock";
    let dirty: Vec<&Utf8PathBuf> = git.dirty.iter().filter(|path| !ignored(path)).collect();
    if let (Some(first), false) = (dirty.first(), arguments.steps.allow_dirty) {
        let more = if dirty.len() > 1 {
            format!(" and {} more", dirty.len() - 1)
        } else {
            String::new()
        };
        return Err(Failure::World(format!(
            "failed to start: `{first}`{more} has changes that are not committed; commit or stash them, or say `--allow-dirty`"
        )));
    }
    Ok(())
}

fn wanted(arguments: &Arguments, steps: &[Step]) -> Result<Vec<usize>, Failure> {
    let last = steps.len();
    let unknown = |id: usize| {
        Failure::World(format!(
            "failed to find step {id}: the plan has steps 1 to {last}"
        ))
    };
    let pending = |until: usize| {
        steps
            .iter()
            .filter(|step| !step.done && step.id <= until)
            .map(|step| step.id)
            .collect()
    };
    if let Some(id) = arguments.steps.step {
        if id == 0 || id > last {
            return Err(unknown(id));
        }
        if let Some(earlier) = steps
            .iter()
            .find(|step| step.id < id && !step.done && !steps[id - 1].done)
        {
            return Err(Failure::World(format!(
                "failed to start step {id}: step {} comes first; run `--to {id}` for all up to it",
                earlier.id
            )));
        }
        return Ok(if steps[id - 1].done {
            Vec::new()
        } else {
            vec![id]
        });
    }
    if let Some(id) = arguments.steps.to {
        return if id == 0 || id > last {
            Err(unknown(id))
        } else {
            Ok(pending(id))
        };
    }
    let all: Vec<usize> = pending(last);
    Ok(if arguments.steps.next {
        all.into_iter().take(1).collect()
    } else {
        all
    })
}

fn dry_run(
    project: &Project,
    steps: &[Step],
    wanted: &[usize],
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let Some(id) = wanted.first() else {
        screen.progress("nothing is left to do");
        return Ok(Exit::Done);
    };
    let outcome = work_out(project, &steps[id - 1])?;
    screen.result(&cleave_report::diff::unified(&outcome.changes));
    Ok(Exit::Done)
}

/// The change of a step; a refusal is a failure.
pub(crate) fn work_out(project: &Project, step: &Step) -> Result<Outcome, Failure> {
    let outcome =
        cleave_rewrite::rewrite(&project.workspace, &project.graph, project.plan()?, step);
    if outcome.is_refused() {
        return Err(Failure::Refused(outcome.diagnostics));
    }
    let lost = outcome.changes.verify();
    if !lost.is_empty() {
        let help = "this is a defect of the rewriter: please report it with this message";
        let diagnostics = lost
            .into_iter()
            .map(|message| Diagnostic::new(Severity::Refused, "bug", message).help(help));
        return Err(Failure::Refused(diagnostics.collect()));
    }
    Ok(outcome)
}

impl<'a> Run<'a> {
    fn open(arguments: &'a Arguments, project: &Project) -> Result<Self, Failure> {
        let state = project.state();
        let level = arguments.steps.verify.unwrap_or(if arguments.steps.all {
            VerifyLevel::Test
        } else {
            VerifyLevel::Check
        });
        let mut flags = Vec::new();
        for features in &arguments.common.features {
            flags.push(format!("--features={features}"));
        }
        Ok(Run {
            arguments,
            scratch: Scratch::open(&project.workspace.root, &state)?,
            state,
            level,
            options: CargoOptions {
                offline: arguments.common.offline,
                flags,
            },
            warnings: Vec::new(),
            before: None,
            report: Report::default(),
            foreign_traits: project.workspace.foreign_traits.clone(),
            repaired: Vec::new(),
        })
    }

    /// What holds before the first step: it compiles (row H4), with these warnings, and these tests pass.
    fn baseline(&mut self, screen: &mut Screen) -> Result<(), Failure> {
        screen.progress("checking the tree as it is");
        let report = cargo::check(&self.scratch, &self.options)?;
        if !report.success {
            return Err(unverified(
                "the tree does not compile as it is: mend it first".to_owned(),
                &report,
            ));
        }
        self.warnings = warnings(&report);
        if self.level >= VerifyLevel::Test {
            screen.progress("running the tests as they are");
            let tests = tests::run(&self.scratch, &self.options)?;
            if let Some(error) = &tests.build_error {
                return Err(Failure::Unverified(
                    format!("the tests do not build as they are: {error}"),
                    Vec::new(),
                ));
            }
            let totals = tests.totals();
            screen.progress(&format!(
                "  {} passed, {} failed, {} ignored",
                totals.passed, totals.failed, totals.ignored
            ));
            self.before = Some(tests);
        }
        Ok(())
    }

    fn steps(&mut self, wanted: &[usize], screen: &mut Screen) -> Result<(), Failure> {
        if wanted.is_empty() {
            screen.progress("nothing is left to do");
        }
        for id in wanted {
            self.step(*id, screen)?;
        }
        Ok(())
    }

    fn step(&mut self, id: usize, screen: &mut Screen) -> Result<(), Failure> {
        let start = Instant::now();
        let mut project = Project::load(&self.arguments.common, screen)?;
        project
            .workspace
            .foreign_traits
            .clone_from(&self.foreign_traits);
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
        let mut row = StepRow {
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
        let mut changes = outcome.changes;
        self.repaired.clear();
        let verified = self.verify(&mut changes, step, &mut row, screen);
        let repaired = std::mem::take(&mut self.repaired);
        account::verify(&mut account, row.check_rounds, repaired, row.seconds.cargo);
        row.seconds.tool = start.elapsed().as_secs_f64() - row.seconds.cargo;
        self.report.steps.push(row);
        verified?;
        self.take_over_lock(&mut changes);
        if let Some(prefix) = &self.arguments.steps.branch {
            git::create_branch(&self.scratch.root, &format!("{prefix}-step-{id}"))?;
        }
        journal::commit(&self.scratch.root, &self.state, &changes, &step.title)?;
        account::keep(&self.state, &account)?;
        if self.arguments.steps.commit || self.arguments.steps.branch.is_some() {
            git::commit_all(&self.scratch.root, &account.commit())?;
            journal::forget(&self.state)?;
        }
        Ok(())
    }

    /// Tries a change beside the user's tree, and lets the compiler ask for what was missed.
    fn verify(
        &mut self,
        changes: &mut ChangeSet,
        step: &Step,
        row: &mut StepRow,
        screen: &mut Screen,
    ) -> Result<(), Failure> {
        self.scratch.sync()?;
        self.scratch.apply(changes)?;
        if self.level == VerifyLevel::None {
            return Ok(());
        }
        loop {
            let report = cargo::check(&self.scratch, &self.options)?;
            row.check_rounds += 1;
            row.seconds.cargo += report.seconds;
            let new = self.new_messages(&report);
            if report.success && new.is_empty() {
                row.verified = true;
                return Ok(());
            }
            let repairs = self.repairs(&new, changes)?;
            if repairs.is_empty() || row.check_rounds > ROUNDS {
                if report.success {
                    // New warnings that no rule mends are told, not held against the step.
                    for message in &new {
                        screen.progress(message.rendered.trim_end());
                    }
                    row.verified = true;
                    return Ok(());
                }
                let message = format!(
                    "step {} does not verify: {}; your tree is untouched\n  = help: give the items named above another home in split.toml, or report this as a missing rule",
                    step.id, step.title
                );
                return Err(unverified(message, &report));
            }
            row.repairs += repairs.len();
            for (rule, message) in repairs {
                screen.progress(&format!("  repaired [{rule}]: {message}"));
                self.repaired.push(format!("{message} ({rule})"));
            }
        }
    }

    /// Errors, and warnings that were not there before.
    fn new_messages<'r>(&self, report: &'r CheckReport) -> Vec<&'r CompilerMessage> {
        let known = |message: &CompilerMessage| self.warnings.contains(&key(message));
        report
            .messages
            .iter()
            .filter(|message| message.is_error || !known(message))
            .collect()
    }

    /// Mends what can be mended, in the scratch tree and in the change.
    fn repairs(
        &self,
        messages: &[&CompilerMessage],
        changes: &mut ChangeSet,
    ) -> Result<Vec<(String, String)>, Failure> {
        let rows: Vec<Message> = messages.iter().map(|message| plain(message)).collect();
        let read = |path: &camino::Utf8Path| self.scratch.read(path.as_str());
        let repairs = repair::repairs(&rows, &read);
        let mut done = Vec::new();
        let mut at = 0;
        while at < repairs.len() {
            let path = repairs[at].path.clone();
            let same: Vec<&repair::Repair> = repairs[at..]
                .iter()
                .take_while(|repair| repair.path == path)
                .collect();
            at += same.len();
            let Some(old) = self.scratch.read(path.as_str()) else {
                continue;
            };
            let text = repair::apply(&old, &same);
            done.extend(
                same.iter()
                    .map(|repair| (repair.rule.to_owned(), repair.message.clone())),
            );
            let single = ChangeSet {
                files: vec![NewFile {
                    path: path.clone(),
                    pieces: Vec::new(),
                    text: text.clone(),
                }],
                ..ChangeSet::default()
            };
            self.scratch.apply(&single)?;
            if let Some(file) = changes.files.iter_mut().find(|file| file.path == path) {
                file.text = text;
            } else {
                changes.old.insert(path.clone(), old);
                changes.files.push(NewFile {
                    path,
                    pieces: Vec::new(),
                    text,
                });
            }
        }
        Ok(done)
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

    /// After the last step: the figures, and the tests.
    fn finish(&mut self, screen: &mut Screen) -> Result<Exit, Failure> {
        let project = Project::load(&self.arguments.common, screen)?;
        let now = report::measure(&project, project.plan.as_ref());
        self.report.crates = now.crates;
        self.report.lines = now.lines;
        self.report.largest_crate_share = now.largest_crate_share;
        let Some(before) = &self.before else {
            return Ok(Exit::Done);
        };
        screen.progress("running the tests again");
        self.scratch.sync()?;
        let after = tests::run(&self.scratch, &self.options)?;
        if let Some(error) = &after.build_error {
            return Err(Failure::Unverified(
                format!("the tests do not build after the steps: {error}"),
                Vec::new(),
            ));
        }
        let comparison = before.compare(&after);
        let totals = comparison.after;
        screen.progress(&format!(
            "  {} passed, {} failed, {} ignored",
            totals.passed, totals.failed, totals.ignored
        ));
        let wrong: Vec<String> = comparison
            .lost
            .iter()
            .map(|name| format!("lost: {name}"))
            .chain(
                comparison
                    .changed
                    .iter()
                    .map(|name| format!("fails now: {name}")),
            )
            .collect();
        self.report.tests = Some(comparison);
        if wrong.is_empty() {
            return Ok(Exit::Done);
        }
        Err(Failure::Unverified(
            "the tests are not the same as before; `undo` takes the last step back".to_owned(),
            wrong,
        ))
    }

    fn write_report(&self, screen: &mut Screen) -> Result<(), Failure> {
        let Some(path) = &self.arguments.common.report else {
            return Ok(());
        };
        let text = serde_json::to_string_pretty(&self.report).unwrap_or_default();
        std::fs::write(path, text + "\n")
            .map_err(|error| Failure::World(format!("failed to write `{path}`: {error}")))?;
        screen.progress(&format!("wrote {path}"));
        Ok(())
    }
}

/// A step that does not verify, in the compiler's words.
fn unverified(message: String, report: &CheckReport) -> Failure {
    let errors: Vec<String> = report
        .messages
        .iter()
        .filter(|message| message.is_error)
        .map(|message| message.rendered.clone())
        .collect();
    let shown = if errors.is_empty() {
        vec![report.stderr.clone()]
    } else {
        errors
    };
    Failure::Unverified(message, shown)
}

/// A warning without its place, which changes when code moves.
fn key(message: &CompilerMessage) -> String {
    format!("{}: {}", message.code, message.message)
}

fn warnings(report: &CheckReport) -> Vec<String> {
    let mut keys: Vec<String> = report.messages.iter().map(key).collect();
    keys.sort();
    keys.dedup();
    keys
}

fn plain(message: &CompilerMessage) -> Message {
    Message {
        code: message.code.clone(),
        message: message.message.clone(),
        times: message.times,
        places: message.spans.clone(),
        replacements: message
            .suggestions
            .iter()
            .filter(|suggestion| suggestion.applicable || message.code != "unused_imports")
            .map(|suggestion| {
                (
                    suggestion.path.clone(),
                    suggestion.range,
                    suggestion.text.clone(),
                )
            })
            .collect(),
    }
}
