//! What a rule's matcher takes of a call's tokens (Rust reference, *macros by example: metavariables, repetitions*).
//!
//! Types, expressions and the like are not parsed: each ends where one of the tokens stands that may follow it.

use std::collections::BTreeMap;
use std::rc::Rc;

use proc_macro2::Delimiter;

use super::token::{Token, Tree};

/// What the variables of a rule stand for.
pub(super) type Bindings = BTreeMap<Rc<str>, Bound>;

/// What a variable stands for.
#[derive(Debug, Clone)]
pub(super) enum Bound {
    Tokens(Rc<[Token]>),
    /// In a repetition.
    Each(Rc<[Bound]>),
}

/// Matches all tokens of a call.
pub(super) fn matches(matcher: &[Token], input: &[Token]) -> Option<Bindings> {
    let mut bindings = Bindings::new();
    let end = sequence(matcher, (input, 0), &mut bindings)?;
    (end == input.len()).then_some(bindings)
}

/// A part of a matcher or transcriber.
pub(super) enum Part<'t> {
    /// `$name`, with what follows.
    Variable(&'t Rc<str>, &'t [Token]),
    /// `$(…) separator *`, with what follows.
    Repeated(&'t [Token], &'t [Token], char, &'t [Token]),
    Other(&'t Token, &'t [Token]),
}

/// The first part of some tokens.
pub(super) fn part(tokens: &[Token]) -> Option<Part<'_>> {
    let (first, rest) = tokens.split_first()?;
    if !first.is('$') {
        return Some(Part::Other(first, rest));
    }
    match rest.split_first() {
        Some((next, rest)) => match &next.tree {
            Tree::Word(name) if &**name != "crate" => Some(Part::Variable(name, rest)),
            Tree::Group(Delimiter::Parenthesis, inner) => {
                // A separator is one token: at most three characters of punctuation.
                let at = (0..rest.len().min(4)).find(|at| operator(&rest[*at], *at, rest))?;
                let Tree::Punct(operator) = rest[at].tree else {
                    return None;
                };
                Some(Part::Repeated(
                    inner,
                    &rest[..at],
                    operator,
                    &rest[at + 1..],
                ))
            }
            _ => Some(Part::Other(first, tokens.split_first()?.1)),
        },
        None => Some(Part::Other(first, rest)),
    }
}

/// Whether a token behind a repetition says how often: in `$(…)+*` the first is the separator.
fn operator(token: &Token, at: usize, rest: &[Token]) -> bool {
    let is_operator = |token: &Token| ['*', '+', '?'].iter().any(|it| token.is(*it));
    let is_separator = at == 0
        && !token.is('?')
        && rest
            .get(1)
            .is_some_and(|next| is_operator(next) && next.range.start == token.range.end);
    is_operator(token) && !is_separator
}

/// Matches tokens from a place on; gives the end of what is taken.
fn sequence(
    mut matcher: &[Token],
    (input, mut at): (&[Token], usize),
    bindings: &mut Bindings,
) -> Option<usize> {
    while let Some(part) = part(matcher) {
        match part {
            Part::Variable(name, rest) => {
                let [_colon, kind, rest @ ..] = rest else {
                    return None;
                };
                let end = fragment(kind.word()?, input, at)?;
                let taken = Bound::Tokens(input[at..end].into());
                bindings.insert(name.clone(), taken);
                (at, matcher) = (end, rest);
            }
            Part::Repeated(inner, separator, operator, rest) => {
                let once = Repeated {
                    inner,
                    separator,
                    operator,
                };
                at = once.take((input, at), bindings)?;
                matcher = rest;
            }
            Part::Other(token, rest) => {
                one(token, input.get(at)?, bindings)?;
                (at, matcher) = (at + 1, rest);
            }
        }
    }
    Some(at)
}

/// Matches a token by itself, or what a group holds.
fn one(wanted: &Token, found: &Token, bindings: &mut Bindings) -> Option<()> {
    let is_same = match (&wanted.tree, &found.tree) {
        (Tree::Word(a), Tree::Word(b)) | (Tree::Literal(a), Tree::Literal(b)) => a == b,
        (Tree::Punct(a), Tree::Punct(b)) => a == b,
        (Tree::Group(a, inner), Tree::Group(b, input)) if a == b => {
            return (sequence(inner, (input, 0), bindings)? == input.len()).then_some(());
        }
        _ => false,
    };
    is_same.then_some(())
}

struct Repeated<'t> {
    inner: &'t [Token],
    separator: &'t [Token],
    operator: char,
}

impl Repeated<'_> {
    /// Takes as often as can be.
    fn take(&self, (input, mut at): (&[Token], usize), bindings: &mut Bindings) -> Option<usize> {
        let mut found: Vec<Bindings> = Vec::new();
        loop {
            let start = if found.is_empty() {
                Some(at)
            } else {
                self.behind_separator(input, at)
            };
            let mut here = Bindings::new();
            let next = start.and_then(|start| {
                sequence(self.inner, (input, start), &mut here).filter(|next| *next > start)
            });
            let Some(next) = next else { break };
            at = next;
            found.push(here);
            if self.operator == '?' {
                break;
            }
        }
        let mut names = Vec::new();
        variables(self.inner, &mut names);
        for name in names {
            let each = found.iter().filter_map(|here| here.get(&name).cloned());
            let each = Bound::Each(each.collect());
            bindings.insert(name, each);
        }
        (self.operator != '+' || !found.is_empty()).then_some(at)
    }

    fn behind_separator(&self, input: &[Token], at: usize) -> Option<usize> {
        let end = at + self.separator.len();
        let found = input.get(at..end)?;
        let mut pairs = self.separator.iter().zip(found);
        let none = &mut Bindings::new();
        pairs
            .all(|(wanted, found)| one(wanted, found, none).is_some())
            .then_some(end)
    }
}

/// The variables of a matcher.
pub(super) fn variables(mut matcher: &[Token], found: &mut Vec<Rc<str>>) {
    while let Some(part) = part(matcher) {
        matcher = match part {
            Part::Variable(name, rest) => {
                found.push(name.clone());
                rest
            }
            Part::Repeated(inner, _, _, rest) => {
                variables(inner, found);
                rest
            }
            Part::Other(token, rest) => {
                if let Tree::Group(_, inner) = &token.tree {
                    variables(inner, found);
                }
                rest
            }
        };
    }
}

/// Where what a fragment takes ends.
fn fragment(kind: &str, input: &[Token], at: usize) -> Option<usize> {
    let first = input.get(at);
    match kind {
        "vis" => Some(visibility(input, at)),
        "ident" => first?.word().filter(|word| *word != "_").map(|_| at + 1),
        "lifetime" => (first?.is('\'') && input.get(at + 1)?.word().is_some()).then_some(at + 2),
        "tt" => Some(at + 1 + usize::from(first?.is('\''))).filter(|end| *end <= input.len()),
        "block" => first?.is_brace().then_some(at + 1),
        "literal" => {
            let at = at + usize::from(first?.is('-'));
            let token = input.get(at)?;
            let is_bool = token.word().is_some_and(|it| it == "true" || it == "false");
            (is_bool || matches!(token.tree, Tree::Literal(_))).then_some(at + 1)
        }
        "item" => item(input, at),
        "ty" | "path" => until(input, at, &|token| {
            let is_end = |word| ["as", "where"].contains(&word);
            token.is_brace()
                || token.word().is_some_and(is_end)
                || ",;=|:".chars().any(|it| token.is(it))
        }),
        "pat" | "pat_param" => until(input, at, &|token| {
            let is_end = |word| ["if", "in"].contains(&word);
            token.word().is_some_and(is_end) || ",;=:".chars().any(|it| token.is(it))
        }),
        "meta" => until(input, at, &|token| token.is(',') || token.is(';')),
        _ => expression(input, at),
    }
}

fn visibility(input: &[Token], at: usize) -> usize {
    let is_public = input.get(at).and_then(Token::word) == Some("pub");
    let within = input.get(at + 1);
    let within = within.and_then(|it| it.group(Delimiter::Parenthesis));
    let first = within.and_then(<[Token]>::first).and_then(Token::word);
    let is_within = first.is_some_and(|it| ["crate", "self", "super", "in"].contains(&it));
    at + usize::from(is_public) + usize::from(is_public && is_within)
}

/// An item ends with its body, or with a semicolon where it has a value or none.
fn item(input: &[Token], at: usize) -> Option<usize> {
    let has_value = |token: &Token| {
        let word = token.word();
        word.is_some_and(|it| ["const", "static", "type", "use"].contains(&it))
    };
    let is_fn = |token: &Token| token.word() == Some("fn");
    let mut by_semicolon = false;
    for (index, token) in input.iter().enumerate().skip(at) {
        by_semicolon = (by_semicolon || has_value(token)) && !is_fn(token);
        if token.is(';') || token.is_brace() && !by_semicolon {
            return Some(index + 1);
        }
    }
    None
}

/// An expression ends at a comma, a semicolon, or `=>`.
fn expression(input: &[Token], at: usize) -> Option<usize> {
    let is_end = |index: usize| {
        let arrow = input[index].is('=') && input.get(index + 1).is_some_and(|it| it.is('>'));
        input[index].is(',') || input[index].is(';') || arrow
    };
    let end = (at..input.len()).find(|index| is_end(*index));
    Some(end.unwrap_or(input.len())).filter(|end| *end > at)
}

/// Up to a token outside of angle brackets; `::` and `->` are no such tokens.
fn until(input: &[Token], at: usize, is_end: &dyn Fn(&Token) -> bool) -> Option<usize> {
    let mut depth = 0usize;
    let mut index = at;
    while let Some(token) = input.get(index) {
        let next = input.get(index + 1);
        let is_pair = |a, b| token.is(a) && next.is_some_and(|it| it.is(b));
        if is_pair(':', ':') || is_pair('-', '>') {
            index += 2;
            continue;
        }
        if depth == 0 && (is_end(token) || token.is('>')) {
            break;
        }
        depth += usize::from(token.is('<'));
        depth -= usize::from(token.is('>'));
        index += 1;
    }
    Some(index).filter(|end| *end > at)
}
