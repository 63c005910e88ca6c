//! Small questions about tokens, and about words in text that nobody has parsed.

use proc_macro2::{Group, TokenStream, TokenTree};

/// Whether a token is one character of punctuation.
pub fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

/// What the rules of a `macro_rules!` write, in order, from the text of all of it.
pub fn transcribers(text: &str) -> Vec<Group> {
    let rules = rules(text).into_iter();
    rules.map(|(_, transcriber)| transcriber).collect()
}

/// The rules of a `macro_rules!`, in order: what each takes and writes, from the text of all of it.
pub fn rules(text: &str) -> Vec<(Group, Group)> {
    let tokens: TokenStream = text.parse().unwrap_or_default();
    let last = tokens.into_iter().filter_map(group).last();
    let rules = last.map(|rules| rules.stream()).unwrap_or_default();
    let groups: Vec<Group> = rules.into_iter().filter_map(group).collect();
    let pairs = groups.chunks_exact(2);
    pairs
        .map(|pair| (pair[0].clone(), pair[1].clone()))
        .collect()
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
