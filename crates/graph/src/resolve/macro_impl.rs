//! Impls that a macro of the workspace writes where it is called: they bind the call to a crate as impls in plain sight
//! bind themselves.

use std::collections::{BTreeSet, HashMap};
use std::str::FromStr;

use cleave_syntax::item::ItemKind;
use cleave_syntax::token::{is_punct, transcribers};
use cleave_syntax::{ItemId, TextRange, Workspace};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::anchor::is_in_compound;
use crate::graph::{Graph, Place, Reference, Target};

/// Fills [`Graph::anchors`] of macro calls at module level, and [`Graph::bound`] of those whose impls have several homes.
pub(super) fn attach(workspace: &Workspace, graph: &mut Graph) {
    let mut written: HashMap<ItemId, Vec<Header>> = HashMap::new();
    for id in (0..workspace.items.len()).map(ItemId::new) {
        let item = workspace.item(id);
        if item.kind != ItemKind::MacroCall || item.parent.is_some() {
            continue;
        }
        let mut all = Vec::new();
        for called in graph.macros_run_by(workspace, id) {
            let headers = written
                .entry(called)
                .or_insert_with(|| headers(workspace, called));
            let homes = headers
                .iter()
                .flat_map(|header| homes_of_impls(workspace, graph, (called, header), id));
            all.extend(homes.filter(|homes| !homes.is_empty()));
        }
        let (anchors, others) = common(&all);
        graph.anchors[id.index()] = anchors;
        graph
            .bound
            .extend(others.into_iter().map(|other| (id, other)));
    }
}

/// The head of an impl in a macro's transcriber.
struct Header {
    /// From behind the generics to the where clause or the body, in the macro's file.
    range: TextRange,
    is_inherent: bool,
    /// Whether what the call hands over stands in it.
    has_variable: bool,
    /// Whether there is an impl for each of several arguments: `$(impl Trait for $ty {})*`.
    is_repeated: bool,
}

fn headers(workspace: &Workspace, id: ItemId) -> Vec<Header> {
    let mut found = Vec::new();
    let start = workspace.item(id).range.start;
    for transcriber in transcribers(workspace.text_of(id)) {
        let mut defined = BTreeSet::new();
        defined_in(&transcriber, &mut defined);
        in_transcriber(&transcriber, (start, &defined), false, &mut found);
    }
    found
}

/// Nesting is as deep as in the source, which was parsed before.
fn in_transcriber(
    group: &Group,
    (start, defined): (u32, &BTreeSet<String>),
    is_repeated: bool,
    found: &mut Vec<Header>,
) {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(inner) => {
                let is_repeated = is_repeated || index > 0 && is_punct(&tokens[index - 1], '$');
                in_transcriber(inner, (start, defined), is_repeated, found);
            }
            TokenTree::Ident(word) if word == "impl" => {
                let returned = index > 0 && is_punct(&tokens[index - 1], '>');
                let header = header(&tokens[index + 1..], (start, defined));
                found.extend(header.filter(|_| !returned).map(|header| Header {
                    is_repeated: is_repeated && header.is_repeated,
                    ..header
                }));
            }
            _ => {}
        }
    }
}

/// What types and traits an expansion defines itself, by their names or by the variables that hold these.
fn defined_in(group: &Group, found: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(inner) => defined_in(inner, found),
            TokenTree::Ident(word)
                if ["struct", "enum", "union", "trait"]
                    .iter()
                    .any(|one| word == one) =>
            {
                found.extend(named_at(&tokens, index + 1));
            }
            _ => {}
        }
    }
}

/// The name at a place: `Name`, or `$name` with its dollar.
fn named_at(tokens: &[TokenTree], index: usize) -> Option<String> {
    match tokens.get(index)? {
        TokenTree::Ident(name) => Some(name.to_string()),
        TokenTree::Punct(dollar) if dollar.as_char() == '$' => match tokens.get(index + 1)? {
            TokenTree::Ident(name) => Some(format!("${name}")),
            _ => None,
        },
        _ => None,
    }
}

/// Reads the head of an impl, behind the keyword; none where no body follows, and none where the expansion defines what
/// lets the impl stand wherever the call does.
fn header(tokens: &[TokenTree], (start, defined): (u32, &BTreeSet<String>)) -> Option<Header> {
    let body = tokens.iter().position(
        |token| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace),
    )?;
    let head = &tokens[generics(&tokens[..body])..body];
    let clause = head
        .iter()
        .position(|token| matches!(token, TokenTree::Ident(word) if word == "where"));
    let head = &head[..clause.unwrap_or(head.len())];
    let is_own = |at: usize| {
        let follows_dollar = at > 0 && is_punct(&head[at - 1], '$');
        !follows_dollar && named_at(head, at).is_some_and(|name| defined.contains(&name))
    };
    if (0..head.len()).any(is_own) {
        return None;
    }
    let (first, last) = (head.first()?, head.last()?);
    let is_for = |(index, token): (usize, &TokenTree)| {
        let higher_ranked = head.get(index + 1).is_some_and(|next| is_punct(next, '<'));
        matches!(token, TokenTree::Ident(word) if word == "for") && !higher_ranked
    };
    let variables = head.iter().filter(|token| is_punct(token, '$')).count();
    Some(Header {
        range: TextRange::new(
            start + first.span().byte_range().start as u32,
            start + last.span().byte_range().end as u32,
        ),
        is_inherent: !head.iter().enumerate().any(is_for),
        has_variable: variables > 0,
        is_repeated: variables == 1,
    })
}

/// How many tokens the generics at the start take.
fn generics(tokens: &[TokenTree]) -> usize {
    if !tokens.first().is_some_and(|token| is_punct(token, '<')) {
        return 0;
    }
    let mut depth = 0usize;
    for (index, token) in tokens.iter().enumerate() {
        let in_arrow = index > 0 && is_punct(&tokens[index - 1], '-');
        if is_punct(token, '<') {
            depth += 1;
        } else if is_punct(token, '>') && !in_arrow {
            depth -= 1;
            if depth == 0 {
                return index + 1;
            }
        }
    }
    tokens.len()
}

/// By each impl that a call has a macro write: the types and traits by which it may stand where the call is.
///
/// Of impls for each of several types, these say where: the call goes with them where it stands beside all of them.
/// Elsewhere, and where others' types are among them, it goes with the trait.
fn homes_of_impls(
    workspace: &Workspace,
    graph: &Graph,
    (called, header): (ItemId, &Header),
    call: ItemId,
) -> Vec<Vec<ItemId>> {
    let homes = homes(workspace, graph, (called, header), call);
    let arguments = arguments(workspace, call);
    let is_type = |id: &ItemId| workspace.item(*id).kind.is_type();
    let handed: BTreeSet<ItemId> = graph
        .references_of(call)
        .iter()
        .filter(|it| range(workspace, it).is_some_and(|it| arguments.contains(&it.start)))
        .filter_map(|reference| match reference.resolution.target {
            Target::Item(target) => behind_alias(workspace, graph, target),
            _ => None,
        })
        .filter(is_type)
        .collect();
    let (types, others): (Vec<ItemId>, Vec<ItemId>) =
        homes.iter().partition(|id| handed.contains(id));
    if !header.is_repeated || types.len() < 2 {
        return vec![homes];
    }
    let module = workspace.item(call).module;
    let is_beside = |id: &ItemId| workspace.item(*id).module == module;
    let all_own = types.len() == arguments.len() && types.iter().all(is_beside);
    if others.is_empty() || all_own && !others.iter().any(is_beside) {
        types.into_iter().map(|id| vec![id]).collect()
    } else {
        vec![others]
    }
}

/// The types and traits of the workspace by which an impl may stand where the call is.
fn homes(
    workspace: &Workspace,
    graph: &Graph,
    (called, header): (ItemId, &Header),
    call: ItemId,
) -> Vec<ItemId> {
    let is_home = |id: ItemId| {
        let kind = workspace.item(id).kind;
        let here = workspace.crate_of(id) == workspace.crate_of(call);
        here && (kind.is_type() || (kind == ItemKind::Trait && !header.is_inherent))
    };
    let named = |id: ItemId, within: &dyn Fn(TextRange) -> bool| -> Vec<ItemId> {
        let references = graph.references_of(id).iter();
        references
            .filter(|reference| range(workspace, reference).is_some_and(within))
            .filter_map(|reference| match reference.resolution.target {
                Target::Item(target) => behind_alias(workspace, graph, target),
                _ => None,
            })
            .filter(|target| is_home(*target))
            .collect()
    };
    let mut homes = named(called, &|range| {
        header.range.start <= range.start && range.end <= header.range.end
    });
    if header.has_variable {
        let arguments = arguments(workspace, call);
        homes.extend(named(call, &|range| arguments.contains(&range.start)));
        homes.extend(definer(workspace, graph, (call, &arguments)));
    }
    homes.sort_unstable();
    homes.dedup();
    homes
}

/// What a type alias stands for, if that is a type of its own.
fn behind_alias(workspace: &Workspace, graph: &Graph, id: ItemId) -> Option<ItemId> {
    const DEEP: usize = 8;
    let mut at = id;
    for _ in 0..DEEP {
        let item = workspace.item(at);
        if item.kind != ItemKind::TypeAlias {
            return Some(at);
        }
        let index = item.paths.iter().position(|path| path.in_signature)?;
        if is_in_compound(workspace, at, &item.paths[index]) {
            return None;
        }
        let place = Place::Item(at, index as u32);
        let mut references = graph.references_of(at).iter();
        at = references.find_map(|reference| match reference.resolution.target {
            Target::Item(target) if reference.place == place => Some(target),
            _ => None,
        })?;
    }
    None
}

/// The call that defined the macro which a call names. What it defined besides, such as a trait of the same name, may stand
/// in the impls: nobody sees what that macro hands on.
fn definer(
    workspace: &Workspace,
    graph: &Graph,
    (call, arguments): (ItemId, &[u32]),
) -> Option<ItemId> {
    let mut references = graph.references_of(call).iter();
    references.find_map(|reference| match reference.resolution.target {
        Target::Item(id) | Target::Opaque(id) if workspace.item(id).kind == ItemKind::MacroCall => {
            let range = range(workspace, reference)?;
            let here = workspace.crate_of(id) == workspace.crate_of(call);
            let is_macro = Graph::is_macro_path(workspace, reference.place);
            let is_named = is_macro && !arguments.contains(&range.start);
            (here && id != call && is_named).then_some(id)
        }
        _ => None,
    })
}

fn range(workspace: &Workspace, reference: &Reference) -> Option<TextRange> {
    match reference.place {
        Place::Item(id, index) => Some(workspace.item(id).paths[index as usize].range()),
        Place::Header(..) => None,
    }
}

/// Where the names start that a call hands over as they are, not within braces; not those of bounds, `T: Bound + Other`.
fn arguments(workspace: &Workspace, call: ItemId) -> Vec<u32> {
    let start = workspace.item(call).range.start;
    let mut found = Vec::new();
    let tokens = TokenStream::from_str(workspace.text_of(call)).unwrap_or_default();
    let mut is_macro = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) if is_macro => names(&group, start, &mut found),
            token => is_macro |= is_punct(&token, '!'),
        }
    }
    found
}

fn names(group: &Group, start: u32, found: &mut Vec<u32>) {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    let is_at = |at: Option<usize>, what| {
        at.and_then(|at| tokens.get(at))
            .is_some_and(|token| is_punct(token, what))
    };
    for (at, token) in tokens.iter().enumerate() {
        let (last, before) = (at.checked_sub(1), at.checked_sub(2));
        let is_bound = is_at(last, '+') || is_at(last, ':') && !is_at(before, ':');
        match token {
            TokenTree::Ident(word) if !is_bound => {
                found.push(start + word.span().byte_range().start as u32);
            }
            TokenTree::Group(inner) if inner.delimiter() != Delimiter::Brace => {
                names(inner, start, found);
            }
            _ => {}
        }
    }
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
