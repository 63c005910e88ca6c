//! Macros that hand the items of a call on as they are, each behind attributes (row D3):
//! `($($item:item)*) => { $(#[cfg(unix)] $item)* }`.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::parse::Parser;

use super::attribute;
use super::collect::Collector;
use crate::item::Wrapping;
use crate::source::TextRange;
use crate::token::is_punct;

/// What a macro puts before the items of a call, if its one rule takes items and writes nothing else.
pub(super) fn of(collector: &Collector<'_>, rules: &TokenStream) -> Option<Wrapping> {
    let tokens: Vec<TokenTree> = rules.clone().into_iter().collect();
    let (matcher, transcriber) = match &tokens[..] {
        [
            TokenTree::Group(matcher),
            equals,
            greater,
            TokenTree::Group(transcriber),
            end @ ..,
        ] if is_punct(equals, '=')
            && is_punct(greater, '>')
            && end.len() < 2
            && end.iter().all(|end| is_punct(end, ';')) =>
        {
            (matcher, transcriber)
        }
        _ => return None,
    };
    let taken = repeated(matcher)?;
    let name = match &taken[..] {
        [
            dollar,
            TokenTree::Ident(name),
            colon,
            TokenTree::Ident(kind),
        ] if is_punct(dollar, '$') && is_punct(colon, ':') && kind == "item" => name,
        _ => return None,
    };
    let written = repeated(transcriber)?;
    let attributes = match &written[..] {
        [attributes @ .., dollar, TokenTree::Ident(item)]
            if is_punct(dollar, '$') && item == name =>
        {
            attributes
        }
        _ => return None,
    };
    attributes_of(collector, attributes)
}

/// The tokens in `$(…)*`, where a group holds that alone.
fn repeated(group: &Group) -> Option<Vec<TokenTree>> {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    match &tokens[..] {
        [dollar, TokenTree::Group(repeated), times]
            if is_punct(dollar, '$') && (is_punct(times, '*') || is_punct(times, '+')) =>
        {
            Some(repeated.stream().into_iter().collect())
        }
        _ => None,
    }
}

/// Attributes that are written out, if tokens are nothing but these.
fn attributes_of(collector: &Collector<'_>, tokens: &[TokenTree]) -> Option<Wrapping> {
    let mut wrapping = Wrapping::default();
    for pair in tokens.chunks(2) {
        match pair {
            [hash, TokenTree::Group(group)]
                if is_punct(hash, '#')
                    && group.delimiter() == Delimiter::Bracket
                    && !has_variable(group.stream()) =>
            {
                let range = collector.shift.range(hash.span(), group.span());
                wrapping.attributes.push(without_indent(collector, range));
            }
            _ => return None,
        }
    }
    let parsed = syn::Attribute::parse_outer.parse2(tokens.iter().cloned().collect());
    wrapping.is_test = attribute::is_test(&parsed.ok()?);
    Some(wrapping)
}

/// Nesting is as deep as in the source, which was parsed before.
fn has_variable(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => has_variable(group.stream()),
        token => is_punct(&token, '$'),
    })
}

/// The text of an attribute, its further lines indented as if its first were not.
fn without_indent(collector: &Collector<'_>, range: TextRange) -> String {
    let start = range.start as usize;
    let line = collector.text[..start].rfind('\n').map_or(0, |end| end + 1);
    let before = &collector.text[line..start];
    let indent = &before[..before.len() - before.trim_start().len()];
    let text = &collector.text[start..range.end as usize];
    text.replace(&format!("\n{indent}"), "\n")
}
