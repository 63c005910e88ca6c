//! Macro calls: arguments as expressions where they are, else paths found in the tokens (rows A8, D3).

mod capture;
mod chain;
mod function;
mod generic;
mod local;
mod member;

use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit::Visit;

use super::collect::{Collector, name_of, text_of};
use super::value;
use crate::item::{Include, MemberUse, PathContext, Receiver, Segment, Segments};
use crate::keyword;
use crate::name::Name;
use crate::token::is_punct;

/// Whether a word is one of those that start no path.
pub(super) fn is_keyword(is: impl Fn(&str) -> bool) -> bool {
    let mut words = keyword::STRICT
        .iter()
        .chain(&["yield", "_", "macro_rules", "union"]);
    words.any(|word| is(word))
}

/// The macros that read a file whose path is relative to the file that they stand in.
const INCLUDES: &[&str] = &["include", "include_str", "include_bytes"];

/// Collects from a macro call.
pub(super) fn macro_call(collector: &mut Collector<'_>, call: &syn::Macro) {
    let segments = collector.segments(&call.path);
    let local = segments.len() == 1 && collector.is_local_macro(segments[0].name);
    let name = segments.last().map_or("", |segment| segment.name.as_str());
    // Another crate's `include!` looks elsewhere.
    let is_of_language = match &segments[..] {
        [only] => Some(only),
        [first, only] => Some(only).filter(|_| ["std", "core"].contains(&first.name.as_str())),
        _ => None,
    };
    let includes = is_of_language.is_some_and(|it| INCLUDES.contains(&it.name.as_str()));
    if !local {
        collector.record(
            segments,
            call.path.leading_colon.is_some(),
            PathContext::Macro,
            false,
        );
    }
    if includes && let Ok(literal) = syn::parse2::<syn::LitStr>(call.tokens.clone()) {
        let range = collector.range(literal.span());
        collector.includes.push(Include {
            path: literal.value(),
            range,
        });
        return;
    }
    capture::captures(collector, &call.tokens);
    let arguments =
        Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated.parse2(call.tokens.clone());
    let method = call.path.segments.last();
    let method = method.and_then(|last| Some((&last.ident, called_by_macro(name)?)));
    match arguments {
        Ok(arguments) => {
            collector.macros += 1;
            collector.body(|this| {
                for argument in &arguments {
                    this.visit_expr(argument);
                }
            });
            collector.macros -= 1;
            if let (Some(method), Some(on)) = (method, arguments.first()) {
                let receiver = value::value(collector, on);
                push_call_by_macro(collector, method, (Some(1), receiver));
            }
        }
        Err(_) => collector.body(|this| scan(this, call.tokens.clone(), PathContext::Tokens)),
    }
}

/// The method that a macro of the standard library calls on its first argument.
fn called_by_macro(name: &str) -> Option<&'static str> {
    matches!(name, "write" | "writeln").then_some("write_fmt")
}

/// The call of a method that stands in a macro of the standard library, at the macro's name.
fn push_call_by_macro(
    collector: &mut Collector<'_>,
    (written, method): (&Ident, &str),
    (arguments, receiver): (Option<u32>, Receiver),
) {
    let Segment { range, .. } = collector.segment(written);
    collector.members.push(MemberUse {
        name: Name::new(method),
        range,
        called: true,
        arguments,
        receiver,
    });
}

/// The words in tokens that are no keywords.
pub(super) fn words(tokens: TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => found.extend(words(group.stream())),
            TokenTree::Ident(ident) if !is_keyword(|word| ident == word) => {
                found.push(text_of(&ident));
            }
            _ => {}
        }
    }
    found
}

/// Collects the paths in tokens that are no expression.
pub(super) fn scan(collector: &mut Collector<'_>, tokens: TokenStream, context: PathContext) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    steps(collector, &tokens, (0, tokens.len()), context);
}

/// Takes what starts between two places; returns where the next starts.
fn steps(
    collector: &mut Collector<'_>,
    tokens: &[TokenTree],
    (mut at, end): (usize, usize),
    context: PathContext,
) -> usize {
    while at < end {
        at = step(collector, tokens, at, context);
    }
    at
}

/// Takes what starts at `at`; returns where the next starts.
fn step(
    collector: &mut Collector<'_>,
    tokens: &[TokenTree],
    at: usize,
    context: PathContext,
) -> usize {
    match &tokens[at] {
        TokenTree::Group(group) => {
            collector.scoped(|this| scan(this, group.stream(), context));
            at + 1
        }
        TokenTree::Literal(literal) => {
            capture::captures(
                collector,
                &TokenStream::from(TokenTree::Literal(literal.clone())),
            );
            at + 1
        }
        TokenTree::Punct(punct) if punct.as_char() == '\'' => at + 2,
        TokenTree::Punct(punct) if punct.as_char() == '$' => match tokens.get(at + 1) {
            Some(TokenTree::Ident(ident)) if ident == "crate" => {
                path(collector, tokens, at + 1, (true, false), context)
            }
            Some(TokenTree::Ident(_)) => after_metavariable(collector, tokens, at + 2),
            _ => at + 1,
        },
        TokenTree::Punct(punct) if punct.as_char() == '#' => {
            attribute(collector, tokens, at, context)
        }
        // `..base`: what follows is a path.
        TokenTree::Punct(punct) if punct.as_char() == '.' && is_range(tokens, at) => at + 2,
        TokenTree::Punct(punct) if punct.as_char() == '.' => member::read(collector, tokens, at),
        TokenTree::Punct(punct) if punct.as_char() == '>' && ends_type(tokens, at) => {
            associated(collector, tokens, at + 1)
        }
        TokenTree::Punct(_) if is_path_separator(tokens, at) => match tokens.get(at + 2) {
            Some(TokenTree::Ident(_)) => path(collector, tokens, at + 2, (false, true), context),
            _ => at + 2,
        },
        TokenTree::Punct(_) => at + 1,
        TokenTree::Ident(ident) if ident == "use" => import(collector, tokens, at, context),
        TokenTree::Ident(ident) if ident == "mod" => module(collector, tokens, at, context),
        TokenTree::Ident(ident) if ident == "let" => {
            local::variable(collector, tokens, at, context)
        }
        TokenTree::Ident(ident) if ident == "fn" => {
            function::function(collector, tokens, at, context)
        }
        TokenTree::Ident(_) if let Some(open) = generic::list(tokens, at) => {
            generic::definition(collector, tokens, open, context)
        }
        // `&mut ::std::io`: the path starts behind the keyword.
        TokenTree::Ident(ident) if is_keyword(|word| ident == word) => at + 1,
        TokenTree::Ident(_) => {
            data(collector, tokens, at);
            path(collector, tokens, at, (false, false), context)
        }
    }
}

/// `include_str!("…")` and `include_bytes!("…")` in tokens. Their paths are relative to the file with the outermost call,
/// which is mostly that with the macro, too.
fn data(collector: &mut Collector<'_>, tokens: &[TokenTree], at: usize) {
    let is_data = |name: &Ident| name == "include_str" || name == "include_bytes";
    if let [
        TokenTree::Ident(name),
        bang,
        TokenTree::Group(arguments),
        ..,
    ] = &tokens[at..]
        && is_data(name)
        && is_punct(bang, '!')
        && let Ok(literal) = syn::parse2::<syn::LitStr>(arguments.stream())
    {
        let range = collector.range(literal.span());
        collector.includes.push(Include {
            path: literal.value(),
            range,
        });
    }
}

/// `#[name …]` in tokens: the language's own attributes name nothing of ours.
fn attribute(
    collector: &mut Collector<'_>,
    tokens: &[TokenTree],
    at: usize,
    context: PathContext,
) -> usize {
    let Some(TokenTree::Group(group)) = tokens.get(at + 1) else {
        return at + 1;
    };
    let name = match group.stream().into_iter().next() {
        Some(TokenTree::Ident(ident)) if group.delimiter() == Delimiter::Bracket => name_of(&ident),
        _ => return at + 1,
    };
    if name == "derive" {
        let inner = group.stream().into_iter().skip(1);
        scan(collector, inner.collect(), PathContext::Attribute);
    } else if name == "cfg_attr" || !super::attribute::BUILT_IN.contains(&name.as_str()) {
        scan(collector, group.stream(), context);
    } else if name == "doc" {
        let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
        for at in 0..tokens.len() {
            data(collector, &tokens, at);
        }
    }
    at + 2
}

/// `mod name { … }` or `mod $name { … }` in tokens.
fn module(
    collector: &mut Collector<'_>,
    tokens: &[TokenTree],
    at: usize,
    context: PathContext,
) -> usize {
    let name = match tokens.get(at + 1) {
        Some(TokenTree::Punct(punct)) if punct.as_char() == '$' => at + 2,
        _ => at + 1,
    };
    match tokens.get(name + 1) {
        Some(TokenTree::Group(body)) if body.delimiter() == Delimiter::Brace => {
            collector.in_module(|this| scan(this, body.stream(), context));
            name + 2
        }
        _ => at + 1,
    }
}

/// `use a::{b, c as d};` in tokens: its paths are collected, and its names are known from there to the end of the group.
fn import(
    collector: &mut Collector<'_>,
    tokens: &[TokenTree],
    at: usize,
    context: PathContext,
) -> usize {
    let length = tokens[at..]
        .iter()
        .position(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';'));
    let item: Option<syn::ItemUse> = length
        .and_then(|length| syn::parse2(tokens[at..=at + length].iter().cloned().collect()).ok());
    match (item, length) {
        (Some(item), Some(length)) => {
            collector.body(|this| {
                this.hoist_use(
                    &item.tree,
                    &mut Segments::new(),
                    item.leading_colon.is_some(),
                    context,
                );
            });
            at + length + 1
        }
        _ => at + 1,
    }
}

/// The fragment specifiers (Rust reference, *metavariables*).
const FRAGMENTS: &[&str] = &[
    "block",
    "expr",
    "expr_2021",
    "ident",
    "item",
    "lifetime",
    "literal",
    "meta",
    "pat",
    "pat_param",
    "path",
    "stmt",
    "tt",
    "ty",
    "vis",
];

/// `$name::rest`: the rest is relative to what nobody knows here. `$name:expr` is a matcher's, and names nothing.
fn after_metavariable(collector: &mut Collector<'_>, tokens: &[TokenTree], mut at: usize) -> usize {
    if let [colon, TokenTree::Ident(fragment), ..] = tokens.get(at..).unwrap_or_default()
        && is_punct(colon, ':')
        && FRAGMENTS.iter().any(|word| fragment == word)
        && !is_path_separator(tokens, at + 2)
    {
        return at + 2;
    }
    at = associated(collector, tokens, at);
    while is_path_separator(tokens, at) && matches!(tokens.get(at + 2), Some(TokenTree::Ident(_))) {
        at += 3;
    }
    at
}

/// Whether `>` closes a type before `::name`, and neither ends an arrow nor stands before `::a::b`, a path of its own.
fn ends_type(tokens: &[TokenTree], at: usize) -> bool {
    let is_arrow = at > 0
        && matches!(&tokens[at - 1], TokenTree::Punct(before)
            if matches!(before.as_char(), '-' | '=') && before.spacing() == Spacing::Joint);
    let goes_on = is_path_separator(tokens, at + 4)
        && matches!(tokens.get(at + 6), Some(TokenTree::Ident(_)));
    !is_arrow && !goes_on && is_path_separator(tokens, at + 1)
}

/// `::name` behind a type: a method or the like of that.
fn associated(collector: &mut Collector<'_>, tokens: &[TokenTree], at: usize) -> usize {
    let Some(TokenTree::Ident(ident)) = tokens.get(at + 2) else {
        return at;
    };
    if !is_path_separator(tokens, at) {
        return at;
    }
    member::push(collector, ident, true, (None, Receiver::Unknown));
    at + 3
}

fn is_range(tokens: &[TokenTree], at: usize) -> bool {
    let is_dot = |at: usize| tokens.get(at).is_some_and(|token| is_punct(token, '.'));
    is_dot(at) && is_dot(at + 1)
}

fn is_path_separator(tokens: &[TokenTree], at: usize) -> bool {
    let colon = |index: usize| match tokens.get(index) {
        Some(TokenTree::Punct(punct)) if punct.as_char() == ':' => Some(punct.spacing()),
        _ => None,
    };
    colon(at) == Some(Spacing::Joint) && colon(at + 1).is_some()
}

fn path(
    collector: &mut Collector<'_>,
    tokens: &[TokenTree],
    mut at: usize,
    (dollar, global): (bool, bool),
    context: PathContext,
) -> usize {
    let start = at;
    let mut segments = Segments::new();
    while let Some(TokenTree::Ident(ident)) = tokens.get(at) {
        let mut segment = collector.segment(ident);
        if dollar && at == start {
            segment.name = Name::new("$crate");
        }
        segments.push(segment);
        at += 1;
        if !is_path_separator(tokens, at) {
            break;
        }
        match tokens.get(at + 2) {
            Some(TokenTree::Ident(_)) => at += 2,
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                tree(collector, group, &segments, global, context);
                return at + 3;
            }
            Some(TokenTree::Punct(punct)) if punct.as_char() == '*' => {
                at += 3;
                break;
            }
            _ => {
                at += 2;
                break;
            }
        }
    }
    let single = segments.len() == 1;
    let name = segments[0].name;
    let next_char = |index: usize| match tokens.get(index) {
        Some(TokenTree::Punct(punct)) => Some((punct.as_char(), punct.spacing())),
        _ => None,
    };
    let is_macro = matches!(next_char(at), Some(('!', Spacing::Alone | Spacing::Joint)))
        && matches!(tokens.get(at + 1), Some(TokenTree::Group(_)));
    let is_label = single
        && match next_char(at) {
            Some((':', _)) => !is_path_separator(tokens, at),
            Some(('=', spacing)) => {
                spacing == Spacing::Alone || !matches!(next_char(at + 1), Some(('=' | '>', _)))
            }
            _ => false,
        };
    if single && (is_keyword(|word| name == word) || name == "self" || name == "crate") {
        return at;
    }
    if is_macro && single && collector.is_local_macro(name) {
        return at + 1;
    }
    if is_macro {
        if let (Some(method), TokenTree::Ident(written)) = (called_by_macro(&name), &tokens[at - 1])
        {
            push_call_by_macro(collector, (written, method), (None, Receiver::Unknown));
        }
        collector.record(segments, global, PathContext::Macro, true);
        return at + 1;
    }
    if is_label && context != PathContext::Tokens {
        return at;
    }
    if !(single && collector.is_variable(name)) {
        collector.record(segments, global, context, true);
    }
    at
}

/// `a::{b, c::d}`: a `use` tree in tokens.
fn tree(
    collector: &mut Collector<'_>,
    group: &Group,
    prefix: &[Segment],
    global: bool,
    context: PathContext,
) {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    for part in
        tokens.split(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ','))
    {
        let mut segments = Segments::from_slice(prefix);
        let mut nested = false;
        for token in part {
            match token {
                TokenTree::Ident(ident) if ident == "as" => break,
                TokenTree::Ident(ident) if ident == "self" => {}
                TokenTree::Ident(ident) => {
                    segments.push(collector.segment(ident));
                }
                TokenTree::Group(inner) => {
                    tree(collector, inner, &segments, global, context);
                    nested = true;
                }
                _ => {}
            }
        }
        if !nested && !part.is_empty() {
            collector.record(segments, global, context, true);
        }
    }
}

/// Collects tokens that are a list of paths, such as a derive's.
pub(super) fn scan_as(collector: &mut Collector<'_>, tokens: TokenStream, context: PathContext) {
    scan(collector, tokens, context);
}
