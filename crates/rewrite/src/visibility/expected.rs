//! Code that is expected to be dead and that other crates may see now (row B4).

use std::collections::BTreeSet;

use cleave_syntax::change::Reason;
use cleave_syntax::item::Level;
use cleave_syntax::{ChangeBuilder, ItemId, TextRange};

use crate::scope::Scope;

/// What is public in a library is never dead: `expect(dead_code)` on it warns that it is not fulfilled, where
/// `allow(dead_code)` says the same and does not. Before: `#[expect(dead_code)] pub fn f()`; after:
/// `#[allow(dead_code)] pub fn f()`.
pub(super) fn allow(scope: &Scope<'_>, widened: &BTreeSet<ItemId>, builder: &mut ChangeBuilder) {
    let workspace = scope.workspace;
    let is_seen = |id: &ItemId| {
        let is_public = workspace.item(*id).visibility.level == Level::Public;
        scope.moving[id.index()] && (is_public || widened.contains(id))
    };
    for id in workspace.items_of(scope.root).filter(is_seen) {
        let item = workspace.item(id);
        let file = workspace.file(workspace.module(item.module).file);
        for at in expectations(workspace.text_of(id)) {
            let start = item.range.start + at;
            let range = TextRange::new(start, start + EXPECT.len() as u32);
            let reason = Reason::new("B4", workspace.path_of(id));
            builder.replace(&file.path, range, "allow", reason);
        }
    }
}

const EXPECT: &str = "expect";

/// Where attributes expect that code is dead.
fn expectations(text: &str) -> impl Iterator<Item = u32> + '_ {
    let calls = text.match_indices("expect(").map(|(at, _)| at);
    let is_attribute = |at: &usize| {
        let (before, after) = text.split_at(*at);
        let line = before.rsplit('\n').next().unwrap_or_default();
        let lints = after.split(')').next().unwrap_or_default();
        let mut lints = lints[EXPECT.len() + 1..].split(',').map(str::trim);
        let opens = line.trim_start().starts_with("#[") && line.ends_with(['[', ' ', '(']);
        opens && lints.any(|lint| lint == "dead_code" || lint == "unused")
    };
    calls.filter(is_attribute).map(|at| at as u32)
}

#[cfg(test)]
mod tests {
    use super::expectations;

    #[test]
    fn only_attributes_expect() {
        let found = |text| expectations(text).collect::<Vec<_>>();
        assert_eq!(found("#[expect(dead_code)]\npub fn f() {}"), [2]);
        assert_eq!(found("#[expect(dead_code, reason = \"x\")]"), [2]);
        assert_eq!(found("#[cfg_attr(not(test), expect(dead_code))]"), [22]);
        assert!(found("#[expect(unused_mut)]").is_empty());
        assert!(found("a.expect(unused)").is_empty());
    }
}
