//! What stands in the tokens of a macro call at module level: all of it where these read as items, which the macro may hand
//! on as they are; else the modules that are declared: `cfg_feature! { mod a; }` (rows D3, F1).

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::between;
use crate::item::Item;
use crate::parse::{ParsedItem, Shift};
use crate::source::TextRange;
use crate::token::is_punct;

/// What stands in a call. Which of it a macro keeps nobody can tell before the macro is known; if it is not, only the modules
/// count for which there are files.
pub(super) fn items(
    node: &syn::Item,
    call: &mut Item,
    text: &str,
    shift: Shift<'_>,
) -> Vec<ParsedItem> {
    let syn::Item::Macro(node) = node else {
        return Vec::new();
    };
    if node.ident.is_some() {
        return Vec::new();
    }
    let tokens = &node.mac.tokens;
    let mut inside = match syn::parse2::<syn::File>(tokens.clone()) {
        Ok(file) if file.attrs.len() < 2 => {
            call.body = body(&node.mac.delimiter, shift);
            if let Some(before) = file.attrs.first() {
                let brackets = before.bracket_token.span;
                call.body.start = shift.range(brackets.open(), brackets.close()).end;
            }
            super::items(&file.items, text, shift, (call.body.start, call.body.end))
        }
        _ => {
            let mut declared = Vec::new();
            find(tokens.clone(), &mut declared);
            let declared = declared.into_iter().map(syn::Item::Mod);
            declared
                .map(|node| super::item(&node, text, shift))
                .collect()
        }
    };
    for (at, parsed) in inside.iter_mut().enumerate() {
        parsed.item.in_call = true;
        parsed.item.is_test |= call.is_test;
        parsed.after_call.get_or_insert(at + 1);
    }
    inside
}

/// What is between the delimiters of a call.
fn body(delimiter: &syn::MacroDelimiter, shift: Shift<'_>) -> TextRange {
    let span = delimiter.span();
    between(shift.range(span.open(), span.close()))
}

/// Nesting is as deep as in the source, which was parsed before.
fn find(tokens: TokenStream, declared: &mut Vec<syn::ItemMod>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_word =
        |at: usize, word: &str| matches!(&tokens[at], TokenTree::Ident(ident) if ident == word);
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(word) if word == "mod" => {
                let end = at + 2;
                if tokens.get(end).is_some_and(|end| is_punct(end, ';')) {
                    let written = tokens[start(&tokens, at)..=end].iter().cloned();
                    declared.extend(syn::parse2::<syn::ItemMod>(written.collect()));
                }
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                // What stands in a module or a macro of its own is none of this module's.
                let is_inside =
                    at > 1 && is_word(at - 2, "mod") || at > 2 && is_word(at - 3, "macro_rules");
                let is_body = at > 0
                    && matches!(&tokens[at - 1], TokenTree::Group(before)
                    if before.delimiter() == Delimiter::Parenthesis);
                if !(is_inside || is_body) {
                    find(group.stream(), declared);
                }
            }
            _ => {}
        }
    }
}

/// Where the attributes and the visibility of a `mod` begin.
fn start(tokens: &[TokenTree], keyword: usize) -> usize {
    let mut at = keyword;
    let group = |at: usize, wanted: Delimiter| matches!(&tokens[at], TokenTree::Group(group) if group.delimiter() == wanted);
    let is_pub = |at: usize| matches!(&tokens[at], TokenTree::Ident(word) if word == "pub");
    if at > 1 && group(at - 1, Delimiter::Parenthesis) && is_pub(at - 2) {
        at -= 2;
    } else if at > 0 && is_pub(at - 1) {
        at -= 1;
    }
    while at > 1 && group(at - 1, Delimiter::Bracket) && is_punct(&tokens[at - 2], '#') {
        at -= 2;
    }
    at
}
