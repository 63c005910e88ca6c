//! Traits that macros write: they have no item of their own whose members could be asked (rows C4, D3).

use cleave_syntax::ItemId;
use cleave_syntax::item::ItemKind;
use cleave_syntax::token::words;

use super::methods::{Declared, unknown};
use crate::scope::Scope;

/// What may be the methods of a trait that an item defines as a macro call: the words of the call and of the macros that it
/// runs. None where these write no trait.
pub(super) fn methods(scope: &Scope<'_>, call: ItemId) -> Option<Declared> {
    let workspace = scope.workspace;
    if workspace.item(call).kind != ItemKind::MacroCall {
        return None;
    }
    let macros = scope.graph.macros_run_by(workspace, call);
    let writes_trait = |id: &ItemId| words(workspace.text_of(*id)).any(|word| word == "trait");
    if !macros.iter().any(writes_trait) {
        return None;
    }
    let texts = macros
        .iter()
        .chain([&call])
        .map(|id| workspace.text_of(*id));
    Some(unknown(texts.flat_map(words)))
}
