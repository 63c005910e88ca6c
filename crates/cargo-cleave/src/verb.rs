//! The verbs.

mod check;
mod explain;
mod init;
mod manual;
mod pr;

use camino::Utf8Path;

use crate::arguments::{Arguments, Format, Level, Verb};
use crate::exit::{Exit, Failure};
use crate::insight;
use crate::migrate::migrate;
use crate::project::{Project, absolute};
use crate::report;
use crate::screen::Screen;
use cleave_verify::journal;

/// Does what was asked for.
pub(crate) fn execute(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Failure> {
    if arguments.steps.is_any() {
        return migrate(arguments, screen);
    }
    match &arguments.verb {
        None | Some(Verb::Status) => status(arguments, screen),
        Some(Verb::Graph { level, output }) => graph(arguments, *level, output.as_deref(), screen),
        Some(Verb::Plan { crates, name, anew }) => {
            plan(arguments, (*crates, name.as_deref()), *anew, screen)
        }
        Some(Verb::Undo) => undo(arguments, screen),
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

fn steps_text(steps: &[cleave_plan::Step]) -> String {
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
        Format::Json => insight::extend(
            &cleave_report::json::draw(&picture, &knots(&project)),
            &project,
        ),
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

fn plan(
    arguments: &Arguments,
    (crates, prefix): (Option<usize>, Option<&str>),
    anew: bool,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let project = Project::load(&arguments.common, screen)?;
    let keep = project.plan.clone().filter(|_| !anew && crates.is_none());
    let plan = if let Some(plan) = keep {
        plan
    } else {
        let options = cleave_plan::ProposeOptions {
            crates,
            prefix: prefix.map(str::to_owned),
            ..cleave_plan::ProposeOptions::default()
        };
        let (plan, diagnostics) =
            cleave_plan::propose(&project.workspace, &project.graph, &options);
        screen.diagnostics(&diagnostics);
        plan
    };
    let text = cleave_plan::file::write(
        &plan,
        project
            .plan_text
            .as_deref()
            .filter(|_| !anew && crates.is_none()),
    );
    if project.plan_text.as_ref() != Some(&text) {
        write(&project.plan_path(), &text)?;
        screen.progress("wrote split.toml");
    }
    let (route, diagnostics) = project.route(&plan);
    screen.diagnostics(&diagnostics);
    screen.result(&planned_text(&project, &plan, &route));
    Ok(Exit::Done)
}

fn planned_text(
    project: &Project,
    plan: &cleave_plan::Plan,
    route: &crate::project::Route,
) -> String {
    let mut lines = vec![0_usize; plan.crates.len() + 1];
    let crates = cleave_plan::unit::crates(&project.workspace, plan);
    for id in crates
        .iter()
        .flat_map(|krate| project.workspace.items_of(*krate))
    {
        let slot = route.homes.planned[id.index()].unwrap_or(plan.crates.len());
        lines[slot] += project.workspace.lines_of(id);
    }
    let total: usize = lines.iter().sum::<usize>().max(1);
    let width = plan
        .crates
        .iter()
        .map(|krate| krate.name.len())
        .max()
        .unwrap_or(0)
        .max(plan.package.len());
    let mut text = String::from("Crates, bottom-up:\n");
    let mut row = |name: &str, role: &str, lines: usize, below: String| {
        let share = lines * 100 / total;
        text.push_str(&format!(
            "  {name:width$}  {role:13}  {lines:6} lines  {share:3} %  on {below}\n"
        ));
    };
    for (index, krate) in plan.crates.iter().enumerate() {
        let below: Vec<&str> = krate
            .depends_on
            .iter()
            .map(|lower| plan.crates[*lower].name.as_str())
            .collect();
        let below = if below.is_empty() {
            "nothing".to_owned()
        } else {
            below.join(", ")
        };
        row(&krate.name, krate.role.as_str(), lines[index], below);
    }
    row(
        &plan.package,
        "root",
        lines[plan.crates.len()],
        "all of them".to_owned(),
    );
    text + &worth(project, plan, route) + &steps_text(&route.steps)
}

/// What the plan saves, and what it costs term by term.
fn worth(project: &Project, plan: &cleave_plan::Plan, route: &crate::project::Route) -> String {
    let history = cleave_plan::History::default();
    let figures = cleave_plan::measure(plan, &route.homes, &project.workspace, &history);
    let source = (&project.workspace, &project.graph);
    let weights = cleave_plan::Weights::default();
    let cost = cleave_plan::cost(plan, &route.homes, source, (&history, weights));
    let mut text = format!(
        "\nDoes it pay? After an edit the compiler looks at {:.0} lines again instead of {:.0} on average ({:.0} %).\n",
        figures.rebuild_after,
        figures.rebuild_before,
        figures.rebuild_ratio() * 100.0
    );
    text.push_str(&format!(
        "  The longest chain of crates in a clean build: {} lines instead of {} ({:.0} %).\n",
        figures.critical_path,
        figures.lines,
        figures.critical_path as f64 * 100.0 / figures.lines.max(1) as f64
    ));
    text.push_str(&format!(
        "  The largest crate holds {:.0} % of the lines; {} of {} items are torn from their module.\n",
        figures.largest * 100.0,
        figures.torn,
        figures.items
    ));
    text.push_str(if figures.pays() {
        "  Yes, in rebuilds; what they save in time is what the compiler's share of your build makes of it.\n"
    } else {
        "  No: most edits would cost about what they cost today. Split it for its boundaries, or leave it.\n"
    });
    text.push_str("\nCost, in lines to look at again after an edit:\n");
    for term in cost.terms(&weights) {
        text.push_str(&format!(
            "  {:9}  {:8.0}  {:8.0} {}\n",
            term.name, term.lines, term.amount, term.what
        ));
    }
    text.push_str(&format!("  {:9}  {:8.0}\n", "all", cost.total(&weights)));
    text
}

fn undo(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Failure> {
    let project = Project::load(&arguments.common, screen)?;
    let state = project.state();
    let _lock = journal::lock(&state)?;
    journal::recover(&project.workspace.root, &state)?;
    let title = journal::undo(&project.workspace.root, &state)?;
    screen.result(&format!("Took back: {title}"));
    Ok(Exit::Done)
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

fn write(path: &Utf8Path, text: &str) -> Result<(), Failure> {
    let result = path
        .parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| std::fs::write(path, text));
    result.map_err(|error| Failure::World(format!("failed to write `{path}`: {error}")))
}
