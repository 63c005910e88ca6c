//! What macro calls define, as far as the macros that they call tell (row D3).

use std::collections::BTreeMap;

use crate::item::{ItemKind, MacroRules};
use crate::workspace::Workspace;

/// Takes from [`Item::defines`](crate::Item::defines) what a call only seems to define: what the macro of the workspace that
/// it calls takes by a head of which it makes no item, but a method of a trait, say. Macros are told apart by name alone:
/// all that have it have to agree.
pub(super) fn settle(workspace: &mut Workspace) {
    let mut rules: BTreeMap<&str, Vec<&MacroRules>> = BTreeMap::new();
    for item in &workspace.items {
        if let Some(found) = item.macro_rules.as_deref() {
            rules.entry(&item.name).or_default().push(found);
        }
    }
    let mut seeming: Vec<(usize, usize)> = Vec::new();
    for (at, item) in workspace.items.iter().enumerate() {
        let paths = item.paths.iter();
        let mut calls = paths.filter(|path| path.names_macro());
        let name = calls.next().and_then(|path| path.segments.last());
        if item.kind == ItemKind::MacroCall
            && let Some(called) = name.and_then(|name| rules.get(name.name.as_str()))
        {
            let names = item.defines.iter().enumerate();
            let mere =
                names.filter(|(_, it)| called.iter().all(|rules| rules.only_takes(it.keyword)));
            seeming.extend(mere.map(|(name, _)| (at, name)));
        }
    }
    for (item, name) in seeming.into_iter().rev() {
        workspace.items[item].defines.remove(name);
    }
}
