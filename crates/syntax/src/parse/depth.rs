//! Refuses source that no parser which recurses can read: nested, or chained without an end (row H5).

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

/// How deep brackets may nest. The compiler itself gives up long before.
const NESTED: usize = 2000;
/// How many words and operators may follow one another before a `,`, a `;` or a block: `1 + 1 + …` nests, too.
const CHAINED: usize = 20_000;

/// The place where it becomes too much. Linear, and without recursion.
pub(super) fn too_deep(tokens: &TokenStream) -> Option<Span> {
    let mut pending = vec![(tokens.clone().into_iter(), 0_usize)];
    while let Some((level, chained)) = pending.last_mut() {
        let Some(tree) = level.next() else {
            pending.pop();
            continue;
        };
        match tree {
            TokenTree::Group(group) => {
                if group.delimiter() == Delimiter::Brace {
                    *chained = 0;
                }
                pending.push((group.stream().into_iter(), 0));
                if pending.len() > NESTED {
                    return Some(group.span_open());
                }
            }
            TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | ';') => *chained = 0,
            tree => {
                *chained += 1;
                if *chained > CHAINED {
                    return Some(tree.span());
                }
            }
        }
    }
    None
}

/// Whether the text is surely not too deep: the same count on the bytes, which is ten times as fast. Every byte that is
/// no part of a word counts as an operator, so it may say no where [`too_deep`] finds nothing.
pub(super) fn is_shallow(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut levels = vec![0_usize];
    let mut at = 0;
    while at < bytes.len() {
        let next = behind(bytes, at);
        let Some(chained) = levels.last_mut() else {
            return false;
        };
        match bytes[at] {
            b' ' | b'\n' | b'\t' | b'\r' => {}
            b',' | b';' => *chained = 0,
            open @ (b'(' | b'[' | b'{') => {
                *chained = if open == b'{' { 0 } else { *chained + 1 };
                levels.push(0);
            }
            b')' | b']' | b'}' => {
                levels.pop();
            }
            _ => *chained += 1,
        }
        if levels.len() > NESTED || levels.last().is_none_or(|chained| *chained > CHAINED) {
            return false;
        }
        at = next;
    }
    true
}

/// Where the next token, or the next white space, starts.
fn behind(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    let length = match rest {
        [b'/', b'/', ..] => line(rest),
        [b'/', b'*', ..] => comment(rest),
        [b'"', ..] => string(rest),
        [b'\'', b'\\', ..] => 3 + until(&rest[3.min(rest.len())..], b'\''),
        [b'\'', first, ..] => {
            // A character, if it ends behind one; else a lifetime.
            let width = match first {
                0..0x80 => 1,
                0x80..0xe0 => 2,
                0xe0..0xf0 => 3,
                _ => 4,
            };
            if rest.get(1 + width) == Some(&b'\'') {
                width + 2
            } else {
                1
            }
        }
        [first, ..] if is_word(*first) => {
            let word = rest.iter().take_while(|byte| is_word(**byte)).count();
            match (&rest[..word], &rest[word..]) {
                (b"r" | b"br" | b"cr", raw @ [b'"' | b'#', ..]) => word + raw_string(raw),
                _ => word,
            }
        }
        _ => 1,
    };
    at + length.max(1)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Bytes up to and with the first of a kind; all where there is none.
fn until(rest: &[u8], end: u8) -> usize {
    let found = rest.iter().position(|byte| *byte == end);
    found.map_or(rest.len(), |at| at + 1)
}

fn line(rest: &[u8]) -> usize {
    until(rest, b'\n')
}

fn comment(rest: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at.min(rest.len())
}

fn string(rest: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = rest.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    rest.len()
}

/// A raw string from its `#` or `"` on; nothing for a raw identifier.
fn raw_string(rest: &[u8]) -> usize {
    let hashes = rest.iter().take_while(|byte| **byte == b'#').count();
    if rest.get(hashes) != Some(&b'"') {
        return 0;
    }
    let mut at = hashes + 1;
    while at < rest.len() {
        at += until(&rest[at..], b'"');
        let behind = rest[at..].iter().take(hashes);
        if behind.filter(|byte| **byte == b'#').count() == hashes {
            return at + hashes;
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_too_deep(text: &str) -> bool {
        let found = too_deep(&text.parse().expect("tokens")).is_some();
        assert_eq!(found, !is_shallow(text), "both ways of counting agree");
        found
    }

    #[test]
    fn brackets_in_strings_characters_and_comments_do_not_count() {
        let hidden = [
            "const A: &str = \")\\\")\";",
            "const B: &str = r#\")\")\"#;",
            "const C: char = ')';",
            "const D: char = '\\'';",
            "const E: char = '\u{e4}';",
            "fn f<'a>(r#fn: &'a str) {}",
            "// )",
            "/* ) /* ) */ ) */",
            "const F: &[u8] = br\")\";",
        ];
        for text in hidden {
            let closing = format!("{text}\n").repeat(3000);
            let nested = format!("{}1{}", "(".repeat(2500), ")".repeat(2500));
            assert!(!is_too_deep(&closing), "{text}");
            assert!(
                is_too_deep(&format!("mod m {{ {closing} const G: u8 = {nested}; }}")),
                "{text}"
            );
        }
    }

    #[test]
    fn only_what_nests_or_chains_without_end_is_too_deep() {
        assert!(!is_too_deep(&"fn f() { g(1, 2); }\n".repeat(10_000)));
        assert!(!is_too_deep(&format!("[{}]", "1 + 1, ".repeat(50_000))));
        let nested = format!("{}1{}", "(".repeat(5000), ")".repeat(5000));
        assert!(is_too_deep(&nested));
        assert!(is_too_deep(&"1 + ".repeat(50_000)));
    }
}
