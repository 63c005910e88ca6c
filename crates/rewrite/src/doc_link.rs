//! Links in docs that move below what they lead to (row A10).
//!
//! rustdoc finds nothing in a crate above. Such a link leads to the page of the published documentation, or is plain text
//! where there is no such page. What decides is where both live in the end: a link that a later step makes right stays.

mod markup;
mod page;

use std::collections::BTreeMap;

use cleave_graph::{Place, Resolution, Target};
use cleave_plan::{Homes, homes};
use cleave_syntax::change::Reason;
use cleave_syntax::item::{PathContext, PathUse};
use cleave_syntax::{ChangeBuilder, FileId, ItemId, ModuleId, TextRange};

use crate::scope::{Scope, Side};
use page::Pages;

/// Links by their place, each with all that its path may mean.
type Links<'a> = BTreeMap<(FileId, TextRange), (&'a PathUse, Vec<&'a Resolution>)>;

/// Rewrites the links of what moves whose targets will live above it or beside it.
pub(crate) fn lead_up(scope: &Scope<'_>, builder: &mut ChangeBuilder) {
    let mut links = links(scope);
    links.retain(|_, (_, meanings)| meanings.iter().all(|meaning| may_be_above(scope, meaning)));
    if links.is_empty() {
        return;
    }
    let (homes, _) = homes(scope.plan, scope.workspace, scope.graph);
    let pages = scope.is_published().then(|| Pages::of(scope));
    let mut edits: BTreeMap<(FileId, TextRange), String> = BTreeMap::new();
    for ((file, range), (path, meanings)) in links {
        if !meanings
            .iter()
            .all(|meaning| is_above(scope, &homes, meaning))
        {
            continue;
        }
        let address = pages.as_ref().and_then(|pages| {
            meanings
                .iter()
                .find_map(|meaning| pages.address(path, meaning))
        });
        let text = &scope.workspace.file(file).text;
        for (range, text) in markup::lead(text, range, address.as_deref()) {
            edits.insert((file, range), text);
        }
    }
    for ((file, range), text) in edits {
        let reason = Reason::new("A10", "link to a crate above");
        builder.replace(&scope.workspace.file(file).path, range, text, reason);
    }
}

/// The links in docs that the step moves.
fn links<'a>(scope: &'a Scope<'_>) -> Links<'a> {
    let workspace = scope.workspace;
    let mut links = Links::new();
    for reference in &scope.graph.references {
        let (path, module, moves) = match reference.place {
            Place::Item(id, index) => {
                let item = workspace.item(id);
                let moves = scope.moving[id.index()] && !item.is_test;
                let moves = moves && workspace.crate_of(id) == scope.root;
                (&item.paths[index as usize], item.module, moves)
            }
            Place::Header(id, index) => {
                let module = workspace.module(id);
                let moves = module.krate == scope.root && scope.is_whole(id) && !module.is_test;
                (&module.paths[index as usize], id, moves)
            }
        };
        let is_found = reference.resolution.target != Target::Unresolved;
        if moves && is_found && path.context == PathContext::DocLink {
            let place = (workspace.module(module).file, path.range());
            let (_, meanings) = links.entry(place).or_insert((path, Vec::new()));
            meanings.push(&reference.resolution);
        }
    }
    links
}

/// Whether the destination has no such thing today, and sees none in another crate.
fn may_be_above(scope: &Scope<'_>, meaning: &Resolution) -> bool {
    let workspace = scope.workspace;
    match meaning.target {
        Target::Item(id) => match scope.side(id) {
            Side::Root => true,
            Side::Dest => false,
            Side::Other => !scope.sees(workspace.crate_of(id)),
        },
        Target::Module(id) => {
            let krate = workspace.module(id).krate;
            if krate == scope.root {
                !scope.dest_has(id) || workspace.module(id).parent.is_none()
            } else {
                krate != scope.dest && !scope.sees(krate)
            }
        }
        Target::CrateRoot(krate) => krate == scope.root,
        _ => false,
    }
}

/// The same of the end, for what is not there today.
fn is_above(scope: &Scope<'_>, homes: &Homes, meaning: &Resolution) -> bool {
    let sees = |id: ItemId| scope.order.sees(Some(scope.to), homes.planned[id.index()]);
    match meaning.target {
        Target::Item(id) if scope.workspace.crate_of(id) == scope.root => !sees(id),
        Target::Module(id) if scope.workspace.module(id).krate == scope.root => {
            let is_root = scope.workspace.module(id).parent.is_none();
            is_root || !holds(scope, id, &sees)
        }
        _ => true,
    }
}

/// Whether something in a module, or in one inside it, is such.
fn holds(scope: &Scope<'_>, id: ModuleId, is_such: &dyn Fn(ItemId) -> bool) -> bool {
    let module = scope.workspace.module(id);
    let mut nodes = module.items.iter().copied();
    nodes.any(|item| scope.workspace.item(item).is_node() && is_such(item))
        || module
            .children
            .iter()
            .any(|child| holds(scope, *child, is_such))
}
