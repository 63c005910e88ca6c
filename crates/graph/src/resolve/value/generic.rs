//! Values of which only bounds tell what they have.

use std::collections::HashSet;

use cleave_syntax::item::{Blanket, Derivation, ItemKind, Receiver};
use cleave_syntax::{ItemId, Workspace};

use super::{Known, Values};
use crate::graph::Graph;

impl Values<'_> {
    /// A value of a generic parameter's type in an item's hands; nothing where it may hand calls on to another type.
    pub(super) fn generic(&self, from: ItemId) -> Option<Known> {
        let parts = std::iter::once(from).chain(self.workspace.item(from).parent);
        let hands_on = parts.into_iter().any(|part| {
            let named = self.graph.edges_of(part).iter();
            std::iter::once(&part)
                .chain(named)
                .any(|item| self.handing_on.contains(item))
        });
        (!hands_on).then_some(Known::Generic)
    }

    /// The same of `self` in a trait, or in an impl for a type parameter.
    pub(super) fn own_parameter(&self, from: ItemId) -> Option<Known> {
        let item = self.workspace.item(from);
        let head = item.implementation.as_ref();
        let is_blanket = head.is_some_and(|head| head.blanket == Some(Blanket::Type));
        if item.kind == ItemKind::Trait || is_blanket {
            self.generic(from)
        } else {
            None
        }
    }

    /// The same of a field whose type is a parameter of the struct's, the `at`th: in an impl for whatever type stands for it,
    /// it is one there too.
    pub(super) fn of_parameter(&self, from: ItemId, by: &Derivation, at: u32) -> Option<Known> {
        let Derivation::Field(_, Receiver::Own) = by else {
            return None;
        };
        let around = self.workspace.item(from).parent.unwrap_or(from);
        let head = self.workspace.item(around).implementation.as_ref()?;
        if at < head.own_arguments {
            self.generic(from)
        } else {
            None
        }
    }
}

/// Items that name `Deref`, and traits that name such a trait in turn.
pub(super) fn handing_on(workspace: &Workspace, graph: &Graph) -> HashSet<ItemId> {
    let names_it = |id: &ItemId| {
        let mut paths = workspace.item(*id).paths.iter();
        paths.any(|path| {
            let last = path.segments.last();
            last.is_some_and(|last| last.name == "Deref" || last.name == "DerefMut")
        })
    };
    let all = || (0..workspace.items.len()).map(ItemId::new);
    let mut found: HashSet<ItemId> = all().filter(names_it).collect();
    let traits: Vec<ItemId> = all()
        .filter(|id| workspace.item(*id).trait_name().is_some())
        .collect();
    loop {
        let more = traits.iter().filter(|id| {
            let mut named = graph.edges_of(**id).iter();
            !found.contains(id)
                && named.any(|to| found.contains(to) && workspace.item(*to).trait_name().is_some())
        });
        let more: Vec<ItemId> = more.copied().collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}
