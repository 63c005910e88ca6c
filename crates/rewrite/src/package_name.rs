//! What a program says of itself: `env!("CARGO_PKG_NAME")`, and the name that clap's derive takes from there, are another
//! package's in the new crate. What moves goes on saying what it said (row F3).

use cleave_syntax::change::Reason;
use cleave_syntax::{ChangeBuilder, ItemId, TextRange};

use crate::scope::Scope;

/// What cargo sets to the package's name.
const NAME: &str = "env!(\"CARGO_PKG_NAME\")";

/// Writes the package's name into what moves and reads it.
pub(crate) fn keep(scope: &Scope<'_>, builder: &mut ChangeBuilder) {
    let workspace = scope.workspace;
    let name = format!("{:?}", workspace.package(workspace.package).name);
    let moving = workspace.items_of(scope.root);
    for id in moving.filter(|id| scope.moving[id.index()]) {
        let item = workspace.item(id);
        if item.parent.is_some() {
            continue;
        }
        let file = workspace.file(workspace.module(item.module).file);
        let text = workspace.text_of(id);
        let reason = || Reason::new("F3", workspace.path_of(id));
        for (at, _) in text.match_indices(NAME) {
            let start = item.range.start + at as u32;
            let range = TextRange::new(start, start + NAME.len() as u32);
            builder.replace(&file.path, range, name.clone(), reason());
        }
        if let Some(at) = unnamed(scope, id) {
            // Where every argument has a line of its own, so has this.
            let behind = &file.text[at as usize..];
            let lead = &behind[..behind.len() - behind.trim_start().len()];
            let text = if lead.contains('\n') {
                format!("{lead}name = {name},")
            } else {
                format!("name = {name}, ")
            };
            builder.replace(&file.path, TextRange::empty(at), text, reason());
        }
    }
}

/// Where clap's attribute starts to say what a parser is, if it leaves the name to the package.
fn unnamed(scope: &Scope<'_>, id: ItemId) -> Option<u32> {
    let workspace = scope.workspace;
    let item = workspace.item(id);
    let file = workspace.file(workspace.module(item.module).file);
    let mut attributes = item.attributes.iter();
    let derives = |text: &str| text.contains("derive") && text.contains("Parser");
    if !attributes.any(|attribute| derives(&file[attribute.range])) {
        return None;
    }
    let of_clap = |path: &str| path == "command" || path == "clap";
    let own = item.attributes.iter().filter(|it| of_clap(&it.path));
    let own: Vec<TextRange> = own.map(|attribute| attribute.range).collect();
    let is_named = own.iter().any(|range| {
        let words = file[*range].split([',', '(']);
        let mut keys = words.filter_map(|word| word.split_once('='));
        keys.any(|(key, _)| key.trim() == "name")
    });
    let first = own.first().filter(|_| !is_named)?;
    let open = file[*first].find('(')?;
    Some(first.start + open as u32 + 1)
}
