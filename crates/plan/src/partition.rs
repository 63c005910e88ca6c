//! Finds the boundaries: a shared crate at the bottom, and siblings beside each other on top of it.
//!
//! A start gives every unit a wish (which crate it would like); [`settle`] turns wishes into homes that hold: what two
//! siblings need goes down to the shared crate, with all it needs. So any wishes give a legal plan, and the search
//! (`partition/search.rs`) only compares costs. The starts are one crate with all that can leave the root, a crate for each role
//! that names of modules claim, and, where methods can be lifted, layers grown from the bottom.
//! Deterministic: everything is tried in one order.

mod layer;
mod naming;
pub(crate) mod problem;
mod role;
pub(crate) mod search;
pub(crate) mod state;

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::Graph;
use cleave_syntax::{CrateId, Diagnostic, ItemId, Severity, Workspace};

use crate::cost::{Cost, Weights};
use crate::history::History;
use crate::home::{Claims, Homes, settle};
use crate::lift::{self, Lifts};
use crate::order::{Home, Order};
use crate::path::is_within;
use crate::plan::{Lift, Plan, PlannedCrate, Role};
use crate::step;
use crate::unit;
use problem::Problem;
use state::State;

/// A unit is too big for a plan if it has more than one in so many of all lines.
const BIG: usize = 2;

/// What a person asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProposeOptions {
    /// How many new crates; none for as many as pay (at least three where the code allows).
    pub crates: Option<usize>,
    /// Prefix of the crates' names; the package's name where there is none.
    pub prefix: Option<String>,
    /// The plan so far: its claims are pins.
    pub pins: Option<Plan>,
    /// What an item torn, a reference across and so on cost.
    pub weights: Weights,
    /// How often files change.
    pub history: History,
    /// Whether public methods of a published library may be lifted too: who calls them then imports a trait.
    pub lifts_public: bool,
}

/// Proposes a plan.
pub fn propose(
    workspace: &Workspace,
    graph: &Graph,
    options: &ProposeOptions,
) -> (Plan, Vec<Diagnostic>) {
    let package = workspace.package(workspace.package).name.clone();
    let nothing = |message: &str| {
        let diagnostic = Diagnostic::new(Severity::Error, "plan", message)
            .help("name a package with code to split");
        let plan = Plan {
            package: package.clone(),
            ..Plan::default()
        };
        (plan, vec![diagnostic])
    };
    let Some(root) = workspace.monolith(workspace.package) else {
        return nothing("the package has neither a library nor a binary");
    };
    let source = (workspace, graph);
    let sets = worth_trying(source, root, options);
    let found = sets
        .iter()
        .filter_map(|lifts| attempt(source, root, options, lifts));
    let Some(plan) = cheapest(found.collect(), &options.weights) else {
        return nothing("the package has no items to move");
    };
    let mut diagnostics = Vec::new();
    let wanted = options.crates.unwrap_or(0);
    if plan.crates.len() < wanted {
        let message = format!(
            "only {} crates came out of {wanted} asked for",
            plan.crates.len(),
        );
        let help = "the rest is one knot at item level: `graph --level item` shows it";
        diagnostics.push(Diagnostic::new(Severity::Warning, "plan", message).help(help));
    }
    (plan, diagnostics)
}

/// A plan that was found.
struct Attempt {
    plan: Plan,
    /// Without what lines above half of all cost.
    cost: f64,
    /// Lines of the largest crate, and how many it may have before they cost where this was found.
    largest: i64,
    ceiling: i64,
}

/// The plan to propose, of those without and with further methods lifted. Where lifting makes half of the lines a size
/// that can be met, all are measured by it.
fn cheapest(found: Vec<Attempt>, weights: &Weights) -> Option<Plan> {
    let ceiling = found.iter().map(|attempt| attempt.ceiling).min()?;
    let cost = |attempt: &Attempt| {
        let above = (attempt.largest - ceiling).max(0);
        attempt.cost + weights.large * above as f64
    };
    let mut best: Option<Attempt> = None;
    for attempt in found {
        // What has to be rewritten is worth it only where it changes the picture.
        let is_better = best
            .as_ref()
            .is_none_or(|plain| cost(&attempt) <= cost(plain) * 0.9);
        if is_better {
            best = Some(attempt);
        }
    }
    best.map(|attempt| attempt.plan)
}

/// The best plan that was found where some methods can be lifted.
fn attempt(
    (workspace, graph): (&Workspace, &Graph),
    root: CrateId,
    options: &ProposeOptions,
    lifts: &Lifts,
) -> Option<Attempt> {
    let data = (&options.history, options.weights);
    let problem = Problem::new(workspace, graph, (&[root], lifts), data);
    if problem.modules.is_empty() {
        return None;
    }
    let starts = match &options.pins {
        Some(pins)
            if !(pins.crates.is_empty() && pins.pins.is_empty() && pins.lifts.is_empty()) =>
        {
            vec![pinned(&problem, workspace, pins)]
        }
        _ => starts(&problem),
    };
    let found = search::search(&starts, options.crates)?;
    let largest = found.lines.iter().max().copied().unwrap_or(0);
    let above = (largest - problem.ceiling).max(0);
    Some(Attempt {
        plan: record((workspace, graph), options, &found, lifts),
        cost: found.total() - options.weights.large * above as f64,
        largest,
        ceiling: problem.ceiling,
    })
}

/// What homes cost, in terms. Linear in the references.
pub fn cost(
    plan: &Plan,
    homes: &Homes,
    (workspace, graph): (&Workspace, &Graph),
    data: (&History, Weights),
) -> Cost {
    let crates = unit::crates(workspace, plan);
    let lifts = Lifts::of(plan, workspace, graph, &crates);
    let problem = Problem::new(workspace, graph, (&crates, &lifts), data);
    let count = plan.crates.len();
    let units = problem.units.units.iter();
    let home = units
        .map(|unit| homes.planned[unit.items[0].index()].unwrap_or(count))
        .collect();
    State::new(&problem, count, home, problem.stays.clone()).cost()
}

/// One crate with all that can leave the root; and where names of modules claim roles, a crate for each beside each
/// other on a shared one.
fn starts(problem: &Problem) -> Vec<State<'_>> {
    let all = settled(problem, &Order::chain(1), 1, &|_| 0);
    let role = |unit: usize| match problem.role_of[unit] {
        Some(0) => 2,
        Some(_) => 1,
        None => 0,
    };
    let roles = settled(problem, &Order::star(2), 3, &role);
    let claimed = problem.role_of.iter().any(Option::is_some);
    std::iter::once(all)
        .chain(claimed.then_some(roles))
        .chain(layered(problem))
        .collect()
}

/// Where methods can be lifted: two layers, the lower one of some shares of the lines.
fn layered(problem: &Problem) -> impl Iterator<Item = State<'_>> {
    let any = problem.lifts.iter().any(|lifts| !lifts.is_empty());
    let shares: &[f64] = if any { &[0.3, 0.4, 0.5, 0.6] } else { &[] };
    shares.iter().map(move |share| {
        let lower = layer::lower(problem, *share);
        let wish = |unit: usize| usize::from(!lower.contains(&unit));
        settled(problem, &Order::chain(2), 2, &wish)
    })
}

/// What a person said, on top of a crate for what nobody spoke of; it is fixed where it can hold.
fn pinned<'a>(problem: &'a Problem, workspace: &Workspace, pins: &Plan) -> State<'a> {
    let bottom = usize::from(
        pins.crates
            .first()
            .is_none_or(|krate| krate.role != Role::Shared),
    );
    let crates = pins.crates.len() + bottom;
    let claims = Claims::of(pins);
    let said: Vec<Option<Home>> = problem
        .units
        .units
        .iter()
        .map(|unit| {
            let mut of_items = unit.items.iter().map(|id| {
                let module = &workspace.module(workspace.item(*id).module).path;
                claims.of_item(&workspace.path_of(*id), module)
            });
            of_items.find_map(|said| said)
        })
        .collect();
    let slot = |home: Home| home.map_or(crates, |home| home + bottom);
    let wish = |unit: usize| said[unit].map_or(0, slot);
    let mut state = settled(problem, &Order::chain(crates), crates, &wish);
    for (unit, said) in said.iter().enumerate() {
        let holds = said.is_some() && wish(unit) == state.home[unit];
        state.fixed[unit] |= holds && !problem.is_open(unit);
    }
    state.named = (0..crates).map(|slot| slot.checked_sub(bottom)).collect();
    state
}

/// What claims nothing wants to be below all, but for what needs something that claims a home: that wants to be above.
/// Then everything settles.
fn settled<'a>(
    problem: &'a Problem,
    order: &Order,
    crates: usize,
    wish: &dyn Fn(usize) -> usize,
) -> State<'a> {
    let count = problem.lines.len();
    let wish = |unit: usize| Some(wish(unit)).filter(|home| *home < crates);
    let mut wishes: Vec<Home> = (0..count).map(wish).collect();
    // Users come before what they need.
    for unit in (0..count).rev() {
        let needs = problem.needs[unit].iter().map(|(need, _)| wishes[*need]);
        let all: Vec<Home> = needs.chain([wishes[unit]]).collect();
        wishes[unit] = order.lowest_above(&all);
    }
    for unit in (0..count).filter(|unit| wish(*unit) != Some(0)) {
        wishes[unit] = wish(unit);
    }
    let homes = settle(order, &problem.units, &wishes);
    let home = homes
        .into_iter()
        .map(|home| home.unwrap_or(crates))
        .collect();
    State::new(problem, crates, home, problem.stays.clone())
}

/// Writes what was found as claims.
fn record(
    (workspace, graph): (&Workspace, &Graph),
    options: &ProposeOptions,
    state: &State<'_>,
    lifts: &Lifts,
) -> Plan {
    let table = state.problem;
    let root = state.crates;
    let homes: Vec<Home> = state
        .home
        .iter()
        .map(|home| (*home != root).then_some(*home))
        .collect();
    let package = workspace.package(workspace.package).name.clone();
    let prefix = options.prefix.clone().unwrap_or_else(|| package.clone());
    let used: Vec<usize> = homes
        .iter()
        .filter_map(|home| *home)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let mut names = naming::names(table, &homes, &used, &prefix, workspace);
    let given = options.pins.iter().flat_map(|pins| &pins.crates);
    let given: Vec<&PlannedCrate> = given.collect();
    for (index, slot) in used.iter().enumerate() {
        if let Some(named) = state.named[*slot].and_then(|named| given.get(named)) {
            names[index] = (named.name.clone(), named.role);
        }
    }
    let renumber = |home: Home| home.and_then(|home| used.iter().position(|other| *other == home));
    let homes: Vec<Home> = homes.into_iter().map(renumber).collect();
    let mut plan = Plan {
        package,
        crates: Vec::new(),
        keep: Vec::new(),
        pins: options
            .pins
            .as_ref()
            .map_or_else(BTreeMap::new, |pins| pins.pins.clone()),
        root: options
            .pins
            .as_ref()
            .map_or_else(Default::default, |pins| pins.root),
        ..Plan::default()
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
    claim((workspace, lifts), table, &homes, &mut plan);
    let asked = options.pins.as_ref().map_or(&[][..], |pins| &pins.lifts);
    let target = (&mut plan, asked);
    lift_away((workspace, graph), table, (&homes, lifts), target);
    step::divide(workspace, graph, &mut plan);
    plan
}

fn needs(table: &Problem, homes: &[Home], upper: usize, lower: usize) -> bool {
    table.units.units.iter().enumerate().any(|(index, unit)| {
        homes[index] == Some(upper) && unit.needs.iter().any(|need| homes[*need] == Some(lower))
    })
}

/// What the plan so far lifts; and where a unit is too big for any boundary, also all methods of it that can be.
fn worth_trying(
    (workspace, graph): (&Workspace, &Graph),
    root: CrateId,
    options: &ProposeOptions,
) -> Vec<Lifts> {
    let asked = options.pins.as_ref().map_or_else(BTreeMap::new, |plan| {
        lift::pending(plan, workspace, &[root])
    });
    let asked: BTreeSet<ItemId> = asked.into_keys().collect();
    let mut sets = vec![asked.clone()];
    let whole = unit::units(workspace, graph, &[root], &Lifts::default());
    let total: usize = whole.units.iter().map(|unit| unit.lines).sum();
    let is_big = |unit: usize| whole.units[unit].lines * BIG > total;
    if (0..whole.units.len()).any(is_big) {
        let in_big = |id: ItemId| whole.unit_of[id.index()].is_some_and(is_big);
        let package = workspace.package(workspace.krate(root).package);
        let lifts_public = options.lifts_public || !package.is_published();
        let more = lift::candidates((workspace, graph), root, &in_big, lifts_public);
        sets.push(asked.union(&more).copied().collect());
    }
    let numbered = |methods: BTreeSet<ItemId>| methods.into_iter().map(|id| (id, 0)).collect();
    let lifts = sets.into_iter().map(numbered);
    lifts
        .map(|methods| Lifts::of_methods(methods, graph))
        .collect()
}

/// Notes the methods that have another home than their impl.
fn lift_away(
    (workspace, graph): (&Workspace, &Graph),
    table: &Problem,
    (homes, lifts): (&[Home], &Lifts),
    (plan, asked): (&mut Plan, &[Lift]),
) {
    let home = |id: ItemId| table.units.unit_of[id.index()].and_then(|unit| homes[unit]);
    let away: Vec<(ItemId, Home)> = lifts
        .methods
        .keys()
        .filter_map(|id| Some((*id, workspace.item(*id).parent?)))
        .filter(|(id, parent)| home(*id) != home(*parent))
        .map(|(id, _)| (id, home(id)))
        .collect();
    let name_of = |home: Home| {
        home.map_or_else(
            || plan.package.clone(),
            |index| plan.crates[index].name.clone(),
        )
    };
    plan.lifts = lift::record(workspace, graph, &away, &name_of);
    // A trait that a person has named keeps its name.
    for lift in &mut plan.lifts {
        let mut named = asked.iter();
        if let Some(other) = named.find(|other| other.methods.contains(&lift.methods[0])) {
            lift.name.clone_from(&other.name);
        }
    }
}

/// Modules for what most of them wants, item names for the rest.
fn claim(
    (workspace, lifts): (&Workspace, &Lifts),
    table: &Problem,
    homes: &[Home],
    plan: &mut Plan,
) {
    let mut votes: BTreeMap<&str, BTreeMap<Home, usize>> = BTreeMap::new();
    let item_homes: Vec<(ItemId, Home)> = table
        .units
        .units
        .iter()
        .zip(homes)
        .flat_map(|(unit, home)| unit.items.iter().map(|id| (*id, *home)))
        .filter(|(id, _)| workspace.item(*id).parent.is_none())
        .collect();
    for (id, home) in &item_homes {
        let path = workspace.module(workspace.item(*id).module).path.as_str();
        *votes.entry(path).or_default().entry(*home).or_default() +=
            lifts.lines_of(workspace, *id).max(1);
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
fn goes_along(workspace: &Workspace, table: &Problem, homes: &[Home], id: ItemId) -> bool {
    let Some(unit) = table.units.unit_of[id.index()] else {
        return false;
    };
    let _ = homes;
    table.units.units[unit]
        .items
        .iter()
        .any(|other| workspace.item(*other).implementation.is_none())
}
