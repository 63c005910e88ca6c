//! What the code that stays uses of the members of what moves (row B1).

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::{Graph, Place, Target};
use cleave_syntax::item::{Field, Level, PathContext};
use cleave_syntax::{ChangeBuilder, ItemId, ModuleId};

use super::open;
use crate::scope::Scope;

/// Members that the code that stays names: without types, by name and by what it may see today.
pub(super) struct Uses {
    /// By name: the modules in which it is used.
    by_name: BTreeMap<String, BTreeSet<ModuleId>>,
    /// Moved structs that the root builds or takes apart, by the modules that do.
    built: BTreeMap<ItemId, BTreeSet<ModuleId>>,
    /// Those of which it takes all fields that it does not name (`..base`).
    updated: BTreeMap<ItemId, BTreeSet<ModuleId>>,
    /// Moved methods that are not public and that the root calls: also by a word which it hands to a macro.
    called: BTreeSet<ItemId>,
}

impl Uses {
    pub(super) fn of(scope: &Scope<'_>) -> Self {
        let mut by_name: BTreeMap<String, BTreeSet<ModuleId>> = BTreeMap::new();
        let mut built: BTreeMap<ItemId, BTreeSet<ModuleId>> = BTreeMap::new();
        let mut updated: BTreeMap<ItemId, BTreeSet<ModuleId>> = BTreeMap::new();
        for id in scope
            .workspace
            .items_of(scope.root)
            .filter(|id| !scope.moving[id.index()])
        {
            let item = scope.workspace.item(id);
            // What a macro names is looked up with the eyes of its caller.
            let macros = scope.graph.macros_run_by(scope.workspace, id);
            let users = || std::iter::once(id).chain(macros.iter().copied());
            for user in users() {
                let uses = scope.workspace.item(user).member_uses.iter();
                for member in uses.filter(|member| !member.receiver.is_local()) {
                    by_name
                        .entry(member.name.to_string())
                        .or_default()
                        .insert(item.module);
                }
            }
            for reference in users().flat_map(|user| scope.graph.references_of(user)) {
                let Place::Item(user, index) = reference.place else {
                    continue;
                };
                if Graph::is_doc(scope.workspace, reference.place) {
                    continue;
                }
                let path = &scope.workspace.item(user).paths[index as usize];
                for segment in path.segments.iter().skip(1) {
                    by_name
                        .entry(segment.name.to_string())
                        .or_default()
                        .insert(item.module);
                }
                let touched = match path.context {
                    PathContext::Value | PathContext::Construct | PathContext::Tokens => &mut built,
                    PathContext::Update => &mut updated,
                    _ => continue,
                };
                if let Target::Item(target) | Target::Opaque(target) = reference.resolution.target {
                    touched.entry(target).or_default().insert(item.module);
                }
            }
        }
        Self {
            by_name,
            built,
            updated,
            called: called(scope),
        }
    }

    pub(super) fn sees(
        &self,
        scope: &Scope<'_>,
        name: &str,
        level: &Level,
        module: ModuleId,
    ) -> bool {
        is_seen(scope, self.by_name.get(name), (level, module))
    }

    /// Whether code that stays builds or takes apart a struct of which it may see fields of this level, or names it.
    pub(super) fn builds(&self, scope: &Scope<'_>, id: ItemId, level: &Level) -> bool {
        let module = scope.workspace.item(id).module;
        is_seen(scope, self.built.get(&id), (level, module))
    }

    /// Whether code that stays takes all fields of this level that it does not name of a struct (`..base`).
    pub(super) fn updates(&self, scope: &Scope<'_>, id: ItemId, level: &Level) -> bool {
        let module = scope.workspace.item(id).module;
        is_seen(scope, self.updated.get(&id), (level, module))
    }

    pub(super) fn methods(&self, scope: &Scope<'_>) -> Vec<ItemId> {
        let is_used = |id: &ItemId| {
            let item = scope.workspace.item(*id);
            self.called.contains(id)
                || self.sees(scope, &item.name, &item.visibility.level, item.module)
        };
        let all = scope.workspace.items_of(scope.root);
        all.filter(|id| is_closed_method(scope, *id) && is_used(id))
            .collect()
    }

    /// The fields of a moved item that code which stays names and may see today.
    fn named_fields<'w>(&self, scope: &Scope<'w>, id: ItemId) -> Vec<&'w Field> {
        let item = scope.workspace.item(id);
        let named = |field: &&Field| {
            let level = &field.visibility.level;
            let is_position = field.name.bytes().all(|byte| byte.is_ascii_digit());
            is_position && self.builds(scope, id, level)
                || self.updates(scope, id, level)
                || self.sees(scope, &field.name, level, item.module)
        };
        item.fields.iter().filter(named).collect()
    }

    /// The types in structs of which a private field becomes public: it may not show what is less public.
    pub(super) fn shown_by_fields(&self, scope: &Scope<'_>) -> Vec<ItemId> {
        let moved = scope
            .workspace
            .items_of(scope.root)
            .filter(|id| scope.moving[id.index()]);
        let opened = moved.filter(|id| {
            let mut fields = self.named_fields(scope, *id).into_iter();
            fields.any(|field| field.visibility.level != Level::Public)
        });
        let references = opened.flat_map(|id| scope.graph.references_of(id));
        references
            .filter_map(
                |reference| match (reference.place, &reference.resolution.target) {
                    (Place::Item(id, index), Target::Item(target)) => {
                        let path = &scope.workspace.item(id).paths[index as usize];
                        (path.in_signature && path.context == PathContext::Type).then_some(*target)
                    }
                    _ => None,
                },
            )
            .collect()
    }

    pub(super) fn widen_fields(
        &self,
        scope: &Scope<'_>,
        builder: &mut ChangeBuilder,
    ) -> Vec<String> {
        let mut made_public = Vec::new();
        for id in scope
            .workspace
            .items_of(scope.root)
            .filter(|id| scope.moving[id.index()])
        {
            let item = scope.workspace.item(id);
            for field in self.named_fields(scope, id) {
                let path = format!("{}::{}", scope.workspace.path_of(id), field.name);
                let path = (path.as_str(), item.visibility.level == Level::Public);
                let visibility = &field.visibility;
                made_public.extend(open(scope, item.module, visibility, path, builder));
            }
        }
        made_public
    }
}

/// Whether one of the modules that use something may see what has this level in a module.
fn is_seen(
    scope: &Scope<'_>,
    users: Option<&BTreeSet<ModuleId>>,
    (level, module): (&Level, ModuleId),
) -> bool {
    let mut users = users.into_iter().flatten();
    users.any(|user| scope.is_visible(level, module, *user))
}

/// Whether this is a method that moves and that not everybody may call yet.
fn is_closed_method(scope: &Scope<'_>, id: ItemId) -> bool {
    let item = scope.workspace.item(id);
    let is_open = item.visibility.level == Level::Public
        && crate::unstable::feature(scope.workspace, id).is_none();
    scope.moving[id.index()] && item.parent.is_some() && !is_open
}

/// Such methods that what stays may call, as the graph has it.
fn called(scope: &Scope<'_>) -> BTreeSet<ItemId> {
    let by_item = scope.graph.calls_among(|id| is_closed_method(scope, id));
    let stays = scope.workspace.items_of(scope.root);
    let stays = stays.filter(|id| !scope.moving[id.index()]);
    let called = stays.flat_map(|id| by_item.get(id.index()).into_iter().flatten());
    called.copied().collect()
}
