//! Carries out a fixture's plan in a folder, without cargo's help and without repairs: what the rules alone do.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use cleave_graph::Graph;
use cleave_plan::{Plan, Step, StepKind};
use cleave_rewrite::{Outcome, rewrite, unite};
use cleave_syntax::diagnostic::Severity;
use cleave_syntax::{Diagnostic, LoadOptions, Workspace};
use cleave_verify::Scratch;

use crate::conserve;
use crate::tree::{self, Tree};

/// How a plan went.
#[derive(Debug, Clone, Default)]
pub struct Walk {
    /// Step titles, what was made public, findings: the report as lines.
    pub report: Vec<String>,
    /// The package after the last step that was not refused.
    pub after: Tree,
    /// Old path to new path, over all steps.
    pub moves: BTreeMap<Utf8PathBuf, Utf8PathBuf>,
    /// The modules that a binary declared once more, and no longer does.
    pub repeated: BTreeMap<String, usize>,
    /// The methods that a trait has in the end, by path, with their paths then.
    pub renamed: BTreeMap<String, String>,
    /// Whether a step was refused.
    pub refused: bool,
    /// What the harness holds against the rewriter.
    pub problems: Vec<String>,
}

/// Today's source.
struct Today {
    workspace: Workspace,
    graph: Graph,
    plan: Plan,
    steps: Vec<Step>,
    diagnostics: Vec<Diagnostic>,
}

impl Today {
    fn load(root: &Utf8Path, threads: Option<usize>) -> Result<Self, Vec<String>> {
        let options = LoadOptions {
            manifest_path: root.join("Cargo.toml"),
            package: None,
            offline: true,
            locked: false,
            threads,
            ..LoadOptions::default()
        };
        let plan = std::fs::read_to_string(root.join(tree::plan_path(&tree::read(root))))
            .unwrap_or_default();
        let plan = cleave_plan::file::parse(&plan).map_err(|found| lines(&found))?;
        let options = LoadOptions {
            package: Some(plan.package.clone()),
            ..options
        };
        let load = |options: &LoadOptions| {
            cleave_syntax::load(options).map_err(|error| vec![format!("error: failed to {error}")])
        };
        let (mut workspace, mut wrong) = load(&options)?;
        if !plan.crates.is_empty() && unite::is_called_for(&workspace) {
            let united = unite::unite(&workspace, &cleave_graph::resolve(&workspace));
            (workspace, wrong) = load(&LoadOptions {
                united,
                ..options.clone()
            })?;
        }
        if wrong.iter().any(|found| found.severity == Severity::Error) {
            return Err(lines(&wrong));
        }
        workspace.foreign = cleave_syntax::foreign(&workspace, &options);
        let graph = cleave_graph::resolve(&workspace);
        let (homes, diagnostics) = cleave_plan::homes(&plan, &workspace, &graph);
        let steps = cleave_plan::steps(&plan, &homes, &workspace, &graph);
        Ok(Self {
            workspace,
            graph,
            plan,
            steps,
            diagnostics,
        })
    }

    fn carry_out(&self, step: &Step) -> Outcome {
        rewrite(&self.workspace, &self.graph, &self.plan, step)
    }

    /// The first step with something to do, and what it does.
    fn next(&self) -> Option<(&Step, Outcome)> {
        let open = self.steps.iter().filter(|step| !step.done);
        open.map(|step| (step, self.carry_out(step)))
            .find(|(step, outcome)| {
                !step.kind.is_closing() || !outcome.changes.is_empty() || outcome.is_refused()
            })
    }
}

/// Carries out all steps of the plan that lies in a folder.
pub fn walk(root: &Utf8Path) -> Walk {
    let mut walk = Walk::default();
    let mut last = 0;
    loop {
        let today = match Today::load(root, None) {
            Ok(today) => today,
            Err(lines) => {
                walk.refused = true;
                walk.report.extend(lines);
                break;
            }
        };
        if last == 0 {
            walk.repeated.clone_from(&today.workspace.united.modules);
            let renamed = today.plan.lifts.iter().flat_map(cleave_plan::Lift::renamed);
            walk.renamed = renamed.map(|(old, new)| (old.to_owned(), new)).collect();
            walk.report.extend(lines(&today.diagnostics));
        }
        let Some((step, outcome)) = today.next() else {
            walk.settled(&today);
            break;
        };
        if step.id <= last {
            let title = &step.title;
            walk.problems.push(format!(
                "step {} is not done after it was carried out: {title}",
                step.id
            ));
            break;
        }
        last = step.id;
        walk.tell(step, &outcome);
        if outcome.is_refused() {
            walk.refused = true;
            break;
        }
        if matches!(step.kind, StepKind::Move { .. }) {
            walk.same_on_threads(root, step.id, &outcome);
        }
        walk.apply(root, &outcome);
    }
    walk.after = tree::read(root);
    walk
}

impl Walk {
    fn tell(&mut self, step: &Step, outcome: &Outcome) {
        if !matches!(step.kind, StepKind::Skeleton) {
            self.report
                .push(format!("step {}: {}", step.id, step.title));
        }
        let opened = &outcome.figures.made_public;
        self.report
            .extend(opened.iter().map(|line| format!("made public: {line}")));
        self.report.extend(lines(&outcome.diagnostics));
        for diagnostic in &outcome.diagnostics {
            if diagnostic.severity >= Severity::Refused && diagnostic.help.is_none() {
                self.problems
                    .push(format!("a refusal without help: {}", diagnostic.message));
            }
        }
    }

    fn apply(&mut self, root: &Utf8Path, outcome: &Outcome) {
        self.problems.extend(conserve::problems(&outcome.changes));
        let scratch = Scratch::in_place(root);
        if let Err(error) = scratch.apply(&outcome.changes) {
            self.problems.push(format!("failed to {error}"));
        }
        for (from, to) in outcome.changes.renames() {
            self.moves.insert(from.to_owned(), to.to_owned());
        }
    }

    /// Once nothing is left, every step finds nothing to do.
    fn settled(&mut self, today: &Today) {
        for step in &today.steps {
            let outcome = today.carry_out(step);
            if !outcome.changes.is_empty() {
                let files: Vec<&str> = outcome
                    .changes
                    .files
                    .iter()
                    .map(|file| file.path.as_str())
                    .collect();
                self.problems.push(format!(
                    "step {} run again changes {}",
                    step.id,
                    files.join(", ")
                ));
            }
        }
    }

    fn same_on_threads(&mut self, root: &Utf8Path, step: usize, outcome: &Outcome) {
        for threads in [1, 8] {
            let again = Today::load(root, Some(threads));
            let same = again.is_ok_and(|today| {
                let step = today.steps.iter().find(|other| other.id == step);
                step.is_some_and(|step| today.carry_out(step).changes == outcome.changes)
            });
            if !same {
                self.problems
                    .push(format!("step {step} differs on {threads} threads"));
            }
        }
    }
}

/// Findings as lines: message, places, help.
fn lines(diagnostics: &[Diagnostic]) -> Vec<String> {
    let mut lines = Vec::new();
    for diagnostic in diagnostics {
        let severity = match diagnostic.severity {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Refused => "refused",
            Severity::Error => "error",
        };
        lines.push(format!(
            "{severity}[{}]: {}",
            diagnostic.code, diagnostic.message
        ));
        for label in &diagnostic.labels {
            lines.push(
                format!("  --> {}: {}", label.path, label.message)
                    .trim_end()
                    .to_owned(),
            );
        }
        if let Some(help) = &diagnostic.help {
            lines.push(format!("  = help: {help}"));
        }
    }
    lines
}
