//! Modules that are declared in the tokens of a macro call at module level: `cfg_feature! { mod a; }` (rows D3, F1).

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::parse::{ParsedItem, Shift};
use crate::token::is_punct;

/// The `mod a;` in a call, as items. Which of them a macro keeps nobody can tell, so they count only where there are files.
pub(super) fn modules(
    node: &syn::Item,
    is_test: bool,
    text: &str,
    shift: Shift<'_>,
) -> Vec<ParsedItem> {
    let mut declared = Vec::new();
    if let syn::Item::Macro(call) = node
        && call.ident.is_none()
    {
        find(call.mac.tokens.clone(), &mut declared);
    }
    let items = declared.into_iter().map(|node| {
        let mut parsed = super::item(&syn::Item::Mod(node), text, shift);
        parsed.item.in_call = true;
        parsed.item.is_test |= is_test;
        parsed
    });
    items.collect()
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
