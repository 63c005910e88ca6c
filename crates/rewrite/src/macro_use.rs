//! `#[macro_use] extern crate` in the old root, once nobody calls its macros under all conditions (rows B4, E6).

use cleave_graph::graph::Found;
use cleave_graph::{Place, Reference, Target};
use cleave_syntax::change::Reason;
use cleave_syntax::item::{Binding, ItemKind, Level, PathContext};
use cleave_syntax::{ChangeBuilder, ItemId, Name, TextRange, Workspace};

use crate::cleanup;
use crate::scope::{Scope, Side};
use crate::skeleton::{MAY_GO_UNUSED, parts_of_std};
use crate::traits::may_derive;

/// Spares it the lint where the step takes away the last who calls a macro under all conditions. Where nobody is left at
/// all, the crate of another package goes: paths start with its name without it.
pub(crate) fn spare(scope: &Scope<'_>, builder: &mut ChangeBuilder) {
    let workspace = scope.workspace;
    let root = workspace.module(workspace.krate(scope.root).root);
    let file = workspace.file(root.file);
    for id in root.items.iter().filter(|id| may_warn(workspace, **id)) {
        let item = workspace.item(*id);
        let from = From::of(scope, *id);
        let items = || workspace.items_of(scope.root);
        let stays = |id: &ItemId| scope.side(*id) == Side::Root;
        let always = |id: &ItemId| {
            !workspace.item(*id).is_test
                && scope
                    .conditions(*id, workspace.krate(scope.root).root)
                    .is_empty()
        };
        let mut left = items().filter(|id| !stays(id) && from.is_called_by(scope, *id));
        let callers = items().filter(|id| stays(id) && from.is_called_by(scope, *id));
        let callers: Vec<ItemId> = callers.collect();
        // One that is conditional itself is there for all whom its condition lets call.
        let mut attributes = item.attributes.iter();
        let is_plain = attributes.any(|it| it.path == "macro_use");
        let is_called = callers.iter().any(|id| !is_plain || always(id));
        if left.next().is_none() || is_called {
            continue;
        }
        let (range, text) = match (&from, callers.first()) {
            // What a step wrote goes by itself.
            (From::Member(_), None) => continue,
            (From::Package(_), None) if may_go(scope, *id) => {
                (cleanup::with_blank_before(&file.text, item), "")
            }
            _ => (TextRange::empty(item.range.start), MAY_GO_UNUSED),
        };
        builder.replace(
            &file.path,
            range,
            text,
            Reason::new("E6", item.name.clone()),
        );
    }
}

/// Whether an `extern crate` takes macros, and rustc warns where nobody calls one.
pub(crate) fn may_warn(workspace: &Workspace, id: ItemId) -> bool {
    let item = workspace.item(id);
    item.kind == ItemKind::ExternCrate
        && workspace.takes_macros(id)
        && !workspace.text_of(id).contains("unused_imports")
}

/// Whether other packages' macros come from several `extern crate`s: which of these has one that is called, nobody knows.
pub(crate) fn is_one_of_several(scope: &Scope<'_>, id: ItemId) -> bool {
    let root = scope.workspace.krate(scope.root).root;
    let items = scope.workspace.module(root).items.iter();
    let may_warn = items.filter(|id| may_warn(scope.workspace, **id));
    let of_packages = may_warn.filter(|id| matches!(From::of(scope, **id), From::Package(_)));
    let several: Vec<&ItemId> = of_packages.collect();
    several.len() > 1 && several.contains(&&id)
}

/// Whether the crate is found by its name without its `extern crate`, and nobody says `crate::name`.
fn may_go(scope: &Scope<'_>, id: ItemId) -> bool {
    let workspace = scope.workspace;
    let item = workspace.item(id);
    let is_found = |reference: &Reference| {
        let mut lookups = reference.resolution.lookups.iter();
        let Place::Item(user, index) = reference.place else {
            return false;
        };
        let first = &workspace.item(user).paths[index as usize].segments[0].name;
        lookups.any(|lookup| match lookup.found {
            Found::Leaf(leaf) => item.leaves.contains(&leaf) && *first != lookup.name,
            _ => false,
        })
    };
    let is_renamed = item.leaves.iter().any(|leaf| {
        let leaf = workspace.leaf(*leaf);
        !matches!(&leaf.binding, Binding::Name(name) if leaf.path.segments[0].name == name.as_str())
    });
    workspace.krate(scope.root).edition != "2015"
        && item.visibility.level == Level::Private
        && !is_renamed
        && !scope.graph.references.iter().any(is_found)
}

/// Whose macros an `extern crate` takes.
enum From<'w> {
    /// Those of `alloc`.
    Alloc,
    /// Those of any part of `std`.
    Std,
    /// Those of a member of the workspace, by its name in code.
    Member(&'w str),
    /// Those of another package, by its name.
    Package(Name),
}

impl<'w> From<'w> {
    fn of(scope: &Scope<'w>, id: ItemId) -> Self {
        let workspace = scope.workspace;
        let item = workspace.item(id);
        let name = workspace.leaf(item.leaves[0]).path.segments[0].name;
        let mut crates = workspace.crates.iter();
        if name == "alloc" {
            From::Alloc
        } else if parts_of_std(workspace, scope.root).any(|part| part == id) {
            From::Std
        } else {
            let member = crates.find(|krate| name == krate.extern_name.as_str());
            member.map_or(From::Package(name), |krate| {
                From::Member(&krate.extern_name)
            })
        }
    }

    /// Whether an item, or a macro that it calls, calls what may be one of the macros.
    fn is_called_by(&self, scope: &Scope<'_>, id: ItemId) -> bool {
        const OF_ALLOC: &[&str] = &["format", "vec"];
        let workspace = scope.workspace;
        let mut items = scope.graph.macros_run_by(workspace, id);
        items.push(id);
        let mut references = items.iter().flat_map(|id| scope.graph.references_of(*id));
        references.any(|reference| {
            let Place::Item(item, index) = reference.place else {
                return false;
            };
            let path = &workspace.item(item).paths[index as usize];
            let is_macro = path.context == PathContext::Macro;
            if path.segments.len() > 1 || !(is_macro || path.context == PathContext::Attribute) {
                return false;
            }
            let name = path.segments[0].name;
            match (self, &reference.resolution.target) {
                (From::Alloc, Target::Builtin) => OF_ALLOC.iter().any(|known| name == *known),
                (From::Std, Target::Builtin) => is_macro,
                (From::Member(member), Target::Item(target)) => {
                    let krate = workspace.krate(workspace.crate_of(*target));
                    workspace.item(*target).kind == ItemKind::MacroRules
                        && krate.extern_name == *member
                }
                (From::Package(own), Target::External(krate)) if may_derive(path, own, krate) => {
                    true
                }
                (From::Package(_), Target::External(_) | Target::Unresolved) => {
                    reference.resolution.lookups.is_empty()
                }
                _ => false,
            }
        })
    }
}
