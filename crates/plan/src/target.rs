//! Integration tests, benches and examples of the package: the lowest crate that can build each (row G2).

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use cleave_graph::{Graph, Resolution, Target};
use cleave_syntax::item::{Binding, ItemKind};
use cleave_syntax::workspace::CrateKind;
use cleave_syntax::{CrateId, FileId, ModuleId, UseLeafId, Workspace};

use crate::home::Homes;
use crate::order::{Home, Order};
use crate::plan::Plan;

/// Targets that share files, which move together or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetGroup {
    /// The targets, ascending.
    pub crates: Vec<CrateId>,
    /// The lowest crate that sees all they name of the package; none where that is the package itself.
    pub home: Home,
    /// Why they stay in the package all the same, if so.
    pub stays: Option<&'static str>,
}

impl TargetGroup {
    /// The crate that they are to move to.
    pub fn destination(&self) -> Home {
        self.home.filter(|_| self.stays.is_none())
    }
}

/// Whether something that Cargo builds is one of the targets that may leave the package.
pub fn is_movable(kind: CrateKind) -> bool {
    matches!(
        kind,
        CrateKind::Test | CrateKind::Bench | CrateKind::Example
    )
}

/// The tests, benches and examples that are in the package today, in groups, by their first target. Linear in the
/// references.
pub fn target_groups(
    plan: &Plan,
    homes: &Homes,
    workspace: &Workspace,
    graph: &Graph,
) -> Vec<TargetGroup> {
    let Some(library) = workspace.library(workspace.package) else {
        return Vec::new();
    };
    let sorter = Sorter {
        workspace,
        homes,
        library,
        members: members(workspace, plan),
    };
    let needs = sorter.needs(graph);
    let order = Order::of(plan);
    let groups = sorter.groups();
    groups
        .into_iter()
        .map(|crates| {
            let named: Vec<Home> = crates
                .iter()
                .flat_map(|krate| needs.get(krate).into_iter().flatten().copied())
                .collect();
            let home = if named.is_empty() || sorter.is_shop_window(&crates) {
                None
            } else {
                order.lowest_above(&named)
            };
            let stays = home.and_then(|_| sorter.stays(graph, &crates));
            TargetGroup {
                crates,
                home,
                stays,
            }
        })
        .collect()
}

/// Whether any target moves or has moved: then the plan has a step for them.
pub fn has_moves(plan: &Plan, homes: &Homes, workspace: &Workspace, graph: &Graph) -> bool {
    let is_planned = |krate: &&cleave_syntax::workspace::Crate| {
        let name = &workspace.package(krate.package).name;
        plan.crates.iter().any(|planned| planned.name == *name)
    };
    let mut there = workspace.crates.iter().filter(is_planned);
    there.any(|krate| is_movable(krate.kind))
        || target_groups(plan, homes, workspace, graph)
            .iter()
            .any(|group| group.destination().is_some())
}

/// By crate: the home that it is, for the libraries of the plan.
fn members(workspace: &Workspace, plan: &Plan) -> BTreeMap<CrateId, Home> {
    let planned = plan.crates.iter().enumerate();
    planned
        .filter_map(|(index, planned)| {
            let mut packages = workspace.packages.iter();
            let package = packages.position(|package| package.name == planned.name)?;
            let library = workspace.library(cleave_syntax::PackageId::new(package))?;
            Some((library, Some(index)))
        })
        .collect()
}

struct Sorter<'a> {
    workspace: &'a Workspace,
    homes: &'a Homes,
    /// The library that is split.
    library: CrateId,
    members: BTreeMap<CrateId, Home>,
}

impl Sorter<'_> {
    fn is_target(&self, krate: CrateId) -> bool {
        let value = self.workspace.krate(krate);
        value.package == self.workspace.package && is_movable(value.kind)
    }

    /// Whether targets show the users of a published library how to use it: they name it as a user does.
    fn is_shop_window(&self, crates: &[CrateId]) -> bool {
        let is_example = |krate: &CrateId| self.workspace.krate(*krate).kind == CrateKind::Example;
        let package = self.workspace.package(self.workspace.package);
        package.is_published() && crates.iter().any(is_example)
    }

    /// Targets that share a file, by their first.
    fn groups(&self) -> Vec<Vec<CrateId>> {
        let mut groups: Vec<(BTreeSet<CrateId>, BTreeSet<FileId>)> = Vec::new();
        let mut files: BTreeMap<CrateId, BTreeSet<FileId>> = BTreeMap::new();
        for module in &self.workspace.modules {
            if self.is_target(module.krate) {
                files.entry(module.krate).or_default().insert(module.file);
            }
        }
        for (krate, files) in files {
            let mut all = (BTreeSet::from([krate]), files);
            let (shared, apart): (Vec<_>, Vec<_>) = groups
                .into_iter()
                .partition(|(_, other)| !other.is_disjoint(&all.1));
            for (crates, files) in shared {
                all.0.extend(crates);
                all.1.extend(files);
            }
            groups = apart;
            groups.push(all);
        }
        let mut groups: Vec<Vec<CrateId>> = groups
            .into_iter()
            .map(|(crates, _)| crates.into_iter().collect())
            .collect();
        groups.sort();
        groups
    }

    /// The homes of what each target names of the package.
    fn needs(&self, graph: &Graph) -> BTreeMap<CrateId, BTreeSet<Home>> {
        let workspace = self.workspace;
        let mut needs: BTreeMap<CrateId, BTreeSet<Home>> = BTreeMap::new();
        for reference in &graph.references {
            let krate = workspace.module(reference.place.module(workspace)).krate;
            let first = &reference.place.path(workspace).segments[0].name;
            if self.is_target(krate) && !Graph::is_doc(workspace, reference.place) {
                let home = self.home(graph, &reference.resolution, first);
                needs.entry(krate).or_default().extend(home);
            }
        }
        for (index, resolutions) in graph.leaves.iter().enumerate() {
            let leaf = workspace.leaf(UseLeafId::new(index));
            let krate = workspace.crate_of(leaf.item);
            if !self.is_target(krate) {
                continue;
            }
            for resolution in resolutions {
                // All that the package shows is nowhere else together. A name for the whole crate needs nothing by itself:
                // what is named by it counts.
                let is_root = resolution.target == Target::CrateRoot(self.library);
                let home = if is_root && leaf.binding == Binding::Glob {
                    Some(None)
                } else {
                    self.home(graph, resolution, &leaf.path.segments[0].name)
                };
                needs.entry(krate).or_default().extend(home);
            }
        }
        needs
    }

    /// The home of what a path means, where that is the package's.
    fn home(&self, graph: &Graph, resolution: &Resolution, first: &str) -> Option<Home> {
        let workspace = self.workspace;
        let of_crate = |krate: CrateId| match self.members.get(&krate) {
            Some(home) => Some(*home),
            None => (krate == self.library).then_some(None),
        };
        match &resolution.target {
            Target::Item(item) => {
                let krate = workspace.crate_of(*item);
                of_crate(krate).map(|_| self.homes.planned[item.index()])
            }
            Target::Module(module) => {
                let krate = workspace.module(*module).krate;
                of_crate(krate).map(|home| home.or_else(|| self.home_of_module(graph, *module)))
            }
            // `app` in front of `app::x`: what is named behind it counts.
            Target::CrateRoot(krate) if *krate == self.library => None,
            Target::CrateRoot(krate) => of_crate(*krate),
            Target::Unresolved | Target::Opaque(_) => {
                (first == workspace.krate(self.library).extern_name).then_some(None)
            }
            Target::External(_) | Target::Builtin => None,
        }
    }

    /// The home of all that is in a module of the library; none where a part of it stays, or it shows something else.
    fn home_of_module(&self, graph: &Graph, module: ModuleId) -> Home {
        let workspace = self.workspace;
        let mut homes = BTreeSet::new();
        let mut pending = vec![module];
        while let Some(module) = pending.pop() {
            let value = workspace.module(module);
            pending.extend(&value.children);
            for id in &value.items {
                let item = workspace.item(*id);
                let shown = item.kind == ItemKind::Use
                    && item.visibility.level == cleave_syntax::item::Level::Public;
                if shown {
                    let leaves = item.leaves.iter();
                    let resolutions = leaves.flat_map(|leaf| &graph.leaves[leaf.index()]);
                    homes.extend(resolutions.map(|resolution| match resolution.target {
                        Target::Item(target) => self.homes.planned[target.index()],
                        _ => None,
                    }));
                } else if item.is_node() && !item.is_test {
                    homes.insert(self.homes.planned[id.index()]);
                }
            }
        }
        let mut homes = homes.into_iter();
        let first = homes.next().flatten();
        first.filter(|_| homes.next().is_none())
    }

    /// Why targets have to stay in the package's folder.
    fn stays(&self, graph: &Graph, crates: &[CrateId]) -> Option<&'static str> {
        let workspace = self.workspace;
        let files: BTreeSet<FileId> = workspace
            .modules
            .iter()
            .filter(|module| crates.contains(&module.krate))
            .map(|module| module.file)
            .collect();
        let mut elsewhere = workspace.modules.iter();
        if elsewhere.any(|module| !crates.contains(&module.krate) && files.contains(&module.file)) {
            return Some("has a file that other code is made of, too");
        }
        if self.names_a_file(&files) {
            return Some("has a file that the build script names");
        }
        let texts = || files.iter().map(|file| &workspace.file(*file).text);
        let says =
            |words: &[&str]| texts().any(|text| words.iter().any(|word| text.contains(word)));
        if says(STARTS_PROGRAMS) || names_any(workspace, graph, crates, STARTERS) {
            return Some("starts the package's programs");
        }
        // Whoever is handed such a path may read it: the library itself as well as `std::fs`.
        let reads = says(READS_FILES) || says(PATHS);
        if reads || names_any(workspace, graph, crates, READERS) {
            return Some("reads files by their paths");
        }
        None
    }

    /// Whether the build script has the path of one of these files, or of a folder around it, in it.
    fn names_a_file(&self, files: &BTreeSet<FileId>) -> bool {
        let workspace = self.workspace;
        let dir = &workspace.package(workspace.package).dir;
        let mut scripts = workspace.crates.iter().filter(|krate| {
            krate.package == workspace.package && krate.kind == CrateKind::BuildScript
        });
        let paths: Vec<&Utf8Path> = files
            .iter()
            .map(|file| {
                let path = &workspace.file(*file).path;
                path.strip_prefix(dir).unwrap_or(path)
            })
            .collect();
        scripts.any(|krate| {
            let script = &workspace.file(workspace.module(krate.root).file).text;
            let literals = script.split('"').skip(1).step_by(2);
            let mut literals = literals.map(|literal| literal.trim_start_matches("./"));
            literals.any(|literal| {
                let folder = literal.trim_end_matches('/');
                !folder.is_empty() && paths.iter().any(|path| path.starts_with(folder))
            })
        })
    }
}

/// Words by which a target finds the package's programs.
const STARTS_PROGRAMS: &[&str] = &["CARGO_BIN_EXE_", "cargo_bin"];

/// Crates that start the package's programs.
const STARTERS: &[&str] = &["assert_cmd", "escargot", "test_bin", "trycmd", "snapbox"];

/// Words by which a target finds a file from its own place or the package's.
const READS_FILES: &[&str] = &[
    "env!(",
    "include!",
    "include_str!",
    "include_bytes!",
    "file!()",
    "current_dir",
    "CARGO_MANIFEST_DIR",
];

/// Beginnings of paths in the package's folder.
const PATHS: &[&str] = &[
    "\"./",
    "\"../",
    "\"src/",
    "\"tests/",
    "\"benches/",
    "\"examples/",
    "\"fixtures",
    "\"testdata",
    "\"test_data",
    "\"test-data",
    "\"data/",
    "\"assets/",
    "\"resources/",
    "\"Cargo.toml",
    "\"target/",
];

/// Crates that read or write files beside the test.
const READERS: &[&str] = &[
    "datatest_stable",
    "dir_test",
    "glob",
    "goldenfile",
    "include_dir",
    "insta",
    "libtest_mimic",
    "test_generator",
    "trybuild",
    "ui_test",
    "walkdir",
];

/// Whether targets name one of some crates.
fn names_any(workspace: &Workspace, graph: &Graph, crates: &[CrateId], names: &[&str]) -> bool {
    let is_one = |resolution: &Resolution| matches!(&resolution.target, Target::External(name) if names.contains(&name.as_str()));
    let named = graph.references.iter().any(|reference| {
        let krate = workspace.module(reference.place.module(workspace)).krate;
        is_one(&reference.resolution) && crates.contains(&krate)
    });
    let imported = || {
        graph.leaves.iter().enumerate().any(|(index, resolutions)| {
            resolutions.iter().any(is_one)
                && crates.contains(&workspace.crate_of(workspace.leaf(UseLeafId::new(index)).item))
        })
    };
    named || imported()
}
