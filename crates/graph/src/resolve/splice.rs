//! Paths whose last name a macro is handed: `a::$name` means what each caller hands over and `a` has (row A8).

use std::collections::{BTreeMap, BTreeSet};

use cleave_syntax::item::{ItemKind, PathContext, PathUse, Segment};
use cleave_syntax::{ItemId, Name, Workspace};

use super::Resolver;
use super::scope::{Trust, has_word};
use crate::graph::{Place, Reference, Target};

impl Resolver<'_> {
    /// Adds a reference for each name that a path of a macro's body goes on with. Linear in the references, plus the
    /// names that are handed over to the macros with such paths.
    pub(super) fn spliced(&self, items: &mut [Vec<Reference>]) {
        let workspace = self.scopes.workspace;
        let open: BTreeSet<(ItemId, u32)> = items
            .iter()
            .flatten()
            .filter_map(
                |reference| match (reference.place, &reference.resolution.target) {
                    (Place::Item(item, index), Target::Module(_) | Target::CrateRoot(_))
                        if goes_on(workspace, item, index) =>
                    {
                        Some((item, index))
                    }
                    _ => None,
                },
            )
            .collect();
        if open.is_empty() {
            return;
        }
        let callers = callers(workspace, items);
        for (item, index) in open {
            let own = [item];
            let users = match workspace.item(item).kind {
                ItemKind::MacroRules => callers.get(&item).map_or(&[][..], Vec::as_slice),
                _ => &own,
            };
            let mut names: Vec<Name> = users
                .iter()
                .flat_map(|user| handed_over(workspace, *user))
                .collect();
            names.sort();
            names.dedup();
            let more = names.iter().flat_map(|name| self.with(item, index, *name));
            let more: Vec<Reference> = more.collect();
            let found = &mut items[item.index()];
            found.extend(more);
            found.sort_by_key(|reference| reference.place);
        }
    }

    /// What a path means with a further name.
    fn with(&self, item: ItemId, index: u32, name: Name) -> Vec<Reference> {
        let workspace = self.scopes.workspace;
        let value = workspace.item(item);
        let mut path: PathUse = value.paths[index as usize].clone();
        let range = path.range();
        path.segments.push(Segment { name, range });
        let count = path.segments.len() as u32;
        let is_there = |target: &Target| match target {
            Target::Item(id) if workspace.item(*id).kind == ItemKind::MacroCall => {
                has_word(workspace.text_of(*id), name.as_str())
            }
            Target::Item(_) => true,
            _ => false,
        };
        [Trust::Seen, Trust::Likely]
            .into_iter()
            .map(|trust| self.at(&path, value.module, Some(item), trust))
            .find(|found| !found.is_empty())
            .into_iter()
            .flatten()
            .filter(|resolution| resolution.used == count && is_there(&resolution.target))
            .map(|resolution| Reference {
                place: Place::Item(item, index),
                resolution,
            })
            .collect()
    }
}

/// Whether `::$name` follows a path.
fn goes_on(workspace: &Workspace, item: ItemId, index: u32) -> bool {
    let value = workspace.item(item);
    let path = &value.paths[index as usize];
    let text = &workspace.file(workspace.module(value.module).file).text;
    let rest = text[path.range().end as usize..].trim_start();
    path.guessed
        && path.context == PathContext::Tokens
        && rest
            .strip_prefix("::")
            .is_some_and(|rest| rest.trim_start().starts_with('$'))
}

/// By macro: the items that call it.
fn callers(workspace: &Workspace, items: &[Vec<Reference>]) -> BTreeMap<ItemId, Vec<ItemId>> {
    let mut callers: BTreeMap<ItemId, Vec<ItemId>> = BTreeMap::new();
    for reference in items.iter().flatten() {
        if let (Place::Item(user, _), Target::Item(rules)) =
            (reference.place, &reference.resolution.target)
            && workspace.item(*rules).kind == ItemKind::MacroRules
        {
            callers.entry(*rules).or_default().push(user);
        }
    }
    callers
}

/// The names alone that an item hands over to something, a macro among others: `call!(name, other)`, `call!(@rule name)`.
fn handed_over(workspace: &Workspace, item: ItemId) -> impl Iterator<Item = Name> + '_ {
    let value = workspace.item(item);
    let text = &workspace.file(workspace.module(value.module).file).text;
    let paths = value.paths.iter();
    paths
        .filter(|path| path.segments.len() == 1)
        .filter(|path| {
            let before = text[..path.range().start as usize].trim_end();
            let rule = before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
            let before = rule.strip_suffix('@').map_or(before, str::trim_end);
            before.ends_with(['(', '[', '{', ',', '>'])
        })
        .map(|path| path.segments[0].name)
}
