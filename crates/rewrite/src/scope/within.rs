//! What is conditional inside an item.

use std::collections::BTreeMap;
use std::ops::Range;

use cleave_syntax::item::ItemKind;
use cleave_syntax::{CrateId, ItemId, TextRange, Workspace};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::Scope;
use crate::support;

/// By item: the parts of it that stand under a `cfg` of their own, each with the attribute's text. Parts of parts have
/// those around them too.
pub(crate) type Within = BTreeMap<ItemId, Vec<(TextRange, String)>>;

/// Linear in the text of the items in which an attribute stands.
pub(super) fn within(workspace: &Workspace, krate: CrateId) -> Within {
    let items = workspace.items_of(krate).filter(|id| {
        let item = workspace.item(*id);
        let has_parts = !matches!(
            item.kind,
            ItemKind::MacroRules | ItemKind::MacroCall | ItemKind::Use | ItemKind::Mod
        );
        has_parts && workspace.text_of(*id).contains("#[cfg(")
    });
    items
        .map(|id| {
            (
                id,
                parts(workspace.text_of(id), workspace.item(id).range.start),
            )
        })
        .filter(|(_, parts)| !parts.is_empty())
        .collect()
}

impl Scope<'_> {
    /// The `cfg` attributes inside an item under which a part of it stands.
    pub(crate) fn conditions_within(&self, id: ItemId, range: TextRange) -> Vec<String> {
        let parts = self.within.get(&id).into_iter().flatten();
        let around = parts.filter(|(part, _)| part.start <= range.start && range.end <= part.end);
        let is_opened = self.support.items.contains(&id);
        let text = |text: &String| {
            if is_opened {
                support::opened(text)
            } else {
                text.clone()
            }
        };
        around.map(|(_, of)| text(of)).collect()
    }
}

fn parts(text: &str, start: u32) -> Vec<(TextRange, String)> {
    let mut parts = Parts {
        text,
        start,
        around: Vec::new(),
        found: Vec::new(),
    };
    if let Ok(item) = syn::parse_str::<syn::Item>(text) {
        visit::visit_item(&mut parts, &item);
    } else if let Ok(item) = syn::parse_str::<syn::ImplItem>(text) {
        visit::visit_impl_item(&mut parts, &item);
    }
    parts.found
}

struct Parts<'a> {
    text: &'a str,
    /// Where the item starts in its file.
    start: u32,
    /// The nodes around, each with where its attributes end, as far as they are seen.
    around: Vec<(Range<usize>, usize)>,
    found: Vec<(TextRange, String)>,
}

impl Parts<'_> {
    fn inside(&mut self, node: &impl Spanned, visit: impl FnOnce(&mut Self)) {
        let range = node.span().byte_range();
        let start = range.start;
        self.around.push((range, start));
        visit(self);
        self.around.pop();
    }

    fn is_blank(&self, range: Range<usize>) -> bool {
        let between = self.text.get(range).map(str::trim);
        between
            .is_some_and(|text| text.is_empty() || text.starts_with("//") || text.starts_with("/*"))
    }
}

impl<'ast> Visit<'ast> for Parts<'_> {
    /// An attribute is one of the largest node that starts with it: a statement, not the first operand in it.
    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        let range = attribute.span().byte_range();
        let mut owner = None;
        for index in 0..self.around.len() {
            let (node, end) = &self.around[index];
            if *end <= range.start && self.is_blank(*end..range.start) {
                owner.get_or_insert(node.clone());
                self.around[index].1 = range.end;
            }
        }
        if let Some(node) = owner.filter(|_| attribute.path().is_ident("cfg")) {
            let part = TextRange::new(self.start + node.start as u32, self.start + node.end as u32);
            self.found.push((part, self.text[range].to_owned()));
        }
    }

    fn visit_stmt(&mut self, node: &'ast syn::Stmt) {
        self.inside(node, |parts| visit::visit_stmt(parts, node));
    }

    fn visit_expr(&mut self, node: &'ast syn::Expr) {
        self.inside(node, |parts| visit::visit_expr(parts, node));
    }

    fn visit_arm(&mut self, node: &'ast syn::Arm) {
        self.inside(node, |parts| visit::visit_arm(parts, node));
    }

    fn visit_field_value(&mut self, node: &'ast syn::FieldValue) {
        self.inside(node, |parts| visit::visit_field_value(parts, node));
    }

    fn visit_field_pat(&mut self, node: &'ast syn::FieldPat) {
        self.inside(node, |parts| visit::visit_field_pat(parts, node));
    }

    fn visit_field(&mut self, node: &'ast syn::Field) {
        self.inside(node, |parts| visit::visit_field(parts, node));
    }

    fn visit_variant(&mut self, node: &'ast syn::Variant) {
        self.inside(node, |parts| visit::visit_variant(parts, node));
    }

    fn visit_fn_arg(&mut self, node: &'ast syn::FnArg) {
        self.inside(node, |parts| visit::visit_fn_arg(parts, node));
    }

    fn visit_impl_item(&mut self, node: &'ast syn::ImplItem) {
        self.inside(node, |parts| visit::visit_impl_item(parts, node));
    }

    fn visit_trait_item(&mut self, node: &'ast syn::TraitItem) {
        self.inside(node, |parts| visit::visit_trait_item(parts, node));
    }
}
