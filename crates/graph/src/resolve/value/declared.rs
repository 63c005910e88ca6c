//! What traits declare for the values that are known by them: objects, and parameters by their bounds.

use cleave_syntax::ItemId;
use cleave_syntax::item::PathContext;

use super::Values;
use crate::graph::{Place, Reference, Target};

impl Values<'_> {
    /// Whether a trait or one of its supertraits declares a name: an object of it has what all these declare.
    pub(super) fn has_object(&self, of: ItemId, name: &str, left: usize) -> bool {
        let item = self.workspace.item(of);
        if item.declared.iter().any(|(own, _)| own == name) {
            return true;
        }
        let Some(left) = left.checked_sub(1) else {
            return false;
        };
        let text = self.workspace.text_of(of);
        let body = text.find('{').unwrap_or(text.len()) as u32 + item.range.start;
        let mut references = self.references.of(of).iter();
        references.any(
            |reference| match (reference.place, &reference.resolution.target) {
                (Place::Item(_, at), Target::Item(above)) => {
                    let is_bound = item.paths[at as usize].range().end <= body;
                    is_bound
                        && self.workspace.item(*above).trait_name().is_some()
                        && self.has_object(*above, name, left)
                }
                _ => false,
            },
        )
    }

    /// Whether a trait that an item's signature names, but for one that it implements, declares a name: `T::name` means it
    /// where `T` is a generic parameter.
    pub(super) fn is_bound(&self, from: ItemId, name: &str) -> bool {
        let around = self.workspace.item(from).parent;
        let declares = |item: ItemId, reference: &Reference| {
            let Place::Item(_, at) = reference.place else {
                return false;
            };
            let item = self.workspace.item(item);
            let path = &item.paths[at as usize];
            let head = item.implementation.as_ref();
            let is_implemented = head.is_some_and(|head| head.trait_path == Some(at));
            let is_bound =
                path.in_signature && path.context == PathContext::Type && !is_implemented;
            is_bound
                && match (&reference.resolution.target, path.segments.last()) {
                    (Target::Item(of), _) => {
                        let mut declared = self.workspace.item(*of).declared.iter();
                        declared.any(|(own, _)| own == name)
                    }
                    (Target::External(krate), Some(last)) => {
                        self.foreign(*krate, last.name, name).next().is_some()
                    }
                    _ => false,
                }
        };
        let mut items = std::iter::once(from).chain(around);
        items.any(|item| {
            let mut references = self.references.of(item).iter();
            references.any(|reference| declares(item, reference))
        })
    }
}
