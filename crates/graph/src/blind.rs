//! What the analysis could not see, so that a reader knows how far to trust the graph.

use std::collections::{BTreeMap, BTreeSet};

use cleave_syntax::item::{Include, ItemKind, PathContext};
use cleave_syntax::workspace::CrateKind;
use cleave_syntax::{FileId, ItemId, ModuleId, PackageId, TextRange, UseLeafId, Workspace};

use crate::graph::{Graph, Resolution, Target};

/// Why something can't be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Blindness {
    /// A call at module level of a macro from elsewhere: what it defines, and what that needs, is not in the source.
    ForeignMacro,
    /// A name that no definition in the source has: credited to the macro call, derive or attribute named.
    MadeName,
    /// A path that means nothing we know.
    Unresolved,
    /// Source that a build writes: `OUT_DIR`, or a file spliced in by `include!`.
    Generated,
    /// A `cfg` that no feature of the package and no build script turns on.
    UnknownCfg,
    /// `mod x;` in the tokens of a macro call: the module's file is not read.
    HiddenModule,
}

impl Blindness {
    /// All, in the order of their names.
    pub const ALL: [Blindness; 6] = [
        Blindness::ForeignMacro,
        Blindness::MadeName,
        Blindness::Unresolved,
        Blindness::Generated,
        Blindness::UnknownCfg,
        Blindness::HiddenModule,
    ];

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Blindness::ForeignMacro => "foreign_macro",
            Blindness::MadeName => "made_name",
            Blindness::Unresolved => "unresolved",
            Blindness::Generated => "generated",
            Blindness::UnknownCfg => "unknown_cfg",
            Blindness::HiddenModule => "hidden_module",
        }
    }
}

/// One place that could not be seen through.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlindSpot {
    /// The file, relative to the workspace root.
    pub path: String,
    /// Where.
    pub range: TextRange,
    /// The line, from 1.
    pub line: usize,
    /// Why.
    pub kind: Blindness,
    /// What it is about, as written.
    pub what: String,
}

/// All that could not be seen in a package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlindSpots {
    /// By file, then position; the same name made by the same item is listed once.
    pub spots: Vec<BlindSpot>,
}

impl BlindSpots {
    /// How many there are of a kind.
    pub fn count(&self, kind: Blindness) -> usize {
        self.spots.iter().filter(|spot| spot.kind == kind).count()
    }
}

/// Finds what could not be seen in the crates of a package. Linear in its text and references.
pub fn blind_spots(workspace: &Workspace, graph: &Graph, package: PackageId) -> BlindSpots {
    let mut finder = Finder {
        workspace,
        graph,
        package,
        found: BTreeSet::new(),
        made: BTreeSet::new(),
    };
    finder.items();
    finder.references();
    finder.cfgs();
    BlindSpots {
        spots: finder.found.into_iter().collect(),
    }
}

struct Finder<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    package: PackageId,
    found: BTreeSet<BlindSpot>,
    made: BTreeSet<(ItemId, String)>,
}

impl Finder<'_> {
    fn add(&mut self, module: ModuleId, range: TextRange, kind: Blindness, what: String) {
        self.add_in(self.workspace.module(module).file, range, kind, what);
    }

    fn add_in(&mut self, file: FileId, range: TextRange, kind: Blindness, what: String) {
        let file = self.workspace.file(file);
        self.found.insert(BlindSpot {
            path: file.path.to_string(),
            range,
            line: file.line_column(range.start).0,
            kind,
            what,
        });
    }

    fn is_ours(&self, module: ModuleId) -> bool {
        let krate = self.workspace.krate(self.workspace.module(module).krate);
        krate.package == self.package
    }

    fn items(&mut self) {
        let workspace = self.workspace;
        for (index, item) in workspace.items.iter().enumerate() {
            let id = ItemId::new(index);
            if !self.is_ours(item.module) {
                continue;
            }
            let krate = workspace.krate(workspace.crate_of(id));
            let text = workspace.text_of(id);
            let splices = item.includes.iter().any(Include::is_rust);
            let reads = krate.kind != CrateKind::BuildScript && text.contains("\"OUT_DIR\"");
            if item.kind != ItemKind::Mod && (reads || splices) {
                self.add(item.module, item.range, Blindness::Generated, item.label());
            } else if item.kind == ItemKind::MacroCall && item.parent.is_none() {
                self.call(id, text);
            }
        }
    }

    fn call(&mut self, id: ItemId, text: &str) {
        let item = self.workspace.item(id);
        let own = self.graph.references_of(id).iter().any(|reference| {
            matches!(&reference.resolution.target, Target::Item(rules)
                if self.workspace.item(*rules).macro_rules.is_some())
        });
        if !own {
            self.add(
                item.module,
                item.range,
                Blindness::ForeignMacro,
                item.label(),
            );
        }
        for (at, name) in hidden_modules(text) {
            let start = item.range.start + at as u32;
            let range = TextRange::new(start, start + name.len() as u32);
            let what = format!("mod {name};");
            self.add(item.module, range, Blindness::HiddenModule, what);
        }
    }

    fn references(&mut self) {
        let workspace = self.workspace;
        for reference in &self.graph.references {
            let module = reference.place.module(workspace);
            let path = reference.place.path(workspace);
            if self.is_ours(module) && path.context != PathContext::Attribute {
                self.resolution(module, path.range(), path.text(), &reference.resolution);
            }
        }
        for (index, resolutions) in self.graph.leaves.iter().enumerate() {
            let leaf = workspace.leaf(UseLeafId::new(index));
            let module = workspace.item(leaf.item).module;
            if !self.is_ours(module) {
                continue;
            }
            let (range, text) = (leaf.path.range(), leaf.path.text());
            if resolutions.is_empty() {
                self.add(module, range, Blindness::Unresolved, text);
            } else if let Some(resolution) = resolutions.first() {
                self.resolution(module, range, text, resolution);
            }
        }
    }

    fn resolution(
        &mut self,
        module: ModuleId,
        range: TextRange,
        text: String,
        resolution: &Resolution,
    ) {
        match resolution.target {
            Target::Unresolved => self.add(module, range, Blindness::Unresolved, text),
            Target::Opaque(maker) => {
                let names = text.split("::").take(resolution.used as usize);
                let name = names.last().unwrap_or_default().to_owned();
                if self.made.insert((maker, name.clone())) {
                    let maker = self.workspace.path_of(maker);
                    let what = format!("{name}, perhaps made by {maker}");
                    self.add(module, range, Blindness::MadeName, what);
                }
            }
            _ => {}
        }
    }

    fn cfgs(&mut self) {
        let workspace = self.workspace;
        let mut files: BTreeMap<FileId, bool> = BTreeMap::new();
        let mut script = String::new();
        for (index, module) in workspace.modules.iter().enumerate() {
            if !self.is_ours(ModuleId::new(index)) {
                continue;
            }
            let is_script = workspace.krate(module.krate).kind == CrateKind::BuildScript;
            if is_script {
                script.push_str(&workspace.file(module.file).text);
            }
            files.insert(module.file, is_script);
        }
        let package = workspace.package(self.package);
        let known = |name: &str, value: Option<&str>| match (name, value) {
            ("feature", Some(feature)) => package.features.contains_key(feature),
            _ => WELL_KNOWN.contains(&name) || script.contains(name),
        };
        for (file, is_script) in files {
            let text = &workspace.file(file).text;
            for (range, name, value) in predicates(text) {
                if !is_script && !known(name, value) {
                    let what = value.map_or(name.to_owned(), |value| format!("{name} = {value:?}"));
                    self.add_in(file, range, Blindness::UnknownCfg, what);
                }
            }
        }
    }
}

/// Conditions that the compiler, cargo, or their tools set by themselves.
const WELL_KNOWN: &[&str] = &[
    "clippy",
    "debug_assertions",
    "doc",
    "docsrs",
    "doctest",
    "false",
    "feature",
    "fmt_debug",
    "fuzzing",
    "miri",
    "overflow_checks",
    "panic",
    "proc_macro",
    "relocation_model",
    "rustfmt",
    "sanitize",
    "target_abi",
    "target_arch",
    "target_endian",
    "target_env",
    "target_family",
    "target_feature",
    "target_has_atomic",
    "target_os",
    "target_pointer_width",
    "target_thread_local",
    "target_vendor",
    "test",
    "true",
    "ub_checks",
    "unix",
    "version",
    "wasm32",
    "windows",
];

/// Names behind `mod` and before `;`, with their offsets.
fn hidden_modules(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("mod ") {
        let starts = !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let rest = &text[at + 4..];
        let length = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        if starts && length > 0 && rest[length..].trim_start().starts_with(';') {
            found.push((at + 4, &rest[..length]));
        }
    }
    found
}

/// The conditions in every `cfg(…)`, `cfg!(…)` and `cfg_attr(…, …)` of a text, comments aside.
fn predicates(text: &str) -> Vec<(TextRange, &str, Option<&str>)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("cfg") {
        let rest = &text[at + 3..];
        let rest = rest
            .strip_prefix("_attr")
            .or(rest.strip_prefix('!'))
            .unwrap_or(rest);
        let line = &text[text[..at].rfind('\n').map_or(0, |newline| newline + 1)..at];
        let is_word = line.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"');
        if !rest.starts_with('(')
            || is_word
            || line.contains("//")
            || line.trim_start().starts_with('*')
        {
            continue;
        }
        let start = text.len() - rest.len() + 1;
        condition(text, start, &mut found);
    }
    found
}

/// Collects the conditions from `start` to the `)` that closes, or to the comma behind the first.
fn condition<'t>(
    text: &'t str,
    start: usize,
    found: &mut Vec<(TextRange, &'t str, Option<&'t str>)>,
) {
    let mut depth = 0_usize;
    let mut at = start;
    while let Some(c) = text[at..].chars().next() {
        match c {
            '(' => depth += 1,
            ')' | ',' if depth == 0 => return,
            ')' => depth -= 1,
            c if c.is_alphabetic() || c == '_' => {
                let length = text[at..]
                    .find(|c: char| !c.is_alphanumeric() && c != '_')
                    .unwrap_or(text.len() - at);
                let name = &text[at..at + length];
                let rest = text[at + length..].trim_start();
                if rest.starts_with('(') {
                    at += length;
                    continue;
                }
                let value = rest
                    .strip_prefix('=')
                    .and_then(|value| value.trim_start().strip_prefix('"'))
                    .and_then(|value| value.split_once('"'))
                    .map(|(value, _)| value);
                let end = value.map_or(at + length, |value| {
                    value.as_ptr() as usize - text.as_ptr() as usize + value.len() + 1
                });
                found.push((TextRange::new(at as u32, end as u32), name, value));
                at = end;
                continue;
            }
            _ => {}
        }
        at += c.len_utf8();
    }
}
