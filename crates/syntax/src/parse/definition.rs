//! What tokens define: those of a macro call at module level, and those that a macro writes (row D3).

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

use super::collect::{Collector, name_of, text_of};
use super::item::takes;
use super::matcher;
use super::tokens::is_keyword;
use crate::item::{Defined, Head, Takes};
use crate::source::TextRange;
use crate::token::is_punct;

/// The keywords before a name that is defined.
const DEFINING: &[&str] = &[
    "struct",
    "enum",
    "fn",
    "static",
    "const",
    "type",
    "trait",
    "union",
    "mod",
    "macro_rules",
];

/// The keyword before a name that is defined, if a token is one: not the lifetime `'static`, the `const` of a pointer,
/// that of a generic parameter, or the `@static` that chooses a rule of a macro.
pub(super) fn defining(tokens: &[TokenTree], at: usize) -> Option<&'static str> {
    let TokenTree::Ident(word) = &tokens[at] else {
        return None;
    };
    let keyword = DEFINING.iter().find(|keyword| word == *keyword)?;
    let others = match *keyword {
        "static" => "@'",
        "const" => "@*<",
        _ => "@",
    };
    let before = at.checked_sub(1).map(|before| &tokens[before]);
    let is_other = before.is_some_and(|before| others.chars().any(|punct| is_punct(before, punct)));
    (!is_other).then_some(*keyword)
}

/// What tokens define, each with the place of its name.
#[derive(Default)]
pub(super) struct Definitions {
    /// Items whose names are written out.
    pub(super) named: Vec<Defined>,
    /// Items that a caller names: the `$` in `fn $name`.
    pub(super) spliced: Vec<TextRange>,
    /// The same of macros: the `macro_rules` in `macro_rules! $name`.
    pub(super) spliced_macros: Vec<TextRange>,
    /// Methods, constants and types in inherent impls, and fields; empty names for those that a caller names, with the
    /// place of the `$`.
    pub(super) members: Vec<(String, TextRange)>,
    /// Methods and functions of traits.
    pub(super) declared: Vec<(String, Takes)>,
    /// The last names of the macros that are called in it.
    pub(super) calls: Vec<String>,
    /// Of a `macro_rules!`: how its matchers spell out what a caller defines.
    pub(super) heads: Vec<Head>,
    /// Whether the tokens are those of a call at module level.
    is_call: bool,
}

/// What the transcribers of a `macro_rules!` define and call, and what its matchers spell out; the names of calls ascending,
/// each once.
pub(super) fn transcribed(collector: &Collector<'_>, tokens: TokenStream) -> Definitions {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut found = Definitions::default();
    for window in tokens.windows(4) {
        if let [
            TokenTree::Group(matcher),
            equals,
            greater,
            TokenTree::Group(transcriber),
        ] = window
            && is_punct(equals, '=')
            && is_punct(greater, '>')
        {
            let arm = (matcher.stream(), &transcriber.stream());
            matcher::heads(arm, &mut found.heads);
            found.items(collector, transcriber.stream());
            found.called(transcriber.stream());
        }
    }
    found.calls.sort();
    found.calls.dedup();
    found
}

/// What a macro call at module level seems to define.
pub(super) fn in_call(collector: &Collector<'_>, tokens: TokenStream) -> Definitions {
    let mut found = Definitions {
        is_call: true,
        ..Definitions::default()
    };
    found.items(collector, tokens);
    found
}

/// The first name in tokens that starts with a capital; attributes, and so comments, are left out.
pub(super) fn first_upper(tokens: TokenStream) -> Option<String> {
    let mut behind_hash = false;
    for token in tokens {
        let is_attribute = behind_hash;
        behind_hash = is_punct(&token, '#');
        let found = match token {
            TokenTree::Ident(word) => {
                Some(name_of(&word).to_string()).filter(|it| it.starts_with(char::is_uppercase))
            }
            TokenTree::Group(group) if !is_attribute => first_upper(group.stream()),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Whether a macro call spells out functions alone, each of which is a test: `wrap! { #[test] fn holds() {} }`.
pub(super) fn are_tests(tokens: TokenStream) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_body = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
    let mut functions = tokens.split(is_body).rev();
    let rest = functions.next().is_none_or(<[TokenTree]>::is_empty);
    let mut functions = functions.peekable();
    rest && functions.peek().is_some() && functions.all(is_test)
}

/// Whether what stands before a body is the head of a function with `#[test]`, or the like of another crate.
fn is_test(head: &[TokenTree]) -> bool {
    let is_attribute = |pair: &[TokenTree]| {
        let TokenTree::Group(attribute) = &pair[1] else {
            return false;
        };
        // `#[test]`, and `#[tokio::test]`.
        let last = attribute.stream().into_iter().last();
        is_punct(&pair[0], '#')
            && attribute.delimiter() == Delimiter::Bracket
            && matches!(last, Some(TokenTree::Ident(word)) if word == "test")
    };
    let is_fn = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "fn");
    head.windows(2).any(is_attribute) && head.iter().any(is_fn)
}

/// Whether the parameters of a function, whose name is a token, start with `self`, by value or by reference.
fn takes_self(tokens: &[TokenTree], name: usize) -> bool {
    let parameters = tokens[name.min(tokens.len())..]
        .iter()
        .find_map(|token| match token {
            TokenTree::Group(group) => Some(group),
            _ => None,
        });
    let parameters = parameters.filter(|group| group.delimiter() == Delimiter::Parenthesis);
    let mut first = parameters.into_iter().flat_map(Group::stream);
    first.find_map(|token| match token {
        TokenTree::Ident(word) if word == "mut" => None,
        TokenTree::Ident(word) => Some(word == "self"),
        TokenTree::Punct(punct) if punct.as_char() == ',' => Some(false),
        _ => None,
    }) == Some(true)
}

impl Definitions {
    fn called(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Ident(ident)
                    if tokens.get(at + 1).is_some_and(|next| is_punct(next, '!'))
                        && matches!(tokens.get(at + 2), Some(TokenTree::Group(_))) =>
                {
                    self.calls.push(name_of(ident).into());
                }
                TokenTree::Group(group) => self.called(group.stream()),
                _ => {}
            }
        }
    }

    fn items(&mut self, collector: &Collector<'_>, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            if let Some(keyword) = defining(&tokens, at) {
                at = self.item(collector, keyword, (&tokens, at));
                continue;
            }
            match &tokens[at] {
                TokenTree::Ident(word) if word == "impl" => {
                    let end = end_of_definition(&tokens, at);
                    self.implementation(collector, &tokens[at..end]);
                    at = end;
                }
                TokenTree::Group(group) => {
                    let repeated = at > 0 && is_punct(&tokens[at - 1], '$');
                    if repeated || group.delimiter() != Delimiter::Parenthesis {
                        self.items(collector, group.stream());
                    }
                    at += 1;
                }
                _ => at += 1,
            }
        }
    }

    /// What a keyword defines; returns where what follows it starts.
    fn item(
        &mut self,
        collector: &Collector<'_>,
        keyword: &'static str,
        (tokens, at): (&[TokenTree], usize),
    ) -> usize {
        let name = behind_qualifiers(tokens, at + 1);
        // What takes `self` at module level is no item, but a method of what the macro writes around it.
        if self.is_call && keyword == "fn" && takes_self(tokens, name) {
            return end_of_definition(tokens, name);
        }
        let defines = match tokens.get(name) {
            Some(TokenTree::Ident(name)) if !is_keyword(|word| name == word) => {
                let (name, range) = named(collector, name);
                self.named.push(Defined {
                    name,
                    range,
                    keyword,
                });
                true
            }
            Some(dollar) if is_punct(dollar, '$') => {
                self.spliced.push(collector.range(dollar.span()));
                true
            }
            Some(bang) if is_punct(bang, '!') => {
                let spliced = tokens.get(name + 1);
                let spliced = spliced.is_some_and(|next| is_punct(next, '$'));
                if spliced {
                    self.spliced_macros.push(collector.range(tokens[at].span()));
                }
                spliced
            }
            _ => false,
        };
        let inside = name.max(at + 1);
        if !defines {
            return inside;
        }
        // What is inside belongs to what was defined.
        let end = end_of_definition(tokens, inside);
        if keyword == "struct" {
            self.fields(collector, &tokens[inside..end]);
        }
        if keyword == "trait" {
            self.declared(&tokens[inside..end]);
        }
        end
    }

    /// What is in an inherent impl: `impl`, its head and its braces. A trait impl has nothing of its own.
    fn implementation(&mut self, collector: &Collector<'_>, tokens: &[TokenTree]) {
        let is_of_trait = tokens.windows(2).any(|pair| {
            let higher_ranked = is_punct(&pair[1], '<');
            matches!(&pair[0], TokenTree::Ident(word) if word == "for") && !higher_ranked
        });
        if let Some(TokenTree::Group(body)) = tokens.last()
            && !is_of_trait
        {
            self.methods(collector, body.stream());
        }
    }

    fn methods(&mut self, collector: &Collector<'_>, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Ident(word) if word == "fn" || word == "const" || word == "type" => {
                    at = behind_qualifiers(&tokens, at + 1);
                    match tokens.get(at) {
                        Some(TokenTree::Ident(name)) => self.members.push(named(collector, name)),
                        Some(dollar) if is_punct(dollar, '$') => {
                            let range = collector.range(dollar.span());
                            self.members.push((String::new(), range));
                        }
                        _ => {}
                    }
                    at = end_of_definition(&tokens, at);
                }
                TokenTree::Group(group) if at > 0 && is_punct(&tokens[at - 1], '$') => {
                    self.methods(collector, group.stream());
                    at += 1;
                }
                _ => at += 1,
            }
        }
    }

    /// The functions in a trait's tokens, among whatever else its macro wants there.
    fn declared(&mut self, tokens: &[TokenTree]) {
        let Some(TokenTree::Group(body)) = tokens.last() else {
            return;
        };
        let tokens: Vec<TokenTree> = body.stream().into_iter().collect();
        for (at, pair) in tokens.windows(2).enumerate() {
            if let [TokenTree::Ident(word), TokenTree::Ident(name)] = pair
                && word == "fn"
            {
                let function = tokens[at..end_of_definition(&tokens, at)].iter().cloned();
                let takes = match syn::parse2::<syn::TraitItemFn>(function.collect()) {
                    Ok(function) => takes(&function.sig),
                    Err(_) => Takes::Unknown,
                };
                self.declared.push((text_of(name), takes));
            }
        }
    }

    /// The fields in a struct's tokens, from its name on.
    fn fields(&mut self, collector: &Collector<'_>, tokens: &[TokenTree]) {
        match tokens.last() {
            Some(TokenTree::Group(body)) if body.delimiter() == Delimiter::Brace => {
                self.named_fields(collector, body.stream());
            }
            _ => {
                if let Some(body) = tuple_body(tokens) {
                    self.positions(collector, body.stream());
                }
            }
        }
    }

    /// The fields of a tuple struct, by the place where the type of each starts.
    fn positions(&mut self, collector: &Collector<'_>, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut position = 0_usize;
        let mut at = 0;
        while at < tokens.len() {
            let start = behind_visibility(&tokens, at);
            let Some(first) = tokens.get(start) else {
                return;
            };
            let end = end_of_type(&tokens, start);
            // What a caller hands over may be more than a type: a visibility, or any number of fields.
            if !is_punct(first, '$') || matches!(&tokens[start + 1..end], [TokenTree::Ident(_)]) {
                let range = collector.range(first.span());
                self.members.push((position.to_string(), range));
            }
            position += 1;
            at = end + 1;
        }
    }

    /// The same of what stands between the braces, and of what is repeated there.
    fn named_fields(&mut self, collector: &Collector<'_>, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            let is_punct_at = |at: usize, what| tokens.get(at).is_some_and(|it| is_punct(it, what));
            let typed = is_punct_at(at + 1, ':') && !is_punct_at(at + 2, ':');
            let before = at.checked_sub(1).map(|before| &tokens[before]);
            let dollar = before.filter(|before| is_punct(before, '$'));
            match (token, dollar) {
                (TokenTree::Ident(_), Some(dollar)) if typed => {
                    let range = collector.range(dollar.span());
                    self.members.push((String::new(), range));
                }
                // Not the end of a path.
                (TokenTree::Ident(name), None)
                    if typed && !before.is_some_and(|before| is_punct(before, ':')) =>
                {
                    self.members.push(named(collector, name));
                }
                (TokenTree::Group(group), Some(_)) => {
                    self.named_fields(collector, group.stream());
                }
                _ => {}
            }
        }
    }
}

/// The parentheses of a tuple struct: those outside the arguments of its generics, before its `where`. What is repeated,
/// `$($generics)*`, is none.
fn tuple_body(tokens: &[TokenTree]) -> Option<&Group> {
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                return Some(group);
            }
            TokenTree::Punct(open) if open.as_char() == '<' => at = end_of_angles(tokens, at),
            token if is_punct(token, '$') => at += 2,
            _ => at += 1,
        }
    }
    None
}

/// Where what follows an opening angle bracket's other one starts.
fn end_of_angles(tokens: &[TokenTree], open: usize) -> usize {
    let mut depth = 0_usize;
    for at in open..tokens.len() {
        // The arrow of `Fn() -> T` closes nothing.
        let is_arrow = at > 0 && is_punct(&tokens[at - 1], '-');
        if is_punct(&tokens[at], '<') {
            depth += 1;
        } else if is_punct(&tokens[at], '>') && !is_arrow {
            depth -= 1;
            if depth == 0 {
                return at + 1;
            }
        }
    }
    tokens.len()
}

/// Where the type of a tuple's field starts, behind its attributes and visibility.
fn behind_visibility(tokens: &[TokenTree], mut at: usize) -> usize {
    while tokens.get(at).is_some_and(|token| is_punct(token, '#')) {
        at += 2;
    }
    let is_pub = matches!(tokens.get(at), Some(TokenTree::Ident(word)) if word == "pub");
    let is_narrow = matches!(
        tokens.get(at + 1),
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis
    );
    at + usize::from(is_pub) + usize::from(is_pub && is_narrow)
}

/// Where the comma behind a type is, or the end.
fn end_of_type(tokens: &[TokenTree], mut at: usize) -> usize {
    while at < tokens.len() && !is_punct(&tokens[at], ',') {
        at = match &tokens[at] {
            TokenTree::Punct(open) if open.as_char() == '<' => end_of_angles(tokens, at),
            _ => at + 1,
        };
    }
    at
}

fn named(collector: &Collector<'_>, name: &Ident) -> (String, TextRange) {
    (text_of(name), collector.range(name.span()))
}

/// Where the name of a definition stands, behind `ref`, `mut`, and what may follow `const`.
pub(super) fn behind_qualifiers(tokens: &[TokenTree], mut at: usize) -> usize {
    let qualifies = |token: &TokenTree| {
        let words = ["ref", "mut", "fn", "unsafe", "async"];
        matches!(token, TokenTree::Ident(word) if words.iter().any(|other| word == other))
    };
    while tokens.get(at).is_some_and(qualifies) {
        at += 1;
    }
    at
}

/// Where what follows a definition starts: behind its semicolon or its braces.
pub(super) fn end_of_definition(tokens: &[TokenTree], from: usize) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => is_punct(token, ';'),
    };
    let end = tokens[from.min(tokens.len())..].iter().position(ends);
    end.map_or(tokens.len(), |end| from + end + 1)
}
