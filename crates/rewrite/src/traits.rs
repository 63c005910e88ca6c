//! Imports that no path leads through: traits, which are imported for their methods (row C4).

use std::collections::BTreeSet;

use cleave_graph::graph::Found;
use cleave_graph::{Graph, Lookup, Target};
use cleave_syntax::ModuleId;
use cleave_syntax::item::{Binding, ItemKind, UseLeafId};

use crate::scope::Scope;

/// The leaves that some path of the workspace goes through.
pub(crate) fn looked_up(graph: &Graph) -> BTreeSet<UseLeafId> {
    let mut seen = BTreeSet::new();
    let mut pending: Vec<&[Lookup]> = graph
        .references
        .iter()
        .map(|reference| reference.resolution.lookups.as_slice())
        .collect();
    while let Some(lookups) = pending.pop() {
        for lookup in lookups {
            if let Found::Leaf(leaf) | Found::Glob(leaf) = lookup.found
                && seen.insert(leaf)
            {
                pending.extend(
                    graph.leaves[leaf.index()]
                        .iter()
                        .map(|resolution| resolution.lookups.as_slice()),
                );
            }
        }
    }
    seen
}

/// Whether what moves (or what stays) in the module of an import, or below it, calls a method of the trait that is
/// imported. Of a foreign trait whose methods nobody knows here any method call may be one.
pub(crate) fn is_used(scope: &Scope<'_>, leaf: UseLeafId, moving: bool) -> bool {
    let workspace = scope.workspace;
    let module = workspace.item(workspace.leaf(leaf).item).module;
    let members = scope.graph.leaves[leaf.index()]
        .iter()
        .find_map(|resolution| match &resolution.target {
            Target::Item(item) if workspace.item(*item).kind == ItemKind::Trait => {
                Some(Some(workspace.item(*item).members.clone()))
            }
            Target::External(_) => Some(None),
            _ => None,
        });
    let Some(members) = members else { return false };
    let name = workspace
        .leaf(leaf)
        .path
        .segments
        .last()
        .map_or("", |segment| segment.name.as_str());
    let known = members.or_else(|| known_methods(name));
    if known.is_none() && scope.looked_up.contains(&leaf) {
        return false;
    }
    let reached = reached(scope, module);
    workspace.items_of(scope.root).any(|id| {
        let item = workspace.item(id);
        scope.moving[id.index()] == moving
            && reached.contains(&item.module)
            && match &known {
                None => item.member_uses.iter().any(|member| member.called),
                Some(known) => {
                    item.member_uses
                        .iter()
                        .any(|member| known.contains(&member.name))
                        || item.paths.iter().any(|path| {
                            path.segments.last().is_some_and(|last| {
                                (path.segments.len() > 1 && known.contains(&last.name))
                                    || (name == "Write"
                                        && matches!(last.name.as_str(), "write" | "writeln"))
                            })
                        })
                }
            }
    })
}

/// The modules in which an import of `module` is in scope: itself, and those that import it by a glob.
fn reached(scope: &Scope<'_>, module: ModuleId) -> BTreeSet<ModuleId> {
    let workspace = scope.workspace;
    let mut reached = BTreeSet::from([module]);
    let globs: Vec<(ModuleId, ModuleId)> = (0..workspace.leaves.len())
        .map(UseLeafId::new)
        .filter(|leaf| workspace.leaf(*leaf).binding == Binding::Glob)
        .flat_map(|leaf| {
            let importer = workspace.item(workspace.leaf(leaf).item).module;
            let targets = scope.graph.leaves[leaf.index()].iter();
            targets.filter_map(move |resolution| match resolution.target {
                Target::Module(target) => Some((importer, target)),
                Target::CrateRoot(krate) => Some((importer, workspace.krate(krate).root)),
                _ => None,
            })
        })
        .collect();
    let mut grows = true;
    while grows {
        grows = false;
        for (importer, target) in &globs {
            grows |= reached.contains(target) && reached.insert(*importer);
        }
    }
    reached
}

/// The methods of the standard traits that are imported for their methods alone.
fn known_methods(name: &str) -> Option<Vec<String>> {
    let methods: &[&str] = match name {
        "Write" => &[
            "write",
            "write_all",
            "write_fmt",
            "write_str",
            "write_char",
            "flush",
            "by_ref",
        ],
        "Read" => &[
            "read",
            "read_to_end",
            "read_to_string",
            "read_exact",
            "bytes",
            "chain",
            "take",
            "by_ref",
        ],
        "BufRead" => &[
            "lines",
            "read_line",
            "read_until",
            "fill_buf",
            "consume",
            "split",
        ],
        "Seek" => &["seek", "rewind", "stream_position"],
        "FromStr" => &["from_str"],
        "Hash" => &["hash"],
        "Hasher" => &["finish", "write"],
        "BuildHasher" => &["build_hasher", "hash_one"],
        "Borrow" => &["borrow"],
        "BorrowMut" => &["borrow_mut"],
        "FromIterator" => &["from_iter"],
        "TryFrom" => &["try_from"],
        "TryInto" => &["try_into"],
        "ToOwned" => &["to_owned"],
        "ToString" => &["to_string"],
        "Any" => &["type_id"],
        "IsTerminal" => &["is_terminal"],
        "ToSocketAddrs" => &["to_socket_addrs"],
        _ => return None,
    };
    Some(methods.iter().map(|method| (*method).to_owned()).collect())
}
