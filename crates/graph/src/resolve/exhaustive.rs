//! `#[non_exhaustive]` binds other crates: only its own may build such a type or variant by name, or match it without a
//! wildcard. A function of its own crate may build it for them.
//!
//! Rust reference, *the `non_exhaustive` attribute*.

mod built;
mod covered;

use std::collections::{BTreeMap, BTreeSet};

use cleave_syntax::item::{Binding, ItemKind};
use cleave_syntax::{ItemId, TextRange, UseLeafId, Workspace};
use syn::spanned::Spanned;
use syn::visit::Visit;

use crate::graph::{Built, Closed, Graph, Opening, Place, Target};
use built::Site;
use covered::{always, unless};

/// Fills [`Graph::bound`], [`Graph::built`], [`Graph::closed`] and [`Graph::room`].
pub(super) fn attach(workspace: &Workspace, graph: &mut Graph) {
    let mut marked: BTreeMap<ItemId, Marked> = (0..workspace.items.len())
        .map(ItemId::new)
        .filter_map(|id| Some((id, marked(workspace, id)?)))
        .collect();
    if marked.is_empty() {
        return;
    }
    for (index, resolutions) in graph.leaves.iter().enumerate() {
        let leaf = workspace.leaf(UseLeafId::new(index));
        for resolution in resolutions {
            if let Target::Item(target) = resolution.target
                && let Some(marked) = marked.get_mut(&target)
                && let Binding::Name(name) = &leaf.binding
            {
                marked.names.insert(name.clone());
            }
        }
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
        let is_own = graph.own_type(workspace, user) == Some(target);
        let others = others_of(workspace, graph, (user, target));
        let found = (target, &marked[&target]);
        let search = search(workspace, (user, is_own), found, others);
        if workspace.crate_of(user) != workspace.crate_of(target) {
            let room = search.room.into_iter();
            graph.room.extend(room.map(|range| (user, target, range)));
            continue;
        }
        let sites = search.sites.into_iter();
        let built: Option<Vec<Built>> = sites
            .map(|site| built::freed(&marked[&target], (user, target), site))
            .collect();
        match built {
            Some(built) if !search.builds => graph.built.extend(built),
            _ => graph.bound.push((user, target)),
        }
        let closed = search.closed.into_iter();
        graph.closed.extend(closed.map(|gap| Closed {
            user,
            target,
            range: gap.range,
            opening: gap.opening,
            unless: gap.unless,
        }));
    }
}

/// What of a type is marked.
#[derive(Default)]
struct Marked {
    /// Its name, and those that imports give it.
    names: BTreeSet<String>,
    /// What a function could build, by variant; the empty name is a struct's own.
    shapes: BTreeMap<String, built::Shape>,
    /// The type itself.
    is_whole: bool,
    /// Whether it is a struct whose fields have names, which is no value by itself.
    has_names: bool,
    /// Variants of it, which only its crate may build; those of a type that is marked as a whole may be built anywhere.
    variants: BTreeSet<String>,
    /// All its variants.
    all: BTreeSet<String>,
    /// Those that are there under all conditions.
    always: BTreeSet<String>,
}

fn marked(workspace: &Workspace, id: ItemId) -> Option<Marked> {
    const MARK: &str = "non_exhaustive";
    const CONDITIONS: &[&str] = &["cfg", "cfg_attr"];
    let item = workspace.item(id);
    let mut attributes = item.attributes.iter();
    let mut marked = Marked {
        is_whole: attributes.any(|attribute| attribute.path == MARK),
        names: BTreeSet::from([item.name.clone()]),
        ..Marked::default()
    };
    let text = workspace.text_of(id);
    let may_have_variants = item.kind == ItemKind::Enum && text.contains(MARK);
    if !marked.is_whole && !may_have_variants {
        return None;
    }
    if let Ok(definition) = syn::parse_str::<syn::Item>(text) {
        match &definition {
            syn::Item::Enum(definition) => {
                for variant in &definition.variants {
                    let name = variant.ident.to_string();
                    if variant.attrs.iter().any(|it| it.path().is_ident(MARK)) {
                        marked.variants.insert(name.clone());
                    }
                    let mut attributes = variant.attrs.iter();
                    if !attributes.any(|it| CONDITIONS.iter().any(|cfg| it.path().is_ident(cfg))) {
                        marked.always.insert(name.clone());
                    }
                    marked.all.insert(name);
                }
            }
            syn::Item::Struct(definition) => {
                marked.has_names = matches!(definition.fields, syn::Fields::Named(_));
            }
            _ => {}
        }
        marked.shapes = built::shapes(text, &definition);
    }
    (marked.is_whole || !marked.variants.is_empty()).then_some(marked)
}

/// How an item treats a type.
fn search<'a>(
    workspace: &'a Workspace,
    (user, is_own): (ItemId, bool),
    (target, marked): (ItemId, &'a Marked),
    others: BTreeSet<u32>,
) -> Search<'a> {
    let text = workspace.text_of(user);
    let mut search = Search {
        has_bare: has_bare(workspace, user, marked),
        is_struct: workspace.item(target).kind == ItemKind::Struct,
        marked,
        start: workspace.item(user).range.start,
        others,
        text,
        is_own,
        is_constant: matches!(
            workspace.item(user).kind,
            ItemKind::Const | ItemKind::Static
        ),
        builds: false,
        sites: Vec::new(),
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

/// Where the paths of an item start that lead to other items, and none to this one.
fn others_of(
    workspace: &Workspace,
    graph: &Graph,
    (user, target): (ItemId, ItemId),
) -> BTreeSet<u32> {
    let (mut others, mut own) = (BTreeSet::new(), BTreeSet::new());
    for reference in graph.references_of(user) {
        let (Place::Item(_, index), Target::Item(to)) =
            (reference.place, &reference.resolution.target)
        else {
            continue;
        };
        let start = workspace.item(user).paths[index as usize].range().start;
        let starts = if *to == target { &mut own } else { &mut others };
        starts.insert(start);
    }
    others.retain(|start| !own.contains(start));
    others
}

/// Whether the file of an item imports variants of an enum, as `use Kind::*` or `use Kind::{A, B}` does.
fn has_bare(workspace: &Workspace, user: ItemId, marked: &Marked) -> bool {
    let text = &workspace
        .file(workspace.module(workspace.item(user).module).file)
        .text;
    let mut names = marked.names.iter();
    names.any(|name| text.contains(&format!("{name}::*")) || text.contains(&format!("{name}::{{")))
}

struct Search<'a> {
    is_struct: bool,
    /// Whether variants may be named without the type.
    has_bare: bool,
    marked: &'a Marked,
    /// Where the item starts in its file.
    start: u32,
    /// Where paths start that lead elsewhere, whatever they are called.
    others: BTreeSet<u32>,
    text: &'a str,
    /// Whether `Self` is the type.
    is_own: bool,
    /// Whether what is looked at is worked out by the compiler.
    is_constant: bool,
    /// Whether it is built or matched as no function can do it.
    builds: bool,
    sites: Vec<Site>,
    closed: Vec<Gap>,
    /// Arms that nothing reaches, each from the end of the arm before it.
    room: Vec<TextRange>,
}

/// What leaves no room, and what would make some.
struct Gap {
    range: TextRange,
    opening: Opening,
    unless: Option<TextRange>,
}

impl Gap {
    fn new(range: TextRange, opening: Opening) -> Self {
        Self {
            range,
            opening,
            unless: None,
        }
    }
}

impl Search<'_> {
    /// Whether a path leads to the type or into it.
    fn names(&self, path: &syn::Path) -> bool {
        let mut first = path.segments.iter();
        let first = first.next().map(|first| self.range(first.ident.span()));
        if first.is_some_and(|first| self.others.contains(&first.start)) {
            return false;
        }
        if self.is_struct {
            return self.is_struct_at_end(path);
        }
        let before = std::iter::once(None).chain(path.segments.iter().map(Some));
        let mut segments = path.segments.iter().zip(before);
        segments.any(|(segment, before)| self.is_name(&segment.ident) && !is_type(before))
    }

    /// Whether a path ends in a struct's name, which is no variant of an enum there.
    fn is_struct_at_end(&self, path: &syn::Path) -> bool {
        let mut backwards = path.segments.iter().rev();
        let is_last = backwards
            .next()
            .is_some_and(|last| self.is_name(&last.ident));
        is_last && !is_type(backwards.next())
    }

    fn is_name(&self, ident: &syn::Ident) -> bool {
        (self.is_own && ident == "Self") || self.marked.names.contains(&ident.to_string())
    }

    /// Whether a path leads to what only the type's crate may build, or match to the last field.
    fn is_closed(&self, path: &syn::Path) -> bool {
        if self.is_struct {
            return self.is_struct_at_end(path);
        }
        self.is_constructor(path)
    }

    /// Whether a path leads to the name by which such a thing is built, as a value.
    fn is_constructor(&self, path: &syn::Path) -> bool {
        if self.is_struct {
            return !self.marked.has_names && self.is_struct_at_end(path);
        }
        path.segments
            .last()
            .is_some_and(|last| self.marked.variants.contains(&last.ident.to_string()))
    }

    /// Whether a single name in a pattern is that of a struct without fields, or of such a variant that an import brings.
    fn is_unit(&self, name: &syn::PatIdent) -> bool {
        let is_alone = name.subpat.is_none() && name.by_ref.is_none() && name.mutability.is_none();
        let is_struct = self.is_struct && !self.marked.has_names && self.is_name(&name.ident);
        let is_variant =
            self.is_bare(&name.ident) && self.marked.variants.contains(&name.ident.to_string());
        is_alone && (is_struct || is_variant)
    }

    fn open_unit(&mut self, pattern: &syn::Pat) {
        let at = self.range(pattern.span());
        self.closed.push(Gap::new(at, Opening::Unit));
    }

    /// Whether a single name is a variant that an import brings.
    fn is_bare(&self, name: &syn::Ident) -> bool {
        self.has_bare && self.marked.all.contains(&name.to_string())
    }

    /// Whether a pattern names the type, in it or itself.
    fn is_in(&self, pattern: &syn::Pat) -> bool {
        let mut patterns = Patterns::of(self);
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

/// Whether what stands before a name in a path is a type, by the naming conventions: then that is a variant of it.
fn is_type(before: Option<&syn::PathSegment>) -> bool {
    before.is_some_and(|before| before.ident.to_string().starts_with(char::is_uppercase))
}

impl<'ast> Visit<'ast> for Search<'_> {
    fn visit_expr_struct(&mut self, literal: &'ast syn::ExprStruct) {
        if self.is_closed(&literal.path) {
            match self.site_of_literal(literal) {
                Some(site) => self.sites.push(site),
                None => self.builds = true,
            }
        }
        syn::visit::visit_expr_struct(self, literal);
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        if self.is_constructor(&path.path) {
            match self.site_of_path(path) {
                Some(site) => self.sites.push(site),
                None => self.builds = true,
            }
        }
    }

    /// A pattern that is a path is no expression.
    fn visit_pat(&mut self, pattern: &'ast syn::Pat) {
        match pattern {
            syn::Pat::Path(path) if self.is_constructor(&path.path) => self.open_unit(pattern),
            // What only its crate may name as a value would be a variable elsewhere, which takes anything.
            syn::Pat::Ident(name) if self.is_unit(name) => self.open_unit(pattern),
            syn::Pat::Path(_) => {}
            pattern => syn::visit::visit_pat(self, pattern),
        }
    }

    /// What is lent may have to live as long as the program, as no result of a function does.
    fn visit_expr_reference(&mut self, lent: &'ast syn::ExprReference) {
        let path = match &*lent.expr {
            syn::Expr::Struct(literal) => Some(&literal.path),
            syn::Expr::Path(path) => Some(&path.path),
            syn::Expr::Call(call) => match &*call.func {
                syn::Expr::Path(path) => Some(&path.path),
                _ => None,
            },
            _ => None,
        };
        self.builds |= path.is_some_and(|path| self.is_closed(path));
        syn::visit::visit_expr_reference(self, lent);
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        self.is_constant |= signature.constness.is_some();
        syn::visit::visit_signature(self, signature);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.in_constant(|search| syn::visit::visit_item_const(search, item));
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.in_constant(|search| syn::visit::visit_item_static(search, item));
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.in_constant(|search| syn::visit::visit_impl_item_const(search, item));
    }

    fn visit_trait_item_const(&mut self, item: &'ast syn::TraitItemConst) {
        self.in_constant(|search| syn::visit::visit_trait_item_const(search, item));
    }

    fn visit_expr_const(&mut self, block: &'ast syn::ExprConst) {
        self.in_constant(|search| syn::visit::visit_expr_const(search, block));
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let around = self.is_constant;
        syn::visit::visit_item_fn(self, item);
        self.is_constant = around;
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        let around = self.is_constant;
        syn::visit::visit_impl_item_fn(self, item);
        self.is_constant = around;
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_tokens(call);
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
            self.closed.push(Gap::new(end, opening));
        }
        syn::visit::visit_pat_struct(self, pattern);
    }

    /// The constructor is private, with or without a `..` in the pattern.
    fn visit_pat_tuple_struct(&mut self, pattern: &'ast syn::PatTupleStruct) {
        self.builds |= self.is_constructor(&pattern.path);
        syn::visit::visit_pat_tuple_struct(self, pattern);
    }

    fn visit_expr_match(&mut self, expression: &'ast syn::ExprMatch) {
        let arms: Vec<&syn::Pat> = expression.arms.iter().map(|arm| &arm.pat).collect();
        let named: Vec<&syn::Pat> = arms.iter().copied().filter(|arm| self.is_in(arm)).collect();
        let text = |arm: &syn::Arm| self.text.get(arm.span().byte_range());
        if let [.., before, last] = &expression.arms[..]
            && text(last).is_some_and(|arm| arm.ends_with(Closed::ARM))
            && !named.is_empty()
        {
            let start = self.range(before.span()).end;
            self.room
                .push(TextRange::new(start, self.range(last.span()).end));
        }
        if let Some(last) = expression.arms.last()
            && self.marked.is_whole
            && !self.is_struct
            && !named.is_empty()
            && !self.is_open(&always(&expression.arms), &named)
        {
            let needs_comma = last.comma.is_none() && !matches!(*last.body, syn::Expr::Block(_));
            let opening = if needs_comma {
                Opening::ArmAfterComma
            } else {
                Opening::Arm
            };
            let unless = unless(&expression.arms).map(|condition| self.range(condition));
            self.closed.push(Gap {
                range: self.range(last.span()),
                opening,
                unless,
            });
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
    /// What the paths to the type end in.
    names: BTreeSet<String>,
    /// Whether a macro writes a part of them.
    has_macro: bool,
}

impl<'s, 'a> Patterns<'s, 'a> {
    fn of(search: &'s Search<'a>) -> Self {
        Self {
            search,
            found: false,
            names: BTreeSet::new(),
            has_macro: false,
        }
    }
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
        if bare || self.search.names(path) {
            self.found = true;
            let last = path.segments.last();
            self.names.extend(last.map(|last| last.ident.to_string()));
        }
    }

    fn visit_macro(&mut self, _: &'ast syn::Macro) {
        self.has_macro = true;
    }

    fn visit_pat_ident(&mut self, name: &'ast syn::PatIdent) {
        if self.search.is_bare(&name.ident) {
            self.found = true;
            self.names.insert(name.ident.to_string());
        }
        syn::visit::visit_pat_ident(self, name);
    }
}
