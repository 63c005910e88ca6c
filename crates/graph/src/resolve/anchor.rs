//! Where an impl may stand: Rust reference, *implementations: orphan rules*.

use cleave_syntax::item::{ItemKind, PathUse};
use cleave_syntax::{ItemId, ModuleId, Workspace};

use super::builtin;
use super::scope::{Def, Hit, Open, Scopes, Trust};
use crate::graph::{Graph, Namespace};

/// Fills [`Graph::anchors`] and [`Graph::implementations`].
pub(super) fn attach(scopes: &Scopes<'_>, graph: &mut Graph) {
    let workspace = scopes.workspace;
    graph.anchors = vec![Vec::new(); workspace.items.len()];
    graph.implementations = vec![Vec::new(); workspace.items.len()];
    for (index, item) in workspace.items.iter().enumerate() {
        let Some(head) = &item.implementation else {
            continue;
        };
        let id = ItemId::new(index);
        let paths = head
            .self_path
            .iter()
            .chain(&head.trait_path)
            .chain(&head.trait_arguments);
        let mut anchors = Vec::new();
        let is_parameter = |path: &&u32| {
            let segments = &item.paths[**path as usize].segments;
            let first = segments[0].name.as_str();
            segments.len() == 1 && head.type_parameters.iter().any(|own| own == first)
        };
        for path in paths.filter(|path| !is_parameter(path)) {
            if let Some(anchor) = local(scopes, &item.paths[*path as usize], item.module, 0)
                && !anchors.contains(&anchor)
            {
                anchors.push(anchor);
            }
        }
        for anchor in &anchors {
            graph.implementations[anchor.index()].push(id);
        }
        if item.kind == ItemKind::InherentImpl {
            anchors.truncate(1);
        }
        graph.anchors[index] = anchors;
    }
}

/// How many aliases are followed: one of itself never ends.
pub(super) const ALIASES: usize = 8;

/// The local type or trait that a path means, seen through type aliases.
fn local(scopes: &Scopes<'_>, path: &PathUse, module: ModuleId, depth: usize) -> Option<ItemId> {
    let first = path.segments[0].name.as_str();
    let hit = at(scopes, path, module, Trust::Seen).or_else(|| {
        let known = builtin::is_name(first);
        let mut trusts = [Trust::Likely, Trust::Spliced].into_iter();
        (!known).then(|| trusts.find_map(|trust| at(scopes, path, module, trust)))?
    })?;
    let id = match hit.def {
        Def::Item(id) => id,
        // An attribute of a function makes no type that one could name, and no trait.
        Def::Made(id) => {
            let is_function = scopes.workspace.item(id).kind == ItemKind::Fn;
            return (!is_function).then_some(id);
        }
        _ => return None,
    };
    let item = scopes.workspace.item(id);
    match item.kind {
        ItemKind::TypeAlias if depth < ALIASES => {
            let (at, _) = head_of_alias(scopes.workspace, id)?;
            local(scopes, &item.paths[at], item.module, depth + 1)
        }
        ItemKind::Trait | ItemKind::MacroCall => Some(id),
        kind if kind.is_type() => Some(id),
        _ => None,
    }
}

/// The path of an alias with which what it stands for begins, and what stands before that: `&'a `, say. None where that is an
/// array, slice, tuple, raw pointer or function pointer: these are nobody's types, whatever they are made of.
pub(super) fn head_of_alias(workspace: &Workspace, alias: ItemId) -> Option<(usize, &str)> {
    let item = workspace.item(alias);
    let file = workspace.file(workspace.module(item.module).file);
    let before =
        |path: &PathUse| &file.text[item.range.start as usize..path.range().start as usize];
    // Defaults of type parameters come before, in angle brackets.
    let is_outside = |text: &str| text.matches('<').count() == text.matches('>').count();
    let mut paths = item.paths.iter().enumerate();
    let (at, path) = paths.find(|(_, path)| {
        let before = before(path);
        path.in_signature && before.contains('=') && is_outside(before)
    })?;
    let (_, between) = before(path).rsplit_once('=')?;
    (!between.contains(['[', '(', '*'])).then_some((at, between))
}

fn at(scopes: &Scopes<'_>, path: &PathUse, module: ModuleId, trust: Trust) -> Option<Hit> {
    let open = &mut Open::at(trust);
    let first = path.segments[0].name.as_str();
    if builtin::is_relative(first) {
        scopes.relative(path, module, Namespace::Type, open)
    } else if path.global {
        scopes.import(path, module, Namespace::Type, open)
    } else {
        scopes
            .path_from(module, path, 0, Namespace::Type, &[], open)
            .or_else(|| scopes.import(path, module, Namespace::Type, open))
    }
}
