//! `graph`.

use camino::Utf8Path;

use super::review::page;
use crate::arguments::{Arguments, Format, Level};
use crate::exit::{Exit, Failure};
use crate::insight;
use crate::output::write;
use crate::project::Project;
use crate::screen::Screen;

pub(super) fn graph(
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
            cleave_report::json::draw(&picture, &project.knots(), insight::of(&project))
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
    cleave_report::knot::draw(package, &project.knots(), detail)
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
