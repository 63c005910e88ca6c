//! Links of which rustdoc would warn in docs that it reads for the first time.

use cleave_graph::graph::Found;
use cleave_graph::{Place, Reference, Resolution, Target};
use cleave_syntax::item::PathContext;
use cleave_syntax::{ChangeBuilder, ItemId, ModuleId};

use super::{Edits, markup, write};
use crate::scope::Scope;

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
            if !is_own && meanings.all(|meaning| is_broken(meaning, is_private)) {
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
