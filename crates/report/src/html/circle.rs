//! The knots of today's source: what is in them, which links close them, and what would open them.

use cleave_graph::knot::{self, Cut, Link, Tangle};
use serde::Serialize;

use super::Subject;
use super::words::pieces;

/// At most so many members of a knot are listed.
const MEMBERS: usize = 300;
/// At most so many links of a cut, and places of a link.
const LINKS: usize = 6;
const SITES: usize = 3;

/// The biggest knot at one scale.
#[derive(Debug, Serialize)]
pub(super) struct KnotRow {
    nodes: &'static str,
    percent: usize,
    says: String,
    members: Vec<String>,
    left_out: usize,
    cuts: Vec<CutRow>,
    closing: Vec<LinkRow>,
    closing_count: usize,
}

#[derive(Debug, Serialize)]
struct CutRow {
    /// Pieces of the sentence; every other one is code.
    advice: Vec<String>,
    links: Vec<LinkRow>,
}

#[derive(Debug, Serialize)]
struct LinkRow {
    from: String,
    to: String,
    references: usize,
    sites: Vec<String>,
}

/// By modules, by items, by methods.
pub(super) fn knots(subject: &Subject<'_>) -> Vec<KnotRow> {
    let knots = knot::knots(subject.workspace, subject.graph, subject.monolith);
    vec![
        row(
            "modules",
            knots.module,
            "Moved whole, they could only go together; moved item by item, they come apart.",
        ),
        row(
            "items",
            knots.item,
            "They stay in one crate, unless methods of theirs are lifted out or an arrow is cut.",
        ),
        row(
            "methods",
            knots.method,
            "This is what is left when each method counts by itself: only an arrow that is cut divides it.",
        ),
    ]
}

fn row(nodes: &'static str, tangle: Tangle, remedy: &str) -> KnotRow {
    let knot = tangle.knots.into_iter().next().unwrap_or_default();
    let count = knot.members.len();
    let says = match count {
        0 => "There is no circle at this level.".to_owned(),
        _ => format!("{count} {nodes} need each other in a circle. {remedy}"),
    };
    let first = knot.members.into_iter().take(MEMBERS);
    let members: Vec<String> = first.map(|member| member.name).collect();
    KnotRow {
        nodes,
        percent: (knot.share * 100.0).round() as usize,
        says,
        left_out: count - members.len(),
        members,
        cuts: knot.cuts.iter().map(cut).collect(),
        closing: knot.closing.iter().map(link).collect(),
        closing_count: knot.closing_count,
    }
}

fn cut(cut: &Cut) -> CutRow {
    CutRow {
        advice: pieces(&cut.advice),
        links: cut.links.iter().take(LINKS).map(link).collect(),
    }
}

fn link(link: &Link) -> LinkRow {
    let sites = link.sites.iter().take(SITES);
    LinkRow {
        from: link.from.clone(),
        to: link.to.clone(),
        references: link.references,
        sites: sites
            .map(|site| format!("{}:{}", site.file, site.line))
            .collect(),
    }
}
