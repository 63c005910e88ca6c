//! Today's home and the planned home of every item.

use std::collections::BTreeMap;

use cleave_graph::Graph;
use cleave_syntax::{CrateId, Diagnostic, ItemId, Severity, Workspace};

use crate::lift::{self, Lifts};
use crate::order::{Home, Order};
use crate::path::is_within;
use crate::plan::Plan;
use crate::testing;
use crate::unit::{self, Units};

/// Where every item is to live in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Homes {
    /// By item id: the index into [`Plan::crates`], or none for the package's own crates.
    /// Methods have their impl's home, but for those that are to be lifted; `use`, `extern crate` and `mod` items have none of their own and are `None`.
    pub planned: Vec<Home>,
    /// By item id: where it is today, in the same terms.
    pub today: Vec<Home>,
}

impl Homes {
    /// The items of the monolith that are not yet where the plan wants them.
    pub fn pending(&self) -> impl Iterator<Item = ItemId> + '_ {
        (0..self.planned.len())
            .map(ItemId::new)
            .filter(|id| self.planned[id.index()] != self.today[id.index()])
    }
}

/// Reads the plan against today's source.
///
/// What a crate claims but something below it needs goes down to where both see it: the arrows hold, whatever the
/// claims say, and each claim that does not hold is a warning.
pub fn homes(plan: &Plan, workspace: &Workspace, graph: &Graph) -> (Homes, Vec<Diagnostic>) {
    let crates = unit::crates(workspace, plan);
    let lifts = Lifts::of(plan, workspace, graph, &crates);
    let units = unit::units(workspace, graph, &crates, &lifts);
    let mut diagnostics = unknown_names(plan, workspace, &crates);
    let today = today(plan, workspace);
    let claims = Claims::of(plan);
    let wishes: Vec<Home> = units
        .units
        .iter()
        .map(|unit| {
            let moved = unit.items.iter().find_map(|id| today[id.index()]);
            moved.or_else(|| wish(workspace, &claims, &lifts, &unit.items))
        })
        .collect();
    let order = Order::of(plan);
    let homes = settle(&order, &units, &wishes);
    for (index, unit) in units.units.iter().enumerate() {
        if homes[index] != wishes[index] && wishes[index].is_some() && unit.anchors.is_empty() {
            diagnostics.push(went_down(
                plan,
                workspace,
                unit.items[0],
                wishes[index],
                homes[index],
            ));
        }
    }
    let mut planned: Vec<Home> = vec![None; workspace.items.len()];
    for (index, unit) in units.units.iter().enumerate() {
        for id in &unit.items {
            planned[id.index()] = homes[index];
        }
    }
    if let Some((root, moved)) = crates.split_first() {
        for id in moved.iter().flat_map(|krate| workspace.items_of(*krate)) {
            if workspace.item(id).is_test {
                planned[id.index()] = today[id.index()];
            }
        }
        let source = (graph, &lifts);
        testing::place(workspace, source, (&order, &claims), *root, &mut planned);
    }
    for id in (0..workspace.items.len()).map(ItemId::new) {
        if let Some(parent) = workspace.item(id).parent
            && !lifts.is_lifted(id)
        {
            planned[id.index()] = planned[parent.index()];
        }
        if !workspace.item(id).is_node() {
            planned[id.index()] = today[id.index()];
        }
    }
    (Homes { planned, today }, diagnostics)
}

/// Whether all items of a module, or the item of a name, live in a crate (none: the root). Impls follow their types and
/// traits, and tests what they test: they say nothing.
pub fn holds(
    plan: &Plan,
    homes: &Homes,
    workspace: &Workspace,
    (path, home): (&str, Home),
) -> bool {
    let crates = unit::crates(workspace, plan);
    let mut items = crates
        .iter()
        .flat_map(|krate| workspace.items_of(*krate))
        .filter(|id| {
            let item = workspace.item(*id);
            let named = item.is_node()
                && !item.is_test
                && item.parent.is_none()
                && item.implementation.is_none();
            named
                && (is_within(&workspace.module(item.module).path, path)
                    || workspace.path_of(*id) == path)
        });
    items.all(|id| homes.planned[id.index()] == home)
}

/// Gives every unit the highest home that its wish and all who need it see; an impl that may live in several places
/// goes to the one that sees all it needs.
///
/// Where there is no such place, the upper of its homes is given all its needs, and everything is settled again.
pub fn settle(order: &Order, units: &Units, wishes: &[Home]) -> Vec<Home> {
    let mut extra: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    loop {
        let homes = settle_closed(order, units, wishes, &extra);
        let stuck: Vec<usize> = open_units(units)
            .filter(|index| home_of_impl(order, units, &homes, *index).is_none())
            .collect();
        let mut grew = false;
        for index in stuck {
            let unit = &units.units[index];
            let entry = extra.entry(unit.anchors[0]).or_default();
            for need in unit.needs.iter().filter(|need| **need != unit.anchors[0]) {
                if !entry.contains(need) {
                    entry.push(*need);
                    grew = true;
                }
            }
        }
        if !grew {
            return place_impls(order, units, homes);
        }
    }
}

fn open_units(units: &Units) -> impl Iterator<Item = usize> + '_ {
    (0..units.units.len()).filter(|index| !units.units[*index].anchors.is_empty())
}

/// The home among its anchors' from which an impl sees all that it needs.
pub(crate) fn home_of_impl(
    order: &Order,
    units: &Units,
    homes: &[Home],
    index: usize,
) -> Option<Home> {
    let unit = &units.units[index];
    let candidates = unit.anchors.iter().map(|anchor| homes[*anchor]);
    candidates.into_iter().find(|home| {
        unit.needs
            .iter()
            .all(|need| order.sees(*home, homes[*need]))
    })
}

fn place_impls(order: &Order, units: &Units, mut homes: Vec<Home>) -> Vec<Home> {
    for index in open_units(units) {
        // Nothing is stuck any more; the root would see everything anyway.
        homes[index] = home_of_impl(order, units, &homes, index).unwrap_or(None);
    }
    homes
}

/// Settles all but the open impls, with what their anchors need besides. What two crates need that have nothing below
/// both draws its users up to where they see it: to the root at worst.
fn settle_closed(
    order: &Order,
    units: &Units,
    wishes: &[Home],
    extra: &BTreeMap<usize, Vec<usize>>,
) -> Vec<Home> {
    let count = units.units.len();
    let needs: Vec<Vec<usize>> = (0..count)
        .map(|index| match &units.units[index] {
            unit if !unit.anchors.is_empty() => Vec::new(),
            unit => unit
                .needs
                .iter()
                .chain(extra.get(&index).into_iter().flatten())
                .copied()
                .collect(),
        })
        .collect();
    let mut stays: Vec<bool> = units.units.iter().map(|unit| unit.pin.is_some()).collect();
    loop {
        unit::close_upwards(|index| &needs[index], &mut stays);
        let mut homes: Vec<Home> = wishes
            .iter()
            .zip(&stays)
            .map(|(wish, stays)| wish.filter(|_| !stays))
            .collect();
        let mut apart = Vec::new();
        // One pass does it, but for circles that an impl's needs close.
        let mut changed = true;
        while changed && apart.is_empty() {
            changed = false;
            for index in 0..count {
                for need in &needs[index] {
                    match order.meet(homes[*need], homes[index]) {
                        Some(home) if home != homes[*need] => {
                            homes[*need] = home;
                            changed = true;
                        }
                        Some(_) => {}
                        None => apart.push(index),
                    }
                }
            }
        }
        if apart.is_empty() {
            return homes;
        }
        for index in apart {
            stays[index] = true;
        }
    }
}

fn wish(workspace: &Workspace, claims: &Claims<'_>, lifts: &Lifts, items: &[ItemId]) -> Home {
    let named = items
        .iter()
        .find_map(|id| claims.item(&workspace.path_of(*id)));
    if let Some(home) = named {
        return home;
    }
    let mut votes: BTreeMap<Home, usize> = BTreeMap::new();
    for id in items {
        let home = claims.module(&workspace.module(workspace.item(*id).module).path);
        *votes.entry(home).or_default() += lifts.lines_of(workspace, *id) + 1;
    }
    votes
        .into_iter()
        .max_by_key(|(home, lines)| (*lines, std::cmp::Reverse(*home)))
        .and_then(|(home, _)| home)
}

/// What the plan says, by name.
pub(crate) struct Claims<'a> {
    modules: BTreeMap<&'a str, Home>,
    items: BTreeMap<&'a str, Home>,
}

impl<'a> Claims<'a> {
    pub(crate) fn of(plan: &'a Plan) -> Self {
        let mut claims = Claims {
            modules: BTreeMap::new(),
            items: BTreeMap::new(),
        };
        // A kept name may be a module's or an item's; a crate that claims the module by name comes first.
        claims
            .modules
            .extend(plan.keep.iter().map(|path| (path.as_str(), None)));
        for (index, krate) in plan.crates.iter().enumerate() {
            claims.modules.extend(
                krate
                    .modules
                    .iter()
                    .map(|path| (path.as_str(), Some(index))),
            );
            claims
                .items
                .extend(krate.items.iter().map(|path| (path.as_str(), Some(index))));
        }
        claims
            .items
            .extend(plan.keep.iter().map(|path| (path.as_str(), None)));
        claims
            .modules
            .extend(plan.keep.iter().map(|path| (path.as_str(), None)));
        for lift in &plan.lifts {
            let home = plan.crates.iter().position(|krate| krate.name == lift.to);
            let names = lift.methods.iter().chain([&lift.name]);
            claims.items.extend(names.map(|path| (path.as_str(), home)));
        }
        // A pin wins over what the plan says of anything in it.
        let pinned = |path: &str| plan.pins.keys().any(|pin| is_within(path, pin));
        claims.modules.retain(|path, _| !pinned(path));
        claims.items.retain(|path, _| !pinned(path));
        for (path, krate) in &plan.pins {
            let home = plan
                .crates
                .iter()
                .position(|planned| planned.name == *krate);
            claims.modules.insert(path, home);
            claims.items.insert(path, home);
        }
        claims
    }

    /// What is said of an item, by its own name or that of a module around it; none where nothing is.
    pub(crate) fn of_item(&self, path: &str, module: &str) -> Option<Home> {
        self.item(path).or_else(|| self.of_module(module))
    }

    /// What is said of a module, or of the closest around it of which something is.
    pub(crate) fn of_module(&self, path: &str) -> Option<Home> {
        let mut at = path;
        loop {
            if let Some(home) = self.modules.get(at) {
                return Some(*home);
            }
            (at, _) = at.rsplit_once("::")?;
        }
    }

    /// What an item's own name claims.
    fn item(&self, path: &str) -> Option<Home> {
        self.items.get(path).copied()
    }

    /// What the longest claimed path around a module claims.
    pub(crate) fn module(&self, path: &str) -> Home {
        self.of_module(path).flatten()
    }
}

fn today(plan: &Plan, workspace: &Workspace) -> Vec<Home> {
    let by_crate: Vec<Home> = workspace
        .crates
        .iter()
        .map(|krate| {
            let name = &workspace.package(krate.package).name;
            plan.crates.iter().position(|planned| planned.name == *name)
        })
        .collect();
    (0..workspace.items.len())
        .map(|id| by_crate[workspace.crate_of(ItemId::new(id)).index()])
        .collect()
}

fn went_down(plan: &Plan, workspace: &Workspace, id: ItemId, wish: Home, home: Home) -> Diagnostic {
    let name = |home: Home| {
        home.map_or(plan.package.as_str(), |index| {
            plan.crates[index].name.as_str()
        })
    };
    let item = workspace.item(id);
    let path = workspace.path_of(id);
    let file = workspace.file(workspace.module(item.module).file);
    let message = format!(
        "`{path}` is claimed by `{}` but lives in `{}`",
        name(wish),
        name(home)
    );
    let help = match home {
        Some(_) => format!(
            "something in `{}` or beside it needs it; list it there, or move what needs it up",
            name(home)
        ),
        None => "it needs what has to stay in the root".to_owned(),
    };
    Diagnostic::new(Severity::Note, "plan", message)
        .at(file.path.clone(), item.name_range, "defined here")
        .help(help)
}

fn unknown_names(plan: &Plan, workspace: &Workspace, crates: &[CrateId]) -> Vec<Diagnostic> {
    let modules = unit::modules_by_path(workspace, crates);
    let items: std::collections::BTreeSet<String> = crates
        .iter()
        .flat_map(|krate| workspace.items_of(*krate))
        .map(|id| workspace.path_of(id))
        .collect();
    let mut diagnostics = Vec::new();
    let mut check =
        |kind: &str, path: &str, known: &mut dyn Iterator<Item = &str>, exists: bool| {
            if exists {
                return;
            }
            let near = known
                .min_by_key(|other| distance(path, other))
                .unwrap_or_default()
                .to_owned();
            diagnostics.push(
                Diagnostic::new(
                    Severity::Warning,
                    "plan",
                    format!("there is no {kind} `{path}` any more"),
                )
                .help(format!(
                    "take it out of split.toml, or name the {kind} that took its place: `{near}`?"
                )),
            );
        };
    for path in plan.pins.keys().chain(&plan.keep) {
        check(
            "module or item",
            path,
            &mut modules
                .keys()
                .copied()
                .chain(items.iter().map(String::as_str)),
            modules.contains_key(path.as_str()) || items.contains(path),
        );
    }
    let inherent = plan
        .lifts
        .iter()
        .filter(|lift| !lift::is_done(lift, workspace, crates));
    for path in inherent.flat_map(|lift| &lift.methods) {
        check(
            "method",
            path,
            &mut items.iter().map(String::as_str),
            items.contains(path),
        );
    }
    for krate in &plan.crates {
        for path in &krate.modules {
            check(
                "module",
                path,
                &mut modules.keys().copied(),
                modules.contains_key(path.as_str()),
            );
        }
        for path in &krate.items {
            check(
                "item",
                path,
                &mut items.iter().map(String::as_str),
                items.contains(path),
            );
        }
    }
    diagnostics
}

/// Levenshtein's distance between two names.
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let cost = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
