//! Variables in tokens.

use proc_macro2::TokenTree;

use crate::item::{PathContext, Receiver};
use crate::parse::collect::{Collector, Local, name_of};
use crate::token::is_punct;

/// `let name = …;` in tokens: behind it the word is the variable.
pub(super) fn variable(
    collector: &mut Collector<'_>,
    tokens: &[TokenTree],
    at: usize,
    context: PathContext,
) -> usize {
    let is_mutable = matches!(tokens.get(at + 1), Some(TokenTree::Ident(word)) if word == "mut");
    let behind = at + 1 + usize::from(is_mutable);
    let Some(TokenTree::Ident(name)) = tokens.get(behind) else {
        return at + 1;
    };
    let is_plain = !super::is_path_separator(tokens, behind + 1)
        && tokens
            .get(behind + 1)
            .is_some_and(|next| is_punct(next, '=') || is_punct(next, ';') || is_punct(next, ':'));
    let rest = tokens.get(behind..).unwrap_or_default();
    let length = rest.iter().position(|token| is_punct(token, ';'));
    let Some(end) = length.filter(|_| is_plain).map(|length| behind + length) else {
        return at + 1;
    };
    // What it is made of may have its name.
    let next = super::steps(collector, tokens, (behind + 1, end), context);
    collector.bind(name_of(name), Local::Value(Receiver::Unknown));
    next.max(end)
}
