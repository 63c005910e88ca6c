//! Traits that code needs for their methods: no path leads to them, only the import that brings them into scope.
//!
//! Rust reference, *method-call expressions*: a method of a trait is found where the trait is in scope. Types are not
//! inferred, so a call means every trait of the workspace in scope that has a member of that name.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cleave_syntax::item::{Binding, ItemKind, Level, MemberUse, Takes};
use cleave_syntax::{ItemId, ModuleId, UseLeafId, Workspace, name};
use rayon::prelude::*;

use super::anchor::ALIASES;
use super::handed::Handed;
use super::implemented::Implemented;
use super::value::{Known, Values};
use crate::graph::{Graph, Place, Reference, Target, macros_run_by};
use crate::standard;

/// Adds to [`Graph::edges`] the traits whose members an item names without naming the trait. `references` are those of
/// each item.
pub(super) fn attach(handed: &Handed<'_>, graph: &mut Graph, references: &[Vec<Reference>]) {
    let workspace = handed.workspace;
    let finder = Finder::new(handed, graph, references);
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

/// Whose member is named.
#[derive(Debug, Clone, Copy)]
enum Holder {
    Known(Known),
    /// That of a type of another crate or of the language.
    Outside,
    Unknown,
}

struct Finder<'a> {
    workspace: &'a Workspace,
    handed: &'a Handed<'a>,
    graph: &'a Graph,
    /// Those of each item.
    references: &'a [Vec<Reference>],
    /// The traits that have a member of a name, and how it is called.
    by_member: HashMap<&'a str, Vec<(ItemId, Takes)>>,
    values: Values<'a>,
    in_scope: InScope,
    implemented: Implemented,
    /// By trait: those that its bound brings along.
    bounds: HashMap<ItemId, BTreeSet<ItemId>>,
}

impl<'a> Finder<'a> {
    fn new(handed: &'a Handed<'a>, graph: &'a Graph, references: &'a [Vec<Reference>]) -> Self {
        let workspace = handed.workspace;
        let mut by_member: HashMap<&str, Vec<(ItemId, Takes)>> = HashMap::new();
        for (index, item) in workspace.items.iter().enumerate() {
            let id = ItemId::new(index);
            if item.trait_name().is_some() {
                for (member, takes) in &item.declared {
                    by_member.entry(member).or_default().push((id, *takes));
                }
                for member in made(workspace, &references[index]) {
                    by_member
                        .entry(member)
                        .or_default()
                        .push((id, Takes::Unknown));
                }
            }
        }
        let in_scope = if by_member.is_empty() {
            InScope::new()
        } else {
            in_scope(workspace, graph)
        };
        Self {
            workspace,
            handed,
            graph,
            references,
            implemented: Implemented::new(workspace, references),
            bounds: bounds(workspace, graph),
            values: Values::before(workspace, graph, references),
            by_member,
            in_scope,
        }
    }

    fn item(&self, id: ItemId, references: &[Reference]) -> Vec<ItemId> {
        let item = self.workspace.item(id);
        let around = item.parent.unwrap_or(id);
        let bounds = self.bounds(id);
        let in_scope = self.in_scope.get(&item.module);
        let in_body = self.globbed(id, references);
        if in_scope.is_none() && bounds.is_empty() && in_body.is_empty() {
            return Vec::new();
        }
        let here = |of: &ItemId| {
            let mut entries = in_scope.into_iter().flatten();
            bounds.contains(of) || in_body.contains(of) || entries.any(|entry| entry.of == *of)
        };
        // What an item asks of its parameters, it names.
        let asked = |of: &ItemId| {
            let mut parts = [id, around].into_iter();
            parts.any(|part| part == *of || self.graph.edges_of(part).contains(of))
        };
        let mut found = BTreeSet::new();
        let mut named = |name: &str, arguments: Option<u32>, holder: Holder| {
            let possible = self.with_member(name, arguments);
            let lacks = |of| match holder {
                Holder::Known(Known::Type(own)) => self.implemented.excludes(of, own),
                Holder::Known(Known::Standard(name)) => {
                    standard::is_closed(&name) && self.implemented.excludes_outside(of)
                }
                Holder::Outside => self.implemented.excludes_outside(of),
                // What another crate has may hand calls on to what it holds.
                Holder::Known(Known::Foreign(foreign)) => foreign.written.is_some_and(|written| {
                    let is_outside = self.implemented.excludes_outside(of);
                    is_outside && !bounds.contains(&of) && self.holds_none(written, of, 0)
                }),
                Holder::Known(Known::Generic) => {
                    self.implemented.excludes_outside(of) && !bounds.contains(&of) && !asked(&of)
                }
                Holder::Known(Known::Object(_)) | Holder::Unknown => false,
            };
            found.extend(possible.filter(|of| *of != around && here(of) && !lacks(*of)));
        };
        let handed = self.handed.calls(id);
        let members = item.member_uses.iter().chain(&handed);
        for member in members.filter(|member| member.called) {
            let known = self.values.known(id, &member.receiver);
            if !self.values.has_inherent(known, member) {
                let holder = known.map_or(Holder::Unknown, Holder::Known);
                named(&member.name, member.arguments, holder);
            }
        }
        // What a macro's body calls is looked up where the macro is called, and on what its call makes of it.
        for (rules, member) in self.in_macros(id).filter(|(_, member)| member.called) {
            let known = self.values.known(rules, &member.receiver);
            if !self.values.has_inherent(known, member) {
                named(&member.name, member.arguments, Holder::Unknown);
            }
        }
        for reference in references {
            if let Some((name, holder)) = self.associated(reference) {
                named(name, None, holder);
            }
        }
        found.into_iter().collect()
    }

    /// The member uses in the bodies of the macros that an item runs, each with the macro.
    fn in_macros(&self, id: ItemId) -> impl Iterator<Item = (ItemId, &'a MemberUse)> {
        let workspace = self.workspace;
        // A macro's own calls are those of who calls it.
        let is_macro = workspace.item(id).kind == ItemKind::MacroRules;
        let run = if is_macro {
            Vec::new()
        } else {
            let references = self.references;
            macros_run_by(workspace, id, |of| &references[of.index()])
        };
        let uses = move |rules: ItemId| {
            let members = workspace.item(rules).member_uses.iter();
            members.map(move |member| (rules, member))
        };
        run.into_iter().flat_map(uses)
    }

    /// Whether nothing that an item names has the methods of a trait, so that no type which it writes holds such a value.
    fn holds_none(&self, written: ItemId, of: ItemId, depth: usize) -> bool {
        let brings = |named: ItemId| {
            let brought = self.bounds.get(&named);
            named == of || brought.is_some_and(|brought| brought.contains(&of))
        };
        let mut targets = self.references[written.index()]
            .iter()
            .map(|reference| &reference.resolution.target);
        targets.all(|target| match target {
            Target::Item(named) => match self.workspace.item(*named).kind {
                ItemKind::TypeAlias => depth < ALIASES && self.holds_none(*named, of, depth + 1),
                ItemKind::MacroCall | ItemKind::MacroRules => false,
                kind if kind.is_type() => self.implemented.excludes(of, *named),
                _ => !brings(*named),
            },
            Target::Opaque(_) | Target::Unresolved => false,
            _ => true,
        })
    }

    /// The traits that globs in an item's body bring into scope there: `use a::*;` in a function, or in what a macro writes.
    fn globbed(&self, id: ItemId, references: &[Reference]) -> BTreeSet<ItemId> {
        let module = self.workspace.item(id).module;
        let modules = references
            .iter()
            .filter_map(|reference| match reference.resolution.target {
                Target::Module(from) => Some((reference, from)),
                Target::CrateRoot(krate) => Some((reference, self.workspace.krate(krate).root)),
                _ => None,
            })
            .filter(|(reference, _)| {
                matches!(reference.place, Place::Item(id, index) if self.workspace.is_glob(id, index))
            });
        let entries = modules.flat_map(|(_, from)| self.in_scope.get(&from).into_iter().flatten());
        let seen = entries.filter(|entry| {
            let mut outer = entry.within.into_iter();
            outer.all(|outer| self.workspace.is_within(module, outer))
        });
        seen.map(|entry| entry.of).collect()
    }

    /// The traits whose methods a value has by what an item's bounds say of its type, wherever they are in scope.
    fn bounds(&self, id: ItemId) -> BTreeSet<ItemId> {
        let around = self.workspace.item(id).parent;
        let items = std::iter::once(id).chain(around);
        let named = items.flat_map(|item| self.graph.edges_of(item));
        named
            .filter_map(|of| self.bounds.get(of))
            .flatten()
            .copied()
            .collect()
    }

    /// The traits that have a member of a name which takes so many arguments, or where a macro may make one.
    fn with_member(
        &self,
        name: &str,
        arguments: Option<u32>,
    ) -> impl Iterator<Item = ItemId> + use<'a, '_> {
        let declared = self.by_member.get(name).into_iter().flatten();
        let declared = declared.filter(move |(_, takes)| takes.fits(arguments));
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

    /// The last name of a path that was followed to a type and no further: an associated item of it, which is not
    /// inherent. And whose it is.
    fn associated(&self, reference: &Reference) -> Option<(&'a str, Holder)> {
        let Place::Item(item, index) = reference.place else {
            return None;
        };
        let path = &self.workspace.item(item).paths[index as usize];
        // A type in tokens is given by bounds, whatever is in scope, as elsewhere.
        let last = path
            .associated()
            .filter(|last| !name::is_upper_camel(last))?;
        let before = path.segments.iter().rev().nth(1)?.name;
        let holder = match reference.resolution.target {
            Target::Item(target) => {
                let item = self.workspace.item(target);
                // `Trait::name` is that trait's.
                if item.trait_name().is_some() || item.name == last {
                    return None;
                }
                // Else it is a part of the type that is named, or of what an alias stands for.
                let is_own = before == "Self" || before == item.name.as_str();
                match self.values.aliased(target, 0) {
                    Some(Known::Type(own))
                        if self.values.methods_of(own, last).next().is_some() =>
                    {
                        return None;
                    }
                    Some(known) => Holder::Known(known),
                    None if is_own && item.kind.is_type() => Holder::Known(Known::Type(target)),
                    None => Holder::Unknown,
                }
            }
            Target::Builtin | Target::External(_) if self.values.names_inherent(item, index) => {
                return None;
            }
            Target::Builtin | Target::External(_) => Holder::Outside,
            _ => return None,
        };
        Some((last, holder))
    }
}

/// By trait that names others: all that these are, and name in turn. They are what it extends, and the bounds of what
/// is associated with it.
fn bounds(workspace: &Workspace, graph: &Graph) -> HashMap<ItemId, BTreeSet<ItemId>> {
    let is_trait = |id: &ItemId| workspace.item(*id).trait_name().is_some();
    let all = (0..workspace.items.len()).map(ItemId::new);
    all.filter(is_trait)
        .map(|id| {
            let mut found = BTreeSet::new();
            let mut pending = vec![id];
            while let Some(at) = pending.pop() {
                let named = graph.edges_of(at).iter().copied().filter(is_trait);
                pending.extend(named.filter(|next| found.insert(*next)));
            }
            (id, found)
        })
        .filter(|(_, found)| !found.is_empty())
        .collect()
}

/// What macros of the workspace that a trait calls define: where the call stands in its body, these are its methods.
fn made<'a>(workspace: &'a Workspace, references: &[Reference]) -> Vec<&'a str> {
    let called = references.iter().filter_map(|reference| {
        let Target::Item(target) = reference.resolution.target else {
            return None;
        };
        workspace.item(target).macro_rules.as_ref()
    });
    called
        .flat_map(|rules| rules.defines.iter().map(|it| it.name.as_str()))
        .collect()
}

/// Which traits of the workspace are in scope where: defined there, imported, or by a glob of a module that has them.
fn in_scope(workspace: &Workspace, graph: &Graph) -> InScope {
    let mut scopes = InScope::new();
    for (index, item) in workspace.items.iter().enumerate() {
        if item.trait_name().is_some() {
            let entry = Entry {
                of: ItemId::new(index),
                within: match item.kind {
                    // What a call makes of its tokens is seen by all, for aught we know.
                    ItemKind::MacroCall => None,
                    _ => within(workspace, &item.visibility.level, item.module),
                },
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
                Target::Item(of) if workspace.item(of).trait_name().is_some() => {
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
