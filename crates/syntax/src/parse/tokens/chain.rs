//! Method calls in tokens: how many arguments they take, and on what they are.

use proc_macro2::{Delimiter, Group, Ident, TokenTree};

use crate::item::{Part, Receiver};
use crate::parse::collect::{Collector, name_of};
use crate::parse::value;
use crate::source::TextRange;
use crate::token::is_punct;

/// How many arguments a call in tokens has; none where that can't be told.
pub(super) fn arguments(call: &Group) -> Option<u32> {
    let tokens: Vec<TokenTree> = call.stream().into_iter().collect();
    let mut count = 0;
    let mut is_empty = true;
    for (at, token) in tokens.iter().enumerate() {
        let is_repeated =
            is_punct(token, '$') && matches!(tokens.get(at + 1), Some(TokenTree::Group(_)));
        // A closure's parameters, or those of a generic type, have commas too.
        if is_repeated || is_punct(token, '|') || is_punct(token, '<') {
            return None;
        }
        count += u32::from(is_empty);
        is_empty = is_punct(token, ',');
    }
    Some(count)
}

/// What is known of what stands before the dot at `at`: a function's call, with calls of methods behind it.
pub(super) fn receiver(collector: &Collector<'_>, tokens: &[TokenTree], at: usize) -> Receiver {
    follow(collector, tokens, at, value::LONGEST)
}

fn follow(collector: &Collector<'_>, tokens: &[TokenTree], at: usize, left: u32) -> Receiver {
    let Some(left) = left.checked_sub(1) else {
        return Receiver::Unknown;
    };
    match &tokens[..at] {
        [.., TokenTree::Punct(held)] if held.as_char() == '?' => {
            value::part(&follow(collector, tokens, at - 1, left), Part::Held)
        }
        [before @ .., TokenTree::Ident(name), TokenTree::Group(call)]
            if call.delimiter() == Delimiter::Parenthesis =>
        {
            if before.last().is_some_and(|dot| is_punct(dot, '.')) {
                let of = follow(collector, tokens, before.len() - 1, left);
                return value::method(name_of(name), of);
            }
            let start = collector.segment(first_of_path(before, name)).range.start;
            let end = collector.segment(name).range.end;
            value::returned(collector, TextRange::new(start, end))
        }
        [before @ .., TokenTree::Ident(name)]
            if !before.last().is_some_and(|dot| is_punct(dot, '.')) =>
        {
            collector.parameter(name_of(name))
        }
        _ => Receiver::Unknown,
    }
}

/// The first name of a path, by its last and what stands before that.
fn first_of_path<'t>(before: &'t [TokenTree], last: &'t Ident) -> &'t Ident {
    match before {
        [rest @ .., TokenTree::Ident(name), first, second]
            if is_punct(first, ':') && is_punct(second, ':') =>
        {
            first_of_path(rest, name)
        }
        _ => last,
    }
}
