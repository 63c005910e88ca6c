//! Generic parameters in tokens: `T` is no name of the module within `impl<T> …`.

use proc_macro2::{Delimiter, Spacing, TokenTree};

use crate::item::PathContext;
use crate::parse::collect::{Collector, Local, name_of};
use crate::token::is_punct;

/// The words before an item's generic parameters, a function's aside.
const KEYWORDS: [&str; 6] = ["impl", "struct", "enum", "union", "trait", "type"];

/// Whether a definition with generic parameters starts at `at`; if so, where their list does.
pub(super) fn list(tokens: &[TokenTree], at: usize) -> Option<usize> {
    let TokenTree::Ident(keyword) = &tokens[at] else {
        return None;
    };
    if !KEYWORDS.iter().any(|word| keyword == word) {
        return None;
    }
    let open = match tokens.get(at + 1)? {
        _ if keyword == "impl" => at + 1,
        TokenTree::Ident(_) => at + 2,
        token if is_punct(token, '$') => at + 3,
        _ => return None,
    };
    Some(open).filter(|open| tokens.get(*open).is_some_and(|token| is_punct(token, '<')))
}

/// `impl<T> …` and `struct Name<T> …` in tokens: the parameters are known to its end.
pub(super) fn definition(
    collector: &mut Collector<'_>,
    tokens: &[TokenTree],
    open: usize,
    context: PathContext,
) -> usize {
    let is_body = |token: &TokenTree| matches!(token, TokenTree::Group(body) if body.delimiter() == Delimiter::Brace);
    let ends = |token: &TokenTree| is_body(token) || is_punct(token, ';');
    let length = tokens[open..].iter().position(ends);
    let end = length.map_or(tokens.len(), |length| open + length + 1);
    let mut at = open;
    collector.scoped(|this| {
        bind(this, tokens, open);
        at = super::steps(this, tokens, (open, end), context);
    });
    at
}

/// Binds the parameters of the list that starts at `open`.
pub(super) fn bind(collector: &mut Collector<'_>, tokens: &[TokenTree], open: usize) {
    let mut depth = 0;
    let mut starts = false;
    let mut rest = tokens[open..].iter().peekable();
    let mut before: Option<&TokenTree> = None;
    while let Some(token) = rest.next() {
        match token {
            TokenTree::Punct(punct) => match punct.as_char() {
                '<' => {
                    depth += 1;
                    starts = depth == 1;
                }
                // The end of an arrow is no end of a list.
                '>' if !before.is_some_and(is_joint_dash) => depth -= 1,
                ',' => starts = depth == 1,
                _ => starts = false,
            },
            TokenTree::Ident(word) if starts && word == "const" => {
                if let Some(TokenTree::Ident(name)) = rest.peek() {
                    collector.bind(name_of(name), Local::Item);
                }
                starts = false;
            }
            TokenTree::Ident(name) if starts => {
                collector.bind(name_of(name), Local::Parameter);
                starts = false;
            }
            _ => starts = false,
        }
        if depth == 0 {
            return;
        }
        before = Some(token);
    }
}

fn is_joint_dash(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '-' && punct.spacing() == Spacing::Joint)
}
