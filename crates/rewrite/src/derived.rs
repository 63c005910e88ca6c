//! What a derive makes is as visible as an attribute of its type says, `#[snafu(visibility(pub(crate)))]`,
//! `#[getset(get = "pub(crate)")]`: that goes along when the type is used across the new boundary (row B1).

use cleave_syntax::change::Reason;
use cleave_syntax::{ChangeBuilder, ItemId, TextRange};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::scope::Scope;

/// Opens the visibilities that stand in a type's attributes. Returns what was widened.
pub(crate) fn open(scope: &Scope<'_>, id: ItemId, builder: &mut ChangeBuilder) -> Vec<String> {
    let workspace = scope.workspace;
    let item = workspace.item(id);
    let derives = |name: &str| matches!(name, "derive" | "cfg_attr");
    let mut attributes = item.attributes.iter();
    if !item.kind.is_type() || !attributes.any(|attribute| derives(&attribute.path)) {
        return Vec::new();
    }
    let path = workspace.path_of(id);
    let file = workspace.file(workspace.module(item.module).file);
    let Ok(tokens) = workspace.text_of(id).parse() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    attributes_of(tokens, &mut found);
    let start = item.range.start;
    let widened = found.into_iter().map(|range: TextRange| {
        let range = TextRange::new(start + range.start, start + range.end);
        let old = &file[range];
        builder.replace(
            &file.path,
            range,
            "pub".to_owned(),
            Reason::new("B1", &path),
        );
        format!("{path}, what is derived for it: {old}")
    });
    let mut widened: Vec<String> = widened.collect();
    widened.dedup();
    widened
}

/// Walks an item, its fields and variants for attributes.
fn attributes_of(tokens: TokenStream, found: &mut Vec<TextRange>) {
    let mut after_hash = false;
    for token in tokens {
        match &token {
            TokenTree::Group(group) if after_hash && group.delimiter() == Delimiter::Bracket => {
                visibilities_of(group.stream(), found);
            }
            TokenTree::Group(group) => attributes_of(group.stream(), found),
            _ => {}
        }
        after_hash = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#');
    }
}

/// The restricted visibilities in an attribute, as tokens or as a whole string.
fn visibilities_of(tokens: TokenStream, found: &mut Vec<TextRange>) {
    let mut keyword: Option<u32> = None;
    for token in tokens {
        let range = token.span().byte_range();
        let (start, end) = (range.start as u32, range.end as u32);
        let mut next = None;
        match &token {
            TokenTree::Ident(ident) if ident == "pub" => next = Some(start),
            TokenTree::Group(group) => match keyword {
                Some(keyword) if is_restriction(group) => found.push(TextRange::new(keyword, end)),
                _ => visibilities_of(group.stream(), found),
            },
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                let inside = text
                    .strip_prefix('"')
                    .and_then(|text| text.strip_suffix('"'));
                if inside.is_some_and(is_restricted) {
                    found.push(TextRange::new(start + 1, end - 1));
                }
            }
            _ => {}
        }
        keyword = next;
    }
}

/// `(crate)`, `(super)`, `(self)`, `(in path)`.
fn is_restriction(group: &proc_macro2::Group) -> bool {
    let first = group.stream().into_iter().next();
    let words = ["crate", "super", "self", "in"];
    group.delimiter() == Delimiter::Parenthesis
        && matches!(first, Some(TokenTree::Ident(word)) if words.iter().any(|known| word == known))
}

fn is_restricted(text: &str) -> bool {
    syn::parse_str::<syn::Visibility>(text)
        .is_ok_and(|visibility| matches!(visibility, syn::Visibility::Restricted(_)))
}
