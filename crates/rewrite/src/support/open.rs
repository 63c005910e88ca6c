//! Opens what is there for tests to the tests of other crates, where it stands.

use cleave_syntax::change::Reason;
use cleave_syntax::{ChangeBuilder, ItemId, TextRange, Workspace};

use super::condition::{is_opened, opened};
use super::{FEATURE, text};
use crate::difference::difference;
use crate::scope::Scope;

/// Whether an item, or a module around it, is there by the feature: an earlier step saw to it.
pub(crate) fn is_open(workspace: &Workspace, id: ItemId) -> bool {
    let has = |id: ItemId| {
        let mut attributes = workspace.item(id).attributes.iter();
        attributes.any(|attribute| {
            let text = text(workspace, id, attribute);
            is_opened(text)
        })
    };
    let owner = workspace.item(id).parent.unwrap_or(id);
    let mut around = workspace.around(workspace.item(owner).module);
    has(id) || has(owner) || around.any(|module| workspace.declarations(module).any(has))
}

/// Whether a field of a type, or a member of a trait, is there by the feature.
pub(crate) fn has_open_part(workspace: &Workspace, id: ItemId) -> bool {
    let item = workspace.item(id);
    let file = workspace.file(workspace.module(item.module).file);
    let mut parts = item.test_parts.iter();
    parts.any(|part| file[part.condition].contains(FEATURE))
}

/// Opens what is needed from above.
pub(crate) fn open(scope: &Scope<'_>, builder: &mut ChangeBuilder) {
    let workspace = scope.workspace;
    for id in &scope.support.items {
        let item = workspace.item(*id);
        let in_dest = workspace.crate_of(*id) == scope.dest;
        let goes = match item.declares {
            Some(module) => scope.is_whole(module),
            None if scope.is_import(*id) => scope.is_whole(item.module),
            None => scope.moving[id.index()],
        };
        if in_dest || goes {
            open_one(scope, *id, builder);
        }
    }
    for (id, index) in &scope.support.parts {
        let part = &workspace.item(*id).test_parts[*index];
        open_attribute(scope, *id, part.condition, builder);
    }
}

/// Opens one item where it stands; what moves takes the new text along.
pub(crate) fn open_one(scope: &Scope<'_>, id: ItemId, builder: &mut ChangeBuilder) {
    for attribute in &scope.workspace.item(id).attributes {
        if attribute.path == "cfg" || attribute.path == "cfg_attr" {
            open_attribute(scope, id, attribute.range, builder);
        }
    }
}

/// Opens an attribute of an item, or in it.
fn open_attribute(scope: &Scope<'_>, id: ItemId, at: TextRange, builder: &mut ChangeBuilder) {
    let workspace = scope.workspace;
    let file = workspace.file(workspace.module(workspace.item(id).module).file);
    let old = &file[at];
    let new = opened(old);
    if new != old && !old.contains(FEATURE) {
        let reason = Reason::new("E3", workspace.path_of(id));
        let (range, text) = difference(old, &new);
        // What else stands in the attribute may be edited too.
        let range = TextRange::new(at.start + range.start, at.start + range.end);
        builder.replace(&file.path, range, text.to_owned(), reason);
    }
}
