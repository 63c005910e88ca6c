//! Which file each moved item goes to, and what its old module keeps (rows A1, A3, A4, F1, F4, F5, G1).

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use cleave_graph::Target;
use cleave_syntax::change::{Block, Reason};
use cleave_syntax::item::{Binding, Item, ItemKind, Level, UseLeafId};
use cleave_syntax::workspace::CrateKind;
use cleave_syntax::{ChangeBuilder, FileId, ItemId, ModuleId, TextRange};

use crate::demand::{ALL, Asked, DestDemand, RootDemand};
use crate::place;
use crate::scope::Scope;
use crate::support;
use crate::text::{self, Import};
use crate::tree;

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
}

/// Lays out both sides.
pub(crate) fn lay_out(
    scope: &Scope<'_>,
    root: &RootDemand,
    dest: &DestDemand,
    builder: &mut ChangeBuilder,
) -> Moves {
    let mut layout = Layout {
        scope,
        root,
        dest,
        builder,
        insertions: BTreeMap::new(),
        new_files: BTreeMap::new(),
        loosened: BTreeSet::new(),
        wanted: wanted(scope, dest),
        moves: Moves::default(),
    };
    let top = scope.workspace.krate(scope.root).root;
    layout.place(top);
    layout.finish_dest();
    for module in scope.workspace.modules_of(scope.root) {
        if !scope.is_whole(module) {
            layout.keep(module);
        }
    }
    layout.moves
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
    /// Attributes and visibilities of the destination's imports that are mended already.
    loosened: BTreeSet<(FileId, TextRange)>,
    /// Modules that the destination needs as places for imports, with those around them.
    wanted: BTreeSet<ModuleId>,
    moves: Moves,
}

impl<'a> Layout<'a, '_> {
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
        let depth = self.inline_depth(module);
        let imports = self.dest_imports(module, &"    ".repeat(depth));
        if let Some(existing) = self.scope.dest_modules.get(value.path.as_str()) {
            let macros = self.body(module, &|scope, id| defines_macros(scope, id));
            let others = self.body(module, &|scope, id| !defines_macros(scope, id));
            self.insert(*existing, &imports, (macros, others));
            return;
        }
        let blocks = self.body(module, &|_, _| true);
        let path = self.scope.mirrored(&self.file_of(module).path);
        let mut content = Vec::new();
        if !imports.is_empty() {
            let gap = if self.starts_with_import(module) {
                ""
            } else {
                "\n"
            };
            content.push(written(IMPORT_RULE, &value.path, imports + gap));
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
                    if self.scope.support.contains(id) {
                        support::open_one(self.scope, *id, self.builder);
                    }
                    blocks.push(self.moved(module, self.travels(item)));
                }
            } else if self.scope.moving[id.index()] {
                self.moves.items_relocated += 1;
                blocks.push(self.moved(module, self.travels(item)));
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
        let item = workspace.item(declaration);
        let value = workspace.module(child);
        let facade = self.wanted.contains(&child);
        if self.scope.is_whole(child) {
            blocks.push(self.moved(module, self.travels(item)));
            self.move_files(child);
        } else if !self.scope.touched[child.index()] && !facade {
        } else if self.scope.dest_modules.contains_key(value.path.as_str()) {
            self.place(child);
        } else {
            let indent = "    ".repeat(self.inline_depth(module));
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
                let inner = "    ".repeat(self.inline_depth(module) + 1);
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
        let mut public = self.root.public_leaves.iter();
        self.scope.touched[module.index()]
            && !value
                .children
                .iter()
                .any(|child| self.scope.touched[child.index()])
            && moving.all(|id| workspace.item(*id).kind == ItemKind::MacroRules)
            && public.all(|leaf| workspace.item(workspace.leaf(*leaf).item).module != module)
    }

    /// The attributes of a `mod` item that its twin in the other crate needs too.
    fn declaration_attributes(&self, declaration: ItemId, indent: &str) -> String {
        let item = self.scope.workspace.item(declaration);
        let file = self.file_of(item.module);
        let is_open = self.scope.support.contains(&declaration);
        let mut texts = String::new();
        for attribute in item.attributes.iter().filter(|it| !it.is_doc) {
            let text = &file[attribute.range];
            texts.push_str(indent);
            if is_open {
                texts.push_str(&support::opened(text));
            } else {
                texts.push_str(text);
            }
            texts.push('\n');
        }
        texts
    }

    /// The files of a module that moves whole, and of all below it.
    fn move_files(&mut self, module: ModuleId) {
        let value = self.scope.workspace.module(module);
        if !value.inline {
            let file = self.file_of(module);
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

    fn inline_depth(&self, module: ModuleId) -> usize {
        let mut depth = 0;
        let mut at = module;
        while self.scope.workspace.module(at).inline {
            depth += 1;
            let Some(parent) = self.scope.workspace.module(at).parent else {
                break;
            };
            at = parent;
        }
        depth
    }

    /// Whether a `use` item goes to the destination just as it stands: all of it is needed there, and nothing here.
    fn moves_as_it_is(&self, id: ItemId) -> bool {
        let item = self.scope.workspace.item(id);
        item.kind == ItemKind::Use
            && item.visibility.level != Level::Public
            && !self
                .scope
                .dest_modules
                .contains_key(self.scope.workspace.module(item.module).path.as_str())
            && item
                .leaves
                .iter()
                .all(|leaf| self.needs_there(*leaf) && !self.needs_here(*leaf))
    }

    fn needs_there(&self, leaf: UseLeafId) -> bool {
        self.dest.leaves.contains_key(&leaf)
    }

    fn needs_here(&self, leaf: UseLeafId) -> bool {
        self.root.leaves.contains_key(&leaf) || self.scope.exports.leaves.contains(&leaf)
    }

    /// The text of the imports that the destination needs in a module and that do not move as they are.
    fn dest_imports(&mut self, module: ModuleId, indent: &str) -> String {
        let workspace = self.scope.workspace;
        let mut list = Vec::new();
        let mut crates = String::new();
        for id in workspace
            .module(module)
            .items
            .iter()
            .filter(|id| self.scope.is_import(**id))
        {
            if self.moves_as_it_is(*id) {
                continue;
            }
            for leaf in &workspace.item(*id).leaves {
                let Some(asked) = self.dest.leaves.get(leaf) else {
                    continue;
                };
                if let Some(existing) = self.dest_binding(module, *leaf) {
                    if self.is_bound(existing, *leaf, asked) {
                        self.moves.dest_leaves.insert(*leaf);
                        list.extend(self.parted(existing, *leaf));
                        let own = self.scope.conditions_there(*id);
                        let mut import = self.copied_import(*leaf, asked, own);
                        // Those who came by the old import still do.
                        let item = workspace.item(existing);
                        let file = self.file_of(item.module);
                        import.attributes.retain(|text| {
                            let mut old = item.attributes.iter();
                            old.any(|attribute| file[attribute.range] == **text)
                        });
                        let old = &file[item.visibility.range];
                        if import.visibility.is_empty() || old == "pub" {
                            old.clone_into(&mut import.visibility);
                        }
                        list.push(import);
                    } else {
                        self.loosen(existing, *leaf, asked);
                    }
                    continue;
                }
                self.moves.dest_leaves.insert(*leaf);
                if workspace.item(*id).kind == ItemKind::ExternCrate {
                    crates.push_str(&self.file_of(module)[workspace.item(*id).range]);
                    crates.push('\n');
                } else {
                    let own = self.scope.conditions_there(*id);
                    list.push(self.copied_import(*leaf, asked, own));
                }
            }
        }
        crates + &text::imports(&list, indent, self.scope.style())
    }

    /// The import of the destination's module of today that is the same as one of the monolith's.
    fn dest_binding(&self, module: ModuleId, leaf: UseLeafId) -> Option<ItemId> {
        let workspace = self.scope.workspace;
        let existing = self
            .scope
            .dest_modules
            .get(workspace.module(module).path.as_str())?;
        let wanted = workspace.leaf(leaf);
        let mut path = wanted.path.text();
        if let Some(krate) = self.scope.stand_in(leaf) {
            let first = &wanted.path.segments[0].name;
            path = path.replacen(first.as_str(), krate, 1);
        }
        let mut leaves = workspace
            .module(*existing)
            .items
            .iter()
            .flat_map(|item| &workspace.item(*item).leaves);
        leaves
            .find(|id| {
                let leaf = workspace.leaf(**id);
                leaf.binding == wanted.binding && leaf.path.text() == path
            })
            .map(|id| workspace.leaf(*id).item)
    }

    /// Whether an import has a condition that those who ask do not stand under, but another name in it does by its own
    /// definition: it can't be taken from the whole.
    fn is_bound(&self, existing: ItemId, leaf: UseLeafId, asked: &Asked) -> bool {
        let item = self.scope.workspace.item(existing);
        let file = self.file_of(item.module);
        let wanted = asked.conditions.clone().unwrap_or_default();
        let defined: BTreeSet<String> = self
            .others(existing, leaf)
            .flat_map(|other| &self.scope.graph.leaves[other.index()])
            .filter_map(|resolution| match resolution.target {
                Target::Item(id) => Some(self.scope.own_conditions(id)),
                _ => None,
            })
            .flatten()
            .collect();
        let mut own = item.attributes.iter();
        own.any(|attribute| {
            let text = &file[attribute.range];
            !wanted.contains(text) && defined.contains(text)
        })
    }

    /// The leaves of an import that bind other names than one of the monolith's.
    fn others(&self, existing: ItemId, leaf: UseLeafId) -> impl Iterator<Item = &UseLeafId> {
        let workspace = self.scope.workspace;
        let bound = &workspace.leaf(leaf).binding;
        let leaves = workspace.item(existing).leaves.iter();
        leaves.filter(move |other| workspace.leaf(**other).binding != *bound)
    }

    /// Takes an import away, and gives back what of it binds other names than one of the monolith's.
    fn parted(&mut self, existing: ItemId, leaf: UseLeafId) -> Vec<Import> {
        let workspace = self.scope.workspace;
        let item = workspace.item(existing);
        let file = self.file_of(item.module);
        let place = (workspace.module(item.module).file, item.range);
        if !self.loosened.insert(place) {
            return Vec::new();
        }
        let attributes = item.attributes.iter();
        let attributes: Vec<String> = attributes
            .map(|attribute| file[attribute.range].to_owned())
            .collect();
        let others = self.others(existing, leaf).map(|other| {
            let path = workspace.leaf(*other).path.text();
            let (prefix, last) = path.rsplit_once("::").unwrap_or(("", &path));
            let written = file[workspace.leaf(*other).range].rsplit("::").next();
            Import {
                attributes: attributes.clone(),
                visibility: file[item.visibility.range].to_owned(),
                prefix: prefix.to_owned(),
                leaf: written.unwrap_or(last).to_owned(),
            }
        });
        let others = others.collect();
        let reason = Reason::new("A3", "an import that more code needs");
        let rest = &file.text[item.range.end as usize..];
        let end = item.range.end + u32::from(rest.starts_with('\n'));
        let range = TextRange::new(item.range.start, end);
        self.builder.replace(&file.path, range, "", reason);
        others
    }

    /// An import that an earlier step wrote for tests, or for one module, is needed by more now: by those who ask for
    /// `original` in the monolith.
    fn loosen(&mut self, id: ItemId, original: UseLeafId, asked: &Asked) {
        let item = self.scope.workspace.item(id);
        let file = self.file_of(item.module);
        let file_id = self.scope.workspace.module(item.module).file;
        let mut wanted = asked.conditions.clone().unwrap_or_default();
        let original_item = self.scope.workspace.leaf(original).item;
        wanted.extend(self.scope.conditions_there(original_item));
        let reason = || Reason::new("A3", "an import that more code needs");
        for attribute in item
            .attributes
            .iter()
            .filter(|attribute| attribute.path == "cfg")
        {
            let text = &file[attribute.range];
            if wanted.contains(text) || !self.loosened.insert((file_id, attribute.range)) {
                continue;
            }
            if text == support::TEST && wanted.contains(support::CONDITION) {
                self.builder
                    .replace(&file.path, attribute.range, support::CONDITION, reason());
            } else {
                let rest = &file.text[attribute.range.end as usize..];
                let blank = (rest.len() - rest.trim_start().len()) as u32;
                let range = TextRange::new(attribute.range.start, attribute.range.end + blank);
                self.builder.replace(&file.path, range, "", reason());
            }
        }
        let range = item.visibility.range;
        let gap = if range.is_empty() { " " } else { "" };
        let wanted = match item.visibility.level {
            Level::Public => "",
            _ if self.dest.re_exported.contains(&original) => "pub",
            Level::Private if asked.from_outside => "pub(crate)",
            _ => "",
        };
        if !wanted.is_empty() && self.loosened.insert((file_id, range)) {
            self.builder
                .replace(&file.path, range, format!("{wanted}{gap}"), reason());
        }
    }

    /// An import that stands under the conditions of those who ask, and under its `own`.
    fn copied_import(&self, id: UseLeafId, asked: &Asked, own: Vec<String>) -> Import {
        let workspace = self.scope.workspace;
        let leaf = workspace.leaf(id);
        let names: Vec<&str> = leaf
            .path
            .segments
            .iter()
            .map(|segment| segment.name.as_str())
            .collect();
        let names = match self.scope.stand_in(id) {
            Some(krate) => [&[krate], &names[1..]].concat(),
            None => names,
        };
        let global = if leaf.path.global { "::" } else { "" };
        let (prefix, last) = if leaf.binding == Binding::Glob {
            (text::path(names.iter().copied()), "*".to_owned())
        } else {
            let (last, prefix) = names.split_last().expect("a path has a segment");
            (text::path(prefix.iter().copied()), text::identifier(last))
        };
        let alias = match &leaf.binding {
            Binding::Name(name) if names.last() != Some(&name.as_str()) => {
                format!(" as {}", text::identifier(name))
            }
            Binding::Underscore => " as _".to_owned(),
            _ => String::new(),
        };
        let mut attributes = own;
        attributes.extend(asked.conditions.clone().unwrap_or_default());
        let public = self.dest.re_exported.contains(&id);
        if public && self.scope.is_published() {
            attributes.push("#[doc(hidden)]".to_owned());
        }
        attributes.sort();
        attributes.dedup();
        let visibility = match (public, asked.from_outside) {
            (true, _) => "pub",
            (false, true) => "pub(crate)",
            (false, false) => "",
        };
        Import {
            attributes,
            visibility: visibility.to_owned(),
            prefix: format!("{global}{prefix}"),
            leaf: last + &alias,
        }
    }

    /// Puts imports and moved items into a module that the destination already has.
    fn insert(
        &mut self,
        existing: ModuleId,
        imports: &str,
        (macros, blocks): (Vec<Block>, Vec<Block>),
    ) {
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
        // A module that is there for imports alone may get what calls a macro by its bare name.
        let mut blocks = blocks;
        match self.macro_place(existing) {
            Some(at) if !macros.is_empty() => {
                let insertions = self.insertions.entry(value.file).or_default();
                insertions.push((at, macros));
            }
            _ => drop(blocks.splice(..0, macros)),
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

    /// Where what defines macros goes: below what defines others, above the modules that may call them. None where it may
    /// go to the end.
    fn macro_place(&self, existing: ModuleId) -> Option<u32> {
        let workspace = self.scope.workspace;
        let items = &workspace.module(existing).items;
        let is_module = |id: &ItemId| workspace.item(*id).kind == ItemKind::Mod;
        let after_macros = items.iter().rposition(|id| defines_macros(self.scope, *id));
        let rest = &items[after_macros.map_or(0, |last| last + 1)..];
        let next = rest.iter().find(|id| is_module(id))?;
        let next = workspace.item(*next);
        Some(below_blank(&self.file_of(existing).text, next))
    }

    /// Where new imports of a module go, and their text with the blank lines that the place asks for.
    fn import_place(&self, module: ModuleId, lines: &str) -> (u32, String) {
        place::of_imports(self.scope.workspace, module, lines, |id| !self.goes(id))
    }

    /// Whether a `use` item of the monolith may lose leaves: something moves out of its module, or who used it moves.
    fn changes(&self, id: ItemId) -> bool {
        let item = self.scope.workspace.item(id);
        self.scope.workspace.crate_of(id) == self.scope.root
            && (self.scope.touched[item.module.index()]
                || item
                    .leaves
                    .iter()
                    .any(|leaf| self.dest.asked.contains(leaf)))
    }

    /// Whether an import leaves its module by this step, as it is or for good.
    fn goes(&self, id: ItemId) -> bool {
        let item = self.scope.workspace.item(id);
        self.changes(id)
            && (self.moves_as_it_is(id)
                || (item.kind == ItemKind::Use && self.gone(id).len() == item.leaves.len()))
    }

    /// The leaves of a `use` item that nobody here uses any more.
    fn gone(&self, id: ItemId) -> Vec<UseLeafId> {
        let leaves = self.scope.workspace.item(id).leaves.iter().copied();
        leaves
            .filter(|leaf| {
                let unused = !self.needs_here(*leaf)
                    && (self.needs_there(*leaf)
                        || self.dest.asked.contains(leaf)
                        || self.is_orphaned(*leaf));
                unused || self.is_for_tests_now(*leaf)
            })
            .collect()
    }

    /// Whether only tests use an import here any more, which other code used too before.
    fn is_for_tests_now(&self, leaf: UseLeafId) -> bool {
        let item = self
            .scope
            .workspace
            .item(self.scope.workspace.leaf(leaf).item);
        let conditions = self
            .root
            .leaves
            .get(&leaf)
            .and_then(|asked| asked.conditions.as_ref());
        self.changes(self.scope.workspace.leaf(leaf).item)
            && item.kind == ItemKind::Use
            && !item.is_test
            && !self.is_shown(leaf)
            && conditions.is_some_and(|conditions| conditions.contains("#[cfg(test)]"))
    }

    /// Whether a public import may have users that are not in the workspace.
    fn is_shown(&self, leaf: UseLeafId) -> bool {
        let workspace = self.scope.workspace;
        let item = workspace.item(workspace.leaf(leaf).item);
        let is_library = workspace.krate(self.scope.root).kind == CrateKind::Lib;
        item.visibility.level == Level::Public
            && (!is_library || self.scope.exports.leaves.contains(&leaf))
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

    /// What a module that stays keeps: imports of what it lost, and only the imports that it still uses.
    fn keep(&mut self, module: ModuleId) {
        let workspace = self.scope.workspace;
        for id in &workspace.module(module).items {
            let item = workspace.item(*id);
            if item
                .declares
                .is_some_and(|child| self.scope.is_whole(child))
            {
                self.alias(*id);
            } else if item.kind == ItemKind::Use && self.changes(*id) && !self.moves_as_it_is(*id) {
                self.thin_out(*id);
            } else if item.kind == ItemKind::Use {
                self.repoint(*id);
            }
        }
        let indent = "    ".repeat(self.inline_depth(module));
        let mut written = self.names(module);
        for leaf in workspace
            .module(module)
            .items
            .iter()
            .flat_map(|id| &workspace.item(*id).leaves)
        {
            if self.is_for_tests_now(*leaf)
                && let Some(asked) = self.root.leaves.get(leaf)
            {
                let visibility = &workspace.item(workspace.leaf(*leaf).item).visibility;
                let visibility = self.file_of(module)[visibility.range].to_owned();
                let own = self.scope.own_conditions(workspace.leaf(*leaf).item);
                written.push(Import {
                    visibility,
                    ..self.copied_import(*leaf, asked, own)
                });
            }
        }
        let lines = text::imports(&written, &indent, self.scope.style());
        if !lines.is_empty() {
            let (offset, place) = self.import_place(module, &lines);
            let path = &workspace.module(module).path;
            self.builder.append(
                &self.file_of(module).path,
                offset,
                place,
                Reason::new(IMPORT_RULE, path.clone()),
            );
        }
    }

    /// `mod a;` has moved: `use app_shared::a;` stands in its place where somebody still says `a`.
    fn alias(&mut self, declaration: ItemId) {
        let workspace = self.scope.workspace;
        let item = workspace.item(declaration);
        let Some(child) = item.declares else { return };
        let Some(asked) = self.root.modules.get(&child) else {
            return;
        };
        let file = self.file_of(item.module);
        let mut attributes: Vec<String> = self.scope.own_conditions(declaration);
        attributes.extend(asked.conditions.clone().unwrap_or_default());
        attributes.sort();
        attributes.dedup();
        let full = format!(
            "{}::{}",
            self.scope.dest_path(item.module),
            workspace.module(child).path
        );
        let (prefix, name) = full
            .rsplit_once("::")
            .expect("the crate's name comes first");
        let visibility = if self.is_macro_too(child) {
            "pub"
        } else {
            &file[item.visibility.range]
        };
        let import = Import {
            attributes,
            visibility: visibility.to_owned(),
            prefix: text::path(prefix.split("::")),
            leaf: text::identifier(name),
        };
        let indent = "    ".repeat(self.inline_depth(item.module));
        let line = text::imports(&[import], &indent, self.scope.style());
        let needs_break =
            item.full.start > 0 && file.text.as_bytes()[item.full.start as usize - 1] != b'\n';
        let line = if needs_break {
            format!("\n{}", line.trim_end())
        } else {
            line
        };
        self.builder.append(
            &file.path,
            item.full.start,
            line,
            Reason::new(IMPORT_RULE, full),
        );
    }

    /// Drops the leaves of a `use` item that nobody here uses any more.
    fn thin_out(&mut self, id: ItemId) {
        let workspace = self.scope.workspace;
        let item = workspace.item(id);
        let file = self.file_of(item.module);
        let gone = self.gone(id);
        let ranges: Vec<TextRange> = gone
            .iter()
            .map(|leaf| workspace.leaf(*leaf).range)
            .collect();
        let reason = Reason::new("A3", workspace.module(item.module).path.clone());
        if gone.len() == item.leaves.len() {
            let lead = &file.text[item.full.start as usize..item.range.start as usize];
            let start = if lead.trim().is_empty() {
                self.travels(item).start
            } else {
                item.range.start
            };
            self.builder
                .replace(&file.path, TextRange::new(start, item.full.end), "", reason);
            return;
        }
        self.repoint(id);
        if gone.is_empty() {
            return;
        }
        let tree = use_tree(&file.text, item.range, item.visibility.range);
        for range in tree::removals(&file.text, tree, &ranges).unwrap_or_default() {
            self.builder.replace(&file.path, range, "", reason.clone());
        }
    }

    /// Whether everything that an import was for has left this module.
    fn is_orphaned(&self, leaf: UseLeafId) -> bool {
        let module = self
            .scope
            .workspace
            .item(self.scope.workspace.leaf(leaf).item)
            .module;
        !self
            .scope
            .workspace
            .module(module)
            .items
            .iter()
            .any(|id| self.scope.workspace.item(*id).is_node() && !self.scope.moving[id.index()])
    }

    /// `use name_of_macro;` named a macro in textual scope, which is now the other crate's (row D2).
    fn repoint(&mut self, id: ItemId) {
        let workspace = self.scope.workspace;
        for leaf in &workspace.item(id).leaves {
            let path = &workspace.leaf(*leaf).path;
            let [segment] = &path.segments[..] else {
                continue;
            };
            let moved_macro = self.scope.graph.leaves[leaf.index()].iter().any(|resolution| {
                matches!(resolution.target, Target::Item(target)
                    if self.scope.moving[target.index()] && workspace.item(target).kind == ItemKind::MacroRules)
            });
            if moved_macro && !path.global {
                let file = self.file_of(workspace.item(id).module);
                let text = format!("{}::", self.scope.dest_path(workspace.item(id).module));
                let range = TextRange::empty(segment.range.start);
                self.builder
                    .replace(&file.path, range, text, Reason::new("D2", segment.name));
            }
        }
    }

    /// Imports of the moved items that a module that stays is still asked for.
    fn names(&self, module: ModuleId) -> Vec<Import> {
        let workspace = self.scope.workspace;
        let range =
            (module, ItemId(0), String::new())..(ModuleId(module.0 + 1), ItemId(0), String::new());
        self.root
            .names
            .range(range)
            .filter(|((_, id, name), _)| {
                // Twins share one import: that of the first.
                let mut twins = self.scope.twins(*id).into_iter();
                let first = twins.find(|twin| {
                    let key = (module, *twin, name.clone());
                    self.root.names.contains_key(&key)
                });
                first.is_none_or(|first| first == *id)
            })
            .filter(|((_, id, name), _)| !self.is_named_like_alias(module, *id, name))
            .filter(|((_, id, name), _)| {
                let all = (module, *id, ALL.to_owned());
                name == ALL || !self.root.names.contains_key(&all)
            })
            .map(|((_, id, name), asked)| {
                let item = workspace.item(*id);
                let is_macro = item.kind == ItemKind::MacroRules;
                let path = if is_macro {
                    ""
                } else {
                    workspace.module(item.module).path.as_str()
                };
                let names = std::iter::once(self.scope.dest_path(module)).chain(
                    path.split("::")
                        .filter(|part| !part.is_empty())
                        .map(str::to_owned),
                );
                let mut attributes = self.scope.name_conditions(*id);
                attributes.extend(self.conditions_of_all(module, *id, name, asked));
                attributes.sort();
                attributes.dedup();
                let exported = item.is_exported_macro();
                let public = item.visibility.level == Level::Public
                    || exported
                    || !item.defines.is_empty()
                    || name == ALL;
                let visibility = match (self.is_asked_from_outside(module, *id, name), public) {
                    (true, true) => "pub",
                    (true, false) => "pub(crate)",
                    (false, _) => "",
                };
                Import {
                    attributes,
                    visibility: visibility.to_owned(),
                    prefix: text::path(names.collect::<Vec<_>>().iter().map(String::as_str)),
                    leaf: text::identifier(name),
                }
            })
            .collect()
    }
}

impl Layout<'_, '_> {
    /// Who asks for a name, by any of its definitions.
    fn askers(&self, module: ModuleId, id: ItemId, name: &str) -> impl Iterator<Item = &Asked> {
        let twins = self.scope.twins(id).into_iter();
        twins.filter_map(move |twin| self.root.names.get(&(module, twin, name.to_owned())))
    }

    /// The conditions that all who ask for a name stand under.
    fn conditions_of_all(
        &self,
        module: ModuleId,
        id: ItemId,
        name: &str,
        asked: &Asked,
    ) -> BTreeSet<String> {
        let first = asked.conditions.clone().unwrap_or_default();
        self.askers(module, id, name).fold(first, |all, asked| {
            let others = asked.conditions.clone().unwrap_or_default();
            all.intersection(&others).cloned().collect()
        })
    }

    /// Whether an import of a macro would be that of the module of the same name once more: an import takes both.
    fn is_named_like_alias(&self, module: ModuleId, id: ItemId, name: &str) -> bool {
        let workspace = self.scope.workspace;
        let mut aliases = self.root.modules.keys();
        workspace.item(id).kind == ItemKind::MacroRules
            && workspace.module(module).parent.is_none()
            && aliases.any(|alias| {
                let alias = workspace.module(*alias);
                alias.parent == Some(module) && alias.name == name
            })
    }

    /// Whether the import of a module that has moved stands for a macro of the same name that is asked for from outside.
    fn is_macro_too(&self, child: ModuleId) -> bool {
        let value = self.scope.workspace.module(child);
        let mut names = self.root.names.iter();
        names.any(|((module, id, name), asked)| {
            Some(*module) == value.parent
                && *name == value.name
                && asked.from_outside
                && self.is_named_like_alias(*module, *id, name)
        })
    }

    fn is_asked_from_outside(&self, module: ModuleId, id: ItemId, name: &str) -> bool {
        self.askers(module, id, name)
            .any(|asked| asked.from_outside)
    }
}

/// The start of the first line of an item, or of the comments above it, behind the blank lines before.
fn below_blank(text: &str, item: &Item) -> u32 {
    let lead = &text[item.full.start as usize..item.range.start as usize];
    let blank = lead.len() - lead.trim_start_matches(['\n', '\r', ' ', '\t']).len();
    let kept = lead[..blank].rfind('\n').map_or(0, |newline| newline + 1);
    item.full.start + kept as u32
}

/// Whether an item brings macros into the scope of what stands below it.
fn defines_macros(scope: &Scope<'_>, id: ItemId) -> bool {
    let item = scope.workspace.item(id);
    item.kind == ItemKind::MacroRules
        || (item.declares.is_some() && scope.workspace.takes_macros(id))
}

/// The range of the tree of a `use` item: between `use` and the semicolon.
fn use_tree(text: &str, item: TextRange, visibility: TextRange) -> TextRange {
    let start = if visibility.is_empty() {
        item.start
    } else {
        visibility.end
    };
    let keyword = text[start as usize..item.end as usize]
        .find("use")
        .map_or(start, |at| start + at as u32 + 3);
    let end = text[keyword as usize..item.end as usize]
        .rfind(';')
        .map_or(item.end, |at| keyword + at as u32);
    TextRange::new(keyword, end)
}
