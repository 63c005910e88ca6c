//! What can be named from outside a library.

use std::collections::{BTreeMap, BTreeSet};

use cleave_syntax::item::{Binding, Level};
use cleave_syntax::{CrateId, ModuleId, Workspace};

use crate::graph::{Graph, Target};

/// Every path by which something can be reached from outside a crate, with what it leads to.
/// Names that a glob of another crate brings in are not listed: they are not in the source.
pub fn public_paths(
    workspace: &Workspace,
    graph: &Graph,
    krate: CrateId,
) -> BTreeMap<String, Target> {
    let root = workspace.krate(krate).root;
    let mut reader = Reader {
        workspace,
        graph,
        paths: BTreeMap::new(),
    };
    reader.module(root, "", &mut BTreeSet::new());
    for id in workspace.items_of(krate) {
        let item = workspace.item(id);
        if item.is_exported_macro() {
            reader
                .paths
                .insert(format!("{}!", item.name), Target::Item(id));
        }
    }
    reader.paths
}

struct Reader<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    paths: BTreeMap<String, Target>,
}

impl Reader<'_> {
    /// `open` holds the modules around, against re-exports in a circle.
    fn module(&mut self, id: ModuleId, prefix: &str, open: &mut BTreeSet<ModuleId>) {
        if !open.insert(id) {
            return;
        }
        for item_id in &self.workspace.module(id).items {
            let item = self.workspace.item(*item_id);
            if item.visibility.level != Level::Public {
                continue;
            }
            if let Some(child) = item.declares {
                let path = join(prefix, &item.name);
                self.paths.insert(path.clone(), Target::Module(child));
                self.module(child, &path, open);
            } else if !item.name.is_empty() {
                self.paths
                    .insert(join(prefix, &item.name), Target::Item(*item_id));
            }
            for leaf in &item.leaves {
                let binding = self.workspace.leaf(*leaf).binding.clone();
                for resolution in &self.graph.leaves[leaf.index()] {
                    self.import(&binding, &resolution.target, prefix, open);
                }
            }
        }
        open.remove(&id);
    }

    fn import(
        &mut self,
        binding: &Binding,
        target: &Target,
        prefix: &str,
        open: &mut BTreeSet<ModuleId>,
    ) {
        let module = match target {
            Target::Module(module) => Some(*module),
            Target::CrateRoot(krate) => Some(self.workspace.krate(*krate).root),
            _ => None,
        };
        match binding {
            Binding::Name(name) => {
                let path = join(prefix, name);
                self.paths
                    .entry(path.clone())
                    .or_insert_with(|| target.clone());
                if let Some(module) = module {
                    self.module(module, &path, open);
                }
            }
            Binding::Glob => {
                if let Some(module) = module {
                    self.module(module, prefix, open);
                }
            }
            Binding::Underscore => {}
        }
    }
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}::{name}")
    }
}
