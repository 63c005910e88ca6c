//! Under which conditions items, modules and names are there.

use cleave_syntax::item::{Attribute, Level};
use cleave_syntax::{ItemId, ModuleId};

use super::Scope;
use crate::skeleton::is_docs;
use crate::support;

impl Scope<'_> {
    /// The texts of an item's `cfg` attributes and of those of the modules around it, up to but without `outer`.
    pub(crate) fn conditions(&self, item: ItemId, outer: ModuleId) -> Vec<String> {
        let mut texts = self.own_conditions(item);
        let around = self.workspace.item(item).parent;
        texts.extend(around.into_iter().flat_map(|id| self.own_conditions(id)));
        let mut at = self.workspace.item(item).module;
        while at != outer {
            texts.extend(self.declaration_conditions(at));
            let Some(parent) = self.workspace.module(at).parent else {
                break;
            };
            at = parent;
        }
        if self.workspace.item(item).is_test {
            texts.push(support::TEST.to_owned());
        }
        if self.support.items.contains(&item) {
            texts = texts.iter().map(|text| support::opened(text)).collect();
        }
        texts.sort();
        texts.dedup();
        texts
    }

    /// The `cfg` attributes that a module is declared under, by any of its declarations.
    fn declaration_conditions(&self, module: ModuleId) -> Vec<String> {
        let declarations: Vec<ItemId> = self.workspace.declarations(module).collect();
        match declarations[..] {
            [] => Vec::new(),
            [one] => self.own_conditions(one),
            _ => self.any_conditions(&declarations),
        }
    }

    /// The `cfg` attributes under which others see a module, where it, or one around it, is public by some of its
    /// declarations only.
    pub(crate) fn shown_conditions(&self, module: ModuleId) -> Vec<String> {
        let is_public = |id: &ItemId| self.workspace.item(*id).visibility.level == Level::Public;
        let around = self.workspace.around(module).flat_map(|module| {
            let declarations = self.workspace.declarations(module);
            let (public, closed): (Vec<ItemId>, Vec<ItemId>) = declarations.partition(is_public);
            match closed[..] {
                [] => Vec::new(),
                _ if public.is_empty() => Vec::new(),
                _ => self.any_conditions(&public),
            }
        });
        let mut texts: Vec<String> = around.collect();
        texts.sort();
        texts.dedup();
        texts
    }

    /// The texts of an item's own `cfg` attributes, those that a module has at its top included.
    pub(crate) fn own_conditions(&self, id: ItemId) -> Vec<String> {
        let item = self.workspace.item(id);
        let file = self.workspace.file(self.workspace.module(item.module).file);
        let own = item.attributes.iter();
        let own = own.filter(|attribute| attribute.path == "cfg");
        let own = own.map(|attribute| file[attribute.range].to_owned());
        let own = item.wrapping_conditions().cloned().chain(own);
        let inner = item.declares.into_iter();
        own.chain(inner.flat_map(|module| self.inner_conditions(module)))
            .collect()
    }

    /// The `cfg` attributes at the top of a module, as they would stand above its declaration.
    pub(crate) fn inner_conditions(&self, module: ModuleId) -> Vec<String> {
        self.inner_attributes(module, |attribute| attribute.path == "cfg")
    }

    /// The same of all attributes that its twin in the other crate needs too: conditions, and levels of lints.
    pub(crate) fn attributes_of_twin(&self, module: ModuleId) -> Vec<String> {
        let mut attributes = self.inner_attributes(module, |attribute| !attribute.is_doc);
        attributes.retain(|text| !is_docs(text));
        attributes
    }

    fn inner_attributes(&self, module: ModuleId, wanted: fn(&Attribute) -> bool) -> Vec<String> {
        let module = self.workspace.module(module);
        let file = self.workspace.file(module.file);
        let inner = module.inner_attributes.iter();
        inner
            .filter(|attribute| wanted(attribute))
            .map(|attribute| file[attribute.range].replacen("#!", "#", 1))
            .collect()
    }

    /// The same, as they are in the destination.
    pub(crate) fn conditions_there(&self, id: ItemId) -> Vec<String> {
        let own = self.own_conditions(id);
        if self.support.items.contains(&id) {
            own.iter().map(|text| support::opened(text)).collect()
        } else {
            own
        }
    }

    /// An item's own `cfg` attributes as the crates above see them: there its tests are none, but where it is opened to theirs.
    pub(crate) fn seen_from_above(&self, id: ItemId) -> Vec<String> {
        let own = self.own_conditions(id);
        if self.support.items.contains(&id) {
            return own;
        }
        own.iter()
            .map(|text| support::seen_from_above(text))
            .collect()
    }

    /// The `cfg` attributes under which an item's name is defined by any of its twins.
    pub(crate) fn name_conditions(&self, id: ItemId) -> Vec<String> {
        let twins = self.twins(id);
        if twins.len() < 2 {
            return self.seen_from_above(id);
        }
        self.any_conditions(&twins)
    }

    /// The `cfg` attribute that holds where any of several items is there; none where that is always.
    fn any_conditions(&self, twins: &[ItemId]) -> Vec<String> {
        let mut any: Vec<String> = Vec::new();
        for twin in twins {
            let own = self.own_conditions(*twin);
            let inner: Vec<&str> = own.iter().map(|text| predicate(text)).collect();
            match inner[..] {
                [] => return Vec::new(),
                [one] => any.push(one.to_owned()),
                _ => any.push(format!("all({})", inner.join(", "))),
            }
        }
        any.sort();
        any.dedup();
        if any.iter().any(|text| any.contains(&format!("not({text})"))) {
            return Vec::new();
        }
        match &any[..] {
            [one] => vec![format!("#[cfg({one})]")],
            _ => vec![format!("#[cfg(any({}))]", any.join(", "))],
        }
    }
}

/// What stands in a `#[cfg(…)]`.
fn predicate(attribute: &str) -> &str {
    let inner = attribute
        .split_once('(')
        .map_or(attribute, |(_, inner)| inner);
    inner
        .trim_end()
        .trim_end_matches(']')
        .trim_end()
        .strip_suffix(')')
        .unwrap_or(inner)
        .trim()
        .trim_end_matches(',')
}
