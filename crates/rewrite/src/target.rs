//! Tests, benches and examples go to the crates that own them (row G2).
//!
//! ```text
//! tests/low.rs                       crates/app-low/tests/low.rs
//! use app::low::one;          →      use app_low::low::one;
//! ```
//!
//! A target keeps its name and its place below the package's folder, and so do the modules it is made of.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use cleave_graph::graph::Found;
use cleave_graph::{Graph, Lookup, Place, Resolution, Target};
use cleave_plan::target::{TargetGroup, target_groups};
use cleave_plan::{Plan, homes};
use cleave_syntax::change::{Block, Reason};
use cleave_syntax::item::{Binding, Item, ItemKind, Level, PathUse, UseLeaf, UseLeafId};
use cleave_syntax::workspace::CrateKind;
use cleave_syntax::{
    ChangeBuilder, CrateId, Diagnostic, FileId, ItemId, ModuleId, PackageId, Severity, TextRange,
    Workspace,
};

use crate::manifest::{Needs, TargetMove};
use crate::order::Style;
use crate::text::{self, Import};
use crate::{members, needs};

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

/// What a name in a target means, in the crate that has it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Definition {
    Item(ItemId),
    Module(ModuleId),
}

/// How a path is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    /// Only the crate's name changes.
    Crate(String),
    /// The path up to what it means changes.
    Path(Vec<String>),
}

impl Way {
    /// The crate that it begins with.
    fn krate(&self) -> &str {
        match self {
            Way::Crate(name) => name,
            Way::Path(names) => names.first().map_or("", String::as_str),
        }
    }
}

/// How targets are written at their new place.
#[derive(Debug, Default)]
struct Edits {
    /// What is replaced, by file and range.
    texts: BTreeMap<(FileId, TextRange), String>,
    /// The crates that they name, as in source.
    crates: BTreeSet<String>,
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
            self.path(path, (item, &reference.resolution), &mut edits)?;
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

    fn path(
        &self,
        path: &PathUse,
        (item, resolution): (ItemId, &Resolution),
        edits: &mut Edits,
    ) -> Result<(), String> {
        let Some((way, last)) = self.way(path, resolution)? else {
            return Ok(());
        };
        edits.crates.insert(way.krate().to_owned());
        let file = self.workspace.module(self.workspace.item(item).module).file;
        let first = path.segments[0].range;
        let (range, text) = match way {
            Way::Crate(name) => (first, name),
            Way::Path(names) => (
                first.cover(path.segments[last].range),
                text::path(names.iter().map(String::as_str)),
            ),
        };
        let same = edits.texts.insert((file, range), text.clone());
        match same.filter(|old| *old != text) {
            Some(_) => Err(format!("names several things by `{}`", path.text())),
            None => Ok(()),
        }
    }

    /// How a path that begins with the split crate's name is written now, and up to which segment; none where it begins
    /// with something else.
    fn way(&self, path: &PathUse, resolution: &Resolution) -> Result<Option<(Way, usize)>, String> {
        let workspace = self.workspace;
        let own = |lookup: &&Lookup| self.crates.contains(&workspace.module(lookup.module).krate);
        let alias = resolution.lookups.iter().take_while(own).count();
        let is_alias = alias > 0;
        if is_alias && !self.is_name_of_root(&resolution.lookups[alias - 1]) {
            return Ok(None);
        }
        let starts = path.segments[0].name == workspace.krate(self.root).extern_name;
        let Some(last) = resolution.lookups[alias..].last() else {
            let is_root = resolution.target == Target::CrateRoot(self.root);
            let name = Way::Crate(self.name(self.dest));
            return Ok((is_root && starts).then_some((name, 0)));
        };
        let first = workspace.module(resolution.lookups[alias].module).krate;
        if first != self.root || (is_alias && alias > 1) {
            return Ok(None);
        }
        let named = path.text();
        let stuck = || format!("names `{named}`");
        let segments = path.segments.iter();
        let Some(at) = segments
            .clone()
            .rposition(|segment| segment.name == last.name)
        else {
            return Err(stuck());
        };
        let definition = self.definition(last).ok_or_else(stuck)?;
        let names: Vec<&str> = segments.map(|segment| segment.name.as_str()).collect();
        let way = self.way_to(definition, &names[1..=at]).ok_or_else(stuck)?;
        match way {
            // The name that the target gave the crate goes on meaning it, where it is one crate.
            Way::Crate(name) if is_alias && name == self.name(self.dest) => Ok(None),
            Way::Crate(_) | Way::Path(_) if is_alias => Err(stuck()),
            way => Ok(Some((way, at))),
        }
    }

    /// Whether a lookup found an `extern crate` or `use` that names the split crate.
    fn is_name_of_root(&self, lookup: &Lookup) -> bool {
        let Found::Leaf(leaf) = lookup.found else {
            return false;
        };
        let mut resolutions = self.graph.leaves[leaf.index()].iter();
        resolutions.any(|resolution| resolution.target == Target::CrateRoot(self.root))
    }

    fn definition(&self, lookup: &Lookup) -> Option<Definition> {
        let (Found::Leaf(leaf) | Found::Glob(leaf)) = lookup.found else {
            let Found::Item(item) = lookup.found else {
                return None;
            };
            let declared = self.workspace.item(item).declares;
            return Some(declared.map_or(Definition::Item(item), Definition::Module));
        };
        let name = &self.workspace.leaf(leaf).path.segments.last()?.name;
        let mut resolutions = self.graph.leaves[leaf.index()].iter();
        resolutions.find_map(|resolution| match resolution.target {
            // What a leaf names within an item, such as a variant, has no path of its own here.
            Target::Item(item) => {
                (self.workspace.item(item).name == *name).then_some(Definition::Item(item))
            }
            Target::Module(module) => Some(Definition::Module(module)),
            _ => None,
        })
    }

    /// How a definition is named: by the old path behind the new crate's name, or by the path it has there.
    fn way_to(&self, definition: Definition, old: &[&str]) -> Option<Way> {
        let workspace = self.workspace;
        let module = match definition {
            Definition::Item(item) => workspace.item(item).module,
            Definition::Module(module) => module,
        };
        let krate = workspace.module(module).krate;
        if krate == self.root || workspace.krate(krate).kind != CrateKind::Lib {
            return None;
        }
        let name = self.name(krate);
        if self.reaches(krate, old, definition) {
            return Some(Way::Crate(name));
        }
        let path = workspace.module(module).path.split("::");
        let mut names: Vec<&str> = path.filter(|name| !name.is_empty()).collect();
        if let Definition::Item(item) = definition {
            let item = workspace.item(item);
            if item
                .macro_rules
                .as_ref()
                .is_some_and(|rules| rules.exported)
            {
                names.clear();
            }
            names.push(&item.name);
        }
        if !self.reaches(krate, &names, definition) {
            return None;
        }
        let names = std::iter::once(name.as_str()).chain(names);
        Some(Way::Path(names.map(str::to_owned).collect()))
    }

    /// Whether these names, from the root of a crate on, lead others to a definition.
    fn reaches(&self, krate: CrateId, names: &[&str], definition: Definition) -> bool {
        let workspace = self.workspace;
        let mut module = workspace.krate(krate).root;
        let Some((last, outer)) = names.split_last() else {
            return definition == Definition::Module(module);
        };
        for name in outer {
            let mut items = workspace.module(module).items.iter();
            let child = items.find_map(|id| {
                let item = workspace.item(*id);
                let open = item.name == *name && item.visibility.level == Level::Public;
                item.declares.filter(|_| open)
            });
            match child {
                Some(child) => module = child,
                None => return false,
            }
        }
        let is_root = outer.is_empty();
        let mut items = workspace.module(module).items.iter();
        let found = items.any(|id| self.binds(*id, last, definition));
        found || (is_root && self.is_exported_macro(last, definition))
    }

    /// Whether an item makes a name mean a definition, for all.
    fn binds(&self, id: ItemId, name: &str, definition: Definition) -> bool {
        let item = self.workspace.item(id);
        if item.visibility.level != Level::Public {
            return false;
        }
        let own = item
            .declares
            .map_or(Definition::Item(id), Definition::Module);
        let imported = item.leaves.iter().any(|leaf| {
            let mut resolutions = self.graph.leaves[leaf.index()].iter();
            self.workspace.leaf(*leaf).binding == Binding::Name(name.to_owned())
                && resolutions.any(|resolution| match definition {
                    Definition::Item(item) => resolution.target == Target::Item(item),
                    Definition::Module(module) => resolution.target == Target::Module(module),
                })
        });
        imported || (item.name == name && own == definition)
    }

    fn is_exported_macro(&self, name: &str, definition: Definition) -> bool {
        let Definition::Item(item) = definition else {
            return false;
        };
        let item = self.workspace.item(item);
        item.name == name
            && item
                .macro_rules
                .as_ref()
                .is_some_and(|rules| rules.exported)
    }

    fn name(&self, krate: CrateId) -> String {
        self.workspace.krate(krate).extern_name.clone()
    }

    /// An import keeps its text but for the crate's name where it can, and is written anew where its leaves part.
    fn import(&self, item: &Item, edits: &mut Edits) -> Result<(), String> {
        let workspace = self.workspace;
        let mut ways = Vec::new();
        for id in &item.leaves {
            ways.push((workspace.leaf(*id), self.way_of_leaf(*id)?));
        }
        let file = workspace.module(item.module).file;
        let changed = || {
            ways.iter()
                .filter_map(|(leaf, way)| Some((leaf, way.as_ref()?)))
        };
        if item.kind == ItemKind::ExternCrate
            && changed().next().is_some()
            && item
                .attributes
                .iter()
                .any(|attribute| attribute.path == "macro_use")
        {
            return Err("takes macros by `#[macro_use]`".to_owned());
        }
        let mut names = BTreeMap::new();
        let mut simple = true;
        for (leaf, way) in changed() {
            let range = leaf.path.segments[0].range;
            match way {
                Way::Crate(name) => {
                    let other = names.insert((file, range), name.clone());
                    simple &= other.is_none_or(|other| other == *name);
                }
                Way::Path(_) => simple = false,
            }
        }
        let crates = changed().map(|(_, way)| way.krate().to_owned());
        edits.crates.extend(crates);
        if simple {
            edits.texts.extend(names);
            return Ok(());
        }
        let (range, text) = self.import_anew(item, &ways)?;
        edits.texts.insert((file, range), text);
        Ok(())
    }

    fn way_of_leaf(&self, id: UseLeafId) -> Result<Option<Way>, String> {
        let leaf = self.workspace.leaf(id);
        let mut ways: Vec<Way> = Vec::new();
        for resolution in &self.graph.leaves[id.index()] {
            let way = self.way(&leaf.path, resolution)?;
            if let Some((way, at)) = way {
                if matches!(way, Way::Path(_)) && at + 1 != leaf.path.segments.len() {
                    return Err(format!("imports `{}`", leaf.path.text()));
                }
                ways.push(way);
            }
        }
        ways.dedup();
        match ways.len() {
            0 | 1 => Ok(ways.pop()),
            _ => Err(format!("imports several things as `{}`", leaf.path.text())),
        }
    }

    fn import_anew(
        &self,
        item: &Item,
        ways: &[(&UseLeaf, Option<Way>)],
    ) -> Result<(TextRange, String), String> {
        let file = self.workspace.file(self.workspace.module(item.module).file);
        let old = &file[item.range];
        if old.contains("//") || old.contains("/*") || item.kind != ItemKind::Use {
            return Err("has an import with comments in it".to_owned());
        }
        let attributes: Vec<String> = item
            .attributes
            .iter()
            .map(|attribute| file[attribute.range].to_owned())
            .collect();
        let list: Vec<Import> = ways
            .iter()
            .map(|(leaf, way)| Import {
                attributes: attributes.clone(),
                visibility: file[item.visibility.range].to_owned(),
                ..written(leaf, way.as_ref())
            })
            .collect();
        let line = file.text[..item.range.start as usize]
            .rfind('\n')
            .map_or(0, |newline| newline + 1);
        let indent = &file.text[line..item.range.start as usize];
        let style = Style::of(&self.workspace.krate(self.root).edition);
        let text = text::imports(&list, indent, style);
        Ok((item.range, text.trim().to_owned()))
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
    fn source(&self) -> Utf8PathBuf {
        let root = self.workspace.module(self.workspace.krate(self.root).root);
        let path = &self.workspace.file(root.file).path;
        path.parent().map(ToOwned::to_owned).unwrap_or_default()
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

/// A leaf as an import of its own.
fn written(leaf: &UseLeaf, way: Option<&Way>) -> Import {
    let old = || {
        leaf.path
            .segments
            .iter()
            .map(|segment| segment.name.clone())
    };
    let mut names: Vec<String> = match way {
        None => old().collect(),
        Some(Way::Crate(name)) => std::iter::once(name.clone()).chain(old().skip(1)).collect(),
        Some(Way::Path(names)) => names.clone(),
    };
    let last = match &leaf.binding {
        Binding::Glob => "*".to_owned(),
        binding => {
            let own = names.pop().unwrap_or_default();
            match binding {
                Binding::Name(name) if *name != own => {
                    format!("{} as {}", text::identifier(&own), text::identifier(name))
                }
                Binding::Underscore => format!("{} as _", text::identifier(&own)),
                _ => text::identifier(&own),
            }
        }
    };
    let global = if leaf.path.global { "::" } else { "" };
    Import {
        attributes: Vec::new(),
        visibility: String::new(),
        prefix: format!("{global}{}", text::path(names.iter().map(String::as_str))),
        leaf: last,
    }
}
