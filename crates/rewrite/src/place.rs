//! Where the imports that a step writes stand in their module.

use cleave_syntax::item::{Item, ItemKind};
use cleave_syntax::{ItemId, ModuleId, Workspace};

/// Where new imports of a module go, and their text with the blank lines that the place asks for: after the last of its
/// imports that stays, or below its header.
pub(crate) fn of_imports(
    workspace: &Workspace,
    module: ModuleId,
    lines: &str,
    stays: impl Fn(ItemId) -> bool,
) -> (u32, String) {
    let value = workspace.module(module);
    let text = &workspace.file(value.file).text;
    let is_import = |id: ItemId| {
        matches!(
            workspace.item(id).kind,
            ItemKind::Use | ItemKind::ExternCrate
        )
    };
    let last_import = value
        .items
        .iter()
        .take_while(|id| is_import(**id) || workspace.item(**id).kind == ItemKind::Mod)
        .filter(|id| is_import(**id) && stays(**id))
        .last();
    if let Some(last) = last_import {
        return (workspace.item(*last).full.end, lines.to_owned());
    }
    let offset = if value.header.is_empty() {
        value.body.start
    } else {
        value.header.end
    };
    let before = &text[..offset as usize];
    let after = &text[offset as usize..];
    let mut place = String::new();
    if !before.is_empty() && !before.ends_with(['\n', '\u{feff}']) {
        place.push('\n');
    }
    if !value.header.is_empty() {
        place.push('\n');
    }
    place.push_str(lines);
    if after.starts_with('\n') {
        // The line break that followed the header ends the last import.
        place.pop();
    } else if !after.is_empty() {
        place.push('\n');
    }
    (offset, place)
}

/// How far what stands in a module is indented: as its first item is; where no item starts a line, four spaces for each
/// module in the file around it.
pub(crate) fn indent(workspace: &Workspace, module: ModuleId) -> String {
    let value = workspace.module(module);
    if !value.inline {
        return String::new();
    }
    let text = &workspace.file(value.file).text;
    let before = |id: &ItemId| before(text, workspace.item(*id)).map(str::to_owned);
    let around = || {
        let parent = value.parent.map(|parent| indent(workspace, parent));
        parent.unwrap_or_default() + "    "
    };
    value.items.iter().find_map(before).unwrap_or_else(around)
}

/// What an item's first line is indented with; none where something stands before it there.
pub(crate) fn before<'t>(text: &'t str, item: &Item) -> Option<&'t str> {
    let at = item.range.start as usize;
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let blank = &text[line..at];
    blank.trim().is_empty().then_some(blank)
}
