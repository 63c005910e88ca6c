//! What rustdoc warns of in the text of docs, and how it is written so that it says the same without a warning (row A10).
//!
//! The lints are `broken_intra_doc_links`, `bare_urls` and `invalid_html_tags`; their rules are followed where they are plain,
//! and whatever is not plain stays as it is.

use cleave_syntax::TextRange;

type Edits = Vec<(TextRange, String)>;

/// The edits for one text, whose lines are these ranges of a file.
pub(crate) fn escape(file: &str, lines: &[TextRange]) -> Edits {
    let mut text = String::new();
    let mut starts = Vec::new();
    for line in lines {
        starts.push((text.len(), line.start));
        text.push_str(&file[line.start as usize..line.end as usize]);
        text.push('\n');
    }
    let mut scan = Scan {
        text: &text,
        edits: Vec::new(),
    };
    for (start, end) in paragraphs(&text) {
        scan.paragraph(start, end);
    }
    let in_file = |at: usize| {
        let line = starts.partition_point(|(start, _)| *start <= at);
        let (start, file) = starts[line.saturating_sub(1)];
        file + (at - start) as u32
    };
    let edits = scan.edits.into_iter();
    edits
        .map(|((start, length), text)| {
            let start = in_file(start);
            (TextRange::new(start, start + length as u32), text)
        })
        .collect()
}

/// The runs of lines that are text: not blank, no code block, no definition of a link.
fn paragraphs(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let (mut at, mut open, mut fence) = (0, None, None);
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| trimmed.starts_with(mark));
        let indent = line.len() - trimmed.len();
        let is_code = fence.is_some() || mark.is_some() || open.is_none() && indent > 4;
        let is_definition = trimmed.starts_with('[') && trimmed.contains("]:");
        if is_code || is_definition || trimmed.is_empty() {
            found.extend(open.take().map(|start| (start, at)));
        } else {
            open.get_or_insert(at);
        }
        match (fence, mark) {
            (Some(own), Some(mark)) if own == mark => fence = None,
            (None, mark) => fence = mark,
            _ => {}
        }
        at += line.len();
    }
    found.extend(open.map(|start| (start, at)));
    found
}

struct Scan<'a> {
    text: &'a str,
    /// Where, how many bytes, and what stands there instead.
    edits: Vec<((usize, usize), String)>,
}

impl Scan<'_> {
    fn paragraph(&mut self, start: usize, end: usize) {
        let mut at = start;
        while at < end {
            let rest = &self.text[at..end];
            at += match rest.as_bytes()[0] {
                b'\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
                b'`' => behind_code(rest),
                b'<' => self.angle(at, rest, start),
                b'[' => self.bracket(at, rest),
                b'h' => self.address(at, rest),
                _ => rest.chars().next().map_or(1, char::len_utf8),
            };
        }
    }

    /// `[0]` in `runs[0]`: rustdoc looks it up, and finds nothing. A path that is written as a link is no matter of text.
    fn bracket(&mut self, at: usize, rest: &str) -> usize {
        let Some(close) = closing(rest, ('[', ']')) else {
            return 1;
        };
        let behind = &rest[close + 1..];
        if behind.starts_with('(') {
            return close + 1 + closing(behind, ('(', ')')).map_or(1, |end| end + 1);
        }
        if behind.starts_with('[') {
            return close + 1 + closing(behind, ('[', ']')).map_or(1, |end| end + 1);
        }
        let inner = &rest[1..close];
        let is_defined = self.text.contains(&format!("[{inner}]:"));
        if is_defined {
            return close + 1;
        }
        if is_taken_for_link(inner) {
            self.edits.push(((at, 0), "\\".to_owned()));
            return close + 1;
        }
        1
    }

    /// An address that stands alone.
    fn address(&mut self, at: usize, rest: &str) -> usize {
        let Some(length) = address(rest) else {
            return 1;
        };
        self.edits.push(((at, 0), "<".to_owned()));
        self.edits.push(((at + length, 0), ">".to_owned()));
        length
    }

    /// `Vec<T>`: a tag to Markdown, which nothing closes. A real tag stays.
    fn angle(&mut self, at: usize, rest: &str, start: usize) -> usize {
        let Some(close) = rest.find('>') else {
            return 1;
        };
        let name = &rest[1..close];
        let is_tag = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !is_tag {
            let is_inside = name.contains(['<', '\n']);
            return if is_inside { 1 } else { close + 1 };
        }
        let before = path_before(&self.text[start..at]);
        if before == 0 || self.text.contains(&format!("</{name}>")) {
            return close + 1;
        }
        let (mut from, mut to) = (at - before, at + close + 1);
        while self.text[start..from].ends_with('<') && self.text[to..].starts_with('>') {
            from -= 1 + path_before(&self.text[start..from - 1]);
            to += 1;
        }
        let is_part = self.text[start..from].ends_with(['<', '`', '&'])
            || self.text[to..].starts_with(['>', '`', ':']);
        let is_edited = self.edits.last().is_some_and(|((end, _), _)| *end > from);
        if !is_part && !is_edited {
            self.edits.push(((from, 0), "`".to_owned()));
            self.edits.push(((to, 0), "`".to_owned()));
        }
        to - at
    }
}

/// How long the path is that ends here.
fn path_before(text: &str) -> usize {
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let path = text.len() - text.trim_end_matches(is_path).len();
    let is_name = text[text.len() - path..].starts_with(|c: char| c.is_alphabetic() || c == '_');
    if is_name { path } else { 0 }
}

/// Behind a code span, or its ticks where nothing ends it.
fn behind_code(rest: &str) -> usize {
    let ticks = rest.len() - rest.trim_start_matches('`').len();
    let inner = &rest[ticks..];
    let end = inner.find(&rest[..ticks]);
    end.map_or(ticks, |end| ticks + end + ticks)
}

/// Where the bracket closes that a text starts with.
fn closing(text: &str, (open, close): (char, char)) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// Whether rustdoc looks up what stands between brackets though it can't be a path: one starts with a letter.
fn is_taken_for_link(inner: &str) -> bool {
    let link = inner.replace('`', "");
    let link = link.split('#').next().unwrap_or_default().trim();
    let is_allowed = |c: char| c.is_alphanumeric() || ":_,*&;".contains(c);
    link.starts_with(|c: char| c.is_ascii_digit() || c == ':' || c == ',')
        && link.chars().all(is_allowed)
        && !inner.contains(['#', '`'])
}

/// How long the address is that a text starts with, if it is one that rustdoc would have as a hyperlink.
fn address(text: &str) -> Option<usize> {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|one| text.starts_with(one))?;
    let rest = &text[scheme.len()..];
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-@:%_+.~#?&/=".contains(c);
    let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    let address = rest[..length].trim_end_matches(['.', ':', '?']);
    let host = address.split(['/', '?', '&']).next().unwrap_or_default();
    let (name, domain) = host.rsplit_once('.')?;
    let letters = domain.len()
        - domain
            .trim_start_matches(|c: char| c.is_ascii_alphabetic())
            .len();
    // What goes on behind it would be cut off: a parenthesis, a comma.
    let goes_on = rest[length..].starts_with(['(', ',', ';', '\'', '!', '$', '*', '>', '`']);
    let is_whole = !goes_on || rest[length + 1..].starts_with([' ', '\n']);
    (name.len() > 1 && letters > 1 && is_whole).then_some(scheme.len() + address.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut at = 0;
        let mut lines = Vec::new();
        for line in text.split_inclusive('\n') {
            lines.push(TextRange::new(at, at + line.trim_end().len() as u32));
            at += line.len() as u32;
        }
        let mut edits = escape(text, &lines);
        edits.sort_by_key(|(range, _)| range.start);
        let mut edited = text.to_owned();
        for (range, new) in edits.into_iter().rev() {
            edited.replace_range(range.start as usize..range.end as usize, &new);
        }
        assert_eq!(edited, expected);
    }

    #[test]
    fn brackets_that_are_no_link_are_escaped() {
        check(
            " if runs[0] = 7, then [1:]",
            " if runs\\[0] = 7, then \\[1:]",
        );
        check(
            " x[0](y) `a[0]` \\[1] [2][b] [3 4] [5.6] [u8] [^1]",
            " x[0](y) `a[0]` \\[1] [2][b] [3 4] [5.6] [u8] [^1]",
        );
        check(
            " a [1] b\n\n [1]: https://aa.bc/d",
            " a [1] b\n\n [1]: https://aa.bc/d",
        );
    }

    #[test]
    fn an_address_that_stands_alone_is_put_between_angles() {
        check(
            " See https://aa.bc/d#e. More.",
            " See <https://aa.bc/d#e>. More.",
        );
        check(" (https://aa.bc/d)", " (<https://aa.bc/d>)");
        check(
            " <https://aa.bc> [t](https://aa.bc) `https://aa.bc` http://localhost/x",
            " <https://aa.bc> [t](https://aa.bc) `https://aa.bc` http://localhost/x",
        );
        check(" [a\n b](https://aa.bc)", " [a\n b](https://aa.bc)");
    }

    #[test]
    fn generics_are_put_between_ticks() {
        check(
            " the Vec<T>s (a::B<C<f32>>)",
            " the `Vec<T>`s (`a::B<C<f32>>`)",
        );
        check(
            " a<b>bold</b> <br> `Vec<T>` Map<K, V> 1 < 2",
            " a<b>bold</b> <br> `Vec<T>` Map<K, V> 1 < 2",
        );
    }

    #[test]
    fn code_blocks_stay() {
        check(
            " a\n ```\n x[0]\n ```\n x[0]\n\n     x[0]",
            " a\n ```\n x[0]\n ```\n x\\[0]\n\n     x[0]",
        );
    }
}
