//! Intra-doc links in one text (row A10): `[X]`, ``[`X`]``, `[text](X)`, `[text][X]`, `[x]: X`.
//!
//! A line at a time, which is all that links need; what merely looks like a link resolves to nothing later.

use crate::item::{Segment, Segments};
use crate::name::Name;
use crate::source::TextRange;

/// Disambiguators in front of a path, with their `@`.
const KINDS: &[&str] = &[
    "attr",
    "attribute",
    "const",
    "constant",
    "derive",
    "enum",
    "field",
    "fn",
    "function",
    "macro",
    "method",
    "mod",
    "module",
    "prim",
    "primitive",
    "static",
    "struct",
    "trait",
    "type",
    "typealias",
    "union",
    "value",
    "variant",
];

/// The labels that lines of a text define, `[label]: destination`.
pub(super) fn label(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix('[')?;
    let (label, _) = rest.split_once("]:")?;
    (!label.contains(['[', ']'])).then_some(label)
}

/// The paths that a line links to; `start` is where the line stands in the file, `labels` what the text defines.
pub(super) fn paths(line: &str, start: u32, labels: &[&str]) -> Vec<Segments> {
    let mut found = Vec::new();
    let bytes = line.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        at = match bytes[at] {
            b'\\' => at + 2,
            b'`' => behind_code(line, at),
            b'[' => bracket(line, at, (start, labels), &mut found),
            b']' if bytes.get(at + 1) == Some(&b'(') => {
                // The end of a link whose text started on a line before.
                destination(line, at + 2, start, &mut found)
            }
            _ => at + 1,
        };
    }
    found
}

/// Behind a code span, or behind its ticks where it does not end on this line.
fn behind_code(line: &str, at: usize) -> usize {
    let ticks = line[at..].bytes().take_while(|byte| *byte == b'`').count();
    let fence = &line[at..at + ticks];
    let inner = at + ticks;
    line[inner..]
        .find(fence)
        .map_or(inner, |length| inner + length + ticks)
}

/// Takes what starts with a `[`; returns where to go on.
fn bracket(
    line: &str,
    at: usize,
    (start, labels): (u32, &[&str]),
    found: &mut Vec<Segments>,
) -> usize {
    let Some(end) = closing(line, at) else {
        return at + 1;
    };
    let inner = &line[at + 1..end];
    let rest = &line[end + 1..];
    if rest.starts_with('(') {
        return destination(line, end + 2, start, found);
    }
    if rest.starts_with(':') && line[..at].trim().is_empty() {
        let skip = rest[1..].len() - rest[1..].trim_start().len();
        return destination(line, end + 2 + skip, start, found);
    }
    if rest.starts_with('[')
        && let Some(close) = closing(line, end + 1)
    {
        let label = &line[end + 2..close];
        let (text, offset) = if label.is_empty() {
            (inner, at + 1)
        } else {
            (label, end + 2)
        };
        if !labels.contains(&text) {
            found.extend(path(text, start + offset as u32));
        }
        return close + 1;
    }
    if !labels.contains(&inner) {
        found.extend(path(inner, start + at as u32 + 1));
    }
    end + 1
}

/// The `]` that belongs to the `[` at `at`.
fn closing(line: &str, at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (offset, byte) in line[at..].bytes().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at + offset);
        }
    }
    None
}

/// Takes a destination that starts at `at`, up to a white space or the `)`; returns where it ends.
fn destination(line: &str, at: usize, start: u32, found: &mut Vec<Segments>) -> usize {
    let rest = line.get(at..).unwrap_or_default();
    // `X()` has parentheses of its own.
    let mut depth = 0_usize;
    let length = rest
        .bytes()
        .position(|byte| {
            match byte {
                b'(' => depth += 1,
                b')' if depth > 0 => {
                    depth -= 1;
                    return false;
                }
                _ => {}
            }
            byte == b')' || byte.is_ascii_whitespace()
        })
        .unwrap_or(rest.len());
    found.extend(path(&rest[..length], start + at as u32));
    at + length
}

/// The segments of a link that is a path: without ticks, disambiguator, generic arguments, and what is behind `#`.
fn path(text: &str, start: u32) -> Option<Segments> {
    let offset = |part: &str| start + (part.as_ptr() as usize - text.as_ptr() as usize) as u32;
    let mut rest = text.trim().trim_matches('`').trim();
    rest = without_fragment(rest);
    if let Some((kind, path)) = rest.split_once('@') {
        if !KINDS.contains(&kind.trim()) {
            return None;
        }
        rest = path.trim_start();
    }
    for suffix in ["!()", "!{}", "![]", "()", "!"] {
        if let Some(shorter) = rest.strip_suffix(suffix) {
            rest = shorter;
            break;
        }
    }
    let mut segments = Segments::new();
    loop {
        let raw = rest.strip_prefix("r#").unwrap_or(rest);
        let length = raw
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(raw.len());
        let name = &raw[..length];
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return None;
        }
        let begin = offset(rest);
        let end = offset(raw) + length as u32;
        segments.push(Segment {
            name: Name::new(name),
            range: TextRange::new(begin, end),
        });
        rest = behind_generics(&raw[length..])?;
        match rest.strip_prefix("::") {
            Some(next) => rest = next,
            None => return rest.is_empty().then_some(segments),
        }
    }
}

/// Without `#section`; the one of a raw identifier stays.
fn without_fragment(text: &str) -> &str {
    let fragment = text.match_indices('#').map(|(at, _)| at).find(|at| {
        let before = &text[..*at];
        !(before == "r" || before.ends_with("::r") || before.ends_with("@r"))
    });
    fragment.map_or(text, |at| &text[..at])
}

/// Behind `<…>` or `::<…>`, if that comes next.
fn behind_generics(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("::<").or_else(|| text.strip_prefix('<'));
    let Some(inner) = inner else {
        return Some(text);
    };
    let mut depth = 1_usize;
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            b'<' => depth += 1,
            b'>' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(&inner[at + 1..]);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &[&str]) {
        let labels: Vec<&str> = label(line).into_iter().collect();
        let found: Vec<String> = paths(line, 0, &labels)
            .iter()
            .map(|segments| {
                for segment in segments {
                    let text = &line[segment.range.start as usize..segment.range.end as usize];
                    assert_eq!(text.trim_start_matches("r#"), segment.name);
                }
                let names: Vec<&str> = segments.iter().map(|segment| &*segment.name).collect();
                names.join("::")
            })
            .collect();
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn links_are_found_in_all_their_forms() {
        check(
            " See [`a::X`], [X] and [the thing](crate::b::Y).",
            &["a::X", "X", "crate::b::Y"],
        );
        check(" [x]: crate::a::X", &["crate::a::X"]);
        check(" [text][X] and [`Y`][]", &["X", "Y"]);
        check(" of two lines](super::Z) or so", &["super::Z"]);
    }

    #[test]
    fn what_tells_kinds_apart_is_no_part_of_the_path() {
        check(
            " [struct@X] [`fn@f`] [`f()`] [m!] [`m!()`]",
            &["X", "f", "f", "m", "m"],
        );
        check(
            " [f](f()) [t](X#section) [`Vec<T>::new`] [`r#type`]",
            &["f", "X", "Vec::new", "type"],
        );
    }

    #[test]
    fn what_is_no_link_is_left_alone() {
        check(" `[X]` and ``a ` [Y]`` and \\[Z]", &[]);
        check(
            " [ ] [1] [two words] [a](https://a.b) [b](b.md) [mail@X] [a.b]",
            &[],
        );
        check(" [Ünder", &[]);
    }
}
