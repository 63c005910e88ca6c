//! A build script for each crate whose code reads what the package's sets, where that does the same for any (row E5).

use camino::Utf8Path;
use cleave_plan::BuildOutput;
use cleave_syntax::change::{Block, Reason};
use cleave_syntax::item::ItemKind;
use cleave_syntax::workspace::CrateKind;
use cleave_syntax::{ChangeBuilder, ItemId};

use crate::scope::{Scope, Side};

/// Gives the destination the script, unless it has one or none of its code asks for it. Returns whether it gets one.
pub(crate) fn hand_on(scope: &Scope<'_>, folder: &Utf8Path, builder: &mut ChangeBuilder) -> bool {
    let workspace = scope.workspace;
    let output = BuildOutput::of(workspace);
    let Some(script) = output.script() else {
        return false;
    };
    let own = workspace.krate(scope.dest).package;
    let has_one = workspace
        .crates
        .iter()
        .any(|krate| krate.package == own && krate.kind == CrateKind::BuildScript);
    let mut items = (0..workspace.items.len()).map(ItemId::new);
    let is_there = |id: ItemId| {
        let item = workspace.item(id);
        let is_import = matches!(item.kind, ItemKind::Use | ItemKind::ExternCrate);
        scope.side(id) == Side::Dest || is_import && scope.is_whole(item.module)
    };
    if has_one || !items.any(|id| is_there(id) && output.is_read_by(workspace, id)) {
        return false;
    }
    let block = Block::Text {
        text: workspace.file(script).text.to_string(),
        reason: Reason::new("E5", "build script"),
    };
    builder.create(&folder.join("build.rs"), vec![block]);
    true
}
