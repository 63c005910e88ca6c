//! What the names of types mean that an item writes.

use cleave_syntax::item::{ItemKind, PathContext, Shape};
use cleave_syntax::{ItemId, Name};

use super::super::anchor::{ALIASES, head_of_alias};
use super::{ForeignType, Known, Values, is_standard};
use crate::graph::{Place, Target};
use crate::standard;

impl Values<'_> {
    /// What an item says by a shape.
    pub(super) fn part(&self, item: ItemId, shape: &Shape) -> Option<Known> {
        match shape {
            Shape::Named(name) if name == "Self" => self.own(item).map(Known::Type),
            part @ (Shape::Named(name) | Shape::Object(name)) => {
                let known = self.named(item, *name)?;
                let is_object = matches!(part, Shape::Object(_));
                (matches!(known, Known::Object(_)) == is_object).then_some(known)
            }
            Shape::Holder(_) | Shape::Tuple(_) | Shape::Generic(_) => None,
        }
    }

    /// What all types of a name that are written in an item mean.
    pub(super) fn named(&self, from: ItemId, name: Name) -> Option<Known> {
        let item = self.workspace.item(from);
        let mut found = None;
        for reference in self.references.of(from) {
            let Place::Item(_, index) = reference.place else {
                continue;
            };
            let path = &item.paths[index as usize];
            let is_named = path.context == PathContext::Type
                && path.segments.last().is_some_and(|last| last.name == name);
            if !is_named {
                continue;
            }
            let known = match &reference.resolution.target {
                Target::Item(target) => match self.workspace.item(*target).kind {
                    ItemKind::Trait => Known::Object(*target),
                    ItemKind::TypeAlias => self.aliased(*target, 0)?,
                    kind if kind.is_type() => Known::Type(*target),
                    _ => return None,
                },
                target if is_standard(target) => Known::Standard(name),
                Target::External(krate) => {
                    Known::Foreign(ForeignType::new(*krate, name, Some(from)))
                }
                _ => return None,
            };
            if found.is_some_and(|found| found != known) {
                return None;
            }
            found = Some(known);
        }
        // That of a literal is written nowhere.
        found.or_else(|| standard::is_type(&name).then_some(Known::Standard(name)))
    }

    /// What the values of an alias are, where it stands for a type with a name, of whatever arguments.
    pub(in crate::resolve) fn aliased(&self, alias: ItemId, depth: usize) -> Option<Known> {
        let item = self.workspace.item(alias);
        if item.kind != ItemKind::TypeAlias || depth > ALIASES {
            return None;
        }
        let (at, before) = head_of_alias(self.workspace, alias)?;
        if !before.trim().is_empty() {
            return None;
        }
        let path = &item.paths[at];
        let name = path.segments.last()?.name;
        let mut targets = self.targets(alias, at as u32);
        match (targets.next()?, targets.next()) {
            (Target::Item(of), None) => match self.workspace.item(*of).kind {
                ItemKind::TypeAlias => self.aliased(*of, depth + 1),
                kind if kind.is_type() => Some(Known::Type(*of)),
                _ => None,
            },
            (target, None) if is_standard(target) => Some(Known::Standard(name)),
            (Target::External(krate), None) => {
                Some(Known::Foreign(ForeignType::new(*krate, name, Some(alias))))
            }
            _ => None,
        }
    }
}
