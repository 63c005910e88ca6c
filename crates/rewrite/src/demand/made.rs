//! What a derive makes beside a type, `FooBuilder` beside `Foo`: it has no item of its own, but where it is public the root
//! shows it as it shows the type (row B1).

use cleave_graph::graph::Found;
use cleave_graph::{Place, Target};
use cleave_syntax::ItemId;
use cleave_syntax::item::{ItemKind, Level};
use cleave_syntax::token::words;

use super::RootDemand;
use crate::scope::Scope;

impl RootDemand {
    /// Asks for what is made beside public types that move, where anything tells its name: an impl of what it has by
    /// itself, or code of another target.
    pub(super) fn made(&mut self, scope: &Scope<'_>) {
        let workspace = scope.workspace;
        for reference in &scope.graph.references {
            let (Place::Item(from, path), Target::Opaque(of)) =
                (reference.place, &reference.resolution.target)
            else {
                continue;
            };
            let made = reference.resolution.lookups.iter().find(|lookup| {
                let is_of_type = lookup.found == Found::Item(*of);
                is_of_type && is_shown(scope, *of) && is_derived(scope, *of, &lookup.name)
            });
            let Some(made) = made else {
                continue;
            };
            let head = workspace.item(from).implementation.as_ref();
            let is_impl = head.is_some_and(|head| head.self_path == Some(path))
                && workspace.item(from).kind == ItemKind::InherentImpl;
            let mut conditions = scope.shown_conditions(made.module);
            if is_impl {
                conditions.extend(scope.own_conditions(from));
            } else if workspace.crate_of(from) == scope.root || is_conditional(scope, *of) {
                continue;
            }
            let key = (made.module, *of, made.name.to_string());
            self.names.entry(key).or_default().by(&conditions, true);
        }
    }
}

/// Whether a type moves away from a module in which others see it.
fn is_shown(scope: &Scope<'_>, id: ItemId) -> bool {
    let item = scope.workspace.item(id);
    item.kind.is_type()
        && item.visibility.level == Level::Public
        && scope.moving[id.index()]
        && !scope.is_whole(item.module)
        && scope.exports.modules.contains(&item.module)
}

/// Whether a derive seems to have made a name after that of its type. What is spelled out in the type's attributes may be
/// less public than that.
fn is_derived(scope: &Scope<'_>, id: ItemId, name: &str) -> bool {
    let item = scope.workspace.item(id);
    let mut attributes = item.attributes.iter();
    name != item.name
        && name.contains(&item.name)
        && attributes.any(|attribute| ["derive", "cfg_attr"].contains(&attribute.path.as_str()))
        && words(scope.workspace.text_of(id)).all(|word| word != name)
}

/// Whether a derive of a type is there under a condition.
fn is_conditional(scope: &Scope<'_>, id: ItemId) -> bool {
    let item = scope.workspace.item(id);
    let file = scope
        .workspace
        .file(scope.workspace.module(item.module).file);
    let mut attributes = item.attributes.iter();
    attributes.any(|it| it.path == "cfg_attr" && file[it.range].contains("derive("))
}
