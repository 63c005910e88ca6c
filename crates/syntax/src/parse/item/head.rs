//! What stands at an item's head: its kind, its name, its visibility.

use crate::item::{ItemKind, Level, Visibility};
use crate::parse::collect::{Collector, text_of};
use crate::parse::extent;
use crate::source::TextRange;

pub(super) fn kind_of(node: &syn::Item) -> (ItemKind, &[syn::Attribute]) {
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
pub(in crate::parse) fn ident_of(node: &syn::Item) -> Option<&syn::Ident> {
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
pub(super) fn visibility_of(node: &syn::Item) -> Option<(&syn::Visibility, proc_macro2::Span)> {
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

pub(super) fn visibility(
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
                .map(|segment| text_of(&segment.ident))
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
