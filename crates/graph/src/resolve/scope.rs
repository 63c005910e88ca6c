//! What each module binds, and looking a name up in it.

mod enter;
mod follow;
mod lookup;
mod textual;

pub(super) use lookup::GlobWay;

use std::sync::OnceLock;

use cleave_syntax::{CrateId, ItemId, ModuleId, Name, UseLeafId, Workspace};
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use crate::graph::{Found, Lookup, Lookups, Namespace};

/// What a name leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Def {
    Item(ItemId),
    Module(ModuleId),
    Crate(CrateId),
    External(Name),
    /// What a derive or attribute macro on an item makes beside it.
    Made(ItemId),
}

/// A definition with the lookups that led there.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    pub(super) def: Def,
    pub(super) lookups: Lookups,
    /// How many segments were used.
    pub(super) used: usize,
    /// What else it may be: definitions of the same name under other `cfg`s.
    pub(super) others: Vec<Hit>,
}

impl Hit {
    fn new(def: Def, lookups: Lookups, used: usize) -> Self {
        Self {
            def,
            lookups,
            used,
            others: Vec::new(),
        }
    }

    /// What a name alone leads to.
    pub(super) fn first(def: Def) -> Self {
        Self::new(def, Lookups::new(), 1)
    }
}

#[derive(Default)]
struct Names {
    /// Definitions and named imports; several where `cfg`s tell them apart.
    explicit: FxHashMap<Name, [SmallVec<[Found; 1]>; 3]>,
    globs: Vec<UseLeafId>,
    /// Names in the tokens of macro calls at module level, which those may define.
    opaque: FxHashMap<Name, ItemId>,
    /// Macro calls, and items with derives and attributes that are not the language's: they may define any name.
    makers: Vec<ItemId>,
}

/// What a leaf leads to, at each level of trust and in each namespace. Most are never asked for.
type Answers = [[OnceLock<Option<Box<Hit>>>; 3]; 5];

/// All names of a workspace.
pub(super) struct Scopes<'a> {
    pub(super) workspace: &'a Workspace,
    modules: Vec<Names>,
    /// By crate: names that start a path to another crate.
    preludes: Vec<FxHashMap<Name, Def>>,
    /// By crate: those of these names that an `extern crate` of its root gives to a crate of another name.
    renamed: Vec<FxHashMap<Name, UseLeafId>>,
    /// By crate and name: macros in textual scope, each with the module from which on it is visible.
    textual: Vec<FxHashMap<Name, Vec<(ItemId, ModuleId)>>>,
    /// By crate: other crates whose macros `#[macro_use] extern crate` brings in.
    macro_crates: Vec<Vec<Def>>,
    /// By leaf: what it leads to in each namespace, at each level of trust.
    leaves: Vec<Answers>,
    /// Every `macro_rules!` by name.
    rules: FxHashMap<Name, Vec<ItemId>>,
    /// Words that macro calls are handed to define something under: `RED` of `color!(RED, 255, 0, 0)`.
    spliced: FxHashSet<Name>,
    /// The same, each with its call.
    splicing: FxHashSet<(ItemId, Name)>,
    /// The last names of modules that some glob imports all of.
    globbed: FxHashSet<Name>,
}

/// How much is believed of names that no definition in the source has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) enum Trust {
    /// Only definitions in the source, and those that a `macro_rules!` of the workspace has written out.
    #[default]
    Seen,
    /// A word in the tokens of a macro call, or a name like that of an item with a derive.
    Likely,
    /// Any name in a module into which source is spliced that nobody has read: `include!`.
    Spliced,
    /// Any name in another crate of which a glob imports all.
    Foreign,
    /// Whatever a macro could have made.
    Anything,
}

/// What is being resolved right now: a name that needs itself is not found.
#[derive(Debug, Default)]
pub(super) struct Open {
    keys: Vec<(u32, u32, u8)>,
    pub(super) trust: Trust,
    /// The module that an import stands in, while it is being resolved.
    from: Option<ModuleId>,
    /// How many imports were followed, and once these are many: which led nowhere.
    followed: usize,
    nowhere: FxHashSet<Asked>,
}

/// A name that was looked for: through an import, in a namespace, at a level of trust.
type Asked = (UseLeafId, Option<Name>, u8, Trust);

impl Open {
    /// Modules that import from each other by globs are asked again and again for a name that none of them has, in every
    /// order. Within so many steps each gets its own answer, which may depend on what is being resolved around it; from
    /// there on a name that an import did not lead to is taken as settled for this search.
    const PATIENCE: usize = 100;

    fn is_settled(&self, asked: &Asked) -> bool {
        self.followed > Self::PATIENCE && self.nowhere.contains(asked)
    }

    fn settle(&mut self, asked: Asked) {
        if self.followed > Self::PATIENCE {
            self.nowhere.insert(asked);
        }
    }

    pub(super) fn at(trust: Trust) -> Self {
        Self {
            trust,
            ..Self::default()
        }
    }
}

const NAMESPACES: [Namespace; 3] = [Namespace::Type, Namespace::Value, Namespace::Macro];

fn slot(namespace: Namespace) -> usize {
    match namespace {
        Namespace::Type => 0,
        Namespace::Value => 1,
        Namespace::Macro => 2,
    }
}

impl Scopes<'_> {
    /// Whether a module's crate is of the 2015 edition.
    pub(super) fn is_2015(&self, module: ModuleId) -> bool {
        let krate = self.workspace.module(module).krate;
        self.workspace.krate(krate).edition == "2015"
    }

    /// Whether some macro call may define a word that it hands over.
    pub(super) fn is_spliced(&self, word: Name) -> bool {
        self.spliced.contains(&word)
    }

    /// Whether some glob imports all of a module of this name, whoever's.
    pub(super) fn is_globbed(&self, module: Name) -> bool {
        self.globbed.contains(&module)
    }

    /// Whether a macro call may define a word that it hands over.
    pub(super) fn splices(&self, call: ItemId, word: Name) -> bool {
        self.splicing.contains(&(call, word))
    }

    /// The crate that a name starts a path to, in any module of another.
    pub(super) fn in_prelude(&self, krate: CrateId, name: Name) -> Option<Hit> {
        let mut hit = Hit::first(self.preludes[krate.index()].get(&name).copied()?);
        let leaf = self.renamed[krate.index()].get(&name);
        hit.lookups.extend(leaf.map(|leaf| Lookup {
            module: self.workspace.krate(krate).root,
            name,
            namespace: Namespace::Type,
            found: Found::Leaf(*leaf),
        }));
        Some(hit)
    }
}

pub(super) fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next())
    })
}
