//! Which names each side still looks up where (rows A1 to A9): the basis of every import that is kept, copied or written.

mod dest;
mod either;
mod made;
mod namesake;
mod root;

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::graph::Found;
use cleave_graph::standard::is_crate as is_standard;
use cleave_graph::{Graph, Lookup, Place, Reference, Resolution, Target};
use cleave_syntax::item::{ItemKind, PathContext};
use cleave_syntax::workspace::CrateKind;
use cleave_syntax::{CrateId, ItemId, ModuleId, Name, UseLeafId};

use crate::scope::{Scope, Side};
use crate::skeleton::MAY_GO_UNUSED;
use crate::support;
use crate::traits;
use crate::unhygienic;

pub(crate) use dest::dest_demand;
use either::Fit;
pub(crate) use either::{in_one_line, joined};
pub(crate) use root::root_demand;

/// Who asks for a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The `cfg` attributes under which somebody asks; none while nobody asked.
    pub(crate) conditions: Option<BTreeSet<String>>,
    /// Whether somebody outside the module asks.
    pub(crate) from_outside: bool,
    /// Whether somebody asks who stands under no condition. Who asks under too many different ones is no such, though
    /// these are no condition together.
    pub(crate) always: bool,
    /// Whether the conditions may hold where nobody asks, since those of all who do would be too many.
    pub(crate) is_loose: bool,
}

impl Asked {
    /// Whoever may name it.
    pub(crate) fn for_all() -> Self {
        let mut asked = Self::default();
        asked.by(&[], true);
        asked
    }

    fn by(&mut self, conditions: &[String], from_outside: bool) {
        let new: BTreeSet<String> = conditions.iter().cloned().collect();
        self.conditions = Some(match self.conditions.take() {
            None => new,
            Some(old) => {
                let (either, fit) = either::either(&old, &new);
                self.is_loose = match fit {
                    Fit::Exact => self.is_loose,
                    Fit::Whole => self.is_loose && either == old && either != new,
                    Fit::Loose => true,
                };
                either
            }
        });
        self.from_outside |= from_outside;
        self.always |= conditions.is_empty();
    }

    /// The attributes for an import of what is asked for.
    pub(crate) fn attributes(&self) -> BTreeSet<String> {
        let mut attributes = self.conditions.clone().unwrap_or_default();
        if self.is_loose {
            attributes.insert(MAY_GO_UNUSED.trim_end().to_owned());
        }
        attributes
    }

    /// Whether somebody asks who stands under no condition: whoever else asks changes nothing of that.
    fn is_by_all(&self) -> bool {
        self.conditions.as_ref().is_some_and(BTreeSet::is_empty)
    }
}

/// What the code that stays needs of what moves.
#[derive(Debug, Default)]
pub(crate) struct RootDemand {
    /// Moved items that are looked up by name in a module that stays.
    pub(crate) names: BTreeMap<(ModuleId, ItemId, String), Asked>,
    /// Modules that move whole and are looked up in a parent that stays.
    pub(crate) modules: BTreeMap<ModuleId, Asked>,
    /// Imports in modules that stay which somebody who stays still uses.
    pub(crate) leaves: BTreeMap<UseLeafId, Asked>,
    /// Moved items that must be public.
    pub(crate) public_items: BTreeSet<ItemId>,
    /// Moved imports that must be public.
    pub(crate) public_leaves: BTreeSet<UseLeafId>,
    /// Modules that the root names in the destination, which must be public there.
    pub(crate) public_modules: BTreeSet<ModuleId>,
    /// Who calls a moved macro by its bare name.
    pub(crate) bare_macros: Asked,
}

/// What the code that moves needs in its new crate beside itself.
#[derive(Debug, Default)]
pub(crate) struct DestDemand {
    /// Imports of the monolith that are needed at the same module path.
    pub(crate) leaves: BTreeMap<UseLeafId, Asked>,
    /// Names behind globs that have a namesake behind another, which only shows in the destination: they are imported by
    /// themselves.
    pub(crate) named: BTreeMap<(UseLeafId, Name), Asked>,
    /// These, and those that name what is at home in the destination: all imports that moving code goes through.
    pub(crate) asked: BTreeSet<UseLeafId>,
    /// Imports that a public import re-exports, and so are public themselves.
    pub(crate) re_exported: BTreeSet<UseLeafId>,
    /// Modules of the monolith that a public import re-exports.
    pub(crate) re_exported_modules: BTreeSet<ModuleId>,
    /// Modules of the monolith that the destination needs as a place for such imports only.
    pub(crate) facades: BTreeSet<ModuleId>,
    /// Lower crates whose macros are called by bare names.
    pub(crate) macro_crates: BTreeSet<CrateId>,
    /// Paths from what moves to what stays: the step can't be done.
    pub(crate) violations: Vec<(Place, ItemId)>,
}

impl DestDemand {
    /// An import shows to others no more than they see of the one that it names: `pub(crate) use X as Y` in the module that
    /// imports `X`.
    fn seen_through(&mut self, scope: &Scope<'_>) {
        let seen = self.leaves.iter().filter(|(_, asked)| asked.from_outside);
        let mut pending: Vec<UseLeafId> = seen.map(|(leaf, _)| *leaf).collect();
        while let Some(leaf) = pending.pop() {
            for resolution in &scope.graph.leaves[leaf.index()] {
                for next in onward(scope, leaf, resolution) {
                    let hidden = self.leaves.get_mut(&next).filter(|it| !it.from_outside);
                    if let Some(asked) = hidden {
                        asked.from_outside = true;
                        pending.push(next);
                    }
                }
            }
        }
    }
}

/// Whoever asks: the module that the path stands in, and the conditions it stands under.
struct Asker<'b> {
    module: ModuleId,
    /// The module that the name is looked up from: that of the import which leads on, else the same.
    from: ModuleId,
    item: Option<ItemId>,
    /// The imports that led on to the name: what is behind them is asked for where they are there.
    through: Vec<ItemId>,
    fixed: &'b [String],
    form: Form,
    /// Whether it asks for the macro that a call calls, where only what stands in the call is for tests.
    is_call: bool,
    /// The `cfg` attributes inside the item, around the path.
    within: Vec<String>,
}

/// What leads to a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A single name in code.
    Name,
    /// An import of a single name.
    Import,
    /// A path.
    Path,
}

impl<'b> Asker<'b> {
    /// An import that nobody is known to use.
    fn unnamed(module: ModuleId, fixed: &'b [String]) -> Self {
        Asker {
            module,
            from: module,
            item: None,
            through: Vec::new(),
            fixed,
            form: Form::Path,
            is_call: false,
            within: Vec::new(),
        }
    }

    /// An item that asks for what no path of its own leads to: it calls a method, or is an import itself.
    fn caller(scope: &Scope<'_>, item: ItemId) -> Self {
        Asker {
            module: scope.workspace.item(item).module,
            from: scope.workspace.item(item).module,
            item: Some(item),
            through: Vec::new(),
            fixed: &[],
            form: Form::Path,
            is_call: false,
            within: Vec::new(),
        }
    }

    /// An item that asks by one of its paths.
    fn path(scope: &Scope<'_>, item: ItemId, index: u32) -> Self {
        let value = scope.workspace.item(item);
        let path = &value.paths[index as usize];
        Asker {
            is_call: value.spells_tests && path.names_macro(),
            within: scope.conditions_within(item, path.range()),
            ..Self::caller(scope, item)
        }
    }
}

impl Asker<'_> {
    /// Whether a macro, called by its bare name, is in textual scope, so that no import leads to it: what is needed is its
    /// crate's macros as a whole. An import of it beside the call, and its old path in a library's root, do as well.
    fn is_textual(&self, scope: &Scope<'_>, id: ItemId) -> bool {
        let workspace = scope.workspace;
        let at_root = self.module == workspace.krate(scope.root).root
            && workspace.krate(scope.root).kind == CrateKind::Lib
            && workspace.item(id).is_exported_macro();
        let mut leaves = workspace
            .module(self.module)
            .items
            .iter()
            .flat_map(|item| &workspace.item(*item).leaves);
        let imported = leaves.any(|leaf| {
            scope.graph.leaves[leaf.index()]
                .iter()
                .any(|resolution| resolution.target == Target::Item(id))
        });
        self.form == Form::Name && !at_root && !imported
    }

    /// Who asks in one of several lookups: what a glob leads on to is looked up from the module that the glob stands in, and
    /// is an import's, as a macro in textual scope is not.
    fn at<'l>(&self, scope: &Scope<'_>, lookups: &'l [Lookup], index: usize) -> (&'l Lookup, Self) {
        let lookup = &lookups[index];
        let before = lookups[..index].last();
        let glob = before.filter(|before| {
            let same = (before.name, before.namespace) == (lookup.name, lookup.namespace);
            same && matches!(before.found, Found::Glob(_))
        });
        let (from, form) = glob.map_or((self.from, self.form), |glob| (glob.module, Form::Path));
        let workspace = scope.workspace;
        let found = match lookup.found {
            Found::Leaf(leaf) | Found::Glob(leaf) => workspace.leaf(leaf).item,
            Found::Item(item) => item,
        };
        // Who wrote a condition above an import or a definition meant all who use it.
        let within = if workspace.item(found).is_conditional() {
            Vec::new()
        } else {
            self.within.clone()
        };
        (
            lookup,
            Asker {
                from,
                through: self.through.clone(),
                within,
                form,
                ..*self
            },
        )
    }

    /// Who asks for what an import leads to, which is looked up from a module.
    fn behind(&self, import: ItemId, from: ModuleId, form: Form) -> Self {
        let mut through = self.through.clone();
        through.push(import);
        Asker {
            from,
            through,
            within: self.within.clone(),
            form,
            ..*self
        }
    }

    /// Asks for a name of a module.
    fn ask(&self, scope: &Scope<'_>, module: ModuleId, asked: &mut Asked) {
        let outside = !scope.workspace.is_within(self.from, module);
        asked.by(&self.conditions(scope, module), outside);
    }

    fn conditions(&self, scope: &Scope<'_>, module: ModuleId) -> Vec<String> {
        let workspace = scope.workspace;
        let krate = workspace.module(module).krate;
        let root = workspace.krate(scope.root).root;
        let of = |item: ItemId| {
            let is_inside = workspace.is_within(workspace.item(item).module, module);
            scope.conditions(item, if is_inside { module } else { root })
        };
        let mut texts = match self.item {
            Some(item) if workspace.crate_of(item) == krate => {
                let mut texts = of(item);
                texts.extend_from_slice(&self.within);
                texts
            }
            _ => self.fixed.to_vec(),
        };
        if self.is_call {
            texts.retain(|text| text != support::TEST);
        }
        let through = self.through.iter().copied();
        let through = through.filter(|import| workspace.crate_of(*import) == krate);
        texts.extend(through.flat_map(of));
        texts.sort();
        texts.dedup();
        texts
    }
}

/// The imports by which the last name of an import is found, in one of the ways that it leads.
pub(crate) fn onward<'a>(
    scope: &Scope<'a>,
    leaf: UseLeafId,
    resolution: &'a Resolution,
) -> impl Iterator<Item = UseLeafId> + 'a {
    let last = scope.workspace.leaf(leaf).path.segments.last();
    let named = last.map(|last| last.name);
    let lookups = resolution.lookups.iter();
    lookups
        .filter(move |lookup| named == Some(lookup.name))
        .filter_map(|lookup| match lookup.found {
            Found::Leaf(next) | Found::Glob(next) => Some(next),
            Found::Item(_) => None,
        })
}

/// Who of what moves (or stays) needs an import that no path of theirs leads through: for methods of a trait, or for what
/// a macro looks up where it is called.
fn users_unseen(scope: &Scope<'_>, leaf: UseLeafId, moving: bool) -> BTreeSet<ItemId> {
    let mut users = traits::users(scope, leaf, moving);
    users.extend(unhygienic::users(scope, leaf, moving));
    users
}

/// The references of the items on one side; docs left out, and words that only look like one.
fn references<'b>(scope: &'b Scope<'_>, side: Side) -> impl Iterator<Item = &'b Reference> + 'b {
    let enters_words = scope.workspace.items.iter().zip(0..).any(|(item, index)| {
        item.kind == ItemKind::MacroRules
            && enters_a_word(scope.workspace.text_of(ItemId::new(index)))
    });
    scope
        .graph
        .references
        .iter()
        .filter(move |reference| match reference.place {
            Place::Item(item, _) => {
                scope.workspace.crate_of(item) == scope.root
                    && scope.side(item) == side
                    && !Graph::is_doc(scope.workspace, reference.place)
                    && (enters_words || !is_word(scope, reference))
                    && !is_of_prelude(scope, reference)
            }
            Place::Header(..) => false,
        })
}

/// Whether a macro takes a word as the start of a path: `$name::rest`.
fn enters_a_word(text: &str) -> bool {
    text.match_indices('$').any(|(at, _)| {
        let rest = &text[at + 1..];
        let name = rest
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .next();
        name.is_some_and(|name| {
            let behind = rest[name.len()..].trim_start();
            !["", "crate"].contains(&name) && behind.starts_with("::")
        })
    })
}

/// Whether a reference is a word in a macro call's tokens that a module happens to be called: alone, a module's name means
/// nothing.
fn is_word(scope: &Scope<'_>, reference: &Reference) -> bool {
    let Place::Item(item, index) = reference.place else {
        return false;
    };
    let path = &scope.workspace.item(item).paths[index as usize];
    let is_module = matches!(reference.resolution.target, Target::Module(_));
    is_module && path.guessed && path.segments.len() == 1 && path.context != PathContext::Macro
}

/// Whether a reference is a call of a macro that every module has, whatever imports of the module of the same name there are:
/// `use std::env` for `env!`.
fn is_of_prelude(scope: &Scope<'_>, reference: &Reference) -> bool {
    let path = reference.place.path(scope.workspace);
    let is_standard = match &reference.resolution.target {
        Target::Builtin => true,
        Target::External(krate) => is_standard(krate),
        _ => false,
    };
    let names = ["env", "panic"];
    let is_macro = path.context == PathContext::Macro;
    is_macro && path.segments.len() == 1 && is_standard && {
        let name = path.segments[0].name;
        names.iter().any(|own| name == *own)
    }
}

/// Instead of a name, where nobody knows which names there are.
pub(crate) const ALL: &str = "*";
