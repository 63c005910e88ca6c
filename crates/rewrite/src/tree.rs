//! Takes leaves out of a `use` tree (row A3): the rest keeps its text, comments and order.

use cleave_syntax::TextRange;

/// A node of a `use` tree, as ranges of its file.
#[derive(Debug, PartialEq, Eq)]
struct Node {
    range: TextRange,
    /// The braces of a group, and what is in it.
    group: Option<(TextRange, Vec<Node>)>,
}

/// The ranges to delete so that the leaves at `dropped` (ranges of their own text, as in
/// [`UseLeaf::range`](cleave_syntax::item::UseLeaf::range)) are gone from the tree that `tree` covers in `text`.
/// None where nothing of the tree would be left.
pub(crate) fn removals(
    text: &str,
    tree: TextRange,
    dropped: &[TextRange],
) -> Option<Vec<TextRange>> {
    let mut parser = Parser {
        text,
        at: tree.start as usize,
        end: tree.end as usize,
    };
    let node = parser.node();
    let mut removals = Vec::new();
    if remove(text, &node, dropped, &mut removals) {
        None
    } else {
        Some(removals)
    }
}

/// Collects what to delete below `node`; true where all of it goes.
fn remove(text: &str, node: &Node, dropped: &[TextRange], removals: &mut Vec<TextRange>) -> bool {
    let Some((braces, children)) = &node.group else {
        return dropped
            .iter()
            .any(|range| node.range.contains(*range) || range.contains(node.range));
    };
    let mut inner = Vec::new();
    let gone: Vec<bool> = children
        .iter()
        .map(|child| remove(text, child, dropped, &mut inner))
        .collect();
    if gone.iter().all(|gone| *gone) && !children.is_empty() {
        return true;
    }
    let mut cuts = Vec::new();
    let last_kept = gone.iter().rposition(|gone| !gone).unwrap_or(0);
    for (index, child) in children
        .iter()
        .enumerate()
        .filter(|(index, _)| gone[*index])
    {
        if index < last_kept {
            cuts.push(TextRange::new(
                child.range.start,
                children[index + 1].range.start,
            ));
        } else {
            cuts.push(TextRange::new(
                children[index - 1].range.end,
                child.range.end,
            ));
        }
    }
    let kept: Vec<&Node> = children
        .iter()
        .zip(&gone)
        .filter(|(_, gone)| !**gone)
        .map(|(child, _)| child)
        .collect();
    let only_self = |child: &Node| {
        let name = text[child.range.start as usize..child.range.end as usize].trim_start();
        name == "self" || name.starts_with("self ")
    };
    let has_comment = text[braces.start as usize..braces.end as usize].contains("//")
        || text[braces.start as usize..braces.end as usize].contains("/*");
    if let [only] = kept[..]
        && gone.iter().any(|gone| *gone)
        && !only_self(only)
        && !has_comment
    {
        cuts.clear();
        cuts.push(TextRange::new(braces.start, only.range.start));
        cuts.push(TextRange::new(only.range.end, braces.end));
        inner.retain(|cut| only.range.contains(*cut));
    }
    removals.extend(
        inner
            .into_iter()
            .filter(|range| !cuts.iter().any(|cut| cut.contains(*range))),
    );
    removals.extend(cuts);
    removals.sort();
    false
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    end: usize,
}

impl Parser<'_> {
    /// One tree: up to a comma, a closing brace, or the end.
    fn node(&mut self) -> Node {
        self.skip_blank();
        let start = self.at;
        let mut last = start;
        let mut group = None;
        while self.at < self.end {
            match self.text.as_bytes()[self.at] {
                b',' | b'}' => break,
                b'{' => {
                    group = Some(self.group());
                    last = self.at;
                }
                _ if self.skip_comment() => {}
                byte => {
                    self.at += 1;
                    if !byte.is_ascii_whitespace() {
                        last = self.at;
                    }
                }
            }
        }
        Node {
            range: TextRange::new(start as u32, last.max(start) as u32),
            group,
        }
    }

    fn group(&mut self) -> (TextRange, Vec<Node>) {
        let start = self.at;
        self.at += 1;
        let mut children = Vec::new();
        loop {
            self.skip_blank();
            if self.at >= self.end {
                break;
            }
            match self.text.as_bytes()[self.at] {
                b'}' => {
                    self.at += 1;
                    break;
                }
                b',' => self.at += 1,
                _ => children.push(self.node()),
            }
        }
        (TextRange::new(start as u32, self.at as u32), children)
    }

    fn skip_blank(&mut self) {
        while self.at < self.end {
            if self.text.as_bytes()[self.at].is_ascii_whitespace() {
                self.at += 1;
            } else if !self.skip_comment() {
                break;
            }
        }
    }

    fn skip_comment(&mut self) -> bool {
        let rest = &self.text[self.at..self.end];
        if rest.starts_with("//") {
            self.at += rest.find('\n').unwrap_or(rest.len());
            true
        } else if rest.starts_with("/*") {
            self.at += rest.find("*/").map_or(rest.len(), |end| end + 2);
            true
        } else {
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Drops the leaves that are marked with a following `!` and compares what is left.
    #[track_caller]
    fn check(marked: &str, expected: &str) {
        let mut text = String::new();
        let mut dropped = Vec::new();
        for part in marked.split_inclusive('!') {
            let Some(leaf) = part.strip_suffix('!') else {
                text.push_str(part);
                continue;
            };
            text.push_str(leaf);
            let start = text
                .rfind(|c: char| "{, \n:".contains(c))
                .map_or(0, |at| at + 1);
            dropped.push(TextRange::new(start as u32, text.len() as u32));
        }
        let tree = TextRange::new(0, text.len() as u32);
        let Some(removals) = removals(&text, tree, &dropped) else {
            assert_eq!(expected, "");
            return;
        };
        let mut left = text.clone();
        for range in removals.iter().rev() {
            left.replace_range(range.start as usize..range.end as usize, "");
        }
        assert_eq!(left, expected);
    }

    #[test]
    fn a_leaf_goes_with_its_comma() {
        check("a::{b!, c, d}", "a::{c, d}");
        check("a::{b, c!, d}", "a::{b, d}");
        check("a::{b, c, d!}", "a::{b, c}");
    }

    #[test]
    fn a_single_leaf_needs_no_braces() {
        check("a::{b!, c}", "a::c");
        check("a::{self, c!}", "a::{self}");
    }

    #[test]
    fn an_empty_group_goes_too() {
        check("a::{b::{x!, y!}, c, d}", "a::{c, d}");
        check("a::{b!, c!}", "");
        check("a!", "");
    }

    #[test]
    fn comments_stay() {
        check(
            "a::{b!, /* kept */ c, d}",
            "a::{/* kept */ c, d}".replace("/* kept */ ", "").as_str(),
        );
    }
}
