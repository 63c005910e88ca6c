//! What the procedural macros of other crates write: the crates that their output names.

use std::collections::BTreeSet;
use std::str::FromStr;

use camino::Utf8Path;
use proc_macro2::{Group, TokenStream, TokenTree};

use crate::token::is_punct;

/// Macros whose tokens become output.
const QUOTES: [&str; 4] = [
    "quote",
    "quote_spanned",
    "parse_quote",
    "parse_quote_spanned",
];

/// Which of some names paths in the quoted tokens of a file start with, or `extern crate` declares.
pub(super) fn in_file(file: &Utf8Path, wanted: &BTreeSet<String>) -> BTreeSet<String> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let mut found = BTreeSet::new();
    if text.contains("quote") && wanted.iter().any(|name| text.contains(name)) {
        let tokens = TokenStream::from_str(&text).unwrap_or_default();
        in_source(tokens, wanted, &mut found);
        proc_macro2::extra::invalidate_current_thread_spans();
    }
    found
}

fn in_source(tokens: TokenStream, wanted: &BTreeSet<String>, found: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else {
            continue;
        };
        let is_quoted = index > 1
            && is_punct(&tokens[index - 1], '!')
            && matches!(&tokens[index - 2], TokenTree::Ident(name) if QUOTES.iter().any(|one| name == one));
        if is_quoted {
            in_quoted(group, wanted, found);
        } else {
            in_source(group.stream(), wanted, found);
        }
    }
}

fn in_quoted(group: &Group, wanted: &BTreeSet<String>, found: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(inner) => in_quoted(inner, wanted, found),
            TokenTree::Ident(name)
                if starts_path(&tokens, index) || is_declared(&tokens, index) =>
            {
                found.extend(wanted.get(&name.to_string()).cloned());
            }
            _ => {}
        }
    }
}

/// Whether a word is the first segment of a path of more than one, and no interpolated variable.
fn starts_path(tokens: &[TokenTree], index: usize) -> bool {
    let is_colons = |at: usize| {
        let pair = tokens.get(at).zip(tokens.get(at + 1));
        pair.is_some_and(|(first, second)| is_punct(first, ':') && is_punct(second, ':'))
    };
    let before = |back: usize| index.checked_sub(back).map(|at| &tokens[at]);
    let is_variable = before(1).is_some_and(|token| is_punct(token, '#'));
    let follows = index > 1 && is_colons(index - 2);
    let is_global = match before(3) {
        Some(TokenTree::Ident(word)) => ["impl", "for", "as", "dyn", "mut", "use", "in", "return"]
            .iter()
            .any(|one| word == one),
        Some(TokenTree::Punct(punct)) => punct.as_char() != '>',
        _ => true,
    };
    !is_variable && is_colons(index + 1) && (!follows || is_global)
}

/// Whether `extern crate` stands before a word.
fn is_declared(tokens: &[TokenTree], index: usize) -> bool {
    let is_word = |back: usize, wanted: &str| {
        let token = index.checked_sub(back).map(|at| &tokens[at]);
        matches!(token, Some(TokenTree::Ident(word)) if word == wanted)
    };
    is_word(1, "crate") && is_word(2, "extern")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heads_of_quoted_paths_are_found() {
        let source = r"
            fn derive() -> TokenStream {
                let one = syn::parse_quote!(Own: near::Bound);
                let other = hidden::call();
                quote! {
                    extern crate declared as _own;
                    impl ::global::Trait for #name where #bound::Item: Sized {
                        #[attribute::deep]
                        fn f(&self) { module::not_wanted(); a::hidden::b(); <T as x>::hidden::c(); }
                    }
                }
            }
        ";
        let words = [
            "near",
            "hidden",
            "declared",
            "global",
            "bound",
            "attribute",
            "name",
        ];
        let wanted = words.map(str::to_owned).into();
        let mut found = BTreeSet::new();
        in_source(source.parse().expect("tokens"), &wanted, &mut found);
        let found: Vec<&str> = found.iter().map(String::as_str).collect();
        assert_eq!(found, ["attribute", "declared", "global", "near"]);
    }
}
