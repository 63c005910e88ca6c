//! Files that moved code reads while it is compiled (row F2): the file comes along, or the path is corrected.

use std::collections::BTreeSet;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use cleave_syntax::change::Reason;
use cleave_syntax::item::Include;
use cleave_syntax::{ChangeBuilder, ItemId, ModuleId, TextRange, Workspace};

use crate::layout::Moves;
use crate::scope::Scope;

/// Corrects the literal paths of `include!`, `include_str!` and `include_bytes!` in what moves.
pub(crate) fn correct(scope: &Scope<'_>, moves: &Moves, builder: &mut ChangeBuilder) {
    let from = scope.workspace.source_folder(scope.root);
    let to = scope.workspace.source_folder(scope.dest);
    let workspace = scope.workspace;
    for (module, item, include) in workspace.includes() {
        let is_of_root = workspace.module(module).krate == scope.root;
        if !is_of_root || !is_moving(scope, moves, (module, item)) {
            continue;
        }
        let Some(data) = named(workspace, module, include) else {
            continue;
        };
        let inside = data
            .strip_prefix(from)
            .ok()
            .filter(|_| !from.as_str().is_empty());
        if let Some(inside) = inside.filter(|_| is_only_reader(scope, moves, &data)) {
            builder.move_file(&data, &to.join(inside));
            continue;
        }
        let file = &workspace.file(workspace.module(module).file).path;
        let new_file = new_home(scope, moves, file);
        let new_path = relative(new_file.parent().unwrap_or(Utf8Path::new("")), &data);
        let reason = Reason::new("F2", name_of(workspace, (module, item)));
        builder.replace(file, include.range, format!("\"{new_path}\""), reason);
    }
}

/// Corrects the literal paths of the same macros in what stays, wherever in the workspace, where the file that they name is
/// source which moves: a bench may have a module of its library compiled once more.
pub(crate) fn correct_what_stays(scope: &Scope<'_>, moves: &Moves, builder: &mut ChangeBuilder) {
    let workspace = scope.workspace;
    for (module, item, include) in workspace.includes() {
        if is_moving(scope, moves, (module, item)) {
            continue;
        }
        let there = named(workspace, module, include);
        let Some(new) = there.and_then(|there| moves.file_moves.get(&there)) else {
            continue;
        };
        let file = workspace.file(workspace.module(module).file);
        let path = relative(file.folder(), new);
        let reason = Reason::new("F2", name_of(workspace, (module, item)));
        builder.replace(&file.path, include.range, format!("\"{path}\""), reason);
    }
}

/// What a reason calls an item, or a module's own attributes.
fn name_of(workspace: &Workspace, (module, item): (ModuleId, Option<ItemId>)) -> String {
    item.map_or_else(
        || workspace.module(module).path.clone(),
        |item| workspace.path_of(item),
    )
}

/// Files that an attribute names, for a macro that looks in the package's folder or its `src`: they come along to the same
/// place, or the path is corrected where other code has them read too.
pub(crate) fn correct_in_attributes(scope: &Scope<'_>, moves: &Moves, builder: &mut ChangeBuilder) {
    let workspace = scope.workspace;
    let dir = |krate| &workspace.package(workspace.krate(krate).package).dir;
    let (from, to) = (dir(scope.root), dir(scope.dest));
    let named = |id: ItemId| {
        let files = workspace.item(id).named_files.iter();
        files.filter_map(move |file| {
            let mut bases = ["src", ""].into_iter();
            bases.find_map(|base| {
                let data = normalize(&from.join(base).join(&file.path))?;
                let known = workspace.data.binary_search(&data).is_ok();
                known.then_some((file, base, data))
            })
        })
    };
    let (moving, staying): (Vec<ItemId>, Vec<ItemId>) = workspace
        .items_of(scope.root)
        .partition(|id| scope.moving[id.index()]);
    let others: BTreeSet<Utf8PathBuf> = staying
        .into_iter()
        .flat_map(named)
        .map(|(.., data)| data)
        .collect();
    for id in moving {
        let item = workspace.item(id);
        let file = workspace.file(workspace.module(item.module).file);
        for (named, base, data) in named(id) {
            let inside = data.strip_prefix(from.join(base)).ok();
            let alone = !others.contains(&data) && is_only_reader(scope, moves, &data);
            if let Some(inside) = inside.filter(|_| alone) {
                builder.move_file(&data, &to.join(base).join(inside));
            } else {
                let path = relative(&to.join(base), &data);
                let reason = Reason::new("F2", workspace.path_of(id));
                builder.replace(&file.path, named.range, format!("\"{path}\""), reason);
            }
        }
    }
}

/// Folders that an attribute names, for a macro that looks in the package's folder: `#[folder = "assets"]`. They stay
/// where they are, since nobody knows who else reads them.
pub(crate) fn correct_folders_in_attributes(scope: &Scope<'_>, builder: &mut ChangeBuilder) {
    let workspace = scope.workspace;
    let dir = |krate| &workspace.package(workspace.krate(krate).package).dir;
    let (from, to) = (dir(scope.root), dir(scope.dest));
    let moving = |id: &ItemId| scope.moving[id.index()];
    for id in workspace.items_of(scope.root).filter(moving) {
        let item = workspace.item(id);
        let file = workspace.file(workspace.module(item.module).file);
        let is_folder = |named: &&Include| Utf8Path::new(&named.path).extension().is_none();
        for named in item.named_files.iter().filter(is_folder) {
            let there = normalize(&from.join(&named.path));
            let mut folders = workspace.folders.iter();
            let Some(there) = there.filter(|there| folders.any(|it| there.starts_with(it))) else {
                continue;
            };
            let slash = if named.path.ends_with('/') { "/" } else { "" };
            let text = format!("\"{}{slash}\"", relative(to, &there));
            let reason = Reason::new("F2", workspace.path_of(id));
            builder.replace(&file.path, named.range, text, reason);
        }
    }
}

/// Paths that are put together, `include_str!(concat!("folder/", $name))`: the folder they start with stays where it is.
pub(crate) fn correct_concatenated(scope: &Scope<'_>, moves: &Moves, builder: &mut ChangeBuilder) {
    const CALLS: &[&str] = &[
        "include_str!(concat!(\"",
        "include_bytes!(concat!(\"",
        "include!(concat!(\"",
    ];
    let workspace = scope.workspace;
    let moving = |id: &ItemId| scope.moving[id.index()] && workspace.item(*id).parent.is_none();
    for id in workspace.items_of(scope.root).filter(moving) {
        let file = workspace.file(workspace.module(workspace.item(id).module).file);
        for (start, literal) in literals_in(workspace, id, CALLS) {
            let Some((folder, _)) = literal.rsplit_once('/') else {
                continue;
            };
            let old = file.folder().join(folder);
            let Some(old) = normalize(&old) else {
                continue;
            };
            let new_file = new_home(scope, moves, &file.path);
            let new = relative(new_file.parent().unwrap_or(Utf8Path::new("")), &old);
            let range = TextRange::new(start, start + folder.len() as u32);
            let reason = Reason::new("F2", workspace.path_of(id));
            builder.replace(&file.path, range, new.to_string(), reason);
        }
    }
}

/// The literals in an item that calls open with, each with where it starts in the file. The calls end with the quote.
fn literals_in<'a>(
    workspace: &'a Workspace,
    id: ItemId,
    calls: &'a [&str],
) -> impl Iterator<Item = (u32, &'a str)> + 'a {
    let text = workspace.text_of(id);
    let start = workspace.item(id).range.start;
    let ends = calls
        .iter()
        .flat_map(move |call| text.match_indices(call).map(move |(at, _)| at + call.len()));
    ends.filter_map(move |at| {
        let (literal, _) = text[at..].split_once('"')?;
        Some((start + at as u32, literal))
    })
}

/// The file that what moves out of a file goes to.
fn new_home(scope: &Scope<'_>, moves: &Moves, file: &Utf8Path) -> Utf8PathBuf {
    moves
        .file_moves
        .get(file)
        .cloned()
        .unwrap_or_else(|| scope.mirrored(file))
}

/// Whether only what moves reads a file.
fn is_only_reader(scope: &Scope<'_>, moves: &Moves, data: &Utf8Path) -> bool {
    let workspace = scope.workspace;
    let mut staying = workspace
        .includes()
        .filter(|(module, by, _)| !is_moving(scope, moves, (*module, *by)));
    staying.all(|(module, _, include)| named(workspace, module, include).as_deref() != Some(data))
}

/// Whether an item moves, or a module's own attributes, which stand at the top of its file. What stands before `mod name`
/// goes with the module.
fn is_moving(scope: &Scope<'_>, moves: &Moves, (module, item): (ModuleId, Option<ItemId>)) -> bool {
    let file = scope.workspace.file(scope.workspace.module(module).file);
    item.map_or_else(
        || moves.file_moves.contains_key(&file.path),
        |item| {
            let value = scope.workspace.item(item);
            let goes_along = scope.is_import(item) && moves.file_moves.contains_key(&file.path);
            let is_whole = value.declares.is_some_and(|child| scope.is_whole(child));
            scope.moving[item.index()] || goes_along || is_whole
        },
    )
}

/// The file that a path means which stands in a module.
pub(crate) fn named(
    workspace: &Workspace,
    module: ModuleId,
    include: &Include,
) -> Option<Utf8PathBuf> {
    let folder = workspace.file(workspace.module(module).file).folder();
    normalize(&folder.join(&include.path))
}

/// A relative path without `.` and `..`; none where it leaves the workspace or is absolute.
pub(crate) fn normalize(path: &Utf8Path) -> Option<Utf8PathBuf> {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Utf8Component::Normal(part) => parts.push(part),
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => {
                parts.pop()?;
            }
            _ => return None,
        }
    }
    Some(parts.iter().collect())
}

/// The path from a folder to a file, both relative to the workspace root.
pub(crate) fn relative(folder: &Utf8Path, file: &Utf8Path) -> Utf8PathBuf {
    let folder: Vec<&str> = folder
        .components()
        .map(|component| component.as_str())
        .collect();
    let target: Vec<&str> = file
        .components()
        .map(|component| component.as_str())
        .collect();
    let common = folder
        .iter()
        .zip(&target)
        .take_while(|(a, b)| a == b)
        .count();
    let up = std::iter::repeat_n("..", folder.len() - common);
    up.chain(target[common..].iter().copied()).collect()
}

/// Where a path leads that is meant from a folder: one that leads out of the workspace keeps its `..`.
pub(crate) fn joined(folder: &Utf8Path, path: &str) -> Utf8PathBuf {
    let mut parts: Vec<&str> = folder.components().map(|part| part.as_str()).collect();
    for part in path.split('/') {
        match part {
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_lead_out_of_the_workspace() {
        let there = joined("app".into(), "../../libs/./near");
        assert_eq!(there, "../libs/near");
        assert_eq!(relative("crates/low".into(), &there), "../../../libs/near");
        assert_eq!(joined("a/b".into(), "../c"), "a/c");
    }

    #[test]
    fn relative_goes_up_and_down() {
        assert_eq!(
            relative("crates/a/src".into(), "src/data.sql".into()),
            "../../../src/data.sql"
        );
        assert_eq!(relative("".into(), "a/b".into()), "a/b");
    }
}
