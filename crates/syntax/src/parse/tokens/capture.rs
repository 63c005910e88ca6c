//! What format strings take from around them.

use proc_macro2::{TokenStream, TokenTree};
use smallvec::smallvec;

use crate::item::{PathContext, Segment};
use crate::name::Name;
use crate::parse::collect::Collector;
use crate::source::TextRange;

/// `{name}` and `{:width$.precision$}` in the string literals of a call, where they are no variables: constants, or a
/// macro's own affair.
pub(super) fn captures(collector: &mut Collector<'_>, tokens: &TokenStream) {
    for token in tokens.clone() {
        let TokenTree::Literal(literal) = token else {
            continue;
        };
        let range = collector.range(literal.span());
        let text = &collector.text[range.start as usize..range.end as usize];
        if !text.ends_with('"') && !text.ends_with('#') {
            continue;
        }
        let names = captured(text).into_iter();
        let segment = |(at, name)| {
            let start = range.start + at as u32;
            let end = start + str::len(name) as u32;
            Segment {
                name: Name::new(name),
                range: TextRange::new(start, end),
            }
        };
        for segment in names.map(segment).collect::<Vec<_>>() {
            if !collector.is_variable(segment.name) {
                collector
                    .body(|this| this.record(smallvec![segment], false, PathContext::Value, true));
            }
        }
    }
}

/// The names that a format string takes from around it, with their places (`std::fmt`, *syntax*).
fn captured(text: &str) -> Vec<(usize, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let starts_name = |c: char| c.is_alphabetic() || c == '_';
    let mut found = Vec::new();
    for (open, _) in text.match_indices('{') {
        let start = open + 1;
        let argument = &text[start..];
        let argument = &argument[..argument.find(|c| !is_part(c)).unwrap_or(argument.len())];
        let rest = &text[start + argument.len()..];
        if argument.starts_with(starts_name) && rest.starts_with(['}', ':']) {
            found.push((start, argument));
        }
        let Some(spec) = rest.strip_prefix(':') else {
            continue;
        };
        let spec = &spec[..spec.find(['}', '{']).unwrap_or(0)];
        let at = text.len() - rest.len() + 1;
        for (dollar, _) in spec.match_indices('$') {
            let before = &spec[..dollar];
            let name = before.trim_start_matches(|c: char| !is_part(c));
            let name = name.rsplit(|c| !is_part(c)).next().unwrap_or(name);
            // `{:05$}` counts positions, and `{:0width$}` fills with zeros.
            let name = name.trim_start_matches(|c: char| c.is_ascii_digit());
            if name.starts_with(starts_name) {
                found.push((at + dollar - name.len(), name));
            }
        }
    }
    found
}
