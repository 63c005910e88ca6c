//! Small questions about tokens, and about words in text that nobody has parsed.

use proc_macro2::{Group, TokenStream, TokenTree};

/// Whether a token is one character of punctuation.
pub fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

/// What the rules of a `macro_rules!` write, in order, from the text of all of it.
pub fn transcribers(text: &str) -> Vec<Group> {
    let tokens: TokenStream = text.parse().unwrap_or_default();
    let last = tokens.into_iter().filter_map(group).last();
    let rules = last.map(|rules| rules.stream()).unwrap_or_default();
    let mut found = Vec::new();
    let mut after_arrow = false;
    for token in rules {
        let is_arrow = is_punct(&token, '>');
        found.extend(group(token).filter(|_| after_arrow));
        after_arrow = is_arrow;
    }
    found
}

fn group(token: TokenTree) -> Option<Group> {
    match token {
        TokenTree::Group(group) => Some(group),
        _ => None,
    }
}

/// The words of a text: its longest runs of letters, digits and `_`. Comments and strings are text too.
pub fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}
