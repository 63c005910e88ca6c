//! Parses one file with syn into plain values: items with their ranges, and every path in them.
//!
//! Spans are bound to the thread that parsed and shifted by what syn strips (a byte-order mark, a shebang line), so
//! they are turned into our own ranges here, and no syn value leaves.

mod attribute;
mod collect;
mod definition;
mod depth;
mod doc;
mod extent;
mod item;
mod link;
mod matcher;
mod pattern;
mod shape;
mod tokens;
mod value;
mod wrapping;

use proc_macro2::Span;

pub(crate) use attribute::are_of_tests;
pub use doc::lines as doc_lines;
pub(crate) use item::{takes, trait_members};
pub(crate) use shape::returned;

use crate::item::{Attribute, Include, Item, PathUse, UseLeaf};
use crate::source::TextRange;

/// A module as one file (or the braces of an inline `mod`) has it.
#[derive(Debug, Clone)]
pub struct ParsedModule {
    /// The range of its body.
    pub body: TextRange,
    /// Inner attributes and docs; empty at the body's start where there are none.
    pub header: TextRange,
    /// Each of them.
    pub inner_attributes: Vec<Attribute>,
    /// Paths in its inner docs and attributes.
    pub paths: Vec<PathUse>,
    /// Files that these read.
    pub includes: Vec<Include>,
    /// Whether an inner attribute makes it test code.
    pub is_test: bool,
    /// Its items in order.
    pub items: Vec<ParsedItem>,
}

/// An item with what hangs on it; ids are not yet those of a workspace.
#[derive(Debug, Clone)]
pub struct ParsedItem {
    /// The item; `module`, `parent`, `declares`, `leaves` and `methods` are filled by the loader.
    pub item: Item,
    /// Methods and associated items of an inherent impl.
    pub methods: Vec<Item>,
    /// Leaves of a `use`.
    pub leaves: Vec<UseLeaf>,
    /// What a `mod` item declares.
    pub module: Option<DeclaredModule>,
    /// Of what stands in a macro call: how many places before it the call is, in the items of its module.
    pub after_call: Option<usize>,
}

/// A `mod` item's module.
#[derive(Debug, Clone)]
pub struct DeclaredModule {
    /// The body of `mod x { … }`; none for `mod x;`.
    pub inline: Option<ParsedModule>,
    /// Paths of `#[path = "…"]`, also inside `cfg_attr`.
    pub paths: Vec<String>,
    /// Whether it stands under a `cfg`.
    pub conditional: bool,
}

/// A syntax error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// syn's words.
    pub message: String,
    /// Where.
    pub range: TextRange,
}

/// From offsets in what syn was given to offsets in the file.
#[derive(Debug, Clone, Copy, Default)]
struct Shift<'a> {
    /// Bytes that syn was not given: a byte-order mark and a shebang line.
    prefix: u32,
    /// Where [`NAMED`] was put in for syn, in what it was given, ascending.
    insertions: &'a [u32],
    /// Where each line starts, if every character is one byte: then a place is found without counting characters.
    lines: &'a [u32],
}

impl Shift<'_> {
    /// The bytes from the start of one span to the end of another.
    fn range(self, first: Span, last: Span) -> TextRange {
        if self.lines.is_empty() {
            let (first, last) = (first.byte_range(), last.byte_range());
            return TextRange::new(self.offset(first.start), self.offset(last.end));
        }
        let place = |at: proc_macro2::LineColumn| self.lines[at.line - 1] as usize + at.column;
        TextRange::new(
            self.offset(place(first.start())),
            self.offset(place(last.end())),
        )
    }

    /// The bytes of one word, whose length is known: one place less to look up.
    fn word(self, span: Span, length: u32) -> TextRange {
        if self.lines.is_empty() {
            return self.range(span, span);
        }
        let at = span.start();
        let start = self.lines[at.line - 1] as usize + at.column;
        TextRange::new(self.offset(start), self.offset(start + length as usize))
    }

    fn offset(self, offset: usize) -> u32 {
        let offset = offset as u32;
        if self.insertions.is_empty() {
            return offset + self.prefix;
        }
        let before = self
            .insertions
            .partition_point(|insertion| *insertion < offset);
        let Some(last) = before.checked_sub(1) else {
            return offset + self.prefix;
        };
        // What was put in has no place of its own but that before which it stands.
        let length = NAMED.len() as u32;
        let inserted = last as u32 * length + length.min(offset - self.insertions[last]);
        offset - inserted + self.prefix
    }
}

/// What names a parameter that has none. The 2015 edition allows that in traits, syn does not.
const NAMED: &str = "_:";

/// Parses a whole file. Must run on a thread with a deep stack: parsing recurses.
pub fn parse_text(text: &str) -> Result<ParsedModule, SyntaxError> {
    let prefix = prefix_length(text);
    let mut given = text[prefix..].to_owned();
    let mut insertions: Vec<u32> = Vec::new();
    let result = loop {
        match parse(&given) {
            Ok(file) => {
                let lines = line_starts(&given);
                let shift = Shift {
                    prefix: prefix as u32,
                    insertions: &insertions,
                    lines: &lines,
                };
                break Ok(item::file(&file, text, shift));
            }
            Err(error) => {
                let span = error.span().byte_range();
                let place = anonymous_parameter(&given, span.start, &error.to_string());
                if let Some(place) =
                    place.filter(|place| insertions.iter().all(|other| *other < *place as u32))
                {
                    given.insert_str(place, NAMED);
                    insertions.push(place as u32);
                    continue;
                }
                let shift = Shift {
                    prefix: prefix as u32,
                    insertions: &insertions,
                    lines: &[],
                };
                let end = text.len() as u32;
                let start = shift.offset(span.start).min(end);
                let range = TextRange::new(start, shift.offset(span.end).clamp(start, end));
                break Err(SyntaxError {
                    message: error.to_string(),
                    range,
                });
            }
        }
    };
    // The table behind the spans keeps the text of all that was parsed on this thread.
    proc_macro2::extra::invalidate_current_thread_spans();
    result
}

/// Tokens first: what is too deep for a parser is found before one sees it.
fn parse(text: &str) -> syn::Result<syn::File> {
    let tokens: proc_macro2::TokenStream = text.parse()?;
    if depth::is_shallow(text) {
        return syn::parse2(tokens);
    }
    match depth::too_deep(&tokens) {
        Some(span) => Err(syn::Error::new(span, "nested too deep to be read")),
        None => syn::parse2(tokens),
    }
}

/// Where each line starts; nothing for a text with characters of several bytes.
fn line_starts(text: &str) -> Vec<u32> {
    if !text.is_ascii() {
        return Vec::new();
    }
    let newlines = text.match_indices('\n');
    std::iter::once(0)
        .chain(newlines.map(|(at, _)| at as u32 + 1))
        .collect()
}

/// Where a parameter starts whose type stands where syn wants a pattern, if that is what it stumbled over.
fn anonymous_parameter(text: &str, at: usize, message: &str) -> Option<usize> {
    if !message.contains("expected `:`") {
        return None;
    }
    let mut depth = 0_u32;
    for (index, byte) in text
        .bytes()
        .enumerate()
        .take(at)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
    {
        match byte {
            b')' | b'>' | b']' => depth += 1,
            b'(' | b',' if depth == 0 => {
                let start = index + 1;
                return Some(start + text[start..].len() - text[start..].trim_start().len());
            }
            b'(' | b'<' | b'[' => depth = depth.saturating_sub(1),
            b';' | b'{' | b'}' => return None,
            _ => {}
        }
    }
    None
}

/// Bytes before what syn parses: a byte-order mark and a shebang line.
fn prefix_length(text: &str) -> usize {
    let mark = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let rest = &text[mark..];
    let is_shebang = rest.starts_with("#!") && !rest[2..].trim_start().starts_with('[');
    if is_shebang {
        mark + rest.find('\n').unwrap_or(rest.len())
    } else {
        mark
    }
}
