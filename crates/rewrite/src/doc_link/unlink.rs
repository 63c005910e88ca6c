//! Links of which rustdoc would warn in docs that it reads for the first time.

use cleave_graph::graph::Found;
use cleave_graph::{Place, Reference, Resolution, Target};
use cleave_syntax::item::{ItemKind, PathContext, PathUse};
use cleave_syntax::{ChangeBuilder, ItemId, ModuleId};

use super::{Edits, markup, write};
use crate::scope::Scope;
use crate::traits;

/// Makes text of the links that rustdoc would warn of in docs which it reads for the first time: those that lead nowhere, and
/// those from what is shown to what is private.
pub(crate) fn unlink(
    scope: &Scope<'_>,
    docs: &[Docs],
    is_private: &dyn Fn(ItemId) -> bool,
    builder: &mut ChangeBuilder,
) {
    let workspace = scope.workspace;
    let mut edits = Edits::new();
    let of_modules = scope.graph.references.iter();
    let of_modules = of_modules.filter(|one| matches!(one.place, Place::Header(..)));
    let of_modules: Vec<&Reference> = of_modules.collect();
    for docs in docs {
        let place = |index| match docs {
            Docs::Item(id) => Place::Item(*id, index),
            Docs::Module(id) => Place::Header(*id, index),
        };
        let (paths, module, references): (_, _, Vec<&Reference>) = match docs {
            Docs::Item(id) => {
                let item = workspace.item(*id);
                let references = scope.graph.references_of(*id);
                (&item.paths, item.module, references.iter().collect())
            }
            Docs::Module(id) => {
                let of_module = of_modules.iter().copied();
                let of_module = of_module.filter(|one| one.place.module(workspace) == *id);
                (&workspace.module(*id).paths, *id, of_module.collect())
            }
        };
        let file = workspace.module(module).file;
        let text = &workspace.file(file).text;
        let links = (0..).zip(paths);
        for (index, path) in links.filter(|(_, path)| path.context == PathContext::DocLink) {
            let own = references.iter().filter(|one| one.place == place(index));
            let mut meanings = own.map(|one| &one.resolution);
            // `Self` is the type around, which nobody looks up.
            let is_own = path.segments[0].name == "Self";
            let is_broken = |meaning: &Resolution| {
                is_broken(meaning, is_private) || is_out_of_sight(scope, (path, meaning), module)
            };
            if !is_own && meanings.all(is_broken) {
                for (range, text) in markup::lead(text, path.range(), None) {
                    edits.insert((file, range), text);
                }
            }
        }
    }
    write(scope, edits, builder);
}

/// Whose docs these are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Docs {
    /// An item's.
    Item(ItemId),
    /// Those at the top of a module.
    Module(ModuleId),
}

/// Whether a link leads nowhere, or straight to what is private.
fn is_broken(meaning: &Resolution, is_private: &dyn Fn(ItemId) -> bool) -> bool {
    match meaning.target {
        Target::Unresolved => true,
        Target::Item(id) => {
            let mut lookups = meaning.lookups.iter();
            is_private(id) && lookups.all(|one| matches!(one.found, Found::Item(_)))
        }
        _ => false,
    }
}

/// Whether a link names what a trait has a type do, and nothing brings the trait into scope where the docs stand.
fn is_out_of_sight(
    scope: &Scope<'_>,
    (path, meaning): (&PathUse, &Resolution),
    module: ModuleId,
) -> bool {
    let (workspace, graph) = (scope.workspace, scope.graph);
    let (Target::Item(id), [name]) = (
        &meaning.target,
        path.segments
            .get(meaning.used as usize..)
            .unwrap_or_default(),
    ) else {
        return false;
    };
    let name = name.name.as_str();
    let of = workspace.item(*id);
    if of.fields.iter().any(|field| field.name == name) || of.members.iter().any(|it| it == name) {
        return false;
    }
    let impls = &graph.implementations[id.index()];
    let is_inherent = |of: &ItemId| {
        let mut methods = workspace.item(*of).methods.iter();
        let mut members = workspace
            .item(*of)
            .implementation
            .iter()
            .flat_map(|it| &it.members);
        let is_inherent = workspace.item(*of).kind == ItemKind::InherentImpl;
        is_inherent && members.any(|it| it == name)
            || methods.any(|it| workspace.item(*it).name == name)
    };
    if impls.iter().any(is_inherent) {
        return false;
    }
    let mut by_traits = impls.iter().filter_map(|of| {
        let head = workspace.item(*of).implementation.as_ref()?;
        let at = head
            .trait_path
            .filter(|_| head.members.iter().any(|it| it == name))?;
        let mut references = graph.references_of(*of).iter();
        let found = references.find(|one| one.place == Place::Item(*of, at));
        Some(found.map(|one| &one.resolution.target))
    });
    let mut has_one = false;
    let is_unseen = by_traits.all(|of| {
        has_one = true;
        matches!(of, Some(Target::Item(of)) if !traits::is_in_sight(scope, *of, module))
    });
    has_one && is_unseen
}
