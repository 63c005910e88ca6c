//! Test code that the tests of other crates need (row E3): behind a feature that those ask for in their tests.
//!
//! `#[cfg(test)]` holds in the crate under test alone. A helper that has left the crate of its users is compiled for them
//! by `any(test, feature = "test-utils")`, which only dev-dependencies turn on.

use std::collections::BTreeSet;

use cleave_graph::graph::Found;
use cleave_graph::{Graph, Lookup, Place, Target};
use cleave_syntax::change::Reason;
use cleave_syntax::item::{Attribute, ItemKind};
use cleave_syntax::{ChangeBuilder, ItemId, ModuleId, TextRange, UseLeafId, Workspace};

use crate::difference::difference;
use crate::scope::{Scope, Side};

/// The feature's name.
pub(crate) const FEATURE: &str = "test-utils";

/// The condition of an item that only tests used, and now those of other crates too.
pub(crate) const CONDITION: &str = "#[cfg(any(test, feature = \"test-utils\"))]";

/// The condition that it had.
pub(crate) const TEST: &str = "#[cfg(test)]";

/// What of the destination, as it is after the step, must be there for the tests of other crates: items, the `mod` items
/// around them, and the imports that they go through.
pub(crate) fn needed_from_above(scope: &Scope<'_>) -> BTreeSet<ItemId> {
    let workspace = scope.workspace;
    let mut found = Finder {
        scope,
        support: BTreeSet::new(),
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
            found.target(&reference.resolution.target);
            found.imports_that_move(&reference.resolution.lookups, &mut seen);
        }
    }
    for user in workspace.items_of(scope.root) {
        if workspace.item(user).is_test && scope.side(user) == Side::Root {
            // Among the edges are the traits whose methods are called, which no path names.
            let called = scope.graph.calls_of(user).into_iter();
            for id in called.chain(scope.graph.edges_of(user).iter().copied()) {
                found.item(id);
            }
        }
    }
    found.impls();
    found.close();
    found.support
}

struct Finder<'s, 'a> {
    scope: &'s Scope<'a>,
    support: BTreeSet<ItemId>,
    pending: Vec<ItemId>,
}

impl Finder<'_, '_> {
    fn target(&mut self, target: &Target) {
        match target {
            Target::Item(id) => self.item(*id),
            Target::Opaque(id) => {
                let mut attributes = self.scope.workspace.item(*id).attributes.iter();
                let in_tests = attributes.any(|attribute| self.is_made_in_tests(*id, attribute));
                if in_tests && self.scope.side(*id) == Side::Dest {
                    self.support.insert(*id);
                }
            }
            _ => {}
        }
    }

    /// Whether an attribute is there in tests only, and may make items then.
    fn is_made_in_tests(&self, id: ItemId, attribute: &Attribute) -> bool {
        let text = text(self.scope.workspace, id, attribute);
        let predicate = text.split_once('(').map_or("", |(_, inner)| inner);
        attribute.path == "cfg_attr" && predicate.trim_start().starts_with("test")
    }

    fn item(&mut self, id: ItemId) {
        let workspace = self.scope.workspace;
        let owner = workspace.item(id).parent.unwrap_or(id);
        let is_test = workspace.item(id).is_test;
        if !is_test || self.scope.side(owner) != Side::Dest || !self.support.insert(id) {
            return;
        }
        self.pending.push(id);
        if workspace.item(owner).is_test {
            self.item(owner);
        }
        self.modules_around(workspace.item(owner).module);
    }

    /// Impls and derives that are there in tests only serve those above that have to do with the type: no path leads to
    /// them.
    fn impls(&mut self) {
        let (workspace, graph) = (self.scope.workspace, self.scope.graph);
        let types = self.types_in_tests_above();
        for id in there(self.scope) {
            let item = workspace.item(id);
            let mut anchors = graph.anchors[id.index()].iter();
            let of_type = anchors.any(|anchor| types.contains(anchor));
            let is_impl = item.kind == ItemKind::TraitImpl && of_type;
            if is_impl && item.is_test && !workspace.module(item.module).is_test {
                self.item(id);
            }
            let mut attributes = item.attributes.iter();
            if types.contains(&id) && attributes.any(|it| self.is_made_in_tests(id, it)) {
                self.support.insert(id);
            }
        }
    }

    /// The types that tests above name, and those that these consist of.
    fn types_in_tests_above(&self) -> BTreeSet<ItemId> {
        let (workspace, graph) = (self.scope.workspace, self.scope.graph);
        let tests = workspace.items_of(self.scope.root).filter(|id| {
            let is_test = workspace.item(*id).is_test;
            is_test && self.scope.side(*id) == Side::Root
        });
        let mut pending: Vec<ItemId> = tests
            .flat_map(|id| graph.edges_of(id).iter().copied())
            .collect();
        let mut types = BTreeSet::new();
        while let Some(id) = pending.pop() {
            if workspace.item(id).kind.is_type() && types.insert(id) {
                pending.extend(graph.edges_of(id));
            }
        }
        types
    }

    fn modules_around(&mut self, module: ModuleId) {
        for module in self.scope.workspace.around(module) {
            let value = self.scope.workspace.module(module);
            if value.is_test {
                self.support
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
            }
        }
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
            if import.is_test && self.scope.is_whole(import.module) {
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
            if workspace.item(import).is_test && self.support.insert(import) {
                self.modules_around(workspace.item(import).module);
                for resolution in &self.scope.graph.leaves[leaf.index()] {
                    self.imports(&resolution.lookups);
                }
            }
        }
    }
}

/// The fields of the destination's types that only tests have, and that the code above or its helpers name.
pub(crate) fn fields_needed_from_above(scope: &Scope<'_>) -> BTreeSet<&'static str> {
    let workspace = scope.workspace;
    let parts = |id: ItemId| {
        let methods = workspace.item(id).methods.iter().copied();
        std::iter::once(id).chain(methods)
    };
    let above = workspace
        .items_of(scope.root)
        .filter(|id| scope.side(*id) == Side::Root);
    let helpers = scope.support.iter().flat_map(|id| parts(*id));
    let uses = above
        .chain(helpers)
        .flat_map(|id| &workspace.item(id).member_uses);
    let named: BTreeSet<&str> = uses.map(|member| member.name.as_str()).collect();
    let fields = there(scope).flat_map(|id| &workspace.item(id).test_fields);
    let names = fields.map(|(name, _)| name.as_str());
    names.filter(|name| named.contains(name)).collect()
}

/// The items of the destination as it is after the step, methods included.
fn there<'s>(scope: &'s Scope<'_>) -> impl Iterator<Item = ItemId> + 's {
    let both = [scope.root, scope.dest].into_iter();
    let items = both.flat_map(|krate| scope.workspace.items_of(krate));
    items.filter(|id| scope.side(*id) == Side::Dest)
}

/// Whether a type has a field that is there by the feature.
pub(crate) fn has_open_field(workspace: &Workspace, id: ItemId) -> bool {
    let item = workspace.item(id);
    let file = workspace.file(workspace.module(item.module).file);
    let mut fields = item.test_fields.iter();
    fields.any(|(_, range)| file[*range].contains(FEATURE))
}

fn text<'w>(workspace: &'w Workspace, id: ItemId, attribute: &Attribute) -> &'w str {
    let module = workspace.item(id).module;
    &workspace.file(workspace.module(module).file)[attribute.range]
}

/// An attribute's text, where `test` is asked for, with the feature beside it.
pub(crate) fn opened(attribute: &str) -> String {
    match test_in(attribute) {
        Some(at) => format!(
            "{}any(test, feature = \"{FEATURE}\"){}",
            &attribute[..at],
            &attribute[at + 4..]
        ),
        None => attribute.to_owned(),
    }
}

/// A condition as another crate sees it: an alternative `test` means the tests of the crate that it stands in, and so
/// never holds there.
pub(crate) fn seen_from_above(attribute: &str) -> String {
    let alternative = test_in(attribute).filter(|at| {
        let open = attribute[..*at].rfind('(').unwrap_or(0);
        attribute[..open].ends_with("any") && !attribute.contains(FEATURE)
    });
    let Some(at) = alternative else {
        return attribute.to_owned();
    };
    let (before, after) = (attribute[..at].trim_end(), attribute[at + 4..].trim_start());
    match (before.strip_suffix(','), after.strip_prefix(',')) {
        (Some(before), _) => format!("{before}{after}"),
        (None, Some(after)) => format!("{before}{}", after.trim_start()),
        (None, None) => format!("{before}{after}"),
    }
}

/// Where the predicate `test` stands in an attribute.
fn test_in(attribute: &str) -> Option<usize> {
    let bytes = attribute.as_bytes();
    let is_word = |at: usize| {
        bytes
            .get(at)
            .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
    };
    let open = attribute.find('(')?;
    attribute[open..]
        .match_indices("test")
        .map(|(at, _)| open + at)
        .find(|at| {
            let quoted = attribute[..*at].matches('"').count() % 2 == 1;
            !quoted && !is_word(at - 1) && !is_word(at + 4)
        })
}

/// Whether an item, or a module around it, is there by the feature: an earlier step saw to it.
pub(crate) fn is_open(workspace: &Workspace, id: ItemId) -> bool {
    let has = |id: ItemId| {
        let mut attributes = workspace.item(id).attributes.iter();
        attributes.any(|attribute| {
            let text = text(workspace, id, attribute);
            text.contains("any(test") && text.contains("feature = \"test-utils\"")
        })
    };
    let owner = workspace.item(id).parent.unwrap_or(id);
    let mut around = workspace.around(workspace.item(owner).module);
    has(id) || has(owner) || around.any(|module| workspace.declarations(module).any(has))
}

/// Opens what is needed from above.
pub(crate) fn open(scope: &Scope<'_>, builder: &mut ChangeBuilder) {
    let workspace = scope.workspace;
    for id in &scope.support {
        let item = workspace.item(*id);
        let in_dest = workspace.crate_of(*id) == scope.dest;
        let goes = match item.declares {
            Some(module) => scope.is_whole(module),
            None if scope.is_import(*id) => scope.is_whole(item.module),
            None => scope.moving[id.index()],
        };
        if in_dest || goes {
            open_one(scope, *id, builder);
        }
    }
    for id in there(scope) {
        for (name, range) in &workspace.item(id).test_fields {
            if scope.support_fields.contains(name.as_str()) {
                open_attribute(scope, id, *range, builder);
            }
        }
    }
}

/// Opens one item where it stands; what moves takes the new text along.
pub(crate) fn open_one(scope: &Scope<'_>, id: ItemId, builder: &mut ChangeBuilder) {
    for attribute in &scope.workspace.item(id).attributes {
        if attribute.path == "cfg" || attribute.path == "cfg_attr" {
            open_attribute(scope, id, attribute.range, builder);
        }
    }
}

/// Opens an attribute of an item, or in it.
fn open_attribute(scope: &Scope<'_>, id: ItemId, at: TextRange, builder: &mut ChangeBuilder) {
    let workspace = scope.workspace;
    let file = workspace.file(workspace.module(workspace.item(id).module).file);
    let old = &file[at];
    let new = opened(old);
    if new != old && !old.contains(FEATURE) {
        let reason = Reason::new("E3", workspace.path_of(id));
        let (range, text) = difference(old, &new);
        // What else stands in the attribute may be edited too.
        let range = TextRange::new(at.start + range.start, at.start + range.end);
        builder.replace(&file.path, range, text.to_owned(), reason);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alternative_test_never_holds_above() {
        let seen = |text| seen_from_above(text);
        assert_eq!(seen("#[cfg(any(unix, test))]"), "#[cfg(any(unix))]");
        assert_eq!(seen("#[cfg(any(test, unix))]"), "#[cfg(any(unix))]");
        let among = "#[cfg(all(any(windows, test, unix), feature = \"test\"))]";
        let left = "#[cfg(all(any(windows, unix), feature = \"test\"))]";
        assert_eq!(seen(among), left);
        for kept in ["#[cfg(test)]", "#[cfg(not(test))]", CONDITION] {
            assert_eq!(seen(kept), kept);
        }
    }
}
