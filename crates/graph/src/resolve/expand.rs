//! What calls of the workspace's own macros become, as far as items go: the heads of the impls that they write.
//!
//! Rules are chosen and written out as *macros by example* has it in the Rust reference; what stays unexpanded are calls
//! in bodies, and of macros of other crates.

mod matching;
mod token;

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use cleave_syntax::item::ItemKind;
use cleave_syntax::token::rules;
use cleave_syntax::{ItemId, Workspace};

use self::matching::{Bindings, Bound, Part, matches, part};
pub(super) use self::token::{Token, Tree, tokens};
use crate::graph::{Graph, Place, Reference, Target};

/// As deep as rustc goes.
const DEEP: usize = 128;

/// How many tokens a call may become.
const MANY: usize = 500_000;

/// A rule of a macro.
struct Rule {
    matcher: Rc<[Token]>,
    transcriber: Rc<[Token]>,
}

/// Expands calls.
pub(super) struct Expander<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    rules: HashMap<ItemId, Rc<[Rule]>>,
}

/// What a call becomes.
#[derive(Default)]
pub(super) struct Expansion {
    /// The heads of its impls, behind the keyword and before the body.
    pub(super) impls: Vec<Vec<Token>>,
    /// The types and traits that it defines.
    pub(super) defined: BTreeSet<String>,
    written: usize,
}

/// That a call can't be expanded: its macro is not at hand, or none of its rules fits.
pub(super) struct Unknown;

impl<'a> Expander<'a> {
    pub(super) fn new(workspace: &'a Workspace, graph: &'a Graph) -> Self {
        Self {
            workspace,
            graph,
            rules: HashMap::new(),
        }
    }

    /// What a macro call at module level becomes.
    pub(super) fn expand(&mut self, call: ItemId) -> Result<Expansion, Unknown> {
        let text = self.workspace.text_of(call);
        let stream = text.parse().map_err(|_| Unknown)?;
        let mut found = Expansion::default();
        let tokens = tokens(self.workspace, call, stream);
        self.items(&tokens, DEEP, &mut found)?;
        Ok(found)
    }

    /// Goes through items.
    fn items(
        &mut self,
        tokens: &[Token],
        deep: usize,
        found: &mut Expansion,
    ) -> Result<(), Unknown> {
        let mut at = 0;
        let mut holds_items = false;
        while let Some(token) = tokens.get(at) {
            let next = tokens.get(at + 1);
            match token.word() {
                Some("impl") if is_start(tokens, at) => {
                    let rest = &tokens[at + 1..];
                    let body = rest.iter().position(Token::is_brace);
                    let Some(body) = body else { return Ok(()) };
                    found.impls.push(rest[..body].to_vec());
                    at += body + 1;
                }
                Some("macro_rules") => at += 3,
                Some("struct" | "enum" | "union" | "trait") => {
                    let name = next.and_then(Token::word);
                    found.defined.extend(name.map(str::to_owned));
                }
                Some("mod" | "const") => holds_items = true,
                Some("fn") => holds_items = false,
                Some(_) if next.is_some_and(|it| it.is('!')) => {
                    if let Some(Tree::Group(_, input)) = tokens.get(at + 2).map(|it| &it.tree) {
                        self.call(token, input, deep, found)?;
                        at += 2;
                    }
                }
                _ => {}
            }
            if let Some(inner) = token.group(proc_macro2::Delimiter::Brace) {
                if std::mem::take(&mut holds_items) {
                    self.items(inner, deep, found)?;
                }
            } else if token.is(';') {
                holds_items = false;
            }
            at += 1;
        }
        Ok(())
    }

    fn call(
        &mut self,
        name: &Token,
        input: &[Token],
        deep: usize,
        found: &mut Expansion,
    ) -> Result<(), Unknown> {
        let (workspace, graph) = (self.workspace, self.graph);
        let ends_here =
            |it: &&Reference| range(workspace, it).is_some_and(|range| range.end == name.range.end);
        for reference in graph.references_of(name.origin).iter().filter(ends_here) {
            match reference.resolution.target {
                Target::Item(id) if workspace.item(id).kind == ItemKind::MacroRules => {
                    let written = self.written(id, input).ok_or(Unknown)?;
                    found.written += written.len();
                    if deep == 0 || found.written > MANY {
                        return Err(Unknown);
                    }
                    self.items(&written, deep - 1, found)?;
                }
                Target::Item(_) | Target::Opaque(_) => return Err(Unknown),
                _ => {}
            }
        }
        Ok(())
    }

    /// What a macro writes for some tokens, by the first of its rules that takes them.
    fn written(&mut self, id: ItemId, input: &[Token]) -> Option<Vec<Token>> {
        let workspace = self.workspace;
        let rules = self.rules.entry(id).or_insert_with(|| {
            let all = rules(workspace.text_of(id)).into_iter();
            let rule = |(matcher, transcriber): (proc_macro2::Group, proc_macro2::Group)| Rule {
                matcher: tokens(workspace, id, matcher.stream()).into(),
                transcriber: tokens(workspace, id, transcriber.stream()).into(),
            };
            all.map(rule).collect()
        });
        let taken = |rule: &Rule| Some((matches(&rule.matcher, input)?, rule.transcriber.clone()));
        let (bindings, transcriber) = rules.iter().find_map(taken)?;
        let mut written = Vec::new();
        write(&transcriber, &bindings, &mut written);
        Some(written)
    }
}

/// Whether an item may start at a place.
fn is_start(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| &tokens[before]);
    before.is_none_or(|before| {
        let is_qualifier = before
            .word()
            .is_some_and(|it| it == "unsafe" || it == "default");
        matches!(before.tree, Tree::Group(..)) || before.is(';') || is_qualifier
    })
}

/// Writes a transcriber, or a part of one, with what its variables stand for.
fn write(mut transcriber: &[Token], bindings: &Bindings, written: &mut Vec<Token>) {
    while let Some(part) = part(transcriber) {
        transcriber = match part {
            Part::Variable(name, rest) => {
                if let Some(Bound::Tokens(tokens)) = bindings.get(name) {
                    written.extend(tokens.iter().cloned());
                }
                rest
            }
            Part::Repeated(inner, separator, _, rest) => {
                for (index, here) in repeated(inner, bindings).iter().enumerate() {
                    if index > 0 {
                        written.extend(separator.iter().cloned());
                    }
                    write(inner, here, written);
                }
                rest
            }
            Part::Other(token, rest) => {
                let tree = match &token.tree {
                    Tree::Group(delimiter, inner) => {
                        let mut within = Vec::new();
                        write(inner, bindings, &mut within);
                        Tree::Group(*delimiter, within.into())
                    }
                    other => other.clone(),
                };
                written.push(Token {
                    tree,
                    ..token.clone()
                });
                rest
            }
        };
    }
}

/// The bindings of each turn of a repetition.
fn repeated(inner: &[Token], bindings: &Bindings) -> Vec<Bindings> {
    let mut used = Vec::new();
    matching::variables(inner, &mut used);
    let each = |name: &Rc<str>| match bindings.get(name) {
        Some(Bound::Each(each)) => Some((name.clone(), each.clone())),
        _ => None,
    };
    let repeated: Vec<_> = used.iter().filter_map(each).collect();
    let times = repeated.iter().map(|(_, each)| each.len()).max();
    let turn = |index: usize| {
        let mut here: Bindings = used
            .iter()
            .filter_map(|name| Some((name.clone(), bindings.get(name)?.clone())))
            .collect();
        here.extend(
            repeated
                .iter()
                .filter_map(|(name, each)| Some((name.clone(), each.get(index)?.clone()))),
        );
        here
    };
    (0..times.unwrap_or(0)).map(turn).collect()
}

/// Where the path of a reference stands in an item.
pub(super) fn range(
    workspace: &Workspace,
    reference: &Reference,
) -> Option<cleave_syntax::TextRange> {
    match reference.place {
        Place::Item(id, index) => Some(workspace.item(id).paths[index as usize].range()),
        Place::Header(..) => None,
    }
}
