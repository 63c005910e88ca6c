//! References against the arrows: `arrow`, `knot`, and `home` where what is named has none.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use cleave_graph::graph::Target;
use cleave_graph::{Graph, Place, Reference};
use cleave_plan::{Home, Order};
use cleave_syntax::item::{ItemKind, PathContext};
use cleave_syntax::{ItemId, TextRange};

use crate::Judge;
use crate::declared::Declared;
use crate::finding::{Finding, Kind, definition};
use crate::proposal;

/// How many uses of one thing are marked.
const SHOWN: usize = 3;

pub(crate) fn find(judge: &Judge<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut homeless: BTreeMap<ItemId, Vec<ItemId>> = BTreeMap::new();
    for &(from, to) in &judge.crossings {
        if judge.declared.named[to.index()] {
            findings.push(crossing(judge, from, to));
        } else {
            homeless.entry(to).or_default().push(from);
        }
    }
    findings.extend(
        homeless
            .iter()
            .filter_map(|(to, users)| needed_below(judge, *to, users)),
    );
    findings
}

/// Items that name what they may not see: they, or a method of theirs.
pub(crate) fn offenders(judge: &Judge<'_>) -> BTreeSet<ItemId> {
    let items = &judge.input.workspace.items;
    let from = judge.crossings.iter().map(|(from, _)| *from);
    from.map(|id| items[id.index()].parent.unwrap_or(id))
        .collect()
}

/// Pairs of who names and what it names, where the one may not see the other.
pub(crate) fn crossings(
    graph: &Graph,
    declared: &Declared,
    order: &Order,
) -> Vec<(ItemId, ItemId)> {
    let items = (0..declared.home.len()).map(ItemId::new);
    let mut crossings = Vec::new();
    for from in items {
        let Some(upper) = declared.home[from.index()] else {
            continue;
        };
        for to in graph.edges_of(from) {
            if declared.home[to.index()].is_some_and(|lower| !order.sees(upper, lower)) {
                crossings.push((from, *to));
            }
        }
    }
    crossings
}

fn crossing(judge: &Judge<'_>, from: ItemId, to: ItemId) -> Finding {
    let workspace = judge.input.workspace;
    let (upper, lower) = (home(judge, from), home(judge, to));
    let (user, used) = (workspace.path_of(from), workspace.path_of(to));
    let is_knot = unit(judge, from).is_some() && unit(judge, from) == unit(judge, to);
    let kind = if is_knot { Kind::Knot } else { Kind::Arrow };
    let relation = if judge.order.sees(lower, upper) {
        "above"
    } else {
        "beside"
    };
    let message = format!(
        "`{user}` in `{}` names `{used}`, which is {relation} it in `{}`",
        judge.name(upper),
        judge.name(lower)
    );
    let mut finding = Finding::new(kind, &format!("{user} -> {used}"), message);
    let places = places(judge, from, to);
    let label = format!(
        "`{}` may not name `{}`",
        judge.name(upper),
        judge.name(lower)
    );
    for (index, (path, range)) in places.iter().take(SHOWN).enumerate() {
        finding = finding.at((path, *range), if index == 0 { &label } else { "" });
    }
    let label = format!("lives in `{}`", judge.name(lower));
    finding = finding.at(definition(workspace, to), &label);
    let help = if is_knot {
        knot_help(judge, from, to)
    } else {
        arrow_help(judge, from, to)
    };
    finding.help(help)
}

fn home(judge: &Judge<'_>, id: ItemId) -> Home {
    judge.declared.home[id.index()].unwrap_or_default()
}

fn whole(judge: &Judge<'_>, id: ItemId) -> ItemId {
    judge.input.workspace.item(id).parent.unwrap_or(id)
}

/// What a list of the plan would name: the type, for a method of it.
fn subject(judge: &Judge<'_>, id: ItemId) -> ItemId {
    let id = whole(judge, id);
    match judge.input.workspace.item(id).kind {
        ItemKind::InherentImpl => judge.input.graph.anchors[id.index()]
            .first()
            .copied()
            .unwrap_or(id),
        _ => id,
    }
}

fn unit(judge: &Judge<'_>, id: ItemId) -> Option<usize> {
    judge.units.unit_of[whole(judge, id).index()]
}

/// Where one names the other, in order.
fn places<'a>(
    judge: &Judge<'a>,
    from: ItemId,
    to: ItemId,
) -> Vec<(&'a camino::Utf8Path, TextRange)> {
    let workspace = judge.input.workspace;
    let item = workspace.item(from);
    let file = workspace.file(workspace.module(item.module).file);
    let target_module = workspace.item(to).module;
    let means = |reference: &&Reference| match reference.resolution.target {
        Target::Item(id) | Target::Opaque(id) => id == to,
        Target::Module(id) => id == target_module,
        _ => false,
    };
    let range = |reference: &Reference| {
        let Place::Item(_, index) = reference.place else {
            return None;
        };
        let path = item.paths.get(index as usize)?;
        let in_docs = matches!(path.context, PathContext::DocLink | PathContext::DocTest);
        (!in_docs).then(|| path.range())
    };
    let references = judge.input.graph.references_of(from).iter().filter(means);
    let mut ranges: Vec<TextRange> = references.filter_map(range).collect();
    ranges.sort();
    ranges.dedup();
    if ranges.is_empty() {
        ranges.push(definition(workspace, from).1);
    }
    ranges
        .into_iter()
        .map(|range| (file.path.as_path(), range))
        .collect()
}

/// What would have to go below for the reference to be legal.
fn arrow_help(judge: &Judge<'_>, from: ItemId, to: ItemId) -> String {
    let workspace = judge.input.workspace;
    let meet = judge
        .order
        .meet(home(judge, to), home(judge, from))
        .flatten();
    let used = workspace.path_of(subject(judge, to));
    let (Some(meet), Some(start)) = (meet, unit(judge, to)) else {
        return format!(
            "take the reference out: no crate is below both, so `{used}` can't go to one"
        );
    };
    let mut along = vec![false; judge.units.units.len()];
    let mut pending = vec![start];
    while let Some(unit) = pending.pop() {
        let first = judge.units.units[unit].items[0];
        if !judge.order.sees(Some(meet), home(judge, first))
            && !std::mem::replace(&mut along[unit], true)
        {
            pending.extend(&judge.units.units[unit].needs);
        }
    }
    let count: usize = (0..along.len())
        .filter(|unit| along[*unit])
        .map(|unit| judge.units.units[unit].items.len())
        .sum();
    let with = match count {
        0 | 1 => String::new(),
        2 => ", with 1 item that goes along".to_owned(),
        more => format!(", with {} items that go along", more - 1),
    };
    format!(
        "hand in what is needed as an argument or through a trait of `{}`, or let `{used}` live in `{1}`: add it to `items` of `[crates.{1}]` in split.toml{with}",
        judge.name(home(judge, from)),
        judge.name(Some(meet)),
    )
}

/// The way back, which makes it a circle.
fn knot_help(judge: &Judge<'_>, from: ItemId, to: ItemId) -> String {
    let workspace = judge.input.workspace;
    let way = way(judge, to, from);
    let names: Vec<String> = way
        .iter()
        .map(|id| format!("`{}`", workspace.path_of(*id)))
        .collect();
    format!(
        "it closes a circle: {} needs {} in turn; cut it here, by an argument, a trait of `{}`, or by moving `{}` up beside what it names",
        names.first().cloned().unwrap_or_default(),
        names[1..].join(", which needs "),
        judge.name(home(judge, from)),
        workspace.path_of(from),
    )
}

/// The shortest way from one item to another along what each needs, a type's impls being part of it.
fn way(judge: &Judge<'_>, from: ItemId, to: ItemId) -> Vec<ItemId> {
    let (from, to) = (whole(judge, from), whole(judge, to));
    let own = unit(judge, from);
    let mut before: BTreeMap<ItemId, ItemId> = BTreeMap::new();
    let mut pending = VecDeque::from([from]);
    while let Some(at) = pending.pop_front() {
        if at == to && before.contains_key(&at) {
            break;
        }
        for next in steps_from(judge, at) {
            if unit(judge, next) == own && next != from && !before.contains_key(&next) {
                before.insert(next, at);
                pending.push_back(next);
            }
        }
    }
    let mut way = vec![to];
    let mut at = to;
    while let Some(previous) = before.get(&at) {
        way.push(*previous);
        at = *previous;
        if at == from {
            break;
        }
    }
    way.reverse();
    way
}

fn steps_from(judge: &Judge<'_>, id: ItemId) -> Vec<ItemId> {
    let (workspace, graph) = (judge.input.workspace, judge.input.graph);
    let parts = std::iter::once(&id).chain(&workspace.item(id).methods);
    let needs = parts.flat_map(|part| graph.edges_of(*part)).copied();
    let impls = graph.implementations[id.index()].iter().copied();
    needs
        .chain(impls)
        .map(|next| whole(judge, next))
        .filter(|next| *next != id && !workspace.item(*next).is_test)
        .collect()
}

/// Something without a home that code below needs. Where its whole module has none, that is said instead.
fn needed_below(judge: &Judge<'_>, to: ItemId, users: &[ItemId]) -> Option<Finding> {
    let workspace = judge.input.workspace;
    if judge.is_homeless(workspace.item(to).module) {
        return None;
    }
    let used = workspace.path_of(to);
    let below = users.iter().map(|user| home(judge, *user));
    let meet = below
        .reduce(|a, b| judge.order.meet(a, b).unwrap_or(a))
        .flatten();
    let mut finding = Finding::new(
        Kind::Home,
        &used,
        format!(
            "`{used}` has no home in split.toml, and `{}` needs it",
            judge.name(meet)
        ),
    )
    .at(
        definition(workspace, to),
        "stays in the package, above all crates",
    );
    for user in users.iter().take(SHOWN) {
        if let Some(place) = places(judge, *user, to).first() {
            let label = format!("needed here, in `{}`", judge.name(home(judge, *user)));
            finding = finding.at(*place, &label);
        }
    }
    if let Some(place) = proposal::place(judge, meet, "items") {
        finding = finding.at(place, "its name would go here");
    }
    Some(finding.help(format!(
        "add `{}` to `items` of `[crates.{}]` in split.toml, or take the reference out",
        workspace.path_of(subject(judge, to)),
        judge.name(meet)
    )))
}
