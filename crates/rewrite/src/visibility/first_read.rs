//! Docs that rustdoc reads for the first time, now that what they describe is public (row A10).

use std::collections::BTreeSet;

use cleave_graph::Target;
use cleave_syntax::change::Reason;
use cleave_syntax::item::{Attribute, ItemKind, Level};
use cleave_syntax::parse::doc_lines;
use cleave_syntax::workspace::CrateKind;
use cleave_syntax::{ChangeBuilder, FileId, ItemId, ModuleId, SourceFile, TextRange};
use proc_macro2::{TokenStream, TokenTree};

use crate::doc_link::{self, Docs};
use crate::doc_text;
use crate::scope::Scope;

/// Escapes what rustdoc would warn of, in docs that nobody but readers of the source has seen: `runs[0]` is no link, a bare
/// address no hyperlink, `Vec<T>` no HTML.
pub(super) fn mend(
    scope: &Scope<'_>,
    (items, modules): (&BTreeSet<ItemId>, &BTreeSet<ModuleId>),
    builder: &mut ChangeBuilder,
) {
    // Of a program rustdoc shows what is private too.
    if scope.workspace.krate(scope.root).kind != CrateKind::Lib {
        return;
    }
    let first = First {
        scope,
        items,
        modules,
    };
    let all = first.all();
    doc_link::unlink(scope, &all, &|id| first.is_private(id), builder);
    for (file, docs) in all.iter().map(|docs| first.comments(*docs)) {
        let file = scope.workspace.file(file);
        for text in adjacent(file, docs) {
            let lines = text.iter().flat_map(|range| doc_lines(&file.text, *range));
            for (range, text) in doc_text::escape(&file.text, &lines.collect::<Vec<_>>()) {
                builder.replace(&file.path, range, text, Reason::new("A10", "docs"));
            }
        }
    }
}

/// What the docs of a new crate show, and those of the monolith did not.
struct First<'a, 'b> {
    scope: &'b Scope<'a>,
    /// What becomes public, or was and is named from above.
    items: &'b BTreeSet<ItemId>,
    modules: &'b BTreeSet<ModuleId>,
}

impl First<'_, '_> {
    /// Whose docs they are, in order.
    fn all(&self) -> Vec<Docs> {
        let workspace = self.scope.workspace;
        let items = workspace.items_of(self.scope.root);
        let items = items.filter(|id| !workspace.item(*id).is_test && self.is_first(*id));
        let modules = workspace.modules_of(self.scope.root);
        let modules = modules.filter(|id| self.is_read_module(*id));
        items
            .map(Docs::Item)
            .chain(modules.map(Docs::Module))
            .collect()
    }

    /// The doc comments of one.
    fn comments(&self, docs: Docs) -> (FileId, Vec<TextRange>) {
        let workspace = self.scope.workspace;
        match docs {
            Docs::Item(id) => {
                let file = workspace.module(workspace.item(id).module).file;
                (file, comments(workspace.file(file), id, self.scope))
            }
            Docs::Module(id) => {
                let module = workspace.module(id);
                let file = workspace.file(module.file);
                (module.file, of_attributes(file, &module.inner_attributes))
            }
        }
    }

    /// Whether a module's own docs are such.
    fn is_read_module(&self, id: ModuleId) -> bool {
        let is_test = self.scope.workspace.module(id).is_test;
        self.scope.is_whole(id) && !is_test && self.is_first_module(id)
    }

    /// Whether a definition moves and stays private.
    fn is_private(&self, id: ItemId) -> bool {
        let item = self.scope.workspace.item(id);
        let is_open = item.visibility.level == Level::Public || self.items.contains(&id);
        let around = item
            .parent
            .map(|parent| self.scope.workspace.item(parent).kind);
        // What a trait has is as visible as the trait.
        let has_visibility = around.is_none_or(|kind| kind == ItemKind::InherentImpl);
        let is_own = item.is_node() && has_visibility && !item.is_exported_macro();
        is_own && !is_open && self.scope.moving[id.index()]
    }

    fn is_first(&self, id: ItemId) -> bool {
        let item = self.scope.workspace.item(id);
        if let Some(module) = item.declares {
            return self.scope.is_whole(module) && self.is_first_module(module);
        }
        if !self.scope.moving[id.index()] {
            return false;
        }
        let owner = match item.parent {
            Some(parent) => self.scope.graph.anchors[parent.index()].first().copied(),
            None => Some(id),
        };
        let is_method = item.parent.is_some();
        let is_of_trait = item
            .parent
            .is_some_and(|parent| self.scope.workspace.item(parent).kind == ItemKind::TraitImpl);
        let is_seen = !is_method || is_of_trait || item.visibility.level != Level::Private;
        let is_hidden = self.is_in_hidden(item.module);
        owner.is_some_and(|owner| {
            !self.was_read(owner) && (is_hidden || is_seen && self.is_read(owner))
        })
    }

    fn was_read(&self, id: ItemId) -> bool {
        let item = self.scope.workspace.item(id);
        let is_shown = self.scope.exports.modules.contains(&item.module);
        item.visibility.level == Level::Public && is_shown || self.is_exported(id)
    }

    fn is_read(&self, id: ItemId) -> bool {
        let item = self.scope.workspace.item(id);
        let is_public = item.visibility.level == Level::Public;
        is_public && self.modules.contains(&item.module) || self.items.contains(&id)
    }

    /// Whether a module becomes public and hidden, or one around it: rustdoc shows nothing of it, but leaves what is private
    /// there for its lints, as it does nowhere else.
    fn is_in_hidden(&self, id: ModuleId) -> bool {
        let workspace = self.scope.workspace;
        let is_opened = |module: ModuleId| {
            let mut declarations = workspace.declarations(module);
            self.is_first_module(module)
                && declarations.any(|id| workspace.item(id).visibility.level != Level::Public)
        };
        self.scope.is_published() && workspace.around(id).any(is_opened)
    }

    /// Whether a public import showed it.
    fn is_exported(&self, id: ItemId) -> bool {
        let mut leaves = self.scope.exports.leaves.iter();
        leaves.any(|leaf| {
            self.scope.graph.leaves[leaf.index()]
                .iter()
                .any(|one| one.target == Target::Item(id))
        })
    }

    fn is_first_module(&self, id: ModuleId) -> bool {
        self.modules.contains(&id) && !self.scope.exports.named.contains(&id)
    }
}

/// The doc comments of an item; those of its fields and of a trait's methods too.
fn comments(file: &SourceFile, id: ItemId, scope: &Scope<'_>) -> Vec<TextRange> {
    let item = scope.workspace.item(id);
    let holds_docs = matches!(
        item.kind,
        ItemKind::Struct | ItemKind::Enum | ItemKind::Union | ItemKind::Trait
    );
    if !holds_docs {
        return of_attributes(file, &item.attributes);
    }
    let text = &file[item.range];
    let tokens = text.parse::<TokenStream>().unwrap_or_default();
    let mut found = Vec::new();
    in_tokens(text, item.range.start, tokens, &mut found);
    found
}

/// A doc comment is a token tree `[doc = "…"]` whose text is the comment.
fn in_tokens(text: &str, start: u32, tokens: TokenStream, found: &mut Vec<TextRange>) {
    for token in tokens {
        let TokenTree::Group(group) = token else {
            continue;
        };
        let range = group.span().byte_range();
        if text.get(range.clone()).is_some_and(is_comment) {
            let (from, to) = (start + range.start as u32, start + range.end as u32);
            found.push(TextRange::new(from, to));
        } else {
            in_tokens(text, start, group.stream(), found);
        }
    }
}

fn of_attributes(file: &SourceFile, attributes: &[Attribute]) -> Vec<TextRange> {
    let docs = attributes.iter().filter(|one| one.is_doc);
    let ranges = docs.map(|one| one.range);
    ranges.filter(|range| is_comment(&file[*range])).collect()
}

fn is_comment(text: &str) -> bool {
    text.starts_with("//") || text.starts_with("/*")
}

/// Comments that only white space parts are one text.
fn adjacent(file: &SourceFile, comments: Vec<TextRange>) -> Vec<Vec<TextRange>> {
    let mut texts: Vec<Vec<TextRange>> = Vec::new();
    for range in comments {
        match texts.last_mut() {
            Some(text)
                if text.last().is_some_and(|last| {
                    let between = TextRange::new(last.end, range.start);
                    file[between].trim().is_empty()
                }) =>
            {
                text.push(range);
            }
            _ => texts.push(vec![range]),
        }
    }
    texts
}
