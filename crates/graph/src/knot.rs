//! What depends on itself in a circle, and so can't be divided; and what would open it.
//!
//! A crate can't depend in a circle, so all of a strongly connected component lands in one crate. How large the
//! biggest is depends on what counts as a node: modules, items (an impl with all its methods), or single methods.
//!
//! # How
//! At each scale a network has *groups* (its nodes) made of *parts*: the items of a module, the methods of a
//! type. Components of groups are the knots. For each, the few arcs that close its circles are found by a greedy order,
//! and cuts by trying: take parts out of a group, or turn an arc round, and see what is left.
//!
//! # Cost
//! Linear in the references, times a logarithm, plus a bounded effort for each of the knots that are explained.
//!
//! # Known limits
//! A cut is the best of those that were tried, not of all: in knots of thousands of arcs only those are tried that
//! close a circle, are a group's only one, or are light.

mod advice;
mod closing;
mod component;
mod cut;
mod network;

use cleave_syntax::{CrateId, Workspace};
use schemars::JsonSchema;
use serde::Serialize;

use crate::graph::Graph;
use advice::Writer;
use component::Packed;
use cut::Local;
use network::{Calls, Network};

pub use closing::closing_edges as closing;
pub use component::components;

/// How many knots of a scale are explained; the biggest ones.
const EXPLAINED: usize = 5;
/// How many cuts are named for one knot.
const CUTS: usize = 5;
/// How many closing links are named for one knot.
const CLOSING: usize = 12;

/// The knots of a crate at the three scales.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Knots {
    /// Non-test lines of the crate.
    pub lines: usize,
    /// With modules as nodes.
    pub module: Tangle,
    /// With items as nodes.
    pub item: Tangle,
    /// With inherent methods as nodes.
    pub method: Tangle,
}

/// All knots at one scale.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Tangle {
    /// The share of the crate's non-test lines in the biggest knot, from 0 to 1.
    pub share: f64,
    /// How many knots there are.
    pub count: usize,
    /// The biggest ones, biggest first.
    pub knots: Vec<Knot>,
}

/// Things that all need each other.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Knot {
    /// Non-test lines of its members.
    pub lines: usize,
    /// Their share of the crate's, from 0 to 1.
    pub share: f64,
    /// What is in it, by name.
    pub members: Vec<Member>,
    /// A few links that close all its circles, lightest first: without them nothing in it is in a circle. At most 12
    /// are named.
    pub closing: Vec<Link>,
    /// How many links close its circles, those that are not named included.
    pub closing_count: usize,
    /// What would open it most for the least work, best first.
    pub cuts: Vec<Cut>,
}

/// A module, item or method in a knot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Member {
    /// Its path in the crate; `crate` for the root module.
    pub name: String,
    /// Its non-test lines.
    pub lines: usize,
    /// The file it is in.
    pub file: String,
    /// The line where it starts.
    pub line: usize,
}

/// One member needs another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Link {
    /// The one that needs.
    pub from: String,
    /// The one that is needed.
    pub to: String,
    /// How many references make the link.
    pub references: usize,
    /// The first few of them.
    pub sites: Vec<Site>,
}

/// A reference in the source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Site {
    /// The file.
    pub file: String,
    /// The line, from 1 on.
    pub line: usize,
    /// The item that it stands in.
    pub from: String,
    /// The item that it means.
    pub to: String,
    /// Whether that is a guess: by a method's name alone, or in the tokens of a macro call.
    pub weak: bool,
}

/// Something to do about a knot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Cut {
    /// The kind of work; of two together that of the first.
    pub way: Way,
    /// What to do and what it brings, in words.
    pub advice: String,
    /// The links that are gone then.
    pub links: Vec<Link>,
    /// What is moved, by path.
    pub moves: Vec<String>,
    /// Lines that are moved.
    pub moved: usize,
    /// Lines of the knot that are in its biggest circle no more.
    pub freed: usize,
    /// Lines in the biggest circle that is left.
    pub left: usize,
}

/// The kinds of cuts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Items go up, next to what they need.
    MoveUp,
    /// Items go down, below all that need them.
    MoveDown,
    /// Methods become an extension trait above their type.
    ExtensionTrait,
    /// References are turned round: an argument, a trait or a callback instead.
    Turn,
}

/// What counts as a node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Scale {
    #[default]
    Module,
    Item,
    Method,
}

/// Finds and explains the knots of a crate.
pub fn knots(workspace: &Workspace, graph: &Graph, krate: CrateId) -> Knots {
    let tangle = |scale| {
        let network = Network::new(workspace, graph, krate, scale);
        let lines: usize = network.parts.iter().map(|part| part.lines).sum();
        (tangle(workspace, graph, &network, lines), lines)
    };
    let (module, lines) = tangle(Scale::Module);
    Knots {
        lines,
        module,
        item: tangle(Scale::Item).0,
        method: tangle(Scale::Method).0,
    }
}

fn tangle(workspace: &Workspace, graph: &Graph, network: &Network, lines: usize) -> Tangle {
    let groups = network.groups();
    let arcs = network
        .links
        .iter()
        .map(|(from, to)| (network.group(*from), network.group(*to)));
    let component = Packed::new(groups, arcs).components();
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); groups];
    for (group, found) in component.iter().enumerate() {
        members[*found as usize].push(group as u32);
    }
    members.retain(|members| members.len() > 1);
    let size = |members: &Vec<u32>| -> usize {
        members.iter().map(|group| network.lines_of(*group)).sum()
    };
    members.sort_by_cached_key(|members| (std::cmp::Reverse(size(members)), members[0]));
    let items: Vec<_> = network
        .parts
        .iter()
        .flat_map(|part| part.items.iter().copied())
        .collect();
    let writer = Writer {
        workspace,
        graph,
        network,
        calls: match network.scale {
            Scale::Method => Calls::new(workspace, &items),
            Scale::Module | Scale::Item => Calls::default(),
        },
    };
    let count = members.len();
    let knots: Vec<Knot> = members
        .into_iter()
        .take(EXPLAINED)
        .map(|members| explain(&writer, members, lines))
        .collect();
    Tangle {
        share: knots.first().map_or(0.0, |knot| knot.share),
        count,
        knots,
    }
}

fn explain(writer: &Writer<'_>, groups: Vec<u32>, all: usize) -> Knot {
    let local = Local::new(writer.workspace, writer.network, groups);
    let weighted: Vec<(u32, u32, usize)> = local
        .arcs
        .iter()
        .map(|arc| (arc.from, arc.to, arc.links.len()))
        .collect();
    let closing = closing::closing(local.groups.len(), &weighted);
    let cuts = local.cuts(&closing);
    let mut lightest = closing.clone();
    lightest.sort_by_key(|index| (weighted[*index].2, *index));
    let mut members: Vec<Member> = local
        .groups
        .iter()
        .map(|group| writer.member(*group))
        .collect();
    members.sort_by(|a, b| a.name.cmp(&b.name));
    Knot {
        lines: local.lines,
        share: local.lines as f64 / all.max(1) as f64,
        members,
        closing: lightest
            .iter()
            .take(CLOSING)
            .map(|index| writer.link(&local, &local.arcs[*index]))
            .collect(),
        closing_count: closing.len(),
        cuts: cuts
            .iter()
            .take(CUTS)
            .map(|changes| writer.cut(&local, changes))
            .collect(),
    }
}
