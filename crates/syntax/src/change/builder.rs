//! Edits in any order, compiled to pieces.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::{ChangeSet, Dropped, NewFile, Piece, Reason};
use crate::source::TextRange;

/// Two edits that want the same bytes, or an edit outside its file: a bug in a rewrite rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the edits {first:?} and {second:?} overlap in `{path}` at bytes {}..{}", range.start, range.end)]
pub struct Conflict {
    /// The file.
    pub path: Utf8PathBuf,
    /// Where.
    pub range: TextRange,
    /// Why the first was made.
    pub first: Reason,
    /// Why the second was made.
    pub second: Reason,
}

/// Collects edits, in any order, and compiles them to a [`ChangeSet`].
///
/// Ranges always refer to the old tree. The result does not depend on the order of calls.
#[derive(Debug, Clone, Default)]
pub struct ChangeBuilder {
    old: BTreeMap<Utf8PathBuf, String>,
    edits: BTreeMap<Utf8PathBuf, Vec<Edit>>,
    layouts: BTreeMap<Utf8PathBuf, Vec<Block>>,
    deleted: BTreeMap<Utf8PathBuf, Reason>,
    moved: BTreeSet<(Utf8PathBuf, Utf8PathBuf)>,
    outdented: Vec<(Utf8PathBuf, TextRange, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Edit {
    range: TextRange,
    side: Side,
    reason: Reason,
    text: String,
}

/// A part of a new file's layout: text, or a range of an old file *with the edits that lie in it*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A range of an old file, edits applied.
    Moved {
        /// The old file.
        path: Utf8PathBuf,
        /// Its bytes.
        range: TextRange,
    },
    /// New text.
    Text {
        /// The text.
        text: String,
        /// Why it is there.
        reason: Reason,
    },
}

/// On which side of its offset an insertion belongs, where something moves away right there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    /// With what ends there: it stays when what follows moves away.
    Left,
    /// With what starts there: it goes along when that moves.
    Right,
}

/// What a copied range is to its old file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// What stays of it.
    Rest,
    /// What moves out of it.
    Block,
}

impl ChangeBuilder {
    /// A builder that knows no file yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes an old file known. Every file that an edit or block names must be.
    pub fn know(&mut self, path: &Utf8Path, text: &str) {
        if !self.old.contains_key(path) {
            self.old.insert(path.to_owned(), text.to_owned());
        }
    }

    /// Replaces a range; with an empty range inserts (the text then belongs to what starts there, and moves with it);
    /// with an empty text deletes.
    pub fn replace(
        &mut self,
        path: &Utf8Path,
        range: TextRange,
        text: impl Into<String>,
        reason: Reason,
    ) {
        self.edit(
            path,
            Edit {
                range,
                side: Side::Right,
                reason,
                text: text.into(),
            },
        );
    }

    /// Inserts after what ends at `offset`: the text stays in the file when what follows moves away.
    pub fn append(
        &mut self,
        path: &Utf8Path,
        offset: u32,
        text: impl Into<String>,
        reason: Reason,
    ) {
        self.edit(
            path,
            Edit {
                range: TextRange::empty(offset),
                side: Side::Left,
                reason,
                text: text.into(),
            },
        );
    }

    /// Takes an indentation from the lines that edits write in a range, whenever they are made.
    pub fn outdent(&mut self, path: &Utf8Path, range: TextRange, indent: &str) {
        self.outdented
            .push((path.to_owned(), range, indent.to_owned()));
    }

    /// Lays out a new file. What its blocks move leaves the old file. Laid out again, the file is the last one's.
    pub fn create(&mut self, path: &Utf8Path, blocks: Vec<Block>) {
        self.layouts.insert(path.to_owned(), blocks);
    }

    /// Takes an old file away; what no block moves is dropped for this reason.
    pub fn delete(&mut self, path: &Utf8Path, reason: Reason) {
        self.deleted.insert(path.to_owned(), reason);
    }

    /// Moves a file that is not text of ours, as it is. Several may ask for it.
    pub fn move_file(&mut self, from: &Utf8Path, to: &Utf8Path) {
        self.moved.insert((from.to_owned(), to.to_owned()));
    }

    /// Sorts, checks and compiles. Linear in the edits, up to sorting them.
    ///
    /// # Panics
    /// If an edit or block names a file that was not made [known](Self::know).
    pub fn finish(mut self) -> Result<ChangeSet, Conflict> {
        for (path, range, indent) in &self.outdented {
            let edits = self.edits.get_mut(path).into_iter().flatten();
            for edit in edits.filter(|edit| range.contains(edit.range)) {
                edit.text = edit.text.replace(&format!("\n{indent}"), "\n");
            }
        }
        for (path, edits) in &mut self.edits {
            edits.sort();
            edits.dedup();
            check_disjoint(path, edits)?;
        }
        let taken = self.taken()?;
        let mut set = ChangeSet::default();
        for (path, blocks) in &self.layouts {
            let pieces = blocks
                .iter()
                .flat_map(|block| self.block_pieces(block, &mut set.dropped))
                .collect();
            set.files.push(self.new_file(path, pieces));
        }
        for (path, text) in &self.old {
            let empty = Vec::new();
            let taken = taken.get(path).unwrap_or(&empty);
            let rests = self.rests(path, text, taken);
            if let Some(reason) = self.deleted.get(path) {
                set.dropped
                    .extend(
                        rests
                            .iter()
                            .filter(|rest| !rest.is_empty())
                            .map(|rest| Dropped {
                                path: path.clone(),
                                range: *rest,
                                reason: reason.clone(),
                            }),
                    );
                if !self.layouts.contains_key(path) {
                    set.deleted.push(path.clone());
                }
            } else if !self.layouts.contains_key(path)
                && (!taken.is_empty() || self.edits.contains_key(path))
            {
                let pieces = rests
                    .iter()
                    .flat_map(|rest| {
                        self.copied_pieces((path, *rest), Part::Rest, &mut set.dropped)
                    })
                    .collect();
                let file = self.new_file(path, pieces);
                if file.text != *text {
                    set.files.push(file);
                }
            }
        }
        set.files
            .retain(|file| self.old.get(&file.path).is_none_or(|old| *old != file.text));
        set.files.sort_by(|a, b| a.path.cmp(&b.path));
        set.dropped
            .sort_by(|a, b| (&a.path, a.range).cmp(&(&b.path, b.range)));
        set.moved = self.moved.into_iter().collect();
        set.old = self.old;
        let changed = |path: &Utf8PathBuf| {
            set.deleted.contains(path) || set.files.iter().any(|file| file.path == *path)
        };
        set.old.retain(|path, _| changed(path));
        Ok(set)
    }

    fn edit(&mut self, path: &Utf8Path, edit: Edit) {
        self.edits.entry(path.to_owned()).or_default().push(edit);
    }

    /// What every old file gives away, by path and position.
    fn taken(&self) -> Result<BTreeMap<Utf8PathBuf, Vec<TextRange>>, Conflict> {
        let mut taken: BTreeMap<Utf8PathBuf, Vec<TextRange>> = BTreeMap::new();
        for block in self.layouts.values().flatten() {
            if let Block::Moved { path, range } = block {
                taken.entry(path.clone()).or_default().push(*range);
            }
        }
        for (path, ranges) in &mut taken {
            ranges.sort();
            if let Some(pair) = ranges.windows(2).find(|pair| pair[1].start < pair[0].end) {
                let reason = Reason::new("F4", "a range that moves twice");
                return Err(Conflict {
                    path: path.clone(),
                    range: pair[1],
                    first: reason.clone(),
                    second: reason,
                });
            }
        }
        Ok(taken)
    }

    /// What stays of a file when `taken` leaves it. Keeps an empty rest where an insertion has nothing else to hold on to.
    fn rests(&self, path: &Utf8Path, text: &str, taken: &[TextRange]) -> Vec<TextRange> {
        let mut rests = Vec::new();
        let mut at = 0;
        let anchors: Vec<u32> = self
            .edits
            .get(path)
            .into_iter()
            .flatten()
            .filter(|edit| edit.side == Side::Left)
            .map(|edit| edit.range.start)
            .collect();
        for range in taken {
            if at < range.start || anchors.contains(&at) {
                rests.push(TextRange::new(at, range.start.max(at)));
            }
            at = range.end;
        }
        let end = text.len() as u32;
        if at < end || anchors.contains(&at) {
            rests.push(TextRange::new(at, end.max(at)));
        }
        rests
    }

    fn block_pieces(&self, block: &Block, dropped: &mut Vec<Dropped>) -> Vec<Piece> {
        match block {
            Block::Text { text, reason } => vec![Piece::Written {
                text: text.clone(),
                reason: reason.clone(),
            }],
            Block::Moved { path, range } => {
                self.copied_pieces((path, *range), Part::Block, dropped)
            }
        }
    }

    /// A range of an old file with the edits in it.
    fn copied_pieces(
        &self,
        (path, range): (&Utf8Path, TextRange),
        part: Part,
        dropped: &mut Vec<Dropped>,
    ) -> Vec<Piece> {
        let end_of_file = self.old[path].len() as u32;
        let belongs = |edit: &&Edit| match (edit.range.is_empty(), edit.side, part) {
            (true, Side::Left, Part::Rest) => {
                range.start <= edit.range.start && edit.range.start <= range.end
            }
            (true, Side::Left, Part::Block) => {
                range.start < edit.range.start && edit.range.start < range.end
            }
            (true, Side::Right, _) => {
                range.contains_offset(edit.range.start)
                    || (edit.range.start == end_of_file && range.end == end_of_file)
            }
            (false, ..) => range.contains(edit.range),
        };
        let mut pieces = Vec::new();
        let mut at = range.start;
        let copy = |start: u32, end: u32, pieces: &mut Vec<Piece>| {
            if start < end {
                pieces.push(Piece::Copied {
                    path: path.to_owned(),
                    range: TextRange::new(start, end),
                });
            }
        };
        for edit in self.edits.get(path).into_iter().flatten().filter(belongs) {
            copy(at, edit.range.start, &mut pieces);
            if !edit.text.is_empty() {
                pieces.push(Piece::Written {
                    text: edit.text.clone(),
                    reason: edit.reason.clone(),
                });
            }
            if !edit.range.is_empty() {
                dropped.push(Dropped {
                    path: path.to_owned(),
                    range: edit.range,
                    reason: edit.reason.clone(),
                });
            }
            at = edit.range.end;
        }
        copy(at, range.end, &mut pieces);
        pieces
    }

    fn new_file(&self, path: &Utf8Path, pieces: Vec<Piece>) -> NewFile {
        let text = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Copied { path, range } => {
                    &self.old[path][range.start as usize..range.end as usize]
                }
                Piece::Written { text, .. } => text.as_str(),
            })
            .collect();
        NewFile {
            path: path.to_owned(),
            pieces,
            text,
        }
    }
}

fn check_disjoint(path: &Utf8Path, edits: &[Edit]) -> Result<(), Conflict> {
    for pair in edits.windows(2) {
        let (first, second) = (&pair[0], &pair[1]);
        let same_place = first.range == second.range && !first.range.is_empty();
        if same_place || second.range.start < first.range.end {
            return Err(Conflict {
                path: path.to_owned(),
                range: second.range,
                first: first.reason.clone(),
                second: second.reason.clone(),
            });
        }
    }
    Ok(())
}
