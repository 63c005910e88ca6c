//! Inherent methods become those of an extension trait that stands beside their impl (row C6).
//!
//! The trait is written with the methods' signatures and gets their docs; the bodies go, as they are, into an impl of it.
//! Whoever calls them imports the trait. Then the trait moves as any other does.

mod shape;

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::Graph;
use cleave_graph::graph::Target;
use cleave_plan::{Plan, lift, unit};
use cleave_syntax::change::{Block, Reason};
use cleave_syntax::item::{Binding, Item, ItemKind, Level};
use cleave_syntax::{
    ChangeBuilder, CrateId, Diagnostic, FileId, ItemId, ModuleId, Severity, SourceFile, TextRange,
    Workspace,
};

use crate::order::Style;
use crate::place;
use crate::text::{self, Import};
use shape::{Head, Signature};

const RULE: &str = "C6";

/// Carries out some of the plan's lifts. Linear in the source.
pub(crate) fn carry_out(
    (workspace, graph): (&Workspace, &Graph),
    plan: &Plan,
    root: CrateId,
    lifts: &[usize],
    builder: &mut ChangeBuilder,
) -> Result<(), Vec<Diagnostic>> {
    let crates = unit::crates(workspace, plan);
    let pending = lift::pending(plan, workspace, &crates);
    let mut refusals = Vec::new();
    let mut traits: Vec<Extension> = Vec::new();
    for index in lifts {
        if lift::is_done(&plan.lifts[*index], workspace, &crates) {
            continue;
        }
        let methods = pending.iter().filter(|(_, lift)| *lift == index);
        let methods: Vec<ItemId> = methods.map(|(id, _)| *id).collect();
        let work = Work {
            workspace,
            graph,
            root,
        };
        match work.extension(&plan.lifts[*index], methods) {
            Ok(extension) => traits.push(extension),
            Err(found) => refusals.extend(found),
        }
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let work = Work {
        workspace,
        graph,
        root,
    };
    for extension in &traits {
        work.import(extension, builder);
    }
    work.lay_out(&traits, builder);
    Ok(())
}

/// A trait to write.
struct Extension {
    name: String,
    module: ModuleId,
    /// The impls that its methods come from, each with them; by position.
    impls: BTreeMap<ItemId, Vec<ItemId>>,
    head: Head,
    signatures: BTreeMap<ItemId, Signature>,
}

struct Work<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    root: CrateId,
}

impl Work<'_> {
    fn file_of(&self, module: ModuleId) -> &SourceFile {
        self.workspace.file(self.workspace.module(module).file)
    }

    fn extension(
        &self,
        lift: &cleave_plan::Lift,
        methods: Vec<ItemId>,
    ) -> Result<Extension, Vec<Diagnostic>> {
        let workspace = self.workspace;
        let refuse = |id: ItemId, why: &str| self.refusal(id, &lift.name, why);
        let Some(first) = methods.first().copied() else {
            return Err(vec![
                Diagnostic::new(
                    Severity::Refused,
                    RULE,
                    format!("none of the methods of `{}` is there", lift.name),
                )
                .help("take the lift out of split.toml, or name methods as `module::Type::method`"),
            ]);
        };
        let mut refusals = Vec::new();
        let mut signatures = BTreeMap::new();
        let mut impls: BTreeMap<ItemId, Vec<ItemId>> = BTreeMap::new();
        let head = workspace
            .item(first)
            .parent
            .and_then(|parent| shape::head(workspace, parent));
        let (module, name) = lift.name.rsplit_once("::").unwrap_or(("", &lift.name));
        for id in methods {
            let Some(parent) = workspace.item(id).parent else {
                continue;
            };
            impls.entry(parent).or_default().push(id);
            if let Some(why) = lift::obstacle(workspace, id) {
                refusals.push(refuse(id, why));
            }
            if workspace.module(workspace.item(id).module).path != module {
                refusals.push(refuse(
                    id,
                    "the trait has to stand in the module of the impl",
                ));
            }
            let other = shape::head(workspace, parent);
            if other.as_ref().map(|head| &head.text) != head.as_ref().map(|head| &head.text) {
                refusals.push(refuse(
                    id,
                    "its impl has another head than that of the first method",
                ));
            }
            match shape::signature(workspace, id) {
                Some(signature) => {
                    signatures.insert(id, signature);
                }
                None => refusals.push(refuse(id, "its signature can't be read")),
            }
        }
        match head {
            Some(head) if refusals.is_empty() => Ok(Extension {
                name: name.to_owned(),
                module: workspace.item(first).module,
                impls,
                head,
                signatures,
            }),
            None if refusals.is_empty() => Err(vec![refuse(first, "its impl can't be read")]),
            _ => Err(refusals),
        }
    }

    fn refusal(&self, id: ItemId, name: &str, why: &str) -> Diagnostic {
        let item = self.workspace.item(id);
        let path = self.workspace.path_of(id);
        Diagnostic::new(
            Severity::Refused,
            RULE,
            format!("`{path}` can't be lifted into `{name}`: {why}"),
        )
        .at(
            self.file_of(item.module).path.clone(),
            item.name_range,
            "defined here",
        )
        .help("take it out of the lift in split.toml; what it needs then has to live with its type or below")
    }

    /// Lays the files of the impls out anew: the bodies go behind their impl.
    fn lay_out(&self, traits: &[Extension], builder: &mut ChangeBuilder) {
        let mut by_file: BTreeMap<FileId, BTreeMap<ItemId, Vec<&Extension>>> = BTreeMap::new();
        for extension in traits {
            let file = self.workspace.module(extension.module).file;
            for owner in extension.impls.keys() {
                let impls = by_file.entry(file).or_default();
                impls.entry(*owner).or_default().push(extension);
            }
        }
        for (file, impls) in by_file {
            let file = self.workspace.file(file);
            let mut layout = Layout {
                work: self,
                file,
                blocks: Vec::new(),
                at: 0,
            };
            for (owner, extensions) in impls {
                layout.divide(owner, &extensions, builder);
            }
            layout.copy_to(file.text.len() as u32);
            builder.create(&file.path, layout.blocks);
        }
    }

    /// Imports the trait wherever one of its methods is called, unless a glob brings it in.
    fn import(&self, extension: &Extension, builder: &mut ChangeBuilder) {
        let workspace = self.workspace;
        let mut callers: BTreeMap<ModuleId, Vec<ItemId>> = BTreeMap::new();
        for id in self.callers(extension) {
            callers
                .entry(workspace.item(id).module)
                .or_default()
                .push(id);
        }
        callers.remove(&extension.module);
        let modules: BTreeSet<ModuleId> = callers.keys().copied().collect();
        let style = Style::of(&workspace.krate(self.root).edition);
        for (module, items) in callers {
            if self.comes_by_glob(module, &modules, extension.module) {
                continue;
            }
            let tests = items.iter().all(|id| workspace.item(*id).is_test);
            let tests = tests && !workspace.module(module).is_test;
            let import = Import {
                attributes: Vec::from_iter(tests.then(|| "#[cfg(test)]".to_owned())),
                visibility: String::new(),
                prefix: self.path_from(module, extension.module),
                leaf: format!("{} as _", extension.name),
            };
            let lines = text::imports(&[import], &self.indent(module), style);
            let (offset, lines) = place::of_imports(workspace, module, &lines, |_| true);
            builder.replace(
                &self.file_of(module).path,
                TextRange::empty(offset),
                lines,
                Reason::new(RULE, extension.name.clone()),
            );
        }
    }

    /// Items that call one of the methods, or that call a macro which does.
    fn callers(&self, extension: &Extension) -> BTreeSet<ItemId> {
        let methods: BTreeSet<ItemId> = extension.impls.values().flatten().copied().collect();
        let calls = |id: ItemId| {
            let mut needs = self
                .graph
                .calls_of(id)
                .iter()
                .chain(self.graph.edges_of(id));
            needs.any(|to| methods.contains(to))
        };
        let all = (0..self.workspace.items.len()).map(ItemId::new);
        let mut callers: BTreeSet<ItemId> = all.clone().filter(|id| calls(*id)).collect();
        loop {
            let macros: BTreeSet<ItemId> = callers
                .iter()
                .copied()
                .filter(|id| self.workspace.item(*id).kind == ItemKind::MacroRules)
                .collect();
            let uses = |id: &ItemId| {
                let mut needs = self.graph.edges_of(*id).iter();
                needs.any(|to| macros.contains(to))
            };
            let before = callers.len();
            callers.extend(all.clone().filter(uses));
            if callers.len() == before {
                callers.retain(|id| !macros.contains(id));
                return callers;
            }
        }
    }

    /// Whether a module has a glob import of a module around it that has the trait in scope.
    fn comes_by_glob(
        &self,
        module: ModuleId,
        importers: &BTreeSet<ModuleId>,
        home: ModuleId,
    ) -> bool {
        let items = self.workspace.module(module).items.iter();
        let mut leaves = items.flat_map(|id| &self.workspace.item(*id).leaves);
        leaves.any(|leaf| {
            let is_glob = self.workspace.leaf(*leaf).binding == Binding::Glob;
            let mut targets = self.graph.leaves[leaf.index()].iter();
            is_glob
                && targets.any(|resolution| match resolution.target {
                    Target::Module(other) => {
                        (other == home || importers.contains(&other))
                            && self.is_around(other, module)
                    }
                    _ => false,
                })
        })
    }

    fn is_around(&self, outer: ModuleId, inner: ModuleId) -> bool {
        let above = |module: &ModuleId| self.workspace.module(*module).parent;
        std::iter::successors(above(&inner), above).any(|module| module == outer)
    }

    /// The path of the trait's module as another module writes it.
    fn path_from(&self, from: ModuleId, home: ModuleId) -> String {
        let workspace = self.workspace;
        let same = workspace.module(from).krate == workspace.module(home).krate;
        let start = if same {
            "crate"
        } else {
            &workspace.krate(workspace.module(home).krate).extern_name
        };
        let path = workspace.module(home).path.as_str();
        let names = path.split("::").filter(|name| !name.is_empty());
        let rest: Vec<String> = names.map(text::identifier).collect();
        std::iter::once(start.to_owned())
            .chain(rest)
            .collect::<Vec<_>>()
            .join("::")
    }

    fn indent(&self, module: ModuleId) -> String {
        let above = |module: &ModuleId| self.workspace.module(*module).parent;
        let around = std::iter::successors(Some(module), above);
        let inline = around.take_while(|module| self.workspace.module(*module).inline);
        "    ".repeat(inline.count())
    }
}

/// A file with impls to be divided.
struct Layout<'a> {
    work: &'a Work<'a>,
    file: &'a SourceFile,
    blocks: Vec<Block>,
    /// How far the old file is laid out.
    at: u32,
}

impl Layout<'_> {
    fn text(&self, range: TextRange) -> &str {
        &self.file.text[range.start as usize..range.end as usize]
    }

    fn moved(&mut self, start: u32, end: u32) {
        if start < end {
            self.blocks.push(Block::Moved {
                path: self.file.path.clone(),
                range: TextRange::new(start, end),
            });
        }
    }

    fn written(&mut self, text: impl Into<String>, subject: &str) {
        self.blocks.push(Block::Text {
            text: text.into(),
            reason: Reason::new(RULE, subject.to_owned()),
        });
    }

    fn copy_to(&mut self, end: u32) {
        self.moved(self.at, end);
        self.at = end;
    }

    fn divide(&mut self, owner: ItemId, extensions: &[&Extension], builder: &mut ChangeBuilder) {
        let item = self.work.workspace.item(owner);
        let mut gone: Vec<ItemId> = extensions
            .iter()
            .flat_map(|extension| extension.impls[&owner].iter().copied())
            .collect();
        gone.sort_unstable();
        if let ([extension], true) = (extensions, self.is_emptied(item, &gone)) {
            self.copy_to(self.line_start(item.range.start));
            if extension.impls.keys().next() == Some(&owner) {
                self.write_trait(extension);
                self.written("\n", &extension.name);
            }
            self.take_over(item, extension, builder);
            return;
        }
        for id in &gone {
            let full = self.full(*id);
            self.copy_to(full.start);
            self.at = full.end;
        }
        self.trim_start(item, &gone, builder);
        self.copy_to(item.full.end);
        for extension in extensions {
            self.written("\n", &extension.name);
            if extension.impls.keys().next() == Some(&owner) {
                self.write_trait(extension);
                self.written("\n", &extension.name);
            }
            self.write_impl(owner, extension, builder);
        }
    }

    /// Whether nothing but methods that go is in an impl.
    fn is_emptied(&self, item: &Item, gone: &[ItemId]) -> bool {
        let mut at = item.body.start;
        for id in gone {
            let full = self.full(*id);
            if !self
                .text(TextRange::new(at, full.start.max(at)))
                .trim()
                .is_empty()
            {
                return false;
            }
            at = full.end;
        }
        let rest = TextRange::new(at.min(item.body.end), item.body.end);
        self.text(rest).trim().is_empty()
    }

    /// What travels with a method; the end of the line that the impl's brace opens on is not its own.
    fn full(&self, id: ItemId) -> TextRange {
        let item = self.work.workspace.item(id);
        let body = item
            .parent
            .map(|parent| self.work.workspace.item(parent).body);
        let rest = &self.file.text[item.full.start as usize..];
        let line = rest.find('\n').map_or(0, |at| at + 1);
        if body.is_some_and(|body| body.start == item.full.start) && rest[..line].trim().is_empty()
        {
            return TextRange::new(item.full.start + line as u32, item.full.end);
        }
        item.full
    }

    fn line_start(&self, at: u32) -> u32 {
        let before = &self.file.text[..at as usize];
        let spaces = before.len() - before.trim_end_matches([' ', '\t']).len();
        at - spaces as u32
    }

    /// What is first in the impl now has no blank line above it.
    fn trim_start(&self, item: &Item, gone: &[ItemId], builder: &mut ChangeBuilder) {
        let workspace = self.work.workspace;
        let first = item.methods.iter().find(|id| !gone.contains(id));
        let all_before = item
            .methods
            .iter()
            .take_while(|id| Some(*id) != first)
            .count();
        if let (Some(first), true) = (first, all_before > 0) {
            let start = workspace.item(*first).full.start;
            if workspace.item(gone[all_before - 1]).full.end == start {
                self.drop_blank_lines(start, builder);
            }
        }
    }

    fn drop_blank_lines(&self, start: u32, builder: &mut ChangeBuilder) -> u32 {
        let rest = &self.file.text[start as usize..];
        let code = rest.len() - rest.trim_start().len();
        let blank = rest[..code].rfind('\n').map_or(0, |at| at + 1) as u32;
        if blank > 0 {
            builder.replace(
                &self.file.path,
                TextRange::new(start, start + blank),
                "",
                Reason::new("F4", "a blank line at a seam"),
            );
        }
        blank
    }

    /// The trait's declaration, with the docs of its methods.
    fn write_trait(&mut self, extension: &Extension) {
        let owner = extension.impls.keys().next();
        let indent = owner.map_or_else(String::new, |owner| self.indent_of(*owner));
        let methods: Vec<ItemId> = extension.impls.values().flatten().copied().collect();
        let signatures = methods.iter().map(|id| &extension.signatures[id]);
        let sized = signatures.clone().any(|signature| signature.needs_size);
        let visibility = self.visibility(&methods);
        let generic = signatures
            .clone()
            .any(|signature| extension.head.is_named_in(&signature.text));
        let (generics, bounds) = match generic {
            true => (
                extension.head.generics.as_str(),
                extension.head.bounds.as_str(),
            ),
            false => ("", ""),
        };
        let own = self.work.workspace.item(methods[0]).parent;
        let own = own.map_or("", |own| self.work.workspace.item(own).self_name());
        let mut text = format!(
            "{indent}/// Methods of [`{own}`] that need what lives above it.\n{}",
            extension.head.conditions(&indent)
        );
        text.push_str(&format!(
            "{indent}{visibility}trait {}{generics}{}",
            extension.name,
            if sized { ": Sized" } else { "" }
        ));
        if bounds.is_empty() {
            text.push_str(" {\n");
        } else {
            text.push_str(&format!("\n{indent}{bounds}\n{indent}{{\n"));
        }
        self.written(text, &extension.name);
        for (index, id) in methods.iter().enumerate() {
            if index > 0 {
                self.written("\n", &extension.name);
            }
            let shown = self.shown(*id);
            for range in &shown {
                self.moved(range.start, range.end);
            }
            let signature = &extension.signatures[id];
            let mut text = String::new();
            let inner = self.indent_of(*id);
            for attribute in &signature.copied {
                text.push_str(&format!("{inner}{attribute}\n"));
            }
            text.push_str(&format!("{inner}{};\n", signature.text));
            self.written(text, &extension.name);
        }
        self.written(format!("{indent}}}\n"), &extension.name);
    }

    /// The white space before an item.
    fn indent_of(&self, id: ItemId) -> String {
        let start = self.work.workspace.item(id).range.start;
        self.text(TextRange::new(self.line_start(start), start))
            .to_owned()
    }

    /// The widest of the methods' visibilities, with a space after it.
    fn visibility(&self, methods: &[ItemId]) -> String {
        let rank = |level: &Level| match level {
            Level::Private | Level::Module => 0,
            Level::Super => 1,
            Level::In(_) => 2,
            Level::Crate => 3,
            Level::Public => 4,
        };
        let item = |id: &ItemId| self.work.workspace.item(*id);
        let widest = methods
            .iter()
            .max_by_key(|id| rank(&item(id).visibility.level));
        match widest.map(|id| &item(id).visibility) {
            Some(visibility) if rank(&visibility.level) > 0 => {
                format!("{} ", self.text(visibility.range))
            }
            _ => String::new(),
        }
    }

    /// The lines of what a method shows to its callers, and what goes with the declaration: docs and the like.
    fn shown(&self, id: ItemId) -> Vec<TextRange> {
        let item = self.work.workspace.item(id);
        let told = ["must_use", "deprecated"];
        let attributes = item.attributes.iter();
        attributes
            .filter(|attribute| attribute.is_doc || told.contains(&attribute.path.as_str()))
            .map(|attribute| {
                let rest = &self.file.text[attribute.range.end as usize..];
                let line = rest.find('\n').map_or(rest.len(), |at| at + 1);
                let ends_line = rest[..line].trim().is_empty();
                let end = attribute.range.end + if ends_line { line as u32 } else { 0 };
                TextRange::new(self.line_start(attribute.range.start), end)
            })
            .collect()
    }

    fn write_impl(&mut self, owner: ItemId, extension: &Extension, builder: &mut ChangeBuilder) {
        let indent = self.indent_of(owner);
        let head = &extension.head;
        let arguments = self.arguments(extension);
        let mut text = head.conditions(&indent);
        text.push_str(&format!(
            "{indent}impl{} {}{arguments} for {}",
            head.generics, extension.name, head.own
        ));
        if head.bounds.is_empty() {
            text.push_str(" {\n");
        } else {
            text.push_str(&format!("\n{indent}{}\n{indent}{{\n", head.bounds));
        }
        self.written(text, &extension.name);
        self.bodies(&extension.impls[&owner], true, builder);
        self.written(format!("{indent}}}\n"), &extension.name);
    }

    fn arguments(&self, extension: &Extension) -> String {
        let mut signatures = extension.signatures.values();
        let generic = signatures.any(|signature| extension.head.is_named_in(&signature.text));
        match generic {
            true => extension.head.arguments.clone(),
            false => String::new(),
        }
    }

    /// The impl as it is becomes that of the trait.
    fn take_over(&mut self, item: &Item, extension: &Extension, builder: &mut ChangeBuilder) {
        let own = item.range.start + extension_offset(item, self.work.workspace);
        builder.replace(
            &self.file.path,
            TextRange::empty(own),
            format!("{}{} for ", extension.name, self.arguments(extension)),
            Reason::new(RULE, extension.name.clone()),
        );
        let methods: Vec<ItemId> = item
            .methods
            .iter()
            .copied()
            .filter(|id| extension.signatures.contains_key(id))
            .collect();
        if let Some(first) = methods.first() {
            self.copy_to(self.full(*first).start);
        }
        self.bodies(&methods, false, builder);
        if let Some(last) = methods.last() {
            self.at = self.work.workspace.item(*last).full.end;
        }
        self.copy_to(item.full.end);
    }

    /// The methods without what the trait shows of them.
    fn bodies(&mut self, methods: &[ItemId], trim: bool, builder: &mut ChangeBuilder) {
        for (index, id) in methods.iter().enumerate() {
            let item = self.work.workspace.item(*id);
            let mut at = self.full(*id).start;
            if index == 0 && trim {
                self.drop_blank_lines(at, builder);
            }
            let visibility = item.visibility.range;
            if !visibility.is_empty() {
                let rest = &self.file.text[visibility.end as usize..];
                let spaces = rest.len() - rest.trim_start().len();
                builder.replace(
                    &self.file.path,
                    TextRange::new(visibility.start, visibility.end + spaces as u32),
                    "",
                    Reason::new(RULE, self.work.workspace.path_of(*id)),
                );
            }
            for range in self.shown(*id) {
                self.moved(at, range.start);
                at = range.end;
            }
            self.moved(at, item.full.end);
        }
    }
}

/// Where in an impl its type stands.
fn extension_offset(item: &Item, workspace: &Workspace) -> u32 {
    let file = workspace.file(workspace.module(item.module).file);
    let text = &file.text[item.range.start as usize..item.range.end as usize];
    shape::own_type(text).unwrap_or(0)
}
