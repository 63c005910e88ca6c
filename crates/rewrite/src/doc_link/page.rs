//! Where the published documentation of a package has an item.

use std::collections::BTreeMap;

use cleave_graph::api::public_paths;
use cleave_graph::{Graph, Resolution, Target};
use cleave_syntax::item::{Item, ItemKind, PathUse};
use cleave_syntax::{ItemId, ModuleId, Workspace};

use crate::scope::Scope;

/// The pages of the monolith's documentation.
pub(super) struct Pages<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    /// What comes before the path of a page.
    base: String,
    /// By what a path leads to: where it is defined, or the shortest other path.
    paths: BTreeMap<Target, String>,
}

impl<'a> Pages<'a> {
    pub(super) fn of(scope: &Scope<'a>) -> Self {
        let (workspace, graph) = (scope.workspace, scope.graph);
        let krate = workspace.krate(scope.root);
        let name = &workspace.package(krate.package).name;
        let mut paths: BTreeMap<Target, String> = BTreeMap::new();
        let all = scope
            .is_published()
            .then(|| public_paths(workspace, graph, scope.root));
        for (path, target) in all.into_iter().flatten() {
            let own = match target {
                Target::Item(id) => workspace.path_of(id),
                Target::Module(id) => workspace.module(id).path.clone(),
                _ => continue,
            };
            let path = path.trim_end_matches('!').to_owned();
            let rank = |path: &String| (*path != own, path.matches("::").count());
            let known = paths.entry(target).or_insert_with(|| path.clone());
            if rank(&path) < rank(known) {
                *known = path;
            }
        }
        if scope.is_published() {
            paths.insert(Target::Module(krate.root), String::new());
            paths.insert(Target::CrateRoot(scope.root), String::new());
        }
        Self {
            workspace,
            graph,
            base: format!("https://docs.rs/{name}/latest/{}/", krate.extern_name),
            paths,
        }
    }

    /// The address of what a path means; none for what has no page.
    pub(super) fn address(&self, path: &PathUse, meaning: &Resolution) -> Option<String> {
        let (target, fragment) = match meaning.target {
            Target::Item(id) => {
                let owner = self.owner(id)?;
                (Target::Item(owner), self.fragment(id, owner, path, meaning))
            }
            ref other => (other.clone(), None),
        };
        let public = self.paths.get(&target)?;
        let page = match target {
            Target::Item(id) if !self.is_hidden(id) => {
                let (folder, name) = public.rsplit_once("::").unwrap_or(("", public));
                let page = format!("{}.{name}.html", word(self.workspace.item(id).kind)?);
                join(folder, &page)
            }
            Target::Module(id) if !self.is_hidden_module(id) => join(public, "index.html"),
            Target::CrateRoot(_) => join(public, "index.html"),
            _ => return None,
        };
        let fragment = fragment.map(|text| format!("#{text}")).unwrap_or_default();
        Some(format!("{}{page}{fragment}", self.base))
    }

    /// The path of an item in its own crate, as a link names it; `shown` may know a better one than that of its definition.
    pub(super) fn there(
        &self,
        id: ItemId,
        path: &PathUse,
        meaning: &Resolution,
        shown: &dyn Fn(ItemId) -> Option<String>,
    ) -> Option<String> {
        let owner = self.owner(id)?;
        let known = shown(owner).unwrap_or_else(|| self.workspace.path_of(owner));
        let mut text = format!("crate::{known}");
        let member = if id == owner {
            let member = path.segments.get(meaning.used as usize);
            member.map(|segment| segment.name.as_str())
        } else {
            Some(self.workspace.item(id).name.as_str())
        };
        if let Some(member) = member {
            text.push_str("::");
            text.push_str(member);
        }
        Some(text)
    }

    /// What has the page that an item is on: a method's type, or the item itself.
    fn owner(&self, id: ItemId) -> Option<ItemId> {
        match self.workspace.item(id).parent {
            Some(parent) => self.graph.anchors[parent.index()].first().copied(),
            None => Some(id),
        }
    }

    /// Where on its page a member is.
    fn fragment(
        &self,
        id: ItemId,
        owner: ItemId,
        path: &PathUse,
        meaning: &Resolution,
    ) -> Option<String> {
        let item = self.workspace.item(id);
        if id != owner {
            let word = match item.kind {
                ItemKind::Const => "associatedconstant",
                ItemKind::TypeAlias => "associatedtype",
                _ => "method",
            };
            return Some(format!("{word}.{}", item.name));
        }
        let name = path.segments.get(meaning.used as usize)?.name.as_str();
        let has_field = item.fields.iter().any(|field| field.name == name);
        let word = match item.kind {
            ItemKind::Enum if item.members.iter().any(|member| member == name) => "variant",
            ItemKind::Trait => self.word_in_trait(id, name)?,
            _ if has_field => "structfield",
            _ if name.starts_with(char::is_lowercase) => "method",
            _ => "associatedconstant",
        };
        Some(format!("{word}.{name}"))
    }

    /// rustdoc tells what an impl has to write from what it may.
    fn word_in_trait(&self, id: ItemId, name: &str) -> Option<&'static str> {
        let item = self.workspace.item(id);
        let file = self.workspace.file(self.workspace.module(item.module).file);
        let body = &file[item.body];
        let behind = |keyword: &str| {
            let head = format!("{keyword} {name}");
            let mut found = body
                .match_indices(&head)
                .map(|(at, _)| &body[at + head.len()..]);
            found.find(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        };
        if behind("const").is_some() {
            return Some("associatedconstant");
        }
        if behind("type").is_some() {
            return Some("associatedtype");
        }
        let rest = behind("fn")?;
        let end = rest.find(['{', ';'])?;
        Some(if rest[end..].starts_with('{') {
            "method"
        } else {
            "tymethod"
        })
    }

    /// Whether an item, or a module around it, is left out of the documentation.
    fn is_hidden(&self, id: ItemId) -> bool {
        let item = self.workspace.item(id);
        self.has_hidden(item) || self.is_hidden_module(item.module)
    }

    fn is_hidden_module(&self, id: ModuleId) -> bool {
        self.workspace.around(id).any(|module| {
            let declared = self.workspace.declarations(module);
            let mut declared = declared.map(|item| self.workspace.item(item));
            declared.any(|item| self.has_hidden(item))
        })
    }

    fn has_hidden(&self, item: &Item) -> bool {
        let file = self.workspace.file(self.workspace.module(item.module).file);
        let mut attributes = item.attributes.iter();
        attributes.any(|attribute| {
            attribute.path == "doc" && !attribute.is_doc && file[attribute.range].contains("hidden")
        })
    }
}

/// What the name of an item's page starts with.
fn word(kind: ItemKind) -> Option<&'static str> {
    Some(match kind {
        ItemKind::Const => "constant",
        ItemKind::Enum => "enum",
        ItemKind::Fn => "fn",
        ItemKind::MacroRules => "macro",
        ItemKind::Static => "static",
        ItemKind::Struct => "struct",
        ItemKind::Trait => "trait",
        ItemKind::TraitAlias => "traitalias",
        ItemKind::TypeAlias => "type",
        ItemKind::Union => "union",
        _ => return None,
    })
}

fn join(folder: &str, page: &str) -> String {
    if folder.is_empty() {
        page.to_owned()
    } else {
        format!("{}/{page}", folder.replace("::", "/"))
    }
}
