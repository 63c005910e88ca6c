//! The traits that a module shows to those who import all of it.

use std::collections::BTreeSet;

use cleave_graph::graph::{Found, Namespace};
use cleave_graph::{Lookup, Target};
use cleave_syntax::item::{Binding, ItemKind};
use cleave_syntax::{ItemId, ModuleId, Name, UseLeafId};

use super::methods::{Methods, declared, methods_of};
use crate::scope::{Scope, Side};

/// By what a module shows a name, that of a trait for one, to those who import all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shown {
    /// It is defined there.
    Item(ItemId),
    /// It is imported there.
    Leaf(UseLeafId),
}

impl Shown {
    /// How a path would find it.
    pub(crate) fn lookup(self, scope: &Scope<'_>) -> Lookup {
        let workspace = scope.workspace;
        let (item, found) = match self {
            Shown::Item(item) => (item, Found::Item(item)),
            Shown::Leaf(leaf) => (workspace.leaf(leaf).item, Found::Leaf(leaf)),
        };
        let item = workspace.item(item);
        Lookup {
            module: item.module,
            name: Name::new(item.trait_name().unwrap_or(&item.name)),
            namespace: Namespace::Type,
            found,
        }
    }

    /// Whether it means what stays in the monolith, and nothing else.
    pub(super) fn is_left_above(self, scope: &Scope<'_>) -> bool {
        let stays = |item: ItemId| scope.side(item) == Side::Root;
        match self {
            Shown::Item(item) => stays(item),
            Shown::Leaf(leaf) => {
                let mut meant = scope.graph.leaves[leaf.index()].iter();
                meant.all(|it| matches!(it.target, Target::Item(item) if stays(item)))
            }
        }
    }

    pub(super) fn methods(self, scope: &Scope<'_>) -> Methods {
        match self {
            Shown::Item(item) => Methods::Known(declared(scope.workspace.item(item))),
            Shown::Leaf(leaf) => scope.graph.leaves[leaf.index()]
                .iter()
                .map(|resolution| methods_of(scope, leaf, &resolution.target))
                .find(|methods| matches!(methods, Methods::Known(_)))
                .unwrap_or(Methods::NoTrait),
        }
    }
}

/// The traits that a module shows to another, by its own items, imports and globs.
pub(super) fn shown_by(scope: &Scope<'_>, module: ModuleId, to: ModuleId) -> BTreeSet<Shown> {
    let workspace = scope.workspace;
    let mut shown = BTreeSet::new();
    let mut seen = BTreeSet::from([module]);
    let mut pending = vec![module];
    while let Some(at) = pending.pop() {
        let visible = workspace.module(at).items.iter().filter(|id| {
            let item = workspace.item(**id);
            let is_made = item.kind == ItemKind::MacroCall;
            is_made || scope.is_visible(&item.visibility.level, at, to)
        });
        for id in visible {
            if workspace.item(*id).trait_name().is_some() {
                shown.insert(Shown::Item(*id));
            }
            for leaf in &workspace.item(*id).leaves {
                let is_glob = workspace.leaf(*leaf).binding == Binding::Glob;
                for resolution in &scope.graph.leaves[leaf.index()] {
                    match resolution.target {
                        Target::Module(next) if is_glob && seen.insert(next) => {
                            pending.push(next);
                        }
                        Target::Item(_) | Target::External(_) => {
                            shown.insert(Shown::Leaf(*leaf));
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    shown
}
