//! Functions in tokens: what their signatures say of their parameters.

use proc_macro2::{Delimiter, TokenTree};
use syn::parse::Parser;
use syn::punctuated::Punctuated;

use super::generic;
use crate::item::PathContext;
use crate::parse::collect::Collector;
use crate::token::is_punct;

/// `fn name(of: &mut Type) { … }` or `fn $name(…)` in tokens: what is known of its parameters is known in the body.
pub(super) fn function(
    collector: &mut Collector<'_>,
    tokens: &[TokenTree],
    at: usize,
    context: PathContext,
) -> usize {
    // `fn(u8) -> u8` is a type.
    let behind_name = match tokens.get(at + 1) {
        Some(TokenTree::Ident(_)) => at + 2,
        Some(token) if is_punct(token, '$') => at + 3,
        _ => return at + 1,
    };
    let is_body = |token: &TokenTree| matches!(token, TokenTree::Group(body) if body.delimiter() == Delimiter::Brace);
    let ends = |token: &TokenTree| is_body(token) || is_punct(token, ';');
    let rest = tokens.get(behind_name..).unwrap_or_default();
    let Some(length) = rest.iter().position(ends) else {
        return at + 1;
    };
    let list = rest[..length].iter().find_map(|token| match token {
        TokenTree::Group(list) if list.delimiter() == Delimiter::Parenthesis => Some(list.stream()),
        _ => None,
    });
    // A macro may have a notation of its own for them: `fn holds(value in 1..9)`.
    let inputs = Punctuated::<syn::FnArg, syn::Token![,]>::parse_terminated;
    let inputs = list.and_then(|list| inputs.parse2(list).ok());
    collector.in_function(inputs.iter().flatten(), |this| {
        if rest.first().is_some_and(|token| is_punct(token, '<')) {
            generic::bind(this, tokens, behind_name);
        }
        let end = behind_name + length + 1;
        super::steps(this, tokens, (behind_name, end), context)
    })
}
