//! What the source of other crates says: the methods of their traits, and what their macros write.

mod written;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{CargoOpt, Metadata, MetadataCommand, Package, PackageId};
use rayon::prelude::*;

use crate::item::Binding;
use crate::load::{LoadOptions, pool};
use crate::workspace::Workspace;

/// The methods (and other associated items) of traits of other crates: by the crate's name in source, then by trait.
pub type ForeignTraits = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// What is known of other crates from their source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Foreign {
    /// The traits that the workspace imports: of an import by name that trait, of a glob all. A trait is looked for in the
    /// crate that is named, then in those that this crate depends on, which it may re-export it from. Traits that macros
    /// write stay unknown.
    pub traits: ForeignTraits,
    /// By name in source: which other dependencies of the workspace the output of a crate's procedural macros names.
    pub written: BTreeMap<String, BTreeSet<String>>,
    asked: Asked,
}

/// What a workspace wants to know of other crates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Asked {
    /// The traits (or types: nobody knows yet) that are imported, by crate; `None` stands for a glob.
    traits: BTreeMap<String, BTreeSet<Option<String>>>,
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
        self.asked.traits == now.traits && new.all(|name| now.members.contains(name))
    }
}

/// Reads what the source of a workspace's dependencies says.
///
/// Asks Cargo for the graph of packages and looks into their source where Cargo has unpacked it. Where Cargo can't say,
/// nothing is known.
pub fn foreign(workspace: &Workspace, options: &LoadOptions) -> Foreign {
    let asked = Asked::by(workspace);
    let (traits, written) = answer(workspace, options, &asked).unwrap_or_default();
    Foreign {
        traits,
        written,
        asked,
    }
}

fn answer(
    workspace: &Workspace,
    options: &LoadOptions,
    asked: &Asked,
) -> Option<(ForeignTraits, BTreeMap<String, BTreeSet<String>>)> {
    if asked.dependencies.is_empty() {
        return None;
    }
    let metadata = ask(&workspace.root, options)?;
    let pool = pool(None).ok()?;
    let packages = Packages::new(&metadata);
    let traits = || {
        let found = asked.traits.par_iter().filter_map(|(name, traits)| {
            let id = packages.called(name)?;
            Some((name.clone(), packages.traits(id, traits)))
        });
        found.collect()
    };
    let written = || {
        let found = asked.dependencies.par_iter().filter_map(|name| {
            let mut written = packages.written(packages.called(name)?, &asked.dependencies);
            written.remove(name);
            Some((name.clone(), written)).filter(|(_, written)| !written.is_empty())
        });
        found.collect()
    };
    Some(pool.install(|| (traits(), written())))
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
        let mut traits: BTreeMap<String, BTreeSet<Option<String>>> = BTreeMap::new();
        for leaf in &workspace.leaves {
            let segments = &leaf.path.segments;
            let (Some(first), Some(last)) = (segments.first(), segments.last()) else {
                continue;
            };
            if !others.contains(first.name.as_str()) {
                continue;
            }
            let name = match leaf.binding {
                Binding::Glob => None,
                _ if last.name.starts_with(char::is_uppercase) => Some(last.name.into()),
                _ => continue,
            };
            traits.entry(first.name.into()).or_default().insert(name);
        }
        let names = |of_members: bool| {
            dependencies()
                .filter(move |dependency| !of_members || dependency.member.is_some())
                .map(|dependency| dependency.extern_name.clone())
                .collect()
        };
        Self {
            traits,
            dependencies: names(false),
            members: names(true),
        }
    }
}

/// The resolved graph of packages.
struct Packages<'m> {
    metadata: &'m Metadata,
    dependencies: BTreeMap<&'m PackageId, Vec<&'m PackageId>>,
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
            let below = node.deps.iter().map(|dependency| &dependency.pkg);
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

    fn traits(
        &self,
        id: &PackageId,
        wanted: &BTreeSet<Option<String>>,
    ) -> BTreeMap<String, BTreeSet<String>> {
        let mut found = self.in_package(id, wanted);
        let mut missing: BTreeSet<Option<String>> = wanted
            .iter()
            .filter(|name| name.as_ref().is_none_or(|name| !found.contains_key(name)))
            .cloned()
            .collect();
        for below in self.dependencies.get(id).into_iter().flatten() {
            if missing.is_empty() {
                break;
            }
            for (name, methods) in self.in_package(below, &missing) {
                missing.remove(&Some(name.clone()));
                found.entry(name).or_insert(methods);
            }
        }
        found
    }

    fn in_package(
        &self,
        id: &PackageId,
        wanted: &BTreeSet<Option<String>>,
    ) -> BTreeMap<String, BTreeSet<String>> {
        self.sources(id)
            .into_par_iter()
            .map(|file| in_file(&file, wanted))
            .reduce(BTreeMap::new, |mut all, some| {
                for (name, methods) in some {
                    all.entry(name)
                        .or_insert_with(BTreeSet::new)
                        .extend(methods);
                }
                all
            })
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

fn in_file(
    file: &Utf8Path,
    wanted: &BTreeSet<Option<String>>,
) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    let Ok(text) = std::fs::read_to_string(file) else {
        return found;
    };
    let all = wanted.contains(&None);
    let mentioned = text.match_indices("trait ").any(|(at, word)| {
        let name = text[at + word.len()..]
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .next()
            .unwrap_or_default();
        all || wanted.contains(&Some(name.to_owned()))
    });
    if !mentioned {
        return found;
    }
    if let Ok(file) = syn::parse_str::<syn::File>(&text) {
        let mut pending: Vec<&syn::Item> = file.items.iter().collect();
        while let Some(item) = pending.pop() {
            match item {
                syn::Item::Trait(item) => {
                    let name = item.ident.to_string();
                    if all || wanted.contains(&Some(name.clone())) {
                        let methods: &mut BTreeSet<String> = found.entry(name).or_default();
                        methods.extend(item.items.iter().filter_map(name_of));
                    }
                }
                syn::Item::Mod(module) => {
                    pending.extend(module.content.iter().flat_map(|(_, items)| items));
                }
                _ => {}
            }
        }
    }
    proc_macro2::extra::invalidate_current_thread_spans();
    found
}

fn name_of(item: &syn::TraitItem) -> Option<String> {
    match item {
        syn::TraitItem::Const(item) => Some(item.ident.to_string()),
        syn::TraitItem::Fn(item) => Some(item.sig.ident.to_string()),
        syn::TraitItem::Type(item) => Some(item.ident.to_string()),
        _ => None,
    }
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
