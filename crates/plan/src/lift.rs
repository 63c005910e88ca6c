//! Inherent methods that leave their impl for an extension trait, which can live in a crate above their type (row C6).
//!
//! A method that is to be lifted is a node of its own: it needs its type and what it names, and whoever may call it
//! needs it. Types are not inferred, so *may* is by name; a plan can only be too careful.

mod candidate;
mod obstacle;
mod record;

use std::collections::BTreeMap;

use cleave_graph::Graph;
use cleave_syntax::item::ItemKind;
use cleave_syntax::{CrateId, ItemId, Workspace};

use crate::plan::{Lift, Plan};

pub(crate) use candidate::candidates;
pub use candidate::hidden_by;
pub use obstacle::{is_told, obstacle};
pub(crate) use record::record;

/// Which methods are to be lifted, and who may call them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lifts {
    /// By method that is still inherent: the index into [`Plan::lifts`].
    pub methods: BTreeMap<ItemId, usize>,
    /// By item: those that it may call without naming them.
    calls: BTreeMap<ItemId, Vec<ItemId>>,
}

impl Lifts {
    /// What the plan says of today's source.
    pub fn of(plan: &Plan, workspace: &Workspace, graph: &Graph, crates: &[CrateId]) -> Self {
        Self::of_methods(pending(plan, workspace, crates), graph)
    }

    /// The methods alone, for who does not ask who calls them.
    pub fn without_calls(plan: &Plan, workspace: &Workspace, crates: &[CrateId]) -> Self {
        Self {
            methods: pending(plan, workspace, crates),
            calls: BTreeMap::new(),
        }
    }

    /// As if some methods were to be lifted.
    pub(crate) fn of_methods(methods: BTreeMap<ItemId, usize>, graph: &Graph) -> Self {
        let mut calls: BTreeMap<ItemId, Vec<ItemId>> = BTreeMap::new();
        if !methods.is_empty() {
            let called = graph.calls_among(|id| methods.contains_key(&id));
            for (index, lifted) in called.into_iter().enumerate() {
                if !lifted.is_empty() {
                    calls.insert(ItemId::new(index), lifted);
                }
            }
        }
        Self { methods, calls }
    }

    /// Whether an inherent method is to be lifted.
    pub fn is_lifted(&self, id: ItemId) -> bool {
        self.methods.contains_key(&id)
    }

    /// What moves with an item: a method's impl, but for one that is lifted.
    pub(crate) fn node(&self, workspace: &Workspace, id: ItemId) -> ItemId {
        let parent = workspace.item(id).parent;
        parent.filter(|_| !self.is_lifted(id)).unwrap_or(id)
    }

    /// An item with its methods outside tests that move along.
    pub fn parts(&self, workspace: &Workspace, id: ItemId) -> Vec<ItemId> {
        let methods = workspace.item(id).methods.iter().copied();
        let along = methods.filter(|part| !workspace.item(*part).is_test && !self.is_lifted(*part));
        std::iter::once(id).chain(along).collect()
    }

    /// What one item needs: as its paths say, and what it may call of what is lifted.
    pub fn edges<'a>(&'a self, graph: &'a Graph, id: ItemId) -> impl Iterator<Item = ItemId> + 'a {
        let called = self.calls.get(&id).into_iter().flatten();
        graph.edges_of(id).iter().chain(called).copied()
    }

    /// Non-test lines of an item without its methods that are lifted, or of one of these.
    pub fn lines_of(&self, workspace: &Workspace, id: ItemId) -> usize {
        let item = workspace.item(id);
        let lines = |id: ItemId| {
            let item = workspace.item(id);
            let file = workspace.file(workspace.module(item.module).file);
            file.line_count(item.full)
        };
        if self.is_lifted(id) {
            return lines(id);
        }
        let gone = item
            .methods
            .iter()
            .filter(|method| self.is_lifted(**method));
        let gone: usize = gone.map(|method| lines(*method)).sum();
        workspace.lines_of(id).saturating_sub(gone)
    }
}

fn items<'a>(workspace: &'a Workspace, crates: &'a [CrateId]) -> impl Iterator<Item = ItemId> + 'a {
    crates.iter().flat_map(|krate| workspace.items_of(*krate))
}

/// The methods of the plan's lifts that are still inherent.
pub fn pending(plan: &Plan, workspace: &Workspace, crates: &[CrateId]) -> BTreeMap<ItemId, usize> {
    let mut by_path: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, lift) in plan.lifts.iter().enumerate() {
        by_path.extend(lift.methods.iter().map(|path| (path.as_str(), index)));
    }
    if by_path.is_empty() {
        return BTreeMap::new();
    }
    items(workspace, crates)
        .filter(|id| is_method(workspace, *id))
        .filter_map(|id| Some((id, *by_path.get(workspace.path_of(id).as_str())?)))
        .collect()
}

fn is_method(workspace: &Workspace, id: ItemId) -> bool {
    let item = workspace.item(id);
    item.parent.is_some() && item.kind == ItemKind::Fn && !item.is_test
}

/// Whether the trait of a lift is there.
pub fn is_done(lift: &Lift, workspace: &Workspace, crates: &[CrateId]) -> bool {
    items(workspace, crates)
        .any(|id| workspace.item(id).kind == ItemKind::Trait && workspace.path_of(id) == lift.name)
}

/// The head of an impl, white space aside: what two impls that can share a trait have in common.
pub fn head(workspace: &Workspace, implementation: ItemId) -> String {
    let item = workspace.item(implementation);
    let file = workspace.file(workspace.module(item.module).file);
    let start = item
        .attributes
        .iter()
        .map(|attribute| attribute.range.end)
        .max();
    let start = start.unwrap_or(item.range.start).max(item.range.start) as usize;
    let end = (item.body.start as usize).saturating_sub(1).max(start);
    let text = &file.text[start..end];
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
