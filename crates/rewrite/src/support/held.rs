//! What tests have in their hands without naming it: impls and derives serve it by bounds, to which no path leads.

use std::collections::{BTreeMap, BTreeSet};

use cleave_syntax::item::ItemKind;
use cleave_syntax::{CrateId, ItemId};

use super::open::is_open;
use crate::scope::{Scope, Side};

/// What some tests may hold.
pub(super) struct Held {
    /// The types that they name, and whatever these, the functions that are called and the impls of such types lead to.
    /// Who names a trait alone holds none of the types that have it.
    pub(super) types: BTreeSet<ItemId>,
    /// The traits on the way, which types of other packages may have, and those of the language.
    traits: BTreeSet<ItemId>,
}

impl Held {
    pub(super) fn by(scope: &Scope<'_>, tests: impl Iterator<Item = ItemId>) -> Self {
        let (workspace, graph) = (scope.workspace, scope.graph);
        let mut impls: BTreeMap<ItemId, Vec<ItemId>> = BTreeMap::new();
        for id in (0..workspace.items.len()).map(ItemId::new) {
            let anchors = graph.anchors[id.index()].iter();
            for anchor in anchors.filter(|it| workspace.item(**it).kind.is_type()) {
                impls.entry(*anchor).or_default().push(id);
            }
        }
        let mut pending: Vec<ItemId> = tests.collect();
        let mut reached = BTreeSet::new();
        while let Some(id) = pending.pop() {
            if reached.insert(id) {
                pending.extend(graph.edges_of(id));
                pending.extend(impls.get(&id).into_iter().flatten());
            }
        }
        let of = |is: &dyn Fn(ItemKind) -> bool| {
            let reached = reached.iter().copied();
            reached.filter(|id| is(workspace.item(*id).kind)).collect()
        };
        Held {
            types: of(&ItemKind::is_type),
            traits: of(&|kind| kind == ItemKind::Trait),
        }
    }

    /// Whether an impl may serve: it is one for a type that is held, or for a type of nobody here by a trait on the way.
    pub(super) fn has_use_for(&self, scope: &Scope<'_>, id: ItemId) -> bool {
        let anchors = &scope.graph.anchors[id.index()];
        let is_type = |id: &ItemId| scope.workspace.item(*id).kind.is_type();
        let held = if anchors.iter().any(is_type) {
            &self.types
        } else {
            &self.traits
        };
        anchors.iter().any(|anchor| held.contains(anchor))
    }
}

/// The crates that the destination sees and that have an impl or a derive for the tests of others, for a type that its
/// own tests, or its code for the tests of others, may hold.
pub(crate) fn crates(scope: &Scope<'_>) -> BTreeSet<CrateId> {
    let workspace = scope.workspace;
    let items = || (0..workspace.items.len()).map(ItemId::new);
    let open: Vec<ItemId> = items()
        .filter(|id| scope.side(*id) == Side::Other && is_open(workspace, *id))
        .collect();
    if open.is_empty() {
        return BTreeSet::new();
    }
    let tests = items().filter(|id| {
        let is_for_tests = workspace.item(*id).is_test || is_open(workspace, *id);
        scope.side(*id) == Side::Dest && is_for_tests
    });
    let held = Held::by(scope, tests);
    let serves = |id: &ItemId| held.types.contains(id) || held.has_use_for(scope, *id);
    let crates = open.into_iter().filter(serves);
    let crates = crates.map(|id| workspace.crate_of(id));
    crates.filter(|krate| scope.sees(*krate)).collect()
}
