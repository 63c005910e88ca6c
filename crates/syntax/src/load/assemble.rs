//! Puts what was parsed into the tables of one workspace, in their documented order.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::called;
use super::in_call::{self, Wrappings};
use super::metadata::Outline;
use super::modules::Tree;
use crate::companion;
use crate::diagnostic::Diagnostic;
use crate::id::{CrateId, FileId, ItemId, ModuleId, UseLeafId};
use crate::parse::{ParsedItem, ParsedModule};
use crate::source::SourceFile;
use crate::workspace::{Crate, Module, Workspace};

/// Builds the tables.
pub(super) fn workspace(outline: Outline, trees: Vec<Tree>) -> (Workspace, Vec<Diagnostic>) {
    let mut files: BTreeMap<Utf8PathBuf, SourceFile> = BTreeMap::new();
    for node in trees.iter().flat_map(|tree| &tree.nodes) {
        files
            .entry(node.path.clone())
            .or_insert_with(|| SourceFile::new(node.path.clone(), node.text.clone()));
    }
    let files: Vec<SourceFile> = files.into_values().collect();
    let dir = &outline.packages[outline.package.index()].dir;
    let mut workspace = Workspace {
        companions: companion::find(&outline.root, &files),
        data: companion::data(&outline.root, dir, &files),
        folders: companion::folders(&outline.root, dir),
        manifest: std::fs::read_to_string(outline.root.join("Cargo.toml")).ok(),
        root: outline.root,
        packages: outline.packages,
        package: outline.package,
        files,
        crates: Vec::new(),
        modules: Vec::new(),
        items: Vec::new(),
        leaves: Vec::new(),
        foreign: crate::Foreign::default(),
        united: outline.united,
    };
    let mut diagnostics = Vec::new();
    let wrappings = Wrappings::of(&trees);
    for (target, tree) in outline.targets.into_iter().zip(trees) {
        let krate = CrateId::new(workspace.crates.len());
        workspace.crates.push(Crate {
            package: target.package,
            kind: target.kind,
            extern_name: target.name.replace('-', "_"),
            name: target.name,
            edition: target.edition,
            root: ModuleId::new(workspace.modules.len()),
            required_features: target.required_features,
        });
        diagnostics.extend(Assembly::new((&mut workspace, &wrappings), tree, krate).run());
    }
    called::settle(&mut workspace);
    (workspace, diagnostics)
}

struct Assembly<'a> {
    workspace: &'a mut Workspace,
    wrappings: &'a Wrappings,
    krate: CrateId,
    diagnostics: Vec<Diagnostic>,
    /// The parsed modules of the files, taken as they are placed.
    parsed: Vec<Option<ParsedModule>>,
    files: Vec<FileId>,
    /// The folders in which the files' own modules are looked up.
    folders: Vec<Utf8PathBuf>,
    /// The file of each `mod x;`, by the file it stands in and the way to it.
    children: BTreeMap<(usize, Vec<usize>), usize>,
    /// Modules whose items are still to come, in order.
    pending: Vec<(ModuleId, Vec<ParsedItem>, usize, Vec<usize>)>,
}

impl<'a> Assembly<'a> {
    fn new(
        (workspace, wrappings): (&'a mut Workspace, &'a Wrappings),
        tree: Tree,
        krate: CrateId,
    ) -> Self {
        let files = tree
            .nodes
            .iter()
            .map(|node| {
                workspace
                    .file_at(&node.path)
                    .expect("every file that was read is in the table")
            })
            .collect();
        let children = tree
            .nodes
            .iter()
            .enumerate()
            .filter_map(|(index, node)| Some((node.parent.clone()?, index)))
            .collect();
        let nodes = tree.nodes.into_iter();
        let (folders, parsed) = nodes.map(|node| (node.folder, Some(node.parsed))).unzip();
        Self {
            workspace,
            wrappings,
            krate,
            diagnostics: tree.diagnostics,
            parsed,
            files,
            folders,
            children,
            pending: Vec::new(),
        }
    }

    fn run(mut self) -> Vec<Diagnostic> {
        let parsed = self.parsed.iter().flatten();
        let (items, leaves) = parsed
            .map(count)
            .fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        self.workspace.items.reserve(items);
        self.workspace.leaves.reserve(leaves);
        if let Some(root) = self.parsed.first_mut().and_then(Option::take) {
            self.module(root, None, (0, Vec::new()));
            self.items();
        }
        self.diagnostics
    }

    /// Enters a module and those below it; parents come before children.
    fn module(
        &mut self,
        parsed: ParsedModule,
        around: Option<(ModuleId, String, bool)>,
        (file, way): (usize, Vec<usize>),
    ) -> ModuleId {
        let id = ModuleId::new(self.workspace.modules.len());
        let (parent, name, is_test) = match around {
            Some((parent, name, is_test)) => (Some(parent), name, is_test),
            None => (None, String::new(), false),
        };
        let path = match parent.map(|parent| &self.workspace.module(parent).path) {
            None => String::new(),
            Some(above) if above.is_empty() => name.clone(),
            Some(above) => format!("{above}::{name}"),
        };
        let is_test = is_test || parsed.is_test;
        self.workspace.modules.push(Module {
            krate: self.krate,
            parent,
            name,
            path,
            file: self.files[file],
            inline: !way.is_empty(),
            body: parsed.body,
            header: parsed.header,
            inner_attributes: parsed.inner_attributes,
            declaration: None,
            items: Vec::new(),
            children: Vec::new(),
            is_test,
            paths: parsed.paths,
            includes: parsed.includes,
        });
        let mut items = parsed.items;
        let text = &self.workspace.file(self.files[file]).text;
        self.wrappings.unwrap(&mut items, text);
        in_call::forget_inline_modules(&mut items);
        let mut children = Vec::new();
        let first = self.first_declarations(&items, (file, &way));
        for position in 0..items.len() {
            let Some(declared) = &mut items[position].module else {
                continue;
            };
            let inline = declared.inline.take();
            let earlier = first[position].filter(|first| *first != position);
            if let Some(earlier) = earlier {
                items[position].item.declares = items[earlier].item.declares;
                continue;
            }
            let mut declarations = (position..items.len())
                .filter(|other| *other == position || first[*other] == Some(position));
            let in_tests = is_test || declarations.all(|other| items[other].item.is_test);
            let mut way = way.clone();
            way.push(position);
            let around = Some((id, items[position].item.name.clone(), in_tests));
            let child = match inline {
                Some(inline) => Some(self.module(inline, around, (file, way))),
                None => self.children.get(&(file, way)).copied().and_then(|child| {
                    let parsed = self.parsed[child].take()?;
                    Some(self.module(parsed, around, (child, Vec::new())))
                }),
            };
            items[position].item.declares = child;
            children.extend(child);
        }
        in_call::settle(&mut items);
        self.workspace.modules[id.index()].children = children;
        self.pending.push((id, items, file, way));
        id
    }

    /// By item: for a `mod x;` the first one of that name beside it that leads to the same file. Under conditions that
    /// exclude each other one module may be declared several times, `pub` by one of them.
    fn first_declarations(
        &self,
        items: &[ParsedItem],
        (file, way): (usize, &[usize]),
    ) -> Vec<Option<usize>> {
        let mut first: BTreeMap<(&str, FileId, &Utf8PathBuf), usize> = BTreeMap::new();
        let all = items.iter().enumerate().map(|(position, parsed)| {
            let declared = parsed.module.as_ref()?;
            let mut way = way.to_vec();
            way.push(position);
            let node = *self.children.get(&(file, way))?;
            let place = (
                parsed.item.name.as_str(),
                self.files[node],
                &self.folders[node],
            );
            let is_file = declared.inline.is_none();
            is_file.then(|| *first.entry(place).or_insert(position))
        });
        all.collect()
    }

    /// Enters the items, module by module.
    fn items(&mut self) {
        let mut pending = std::mem::take(&mut self.pending);
        pending.sort_by_key(|(id, ..)| *id);
        for (module, items, ..) in pending {
            for parsed in items {
                self.item(module, parsed);
            }
        }
    }

    fn item(&mut self, module: ModuleId, parsed: ParsedItem) {
        let id = ItemId::new(self.workspace.items.len());
        let in_test = self.workspace.module(module).is_test;
        let mut item = parsed.item;
        item.module = module;
        item.is_test |= in_test;
        if let Some(child) = item.declares {
            let module = &mut self.workspace.modules[child.index()];
            module.declaration.get_or_insert(id);
        }
        for mut leaf in parsed.leaves {
            leaf.item = id;
            item.leaves
                .push(UseLeafId::new(self.workspace.leaves.len()));
            self.workspace.leaves.push(leaf);
        }
        item.methods = (0..parsed.methods.len())
            .map(|offset| ItemId::new(id.index() + 1 + offset))
            .collect();
        let is_test = item.is_test;
        self.workspace.modules[module.index()].items.push(id);
        self.workspace.items.push(item);
        for mut method in parsed.methods {
            method.module = module;
            method.parent = Some(id);
            method.is_test |= is_test;
            self.workspace.items.push(method);
        }
    }
}

/// How many items and leaves a module has, those of its inline modules included.
fn count(module: &ParsedModule) -> (usize, usize) {
    let mut sum = (0, 0);
    for parsed in &module.items {
        sum.0 += 1 + parsed.methods.len();
        sum.1 += parsed.leaves.len();
        if let Some(inline) = parsed
            .module
            .as_ref()
            .and_then(|module| module.inline.as_ref())
        {
            let inside = count(inline);
            sum = (sum.0 + inside.0, sum.1 + inside.1);
        }
    }
    sum
}
