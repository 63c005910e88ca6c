//! What of that which stands in macro calls is an item of the module: all of it where the macro hands it on as it is, else
//! the modules for which there are files (row D3).

use std::collections::BTreeMap;

use super::modules::Tree;
use crate::item::{Item, ItemKind, Wrapping};
use crate::parse::{ParsedItem, ParsedModule, are_of_tests};
use crate::source::TextRange;

/// The macros that hand the items of a call on, by name: none for a name of which some macro does anything else.
#[derive(Default)]
pub(super) struct Wrappings {
    macros: BTreeMap<String, Option<Wrapping>>,
}

impl Wrappings {
    /// Looks through all that was parsed.
    pub(super) fn of(trees: &[Tree]) -> Self {
        let mut wrappings = Self::default();
        for node in trees.iter().flat_map(|tree| &tree.nodes) {
            wrappings.enter(&node.parsed);
        }
        let settled = wrappings.macros.iter().map(|(name, wrapping)| {
            let wrapping = wrapping.as_ref();
            (
                name.clone(),
                wrapping.and_then(|it| wrappings.settled(it, 0)),
            )
        });
        let macros = settled.collect();
        Self { macros }
    }

    /// What a macro puts before its items by itself, whichever others it hands them to.
    fn settled(&self, wrapping: &Wrapping, depth: usize) -> Option<Wrapping> {
        /// A macro that hands on to itself never ends.
        const DEEPEST: usize = 16;
        let Some(through) = &wrapping.through else {
            return Some(wrapping.clone());
        };
        let next = self.macros.get(&through.name)?.as_ref();
        let next = self.settled(next.filter(|_| depth < DEEPEST)?, depth + 1)?;
        Some(Wrapping {
            attributes: filled(&next, through.attribute.as_deref())?,
            takes: wrapping.takes.clone(),
            through: None,
        })
    }

    fn enter(&mut self, module: &ParsedModule) {
        for parsed in &module.items {
            if let Some(rules) = &parsed.item.macro_rules {
                let wrapping = rules.wrapping.clone();
                let known = self.macros.entry(parsed.item.name.clone());
                let known = known.or_insert_with(|| wrapping.clone());
                if *known != wrapping {
                    *known = None;
                }
            }
            let inline = parsed.module.iter().flat_map(|module| &module.inline);
            inline.for_each(|inline| self.enter(inline));
        }
    }

    /// The attributes that the macro which an item calls puts before what it hands on, if it is one of these.
    fn of_call(&self, call: &Item, text: &str) -> Option<Vec<String>> {
        let name = called(call).filter(|_| call.kind == ItemKind::MacroCall)?;
        let wrapping = self.macros.get(name)?.as_ref()?;
        filled(wrapping, inner_attribute(call, text))
    }

    /// Makes what stands in calls of these macros items as any other.
    pub(super) fn unwrap(&self, items: &mut [ParsedItem], text: &str) {
        for at in 0..items.len() {
            // Methods that are handed on stay what the call holds.
            for member in &mut items[at].methods {
                if let Some(written) = self.of_call(member, text) {
                    member.wrapped = Some(attributes_before(member, &written, text));
                }
            }
            let call = &mut items[at].item;
            let is_open = call.kind == ItemKind::MacroCall && call.body.start < call.range.end;
            if !is_open || call.in_call {
                continue;
            }
            let Some(written) = self.of_call(call, text) else {
                continue;
            };
            let before = attributes_before(call, &written, text);
            let is_test = are_of_tests(&written);
            become_wrapper(call);
            let behind = items.iter_mut().enumerate().skip(at + 1);
            for (position, parsed) in behind {
                let Some(distance) = parsed.after_call else {
                    break;
                };
                if position - distance == at {
                    parsed.item.in_call = false;
                    parsed.item.wrapped = Some(before.clone());
                    parsed.item.is_test |= is_test;
                }
            }
        }
    }
}

/// The name of the macro that a call calls.
fn called(call: &Item) -> Option<&str> {
    let path = call.paths.iter().find(|path| path.names_macro())?;
    path.segments.last().map(|last| last.name.as_str())
}

/// What stands before each item of a call: the attributes of what is around the call, its own conditions, and what its
/// macro writes.
fn attributes_before(call: &Item, written: &[String], text: &str) -> Vec<String> {
    let own = call.attributes.iter().filter(|it| it.path == "cfg");
    let own = own.map(|attribute| {
        text[attribute.range.start as usize..attribute.range.end as usize].to_owned()
    });
    let around = call.wrapped.iter().flatten().cloned();
    around.chain(own).chain(written.iter().cloned()).collect()
}

/// What stands in the attribute that the tokens of a call begin with: the `unix` in `cfg_feature! { #![unix] … }`.
fn inner_attribute<'a>(call: &Item, text: &'a str) -> Option<&'a str> {
    let head = text.get(call.range.start as usize..call.body.start as usize)?;
    let (_, attribute) = head.rsplit_once("#![")?;
    attribute.strip_suffix(']')
}

/// The attributes of a macro, with what a call begins with in its place; none where the macro takes another thing.
fn filled(wrapping: &Wrapping, attribute: Option<&str>) -> Option<Vec<String>> {
    let attributes = wrapping.attributes.iter();
    match (&wrapping.takes, attribute) {
        (Some(variable), Some(attribute)) => Some(
            attributes
                .map(|it| it.replace(variable, attribute))
                .collect(),
        ),
        (None, None) => Some(attributes.cloned().collect()),
        _ => None,
    }
}

/// Of the call only its head is left: what stood in it speaks for itself.
fn become_wrapper(call: &mut Item) {
    let end = call.body.start;
    call.kind = ItemKind::Wrapper;
    call.is_test &= !std::mem::take(&mut call.spells_tests);
    call.range = TextRange::new(call.range.start, end);
    call.full = TextRange::new(call.full.start, end);
    call.body = TextRange::empty(end);
    call.paths.retain(|path| path.range().end <= end);
    call.includes.retain(|include| include.range.end <= end);
    call.named_files.retain(|file| file.range.end <= end);
    call.defines.clear();
    call.members.clear();
    call.written_members.clear();
    call.declared.clear();
    call.member_uses.clear();
    call.test_parts.clear();
}

/// Modules that are written out in a call are its own affair, unless the macro hands them on.
pub(super) fn forget_inline_modules(items: &mut [ParsedItem]) {
    for parsed in items.iter_mut().filter(|parsed| parsed.item.in_call) {
        let is_inline = |module: &crate::parse::DeclaredModule| module.inline.is_some();
        if parsed.module.as_ref().is_some_and(is_inline) {
            parsed.module = None;
        }
    }
}

/// A module that is declared in a call is one where there is a file for it, and no mere name that the call may define.
pub(super) fn settle(items: &mut Vec<ParsedItem>) {
    items.retain(|parsed| !parsed.item.in_call || parsed.item.declares.is_some());
    let mut call = None;
    for at in 0..items.len() {
        let item = &items[at].item;
        if !item.in_call {
            call = Some(at);
            continue;
        }
        let range = item.name_range;
        if let Some(call) = call {
            let defines = &mut items[call].item.defines;
            defines.retain(|defined| defined.range != range);
        }
    }
}
