//! From where to where things stand, read off their first and last tokens.
//!
//! syn's own `Spanned` prints a node into tokens to find its ends. For whole items that took a quarter of all the time.

use proc_macro2::Span;
use syn::spanned::Spanned;

/// The first and last token of something.
pub(super) type Ends = (Span, Span);

/// An attribute or doc comment.
pub(super) fn attribute(node: &syn::Attribute) -> Ends {
    (node.pound_token.span, node.bracket_token.span.close())
}

/// A written visibility, or what stands behind one that is not.
fn visibility(node: &syn::Visibility, first: Span) -> Span {
    match node {
        syn::Visibility::Public(token) => token.span,
        syn::Visibility::Restricted(restricted) => restricted.pub_token.span,
        syn::Visibility::Inherited => first,
    }
}

/// The first token of a function's signature.
pub(super) fn signature(node: &syn::Signature) -> Span {
    node.constness
        .map(|token| token.span)
        .or(node.asyncness.map(|token| token.span))
        .or(match &node.safety {
            syn::Safety::Safe(token) => Some(token.span),
            syn::Safety::Unsafe(token) => Some(token.span),
            syn::Safety::Default => None,
        })
        .or(node.abi.as_ref().map(|abi| abi.extern_token.span))
        .unwrap_or(node.fn_token.span)
}

/// Where something with outer attributes starts.
fn start(attributes: &[syn::Attribute], first: Span) -> Span {
    attributes
        .first()
        .filter(|attribute| matches!(attribute.style, syn::AttrStyle::Outer))
        .map_or(first, |attribute| attribute.pound_token.span)
}

fn delimiter(node: &syn::MacroDelimiter) -> Span {
    match node {
        syn::MacroDelimiter::Paren(token) => token.span.close(),
        syn::MacroDelimiter::Brace(token) => token.span.close(),
        syn::MacroDelimiter::Bracket(token) => token.span.close(),
    }
}

/// An item with its attributes.
pub(super) fn item(node: &syn::Item) -> Ends {
    let (attributes, first, last) = match node {
        syn::Item::Const(item) => (
            &item.attrs,
            visibility(&item.vis, item.const_token.span),
            item.semi_token.span,
        ),
        syn::Item::Enum(item) => (
            &item.attrs,
            visibility(&item.vis, item.enum_token.span),
            item.brace_token.span.close(),
        ),
        syn::Item::ExternCrate(item) => (
            &item.attrs,
            visibility(&item.vis, item.extern_token.span),
            item.semi_token.span,
        ),
        syn::Item::Fn(item) => (
            &item.attrs,
            visibility(&item.vis, signature(&item.sig)),
            item.block.brace_token.span.close(),
        ),
        syn::Item::Impl(item) if item.modifiers.defaultness.is_none() => (
            &item.attrs,
            item.unsafety
                .map_or(item.impl_token.span, |token| token.span),
            item.brace_token.span.close(),
        ),
        syn::Item::Mod(item) => {
            let first = item
                .unsafety
                .map_or(item.mod_token.span, |token| token.span);
            let last = match (&item.content, item.semi) {
                (Some((brace, _)), _) => brace.span.close(),
                (None, Some(semi)) => semi.span,
                (None, None) => item.ident.span(),
            };
            (&item.attrs, visibility(&item.vis, first), last)
        }
        syn::Item::Static(item) => (
            &item.attrs,
            visibility(&item.vis, item.static_token.span),
            item.semi_token.span,
        ),
        syn::Item::Struct(item) => {
            let Some(last) = end_of_struct(item) else {
                return printed(node);
            };
            (
                &item.attrs,
                visibility(&item.vis, item.struct_token.span),
                last,
            )
        }
        syn::Item::Trait(item) => {
            let first = item
                .unsafety
                .map(|token| token.span)
                .or(item.modifiers.auto_token.map(|token| token.span))
                .unwrap_or(item.trait_token.span);
            (
                &item.attrs,
                visibility(&item.vis, first),
                item.brace_token.span.close(),
            )
        }
        syn::Item::Type(item) => (
            &item.attrs,
            visibility(&item.vis, item.type_token.span),
            item.semi_token.span,
        ),
        syn::Item::Use(item) => (
            &item.attrs,
            visibility(&item.vis, item.use_token.span),
            item.semi_token.span,
        ),
        syn::Item::Macro(item) if item.mac.path.leading_colon.is_none() => {
            let Some(name) = item.mac.path.segments.first() else {
                return printed(node);
            };
            let last = item
                .semi_token
                .map_or_else(|| delimiter(&item.mac.delimiter), |semi| semi.span);
            (&item.attrs, name.ident.span(), last)
        }
        _ => return printed(node),
    };
    (start(attributes, first), last)
}

fn end_of_struct(item: &syn::ItemStruct) -> Option<Span> {
    match (&item.fields, item.semi_token) {
        (_, Some(semi)) => Some(semi.span),
        (syn::Fields::Named(fields), None) => Some(fields.brace_token.span.close()),
        _ => None,
    }
}

/// An associated item of an impl.
pub(super) fn member(node: &syn::ImplItem) -> Ends {
    match node {
        syn::ImplItem::Fn(member) => {
            let first = member
                .modifiers
                .defaultness
                .map_or_else(|| signature(&member.sig), |token| token.span);
            (
                start(&member.attrs, visibility(&member.vis, first)),
                member.block.brace_token.span.close(),
            )
        }
        _ => printed(node),
    }
}

/// The ends of what is rare, found syn's way.
fn printed(node: &impl Spanned) -> Ends {
    let span = node.span();
    (span, span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_those_that_printing_finds() {
        let text = "/// Doc.\n#[cfg(x)]\npub(crate) struct A { a: u8 }\nstruct B(u8);\npub struct C;\nenum D { X }\n\
            pub const fn f() {}\nunsafe extern \"C\" fn g() {}\n#[inline] async fn h() {}\nimpl A { pub fn m() {} #[x] const fn n() {} const K: u8 = 1; }\n\
            unsafe impl Send for A {}\npub use a::{b, c};\nextern crate a as b;\npub mod m { #![x] fn f() {} }\nmod n;\n\
            pub static mut S: u8 = 1;\nunsafe trait T {}\npub type X = u8;\nm! { a }\nm!(a);\nmacro_rules! r { () => {} }\n\
            a::m![x];\nunion U { a: u8 }\nextern \"C\" { fn f(); }\nfn inner() { #![x] }\n";
        let file: syn::File = syn::parse_str(text).expect("it parses");
        let range = |(first, last): Ends| first.byte_range().start..last.byte_range().end;
        for item in &file.items {
            assert_eq!(range(self::item(item)), range(printed(item)));
            let syn::Item::Impl(implementation) = item else {
                continue;
            };
            for member in &implementation.items {
                assert_eq!(range(self::member(member)), range(printed(member)));
            }
        }
        let attributes = file.items.iter().filter_map(|item| match item {
            syn::Item::Struct(item) => Some(&item.attrs),
            _ => None,
        });
        for node in attributes.flatten() {
            assert_eq!(range(attribute(node)), range(printed(node)));
        }
    }

    #[test]
    fn ranges_are_right_with_and_without_wide_characters() {
        for text in [
            "fn a() {}\r\n\nfn bcd() {}\n",
            "fn ä() {}\n/* ß */ fn bcd() {}\n",
        ] {
            let parsed = super::super::parse_text(text).expect("it parses");
            let range = parsed.items[1].item.name_range;
            assert_eq!(&text[range.start as usize..range.end as usize], "bcd");
        }
    }
}
