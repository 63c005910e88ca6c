//! What an import may bring into scope for method calls, as far as that is known.

use std::collections::BTreeMap;

use cleave_graph::Target;
use cleave_graph::standard::{is_crate as is_standard, is_type as is_standard_type};
use cleave_syntax::item::{Binding, PathUse, Takes};
use cleave_syntax::{Item, UseLeafId};

use super::made;
use super::shown::{Shown, shown_by};
use super::standard;
use crate::scope::Scope;

/// What an import may bring into scope for method calls.
pub(super) enum Methods {
    NoTrait,
    Known(Declared),
    Foreign,
}

/// What a trait declares, or several do: under one name with different arguments too.
pub(super) type Declared = BTreeMap<String, Vec<Takes>>;

/// Whether one of a name is declared that takes so many arguments, as far as that is known.
pub(super) fn declares(declared: &Declared, name: &str, arguments: Option<u32>) -> bool {
    let mut all = declared.get(name).into_iter().flatten();
    all.any(|takes| {
        let is_word = matches!(takes, Takes::Unknown);
        takes.fits(arguments) && (!is_word || may_be_method(name))
    })
}

/// Whether a name is none of a type, a variant or a constant, by the custom of the language.
pub(super) fn may_be_method(name: &str) -> bool {
    !name.starts_with(char::is_uppercase)
}

fn extend(declared: &mut Declared, other: Declared) {
    for (name, takes) in other {
        declared.entry(name).or_default().extend(takes);
    }
}

pub(super) fn methods(scope: &Scope<'_>, leaf: UseLeafId) -> Methods {
    methods_among(scope, leaf, &|_| true)
}

/// The same of what moves: it calls no methods of traits that stay above, which a glob may show beside others.
pub(super) fn methods_there(scope: &Scope<'_>, leaf: UseLeafId) -> Methods {
    methods_among(scope, leaf, &|shown| !shown.is_left_above(scope))
}

fn methods_among(
    scope: &Scope<'_>,
    leaf: UseLeafId,
    is_in_reach: &dyn Fn(Shown) -> bool,
) -> Methods {
    let import = scope.workspace.leaf(leaf);
    let mut known = Declared::new();
    for resolution in &scope.graph.leaves[leaf.index()] {
        match &resolution.target {
            Target::Module(module) if import.binding == Binding::Glob => {
                let from = scope.workspace.item(import.item).module;
                let shown = shown_by(scope, *module, from).into_iter();
                for source in shown.filter(|shown| is_in_reach(*shown)) {
                    match source.methods(scope) {
                        Methods::Known(methods) => extend(&mut known, methods),
                        Methods::Foreign | Methods::NoTrait => {}
                    }
                }
            }
            target => match methods_of(scope, leaf, target) {
                Methods::Known(methods) => extend(&mut known, methods),
                Methods::Foreign => return Methods::Foreign,
                Methods::NoTrait => {}
            },
        }
    }
    if known.is_empty() {
        Methods::NoTrait
    } else {
        Methods::Known(known)
    }
}

/// What a trait of the workspace declares.
pub(super) fn declared(of: &Item) -> Declared {
    let declared = of.declared.iter();
    declared
        .map(|(name, takes)| (name.clone(), vec![*takes]))
        .collect()
}

/// Names of which no more is known.
pub(super) fn unknown<'n>(names: impl Iterator<Item = &'n str>) -> Declared {
    names
        .map(|name| (name.to_owned(), vec![Takes::Unknown]))
        .collect()
}

/// The methods of what a leaf is found to mean, where that is a trait.
pub(super) fn methods_of(scope: &Scope<'_>, leaf: UseLeafId, target: &Target) -> Methods {
    let workspace = scope.workspace;
    let import = workspace.leaf(leaf);
    match target {
        Target::Item(item) if workspace.item(*item).trait_name().is_some() => {
            Methods::Known(declared(workspace.item(*item)))
        }
        Target::Item(item) => made::methods(scope, *item).map_or(Methods::NoTrait, Methods::Known),
        Target::External(krate) => {
            let last = import.path.segments.last().map_or("", |last| &last.name);
            let name = (import.binding != Binding::Glob).then_some(last);
            // Naming conventions have it that this is a function, a module or a macro.
            if name.is_some_and(|name| name.starts_with(char::is_lowercase)) {
                return Methods::NoTrait;
            }
            let types = scope.workspace.foreign.inherent.get(krate.as_str());
            let outer = import.path.segments.iter().rev().nth(1);
            match foreign(scope, krate, (outer.map(|outer| outer.name.as_str()), name)) {
                Some(methods) => Methods::Known(methods),
                None if name.is_some_and(|name| types.is_some_and(|it| it.contains_key(name))) => {
                    Methods::NoTrait
                }
                None if is_standard(krate) && name.is_some_and(is_standard_type) => {
                    Methods::NoTrait
                }
                None => Methods::Foreign,
            }
        }
        _ => Methods::NoTrait,
    }
}

/// The methods of the trait that a path leads to, as far as they are known.
pub(super) fn of_path(scope: &Scope<'_>, path: &PathUse, target: &Target) -> Option<Declared> {
    let mut backwards = path.segments.iter().rev();
    let name = backwards.next().map(|last| last.name.as_str());
    let module = backwards.next().map(|outer| outer.name.as_str());
    match target {
        Target::Item(id) if scope.workspace.item(*id).trait_name().is_some() => {
            Some(declared(scope.workspace.item(*id)))
        }
        Target::External(krate) => foreign(scope, krate, (module, name)),
        _ => None,
    }
}

/// The methods of a trait of another crate, named in a module, or of all its traits, as far as they are known.
fn foreign(
    scope: &Scope<'_>,
    krate: &str,
    (module, name): (Option<&str>, Option<&str>),
) -> Option<Declared> {
    if let Some(name) = name
        && is_standard(krate)
    {
        return standard::declared(module, name);
    }
    let traits = scope.workspace.foreign.traits.get(krate)?;
    let wanted = match name {
        Some(name) => vec![traits.get(name)?],
        None => traits.values().collect(),
    };
    let mut found = Declared::new();
    for (name, member) in wanted.into_iter().flatten() {
        found.entry(name.clone()).or_default().push(member.takes);
    }
    Some(found)
}
