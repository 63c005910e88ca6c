//! Which types can't have a trait's methods: that takes knowing all impls that there may be.
//!
//! An impl in the body of a function, for a type and a trait from outside of it, is not seen; the compiler warns of it.

use std::collections::{HashMap, HashSet};

use cleave_syntax::item::{Blanket, ItemKind, PathContext};
use cleave_syntax::{Item, ItemId, Name, Workspace};

use super::builtin;
use super::scope::has_word;
use crate::graph::{Place, Reference, Target};
use crate::standard;

/// Traits of `std` that no type of the workspace has without an impl there, each with those by whose impls one may have it.
const WRITTEN: &[(&str, &[&str])] = &[
    ("IntoIterator", &["IntoIterator", "Iterator"]),
    ("Iterator", &["Iterator"]),
    ("Future", &["Future"]),
    ("Read", &["Read"]),
    ("BufRead", &["BufRead"]),
    ("Seek", &["Seek"]),
    ("Write", &["Write"]),
    ("Error", &["Error"]),
    ("Display", &["Display"]),
];

/// The impls of the workspace's traits for its types.
pub(super) struct Implemented {
    impls: HashSet<(ItemId, ItemId)>,
    /// The impls of other crates' traits for them, by the trait's name.
    foreign: HashSet<(Name, ItemId)>,
    /// Traits with impls for whatever type meets some bounds: those of each impl.
    bounded: HashMap<ItemId, Vec<Vec<Bound>>>,
    /// Traits with impls for types of other crates, or of the language.
    outside: HashSet<ItemId>,
    /// Traits that types may have which no impl names: by a type parameter, an alias, a macro.
    any_type: HashSet<ItemId>,
    /// Types that may have more than impls say: they hand calls on to another, or a macro writes impls for them.
    any_trait: HashSet<ItemId>,
    /// Types that hand calls on to one of the language: `type Target = str`.
    like_outside: HashSet<ItemId>,
}

/// What an impl asks of a type.
#[derive(Debug, Clone, Copy)]
enum Bound {
    Own(ItemId),
    Foreign(Name),
}

impl Implemented {
    /// `references` are those of each item.
    pub(super) fn new(workspace: &Workspace, references: &[Vec<Reference>]) -> Self {
        let mut known = Self {
            impls: HashSet::new(),
            foreign: HashSet::new(),
            bounded: HashMap::new(),
            outside: HashSet::new(),
            any_type: HashSet::new(),
            any_trait: HashSet::new(),
            like_outside: HashSet::new(),
        };
        let macros = Macros {
            workspace,
            references,
        };
        for (index, item) in workspace.items.iter().enumerate() {
            let references = &references[index];
            match item.kind {
                ItemKind::TraitImpl => known.enter(workspace, item, references),
                ItemKind::MacroCall | ItemKind::MacroRules
                    if macros.write_impls(ItemId::new(index), &mut HashSet::new()) =>
                {
                    let named: Vec<ItemId> = heads(item, references).collect();
                    known.any_type.extend(&named);
                    known.any_trait.extend(&named);
                }
                kind if kind.is_type() && has_foreign_attribute(item, references) => {
                    known.any_trait.insert(ItemId::new(index));
                }
                _ => {}
            }
        }
        known
    }

    fn enter(&mut self, workspace: &Workspace, item: &Item, references: &[Reference]) {
        let Some(head) = &item.implementation else {
            return;
        };
        let last = head.trait_path.and_then(|at| {
            let segment = item.paths[at as usize].segments.last()?;
            Some(segment.name)
        });
        // Who has `DerefMut` has `Deref`, which says to what.
        let hands_on = last.is_some_and(|name| name == "Deref");
        let target = |path: Option<u32>| path.and_then(|at| target(references, at));
        let of = match target(head.trait_path) {
            Some(Target::Item(of)) => Some(*of),
            _ => None,
        };
        // `Rc<T>` hands on to `T`, and so is looked through where a receiver is.
        let is_pointer = matches!(head.self_name.as_str(), "Rc" | "Arc" | "Box" | "Pin");
        match target(head.self_path) {
            Some(Target::Item(own)) if workspace.item(*own).kind.is_type() => {
                if hands_on && hands_on_outside(workspace, item) {
                    self.like_outside.insert(*own);
                } else if hands_on {
                    self.any_trait.insert(*own);
                }
                self.impls.extend(of.map(|of| (of, *own)));
                let foreign = last.filter(|_| of.is_none());
                self.foreign.extend(foreign.map(|name| (name, *own)));
            }
            Some(Target::External(_) | Target::Builtin) if !is_pointer => self.outside.extend(of),
            _ if head.blanket == Some(Blanket::Type) => {
                let bounds = head.bounds.iter().map(|at| bound(item, references, *at));
                let bounds: Vec<Bound> = bounds.collect();
                if let Some(of) = of {
                    self.bounded.entry(of).or_default().push(bounds);
                }
            }
            // A tuple, a slice, `dyn Trait`.
            None if head.self_name.is_empty() && !head.label.contains('!') => {
                self.outside.extend(of);
            }
            _ => self.any_type.extend(of),
        }
    }

    /// Whether no value of a type, nor what it hands calls on to, can have the methods of a trait.
    pub(super) fn excludes(&self, of: ItemId, own: ItemId) -> bool {
        !self.any_trait.contains(&own)
            && (!self.like_outside.contains(&own) || self.excludes_outside(of))
            && !self.may_have(of, own, &mut HashSet::new())
    }

    /// Whether no type of another crate, nor of the language, can have what a trait declares.
    pub(super) fn excludes_outside(&self, of: ItemId) -> bool {
        !self.any_type.contains(&of)
            && !self.bounded.contains_key(&of)
            && !self.outside.contains(&of)
    }

    /// Whether a type has a trait by what is written. A trait that is asked for while it is looked for adds nothing.
    fn may_have(&self, of: ItemId, own: ItemId, asked: &mut HashSet<ItemId>) -> bool {
        if self.impls.contains(&(of, own)) || self.any_type.contains(&of) {
            return true;
        }
        let blankets = self.bounded.get(&of).filter(|_| asked.insert(of));
        blankets.into_iter().flatten().any(|bounds| {
            bounds.iter().all(|bound| match bound {
                Bound::Own(of) => self.may_have(*of, own, asked),
                Bound::Foreign(name) => self.may_have_foreign(*name, own),
            })
        })
    }

    fn may_have_foreign(&self, name: Name, own: ItemId) -> bool {
        let written = WRITTEN.iter().find(|(of, _)| name == *of);
        written.is_none_or(|(_, ways)| {
            let mut ways = ways.iter();
            ways.any(|way| self.foreign.contains(&(Name::new(way), own)))
        })
    }
}

/// Whether an impl of `Deref` leads to a type of the language that has a name, or a slice of such: `type Target = [u8];`.
fn hands_on_outside(workspace: &Workspace, item: &Item) -> bool {
    let file = workspace.file(workspace.module(item.module).file);
    let text = &file[item.range];
    let Some((_, target)) = text.split_once("type Target =") else {
        return false;
    };
    let target = target.split(';').next().unwrap_or_default().trim();
    let target = target
        .strip_prefix('[')
        .and_then(|slice| slice.strip_suffix(']'))
        .unwrap_or(target);
    standard::is_primitive(target)
}

fn bound(item: &Item, references: &[Reference], at: u32) -> Bound {
    if let Some(Target::Item(of)) = target(references, at) {
        return Bound::Own(*of);
    }
    let segments = &item.paths[at as usize].segments;
    Bound::Foreign(segments[segments.len() - 1].name)
}

struct Macros<'a> {
    workspace: &'a Workspace,
    references: &'a [Vec<Reference>],
}

impl Macros<'_> {
    /// Whether a macro, or a call of one, may write an impl: it has the word, or calls a macro that has it or is not seen.
    fn write_impls(&self, id: ItemId, seen: &mut HashSet<ItemId>) -> bool {
        if !seen.insert(id) {
            return false;
        }
        if has_word(self.workspace.text_of(id), "impl") {
            return true;
        }
        let mut paths = self.workspace.item(id).paths.iter().enumerate();
        paths.any(|(index, path)| {
            path.context == PathContext::Macro
                && match target(&self.references[id.index()], index as u32) {
                    Some(Target::Builtin) => false,
                    Some(Target::Item(rules)) => self.write_impls(*rules, seen),
                    _ => true,
                }
        })
    }
}

/// What may stand at the head of an impl that a macro writes: items named for themselves, not for a member like `new` in
/// `Type::new()`, and not in a function's body.
fn heads(item: &Item, references: &[Reference]) -> impl Iterator<Item = ItemId> {
    references.iter().filter_map(|reference| {
        let (Place::Item(_, at), Target::Item(named)) =
            (reference.place, &reference.resolution.target)
        else {
            return None;
        };
        let path = &item.paths[at as usize];
        let is_whole = reference.resolution.used as usize == path.segments.len();
        (is_whole && !path.in_function).then_some(*named)
    })
}

fn target(references: &[Reference], at: u32) -> Option<&Target> {
    let mut here = references
        .iter()
        .filter(|reference| matches!(reference.place, Place::Item(_, index) if index == at));
    match (here.next(), here.next()) {
        (Some(only), None) => Some(&only.resolution.target),
        // Not found, or one thing or another.
        (Some(_), Some(_)) => Some(&Target::Unresolved),
        (None, _) => None,
    }
}

/// Whether a derive or attribute that is not the language's stands at an item: it may write any impl.
fn has_foreign_attribute(item: &Item, references: &[Reference]) -> bool {
    let mut attributes = item.paths.iter().enumerate();
    attributes.any(|(index, path)| {
        let [only] = &path.segments[..] else {
            let first = path.segments[0].name;
            let is_tool = ["clippy", "rustfmt", "diagnostic"].contains(&first.as_str());
            return path.context == PathContext::Attribute && !is_tool;
        };
        let found = target(references, index as u32);
        // What is not found is a helper of a derive, or a derive.
        let is_foreign = match found {
            None => only.name.starts_with(char::is_uppercase) && !builtin::is_derive(&only.name),
            Some(found) => *found != Target::Builtin,
        };
        path.context == PathContext::Attribute && is_foreign
    })
}
