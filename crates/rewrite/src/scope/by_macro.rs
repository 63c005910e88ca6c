//! Conditions that a macro writes before what its call has it define (rows D3, E2).

use std::collections::BTreeSet;

use cleave_graph::{Graph, Target};
use cleave_syntax::ItemId;
use cleave_syntax::item::Defined;
use cleave_syntax::token::{is_punct, transcribers};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::Scope;
use crate::support;

impl Scope<'_> {
    /// The `cfg` attributes that the macro which is called writes before the definition of a name, as the crate above sees
    /// them. None where the macro's rules differ in them.
    pub(crate) fn conditions_by_macro(&self, call: ItemId, name: &str) -> Vec<String> {
        let workspace = self.workspace;
        let item = workspace.item(call);
        let mut defined = item.defines.iter();
        let Some(defined) = defined.find(|defined| defined.name == name) else {
            return Vec::new();
        };
        let called = self.graph.references_of(call).iter();
        let called = called.filter_map(|reference| match reference.resolution.target {
            Target::Item(id) if Graph::is_macro_path(workspace, reference.place) => {
                Some(workspace.text_of(id))
            }
            _ => None,
        });
        let mut found = called.flat_map(|text| written_before(text, defined));
        let Some(first) = found.next() else {
            return Vec::new();
        };
        if found.any(|other| other != first) {
            return Vec::new();
        }
        let seen = first.iter();
        seen.map(|text| support::seen_from_above(text)).collect()
    }
}

/// By place of a macro's text that may define something: the `cfg` attributes before it. Such a place is the keyword of
/// what the call names, `struct $name`; where there is none, tokens of the call that stand behind a condition.
fn written_before(text: &str, defined: &Defined) -> Vec<BTreeSet<String>> {
    let mut named = Vec::new();
    let mut handed_on = Vec::new();
    let mut visit = |tokens: &[TokenTree], at: usize| {
        let spliced = tokens.get(at + 1).is_some_and(|next| is_punct(next, '$'));
        match &tokens[at] {
            TokenTree::Ident(word) if word == defined.keyword && spliced => {
                named.push(conditions(text, tokens, at));
            }
            dollar if is_punct(dollar, '$') => {
                let conditions = conditions(text, tokens, at);
                handed_on.extend(Some(conditions).filter(|conditions| !conditions.is_empty()));
            }
            _ => {}
        }
    };
    for transcriber in transcribers(text) {
        walk(transcriber.stream(), &mut visit);
    }
    if named.is_empty() { handed_on } else { named }
}

/// Nesting is as deep as in the source, which was parsed before.
fn walk(tokens: TokenStream, visit: &mut dyn FnMut(&[TokenTree], usize)) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        visit(&tokens, at);
        if let TokenTree::Group(group) = token {
            walk(group.stream(), visit);
        }
    }
}

/// The `cfg` attributes before a definition, read backwards over its visibility, its other attributes and those of its
/// call, `$(#[$meta])*`.
fn conditions(text: &str, tokens: &[TokenTree], mut at: usize) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    loop {
        let is_group = |back: usize, delimiter| {
            let token = at.checked_sub(back).map(|at| &tokens[at]);
            matches!(token, Some(TokenTree::Group(group)) if group.delimiter() == delimiter)
        };
        let is_at = |back: usize, what| {
            at.checked_sub(back)
                .is_some_and(|at| is_punct(&tokens[at], what))
        };
        let is_word = at
            .checked_sub(1)
            .is_some_and(|at| matches!(tokens[at], TokenTree::Ident(_)));
        if is_group(1, Delimiter::Bracket) && is_at(2, '#') {
            let range =
                tokens[at - 2].span().byte_range().start..tokens[at - 1].span().byte_range().end;
            let attribute = &text[range];
            if attribute.starts_with("#[cfg(") {
                found.insert(attribute.to_owned());
            }
            at -= 2;
        } else if is_at(1, '*') && is_group(2, Delimiter::Parenthesis) && is_at(3, '$') {
            at -= 3;
        } else if is_group(1, Delimiter::Parenthesis) {
            // `pub(crate)`, or what nobody writes before a definition.
            at -= 1;
        } else if is_word {
            at -= 1 + usize::from(is_at(2, '$'));
        } else {
            return found;
        }
    }
}
