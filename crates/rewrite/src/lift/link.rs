//! Links in docs to methods that are lifted, and from them: the one is a method of the trait now, and in the other `Self`
//! is the trait.

use std::collections::BTreeMap;

use cleave_graph::Reference;
use cleave_graph::graph::{Place, Target};
use cleave_syntax::change::Reason;
use cleave_syntax::item::PathContext;
use cleave_syntax::{ChangeBuilder, FileId, ItemId, TextRange};

use super::{Extension, RULE, Work};
use crate::doc_link::markup;

impl Work<'_> {
    /// Leads links to where the methods are, and to where their own links led.
    pub(super) fn lead_links(&self, traits: &[Extension], builder: &mut ChangeBuilder) {
        let workspace = self.workspace;
        let mut by_method: BTreeMap<ItemId, &Extension> = BTreeMap::new();
        for extension in traits {
            let methods = extension.impls.values().flatten();
            by_method.extend(methods.map(|id| (*id, extension)));
        }
        let mut edits: BTreeMap<(FileId, TextRange), String> = BTreeMap::new();
        for reference in &self.graph.references {
            let path = reference.place.path(workspace);
            if path.context != PathContext::DocLink {
                continue;
            }
            let from = match reference.place {
                Place::Item(id, _) => by_method.get(&id).copied(),
                Place::Header(..) => None,
            };
            let to = self.lifted(reference, &by_method);
            let is_own = path.segments.first().is_some_and(|it| it.name == "Self");
            let last = path.segments.last().map_or("", |last| last.name.as_str());
            let same = |a: &Extension, b: &Extension| std::ptr::eq(a, b);
            let address = match (from, to) {
                (Some(from), Some(to)) if is_own && same(from, to) => continue,
                (_, Some(to)) => self.address(reference, to, last),
                (Some(from), None) if is_own => {
                    let names = path.segments.iter().skip(1);
                    let names = names.map(|segment| segment.name.as_str());
                    let names: Vec<&str> =
                        std::iter::once(self.own_name(from)).chain(names).collect();
                    names.join("::")
                }
                _ => continue,
            };
            let file = workspace.module(reference.place.module(workspace)).file;
            let text = &workspace.file(file).text;
            for (range, text) in markup::lead(text, path.range(), Some(&address)) {
                edits.insert((file, range), text);
            }
        }
        for ((file, range), text) in edits {
            let reason = Reason::new(RULE, "link in docs");
            builder.replace(&workspace.file(file).path, range, text, reason);
        }
    }

    /// The trait that has what a link leads to.
    fn lifted<'e>(
        &self,
        reference: &Reference,
        by_method: &BTreeMap<ItemId, &'e Extension>,
    ) -> Option<&'e Extension> {
        let Target::Item(id) = reference.resolution.target else {
            return None;
        };
        if let Some(extension) = by_method.get(&id) {
            return Some(extension);
        }
        // What stands behind the type's name is its method of that name.
        let path = reference.place.path(self.workspace);
        let member = path.segments.get(reference.resolution.used as usize)?;
        let mut methods = self.values.methods_of(id, &member.name);
        methods.find_map(|method| by_method.get(&method).copied())
    }

    fn address(&self, reference: &Reference, extension: &Extension, method: &str) -> String {
        let module = reference.place.module(self.workspace);
        if module == extension.module {
            return format!("{}::{method}", extension.name);
        }
        let path = self.path_from(module, extension);
        format!("{path}::{}::{method}", extension.name)
    }

    fn own_name(&self, extension: &Extension) -> &str {
        let owner = extension.impls.keys().next();
        owner.map_or("", |owner| self.workspace.item(*owner).self_name())
    }
}
