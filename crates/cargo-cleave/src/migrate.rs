//! Carries steps out: worked out from today's source, tried beside the user's tree, brought into it in one go.

mod explain;
mod format;
mod judge;
mod message;
mod refuse;
mod run;
mod thorough;

use camino::Utf8Path;
use cleave_plan::Step;
use cleave_rewrite::Outcome;
use cleave_syntax::{Diagnostic, Severity};
use cleave_verify::journal::{self, Recovered};

use crate::arguments::{Arguments, Common};
use crate::exit::{Exit, Failure};
use crate::migrate::run::Run;
use crate::project::{Project, manifest_path};
use crate::screen::Screen;

/// Carries out the steps that were asked for.
pub fn migrate(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Failure> {
    refuse::report(arguments)?;
    let mut project = Project::load(&arguments.common, screen)?;
    project.plan()?;
    project.read_foreign(&arguments.common)?;
    let plan = project.plan()?;
    let (route, diagnostics) = project.route(plan);
    refuse::stranded(&project, plan, &route)?;
    let wanted = wanted(arguments, &route.steps)?;
    screen.diagnostics(
        &diagnostics
            .into_iter()
            .filter(|diagnostic| diagnostic.severity > Severity::Note)
            .collect::<Vec<_>>(),
    );
    if arguments.steps.dry_run {
        return dry_run(&project, &route.steps, &wanted, screen);
    }
    let _lock = journal::lock(&project.state())?;
    let git = refuse::tree(arguments, &project, &wanted)?;
    let mut run = Run::open(arguments, &project, git)?;
    if wanted.is_empty() {
        screen.progress("nothing is left to do");
        run.write_report(screen)?;
        return Ok(Exit::Done);
    }
    let known = run.take_baseline(&project, screen);
    let outcome = known.and_then(|known| run.steps(&wanted, known.then_some(project), screen));
    let finished = outcome.and_then(|()| run.finish(screen));
    run.write_report(screen)?;
    finished
}

/// Finishes what a run before was stopped in (row H2), before anything is read: half a change may not even parse.
pub fn recover(common: &Common, screen: &mut Screen) -> Result<(), Failure> {
    let manifest = manifest_path(common)?;
    let journal = |root: &&Utf8Path| root.join("target/cleave/journal.json").is_file();
    let Some(root) = manifest.ancestors().skip(1).find(journal) else {
        return Ok(());
    };
    let state = root.join("target/cleave");
    let _lock = journal::lock(&state)?;
    match journal::recover(root, &state)? {
        Some(Recovered::Finished(title)) => screen.progress(&format!(
            "a run before was stopped while a step reached your tree; finished it: {title}"
        )),
        Some(Recovered::TakenBack(title)) => screen.progress(&format!(
            "a run before was stopped while a step was taken out of your tree; took it out: {title}"
        )),
        None => {}
    }
    Ok(())
}

/// The numbers of the steps that were asked for, those done left out.
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
    let mut outcome =
        cleave_rewrite::rewrite(&project.workspace, &project.graph, project.plan()?, step);
    if outcome.is_refused() {
        return Err(Failure::Refused(outcome.diagnostics));
    }
    format::format(project, &mut outcome.changes);
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
