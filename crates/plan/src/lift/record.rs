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
    let mut taken: BTreeSet<String> = names(workspace);
    let globbed = globbed(graph);
    let mut lifts: Vec<Lift> = Vec::new();
    for ((module, owner, home), ids) in groups {
        let own = workspace.item(owner).self_name();
        let name = free_name(workspace, (module, own), &globbed, &mut taken);
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

/// The names that anything of the workspace has.
fn names(workspace: &Workspace) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for item in &workspace.items {
        names.insert(item.name.clone());
        names.extend(item.defines.iter().map(|it| it.name.clone()));
    }
    for leaf in &workspace.leaves {
        if let Binding::Name(name) = &leaf.binding {
            names.insert(name.clone());
        }
    }
    names
}

/// What somebody means that globs bring into modules: it may be hidden by a name, but not by an item.
fn globbed(graph: &Graph) -> BTreeSet<(ModuleId, &str)> {
    let lookups = graph.references.iter();
    let lookups = lookups.flat_map(|reference| &reference.resolution.lookups);
    lookups
        .filter(|lookup| matches!(lookup.found, Found::Glob(_)))
        .map(|lookup| (lookup.module, lookup.name.as_str()))
        .collect()
}

/// A name that is not taken yet, and that nobody means in the module: where the type is shown, the trait is too, with all
/// others.
fn free_name(
    workspace: &Workspace,
    (module, own): (ModuleId, &str),
    globbed: &BTreeSet<(ModuleId, &str)>,
    taken: &mut BTreeSet<String>,
) -> String {
    let numbers = std::iter::once(String::new()).chain((2..).map(|number: u32| number.to_string()));
    let mut free = numbers
        .map(|number| format!("{own}Ext{number}"))
        .filter(|name| !taken.contains(name) && !globbed.contains(&(module, name.as_str())));
    let name = free.next().unwrap_or_default();
    taken.insert(name.clone());
    match workspace.module(module).path.as_str() {
        "" => name,
        path => format!("{path}::{name}"),
    }
}
