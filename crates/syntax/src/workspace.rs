//! The tables of a workspace: packages, targets, modules, and the lookups that every stage needs.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::change::ChangeSet;
use crate::companion::Companion;
use crate::foreign::Foreign;
use crate::id::{CrateId, FileId, ItemId, ModuleId, PackageId, UseLeafId};
use crate::item::{Attribute, Binding, Include, Item, ItemKind, PathContext, UseLeaf};
use crate::source::{SourceFile, TextRange};

/// All that was read.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Absolute path of the workspace root: the folder of the root manifest. Never printed.
    pub root: Utf8PathBuf,
    /// The text of the workspace's root manifest.
    pub manifest: Option<String>,
    /// The workspace's members, by name.
    pub packages: Vec<Package>,
    /// The package that was asked for, the one to split.
    pub package: PackageId,
    /// Every Rust file of every target, by path.
    pub files: Vec<SourceFile>,
    /// Every target of every member, by package, then kind, then name.
    pub crates: Vec<Crate>,
    /// Every module of every crate; a crate's modules lie together, parents before children.
    pub modules: Vec<Module>,
    /// Every item, by module, then position; an `impl`'s methods follow it.
    pub items: Vec<Item>,
    /// Every leaf of every `use` tree (and every `extern crate`), by item, then position.
    pub leaves: Vec<UseLeaf>,
    /// Files beside the source that go by its paths and names, in order of path.
    pub companions: Vec<Companion>,
    /// Files without Rust source that belong to the package: below its own folders, and beside its manifest. In order.
    pub data: Vec<Utf8PathBuf>,
    /// The folders beside the package's manifest, in order.
    pub folders: Vec<Utf8PathBuf>,
    /// What the source of other crates says. Empty until [`foreign`](crate::foreign()) was asked: only rewriting needs it.
    pub foreign: Foreign,
    /// What was changed before it was read, and still is to be written.
    pub united: United,
}

/// Modules that binaries declare once more beside their library, made the library's: whoever reads the source with this
/// change has each module once, and the first step writes it.
#[derive(Debug, Clone, Default)]
pub struct United {
    /// The binaries' roots, which import the modules, and what the library shows more for that.
    pub changes: ChangeSet,
    /// The modules by path, each with the number of binaries that declared it: so many times less do its tests run.
    pub modules: BTreeMap<String, usize>,
    /// What was widened for that, as `path: old visibility`.
    pub made_public: Vec<String>,
}

/// A member package.
#[derive(Debug, Clone)]
pub struct Package {
    /// Name, as in the manifest.
    pub name: String,
    /// Version, as in the manifest.
    pub version: String,
    /// Folder, relative to the workspace root; empty for a root package.
    pub dir: Utf8PathBuf,
    /// The manifest, relative to the workspace root.
    pub manifest_path: Utf8PathBuf,
    /// The manifest's text.
    pub manifest: String,
    /// `2015`, `2018`, `2021` or `2024`.
    pub edition: String,
    /// Whether a registry may take it (`publish` is not false or empty).
    pub publish: bool,
    /// What it depends on, as Cargo lists it.
    pub dependencies: Vec<Dependency>,
    /// The `[features]` table, implicit features of optional dependencies included.
    pub features: BTreeMap<String, Vec<String>>,
}

/// One dependency of a package, of one kind, for one target platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The package's name in its registry.
    pub package: String,
    /// The key in the manifest's table: the rename, or the package's name.
    pub key: String,
    /// The name in source: that of the library, or the rename, with `-` turned into `_`.
    pub extern_name: String,
    /// Which table it stands in.
    pub kind: DependencyKind,
    /// Whether a feature turns it on.
    pub optional: bool,
    /// The platform of a `[target.'…'.dependencies]` table.
    pub target: Option<String>,
    /// The member it is, where it is one.
    pub member: Option<PackageId>,
}

/// Which table a dependency stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DependencyKind {
    /// `[dependencies]`.
    Normal,
    /// `[dev-dependencies]`.
    Dev,
    /// `[build-dependencies]`.
    Build,
}

/// What Cargo builds from a crate root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CrateKind {
    /// A library of any crate type but a procedural macro.
    Lib,
    /// A procedural macro.
    ProcMacro,
    /// A binary.
    Bin,
    /// An example.
    Example,
    /// An integration test.
    Test,
    /// A benchmark.
    Bench,
    /// `build.rs`.
    BuildScript,
}

/// A target: one crate as rustc sees it.
#[derive(Debug, Clone)]
pub struct Crate {
    /// The member it belongs to.
    pub package: PackageId,
    /// What it is built into.
    pub kind: CrateKind,
    /// The target's name.
    pub name: String,
    /// The name that other crates write in paths (only libraries can be named).
    pub extern_name: String,
    /// Its edition (a target may differ from its package).
    pub edition: String,
    /// Its root module.
    pub root: ModuleId,
    /// `required-features` of the target.
    pub required_features: Vec<String>,
}

/// A module: a file, or the inside of `mod x { … }`.
#[derive(Debug, Clone)]
pub struct Module {
    /// The crate it belongs to.
    pub krate: CrateId,
    /// The module around it; none for a crate root.
    pub parent: Option<ModuleId>,
    /// Its own name; empty for a crate root.
    pub name: String,
    /// Names from the crate root on, joined by `::`; empty for a crate root.
    pub path: String,
    /// The file its body is in.
    pub file: FileId,
    /// Whether the body is `mod x { … }`, not a file of its own.
    pub inline: bool,
    /// The range of its body: the whole file, or what is between the braces.
    pub body: TextRange,
    /// Inner attributes and inner docs, comments between them included; empty where there are none.
    pub header: TextRange,
    /// Each inner attribute (`#![…]`) and inner doc comment.
    pub inner_attributes: Vec<Attribute>,
    /// The `mod x;` or `mod x { … }` item, the first if there are several; none for a crate root.
    pub declaration: Option<ItemId>,
    /// Its items in order, without the methods inside impls.
    pub items: Vec<ItemId>,
    /// Its child modules in order.
    pub children: Vec<ModuleId>,
    /// Whether it, or a module around it, is compiled for tests only.
    pub is_test: bool,
    /// Paths in the module's inner docs and inner attributes (doc links, doc tests).
    pub paths: Vec<crate::item::PathUse>,
    /// Files that the inner attributes read: `#![doc = include_str!("module.md")]`.
    pub includes: Vec<Include>,
}

impl Package {
    /// Whether a registry takes it: it may, and there is a licence.
    pub fn is_published(&self) -> bool {
        self.publish && self.manifest.contains("\nlicense")
    }
}

impl Workspace {
    /// Files that code has read while it is compiled, each with the module that names it, and the item; none for the
    /// module's own attributes.
    pub fn includes(&self) -> impl Iterator<Item = (ModuleId, Option<ItemId>, &Include)> {
        let items = self.items.iter().enumerate().flat_map(|(id, item)| {
            let includes = item.includes.iter();
            includes.map(move |include| (item.module, Some(ItemId::new(id)), include))
        });
        let modules = self.modules.iter().enumerate().flat_map(|(id, module)| {
            let includes = module.includes.iter();
            includes.map(move |include| (ModuleId::new(id), None, include))
        });
        items.chain(modules)
    }

    /// A module.
    pub fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.index()]
    }

    /// An item.
    pub fn item(&self, id: ItemId) -> &Item {
        &self.items[id.index()]
    }

    /// A leaf of a `use` tree.
    pub fn leaf(&self, id: UseLeafId) -> &UseLeaf {
        &self.leaves[id.index()]
    }

    /// A file.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.index()]
    }

    /// A crate.
    pub fn krate(&self, id: CrateId) -> &Crate {
        &self.crates[id.index()]
    }

    /// A package.
    pub fn package(&self, id: PackageId) -> &Package {
        &self.packages[id.index()]
    }

    /// The crate that an item belongs to.
    pub fn crate_of(&self, item: ItemId) -> CrateId {
        self.module(self.item(item).module).krate
    }

    /// The name that a crate has for itself, by `extern crate self as …`.
    pub fn own_name(&self, krate: CrateId) -> Option<&str> {
        let items = self.module(self.krate(krate).root).items.iter();
        let mut leaves = items
            .map(|id| self.item(*id))
            .filter(|item| item.kind == ItemKind::ExternCrate)
            .flat_map(|item| &item.leaves)
            .map(|leaf| self.leaf(*leaf));
        leaves.find_map(|leaf| match &leaf.binding {
            Binding::Name(name) if leaf.path.text() == "self" => Some(name.as_str()),
            _ => None,
        })
    }

    /// The folder of a crate's root file, relative to the workspace root.
    pub fn source_folder(&self, krate: CrateId) -> &Utf8Path {
        self.file(self.module(self.krate(krate).root).file).folder()
    }

    /// A module and those around it, from the inside out.
    pub fn around(&self, module: ModuleId) -> impl Iterator<Item = ModuleId> + '_ {
        std::iter::successors(Some(module), |inner| self.module(*inner).parent)
    }

    /// Whether an attribute macro may stand on a module, which is then handed all that is in it.
    pub fn is_rewritten(&self, module: ModuleId) -> bool {
        let declaration = self.module(module).declaration;
        declaration.is_some_and(|declaration| self.item(declaration).may_be_rewritten())
    }

    /// All items that declare a module: a file may be `mod x;` under one condition and `pub mod x;` under another.
    pub fn declarations(&self, module: ModuleId) -> impl Iterator<Item = ItemId> + '_ {
        let around = self.module(module).parent;
        let items = around.map_or(&[][..], |around| self.module(around).items.as_slice());
        let declares = move |id: &ItemId| self.item(*id).declares == Some(module);
        items.iter().copied().filter(declares)
    }

    /// Whether `inner` is `outer` or below it.
    pub fn is_within(&self, inner: ModuleId, outer: ModuleId) -> bool {
        self.around(inner).any(|module| module == outer)
    }

    /// Whether `::*` follows one of an item's paths: a glob in a body, or in what a macro writes. What a doc test brings into
    /// scope, it has for itself.
    pub fn is_glob(&self, id: ItemId, path: u32) -> bool {
        let item = self.item(id);
        let path = &item.paths[path as usize];
        if matches!(path.context, PathContext::DocTest | PathContext::DocLink) {
            return false;
        }
        let end = path.range().end;
        let file = self.file(self.module(item.module).file);
        let rest = file.text[end as usize..].trim_start().strip_prefix("::");
        rest.is_some_and(|rest| rest.trim_start().starts_with('*'))
    }

    /// Whether an item is a macro call in which modules are declared.
    pub fn declares_modules(&self, id: ItemId) -> bool {
        let next = self.items.get(id.index() + 1);
        self.item(id).kind == ItemKind::MacroCall && next.is_some_and(|next| next.in_call)
    }

    /// Whether an item puts source in its place that may define any name: `include!` of a Rust file, or of what a build
    /// script has written.
    pub fn splices_source(&self, id: ItemId) -> bool {
        let item = self.item(id);
        let is_written = || {
            let text = self.text_of(id);
            text.contains("include!") && text.contains("\"OUT_DIR\"")
        };
        let is_call = item.kind == ItemKind::MacroCall;
        is_call && (item.includes.iter().any(Include::is_rust) || is_written())
    }

    /// Whether an import of a module binds a name.
    pub fn imports_name(&self, module: ModuleId, name: &str) -> bool {
        let items = self.module(module).items.iter();
        let mut leaves = items.flat_map(|id| &self.item(*id).leaves);
        leaves
            .any(|leaf| matches!(&self.leaf(*leaf).binding, Binding::Name(bound) if bound == name))
    }

    /// Whether an import of a module's name stands beside it: `pub use a::a`.
    pub fn is_behind_its_name(&self, module: ModuleId) -> bool {
        let module = self.module(module);
        let mut around = module.parent.into_iter();
        around.any(|around| self.imports_name(around, &module.name))
    }

    /// The text of an item's tokens, docs and attributes included.
    pub fn text_of(&self, item: ItemId) -> &str {
        let item = self.item(item);
        &self.file(self.module(item.module).file)[item.range]
    }

    /// Whether a `mod` or `extern crate` brings its macros into textual scope, at least under some `cfg`: `#[macro_use]`,
    /// `#[cfg_attr(…, macro_use)]`, or `#![macro_use]` at the module's top.
    pub fn takes_macros(&self, item: ItemId) -> bool {
        let item = self.item(item);
        let takes = |module: ModuleId, attributes: &[Attribute]| {
            let file = self.file(self.module(module).file);
            attributes.iter().any(|attribute| {
                let is_conditional = attribute.path == "cfg_attr";
                attribute.path == "macro_use"
                    || is_conditional && file[attribute.range].contains("macro_use")
            })
        };
        let inner = |module: ModuleId| takes(module, &self.module(module).inner_attributes);
        takes(item.module, &item.attributes) || item.declares.is_some_and(inner)
    }

    /// The first names of what a `use` or `extern crate` item imports.
    pub fn leaf_names(&self, item: ItemId) -> Vec<String> {
        let leaves = self.item(item).leaves.iter();
        leaves
            .filter_map(|leaf| self.leaf(*leaf).path.segments.first())
            .map(|segment| segment.name.into())
            .collect()
    }

    /// The file with this path relative to the workspace root.
    pub fn file_at(&self, path: &Utf8Path) -> Option<FileId> {
        self.files
            .binary_search_by(|file| file.path.as_path().cmp(path))
            .ok()
            .map(FileId::new)
    }

    /// The library of a package, if it has one.
    pub fn library(&self, package: PackageId) -> Option<CrateId> {
        self.crates
            .iter()
            .position(|krate| krate.package == package && matches!(krate.kind, CrateKind::Lib))
            .map(CrateId::new)
    }

    /// The binaries of a package.
    pub fn binaries(&self, package: PackageId) -> impl Iterator<Item = CrateId> + '_ {
        let crates = (0..self.crates.len()).map(CrateId::new);
        crates.filter(move |id| {
            let krate = self.krate(*id);
            krate.package == package && krate.kind == CrateKind::Bin
        })
    }

    /// The crate of a package that is to be split: its library, or else its binary with the most lines.
    pub fn monolith(&self, package: PackageId) -> Option<CrateId> {
        self.library(package).or_else(|| {
            self.binaries(package)
                .max_by_key(|id| (self.lines_of_crate(*id), std::cmp::Reverse(id.0)))
        })
    }

    /// The ids of a crate's modules, parents before children.
    pub fn modules_of(&self, krate: CrateId) -> impl Iterator<Item = ModuleId> + '_ {
        (0..self.modules.len())
            .map(ModuleId::new)
            .filter(move |id| self.module(*id).krate == krate)
    }

    /// The ids of a crate's items, in order.
    pub fn items_of(&self, krate: CrateId) -> impl Iterator<Item = ItemId> + '_ {
        (0..self.items.len())
            .map(ItemId::new)
            .filter(move |id| self.crate_of(*id) == krate)
    }

    /// Non-test lines of a crate: those of its items that are compiled outside tests.
    pub fn lines_of_crate(&self, krate: CrateId) -> usize {
        self.modules_of(krate)
            .filter(|id| !self.module(*id).is_test)
            .flat_map(|id| self.module(id).items.iter())
            .map(|id| self.lines_of(*id))
            .sum()
    }

    /// Non-test lines of one item with the comments above it; a module declaration counts its own line only.
    pub fn lines_of(&self, id: ItemId) -> usize {
        let item = self.item(id);
        if item.is_test || item.parent.is_some() {
            return 0;
        }
        if item.declares.is_some() {
            return 1;
        }
        self.file(self.module(item.module).file)
            .line_count(item.full)
    }

    /// An item's label; that of a method has the name of its type with it.
    pub fn label_of(&self, id: ItemId) -> String {
        let item = self.item(id);
        let own = item.label();
        match item.parent {
            Some(parent) => format!("{}::{own}", self.item(parent).self_name()),
            None => own,
        }
    }

    /// Names from the crate root to the item, as it is named in `split.toml`: `a::b::X`, or
    /// `a::b::impl Display for X` for an impl.
    pub fn path_of(&self, id: ItemId) -> String {
        let own = self.label_of(id);
        let module = &self.module(self.item(id).module).path;
        if module.is_empty() {
            own
        } else {
            format!("{module}::{own}")
        }
    }
}
