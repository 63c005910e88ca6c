//! Lets the compiler judge a change beside the user's tree, and mends what it asks for.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use cleave_plan::Step;
use cleave_rewrite::repair::{self, Message};
use cleave_syntax::change::NewFile;
use cleave_syntax::{ChangeSet, Diagnostic, Severity};
use cleave_verify::cargo::{self, Selection};
use cleave_verify::{CheckReport, CompilerMessage, sources};

use crate::arguments::VerifyLevel;
use crate::exit::{Failure, Unverified};
use crate::migrate::run::Run;
use crate::migrate::{explain, format};
use crate::project::Project;
use crate::report::{Repaired, StepRow};
use crate::screen::Screen;

/// How often the compiler is asked again after repairs.
const ROUNDS: usize = 5;

/// A step under judgement.
pub(super) struct Case<'a> {
    /// The tree before it.
    pub(super) project: &'a Project,
    /// The step.
    pub(super) step: &'a Step,
    /// What it does; repairs are added.
    pub(super) changes: ChangeSet,
    /// What is told of it.
    pub(super) row: StepRow,
    /// What was compiled since the change, in all rounds.
    compiled: BTreeSet<Utf8PathBuf>,
    /// Whether files were given new times, since cargo took them for unchanged.
    touched: bool,
}

impl<'a> Case<'a> {
    pub(super) fn new(
        project: &'a Project,
        step: &'a Step,
        changes: ChangeSet,
        row: StepRow,
    ) -> Self {
        Self {
            project,
            step,
            changes,
            row,
            compiled: BTreeSet::new(),
            touched: false,
        }
    }
}

impl Run<'_> {
    /// Tries a change beside the user's tree, and lets the compiler ask for what was missed. Returns the last check;
    /// none where nothing is to be verified.
    pub(super) fn judge(
        &mut self,
        case: &mut Case<'_>,
        screen: &mut Screen,
    ) -> Result<Option<CheckReport>, Failure> {
        self.scratch.sync()?;
        self.scratch.apply(&case.changes)?;
        if self.level == VerifyLevel::None {
            let mut files = case.changes.files.iter();
            if files.any(|file| file.path.file_name() == Some("Cargo.toml")) {
                cargo::lock(&self.scratch, &self.options)?;
            }
            return Ok(None);
        }
        loop {
            let report = self.check(&Selection::Workspace, screen)?;
            case.row.check_rounds += 1;
            case.row.seconds.cargo += report.seconds;
            let artifacts = report.artifacts.iter().filter(|artifact| !artifact.fresh);
            case.compiled
                .extend(artifacts.map(|artifact| artifact.output.clone()));
            // First of all: what is stale may make errors elsewhere, too.
            if self.was_fresh(case, &report)? {
                continue;
            }
            let warnings = self.baseline.warnings.new_in(&report);
            let errors = report.messages.iter().filter(|message| message.is_error);
            let new: Vec<&CompilerMessage> = errors.chain(warnings.iter().copied()).collect();
            let repairs = if new.is_empty() || case.row.check_rounds > ROUNDS {
                Vec::new()
            } else {
                let sources = report.sources();
                self.repair(case.project, &new, (&mut case.changes, &sources))?
            };
            if !repairs.is_empty() {
                case.row.repairs += repairs.len();
                for Repaired { rule, message } in &repairs {
                    screen.progress(&format!("  repaired [{rule}]: {message}"));
                }
                case.row.repaired.extend(repairs);
                continue;
            }
            if !report.success {
                return Err(does_not_compile(case, &report));
            }
            nothing_dropped_out(&self.baseline.sources, case, &report)?;
            no_name_is_a_variable_now(case, &warnings)?;
            // New warnings that no rule mends are told, not held against the step.
            for message in warnings {
                screen.progress(message.rendered.trim_end());
                case.row.new_warnings.push(message.rendered.clone());
            }
            case.row.verified = true;
            return Ok(Some(report));
        }
    }

    /// One `cargo check`, with what it is at on the screen.
    pub(super) fn check(
        &self,
        selection: &Selection,
        screen: &mut Screen,
    ) -> Result<CheckReport, Failure> {
        let known = &self.baseline.seconds;
        let expected = (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64);
        let expected = expected.filter(|_| *selection == Selection::Workspace);
        let mut work = screen.work(&selection.to_string(), expected);
        let mut watch = |what: &str| work.done(what);
        Ok(cargo::check(
            &self.scratch,
            &self.options,
            selection,
            &mut watch,
        )?)
    }

    /// Row H6: a green check of files that were not compiled says nothing. They get a new time, once; a second time
    /// something is wrong with the clock or the disk.
    fn was_fresh(&self, case: &mut Case<'_>, report: &CheckReport) -> Result<bool, Failure> {
        let unchecked = sources::unchecked(&case.changes, &report.artifacts, &case.compiled);
        let Some(first) = unchecked.first() else {
            return Ok(false);
        };
        if case.touched {
            return Err(Failure::World(format!(
                "failed to verify step {}: cargo takes `{first}` for unchanged (row H6); set the clock right, and delete target/cleave/target",
                case.step.id
            )));
        }
        for path in &unchecked {
            self.scratch.touch(path)?;
        }
        case.touched = true;
        Ok(true)
    }

    /// The text of those sources of the crate that a file is in which may have code that was not compiled, as other
    /// features are needed for it; each with whether it is that file. None where the file is no source, or its crate has
    /// no features.
    fn texts_beside(
        &self,
        path: &Utf8Path,
        project: &Project,
        (changes, compiled): (&ChangeSet, &BTreeSet<Utf8PathBuf>),
    ) -> Vec<(bool, String)> {
        let Some((dir, _)) = path.as_str().split_once("src/") else {
            return Vec::new();
        };
        let manifest = self.scratch.read(&format!("{dir}Cargo.toml"));
        if !manifest.is_some_and(|text| text.contains("[features]")) {
            return Vec::new();
        }
        let changed = changes.files.iter().map(|file| file.path.as_path());
        let known = project.workspace.files.iter();
        let files: BTreeSet<&Utf8Path> = known
            .map(|file| file.path.as_path())
            .chain(changed)
            .filter(|other| {
                let rest = other.as_str().strip_prefix(dir);
                rest.is_some_and(|rest| rest.starts_with("src/"))
            })
            .collect();
        let texts: Vec<(&Utf8Path, String)> = files
            .iter()
            .filter_map(|file| Some((*file, self.scratch.read(file.as_str())?)))
            .collect();
        under_features(texts, compiled)
            .into_iter()
            .map(|(file, text)| (file == path, text))
            .collect()
    }

    /// Mends what can be mended, in the scratch tree and in the change.
    fn repair(
        &self,
        project: &Project,
        messages: &[&CompilerMessage],
        (changes, compiled): (&mut ChangeSet, &BTreeSet<Utf8PathBuf>),
    ) -> Result<Vec<Repaired>, Failure> {
        let rows: Vec<Message> = messages.iter().map(|message| plain(message)).collect();
        let read = |path: &Utf8Path| self.scratch.read(path.as_str());
        let is_named = |path: &Utf8Path, name: &str| {
            let texts = self.texts_beside(path, project, (changes, compiled));
            let uses = texts.iter().map(|(own, text)| {
                // The import itself is one.
                occurrences(text, name).saturating_sub(usize::from(*own))
            });
            !texts.is_empty() && (name == "*" || uses.sum::<usize>() > 0)
        };
        let repairs = repair::repairs(&rows, &read, &is_named);
        let mut done = Vec::new();
        for same in repairs.chunk_by(|a, b| a.path == b.path) {
            let path = &same[0].path;
            let Some(old) = self.scratch.read(path.as_str()) else {
                continue;
            };
            let text = repair::apply(&old, &same.iter().collect::<Vec<_>>());
            let text = format::again(project, path, &old, text);
            done.extend(same.iter().map(|repair| Repaired {
                rule: repair.rule.to_owned(),
                message: repair.message.clone(),
            }));
            let file = NewFile {
                path: path.clone(),
                pieces: Vec::new(),
                text,
            };
            self.scratch.apply(&ChangeSet {
                files: vec![file.clone()],
                ..ChangeSet::default()
            })?;
            if let Some(known) = changes.files.iter_mut().find(|file| file.path == *path) {
                known.text = file.text;
            } else {
                changes.old.insert(path.clone(), old);
                changes.files.push(file);
            }
        }
        Ok(done)
    }
}

/// What ends a step that is not to reach the tree.
fn unverified(case: &Case<'_>, rendered: Vec<String>, findings: Vec<Diagnostic>) -> Failure {
    Failure::Unverified(Box::new(Unverified {
        message: format!(
            "step {} does not verify: {}; your tree is untouched",
            case.step.id, case.step.title
        ),
        rendered,
        findings,
        before: false,
    }))
}

/// In the compiler's words, and in the plan's.
fn does_not_compile(case: &Case<'_>, report: &CheckReport) -> Failure {
    let findings = case
        .project
        .plan
        .as_ref()
        .map(|plan| explain::explain(case.project, plan, &case.changes, &report.messages))
        .unwrap_or_default();
    unverified(case, words(report), findings)
}

/// Row G7: a file that no crate compiles any more.
fn nothing_dropped_out(
    before: &BTreeSet<Utf8PathBuf>,
    case: &mut Case<'_>,
    report: &CheckReport,
) -> Result<(), Failure> {
    let dropped = sources::dropped(before, &case.changes, &report.sources());
    if dropped.is_empty() {
        return Ok(());
    }
    let findings = dropped.iter().map(|path| {
        let message = format!("no crate compiles `{path}` after the step");
        Diagnostic::new(Severity::Refused, "G7", message)
            .help("keep its module where it is, under `keep` in split.toml, and report this as a missing rule")
    });
    Err(unverified(case, Vec::new(), findings.collect()))
}

/// A pattern whose name leads nowhere any more is a variable, which takes anything: that compiles, and means something
/// else. The compiler but wonders about the capital.
fn no_name_is_a_variable_now(
    case: &Case<'_>,
    warnings: &[&CompilerMessage],
) -> Result<(), Failure> {
    let mut named = warnings.iter().filter_map(|message| {
        let name = variable_with_capital(&message.code, &message.message)?;
        Some((name, *message))
    });
    let Some((name, message)) = named.next() else {
        return Ok(());
    };
    let words = format!("the pattern `{name}` would become a variable, which takes anything");
    let finding = Diagnostic::new(Severity::Refused, "B5", words).help(
        "what it names is not found there after the step: keep both in one crate, and report this as a missing rule",
    );
    let rendered = vec![message.rendered.clone()];
    Err(unverified(case, rendered, vec![finding]))
}

/// The variable that a warning is about whose name starts as a type's or constant's does.
fn variable_with_capital<'m>(code: &str, message: &'m str) -> Option<&'m str> {
    let rest = message.strip_prefix("variable `")?;
    let (name, _) = rest.split_once('`')?;
    let is_meant = code == "non_snake_case" && name.starts_with(char::is_uppercase);
    is_meant.then_some(name)
}

/// The compiler's words, or cargo's where it did not come to compile.
pub(super) fn words(report: &CheckReport) -> Vec<String> {
    let errors: Vec<String> = report
        .messages
        .iter()
        .filter(|message| message.is_error)
        .map(|message| message.rendered.clone())
        .collect();
    if errors.is_empty() {
        vec![report.stderr.clone()]
    } else {
        errors
    }
}

fn plain(message: &CompilerMessage) -> Message {
    Message {
        code: message.code.clone(),
        message: message.message.clone(),
        is_error: message.is_error,
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

/// Those of a crate's files of which other features may compile more than what was compiled.
fn under_features<'a>(
    mut texts: Vec<(&'a Utf8Path, String)>,
    compiled: &BTreeSet<Utf8PathBuf>,
) -> Vec<(&'a Utf8Path, String)> {
    let asks = |text: &str| text.contains("feature =") || text.contains("feature=");
    // Where a macro writes the conditions, whoever calls it may be under one.
    let by_macro = |text: &str| text.contains("macro_rules!") && asks(text);
    if !texts.iter().any(|(_, text)| by_macro(text)) {
        texts.retain(|(file, text)| asks(text) || !compiled.contains(*file));
    }
    texts
}

/// How often a word stands in a text.
fn occurrences(text: &str, word: &str) -> usize {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let starts = text.match_indices(word).filter(|(at, _)| {
        let before = text[..*at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    });
    starts.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_looks_like_a_type_is_told_from_others() {
        let found = |words| variable_with_capital("non_snake_case", words);
        let words = "variable `Full` should have a snake case name";
        assert_eq!(found(words), Some("Full"));
        assert_eq!(variable_with_capital("dead_code", words), None);
        assert_eq!(
            found("variable `isFull` should have a snake case name"),
            None
        );
        assert_eq!(found("function `Full` should have a snake case name"), None);
    }

    #[track_caller]
    fn check(texts: &[(&'static str, &str)], wanted: &[&str]) {
        let compiled = BTreeSet::from(["a.rs".into(), "b.rs".into()]);
        let texts = texts
            .iter()
            .map(|(file, text)| (Utf8Path::new(file), (*text).to_owned()));
        let found = under_features(texts.collect(), &compiled);
        let found: Vec<&str> = found.iter().map(|(file, _)| file.as_str()).collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn what_other_features_compile_is_in_files_that_ask_for_one_or_were_left_out() {
        let plain = ("a.rs", "use x::Y;");
        check(&[plain, ("b.rs", "fn f() {}")], &[]);
        check(
            &[plain, ("b.rs", "#[cfg(feature = \"c\")] fn f() {}")],
            &["b.rs"],
        );
        check(&[plain, ("c.rs", "fn f() {}")], &["c.rs"]);
        let rules = "macro_rules! c { ($i:item) => { #[cfg(feature = \"c\")] $i }; }";
        check(&[plain, ("b.rs", rules)], &["a.rs", "b.rs"]);
    }
}
