//! Documentation: the paths in its links and its doc tests (row A10).

use std::str::FromStr;

use proc_macro2::TokenStream;

use super::collect::Collector;
use super::{Shift, link, tokens};
use crate::item::PathContext;
use crate::source::TextRange;

/// Collects from the doc comments of one thing, which are one text.
pub(super) fn collect(collector: &mut Collector<'_>, docs: &[TextRange]) {
    let mut block: Option<Block> = None;
    let text = collector.text;
    let all: Vec<TextRange> = docs
        .iter()
        .flat_map(|range| lines(collector.text, *range))
        .collect();
    let labels: Vec<&str> = all
        .iter()
        .filter_map(|line| link::label(&text[line.start as usize..line.end as usize]))
        .collect();
    for line in all {
        let text = &collector.text[line.start as usize..line.end as usize];
        let trimmed = text.trim_start();
        let fence = ["```", "~~~"]
            .into_iter()
            .find(|fence| trimmed.starts_with(fence));
        match (&mut block, fence) {
            (Some(open), Some(fence)) if fence == open.fence => {
                if open.is_rust {
                    open.collect(collector);
                }
                block = None;
            }
            (None, Some(fence)) => {
                let is_rust = is_rust(trimmed.trim_start_matches(['`', '~']));
                block = Some(Block {
                    fence,
                    is_rust,
                    code: String::new(),
                    lines: Vec::new(),
                });
            }
            (Some(open), _) => open.push(text, line.start),
            (None, None) if text.contains(']') => {
                for segments in link::paths(text, line.start, &labels) {
                    collector.record(segments, false, PathContext::DocLink, false);
                }
            }
            (None, None) => {}
        }
    }
}

/// Whether a code block with this info string is compiled.
fn is_rust(info: &str) -> bool {
    info.split([',', ' ']).map(str::trim).all(|word| {
        matches!(
            word,
            "" | "rust" | "should_panic" | "no_run" | "compile_fail"
        ) || word.starts_with("edition")
    })
}

/// The lines of a doc comment, without its slashes.
pub fn lines(text: &str, range: TextRange) -> Vec<TextRange> {
    let comment = &text[range.start as usize..range.end as usize];
    if comment.starts_with("///") || comment.starts_with("//!") {
        return vec![TextRange::new(range.start + 3, range.end)];
    }
    if comment.starts_with('#') {
        return literal(comment, range.start);
    }
    let mut lines = Vec::new();
    let mut at = range.start as usize;
    for line in comment.split_inclusive('\n') {
        let end = at + line.trim_end().len();
        let lead = line.len() - line.trim_start().len();
        let stars = line
            .trim_start()
            .bytes()
            .take_while(|byte| matches!(byte, b'*' | b'/' | b'!'))
            .count();
        lines.push(TextRange::new(
            (at + lead + stars).min(end.max(at)) as u32,
            end.max(at) as u32,
        ));
        at += line.len();
    }
    lines.retain(|range| range.start <= range.end);
    lines
}

/// The lines of `#[doc = "…"]`, as long as nothing in the literal is escaped.
fn literal(attribute: &str, start: u32) -> Vec<TextRange> {
    let inside = || {
        let value = attribute.split_once('=')?.1.trim_start();
        let is_literal = value.trim_start_matches(['r', '#']).starts_with('"');
        let open = attribute.len() - value.len() + value.find('"')? + 1;
        let close = attribute.rfind('"')?;
        let text = attribute.get(open..close)?;
        (is_literal && !text.contains('\\')).then_some((open, text))
    };
    let Some((open, text)) = inside() else {
        return Vec::new();
    };
    let mut at = start + open as u32;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        lines.push(TextRange::new(at, at + line.trim_end().len() as u32));
        at += line.len() as u32;
    }
    lines
}

/// A code block in the making.
struct Block {
    fence: &'static str,
    is_rust: bool,
    code: String,
    /// Where each line starts in `code`, and where in the file.
    lines: Vec<(usize, u32)>,
}

impl Block {
    fn push(&mut self, text: &str, start: u32) {
        let trimmed = text.trim_start();
        let hidden = if trimmed == "#" {
            1
        } else {
            usize::from(trimmed.starts_with("# ")) * 2
        };
        let skip = text.len() - trimmed.len() + hidden;
        self.lines.push((self.code.len(), start + skip as u32));
        self.code.push_str(&text[skip..]);
        self.code.push('\n');
    }

    fn collect(&self, collector: &mut Collector<'_>) {
        let Ok(tokens) = TokenStream::from_str(&self.code) else {
            return;
        };
        let mut inner = Collector::new(&self.code, Shift::default());
        tokens::scan(&mut inner, tokens, PathContext::DocTest);
        for mut path in inner.paths {
            // A name alone is one of the code's own, but for that before a glob: `use app::*`.
            let behind = self.code[path.range().end as usize..].trim_start();
            if path.segments.len() < 2 && !behind.starts_with("::") {
                continue;
            }
            for segment in &mut path.segments {
                segment.range = self.in_file(segment.range);
            }
            path.context = PathContext::DocTest;
            collector.paths.push(path);
        }
    }

    fn in_file(&self, range: TextRange) -> TextRange {
        let line = self
            .lines
            .partition_point(|(start, _)| *start <= range.start as usize)
            .saturating_sub(1);
        let (start, file) = self.lines[line];
        let offset = file + range.start - start as u32;
        TextRange::new(offset, offset + range.len())
    }
}
