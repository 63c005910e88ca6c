//! `#[instability::unstable(feature = "x")] pub fn f`: public with the feature `unstable-x`, `pub(crate)` without (row B1).
//! The macro of that name and its forerunner `stability` write the visibility, so what is used across the new boundary
//! loses the attribute and is hidden from the docs instead where the feature is off.

use cleave_syntax::change::Reason;
use cleave_syntax::item::Attribute;
use cleave_syntax::{ChangeBuilder, ItemId, Workspace};

use crate::scope::Scope;

/// The attribute of an item that hides it without a feature, and the feature.
pub(crate) fn feature(workspace: &Workspace, id: ItemId) -> Option<(&Attribute, String)> {
    let item = workspace.item(id);
    let file = workspace.file(workspace.module(item.module).file);
    let attribute = item.attributes.iter().find(|attribute| {
        ["instability::unstable", "stability::unstable"].contains(&attribute.path.as_str())
    })?;
    Some((attribute, named(&file[attribute.range])))
}

/// The feature that such an attribute's text means.
pub(crate) fn named(text: &str) -> String {
    let value = text
        .split_once("feature")
        .and_then(|(_, rest)| rest.split('"').nth(1));
    value.map_or_else(|| "unstable".to_owned(), |name| format!("unstable-{name}"))
}

/// Makes an item public with the feature and without. Returns what was widened.
pub(crate) fn open(scope: &Scope<'_>, id: ItemId, builder: &mut ChangeBuilder) -> Option<String> {
    let workspace = scope.workspace;
    let (attribute, feature) = feature(workspace, id)?;
    let path = workspace.path_of(id);
    let file = workspace.file(workspace.module(workspace.item(id).module).file);
    let text = format!("#[cfg_attr(not(feature = \"{feature}\"), doc(hidden))]");
    builder.replace(
        &file.path,
        attribute.range,
        text,
        Reason::new("B1", path.clone()),
    );
    Some(format!("{path}: unstable"))
}
