//! Macros that hand the items of a call on as they are, each behind attributes (row D3):
//! `($($item:item)*) => { $(#[cfg(unix)] $item)* }`.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::collect::Collector;
use super::item::between;
use crate::item::{Through, Wrapping};
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
    let matcher: Vec<TokenTree> = matcher.stream().into_iter().collect();
    let (before, taken) = inner_attribute(&matcher);
    let takes = match before {
        Some(before) => Some(variable(&before.stream(), "meta")?),
        None => None,
    };
    let item = variable(&repeated(taken)?, "item")?;
    let writer = Writer { collector, takes };
    let transcriber: Vec<TokenTree> = transcriber.stream().into_iter().collect();
    writer.wrapping(&transcriber, &item)
}

/// What stands in an attribute before everything else, and what comes behind it: `#![…] …`.
fn inner_attribute(tokens: &[TokenTree]) -> (Option<&Group>, &[TokenTree]) {
    match tokens {
        [hash, bang, TokenTree::Group(group), rest @ ..]
            if is_punct(hash, '#')
                && is_punct(bang, '!')
                && group.delimiter() == Delimiter::Bracket =>
        {
            (Some(group), rest)
        }
        _ => (None, tokens),
    }
}

/// The variable that is all there is in a matcher, which takes one kind of fragment: the `item` of `$item:item`.
fn variable(matcher: &TokenStream, wanted: &str) -> Option<String> {
    let tokens: Vec<TokenTree> = matcher.clone().into_iter().collect();
    match &tokens[..] {
        [
            dollar,
            TokenTree::Ident(name),
            colon,
            TokenTree::Ident(kind),
        ] if is_punct(dollar, '$') && is_punct(colon, ':') && kind == wanted => {
            Some(name.to_string())
        }
        _ => None,
    }
}

/// What is in `$(…)*`, where tokens are that alone.
fn repeated(tokens: &[TokenTree]) -> Option<TokenStream> {
    match tokens {
        [dollar, TokenTree::Group(repeated), times]
            if is_punct(dollar, '$') && (is_punct(times, '*') || is_punct(times, '+')) =>
        {
            Some(repeated.stream())
        }
        _ => None,
    }
}

/// Reads what a macro writes.
struct Writer<'a, 'c> {
    collector: &'a Collector<'c>,
    /// The variable for the attribute that a call begins with.
    takes: Option<String>,
}

impl Writer<'_, '_> {
    /// What a transcriber puts before the items, or hands them to.
    fn wrapping(&self, transcriber: &[TokenTree], item: &str) -> Option<Wrapping> {
        let takes = self.takes.as_ref().map(|name| format!("${name}"));
        if let [TokenTree::Ident(name), bang, TokenTree::Group(handed)] = transcriber
            && is_punct(bang, '!')
        {
            let handed: Vec<TokenTree> = handed.stream().into_iter().collect();
            let (before, items) = inner_attribute(&handed);
            let attribute = match before {
                Some(before) => Some(self.text(before)?),
                None => None,
            };
            is_variable(&repeated(items)?, item).then_some(())?;
            let through = Some(Through {
                name: name.to_string(),
                attribute,
            });
            return Some(Wrapping {
                attributes: Vec::new(),
                takes,
                through,
            });
        }
        let written: Vec<TokenTree> = repeated(transcriber)?.into_iter().collect();
        let (attributes, last) = written.split_at_checked(written.len().checked_sub(2)?)?;
        is_variable(&last.iter().cloned().collect(), item).then_some(())?;
        let attributes = attributes.chunks(2).map(|pair| self.attribute(pair));
        Some(Wrapping {
            attributes: attributes.collect::<Option<_>>()?,
            takes,
            through: None,
        })
    }

    /// The text of an attribute, if tokens are nothing but one.
    fn attribute(&self, pair: &[TokenTree]) -> Option<String> {
        match pair {
            [hash, TokenTree::Group(group)]
                if is_punct(hash, '#')
                    && group.delimiter() == Delimiter::Bracket
                    && self.is_known(group.stream()) =>
            {
                let range = self.collector.shift.range(hash.span(), group.span());
                Some(without_indent(self.collector, range))
            }
            _ => None,
        }
    }

    /// What stands in an attribute's brackets.
    fn text(&self, brackets: &Group) -> Option<String> {
        self.is_known(brackets.stream()).then_some(())?;
        let (open, close) = (brackets.span_open(), brackets.span_close());
        let range = between(self.collector.shift.range(open, close));
        Some(without_indent(self.collector, range))
    }

    /// Whether of variables there is only the one for what a call begins with.
    ///
    /// Nesting is as deep as in the source, which was parsed before.
    fn is_known(&self, tokens: TokenStream) -> bool {
        let mut tokens = tokens.into_iter();
        while let Some(token) = tokens.next() {
            let is_known = match token {
                TokenTree::Group(group) => self.is_known(group.stream()),
                token if is_punct(&token, '$') => match (tokens.next(), &self.takes) {
                    (Some(TokenTree::Ident(name)), Some(takes)) => name == takes,
                    _ => false,
                },
                _ => true,
            };
            if !is_known {
                return false;
            }
        }
        true
    }
}

/// Whether tokens are a variable and nothing else: `$item`.
fn is_variable(tokens: &TokenStream, name: &str) -> bool {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    matches!(&tokens[..], [dollar, TokenTree::Ident(ident)] if is_punct(dollar, '$') && ident == name)
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
