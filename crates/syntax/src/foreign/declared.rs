//! What traits of another crate declare, and what its types have by themselves.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

/// By the name of a trait or type: the names of what it has.
type Members = BTreeMap<String, BTreeSet<String>>;

/// What is found in some source.
#[derive(Debug, Default)]
pub(super) struct Declared {
    pub(super) traits: Members,
    pub(super) inherent: Members,
}

impl Declared {
    pub(super) fn has(&self, name: &str) -> bool {
        self.traits.contains_key(name) || self.inherent.contains_key(name)
    }

    /// Both together.
    pub(super) fn with(mut self, other: Self) -> Self {
        let add = |to: &mut Members, from: Members| {
            for (name, members) in from {
                to.entry(name).or_default().extend(members);
            }
        };
        add(&mut self.traits, other.traits);
        add(&mut self.inherent, other.inherent);
        self
    }

    /// What is found elsewhere and not here.
    pub(super) fn add_missing(&mut self, other: Self) {
        let add = |to: &mut Members, from: Members| {
            for (name, members) in from {
                to.entry(name).or_insert(members);
            }
        };
        add(&mut self.traits, other.traits);
        add(&mut self.inherent, other.inherent);
    }
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
                syn::Item::Trait(item) => {
                    let name = item.ident.to_string();
                    if wanted.contains(&None) || wanted.contains(&Some(name.clone())) {
                        let methods = found.traits.entry(name).or_default();
                        methods.extend(item.items.iter().filter_map(declared));
                    }
                }
                syn::Item::Impl(item) if item.trait_.is_none() => {
                    let name = self_name(item).map(ToString::to_string);
                    if let Some(name) = name.filter(|name| wanted.contains(&Some(name.clone()))) {
                        let members = found.inherent.entry(name).or_default();
                        members.extend(item.items.iter().filter_map(public));
                    }
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

/// Whether a text may declare a trait, or have an inherent impl of a type, that is wanted: most files need no parsing.
fn mentions(text: &str, wanted: &BTreeSet<Option<String>>) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let first = |text: &str| {
        let name = text.split(|c| !is_part(c)).next().unwrap_or_default();
        Some(name.to_owned())
    };
    let traits = || {
        let mut words = text.match_indices("trait ");
        words.any(|(at, word)| wanted.contains(&first(&text[at + word.len()..])))
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
    (wanted.contains(&None) && text.contains("trait ")) || traits() || types()
}

fn declared(item: &syn::TraitItem) -> Option<String> {
    match item {
        syn::TraitItem::Const(item) => Some(item.ident.to_string()),
        syn::TraitItem::Fn(item) => Some(item.sig.ident.to_string()),
        syn::TraitItem::Type(item) => Some(item.ident.to_string()),
        _ => None,
    }
}

fn public(item: &syn::ImplItem) -> Option<String> {
    let (visibility, name) = match item {
        syn::ImplItem::Const(item) => (&item.vis, &item.ident),
        syn::ImplItem::Fn(item) => (&item.vis, &item.sig.ident),
        _ => return None,
    };
    matches!(visibility, syn::Visibility::Public(_)).then(|| name.to_string())
}

/// The last name of the type that an impl is of.
fn self_name(item: &syn::ItemImpl) -> Option<&syn::Ident> {
    let syn::Type::Path(of) = &*item.self_ty else {
        return None;
    };
    of.path.segments.last().map(|last| &last.ident)
}
