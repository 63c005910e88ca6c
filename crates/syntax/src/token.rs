//! Small questions about tokens, and about words in text that nobody has parsed.

use proc_macro2::TokenTree;

/// Whether a token is one character of punctuation.
pub fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

/// The words of a text: its longest runs of letters, digits and `_`. Comments and strings are text too.
pub fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}
