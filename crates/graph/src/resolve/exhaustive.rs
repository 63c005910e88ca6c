//! `#[non_exhaustive]` binds other crates: only its own may build such a type or variant by name, or match it without a
//! wildcard.
//!
//! Rust reference, *the `non_exhaustive` attribute*.

use std::collections::{BTreeMap, BTreeSet};

use cleave_syntax::item::ItemKind;
use cleave_syntax::{ItemId, TextRange, Workspace};
use syn::spanned::Spanned;
use syn::visit::Visit;

use crate::graph::{Closed, Graph, Opening, Place, Target};

/// Fills [`Graph::bound`], [`Graph::closed`] and [`Graph::room`].
pub(super) fn attach(workspace: &Workspace, graph: &mut Graph) {
    let marked: BTreeMap<ItemId, Marked> = (0..workspace.items.len())
        .map(ItemId::new)
        .filter_map(|id| Some((id, marked(workspace, id)?)))
        .collect();
    if marked.is_empty() {
        return;
    }
    let pairs: BTreeSet<(ItemId, ItemId)> = graph
        .references
        .iter()
        .filter_map(
            |reference| match (reference.place, &reference.resolution.target) {
                (Place::Item(user, _), Target::Item(target)) if marked.contains_key(target) => {
                    Some((user, *target))
                }
                _ => None,
            },
        )
        .collect();
    for (user, target) in pairs {
        if user == target {
            continue;
        }
        let search = search(workspace, user, (target, &marked[&target]));
        if workspace.crate_of(user) != workspace.crate_of(target) {
            let room = search.room.into_iter();
            graph.room.extend(room.map(|range| (user, target, range)));
            continue;
        }
        if search.builds {
            graph.bound.push((user, target));
        }
        let closed = search.closed.into_iter();
        graph.closed.extend(closed.map(|(range, opening)| Closed {
            user,
            target,
            range,
            opening,
        }));
    }
}

/// What of a type is marked.
#[derive(Default)]
struct Marked {
    /// The type itself.
    is_whole: bool,
    /// Variants of it, which only its crate may build; those of a type that is marked as a whole may be built anywhere.
    variants: BTreeSet<String>,
    /// All its variants.
    all: BTreeSet<String>,
}

fn marked(workspace: &Workspace, id: ItemId) -> Option<Marked> {
    const MARK: &str = "non_exhaustive";
    let item = workspace.item(id);
    let mut attributes = item.attributes.iter();
    let mut marked = Marked {
        is_whole: attributes.any(|attribute| attribute.path == MARK),
        ..Marked::default()
    };
    let text = workspace.text_of(id);
    if item.kind == ItemKind::Enum
        && (marked.is_whole || text.contains(MARK))
        && let Ok(definition) = syn::parse_str::<syn::ItemEnum>(text)
    {
        let is_mark = |attribute: &syn::Attribute| attribute.path().is_ident(MARK);
        let variants = definition.variants.iter();
        marked
            .all
            .extend(variants.clone().map(|variant| variant.ident.to_string()));
        let variants = variants.filter(|variant| variant.attrs.iter().any(is_mark));
        marked
            .variants
            .extend(variants.map(|variant| variant.ident.to_string()));
    }
    (marked.is_whole || !marked.variants.is_empty()).then_some(marked)
}

/// How an item treats a type.
fn search<'a>(
    workspace: &'a Workspace,
    user: ItemId,
    (target, marked): (ItemId, &'a Marked),
) -> Search<'a> {
    let text = workspace.text_of(user);
    let mut search = Search {
        has_bare: has_bare(workspace, user, target),
        is_struct: workspace.item(target).kind == ItemKind::Struct,
        marked,
        name: &workspace.item(target).name,
        start: workspace.item(user).range.start,
        text,
        builds: false,
        closed: Vec::new(),
        room: Vec::new(),
    };
    if let Ok(item) = syn::parse_str::<syn::Item>(text) {
        search.visit_item(&item);
    } else if let Ok(item) = syn::parse_str::<syn::ImplItem>(text) {
        search.visit_impl_item(&item);
    }
    search
}

/// Whether the file of an item imports variants of an enum, as `use Kind::*` or `use Kind::{A, B}` does.
fn has_bare(workspace: &Workspace, user: ItemId, target: ItemId) -> bool {
    let text = &workspace
        .file(workspace.module(workspace.item(user).module).file)
        .text;
    let name = &workspace.item(target).name;
    text.contains(&format!("{name}::*")) || text.contains(&format!("{name}::{{"))
}

struct Search<'a> {
    name: &'a str,
    is_struct: bool,
    /// Whether variants may be named without the type.
    has_bare: bool,
    marked: &'a Marked,
    /// Where the item starts in its file.
    start: u32,
    text: &'a str,
    builds: bool,
    closed: Vec<(TextRange, Opening)>,
    /// Arms that nothing reaches, each from the end of the arm before it.
    room: Vec<TextRange>,
}

impl Search<'_> {
    fn names(&self, path: &syn::Path) -> bool {
        path.segments
            .iter()
            .any(|segment| segment.ident == self.name)
    }

    /// Whether a path leads to what only the type's crate may build, or match to the last field.
    fn is_closed(&self, path: &syn::Path) -> bool {
        self.is_constructor(path) || (self.is_struct && self.names(path))
    }

    /// Whether a path leads to the name by which such a thing is built.
    fn is_constructor(&self, path: &syn::Path) -> bool {
        path.segments.last().is_some_and(|last| {
            let name = last.ident.to_string();
            self.marked.variants.contains(&name) || (self.is_struct && name == self.name)
        })
    }

    /// Whether a single name is a variant that an import brings.
    fn is_bare(&self, name: &syn::Ident) -> bool {
        self.has_bare && self.marked.all.contains(&name.to_string())
    }

    /// Whether a pattern names the type.
    fn is_in(&self, pattern: &syn::Pat) -> bool {
        let mut patterns = Patterns {
            search: self,
            found: false,
        };
        patterns.visit_pat(pattern);
        patterns.found
    }

    fn range(&self, span: proc_macro2::Span) -> TextRange {
        let range = span.byte_range();
        TextRange::new(
            self.start + range.start as u32,
            self.start + range.end as u32,
        )
    }
}

impl<'ast> Visit<'ast> for Search<'_> {
    fn visit_expr_struct(&mut self, literal: &'ast syn::ExprStruct) {
        self.builds |= self.is_closed(&literal.path);
        syn::visit::visit_expr_struct(self, literal);
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        self.builds |= self.is_constructor(&path.path);
    }

    fn visit_pat_struct(&mut self, pattern: &'ast syn::PatStruct) {
        if pattern.rest.is_none() && self.is_closed(&pattern.path) {
            let opening = match pattern.fields.last() {
                Some(_) if pattern.fields.trailing_punct() => Opening::RestAfterComma,
                Some(_) => Opening::Rest,
                None => Opening::RestAlone,
            };
            let end = match pattern.fields.pairs().next_back() {
                Some(last) => self.range(last.span()),
                None => self.range(pattern.brace_token.span.open()),
            };
            self.closed.push((end, opening));
        }
        syn::visit::visit_pat_struct(self, pattern);
    }

    /// The constructor is private, with or without a `..` in the pattern.
    fn visit_pat_tuple_struct(&mut self, pattern: &'ast syn::PatTupleStruct) {
        self.builds |= self.is_constructor(&pattern.path);
        syn::visit::visit_pat_tuple_struct(self, pattern);
    }

    fn visit_expr_match(&mut self, expression: &'ast syn::ExprMatch) {
        let open = |arm: &syn::Arm| is_wildcard(&arm.pat);
        if let [.., before, last] = &expression.arms[..]
            && self.text.get(last.span().byte_range()) == Some(Closed::ARM)
            && expression.arms.iter().any(|arm| self.is_in(&arm.pat))
        {
            let start = self.range(before.span()).end;
            self.room
                .push(TextRange::new(start, self.range(last.span()).end));
        }
        if self.marked.is_whole && !expression.arms.iter().any(open) {
            let found = expression.arms.iter().any(|arm| self.is_in(&arm.pat));
            if let (true, Some(last)) = (found, expression.arms.last()) {
                let needs_comma =
                    last.comma.is_none() && !matches!(*last.body, syn::Expr::Block(_));
                let opening = if needs_comma {
                    Opening::ArmAfterComma
                } else {
                    Opening::Arm
                };
                self.closed.push((self.range(last.span()), opening));
            }
        }
        syn::visit::visit_expr_match(self, expression);
    }
}

fn is_wildcard(pattern: &syn::Pat) -> bool {
    match pattern {
        syn::Pat::Wild(_) => true,
        // What starts with a capital is a variant or constant.
        syn::Pat::Ident(name) => {
            name.subpat.is_none() && !name.ident.to_string().starts_with(char::is_uppercase)
        }
        syn::Pat::Reference(inner) => is_wildcard(&inner.pat),
        syn::Pat::Paren(inner) => is_wildcard(&inner.pat),
        syn::Pat::Or(either) => either.cases.iter().any(is_wildcard),
        _ => false,
    }
}

/// Looks for the type's name in patterns only.
struct Patterns<'s, 'a> {
    search: &'s Search<'a>,
    found: bool,
}

impl<'ast> Visit<'ast> for Patterns<'_, '_> {
    /// What stands behind `if` is no pattern.
    fn visit_pat_guard(&mut self, guarded: &'ast syn::PatGuard) {
        self.visit_pat(&guarded.pat);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let bare = path
            .get_ident()
            .is_some_and(|name| self.search.is_bare(name));
        self.found |= bare || self.search.names(path);
    }

    fn visit_pat_ident(&mut self, name: &'ast syn::PatIdent) {
        self.found |= self.search.is_bare(&name.ident);
        syn::visit::visit_pat_ident(self, name);
    }
}
