//! What becomes public: named across a boundary of the plan, and not public today.

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::{Place, Target};
use cleave_syntax::item::{Level, PathContext};
use cleave_syntax::{ItemId, ModuleId};

use super::Subject;
use super::model::Model;

/// A definition that has to be widened.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Widened {
    /// The definition, with `mod` before it where it is one.
    pub(super) name: String,
    /// Its visibility as written; nothing for private.
    pub(super) before: String,
    /// The crate that it is in.
    pub(super) home: usize,
    /// Who needs it, by crate.
    pub(super) users: BTreeSet<usize>,
    /// How many references do.
    pub(super) references: usize,
    /// The first arrow.
    pub(super) arrow: Option<usize>,
}

/// What was found for one definition.
#[derive(Debug, Default)]
struct Use {
    users: BTreeSet<usize>,
    references: usize,
    arrow: Option<usize>,
}

/// All of them, items first, then modules, each in the order of the source. Linear in the references.
///
/// Fields and the names in a public signature come on top: the step itself finds those, and reports them.
pub(super) fn widened(subject: &Subject<'_>, model: &Model) -> Vec<Widened> {
    let workspace = subject.workspace;
    let mut items: BTreeMap<ItemId, Use> = BTreeMap::new();
    let mut modules: BTreeMap<ModuleId, Use> = BTreeMap::new();
    for from in 0..model.items.len() {
        for part in model.parts(subject, from) {
            for target in targets(subject, part) {
                let Some(to) = model.index[target.index()] else {
                    continue;
                };
                if model.planned[from] == model.planned[to] || model.today[from] != model.today[to]
                {
                    continue;
                }
                let note = |entry: &mut Use| {
                    entry.users.insert(model.planned[from]);
                    entry.references += 1;
                    entry.arrow = entry.arrow.or_else(|| model.arrow(from, to));
                };
                note(items.entry(target).or_default());
                // Who calls `Type::method` names the type.
                if let Some(parent) = workspace.item(target).parent {
                    for owner in subject.graph.anchors[parent.index()].iter().take(1) {
                        note(items.entry(*owner).or_default());
                    }
                }
                let mut at = Some(workspace.item(target).module);
                while let Some(module) = at {
                    note(modules.entry(module).or_default());
                    at = workspace.module(module).parent;
                }
            }
        }
    }
    let items = items
        .into_iter()
        .filter_map(|(id, found)| row(subject, model, id, found));
    let modules = modules.into_iter().filter_map(|(module, found)| {
        // Of a module in several crates the declaration is widened in the one that the first arrow leads to.
        let home = model.planned[model.arrows[found.arrow?].to];
        let declaration = workspace.module(module).declaration?;
        let row = row(subject, model, declaration, found)?;
        let name = format!("mod {}", row.name);
        Some(Widened { name, home, ..row })
    });
    items.chain(modules).collect()
}

/// The items that the code of an item names, docs left out.
fn targets<'a>(subject: &Subject<'a>, part: ItemId) -> impl Iterator<Item = ItemId> + use<'a> {
    let paths = &subject.workspace.item(part).paths;
    let references = subject.graph.references_of(part).iter();
    references.filter_map(move |reference| {
        let (Place::Item(_, path), Target::Item(to)) =
            (reference.place, &reference.resolution.target)
        else {
            return None;
        };
        let context = paths[path as usize].context;
        let is_docs = matches!(context, PathContext::DocLink | PathContext::DocTest);
        (!is_docs).then_some(*to)
    })
}

fn row(subject: &Subject<'_>, model: &Model, id: ItemId, found: Use) -> Option<Widened> {
    let workspace = subject.workspace;
    let item = workspace.item(id);
    // An impl has no visibility; what a trait or an exported macro has comes with it.
    let is_exported = item.is_exported_macro();
    if item.visibility.level == Level::Public || item.implementation.is_some() || is_exported {
        return None;
    }
    let file = workspace.file(workspace.module(item.module).file);
    Some(Widened {
        name: workspace.path_of(id),
        before: file[item.visibility.range].to_owned(),
        home: model.index[id.index()].map_or(0, |index| model.planned[index]),
        users: found.users,
        references: found.references,
        arrow: found.arrow,
    })
}
