//! What a module of the monolith keeps: imports of what it lost, and only those that it still uses (rows A1, A4, G1).

use std::collections::BTreeSet;

use cleave_graph::Target;
use cleave_syntax::change::Reason;
use cleave_syntax::item::{Binding, ItemKind, Level};
use cleave_syntax::{ItemId, ModuleId, TextRange, UseLeafId};

use super::{IMPORT_RULE, Layout};
use crate::demand::{ALL, Asked};
use crate::place;
use crate::support;
use crate::text::{self, Import};
use crate::tree;

/// What stands above an import for some that has a name which a public glob beside it brings, too (row B4).
const HIDES_FROM_GLOB: &str = "#[allow(hidden_glob_reexports)]";

/// What stands above a glob for names that are there under some conditions only: else it shows nothing (row B4).
const EMPTY_GLOB: &str = "#[allow(unused_imports, unreachable_pub)]";

/// What stands above an import of what is deprecated: whoever uses it is told, the old path as such is no use (row B4).
const DEPRECATED: &str = "#[allow(deprecated)]";

impl Layout<'_, '_> {
    /// Whether a `use` item of the monolith may lose leaves: something moves out of its module, or who used it moves.
    fn changes(&self, id: ItemId) -> bool {
        let item = self.scope.workspace.item(id);
        self.scope.workspace.crate_of(id) == self.scope.root
            && (self.scope.touched[item.module.index()]
                || item
                    .leaves
                    .iter()
                    .any(|leaf| self.dest.asked.contains(leaf)))
    }

    /// Whether an import leaves its module by this step, as it is or for good.
    pub(super) fn goes(&self, id: ItemId) -> bool {
        let item = self.scope.workspace.item(id);
        self.changes(id)
            && (self.moves_as_it_is(id)
                || (item.kind == ItemKind::Use && self.gone(id).len() == item.leaves.len()))
    }

    /// The leaves of a `use` item that nobody here uses any more.
    pub(super) fn gone(&self, id: ItemId) -> Vec<UseLeafId> {
        let leaves = self.scope.workspace.item(id).leaves.iter().copied();
        leaves
            .filter(|leaf| {
                let unused = !self.needs_here(*leaf)
                    && (self.needs_there(*leaf)
                        || self.dest.asked.contains(leaf)
                        || self.is_orphaned(*leaf));
                unused || self.is_narrower_now(*leaf) || self.comes_with_macro(*leaf)
            })
            .collect()
    }

    /// Whether the import of an exported macro that has moved brings what an import of the same name does: the new crate's
    /// root shows that too, and an import takes it from there as well.
    fn comes_with_macro(&self, leaf: UseLeafId) -> bool {
        let workspace = self.scope.workspace;
        let import = workspace.item(workspace.leaf(leaf).item);
        let Binding::Name(bound) = &workspace.leaf(leaf).binding else {
            return false;
        };
        let is_shown_there = import.visibility.level == Level::Public
            && workspace.module(import.module).parent.is_none()
            && self.public.contains(&leaf);
        let mut names = self.root.names.keys();
        is_shown_there
            && names.any(|(module, id, name)| {
                *module == import.module && name == bound && workspace.item(*id).is_exported_macro()
            })
    }

    /// Whether an import is used here under a condition alone, where it was used without before.
    pub(super) fn is_narrower_now(&self, leaf: UseLeafId) -> bool {
        let id = self.scope.workspace.leaf(leaf).item;
        self.changes(id) && self.root.narrows(self.scope, self.dest, leaf)
    }

    /// What a module that stays keeps: imports of what it lost, and only the imports that it still uses.
    pub(super) fn keep(&mut self, module: ModuleId) {
        let workspace = self.scope.workspace;
        for id in &workspace.module(module).items {
            let item = workspace.item(*id);
            if item
                .declares
                .is_some_and(|child| self.scope.is_whole(child))
            {
                self.alias(*id);
            } else if item.declares.is_some() {
                self.spare_from_glob(*id);
            } else if item.kind == ItemKind::Use && self.changes(*id) && !self.moves_as_it_is(*id) {
                self.thin_out(*id);
            } else if item.kind == ItemKind::Use {
                self.repoint(*id);
            }
            if item.kind == ItemKind::Use && !self.goes(*id) {
                self.reword(*id);
            } else if item.kind == ItemKind::Use {
                self.moves.lost_leaves.extend(&item.leaves);
            }
        }
        let indent = place::indent(workspace, module);
        let mut written = self.names(module);
        for leaf in workspace
            .module(module)
            .items
            .iter()
            .flat_map(|id| &workspace.item(*id).leaves)
        {
            if self.is_narrower_now(*leaf)
                && let Some(asked) = self.root.leaves.get(leaf)
            {
                let visibility = &workspace.item(workspace.leaf(*leaf).item).visibility;
                let visibility = self.file_of(module)[visibility.range].to_owned();
                let own = self.scope.own_conditions(workspace.leaf(*leaf).item);
                written.push(Import {
                    visibility,
                    ..self.copied_import(*leaf, asked, own)
                });
            }
        }
        let lines = text::imports(&written, &indent, self.scope.style());
        if !lines.is_empty() {
            let (offset, place) = self.import_place(module, &lines);
            let path = &workspace.module(module).path;
            self.builder.append(
                &self.file_of(module).path,
                offset,
                place,
                Reason::new(IMPORT_RULE, path.clone()),
            );
        }
    }

    /// A module that only some see, and that is public in the new crate for what has moved there: a public glob of all that
    /// the new crate has around it would bring it too.
    fn spare_from_glob(&mut self, declaration: ItemId) {
        let workspace = self.scope.workspace;
        let item = workspace.item(declaration);
        let is_there = item.declares.is_some_and(|child| {
            let path = workspace.module(child).path.as_str();
            self.scope.touched[child.index()] || self.scope.dest_modules.contains_key(path)
        });
        let file = self.file_of(item.module);
        let mut attributes = item.attributes.iter();
        let is_spared = attributes.any(|it| file[it.range] == *HIDES_FROM_GLOB);
        if is_there
            && !is_spared
            && item.visibility.level != Level::Public
            && self.hides_from_glob(item.module, &item.name)
        {
            let indent = place::indent(workspace, item.module);
            let range = TextRange::empty(item.range.start);
            let text = format!("{HIDES_FROM_GLOB}\n{indent}");
            let reason = Reason::new("B4", item.name.clone());
            self.builder.replace(&file.path, range, text, reason);
        }
    }

    /// `mod a;` has moved: `use app_shared::a;` stands in its place where somebody still says `a`.
    fn alias(&mut self, declaration: ItemId) {
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
        attributes.extend(asked.attributes());
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

    /// Drops the leaves of a `use` item that nobody here uses any more.
    fn thin_out(&mut self, id: ItemId) {
        let workspace = self.scope.workspace;
        let item = workspace.item(id);
        let file = self.file_of(item.module);
        let gone = self.gone(id);
        self.moves.lost_leaves.extend(&gone);
        let ranges: Vec<TextRange> = gone
            .iter()
            .map(|leaf| workspace.leaf(*leaf).range)
            .collect();
        let reason = Reason::new("A3", workspace.module(item.module).path.clone());
        if gone.len() == item.leaves.len() {
            let lead = &file.text[item.full.start as usize..item.range.start as usize];
            let start = if lead.trim().is_empty() {
                self.travels(item).start
            } else {
                item.range.start
            };
            self.builder
                .replace(&file.path, TextRange::new(start, item.full.end), "", reason);
            return;
        }
        self.repoint(id);
        if gone.is_empty() {
            return;
        }
        let tree = use_tree(&file.text, item.range, item.visibility.range);
        for range in tree::removals(&file.text, tree, &ranges).unwrap_or_default() {
            self.builder.replace(&file.path, range, "", reason.clone());
        }
    }

    /// Whether everything that an import was for has left this module.
    fn is_orphaned(&self, leaf: UseLeafId) -> bool {
        let module = self
            .scope
            .workspace
            .item(self.scope.workspace.leaf(leaf).item)
            .module;
        !self
            .scope
            .workspace
            .module(module)
            .items
            .iter()
            .any(|id| self.scope.workspace.item(*id).is_node() && !self.scope.moving[id.index()])
    }

    /// An import under the condition of what it names, where that is another crate's now: its tests are not those of this
    /// crate (row E3).
    fn reword(&mut self, id: ItemId) {
        let workspace = self.scope.workspace;
        if self.scope.support.items.contains(&id) {
            return;
        }
        let item = workspace.item(id);
        let top = workspace.krate(self.scope.root).root;
        let leaves = item.leaves.iter();
        let resolutions = leaves.flat_map(|leaf| &self.scope.graph.leaves[leaf.index()]);
        let moved = resolutions.filter_map(|resolution| match resolution.target {
            Target::Item(target) => Some(target).filter(|id| self.scope.moving[id.index()]),
            _ => None,
        });
        let defined: BTreeSet<String> = moved
            .flat_map(|target| self.scope.conditions(target, top))
            .collect();
        let file = self.file_of(item.module);
        for attribute in &item.attributes {
            let text = &file[attribute.range];
            let seen = support::seen_from_above(text);
            if defined.contains(text) && seen != text {
                let reason = Reason::new("E3", workspace.module(item.module).path.clone());
                self.builder
                    .replace(&file.path, attribute.range, seen, reason);
            }
        }
    }

    /// `use name_of_macro;` named a macro in textual scope, which is now the other crate's (row D2).
    fn repoint(&mut self, id: ItemId) {
        let workspace = self.scope.workspace;
        for leaf in &workspace.item(id).leaves {
            let path = &workspace.leaf(*leaf).path;
            let [segment] = &path.segments[..] else {
                continue;
            };
            let moved_macro = self.scope.graph.leaves[leaf.index()].iter().any(|resolution| {
                matches!(resolution.target, Target::Item(target)
                    if self.scope.moving[target.index()] && workspace.item(target).kind == ItemKind::MacroRules)
            });
            if moved_macro && !path.global {
                let file = self.file_of(workspace.item(id).module);
                let text = format!("{}::", self.scope.dest_path(workspace.item(id).module));
                let range = TextRange::empty(segment.range.start);
                self.builder
                    .replace(&file.path, range, text, Reason::new("D2", segment.name));
            }
        }
    }

    /// Imports of the moved items that a module that stays is still asked for.
    pub(super) fn names(&self, module: ModuleId) -> Vec<Import> {
        let workspace = self.scope.workspace;
        let range =
            (module, ItemId(0), String::new())..(ModuleId(module.0 + 1), ItemId(0), String::new());
        self.root
            .names
            .range(range)
            .filter(|((_, id, name), _)| {
                // Twins share one import: that of the first.
                let mut twins = self.scope.twins(*id).into_iter();
                let first = twins.find(|twin| {
                    let key = (module, *twin, name.clone());
                    self.root.names.contains_key(&key)
                });
                first.is_none_or(|first| first == *id)
            })
            .filter(|((_, id, name), _)| !self.is_named_like_alias(module, *id, name))
            .filter(|((_, id, name), _)| {
                let all = (module, *id, ALL.to_owned());
                name == ALL || !self.root.names.contains_key(&all)
            })
            .filter(|((_, _, name), _)| name != ALL || !self.has_glob(module))
            .map(|((_, id, name), asked)| {
                let item = workspace.item(*id);
                let is_macro = item.kind == ItemKind::MacroRules;
                let path = if is_macro {
                    ""
                } else {
                    workspace.module(item.module).path.as_str()
                };
                let names = std::iter::once(self.scope.dest_path(module)).chain(
                    path.split("::")
                        .filter(|part| !part.is_empty())
                        .map(str::to_owned),
                );
                let mut attributes = self.scope.name_conditions(*id);
                attributes.extend(self.scope.conditions_by_macro(*id, name));
                attributes.extend(self.conditions_of_all(module, *id, name, asked));
                if name == ALL && self.may_define_nothing(*id) {
                    attributes.push(EMPTY_GLOB.to_owned());
                }
                if item.attributes.iter().any(|it| it.path == "deprecated") {
                    attributes.push(DEPRECATED.to_owned());
                }
                // What a macro defines is public in the new crate if anybody asks for it.
                let public = item.visibility.level == Level::Public
                    || item.is_exported_macro()
                    || item.kind == ItemKind::MacroCall
                    || !item.defines.is_empty();
                let visibility = match (self.is_asked_from_outside(module, *id, name), public) {
                    (true, true) => "pub",
                    (true, false) => "pub(crate)",
                    (false, _) => "",
                };
                if visibility != "pub" && self.hides_from_glob(module, name) {
                    attributes.push(HIDES_FROM_GLOB.to_owned());
                }
                attributes.sort();
                attributes.dedup();
                Import {
                    attributes,
                    visibility: visibility.to_owned(),
                    prefix: text::path(names.collect::<Vec<_>>().iter().map(String::as_str)),
                    leaf: text::identifier(name),
                }
            })
            .collect()
    }

    /// Whether a module has a public glob of all that it has in the destination: a step before wrote it.
    fn has_glob(&self, module: ModuleId) -> bool {
        let path = &self.scope.workspace.module(module).path;
        let there = self.scope.dest_modules.get(path.as_str());
        there.is_some_and(|there| self.public_globs(module).any(|of| of == *there))
    }

    /// Whether this step writes one.
    fn gets_glob(&self, module: ModuleId) -> bool {
        let mut names = self.root.names.keys();
        names.any(|(at, id, name)| {
            let of = self.scope.workspace.item(*id).module;
            *at == module
                && of == module
                && name == ALL
                && self.is_asked_from_outside(module, *id, ALL)
        })
    }

    /// Whether an import that only some see takes a name which a public glob brings, too, now that it is public where it
    /// lives: nobody outside should see it here.
    fn hides_from_glob(&self, module: ModuleId, name: &str) -> bool {
        let workspace = self.scope.workspace;
        let mut globs = self.public_globs(module);
        self.has_glob(module)
            || self.gets_glob(module)
            || globs.any(|of| {
                let mut items = workspace.module(of).items.iter();
                of != module && items.any(|id| workspace.item(*id).name == name)
            })
    }

    /// The modules of which a module shows all by globs.
    fn public_globs(&self, module: ModuleId) -> impl Iterator<Item = ModuleId> {
        let workspace = self.scope.workspace;
        let imports = workspace
            .module(module)
            .items
            .iter()
            .map(|id| workspace.item(*id));
        let public = imports.filter(|item| item.visibility.level == Level::Public);
        let leaves = public.flat_map(|item| item.leaves.iter().copied());
        let globs = leaves.filter(|leaf| workspace.leaf(*leaf).binding == Binding::Glob);
        let targets = globs.flat_map(|leaf| &self.scope.graph.leaves[leaf.index()]);
        targets.filter_map(|resolution| match resolution.target {
            Target::Module(of) => Some(of),
            _ => None,
        })
    }

    /// Whether what a call's macros define stands under conditions of their own.
    fn may_define_nothing(&self, call: ItemId) -> bool {
        let workspace = self.scope.workspace;
        let macros = self.scope.graph.macros_run_by(workspace, call).into_iter();
        let mut texts = macros.map(|id| workspace.text_of(id));
        texts.any(|text| text.contains("#[cfg"))
    }

    /// Who asks for a name, by any of its definitions.
    fn askers(&self, module: ModuleId, id: ItemId, name: &str) -> impl Iterator<Item = &Asked> {
        let twins = self.scope.twins(id).into_iter();
        twins.filter_map(move |twin| self.root.names.get(&(module, twin, name.to_owned())))
    }

    /// The conditions that all who ask for a name stand under.
    fn conditions_of_all(
        &self,
        module: ModuleId,
        id: ItemId,
        name: &str,
        asked: &Asked,
    ) -> BTreeSet<String> {
        let first = asked.attributes();
        self.askers(module, id, name).fold(first, |all, asked| {
            let others = asked.attributes();
            all.intersection(&others).cloned().collect()
        })
    }

    /// Whether an import of a macro would be that of the module of the same name once more: an import takes both.
    fn is_named_like_alias(&self, module: ModuleId, id: ItemId, name: &str) -> bool {
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

    fn is_asked_from_outside(&self, module: ModuleId, id: ItemId, name: &str) -> bool {
        self.askers(module, id, name)
            .any(|asked| asked.from_outside)
    }
}

/// The range of the tree of a `use` item: between `use` and the semicolon.
fn use_tree(text: &str, item: TextRange, visibility: TextRange) -> TextRange {
    let start = if visibility.is_empty() {
        item.start
    } else {
        visibility.end
    };
    let keyword = text[start as usize..item.end as usize]
        .find("use")
        .map_or(start, |at| start + at as u32 + 3);
    let end = text[keyword as usize..item.end as usize]
        .rfind(';')
        .map_or(item.end, |at| keyword + at as u32);
    TextRange::new(keyword, end)
}
