//! By which calls a trait is known to be needed. Types are not inferred, so a name may mean another trait's method, or
//! what some type has by itself.

use std::collections::BTreeSet;

use cleave_graph::{Graph, Place, Target, standard};
use cleave_syntax::item::PathContext;
use cleave_syntax::{Item, ItemId, UseLeafId};

use super::methods::{self, Declared, Methods, declares};
use crate::scope::Scope;

/// What tells that an item calls a trait's methods.
pub(super) struct Evidence {
    methods: Declared,
    /// The trait, where it is the workspace's own.
    own: Option<ItemId>,
    /// Whether the trait is another crate's: what a trait of the workspace explains then tells nothing.
    is_foreign: bool,
    /// Whether what strings, collections, options and the like have too tells nothing.
    doubts_common: bool,
    /// Whether most of the trait's methods bear names that these have not.
    is_uncommon: bool,
    /// The methods of traits that are imported beside it from the same crate.
    rivals: Vec<Declared>,
}

impl Evidence {
    /// For the trait of an import, with its methods.
    pub(super) fn of(scope: &Scope<'_>, leaf: UseLeafId, methods: Declared) -> Self {
        let mut targets = scope.graph.leaves[leaf.index()].iter();
        let is_foreign = targets.any(|resolution| match &resolution.target {
            Target::External(krate) => !standard::is_crate(krate),
            _ => false,
        });
        let mut targets = scope.graph.leaves[leaf.index()].iter();
        let own = targets.find_map(|resolution| match resolution.target {
            Target::Item(of) => Some(of),
            _ => None,
        });
        // Who imports a trait for iteration or for numbers calls what others have too.
        let common = methods.keys().filter(|name| standard::is_common(name));
        let is_uncommon = common.count() * 2 <= methods.len();
        Self {
            methods,
            own,
            is_foreign,
            doubts_common: is_foreign && is_uncommon,
            is_uncommon,
            rivals: rivals(scope, leaf),
        }
    }

    /// Whether an item calls a method of the trait: one that no rival explains.
    pub(super) fn is_in(&self, scope: &Scope<'_>, id: ItemId) -> bool {
        let called = called(scope, id, &|name, arguments| {
            declares(&self.methods, name, arguments)
        });
        if called.is_empty() {
            return false;
        }
        // What three have says nothing of one.
        if self.is_foreign && called.iter().all(|name| self.is_shared(name)) {
            return false;
        }
        let own_traits = self.own_traits(scope, id);
        let of_own_types = named_of_own_types(scope, id);
        called.iter().any(|name| {
            let mut declared = own_traits.iter().flat_map(|item| &item.declared);
            let mut rivals = self.rivals.iter().filter(|rival| rival.contains_key(*name));
            let is_common = standard::is_common(name) && !of_own_types.contains(name);
            let is_explained = self.doubts_common && is_common
                || !self.is_foreign && standard::is_iterators(name)
                || declared.any(|(own, _)| own == name)
                || rivals.any(|rival| self.is_rival_in(scope, id, rival));
            !is_explained || self.is_known_in(scope, id, name)
        })
    }

    /// Whether an item calls a method of a name on a value that is known to have the trait, the workspace's own.
    fn is_known_in(&self, scope: &Scope<'_>, id: ItemId, name: &str) -> bool {
        let mut members = scope.workspace.item(id).member_uses.iter();
        self.own.is_some_and(|of| {
            members.any(|member| member.name == name && scope.values.is_by_trait(id, member, of))
        })
    }

    /// Whether several rivals have a method of a name too.
    fn is_shared(&self, name: &str) -> bool {
        let rivals = self.rivals.iter();
        rivals.filter(|rival| rival.contains_key(name)).count() > 1
    }

    /// Whether all that [`Self::is_in`] finds in an item may as well mean what some type has by itself.
    pub(super) fn is_weak_in(&self, scope: &Scope<'_>, id: ItemId) -> bool {
        let item = scope.workspace.item(id);
        let called = called(scope, id, &|name, arguments| {
            declares(&self.methods, name, arguments)
        });
        let mut named = item.paths.iter().filter_map(|path| path.associated());
        let mut members = item.member_uses.iter();
        self.is_uncommon
            && !named.any(|name| called.contains(name))
            && members.all(|member| {
                let is_called = member.called && called.contains(member.name.as_str());
                !is_called
                    || scope.values.is_ambiguous(id, member)
                    || scope.values.is_inherent(id, member)
                    || is_imported_within(scope, id, &member.name)
            })
    }

    /// Whether an item calls what may be a method of the trait, whatever else explains it.
    pub(super) fn is_possible_in(&self, scope: &Scope<'_>, id: ItemId) -> bool {
        super::calls_any(scope, id, &self.methods)
    }

    /// The traits of the workspace that an item may call methods of, where these are rivals.
    fn own_traits<'s>(&self, scope: &Scope<'s>, id: ItemId) -> Vec<&'s Item> {
        if self.is_foreign {
            needed_traits(scope, id)
        } else {
            Vec::new()
        }
    }

    /// Whether an item calls what a rival alone has.
    fn is_rival_in(&self, scope: &Scope<'_>, id: ItemId, rival: &Declared) -> bool {
        let alone = |name: &str, arguments| {
            declares(rival, name, arguments) && !self.methods.contains_key(name)
        };
        !called(scope, id, &alone).is_empty()
    }
}

/// The traits of the workspace that an item may call methods of.
pub(super) fn needed_traits<'s>(scope: &Scope<'s>, id: ItemId) -> Vec<&'s Item> {
    let needed = scope.graph.edges_of(id).iter();
    let items = needed.map(|of| scope.workspace.item(*of));
    items.filter(|item| item.trait_name().is_some()).collect()
}

/// Whether a trait that an item imports in its body declares a method.
fn is_imported_within(scope: &Scope<'_>, id: ItemId, name: &str) -> bool {
    let item = scope.workspace.item(id);
    let mut references = scope.graph.references_of(id).iter();
    references.any(|reference| {
        let Place::Item(_, index) = reference.place else {
            return false;
        };
        let path = &item.paths[index as usize];
        path.context == PathContext::LocalUse
            && methods::of_path(scope, path, &reference.resolution.target)
                .is_some_and(|declared| declared.contains_key(name))
    })
}

fn rivals(scope: &Scope<'_>, leaf: UseLeafId) -> Vec<Declared> {
    let workspace = scope.workspace;
    let first = |leaf: UseLeafId| workspace.leaf(leaf).path.segments.first();
    let module = workspace.item(workspace.leaf(leaf).item).module;
    let items = workspace.module(module).items.iter();
    let leaves = items.flat_map(|id| workspace.item(*id).leaves.iter().copied());
    let beside = leaves.filter(|other| {
        *other != leaf && first(*other).map(|it| it.name) == first(leaf).map(|it| it.name)
    });
    beside
        .filter_map(|other| match methods::methods(scope, other) {
            Methods::Known(methods) => Some(methods),
            Methods::Foreign | Methods::NoTrait => None,
        })
        .collect()
}

/// What an item names behind a type of the workspace: no type of the standard library explains that.
fn named_of_own_types<'s>(scope: &Scope<'s>, id: ItemId) -> BTreeSet<&'s str> {
    let workspace = scope.workspace;
    let references = scope.graph.references_of(id).iter();
    let named = references.filter_map(|reference| {
        let (Target::Item(target), Place::Item(_, index)) =
            (&reference.resolution.target, reference.place)
        else {
            return None;
        };
        let path = &workspace.item(id).paths[index as usize];
        let is_type = workspace.item(*target).kind.is_type();
        path.associated().filter(|_| is_type)
    });
    named.collect()
}

/// The methods that an item calls, by their names and how many arguments they are given, and the associated items that it
/// names; and what it may have macros call. What a type has by itself needs no trait.
pub(super) fn called<'s>(
    scope: &Scope<'s>,
    id: ItemId,
    wanted: &dyn Fn(&str, Option<u32>) -> bool,
) -> BTreeSet<&'s str> {
    let item = scope.workspace.item(id);
    let macros = scope.calling.get(&id).into_iter().flatten();
    let members = std::iter::once(&id).chain(macros).flat_map(|part| {
        let members = scope.workspace.item(*part).member_uses.iter();
        members.filter(|member| {
            let called = member.called && wanted(&member.name, member.arguments);
            called
                && !super::standard::is_of_formatter(member)
                && !scope.values.is_inherent(*part, member)
        })
    });
    let named = item.paths.iter().zip(0..).filter_map(|(path, index)| {
        // Who reads a doc test imports what it needs.
        let is_doc = Graph::is_doc(scope.workspace, Place::Item(id, index));
        let name = path
            .associated()
            .filter(|name| !is_doc && wanted(name, None))?;
        (!scope.values.names_inherent(id, index)).then_some(name)
    });
    let handed = scope.graph.words_called(scope.workspace, id);
    members
        .map(|member| member.name.as_str())
        .chain(named)
        .chain(handed.filter(|name| wanted(name, None)))
        .collect()
}
