//! What a call returns, where the signatures of who is called tell: a type of the workspace, or a trait object.

use std::collections::HashMap;

use cleave_syntax::item::{Callee, ItemKind, Part, PathContext, Receiver, Returned, Shape};
use cleave_syntax::{ItemId, Name, Workspace};

use crate::graph::{Graph, Place, Reference, Target};

/// What a value is, as far as its type is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Of a type of the workspace.
    Type(ItemId),
    /// `dyn Trait`, of a trait of the workspace.
    Object(ItemId),
}

/// Looks up what values are.
pub(super) struct Values<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    /// Those of each item.
    references: &'a [Vec<Reference>],
    /// The inherent methods of a name.
    inherent: HashMap<&'a str, Vec<ItemId>>,
}

impl<'a> Values<'a> {
    pub(super) fn new(
        workspace: &'a Workspace,
        graph: &'a Graph,
        references: &'a [Vec<Reference>],
    ) -> Self {
        let mut inherent: HashMap<&str, Vec<ItemId>> = HashMap::new();
        for (index, item) in workspace.items.iter().enumerate() {
            if item.parent.is_some() {
                let methods = inherent.entry(&item.name).or_default();
                methods.push(ItemId::new(index));
            }
        }
        Self {
            workspace,
            graph,
            references,
            inherent,
        }
    }

    /// What the value is that an item has in its hands.
    pub(super) fn known(&self, from: ItemId, receiver: &Receiver) -> Option<Known> {
        match receiver {
            Receiver::Unknown | Receiver::Local => None,
            Receiver::Own => self.own(from).map(Known::Type),
            Receiver::Typed(name) => self.named(from, *name),
            Receiver::Returned(returned) => self.returned(from, returned),
        }
    }

    /// The inherent methods of a name.
    pub(super) fn inherent(&self, name: &str) -> impl Iterator<Item = ItemId> {
        self.inherent.get(name).into_iter().flatten().copied()
    }

    /// The inherent methods of a name that a type has.
    pub(super) fn methods_of(&self, own: ItemId, name: &str) -> impl Iterator<Item = ItemId> {
        let methods = self.inherent(name);
        methods.filter(move |method| self.own(*method) == Some(own))
    }

    fn own(&self, item: ItemId) -> Option<ItemId> {
        let own = self.graph.own_type(self.workspace, item)?;
        self.workspace.item(own).kind.is_type().then_some(own)
    }

    fn returned(&self, from: ItemId, returned: &Returned) -> Option<Known> {
        let mut found = None;
        for callee in self.callees(from, &returned.by)? {
            let known = self.part(callee, &returned.parts)?;
            if found.is_some_and(|found| found != known) {
                return None;
            }
            found = Some(known);
        }
        found
    }

    /// Who is called, each a function or method that may be meant.
    fn callees(&self, from: ItemId, by: &Callee) -> Option<Vec<ItemId>> {
        match by {
            Callee::Function(path) => {
                let targets = self.references[from.index()]
                    .iter()
                    .filter_map(|reference| {
                        let is_meant = matches!(reference.place, Place::Item(_, at) if at == *path);
                        is_meant.then_some(&reference.resolution.target)
                    });
                let items = targets.map(|target| match target {
                    Target::Item(item) if self.workspace.item(*item).kind == ItemKind::Fn => {
                        Some(*item)
                    }
                    _ => None,
                });
                items.collect()
            }
            Callee::Method(name, of) => match self.known(from, of)? {
                Known::Type(own) => Some(self.methods_of(own, name).collect()),
                Known::Object(_) => None,
            },
        }
    }

    /// What a part of what a function returns is.
    fn part(&self, callee: ItemId, parts: &[Part]) -> Option<Known> {
        let mut shape = self.workspace.item(callee).returns.as_deref()?;
        for part in parts {
            shape = match (shape, part) {
                (Shape::Holder(held), Part::Held) => held,
                (Shape::Tuple(elements), Part::Element(index)) => {
                    elements.get(*index as usize)?.as_ref()?
                }
                _ => return None,
            };
        }
        match shape {
            Shape::Named(name) if name == "Self" => self.own(callee).map(Known::Type),
            Shape::Named(name) | Shape::Object(name) => {
                let known = self.named(callee, *name)?;
                let is_object = matches!(shape, Shape::Object(_));
                (matches!(known, Known::Object(_)) == is_object).then_some(known)
            }
            Shape::Holder(_) | Shape::Tuple(_) => None,
        }
    }

    /// What all types of a name that are written in an item mean.
    fn named(&self, from: ItemId, name: Name) -> Option<Known> {
        let item = self.workspace.item(from);
        let mut found = None;
        for reference in &self.references[from.index()] {
            let Place::Item(_, index) = reference.place else {
                continue;
            };
            let path = &item.paths[index as usize];
            let is_named = path.context == PathContext::Type
                && path.segments.last().is_some_and(|last| last.name == name);
            if !is_named {
                continue;
            }
            match reference.resolution.target {
                Target::Item(target) if found.is_none_or(|found| found == target) => {
                    found = Some(target);
                }
                _ => return None,
            }
        }
        let found = found?;
        match self.workspace.item(found).kind {
            ItemKind::Trait => Some(Known::Object(found)),
            kind if kind.is_type() => Some(Known::Type(found)),
            _ => None,
        }
    }
}
