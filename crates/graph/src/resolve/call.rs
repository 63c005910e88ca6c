//! Calls of inherent methods by name: over-approximated, since types are not inferred.
//!
//! Methods of one name that take as many arguments and are seen from the same places are one group: a call of `.new()`
//! in a package with ten thousand types is one number, not ten thousand.

use cleave_syntax::item::{ItemKind, Level, MemberUse, Receiver};
use cleave_syntax::{ItemId, ModuleId, Name, Workspace};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::builtin;
use super::handed::Handed;
use super::value::{Known, Values};
use crate::graph::{Called, Calls, Graph, Place, Reference, Target};
use crate::standard;

/// Fills [`Graph::calls`]. A call means every method of that name that may be seen from there, takes as many arguments,
/// and belongs to the receiver's type where that is written. `references` are those of each item.
pub(super) fn attach(handed: &Handed<'_>, graph: &mut Graph, references: &[Vec<Reference>]) {
    let workspace = handed.workspace;
    let mut calls = Calls::default();
    let finder = Finder::new(handed, graph, references, &mut calls);
    calls.items = (0..workspace.items.len())
        .into_par_iter()
        .map(|index| finder.item(ItemId::new(index)))
        .collect();
    graph.calls = calls;
}

/// A name, how many arguments beside `self`, and the module from whose inside it is seen; none for everywhere.
type Key = (Name, Option<u32>, Option<ModuleId>);

struct Finder<'a> {
    workspace: &'a Workspace,
    handed: &'a Handed<'a>,
    graph: &'a Graph,
    references: &'a [Vec<Reference>],
    values: Values<'a>,
    groups: FxHashMap<Key, u32>,
    /// By name: how many arguments methods of that name take.
    arguments: FxHashMap<Name, SmallVec<[Option<u32>; 1]>>,
    /// By name of the method, and by the type it belongs to, or that type's name.
    by_type: FxHashMap<(Name, Option<ItemId>), Vec<ItemId>>,
    by_type_name: FxHashMap<(Name, Name), Vec<ItemId>>,
}

impl<'a> Finder<'a> {
    fn new(
        handed: &'a Handed<'a>,
        graph: &'a Graph,
        references: &'a [Vec<Reference>],
        calls: &mut Calls,
    ) -> Self {
        let workspace = handed.workspace;
        let mut finder = Self {
            workspace,
            handed,
            graph,
            references,
            values: Values::before(workspace, graph, references),
            groups: FxHashMap::default(),
            arguments: FxHashMap::default(),
            by_type: FxHashMap::default(),
            by_type_name: FxHashMap::default(),
        };
        for (index, item) in workspace.items.iter().enumerate() {
            if item.parent.is_some() && item.kind == ItemKind::Fn {
                finder.enter(ItemId::new(index), calls);
            }
        }
        finder
    }

    fn enter(&mut self, method: ItemId, calls: &mut Calls) {
        let item = self.workspace.item(method);
        let name = Name::new(&item.name);
        let key = (name, item.parameters, self.seen_within(method));
        let next = calls.groups.len() as u32;
        let group = *self.groups.entry(key).or_insert(next);
        if group == next {
            calls.groups.push(Vec::new());
        }
        calls.groups[group as usize].push(method);
        let arguments = self.arguments.entry(name).or_default();
        if !arguments.contains(&item.parameters) {
            arguments.push(item.parameters);
        }
        let own = self.graph.own_type(self.workspace, method);
        self.by_type.entry((name, own)).or_default().push(method);
        let self_name = Name::new(self.self_name(method));
        let named = self.by_type_name.entry((name, self_name)).or_default();
        named.push(method);
    }

    /// The module from whose inside a method may be called; none for everywhere.
    fn seen_within(&self, method: ItemId) -> Option<ModuleId> {
        let workspace = self.workspace;
        let item = workspace.item(method);
        match item.visibility.level {
            Level::Public => None,
            Level::Crate | Level::In(_) => Some(workspace.krate(workspace.crate_of(method)).root),
            Level::Super => Some(workspace.module(item.module).parent.unwrap_or(item.module)),
            Level::Private | Level::Module => Some(item.module),
        }
    }

    fn item(&self, id: ItemId) -> Called {
        let mut called = Called::default();
        let handed = self.handed.calls(id);
        for member in self.workspace.item(id).member_uses.iter().chain(&handed) {
            if member.called && !member.receiver.is_local() {
                self.call(id, member, &mut called);
            }
        }
        called.methods.extend(self.by_paths(id));
        called.groups.sort_unstable();
        called.groups.dedup();
        called.methods.sort_unstable();
        called.methods.dedup();
        called
    }

    /// What paths name of a type by an alias of it, `UnGraph::from_edges`, or where the type has several of the name: by
    /// its arguments, or by `cfg`s.
    fn by_paths(&self, id: ItemId) -> impl Iterator<Item = ItemId> {
        let item = self.workspace.item(id);
        let references = self.references[id.index()].iter();
        references.flat_map(move |reference| {
            let named = match (reference.place, &reference.resolution.target) {
                (Place::Item(_, at), Target::Item(named)) => {
                    let path = &item.paths[at as usize];
                    let member = path.segments.get(reference.resolution.used as usize);
                    member.zip(self.values.type_named(*named))
                }
                _ => None,
            };
            let methods = named.map(|(member, own)| self.values.methods_of(own, &member.name));
            methods.into_iter().flatten()
        })
    }

    fn call(&self, from: ItemId, member: &MemberUse, called: &mut Called) {
        let Some(arguments) = self.arguments.get(&member.name) else {
            return;
        };
        // What bounds say is no inherent method.
        let may_be_generic = matches!(member.receiver, Receiver::Own | Receiver::Generic);
        if may_be_generic && self.values.known(from, &member.receiver) == Some(Known::Generic) {
            return;
        }
        let of_type = |own| self.by_type.get(&(member.name, own));
        let narrowed = match member.receiver {
            Receiver::Unknown | Receiver::Local | Receiver::Parameter | Receiver::Generic => None,
            Receiver::Own => of_type(self.graph.own_type(self.workspace, from)),
            Receiver::Typed(name) if self.by_type_name.contains_key(&(member.name, name)) => {
                self.by_type_name.get(&(member.name, name))
            }
            Receiver::Typed(_) | Receiver::Derived(_) => {
                match self.values.known(from, &member.receiver) {
                    Some(Known::Type(own)) => of_type(Some(own)),
                    Some(Known::Generic) => return,
                    Some(Known::Standard(name)) if standard::is_closed(&name) => return,
                    Some(known) if self.values.is_outside(known, member) => return,
                    _ => None,
                }
            }
        };
        let before = called.methods.len();
        let possible = narrowed.into_iter().flatten().copied();
        called
            .methods
            .extend(possible.filter(|method| self.is_possible(*method, from, member)));
        let foreign = matches!(member.receiver, Receiver::Typed(name) if builtin::is_name(&name));
        if called.methods.len() > before || foreign {
            return;
        }
        // One without `self` is only meant by `<T>::name`, whose arguments are not counted.
        let fitting = arguments
            .iter()
            .filter(|count| member.arguments.is_none() || **count == member.arguments);
        for count in fitting {
            let places = std::iter::once(None).chain(self.around(from).map(Some));
            let groups = places.filter_map(|place| self.groups.get(&(member.name, *count, place)));
            called.groups.extend(groups.copied());
        }
    }

    fn is_possible(&self, method: ItemId, from: ItemId, member: &MemberUse) -> bool {
        let parameters = self.workspace.item(method).parameters;
        let fits = member.arguments.is_none() || parameters == member.arguments;
        let within = self.seen_within(method);
        fits && within.is_none_or(|module| self.around(from).any(|around| around == module))
    }

    /// The module that an item stands in, and those around that.
    fn around(&self, item: ItemId) -> impl Iterator<Item = ModuleId> {
        self.workspace.around(self.workspace.item(item).module)
    }

    fn self_name(&self, method: ItemId) -> &str {
        let parent = self.workspace.item(method).parent;
        parent.map_or("", |parent| self.workspace.item(parent).self_name())
    }
}
