//! What a formatter makes of a new file (row F4), taken over piece by piece: what was copied stays copied, and only white
//! space, commas, braces and the order of imports become text of ours.

use camino::Utf8Path;
use cleave_syntax::ChangeSet;
use cleave_syntax::change::{Dropped, NewFile, Piece, Reason};
use similar::{Algorithm, ChangeTag, DiffTag, TextDiff, capture_diff_slices};

/// Beyond this many bytes, lines that differ are replaced as they are: to compare letters takes time with the square of
/// what differs.
const MOST_LETTERS: usize = 20_000;

/// Gives a new file the text that a formatter made of it. Returns false, and changes nothing, where the texts differ in
/// more than layout or the change has no such file.
pub fn take_over(changes: &mut ChangeSet, path: &Utf8Path, text: &str) -> bool {
    let Some(index) = changes.files.iter().position(|file| file.path == *path) else {
        return false;
    };
    if !is_layout(&changes.files[index].text, text) {
        return false;
    }
    let file = &changes.files[index];
    let mut seams = Relaid {
        old: &file.pieces,
        at: 0,
        pieces: Vec::new(),
        dropped: Vec::new(),
        reason: Reason::new("F4", "rustfmt"),
    };
    for (tag, part) in difference(&file.text, text) {
        match tag {
            ChangeTag::Equal => seams.keep(part.len()),
            ChangeTag::Delete => seams.leave_out(part.len()),
            ChangeTag::Insert => seams.write(part),
        }
    }
    let (pieces, dropped) = (seams.pieces, seams.dropped);
    changes.files[index] = NewFile {
        path: path.to_owned(),
        pieces,
        text: text.to_owned(),
    };
    changes.dropped.extend(dropped);
    changes
        .dropped
        .sort_by(|a, b| (&a.path, a.range).cmp(&(&b.path, b.range)));
    true
}

/// Whether two texts have the same letters, each as often, but for what rustfmt adds and takes away: white space, commas
/// and semicolons, braces and parentheses.
fn is_layout(old: &str, new: &str) -> bool {
    let letters = |text: &str| {
        let free = |c: &char| c.is_whitespace() || "{}(),;".contains(*c);
        let mut letters: Vec<char> = text.chars().filter(|c| !free(c)).collect();
        letters.sort_unstable();
        letters
    };
    letters(old) == letters(new)
}

/// The way from one text to the other: what stays, goes and comes, in order.
fn difference<'t>(old: &'t str, new: &'t str) -> Vec<(ChangeTag, &'t str)> {
    let lines = TextDiff::from_lines(old, new);
    let mut parts = Vec::new();
    let (mut left, mut right) = (old, new);
    for op in lines.ops() {
        let (tag, from, to) = op.as_tag_tuple();
        let length = |slices: &dyn Fn(usize) -> usize, range: std::ops::Range<usize>| {
            range.map(slices).sum::<usize>()
        };
        let gone = length(&|line| lines.old_slice(line).map_or(0, str::len), from);
        let come = length(&|line| lines.new_slice(line).map_or(0, str::len), to);
        let (before, after);
        (before, left) = left.split_at(gone);
        (after, right) = right.split_at(come);
        match tag {
            DiffTag::Equal => parts.push((ChangeTag::Equal, before)),
            DiffTag::Replace if gone + come <= MOST_LETTERS => {
                by_letters(before, after, &mut parts);
            }
            _ => parts.extend([(ChangeTag::Delete, before), (ChangeTag::Insert, after)]),
        }
    }
    parts.retain(|(_, part)| !part.is_empty());
    parts
}

fn by_letters<'t>(old: &'t str, new: &'t str, parts: &mut Vec<(ChangeTag, &'t str)>) {
    let letters = |text: &'t str| text.split_inclusive(|_| true).collect::<Vec<&str>>();
    let (from, to) = (letters(old), letters(new));
    let (mut left, mut right) = (old, new);
    for op in capture_diff_slices(Algorithm::Myers, &from, &to) {
        let (tag, gone, come) = op.as_tag_tuple();
        let length = |letters: &[&str]| letters.iter().map(|letter| letter.len()).sum::<usize>();
        let (before, after);
        (before, left) = left.split_at(length(&from[gone]));
        (after, right) = right.split_at(length(&to[come]));
        if tag == DiffTag::Equal {
            parts.push((ChangeTag::Equal, before));
        } else {
            parts.extend([(ChangeTag::Delete, before), (ChangeTag::Insert, after)]);
        }
    }
}

/// The pieces of a file, laid out anew.
struct Relaid<'o> {
    /// The pieces as they were, from the one that is being read on.
    old: &'o [Piece],
    /// How much of the first of them has been read.
    at: usize,
    pieces: Vec<Piece>,
    dropped: Vec<Dropped>,
    reason: Reason,
}

impl Relaid<'_> {
    /// The next bytes stay what they are.
    fn keep(&mut self, length: usize) {
        for part in self.take(length) {
            self.push(part);
        }
    }

    /// The next bytes go.
    fn leave_out(&mut self, length: usize) {
        for part in self.take(length) {
            if let Piece::Copied { path, range } = part {
                self.dropped.push(Dropped {
                    path,
                    range,
                    reason: self.reason.clone(),
                });
            }
        }
    }

    /// Text that comes here.
    fn write(&mut self, text: &str) {
        self.push(Piece::Written {
            text: text.to_owned(),
            reason: self.reason.clone(),
        });
    }

    /// Takes the next bytes off the old pieces.
    fn take(&mut self, mut length: usize) -> Vec<Piece> {
        let mut parts = Vec::new();
        while let (Some((piece, rest)), 1..) = (self.old.split_first(), length) {
            let whole = piece.length();
            let end = whole.min(self.at + length);
            length -= end - self.at;
            parts.push(piece.part(self.at, end));
            self.at = end;
            if end == whole {
                (self.old, self.at) = (rest, 0);
            }
        }
        parts
    }

    /// Adds a piece, to the last one where it goes on with it.
    fn push(&mut self, piece: Piece) {
        match (self.pieces.last_mut(), piece) {
            (
                Some(Piece::Copied { path, range }),
                Piece::Copied {
                    path: from,
                    range: next,
                },
            ) if *path == from && range.end == next.start => range.end = next.end,
            (
                Some(Piece::Written { text, reason }),
                Piece::Written {
                    text: more,
                    reason: why,
                },
            ) if *reason == why => text.push_str(&more),
            (_, piece) => self.pieces.push(piece),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cleave_syntax::{ChangeBuilder, TextRange};

    /// A file that `old` is made into by writing `pub ` before each `fn`, then laid out as `new`.
    fn laid_out(old: &str, new: &str) -> (bool, ChangeSet) {
        let mut builder = ChangeBuilder::new();
        builder.know("a.rs".into(), old);
        for (at, _) in old.match_indices("fn") {
            let place = TextRange::empty(at as u32);
            builder.replace("a.rs".into(), place, "pub ", Reason::new("B1", "f"));
        }
        let mut changes = builder.finish().expect("no conflict");
        let taken = take_over(&mut changes, "a.rs".into(), new);
        (taken, changes)
    }

    fn copied(changes: &ChangeSet) -> u32 {
        let pieces = changes.files.iter().flat_map(|file| &file.pieces);
        let lengths = pieces.map(|piece| match piece {
            Piece::Copied { range, .. } => range.len(),
            Piece::Written { .. } => 0,
        });
        lengths.sum()
    }

    #[test]
    fn only_what_rustfmt_writes_is_written() {
        let old = "// A.\nfn f(a: A, b: B) {} // 1\n\nfn g() {}\n";
        let new = "// A.\npub fn f(\n    a: A,\n    b: B,\n) {\n} // 1\n\npub fn g() {}\n";
        let (taken, changes) = laid_out(old, new);
        assert!(taken);
        assert_eq!(changes.files[0].text, new);
        assert_eq!(changes.verify(), Vec::<String>::new());
        assert_eq!(copied(&changes), old.len() as u32);
    }

    #[test]
    fn lines_that_change_places_are_conserved() {
        let (taken, changes) = laid_out(
            "use b;\nuse a;\nfn f() {}\n",
            "use a;\nuse b;\npub fn f() {}\n",
        );
        assert!(taken);
        assert_eq!(changes.verify(), Vec::<String>::new());
    }

    #[test]
    fn more_than_layout_is_not_taken_over() {
        let (taken, changes) = laid_out("fn f() {} // ä\n", "pub fn f() {}\n");
        assert!(!taken);
        assert_eq!(changes.files[0].text, "pub fn f() {} // ä\n");
    }

    mod properties {
        use super::*;
        use proptest::prelude::*;

        proptest! {
            #[test]
            fn pieces_make_the_text_and_nothing_is_lost(
                old in "[ä a{},\n]{0,60}fn[a \n]{0,9}",
                spread in proptest::collection::vec(0..4_usize, 80),
            ) {
                let white = ["", " ", "\n", ",\n    "];
                let text = old.replace("fn", "pub fn");
                let mut new = String::new();
                for (letter, gap) in text.chars().zip(spread.iter().cycle()) {
                    if !letter.is_whitespace() {
                        new.push(letter);
                    }
                    new.push_str(white[*gap]);
                }
                let (taken, changes) = laid_out(&old, &new);
                prop_assert!(taken);
                prop_assert_eq!(changes.verify(), Vec::<String>::new());
                let file = &changes.files[0];
                let pieces: String = file.pieces.iter().map(|piece| match piece {
                    Piece::Copied { path, range } => {
                        &changes.old[path][range.start as usize..range.end as usize]
                    }
                    Piece::Written { text, .. } => text.as_str(),
                }).collect();
                prop_assert_eq!(&pieces, &new);
                prop_assert_eq!(&file.text, &new);
            }
        }
    }
}
