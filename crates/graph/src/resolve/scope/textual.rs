//! Macros outside the path scopes: by text order, by `#[macro_use]`, by name anywhere.

use cleave_syntax::{ItemId, ModuleId, Name};
use smallvec::{SmallVec, smallvec};

use super::{Def, Hit, Scopes};
use crate::graph::{Found, Lookup, Namespace};

impl Scopes<'_> {
    /// A macro in textual scope: in the innermost module around that has one, the last before the place it is used at, and
    /// whether there is one before it. Else what a path or a macro may place before it counts, too.
    pub(in crate::resolve) fn textual_macro(
        &self,
        module: ModuleId,
        item: Option<ItemId>,
        name: Name,
    ) -> Option<(Hit, bool)> {
        let krate = self.workspace.module(module).krate;
        let found = self.textual[krate.index()].get(&name)?;
        let mut at = Some(module);
        let mut place = item;
        // The modules around, each with where it is used there, from the innermost on.
        let mut places: SmallVec<[(ModuleId, Option<ItemId>); 4]> = smallvec![];
        while let Some(around) = at {
            places.push((around, place));
            let mut here = found.iter().filter(|(_, from)| *from == around);
            let is_before = |rules: ItemId| {
                // Both may stand in one module further in.
                let own = self.workspace.item(rules).module;
                let mut shared = places.iter();
                let shared = shared.find(|(within, _)| self.workspace.is_within(own, *within));
                shared.is_none_or(|(within, place)| {
                    place.is_none_or(|place| self.part_in(rules, *within) <= place)
                })
            };
            let before = here.clone().rfind(|(item, _)| is_before(*item));
            let is_before = before.is_some();
            if let Some((item, _)) = before.or_else(|| here.next()) {
                let lookup = Lookup {
                    module: self.workspace.item(*item).module,
                    name,
                    namespace: Namespace::Macro,
                    found: Found::Item(*item),
                };
                let hit = Hit::new(Def::Item(*item), smallvec![lookup], 1);
                return Some((hit, is_before));
            }
            place = self.workspace.module(around).declaration;
            at = self.workspace.module(around).parent;
        }
        None
    }

    /// The item of a module that an item is, or stands in.
    fn part_in(&self, item: ItemId, module: ModuleId) -> ItemId {
        let mut at = item;
        while self.workspace.item(at).module != module {
            match self
                .workspace
                .module(self.workspace.item(at).module)
                .declaration
            {
                Some(declaration) => at = declaration,
                None => break,
            }
        }
        at
    }

    /// What `#[macro_use] extern crate` brings in: a macro of a member, or the foreign crates it may come from.
    pub(in crate::resolve) fn macro_prelude(&self, module: ModuleId, name: Name) -> Vec<Hit> {
        let krate = self.workspace.module(module).krate;
        let mut foreign = Vec::new();
        for def in &self.macro_crates[krate.index()] {
            match def {
                Def::Crate(member) => {
                    let root = self.workspace.krate(*member).root;
                    let bound = self.modules[root.index()]
                        .explicit
                        .get(&name)
                        .map(|spaces| &spaces[2]);
                    if let Some(Found::Item(item)) = bound.and_then(|found| found.first()) {
                        return vec![Hit::first(Def::Item(*item))];
                    }
                }
                other => foreign.push(Hit::first(*other)),
            }
        }
        foreign
    }

    /// The `macro_rules!` that have this name, anywhere in the workspace.
    pub(in crate::resolve) fn rules(&self, name: Name) -> &[ItemId] {
        self.rules.get(&name).map_or(&[], Vec::as_slice)
    }
}
