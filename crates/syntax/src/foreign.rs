//! What the source of other crates says: the methods of their traits and types, and what their macros write.

mod declared;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{CargoOpt, Metadata, MetadataCommand, Package, PackageId};
use rayon::prelude::*;

use self::declared::Declared;
use crate::item::{Binding, Shape, Takes};
use crate::load::{LoadOptions, pool};
use crate::workspace::Workspace;

/// The methods (and other associated items) of a trait or type of another crate.
type Members = BTreeMap<String, ForeignMember>;

/// What traits, or types, of other crates have: by the crate's name in source, then by theirs.
pub type ForeignMembers = BTreeMap<String, BTreeMap<String, Members>>;

/// A method or other associated item of another crate's trait or type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignMember {
    /// How it is called.
    pub takes: Takes,
    /// What a call of it returns, of a type's functions and methods.
    pub returns: Option<Box<Shape>>,
}

impl From<Takes> for ForeignMember {
    fn from(takes: Takes) -> Self {
        let returns = None;
        Self { takes, returns }
    }
}

/// What is known of other crates from their source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Foreign {
    /// The traits that the workspace imports: of an import by name that trait, of a glob all. A trait is looked for in the
    /// crate that is named, then in those that this crate depends on, which it may re-export it from. Traits
    /// that macros put together from what they are handed stay unknown.
    pub traits: ForeignMembers,
    /// The same of the types that it imports by name: what is inherent to them and public. Of some that is nothing.
    pub inherent: ForeignMembers,
    /// By name in source: which other dependencies of the workspace the output of a crate's procedural macros names.
    pub written: BTreeMap<String, BTreeSet<String>>,
    asked: Asked,
}

/// What a workspace wants to know of other crates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Asked {
    /// The traits or types, nobody knows yet which, that are imported or named, by crate; `None` stands for a glob.
    imports: BTreeMap<String, BTreeSet<Option<String>>>,
    /// Of those that are named by way of a module, or of another crate that theirs shows: by crate and name, what these are.
    ways: BTreeMap<(String, String), BTreeSet<String>>,
    /// All dependencies, by name in source.
    dependencies: BTreeSet<String>,
    /// Those of them that are members.
    members: BTreeSet<String>,
}

impl Foreign {
    /// Whether this is what a workspace would be told, as long as its dependencies from elsewhere stay.
    ///
    /// A split adds members; no macro that was there before names them, and none of them is a crate of macros.
    pub fn answers(&self, workspace: &Workspace) -> bool {
        let now = Asked::by(workspace);
        let mut new = now.dependencies.difference(&self.asked.dependencies);
        (&self.asked.imports, &self.asked.ways) == (&now.imports, &now.ways)
            && new.all(|name| now.members.contains(name))
    }
}

/// Reads what the source of a workspace's dependencies says.
///
/// Asks Cargo for the graph of packages and looks into their source where Cargo has unpacked it. Where Cargo can't say,
/// nothing is known.
pub fn foreign(workspace: &Workspace, options: &LoadOptions) -> Foreign {
    let asked = Asked::by(workspace);
    let answered = answer(workspace, options, &asked).unwrap_or_default();
    Foreign { asked, ..answered }
}

fn answer(workspace: &Workspace, options: &LoadOptions, asked: &Asked) -> Option<Foreign> {
    if asked.dependencies.is_empty() {
        return None;
    }
    let metadata = ask(&workspace.root, options)?;
    let pool = pool(None).ok()?;
    let packages = Packages::new(&metadata);
    let declared = || {
        let found = asked.imports.par_iter().filter_map(|(name, imports)| {
            let id = packages.called(name)?;
            let ways = asked.ways_of(name);
            Some((name.clone(), packages.declared_by_way(id, imports, &ways)))
        });
        found.collect::<BTreeMap<String, Declared>>()
    };
    let written = || {
        let found = asked.dependencies.par_iter().filter_map(|name| {
            let mut written = packages.written(packages.called(name)?, &asked.dependencies);
            written.remove(name);
            Some((name.clone(), written)).filter(|(_, written)| !written.is_empty())
        });
        found.collect()
    };
    let mut foreign = pool.install(|| Foreign {
        written: written(),
        ..Foreign::default()
    });
    for (name, declared) in pool.install(declared) {
        foreign.traits.insert(name.clone(), declared.traits);
        foreign.inherent.insert(name, declared.inherent);
    }
    Some(foreign)
}

impl Asked {
    fn by(workspace: &Workspace) -> Self {
        let dependencies = || {
            let packages = workspace.packages.iter();
            packages.flat_map(|package| &package.dependencies)
        };
        let others: BTreeSet<&str> = dependencies()
            .filter(|dependency| dependency.member.is_none())
            .map(|dependency| dependency.extern_name.as_str())
            .collect();
        let mut imports: BTreeMap<String, BTreeSet<Option<String>>> = BTreeMap::new();
        let mut ways: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        for leaf in &workspace.leaves {
            let segments = &leaf.path.segments;
            let (Some(first), Some(last)) = (segments.first(), segments.last()) else {
                continue;
            };
            if !others.contains(first.name.as_str()) {
                continue;
            }
            let name: Option<String> = match leaf.binding {
                Binding::Glob => None,
                _ if last.name.starts_with(char::is_uppercase) => Some(last.name.into()),
                _ => continue,
            };
            if let (Some(name), [_, between, _, ..]) = (&name, &segments[..]) {
                let key = (first.name.into(), name.clone());
                ways.entry(key).or_default().insert(between.name.into());
            }
            imports.entry(first.name.into()).or_default().insert(name);
        }
        // `name::Type::function(…)`
        let paths = workspace.items.iter().flat_map(|item| &item.paths);
        for path in paths.filter(|path| path.associated().is_some()) {
            if let [first, .., of, _] = &path.segments[..]
                && others.contains(first.name.as_str())
            {
                let types = imports.entry(first.name.into()).or_default();
                types.insert(Some(of.name.into()));
            }
        }
        let names = |of_members: bool| {
            dependencies()
                .filter(move |dependency| !of_members || dependency.member.is_some())
                .map(|dependency| dependency.extern_name.clone())
                .collect()
        };
        Self {
            imports,
            ways,
            dependencies: names(false),
            members: names(true),
        }
    }

    /// What stands behind a crate's name in the paths by which names of it are imported.
    fn ways_of(&self, krate: &str) -> BTreeMap<&str, &BTreeSet<String>> {
        let ways = self.ways.iter().filter(|((of, _), _)| of == krate);
        ways.map(|((_, name), way)| (name.as_str(), way)).collect()
    }
}

/// The resolved graph of packages.
struct Packages<'m> {
    metadata: &'m Metadata,
    dependencies: BTreeMap<&'m PackageId, Vec<(&'m str, &'m PackageId)>>,
    /// By name in source, as some member calls it.
    called: BTreeMap<&'m str, &'m PackageId>,
}

impl<'m> Packages<'m> {
    fn new(metadata: &'m Metadata) -> Self {
        let mut dependencies = BTreeMap::new();
        let mut called = BTreeMap::new();
        for node in metadata.resolve.iter().flat_map(|resolve| &resolve.nodes) {
            let member = metadata.workspace_members.contains(&node.id);
            for dependency in node.deps.iter().filter(|_| member) {
                called
                    .entry(dependency.name.as_str())
                    .or_insert(&dependency.pkg);
            }
            let below = node.deps.iter();
            let below = below.map(|dependency| (dependency.name.as_str(), &dependency.pkg));
            dependencies.insert(&node.id, below.collect());
        }
        Self {
            metadata,
            dependencies,
            called,
        }
    }

    fn called(&self, name: &str) -> Option<&'m PackageId> {
        self.called.get(name).copied()
    }

    /// What a crate shows of another is looked for there first: `shows::another::Name`.
    fn declared_by_way(
        &self,
        id: &PackageId,
        wanted: &BTreeSet<Option<String>>,
        ways: &BTreeMap<&str, &BTreeSet<String>>,
    ) -> Declared {
        let mut found = Declared::default();
        for (krate, below) in self.dependencies.get(id).into_iter().flatten() {
            let leads_there = |name: &str| ways.get(name).is_some_and(|way| way.contains(*krate));
            let names = wanted.iter().flatten().filter(|name| leads_there(name));
            let names: BTreeSet<Option<String>> = names.cloned().map(Some).collect();
            if !names.is_empty() {
                found.add_missing(self.declared(below, &names));
            }
        }
        let rest = wanted.iter().filter(|name| {
            let name = name.as_ref();
            name.is_none_or(|name| !found.has(name))
        });
        found.add_missing(self.declared(id, &rest.cloned().collect()));
        found
    }

    fn declared(&self, id: &PackageId, wanted: &BTreeSet<Option<String>>) -> Declared {
        let mut found = self.in_package(id, wanted);
        let mut missing: BTreeSet<Option<String>> = wanted
            .iter()
            .filter(|name| name.as_ref().is_none_or(|name| !found.has(name)))
            .cloned()
            .collect();
        for (_, below) in self.dependencies.get(id).into_iter().flatten() {
            if missing.is_empty() {
                break;
            }
            let there = self.in_package(below, &missing);
            missing.retain(|name| name.as_ref().is_none_or(|name| !there.has(name)));
            found.add_missing(there);
        }
        found
    }

    fn in_package(&self, id: &PackageId, wanted: &BTreeSet<Option<String>>) -> Declared {
        let mut found = self
            .sources(id)
            .into_par_iter()
            .map(|file| declared::in_file(&file, wanted))
            .reduce(Declared::default, Declared::with);
        // What is shown under another name is looked for under its own.
        let renamed = std::mem::take(&mut found.renamed);
        for (name, own) in renamed {
            if found.has(&name) || own == name {
                continue;
            }
            let own = BTreeSet::from([Some(own)]);
            let files = self.sources(id).into_iter();
            let there = files.map(|file| declared::in_file(&file, &own).under(&name));
            found = there.fold(found, Declared::with);
        }
        found
    }

    /// The names among some that a package's procedural macros write. Where another crate re-exports these, they name it.
    fn written(&self, id: &PackageId, wanted: &BTreeSet<String>) -> BTreeSet<String> {
        let mut targets = self
            .package(id)
            .into_iter()
            .flat_map(|package| &package.targets);
        if !targets.any(cargo_metadata::Target::is_proc_macro) {
            return BTreeSet::new();
        }
        let files = self.sources(id).into_iter();
        files
            .flat_map(|file| written::in_file(&file, wanted))
            .collect()
    }

    fn package(&self, id: &PackageId) -> Option<&'m Package> {
        let mut packages = self.metadata.packages.iter();
        packages.find(|package| package.id == *id)
    }

    /// The Rust files of a package's library, ordered.
    fn sources(&self, id: &PackageId) -> Vec<Utf8PathBuf> {
        let folder = self
            .package(id)
            .and_then(|package| package.manifest_path.parent());
        folder.map_or_else(Vec::new, |folder| sources(&folder.join("src")))
    }
}

/// Every Rust file below a folder, ordered.
fn sources(folder: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut files = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        let Ok(entries) = folder.read_dir_utf8() else {
            continue;
        };
        for entry in entries.flatten() {
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() {
                pending.push(entry.path().to_owned());
            } else if entry.path().extension() == Some("rs") {
                files.push(entry.path().to_owned());
            }
        }
    }
    files.sort();
    files
}

/// The resolved graph of packages, as Cargo says it.
///
/// Where there is no lock file, or one that does not list what the manifests name by now, Cargo would write it: then it is
/// asked in a folder that only looks like this one, and the manifests are those of this one.
pub(crate) fn ask(root: &Utf8Path, options: &LoadOptions) -> Option<Metadata> {
    let here = || ask_in(root, &["--locked"], options);
    let locked = root.join(LOCK).is_file();
    locked.then(here).flatten().or_else(|| {
        let folder = mirror(root)?;
        let there = Utf8Path::from_path(folder.path())?;
        let mut metadata = ask_in(there, &[], options)?;
        for package in &mut metadata.packages {
            if let Ok(inside) = package.manifest_path.strip_prefix(there) {
                package.manifest_path = root.join(inside);
            }
        }
        Some(metadata)
    })
}

fn ask_in(root: &Utf8Path, flags: &[&str], options: &LoadOptions) -> Option<Metadata> {
    let offline = options.offline.then_some("--offline");
    let flags = flags.iter().copied().chain(offline).map(str::to_owned);
    let mut command = MetadataCommand::new();
    command
        .manifest_path(root.join("Cargo.toml"))
        .other_options(flags.collect::<Vec<_>>());
    // What no feature turns on is no part of the graph; but it may never have been fetched.
    let mut whole = command.clone();
    whole.features(CargoOpt::AllFeatures);
    whole.exec().or_else(|_| command.exec()).ok()
}

const LOCK: &str = "Cargo.lock";

/// A folder whose entries are links to those of the workspace, build products and the repository left out; of the lock file
/// it has a copy.
#[cfg(unix)]
fn mirror(root: &Utf8Path) -> Option<tempfile::TempDir> {
    let folder = tempfile::tempdir().ok()?;
    for entry in root.read_dir_utf8().ok()?.flatten() {
        let there = folder.path().join(entry.file_name());
        match entry.file_name() {
            "target" | ".git" => {}
            LOCK => std::fs::copy(entry.path(), there).map(drop).ok()?,
            _ => std::os::unix::fs::symlink(entry.path(), there).ok()?,
        }
    }
    Some(folder)
}

/// Links need a privilege elsewhere.
#[cfg(not(unix))]
fn mirror(_root: &Utf8Path) -> Option<tempfile::TempDir> {
    None
}
