//! Which names the destination has in the end: links lead through them.

use std::collections::BTreeSet;

use cleave_graph::graph::Found;
use cleave_graph::{Graph, Lookup, Place, Resolution, Target};
use cleave_plan::Homes;
use cleave_syntax::{ItemId, ModuleId, Name};

use crate::scope::Scope;

/// What the destination's modules have.
pub(super) struct Ways<'a> {
    scope: &'a Scope<'a>,
    homes: &'a Homes,
    /// By the module's path: the names that code of the destination looks up there, so that they are imported if need be.
    named: BTreeSet<(&'a str, Name)>,
}

impl<'a> Ways<'a> {
    /// Linear in the references of the workspace.
    pub(super) fn of(scope: &'a Scope<'a>, homes: &'a Homes) -> Self {
        let mut ways = Ways {
            scope,
            homes,
            named: BTreeSet::new(),
        };
        let of_code = scope.graph.references.iter().filter(|reference| {
            let Place::Item(id, _) = reference.place else {
                return false;
            };
            !Graph::is_doc(scope.workspace, reference.place) && ways.is_there(id)
        });
        let mut pending: Vec<&Lookup> = of_code
            .flat_map(|reference| &reference.resolution.lookups)
            .collect();
        while let Some(lookup) = pending.pop() {
            let path = scope.workspace.module(lookup.module).path.as_str();
            if !ways.named.insert((path, lookup.name)) {
                continue;
            }
            if let Found::Leaf(leaf) | Found::Glob(leaf) = lookup.found {
                let imported = scope.graph.leaves[leaf.index()].iter();
                pending.extend(imported.flat_map(|resolution| &resolution.lookups));
            }
        }
        ways
    }

    /// Whether an item lives in the destination in the end.
    pub(super) fn is_there(&self, id: ItemId) -> bool {
        self.homes.planned[id.index()] == Some(self.scope.to)
    }

    /// Whether the destination sees an item in the end.
    pub(super) fn sees(&self, id: ItemId) -> bool {
        let home = self.homes.planned[id.index()];
        self.scope.order.sees(Some(self.scope.to), home)
    }

    /// Whether something in a module, or in one inside it, is such.
    pub(super) fn holds(&self, id: ModuleId, is_such: &dyn Fn(ItemId) -> bool) -> bool {
        let module = self.scope.workspace.module(id);
        let mut children = module.children.iter();
        self.nodes(id).any(is_such) || children.any(|child| self.holds(*child, is_such))
    }

    /// Whether the names that a path leads through are there.
    pub(super) fn lead(&self, meaning: &Resolution) -> bool {
        let mut lookups = meaning.lookups.iter();
        lookups.all(|lookup| self.leads(lookup))
    }

    fn leads(&self, lookup: &Lookup) -> bool {
        let workspace = self.scope.workspace;
        let module = workspace.module(lookup.module);
        if module.krate != self.scope.root
            || self.named.contains(&(module.path.as_str(), lookup.name))
        {
            return true;
        }
        match lookup.found {
            Found::Item(id) => match workspace.item(id).declares {
                Some(module) => self.holds(module, &|id| self.is_there(id)),
                None => self.is_there(id),
            },
            // The imports of a module that moves whole go along, but for those of what is above.
            Found::Leaf(leaf) | Found::Glob(leaf) => {
                let mut targets = self.scope.graph.leaves[leaf.index()].iter();
                let mut nodes = self.nodes(lookup.module).peekable();
                module.parent.is_some()
                    && nodes.peek().is_some()
                    && nodes.all(|id| self.is_there(id))
                    && targets.any(|resolution| match resolution.target {
                        Target::Item(id) => self.sees(id),
                        Target::Module(id) => self.holds(id, &|id| self.sees(id)),
                        _ => true,
                    })
            }
        }
    }

    fn nodes(&self, id: ModuleId) -> impl Iterator<Item = ItemId> + '_ {
        let workspace = self.scope.workspace;
        let items = workspace.module(id).items.iter().copied();
        items.filter(move |item| workspace.item(*item).is_node() && !workspace.item(*item).is_test)
    }
}
