//! What only some kinds of items have: fields, variants, members, macro rules, and docs inside.

use syn::spanned::Spanned;

use super::head::visibility;
use super::{between, takes};
use crate::item::{Defined, Field, Item, MacroRules, Shape, Takes, VariantField};
use crate::name::Name;
use crate::parse::collect::{Collector, name_of, text_of};
use crate::parse::{attribute, definition, shape, tokens, wrapping};
use crate::token::words;

/// The documentation of what is in an item and is no item of its own; and of a trait and its impls, which of it is for
/// tests.
pub(super) fn inside(collector: &mut Collector<'_>, node: &syn::Item) {
    let mut docs = |attributes: &[syn::Attribute]| attribute::collect_docs(collector, attributes);
    match node {
        syn::Item::Trait(node) => {
            for member in &node.items {
                let (ident, attributes) = match member {
                    syn::TraitItem::Fn(member) => (&member.sig.ident, &member.attrs),
                    syn::TraitItem::Const(member) => (&member.ident, &member.attrs),
                    syn::TraitItem::Type(member) => (&member.ident, &member.attrs),
                    _ => continue,
                };
                attribute::collect_docs(collector, attributes);
                collector.record_member_in_tests(name_of(ident), attributes, member);
            }
        }
        syn::Item::Impl(node) if node.trait_.is_some() => {
            for member in &node.items {
                let (ident, attributes) = match member {
                    syn::ImplItem::Fn(member) => (&member.sig.ident, &member.attrs),
                    syn::ImplItem::Const(member) => (&member.ident, &member.attrs),
                    syn::ImplItem::Type(member) => (&member.ident, &member.attrs),
                    _ => continue,
                };
                attribute::collect_docs(collector, attributes);
                collector.record_member_in_tests(name_of(ident), attributes, member);
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

/// The names that an item of a trait declares, or may declare.
pub(crate) fn trait_members(member: &syn::TraitItem) -> Vec<(String, Takes)> {
    match member {
        syn::TraitItem::Const(member) => vec![(text_of(&member.ident), Takes::NoSelf)],
        syn::TraitItem::Type(member) => vec![(text_of(&member.ident), Takes::NoSelf)],
        syn::TraitItem::Fn(member) => {
            vec![(text_of(&member.sig.ident), takes(&member.sig))]
        }
        syn::TraitItem::Macro(member) => {
            let words = tokens::words(member.mac.tokens.clone()).into_iter();
            words.map(|word| (word, Takes::Unknown)).collect()
        }
        _ => Vec::new(),
    }
}

/// What only some kinds have.
pub(super) fn details(collector: &Collector<'_>, node: &syn::Item, item: &mut Item) {
    match node {
        syn::Item::Struct(node) => {
            item.fields = fields(collector, &node.generics, node.fields.iter());
        }
        syn::Item::Union(node) => {
            item.fields = fields(collector, &node.generics, node.fields.named.iter());
        }
        syn::Item::Enum(node) => {
            item.members = node
                .variants
                .iter()
                .map(|variant| text_of(&variant.ident))
                .collect();
            item.variant_fields = node.variants.iter().flat_map(variant_fields).collect();
        }
        syn::Item::Trait(node) => {
            item.declared = node.items.iter().flat_map(trait_members).collect();
            let names = item.declared.iter().map(|(name, _)| name.clone());
            item.members = names.collect();
            item.body = between(collector.range(node.brace_token.span.join()));
        }
        syn::Item::Macro(node) if node.ident.is_some() => {
            let exported = node
                .attrs
                .iter()
                .any(|attribute| attribute.path().is_ident("macro_export"));
            let found = definition::transcribed(collector, node.mac.tokens.clone());
            item.written_members = found.members;
            item.macro_rules = Some(Box::new(MacroRules {
                exported,
                defines: found.named,
                calls: found.calls,
                spliced: found.spliced,
                spliced_macros: found.spliced_macros,
                heads: found.heads,
                wrapping: wrapping::of(collector, &node.mac.tokens),
            }));
        }
        syn::Item::Macro(node) => {
            let found = definition::in_call(collector, node.mac.tokens.clone());
            item.defines = found.named;
            item.written_members = found.members;
            item.declared = found.declared;
            item.spells_tests = !item.is_test && definition::are_tests(node.mac.tokens.clone());
            item.is_test |= item.spells_tests;
            let text = &collector.text[item.range.start as usize..item.range.end as usize];
            let is_upper = |word: &&str| word.starts_with(char::is_uppercase);
            let first = item.defines.first().map(|it| it.name.clone());
            let upper = || definition::first_upper(node.mac.tokens.clone());
            let in_text = || words(text).find(is_upper).map(str::to_owned);
            item.members = first.or_else(upper).or_else(in_text).into_iter().collect();
        }
        syn::Item::ForeignMod(node) => {
            item.defines = node
                .items
                .iter()
                .filter_map(|member| match member {
                    syn::ForeignItem::Fn(member) => Some((&member.sig.ident, "fn")),
                    syn::ForeignItem::Static(member) => Some((&member.ident, "static")),
                    syn::ForeignItem::Type(member) => Some((&member.ident, "type")),
                    _ => None,
                })
                .map(|(ident, keyword)| Defined {
                    name: text_of(ident),
                    range: collector.range(ident.span()),
                    keyword,
                })
                .collect();
        }
        _ => {}
    }
}

fn variant_fields(variant: &syn::Variant) -> impl Iterator<Item = VariantField> {
    let named = variant.fields.iter().zip(0..).filter_map(|(field, index)| {
        let holds = shape::written(&field.ty)?;
        let position = || Name::new(&u32::to_string(&index));
        let name = field.ident.as_ref().map_or_else(position, name_of);
        Some((name, holds))
    });
    named.map(|(name, holds)| VariantField {
        variant: name_of(&variant.ident),
        name,
        holds: *holds,
    })
}

/// What a field holds, as far as its type tells.
fn holds(written: &syn::Type, generics: &syn::Generics) -> Option<Box<Shape>> {
    let mut parameters = (0..).zip(generics.type_params());
    let parameter = parameters.find(|(_, parameter)| {
        shape::is_generic(written, |name| name_of(&parameter.ident) == name)
    });
    match parameter {
        Some((at, _)) => Some(Box::new(Shape::Generic(at))),
        None => shape::written(written),
    }
}

fn fields<'n>(
    collector: &Collector<'_>,
    generics: &syn::Generics,
    fields: impl Iterator<Item = &'n syn::Field>,
) -> Vec<Field> {
    fields
        .enumerate()
        .map(|(index, field)| Field {
            name: field
                .ident
                .as_ref()
                .map_or_else(|| index.to_string(), text_of),
            visibility: visibility(
                collector,
                &field.vis,
                field
                    .ident
                    .as_ref()
                    .map_or_else(|| field.ty.span(), syn::Ident::span),
            ),
            holds: holds(&field.ty, generics),
        })
        .collect()
}
