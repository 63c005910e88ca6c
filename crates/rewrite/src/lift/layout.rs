//! Where the pieces of a divided impl go: what stays, the trait, its impl.

use cleave_plan::lift::is_told;
use cleave_syntax::change::{Block, Reason};
use cleave_syntax::item::{Item, Level};
use cleave_syntax::{ChangeBuilder, ItemId, SourceFile, TextRange, Workspace};

use super::{Extension, RULE, shape};

/// A file with impls to be divided.
pub(super) struct Layout<'a> {
    workspace: &'a Workspace,
    file: &'a SourceFile,
    blocks: Vec<Block>,
    /// How far the old file is laid out.
    at: u32,
}

impl<'a> Layout<'a> {
    /// Nothing of a file is laid out yet.
    pub(super) fn of(workspace: &'a Workspace, file: &'a SourceFile) -> Self {
        Self {
            workspace,
            file,
            blocks: Vec::new(),
            at: 0,
        }
    }

    /// The rest of the file as it is.
    pub(super) fn finish(mut self) -> Vec<Block> {
        self.copy_to(self.file.text.len() as u32);
        self.blocks
    }
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

    /// Takes methods out of an impl, for one or more traits; or makes it, emptied, the trait's.
    pub(super) fn divide(
        &mut self,
        owner: ItemId,
        extensions: &[&Extension],
        builder: &mut ChangeBuilder,
    ) {
        let item = self.workspace.item(owner);
        let mut gone: Vec<ItemId> = extensions
            .iter()
            .flat_map(|extension| extension.impls[&owner].iter().copied())
            .collect();
        gone.sort_unstable();
        if let ([extension], true) = (extensions, self.is_emptied(item, &gone)) {
            self.copy_to(item.full.start);
            if extension.impls.keys().next() == Some(&owner) {
                let blank = self.file.text[item.full.start as usize..].starts_with(['\n', '\r']);
                if blank {
                    self.written("\n", &extension.name);
                }
                self.write_trait(extension);
                if !blank {
                    self.written("\n", &extension.name);
                }
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
        let item = self.workspace.item(id);
        let body = item.parent.map(|parent| self.workspace.item(parent).body);
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
        let workspace = self.workspace;
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
        let mut signatures = methods.iter().map(|id| &extension.signatures[id]);
        let sized = signatures.any(|signature| signature.needs_size);
        let visibility = self.visibility(&methods);
        let (generics, bounds) = if extension.is_generic() {
            (
                extension.head.generics.as_str(),
                extension.head.bounds.as_str(),
            )
        } else {
            ("", "")
        };
        let mut text = format!(
            "{indent}/// Methods of {} that need what lives above it.\n{}",
            self.link(methods[0], extension),
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

    /// A link to the type that a method is of, by the path that its impl writes.
    fn link(&self, method: ItemId, extension: &Extension) -> String {
        let own = self.workspace.item(method).parent;
        let own = own.map_or("", |own| self.workspace.item(own).self_name());
        let path = extension.head.own.split('<').next().unwrap_or_default();
        if path.contains("::") {
            format!("[`{own}`]({path})")
        } else {
            format!("[`{own}`]")
        }
    }

    /// The white space before an item.
    fn indent_of(&self, id: ItemId) -> String {
        let start = self.workspace.item(id).range.start;
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
        let item = |id: &ItemId| self.workspace.item(*id);
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
        let item = self.workspace.item(id);
        let attributes = item.attributes.iter();
        attributes
            .filter(|attribute| is_told(self.file, attribute))
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
        let arguments = extension.arguments();
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

    /// The impl as it is becomes that of the trait.
    fn take_over(&mut self, item: &Item, extension: &Extension, builder: &mut ChangeBuilder) {
        let own = item.range.start + extension_offset(item, self.workspace);
        builder.replace(
            &self.file.path,
            TextRange::empty(own),
            format!("{}{} for ", extension.name, extension.arguments()),
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
            self.at = self.workspace.item(*last).full.end;
        }
        self.copy_to(item.full.end);
    }

    /// The methods without what the trait shows of them.
    fn bodies(&mut self, methods: &[ItemId], trim: bool, builder: &mut ChangeBuilder) {
        for (index, id) in methods.iter().enumerate() {
            let item = self.workspace.item(*id);
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
                    Reason::new(RULE, self.workspace.path_of(*id)),
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
