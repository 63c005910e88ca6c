//! Which file each moved item goes to, and what its old module keeps (rows A1, A3, A4, F1, F4, F5, G1).

mod alias;
mod emptied;
mod glob;
mod here;
mod macros;
mod named;
mod there;
mod wrapped;

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use cleave_syntax::change::{Block, Reason};
use cleave_syntax::item::{Item, ItemKind};
use cleave_syntax::{ChangeBuilder, FileId, ItemId, ModuleId, TextRange, UseLeafId};

use crate::demand::{DestDemand, RootDemand, onward};
use crate::place;
use crate::scope::Scope;
use crate::skeleton;
use crate::support;
use crate::text;

pub(crate) use there::moves_as_it_is;

/// What was moved, for the report.
#[derive(Debug, Default)]
pub(crate) struct Moves {
    pub(crate) files_moved: usize,
    pub(crate) files_split: BTreeSet<Utf8PathBuf>,
    pub(crate) items_relocated: usize,
    /// Old file to new file of every file that moves whole.
    pub(crate) file_moves: BTreeMap<Utf8PathBuf, Utf8PathBuf>,
    /// Imports that the new crate gets, by the monolith's leaf.
    pub(crate) dest_leaves: BTreeSet<UseLeafId>,
    /// Imports that the monolith loses, or has under a condition only.
    pub(crate) lost_leaves: BTreeSet<UseLeafId>,
}

/// Lays out both sides.
pub(crate) fn lay_out(
    scope: &Scope<'_>,
    demands: (&RootDemand, &DestDemand, &BTreeSet<UseLeafId>),
    builder: &mut ChangeBuilder,
) -> Moves {
    let mut layout = Layout::new(scope, demands, builder);
    let top = scope.workspace.krate(scope.root).root;
    layout.place(top);
    layout.finish_dest();
    let emptied = layout.emptied();
    for module in scope.workspace.modules_of(scope.root) {
        if !scope.is_whole(module) && !emptied.contains(&module) {
            layout.keep(module);
        }
    }
    layout.drop_emptied(&emptied);
    layout.moves
}

/// What the monolith keeps where the destination has what moves already: imports of it.
pub(crate) fn leave(
    scope: &Scope<'_>,
    demands: (&RootDemand, &DestDemand, &BTreeSet<UseLeafId>),
    builder: &mut ChangeBuilder,
) {
    let mut layout = Layout::new(scope, demands, builder);
    for module in scope.workspace.modules_of(scope.root) {
        if scope.is_whole(module) {
            continue;
        }
        layout.keep(module);
        for id in &scope.workspace.module(module).items {
            let item = scope.workspace.item(*id);
            let mut child = item.declares.into_iter();
            if child.any(|child| scope.is_whole(child)) {
                let (path, range) = (&layout.file_of(module).path, layout.travels(item));
                let reason = Reason::new("F1", scope.workspace.path_of(*id));
                layout.builder.replace(path, range, "", reason);
            }
        }
    }
}

fn wanted(scope: &Scope<'_>, dest: &DestDemand) -> BTreeSet<ModuleId> {
    let with_imports = dest.leaves.keys().map(|leaf| {
        scope
            .workspace
            .item(scope.workspace.leaf(*leaf).item)
            .module
    });
    let mut wanted = BTreeSet::new();
    for module in dest.facades.iter().copied().chain(with_imports) {
        let mut at = Some(module);
        while let Some(module) = at.filter(|module| wanted.insert(*module)) {
            at = scope.workspace.module(module).parent;
        }
    }
    wanted
}

/// Imports that others re-export in the destination: by what is asked of the destination itself, and by what the code that
/// stays asks of an import that moves, which is made public with all that stands in it.
pub(crate) fn public(
    scope: &Scope<'_>,
    root: &RootDemand,
    dest: &DestDemand,
) -> BTreeSet<UseLeafId> {
    let workspace = scope.workspace;
    let mut public = dest.re_exported.clone();
    let items = root
        .public_leaves
        .iter()
        .map(|leaf| workspace.leaf(*leaf).item);
    let mut pending: Vec<UseLeafId> = items
        .flat_map(|item| workspace.item(item).leaves.iter().copied())
        .collect();
    while let Some(leaf) = pending.pop() {
        let resolutions = scope.graph.leaves[leaf.index()].iter();
        for next in resolutions.flat_map(|resolution| onward(scope, leaf, resolution)) {
            if workspace.leaf(next).path.segments.len() > 1 && public.insert(next) {
                pending.push(next);
            }
        }
    }
    public
}

fn written(rule: &'static str, subject: &str, text: impl Into<String>) -> Block {
    Block::Text {
        text: text.into(),
        reason: Reason::new(rule, subject),
    }
}

/// The rule that an import is written for.
const IMPORT_RULE: &str = "A1";

struct Layout<'a, 'b> {
    scope: &'b Scope<'a>,
    root: &'b RootDemand,
    dest: &'b DestDemand,
    builder: &'b mut ChangeBuilder,
    /// Into the destination's files of today: by file, then by offset.
    insertions: BTreeMap<FileId, Vec<(u32, Vec<Block>)>>,
    new_files: BTreeMap<Utf8PathBuf, Vec<Block>>,
    /// The files of which what moves has its place in files of the destination that are there today.
    placed: BTreeSet<FileId>,
    /// Attributes and visibilities of the destination's imports that are mended already.
    loosened: BTreeSet<(FileId, TextRange)>,
    /// Modules that the destination needs as places for imports, with those around them.
    wanted: BTreeSet<ModuleId>,
    /// Imports that are public in the destination.
    public: &'b BTreeSet<UseLeafId>,
    moves: Moves,
}

impl<'a, 'b> Layout<'a, 'b> {
    fn new(
        scope: &'b Scope<'a>,
        (root, dest, public): (&'b RootDemand, &'b DestDemand, &'b BTreeSet<UseLeafId>),
        builder: &'b mut ChangeBuilder,
    ) -> Self {
        Layout {
            scope,
            root,
            dest,
            builder,
            insertions: BTreeMap::new(),
            new_files: BTreeMap::new(),
            placed: BTreeSet::new(),
            loosened: BTreeSet::new(),
            wanted: wanted(scope, dest),
            public,
            moves: Moves::default(),
        }
    }

    fn file_of(&self, module: ModuleId) -> &'a cleave_syntax::SourceFile {
        self.scope
            .workspace
            .file(self.scope.workspace.module(module).file)
    }

    fn moved(&self, module: ModuleId, range: TextRange) -> Block {
        Block::Moved {
            path: self.file_of(module).path.clone(),
            range,
        }
    }

    /// What goes along with an item: not the line break that ends what stays before it.
    fn travels(&self, item: &Item) -> TextRange {
        let text = &self.file_of(item.module).text;
        let at_line_start =
            item.full.start == 0 || text.as_bytes()[item.full.start as usize - 1] == b'\n';
        if at_line_start {
            return item.full;
        }
        TextRange::new(below_blank(text, item), item.full.end)
    }

    /// Puts what moves out of `module` (which does not move whole) to its place in the destination. Returns the blocks
    /// that the parent's text must take in: those of an inline module.
    fn place(&mut self, module: ModuleId) {
        let value = self.scope.workspace.module(module);
        // A file that several declarations name, under different conditions, moves once.
        if !value.inline && !self.placed.insert(value.file) {
            return;
        }
        let indent = place::indent(self.scope.workspace, module);
        let imports = self.dest_imports(module, &indent);
        if let Some(existing) = self.scope.module_there(module) {
            let ordered = self.before_later_macros(module, existing);
            let blocks = self.body(module, &|_, id| !ordered.contains(&id));
            self.insert(existing, &imports, blocks);
            return;
        }
        let above = self.declared_above(module);
        let path = self.scope.mirrored(&self.file_of(module).path);
        let mut content = self.body(module, &|_, id| above.contains(&id));
        let blocks = self.body(module, &|_, id| !above.contains(&id));
        if !imports.is_empty() {
            let lead = if content.is_empty() { "" } else { "\n" };
            let gap = if above.is_empty() && self.starts_with_import(module) {
                ""
            } else {
                "\n"
            };
            let imports = format!("{lead}{imports}{gap}");
            content.push(written(IMPORT_RULE, &value.path, imports));
        }
        content.extend(blocks);
        if self.scope.touched[module.index()] {
            let path = self.file_of(module).path.clone();
            self.moves.files_split.insert(path);
        }
        self.new_files.insert(path, content);
    }

    /// Whether the first thing that moves out of a module is an import.
    fn starts_with_import(&self, module: ModuleId) -> bool {
        let items = &self.scope.workspace.module(module).items;
        let first = items.iter().find(|id| {
            let whole = self
                .scope
                .workspace
                .item(**id)
                .declares
                .is_some_and(|child| self.scope.touched[child.index()]);
            self.scope.moving[id.index()]
                || whole
                || (self.scope.is_import(**id) && self.moves_as_it_is(**id))
        });
        first.is_some_and(|id| self.scope.is_import(*id))
    }

    /// What moves out of a module and is wanted, in its order.
    fn body(
        &mut self,
        module: ModuleId,
        is_wanted: &dyn Fn(&Scope<'_>, ItemId) -> bool,
    ) -> Vec<Block> {
        let workspace = self.scope.workspace;
        let mut blocks = Vec::new();
        for id in &workspace.module(module).items {
            let item = workspace.item(*id);
            if !is_wanted(self.scope, *id) {
                continue;
            }
            if let Some(child) = item.declares {
                self.child(module, *id, child, &mut blocks);
            } else if self.scope.is_import(*id) {
                if self.moves_as_it_is(*id) {
                    self.moves.dest_leaves.extend(item.leaves.iter());
                    if self.scope.support.items.contains(id) {
                        support::open_one(self.scope, *id, self.builder);
                    }
                    self.carry(*id, &mut blocks);
                }
            } else if self.scope.moving[id.index()] {
                self.moves.items_relocated += 1;
                self.carry(*id, &mut blocks);
            }
        }
        blocks
    }

    fn child(
        &mut self,
        module: ModuleId,
        declaration: ItemId,
        child: ModuleId,
        blocks: &mut Vec<Block>,
    ) {
        let workspace = self.scope.workspace;
        let value = workspace.module(child);
        let facade = self.wanted.contains(&child);
        if self.scope.is_whole(child) {
            self.carry(declaration, blocks);
            self.move_files(child);
            // Nothing on the line tells that its place has a meaning: a blank one keeps it out of the order of others.
            let attributes = &workspace.item(declaration).attributes;
            if workspace.takes_macros(declaration)
                && !attributes.iter().any(|it| it.path.contains("macro_use"))
            {
                blocks.push(written("D1", &value.path, "\n"));
            }
        } else if !self.scope.touched[child.index()] && !facade {
        } else if self.scope.dest_modules.contains_key(value.path.as_str()) {
            self.place(child);
        } else {
            let indent = place::indent(workspace, module);
            let mut attributes = self.declaration_attributes(declaration, &indent);
            if self.scope.is_published() && !self.scope.exports.modules.contains(&child) {
                attributes = format!("{indent}#[doc(hidden)]\n{attributes}");
            }
            let visibility = if self.is_of_macros(child) {
                ""
            } else if self.scope.touched[child.index()]
                || self.dest.re_exported_modules.contains(&child)
            {
                "pub "
            } else {
                "pub(crate) "
            };
            let head = format!(
                "{attributes}{indent}{visibility}mod {}",
                text::identifier(&value.name)
            );
            if value.inline {
                let inner = place::indent(workspace, child);
                let imports = self.dest_imports(child, &inner);
                let body = self.body(child, &|_, _| true);
                blocks.push(written(
                    "F1",
                    &value.path,
                    format!("\n{head} {{\n{imports}"),
                ));
                blocks.extend(body);
                blocks.push(written("F1", &value.path, format!("{indent}}}\n")));
            } else {
                blocks.push(written("F1", &value.path, format!("{head};\n")));
                self.place(child);
            }
        }
    }

    /// Whether only macros move out of a module: no path leads to them through it, and an import of a macro from the new
    /// crate's root must not bring a module of the same name.
    fn is_of_macros(&self, module: ModuleId) -> bool {
        let workspace = self.scope.workspace;
        let value = workspace.module(module);
        let mut moving = value
            .items
            .iter()
            .filter(|id| self.scope.moving[id.index()]);
        let mut public = self.public.iter();
        self.scope.touched[module.index()]
            && !value
                .children
                .iter()
                .any(|child| self.scope.touched[child.index()])
            && moving.all(|id| workspace.item(*id).kind == ItemKind::MacroRules)
            && public.all(|leaf| workspace.item(workspace.leaf(*leaf).item).module != module)
    }

    /// The attributes of a `mod` item that its twin in the other crate needs too, and what stands at the top of the module,
    /// which is not copied into that. What judges a public API stays with that.
    fn declaration_attributes(&self, declaration: ItemId, indent: &str) -> String {
        let item = self.scope.workspace.item(declaration);
        let file = self.file_of(item.module);
        let is_open = self.scope.support.items.contains(&declaration);
        let own = item.attributes.iter().filter(|it| !it.is_doc);
        let own = own.map(|attribute| file[attribute.range].to_owned());
        let inner = item.declares.iter();
        let inner = inner.flat_map(|it| self.scope.attributes_of_twin(*it));
        let needed = own.chain(inner);
        let lines = needed
            .filter_map(|text| skeleton::without_public_api(&text))
            .map(|text| {
                if is_open {
                    support::opened(&text)
                } else {
                    text
                }
            })
            .flat_map(|text| [indent.to_owned(), text, "\n".to_owned()]);
        std::iter::once(wrapped::above(item, indent))
            .chain(lines)
            .collect()
    }

    /// The files of a module that moves whole, and of all below it.
    fn move_files(&mut self, module: ModuleId) {
        let value = self.scope.workspace.module(module);
        let file = self.file_of(module);
        if !value.inline && !self.moves.file_moves.contains_key(&file.path) {
            let path = self.scope.mirrored(&file.path);
            let whole = TextRange::new(0, file.text.len() as u32);
            self.new_files
                .insert(path.clone(), vec![self.moved(module, whole)]);
            self.builder.delete(&file.path, Reason::new("F5", "moved"));
            self.moves.file_moves.insert(file.path.clone(), path);
            self.moves.files_moved += 1;
        }
        for child in &value.children {
            self.move_files(*child);
        }
    }

    /// Puts imports and moved items into a module that the destination already has.
    fn insert(&mut self, existing: ModuleId, imports: &str, mut blocks: Vec<Block>) {
        let value = self.scope.workspace.module(existing);
        let text = &self.file_of(existing).text;
        if !imports.is_empty() {
            let (offset, lines) = self.import_place(existing, imports);
            let block = written(IMPORT_RULE, &value.path, lines);
            self.insertions
                .entry(value.file)
                .or_default()
                .push((offset, vec![block]));
        }
        if !blocks.is_empty() {
            let at = value.body.end;
            let open = at > 0 && !text[..at as usize].ends_with(['\n', '{']);
            // The front page of a new crate ends with its docs and attributes.
            let first = value.items.is_empty() && value.parent.is_none() && at > 0;
            if open || first {
                blocks.insert(0, written("F4", &value.path, "\n"));
            }
            self.insertions
                .entry(value.file)
                .or_default()
                .push((at, blocks));
        }
    }

    /// Where new imports of a module go, and their text with the blank lines that the place asks for.
    fn import_place(&self, module: ModuleId, lines: &str) -> (u32, String) {
        place::of_imports(self.scope.workspace, module, lines, |id| !self.goes(id))
    }

    fn finish_dest(&mut self) {
        for (file, mut insertions) in std::mem::take(&mut self.insertions) {
            let file = self.scope.workspace.file(file);
            insertions.sort_by_key(|(offset, _)| *offset);
            let mut blocks = Vec::new();
            let mut at = 0;
            let copy = |from: u32, to: u32, blocks: &mut Vec<Block>| {
                if from < to {
                    blocks.push(Block::Moved {
                        path: file.path.clone(),
                        range: TextRange::new(from, to),
                    });
                }
            };
            for (offset, inserted) in insertions {
                copy(at, offset, &mut blocks);
                blocks.extend(inserted);
                at = offset;
            }
            copy(at, file.text.len() as u32, &mut blocks);
            self.builder.create(&file.path, blocks);
        }
        for (path, blocks) in std::mem::take(&mut self.new_files) {
            self.builder.create(&path, blocks);
        }
    }
}

/// The start of the first line of an item, or of the comments above it, behind the blank lines before.
fn below_blank(text: &str, item: &Item) -> u32 {
    let lead = &text[item.full.start as usize..item.range.start as usize];
    let blank = lead.len() - lead.trim_start_matches(['\n', '\r', ' ', '\t']).len();
    let kept = lead[..blank].rfind('\n').map_or(0, |newline| newline + 1);
    item.full.start + kept as u32
}
