//! `status`, and the command without a verb.

use crate::arguments::{Arguments, Format};
use crate::exit::{Exit, Failure};
use crate::project::Project;
use crate::report;
use crate::screen::Screen;

pub(super) fn status(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Failure> {
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
    screen.result(&cleave_report::knot::brief(&project.knots()));
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

/// The steps, and which of them are done.
pub(super) fn steps_text(steps: &[cleave_plan::Step]) -> String {
    let mut text = String::from("\nSteps:\n");
    for step in steps {
        let mark = if step.done { "done" } else { "    " };
        text.push_str(&format!("  {mark} {:2}  {}\n", step.id, step.title));
    }
    text
}
