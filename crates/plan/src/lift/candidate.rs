//! Which methods may be lifted without asking.

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::graph::Target;
use cleave_graph::{Graph, api};
use cleave_syntax::item::Level;
use cleave_syntax::workspace::CrateKind;
use cleave_syntax::{CrateId, ItemId, ModuleId, Workspace};

use super::{is_method, obstacle};

/// Methods of the types in some units that may be lifted without asking: those that no other package can see, where none
/// is to be asked to import a trait, and whose names no trait of the workspace has.
pub(crate) fn candidates(
    (workspace, graph): (&Workspace, &Graph),
    root: CrateId,
    is_wanted: &dyn Fn(ItemId) -> bool,
    lifts_public: bool,
) -> BTreeSet<ItemId> {
    let shown = shown_types(workspace, graph, root);
    let is_seen = |id: ItemId, owner: ItemId| {
        workspace.item(id).visibility.level == Level::Public && shown.contains(&owner)
    };
    let by_macros = called_by_macros(workspace, graph);
    let traits = Traits::of(workspace, graph);
    let may = |id: &ItemId| {
        let item = workspace.item(*id);
        let (Some(parent), true) = (item.parent, is_method(workspace, *id)) else {
            return false;
        };
        let Some(owner) = graph.anchors[parent.index()].first() else {
            return false;
        };
        is_wanted(parent)
            && (!is_seen(*id, *owner) || lifts_public && !by_macros.contains(id))
            && !traits.has(*owner, &item.name)
            && obstacle((workspace, graph), *id).is_none()
            && hidden_by(workspace, item.module).is_some()
    };
    let mut found: BTreeSet<ItemId> = workspace.items_of(root).filter(may).collect();
    // Methods of one path are one to a reader of the plan: all of them go, from one impl, or none.
    let mut of_path: BTreeMap<String, Vec<ItemId>> = BTreeMap::new();
    for id in workspace
        .items_of(root)
        .filter(|id| is_method(workspace, *id))
    {
        of_path.entry(workspace.path_of(id)).or_default().push(id);
    }
    for twins in of_path.values().filter(|twins| twins.len() > 1) {
        let parent = |id: &ItemId| workspace.item(*id).parent;
        let together = twins
            .iter()
            .all(|id| found.contains(id) && parent(id) == parent(&twins[0]));
        if !together {
            found.retain(|id| !twins.contains(id));
        }
    }
    found
}

/// What the macros may call that other packages can call: who calls these imports nothing for them.
fn called_by_macros(workspace: &Workspace, graph: &Graph) -> BTreeSet<ItemId> {
    let mut called = BTreeSet::new();
    for index in 0..workspace.items.len() {
        let id = ItemId::new(index);
        if workspace.item(id).is_exported_macro() {
            called.extend(graph.edges_of(id).iter().copied());
            called.extend(graph.calls_of(id));
        }
    }
    called
}

/// What types have by the traits that they implement.
struct Traits<'a> {
    by_type: BTreeMap<ItemId, BTreeSet<&'a str>>,
    /// What any type may have.
    blanket: BTreeSet<&'a str>,
}

impl<'a> Traits<'a> {
    fn of(workspace: &'a Workspace, graph: &Graph) -> Self {
        let mut traits = Traits {
            by_type: BTreeMap::new(),
            blanket: BTreeSet::new(),
        };
        for index in 0..workspace.items.len() {
            let id = ItemId::new(index);
            let item = workspace.item(id);
            let Some(implementation) = &item.implementation else {
                continue;
            };
            let named = |at: Option<u32>| {
                let place = cleave_graph::Place::Item(id, at?);
                let mut found = graph.references_of(id).iter();
                let found = found.find(|reference| reference.place == place)?;
                Some(&found.resolution.target)
            };
            let declared = match named(implementation.trait_path) {
                Some(Target::Item(of)) => &workspace.item(*of).members[..],
                _ => &[],
            };
            let declared = declared.iter().map(String::as_str);
            match named(implementation.self_path) {
                Some(Target::Item(owner)) => {
                    // Of a trait of another crate, what the impl defines is all that is known.
                    let defined = implementation.members.iter().map(String::as_str);
                    let own = traits.by_type.entry(*owner).or_default();
                    own.extend(declared.chain(defined));
                }
                Some(Target::External(_) | Target::Builtin) => {}
                _ => traits.blanket.extend(declared),
            }
        }
        traits
    }

    /// Whether a type may have a method of this name by a trait.
    fn has(&self, owner: ItemId, name: &str) -> bool {
        let own = self.by_type.get(&owner);
        self.blanket.contains(name) || own.is_some_and(|names| names.contains(name))
    }
}

/// The declarations of modules around a place that hide it from other parts of the crate; nothing where one of them is not
/// in the source. What the crate's root declares is seen by all of it.
pub fn hidden_by(workspace: &Workspace, module: ModuleId) -> Option<Vec<ItemId>> {
    let mut hidden = Vec::new();
    for module in workspace.around(module) {
        let value = workspace.module(module);
        let Some(parent) = value.parent else {
            break;
        };
        let declaration = value
            .declaration
            .filter(|id| !workspace.item(*id).in_call)?;
        let level = &workspace.item(declaration).visibility.level;
        let is_seen = matches!(level, Level::Public | Level::Crate);
        if !is_seen && workspace.module(parent).parent.is_some() {
            hidden.push(declaration);
        }
    }
    Some(hidden)
}

/// The types that other packages can get hold of: public ones of a library; not only those with a public path, since a
/// public function may return others.
fn shown_types(workspace: &Workspace, graph: &Graph, root: CrateId) -> BTreeSet<ItemId> {
    if workspace.krate(root).kind != CrateKind::Lib {
        return BTreeSet::new();
    }
    let mut shown: BTreeSet<ItemId> = BTreeSet::new();
    let mut pending: Vec<ItemId> = api::public_paths(workspace, graph, root)
        .into_values()
        .filter_map(|target| match target {
            Target::Item(item) => Some(item),
            _ => None,
        })
        .collect();
    while let Some(id) = pending.pop() {
        if !shown.insert(id) {
            continue;
        }
        pending.extend(seen_through(workspace, graph, id));
    }
    shown
}

/// What the signature of something public names, its public methods' included.
fn seen_through(workspace: &Workspace, graph: &Graph, id: ItemId) -> Vec<ItemId> {
    let impls = graph.implementations[id.index()].iter();
    let methods = impls.flat_map(|part| {
        let methods = workspace.item(*part).methods.iter();
        methods.filter(|method| workspace.item(**method).visibility.level == Level::Public)
    });
    let mut seen = Vec::new();
    for part in std::iter::once(&id).chain(methods) {
        for reference in graph.references_of(*part) {
            let cleave_graph::Place::Item(_, index) = reference.place else {
                continue;
            };
            let signature = workspace.item(*part).paths[index as usize].in_signature;
            if let (Target::Item(target), true) = (&reference.resolution.target, signature) {
                seen.push(workspace.item(*target).parent.unwrap_or(*target));
            }
        }
    }
    seen
}
