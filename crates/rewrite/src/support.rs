//! Test code that the tests of other crates need (row E3): behind a feature that those ask for in their tests.
//!
//! `#[cfg(test)]` holds in the crate under test alone. A helper that has left the crate of its users is compiled for them
//! by `any(test, feature = "test-utils")`, which only dev-dependencies turn on.

use std::collections::BTreeSet;

use cleave_graph::graph::Found;
use cleave_graph::{Graph, Lookup, Place, Reference, Target};
use cleave_syntax::item::{Attribute, Item, ItemKind, PathContext, PathUse, TestPartKind};
use cleave_syntax::token::words;
use cleave_syntax::{ItemId, ModuleId, TextRange, UseLeafId, Workspace};

use crate::scope::{Scope, Side};

mod alternative;
mod condition;
pub(crate) mod held;
mod open;

use alternative::Alternatives;
pub(crate) use condition::{closed, opened, seen_from_above};
use held::Held;
pub(crate) use open::{has_open_part, is_open, open, open_one};

/// The feature's name.
pub(crate) const FEATURE: &str = "test-utils";

/// The condition of an item that only tests used, and now those of other crates too.
pub(crate) const CONDITION: &str = "#[cfg(any(test, feature = \"test-utils\"))]";

/// The condition that it had.
pub(crate) const TEST: &str = "#[cfg(test)]";

/// The condition of what tests have something else in place of.
const WITHOUT_TESTS: &str = "#[cfg(not(test))]";

/// What of the destination, as it is after the step, must be there for the tests of other crates.
#[derive(Debug, Default)]
pub(crate) struct Support {
    /// Items, the `mod` items around them, and the imports that they go through.
    pub(crate) items: BTreeSet<ItemId>,
    /// Fields and members that only tests have: by index into the item's `test_parts`.
    pub(crate) parts: BTreeSet<(ItemId, usize)>,
}

impl Support {
    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty() && self.parts.is_empty()
    }
}

/// What the tests of other crates need of the destination.
pub(crate) fn needed_from_above(scope: &Scope<'_>) -> Support {
    let workspace = scope.workspace;
    let mut found = Finder {
        scope,
        alternatives: Alternatives::of(scope),
        support: Support::default(),
        named: BTreeSet::new(),
        pending: Vec::new(),
    };
    let mut seen = BTreeSet::new();
    for reference in &scope.graph.references {
        let Place::Item(user, _) = reference.place else {
            continue;
        };
        if workspace.crate_of(user) == scope.root
            && scope.side(user) == Side::Root
            && !Graph::is_doc(workspace, reference.place)
        {
            found.named_above(user, &reference.resolution.target);
            found.imports_that_move(&reference.resolution.lookups, &mut seen);
        }
    }
    found.imported_above();
    let tests = workspace.items_of(scope.root);
    let tests = tests.filter(|id| workspace.item(*id).is_test && scope.side(*id) == Side::Root);
    let tests: Vec<ItemId> = tests.collect();
    let held = Held::by(scope, tests.iter().copied());
    for user in tests {
        // Methods are called by name alone, but those of an impl only on what a test can get hold of.
        let called = scope.graph.calls_of(user).into_iter().filter(|id| {
            let around = workspace.item(*id).parent.unwrap_or(*id);
            workspace.item(around).kind != ItemKind::TraitImpl || held.has_use_for(scope, around)
        });
        // Among the edges are the traits whose methods are called, which no path names.
        for id in called.chain(scope.graph.edges_of(user).iter().copied()) {
            found.item(id);
        }
    }
    found.impls(&held);
    found.close();
    found.parts();
    found.support
}

struct Finder<'s, 'a> {
    scope: &'s Scope<'a>,
    /// What features have there as well as tests.
    alternatives: Alternatives,
    support: Support,
    /// What the code above and its helpers name behind a dot or a type.
    named: BTreeSet<&'s str>,
    pending: Vec<ItemId>,
}

impl Finder<'_, '_> {
    fn target(&mut self, target: &Target) {
        match target {
            Target::Item(id) => self.item(*id),
            Target::Opaque(id) if self.scope.side(*id) == Side::Dest => self.made(*id),
            _ => {}
        }
    }

    /// What derives and attributes make of an item in tests only, with the imports that these go through.
    fn made(&mut self, id: ItemId) {
        for attribute in &self.scope.workspace.item(id).attributes {
            if self.is_made_in_tests(id, attribute) {
                self.support.items.insert(id);
                for reference in within(self.scope, id, attribute.range) {
                    self.imports(&reference.resolution.lookups);
                }
            }
        }
    }

    /// Whether an attribute is there in tests only, and may make items then.
    fn is_made_in_tests(&self, id: ItemId, attribute: &Attribute) -> bool {
        let text = text(self.scope.workspace, id, attribute);
        let predicate = text.split_once('(').map_or("", |(_, inner)| inner);
        attribute.path == "cfg_attr" && predicate.trim_start().starts_with("test")
    }

    /// Whether an item is there in tests, and else not, or by a feature.
    fn is_for_tests(&self, id: ItemId) -> bool {
        let workspace = self.scope.workspace;
        workspace.item(id).is_test || self.alternatives.are(workspace, id)
    }

    fn item(&mut self, id: ItemId) {
        let workspace = self.scope.workspace;
        let owner = workspace.item(id).parent.unwrap_or(id);
        if !self.is_for_tests(id)
            || self.scope.side(owner) != Side::Dest
            || !self.support.items.insert(id)
        {
            return;
        }
        self.pending.push(id);
        if self.is_for_tests(owner) {
            self.item(owner);
        }
        self.modules_around(workspace.item(owner).module);
    }

    /// Impls and derives that are there in tests only serve those above that have to do with the type: no path leads to
    /// them.
    fn impls(&mut self, held: &Held) {
        let workspace = self.scope.workspace;
        for id in there(self.scope) {
            let item = workspace.item(id);
            let is_impl = item.kind == ItemKind::TraitImpl && held.has_use_for(self.scope, id);
            if is_impl && self.is_for_tests(id) && !has_tests(workspace, item.module) {
                self.item(id);
            }
            if held.types.contains(&id) {
                self.made(id);
            }
        }
    }

    fn modules_around(&mut self, module: ModuleId) {
        for module in self.scope.workspace.around(module) {
            let workspace = self.scope.workspace;
            let is_test = workspace.module(module).is_test;
            if is_test || self.alternatives.declares(workspace, module) {
                self.support
                    .items
                    .extend(self.scope.workspace.declarations(module));
            }
        }
    }

    /// Helpers need helpers.
    fn close(&mut self) {
        let (workspace, graph) = (self.scope.workspace, self.scope.graph);
        while let Some(id) = self.pending.pop() {
            let methods = workspace.item(id).methods.iter().copied();
            for part in std::iter::once(id).chain(methods) {
                self.named.extend(named_in(workspace.item(part), None));
                for to in graph.edges_of(part) {
                    self.item(*to);
                }
                // Methods that are called by name alone are no edges.
                for to in graph.calls_of(part) {
                    self.item(to);
                }
                for reference in graph.references_of(part) {
                    self.imports(&reference.resolution.lookups);
                }
                self.imports_for_methods(part);
            }
        }
    }

    /// Imports beside an item that are there in tests only, of traits whose methods it calls.
    fn imports_for_methods(&mut self, id: ItemId) {
        let workspace = self.scope.workspace;
        let items = workspace.module(workspace.item(id).module).items.iter();
        for import in items.filter(|import| workspace.item(**import).is_test) {
            let mut leaves = workspace.item(*import).leaves.iter();
            if leaves.any(|leaf| crate::traits::is_called_in(self.scope, *leaf, id)) {
                self.support.items.insert(*import);
            }
        }
    }

    /// What only tests have of an item that is there without them: members that are named, and the variables that their
    /// values are made of.
    fn parts(&mut self) {
        let workspace = self.scope.workspace;
        let above = workspace.items_of(self.scope.root);
        let above = above.filter(|id| self.scope.side(*id) == Side::Root);
        for id in above {
            self.named.extend(named_in(workspace.item(id), None));
        }
        let with_parts: Vec<ItemId> = there(self.scope)
            .filter(|id| !workspace.item(*id).test_parts.is_empty())
            .collect();
        let mut count = None;
        while count != Some(self.support.parts.len()) {
            count = Some(self.support.parts.len());
            for id in &with_parts {
                for (index, part) in workspace.item(*id).test_parts.iter().enumerate() {
                    let is_needed = match part.kind {
                        TestPartKind::Member => self.named.contains(part.name.as_str()),
                        TestPartKind::Variable => self.is_word_of_part(*id, part.name.as_str()),
                    };
                    if is_needed && self.support.parts.insert((*id, index)) {
                        self.part(*id, part.range);
                        self.built_without(*id);
                    }
                }
            }
        }
    }

    /// What builds a type only where there are no tests does not name the field that these have: it goes on being there
    /// where the field is not, and what tests have in its place where that is.
    fn built_without(&mut self, of: ItemId) {
        let (workspace, graph) = (self.scope.workspace, self.scope.graph);
        let builds = |id: &ItemId| {
            let mut references = graph.references_of(*id).iter();
            references.any(|reference| {
                let context = reference.place.path(workspace).context;
                context == PathContext::Construct && reference.resolution.target == Target::Item(of)
            })
        };
        let is_without = |id: &ItemId| {
            let mut attributes = workspace.item(*id).attributes.iter();
            attributes.any(|attribute| text(workspace, *id, attribute) == WITHOUT_TESTS)
        };
        let methods = |id: ItemId| workspace.item(id).methods.iter().copied();
        let there = there(self.scope).flat_map(|id| std::iter::once(id).chain(methods(id)));
        let without: BTreeSet<ItemId> = there.filter(is_without).filter(builds).collect();
        for id in without {
            let item = workspace.item(id);
            let beside = match item.parent {
                Some(around) => &workspace.item(around).methods,
                None => &workspace.module(item.module).items,
            };
            self.support.items.insert(id);
            for twin in beside
                .iter()
                .filter(|it| workspace.item(**it).name == item.name)
            {
                self.item(*twin);
            }
        }
        self.close();
    }

    /// Whether something that is needed of an item has a word.
    fn is_word_of_part(&self, id: ItemId, name: &str) -> bool {
        let item = self.scope.workspace.item(id);
        let file = self
            .scope
            .workspace
            .file(self.scope.workspace.module(item.module).file);
        let of_item = (id, 0)..=(id, usize::MAX);
        let mut needed = self.support.parts.range(of_item);
        needed.any(|(_, index)| words(&file[item.test_parts[*index].range]).any(|it| it == name))
    }

    /// What is needed of an item needs what it names.
    fn part(&mut self, id: ItemId, range: TextRange) {
        let (workspace, graph) = (self.scope.workspace, self.scope.graph);
        self.named.extend(named_in(workspace.item(id), Some(range)));
        for reference in within(self.scope, id, range) {
            self.target(&reference.resolution.target);
            self.imports(&reference.resolution.lookups);
        }
        for to in graph.calls_of(id) {
            self.item(to);
        }
        self.close();
    }

    /// Imports that are there in tests only, in modules that move whole, which what stays goes through.
    fn imports_that_move(&mut self, lookups: &[Lookup], seen: &mut BTreeSet<UseLeafId>) {
        let workspace = self.scope.workspace;
        for lookup in lookups {
            let (Found::Leaf(leaf) | Found::Glob(leaf)) = lookup.found else {
                continue;
            };
            if !seen.insert(leaf) {
                continue;
            }
            let import = workspace.item(workspace.leaf(leaf).item);
            let is_for_tests = self.is_for_tests(workspace.leaf(leaf).item);
            if is_for_tests && self.scope.is_whole(import.module) {
                self.imports(std::slice::from_ref(lookup));
            }
            for resolution in &self.scope.graph.leaves[leaf.index()] {
                self.imports_that_move(&resolution.lookups, seen);
            }
        }
    }

    /// Imports that are there in tests only.
    fn imports(&mut self, lookups: &[Lookup]) {
        let workspace = self.scope.workspace;
        for lookup in lookups {
            let (Found::Leaf(leaf) | Found::Glob(leaf)) = lookup.found else {
                continue;
            };
            let import = workspace.leaf(leaf).item;
            if self.is_for_tests(import) && self.support.items.insert(import) {
                self.modules_around(workspace.item(import).module);
                for resolution in &self.scope.graph.leaves[leaf.index()] {
                    self.imports(&resolution.lookups);
                }
            }
        }
    }
}

/// Whether a module is for tests alone and has some itself: what it implements is for these.
fn has_tests(workspace: &Workspace, module: ModuleId) -> bool {
    let value = workspace.module(module);
    let mut attributes = value
        .items
        .iter()
        .flat_map(|id| &workspace.item(*id).attributes);
    value.is_test && attributes.any(Attribute::makes_test)
}

/// What the paths in a part of an item mean.
fn within<'s>(
    scope: &Scope<'s>,
    id: ItemId,
    range: TextRange,
) -> impl Iterator<Item = &'s Reference> {
    let (workspace, graph) = (scope.workspace, scope.graph);
    let references = graph.references_of(id).iter();
    references.filter(move |reference| match reference.place {
        Place::Item(_, path) => range.contains(workspace.item(id).paths[path as usize].range()),
        Place::Header(..) => false,
    })
}

/// The names behind a dot or a type that stand in an item, or in a part of it.
fn named_in(item: &Item, within: Option<TextRange>) -> impl Iterator<Item = &str> {
    let is_within = move |range| within.is_none_or(|within| within.contains(range));
    let members = item.member_uses.iter();
    let members = members.filter(move |member| is_within(member.range));
    let members = members.map(|member| member.name.as_str());
    let paths = item
        .paths
        .iter()
        .filter(move |path| is_within(path.range()));
    members.chain(paths.filter_map(PathUse::associated))
}

/// The items of the destination as it is after the step, methods included.
fn there<'s>(scope: &'s Scope<'_>) -> impl Iterator<Item = ItemId> + 's {
    let both = [scope.root, scope.dest].into_iter();
    let items = both.flat_map(|krate| scope.workspace.items_of(krate));
    items.filter(|id| scope.side(*id) == Side::Dest)
}

fn text<'w>(workspace: &'w Workspace, id: ItemId, attribute: &Attribute) -> &'w str {
    let module = workspace.item(id).module;
    &workspace.file(workspace.module(module).file)[attribute.range]
}
