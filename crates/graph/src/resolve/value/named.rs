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
            part @ (Shape::Named(name) | Shape::Applied(name, _) | Shape::Object(name)) => {
                let known = self.named(item, *name)?;
                let is_object = matches!(part, Shape::Object(_));
                (matches!(known, Known::Object(_)) == is_object).then_some(known)
            }
            Shape::Holder(_) | Shape::Tuple(_) | Shape::Generic(_) => None,
        }
    }

    /// What all types of a name that are written in an item mean.
    pub(super) fn named(&self, from: ItemId, name: Name) -> Option<Known> {
        let mut found = None;
        for target in self.called(from, name) {
            let known = match target {
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

    /// What the types are to which an item gives a name.
    fn called(&self, from: ItemId, name: Name) -> impl Iterator<Item = &Target> {
        let item = self.workspace.item(from);
        let references = self.references.of(from).iter();
        references
            .filter(move |reference| {
                let Place::Item(_, index) = reference.place else {
                    return false;
                };
                let path = &item.paths[index as usize];
                path.context == PathContext::Type
                    && path.segments.last().is_some_and(|last| last.name == name)
            })
            .map(|reference| &reference.resolution.target)
    }

    /// Whether a name stands for an alias of what holds its first argument: `type Parsed<T> = Result<T, Error>`.
    pub(super) fn holds_its_argument(&self, from: ItemId, name: Name) -> bool {
        let mut called = self.called(from, name).peekable();
        called.peek().is_some()
            && called.all(|target| match target {
                Target::Item(alias) => self.is_holder(*alias).unwrap_or(false),
                _ => false,
            })
    }

    fn is_holder(&self, alias: ItemId) -> Option<bool> {
        let item = self.workspace.item(alias);
        if item.kind != ItemKind::TypeAlias {
            return None;
        }
        let (at, before) = head_of_alias(self.workspace, alias)?;
        let path = &item.paths[at];
        let text = &self
            .workspace
            .file(self.workspace.module(item.module).file)
            .text;
        let first = |at: u32| {
            let arguments = text[at as usize..].trim_start().strip_prefix('<')?;
            arguments.split([',', '>', ':', '=']).next().map(str::trim)
        };
        let is_first = first(item.name_range.end)? == first(path.range().end)?;
        let holds = ["Option", "Result"].contains(&path.segments.last()?.name.as_str());
        let is_own = self.targets(alias, at as u32).all(is_standard);
        Some(before.trim().is_empty() && is_first && holds && is_own)
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
