//! Items: kind, name, ranges, visibility, and what travels with them.

mod detail;
mod head;
pub(super) mod implementation;
mod import;
mod in_call;

use std::collections::BTreeSet;

use syn::visit::Visit;

use super::attribute::{self, Style};
use super::collect::{Collector, text_of};
use super::{DeclaredModule, ParsedItem, ParsedModule, Shift, extent, shape};
use crate::id::ModuleId;
use crate::item::{Item, ItemKind, Level, PathContext, Takes, Visibility};
use crate::source::TextRange;
pub(crate) use detail::trait_members;
pub(super) use head::ident_of;
use head::{kind_of, visibility_of};

/// A whole file.
pub(super) fn file(file: &syn::File, text: &str, shift: Shift<'_>) -> ParsedModule {
    let body = TextRange::new(shift.prefix, text.len() as u32);
    module(&file.attrs, &file.items, text, shift, body)
}

fn module(
    attributes: &[syn::Attribute],
    items: &[syn::Item],
    text: &str,
    shift: Shift<'_>,
    body: TextRange,
) -> ParsedModule {
    let mut collector = Collector::new(text, shift);
    let inner_attributes = attribute::values(&collector, attributes, Style::Inner);
    let inner: Vec<syn::Attribute> = attributes
        .iter()
        .filter(|attribute| matches!(attribute.style, syn::AttrStyle::Inner(_)))
        .cloned()
        .collect();
    attribute::collect_all(&mut collector, &inner);
    attribute::collect_docs(&mut collector, &inner);
    let header = inner_attributes
        .iter()
        .map(|attribute| attribute.range)
        .reduce(TextRange::cover)
        .unwrap_or(TextRange::empty(body.start));
    let start = if header.is_empty() {
        body.start
    } else {
        header.end
    };
    ParsedModule {
        body,
        header,
        inner_attributes,
        paths: collector.paths,
        includes: collector.includes,
        is_test: attribute::is_test(&inner),
        items: self::items(items, text, shift, (start, body.end)),
    }
}

/// What stands between two offsets, with what stands in its macro calls behind each.
fn items(
    nodes: &[syn::Item],
    text: &str,
    shift: Shift<'_>,
    (start, end): (u32, u32),
) -> Vec<ParsedItem> {
    let parsed = nodes.iter().map(|node| item(node, text, shift));
    let mut parsed: Vec<ParsedItem> = parsed.collect();
    let all = parsed.iter_mut().map(|parsed| &mut parsed.item);
    tile(all.collect(), text, start, end);
    let with_inside = nodes.iter().zip(parsed).flat_map(|(node, mut parsed)| {
        let inside = in_call::items(node, &mut parsed.item, text, shift);
        std::iter::once(parsed).chain(inside)
    });
    with_inside.collect()
}

/// Gives every item what stands around it: comments and blank lines above, a comment behind it on its last line.
fn tile(items: Vec<&mut Item>, text: &str, start: u32, end: u32) {
    let starts: Vec<u32> = items
        .iter()
        .map(|item| item.range.start)
        .chain([end])
        .collect();
    let mut at = start;
    for (index, item) in items.into_iter().enumerate() {
        let limit = starts[index + 1].max(item.range.end);
        let rest = &text[item.range.end as usize..limit as usize];
        let line = rest.find('\n').map_or(rest, |newline| &rest[..=newline]);
        let trimmed = line.trim();
        let is_comment = trimmed.starts_with("//")
            || (trimmed.starts_with("/*")
                && trimmed.ends_with("*/")
                && !trimmed[2..trimmed.len() - 2].contains("/*"));
        let has_line_end = line.ends_with('\n') || item.range.end + line.len() as u32 == end;
        let taken = if (trimmed.is_empty() || is_comment)
            && has_line_end
            && (line.ends_with('\n') || is_comment)
        {
            line.len() as u32
        } else {
            0
        };
        item.full = TextRange::new(at.min(item.range.start), item.range.end + taken);
        at = item.full.end;
    }
}

fn blank(
    kind: ItemKind,
    collector: &Collector<'_>,
    ends: extent::Ends,
    attributes: &[syn::Attribute],
) -> Item {
    let range = collector.between(ends);
    Item {
        module: ModuleId(0),
        parent: None,
        kind,
        name: String::new(),
        name_range: TextRange::empty(range.start),
        defines: Vec::new(),
        range,
        full: range,
        visibility: Visibility {
            level: Level::Private,
            range: TextRange::empty(range.start),
        },
        attributes: attribute::values(collector, attributes, Style::Outer),
        is_test: attribute::is_test(attributes),
        spells_tests: false,
        declares: None,
        in_call: false,
        wrapped: None,
        leaves: Vec::new(),
        fields: Vec::new(),
        variant_fields: Vec::new(),
        members: Vec::new(),
        written_members: Vec::new(),
        declared: Vec::new(),
        implementation: None,
        macro_rules: None,
        paths: Vec::new(),
        member_uses: Vec::new(),
        test_parts: Vec::new(),
        inner_impls: Vec::new(),
        includes: Vec::new(),
        named_files: Vec::new(),
        methods: Vec::new(),
        body: TextRange::empty(range.end),
        parameters: None,
        returns: None,
    }
}

fn item(node: &syn::Item, text: &str, shift: Shift<'_>) -> ParsedItem {
    let mut collector = Collector::new(text, shift);
    let (kind, attributes) = kind_of(node);
    let mut item = blank(kind, &collector, extent::item(node), attributes);
    if let Some(ident) = ident_of(node) {
        item.name = text_of(ident);
        item.name_range = collector.range(ident.span());
    }
    if let Some((visibility, first)) = visibility_of(node) {
        item.visibility = head::visibility(&collector, visibility, first);
    }
    let mut parsed = ParsedItem {
        item,
        methods: Vec::new(),
        leaves: Vec::new(),
        module: None,
        after_call: None,
    };
    match node {
        syn::Item::Use(node) => {
            attribute::collect_all(&mut collector, &node.attrs);
            parsed.leaves = import::use_leaves(&collector, node);
        }
        syn::Item::ExternCrate(node) => {
            parsed.leaves = vec![import::extern_crate(&collector, node)];
        }
        syn::Item::Mod(node) => {
            let outer: Vec<syn::Attribute> = node
                .attrs
                .iter()
                .filter(|attribute| matches!(attribute.style, syn::AttrStyle::Outer))
                .cloned()
                .collect();
            attribute::collect_all(&mut collector, &outer);
            parsed.module = Some(declared(node, text, shift, &collector));
        }
        syn::Item::Impl(node) => implementation::implementation(&mut collector, node, &mut parsed),
        syn::Item::Fn(node) => {
            parsed.item.returns = shape::returned(&node.sig);
            collector.visit_item_fn(node);
        }
        _ => collector.visit_item(node),
    }
    attribute::collect_docs(&mut collector, attributes);
    detail::inside(&mut collector, node);
    detail::details(&collector, node, &mut parsed.item);
    keep(&mut parsed.item, collector);
    forget_fields(&mut parsed.item);
    parsed
}

/// `#[error("{name} is missing")]`: what the strings of a type's attributes take from around them are its fields.
fn forget_fields(item: &mut Item) {
    let fields = item.fields.iter().map(|field| field.name.as_str());
    let of_variants = item.variant_fields.iter().map(|field| field.name.as_str());
    let names: BTreeSet<&str> = fields.chain(of_variants).collect();
    if !names.is_empty() {
        item.paths.retain(|path| {
            let is_word = path.guessed && path.segments.len() == 1;
            !(is_word
                && path.context == PathContext::Value
                && names.contains(&*path.segments[0].name))
        });
    }
}

/// Puts what was collected into the item, without the room that was left for more: there are many items.
fn keep(item: &mut Item, mut collector: Collector<'_>) {
    collector.paths.shrink_to_fit();
    collector.members.shrink_to_fit();
    item.paths = collector.paths;
    item.member_uses = collector.members;
    item.test_parts = collector.test_parts;
    item.inner_impls = collector.inner_impls;
    item.includes = collector.includes;
    item.named_files = collector.named_files;
}

/// How many arguments a method takes beside `self`; none for what is no method.
fn parameters(signature: &syn::Signature) -> Option<u32> {
    let takes_self = signature.receiver().is_some();
    takes_self.then(|| signature.inputs.len() as u32 - 1)
}

/// How a function of a trait is called.
pub(crate) fn takes(signature: &syn::Signature) -> Takes {
    parameters(signature).map_or(Takes::NoSelf, Takes::Arguments)
}

pub(super) fn between(braces: TextRange) -> TextRange {
    TextRange::new(braces.start + 1, braces.end - 1)
}

fn declared(
    node: &syn::ItemMod,
    text: &str,
    shift: Shift<'_>,
    collector: &Collector<'_>,
) -> DeclaredModule {
    let inline = node.content.as_ref().map(|(brace, items)| {
        let body = between(collector.range(brace.span.join()));
        module(&node.attrs, items, text, shift, body)
    });
    let conditional = node
        .attrs
        .iter()
        .any(|attribute| attribute.path().is_ident("cfg"));
    DeclaredModule {
        inline,
        paths: attribute::module_paths(&node.attrs),
        conditional,
    }
}
