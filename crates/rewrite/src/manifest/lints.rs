//! Lints: the members have those of the root, but for what only the root can bear (row E5).

use std::collections::{BTreeMap, BTreeSet};

use cleave_plan::BuildOutput;
use cleave_syntax::token::words;
use cleave_syntax::workspace::{Crate, CrateKind};
use cleave_syntax::{CrateId, ModuleId, Workspace};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike};

use super::root::workspace_table;

/// Lints that judge a public API or a whole program: a crate that serves its own workspace has neither.
pub(crate) const OF_PUBLIC_API: &[&str] = &[
    "missing_docs",
    "unreachable_pub",
    "missing_debug_implementations",
    "missing_copy_implementations",
    "unused_crate_dependencies",
];

/// Whether the package, its workspace or the root's attributes name a lint, at whatever level.
pub(crate) fn names(workspace: &Workspace, root: CrateId, lint: &str) -> bool {
    let module = workspace.module(workspace.krate(root).root);
    let file = workspace.file(module.file);
    let own = &workspace.package(workspace.package).manifest;
    let mut manifests = workspace.manifest.iter().chain([own]);
    let mut attributes = module.inner_attributes.iter();
    manifests.any(|text| text.replace('-', "_").contains(lint))
        || attributes.any(|attribute| file[attribute.range].contains(lint))
}

/// Moves the lints of a package that becomes the root of a workspace to `[workspace.lints]`.
///
/// Cargo takes the workspace's lints or a package's own, not both: a root with lints of a public API keeps its own table,
/// and the workspace gets the others.
pub(super) fn share(document: &mut DocumentMut, conditions: &[String]) {
    let Some(own) = document.get("lints").filter(|own| !inherits(own)).cloned() else {
        return;
    };
    let keeps = judges_public_api(&own);
    let common = if keeps {
        without_public_api(&own)
    } else {
        document.remove("lints")
    };
    let common = with_conditions(common, conditions);
    if let (Some(common), Some(workspace)) = (common, workspace_table(document)) {
        workspace.insert("lints", common);
    }
    if !keeps {
        document.insert("lints", inherited());
    }
}

/// `[lints]` of a new member of the root's workspace, whose manifest may be another; none where there is nothing to say.
pub(super) fn of_member(root: &DocumentMut, workspace: &DocumentMut) -> Option<Item> {
    let own = root.get("lints")?;
    let shared = workspace
        .get("workspace")
        .and_then(|table| table.get("lints"));
    let all = if inherits(own) { shared? } else { own };
    if !judges_public_api(all) {
        return Some(own.clone());
    }
    let rest = without_public_api(all)?;
    let is_shared = shared.is_some_and(|shared| levels(shared) == levels(&rest));
    Some(if is_shared { inherited() } else { rest })
}

/// Lints with conditions that the compiler is to know of. Those of the whole workspace have them already, or say
/// themselves what is known.
pub(super) fn with_conditions(lints: Option<Item>, conditions: &[String]) -> Option<Item> {
    if conditions.is_empty() || lints.as_ref().is_some_and(inherits) {
        return lints;
    }
    let mut lints = lints.unwrap_or_else(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let tools = lints.as_table_like_mut()?;
    if let Some(rust) = tools
        .entry("rust")
        .or_insert_with(toml_edit::table)
        .as_table_like_mut()
        && !rust.contains_key("unexpected_cfgs")
    {
        let mut known = InlineTable::new();
        known.insert("level", "warn".into());
        known.insert("check-cfg", conditions.iter().collect::<Array>().into());
        rust.insert("unexpected_cfgs", toml_edit::value(known));
    }
    Some(lints)
}

/// The conditions that the package's build script has the compiler know of, for others to set: a new crate has no such
/// script. What reads those that the script sets stays beside it; where each crate can have one like it, attributes of the
/// crate that stand under such a condition are there without it too.
pub(crate) fn conditions(workspace: &Workspace) -> Vec<String> {
    let own = |krate: &Crate| krate.package == workspace.package;
    let is_script = |krate: &Crate| krate.kind == CrateKind::BuildScript;
    let text = |module: ModuleId| &*workspace.file(workspace.module(module).file).text;
    let modules = (0..workspace.modules.len()).map(ModuleId::new);
    let sources = modules.filter(|module| {
        let krate = workspace.krate(workspace.module(*module).krate);
        own(krate) && !is_script(krate)
    });
    let sources: Vec<&str> = sources.map(text).collect();
    let is_read = |name: &str| {
        let mut sources = sources.iter();
        sources.any(|text| words(text).any(|word| word == name))
    };
    let scripts = workspace
        .crates
        .iter()
        .filter(|it| own(it) && is_script(it));
    let mut found = Vec::new();
    let output = BuildOutput::of(workspace);
    let goes_along = output.script().is_some();
    for script in scripts.map(|script| text(script.root)) {
        let is_set = |name: &str| !goes_along && script.contains(&format!("rustc-cfg={name}"));
        for (at, before) in script.match_indices("rustc-check-cfg=") {
            let rest = &script[at + before.len()..];
            let condition = rest.split('"').next().unwrap_or_default();
            let names = condition.strip_prefix("cfg(");
            let names = names.and_then(|names| names.strip_suffix(')'));
            let mut names = words(names.unwrap_or_default());
            if !condition.contains('{') && names.any(|name| is_read(name) && !is_set(name)) {
                found.push(condition.to_owned());
            }
        }
    }
    if goes_along {
        let declared = found.iter().flat_map(|condition| words(condition));
        let declared: BTreeSet<&str> = declared.collect();
        let names = output.cfgs().filter(|name| !declared.contains(name));
        let names: Vec<String> = names
            .filter(|name| is_read(name))
            .map(|name| format!("cfg({name})"))
            .collect();
        found.extend(names);
    }
    found
}

fn inherits(lints: &Item) -> bool {
    lints.get("workspace").is_some()
}

fn inherited() -> Item {
    let mut table = Table::new();
    table.insert("workspace", toml_edit::value(true));
    Item::Table(table)
}

/// Of each tool's lints the level, as it is written.
fn levels(lints: &Item) -> BTreeMap<(&str, &str), String> {
    let tools = lints.as_table_like().into_iter().flat_map(TableLike::iter);
    let lints = tools.flat_map(|(tool, lints)| {
        let lints = lints.as_table_like().into_iter().flat_map(TableLike::iter);
        lints.map(move |(lint, level)| ((tool, lint), level.to_string()))
    });
    lints.collect()
}

fn judges_public_api(lints: &Item) -> bool {
    let rust = lints.get("rust").and_then(Item::as_table_like);
    rust.is_some_and(|rust| rust.iter().any(|(lint, _)| is_of_public_api(lint)))
}

/// A lint is written with lines or with hyphens.
fn is_of_public_api(lint: &str) -> bool {
    OF_PUBLIC_API.contains(&lint.replace('-', "_").as_str())
}

/// The lints but for those of a public API; none where there are no others.
fn without_public_api(lints: &Item) -> Option<Item> {
    let mut rest = lints.clone();
    let tools = rest.as_table_like_mut()?;
    if let Some(rust) = tools.get_mut("rust").and_then(Item::as_table_like_mut) {
        let judges: Vec<String> = rust.iter().map(|(lint, _)| lint.to_owned()).collect();
        for lint in judges.iter().filter(|lint| is_of_public_api(lint)) {
            rust.remove(lint);
        }
        if rust.is_empty() {
            tools.remove("rust");
        }
    }
    // Tables remember where they stood in their file, which says nothing in another.
    for (_, tool) in tools.iter_mut() {
        if let Some(table) = tool.as_table_mut() {
            table.set_position(None);
        }
    }
    (!tools.is_empty()).then_some(rest)
}
