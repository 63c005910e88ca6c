//! The last step: the root drops what it no longer needs (rows D1, E1).

use cleave_graph::{Graph, Place, Target};
use cleave_plan::Plan;
use cleave_syntax::change::Reason;
use cleave_syntax::item::{Item, ItemKind, Level};
use cleave_syntax::{ChangeBuilder, CrateId, Diagnostic, ItemId, TextRange, UseLeafId, Workspace};

use crate::{members, needs, skeleton, support};

/// Drops the dependencies that only the moved code used, and what called for macros whose callers have left.
pub(crate) fn clean_up(
    workspace: &Workspace,
    graph: &Graph,
    plan: &Plan,
    root: CrateId,
    builder: &mut ChangeBuilder,
) -> Vec<Diagnostic> {
    drop_macro_crates((workspace, graph), plan, root, &|_| true, builder);
    spare_crates_that_nobody_names(workspace, root, builder);
    let needs = needs::of_package(workspace, graph, root);
    members::clean_up(workspace, plan, &needs, builder)
}

/// `extern crate alloc;` whose users have all left is spared the lint that asks for one.
fn spare_crates_that_nobody_names(
    workspace: &Workspace,
    root: CrateId,
    builder: &mut ChangeBuilder,
) {
    if !skeleton::asks_of_extern_crates(workspace, root) {
        return;
    }
    let module = workspace.module(workspace.krate(root).root);
    let file = workspace.file(module.file);
    let is_named = |name: &String| {
        workspace.items_of(root).any(|id| {
            let item = workspace.item(id);
            let mut leaves = item.leaves.iter().filter(|_| item.kind == ItemKind::Use);
            // `crate::alloc` means it, too.
            let mut segments = item.paths.iter().flat_map(|path| &path.segments);
            let starts = |leaf: &UseLeafId| {
                let first = workspace.leaf(*leaf).path.segments.first();
                first.is_some_and(|first| first.name == name.as_str())
            };
            leaves.any(starts) || segments.any(|segment| segment.name == name.as_str())
        })
    };
    for id in &module.items {
        let item = workspace.item(*id);
        let names = workspace.leaf_names(*id);
        let is_plain = item.kind == ItemKind::ExternCrate
            && item.visibility.level == Level::Private
            && !workspace.takes_macros(*id)
            && !file[item.range].contains("unused_extern_crates");
        if is_plain && !names.iter().any(is_named) {
            let at = TextRange::empty(item.range.start);
            let reason = Reason::new("E6", names.concat());
            builder.replace(&file.path, at, skeleton::MAY_GO_UNNAMED, reason);
        }
    }
}

/// `#[macro_use] extern crate app_low;` that a step wrote, once what stays calls no macro of that crate by a bare name.
pub(crate) fn drop_macro_crates(
    (workspace, graph): (&Workspace, &Graph),
    plan: &Plan,
    root: CrateId,
    stays: &dyn Fn(ItemId) -> bool,
    builder: &mut ChangeBuilder,
) {
    if workspace.krate(root).edition == "2015" {
        return;
    }
    let module = workspace.module(workspace.krate(root).root);
    let file = workspace.file(module.file);
    for id in &module.items {
        let item = workspace.item(*id);
        let macro_use = |path: &str| path == "macro_use";
        let planned = plan.crates.iter().any(|krate| {
            let name = krate.name.replace('-', "_");
            workspace.leaf_names(*id).first() == Some(&name)
        });
        let written = item.kind == ItemKind::ExternCrate
            && planned
            && item
                .attributes
                .iter()
                .any(|attribute| macro_use(&attribute.path))
            && item.attributes.iter().all(|attribute| {
                macro_use(&attribute.path) || file[attribute.range] == *support::TEST
            });
        let name = workspace.leaf_names(*id).concat();
        if written && !calls_macro_of((workspace, graph), root, stays, &name) {
            let range = with_blank_before(&file.text, item);
            builder.replace(&file.path, range, "", Reason::new("D1", name));
        }
    }
}

/// An item with the blank line in front of it, but for what ends the crate's docs.
pub(crate) fn with_blank_before(text: &str, item: &Item) -> TextRange {
    let before = &text[..item.full.start as usize];
    let is_behind_header = !before.is_empty() && !before.ends_with('\n');
    let start = if is_behind_header {
        item.range.start
    } else {
        item.full.start
    };
    TextRange::new(start, item.full.end)
}

fn calls_macro_of(
    (workspace, graph): (&Workspace, &Graph),
    root: CrateId,
    stays: &dyn Fn(ItemId) -> bool,
    name: &str,
) -> bool {
    let is_macro_there = |target: ItemId| {
        workspace.item(target).kind == ItemKind::MacroRules
            && workspace.krate(workspace.crate_of(target)).extern_name == name
    };
    graph.references.iter().any(|reference| {
        let Place::Item(item, index) = reference.place else {
            return false;
        };
        let bare = workspace.item(item).paths[index as usize].segments.len() == 1;
        let target =
            matches!(reference.resolution.target, Target::Item(target) if is_macro_there(target));
        workspace.crate_of(item) == root && stays(item) && bare && target
    })
}
