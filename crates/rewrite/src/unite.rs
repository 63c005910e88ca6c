//! Modules that a binary declares once more beside its library (rows F1, G3): `mod a;` in `src/main.rs` and in
//! `src/lib.rs` compiles the same file into two crates. Before anything moves the binary imports the library's, so that
//! each item is there once.
//!
//! What that takes is what a move takes, but that nothing has to go anywhere: the binary loses the modules, and the library
//! shows what the binary asks of them.

mod pair;

use cleave_graph::Graph;
use cleave_plan::{Plan, PlannedCrate, Role};
use cleave_syntax::{
    ChangeBuilder, ChangeSet, CrateId, Diagnostic, ItemId, ModuleId, Severity, United, Workspace,
};
use toml_edit::DocumentMut;

use crate::scope::Scope;
use crate::{demand, layout, rewrite, visibility};
use pair::Pairs;

/// Whether a binary declares modules of its library once more, at first sight.
pub fn is_called_for(workspace: &Workspace) -> bool {
    let library = workspace.library(workspace.package);
    library.is_some_and(|library| {
        let mut bins = workspace.binaries(workspace.package);
        bins.any(|bin| !pair::declared_twice(workspace, bin, library).is_empty())
    })
}

/// Makes binaries import what they declare of their library; nothing where that would mean something else.
pub fn unite(workspace: &Workspace, graph: &Graph) -> United {
    let mut united = United::default();
    let library = workspace.library(workspace.package);
    let Some(library) = library.filter(|it| is_linked(workspace, *it)) else {
        return united;
    };
    let mut builder = ChangeBuilder::new();
    for file in &workspace.files {
        builder.know(&file.path, &file.text);
    }
    for bin in workspace.binaries(workspace.package) {
        let (modules, made_public) = one(workspace, graph, (bin, library), &mut builder);
        for module in modules {
            let path = workspace.module(module).path.clone();
            *united.modules.entry(path).or_default() += 1;
        }
        united.made_public.extend(made_public);
    }
    united.made_public.sort();
    united.made_public.dedup();
    // Two binaries may ask for the same: edits that are equal are one. Where rules are in each other's way, it stays.
    match rewrite::finish(builder, workspace, library) {
        Ok(changes) => United { changes, ..united },
        Err(_) => United::default(),
    }
}

/// What the first step writes of that.
pub(crate) fn write(workspace: &Workspace, changes: &mut ChangeSet) {
    let united = &workspace.united.changes;
    changes.files.extend(united.files.iter().cloned());
    changes.files.sort_by(|a, b| a.path.cmp(&b.path));
    changes.dropped.extend(united.dropped.iter().cloned());
    changes
        .dropped
        .sort_by(|a, b| (&a.path, a.range).cmp(&(&b.path, b.range)));
    changes.old.extend(united.old.clone());
}

/// What the reviewer has to know of it.
pub(crate) fn notes(workspace: &Workspace) -> Vec<Diagnostic> {
    let modules = workspace.united.modules.keys();
    let names: Vec<String> = modules.map(|path| format!("`{path}`")).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let message = format!(
        "a binary declared {} once more, which it imports from the library now",
        names.join(", ")
    );
    let help = "their tests run in the library alone: each once, not in each of these programs";
    vec![Diagnostic::new(Severity::Note, "G4", message).help(help)]
}

/// Whether Rust code can name a library: it may be built for other languages alone.
fn is_linked(workspace: &Workspace, library: CrateId) -> bool {
    let package = workspace.package(workspace.krate(library).package);
    let Ok(manifest) = package.manifest.parse::<DocumentMut>() else {
        return false;
    };
    let of_library = |key: &str| manifest.get("lib").and_then(|library| library.get(key));
    let types = of_library("crate-type").or_else(|| of_library("crate_type"));
    let types = types.and_then(|types| types.as_array());
    types.is_none_or(|types| {
        let mut types = types.iter().filter_map(|it| it.as_str());
        types.any(|it| ["lib", "rlib", "dylib"].contains(&it))
    })
}

/// Has one binary import its modules. Returns these, and what was widened for it.
fn one(
    workspace: &Workspace,
    graph: &Graph,
    (bin, library): (CrateId, CrateId),
    builder: &mut ChangeBuilder,
) -> (Vec<ModuleId>, Vec<String>) {
    let modules = Pairs::of(workspace, graph, (bin, library)).modules;
    if modules.is_empty() {
        return Default::default();
    }
    let is_inside = |id: &ItemId| {
        let item = workspace.item(*id);
        let mut around = workspace.around(item.module);
        item.parent.is_none() && item.is_node() && around.any(|it| modules.contains(&it))
    };
    let items: Vec<ItemId> = workspace.items_of(bin).filter(is_inside).collect();
    let plan = as_plan(workspace);
    let scope = Scope::uniting((workspace, graph), &plan, (bin, library), &items);
    let dest = demand::dest_demand(&scope);
    if !dest.violations.is_empty() || !modules.iter().all(|module| scope.is_whole(*module)) {
        return Default::default();
    }
    let root = demand::root_demand(&scope, &dest);
    let public = layout::public(&scope, &root, &dest);
    layout::leave(&scope, (&root, &dest, &public), builder);
    let made_public = visibility::widen(&scope, (&root, &dest, &public), builder);
    (modules, made_public)
}

/// The library as the one crate of a plan.
fn as_plan(workspace: &Workspace) -> Plan {
    let name = workspace.package(workspace.package).name.clone();
    let library = PlannedCrate {
        name: name.clone(),
        role: Role::Part,
        modules: Vec::new(),
        items: Vec::new(),
        depends_on: Vec::new(),
    };
    Plan {
        package: name,
        crates: vec![library],
        ..Plan::default()
    }
}
