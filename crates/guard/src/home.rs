//! Modules without a home.

use std::collections::BTreeMap;

use cleave_syntax::{ItemId, ModuleId};

use crate::Judge;
use crate::finding::{Finding, Kind, definition};
use crate::proposal;

pub(crate) fn find(judge: &Judge<'_>) -> Vec<Finding> {
    let workspace = judge.input.workspace;
    let mut homeless: BTreeMap<ModuleId, Vec<ItemId>> = BTreeMap::new();
    for id in judge
        .crates
        .iter()
        .flat_map(|krate| workspace.items_of(*krate))
    {
        let module = workspace.item(id).module;
        let is_unsaid =
            judge.declared.home[id.index()].is_some() && !judge.declared.named[id.index()];
        if is_unsaid && judge.is_homeless(module) {
            homeless
                .entry(outermost(judge, module))
                .or_default()
                .push(id);
        }
    }
    homeless
        .iter()
        .map(|(module, items)| unnamed(judge, *module, items))
        .collect()
}

/// The outermost module around one that has none either.
fn outermost(judge: &Judge<'_>, module: ModuleId) -> ModuleId {
    let workspace = judge.input.workspace;
    let mut at = module;
    while let Some(parent) = workspace.module(at).parent
        && !workspace.module(parent).path.is_empty()
        && has_code(judge, parent)
    {
        at = parent;
    }
    at
}

/// A module that only declares others needs no home.
fn has_code(judge: &Judge<'_>, module: ModuleId) -> bool {
    let mut items = judge.input.workspace.module(module).items.iter();
    items.any(|id| judge.declared.home[id.index()].is_some())
}

fn unnamed(judge: &Judge<'_>, module: ModuleId, items: &[ItemId]) -> Finding {
    let workspace = judge.input.workspace;
    let path = &workspace.module(module).path;
    let message = format!("module `{path}` has no home: no list of split.toml names it");
    let place = workspace
        .module(module)
        .declaration
        .or(items.first().copied())
        .map(|id| definition(workspace, id));
    let mut finding = Finding::new(Kind::Home, &format!("module {path}"), message);
    if let Some(place) = place {
        finding = finding.at(place, "new since the plan was made");
    }
    let Some(proposal) = proposal::home(judge, items) else {
        return finding.help(
            "no crate sees all it needs and is seen from all that needs it: divide it, or add it to `keep` in split.toml".to_owned(),
        );
    };
    let list = match proposal.home {
        Some(_) => format!("`modules` of `[crates.{}]`", judge.name(proposal.home)),
        None => "`keep`".to_owned(),
    };
    if let Some(place) = proposal::place(judge, proposal.home, "modules") {
        finding = finding.at(place, &format!("`\"{path}\"` would go here"));
    }
    finding.help(format!("add it to {list} in split.toml: {}", proposal.why))
}
