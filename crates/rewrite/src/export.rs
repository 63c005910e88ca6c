//! What a library shows to other packages (Rust reference, visibility and privacy).

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::graph::Found;
use cleave_graph::{Graph, Target};
use cleave_syntax::item::{Binding, ItemKind, Level};
use cleave_syntax::workspace::CrateKind;
use cleave_syntax::{CrateId, ModuleId, UseLeafId, Workspace};

/// The modules and re-exports that some public path leads through. Empty for a program.
#[derive(Debug, Clone, Default)]
pub(crate) struct Exports {
    /// Modules whose public items have a public path.
    pub(crate) modules: BTreeSet<ModuleId>,
    /// These, but for those of which only a glob shows the items: modules that have a public path themselves.
    pub(crate) named: BTreeSet<ModuleId>,
    /// Public imports that are part of a public path.
    pub(crate) leaves: BTreeSet<UseLeafId>,
    /// Those of these that are public paths by themselves.
    direct: BTreeSet<UseLeafId>,
    /// By the others: the imports whose paths lead through them.
    namers: BTreeMap<UseLeafId, BTreeSet<UseLeafId>>,
}

impl Exports {
    /// Linear in the public items, modules and imports of the crate.
    pub(crate) fn of(workspace: &Workspace, graph: &Graph, krate: CrateId) -> Self {
        let mut exports = Self::default();
        if workspace.krate(krate).kind != CrateKind::Lib {
            return exports;
        }
        let mut pending = vec![workspace.krate(krate).root];
        exports.named.extend(&pending);
        while let Some(module) = pending.pop() {
            if workspace.module(module).krate != krate || !exports.modules.insert(module) {
                continue;
            }
            for id in &workspace.module(module).items {
                let item = workspace.item(*id);
                if item.visibility.level != Level::Public || item.is_test {
                    continue;
                }
                pending.extend(item.declares);
                exports.named.extend(item.declares);
                if item.kind == ItemKind::Use {
                    for leaf in &item.leaves {
                        exports.leaf((workspace, graph), *leaf, &mut pending);
                    }
                }
            }
        }
        exports
    }

    /// Whether an import is part of a public path that starts with itself, or with one that stays.
    pub(crate) fn is_kept(&self, leaf: UseLeafId, stays: impl Fn(UseLeafId) -> bool) -> bool {
        let mut namers = self.namers.get(&leaf).into_iter().flatten();
        self.direct.contains(&leaf) || namers.any(|namer| stays(*namer))
    }

    /// A public import shows the module it names, and the imports that it names something through.
    fn leaf(
        &mut self,
        (workspace, graph): (&Workspace, &Graph),
        leaf: UseLeafId,
        modules: &mut Vec<ModuleId>,
    ) {
        self.direct.insert(leaf);
        let mut pending = vec![leaf];
        while let Some(leaf) = pending.pop() {
            if !self.leaves.insert(leaf) {
                continue;
            }
            for resolution in &graph.leaves[leaf.index()] {
                for lookup in &resolution.lookups {
                    if let Found::Leaf(inner) | Found::Glob(inner) = lookup.found {
                        self.namers.entry(inner).or_default().insert(leaf);
                        pending.push(inner);
                    }
                }
                let binding = &workspace.leaf(leaf).binding;
                if let (Target::Module(module), true) =
                    (&resolution.target, *binding != Binding::Underscore)
                {
                    modules.push(*module);
                    if *binding != Binding::Glob {
                        self.named.insert(*module);
                    }
                }
            }
        }
    }
}
