//! Items: kind, name, ranges, visibility, and what travels with them.

use syn::spanned::Spanned;
use syn::visit::Visit;

use super::attribute::{self, Style};
use super::collect::{Collector, name_of};
use super::{DeclaredModule, ParsedItem, ParsedModule, Shift, extent, tokens};
use crate::item::{
    Binding, Field, Implementation, Item, ItemId, ItemKind, Level, MacroRules, PathContext,
    PathUse, Segment, UseLeaf, Visibility,
};
use crate::source::TextRange;
use crate::workspace::ModuleId;

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
    let mut parsed: Vec<ParsedItem> = items
        .iter()
        .map(|item| self::item(item, text, shift))
        .collect();
    let start = if header.is_empty() {
        body.start
    } else {
        header.end
    };
    tile(
        parsed.iter_mut().map(|parsed| &mut parsed.item).collect(),
        text,
        start,
        body.end,
    );
    ParsedModule {
        body,
        header,
        inner_attributes,
        paths: collector.paths,
        is_test: attribute::is_test(&inner),
        items: parsed,
    }
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
        declares: None,
        leaves: Vec::new(),
        fields: Vec::new(),
        members: Vec::new(),
        implementation: None,
        macro_rules: None,
        paths: Vec::new(),
        member_uses: Vec::new(),
        includes: Vec::new(),
        methods: Vec::new(),
        body: TextRange::empty(range.end),
        parameters: None,
    }
}

fn item(node: &syn::Item, text: &str, shift: Shift<'_>) -> ParsedItem {
    let mut collector = Collector::new(text, shift);
    let (kind, attributes) = kind_of(node);
    let mut item = blank(kind, &collector, extent::item(node), attributes);
    if let Some(ident) = ident_of(node) {
        item.name = name_of(ident);
        item.name_range = collector.range(ident.span());
    }
    if let Some((visibility, first)) = visibility_of(node) {
        item.visibility = self::visibility(&collector, visibility, first);
    }
    let mut parsed = ParsedItem {
        item,
        methods: Vec::new(),
        leaves: Vec::new(),
        module: None,
    };
    match node {
        syn::Item::Use(node) => {
            attribute::collect_all(&mut collector, &node.attrs);
            parsed.leaves = use_leaves(&collector, node);
        }
        syn::Item::ExternCrate(node) => parsed.leaves = vec![extern_crate(&collector, node)],
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
        syn::Item::Impl(node) => implementation(&mut collector, node, &mut parsed),
        _ => collector.visit_item(node),
    }
    attribute::collect_docs(&mut collector, attributes);
    inner_docs(&mut collector, node);
    details(&collector, node, &mut parsed.item);
    keep(&mut parsed.item, collector);
    parsed
}

/// Puts what was collected into the item, without the room that was left for more: there are many items.
fn keep(item: &mut Item, mut collector: Collector<'_>) {
    collector.paths.shrink_to_fit();
    collector.members.shrink_to_fit();
    item.paths = collector.paths;
    item.member_uses = collector.members;
    item.includes = collector.includes;
}

fn kind_of(node: &syn::Item) -> (ItemKind, &[syn::Attribute]) {
    match node {
        syn::Item::Const(item) => (ItemKind::Const, &item.attrs),
        syn::Item::Enum(item) => (ItemKind::Enum, &item.attrs),
        syn::Item::ExternCrate(item) => (ItemKind::ExternCrate, &item.attrs),
        syn::Item::Fn(item) => (ItemKind::Fn, &item.attrs),
        syn::Item::ForeignMod(item) => (ItemKind::ForeignMod, &item.attrs),
        syn::Item::Impl(item) if item.trait_.is_some() => (ItemKind::TraitImpl, &item.attrs),
        syn::Item::Impl(item) => (ItemKind::InherentImpl, &item.attrs),
        syn::Item::Macro(item) if item.ident.is_some() => (ItemKind::MacroRules, &item.attrs),
        syn::Item::Macro(item) => (ItemKind::MacroCall, &item.attrs),
        syn::Item::Mod(item) => (ItemKind::Mod, &item.attrs),
        syn::Item::Static(item) => (ItemKind::Static, &item.attrs),
        syn::Item::Struct(item) => (ItemKind::Struct, &item.attrs),
        syn::Item::Trait(item) => (ItemKind::Trait, &item.attrs),
        syn::Item::TraitAlias(item) => (ItemKind::TraitAlias, &item.attrs),
        syn::Item::Type(item) => (ItemKind::TypeAlias, &item.attrs),
        syn::Item::Union(item) => (ItemKind::Union, &item.attrs),
        syn::Item::Use(item) => (ItemKind::Use, &item.attrs),
        _ => (ItemKind::Verbatim, &[]),
    }
}

/// The name an item defines.
pub(super) fn ident_of(node: &syn::Item) -> Option<&syn::Ident> {
    match node {
        syn::Item::Const(item) => Some(&item.ident),
        syn::Item::Enum(item) => Some(&item.ident),
        syn::Item::Fn(item) => Some(&item.sig.ident),
        syn::Item::Macro(item) => item.ident.as_ref(),
        syn::Item::Mod(item) => Some(&item.ident),
        syn::Item::Static(item) => Some(&item.ident),
        syn::Item::Struct(item) => Some(&item.ident),
        syn::Item::Trait(item) => Some(&item.ident),
        syn::Item::TraitAlias(item) => Some(&item.ident),
        syn::Item::Type(item) => Some(&item.ident),
        syn::Item::Union(item) => Some(&item.ident),
        _ => None,
    }
}

/// An item's visibility, and the first token behind it.
fn visibility_of(node: &syn::Item) -> Option<(&syn::Visibility, proc_macro2::Span)> {
    Some(match node {
        syn::Item::Const(item) => (&item.vis, item.const_token.span),
        syn::Item::Enum(item) => (&item.vis, item.enum_token.span),
        syn::Item::ExternCrate(item) => (&item.vis, item.extern_token.span),
        syn::Item::Fn(item) => (&item.vis, extent::signature(&item.sig)),
        syn::Item::Mod(item) => (
            &item.vis,
            item.unsafety
                .map_or(item.mod_token.span, |token| token.span),
        ),
        syn::Item::Static(item) => (&item.vis, item.static_token.span),
        syn::Item::Struct(item) => (&item.vis, item.struct_token.span),
        syn::Item::Trait(item) => (
            &item.vis,
            item.unsafety
                .map(|token| token.span)
                .or(item.modifiers.auto_token.map(|token| token.span))
                .unwrap_or(item.trait_token.span),
        ),
        syn::Item::TraitAlias(item) => (&item.vis, item.trait_token.span),
        syn::Item::Type(item) => (&item.vis, item.type_token.span),
        syn::Item::Union(item) => (&item.vis, item.union_token.span),
        syn::Item::Use(item) => (&item.vis, item.use_token.span),
        _ => return None,
    })
}

fn visibility(
    collector: &Collector<'_>,
    visibility: &syn::Visibility,
    first: proc_macro2::Span,
) -> Visibility {
    let range = match visibility {
        syn::Visibility::Inherited => TextRange::empty(collector.range(first).start),
        syn::Visibility::Public(token) => collector.range(token.span),
        written @ syn::Visibility::Restricted(_) => collector.range_of(written),
    };
    let level = match visibility {
        syn::Visibility::Inherited => Level::Private,
        syn::Visibility::Public(_) => Level::Public,
        syn::Visibility::Restricted(restricted) => {
            let path: Vec<String> = restricted
                .path
                .segments
                .iter()
                .map(|segment| name_of(&segment.ident))
                .collect();
            match (restricted.in_token.is_some(), path.join("::").as_str()) {
                (_, "crate") => Level::Crate,
                (_, "self") => Level::Module,
                (_, "super") => Level::Super,
                (_, path) => Level::In(path.to_owned()),
            }
        }
    };
    Visibility { level, range }
}

/// The documentation of what is in an item and is no item of its own.
fn inner_docs(collector: &mut Collector<'_>, node: &syn::Item) {
    let mut docs = |attributes: &[syn::Attribute]| attribute::collect_docs(collector, attributes);
    match node {
        syn::Item::Trait(node) => {
            for member in &node.items {
                match member {
                    syn::TraitItem::Fn(member) => docs(&member.attrs),
                    syn::TraitItem::Const(member) => docs(&member.attrs),
                    syn::TraitItem::Type(member) => docs(&member.attrs),
                    _ => {}
                }
            }
        }
        syn::Item::Impl(node) if node.trait_.is_some() => {
            for member in &node.items {
                match member {
                    syn::ImplItem::Fn(member) => docs(&member.attrs),
                    syn::ImplItem::Const(member) => docs(&member.attrs),
                    syn::ImplItem::Type(member) => docs(&member.attrs),
                    _ => {}
                }
            }
        }
        syn::Item::Enum(node) => {
            for variant in &node.variants {
                docs(&variant.attrs);
                variant.fields.iter().for_each(|field| docs(&field.attrs));
            }
        }
        syn::Item::Struct(node) => node.fields.iter().for_each(|field| docs(&field.attrs)),
        syn::Item::Union(node) => {
            let fields = node.fields.named.iter();
            fields.for_each(|field| docs(&field.attrs));
        }
        _ => {}
    }
}

/// What only some kinds have.
fn details(collector: &Collector<'_>, node: &syn::Item, item: &mut Item) {
    match node {
        syn::Item::Struct(node) => item.fields = fields(collector, node.fields.iter()),
        syn::Item::Union(node) => item.fields = fields(collector, node.fields.named.iter()),
        syn::Item::Enum(node) => {
            item.members = node
                .variants
                .iter()
                .map(|variant| name_of(&variant.ident))
                .collect();
        }
        syn::Item::Trait(node) => {
            item.members = node
                .items
                .iter()
                .filter_map(|member| match member {
                    syn::TraitItem::Const(member) => Some(name_of(&member.ident)),
                    syn::TraitItem::Fn(member) => Some(name_of(&member.sig.ident)),
                    syn::TraitItem::Type(member) => Some(name_of(&member.ident)),
                    _ => None,
                })
                .collect();
            item.body = between(collector.range(node.brace_token.span.join()));
        }
        syn::Item::Macro(node) if node.ident.is_some() => {
            let exported = node
                .attrs
                .iter()
                .any(|attribute| attribute.path().is_ident("macro_export"));
            let (defines, calls) = tokens::transcribed(collector, node.mac.tokens.clone());
            item.macro_rules = Some(MacroRules {
                exported,
                defines,
                calls,
            });
        }
        syn::Item::Macro(node) => {
            tokens::defines(collector, node.mac.tokens.clone(), &mut item.defines);
            let text = &collector.text[item.range.start as usize..item.range.end as usize];
            let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
            let first = item.defines.first().map(|(name, _)| name.clone());
            let upper = || {
                words
                    .clone()
                    .find(|word| word.starts_with(char::is_uppercase))
                    .map(str::to_owned)
            };
            item.members = first.or_else(upper).into_iter().collect();
        }
        syn::Item::ForeignMod(node) => {
            item.defines = node
                .items
                .iter()
                .filter_map(|member| match member {
                    syn::ForeignItem::Fn(member) => Some(&member.sig.ident),
                    syn::ForeignItem::Static(member) => Some(&member.ident),
                    syn::ForeignItem::Type(member) => Some(&member.ident),
                    _ => None,
                })
                .map(|ident| (name_of(ident), collector.range(ident.span())))
                .collect();
        }
        _ => {}
    }
}

fn between(braces: TextRange) -> TextRange {
    TextRange::new(braces.start + 1, braces.end - 1)
}

fn fields<'n>(
    collector: &Collector<'_>,
    fields: impl Iterator<Item = &'n syn::Field>,
) -> Vec<Field> {
    fields
        .enumerate()
        .map(|(index, field)| Field {
            name: field
                .ident
                .as_ref()
                .map_or_else(|| index.to_string(), name_of),
            visibility: visibility(
                collector,
                &field.vis,
                field
                    .ident
                    .as_ref()
                    .map_or_else(|| field.ty.span(), syn::Ident::span),
            ),
        })
        .collect()
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

fn use_leaves(collector: &Collector<'_>, node: &syn::ItemUse) -> Vec<UseLeaf> {
    let mut leaves = Vec::new();
    tree(
        collector,
        &node.tree,
        &mut Vec::new(),
        node.leading_colon.is_some(),
        &mut leaves,
    );
    leaves
}

fn tree(
    collector: &Collector<'_>,
    node: &syn::UseTree,
    prefix: &mut Vec<Segment>,
    global: bool,
    leaves: &mut Vec<UseLeaf>,
) {
    let segment = |ident: &syn::Ident| Segment {
        name: name_of(ident),
        range: collector.range(ident.span()),
    };
    match node {
        syn::UseTree::Path(path) => {
            prefix.push(segment(&path.ident));
            tree(collector, &path.tree, prefix, global, leaves);
            prefix.pop();
        }
        syn::UseTree::Group(group) => {
            for node in &group.items {
                tree(collector, node, prefix, global, leaves);
            }
        }
        syn::UseTree::Glob(_) => {
            leaves.push(leaf(
                prefix.clone(),
                global,
                Binding::Glob,
                collector.range_of(node),
                false,
            ));
        }
        syn::UseTree::Name(name) => {
            let is_self = name.ident == "self" && !prefix.is_empty();
            let mut path = prefix.clone();
            if !is_self {
                path.push(segment(&name.ident));
            }
            let bound = path
                .last()
                .map(|segment| segment.name.clone())
                .unwrap_or_default();
            leaves.push(leaf(
                path,
                global,
                Binding::Name(bound),
                collector.range_of(node),
                is_self,
            ));
        }
        syn::UseTree::Rename(rename) => {
            let is_self = rename.ident == "self" && !prefix.is_empty();
            let mut path = prefix.clone();
            if !is_self {
                path.push(segment(&rename.ident));
            }
            let bound = name_of(&rename.rename);
            let binding = if bound == "_" {
                Binding::Underscore
            } else {
                Binding::Name(bound)
            };
            leaves.push(leaf(
                path,
                global,
                binding,
                collector.range_of(node),
                is_self,
            ));
        }
    }
}

fn leaf(
    segments: Vec<Segment>,
    global: bool,
    binding: Binding,
    range: TextRange,
    is_self: bool,
) -> UseLeaf {
    let path = PathUse {
        segments,
        global,
        context: PathContext::Type,
        in_signature: true,
        guessed: false,
    };
    UseLeaf {
        item: ItemId(0),
        path,
        binding,
        range,
        is_self,
    }
}

fn extern_crate(collector: &Collector<'_>, node: &syn::ItemExternCrate) -> UseLeaf {
    let segment = Segment {
        name: name_of(&node.ident),
        range: collector.range(node.ident.span()),
    };
    let bound = node
        .rename
        .as_ref()
        .map_or_else(|| name_of(&node.ident), |(_, rename)| name_of(rename));
    let binding = if bound == "_" {
        Binding::Underscore
    } else {
        Binding::Name(bound)
    };
    let range = collector.range(node.ident.span());
    leaf(vec![segment], false, binding, range, false)
}

fn implementation(collector: &mut Collector<'_>, node: &syn::ItemImpl, parsed: &mut ParsedItem) {
    attribute::collect_all(collector, &node.attrs);
    collector.scoped(|collector| {
        collector.bind_generics(&node.generics);
        collector.visit_generics(&node.generics);
        let parameters = node
            .generics
            .type_params()
            .map(|parameter| name_of(&parameter.ident))
            .collect();
        let mut head = Implementation {
            label: label(collector, node),
            self_name: String::new(),
            self_path: None,
            trait_path: None,
            trait_arguments: Vec::new(),
            type_parameters: parameters,
        };
        if let Some((path, _)) = &node.trait_ {
            let start = collector.paths.len();
            collector.visit_path(path);
            head.trait_path = index_at(collector, start, path);
            head.trait_arguments = arguments(path)
                .filter_map(|argument| stripped(argument))
                .filter_map(|path| index_at(collector, start, path))
                .collect();
        }
        let start = collector.paths.len();
        collector.visit_type(&node.self_ty);
        if let Some(path) = stripped(&node.self_ty) {
            head.self_path = index_at(collector, start, path);
            head.self_name = path
                .segments
                .last()
                .map(|segment| name_of(&segment.ident))
                .unwrap_or_default();
        }
        parsed.item.implementation = Some(Box::new(head));
        if node.trait_.is_some() {
            for member in &node.items {
                collector.visit_impl_item(member);
            }
        } else {
            parsed.methods = node
                .items
                .iter()
                .map(|member| method(collector, node, member))
                .collect();
        }
    });
    let body = between(collector.range(node.brace_token.span.join()));
    parsed.item.body = body;
    tile(
        parsed.methods.iter_mut().collect(),
        collector.text,
        body.start,
        body.end,
    );
}

/// An associated item of an inherent impl: an item of its own.
fn method(collector: &Collector<'_>, node: &syn::ItemImpl, member: &syn::ImplItem) -> Item {
    let mut inner = Collector::new(collector.text, collector.shift);
    inner.bind_generics(&node.generics);
    let empty: &[syn::Attribute] = &[];
    let (kind, attributes, ident, vis) = match member {
        syn::ImplItem::Fn(member) => (
            ItemKind::Fn,
            &member.attrs[..],
            Some(&member.sig.ident),
            Some((
                &member.vis,
                member
                    .modifiers
                    .defaultness
                    .map_or_else(|| extent::signature(&member.sig), |token| token.span),
            )),
        ),
        syn::ImplItem::Const(member) => (
            ItemKind::Const,
            &member.attrs[..],
            Some(&member.ident),
            Some((
                &member.vis,
                member
                    .modifiers
                    .defaultness
                    .map_or(member.const_token.span, |token| token.span),
            )),
        ),
        syn::ImplItem::Type(member) => (
            ItemKind::TypeAlias,
            &member.attrs[..],
            Some(&member.ident),
            Some((&member.vis, member.type_token.span)),
        ),
        syn::ImplItem::Macro(member) => (ItemKind::MacroCall, &member.attrs[..], None, None),
        _ => (ItemKind::Verbatim, empty, None, None),
    };
    let mut item = blank(kind, collector, extent::member(member), attributes);
    if let Some(ident) = ident {
        item.name = name_of(ident);
        item.name_range = collector.range(ident.span());
    }
    if let Some((vis, first)) = vis {
        item.visibility = visibility(collector, vis, first);
    }
    if let syn::ImplItem::Fn(member) = member {
        let takes_self = member.sig.receiver().is_some();
        item.parameters = takes_self.then(|| member.sig.inputs.len() as u32 - 1);
    }
    inner.visit_impl_item(member);
    attribute::collect_docs(&mut inner, attributes);
    keep(&mut item, inner);
    item
}

fn index_at(collector: &Collector<'_>, from: usize, path: &syn::Path) -> Option<u32> {
    let start = collector.range(path.segments.first()?.ident.span()).start;
    collector.paths[from..]
        .iter()
        .position(|found| found.segments[0].range.start == start)
        .map(|index| (index + from) as u32)
}

fn arguments(path: &syn::Path) -> impl Iterator<Item = &syn::Type> {
    path.segments
        .last()
        .into_iter()
        .filter_map(|segment| match &segment.arguments {
            syn::PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
            _ => None,
        })
        .flatten()
        .filter_map(|argument| match argument {
            syn::GenericArgument::Type(argument) => Some(argument),
            _ => None,
        })
}

/// The path of a type, seen through what the orphan rule calls fundamental: references, `Box`, `Pin`.
fn stripped(node: &syn::Type) -> Option<&syn::Path> {
    let mut at = node;
    loop {
        at = match at {
            syn::Type::Reference(reference) => &reference.elem,
            syn::Type::Paren(inner) => &inner.elem,
            syn::Type::Group(inner) => &inner.elem,
            syn::Type::TraitObject(object) => {
                return object.bounds.iter().find_map(|bound| match bound {
                    syn::TypeParamBound::Trait(bound) => Some(&bound.path),
                    _ => None,
                });
            }
            syn::Type::Path(path) => {
                let last = path.path.segments.last()?;
                let fundamental = last.ident == "Box" || last.ident == "Pin";
                match arguments(&path.path).next() {
                    Some(inner) if fundamental => inner,
                    _ => return Some(&path.path),
                }
            }
            _ => return None,
        };
    }
}

fn label(collector: &Collector<'_>, node: &syn::ItemImpl) -> String {
    let text =
        |range: TextRange| collector.text[range.start as usize..range.end as usize].to_owned();
    let self_type = text(collector.range_of(&*node.self_ty));
    let label = match &node.trait_ {
        Some((path, _)) => {
            let negation = if node.modifiers.polarity.is_some() {
                "!"
            } else {
                ""
            };
            format!(
                "impl {negation}{} for {self_type}",
                text(collector.range_of(path))
            )
        }
        None => format!("impl {self_type}"),
    };
    label.split_whitespace().collect::<Vec<_>>().join(" ")
}
