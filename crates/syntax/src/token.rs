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

/// The paths of the attributes that a `cfg_attr` may put on what it stands on; nothing where the text is none.
pub fn applied(text: &str) -> Vec<String> {
    let first = |tokens: TokenStream| tokens.into_iter().find_map(group);
    let tokens: TokenStream = text.parse().unwrap_or_default();
    let arguments = first(tokens).and_then(|attribute| first(attribute.stream()));
    let arguments = arguments.map(|group| group.stream());
    let arguments: Vec<TokenTree> = arguments.into_iter().flatten().collect();
    let attributes = arguments.split(|token| is_punct(token, ',')).skip(1);
    let paths = attributes.map(|attribute| {
        let path = attribute
            .iter()
            .take_while(|token| matches!(token, TokenTree::Ident(_)) || is_punct(token, ':'));
        path.map(ToString::to_string).collect::<String>()
    });
    paths.filter(|path| !path.is_empty()).collect()
}

/// The words of a text: its longest runs of letters, digits and `_`. Comments and strings are text too.
pub fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split(|c: char| !is_of_word(c))
        .filter(|word| !word.is_empty())
}

/// Whether a character is a letter, a digit or `_`, which words are made of.
pub fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
