//! The rules of name resolution, a few lines of Rust each, with the edges expected.
//!
//! A fixture is files under lines `//- path`; text before the first is `src/lib.rs`. What is expected is a line for
//! each item that refers to anything: its path, then what it refers to in order of paths. Modules are written with a
//! trailing `::`, other crates by name, what a macro may have made with a `?`, what was not found as `UNRESOLVED`;
//! builtin names are left out.

mod associated;
mod attribute;
mod blind;
mod doc;
mod edition;
mod import;
mod local;
mod macros;
mod needed;
mod outside;
mod public;
mod robust;

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use cleave_graph::{Graph, Place, Target, resolve};
use cleave_syntax::{CrateId, Diagnostic, ItemId, LoadOptions, Workspace, load};

/// A package on disk, as long as it is held.
pub(crate) struct Fixture {
    folder: tempfile::TempDir,
}

impl Fixture {
    pub(crate) fn new(text: &str) -> Self {
        let fixture = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        if !text.contains("//- Cargo.toml") {
            fixture.write(
                "Cargo.toml",
                "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n",
            );
        }
        let text = if text.trim_start().starts_with("//- ") {
            text.to_owned()
        } else {
            format!("//- src/lib.rs\n{text}")
        };
        for file in text.split("//- ").skip(1) {
            let (path, body) = file.split_once('\n').expect("a body under the path");
            fixture.write(path.trim(), body);
        }
        fixture
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Utf8Path::new("."))).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    pub(crate) fn root(&self) -> Utf8PathBuf {
        Utf8PathBuf::from_path_buf(self.folder.path().to_owned()).expect("a UTF-8 path")
    }

    pub(crate) fn load(&self) -> (Workspace, Vec<Diagnostic>) {
        let options = LoadOptions {
            manifest_path: self.root().join("Cargo.toml"),
            package: Some("app".to_owned()),
            offline: true,
            ..LoadOptions::default()
        };
        load(&options).expect("the fixture loads")
    }
}

/// Compares what each item refers to.
#[track_caller]
pub(crate) fn check(text: &str, expected: &str) {
    let (workspace, diagnostics) = Fixture::new(text).load();
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let graph = resolve(&workspace);
    let found: Vec<String> = (0..workspace.items.len())
        .map(ItemId::new)
        .filter_map(|id| line(&workspace, &graph, id))
        .collect();
    assert_lines(&found, expected);
}

/// Compares what each item needs without naming it by any path.
#[track_caller]
pub(crate) fn check_unnamed(text: &str, expected: &str) {
    let (workspace, diagnostics) = Fixture::new(text).load();
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let graph = resolve(&workspace);
    let mut found = Vec::new();
    for id in (0..workspace.items.len()).map(ItemId::new) {
        let is_named = |target: &&ItemId| {
            let mut references = graph.references_of(id).iter();
            references.any(|reference| reference.resolution.target == Target::Item(**target))
        };
        let unnamed = graph.edges_of(id).iter().filter(|target| !is_named(target));
        let unnamed: Vec<String> = unnamed.map(|target| workspace.path_of(*target)).collect();
        if !unnamed.is_empty() {
            found.push(format!("{}: {}", workspace.path_of(id), unnamed.join(" ")));
        }
    }
    assert_lines(&found, expected);
}

/// Compares which inherent methods each item may call.
#[track_caller]
pub(crate) fn check_calls(text: &str, expected: &str) {
    let (workspace, diagnostics) = Fixture::new(text).load();
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let graph = resolve(&workspace);
    let mut found = Vec::new();
    for id in (0..workspace.items.len()).map(ItemId::new) {
        let called = graph.calls_of(id);
        let called: Vec<String> = called.iter().map(|id| workspace.path_of(*id)).collect();
        if !called.is_empty() {
            found.push(format!("{}: {}", workspace.path_of(id), called.join(" ")));
        }
    }
    assert_lines(&found, expected);
}

/// Compares in whose crate each impl, and each macro call that writes impls, may stand.
#[track_caller]
pub(crate) fn check_anchors(text: &str, expected: &str) {
    let (workspace, diagnostics) = Fixture::new(text).load();
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let graph = resolve(&workspace);
    let mut found = Vec::new();
    for id in (0..workspace.items.len()).map(ItemId::new) {
        let anchors = graph.anchors[id.index()].iter();
        let anchors: Vec<String> = anchors.map(|id| workspace.path_of(*id)).collect();
        if !anchors.is_empty() {
            found.push(format!("{}: {}", workspace.path_of(id), anchors.join(" ")));
        }
    }
    assert_lines(&found, expected);
}

/// Compares what can't be parted from what.
#[track_caller]
pub(crate) fn check_bound(text: &str, expected: &str) {
    let (workspace, diagnostics) = Fixture::new(text).load();
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let path = |id| workspace.path_of(id);
    let graph = resolve(&workspace);
    let bound = graph.bound.iter();
    let found: Vec<String> = bound
        .map(|(user, target)| format!("{}: {}", path(*user), path(*target)))
        .collect();
    assert_lines(&found, expected);
}

#[track_caller]
fn assert_lines(found: &[String], expected: &str) {
    let expected: Vec<&str> = expected
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    assert!(
        found == expected,
        "found\n{}\nexpected\n{}",
        found.join("\n"),
        expected.join("\n")
    );
}

/// `a::f: b::X std`: an item and what it refers to; a `use` is called by what it stands in.
fn line(workspace: &Workspace, graph: &Graph, id: ItemId) -> Option<String> {
    let item = workspace.item(id);
    let krate = workspace.crate_of(id);
    let own = graph.references_of(id).iter();
    let own = own.map(|reference| &reference.resolution);
    let leaves = item
        .leaves
        .iter()
        .flat_map(|leaf| &graph.leaves[leaf.index()]);
    let targets: BTreeSet<String> = own
        .chain(leaves)
        .filter(|resolution| resolution.target != Target::Item(id))
        .filter_map(|resolution| name(workspace, krate, &resolution.target))
        .collect();
    let unresolved = item
        .leaves
        .iter()
        .any(|leaf| graph.leaves[leaf.index()].is_empty());
    let lost = unresolved.then(|| "UNRESOLVED".to_owned());
    let targets: Vec<String> = targets.into_iter().chain(lost).collect();
    let label = if item.leaves.is_empty() {
        workspace.path_of(id)
    } else {
        workspace.path_of(id) + "use"
    };
    (!targets.is_empty()).then(|| {
        format!(
            "{}{label}: {}",
            prefix(workspace, None, krate),
            targets.join(" ")
        )
    })
}

fn prefix(workspace: &Workspace, from: Option<CrateId>, krate: CrateId) -> String {
    let value = workspace.krate(krate);
    let is_main = workspace.monolith(workspace.package) == Some(krate);
    if from == Some(krate) || from.is_none() && is_main {
        String::new()
    } else {
        format!("{}::", value.extern_name)
    }
}

pub(crate) fn name(workspace: &Workspace, from: CrateId, target: &Target) -> Option<String> {
    let of =
        |id: ItemId| prefix(workspace, Some(from), workspace.crate_of(id)) + &workspace.path_of(id);
    Some(match target {
        Target::Item(id) => of(*id),
        Target::Opaque(id) => format!("{}?", of(*id)),
        Target::Module(module) => {
            let krate = workspace.module(*module).krate;
            format!(
                "{}{}::",
                prefix(workspace, Some(from), krate),
                workspace.module(*module).path
            )
        }
        Target::CrateRoot(krate) if *krate == from => "crate::".to_owned(),
        Target::CrateRoot(krate) => workspace.krate(*krate).extern_name.clone(),
        Target::External(name) => name.to_string(),
        Target::Builtin => return None,
        Target::Unresolved => "UNRESOLVED".to_owned(),
    })
}

/// The paths of the references that stand in documentation.
pub(crate) fn links(workspace: &Workspace, graph: &Graph) -> Vec<String> {
    let docs = graph.references.iter();
    let docs = docs.filter(|reference| Graph::is_doc(workspace, reference.place));
    docs.filter_map(|reference| {
        let (module, path) = match reference.place {
            Place::Item(item, index) => (
                workspace.item(item).module,
                &workspace.item(item).paths[index as usize],
            ),
            Place::Header(module, index) => {
                (module, &workspace.module(module).paths[index as usize])
            }
        };
        let module = workspace.module(module);
        let text = &workspace.file(module.file)[path.range()];
        let target = name(workspace, module.krate, &reference.resolution.target)?;
        Some(format!("{text} -> {target}"))
    })
    .collect()
}
