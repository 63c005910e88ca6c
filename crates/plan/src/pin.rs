//! What has to stay in the package, and why.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use camino::Utf8PathBuf;
use cleave_graph::Graph;
use cleave_syntax::item::{ItemKind, PathContext};
use cleave_syntax::token::words;
use cleave_syntax::workspace::CrateKind;
use cleave_syntax::{CrateId, FileId, Item, ItemId, Workspace};

use crate::build_script::BuildOutput;
use crate::indivisible;
use crate::lift::Lifts;
use crate::plan::Plan;
use crate::unit::{self, Unit};

/// Why an item can't leave the package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pin {
    /// The program starts with it.
    Main,
    /// Another target of the package looks for its file where it lies.
    Shared {
        /// The file, relative to the workspace root.
        file: Utf8PathBuf,
        /// The target, in words.
        by: String,
    },
    /// A macro call in the crate's root declares its module.
    Called,
    /// The linker knows it by name.
    Linked,
    /// It reads what the package's build script makes (row E5).
    Built,
    /// It is there for rustdoc's tests alone, such as those of a README: these are the package's.
    DocTest,
    /// An attribute hands `crate` on to a derive, which writes paths from the crate's root that nobody sees (row D4).
    Root,
}

/// As the end of a sentence.
impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Main => f.write_str("the program starts there"),
            Self::Shared { file, by } => write!(f, "{by} looks for {file} where it is"),
            Self::Called => f.write_str("a macro call in the crate's root declares the module"),
            Self::Linked => f.write_str("the linker knows it by name"),
            Self::Built => f.write_str("it reads what the build script makes"),
            Self::DocTest => f.write_str("it is there for the package's doc tests alone"),
            Self::Root => f.write_str("an attribute tells a derive that all is in its own crate"),
        }
    }
}

/// Lines that stay for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The reason.
    pub pin: Pin,
    /// The first item that it is said of.
    pub item: ItemId,
    /// The non-test lines of what it is said of, and of all that needs it.
    pub lines: usize,
}

/// What keeps code in the package, most lines first. What stays for two reasons is counted with both.
pub fn kept(plan: &Plan, workspace: &Workspace, graph: &Graph) -> Vec<Kept> {
    let crates = unit::crates(workspace, plan);
    let lifts = Lifts::of(plan, workspace, graph, &crates);
    let units = unit::units(workspace, graph, &crates, &lifts);
    let pins: BTreeSet<&Pin> = units.units.iter().flat_map(|unit| &unit.pin).collect();
    let reasons = Pins::of(workspace);
    let of_pin = |pin: &Pin| {
        let is_pinned = |unit: &&Unit| unit.pin.as_ref() == Some(pin);
        let mut pinned = units
            .units
            .iter()
            .filter(is_pinned)
            .flat_map(|unit| &unit.items);
        let item = *pinned.find(|id| reasons.of_item(workspace, **id).as_ref() == Some(pin))?;
        let stays = unit::with_users(&units, |unit| is_pinned(&unit));
        let staying = units.units.iter().zip(stays).filter(|(_, stays)| *stays);
        Some(Kept {
            pin: pin.clone(),
            item,
            lines: staying.map(|(unit, _)| unit.lines).sum(),
        })
    };
    let mut kept: Vec<Kept> = pins.into_iter().filter_map(of_pin).collect();
    kept.sort_by(|a, b| b.lines.cmp(&a.lines).then_with(|| a.pin.cmp(&b.pin)));
    kept
}

/// What is known of a workspace to tell what has to stay.
pub(crate) struct Pins {
    shared: BTreeMap<FileId, CrateId>,
    built: BuildOutput,
}

impl Pins {
    pub(crate) fn of(workspace: &Workspace) -> Self {
        Self {
            shared: shared_files(workspace),
            built: BuildOutput::of(workspace),
        }
    }

    /// Why an item has to stay, if it has.
    pub(crate) fn of_item(&self, workspace: &Workspace, id: ItemId) -> Option<Pin> {
        let item = workspace.item(id);
        let module = workspace.module(item.module);
        let krate = workspace.krate(module.krate).kind;
        if let Some(by) = self.shared.get(&module.file) {
            return Some(Pin::Shared {
                file: workspace.file(module.file).path.clone(),
                by: target(workspace, *by),
            });
        }
        let is_program = krate == CrateKind::Bin && module.parent.is_none();
        if is_program && item.kind == ItemKind::Fn && item.name == "main" {
            return Some(Pin::Main);
        }
        if indivisible::stays(workspace, id) {
            return Some(Pin::Called);
        }
        let is_bound = item.kind == ItemKind::ForeignMod && self.built.links();
        if is_bound || is_linked(workspace, id) {
            return Some(Pin::Linked);
        }
        if is_for_doc_tests(workspace, id) {
            return Some(Pin::DocTest);
        }
        if hands_on_crate(item) {
            return Some(Pin::Root);
        }
        self.built.keeps(workspace, id).then_some(Pin::Built)
    }
}

/// Whether an attribute names the crate's root itself: `#[serde(crate = "crate")]`.
fn hands_on_crate(item: &Item) -> bool {
    let mut paths = item.paths.iter();
    paths.any(|path| {
        let is_argument = path.context == PathContext::AttributeArgument;
        is_argument && path.segments.len() == 1 && path.segments[0].name == "crate"
    })
}

/// Whether the condition of an item, or of a module around it, asks for `doctest`.
fn is_for_doc_tests(workspace: &Workspace, id: ItemId) -> bool {
    let around = workspace.around(workspace.item(id).module);
    let mut declared = around.flat_map(|module| workspace.declarations(module));
    asks_for_doc_tests(workspace, id) || declared.any(|id| asks_for_doc_tests(workspace, id))
}

fn asks_for_doc_tests(workspace: &Workspace, id: ItemId) -> bool {
    let item = workspace.item(id);
    let file = workspace.file(workspace.module(item.module).file);
    let conditions = item.attributes.iter().filter(|it| it.path == "cfg");
    conditions
        .map(|attribute| words(&file[attribute.range]).collect::<Vec<_>>())
        .any(|words| {
            words.contains(&"doctest") && !words.contains(&"any") && !words.contains(&"not")
        })
}

/// Files that other targets of the package read too, such as a build script, each with one that does: they stay where
/// those look for them.
pub(crate) fn shared_files(workspace: &Workspace) -> BTreeMap<FileId, CrateId> {
    let package = workspace.package;
    let monolith = workspace.monolith(package);
    let is_other =
        |krate: CrateId| workspace.krate(krate).package == package && Some(krate) != monolith;
    let modules = workspace.modules.iter();
    let modules = modules.filter(|module| is_other(module.krate));
    let mut shared: BTreeMap<FileId, CrateId> =
        modules.map(|module| (module.file, module.krate)).collect();
    for item in &workspace.items {
        let module = workspace.module(item.module);
        if !is_other(module.krate) {
            continue;
        }
        let folder = workspace.file(module.file).folder();
        let read = item.includes.iter();
        let read = read.filter_map(|include| workspace.file_at(&folder.join(&include.path)));
        shared.extend(read.map(|file| (file, module.krate)));
    }
    shared
}

/// A target, in words.
fn target(workspace: &Workspace, krate: CrateId) -> String {
    let krate = workspace.krate(krate);
    let kind = match krate.kind {
        CrateKind::BuildScript => return "the build script".to_owned(),
        CrateKind::Lib | CrateKind::ProcMacro => "library",
        CrateKind::Bin => "binary",
        CrateKind::Example => "example",
        CrateKind::Test => "test",
        CrateKind::Bench => "benchmark",
    };
    format!("the {kind} `{}`", krate.name)
}

fn is_linked(workspace: &Workspace, id: ItemId) -> bool {
    const LINKED: &[&str] = &[
        "no_mangle",
        "export_name",
        "global_allocator",
        "panic_handler",
        "proc_macro",
        "proc_macro_derive",
        "proc_macro_attribute",
        "link_section",
        "used",
        "main",
        "tokio::main",
        "async_std::main",
    ];
    let mut attributes = workspace.item(id).attributes.iter();
    attributes.any(|attribute| LINKED.contains(&attribute.path.as_str()))
}
