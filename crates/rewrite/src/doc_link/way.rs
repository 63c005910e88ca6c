//! Which names the destination has in the end: links lead through them.

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::graph::Found;
use cleave_graph::{Graph, Lookup, Namespace, Place, Resolution, Target};
use cleave_plan::Homes;
use cleave_syntax::item::{Binding, ItemKind, Level};
use cleave_syntax::{ItemId, ModuleId, Name};

use crate::demand::DestDemand;
use crate::scope::Scope;

/// What the destination's modules have.
pub(super) struct Ways<'a> {
    scope: &'a Scope<'a>,
    demand: &'a DestDemand,
    homes: &'a Homes,
    /// By the module's path: the names that code of the destination looks up there, so that they are imported if need be;
    /// each with the conditions under which that code is there. A module may bear the name of a function.
    named: BTreeMap<(&'a str, Name, Namespace), BTreeSet<Vec<String>>>,
}

impl<'a> Ways<'a> {
    /// Linear in the references of the workspace.
    pub(super) fn of(scope: &'a Scope<'a>, demand: &'a DestDemand, homes: &'a Homes) -> Self {
        let mut ways = Ways {
            scope,
            demand,
            homes,
            named: BTreeMap::new(),
        };
        let code = (0..scope.workspace.items.len()).map(ItemId::new);
        for id in code.filter(|id| homes.planned[id.index()] == Some(scope.to)) {
            let conditions = conditions(scope, Place::Item(id, 0));
            let references = scope.graph.references_of(id).iter();
            let of_code = references.filter(|one| !Graph::is_doc(scope.workspace, one.place));
            for lookup in of_code.flat_map(|reference| &reference.resolution.lookups) {
                ways.name(lookup, &conditions);
            }
        }
        ways
    }

    /// Takes up what code looks up, and what the imports on its way do.
    fn name(&mut self, lookup: &'a Lookup, conditions: &Vec<String>) {
        let mut pending = vec![lookup];
        while let Some(lookup) = pending.pop() {
            let path = self.scope.workspace.module(lookup.module).path.as_str();
            let known = self.named.entry((path, lookup.name, lookup.namespace));
            let known = known.or_default();
            if known.contains(conditions) {
                continue;
            }
            known.insert(conditions.clone());
            if let Found::Leaf(leaf) | Found::Glob(leaf) = lookup.found {
                let imported = self.scope.graph.leaves[leaf.index()].iter();
                pending.extend(imported.flat_map(|resolution| &resolution.lookups));
            }
        }
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

    /// The path that a public import around a private module gives what is in it, where the destination has that import in
    /// the end: docs that another crate shows are found by public paths alone.
    pub(super) fn shown(&self, id: ItemId, docs: Place) -> Option<String> {
        let workspace = self.scope.workspace;
        let home = workspace.item(id).module;
        let mut declared = workspace.declarations(home);
        declared.find(|id| workspace.item(*id).visibility.level != Level::Public)?;
        let conditions = conditions(self.scope, docs);
        let above = workspace.around(home).skip(1);
        above
            .flat_map(|module| &workspace.module(module).items)
            .find_map(|import| {
                let item = workspace.item(*import);
                let is_public =
                    item.kind == ItemKind::Use && item.visibility.level == Level::Public;
                let leaf = item.leaves.iter().filter(|_| is_public).find(|leaf| {
                    let mut meanings = self.scope.graph.leaves[leaf.index()].iter();
                    meanings.any(|one| one.target == Target::Item(id))
                })?;
                let Binding::Name(name) = &workspace.leaf(*leaf).binding else {
                    return None;
                };
                let lookup = Lookup {
                    module: item.module,
                    name: Name::from(name.as_str()),
                    namespace: Namespace::Type,
                    found: Found::Leaf(*leaf),
                };
                let path = &workspace.module(item.module).path;
                let is_there = !path.is_empty() && self.leads(&lookup, &conditions);
                is_there.then(|| format!("{path}::{name}"))
            })
    }

    /// Whether something in a module, or in one inside it, is such.
    pub(super) fn holds(&self, id: ModuleId, is_such: &dyn Fn(ItemId) -> bool) -> bool {
        let module = self.scope.workspace.module(id);
        let mut children = module.children.iter();
        self.nodes(id).any(is_such) || children.any(|child| self.holds(*child, is_such))
    }

    /// Whether the names that a path leads through are there wherever the docs are.
    pub(super) fn lead(&self, docs: Place, meaning: &Resolution) -> bool {
        let conditions = conditions(self.scope, docs);
        let mut lookups = meaning.lookups.iter();
        lookups.all(|lookup| self.leads(lookup, &conditions))
    }

    fn leads(&self, lookup: &Lookup, conditions: &[String]) -> bool {
        let workspace = self.scope.workspace;
        let module = workspace.module(lookup.module);
        let named = self
            .named
            .get(&(module.path.as_str(), lookup.name, lookup.namespace));
        let is_named = named.is_some_and(|named| {
            let holds = |of_code: &Vec<String>| of_code.iter().all(|one| conditions.contains(one));
            named.iter().any(holds)
        });
        if module.krate != self.scope.root || is_named || self.is_imported(lookup, conditions) {
            return true;
        }
        match lookup.found {
            Found::Item(id) => match workspace.item(id).declares {
                Some(module) => self.holds(module, &|id| self.is_there(id)),
                None => self.is_there(id),
            },
            // The imports of a module that moves whole and at once go along, but for those of what is above.
            Found::Leaf(leaf) | Found::Glob(leaf) => {
                let mut targets = self.scope.graph.leaves[leaf.index()].iter();
                let is_at_once =
                    self.scope.is_whole(lookup.module) || !self.scope.dest_has(lookup.module);
                module.parent.is_some()
                    && is_at_once
                    && self.nodes(lookup.module).next().is_some()
                    && !self.holds(lookup.module, &|id| !self.is_there(id))
                    && targets.any(|resolution| match resolution.target {
                        Target::Item(id) => self.sees(id),
                        // Of one that has imports alone, what these lead on to tells.
                        Target::Module(id) => {
                            self.holds(id, &|id| self.sees(id)) || !self.holds(id, &|_| true)
                        }
                        _ => true,
                    })
            }
        }
    }

    /// Whether the step imports a name in the destination, or an earlier one did: for methods that code calls, too.
    fn is_imported(&self, lookup: &Lookup, conditions: &[String]) -> bool {
        let (Found::Leaf(leaf) | Found::Glob(leaf)) = lookup.found else {
            return false;
        };
        let workspace = self.scope.workspace;
        let holds = |asked: &BTreeSet<String>| asked.iter().all(|one| conditions.contains(one));
        let asked = self.demand.leaves.get(&leaf);
        let is_asked = asked.is_some_and(|asked| asked.conditions.as_ref().is_some_and(holds));
        let path = workspace.module(lookup.module).path.as_str();
        let there = self.scope.dest_modules.get(path).into_iter();
        let mut items = there.flat_map(|id| workspace.module(*id).items.iter());
        is_asked
            || items.any(|id| {
                let mut leaves = workspace.item(*id).leaves.iter();
                let is_plain = !workspace.item(*id).is_conditional();
                is_plain
                    && leaves.any(|own| match workspace.leaf(*own).binding {
                        Binding::Name(ref name) => *name == lookup.name.as_str(),
                        _ => false,
                    })
            })
    }

    fn nodes(&self, id: ModuleId) -> impl Iterator<Item = ItemId> + '_ {
        let workspace = self.scope.workspace;
        let items = workspace.module(id).items.iter().copied();
        items.filter(move |item| workspace.item(*item).is_node() && !workspace.item(*item).is_test)
    }
}

/// The conditions under which something is part of its crate.
fn conditions(scope: &Scope<'_>, place: Place) -> Vec<String> {
    let workspace = scope.workspace;
    let item = match place {
        Place::Item(id, _) => Some(id),
        Place::Header(module, _) => workspace.declarations(module).next(),
    };
    item.map_or(Vec::new(), |id| {
        let krate = workspace.krate(workspace.crate_of(id));
        scope.conditions(id, krate.root)
    })
}
