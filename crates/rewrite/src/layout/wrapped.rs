//! What leaves a macro call that put attributes before it: they are written out at its new place (row D3).
//!
//! ```text
//! cfg_net! {                  →     #[cfg(feature = "net")]
//!     pub mod net;                  pub mod net;
//! }
//! ```

use cleave_syntax::change::{Block, Reason};
use cleave_syntax::item::Item;
use cleave_syntax::{ItemId, TextRange};
use proc_macro2::{TokenStream, TokenTree};

use super::{Layout, written};
use crate::place;

/// The rule that such attributes are written for.
const RULE: &str = "D3";

impl Layout<'_, '_> {
    /// Moves an item with what travels with it.
    pub(super) fn carry(&mut self, id: ItemId, blocks: &mut Vec<Block>) {
        let item = self.scope.workspace.item(id);
        let travels = self.travels(item);
        if item.wrapped.is_none() {
            blocks.push(self.moved(item.module, travels));
            return;
        }
        let file = self.file_of(item.module);
        let indent = place::before(&file.text, item);
        let start = item.range.start;
        if let Some(indent) = indent {
            let above = TextRange::new(travels.start, start);
            blocks.push(self.moved(item.module, above));
            let reason = Reason::new(RULE, self.scope.workspace.path_of(id));
            for range in indents(&file.text, (travels, item.range), indent) {
                self.builder.replace(&file.path, range, "", reason.clone());
            }
            self.builder.outdent(&file.path, item.range, indent);
        } else {
            // What stands before it on its line is the call's.
            let blank = TextRange::new(item.full.start, start);
            if file[blank].trim().is_empty() {
                let reason = Reason::new(RULE, self.scope.workspace.path_of(id));
                self.builder.replace(&file.path, blank, "", reason);
            }
        }
        let attributes = above(item, "");
        if !attributes.is_empty() {
            blocks.push(written(RULE, &item.name, attributes));
        }
        let rest = TextRange::new(start, travels.end);
        blocks.push(self.moved(item.module, rest));
        if !file[rest].ends_with('\n') {
            blocks.push(written(RULE, &item.name, "\n"));
        }
    }
}

/// The text of an item as it stands outside such calls.
pub(super) fn copied(text: &str, item: &Item) -> String {
    let own = &text[item.range.start as usize..item.range.end as usize];
    let indent = place::before(text, item).filter(|_| item.wrapped.is_some());
    let own = own.replace(&format!("\n{}", indent.unwrap_or_default()), "\n");
    above(item, "") + &own
}

/// The attributes that come before an item in a call, each on its own lines.
pub(super) fn above(item: &Item, indent: &str) -> String {
    let all = item.wrapped.iter().flatten();
    let lines = all.flat_map(|text| text.lines());
    lines.flat_map(|line| [indent, line, "\n"]).collect()
}

/// The places of an indentation at the starts of the lines that travel with an item, but for those within its strings.
fn indents(text: &str, (travels, item): (TextRange, TextRange), indent: &str) -> Vec<TextRange> {
    if indent.is_empty() {
        return Vec::new();
    }
    let whole = &text[travels.start as usize..travels.end as usize];
    let inside = &text[item.start as usize..item.end as usize];
    let mut strings = Vec::new();
    literals(inside.parse().unwrap_or_default(), &mut strings);
    let starts = whole.match_indices('\n').map(|(at, _)| at + 1);
    let lines = std::iter::once(0).chain(starts);
    let lines = lines.filter(|at| whole[*at..].starts_with(indent));
    let lines = lines.map(|at| travels.start + at as u32);
    let is_code = |at: &u32| {
        let within = |range: &std::ops::Range<usize>| {
            let at = (*at).checked_sub(item.start);
            at.is_some_and(|at| range.start < at as usize && (at as usize) < range.end)
        };
        !strings.iter().any(within)
    };
    lines
        .filter(is_code)
        .map(|at| TextRange::new(at, at + indent.len() as u32))
        .collect()
}

/// Where the literals are in some tokens. Nesting is as deep as in the source, which was parsed before.
fn literals(tokens: TokenStream, found: &mut Vec<std::ops::Range<usize>>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => literals(group.stream(), found),
            TokenTree::Literal(literal) => found.push(literal.span().byte_range()),
            _ => {}
        }
    }
}
