//! Doc tests in what moves: which crates they name (row A10).

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::graph::Found;
use cleave_graph::{Resolution, Target};
use cleave_syntax::change::Reason;
use cleave_syntax::item::{Level, PathContext};
use cleave_syntax::{ChangeBuilder, FileId, ItemId, TextRange, Workspace};

use crate::scope::{Scope, Side};

/// Doc tests in what moves name the old crate (row A10): where every name they take from it is the new crate's too,
/// they name that; else the new crate asks for the old one in its tests. Returns whether it must.
pub(crate) fn lead_on(
    scope: &Scope<'_>,
    public: &BTreeSet<ItemId>,
    builder: &mut ChangeBuilder,
) -> bool {
    let workspace = scope.workspace;
    let mut by_place: BTreeMap<(FileId, TextRange), bool> = BTreeMap::new();
    for reference in &scope.graph.references {
        let path = reference.place.path(workspace);
        let file = workspace.module(reference.place.module(workspace)).file;
        let first = &path.segments[0];
        if !scope.takes_along(reference.place)
            || path.context != PathContext::DocTest
            || first.name != workspace.krate(scope.root).extern_name
        {
            continue;
        }
        let same_there = is_same_there(scope, &reference.resolution, public);
        let exact = workspace.file(file)[first.range] == first.name;
        let entry = by_place.entry((file, first.range)).or_insert(true);
        *entry &= same_there && exact;
    }
    let mut named = Named::new();
    for ((file, range), same_there) in &by_place {
        let name = if *same_there {
            let path = workspace.file(*file).path.as_path();
            builder.replace(path, *range, scope.dest_name(), reason());
            scope.dest_name()
        } else {
            workspace.krate(scope.root).extern_name.clone()
        };
        let block = named.entry((*file, fence(workspace, *file, range.start)));
        block.or_default().insert(name);
    }
    if workspace.krate(scope.root).edition == "2015" {
        declare(scope, &named, builder);
    }
    by_place.values().any(|same_there| !same_there)
}

fn reason() -> Reason {
    Reason::new("A10", "doc test")
}

/// By a doc test's file and the start of its first line: the crates of the split that it names.
type Named = BTreeMap<(FileId, Option<u32>), BTreeSet<String>>;

/// Where the line starts that opens the block of code which something in a doc comment stands in.
fn fence(workspace: &Workspace, file: FileId, at: u32) -> Option<u32> {
    let before = &workspace.file(file).text[..at as usize];
    let opens = before.rfind("```")?;
    let line = before[..opens].rfind('\n').map_or(0, |end| end + 1);
    let is_line = ["///", "//!"].contains(&before[line..opens].trim());
    is_line.then_some(line as u32)
}

/// In the 2015 edition rustdoc declares no crate but the one that the docs are of: a hidden line declares the others.
fn declare(scope: &Scope<'_>, named: &Named, builder: &mut ChangeBuilder) {
    for ((file, line), names) in named {
        let file = scope.workspace.file(*file);
        let root = &scope.workspace.krate(scope.root).extern_name;
        let Some(line) = line.filter(|_| names.contains(root)) else {
            continue;
        };
        let text = &file.text[line as usize..];
        let Some((opens, rest)) = text.split_once('\n') else {
            continue;
        };
        let block = rest.split("```").next().unwrap_or(rest);
        let Some((margin, _)) = opens.split_once("```") else {
            continue;
        };
        let end = if opens.ends_with('\r') { "\r\n" } else { "\n" };
        let lines = names
            .iter()
            .filter(|name| !block.contains(&format!("extern crate {name}")))
            .map(|name| format!("{margin}# extern crate {name};{end}"));
        let at = TextRange::empty(line + opens.len() as u32 + 1);
        builder.replace(&file.path, at, lines.collect::<String>(), reason());
    }
}

fn is_same_there(scope: &Scope<'_>, resolution: &Resolution, public: &BTreeSet<ItemId>) -> bool {
    let target = match resolution.target {
        Target::Item(item) => {
            let owner = scope.workspace.item(item).parent.unwrap_or(item);
            let open = scope.workspace.item(owner).visibility.level == Level::Public
                || public.contains(&owner);
            scope.side(item) == Side::Dest && open
        }
        Target::Module(module) => scope.is_whole(module),
        _ => false,
    };
    let plain = resolution.lookups.iter().all(|lookup| match lookup.found {
        Found::Item(item) => match scope.workspace.item(item).declares {
            Some(module) => {
                let declared = scope.workspace.item(item).visibility.level == Level::Public;
                scope.touched[module.index()] && (declared || !scope.is_whole(module))
            }
            None => scope.side(item) == Side::Dest,
        },
        Found::Leaf(_) | Found::Glob(_) => scope.is_whole(lookup.module),
    });
    target && plain
}
