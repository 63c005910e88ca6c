//! What can only move together, and who needs whom among it: the graph that homes are given on.

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::Graph;
use cleave_syntax::item::ItemKind;
use cleave_syntax::{CrateId, FileId, ItemId, ModuleId, Workspace};
use petgraph::graph::{DiGraph, NodeIndex};

use crate::build_script::BuildOutput;
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
    /// Whether it must stay in the root: a program's `main`, and what the linker finds by name.
    pub pinned: bool,
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

/// Groups the non-test items of some crates. Linear in the edges, but for impls with several legal homes, each of which
/// walks what its homes reach.
pub fn units(workspace: &Workspace, graph: &Graph, crates: &[CrateId]) -> Units {
    let mut builder = Builder::new(workspace, graph, crates);
    builder.join_twins();
    builder.join_calls();
    builder.join_single_homes();
    builder.join_open_impls();
    builder.finish()
}

struct Builder<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    items: Vec<ItemId>,
    known: Vec<bool>,
    leader: Vec<u32>,
}

impl<'a> Builder<'a> {
    fn new(workspace: &'a Workspace, graph: &'a Graph, crates: &[CrateId]) -> Self {
        let mut known = vec![false; workspace.items.len()];
        let mut items = Vec::new();
        for krate in crates {
            for id in workspace.items_of(*krate) {
                let item = workspace.item(id);
                if item.is_node() && !item.is_test && item.parent.is_none() {
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

    /// Definitions of one path, which `cfg`s tell apart, go together.
    fn join_twins(&mut self) {
        let mut first: BTreeMap<String, ItemId> = BTreeMap::new();
        for id in self.items.clone() {
            let name = self.workspace.item(id).label();
            if name.is_empty() || name == "_" {
                continue;
            }
            let twin = *first.entry(self.workspace.path_of(id)).or_insert(id);
            self.join(twin, id);
        }
    }

    /// A macro call that names a type of its module may well write impls for it, which have to stand in its crate.
    fn join_calls(&mut self) {
        for id in self.items.clone() {
            let item = self.workspace.item(id);
            if item.kind != ItemKind::MacroCall {
                continue;
            }
            for target in self.targets(id) {
                let other = self.workspace.item(target);
                let is_type = matches!(
                    other.kind,
                    ItemKind::Struct | ItemKind::Enum | ItemKind::Union
                );
                if is_type && other.module == item.module {
                    self.join(id, target);
                }
            }
        }
    }

    /// An impl with one legal home goes with it.
    fn join_single_homes(&mut self) {
        for id in self.items.clone() {
            if let [anchor] = self.anchors(id)[..] {
                self.join(id, anchor);
            }
        }
    }

    fn anchors(&self, id: ItemId) -> Vec<ItemId> {
        self.graph.anchors[id.index()]
            .iter()
            .copied()
            .filter(|anchor| self.known[anchor.index()])
            .collect()
    }

    /// An impl with several legal homes goes with one that nothing else it needs depends on: the upper one.
    fn join_open_impls(&mut self) {
        for id in self.items.clone() {
            let anchors = self.anchors(id);
            if anchors.len() < 2 {
                continue;
            }
            let needed: Vec<ItemId> = self
                .targets(id)
                .into_iter()
                .chain(anchors.iter().copied())
                .collect();
            let safe = anchors.iter().copied().find(|anchor| {
                let leader = self.find(*anchor);
                let others: Vec<ItemId> = needed
                    .iter()
                    .copied()
                    .filter(|item| self.find(*item) != leader)
                    .collect();
                !self.reaches(&others, leader)
            });
            let home = safe.unwrap_or(anchors[0]);
            self.join(id, home);
        }
    }

    /// Whether any of `from` needs `to`, directly or not.
    fn reaches(&mut self, from: &[ItemId], to: ItemId) -> bool {
        let mut members: BTreeMap<ItemId, Vec<ItemId>> = BTreeMap::new();
        for id in self.items.clone() {
            let leader = self.find(id);
            members.entry(leader).or_default().push(id);
        }
        let mut seen = vec![false; self.workspace.items.len()];
        let mut pending: Vec<ItemId> = from.iter().map(|id| self.find(*id)).collect();
        while let Some(leader) = pending.pop() {
            if leader == to {
                return true;
            }
            if std::mem::replace(&mut seen[leader.index()], true) {
                continue;
            }
            for item in members.get(&leader).cloned().unwrap_or_default() {
                for target in self.targets(item) {
                    let target = self.find(target);
                    pending.push(target);
                }
            }
        }
        false
    }

    /// What an item with its methods needs, as whole items.
    fn targets(&self, id: ItemId) -> Vec<ItemId> {
        let item = self.workspace.item(id);
        std::iter::once(id)
            .chain(item.methods.iter().copied())
            .filter(|part| *part == id || !self.workspace.item(*part).is_test)
            .flat_map(|part| self.graph.edges_of(part))
            .map(|target| self.workspace.item(*target).parent.unwrap_or(*target))
            .filter(|target| *target != id && self.known[target.index()])
            .collect()
    }

    fn finish(mut self) -> Units {
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
                    digraph.update_edge(from, to, ());
                }
            }
        }
        // Kosaraju's order is reverse topological: what is needed comes first.
        let mut components = petgraph::algo::kosaraju_scc(&digraph);
        components.reverse();
        let shared = shared_files(self.workspace);
        let built = BuildOutput::of(self.workspace);
        let mut result = Units {
            units: Vec::new(),
            unit_of: vec![None; self.workspace.items.len()],
        };
        for component in &components {
            let mut items: Vec<ItemId> = component
                .iter()
                .flat_map(|node| digraph[*node].iter().copied())
                .collect();
            items.sort();
            for id in &items {
                result.unit_of[id.index()] = Some(result.units.len());
            }
            let lines = items.iter().map(|id| self.workspace.lines_of(*id)).sum();
            let pinned = items.iter().any(|id| {
                let file = self.workspace.module(self.workspace.item(*id).module).file;
                shared.contains(&file)
                    || is_pinned(self.workspace, *id)
                    || built.is_read_by(self.workspace, *id)
            });
            result.units.push(Unit {
                items,
                needs: Vec::new(),
                lines,
                pinned,
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
        result
    }
}

/// Files that other targets of the package read too, such as a build script: they stay where those look for them.
fn shared_files(workspace: &Workspace) -> BTreeSet<FileId> {
    let package = workspace.package;
    let monolith = workspace.monolith(package);
    let others =
        |krate: CrateId| workspace.krate(krate).package == package && Some(krate) != monolith;
    let modules = workspace
        .modules
        .iter()
        .filter(|module| others(module.krate))
        .map(|module| module.file);
    let mut shared: BTreeSet<FileId> = modules.collect();
    for item in workspace
        .items
        .iter()
        .filter(|item| others(workspace.module(item.module).krate))
    {
        let file = workspace.file(workspace.module(item.module).file);
        let folder = file.path.parent().unwrap_or("".into());
        shared.extend(
            item.includes
                .iter()
                .filter_map(|include| workspace.file_at(&folder.join(&include.path))),
        );
    }
    shared
}

fn is_pinned(workspace: &Workspace, id: ItemId) -> bool {
    const LINKED: &[&str] = &[
        "no_mangle",
        "export_name",
        "global_allocator",
        "panic_handler",
        "proc_macro",
        "proc_macro_derive",
        "proc_macro_attribute",
        "link_section",
        "used",
        "main",
        "tokio::main",
        "async_std::main",
    ];
    let item = workspace.item(id);
    let krate = workspace.krate(workspace.crate_of(id));
    let is_main = item.kind == ItemKind::Fn
        && item.name == "main"
        && workspace.module(item.module).parent.is_none()
        && krate.kind == cleave_syntax::workspace::CrateKind::Bin;
    is_main
        || item.kind == ItemKind::ForeignMod
        || item
            .attributes
            .iter()
            .any(|attribute| LINKED.contains(&attribute.path.as_str()))
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
