//! Attributes: their names, derives, paths in their strings (row A9), doc tests, and whether they make test code.

use std::str::FromStr;

use camino::Utf8Path;
use proc_macro2::{TokenStream, TokenTree};
use syn::parse::Parser;

use super::collect::{Collector, name_of};
use super::{Shift, doc, extent, tokens};
use crate::item::{Attribute, Include, PathContext, Segment, Segments};
use crate::name::Name;
use crate::source::TextRange;
use crate::token::is_punct;

/// Attributes of the language, whose names are no paths and whose arguments name nothing of ours.
pub(super) const BUILT_IN: &[&str] = &[
    "cfg",
    "allow",
    "warn",
    "deny",
    "forbid",
    "expect",
    "inline",
    "cold",
    "must_use",
    "deprecated",
    "repr",
    "test",
    "bench",
    "ignore",
    "should_panic",
    "path",
    "macro_use",
    "macro_export",
    "non_exhaustive",
    "no_mangle",
    "export_name",
    "link",
    "link_name",
    "link_section",
    "used",
    "global_allocator",
    "panic_handler",
    "feature",
    "no_std",
    "no_main",
    "no_core",
    "recursion_limit",
    "type_length_limit",
    "windows_subsystem",
    "target_feature",
    "track_caller",
    "automatically_derived",
    "proc_macro",
    "proc_macro_derive",
    "proc_macro_attribute",
    "crate_name",
    "crate_type",
    "doc",
    "rustfmt",
    "unsafe",
    "default",
    "non_exhaustive",
    "diagnostic",
    "warn_unused",
    "no_implicit_prelude",
];

/// Collects from all attributes of a thing but its documentation.
pub(super) fn collect_all(collector: &mut Collector<'_>, attributes: &[syn::Attribute]) {
    for attribute in attributes {
        collect(collector, attribute);
    }
}

/// Collects from the documentation of a thing: neighbouring doc comments are one text.
pub(super) fn collect_docs(collector: &mut Collector<'_>, attributes: &[syn::Attribute]) {
    let docs: Vec<TextRange> = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .map(|attribute| collector.between(extent::attribute(attribute)))
        .collect();
    doc::collect(collector, &docs);
}

/// Collects from one attribute that is no documentation.
pub(super) fn collect(collector: &mut Collector<'_>, attribute: &syn::Attribute) {
    if let syn::Meta::NameValue(pair) = &attribute.meta
        && let syn::Expr::Macro(value) = &pair.value
    {
        collector.body(|this| tokens::macro_call(this, &value.mac));
    }
    let arguments = match &attribute.meta {
        syn::Meta::Path(_) => TokenStream::new(),
        syn::Meta::List(list) => list.tokens.clone(),
        syn::Meta::NameValue(pair) => {
            use syn::__private::ToTokens as _;
            pair.value.to_token_stream()
        }
    };
    let segments = collector.segments(attribute.path());
    one(collector, segments, arguments);
}

fn one(collector: &mut Collector<'_>, name: Segments, arguments: TokenStream) {
    let Some(last) = name.last() else { return };
    match last.name.as_str() {
        "derive" if name.len() == 1 => {
            tokens::scan_as(collector, arguments, PathContext::Attribute);
        }
        "cfg_attr" if name.len() == 1 => conditional(collector, arguments),
        word if name.len() == 1 && BUILT_IN.contains(&word) => {}
        _ => {
            collector.record(name, false, PathContext::Attribute, true);
            strings(collector, arguments.clone());
            tokens::scan(collector, arguments, PathContext::AttributeArgument);
        }
    }
}

/// `cfg_attr(condition, attribute, …)`: what is behind the first comma is attributes.
fn conditional(collector: &mut Collector<'_>, arguments: TokenStream) {
    let arguments: Vec<TokenTree> = arguments.into_iter().collect();
    let parts =
        arguments.split(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ','));
    for part in parts.skip(1) {
        written_by_macro(collector, part);
        let mut name = Segments::new();
        let mut rest = TokenStream::new();
        for token in part {
            match token {
                TokenTree::Ident(ident) if rest.is_empty() => {
                    name.push(collector.segment(ident));
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && rest.is_empty() => {}
                TokenTree::Group(group) => rest.extend(group.stream()),
                other => rest.extend([other.clone()]),
            }
        }
        one(collector, name, rest);
    }
}

/// `doc = include_str!("…")`.
fn written_by_macro(collector: &mut Collector<'_>, attribute: &[TokenTree]) {
    let mut parts = attribute.splitn(2, |token| is_punct(token, '='));
    let value = parts.nth(1).map(|value| value.iter().cloned().collect());
    if let Some(call) = value.and_then(|value| syn::parse2::<syn::Macro>(value).ok()) {
        collector.body(|this| tokens::macro_call(this, &call));
    }
}

/// String literals that are paths as a whole.
fn strings(collector: &mut Collector<'_>, arguments: TokenStream) {
    for token in arguments {
        match token {
            TokenTree::Group(group) => strings(collector, group.stream()),
            TokenTree::Literal(literal) => {
                let range = collector.range(literal.span());
                let text = &collector.text[range.start as usize..range.end as usize];
                let Some(inner) = text
                    .strip_prefix('"')
                    .and_then(|text| text.strip_suffix('"'))
                else {
                    continue;
                };
                let before = &collector.text[..range.start as usize];
                if is_bound(before) {
                    bound(collector, inner, range.start + 1);
                } else if may_be_folder(before, inner) {
                    collector.named_files.push(Include {
                        path: inner.to_owned(),
                        range,
                    });
                } else if let Some(segments) = path_in(inner, range.start + 1) {
                    let global = inner.starts_with("::");
                    collector.record(segments, global, PathContext::AttributeArgument, true);
                } else if may_be_file(inner) {
                    collector.named_files.push(Include {
                        path: inner.to_owned(),
                        range,
                    });
                }
            }
            _ => {}
        }
    }
}

/// Whether a string looks like the relative path of a file with an extension.
fn may_be_file(text: &str) -> bool {
    Utf8Path::new(text).extension().is_some() && is_plain_path(text)
}

/// Whether a string looks like the relative path of a folder: by its last slash, or as that of `folder = "…"`.
fn may_be_folder(before: &str, text: &str) -> bool {
    let before = before.trim_end_matches(['=', ' ']);
    let word = before.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let is_said = word.into_iter().next() == Some("folder");
    (is_said || text.ends_with('/')) && is_plain_path(text)
}

/// Whether a string is the relative path of something in the package, and nothing else.
fn is_plain_path(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    !text.is_empty() && Utf8Path::new(text).is_relative() && text.chars().all(plain)
}

/// Whether what comes is the string of `bound = "…"` or `bound(serialize = "…")`.
fn is_bound(before: &str) -> bool {
    let before = before.trim_end_matches(['=', ' ']);
    let inner = before.rfind('(').map(|open| &before[..open]);
    before.ends_with("bound")
        || before.ends_with("serialize") && inner.is_some_and(|inner| inner.ends_with("bound"))
}

/// Collects the paths of a `where` clause in a string.
fn bound(collector: &mut Collector<'_>, text: &str, start: u32) {
    let Ok(tokens) = TokenStream::from_str(text) else {
        return;
    };
    let mut inner = Collector::new(text, Shift::default());
    tokens::scan(&mut inner, tokens, PathContext::AttributeArgument);
    for mut path in inner.paths {
        for segment in &mut path.segments {
            segment.range = TextRange::new(start + segment.range.start, start + segment.range.end);
        }
        collector.record(path.segments, path.global, path.context, true);
    }
}

/// The segments of a text that is a path and nothing else (generic arguments at its end aside).
fn path_in(text: &str, start: u32) -> Option<Segments> {
    let mut segments = Segments::new();
    let mut at = 0;
    let body = text.strip_prefix("::").map_or(text, |rest| {
        at = 2;
        rest
    });
    let body = body
        .split('<')
        .next()
        .unwrap_or(body)
        .trim_end_matches("::");
    for name in body.split("::") {
        let word = name.strip_prefix("r#").unwrap_or(name);
        let valid = word.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && word.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !valid {
            return None;
        }
        let range = TextRange::new(start + at as u32, start + (at + name.len()) as u32);
        segments.push(Segment {
            name: Name::new(word),
            range,
        });
        at += name.len() + 2;
    }
    Some(segments)
}

/// The attributes of a thing as values.
pub(super) fn values(
    collector: &Collector<'_>,
    attributes: &[syn::Attribute],
    style: Style,
) -> Vec<Attribute> {
    attributes
        .iter()
        .filter(|attribute| {
            matches!(attribute.style, syn::AttrStyle::Inner(_)) == (style == Style::Inner)
        })
        .map(|attribute| {
            let path = path_of(attribute.path());
            Attribute {
                is_doc: path == "doc",
                path,
                range: collector.between(extent::attribute(attribute)),
            }
        })
        .collect()
}

/// A path as one name.
fn path_of(path: &syn::Path) -> Name {
    if let Some(only) = path.get_ident() {
        return name_of(only);
    }
    let names = path.segments.iter().map(|segment| name_of(&segment.ident));
    Name::new(&names.map(Name::as_str).collect::<Vec<_>>().join("::"))
}

/// On which side of the thing an attribute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// `#[…]`.
    Outer,
    /// `#![…]`.
    Inner,
}

/// Whether attributes make what they stand on code for tests only.
pub(super) fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let last = attribute
            .path()
            .segments
            .last()
            .map_or("", |segment| name_of(&segment.ident).as_str());
        match last {
            last if Attribute::is_of_tests(last) => true,
            "cfg" => matches!(&attribute.meta, syn::Meta::List(list) if needs_test(&list.tokens)),
            _ => false,
        }
    })
}

/// Whether attributes make a function a test, or a benchmark.
pub(super) fn is_test_function(attributes: &[syn::Attribute]) -> bool {
    let mut own = attributes
        .iter()
        .filter(|attribute| !attribute.path().is_ident("cfg"));
    own.any(|attribute| is_test(std::slice::from_ref(attribute)))
}

/// Whether attributes, as they are written, make test code of what they stand before.
pub(crate) fn are_of_tests(written: &[String]) -> bool {
    let parsed = syn::Attribute::parse_outer.parse_str(&written.concat());
    parsed.is_ok_and(|attributes| is_test(&attributes))
}

/// Whether a `cfg` predicate holds in tests only: `test`, or `all(…)` with that in it.
fn needs_test(predicate: &TokenStream) -> bool {
    let tokens: Vec<TokenTree> = predicate.clone().into_iter().collect();
    match &tokens[..] {
        [TokenTree::Ident(ident)] => ident == "test",
        [TokenTree::Ident(ident), TokenTree::Group(group)] if ident == "all" => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            inner
                .split(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ','))
                .any(|part| needs_test(&part.iter().cloned().collect()))
        }
        _ => false,
    }
}

/// The paths of `#[path = "…"]`, also in `cfg_attr`.
pub(super) fn module_paths(attributes: &[syn::Attribute]) -> Vec<String> {
    let mut paths = Vec::new();
    for attribute in attributes {
        match &attribute.meta {
            syn::Meta::NameValue(pair) if pair.path.is_ident("path") => {
                if let syn::Expr::Lit(syn::ExprLit {
                    lit: syn::Lit::Str(path),
                    ..
                }) = &pair.value
                {
                    paths.push(path.value());
                }
            }
            syn::Meta::List(list) if list.path.is_ident("cfg_attr") => {
                let tokens: Vec<TokenTree> = list.tokens.clone().into_iter().collect();
                for window in tokens.windows(3) {
                    if let [
                        TokenTree::Ident(ident),
                        TokenTree::Punct(punct),
                        TokenTree::Literal(literal),
                    ] = window
                        && ident == "path"
                        && punct.as_char() == '='
                        && let syn::Lit::Str(path) = syn::Lit::new(literal.clone())
                    {
                        paths.push(path.value());
                    }
                }
            }
            _ => {}
        }
    }
    paths
}
