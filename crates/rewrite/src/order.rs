//! rustfmt's order of imports and module declarations (row F4): what a step writes stands where rustfmt would put it,
//! so that `cargo fmt --check` passes where it passed. Runs that the author left in another order are left alone, and runs that
//! come together out of several are in order where each of these was.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;

use camino::Utf8Path;
use cleave_syntax::ChangeSet;
use cleave_syntax::change::{NewFile, Piece};

/// Which of rustfmt's two orders holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Up to the 2021 edition: lower case, then types, then constants.
    Old,
    /// From the 2024 edition on: by characters, numbers by value.
    Edition2024,
}

impl Style {
    /// The style of an edition.
    pub(crate) fn of(edition: &str) -> Self {
        match edition {
            "2015" | "2018" | "2021" => Self::Old,
            _ => Self::Edition2024,
        }
    }

    /// rustfmt's order of two names.
    fn names(self, a: &str, b: &str) -> Ordering {
        let class = |name: &str| match name.chars().next() {
            Some(first) if first.is_lowercase() => 0,
            _ if name.len() > 1 && !name.chars().any(char::is_lowercase) => 2,
            Some(first) if first.is_uppercase() => 1,
            _ => 0,
        };
        match self {
            Self::Old => class(a).cmp(&class(b)).then(a.cmp(b)),
            Self::Edition2024 => {
                let (a, b) = (a.trim_start_matches("r#"), b.trim_start_matches("r#"));
                version_parts(a).cmp(&version_parts(b)).then(a.cmp(b))
            }
        }
    }

    /// rustfmt's order of two `use` trees, each without `use` and semicolon.
    pub(crate) fn trees(self, a: &str, b: &str) -> Ordering {
        let (a, b) = (segments(a), segments(b));
        for (a, b) in a.iter().zip(&b) {
            let order = self.segments(a, b);
            if order != Ordering::Equal {
                return order;
            }
        }
        a.len().cmp(&b.len())
    }

    /// rustfmt's order of two entries of one kind.
    fn entries(self, a: &Entry, b: &Entry) -> Ordering {
        if a.is_import {
            self.trees(&a.tree, &b.tree)
        } else {
            self.names(&a.tree, &b.tree)
        }
    }

    fn segments(self, a: &str, b: &str) -> Ordering {
        let class = |segment: &str| match segment.split(' ').next().unwrap_or(segment) {
            "self" => 0,
            "super" => 1,
            "crate" => 2,
            "*" => 4,
            _ if segment.starts_with('{') => 5,
            _ => 3,
        };
        let kind = class(a).cmp(&class(b));
        if kind != Ordering::Equal {
            return kind;
        }
        if class(a) == 5 {
            let (a, b) = (leaves(a), leaves(b));
            for (a, b) in a.iter().zip(&b) {
                let order = self.trees(a, b);
                if order != Ordering::Equal {
                    return order;
                }
            }
            return a.len().cmp(&b.len());
        }
        let (name_a, alias_a) = a.split_once(" as ").unwrap_or((a, ""));
        let (name_b, alias_b) = b.split_once(" as ").unwrap_or((b, ""));
        self.names(name_a, name_b).then(alias_a.cmp(alias_b))
    }
}

/// Runs of digits by value, with `_` before all other characters.
fn version_parts(name: &str) -> Vec<(u8, u64, char)> {
    let mut parts = Vec::new();
    let mut number: Option<u64> = None;
    for c in name.chars() {
        if let Some(digit) = c.to_digit(10) {
            let value = number.unwrap_or(0);
            number = Some(value.saturating_mul(10).saturating_add(u64::from(digit)));
            continue;
        }
        parts.extend(number.take().map(|value| (1, value, '0')));
        parts.push(if c == '_' { (0, 0, c) } else { (2, 0, c) });
    }
    parts.extend(number.map(|value| (1, value, '0')));
    parts
}

/// A tree's segments; a group is one.
fn segments(tree: &str) -> Vec<String> {
    let (path, group) = match tree.find('{') {
        Some(at) => (&tree[..at], Some(&tree[at..])),
        None => (tree, None),
    };
    let mut segments: Vec<String> = path
        .split("::")
        .map(|segment| segment.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    if group.is_some() && segments.last().is_some_and(String::is_empty) {
        segments.pop();
    }
    segments.extend(group.map(str::to_owned));
    segments
}

/// The trees in a group's braces.
fn leaves(group: &str) -> Vec<String> {
    let inner = group.trim().trim_start_matches('{').trim_end_matches('}');
    let mut leaves = vec![String::new()];
    let mut depth = 0;
    for c in inner.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                leaves.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = leaves.last_mut() {
            last.push(c);
        }
    }
    leaves
        .into_iter()
        .map(|leaf| leaf.trim().to_owned())
        .filter(|leaf| !leaf.is_empty())
        .collect()
}

/// An import or a module declaration with the lines above it that belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    range: Range<usize>,
    is_import: bool,
    indent: usize,
    /// The `use` tree, or the module's name.
    tree: String,
    /// Whether its place among the others has a meaning: `#[macro_use]`.
    fixed: bool,
}

/// An import or a module declaration of an old file, with the run that it stands in.
struct Authored {
    range: Range<usize>,
    tree: String,
    run: usize,
    /// Whether the run has rustfmt's order.
    is_sorted: bool,
}

/// Sorts the runs that a change wrote into or put together, in every file of it. Linear in the text, up to sorting.
pub(crate) fn sort_imports(changes: &mut ChangeSet, style: Style) {
    let mut authored: BTreeMap<&Utf8Path, Vec<Authored>> = BTreeMap::new();
    let old = &changes.old;
    let files = changes.files.iter_mut();
    for file in files.filter(|file| file.path.extension() == Some("rs")) {
        for piece in &file.pieces {
            if let Piece::Copied { path, .. } = piece {
                let of = || by_author(&old[path], style);
                let (path, _) = old.get_key_value(path).expect("what is copied is there");
                authored.entry(path).or_insert_with(of);
            }
        }
        let spans = spans(file);
        let mut order: Vec<Range<usize>> = Vec::new();
        let mut at = 0;
        for run in runs(&entries(&file.text)) {
            let origins = run.iter().map(|it| origin(it, (file, &spans), &authored));
            let origins: Vec<Option<(&Utf8Path, &Authored)>> = origins.collect();
            if is_authors(&origins) || origins.iter().flatten().any(|(_, it)| !it.is_sorted) {
                continue;
            }
            let mut sorted: Vec<&Entry> = run.iter().collect();
            sorted.sort_by(|a, b| style.entries(a, b));
            order.push(at..run[0].range.start);
            order.extend(sorted.iter().map(|entry| entry.range.clone()));
            at = run[run.len() - 1].range.end;
        }
        order.push(at..file.text.len());
        let pieces = order
            .iter()
            .flat_map(|range| cut(&file.pieces, &spans, range));
        file.pieces = pieces.collect();
        file.text = order
            .iter()
            .map(|range| &file.text[range.clone()])
            .collect();
    }
}

/// The entries of an old file with their runs.
fn by_author(text: &str, style: Style) -> Vec<Authored> {
    let entries = entries(text);
    let with_runs = chunks(&entries).enumerate().flat_map(|(run, entries)| {
        let is_sorted = entries.is_sorted_by(|a, b| style.entries(a, b) != Ordering::Greater);
        entries.iter().map(move |entry| Authored {
            range: entry.range.clone(),
            tree: entry.tree.clone(),
            run,
            is_sorted,
        })
    });
    with_runs.collect()
}

/// Where the author wrote an entry; none where a change wrote some of it, or dropped some.
fn origin<'a>(
    entry: &Entry,
    (file, spans): (&NewFile, &[Range<usize>]),
    authored: &'a BTreeMap<&Utf8Path, Vec<Authored>>,
) -> Option<(&'a Utf8Path, &'a Authored)> {
    let inside = file.pieces.iter().zip(spans).filter(|(_, span)| {
        let common = span.start.max(entry.range.start)..span.end.min(entry.range.end);
        !file.text.get(common).unwrap_or_default().trim().is_empty()
    });
    let mut found = None;
    for (piece, span) in inside {
        let Piece::Copied { path, range } = piece else {
            return None;
        };
        let start = entry.range.start.max(span.start) - span.start + range.start as usize;
        let end = entry.range.end.min(span.end) - span.start + range.start as usize;
        let (path, entries) = authored.get_key_value(path.as_path())?;
        let mut entries = entries.iter();
        let own = entries.find(|it| start < it.range.end && it.range.start < end);
        found = own.map(|own| (*path, own));
    }
    found.filter(|(_, own)| own.tree == entry.tree)
}

/// Whether entries are what the author wrote one after the other.
fn is_authors(origins: &[Option<(&Utf8Path, &Authored)>]) -> bool {
    origins.windows(2).all(|pair| match pair {
        [Some((one, a)), Some((other, b))] => {
            one == other && a.run == b.run && a.range.start < b.range.start
        }
        _ => false,
    })
}

/// Where each piece stands in its file.
fn spans(file: &NewFile) -> Vec<Range<usize>> {
    let mut at = 0;
    file.pieces
        .iter()
        .map(|piece| {
            let length = piece.length();
            at += length;
            at - length..at
        })
        .collect()
}

/// The parts of pieces that stand in a range.
fn cut(pieces: &[Piece], spans: &[Range<usize>], wanted: &Range<usize>) -> Vec<Piece> {
    let mut parts = Vec::new();
    for (piece, span) in pieces.iter().zip(spans) {
        let (start, end) = (span.start.max(wanted.start), span.end.min(wanted.end));
        if start >= end {
            continue;
        }
        let (from, to) = (start - span.start, end - span.start);
        parts.push(piece.part(from, to));
    }
    parts
}

/// Entries of one kind with nothing between them.
fn chunks(entries: &[Entry]) -> impl Iterator<Item = &[Entry]> {
    entries.chunk_by(|a, b| {
        let alike = a.is_import == b.is_import && a.indent == b.indent;
        a.range.end == b.range.start && alike && !a.fixed && !b.fixed
    })
}

/// The same, of several entries each.
fn runs(entries: &[Entry]) -> Vec<&[Entry]> {
    chunks(entries).filter(|run| run.len() > 1).collect()
}

/// Every `use` and `mod name;` that starts a line, in order.
fn entries(text: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut at = 0;
    let mut lead = 0;
    let mut fixed = false;
    while at < text.len() {
        let line_end = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
        let line = text[at..line_end].trim();
        let is_comment = line.starts_with("//") && !line.starts_with("//!");
        if let Some(end) = attributes_end(text, at).or(is_comment.then_some(line_end)) {
            fixed |= line.starts_with("#[macro_use");
            at = end;
            continue;
        }
        let statement = (!line.is_empty()).then(|| statement(text, at)).flatten();
        if let Some((is_import, tree, end)) = statement {
            let indent = text[at..].len() - text[at..].trim_start().len();
            entries.push(Entry {
                range: lead..end,
                is_import,
                indent,
                tree,
                fixed,
            });
            at = end;
        } else {
            at = line_end;
        }
        lead = at;
        fixed = false;
    }
    entries
}

/// Where the last line ends of the attributes that start at a line, which may take several; none where something follows
/// them on that line.
fn attributes_end(text: &str, at: usize) -> Option<usize> {
    if !text[at..].trim_start_matches([' ', '\t']).starts_with("#[") {
        return None;
    }
    let mut depth = 0_usize;
    let mut in_quotes = false;
    let mut characters = text[at..].char_indices();
    while let Some((offset, c)) = characters.next() {
        match c {
            '\\' if in_quotes => drop(characters.next()),
            '"' => in_quotes = !in_quotes,
            _ if in_quotes => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if c == ']' && depth == 0 && !in_quotes {
            let behind = &text[at + offset + 1..];
            let line = behind.split_inclusive('\n').next().unwrap_or_default();
            match line.trim_start() {
                "" => return Some(at + offset + 1 + line.len()),
                more if more.starts_with("#[") => {}
                _ => return None,
            }
        }
    }
    None
}

/// The `use` or `mod name;` that starts at a line: its kind, its tree, and the end of its last line.
fn statement(text: &str, at: usize) -> Option<(bool, String, usize)> {
    let rest = text[at..].trim_start();
    let bare = match rest.strip_prefix("pub") {
        Some(after) => match after.strip_prefix('(') {
            Some(inside) => inside.split_once(')')?.1.trim_start(),
            None => after.strip_prefix(' ')?.trim_start(),
        },
        None => rest,
    };
    let (is_import, tree) = match (bare.strip_prefix("use "), bare.strip_prefix("mod ")) {
        (Some(tree), _) => (true, tree),
        (None, Some(name)) => (false, name),
        (None, None) => return None,
    };
    let semicolon = tree.find(';')?;
    let end_of_tree = text.len() - tree.len() + semicolon;
    let behind = &text[end_of_tree + 1..];
    let line = &behind[..=behind.find('\n')?];
    let is_comment = line.trim().is_empty() || line.trim().starts_with("//");
    let tree = &tree[..semicolon];
    (is_comment && (is_import || !tree.contains('{'))).then(|| {
        (
            is_import,
            tree.trim().to_owned(),
            end_of_tree + 1 + line.len(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(style: Style, sorted: &[&str]) {
        for pair in sorted.windows(2) {
            assert_eq!(style.trees(pair[0], pair[1]), Ordering::Less, "{pair:?}");
        }
    }

    #[test]
    fn paths_have_rustfmts_order() {
        let both = [
            "self::a",
            "super::a",
            "crate::a",
            "a",
            "a::b",
            "a::{b, c}",
            "b::*",
            "b::{x}",
        ];
        check(Style::Old, &both);
        check(Style::Edition2024, &both);
        check(Style::Old, &["a::b", "a::B", "a::C as D", "a::CONST"]);
        check(
            Style::Edition2024,
            &["a::B", "a::CONST", "a::b", "x2::a", "x10::a"],
        );
    }

    #[test]
    fn comments_and_attributes_belong_to_what_follows() {
        let text = "//! docs\nuse a;\n// why\n#[cfg(any(\n    test,\n    x = \"]\"\n))]\npub(crate) use b::{\n    c,\n};\n\nmod d;\nmod e {}\n";
        let found = entries(text);
        let shown: Vec<&str> = found
            .iter()
            .map(|entry| &text[entry.range.clone()])
            .collect();
        assert_eq!(
            shown,
            [
                "use a;\n",
                "// why\n#[cfg(any(\n    test,\n    x = \"]\"\n))]\npub(crate) use b::{\n    c,\n};\n",
                "mod d;\n"
            ]
        );
        assert_eq!(runs(&found).len(), 1);
    }
}
