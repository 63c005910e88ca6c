//! Finds the boundaries: a shared crate at the bottom, and siblings beside each other on top of it.
//!
//! Every module is given a wish (which crate it would like); [`settle`] turns wishes into homes
//! that hold: what two siblings need goes down to the shared crate, with all it needs. So any wishes give a legal plan,
//! and the search only compares costs. It starts from several pairs of seeds (modules whose names say what they do,
//! and the largest ones that need much and are needed by few) and moves one module at a time while that is cheaper.
//! Deterministic: everything is tried in the order of names.

mod naming;

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::Graph;
use cleave_syntax::{Diagnostic, Severity, Workspace};

use crate::cost::{self, Cost};
use crate::home::settle;
use crate::order::{Home, Order};
use crate::plan::{Plan, PlannedCrate, Role};
use crate::step;
use crate::unit::{self, Units};

/// What a person asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProposeOptions {
    /// How many new crates; none for as many as pay (at least three where the code allows).
    pub crates: Option<usize>,
    /// Prefix of the crates' names; the package's name where there is none.
    pub prefix: Option<String>,
    /// The plan so far: its claims are pins.
    pub pins: Option<Plan>,
}

/// The search as a table: units, and the module that each belongs to.
pub(crate) struct Table {
    pub(crate) units: Units,
    /// Module paths that have items, in order.
    pub(crate) modules: Vec<String>,
    /// By unit: its lines in each module, as `(module, lines)`.
    pub(crate) parts: Vec<Vec<(usize, usize)>>,
    /// By unit: the module of most of its lines.
    pub(crate) module_of: Vec<usize>,
    /// By module: lines.
    pub(crate) lines: Vec<usize>,
    pub(crate) total: usize,
}

impl Table {
    fn new(workspace: &Workspace, graph: &Graph) -> Option<Self> {
        let root = workspace.monolith(workspace.package)?;
        let units = unit::units(workspace, graph, &[root]);
        let paths: BTreeSet<&str> = units
            .units
            .iter()
            .flat_map(|unit| &unit.items)
            .map(|id| workspace.module(workspace.item(*id).module).path.as_str())
            .collect();
        let modules: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        let index: BTreeMap<&str, usize> = paths
            .into_iter()
            .enumerate()
            .map(|(index, path)| (path, index))
            .collect();
        let mut table = Table {
            parts: Vec::new(),
            module_of: Vec::new(),
            lines: vec![0; modules.len()],
            total: 0,
            units,
            modules: modules.clone(),
        };
        for unit in &table.units.units {
            let mut parts: BTreeMap<usize, usize> = BTreeMap::new();
            for id in &unit.items {
                let module = index[workspace.module(workspace.item(*id).module).path.as_str()];
                *parts.entry(module).or_default() += workspace.lines_of(*id).max(1);
            }
            for (module, lines) in &parts {
                table.lines[*module] += lines;
                table.total += lines;
            }
            let most = parts
                .iter()
                .max_by_key(|(module, lines)| (**lines, std::cmp::Reverse(**module)));
            table.module_of.push(most.map_or(0, |(module, _)| *module));
            table.parts.push(parts.into_iter().collect());
        }
        Some(table)
    }
}

/// Proposes a plan.
pub fn propose(
    workspace: &Workspace,
    graph: &Graph,
    options: &ProposeOptions,
) -> (Plan, Vec<Diagnostic>) {
    let package = workspace.package(workspace.package).name.clone();
    let Some(table) = Table::new(workspace, graph) else {
        let diagnostic = Diagnostic::new(
            Severity::Error,
            "plan",
            "the package has neither a library nor a binary",
        )
        .help("name a package with code to split");
        return (
            Plan {
                package,
                ..Plan::default()
            },
            vec![diagnostic],
        );
    };
    if table.modules.is_empty() {
        let diagnostic =
            Diagnostic::new(Severity::Error, "plan", "the package has no items to move")
                .help("name a package with code to split");
        return (
            Plan {
                package,
                ..Plan::default()
            },
            vec![diagnostic],
        );
    }
    let siblings = options
        .crates
        .map_or(2, |crates| crates.saturating_sub(1).max(1));
    let order = Order::star(siblings);
    let wishes = Search {
        table: &table,
        order: &order,
        siblings,
    }
    .run();
    let plan = record(workspace, graph, options, (&table, &order), &wishes);
    let mut diagnostics = Vec::new();
    if plan.crates.len() < siblings + 1 {
        let message = format!(
            "only {} crates came out of {} asked for",
            plan.crates.len(),
            siblings + 1
        );
        let help = "the rest is one knot at item level: `graph --level item` shows it";
        diagnostics.push(Diagnostic::new(Severity::Warning, "plan", message).help(help));
    }
    (plan, diagnostics)
}

struct Search<'a> {
    table: &'a Table,
    order: &'a Order,
    siblings: usize,
}

impl Search<'_> {
    /// The wish of every module.
    fn run(&self) -> Vec<Home> {
        let mut starts: Vec<(Cost, Vec<Home>)> = self
            .starts()
            .into_iter()
            .map(|wishes| (self.cost(&wishes), wishes))
            .collect();
        starts.sort_by(|a, b| a.0.total.total_cmp(&b.0.total));
        starts.truncate(3);
        let improved = starts
            .into_iter()
            .map(|(cost, wishes)| self.improve(cost, wishes));
        improved
            .min_by(|a, b| a.0.total.total_cmp(&b.0.total))
            .map_or_else(Vec::new, |(_, wishes)| wishes)
    }

    fn cost(&self, wishes: &[Home]) -> Cost {
        cost::of(
            self.table,
            self.order,
            &self.homes(wishes),
            self.siblings + 1,
        )
    }

    fn homes(&self, wishes: &[Home]) -> Vec<Home> {
        let unit_wishes: Vec<Home> = self
            .table
            .module_of
            .iter()
            .map(|module| wishes[*module])
            .collect();
        settle(self.order, &self.table.units, &unit_wishes)
    }

    fn starts(&self) -> Vec<Vec<Home>> {
        let mut starts = Vec::new();
        let by_name = self.by_name();
        if by_name.iter().flatten().collect::<BTreeSet<_>>().len() > 2 {
            starts.push(by_name);
        }
        let seeds = self.seeds();
        for (position, first) in seeds.iter().enumerate() {
            for second in &seeds[position + 1..] {
                starts.push(self.seeded(&[first, second]));
            }
        }
        if starts.is_empty() {
            starts.push(vec![Some(0); self.table.modules.len()]);
        }
        starts
    }

    /// Wishes from what the modules are called.
    fn by_name(&self) -> Vec<Home> {
        self.table
            .modules
            .iter()
            .map(|path| match naming::role(path) {
                _ if path.is_empty() => None,
                Some(Role::Orchestration) if self.siblings > 1 => Some(1),
                Some(Role::Worker) if self.siblings > 1 => Some(2),
                _ => Some(0),
            })
            .collect()
    }

    /// Top-level modules that could be the core of a sibling: the largest, at most a dozen.
    fn seeds(&self) -> Vec<String> {
        let mut groups: BTreeMap<String, usize> = BTreeMap::new();
        for (path, lines) in self.table.modules.iter().zip(&self.table.lines) {
            let mut at = String::new();
            for (depth, name) in path.split("::").filter(|name| !name.is_empty()).enumerate() {
                if depth > 0 {
                    at.push_str("::");
                }
                at.push_str(name);
                if depth < 2 {
                    *groups.entry(at.clone()).or_default() += lines;
                }
            }
        }
        let mut groups: Vec<(String, usize)> = groups.into_iter().collect();
        groups.sort_by_key(|(path, lines)| (std::cmp::Reverse(*lines), path.clone()));
        groups.truncate(if self.table.total > 30_000 { 9 } else { 14 });
        groups.into_iter().map(|(path, _)| path).collect()
    }

    /// Seeds are siblings, the rest asks for nothing: it goes where it is needed.
    fn seeded(&self, seeds: &[&String]) -> Vec<Home> {
        self.table
            .modules
            .iter()
            .map(|path| {
                let index = seeds.iter().rposition(|seed| is_within(path, seed));
                index.map(|index| 1 + index % self.siblings)
            })
            .collect()
    }

    /// Moves one module, or one with all below it, as long as that is cheaper.
    fn improve(&self, mut cost: Cost, mut wishes: Vec<Home>) -> (Cost, Vec<Home>) {
        let homes: Vec<Home> = std::iter::once(None)
            .chain((0..=self.siblings).map(Some))
            .collect();
        let groups = self.groups();
        for _ in 0..6 {
            let before = cost.total;
            for group in &groups {
                for home in &homes {
                    if group.iter().all(|module| wishes[*module] == *home) {
                        continue;
                    }
                    let mut tried = wishes.clone();
                    for module in group {
                        tried[*module] = *home;
                    }
                    let new = self.cost(&tried);
                    if new.total + 1e-9 < cost.total {
                        cost = new;
                        wishes = tried;
                    }
                }
            }
            if cost.total + 1e-6 >= before {
                break;
            }
        }
        (cost, wishes)
    }

    fn groups(&self) -> Vec<Vec<usize>> {
        let modules = &self.table.modules;
        let mut groups: BTreeSet<Vec<usize>> =
            (0..modules.len()).map(|module| vec![module]).collect();
        for path in modules.iter().filter(|path| !path.is_empty()) {
            let top = path.split("::").next().unwrap_or(path);
            for outer in [path.as_str(), top] {
                groups.insert(
                    (0..modules.len())
                        .filter(|other| is_within(&modules[*other], outer))
                        .collect(),
                );
            }
        }
        groups.into_iter().collect()
    }
}

/// Whether a module path is another or below it.
pub(crate) fn is_within(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Writes what was found as claims.
fn record(
    workspace: &Workspace,
    graph: &Graph,
    options: &ProposeOptions,
    (table, order): (&Table, &Order),
    wishes: &[Home],
) -> Plan {
    let unit_wishes: Vec<Home> = table
        .module_of
        .iter()
        .map(|module| wishes[*module])
        .collect();
    let homes = settle(order, &table.units, &unit_wishes);
    let package = workspace.package(workspace.package).name.clone();
    let prefix = options.prefix.clone().unwrap_or_else(|| package.clone());
    let used: Vec<usize> = homes
        .iter()
        .filter_map(|home| *home)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let names = naming::names(table, &homes, &used, &prefix, workspace);
    let renumber = |home: Home| home.and_then(|home| used.iter().position(|other| *other == home));
    let homes: Vec<Home> = homes.into_iter().map(renumber).collect();
    let mut plan = Plan {
        package,
        crates: Vec::new(),
        keep: Vec::new(),
        steps: Vec::new(),
    };
    for (index, (name, role)) in names.into_iter().enumerate() {
        let depends_on = (0..index)
            .filter(|lower| needs(table, &homes, index, *lower))
            .collect();
        plan.crates.push(PlannedCrate {
            name,
            role,
            modules: Vec::new(),
            items: Vec::new(),
            depends_on,
        });
    }
    claim(workspace, table, &homes, &mut plan);
    step::divide(workspace, graph, &mut plan);
    plan
}

fn needs(table: &Table, homes: &[Home], upper: usize, lower: usize) -> bool {
    table.units.units.iter().enumerate().any(|(index, unit)| {
        homes[index] == Some(upper) && unit.needs.iter().any(|need| homes[*need] == Some(lower))
    })
}

/// Modules for what most of them wants, item names for the rest.
fn claim(workspace: &Workspace, table: &Table, homes: &[Home], plan: &mut Plan) {
    let mut votes: BTreeMap<&str, BTreeMap<Home, usize>> = BTreeMap::new();
    let item_homes: Vec<(cleave_syntax::ItemId, Home)> = table
        .units
        .units
        .iter()
        .zip(homes)
        .flat_map(|(unit, home)| unit.items.iter().map(|id| (*id, *home)))
        .collect();
    for (id, home) in &item_homes {
        let path = workspace.module(workspace.item(*id).module).path.as_str();
        *votes.entry(path).or_default().entry(*home).or_default() += workspace.lines_of(*id).max(1);
    }
    let mut claimed: BTreeMap<&str, Home> = BTreeMap::new();
    let winner = |votes: &BTreeMap<Home, usize>| {
        votes
            .iter()
            .max_by_key(|(home, lines)| (**lines, std::cmp::Reverse(**home)))
            .and_then(|(home, _)| *home)
    };
    for (path, votes) in votes.iter().filter(|(path, _)| !path.is_empty()) {
        claimed.insert(path, winner(votes));
    }
    // A module that says the same as the one around it need not be named.
    for (path, home) in &claimed {
        let mut outer = path.rsplit_once("::").map(|(outer, _)| outer);
        while outer.is_some_and(|outer| !claimed.contains_key(outer)) {
            outer = outer
                .and_then(|outer| outer.rsplit_once("::"))
                .map(|(outer, _)| outer);
        }
        let inherited = outer.map(|outer| claimed[outer]);
        match home {
            Some(index) if inherited != Some(*home) => {
                plan.crates[*index].modules.push((*path).to_owned());
            }
            // What stays is named too: then what is in neither list is new.
            None if inherited != Some(None) => plan.keep.push((*path).to_owned()),
            _ => {}
        }
    }
    let mut named = BTreeSet::new();
    for (id, home) in item_homes {
        let module = workspace.module(workspace.item(id).module).path.as_str();
        let inherited = effective(plan, module);
        if inherited == home || !named.insert(workspace.path_of(id)) {
            continue;
        }
        // An impl goes with its type or trait without being named.
        if workspace.item(id).implementation.is_some() && goes_along(workspace, table, homes, id) {
            continue;
        }
        match home {
            Some(index) => plan.crates[index].items.push(workspace.path_of(id)),
            None => plan.keep.push(workspace.path_of(id)),
        }
    }
    for krate in &mut plan.crates {
        krate.items.sort();
    }
    plan.keep.sort();
}

/// What the claims on modules say of a module.
fn effective(plan: &Plan, module: &str) -> Home {
    let claims = plan
        .crates
        .iter()
        .enumerate()
        .flat_map(|(index, krate)| krate.modules.iter().map(move |path| (path, Some(index))));
    plan.keep
        .iter()
        .map(|path| (path, None))
        .chain(claims)
        .filter(|(path, _)| is_within(module, path))
        .max_by_key(|(path, _)| path.len())
        .and_then(|(_, home)| home)
}

/// Whether an item shares its unit with something that is named or in place.
fn goes_along(
    workspace: &Workspace,
    table: &Table,
    homes: &[Home],
    id: cleave_syntax::ItemId,
) -> bool {
    let Some(unit) = table.units.unit_of[id.index()] else {
        return false;
    };
    let _ = homes;
    table.units.units[unit]
        .items
        .iter()
        .any(|other| workspace.item(*other).implementation.is_none())
}
