//! Lints that are expected, and that no longer come now that something is public (row B4).

use std::collections::BTreeSet;

use cleave_graph::Target;
use cleave_syntax::change::Reason;
use cleave_syntax::item::Level;
use cleave_syntax::token::words;
use cleave_syntax::{ChangeBuilder, ItemId, ModuleId, TextRange};

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
        let whole = workspace.item(id).range;
        allow_in(scope, (id, whole), OF_DEAD_CODE, builder);
    }
}

/// Nothing private is left in what a public item shows: `#[expect(private_bounds)] pub trait Number: Sealed` where `Sealed`
/// becomes public.
pub(super) fn allow_private(
    scope: &Scope<'_>,
    widened: &BTreeSet<ItemId>,
    builder: &mut ChangeBuilder,
) {
    let workspace = scope.workspace;
    let opens =
        |id: &ItemId| widened.contains(id) && workspace.item(*id).visibility.level != Level::Public;
    let moves = |id: &ItemId| scope.moving[id.index()];
    for id in workspace.items_of(scope.root).filter(moves) {
        let mut targets = scope.graph.references_of(id).iter();
        let shows = targets
            .any(|reference| matches!(&reference.resolution.target, Target::Item(of) if opens(of)));
        if !shows {
            continue;
        }
        for attribute in &workspace.item(id).attributes {
            allow_in(scope, (id, attribute.range), OF_PRIVATE, builder);
        }
    }
}

/// What a module expects at its top may be found in what leaves it alone; and of a module that leaves as a whole nothing is
/// dead or private any more.
pub(super) fn allow_at_top(scope: &Scope<'_>, builder: &mut ChangeBuilder) {
    let workspace = scope.workspace;
    let touched = |id: &ModuleId| scope.touched[id.index()];
    for id in workspace.modules_of(scope.root).filter(touched) {
        let module = workspace.module(id);
        let file = workspace.file(module.file);
        let is_attribute = |path: &str| path == EXPECT || path == "cfg_attr";
        let attributes = module.inner_attributes.iter();
        for attribute in attributes.filter(|attribute| is_attribute(&attribute.path)) {
            let text = &file[attribute.range];
            let mut lints = words(text);
            let mut fails =
                || lints.any(|it| OF_DEAD_CODE.contains(&it) || OF_PRIVATE.contains(&it));
            if scope.is_whole(id) && !fails() {
                continue;
            }
            for (at, _) in text.match_indices("expect(") {
                let start = attribute.range.start + at as u32;
                let range = TextRange::new(start, start + EXPECT.len() as u32);
                let reason = Reason::new("B4", module.path.clone());
                builder.replace(&file.path, range, "allow", reason);
            }
        }
    }
}

/// Allows, in a part of an item, what is expected of some lints.
fn allow_in(
    scope: &Scope<'_>,
    (id, part): (ItemId, TextRange),
    lints: &[&str],
    builder: &mut ChangeBuilder,
) {
    let workspace = scope.workspace;
    let file = workspace.file(workspace.module(workspace.item(id).module).file);
    for at in expectations(&file[part], lints) {
        let start = part.start + at;
        let range = TextRange::new(start, start + EXPECT.len() as u32);
        let reason = Reason::new("B4", workspace.path_of(id));
        builder.replace(&file.path, range, "allow", reason);
    }
}

const EXPECT: &str = "expect";

const OF_DEAD_CODE: &[&str] = &["dead_code", "unused"];

const OF_PRIVATE: &[&str] = &["private_bounds", "private_interfaces"];

/// Where attributes expect one of some lints.
fn expectations<'t>(text: &'t str, wanted: &'t [&str]) -> impl Iterator<Item = u32> + 't {
    let calls = text.match_indices("expect(").map(|(at, _)| at);
    let is_attribute = move |at: &usize| {
        let (before, after) = text.split_at(*at);
        let line = before.rsplit('\n').next().unwrap_or_default();
        let lints = after.split(')').next().unwrap_or_default();
        let mut lints = lints[EXPECT.len() + 1..].split(',').map(str::trim);
        let opens = line.trim_start().starts_with("#[") && line.ends_with(['[', ' ', '(']);
        opens && lints.any(|lint| wanted.contains(&lint))
    };
    calls.filter(is_attribute).map(|at| at as u32)
}

#[cfg(test)]
mod tests {
    use super::{OF_DEAD_CODE, expectations};

    #[test]
    fn only_attributes_expect() {
        let found = |text| expectations(text, OF_DEAD_CODE).collect::<Vec<_>>();
        assert_eq!(found("#[expect(dead_code)]\npub fn f() {}"), [2]);
        assert_eq!(found("#[expect(dead_code, reason = \"x\")]"), [2]);
        assert_eq!(found("#[cfg_attr(not(test), expect(dead_code))]"), [22]);
        assert!(found("#[expect(unused_mut)]").is_empty());
        assert!(found("a.expect(unused)").is_empty());
    }
}
