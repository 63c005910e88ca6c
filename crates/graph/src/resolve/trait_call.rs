//! Traits that code needs for their methods: no path leads to them, only the import that brings them into scope.
//!
//! Rust reference, *method-call expressions*: a method of a trait is found where the trait is in scope. Types are not
//! inferred, so a call means every trait of the workspace in scope that has a member of that name.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cleave_syntax::item::{Binding, ItemKind, Level, MemberUse, Receiver, Takes, UseLeafId};
use cleave_syntax::{ItemId, ModuleId, Workspace};
use rayon::prelude::*;

use crate::graph::{Graph, Reference, Target};

/// Adds to [`Graph::edges`] the traits whose members an item names without naming the trait. `references` are those of
/// each item.
pub(super) fn attach(workspace: &Workspace, graph: &mut Graph, references: &[Vec<Reference>]) {
    let finder = Finder::new(workspace, graph);
    let found: Vec<Vec<ItemId>> = (0..workspace.items.len())
        .into_par_iter()
        .map(|index| finder.item(ItemId::new(index), &references[index]))
        .collect();
    for (edges, found) in graph.edges.iter_mut().zip(found) {
        if !found.is_empty() {
            edges.extend(found);
            edges.sort();
            edges.dedup();
        }
    }
}

/// The traits that are in scope in each module: with whom the name is shared, and where it was given.
type InScope = BTreeMap<ModuleId, BTreeSet<Entry>>;

/// A trait, and who may see the definition or import by which a module has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    of: ItemId,
    /// The module below which it is seen; none for everyone.
    within: Option<ModuleId>,
}

struct Finder<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    /// The traits that have a member of a name, and how it is called.
    by_member: HashMap<&'a str, Vec<(ItemId, Takes)>>,
    /// The names of inherent methods, with the types that have them.
    inherent: HashMap<&'a str, Vec<ItemId>>,
    in_scope: InScope,
}

impl<'a> Finder<'a> {
    fn new(workspace: &'a Workspace, graph: &'a Graph) -> Self {
        let mut by_member: HashMap<&str, Vec<(ItemId, Takes)>> = HashMap::new();
        let mut inherent: HashMap<&str, Vec<ItemId>> = HashMap::new();
        for (index, item) in workspace.items.iter().enumerate() {
            let id = ItemId::new(index);
            if item.kind == ItemKind::Trait {
                for (member, takes) in item.members.iter().zip(&item.takes) {
                    by_member.entry(member).or_default().push((id, *takes));
                }
            }
            if item.parent.is_some() {
                inherent.entry(&item.name).or_default().push(id);
            }
        }
        let in_scope = if by_member.is_empty() {
            InScope::new()
        } else {
            in_scope(workspace, graph)
        };
        Self {
            workspace,
            graph,
            by_member,
            inherent,
            in_scope,
        }
    }

    fn item(&self, id: ItemId, references: &[Reference]) -> Vec<ItemId> {
        let item = self.workspace.item(id);
        let Some(in_scope) = self.in_scope.get(&item.module) else {
            return Vec::new();
        };
        let around = item.parent.unwrap_or(id);
        let mut found = BTreeSet::new();
        let mut named = |name: &str, arguments: Option<u32>| {
            let here = |of: &ItemId| in_scope.iter().any(|entry| entry.of == *of);
            let possible = self.with_member(name, arguments);
            found.extend(possible.filter(|of| *of != around && here(of)));
        };
        for member in item.member_uses.iter().filter(|member| member.called) {
            if !self.is_inherent(id, member) {
                named(&member.name, member.arguments);
            }
        }
        for reference in references {
            if let Some(name) = self.associated(reference) {
                named(name, None);
            }
        }
        found.into_iter().collect()
    }

    /// The traits that have a member of a name which takes so many arguments, or where a macro may make one.
    fn with_member(
        &self,
        name: &str,
        arguments: Option<u32>,
    ) -> impl Iterator<Item = ItemId> + use<'a, '_> {
        let declared = self.by_member.get(name).into_iter().flatten();
        let declared = declared.filter(move |(_, takes)| match takes {
            Takes::Arguments(count) => arguments.is_none_or(|arguments| arguments == *count),
            Takes::NoSelf => arguments.is_none(),
            Takes::Unknown => true,
        });
        // `with_$name`, `$name_mut`: a macro may put words together.
        let cuts: Vec<usize> = name.match_indices('_').map(|(at, _)| at).collect();
        let made = cuts.into_iter().flat_map({
            let name = name.to_owned();
            move |at| {
                let parts = [&name[..at], &name[at + 1..]];
                parts.map(|part| self.by_member.get(part))
            }
        });
        let made = made.flatten().flatten();
        let made = made.filter(|(_, takes)| *takes == Takes::Unknown);
        declared.chain(made).map(|(of, _)| *of)
    }

    /// Whether the receiver's type is known and has a method of its own of that name, which goes before a trait's.
    fn is_inherent(&self, from: ItemId, member: &MemberUse) -> bool {
        let methods = self.inherent.get(member.name.as_str());
        let mut methods = methods.into_iter().flatten().copied();
        match &member.receiver {
            Receiver::Unknown => false,
            Receiver::Own => {
                let own = self.own_type(from);
                own.is_some() && methods.any(|method| self.own_type(method) == own)
            }
            Receiver::Typed(name) => methods.any(|method| {
                let around = self.workspace.item(method).parent;
                around.is_some_and(|around| self.workspace.item(around).self_name() == name)
            }),
        }
    }

    fn own_type(&self, id: ItemId) -> Option<ItemId> {
        let around = self.workspace.item(id).parent.unwrap_or(id);
        self.graph.anchors[around.index()].first().copied()
    }

    /// The last name of a path that was followed to a type and no further: an associated item of it, which is not
    /// inherent.
    fn associated(&self, reference: &Reference) -> Option<&'a str> {
        let crate::graph::Place::Item(item, index) = reference.place else {
            return None;
        };
        let path = &self.workspace.item(item).paths[index as usize];
        let last = path.associated()?;
        let is_last = match reference.resolution.target {
            // `Trait::name` is that trait's.
            Target::Item(target) if self.workspace.item(target).kind == ItemKind::Trait => false,
            Target::Item(target) => self.workspace.item(target).name != last,
            Target::Builtin | Target::External(_) => true,
            _ => false,
        };
        is_last.then_some(last)
    }
}

/// Which traits of the workspace are in scope where: defined there, imported, or by a glob of a module that has them.
fn in_scope(workspace: &Workspace, graph: &Graph) -> InScope {
    let mut scopes = InScope::new();
    for (index, item) in workspace.items.iter().enumerate() {
        if item.kind == ItemKind::Trait {
            let entry = Entry {
                of: ItemId::new(index),
                within: within(workspace, &item.visibility.level, item.module),
            };
            scopes.entry(item.module).or_default().insert(entry);
        }
    }
    let mut globs: Vec<(ModuleId, ModuleId, Option<ModuleId>)> = Vec::new();
    for (index, resolutions) in graph.leaves.iter().enumerate() {
        let leaf = workspace.leaf(UseLeafId::new(index));
        let import = workspace.item(leaf.item);
        let within = within(workspace, &import.visibility.level, import.module);
        for resolution in resolutions {
            match resolution.target {
                Target::Item(of) if workspace.item(of).kind == ItemKind::Trait => {
                    let entry = Entry { of, within };
                    scopes.entry(import.module).or_default().insert(entry);
                }
                Target::Module(from) if leaf.binding == Binding::Glob => {
                    globs.push((import.module, from, within));
                }
                Target::CrateRoot(krate) if leaf.binding == Binding::Glob => {
                    globs.push((import.module, workspace.krate(krate).root, within));
                }
                _ => {}
            }
        }
    }
    spread(workspace, &mut scopes, &globs);
    scopes
}

/// Globs of globs, until nothing is new.
fn spread(
    workspace: &Workspace,
    scopes: &mut InScope,
    globs: &[(ModuleId, ModuleId, Option<ModuleId>)],
) {
    loop {
        let mut changed = false;
        for (to, from, within) in globs {
            let Some(entries) = scopes.get(from) else {
                continue;
            };
            let seen = |entry: &&Entry| {
                entry
                    .within
                    .is_none_or(|outer| workspace.is_within(*to, outer))
            };
            let entries: Vec<Entry> = entries
                .iter()
                .filter(seen)
                .map(|entry| Entry {
                    of: entry.of,
                    within: *within,
                })
                .collect();
            let scope = scopes.entry(*to).or_default();
            for entry in entries {
                changed |= scope.insert(entry);
            }
        }
        if !changed {
            return;
        }
    }
}

/// The module below which something of a visibility is seen, where that is not the whole crate.
fn within(workspace: &Workspace, level: &Level, module: ModuleId) -> Option<ModuleId> {
    match level {
        Level::Private | Level::Module => Some(module),
        Level::Super => Some(workspace.module(module).parent.unwrap_or(module)),
        Level::Crate | Level::In(_) | Level::Public => None,
    }
}
