//! Links in docs that move below what they lead to (row A10).
//!
//! rustdoc finds nothing in a crate above, and no name that only a crate above has for what is below. A link to what comes
//! along names the place where it is defined; any other leads to the page of the published documentation, or is plain text
//! where there is no such page. What decides is where both live in the end: a link that a later step makes right stays.

pub(crate) mod markup;
mod page;
mod unlink;
mod way;

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::graph::Found;
use cleave_graph::{Lookup, Place, Resolution, Target};
use cleave_plan::homes;
use cleave_syntax::change::Reason;
use cleave_syntax::item::{PathContext, PathUse};
use cleave_syntax::{ChangeBuilder, CrateId, FileId, TextRange, UseLeafId};

use crate::demand::DestDemand;
use crate::scope::{Scope, Side};
use page::Pages;
pub(crate) use unlink::{Docs, unlink};
use way::Ways;

/// Links by where they stand in the text, each with all that its path may mean.
type Links<'a> = BTreeMap<(FileId, TextRange), (Place, &'a PathUse, Vec<&'a Resolution>)>;

/// What stands in place of a link, or of its address.
type Edits = BTreeMap<(FileId, TextRange), String>;

/// Rewrites the links of what moves whose targets will live above it or beside it, or whose way leads through there.
pub(crate) fn lead_on(scope: &Scope<'_>, demand: &DestDemand, builder: &mut ChangeBuilder) {
    let mut links = links(scope);
    links.retain(|_, (_, _, meanings)| meanings.iter().all(|meaning| may_break(scope, meaning)));
    if links.is_empty() {
        return;
    }
    let (homes, _) = homes(scope.plan, scope.workspace, scope.graph);
    let ways = Ways::of(scope, demand, &homes);
    let pages = Pages::of(scope);
    let mut edits = Edits::new();
    for ((file, range), (docs, path, meanings)) in links {
        let is_above = |meaning: &&Resolution| is_above(scope, &ways, meaning);
        let address = if meanings
            .iter()
            .all(|meaning| is_above(meaning) || !ways.lead(docs, meaning))
        {
            meanings.iter().find_map(|meaning| match meaning.target {
                Target::Item(id) if ways.is_there(id) => {
                    pages.there(id, path, meaning, &|id| ways.shown(id, docs))
                }
                _ => pages.address(path, meaning),
            })
        } else {
            continue;
        };
        let text = &scope.workspace.file(file).text;
        for (range, text) in markup::lead(text, range, address.as_deref()) {
            edits.insert((file, range), text);
        }
    }
    write(scope, edits, builder);
}

fn write(scope: &Scope<'_>, edits: Edits, builder: &mut ChangeBuilder) {
    for ((file, range), text) in edits {
        let reason = Reason::new("A10", "link in docs");
        builder.replace(&scope.workspace.file(file).path, range, text, reason);
    }
}

/// Leads the links of what stays past the imports that the monolith loses, since code alone keeps one: `[Pen](Pen)` becomes
/// `[Pen](crate::high::Pen)`.
pub(crate) fn lead_without(
    scope: &Scope<'_>,
    lost: &BTreeSet<UseLeafId>,
    builder: &mut ChangeBuilder,
) {
    let workspace = scope.workspace;
    let mut edits = Edits::new();
    for reference in &scope.graph.references {
        let path = reference.place.path(workspace);
        let module = reference.place.module(workspace);
        if path.context != PathContext::DocLink || scope.takes_along(reference.place) {
            continue;
        }
        let Some(first) = reference.resolution.lookups.first() else {
            continue;
        };
        let Found::Leaf(leaf) = first.found else {
            continue;
        };
        if !lost.contains(&leaf) || first.module != module || path.segments.is_empty() {
            continue;
        }
        let file = workspace.module(module).file;
        let text = &workspace.file(file).text;
        let (imported, own) = (&workspace.leaf(leaf).path, &path.segments[1..]);
        let segments = imported.segments.iter().chain(own);
        let names: Vec<&str> = segments.map(|segment| &*segment.name).collect();
        let lead = if imported.global { "::" } else { "" };
        let address = format!("{lead}{}", names.join("::"));
        for (range, text) in markup::lead(text, path.range(), Some(&address)) {
            edits.insert((file, range), text);
        }
    }
    write(scope, edits, builder);
}

/// The links in docs that the step moves.
fn links<'a>(scope: &'a Scope<'_>) -> Links<'a> {
    let workspace = scope.workspace;
    let mut links = Links::new();
    for reference in &scope.graph.references {
        let path = reference.place.path(workspace);
        let is_test = match reference.place {
            Place::Item(id, _) => workspace.item(id).is_test,
            Place::Header(id, _) => workspace.module(id).is_test,
        };
        let is_found = reference.resolution.target != Target::Unresolved;
        if scope.takes_along(reference.place)
            && !is_test
            && is_found
            && path.context == PathContext::DocLink
        {
            let module = workspace.module(reference.place.module(workspace));
            // What a link is told to be is said of its last name, which nobody looks up where that is a type's or a trait's.
            let told = markup::namespace(&workspace.file(module.file).text, path.range());
            let named = path.segments.last().map(|last| last.name);
            let last = reference.resolution.lookups.last();
            let last = last.filter(|last| Some(last.name) == named);
            if told.is_some_and(|told| last.is_some_and(|last| last.namespace != told)) {
                continue;
            }
            let place = (module.file, path.range());
            let link = (reference.place, path, Vec::new());
            let (_, _, meanings) = links.entry(place).or_insert(link);
            meanings.push(&reference.resolution);
        }
    }
    links
}

/// Whether the destination has no such thing today, or the way to it leads through more than what moves.
fn may_break(scope: &Scope<'_>, meaning: &Resolution) -> bool {
    let workspace = scope.workspace;
    let leads = |lookup: &Lookup| match lookup.found {
        Found::Item(id) => scope.side(id) == Side::Dest || workspace.item(id).declares.is_some(),
        Found::Leaf(_) | Found::Glob(_) => false,
    };
    match meaning.target {
        Target::Item(id) => scope.side(id) != Side::Dest || !meaning.lookups.iter().all(leads),
        Target::Module(_) | Target::CrateRoot(_) => true,
        _ => false,
    }
}

/// Whether the destination will not see what a link leads to.
fn is_above(scope: &Scope<'_>, ways: &Ways<'_>, meaning: &Resolution) -> bool {
    let workspace = scope.workspace;
    match meaning.target {
        Target::Item(id) if workspace.crate_of(id) == scope.root => !ways.sees(id),
        Target::Item(id) => !sees(scope, workspace.crate_of(id)),
        Target::Module(id) if workspace.module(id).krate == scope.root => {
            let is_root = workspace.module(id).parent.is_none();
            is_root || !ways.holds(id, &|id| ways.sees(id))
        }
        Target::Module(id) => !sees(scope, workspace.module(id).krate),
        Target::CrateRoot(krate) => krate == scope.root,
        _ => false,
    }
}

fn sees(scope: &Scope<'_>, krate: CrateId) -> bool {
    krate == scope.dest || scope.sees(krate)
}
