//! What the matchers of a `macro_rules!` take of an item up to its name: whether a caller may write a visibility or an
//! attribute there (row D3).

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

use super::definition::{behind_qualifiers, defining, end_of_definition};
use crate::item::Head;
use crate::token::is_punct;

/// Finds the heads that the matcher of an arm spells out: `fn $name:ident`, and `fn name`. Linear in the tokens of the
/// matcher, times those of the transcriber for each head.
pub(super) fn heads((matcher, transcriber): (TokenStream, &TokenStream), found: &mut Vec<Head>) {
    let tokens: Vec<TokenTree> = matcher.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let is_fragment = at > 0 && is_punct(&tokens[at - 1], '$');
        if let Some(keyword) = defining(&tokens, at).filter(|_| !is_fragment)
            && let Some(defines) = name(&tokens, at).map(|name| match name {
                Name::Fragment(name) => may_define(transcriber.clone(), name),
                Name::Written => true,
            })
        {
            found.push(head(keyword, defines, &tokens[..at]));
        }
        if let TokenTree::Group(group) = token {
            heads((group.stream(), transcriber), found);
        }
    }
}

/// What stands in a matcher where an item has its name.
enum Name<'t> {
    Fragment(&'t Ident),
    Written,
}

/// The name behind a keyword, if there is one.
fn name(tokens: &[TokenTree], keyword: usize) -> Option<Name<'_>> {
    match &tokens[behind_qualifiers(tokens, keyword + 1)..] {
        [dollar, TokenTree::Ident(name), ..] if is_punct(dollar, '$') => Some(Name::Fragment(name)),
        [TokenTree::Ident(_), ..] => Some(Name::Written),
        _ => None,
    }
}

/// Whether a fragment stands in tokens anywhere but in the body of an item: as the name of one, or where a macro may make it
/// one. Nesting is as deep as in the source, which was parsed before.
fn may_define(tokens: TokenStream, fragment: &Ident) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        let is_impl = matches!(&tokens[at], TokenTree::Ident(word) if word == "impl");
        if is_impl || defining(&tokens, at).is_some() {
            let name = behind_qualifiers(&tokens, at + 1);
            if !is_impl && stands_at(&tokens, name, fragment) {
                return true;
            }
            at = end_of_definition(&tokens, name);
            continue;
        }
        let is_inside =
            matches!(&tokens[at], TokenTree::Group(group) if may_define(group.stream(), fragment));
        if is_inside || stands_at(&tokens, at, fragment) {
            return true;
        }
        at += 1;
    }
    false
}

fn stands_at(tokens: &[TokenTree], at: usize, fragment: &Ident) -> bool {
    let is_name = |name: &TokenTree| matches!(name, TokenTree::Ident(name) if name == fragment);
    tokens.get(at).is_some_and(|it| is_punct(it, '$')) && tokens.get(at + 1).is_some_and(is_name)
}

/// Reads backwards from a keyword over all that may stand between it and the start of its item.
fn head(keyword: &'static str, defines: bool, mut before: &[TokenTree]) -> Head {
    let mut head = Head {
        keyword,
        visibility: false,
        attributes: false,
        defines,
    };
    loop {
        before = match before {
            [rest @ .., TokenTree::Ident(word)] if is_qualifier(word) => rest,
            [rest @ .., TokenTree::Ident(word)] if word == "pub" => {
                head.visibility = true;
                rest
            }
            [
                rest @ ..,
                dollar,
                TokenTree::Ident(_),
                colon,
                TokenTree::Ident(kind),
            ] if is_punct(dollar, '$') && is_punct(colon, ':') && kind == "vis" => {
                head.visibility = true;
                rest
            }
            [rest @ .., dollar, TokenTree::Group(repeated), times]
                if is_punct(dollar, '$')
                    && ['*', '+', '?'].iter().any(|it| is_punct(times, *it)) =>
            {
                let takes = taken(repeated.stream());
                head.visibility |= takes.visibility;
                head.attributes |= takes.attributes;
                rest
            }
            _ => return head,
        };
    }
}

fn is_qualifier(word: &Ident) -> bool {
    let qualifiers = ["const", "unsafe", "async", "extern"];
    qualifiers.iter().any(|qualifier| word == qualifier)
}

/// What a repetition before a keyword may take.
struct Taken {
    visibility: bool,
    attributes: bool,
}

fn taken(repeated: TokenStream) -> Taken {
    let tokens: Vec<TokenTree> = repeated.into_iter().collect();
    let is_word = |token: &TokenTree, words: &[&str]| matches!(token, TokenTree::Ident(ident) if words.iter().any(|word| ident == word));
    let any = tokens.iter().any(|token| is_word(token, &["tt"]));
    let attribute = tokens.windows(2).any(|pair| {
        let bracketed =
            matches!(&pair[1], TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket);
        is_punct(&pair[0], '#') && bracketed
    });
    Taken {
        visibility: any || tokens.iter().any(|token| is_word(token, &["pub", "vis"])),
        attributes: any || attribute,
    }
}
