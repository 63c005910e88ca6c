//! What can only move together, and who needs whom among it: the graph that homes are given on.

mod join;

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::Graph;
use cleave_syntax::item::ItemKind;
use cleave_syntax::{CrateId, ItemId, ModuleId, Workspace};
use petgraph::graph::{DiGraph, NodeIndex};

use crate::lift::Lifts;
use crate::order::Home;
use crate::pin::{Pin, Pins};
use crate::plan::Plan;

/// Groups of items with one home each, in an order in which whoever needs comes before what is needed.
#[derive(Debug, Clone, Default)]
pub struct Units {
    /// Users first.
    pub units: Vec<Unit>,
    /// By item id: its unit; none for imports, modules, tests, and what is not the package's.
    pub unit_of: Vec<Option<usize>>,
}

/// Items that share a home.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unit {
    /// Ascending.
    pub items: Vec<ItemId>,
    /// Units that it needs, ascending, without itself.
    pub needs: Vec<usize>,
    /// Non-test lines.
    pub lines: usize,
    /// Why it must stay in the root, where it must: the first reason that one of its items has.
    pub pin: Option<Pin>,
    /// For trait impls with several legal homes: the units of their types and traits, all of which are among its needs.
    /// Such a unit lives where one of these does, and nobody needs it. Empty for all others.
    pub anchors: Vec<usize>,
}

/// The crates that a plan is about: the monolith, and the planned crates that exist today.
pub fn crates(workspace: &Workspace, plan: &Plan) -> Vec<CrateId> {
    let mut crates: Vec<CrateId> = workspace.monolith(workspace.package).into_iter().collect();
    for planned in &plan.crates {
        let package = workspace
            .packages
            .iter()
            .position(|package| package.name == planned.name);
        crates.extend(
            package.and_then(|index| workspace.library(cleave_syntax::PackageId::new(index))),
        );
    }
    crates
}

/// Groups the non-test items of some crates. Linear in the edges, times the few rounds in which impls turn out to have
/// one legal home after all.
pub fn units(workspace: &Workspace, graph: &Graph, crates: &[CrateId], lifts: &Lifts) -> Units {
    let mut builder = Builder::new(workspace, graph, crates, lifts);
    builder.join_what_must();
    builder.join_settled_impls();
    builder.finish()
}

/// The same where all homes are known: every impl goes with what lets it live there.
pub fn units_at(
    workspace: &Workspace,
    graph: &Graph,
    crates: &[CrateId],
    (planned, lifts): (&[Home], &Lifts),
) -> Units {
    let builder = || {
        let mut builder = Builder::new(workspace, graph, crates, lifts);
        builder.join_what_must();
        builder.join_built(planned);
        builder
    };
    let joined = |chosen: &BTreeMap<ItemId, ItemId>| {
        let mut builder = builder();
        for (id, anchor) in chosen {
            builder.join(*id, *anchor);
        }
        builder.open.clear();
        builder.finish()
    };
    // What is needed comes later in the units' order, so the first anchor is the uppermost.
    let uppermost = |anchors: &[ItemId], order: &Units| {
        let unit_of = |anchor: &&ItemId| order.unit_of[anchor.index()];
        anchors.iter().min_by_key(unit_of).copied()
    };
    let open = units(workspace, graph, crates, lifts);
    let anchors = builder().anchors_at_home(planned);
    let choose = |(id, anchors): (&ItemId, &Vec<ItemId>)| Some((*id, uppermost(anchors, &open)?));
    let mut chosen: BTreeMap<ItemId, ItemId> = anchors.iter().filter_map(choose).collect();
    let units = joined(&chosen);
    // Who is joined with an anchor hands on to it what it needs. Impls whose anchors have come to need each other by that
    // choose again, seeing what the others chose.
    let is_tied = |id: &ItemId| {
        let unit_of = |units: &Units, anchor: &ItemId| units.unit_of[anchor.index()];
        let all = &anchors[id];
        all.iter().any(|other| {
            unit_of(&units, other) == unit_of(&units, &all[0])
                && unit_of(&open, other) != unit_of(&open, &all[0])
        })
    };
    let tied: Vec<ItemId> = chosen.keys().filter(|id| is_tied(id)).copied().collect();
    if tied.is_empty() {
        return units;
    }
    chosen.retain(|id, _| tied.binary_search(id).is_err());
    let order = joined(&chosen);
    chosen.extend(
        tied.into_iter()
            .filter_map(|id| Some((id, uppermost(&anchors[&id], &order)?))),
    );
    joined(&chosen)
}

struct Builder<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    items: Vec<ItemId>,
    known: Vec<bool>,
    leader: Vec<u32>,
    /// Impls with several legal homes.
    open: BTreeSet<ItemId>,
    /// By type or impl: what tests need that must stand in its crate.
    tested: BTreeMap<ItemId, Vec<ItemId>>,
    /// By module but the root: the macros whose calls hand on what is in it.
    wrappers: BTreeMap<ModuleId, Vec<ItemId>>,
    lifts: &'a Lifts,
}

impl<'a> Builder<'a> {
    fn new(
        workspace: &'a Workspace,
        graph: &'a Graph,
        crates: &[CrateId],
        lifts: &'a Lifts,
    ) -> Self {
        let mut known = vec![false; workspace.items.len()];
        let mut items = Vec::new();
        for krate in crates {
            for id in workspace.items_of(*krate) {
                let item = workspace.item(id);
                let own = item.parent.is_none() || lifts.is_lifted(id);
                if item.is_node() && !item.is_test && own {
                    known[id.index()] = true;
                    items.push(id);
                }
            }
        }
        let leader = (0..workspace.items.len() as u32).collect();
        Self {
            workspace,
            graph,
            items,
            known,
            leader,
            open: BTreeSet::new(),
            tested: BTreeMap::new(),
            wrappers: wrappers(workspace, graph, crates),
            lifts,
        }
    }

    fn find(&mut self, id: ItemId) -> ItemId {
        let mut at = id.0;
        while self.leader[at as usize] != at {
            self.leader[at as usize] = self.leader[self.leader[at as usize] as usize];
            at = self.leader[at as usize];
        }
        ItemId(at)
    }

    fn join(&mut self, a: ItemId, b: ItemId) {
        let (a, b) = (self.find(a), self.find(b));
        self.leader[a.index().max(b.index())] = a.0.min(b.0);
    }

    fn anchors(&self, id: ItemId) -> Vec<ItemId> {
        self.graph.anchors[id.index()]
            .iter()
            .copied()
            .filter(|anchor| self.known[anchor.index()])
            .collect()
    }

    /// By impl: where it may live among those that are to be where it is; else all that it may go with.
    fn anchors_at_home(&self, planned: &[Home]) -> BTreeMap<ItemId, Vec<ItemId>> {
        let of = |id: &ItemId| {
            let mut anchors = self.anchors(*id);
            let is_at_home = |anchor: &ItemId| planned[anchor.index()] == planned[id.index()];
            if anchors.iter().any(is_at_home) {
                anchors.retain(is_at_home);
            }
            (!anchors.is_empty()).then_some((*id, anchors))
        };
        self.items.iter().filter_map(of).collect()
    }

    /// Impls that may live in more than one place, by the leaders of what they are joined with: those that have a unit
    /// of their own and that nobody needs.
    fn find_open_impls(&mut self) {
        let mut closed: BTreeSet<ItemId> = BTreeSet::new();
        for id in self.items.clone() {
            let leader = self.find(id);
            if self.anchors(id).len() < 2 {
                closed.insert(leader);
            }
            for target in self.targets(id) {
                let target = self.find(target);
                if target != leader {
                    closed.insert(target);
                }
            }
        }
        for id in self.items.clone() {
            let anchors = self.anchors(id);
            if anchors.len() > 1 && !closed.contains(&self.find(id)) {
                self.open.insert(id);
            } else if anchors.len() > 1 {
                self.join(id, anchors[0]);
            }
        }
    }

    /// Impls all of whose homes depend on each other have one home.
    fn join_settled_impls(&mut self) {
        loop {
            let components = self.components();
            let mut component_of: BTreeMap<ItemId, usize> = BTreeMap::new();
            for (index, items) in components.iter().enumerate() {
                component_of.extend(items.iter().map(|id| (*id, index)));
            }
            let settled: Vec<ItemId> = self
                .open
                .iter()
                .copied()
                .filter(|id| {
                    self.common_anchors(&components[component_of[id]], &component_of)
                        .len()
                        < 2
                })
                .collect();
            if settled.is_empty() {
                return;
            }
            for id in settled {
                self.open.remove(&id);
                let anchor = self.anchors(id)[0];
                self.join(id, anchor);
            }
        }
    }

    /// The components in which all impls of one component may live, ascending.
    fn common_anchors(
        &self,
        items: &[ItemId],
        component_of: &BTreeMap<ItemId, usize>,
    ) -> Vec<usize> {
        let mut common: Option<BTreeSet<usize>> = None;
        for id in items {
            let own: BTreeSet<usize> = self
                .anchors(*id)
                .iter()
                .map(|anchor| component_of[anchor])
                .collect();
            common = Some(match common {
                None => own,
                Some(common) => common.intersection(&own).copied().collect(),
            });
        }
        common.into_iter().flatten().collect()
    }

    /// What an item with its methods needs, as whole items; who may call a lifted method needs it, and who stands in or below
    /// a module needs the macros that hand on what is in it: it may move whole.
    fn targets(&self, id: ItemId) -> Vec<ItemId> {
        let item = self.workspace.item(id);
        let around = self.workspace.around(item.module);
        let wrappers = around.filter_map(|module| self.wrappers.get(&module));
        let parts = self.lifts.parts(self.workspace, id);
        parts
            .iter()
            .flat_map(|part| self.lifts.edges(self.graph, *part))
            .chain(self.tested.get(&id).into_iter().flatten().copied())
            .chain(wrappers.flatten().copied())
            .map(|target| self.lifts.node(self.workspace, target))
            .chain(item.parent)
            .filter(|target| *target != id && self.known[target.index()])
            .collect()
    }

    /// The strongly connected components over what is joined, users first; the items of each ascending.
    fn components(&mut self) -> Vec<Vec<ItemId>> {
        let mut digraph: DiGraph<Vec<ItemId>, ()> = DiGraph::new();
        let mut nodes: BTreeMap<ItemId, NodeIndex> = BTreeMap::new();
        for id in self.items.clone() {
            let leader = self.find(id);
            let node = *nodes
                .entry(leader)
                .or_insert_with(|| digraph.add_node(Vec::new()));
            digraph[node].push(id);
        }
        for id in self.items.clone() {
            let from = nodes[&self.find(id)];
            for target in self.targets(id) {
                let to = nodes[&self.find(target)];
                if from != to {
                    digraph.add_edge(from, to, ());
                }
            }
        }
        // Kosaraju's order is reverse topological: what is needed comes first.
        let mut components = petgraph::algo::kosaraju_scc(&digraph);
        components.reverse();
        let items = components.iter().map(|component| {
            let mut items: Vec<ItemId> = component
                .iter()
                .flat_map(|node| digraph[*node].iter().copied())
                .collect();
            items.sort();
            items
        });
        items.collect()
    }

    fn finish(mut self) -> Units {
        let components = self.components();
        let pins = Pins::of(self.workspace);
        let mut result = Units {
            units: Vec::new(),
            unit_of: vec![None; self.workspace.items.len()],
        };
        for items in components {
            for id in &items {
                result.unit_of[id.index()] = Some(result.units.len());
            }
            let lines = items
                .iter()
                .map(|id| self.lifts.lines_of(self.workspace, *id))
                .sum();
            let mut each = items.iter();
            let pin = each.find_map(|id| pins.of_item(self.workspace, *id));
            result.units.push(Unit {
                items,
                needs: Vec::new(),
                lines,
                pin,
                anchors: Vec::new(),
            });
        }
        for index in 0..result.units.len() {
            let mut needs: Vec<usize> = result.units[index]
                .items
                .iter()
                .flat_map(|id| self.targets(*id))
                .filter_map(|target| result.unit_of[target.index()])
                .filter(|need| *need != index)
                .collect();
            needs.sort_unstable();
            needs.dedup();
            result.units[index].needs = needs;
        }
        self.note_anchors(&mut result);
        result
    }

    fn note_anchors(&self, units: &mut Units) {
        for index in 0..units.units.len() {
            let items = units.units[index].items.clone();
            if !items.iter().all(|id| self.open.contains(id)) {
                continue;
            }
            let component_of: BTreeMap<ItemId, usize> = items
                .iter()
                .flat_map(|id| self.anchors(*id))
                .filter_map(|anchor| Some((anchor, units.unit_of[anchor.index()]?)))
                .collect();
            units.units[index].anchors = self.common_anchors(&items, &component_of);
        }
    }
}

/// By module but the roots: the macros whose calls hand on what is in it.
fn wrappers(
    workspace: &Workspace,
    graph: &Graph,
    crates: &[CrateId],
) -> BTreeMap<ModuleId, Vec<ItemId>> {
    let mut wrappers: BTreeMap<ModuleId, Vec<ItemId>> = BTreeMap::new();
    for id in crates.iter().flat_map(|krate| workspace.items_of(*krate)) {
        let item = workspace.item(id);
        let is_below = workspace.module(item.module).parent.is_some();
        if is_below && item.kind == ItemKind::Wrapper {
            let called = graph.edges_of(id).iter();
            wrappers.entry(item.module).or_default().extend(called);
        }
    }
    wrappers
}

/// What is pinned to the root, and all that needs it.
pub(crate) fn stays_in_root(units: &Units) -> Vec<bool> {
    with_users(units, |unit| unit.pin.is_some())
}

/// By unit: whether it is one of those, or needs one, over any number of others.
pub(crate) fn with_users(units: &Units, is_one: impl Fn(&Unit) -> bool) -> Vec<bool> {
    let mut reached: Vec<bool> = units.units.iter().map(is_one).collect();
    close_upwards(|index| &units.units[index].needs, &mut reached);
    reached
}

/// Adds whoever needs what is reached, until there is nobody more.
pub(crate) fn close_upwards<'n>(needs: impl Fn(usize) -> &'n [usize], reached: &mut [bool]) {
    let mut changed = true;
    while changed {
        changed = false;
        for index in (0..reached.len()).rev() {
            if !reached[index] && needs(index).iter().any(|need| reached[*need]) {
                reached[index] = true;
                changed = true;
            }
        }
    }
}

/// The modules of some crates by path, those of one path together.
pub fn modules_by_path<'a>(
    workspace: &'a Workspace,
    crates: &[CrateId],
) -> BTreeMap<&'a str, Vec<ModuleId>> {
    let mut modules: BTreeMap<&str, Vec<ModuleId>> = BTreeMap::new();
    for id in crates.iter().flat_map(|krate| workspace.modules_of(*krate)) {
        modules
            .entry(&workspace.module(id).path)
            .or_default()
            .push(id);
    }
    modules
}
