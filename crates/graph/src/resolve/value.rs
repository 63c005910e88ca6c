//! What values are, where signatures and fields tell: of a type of the workspace, or a trait object.

use std::collections::HashMap;

use cleave_syntax::item::{Derivation, Derived, ItemKind, Part, PathContext, Receiver, Shape};
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

/// Functions of `std`'s traits that make a value of the type by which they are called, each with the part that this is of
/// what they return.
const MAKERS: &[(&str, &[Part])] = &[
    ("default", &[]),
    ("from", &[]),
    ("from_iter", &[]),
    ("from_str", &[Part::Held]),
    ("try_from", &[Part::Held]),
];

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
            Receiver::Derived(derived) => self.derived(from, derived),
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

    fn derived(&self, from: ItemId, derived: &Derived) -> Option<Known> {
        if let Some((own, made)) = self.made(from, &derived.by) {
            return (derived.parts[..] == *made).then_some(Known::Type(own));
        }
        let mut found = None;
        for (item, shape) in self.shapes(from, &derived.by)? {
            let known = self.part((item, shape?), &derived.parts)?;
            if found.is_some_and(|found| found != known) {
                return None;
            }
            found = Some(known);
        }
        found
    }

    /// The type that is made by one of its functions of a trait of `std`, and which part of what that returns it is.
    fn made(&self, from: ItemId, by: &Derivation) -> Option<(ItemId, &'static [Part])> {
        let Derivation::Function(path) = by else {
            return None;
        };
        let last = self.workspace.item(from).paths[*path as usize]
            .segments
            .last()?;
        let (_, made) = MAKERS.iter().find(|(name, _)| last.name == *name)?;
        let mut targets = self.targets(from, *path);
        match (targets.next(), targets.next()) {
            (Some(Target::Item(own)), None) if self.workspace.item(*own).kind.is_type() => {
                Some((*own, made))
            }
            _ => None,
        }
    }

    /// What all functions return, or fields hold, that may be meant, each as it is written in an item.
    fn shapes(&self, from: ItemId, by: &Derivation) -> Option<Vec<(ItemId, Option<&'a Shape>)>> {
        let callees: Vec<ItemId> = match by {
            Derivation::Function(path) => self.functions(from, *path)?,
            Derivation::Method(name, of) => {
                let own = self.type_of(from, of)?;
                self.methods_of(own, name).collect()
            }
            Derivation::Field(name, of) => {
                let own = self.type_of(from, of)?;
                let fields = self.workspace.item(own).fields.iter();
                let meant = fields.filter(|field| field.name == name.as_str());
                return Some(meant.map(|field| (own, field.holds.as_deref())).collect());
            }
        };
        let returns = |id: ItemId| self.workspace.item(id).returns.as_deref();
        Some(callees.into_iter().map(|id| (id, returns(id))).collect())
    }

    fn type_of(&self, from: ItemId, receiver: &Receiver) -> Option<ItemId> {
        match self.known(from, receiver)? {
            Known::Type(own) => Some(own),
            Known::Object(_) => None,
        }
    }

    /// The functions that a path may mean.
    fn functions(&self, from: ItemId, path: u32) -> Option<Vec<ItemId>> {
        let items = self.targets(from, path).map(|target| match target {
            Target::Item(item) if self.workspace.item(*item).kind == ItemKind::Fn => Some(*item),
            _ => None,
        });
        items.collect()
    }

    /// What a path of an item may mean.
    fn targets(&self, from: ItemId, path: u32) -> impl Iterator<Item = &'a Target> {
        self.references[from.index()]
            .iter()
            .filter(move |reference| matches!(reference.place, Place::Item(_, at) if at == path))
            .map(|reference| &reference.resolution.target)
    }

    /// What a part is of what an item says by a shape.
    fn part(&self, (item, shape): (ItemId, &Shape), parts: &[Part]) -> Option<Known> {
        let mut shape = shape;
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
            Shape::Named(name) if name == "Self" => self.own(item).map(Known::Type),
            Shape::Named(name) | Shape::Object(name) => {
                let known = self.named(item, *name)?;
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
