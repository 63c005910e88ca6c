//! Why an item leaves its module.

use std::collections::BTreeMap;

use cleave_plan::Plan;
use cleave_plan::order::{Home, Order};

use super::Subject;
use super::model::Model;

/// An item that lives in another crate than its module.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Departure {
    /// Index into the model's items.
    pub(super) item: usize,
    /// The crate of its module.
    pub(super) from: usize,
    /// Its own.
    pub(super) to: usize,
    /// Why, as a sentence.
    pub(super) why: String,
    /// The arrow that shows it.
    pub(super) arrow: Option<usize>,
}

/// All of them, by item.
pub(super) fn departures(subject: &Subject<'_>, model: &Model) -> Vec<Departure> {
    let Some((plan, _)) = subject.plan else {
        return Vec::new();
    };
    let most = most_of_modules(subject, plan, model);
    let finder = Finder {
        subject,
        model,
        plan,
        order: Order::of(plan),
        users: users(model),
    };
    let module = |index: usize| subject.workspace.item(model.items[index]).module;
    let path = |index: usize| subject.workspace.module(module(index)).path.as_str();
    (0..model.items.len())
        .map(|item| (item, most[path(item)]))
        .filter(|(item, from)| model.planned[*item] != *from)
        .map(|(item, from)| finder.departure(item, from))
        .collect()
}

/// By module path: the crate that claims it, or where nothing of it lives there, the one that gets most of its lines.
fn most_of_modules<'a>(
    subject: &Subject<'a>,
    plan: &Plan,
    model: &Model,
) -> BTreeMap<&'a str, usize> {
    let workspace = subject.workspace;
    let mut lines: BTreeMap<&str, BTreeMap<usize, usize>> = BTreeMap::new();
    for (index, id) in model.items.iter().enumerate() {
        let path = &workspace.module(workspace.item(*id).module).path;
        let homes = lines.entry(path).or_default();
        *homes.entry(model.planned[index]).or_default() += model.lines_of(subject, index);
    }
    let most = |homes: &BTreeMap<usize, usize>| {
        let best = homes
            .iter()
            .max_by_key(|(home, lines)| (**lines, std::cmp::Reverse(**home)));
        best.map_or(0, |(home, _)| *home)
    };
    let home = |path: &str, homes: &BTreeMap<usize, usize>| {
        let claimed = claimed(plan, path);
        if homes.contains_key(&claimed) {
            claimed
        } else {
            most(homes)
        }
    };
    lines
        .iter()
        .map(|(path, homes)| (*path, home(path, homes)))
        .collect()
}

/// The crate with the longest entry around a module; the root where there is none.
fn claimed(plan: &Plan, path: &str) -> usize {
    let is_around = |outer: &str| {
        path.strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    let entries = plan.crates.iter().enumerate().flat_map(|(index, krate)| {
        let modules = krate.modules.iter();
        modules.map(move |module| (module.as_str(), index))
    });
    entries
        .filter(|(module, _)| is_around(module))
        .max_by_key(|(module, _)| module.len())
        .map_or(plan.crates.len(), |(_, index)| index)
}

/// By item: the arrows that lead to it.
fn users(model: &Model) -> Vec<Vec<usize>> {
    let mut users = vec![Vec::new(); model.items.len()];
    for (index, arrow) in model.arrows.iter().enumerate() {
        users[arrow.to].push(index);
    }
    users
}

struct Finder<'a> {
    subject: &'a Subject<'a>,
    model: &'a Model,
    plan: &'a Plan,
    order: Order,
    users: Vec<Vec<usize>>,
}

impl Finder<'_> {
    fn departure(&self, item: usize, from: usize) -> Departure {
        let to = self.model.planned[item];
        let found = if self.sees(from, to) {
            self.pulled_down(item, from)
        } else {
            self.pulled_up(item, from)
        };
        let (why, arrow) = found
            .or_else(|| self.goes_with(item))
            .unwrap_or_else(|| (self.by_choice(item, to), None));
        Departure {
            item,
            from,
            to,
            why,
            arrow,
        }
    }

    fn home(&self, index: usize) -> Home {
        (index < self.plan.crates.len()).then_some(index)
    }

    fn sees(&self, upper: usize, lower: usize) -> bool {
        self.order.sees(self.home(upper), self.home(lower))
    }

    /// Somebody who can't see the module's crate uses it.
    fn pulled_down(&self, item: usize, from: usize) -> Option<(String, Option<usize>)> {
        let blind: Vec<usize> = self.users[item]
            .iter()
            .copied()
            .filter(|arrow| !self.sees(self.model.planned[self.model.arrows[*arrow].from], from))
            .collect();
        let first = *blind.first()?;
        let user = self.model.arrows[first].from;
        let why = format!(
            "{}{} in {} {} it, and can't see {}",
            self.name(user),
            others(blind.len()),
            self.crate_name(self.model.planned[user]),
            if blind.len() > 1 { "need" } else { "needs" },
            self.crate_name(from)
        );
        Some((why, Some(first)))
    }

    /// It uses what the module's crate can't see.
    fn pulled_up(&self, item: usize, from: usize) -> Option<(String, Option<usize>)> {
        let start = self.model.arrows.partition_point(|arrow| arrow.from < item);
        let out = self.model.arrows[start..]
            .iter()
            .enumerate()
            .take_while(|(_, arrow)| arrow.from == item);
        let hidden: Vec<usize> = out
            .filter(|(_, arrow)| !self.sees(from, self.model.planned[arrow.to]))
            .map(|(offset, _)| start + offset)
            .collect();
        let first = *hidden.first()?;
        let need = self.model.arrows[first].to;
        let why = format!(
            "it needs {}{} in {}, which {} can't see",
            self.name(need),
            others(hidden.len()),
            self.crate_name(self.model.planned[need]),
            self.crate_name(from)
        );
        Some((why, Some(first)))
    }

    /// An impl stands with its type or its trait; a circle stays together.
    fn goes_with(&self, item: usize) -> Option<(String, Option<usize>)> {
        let id = self.model.items[item];
        let anchors = self.subject.graph.anchors[id.index()].iter();
        let anchor = anchors
            .filter_map(|anchor| self.model.index[anchor.index()])
            .find(|anchor| self.model.planned[*anchor] == self.model.planned[item]);
        if let Some(anchor) = anchor {
            let why = format!(
                "an impl stands in the crate of its type or trait: it goes with {}",
                self.name(anchor)
            );
            return Some((why, self.model.arrow(item, anchor)));
        }
        let unit = self.model.unit[item];
        let mate = (0..self.model.items.len())
            .find(|other| *other != item && self.model.unit[*other] == unit)?;
        let arrow = self
            .model
            .arrow(item, mate)
            .or_else(|| self.model.arrow(mate, item));
        let why = format!("it can only move together with {}", self.name(mate));
        Some((why, arrow))
    }

    fn by_choice(&self, item: usize, to: usize) -> String {
        let path = self.subject.workspace.path_of(self.model.items[item]);
        let is_listed = match self.plan.crates.get(to) {
            Some(krate) => krate.items.contains(&path),
            None => self.plan.keep.contains(&path),
        };
        if let Some(pin) = &self.model.pins[item] {
            format!("it has to stay in the root: {pin}")
        } else if is_listed {
            "nothing forces it: split.toml lists it by name".to_owned()
        } else {
            "the plan has it here; nothing forces it".to_owned()
        }
    }

    fn name(&self, index: usize) -> String {
        format!(
            "`{}`",
            self.subject.workspace.path_of(self.model.items[index])
        )
    }

    fn crate_name(&self, index: usize) -> String {
        format!("`{}`", self.subject.crate_name(index))
    }
}

fn others(count: usize) -> String {
    match count {
        0 | 1 => String::new(),
        2 => " and one other".to_owned(),
        more => format!(" and {} others", more - 1),
    }
}
