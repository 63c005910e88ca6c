//! The page that a reviewer opens to decide on the boundaries: one file, no network.
//!
//! The text, tables and figures are in the HTML; the graph, the matrix and what a move would cost are drawn by the
//! page's own script from data in the page. Whatever comes from source is escaped: by the template in the HTML, by
//! `Data::to_script` in the data, and the script puts it into the page as text only.

mod circle;
mod data;
mod layout;
mod model;
mod public;
mod reason;
mod rebuild;
mod tables;
mod words;

use cleave_graph::Graph;
use cleave_plan::{Homes, Plan, Step};
use cleave_syntax::{CrateId, Workspace};

use crate::svg::escape;
use data::Data;
use model::Model;
use tables::Tables;

const TEMPLATE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/style.css");
/// One scope, in this order.
const SCRIPTS: &[&str] = &[
    include_str!("html/script/model.js"),
    include_str!("html/script/order.js"),
    include_str!("html/script/cost.js"),
    include_str!("html/script/pins.js"),
    include_str!("html/script/boxes.js"),
    include_str!("html/script/route.js"),
    include_str!("html/script/graph.js"),
    include_str!("html/script/gesture.js"),
    include_str!("html/script/matrix.js"),
    include_str!("html/script/panel.js"),
    include_str!("html/script/search.js"),
    include_str!("html/script/main.js"),
];

/// What the page is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The source.
    pub workspace: &'a Workspace,
    /// Who depends on whom.
    pub graph: &'a Graph,
    /// The crate that is split.
    pub monolith: CrateId,
    /// The plan, where there is one.
    pub plan: Option<(&'a Plan, &'a Homes)>,
    /// Its steps, those done included.
    pub steps: &'a [Step],
}

impl<'a> Subject<'a> {
    /// The index of the package's own crate: after those of the plan.
    fn root(&self) -> usize {
        self.plan.map_or(0, |(plan, _)| plan.crates.len())
    }

    fn crate_name(&self, index: usize) -> &'a str {
        let planned = self.plan.and_then(|(plan, _)| plan.crates.get(index));
        match planned {
            Some(krate) => &krate.name,
            None => &self.workspace.package(self.workspace.package).name,
        }
    }
}

/// Draws the page.
pub fn draw(subject: &Subject<'_>) -> String {
    let model = Model::of(subject);
    let tables = Tables::of(subject, &model);
    let data = Data::of(subject, &model);
    let environment = minijinja::Environment::new();
    let context = minijinja::context! {
        style => STYLE,
        script => SCRIPTS.join("\n"),
        data => data.to_script(),
        ..minijinja::Value::from(minijinja::value::Serde(&tables)),
    };
    environment
        .render_named_str("review.html", TEMPLATE, context)
        .unwrap_or_else(|error| {
            format!(
                "<!doctype html><title>{}</title>",
                escape(&error.to_string())
            )
        })
}
