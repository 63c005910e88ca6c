//! What traits of another crate declare, and what its types have by themselves.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::{ForeignMember, Members};
use crate::item::Takes;
use crate::parse::{returned, takes, trait_members};

/// By the name of a trait or type: what it has.
type ByName = BTreeMap<String, Members>;

/// What is found in some source.
#[derive(Debug, Default)]
pub(super) struct Declared {
    pub(super) traits: ByName,
    pub(super) inherent: ByName,
    /// Names that a public import gives to what has another name of its own.
    pub(super) renamed: BTreeMap<String, String>,
}

impl Declared {
    /// Whether something of a name has members.
    pub(super) fn has(&self, name: &str) -> bool {
        let members = self.inherent.get(name);
        self.traits.contains_key(name) || members.is_some_and(|members| !members.is_empty())
    }

    /// Both together.
    pub(super) fn with(mut self, other: Self) -> Self {
        let add = |to: &mut ByName, from: ByName| {
            for (name, members) in from {
                extend(to.entry(name).or_default(), members);
            }
        };
        add(&mut self.traits, other.traits);
        add(&mut self.inherent, other.inherent);
        self.renamed.extend(other.renamed);
        self
    }

    /// All that is found, under one name.
    pub(super) fn under(self, name: &str) -> Self {
        let rename = |of: ByName| {
            let renamed = of.into_values().map(|members| (name.to_owned(), members));
            renamed.collect()
        };
        Self {
            traits: rename(self.traits),
            inherent: rename(self.inherent),
            renamed: BTreeMap::new(),
        }
    }

    /// What is found elsewhere and not here.
    pub(super) fn add_missing(&mut self, other: Self) {
        let add = |to: &mut ByName, from: ByName| {
            for (name, members) in from {
                to.entry(name).or_insert(members);
            }
        };
        add(&mut self.traits, other.traits);
        add(&mut self.inherent, other.inherent);
    }

    fn take_in(&mut self, item: &syn::ItemTrait, wanted: &BTreeSet<Option<String>>) {
        let name = item.ident.to_string();
        if wanted.contains(&None) || wanted.contains(&Some(name.clone())) {
            let members = item.items.iter().flat_map(trait_members);
            let members = members.map(|(name, takes)| (name, takes.into()));
            extend(self.traits.entry(name).or_default(), members);
        }
    }
}

/// The traits that tokens spell out, in a call or in what a macro writes; bounds are left out, which a macro may splice in.
/// One of which the body is no plain source stays unknown.
fn spelled_out(tokens: TokenStream) -> Vec<syn::ItemTrait> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match (token, tokens.get(at + 1)) {
            (TokenTree::Ident(word), Some(name @ TokenTree::Ident(_))) if word == "trait" => {
                let mut behind = tokens[at..].iter();
                let body = behind.find(|token| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace));
                let item = [token, name].into_iter().chain(body).cloned();
                found.extend(syn::parse2::<syn::ItemTrait>(item.collect()));
            }
            (TokenTree::Group(group), _) => found.extend(spelled_out(group.stream())),
            _ => {}
        }
    }
    found
}

/// Looks for names of traits and types in a file; `None` stands for all traits.
pub(super) fn in_file(file: &Utf8Path, wanted: &BTreeSet<Option<String>>) -> Declared {
    let Ok(text) = std::fs::read_to_string(file) else {
        return Declared::default();
    };
    if !mentions(&text, wanted) {
        return Declared::default();
    }
    let mut found = Declared::default();
    if let Ok(file) = syn::parse_str::<syn::File>(&text) {
        let mut pending: Vec<&syn::Item> = file.items.iter().collect();
        while let Some(item) = pending.pop() {
            match item {
                syn::Item::Trait(item) => found.take_in(item, wanted),
                syn::Item::Macro(item) => {
                    for spelled in spelled_out(item.mac.tokens.clone()) {
                        found.take_in(&spelled, wanted);
                    }
                }
                syn::Item::Impl(item) if item.trait_.is_none() => {
                    let name = self_name(item).map(ToString::to_string);
                    if let Some(name) = name.filter(|name| wanted.contains(&Some(name.clone()))) {
                        let members = item.items.iter().filter_map(public);
                        extend(found.inherent.entry(name).or_default(), members);
                    }
                }
                // A type without members of its own is told from a trait of its name all the same.
                syn::Item::Struct(syn::ItemStruct { ident, .. })
                | syn::Item::Enum(syn::ItemEnum { ident, .. }) => {
                    let name =
                        Some(ident.to_string()).filter(|it| wanted.contains(&Some(it.clone())));
                    if let Some(name) = name {
                        found.inherent.entry(name).or_default();
                    }
                }
                syn::Item::Use(import) if matches!(import.vis, syn::Visibility::Public(_)) => {
                    renames(&import.tree, wanted, &mut found.renamed);
                }
                syn::Item::Mod(module) => {
                    pending.extend(module.content.iter().flat_map(|(_, items)| items));
                }
                _ => {}
            }
        }
    }
    proc_macro2::extra::invalidate_current_thread_spans();
    found
}

/// The names among some that an import gives: `path::Own as Name`.
fn renames(
    tree: &syn::UseTree,
    wanted: &BTreeSet<Option<String>>,
    found: &mut BTreeMap<String, String>,
) {
    match tree {
        syn::UseTree::Path(path) => renames(&path.tree, wanted, found),
        syn::UseTree::Group(group) => {
            for tree in &group.items {
                renames(tree, wanted, found);
            }
        }
        syn::UseTree::Rename(rename) => {
            let name = rename.rename.to_string();
            if wanted.contains(&Some(name.clone())) {
                found.insert(name, rename.ident.to_string());
            }
        }
        syn::UseTree::Name(_) | syn::UseTree::Glob(_) => {}
    }
}

/// Whether a text may declare a trait or type, have an inherent impl of a type, or rename one, that is wanted: most files
/// need no parsing.
fn mentions(text: &str, wanted: &BTreeSet<Option<String>>) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let first = |text: &str| {
        let name = text.split(|c| !is_part(c)).next().unwrap_or_default();
        Some(name.to_owned())
    };
    let definitions = || {
        ["trait ", "struct ", "enum ", " as "]
            .iter()
            .any(|keyword| {
                let mut words = text.match_indices(keyword);
                words.any(|(at, word)| wanted.contains(&first(&text[at + word.len()..])))
            })
    };
    // `impl<T> path::Name<T> {`: the last name before a body that is none behind `for`.
    let types = || {
        let mut words = text.match_indices("impl");
        words.any(|(at, word)| {
            let head = &text[at + word.len()..];
            let head = head.split('{').next().unwrap_or_default();
            !head.contains(" for ")
                && head.starts_with(|c: char| c == '<' || c.is_whitespace())
                && head
                    .split(|c| !is_part(c))
                    .any(|name| !name.is_empty() && wanted.contains(&Some(name.to_owned())))
        })
    };
    (wanted.contains(&None) && text.contains("trait ")) || definitions() || types()
}

/// Adds members; of what is there in several forms nothing more is known.
fn extend(to: &mut Members, from: impl IntoIterator<Item = (String, ForeignMember)>) {
    for (name, member) in from {
        let known = to.entry(name).or_insert_with(|| member.clone());
        if *known != member {
            *known = Takes::Unknown.into();
        }
    }
}

fn public(item: &syn::ImplItem) -> Option<(String, ForeignMember)> {
    let (visibility, name, member) = match item {
        syn::ImplItem::Const(item) => (&item.vis, &item.ident, Takes::NoSelf.into()),
        syn::ImplItem::Fn(item) => {
            let member = ForeignMember {
                takes: takes(&item.sig),
                returns: returned(&item.sig),
            };
            (&item.vis, &item.sig.ident, member)
        }
        _ => return None,
    };
    matches!(visibility, syn::Visibility::Public(_)).then(|| (name.to_string(), member))
}

/// The last name of the type that an impl is of.
fn self_name(item: &syn::ItemImpl) -> Option<&syn::Ident> {
    let syn::Type::Path(of) = &*item.self_ty else {
        return None;
    };
    of.path.segments.last().map(|last| &last.ident)
}
