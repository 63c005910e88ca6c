//! Source files and the byte ranges in them.

use std::ops::Index;
use std::sync::{Arc, OnceLock};

use camino::{Utf8Path, Utf8PathBuf};

/// A half-open range of bytes in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TextRange {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl TextRange {
    /// The range from `start` to `end`.
    ///
    /// # Panics
    /// If `end` is before `start`.
    pub fn new(start: u32, end: u32) -> Self {
        assert!(
            start <= end,
            "a range must not end before it starts: {start}..{end}"
        );
        Self { start, end }
    }

    /// The empty range at `offset`: a place to insert.
    pub fn empty(offset: u32) -> Self {
        Self {
            start: offset,
            end: offset,
        }
    }

    /// Whether no byte is in it.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Length in bytes.
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether `other` lies wholly within.
    pub fn contains(self, other: TextRange) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether `offset` is one of the bytes.
    pub fn contains_offset(self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }

    /// The smallest range that covers both.
    #[must_use]
    pub fn cover(self, other: TextRange) -> TextRange {
        TextRange {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

/// One file that was read.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Relative to the workspace root, with forward slashes.
    pub path: Utf8PathBuf,
    /// The whole text, exactly as on disk.
    pub text: Arc<str>,
    /// Where its lines start, once somebody has asked for one.
    starts: OnceLock<Vec<u32>>,
}

impl SourceFile {
    /// A file of that text.
    pub fn new(path: Utf8PathBuf, text: Arc<str>) -> Self {
        Self {
            path,
            text,
            starts: OnceLock::new(),
        }
    }

    /// The folder that it stands in, relative to the workspace root; empty at the root.
    pub fn folder(&self) -> &Utf8Path {
        self.path.parent().unwrap_or(Utf8Path::new(""))
    }

    /// The 1-based line and column (in characters) of a byte offset. Linear in the line's length, but for the first time,
    /// when it is linear in the text.
    pub fn line_column(&self, offset: u32) -> (usize, usize) {
        let starts = self.starts.get_or_init(|| {
            let ends = self.text.match_indices('\n');
            let starts = ends.map(|(end, _)| end as u32 + 1);
            std::iter::once(0).chain(starts).collect()
        });
        let offset = (offset as usize).min(self.text.len());
        let line = starts.partition_point(|start| *start as usize <= offset);
        let start = starts[line - 1] as usize;
        (line, self.text[start..offset].chars().count() + 1)
    }

    /// How many lines the range touches.
    pub fn line_count(&self, range: TextRange) -> usize {
        self[range].lines().count()
    }
}

impl Index<TextRange> for SourceFile {
    type Output = str;

    fn index(&self, range: TextRange) -> &str {
        &self.text[range.start as usize..range.end as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_lines_and_characters() {
        let file = SourceFile::new("a.rs".into(), "a\r\näb\n\nc".into());
        let found = [0, 2, 3, 5, 6, 7, 8, 9, 99].map(|offset| file.line_column(offset));
        let wanted = [
            (1, 1),
            (1, 3),
            (2, 1),
            (2, 2),
            (2, 3),
            (3, 1),
            (4, 1),
            (4, 2),
            (4, 2),
        ];
        assert_eq!(found, wanted);
    }
}
