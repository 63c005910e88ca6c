//! Methods whose name a macro's caller hands over: `self.$name()` or `Type::$name()` in the macro, the name alone in the call.

use cleave_syntax::item::{ItemKind, MemberUse, PathContext, PathUse, Receiver};
use cleave_syntax::{ItemId, Workspace};
use rustc_hash::FxHashSet;

use crate::graph::{Reference, Target};

/// The macros that call a method by a word handed over, or hand their words on to such a macro.
pub(super) struct Handed<'a> {
    pub(super) workspace: &'a Workspace,
    references: &'a [Vec<Reference>],
    rules: FxHashSet<ItemId>,
}

impl<'a> Handed<'a> {
    /// `references` are those of each item.
    pub(super) fn new(workspace: &'a Workspace, references: &'a [Vec<Reference>]) -> Self {
        let all = (0..workspace.items.len()).map(ItemId::new);
        let macros: Vec<ItemId> = all
            .filter(|id| workspace.item(*id).kind == ItemKind::MacroRules)
            .collect();
        let by_variable = |id: &&ItemId| {
            let text = workspace.text_of(**id);
            text.contains(".$") || text.contains("::$")
        };
        let mut handed = Self {
            workspace,
            references,
            rules: macros.iter().filter(by_variable).copied().collect(),
        };
        while handed.take_in(&macros) {}
        handed
    }

    /// Takes in who calls a macro that is known. Whether any was new.
    fn take_in(&mut self, macros: &[ItemId]) -> bool {
        let callers: Vec<ItemId> = macros
            .iter()
            .copied()
            .filter(|id| !self.rules.contains(id) && self.is_caller(*id))
            .collect();
        self.rules.extend(&callers);
        !callers.is_empty()
    }

    fn is_caller(&self, id: ItemId) -> bool {
        let mut references = self.references[id.index()].iter();
        references.any(|reference| match reference.resolution.target {
            Target::Item(rules) => self.rules.contains(&rules),
            _ => false,
        })
    }

    /// These macros, ascending.
    pub(super) fn rules(&self) -> Vec<ItemId> {
        let mut rules: Vec<ItemId> = self.rules.iter().copied().collect();
        rules.sort_unstable();
        rules
    }

    /// The calls by words that an item hands to such macros. Which word is meant for that is not told, so each may be.
    pub(super) fn calls(&self, id: ItemId) -> Vec<MemberUse> {
        if self.rules.is_empty() || !self.is_caller(id) {
            return Vec::new();
        }
        words(self.workspace, id)
            .map(|path| MemberUse {
                name: path.segments[0].name,
                range: path.range(),
                called: true,
                arguments: None,
                receiver: Receiver::Unknown,
            })
            .collect()
    }
}

/// The words in macro calls of an item that may be names of anything.
pub(crate) fn words(workspace: &Workspace, id: ItemId) -> impl Iterator<Item = &PathUse> {
    workspace.item(id).paths.iter().filter(|path| {
        path.guessed
            && path.segments.len() == 1
            && matches!(path.context, PathContext::Value | PathContext::Tokens)
    })
}
