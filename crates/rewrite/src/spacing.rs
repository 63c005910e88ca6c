//! Blank lines at seams (row F4): where something was taken out or put in, no two blank lines meet, and none opens or
//! ends a file. Elsewhere they are the author's.

use camino::Utf8PathBuf;
use cleave_syntax::change::{Dropped, NewFile, Piece, Reason};
use cleave_syntax::{ChangeSet, TextRange};

/// Takes the blank lines away that only a seam has made too many. Linear in the pieces.
pub(crate) fn close_seams(changes: &mut ChangeSet) {
    let mut files = std::mem::take(&mut changes.files);
    for file in files
        .iter_mut()
        .filter(|file| file.path.extension() == Some("rs"))
    {
        let carriage_returns = file.pieces.iter().any(|piece| match piece {
            Piece::Copied { path, .. } => changes.old[path].contains("\r\n"),
            Piece::Written { .. } => false,
        });
        let mut seams = Seams {
            changes,
            carriage_returns,
            text: String::new(),
            pieces: Vec::new(),
            last: None,
        };
        for piece in std::mem::take(&mut file.pieces) {
            seams.push(piece);
        }
        seams.end();
        let (pieces, text) = (seams.pieces, seams.text);
        *file = NewFile {
            path: std::mem::take(&mut file.path),
            pieces,
            text,
        };
    }
    files.retain(|file| changes.old.get(&file.path) != Some(&file.text));
    changes.files = files;
    let ranges = |dropped: &Dropped| (dropped.path.clone(), dropped.range);
    changes.dropped.sort_by_key(ranges);
}

struct Seams<'c> {
    changes: &'c mut ChangeSet,
    /// Whether lines end with `\r\n`.
    carriage_returns: bool,
    /// The new file so far.
    text: String,
    pieces: Vec<Piece>,
    /// Where the last copied piece ends in its old file, unless something was written after it.
    last: Option<(Utf8PathBuf, u32)>,
}

impl Seams<'_> {
    fn push(&mut self, piece: Piece) {
        let piece = self.with_line_ends(piece);
        let text = self.text_of(&piece).to_owned();
        let goes_on = match &piece {
            Piece::Copied { path, range } => match &self.last {
                Some((last, end)) => last == path && *end == range.start,
                None => self.text.is_empty() && range.start == 0,
            },
            Piece::Written { .. } => false,
        };
        let blank = if goes_on || !self.needs_no_blank() {
            0
        } else {
            leading_blank(&text)
        };
        self.last = match &piece {
            Piece::Copied { path, range } => Some((path.clone(), range.end)),
            Piece::Written { .. } => None,
        };
        self.text.push_str(&text[blank..]);
        if let Some(piece) = self.cut(piece, blank, text.len()) {
            self.pieces.push(piece);
        }
    }

    /// Our text has the line ends of the file that it is put into.
    fn with_line_ends(&self, piece: Piece) -> Piece {
        match piece {
            Piece::Written { text, reason } if self.carriage_returns => Piece::Written {
                text: text.replace("\r\n", "\n").replace('\n', "\r\n"),
                reason,
            },
            piece => piece,
        }
    }

    fn text_of<'t>(&'t self, piece: &'t Piece) -> &'t str {
        match piece {
            Piece::Copied { path, range } => {
                &self.changes.old[path][range.start as usize..range.end as usize]
            }
            Piece::Written { text, .. } => text,
        }
    }

    /// Whether a blank line that came now would be one too many.
    fn needs_no_blank(&self) -> bool {
        let text = self.text.trim_end_matches([' ', '\t', '\r']);
        let Some(line) = text.strip_suffix('\n') else {
            return text.is_empty();
        };
        let line = line.trim_end_matches([' ', '\t', '\r']);
        line.is_empty() || line.ends_with(['\n', '{'])
    }

    /// The part of a piece from `start` to `end`; what is cut off is dropped.
    fn cut(&mut self, piece: Piece, start: usize, end: usize) -> Option<Piece> {
        match piece {
            Piece::Written { text, reason } => (start < end).then(|| Piece::Written {
                text: text[start..end].to_owned(),
                reason,
            }),
            Piece::Copied { path, range } => {
                let kept = TextRange::new(range.start + start as u32, range.start + end as u32);
                for part in [
                    TextRange::new(range.start, kept.start),
                    TextRange::new(kept.end, range.end),
                ] {
                    if !part.is_empty() {
                        self.changes.dropped.push(Dropped {
                            path: path.clone(),
                            range: part,
                            reason: Reason::new("F4", "blank lines at a seam"),
                        });
                    }
                }
                (!kept.is_empty()).then_some(Piece::Copied { path, range: kept })
            }
        }
    }

    /// Blank lines that stood before something which has left the end of the file.
    fn end(&mut self) {
        let at_old_end = self
            .last
            .as_ref()
            .is_some_and(|(path, end)| *end as usize == self.changes.old[path].len());
        if at_old_end && self.pieces.len() == 1 {
            return;
        }
        let code = self.text.trim_end().len();
        let line_end = self.text[code..]
            .find('\n')
            .map_or(self.text.len(), |at| code + at + 1);
        let mut excess = self.text.len() - line_end;
        self.text.truncate(line_end);
        while excess > 0 {
            let Some(piece) = self.pieces.pop() else {
                break;
            };
            let length = self.text_of(&piece).len();
            let cut = excess.min(length);
            excess -= cut;
            if let Some(rest) = self.cut(piece, 0, length - cut) {
                self.pieces.push(rest);
            }
        }
    }
}

/// The length of the blank lines that a text starts with.
fn leading_blank(text: &str) -> usize {
    let blank = text.len() - text.trim_start().len();
    text[..blank].rfind('\n').map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cleave_syntax::ChangeBuilder;
    use cleave_syntax::change::Block;

    /// Takes what stands between `<` and `>` out of a file.
    #[track_caller]
    fn check(marked: &str, expected: &str) {
        let old = marked.replace(['<', '>'], "");
        let mut ranges = Vec::new();
        let mut rest = marked;
        let mut at = 0;
        while let Some((before, after)) = rest.split_once('<') {
            let (inside, behind) = after.split_once('>').expect("a mark ends");
            at += before.len() as u32;
            ranges.push(TextRange::new(at, at + inside.len() as u32));
            at += inside.len() as u32;
            rest = behind;
        }
        let mut builder = ChangeBuilder::new();
        builder.know("a.rs".into(), &old);
        let moved = |range| Block::Moved {
            path: "a.rs".into(),
            range,
        };
        builder.create("b.rs".into(), ranges.into_iter().map(moved).collect());
        let mut changes = builder.finish().expect("no conflict");
        close_seams(&mut changes);
        assert_eq!(changes.verify(), Vec::<String>::new());
        let file = changes.files.iter().find(|file| file.path == "a.rs");
        assert_eq!(file.expect("it changed").text, expected);
    }

    #[test]
    fn a_file_does_not_start_with_a_blank_line() {
        check("<a\n>\nb\n", "b\n");
    }

    #[test]
    fn no_two_blank_lines_meet() {
        check("a\n\n<b\n>\nc\n", "a\n\nc\n");
    }

    #[test]
    fn the_authors_blank_lines_stay() {
        check("a\n\n\nb\n<\nc\n>\nd\n", "a\n\n\nb\n\nd\n");
    }

    #[test]
    fn a_block_does_not_start_with_one_and_a_file_does_not_end_with_one() {
        check(
            "mod a {\n<    b\n>\n    c\n}\n\n<d\n>",
            "mod a {\n    c\n}\n",
        );
    }
}
