//! What goes together whatever the plan says, each by a rule of the language or of its macros.

use std::collections::BTreeMap;

use cleave_graph::Target;
use cleave_syntax::item::{ItemKind, TestPartKind};
use cleave_syntax::{ItemId, ModuleId};

use super::Builder;
use crate::order::Home;
use crate::{indivisible, testing};

impl Builder<'_> {
    pub(super) fn join_what_must(&mut self) {
        self.join_tested();
        self.join_twins();
        self.join_bound();
        self.join_test_members();
        self.join_calls();
        self.join_foreign();
        self.join_indivisible();
        self.join_single_homes();
        self.find_open_impls();
    }

    /// Tests with impls that can stand only in the crate of a type: it must see what they need.
    fn join_tested(&mut self) {
        let Some(root) = self.workspace.monolith(self.workspace.package) else {
            return;
        };
        for cluster in testing::clusters(self.workspace, (self.graph, self.lifts), root) {
            // Who names some of it in a statement for tests lives above all that it needs.
            for user in &cluster.users {
                let needs = cluster.needs.iter().filter(|need| *need != user);
                let needs = needs.chain(&cluster.bound).copied();
                self.tested.entry(*user).or_default().extend(needs);
            }
            let Some((first, others)) = cluster.bound.split_first() else {
                continue;
            };
            for other in others {
                self.join(*first, *other);
            }
            self.tested.entry(*first).or_default().extend(cluster.needs);
        }
        self.find_test_methods();
    }

    /// Methods for tests stay in their impl, which must see what they need.
    fn find_test_methods(&mut self) {
        for id in &self.items {
            let methods = self.workspace.item(*id).methods.iter();
            let needs = methods
                .filter(|method| self.workspace.item(**method).is_test)
                .flat_map(|method| self.lifts.edges(self.graph, *method));
            let needs: Vec<ItemId> = needs.collect();
            if !needs.is_empty() {
                self.tested.entry(*id).or_default().extend(needs);
            }
        }
    }

    /// Definitions of one path, which `cfg`s tell apart, go together.
    fn join_twins(&mut self) {
        let mut first: BTreeMap<String, ItemId> = BTreeMap::new();
        for id in self.items.clone() {
            let name = self.workspace.item(id).label();
            if name.is_empty() || name == "_" {
                continue;
            }
            let twin = *first.entry(self.workspace.path_of(id)).or_insert(id);
            self.join(twin, id);
        }
    }

    /// Who builds a `#[non_exhaustive]` type where no function could do it, and the like, stays in its crate.
    fn join_bound(&mut self) {
        for (user, target) in &self.graph.bound {
            let user = self.lifts.node(self.workspace, *user);
            if self.known[user.index()] && self.known[target.index()] {
                self.join(user, *target);
            }
        }
    }

    /// An `extern` block goes with those who call what it declares, which no import has to lead to then.
    fn join_foreign(&mut self) {
        for id in self.items.clone() {
            for target in &self.graph.edges[id.index()] {
                let is_foreign = self.workspace.item(*target).kind == ItemKind::ForeignMod;
                if is_foreign && self.known[target.index()] {
                    let user = self.lifts.node(self.workspace, id);
                    self.join(user, *target);
                }
            }
        }
    }

    /// Who builds a `#[non_exhaustive]` type and lives in its crate goes there with it: then no function has to do it.
    pub(super) fn join_built(&mut self, planned: &[Home]) {
        for built in &self.graph.built {
            let user = self.lifts.node(self.workspace, built.user);
            let is_known = self.known[user.index()] && self.known[built.target.index()];
            if is_known && planned[user.index()] == planned[built.target.index()] {
                self.join(user, built.target);
            }
        }
    }

    /// A field that only tests have is given its value, and matched, in the crate of its type, and a trait's method in
    /// that of the trait: with another crate under test the one would be there without the other.
    fn join_test_members(&mut self) {
        let workspace = self.workspace;
        let members = |id: ItemId| {
            let parts = workspace.item(id).test_parts.iter();
            parts
                .filter(|part| part.kind == TestPartKind::Member)
                .map(|part| part.name)
        };
        for id in self.items.clone() {
            for part in self.lifts.parts(self.workspace, id) {
                if members(part).next().is_none() {
                    continue;
                }
                for reference in self.graph.references_of(part) {
                    let Target::Item(owner) = reference.resolution.target else {
                        continue;
                    };
                    let has_one = members(owner).any(|own| members(part).any(|name| name == own));
                    if has_one && self.known[owner.index()] {
                        self.join(id, owner);
                    }
                }
            }
        }
    }

    /// A macro call that names a type of its module may well write impls for it, which have to stand in its crate.
    fn join_calls(&mut self) {
        for id in self.items.clone() {
            let item = self.workspace.item(id);
            let is_known = !self.graph.anchors[id.index()].is_empty();
            if item.kind != ItemKind::MacroCall || is_known {
                continue;
            }
            for target in self.targets(id) {
                let other = self.workspace.item(target);
                if other.kind.is_type() && other.module == item.module {
                    self.join(id, target);
                }
            }
        }
    }

    /// No item leaves a module alone that moves only whole.
    fn join_indivisible(&mut self) {
        let mut first: BTreeMap<ModuleId, ItemId> = BTreeMap::new();
        for id in self.items.clone() {
            if let Some(module) = indivisible::around(self.workspace, id) {
                let other = *first.entry(module).or_insert(id);
                self.join(other, id);
            }
        }
    }

    /// An impl with one legal home goes with it.
    fn join_single_homes(&mut self) {
        for id in self.items.clone() {
            if let [anchor] = self.anchors(id)[..] {
                self.join(id, anchor);
            }
        }
    }
}
