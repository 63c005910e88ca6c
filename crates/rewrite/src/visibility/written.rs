//! What macros write, and what their calls spell out: it has no item of its own whose visibility could be widened, so that
//! is read from the tokens (rows D1, D3).

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::Target;
use cleave_syntax::change::Reason;
use cleave_syntax::item::{ItemKind, Level, MacroRules, PathContext, Visibility};
use cleave_syntax::token::words;
use cleave_syntax::{ChangeBuilder, ItemId, TextRange, Workspace};

use super::{Uses, open};
use crate::scope::{Scope, Side};

/// Writes `#[macro_export]` above a macro, if it has none.
pub(super) fn export_macro(scope: &Scope<'_>, id: ItemId, builder: &mut ChangeBuilder) {
    let item = scope.workspace.item(id);
    if item.macro_rules.as_ref().is_none_or(|rules| rules.exported) {
        return;
    }
    let file = scope
        .workspace
        .file(scope.workspace.module(item.module).file);
    // An attribute above may name a lint about `macro_rules`.
    let head = TextRange::new(item.range.start, item.name_range.start);
    let Some(at) = file[head].rfind("macro_rules") else {
        return;
    };
    let at = item.range.start + at as u32;
    export_at(scope, (id, at), builder);
    name_own_crate(scope, (id, at), builder);
}

/// `crate::a` in the body of a macro that only its own crate could call means what `$crate::a` means, and goes on meaning
/// that where another crate calls it.
fn name_own_crate(scope: &Scope<'_>, (id, at): (ItemId, u32), builder: &mut ChangeBuilder) {
    let item = scope.workspace.item(id);
    let file = scope
        .workspace
        .file(scope.workspace.module(item.module).file);
    let paths = item.paths.iter().filter(|path| {
        let is_code = !matches!(
            path.context,
            PathContext::DocLink | PathContext::DocTest | PathContext::AttributeArgument
        );
        is_code && item.means_own_crate(path) && path.segments[0].name == "crate"
    });
    let starts: BTreeSet<u32> = paths
        .map(|path| path.segments[0].range.start)
        .filter(|start| *start > at && !file.text[..*start as usize].trim_end().ends_with("(in"))
        .filter(|start| file.text[*start as usize..].starts_with("crate"))
        .collect();
    for start in starts {
        let reason = Reason::new("D1", scope.workspace.path_of(id));
        builder.replace(&file.path, TextRange::empty(start), "$", reason);
    }
}

/// Writes `#[macro_export]` above a `macro_rules` in the text of an item.
fn export_at(scope: &Scope<'_>, (id, at): (ItemId, u32), builder: &mut ChangeBuilder) {
    let item = scope.workspace.item(id);
    let file = scope
        .workspace
        .file(scope.workspace.module(item.module).file);
    let line_start = file.text[..at as usize]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let line = &file.text[line_start..at as usize];
    let indent = &line[..line.len() - line.trim_start().len()];
    let hidden = if scope.is_published() {
        format!("#[doc(hidden)]\n{indent}")
    } else {
        String::new()
    };
    let text = format!("{hidden}#[macro_export]\n{indent}");
    builder.replace(
        &file.path,
        TextRange::empty(at),
        text,
        Reason::new("D1", scope.workspace.path_of(id)),
    );
}

/// Widens the items that a macro call at module level spells out in its tokens (row D3).
pub(super) fn open_macro_call(
    scope: &Scope<'_>,
    id: ItemId,
    builder: &mut ChangeBuilder,
) -> Vec<String> {
    let item = scope.workspace.item(id);
    let file = scope
        .workspace
        .file(scope.workspace.module(item.module).file);
    let called = called_rules(scope, id);
    let mut made_public = Vec::new();
    for defined in &item.defines {
        let Some(visibility) = written_visibility(&file.text, defined.range) else {
            continue;
        };
        let room = room_before(&called, defined.keyword);
        let has_own_syntax =
            called.is_empty() && is_constant_without_type(&file.text, defined.range);
        if !room.visibility || has_own_syntax {
            continue;
        }
        let module = &scope.workspace.module(item.module).path;
        let path = format!("{module}::{}", defined.name);
        let shown = room.attributes && scope.exports.modules.contains(&item.module);
        let path = (path.as_str(), shown);
        made_public.extend(open(scope, item.module, &visibility, path, builder));
    }
    if let Some((name, visibility)) = handed_over(scope, id, &called) {
        let path = format!("{}::{name}", scope.workspace.module(item.module).path);
        let path = (path.as_str(), false);
        made_public.extend(open(scope, item.module, &visibility, path, builder));
    }
    made_public.extend(open_spliced(scope, id, builder));
    made_public
}

/// The visibility that a call hands over, before the first word, for what its macro defines under that: `$vis struct $name`.
fn handed_over<'w>(
    scope: &Scope<'w>,
    call: ItemId,
    called: &[(ItemId, &MacroRules)],
) -> Option<(&'w str, Visibility)> {
    let workspace = scope.workspace;
    let takes_visibility = |(id, rules): &(ItemId, &MacroRules)| {
        let text = &workspace
            .file(workspace.module(workspace.item(*id).module).file)
            .text;
        let mut spliced = rules.spliced.iter();
        spliced.any(|range| {
            let handed = handed_before(text, *range);
            handed.is_some_and(|handed| text.contains(&format!("${handed}:vis")))
        })
    };
    let item = workspace.item(call);
    let name = item.members.first().filter(|_| item.defines.is_empty())?;
    if !called.iter().any(takes_visibility) {
        return None;
    }
    let mut words = item.paths.iter().filter(|path| path.guessed);
    let range = words.find(|path| path.text() == *name)?.range();
    let text = &workspace.file(workspace.module(item.module).file).text;
    let visibility = written_visibility(text, range).or_else(|| private_field(text, range))?;
    Some((name, visibility))
}

/// The macros of the workspace that a call, or what it hands over, names.
pub(super) fn called_rules<'w>(scope: &Scope<'w>, call: ItemId) -> Vec<(ItemId, &'w MacroRules)> {
    let workspace = scope.workspace;
    let references = scope.graph.references_of(call).iter();
    let rules = references.filter_map(|reference| match reference.resolution.target {
        Target::Item(id) => Some((id, workspace.item(id).macro_rules.as_deref()?)),
        _ => None,
    });
    rules.collect()
}

/// What may stand before the keyword of an item in the tokens of a call.
struct Room {
    visibility: bool,
    attributes: bool,
}

/// What the macros that are called leave room for before the keyword of an item: their matchers tell where they spell it
/// out; other tokens are taken as they come.
fn room_before(called: &[(ItemId, &MacroRules)], keyword: &'static str) -> Room {
    let rules = called.iter();
    let heads = rules.flat_map(|(_, rules)| rules.heads_of(keyword));
    let mut heads = heads.peekable();
    let is_open = heads.peek().is_none();
    let (mut visibility, mut attributes) = (is_open, is_open);
    for head in heads {
        visibility |= head.visibility;
        attributes |= head.attributes;
    }
    Room {
        visibility,
        attributes,
    }
}

/// Widens what the macro that is called defines: under a name that the call hands over, `fn $name`, or one of its own.
fn open_spliced(scope: &Scope<'_>, call: ItemId, builder: &mut ChangeBuilder) -> Vec<String> {
    let workspace = scope.workspace;
    let rules = called_rules(scope, call).into_iter();
    let mut made_public = Vec::new();
    for (id, rules) in rules.filter(|(id, _)| scope.side(*id) == Side::Dest) {
        let item = workspace.item(id);
        let file = workspace.file(workspace.module(item.module).file);
        let path = workspace.path_of(id);
        for range in rules.spliced.iter().copied().chain(own_types(rules)) {
            let Some(visibility) = written_visibility(&file.text, range) else {
                continue;
            };
            let path = (path.as_str(), false);
            made_public.extend(open(scope, item.module, &visibility, path, builder));
        }
        for range in &rules.spliced_macros {
            if !is_exported_at(&file.text, range.start) {
                export_at(scope, (id, range.start), builder);
            }
        }
    }
    made_public
}

/// Where a macro writes types and traits that it names itself. A function, say, may be a trait's where the macro is called
/// in an impl: it has no visibility of its own there.
pub(super) fn own_types(rules: &MacroRules) -> impl Iterator<Item = TextRange> {
    let is_type = |keyword| matches!(keyword, "struct" | "enum" | "union" | "trait");
    let own = rules.defines.iter().filter(move |it| is_type(it.keyword));
    own.map(|defined| defined.range)
}

/// Whether `#[macro_export]` is among the attributes that end at an offset.
fn is_exported_at(text: &str, at: u32) -> bool {
    let before = &text[..at as usize];
    let start = before.rfind([';', '{', '}']).map_or(0, |end| end + 1);
    before[start..].contains("macro_export")
}

/// Where the definition of a name starts, behind its visibility: its keywords are read backwards.
fn definition_start(text: &str, name: TextRange) -> usize {
    const KEYWORDS: &[&str] = &[
        "struct", "enum", "fn", "static", "const", "type", "trait", "union", "mod", "ref",
        "unsafe", "async", "mut",
    ];
    let mut at = name.start as usize;
    loop {
        let (start, word) = word_before(text, at);
        if !KEYWORDS.contains(&word) {
            return at;
        }
        at = start;
    }
}

/// The last word of a text up to an offset, blanks left out, and where it starts.
fn word_before(text: &str, at: usize) -> (usize, &str) {
    let before = text[..at].trim_end();
    let start = before
        .rfind(|c: char| !c.is_alphanumeric() && c != '_')
        .map_or(0, |index| index + 1);
    (start, &before[start..])
}

/// What stands before the keywords of a definition, where that is what a caller hands over: `visibility` in `$visibility fn
/// $name`.
fn handed_before(text: &str, name: TextRange) -> Option<&str> {
    let (start, word) = word_before(text, definition_start(text, name));
    (text[..start].ends_with('$') && !word.is_empty()).then_some(word)
}

/// Whether a constant is spelled without the type that the language asks for: another crate's macro has a syntax of its
/// own for it, as `bitflags!` does, with no room for a visibility.
fn is_constant_without_type(text: &str, name: TextRange) -> bool {
    let (_, word) = word_before(text, name.start as usize);
    let behind = text[name.end as usize..].trim_start();
    matches!(word, "const" | "static") && !behind.starts_with(':')
}

/// The visibility before the keywords of a definition.
fn written_visibility(text: &str, name: TextRange) -> Option<Visibility> {
    let at = definition_start(text, name);
    let before = text[..at].trim_end();
    let (word_start, word) = word_before(text, at);
    if word == "macro_rules" || before[..word_start].ends_with('$') {
        // What a caller hands over may be a visibility.
        None
    } else if word == "pub" {
        let range = TextRange::new(word_start as u32, before.len() as u32);
        Some(Visibility {
            level: Level::Public,
            range,
        })
    } else if before.ends_with(')')
        && let Some(start) = before.rfind("pub(")
        && !before[start..before.len() - 1].contains(')')
    {
        let range = TextRange::new(start as u32, before.len() as u32);
        Some(Visibility {
            level: Level::Crate,
            range,
        })
    } else if at == name.start as usize {
        None
    } else {
        Some(private_at(at as u32))
    }
}

fn private_at(at: u32) -> Visibility {
    Visibility {
        level: Level::Private,
        range: TextRange::empty(at),
    }
}

/// Whether what a name stands for, or a `$`, is a field: its type follows.
fn is_field(text: &str, name: TextRange) -> bool {
    let rest = text[name.start as usize..].trim_start_matches('$');
    let behind = rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
    behind.trim_start().starts_with(':')
}

/// The visibility of a field, or of a name that a call starts with, where it has none: it starts after a brace, a comma, an attribute or a comment.
/// In the tokens of a call that is not known: a word more may be too much for the macro.
fn private_field(text: &str, name: TextRange) -> Option<Visibility> {
    let mut before = text[..name.start as usize].trim_end();
    while let Some(line) = before.lines().next_back()
        && line.trim_start().starts_with("//")
    {
        before = before[..before.len() - line.len()].trim_end();
    }
    let starts = before.ends_with(['{', ',', ']', '(']) || before.ends_with(")*");
    starts.then(|| private_at(name.start))
}

/// Whether all that a call hands over are items as they are written outside of it: what may stand there may stand in it.
fn spells_types(call: &str) -> bool {
    let call = syn::parse_str::<syn::ItemMacro>(call);
    call.is_ok_and(|call| call.mac.parse_body::<syn::File>().is_ok())
}

/// The members that a macro writes, or a call spells out; what a call in an impl has a macro define is one.
fn written_members(
    workspace: &Workspace,
    (call, id): (ItemId, ItemId),
) -> impl Iterator<Item = (&str, TextRange)> {
    let item = workspace.item(id);
    let written = item.written_members.iter();
    let in_impl = workspace.item(call).parent.is_some();
    let rules = item.macro_rules.iter().filter(move |_| in_impl);
    let spliced = rules.flat_map(|rules| rules.spliced.iter().map(|range| ("", *range)));
    written
        .map(|(name, range)| (name.as_str(), *range))
        .chain(spliced)
}

impl Uses {
    /// Widens the members that moved macro calls spell out, and those that the macros write that they call (row D3).
    pub(super) fn widen_written(
        &self,
        scope: &Scope<'_>,
        builder: &mut ChangeBuilder,
    ) -> Vec<String> {
        let workspace = scope.workspace;
        let mut members: BTreeMap<(ItemId, TextRange), (&str, Visibility)> = BTreeMap::new();
        let mut shown_rules: BTreeSet<ItemId> = BTreeSet::new();
        let moved = workspace
            .items_of(scope.root)
            .filter(|id| scope.moving[id.index()]);
        for call in moved.filter(|id| workspace.item(*id).kind == ItemKind::MacroCall) {
            let module = workspace.item(call).module;
            let macros = scope.graph.macros_run_by(workspace, call);
            if scope.exports.modules.contains(&module) {
                shown_rules.extend(&macros);
            }
            let is_anothers = macros.is_empty();
            let spells_types = is_anothers && spells_types(workspace.text_of(call));
            let takes_visibility = |id: ItemId| id != call || spells_types;
            // What the call hands over, or a macro that it runs.
            let texts: Vec<&str> = std::iter::once(&call)
                .chain(&macros)
                .map(|id| workspace.text_of(*id))
                .collect();
            for id in std::iter::once(call).chain(macros) {
                let file = workspace.file(workspace.module(workspace.item(id).module).file);
                for (name, range) in written_members(workspace, (call, id)) {
                    if is_anothers && is_constant_without_type(&file.text, range) {
                        continue;
                    }
                    let written = written_visibility(&file.text, range).or_else(|| {
                        private_field(&file.text, range).filter(|_| takes_visibility(id))
                    });
                    let Some(visibility) = written else {
                        continue;
                    };
                    let named = |name: &str| self.sees(scope, name, &visibility.level, module);
                    let is_updated = self.updates(scope, call, &visibility.level);
                    let is_used = if is_updated && is_field(&file.text, range) {
                        true
                    } else if name.is_empty() {
                        texts.iter().any(|text| words(text).any(named))
                    } else {
                        let is_position = name.bytes().all(|byte| byte.is_ascii_digit());
                        is_position && self.builds(scope, call, &visibility.level) || named(name)
                    };
                    if is_used {
                        members.insert((id, visibility.range), (name, visibility));
                    }
                }
            }
        }
        let opened = members.iter().filter_map(|((id, _), (name, visibility))| {
            let path = match *name {
                "" => workspace.path_of(*id),
                name => format!("{}::{name}", workspace.path_of(*id)),
            };
            let item = workspace.item(*id);
            // What a call may say beside a field is for its macro to tell.
            let shown = item.kind == ItemKind::MacroRules && shown_rules.contains(id);
            open(scope, item.module, visibility, (&path, shown), builder)
        });
        opened.collect()
    }
}
