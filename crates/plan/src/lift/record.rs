//! Lifts as a plan says them: a trait for each impl and crate.

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::Graph;
use cleave_graph::graph::Found;
use cleave_syntax::item::Binding;
use cleave_syntax::{ItemId, ModuleId, Workspace};

use crate::order::Home;
use crate::plan::Lift;

/// Lifts for methods by the homes that were found for them: one trait for each impl and crate.
pub(crate) fn record(
    workspace: &Workspace,
    graph: &Graph,
    methods: &[(ItemId, Home)],
    name_of: &dyn Fn(Home) -> String,
) -> Vec<Lift> {
    let mut groups: BTreeMap<(ModuleId, ItemId, Home), Vec<ItemId>> = BTreeMap::new();
    for (id, home) in methods {
        let Some(parent) = workspace.item(*id).parent else {
            continue;
        };
        let key = (workspace.item(parent).module, parent, *home);
        groups.entry(key).or_default().push(*id);
    }
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut lifts: Vec<Lift> = Vec::new();
    for ((module, owner, home), ids) in groups {
        let own = workspace.item(owner).self_name();
        let name = free_name(workspace, graph, (module, own), &mut taken);
        let mut methods: Vec<String> = ids.iter().map(|id| workspace.path_of(*id)).collect();
        methods.dedup();
        lifts.push(Lift {
            name,
            methods,
            to: name_of(home),
        });
    }
    lifts
}

/// A name that nothing of the workspace has, and that nobody means in the module: where the type is shown, the trait is
/// too, with all others.
fn free_name(
    workspace: &Workspace,
    graph: &Graph,
    (module, own): (ModuleId, &str),
    taken: &mut BTreeSet<String>,
) -> String {
    let value = workspace.module(module);
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for item in &workspace.items {
        names.insert(&item.name);
        names.extend(item.defines.iter().map(|it| it.name.as_str()));
    }
    for leaf in &workspace.leaves {
        if let Binding::Name(name) = &leaf.binding {
            names.insert(name);
        }
    }
    // What a glob brings in may be hidden by a name, but not by an item that somebody means by it.
    for reference in &graph.references {
        for lookup in &reference.resolution.lookups {
            if lookup.module == module && matches!(lookup.found, Found::Glob(_)) {
                names.insert(&lookup.name);
            }
        }
    }
    let numbers = std::iter::once(String::new()).chain((2..).map(|number: u32| number.to_string()));
    let mut free = numbers
        .map(|number| format!("{own}Ext{number}"))
        .filter(|name| !names.contains(name.as_str()) && !taken.contains(name));
    let name = free.next().unwrap_or_default();
    taken.insert(name.clone());
    match value.path.as_str() {
        "" => name,
        path => format!("{path}::{name}"),
    }
}
