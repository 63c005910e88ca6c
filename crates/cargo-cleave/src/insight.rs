//! What goes with the graph: what could not be seen, and what can be named from outside.

use std::collections::BTreeMap;

use cleave_graph::blind::Blindness;
use cleave_graph::{BlindSpots, Target, blind_spots};
use cleave_report::json::{BlindSpot, Insight};
use cleave_syntax::Workspace;

use crate::project::Project;

/// The blind spots of the package.
pub(crate) fn blind(project: &Project) -> BlindSpots {
    blind_spots(
        &project.workspace,
        &project.graph,
        project.workspace.package,
    )
}

/// The blind spots in a line, or a line for each.
pub(crate) fn said(spots: &BlindSpots, each: bool) -> Option<String> {
    let counts: Vec<String> = Blindness::ALL
        .into_iter()
        .map(|kind| (spots.count(kind), kind.as_str().replace('_', " ")))
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    if counts.is_empty() {
        return None;
    }
    let mut text = format!("not seen through: {}", counts.join(", "));
    if each {
        for spot in &spots.spots {
            let kind = spot.kind.as_str().replace('_', " ");
            text.push_str(&format!(
                "\n  {}:{}: {kind}: {}",
                spot.path, spot.line, spot.what
            ));
        }
    } else {
        text.push_str(" (`-v` lists them)");
    }
    Some(text)
}

/// The blind spots and the public paths, as the graph's JSON has them.
pub(crate) fn of(project: &Project) -> Insight {
    let spots = blind(project);
    let counts: BTreeMap<String, usize> = Blindness::ALL
        .into_iter()
        .map(|kind| (kind.as_str().to_owned(), spots.count(kind)))
        .collect();
    let list = spots
        .spots
        .iter()
        .map(|spot| BlindSpot {
            file: spot.path.clone(),
            line: spot.line,
            kind: spot.kind.as_str().to_owned(),
            what: spot.what.clone(),
        })
        .collect();
    let workspace = &project.workspace;
    let public = workspace
        .library(workspace.package)
        .map(|library| cleave_graph::api::public_paths(workspace, &project.graph, library));
    Insight {
        blind_spots: cleave_report::json::BlindSpots { counts, list },
        public_paths: public
            .into_iter()
            .flatten()
            .map(|(path, target)| (path, leads_to(workspace, &target)))
            .collect(),
    }
}

/// Where a public path leads: names from the crate on.
fn leads_to(workspace: &Workspace, target: &Target) -> String {
    let within = |krate, path: String| {
        let name = &workspace.krate(krate).extern_name;
        if path.is_empty() {
            name.clone()
        } else {
            format!("{name}::{path}")
        }
    };
    match target {
        Target::Item(item) | Target::Opaque(item) => {
            within(workspace.crate_of(*item), workspace.path_of(*item))
        }
        Target::Module(module) => {
            let module = workspace.module(*module);
            within(module.krate, module.path.clone())
        }
        Target::CrateRoot(krate) => within(*krate, String::new()),
        Target::External(name) => name.to_string(),
        Target::Builtin | Target::Unresolved => String::new(),
    }
}
