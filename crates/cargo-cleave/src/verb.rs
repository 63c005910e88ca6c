//! The verbs.

pub(crate) mod check;
mod explain;
mod init;
mod manual;
mod pr;

use camino::Utf8Path;

use crate::arguments::{Arguments, Format, Level, Verb};
use crate::exit::{Exit, Failure};
use crate::insight;
use crate::interrupt;
use crate::migrate::{migrate, recover};
use crate::planning;
use crate::project::{Project, absolute};
use crate::report;
use crate::screen::Screen;
use cleave_verify::{VerifyError, git, journal};

/// What the message of a commit begins with that takes a step back.
pub(crate) const TAKE_BACK: &str = "Take back: ";

/// Does what was asked for.
pub(crate) fn execute(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Failure> {
    if let (true, Some(verb)) = (arguments.steps.is_any(), &arguments.verb) {
        return Err(Failure::World(format!(
            "failed to start: steps are carried out without a verb; say either the steps or `{}`",
            verb.name()
        )));
    }
    recover(&arguments.common, screen)?;
    if arguments.steps.is_any() {
        return migrate(arguments, screen);
    }
    match &arguments.verb {
        None | Some(Verb::Status) => status(arguments, screen),
        Some(Verb::Graph { level, output }) => graph(arguments, *level, output.as_deref(), screen),
        Some(Verb::Plan(wanted)) => planning::plan(arguments, wanted, screen),
        Some(Verb::Undo { all }) => undo(arguments, *all, screen),
        Some(Verb::Check { baseline, output }) => {
            check::check(arguments, *baseline, output.as_deref(), screen)
        }
        Some(Verb::Explain { code }) => explain::explain(arguments, code.as_deref(), screen),
        Some(Verb::Pr { number }) => pr::pull_request(arguments, *number, screen),
        Some(Verb::Init { from, dry_run }) => {
            init::init(arguments, from.as_deref(), *dry_run, screen)
        }
        Some(Verb::Man) => manual::man(screen),
        Some(Verb::Completions { shell }) => Ok(manual::completions(*shell, screen)),
        Some(Verb::Review { output }) => review(arguments, output, screen),
    }
}

fn status(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Failure> {
    let project = Project::load(&arguments.common, screen)?;
    let figures = report::measure(&project, project.plan.as_ref());
    let steps = project
        .plan
        .as_ref()
        .map(|plan| project.route(plan).0.steps)
        .unwrap_or_default();
    if arguments.common.format == Format::Json {
        let rows: Vec<serde_json::Value> = steps
            .iter()
            .map(|step| serde_json::json!({ "id": step.id, "title": step.title, "why": step.why, "done": step.done }))
            .collect();
        let next = steps.iter().find(|step| !step.done).map(|step| step.id);
        let mut value = serde_json::to_value(&figures).unwrap_or_default();
        value["steps"] = rows.into();
        value["next"] = next.into();
        value["planned"] = project.plan.is_some().into();
        screen.result(&serde_json::to_string_pretty(&value).unwrap_or_default());
        return Ok(Exit::Done);
    }
    screen.result(&summary(&figures));
    screen.result(&cleave_report::knot::brief(&knots(&project)));
    if project.plan.is_none() {
        screen.result("\nThere is no plan yet: `plan` proposes one and writes split.toml.");
        return Ok(Exit::Done);
    }
    screen.result(&steps_text(&steps));
    match steps.iter().find(|step| !step.done) {
        Some(step) => screen.result(&format!("\nNext: `--step {}` ({})", step.id, step.title)),
        None => screen.result("\nAll steps are done."),
    }
    Ok(Exit::Done)
}

fn summary(figures: &report::Report) -> String {
    let percent = |share: f64| format!("{:.0} %", share * 100.0);
    let mut text = format!(
        "{}: {} lines; biggest knot {} of the lines by modules, {} by items, {} by methods\n",
        figures.package,
        figures.lines,
        percent(figures.knots.module),
        percent(figures.knots.item),
        percent(figures.knots.method)
    );
    let width = figures
        .crates
        .iter()
        .map(|row| row.name.len())
        .max()
        .unwrap_or(0);
    for row in &figures.crates {
        let below = if row.depends_on.is_empty() {
            "nothing".to_owned()
        } else {
            row.depends_on.join(", ")
        };
        text.push_str(&format!(
            "  {:width$}  {:13}  {:6} lines  {:5} items  on {below}\n",
            row.name, row.role, row.lines, row.items
        ));
    }
    text
}

pub(crate) fn steps_text(steps: &[cleave_plan::Step]) -> String {
    let mut text = String::from("\nSteps:\n");
    for step in steps {
        let mark = if step.done { "done" } else { "    " };
        text.push_str(&format!("  {mark} {:2}  {}\n", step.id, step.title));
    }
    text
}

fn graph(
    arguments: &Arguments,
    level: Level,
    output: Option<&Utf8Path>,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let project = Project::load(&arguments.common, screen)?;
    let picture = picture(&project, level);
    let text = match arguments.common.format {
        Format::Text => knots_text(&project, arguments.common.verbose),
        Format::Mermaid => cleave_report::mermaid::draw(&picture),
        Format::Dot => cleave_report::dot::draw(&picture),
        Format::Json => {
            cleave_report::json::draw(&picture, &knots(&project), insight::of(&project))
        }
        Format::Svg => cleave_report::svg::draw(&picture),
        Format::Html => page(&project),
        Format::Sarif => {
            return Err(Failure::World(
                "failed to draw the graph as SARIF: that is for findings; the graph has `dot`, `mermaid`, `svg`, `json` and `html`".to_owned(),
            ));
        }
    };
    match output {
        Some(path) => write(path, &text)?,
        None => screen.result(&text),
    }
    if let Some(text) = insight::said(&insight::blind(&project), arguments.common.verbose > 0) {
        screen.progress(&text);
    }
    Ok(Exit::Done)
}

fn knots_text(project: &Project, verbose: u8) -> String {
    let package = &project.workspace.package(project.workspace.package).name;
    let detail = if verbose > 0 {
        cleave_report::knot::Detail::All
    } else {
        cleave_report::knot::Detail::Most
    };
    cleave_report::knot::draw(package, &knots(project), detail)
}

fn knots(project: &Project) -> cleave_graph::knot::Knots {
    cleave_graph::knot::knots(&project.workspace, &project.graph, project.monolith)
}

fn picture(project: &Project, level: Level) -> cleave_report::Picture {
    let homes = project
        .plan
        .as_ref()
        .map(|plan| cleave_plan::homes(plan, &project.workspace, &project.graph).0);
    let plan = project.plan.as_ref().zip(homes.as_ref());
    let level = match level {
        Level::Crate => cleave_report::Level::Crate,
        Level::Module => cleave_report::Level::Module,
        Level::Item => cleave_report::Level::Item,
    };
    cleave_report::Picture::of(
        &project.workspace,
        &project.graph,
        project.monolith,
        plan,
        level,
    )
}

fn page(project: &Project) -> String {
    let route = project.plan.as_ref().map(|plan| project.route(plan).0);
    let plan = project.plan.as_ref().zip(route.as_ref());
    cleave_report::html::draw(&cleave_report::html::Subject {
        workspace: &project.workspace,
        graph: &project.graph,
        monolith: project.monolith,
        plan: plan.map(|(plan, route)| (plan, &route.homes)),
        steps: route.as_ref().map_or(&[], |route| route.steps.as_slice()),
    })
}

fn undo(arguments: &Arguments, all: bool, screen: &mut Screen) -> Result<Exit, Failure> {
    let project = Project::load(&arguments.common, screen)?;
    let root = &project.workspace.root;
    let state = project.state();
    let _lock = journal::lock(&state)?;
    take_back(root, &state, screen)?;
    if !all {
        return Ok(Exit::Done);
    }
    loop {
        match take_back(root, &state, screen) {
            Err(VerifyError::NothingToUndo) => return Ok(Exit::Done),
            result => result?,
        }
    }
}

/// Takes the last step back, and where a commit holds it makes one that takes it back.
fn take_back(root: &Utf8Path, state: &Utf8Path, screen: &mut Screen) -> Result<(), VerifyError> {
    let undone = interrupt::uninterrupted(|| journal::undo(root, state))?;
    if let Some(commit) = &undone.commit {
        let message = format!("{TAKE_BACK}{}\n\nThis takes back {commit}.\n", undone.title);
        git::commit(root, &message, &undone.paths)?;
    }
    screen.result(&format!("Took back: {}", undone.title));
    Ok(())
}

fn review(arguments: &Arguments, output: &Utf8Path, screen: &mut Screen) -> Result<Exit, Failure> {
    let project = Project::load(&arguments.common, screen)?;
    let path = if output.is_absolute() {
        output.to_owned()
    } else {
        absolute(&project.workspace.root.join(output))?
    };
    write(&path, &page(&project))?;
    screen.result(&format!("wrote {output}"));
    Ok(Exit::Done)
}

pub(crate) fn write(path: &Utf8Path, text: &str) -> Result<(), Failure> {
    let result = path
        .parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| std::fs::write(path, text));
    result.map_err(|error| Failure::World(format!("failed to write `{path}`: {error}")))
}
