//! `review`.

use camino::Utf8Path;

use crate::arguments::Arguments;
use crate::exit::{Exit, Failure};
use crate::output::write;
use crate::project::{Project, absolute};
use crate::screen::Screen;

pub(super) fn review(
    arguments: &Arguments,
    output: &Utf8Path,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
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

/// The page on which boundaries are decided.
pub(super) fn page(project: &Project) -> String {
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
