//! What stands in place of `mod a;` where the module has moved: an import of it (rows A1, A7).

use cleave_syntax::change::Reason;
use cleave_syntax::item::{Binding, ItemKind, Level};
use cleave_syntax::{ItemId, ModuleId};

use super::named::HIDES_FROM_GLOB;
use super::{IMPORT_RULE, Layout};
use crate::place;
use crate::support;
use crate::text::{self, Import};

impl Layout<'_, '_> {
    /// `mod a;` has moved: `use app_shared::a;` stands in its place where somebody still says `a`.
    pub(super) fn alias(&mut self, declaration: ItemId) {
        let workspace = self.scope.workspace;
        let item = workspace.item(declaration);
        let Some(child) = item.declares else { return };
        let Some(asked) = self.root.modules.get(&child) else {
            return;
        };
        if self.is_brought_with_its_name(child) {
            return;
        }
        let file = self.file_of(item.module);
        let mut attributes = self.scope.seen_from_above(declaration);
        // The monolith has no feature for the tests of others.
        let asked = asked.attributes().into_iter();
        attributes.extend(asked.map(|text| support::closed(&text)));
        if item.visibility.level != Level::Public && self.hides_from_glob(item.module, &item.name) {
            attributes.push(HIDES_FROM_GLOB.to_owned());
        }
        attributes.sort();
        attributes.dedup();
        // It stays in the macro call that puts these before it.
        attributes.retain(|text| !item.wrapping_conditions().any(|own| own == text));
        let full = format!(
            "{}::{}",
            self.scope.dest_path(item.module),
            workspace.module(child).path
        );
        // An import takes the name in all namespaces, `{self}` the module alone: the destination may show the other thing
        // of the name too, now or after a later step.
        let takes_module = workspace.is_behind_its_name(child) && !self.is_macro_too(child);
        let (prefix, name) = if takes_module {
            (full.as_str(), "{self}".to_owned())
        } else {
            let (prefix, name) = full
                .rsplit_once("::")
                .expect("the crate's name comes first");
            (prefix, text::identifier(name))
        };
        let visibility = if self.is_macro_too(child) {
            "pub"
        } else {
            &file[item.visibility.range]
        };
        let import = Import {
            attributes,
            visibility: visibility.to_owned(),
            prefix: text::path(prefix.split("::")),
            leaf: name,
        };
        let indent = if item.wrapped.is_some() {
            let before = place::before(&file.text, item);
            before.unwrap_or_default().to_owned()
        } else {
            place::indent(self.scope.workspace, item.module)
        };
        let line = text::imports(&[import], &indent, self.scope.style());
        let needs_break =
            item.full.start > 0 && file.text.as_bytes()[item.full.start as usize - 1] != b'\n';
        let is_beside = item.wrapped.is_some() && place::before(&file.text, item).is_none();
        let line = if is_beside {
            format!(" {}", line.trim_end())
        } else if needs_break {
            format!("\n{}", line.trim_end())
        } else {
            line
        };
        self.builder.append(
            &file.path,
            item.full.start,
            line,
            Reason::new(IMPORT_RULE, full),
        );
    }

    /// Whether the import of something else of a module's name, from where the module goes, brings the module too: what
    /// this step imports, or a step before it did.
    fn is_brought_with_its_name(&self, child: ModuleId) -> bool {
        let workspace = self.scope.workspace;
        let child = workspace.module(child);
        let Some(around) = child.parent else {
            return false;
        };
        let mut names = self.root.names.keys();
        let mut leaves = workspace.module(around).items.iter().flat_map(|id| {
            let item = workspace.item(*id);
            item.leaves.iter().filter(|_| !self.goes(*id))
        });
        let is_beside = |id: ItemId| workspace.item(id).kind != ItemKind::MacroRules;
        names.any(|(module, id, name)| {
            let of = workspace.item(*id).module;
            *module == around && of == around && *name == child.name && is_beside(*id)
        }) || leaves.any(|leaf| {
            let leaf = workspace.leaf(*leaf);
            let there = self.scope.dest_path(around);
            let full = [there.as_str(), &child.path].join("::");
            matches!(&leaf.binding, Binding::Name(name) if *name == child.name)
                && leaf.path.text() == full
        })
    }

    /// Whether an import of a macro would be that of the module of the same name once more: an import takes both.
    pub(super) fn is_named_like_alias(&self, module: ModuleId, id: ItemId, name: &str) -> bool {
        let workspace = self.scope.workspace;
        let mut aliases = self.root.modules.keys();
        workspace.item(id).kind == ItemKind::MacroRules
            && workspace.module(module).parent.is_none()
            && aliases.any(|alias| {
                let alias = workspace.module(*alias);
                alias.parent == Some(module) && alias.name == name
            })
    }

    /// Whether the import of a module that has moved stands for a macro of the same name that is asked for from outside.
    fn is_macro_too(&self, child: ModuleId) -> bool {
        let value = self.scope.workspace.module(child);
        let mut names = self.root.names.iter();
        names.any(|((module, id, name), asked)| {
            Some(*module) == value.parent
                && *name == value.name
                && asked.from_outside
                && self.is_named_like_alias(*module, *id, name)
        })
    }
}
