//! Lints: the members have those of the root, but for what only the root can bear (row E5).

use std::collections::BTreeMap;

use toml_edit::{DocumentMut, Item, Table, TableLike};

use super::root::workspace_table;

/// Lints that judge a public API or a whole program: a crate that serves its own workspace has neither.
pub(crate) const OF_PUBLIC_API: &[&str] = &[
    "missing_docs",
    "unreachable_pub",
    "missing_debug_implementations",
    "missing_copy_implementations",
    "unused_crate_dependencies",
];

/// Moves the lints of a package that becomes the root of a workspace to `[workspace.lints]`.
///
/// Cargo takes the workspace's lints or a package's own, not both: a root with lints of a public API keeps its own table,
/// and the workspace gets the others.
pub(super) fn share(document: &mut DocumentMut) {
    let Some(own) = document.get("lints").filter(|own| !inherits(own)).cloned() else {
        return;
    };
    let keeps = judges_public_api(&own);
    let common = if keeps {
        without_public_api(&own)
    } else {
        document.remove("lints")
    };
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
