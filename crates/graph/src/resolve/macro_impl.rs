//! Impls that a macro of the workspace writes where it is called: they bind the call to a crate as impls in plain sight
//! bind themselves.

mod guess;

use std::collections::BTreeSet;

use cleave_syntax::item::ItemKind;
use cleave_syntax::{ItemId, Workspace};

use self::guess::Guess;
use super::anchor::{ALIASES, head_of_alias};
use super::expand::{Expander, Expansion, Token, range};
use crate::graph::{Graph, Place, Target};

/// Fills [`Graph::anchors`] of macro calls at module level, and [`Graph::bound`] of those whose impls have several homes.
pub(super) fn attach(workspace: &Workspace, graph: &mut Graph) {
    let mut expander = Expander::new(workspace, graph);
    let mut guess = Guess::new(workspace, graph);
    let mut found = Vec::new();
    let mut inner = Vec::new();
    for id in (0..workspace.items.len()).map(ItemId::new) {
        let item = workspace.item(id);
        if !item.inner_impls.is_empty() {
            let all = homes_of_inner(workspace, graph, id);
            if item.parent.is_none() && item.implementation.is_none() {
                found.push((id, place(workspace, id, &all)));
            } else {
                let first = all.iter().filter_map(|homes| homes.first());
                inner.extend(first.map(|home| (id, *home)));
            }
        }
        if item.kind != ItemKind::MacroCall || item.parent.is_some() {
            continue;
        }
        let mut all = match expander.expand(id) {
            Ok(expansion) => homes_of_impls(workspace, graph, (id, &expansion)),
            Err(_) => guess.homes(id),
        };
        all.retain(|homes| !homes.is_empty());
        found.push((id, place(workspace, id, &all)));
    }
    graph.bound.extend(inner);
    for (id, (anchors, others)) in found {
        graph.anchors[id.index()] = anchors;
        let others = others.into_iter();
        graph.bound.extend(others.map(|other| (id, other)));
    }
}

/// By each impl in a body of an item: the types and traits by which it may stand where the item is.
fn homes_of_inner(workspace: &Workspace, graph: &Graph, id: ItemId) -> Vec<Vec<ItemId>> {
    let of = |path: u32| {
        let place = Place::Item(id, path);
        let mut references = graph.references_of(id).iter();
        let target = references.find_map(|reference| match reference.resolution.target {
            Target::Item(target) if reference.place == place => Some(target),
            _ => None,
        })?;
        let home = behind_alias(workspace, graph, target)?;
        let is_own = home == id || workspace.item(id).parent == Some(home);
        (!is_own && is_home(workspace, (id, false), home)).then_some(home)
    };
    let impls = workspace.item(id).inner_impls.iter();
    let homes = impls.map(|paths| {
        paths
            .iter()
            .filter_map(|path| of(*path))
            .collect::<Vec<_>>()
    });
    homes.filter(|homes| !homes.is_empty()).collect()
}

/// By each impl that a call becomes: the types and traits by which it may stand where the call is; none for one that rests
/// on what the call defines itself.
fn homes_of_impls(
    workspace: &Workspace,
    graph: &Graph,
    (call, expansion): (ItemId, &Expansion),
) -> Vec<Vec<ItemId>> {
    let homes = |tokens: &Vec<Token>| {
        let head = Head::of(tokens);
        let names = head.names();
        let mut words = names.iter().filter_map(|token| token.word());
        if words.any(|word| expansion.defined.contains(word)) {
            return Vec::new();
        }
        let mut found: Vec<ItemId> = names
            .iter()
            .flat_map(|token| meant(workspace, graph, token))
            .filter(|id| *id != call && is_home(workspace, (call, head.of.is_none()), *id))
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    };
    expansion.impls.iter().map(homes).collect()
}

/// Whether an impl may stand where something is: a type, a trait, or a call that may define one.
fn is_home(workspace: &Workspace, (call, is_inherent): (ItemId, bool), id: ItemId) -> bool {
    let kind = workspace.item(id).kind;
    let here = workspace.crate_of(id) == workspace.crate_of(call);
    let is_trait = kind == ItemKind::Trait && !is_inherent;
    here && (kind.is_type() || is_trait || kind == ItemKind::MacroCall)
}

/// What the path that starts with a token may mean.
fn meant<'a>(
    workspace: &'a Workspace,
    graph: &'a Graph,
    token: &'a Token,
) -> impl Iterator<Item = ItemId> + 'a {
    let references = graph.references_of(token.origin).iter();
    let here = references.filter(|reference| {
        range(workspace, reference).is_some_and(|range| range.start == token.range.start)
    });
    here.filter_map(|reference| match reference.resolution.target {
        Target::Item(id) => behind_alias(workspace, graph, id),
        Target::Opaque(id) => Some(id),
        _ => None,
    })
}

/// The head of an impl without its generics and bounds.
struct Head<'t> {
    /// The trait; none for an inherent impl.
    of: Option<&'t [Token]>,
    own: &'t [Token],
}

impl<'t> Head<'t> {
    fn of(tokens: &'t [Token]) -> Self {
        let tokens = &tokens[generics(tokens)..];
        let is_clause = |token: &Token| token.word() == Some("where");
        let clause = tokens.iter().position(is_clause);
        let tokens = &tokens[..clause.unwrap_or(tokens.len())];
        let is_for = |at: &usize| {
            let higher_ranked = tokens.get(at + 1).is_some_and(|next| next.is('<'));
            tokens[*at].word() == Some("for") && !higher_ranked
        };
        match (0..tokens.len()).find(is_for) {
            Some(at) => Self {
                of: Some(&tokens[..at]),
                own: &tokens[at + 1..],
            },
            None => Self {
                of: None,
                own: tokens,
            },
        }
    }

    /// What stands in it where it may let the impl stand: the trait, its arguments, and the type itself. `Box<Own>` and
    /// `Pin<Own>` are as good as `Own`; what else is made of a type is not.
    fn names(&self) -> Vec<&'t Token> {
        let of = self.of.into_iter().flat_map(|of| up_to(of, 1));
        of.chain(up_to(self.own, 0)).collect()
    }
}

/// The tokens that stand in so many angle brackets at most.
fn up_to(tokens: &[Token], most: usize) -> Vec<&Token> {
    let mut found = Vec::new();
    let mut open: Vec<bool> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| &tokens[before]);
        if token.is('<') {
            let word = before.and_then(Token::word);
            open.push(!word.is_some_and(|it| it == "Box" || it == "Pin"));
        } else if token.is('>') && !before.is_some_and(|it| it.is('-')) {
            open.pop();
        } else if open.iter().filter(|counts| **counts).count() <= most {
            found.push(token);
        }
    }
    found
}

/// How many tokens the generics at the start take.
fn generics(tokens: &[Token]) -> usize {
    if !tokens.first().is_some_and(|token| token.is('<')) {
        return 0;
    }
    let mut depth = 0usize;
    for (index, token) in tokens.iter().enumerate() {
        let in_arrow = index > 0 && tokens[index - 1].is('-');
        if token.is('<') {
            depth += 1;
        } else if token.is('>') && !in_arrow {
            depth -= 1;
            if depth == 0 {
                return index + 1;
            }
        }
    }
    tokens.len()
}

/// Where a call with some impls may stand, and what it can't be parted from besides.
///
/// Impls of one trait for several types may stand with the trait or with all the types: the call goes with these where it
/// stands beside them and not beside the trait.
fn place(workspace: &Workspace, call: ItemId, all: &[Vec<ItemId>]) -> (Vec<ItemId>, Vec<ItemId>) {
    let (anchors, others) = common(all);
    let module = workspace.item(call).module;
    let is_beside = |id: &&ItemId| workspace.item(**id).module == module;
    let is_type = |id: &&ItemId| workspace.item(**id).kind.is_type();
    if !others.is_empty() || anchors.iter().any(|id| is_type(&id) || is_beside(&id)) {
        return (anchors, others);
    }
    let own = |homes: &Vec<ItemId>| homes.iter().filter(is_type).find(is_beside).copied();
    let types: Option<BTreeSet<ItemId>> = all.iter().map(own).collect();
    let mut types = types.unwrap_or_default().into_iter();
    match types.next() {
        Some(first) => (vec![first], types.collect()),
        None => (anchors, others),
    }
}

/// What a type alias stands for, if that is a type of its own.
fn behind_alias(workspace: &Workspace, graph: &Graph, id: ItemId) -> Option<ItemId> {
    let mut at = id;
    for _ in 0..ALIASES {
        let item = workspace.item(at);
        if item.kind != ItemKind::TypeAlias {
            return Some(at);
        }
        let (index, _) = head_of_alias(workspace, at)?;
        let place = Place::Item(at, index as u32);
        let mut references = graph.references_of(at).iter();
        at = references.find_map(|reference| match reference.resolution.target {
            Target::Item(target) if reference.place == place => Some(target),
            _ => None,
        })?;
    }
    None
}

/// The homes that all impls of a call have in common; where there are none, the first's, and one for each impl that can't
/// stand there: the call stays with these too.
fn common(homes: &[Vec<ItemId>]) -> (Vec<ItemId>, Vec<ItemId>) {
    let Some((first, others)) = homes.split_first() else {
        return Default::default();
    };
    let shared: Vec<ItemId> = first
        .iter()
        .copied()
        .filter(|id| others.iter().all(|other| other.contains(id)))
        .collect();
    if !shared.is_empty() {
        return (shared, Vec::new());
    }
    let apart = others
        .iter()
        .filter(|other| !other.iter().any(|id| first.contains(id)));
    (first.clone(), apart.map(|other| other[0]).collect())
}
