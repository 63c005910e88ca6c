//! The forms of a link in Markdown, and what each becomes.

use cleave_graph::Namespace;
use cleave_syntax::TextRange;

type Edits = Vec<(TextRange, String)>;

/// The edits that make the link around a path lead to an address, or plain text of it. None where its form is not known.
pub(crate) fn lead(text: &str, path: TextRange, address: Option<&str>) -> Edits {
    let docs = Docs::around(text, path.start as usize);
    let kind = kind(&text[..path.start as usize]).unwrap_or_default();
    // A page is of one kind; a path may lead to several.
    let address = address.map(|address| {
        let kind = if address.contains("://") { "" } else { kind };
        format!("{kind}{address}")
    });
    docs.lead(path, address.as_deref()).unwrap_or_default()
}

/// What tells kinds apart at the end of a text: `type@`.
fn kind(before: &str) -> Option<&str> {
    let word = before.strip_suffix('@')?;
    let start = word
        .trim_end_matches(|c: char| c.is_ascii_lowercase())
        .len();
    (start < word.len()).then(|| &before[start..])
}

/// The namespace that a link is told to be in: `fn@path`, `path()`, `path!` (rustdoc book, *linking to items by name*).
pub(super) fn namespace(text: &str, path: TextRange) -> Option<Namespace> {
    let behind = &text[path.end as usize..];
    if behind.starts_with("()") {
        return Some(Namespace::Value);
    }
    if behind.starts_with('!') {
        return Some(Namespace::Macro);
    }
    let word = kind(&text[..path.start as usize])?;
    match word.trim_end_matches('@') {
        "fn" | "function" | "method" | "const" | "constant" | "static" | "value" => {
            Some(Namespace::Value)
        }
        "macro" | "derive" => Some(Namespace::Macro),
        "mod" | "module" | "struct" | "enum" | "union" | "trait" | "type" | "tyalias"
        | "typealias" => Some(Namespace::Type),
        _ => None,
    }
}

/// The text of a file, and the part of it that is one text for Markdown.
struct Docs<'a> {
    text: &'a str,
    start: usize,
    end: usize,
}

impl<'a> Docs<'a> {
    /// The doc comments of lines around a place; else its line.
    fn around(text: &'a str, at: usize) -> Self {
        let mut start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let mut end = at + text[at..].find('\n').unwrap_or(text.len() - at);
        let marker = |line: &str| {
            let line = line.trim_start();
            ["///", "//!"]
                .into_iter()
                .find(|marker| line.starts_with(marker))
        };
        if let Some(own) = marker(&text[start..end]) {
            let above = text[..start].split_inclusive('\n').rev();
            for line in above.take_while(|line| marker(line) == Some(own)) {
                start -= line.len();
            }
            let below = text[end..].split_inclusive('\n').skip(1);
            let below = below.take_while(|line| marker(line) == Some(own));
            end += below.map(str::len).sum::<usize>();
        }
        Self { text, start, end }
    }

    fn lead(&self, path: TextRange, address: Option<&str>) -> Option<Edits> {
        // What tells kinds apart, and ticks, stand between the path and what opens the link.
        let before = &self.text[self.start..path.start as usize];
        let before = before.trim_end_matches(|c: char| c.is_alphabetic() || c == '@' || c == '`');
        let before = before.trim_end();
        let at = self.start + before.len();
        if before.ends_with("](") {
            return self.inline((at - 2, at), path, address);
        }
        if before.ends_with("]:") {
            return self.definition(at - 2, path, address);
        }
        let open = before.ends_with('[').then(|| at - 1)?;
        let close = path.end as usize + self.text[path.end as usize..self.end].find(']')?;
        if before.ends_with("][") {
            return self.named(open - 1, (open, close + 1), address);
        }
        let rest = &self.text[close + 1..self.end];
        let behind = if rest.starts_with("[]") { 2 } else { 0 };
        let mut edits = self.without_kind((open, close), path);
        let behind = range(close + 1, close + 1 + behind);
        edits.extend(match address {
            Some(address) => vec![(behind, format!("({address})"))],
            None => self.unwrapped(open, (close, behind.end as usize)),
        });
        Some(edits)
    }

    /// `[text](path "title")`.
    fn inline(
        &self,
        (close, start): (usize, usize),
        path: TextRange,
        address: Option<&str>,
    ) -> Option<Edits> {
        let length = destination(&self.text[start..self.end]);
        if let Some(address) = address {
            let text = self.addressed(address, (start, start + length), path);
            return Some(vec![(range(start, start + length), text)]);
        }
        let end = start + self.text[start + length..self.end].find(')')? + length + 1;
        Some(self.unwrapped(self.opening(close)?, (close, end)))
    }

    /// An address with the section that the link itself names, if it does.
    fn addressed(&self, address: &str, (start, end): (usize, usize), path: TextRange) -> String {
        let behind = &self.text[(path.end as usize).clamp(start, end)..end];
        match behind.split_once('#') {
            Some((_, section)) => {
                let page = address.split('#').next().unwrap_or(address);
                format!("{page}#{section}")
            }
            None => address.to_owned(),
        }
    }

    /// `[text][path]`.
    fn named(
        &self,
        close: usize,
        (start, end): (usize, usize),
        address: Option<&str>,
    ) -> Option<Edits> {
        match address {
            Some(address) => Some(vec![(range(start, end), format!("({address})"))]),
            None => Some(self.unwrapped(self.opening(close)?, (close, end))),
        }
    }

    /// `[label]: path`. Without an address the line goes, and its uses become text.
    fn definition(&self, close: usize, path: TextRange, address: Option<&str>) -> Option<Edits> {
        let start = path.start as usize;
        let start = start - (self.text[close + 2..start].trim_start().len());
        let end = start + destination(&self.text[start..self.end]);
        if let Some(address) = address {
            let text = self.addressed(address, (start, end), path);
            return Some(vec![(range(start, end), text)]);
        }
        let open = self.opening(close)?;
        let label = &self.text[open..=close];
        let line = self.text[..open].rfind('\n').map_or(0, |end| end + 1);
        if !["///", "//!"].contains(&self.text[line..open].trim()) {
            return None;
        }
        let rest = &self.text[open..];
        let below = open + rest.find('\n').map_or(rest.len(), |end| end + 1);
        // An empty line that only the definition stood below goes with it.
        let above = self.text[..line].trim_end().len();
        let is_last = below > self.end && self.text[self.start..above].ends_with(['/', '!']);
        let empty = self.text[..above].rfind('\n').map_or(0, |end| end + 1);
        let is_empty = ["///", "//!"].contains(&self.text[empty..above].trim());
        let from = if is_last && is_empty { empty } else { line };
        let mut edits = vec![(range(from, below), String::new())];
        for (offset, _) in self.text[self.start..self.end].match_indices(label) {
            let at = self.start + offset;
            if at != open && !self.is_code(at) {
                edits.extend(self.without_label(at, at + label.len()));
            }
        }
        Some(edits)
    }

    /// One use of a label.
    fn without_label(&self, at: usize, end: usize) -> Edits {
        let rest = &self.text[end..self.end];
        if self.text[..at].ends_with(']') {
            let open = self.opening(at - 1);
            return open.map_or(Vec::new(), |open| self.unwrapped(open, (at - 1, end)));
        }
        if rest.starts_with(['(', ':']) || rest.starts_with('[') && !rest.starts_with("[]") {
            return Vec::new();
        }
        let behind = if rest.starts_with("[]") { 2 } else { 0 };
        self.unwrapped(at, (end - 1, end + behind))
    }

    /// Whether a place is in a code span of its line.
    fn is_code(&self, at: usize) -> bool {
        let line = self.text[..at].rfind('\n').map_or(0, |end| end + 1);
        self.text[line..at].matches('`').count() % 2 == 1
    }

    /// A link without its brackets; what is between angles and in no code span would be HTML.
    fn unwrapped(&self, open: usize, (close, end): (usize, usize)) -> Edits {
        let inner = &self.text[open + 1..close];
        let mark = if inner.contains('<') && !inner.contains('`') {
            "`"
        } else {
            ""
        };
        vec![
            (range(open, open + 1), mark.to_owned()),
            (range(close, end), mark.to_owned()),
        ]
    }

    /// Drops `struct@`, which rustdoc does not show.
    fn without_kind(&self, (open, close): (usize, usize), path: TextRange) -> Edits {
        let inner = &self.text[open + 1..close];
        let Some(at) = inner
            .find('@')
            .filter(|at| open + 1 + at < path.start as usize)
        else {
            return Vec::new();
        };
        let ticks = inner.len() - inner.trim_start_matches('`').len();
        vec![(range(open + 1 + ticks, open + 2 + at), String::new())]
    }

    /// The `[` that belongs to a `]`.
    fn opening(&self, close: usize) -> Option<usize> {
        let mut depth = 0_usize;
        let bytes = self.text.as_bytes();
        (self.start..=close).rev().find(|at| {
            match bytes[*at] {
                b']' => depth += 1,
                b'[' => depth -= 1,
                _ => {}
            }
            depth == 0
        })
    }
}

fn range(start: usize, end: usize) -> TextRange {
    TextRange::new(start as u32, end as u32)
}

/// How long a destination is: up to a blank, or to the `)` that is none of its own.
fn destination(text: &str) -> usize {
    let mut depth = 0_i32;
    let end = text.find(|c: char| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth < 0 || c.is_whitespace()
    });
    end.unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The link around `up::X` in a text with an address, and without one.
    #[track_caller]
    fn check(text: &str, expected: [&str; 2]) {
        let led = [Some("http://u#member"), None].map(|address| led(text, address));
        assert_eq!(led, expected, "{text}");
    }

    #[track_caller]
    fn led(text: &str, address: Option<&str>) -> String {
        let start = text.find("up::X").expect("a path");
        let mut edits = lead(text, range(start, start + 5), address);
        edits.sort();
        let mut after = text.to_owned();
        for (range, new) in edits.iter().rev() {
            after.replace_range(range.start as usize..range.end as usize, new);
        }
        after
    }

    #[test]
    fn what_tells_kinds_apart_stands_before_a_path() {
        let cases = [
            ("/// [`type@up::X`].", "/// [`up::X`](type@crate::low::X)."),
            ("/// [a](fn@up::X).", "/// [a](fn@crate::low::X)."),
            (
                "/// [a]\n///\n/// [a]: struct@up::X",
                "/// [a]\n///\n/// [a]: struct@crate::low::X",
            ),
            ("/// [up::X].", "/// [up::X](crate::low::X)."),
        ];
        for (text, expected) in cases {
            assert_eq!(led(text, Some("crate::low::X")), expected);
        }
    }

    #[test]
    fn each_form_has_its_address_or_its_text() {
        check(
            "/// a [`up::X`].",
            ["/// a [`up::X`](http://u#member).", "/// a `up::X`."],
        );
        check(
            "/// a [up::X][].",
            ["/// a [up::X](http://u#member).", "/// a up::X."],
        );
        check(
            "/// [a `b`](up::X) c",
            ["/// [a `b`](http://u#member) c", "/// a `b` c"],
        );
        check(
            "/// [a][`up::X`] c",
            ["/// [a](http://u#member) c", "/// a c"],
        );
        check(
            "/// [two\n/// lines](up::X#part \"title\")",
            [
                "/// [two\n/// lines](http://u#part \"title\")",
                "/// two\n/// lines",
            ],
        );
    }

    #[test]
    fn what_tells_kinds_apart_is_not_shown() {
        check(
            "/** [`struct@up::X`] */",
            ["/** [`up::X`](http://u#member) */", "/** `up::X` */"],
        );
        check(
            "//! [up::X!] b",
            ["//! [up::X!](http://u#member) b", "//! up::X! b"],
        );
        check(
            "//! [a](fn@up::X()) b",
            ["//! [a](http://u#member) b", "//! a b"],
        );
        check(
            "#[doc = \"[up::X<T>]\"]",
            [
                "#[doc = \"[up::X<T>](http://u#member)\"]",
                "#[doc = \"`up::X<T>`\"]",
            ],
        );
    }

    #[test]
    fn a_definition_goes_with_its_uses() {
        check(
            "/// A [b], [`c`][b], `[b]`.\n///\n/// [b]: up::X\nstruct A;",
            [
                "/// A [b], [`c`][b], `[b]`.\n///\n/// [b]: http://u#member\nstruct A;",
                "/// A b, `c`, `[b]`.\nstruct A;",
            ],
        );
    }
}
