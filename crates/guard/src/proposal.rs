//! What to write into `split.toml` for what it does not know: new modules, and names that have gone.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use cleave_plan::Home;
use cleave_syntax::{ItemId, TextRange};
use toml_edit::{Document, Item, Table};

use crate::Judge;
use crate::finding::definition;

/// A home for something new, and why that one.
pub(crate) struct Proposal {
    pub(crate) home: Home,
    pub(crate) why: String,
}

/// The home that has most of what some new items need and of what needs them, among those from which everything is seen
/// and that everyone who needs it sees; of two alike the lower one. None where there is no such home. Linear in the
/// references.
pub(crate) fn home(judge: &Judge<'_>, items: &[ItemId]) -> Option<Proposal> {
    let (needs, users) = neighbours(judge, items);
    let crates = judge.input.plan.crates.len();
    let is_legal = |home: &Home| {
        let sees_all = needs.values().all(|need| judge.order.sees(*home, *need));
        sees_all && users.values().all(|user| judge.order.sees(*user, *home))
    };
    let homes: BTreeMap<ItemId, Home> = needs
        .iter()
        .chain(&users)
        .map(|(id, home)| (*id, *home))
        .collect();
    if homes.is_empty() {
        let why = "nothing in the plan needs it, and it needs nothing of it".to_owned();
        return Some(Proposal { home: None, why });
    }
    let count = |home: &Home| homes.values().filter(|other| *other == home).count();
    // From the top down, since the last of those alike is taken.
    let legal = std::iter::once(None).chain((0..crates).rev().map(Some));
    let best = legal.filter(is_legal).max_by_key(count)?;
    let why = match (homes.len(), count(&best)) {
        (1, 1) => "it has the one item that this names or that names it".to_owned(),
        (all, own) if own == all => {
            format!("it has all {all} items that this names or that name it")
        }
        (all, own) => format!(
            "it has {own} of the {all} items that this names or that name it, sees what this needs, and is seen from what needs this"
        ),
    };
    Some(Proposal { home: best, why })
}

/// What items need and what needs them, with the homes that the plan gives these.
fn neighbours(
    judge: &Judge<'_>,
    items: &[ItemId],
) -> (BTreeMap<ItemId, Home>, BTreeMap<ItemId, Home>) {
    let own: BTreeSet<ItemId> = items.iter().copied().collect();
    let named = |id: ItemId| {
        let said = judge.declared.named[id.index()] && !own.contains(&id);
        judge.declared.home[id.index()].filter(|_| said)
    };
    let (mut needs, mut users) = (BTreeMap::new(), BTreeMap::new());
    for index in 0..judge.declared.home.len() {
        let from = ItemId::new(index);
        for to in judge.input.graph.edges_of(from) {
            if own.contains(&from) {
                needs.extend(named(*to).map(|home| (*to, home)));
            } else if own.contains(to) {
                users.extend(named(from).map(|home| (from, home)));
            }
        }
    }
    (needs, users)
}

/// Where in `split.toml` a name is to be added: the end of the list, or the head of the crate's table.
pub(crate) fn place<'a>(
    judge: &Judge<'a>,
    home: Home,
    list: &str,
) -> Option<(&'a Utf8Path, TextRange)> {
    let (path, text) = judge.input.plan_file;
    let document = Document::parse(text).ok()?;
    let root = document.as_table();
    let span = match home {
        None => end(root.get("keep")),
        Some(index) => {
            let name = &judge.input.plan.crates[index].name;
            let krate = root.get("crates")?.as_table_like()?.get(name)?;
            let own = krate.as_table_like()?.get(list);
            end(own).or(krate.as_table().and_then(Table::span))
        }
    };
    // A list that is not there yet stands on top.
    let span = span.unwrap_or(0..0);
    Some((path, TextRange::new(span.start as u32, span.end as u32)))
}

/// The bracket that ends a list.
fn end(list: Option<&Item>) -> Option<std::ops::Range<usize>> {
    let span = list?.as_array()?.span()?;
    Some(span.end.saturating_sub(1)..span.end)
}

/// The name that something has now which a list calls by an older one: the same in another module, or a similar one in
/// the same; only what no list names comes into question, and only where it is alone.
pub(crate) fn new_name<'a>(
    judge: &Judge<'a>,
    old: &str,
    kinds: Kinds,
) -> Option<(String, (&'a Utf8Path, TextRange))> {
    let unnamed = unnamed(judge, kinds);
    let name = alike(old, unnamed.keys())?;
    let place = definition(judge.input.workspace, unnamed[&name]);
    Some((name, place))
}

fn alike<'n>(old: &str, unnamed: impl Iterator<Item = &'n String> + Clone) -> Option<String> {
    let (parent, last) = parts(old);
    let mut moved = unnamed.clone().filter(|path| parts(path).1 == last);
    if let (Some(one), None) = (moved.next(), moved.next()) {
        return Some(one.clone());
    }
    let beside = unnamed.filter(|path| parts(path).0 == parent);
    let near = beside.map(|path| (cleave_plan::distance(parts(path).1, last), path));
    let mut near: Vec<_> = near.filter(|(far, _)| *far * 3 <= last.len()).collect();
    near.sort();
    match &near[..] {
        [(_, one)] => Some((*one).clone()),
        [(first, one), (second, _), ..] if first < second => Some((*one).clone()),
        _ => None,
    }
}

/// What a list of the plan holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kinds {
    /// `modules`.
    Modules,
    /// `items`.
    Items,
    /// `keep`.
    Both,
}

/// The modules and items that no list names, with the item to show of each.
fn unnamed(judge: &Judge<'_>, kinds: Kinds) -> BTreeMap<String, ItemId> {
    let workspace = judge.input.workspace;
    let mut unnamed = BTreeMap::new();
    for id in judge
        .crates
        .iter()
        .flat_map(|krate| workspace.items_of(*krate))
    {
        let item = workspace.item(id);
        if judge.declared.home[id.index()].is_none() {
            continue;
        }
        if kinds != Kinds::Items && judge.is_homeless(item.module) {
            let module = workspace.module(item.module);
            let shown = module.declaration.unwrap_or(id);
            unnamed.insert(module.path.clone(), shown);
        }
        let path = workspace.path_of(id);
        let is_open = item.parent.is_none() && judge.declared.lists.item(&path).is_none();
        if kinds != Kinds::Modules && is_open {
            unnamed.insert(path, id);
        }
    }
    unnamed
}

/// The module around a name, and its last word.
fn parts(path: &str) -> (&str, &str) {
    path.rsplit_once("::").unwrap_or(("", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_name_is_the_same_elsewhere_or_a_similar_one_beside() {
        let check = |old: &str, unnamed: &[&str], expected: Option<&str>| {
            let unnamed: Vec<String> = unnamed.iter().map(ToString::to_string).collect();
            assert_eq!(alike(old, unnamed.iter()).as_deref(), expected, "{old}");
        };
        check("a::mail", &["b::mail", "a::post"], Some("b::mail"));
        check("a::mail", &["b::mail", "c::mail"], None);
        check(
            "a::report",
            &["a::reports", "b::reporter"],
            Some("a::reports"),
        );
        check("a::report", &["a::reportx", "a::reporty"], None);
        check("a::report", &["a::summary"], None);
    }
}
