//! Calls of inherent methods by name: over-approximated, since types are not inferred.

use std::collections::HashMap;

use cleave_syntax::item::{ItemKind, Level, MemberUse, Receiver};
use cleave_syntax::{ItemId, ModuleId, Workspace};
use rayon::prelude::*;

use super::builtin;
use crate::graph::Graph;

/// Fills [`Graph::calls`]. A call means every method of that name that may be seen from there, takes as many arguments,
/// and belongs to the receiver's type where that is written.
pub(super) fn attach(workspace: &Workspace, graph: &mut Graph) {
    let mut methods: HashMap<&str, Vec<ItemId>> = HashMap::new();
    for (index, item) in workspace.items.iter().enumerate() {
        if item.parent.is_some() && item.kind == ItemKind::Fn {
            methods
                .entry(&item.name)
                .or_default()
                .push(ItemId::new(index));
        }
    }
    let finder = Finder {
        workspace,
        graph,
        methods,
    };
    let calls = (0..workspace.items.len())
        .into_par_iter()
        .map(|index| finder.item(ItemId::new(index)))
        .collect();
    graph.calls = calls;
}

struct Finder<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    methods: HashMap<&'a str, Vec<ItemId>>,
}

impl Finder<'_> {
    fn item(&self, id: ItemId) -> Vec<ItemId> {
        let named = self.graph.edges_of(id);
        let mut found: Vec<ItemId> = self
            .workspace
            .item(id)
            .member_uses
            .iter()
            .filter(|member| member.called)
            .flat_map(|member| self.call(id, member))
            .filter(|method| *method != id && named.binary_search(method).is_err())
            .collect();
        found.sort();
        found.dedup();
        found
    }

    fn call(&self, from: ItemId, member: &MemberUse) -> Vec<ItemId> {
        let candidates = self.methods.get(member.name.as_str()).into_iter().flatten();
        let mut found: Vec<ItemId> = candidates
            .copied()
            .filter(|method| self.fits(*method, member) && self.is_seen(*method, from))
            .collect();
        match &member.receiver {
            Receiver::Unknown => {}
            Receiver::Own => {
                let own = self.own_type(from);
                if found.iter().any(|method| self.own_type(*method) == own) {
                    found.retain(|method| self.own_type(*method) == own);
                }
            }
            Receiver::Typed(name) => {
                let belongs = |method: &ItemId| self.self_name(*method) == name;
                if found.iter().any(belongs) || builtin::is_name(name) {
                    found.retain(belongs);
                }
            }
        }
        found
    }

    /// Whether a method takes as many arguments; one without `self` is only meant by `<T>::name`, whose arguments are
    /// not counted.
    fn fits(&self, method: ItemId, member: &MemberUse) -> bool {
        match (self.workspace.item(method).parameters, member.arguments) {
            (_, None) => true,
            (parameters, given) => parameters == given,
        }
    }

    fn is_seen(&self, method: ItemId, from: ItemId) -> bool {
        let workspace = self.workspace;
        let item = workspace.item(method);
        let place = workspace.item(from).module;
        let here = workspace.crate_of(method) == workspace.crate_of(from);
        match item.visibility.level {
            Level::Public => true,
            Level::Crate | Level::In(_) => here,
            Level::Super => {
                let around = workspace.module(item.module).parent;
                here && self.is_within(place, around.unwrap_or(item.module))
            }
            Level::Private | Level::Module => here && self.is_within(place, item.module),
        }
    }

    fn is_within(&self, inner: ModuleId, outer: ModuleId) -> bool {
        let above = |module: &ModuleId| self.workspace.module(*module).parent;
        std::iter::successors(Some(inner), above).any(|module| module == outer)
    }

    fn own_type(&self, id: ItemId) -> Option<ItemId> {
        let around = self.workspace.item(id).parent.unwrap_or(id);
        self.graph.anchors[around.index()].first().copied()
    }

    fn self_name(&self, method: ItemId) -> &str {
        let parent = self.workspace.item(method).parent;
        parent.map_or("", |parent| self.workspace.item(parent).self_name())
    }
}
