//! Fields and methods that tokens name behind a dot.

use proc_macro2::{Delimiter, Ident, Literal, TokenTree};

use super::{chain, is_path_separator};
use crate::item::{MemberUse, Receiver, Segment};
use crate::name::Name;
use crate::parse::collect::Collector;
use crate::source::TextRange;

/// Takes what a dot at `at` reads or calls; returns where the next starts.
pub(super) fn read(collector: &mut Collector<'_>, tokens: &[TokenTree], at: usize) -> usize {
    let ident = match tokens.get(at + 1) {
        Some(TokenTree::Ident(ident)) => ident,
        Some(TokenTree::Literal(position)) => {
            positions(collector, position);
            return at + 2;
        }
        _ => return at + 1,
    };
    match tokens.get(at + 2) {
        Some(TokenTree::Group(call)) if call.delimiter() == Delimiter::Parenthesis => {
            let receiver = chain::receiver(collector, tokens, at);
            push(collector, ident, true, (chain::arguments(call), receiver));
        }
        _ => {
            let called = is_path_separator(tokens, at + 2);
            push(collector, ident, called, (None, Receiver::Unknown));
        }
    }
    at + 2
}

/// `.0`, and `.0.1`, which is one number to the lexer: fields by their positions.
fn positions(collector: &mut Collector<'_>, literal: &Literal) {
    let text = literal.to_string();
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        return;
    }
    let mut start = collector.range(literal.span()).start;
    for position in text.split('.') {
        let range = TextRange::new(start, start + position.len() as u32);
        start = range.end + 1;
        collector.members.push(MemberUse {
            name: Name::new(position),
            range,
            called: false,
            arguments: None,
            receiver: Receiver::Unknown,
        });
    }
}

/// The use of a member by its name.
pub(super) fn push(
    collector: &mut Collector<'_>,
    ident: &Ident,
    called: bool,
    (arguments, receiver): (Option<u32>, Receiver),
) {
    let Segment { name, range } = collector.segment(ident);
    collector.members.push(MemberUse {
        name,
        range,
        called,
        arguments,
        receiver,
    });
}
