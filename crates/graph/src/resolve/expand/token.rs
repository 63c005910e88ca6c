//! Tokens that know where they stand, also after a macro has put them elsewhere.

use std::rc::Rc;

use cleave_syntax::{ItemId, TextRange, Workspace};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A token tree.
#[derive(Debug, Clone)]
pub(in crate::resolve) struct Token {
    pub(in crate::resolve) tree: Tree,
    /// The item in whose text it is written.
    pub(in crate::resolve) origin: ItemId,
    /// Where it is written.
    pub(in crate::resolve) range: TextRange,
}

/// What a token is.
#[derive(Debug, Clone)]
pub(in crate::resolve) enum Tree {
    Word(Rc<str>),
    Punct(char),
    Literal(Rc<str>),
    Group(Delimiter, Rc<[Token]>),
}

impl Token {
    pub(in crate::resolve) fn is(&self, wanted: char) -> bool {
        matches!(self.tree, Tree::Punct(punct) if punct == wanted)
    }

    pub(in crate::resolve) fn word(&self) -> Option<&str> {
        match &self.tree {
            Tree::Word(word) => Some(word),
            _ => None,
        }
    }

    /// What is between the delimiters of a kind.
    pub(in crate::resolve) fn group(&self, wanted: Delimiter) -> Option<&[Token]> {
        match &self.tree {
            Tree::Group(delimiter, tokens) if *delimiter == wanted => Some(tokens),
            _ => None,
        }
    }

    pub(in crate::resolve) fn is_brace(&self) -> bool {
        self.group(Delimiter::Brace).is_some()
    }
}

/// The tokens of an item's text, or of a part of it.
pub(in crate::resolve) fn tokens(
    workspace: &Workspace,
    origin: ItemId,
    stream: TokenStream,
) -> Vec<Token> {
    let start = workspace.item(origin).range.start;
    convert(stream, origin, start)
}

/// Nesting is as deep as in the source, which was parsed before.
fn convert(stream: TokenStream, origin: ItemId, start: u32) -> Vec<Token> {
    let one = |tree: TokenTree| {
        let span = tree.span().byte_range();
        let range = TextRange::new(start + span.start as u32, start + span.end as u32);
        let tree = match tree {
            TokenTree::Ident(word) => Tree::Word(word.to_string().into()),
            TokenTree::Punct(punct) => Tree::Punct(punct.as_char()),
            TokenTree::Literal(literal) => Tree::Literal(literal.to_string().into()),
            TokenTree::Group(group) => {
                let inner = convert(group.stream(), origin, start);
                Tree::Group(group.delimiter(), inner.into())
            }
        };
        Token {
            tree,
            origin,
            range,
        }
    };
    stream.into_iter().map(one).collect()
}
