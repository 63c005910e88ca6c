//! Where impls may stand of a macro that can't be expanded: one that another call defined, say. All that a call hands over
//! may stand in any of them.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use cleave_syntax::item::ItemKind;
use cleave_syntax::token::transcribers;
use cleave_syntax::{ItemId, TextRange, Workspace};
use proc_macro2::{Delimiter, TokenStream};

use super::{Head, behind_alias, is_home};
use crate::graph::{Graph, Target};
use crate::resolve::expand::{Token, Tree, range, tokens};

/// Guesses from what stands in macros and calls.
pub(super) struct Guess<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    written: HashMap<ItemId, Rc<[Header]>>,
}

/// The head of an impl in a macro's transcriber.
struct Header {
    /// From behind the generics to the where clause or the body, in the macro's file.
    range: TextRange,
    is_inherent: bool,
    /// Whether what the call hands over stands in it.
    has_variable: bool,
}

impl<'a> Guess<'a> {
    pub(super) fn new(workspace: &'a Workspace, graph: &'a Graph) -> Self {
        Self {
            workspace,
            graph,
            written: HashMap::new(),
        }
    }

    /// By each impl that the macros behind a call write: the types and traits by which it may stand where the call is.
    pub(super) fn homes(&mut self, call: ItemId) -> Vec<Vec<ItemId>> {
        let mut found = Vec::new();
        for called in self.graph.macros_run_by(self.workspace, call) {
            let written = self.written.entry(called);
            let written = written.or_insert_with(|| headers(self.workspace, called));
            let written = written.clone();
            let homes = written.iter().map(|it| self.homes_by(call, (called, it)));
            found.extend(homes);
        }
        found
    }

    fn homes_by(&self, call: ItemId, (called, header): (ItemId, &Header)) -> Vec<ItemId> {
        let (workspace, graph) = (self.workspace, self.graph);
        let named = |id: ItemId, within: &dyn Fn(TextRange) -> bool| -> Vec<ItemId> {
            let references = graph.references_of(id).iter();
            references
                .filter(|reference| range(workspace, reference).is_some_and(within))
                .filter_map(|reference| match reference.resolution.target {
                    Target::Item(target) => behind_alias(workspace, graph, target),
                    _ => None,
                })
                .filter(|target| workspace.item(*target).kind != ItemKind::MacroCall)
                .filter(|target| is_home(workspace, (call, header.is_inherent), *target))
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
}

fn headers(workspace: &Workspace, id: ItemId) -> Rc<[Header]> {
    let mut found = Vec::new();
    for transcriber in transcribers(workspace.text_of(id)) {
        let transcriber = tokens(workspace, id, transcriber.stream());
        let mut defined = BTreeSet::new();
        defined_in(&transcriber, &mut defined);
        in_transcriber(&transcriber, &defined, &mut found);
    }
    found.into()
}

/// Nesting is as deep as in the source, which was parsed before.
fn in_transcriber(tokens: &[Token], defined: &BTreeSet<String>, found: &mut Vec<Header>) {
    for (index, token) in tokens.iter().enumerate() {
        if let Tree::Group(_, inner) = &token.tree {
            in_transcriber(inner, defined, found);
        } else if token.word() == Some("impl") {
            let returned = index > 0 && tokens[index - 1].is('>');
            let header = header(&tokens[index + 1..], defined);
            found.extend(header.filter(|_| !returned));
        }
    }
}

/// What types and traits an expansion defines itself, by their names or by the variables that hold these.
fn defined_in(tokens: &[Token], found: &mut BTreeSet<String>) {
    for (index, token) in tokens.iter().enumerate() {
        match &token.tree {
            Tree::Group(_, inner) => defined_in(inner, found),
            Tree::Word(word) if ["struct", "enum", "union", "trait"].contains(&&**word) => {
                found.extend(named_at(tokens, index + 1));
            }
            _ => {}
        }
    }
}

/// The name at a place: `Name`, or `$name` with its dollar.
fn named_at(tokens: &[Token], index: usize) -> Option<String> {
    let token = tokens.get(index)?;
    if token.is('$') {
        let name = tokens.get(index + 1)?.word()?;
        return Some(format!("${name}"));
    }
    token.word().map(str::to_owned)
}

/// Reads the head of an impl, behind the keyword; none where no body follows, and none where the expansion defines what
/// lets the impl stand wherever the call does.
fn header(tokens: &[Token], defined: &BTreeSet<String>) -> Option<Header> {
    let body = tokens.iter().position(Token::is_brace)?;
    let parts = Head::of(&tokens[..body]);
    let of = parts.of.unwrap_or_default();
    let is_own = |head: &[Token], at: usize| {
        let follows_dollar = at > 0 && head[at - 1].is('$');
        !follows_dollar && named_at(head, at).is_some_and(|name| defined.contains(&name))
    };
    let mut both = [of, parts.own].into_iter();
    if both.any(|part| (0..part.len()).any(|at| is_own(part, at))) {
        return None;
    }
    let all = || of.iter().chain(parts.own);
    Some(Header {
        range: all().map(|token| token.range).reduce(TextRange::cover)?,
        is_inherent: parts.of.is_none(),
        has_variable: all().any(|token| token.is('$')),
    })
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

/// Where the names start that a call hands over as they are, not within braces; not those of bounds, `T: Bound + Other`.
fn arguments(workspace: &Workspace, call: ItemId) -> Vec<u32> {
    let stream: TokenStream = workspace.text_of(call).parse().unwrap_or_default();
    let tokens = tokens(workspace, call, stream);
    let mut found = Vec::new();
    let behind = tokens.iter().skip_while(|token| !token.is('!'));
    for token in behind {
        if let Tree::Group(_, inner) = &token.tree {
            names(inner, &mut found);
        }
    }
    found
}

fn names(tokens: &[Token], found: &mut Vec<u32>) {
    let is_at = |at: Option<usize>, what| {
        at.and_then(|at| tokens.get(at))
            .is_some_and(|it| it.is(what))
    };
    for (at, token) in tokens.iter().enumerate() {
        let (last, before) = (at.checked_sub(1), at.checked_sub(2));
        let is_bound = is_at(last, '+') || is_at(last, ':') && !is_at(before, ':');
        match &token.tree {
            Tree::Word(_) if !is_bound => found.push(token.range.start),
            Tree::Group(delimiter, inner) if *delimiter != Delimiter::Brace => names(inner, found),
            _ => {}
        }
    }
}
