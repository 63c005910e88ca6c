//! Tests, benches and examples go to the crates that own them (row G2).
//!
//! ```text
//! tests/low.rs                       crates/app-low/tests/low.rs
//! use app::low::one;          →      use app_low::low::one;
//! ```
//!
//! A target keeps its name and its place below the package's folder, and so do the modules it is made of.

mod import;
mod way;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use cleave_graph::{Graph, Place};
use cleave_plan::target::{TargetGroup, target_groups};
use cleave_plan::{Plan, homes};
use cleave_syntax::change::{Block, Reason};
use cleave_syntax::item::{PathContext, PathUse};
use cleave_syntax::workspace::CrateKind;
use cleave_syntax::{
    ChangeBuilder, CrateId, Diagnostic, FileId, ItemId, PackageId, Severity, TextRange, Workspace,
};

use crate::manifest::{Needs, TargetMove};
use crate::{members, needs, text};
use import::Local;
use way::Way;

/// Moves each target whose crate is there. What stays although it could be built elsewhere is a note.
pub(crate) fn hand_over(
    (workspace, graph): (&Workspace, &Graph),
    plan: &Plan,
    root: CrateId,
    builder: &mut ChangeBuilder,
) -> Vec<Diagnostic> {
    let (homes, _) = homes(plan, workspace, graph);
    let mut notes = Vec::new();
    let mut needed: BTreeMap<String, Needs> = BTreeMap::new();
    let mut tables = Vec::new();
    for group in target_groups(plan, &homes, workspace, graph) {
        let Some(to) = group.home.map(|index| &plan.crates[index].name) else {
            continue;
        };
        let Some(dest) = library(workspace, to) else {
            continue;
        };
        let mover = Mover {
            workspace,
            graph,
            root,
            dest,
            crates: &group.crates,
        };
        match group
            .stays
            .map_or_else(|| mover.edits(), |why| Err(why.to_owned()))
        {
            Ok(edits) => {
                let needs = needed.entry(to.clone()).or_default();
                mover.add_needs(plan, &edits.crates, needs);
                mover.relocate(edits, builder);
                tables.extend(mover.tables(to));
            }
            Err(why) => notes.push(stays(workspace, &group, &why, to)),
        }
    }
    if !tables.is_empty() {
        notes.extend(members::hand_over(
            workspace,
            plan,
            (&needed, &tables),
            builder,
        ));
    }
    notes
}

fn library(workspace: &Workspace, name: &str) -> Option<CrateId> {
    let mut packages = workspace.packages.iter();
    let package = packages.position(|package| package.name == name)?;
    workspace.library(PackageId::new(package))
}

fn stays(workspace: &Workspace, group: &TargetGroup, why: &str, to: &str) -> Diagnostic {
    let file = |krate: &CrateId| {
        let module = workspace.module(workspace.krate(*krate).root);
        format!("`{}`", workspace.file(module.file).path)
    };
    let files: Vec<String> = group.crates.iter().map(file).collect();
    let (verb, names) = match &files[..] {
        [one] => ("stays", one.clone()),
        [first, second] => ("stay", format!("{first} and {second}")),
        [first, rest @ ..] => ("stay", format!("{first} and {} more", rest.len())),
        [] => ("stay", String::new()),
    };
    let message = format!("{names} {verb} in the package: it {why}");
    Diagnostic::new(Severity::Note, "G2", message).help(format!(
        "what it names is in `{to}`: move it there by hand if that is all it needs"
    ))
}

/// How targets are written at their new place.
#[derive(Debug, Default)]
struct Edits {
    /// What is replaced, by file and range.
    texts: BTreeMap<(FileId, TextRange), String>,
    /// The crates that they name, as in source.
    crates: BTreeSet<String>,
}

impl Edits {
    fn path(
        &mut self,
        (file, path): (FileId, &PathUse),
        (way, last): (Way, usize),
    ) -> Result<(), String> {
        self.crates.insert(way.krate().to_owned());
        let first = path.segments[0].range;
        let (range, text) = match way {
            Way::Crate(name) => (first, name),
            Way::Path(names) => (
                first.cover(path.segments[last].range),
                text::path(names.iter().map(String::as_str)),
            ),
        };
        let same = self.texts.insert((file, range), text.clone());
        match same.filter(|old| *old != text) {
            Some(_) => Err(format!("names several things by `{}`", path.text())),
            None => Ok(()),
        }
    }
}

struct Mover<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    /// The library that was split.
    root: CrateId,
    /// The library of the package that the targets go to.
    dest: CrateId,
    crates: &'a [CrateId],
}

impl Mover<'_> {
    /// How the targets name what they use from their new place, or why they can't.
    fn edits(&self) -> Result<Edits, String> {
        let mut edits = Edits::default();
        let mut locals: BTreeMap<(FileId, TextRange), Local<'_>> = BTreeMap::new();
        for (from, to) in self.files() {
            if self.workspace.file_at(&to).is_some() {
                return Err(format!("would go to `{to}`, which is there"));
            }
            if !from.starts_with(self.folder(self.root)) || from.starts_with(self.source()) {
                return Err(format!("is in part in `{from}`"));
            }
        }
        for reference in &self.graph.references {
            let Place::Item(item, index) = reference.place else {
                continue;
            };
            if !self.is_mine(item) || Graph::is_doc(self.workspace, reference.place) {
                continue;
            }
            let path = &self.workspace.item(item).paths[index as usize];
            let file = self.workspace.module(self.workspace.item(item).module).file;
            let Some((way, last)) = self.way((file, path), &reference.resolution)? else {
                continue;
            };
            if matches!(path.context, PathContext::LocalUse | PathContext::LocalGlob) {
                let leaves = locals.entry((file, path.segments[0].range)).or_default();
                leaves.push((path, way, last));
            } else {
                edits.path((file, path), (way, last))?;
            }
        }
        for (place, mut leaves) in locals {
            leaves.dedup_by(|a, b| a.0 == b.0 && a.1 == b.1);
            self.local_import(place, &leaves, &mut edits)?;
        }
        for item in self
            .workspace
            .items
            .iter()
            .filter(|item| !item.leaves.is_empty())
        {
            if self
                .crates
                .contains(&self.workspace.module(item.module).krate)
            {
                self.import(item, &mut edits)?;
            }
        }
        self.check(edits)
    }

    fn is_mine(&self, item: ItemId) -> bool {
        self.crates.contains(&self.workspace.crate_of(item))
    }

    /// No two edits may want the same text.
    fn check(&self, edits: Edits) -> Result<Edits, String> {
        let places: Vec<&(FileId, TextRange)> = edits.texts.keys().collect();
        let clash = places
            .windows(2)
            .find(|pair| pair[0].0 == pair[1].0 && pair[1].1.start < pair[0].1.end);
        match clash {
            Some(pair) => Err(format!(
                "names several things at once in `{}`",
                &self.workspace.file(pair[0].0)[pair[0].1]
            )),
            None => Ok(edits),
        }
    }

    /// Every file of the targets, with the one it becomes.
    fn files(&self) -> Vec<(Utf8PathBuf, Utf8PathBuf)> {
        let modules = self.workspace.modules.iter();
        let files: BTreeSet<FileId> = modules
            .filter(|module| self.crates.contains(&module.krate))
            .map(|module| module.file)
            .collect();
        let (old, new) = (self.folder(self.root), self.folder(self.dest));
        let paths = files.into_iter().map(|file| {
            let path = &self.workspace.file(file).path;
            (
                path.clone(),
                new.join(path.strip_prefix(&old).unwrap_or(path)),
            )
        });
        paths.collect()
    }

    fn folder(&self, krate: CrateId) -> Utf8PathBuf {
        self.workspace
            .package(self.workspace.krate(krate).package)
            .dir
            .clone()
    }

    /// The folder of the split library's source.
    fn source(&self) -> &Utf8Path {
        self.workspace.source_folder(self.root)
    }

    fn relocate(&self, edits: Edits, builder: &mut ChangeBuilder) {
        for ((file, range), text) in edits.texts {
            let path = &self.workspace.file(file).path;
            builder.replace(path, range, text, Reason::new("G2", path.as_str()));
        }
        for (from, to) in self.files() {
            let length = self
                .workspace
                .file_at(&from)
                .map_or(0, |file| self.workspace.file(file).text.len());
            let whole = TextRange::new(0, length as u32);
            let block = Block::Moved {
                path: from.clone(),
                range: whole,
            };
            builder.create(&to, vec![block]);
            builder.delete(&from, Reason::new("G2", "moved"));
        }
    }

    /// What the new owner's manifest has to have for the targets.
    fn add_needs(&self, plan: &Plan, named: &BTreeSet<String>, needs: &mut Needs) {
        let workspace = self.workspace;
        let is_one = |krate: CrateId| self.crates.contains(&krate);
        let own = needs::of_targets((workspace, self.graph), &is_one);
        needs.dev.extend(own.dev);
        needs.features.extend(own.features);
        for krate in self.crates {
            let krate = workspace.krate(*krate);
            needs
                .features
                .extend(krate.required_features.iter().cloned());
        }
        let dest = self.name(self.dest);
        let others = plan.crates.iter().filter(|planned| {
            let name = planned.name.replace('-', "_");
            name != dest && named.contains(&name)
        });
        needs
            .dev_crates
            .extend(others.map(|planned| planned.name.clone()));
    }

    fn tables(&self, to: &str) -> Vec<TargetMove> {
        let table = |krate: &CrateId| {
            let krate = self.workspace.krate(*krate);
            TargetMove {
                table: match krate.kind {
                    CrateKind::Bench => "bench",
                    CrateKind::Example => "example",
                    _ => "test",
                },
                name: krate.name.clone(),
                to: to.to_owned(),
            }
        };
        self.crates.iter().map(table).collect()
    }
}
