//! Tests: which test code moves as one, and where it goes.

use std::collections::BTreeMap;

use cleave_graph::Graph;
use cleave_syntax::{CrateId, ItemId, ModuleId, Workspace};

use crate::home::Claims;
use crate::indivisible;
use crate::lift::Lifts;
use crate::order::{Home, Order};
use crate::pin::shared_files;

/// Test code that moves as one: the outermost test module, or a single test item.
struct Part {
    items: Vec<ItemId>,
    /// The module that it is about.
    about: ModuleId,
}

/// Test code that uses each other's helpers, which no other crate sees.
pub(crate) struct Cluster {
    parts: Vec<Part>,
    /// What it needs beside itself.
    pub(crate) needs: Vec<ItemId>,
    /// Types that have an impl in it which can stand only in their crate: the cluster goes where they are.
    pub(crate) bound: Vec<ItemId>,
    /// What is no test and names some of it in a statement for tests: no crate below the cluster's can do that.
    pub(crate) users: Vec<ItemId>,
}

impl Cluster {
    /// All of it.
    pub(crate) fn items(&self) -> impl Iterator<Item = ItemId> + '_ {
        self.parts
            .iter()
            .flat_map(|part| part.items.iter().copied())
    }
}

/// The clusters of a crate, ordered by their first items. Linear in the edges of its tests.
pub(crate) fn clusters(
    workspace: &Workspace,
    graph: (&Graph, &Lifts),
    krate: CrateId,
) -> Vec<Cluster> {
    let parts = parts(workspace, graph.0, krate);
    let mut part_of = vec![None; workspace.items.len()];
    for (index, part) in parts.iter().enumerate() {
        for id in &part.items {
            part_of[id.index()] = Some(index);
        }
    }
    let mut leader: Vec<usize> = (0..parts.len()).collect();
    let find = |leader: &[usize], mut at: usize| {
        while leader[at] != at {
            at = leader[at];
        }
        at
    };
    for (index, part) in parts.iter().enumerate() {
        for to in targets(workspace, graph, part) {
            if let Some(other) = part_of[to.index()]
                && (other == index || !stands_with_its_type(workspace, graph.0, &parts[other]))
            {
                let (a, b) = (find(&leader, index), find(&leader, other));
                leader[a.max(b)] = a.min(b);
            }
        }
    }
    let mut together: BTreeMap<usize, Vec<Part>> = BTreeMap::new();
    for (index, part) in parts.into_iter().enumerate() {
        together.entry(find(&leader, index)).or_default().push(part);
    }
    let cluster_of: Vec<Option<usize>> = part_of
        .into_iter()
        .map(|part| part.map(|part| find(&leader, part)))
        .collect();
    let mut clusters: BTreeMap<usize, Cluster> = together
        .into_iter()
        .map(|(own, parts)| (own, cluster(workspace, graph, (own, parts), &cluster_of)))
        .collect();
    for (user, named) in statements(workspace, graph, krate) {
        let own = cluster_of[named.index()];
        if let Some(cluster) = own.and_then(|own| clusters.get_mut(&own)) {
            cluster.users.push(user);
        }
    }
    clusters.into_values().collect()
}

/// What code that is no test names of code that is: `#[cfg(test)] if let Some(fake) = tests::fake() { … }`.
fn statements(
    workspace: &Workspace,
    (graph, lifts): (&Graph, &Lifts),
    krate: CrateId,
) -> Vec<(ItemId, ItemId)> {
    let items = workspace.items_of(krate).filter(|id| {
        let item = workspace.item(*id);
        item.is_node() && !item.is_test
    });
    let mut found: Vec<(ItemId, ItemId)> = items
        .flat_map(|id| {
            let user = lifts.node(workspace, id);
            let named = lifts.edges(graph, id);
            named.map(move |to| (user, lifts.node(workspace, to)))
        })
        .filter(|(_, to)| workspace.item(*to).is_test)
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn cluster(
    workspace: &Workspace,
    graph: (&Graph, &Lifts),
    (own, parts): (usize, Vec<Part>),
    cluster_of: &[Option<usize>],
) -> Cluster {
    let here = |id: ItemId| cluster_of[id.index()] == Some(own);
    let mut needs: Vec<ItemId> = parts
        .iter()
        .flat_map(|part| targets(workspace, graph, part))
        .filter(|to| !here(*to) && workspace.item(*to).is_node())
        .collect();
    needs.sort_unstable();
    needs.dedup();
    let items = parts.iter().flat_map(|part| &part.items);
    let mut bound: Vec<ItemId> = items
        .filter_map(|id| {
            let anchors = &graph.0.anchors[id.index()];
            let free = anchors.iter().any(|anchor| here(*anchor));
            anchors.first().copied().filter(|_| !free)
        })
        .collect();
    let inseparable = graph.0.bound.iter().filter(|(user, target)| {
        let user = workspace.item(*user).parent.unwrap_or(*user);
        here(user) && !here(*target)
    });
    bound.extend(inseparable.map(|(_, target)| *target));
    bound.extend(
        parts
            .iter()
            .filter_map(|part| indivisible::beside(workspace, &part.items)),
    );
    bound.sort_unstable();
    bound.dedup();
    Cluster {
        parts,
        needs,
        bound,
        users: Vec::new(),
    }
}

/// Whether an impl can stand only where something is that is no test.
fn is_bound(workspace: &Workspace, graph: &Graph, id: ItemId) -> bool {
    let mut anchors = graph.anchors[id.index()].iter();
    anchors.len() > 0 && anchors.all(|anchor| !workspace.item(*anchor).is_test)
}

/// Whether a part is no more than impls for tests, which can stand only where their types are: the tests that use it need
/// not stand there too (row E3).
fn stands_with_its_type(workspace: &Workspace, graph: &Graph, part: &Part) -> bool {
    let mut items = part.items.iter();
    !has_tests(workspace, part) && items.all(|id| is_bound(workspace, graph, *id))
}

fn parts(workspace: &Workspace, graph: &Graph, krate: CrateId) -> Vec<Part> {
    let mut parts: BTreeMap<(bool, u32), Part> = BTreeMap::new();
    for id in workspace.items_of(krate) {
        let item = workspace.item(id);
        if !item.is_test || !item.is_node() || item.parent.is_some() {
            continue;
        }
        // An impl for what is no test is a part of its own in whatever module it stands: the rest need not be where it is.
        let outermost =
            outermost(workspace, item.module).filter(|_| !is_bound(workspace, graph, id));
        let key = outermost.map_or((false, id.0), |module| (true, module.0));
        let empty = || Part {
            items: Vec::new(),
            about: about(workspace, item.module),
        };
        parts.entry(key).or_insert_with(empty).items.push(id);
    }
    parts.into_values().collect()
}

/// The outermost module for tests that a module is in, itself included.
pub(crate) fn outermost(workspace: &Workspace, module: ModuleId) -> Option<ModuleId> {
    let around = workspace.around(module);
    let tests = around.take_while(|module| workspace.module(*module).is_test);
    tests.last()
}

/// The module that the tests in a module are about: the closest around it that is not for tests alone.
pub(crate) fn about(workspace: &Workspace, module: ModuleId) -> ModuleId {
    let outermost = outermost(workspace, module);
    let parent = outermost.map(|outermost| workspace.module(outermost).parent);
    parent.flatten().or(outermost).unwrap_or(module)
}

/// What a part names, as whole items.
fn targets(workspace: &Workspace, (graph, lifts): (&Graph, &Lifts), part: &Part) -> Vec<ItemId> {
    let items = part.items.iter();
    let with_methods = items.flat_map(|id| std::iter::once(id).chain(&workspace.item(*id).methods));
    with_methods
        .flat_map(|id| lifts.edges(graph, *id))
        .map(|to| lifts.node(workspace, to))
        .collect()
}

/// Tests go with what they test, where they see all they need there; a helper that several use has the home of all.
pub(crate) fn place(
    workspace: &Workspace,
    graph: (&Graph, &Lifts),
    (order, claims): (&Order, &Claims<'_>),
    root: CrateId,
    planned: &mut [Home],
) {
    // What stands with a type first: tests may need it.
    let mut clusters = clusters(workspace, graph, root);
    clusters.sort_by_key(|cluster| cluster.bound.is_empty());
    let shared = shared_files(workspace);
    for cluster in clusters {
        // Benches and tests beside the source take in some helpers by `#[path]`.
        let is_shared = cluster.items().any(|id| {
            let module = workspace.item(id).module;
            shared.contains_key(&workspace.module(module).file)
        });
        let home = match cluster.bound.first() {
            Some(owner) => planned[owner.index()],
            None if is_shared => None,
            None if !cluster.users.is_empty() => below_users(order, &cluster, planned),
            None => wanted(workspace, graph, (order, claims), (&cluster, planned)),
        };
        for id in cluster.items() {
            planned[id.index()] = home;
        }
    }
}

/// Where statements for tests name some of a cluster: beside them, or the lowest home that has all it needs, which they
/// see as well.
fn below_users(order: &Order, cluster: &Cluster, planned: &[Home]) -> Home {
    let homes = |of: &[ItemId]| of.iter().map(|id| planned[id.index()]).collect::<Vec<_>>();
    let users = homes(&cluster.users);
    match users.split_first() {
        Some((home, others)) if others.iter().all(|other| other == home) => *home,
        _ => order.lowest_above(&homes(&cluster.needs)),
    }
}

fn wanted(
    workspace: &Workspace,
    graph: (&Graph, &Lifts),
    (order, claims): (&Order, &Claims<'_>),
    (cluster, planned): (&Cluster, &[Home]),
) -> Home {
    let needs: Vec<Home> = cluster.needs.iter().map(|to| planned[to.index()]).collect();
    // Helpers go where the tests go that they help.
    let all = || cluster.parts.iter();
    let any_tests = all().any(|part| has_tests(workspace, part));
    let wishes: Vec<Home> = all()
        .filter(|part| !any_tests || has_tests(workspace, part))
        .map(|part| {
            let targets = targets(workspace, graph, part);
            about_home(workspace, claims, (part, &targets), planned)
        })
        .collect();
    let wish = wishes
        .iter()
        .copied()
        .find(|wish| needs.iter().all(|need| order.sees(*wish, *need)));
    wish.filter(|wish| wishes.iter().all(|other| other == wish))
        .unwrap_or_else(|| order.lowest_above(&[needs, wishes].concat()))
}

/// Whether a part has test functions, not just what they use.
fn has_tests(workspace: &Workspace, part: &Part) -> bool {
    part.items.iter().any(|id| {
        let mut attributes = workspace.item(*id).attributes.iter();
        attributes.any(|attribute| {
            let name = attribute.path.rsplit("::").next().unwrap_or_default();
            name.contains("test") || name == "bench"
        })
    })
}

/// The home of most of what a test stands beside and names; where it names nothing of that, of all it stands beside.
fn about_home(
    workspace: &Workspace,
    claims: &Claims<'_>,
    (part, targets): (&Part, &[ItemId]),
    planned: &[Home],
) -> Home {
    let beside = || {
        let items = workspace.module(part.about).items.iter().copied();
        items.filter(|id| workspace.item(*id).is_node() && !workspace.item(*id).is_test)
    };
    let named = beside().any(|id| targets.contains(&id));
    let mut votes: BTreeMap<Home, usize> = BTreeMap::new();
    for id in beside().filter(|id| !named || targets.contains(id)) {
        *votes.entry(planned[id.index()]).or_default() += workspace.lines_of(id) + 1;
    }
    let most = votes
        .into_iter()
        .max_by_key(|(home, lines)| (*lines, std::cmp::Reverse(*home)));
    match most {
        Some((home, _)) => home,
        None => claims.module(&workspace.module(part.about).path),
    }
}
