//! Which modules of a binary are its library's: the same files, whose code means the same in both.

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::{Graph, Place, Resolution, Target};
use cleave_syntax::item::ItemKind;
use cleave_syntax::{CrateId, ItemId, ModuleId, Workspace};

/// Modules beside the roots of a binary and of its library, with what is in them.
pub(super) struct Pairs<'a> {
    workspace: &'a Workspace,
    graph: &'a Graph,
    bin: CrateId,
    library: CrateId,
    /// The binary's modules that both roots declare.
    pub(super) modules: Vec<ModuleId>,
    /// By module of the binary: the library's.
    same_module: BTreeMap<ModuleId, ModuleId>,
    /// By item of the binary: the library's, and the module of `modules` that it is in.
    same_item: BTreeMap<ItemId, (ItemId, ModuleId)>,
}

/// The modules that both roots declare: by one name, of one file, under the same attributes but for lints and docs.
pub(super) fn declared_twice(
    workspace: &Workspace,
    bin: CrateId,
    library: CrateId,
) -> Vec<(ModuleId, ModuleId)> {
    let children = |krate: CrateId| {
        let root = workspace.module(workspace.krate(krate).root);
        root.children.iter().copied()
    };
    let edition = |krate: CrateId| workspace.krate(krate).edition.as_str();
    if edition(bin) != edition(library) || edition(bin) == "2015" {
        return Vec::new();
    }
    let mut twice = Vec::new();
    for here in children(bin) {
        let module = workspace.module(here);
        let mut there = children(library).filter(|there| {
            let there = workspace.module(*there);
            there.name == module.name && there.file == module.file
        });
        if let (Some(there), None) = (there.next(), there.next())
            && !module.inline
            && !module.is_test
            && let Some(conditions) = conditions(workspace, here)
            && Some(conditions) == self::conditions(workspace, there)
        {
            twice.push((here, there));
        }
    }
    twice
}

/// The attributes of a module's declarations that are no docs and no levels of lints; nothing is said of macros there.
fn conditions(workspace: &Workspace, module: ModuleId) -> Option<Vec<&str>> {
    const OF_LINTS: &[&str] = &["allow", "warn", "deny", "expect", "forbid", "doc"];
    let mut texts = Vec::new();
    for id in workspace.declarations(module) {
        let item = workspace.item(id);
        if workspace.takes_macros(id) || item.wrapped.is_some() {
            return None;
        }
        let file = workspace.file(workspace.module(item.module).file);
        let told = item.attributes.iter().filter(|it| !it.is_doc);
        let told = told.filter(|it| !OF_LINTS.contains(&it.path.as_str()));
        texts.extend(told.map(|it| &file[it.range]));
    }
    // Declared under a condition and where that does not hold, with another visibility, it is always there.
    if let [one, other] = texts[..]
        && (is_opposite(one, other) || is_opposite(other, one))
    {
        texts.clear();
    }
    Some(texts)
}

/// Whether an attribute is `#[cfg(not(…))]` of what another has.
fn is_opposite(one: &str, other: &str) -> bool {
    let predicate = |attribute: &str| {
        let words: String = attribute.split_whitespace().collect();
        let inside = words.strip_prefix("#[cfg(")?.strip_suffix(")]")?;
        Some(inside.to_owned())
    };
    let negated = predicate(one).map(|inside| format!("not({inside})"));
    negated.is_some() && negated == predicate(other)
}

impl<'a> Pairs<'a> {
    /// The modules that mean the same in both crates.
    pub(super) fn of(
        workspace: &'a Workspace,
        graph: &'a Graph,
        (bin, library): (CrateId, CrateId),
    ) -> Self {
        let mut pairs = Self {
            workspace,
            graph,
            bin,
            library,
            modules: Vec::new(),
            same_module: BTreeMap::new(),
            same_item: BTreeMap::new(),
        };
        for (here, there) in declared_twice(workspace, bin, library) {
            if pairs.pair(here, there, here) {
                pairs.modules.push(here);
            } else {
                pairs.part(&[here].into());
            }
        }
        loop {
            let apart = pairs.apart();
            if apart.is_empty() {
                return pairs;
            }
            pairs.part(&apart);
        }
    }

    /// Pairs two modules of one file, and all in them; whether they have the same in them.
    fn pair(&mut self, here: ModuleId, there: ModuleId, top: ModuleId) -> bool {
        let (mine, other) = (self.workspace.module(here), self.workspace.module(there));
        let is_same = (mine.file, mine.body) == (other.file, other.body)
            && mine.items.len() == other.items.len()
            && mine.children.len() == other.children.len();
        if !is_same && here == top {
            return false;
        }
        self.same_module.insert(here, there);
        for (a, b) in mine.items.iter().zip(&other.items) {
            self.same_item.insert(*a, (*b, top));
            let methods = |id: &ItemId| self.workspace.item(*id).methods.clone();
            for (a, b) in methods(a).into_iter().zip(methods(b)) {
                self.same_item.insert(a, (b, top));
            }
        }
        let children: Vec<_> = mine.children.iter().zip(&other.children).collect();
        let mut same = is_same;
        for (a, b) in children {
            same &= self.pair(*a, *b, top);
        }
        same
    }

    /// Takes modules out again.
    fn part(&mut self, apart: &BTreeSet<ModuleId>) {
        self.modules.retain(|module| !apart.contains(module));
        self.same_item.retain(|_, (_, top)| !apart.contains(top));
        let workspace = self.workspace;
        let is_apart = |module: ModuleId| workspace.around(module).any(|it| apart.contains(&it));
        self.same_module.retain(|module, _| !is_apart(*module));
    }

    /// The modules that can't be the library's alone.
    fn apart(&self) -> BTreeSet<ModuleId> {
        let mut apart = BTreeSet::new();
        for (id, (other, top)) in &self.same_item {
            if !self.means_the_same(*id, *other) {
                apart.insert(*top);
            }
        }
        let own = self.workspace.items_of(self.bin);
        for id in own.filter(|id| !self.same_item.contains_key(id)) {
            apart.extend(self.needed_in_own_crate(id));
        }
        for (user, target) in &self.graph.bound {
            apart.extend(self.across(*user, *target));
        }
        for built in &self.graph.built {
            apart.extend(self.across(built.user, built.target));
        }
        for closed in &self.graph.closed {
            apart.extend(self.across(closed.user, closed.target));
        }
        apart
    }

    /// Whether all that an item names is in both crates the same.
    fn means_the_same(&self, id: ItemId, other: ItemId) -> bool {
        let place = |place: Place| match place {
            Place::Item(_, index) | Place::Header(_, index) => index,
        };
        let (mine, others) = (
            self.graph.references_of(id),
            self.graph.references_of(other),
        );
        let docs = |of: &Place| Graph::is_doc(self.workspace, *of);
        let mut both = mine.iter().zip(others);
        let (a, b) = (self.workspace.item(id), self.workspace.item(other));
        let mut leaves = a.leaves.iter().zip(&b.leaves).map(|(a, b)| {
            let (a, b) = (&self.graph.leaves[a.index()], &self.graph.leaves[b.index()]);
            self.lead_the_same_way(a, b)
        });
        mine.len() == others.len()
            && both.all(|(a, b)| {
                docs(&a.place)
                    || place(a.place) == place(b.place)
                        && self.is_same(&a.resolution.target, &b.resolution.target)
            })
            && leaves.all(|same| same)
    }

    fn lead_the_same_way(&self, a: &[Resolution], b: &[Resolution]) -> bool {
        let mut both = a.iter().zip(b);
        a.len() == b.len() && both.all(|(a, b)| self.is_same(&a.target, &b.target))
    }

    fn is_same(&self, here: &Target, there: &Target) -> bool {
        match (here, there) {
            (Target::Item(a), Target::Item(b)) | (Target::Opaque(a), Target::Opaque(b)) => {
                a == b || self.same_item.get(a).is_some_and(|(same, _)| same == b)
            }
            (Target::Module(a), Target::Module(b)) => {
                let root = |krate: CrateId| self.workspace.krate(krate).root;
                let are_roots = (*a, *b) == (root(self.bin), root(self.library));
                a == b || are_roots || self.same_module.get(a) == Some(b)
            }
            (Target::CrateRoot(a), Target::CrateRoot(b)) => {
                a == b || (*a, *b) == (self.bin, self.library)
            }
            (a, b) => a == b,
        }
    }

    /// The modules that an item of the binary's own needs in its crate: it implements for their types, calls their macros,
    /// or tests with what only tests have.
    fn needed_in_own_crate(&self, id: ItemId) -> Vec<ModuleId> {
        let item = self.workspace.item(id);
        let anchors = self.graph.anchors[id.index()].iter();
        let mut tops: Vec<Option<ModuleId>> = anchors.map(|id| self.top(*id)).collect();
        // A trait's impl may stand beside either.
        if item.kind != ItemKind::InherentImpl && tops.contains(&None) {
            tops.clear();
        }
        let references = self.graph.references_of(id).iter();
        let named = references.filter_map(|it| match it.resolution.target {
            Target::Item(target) if !Graph::is_doc(self.workspace, it.place) => Some(target),
            _ => None,
        });
        let leaves = item.leaves.iter();
        let leaves = leaves.flat_map(|leaf| &self.graph.leaves[leaf.index()]);
        let imported = leaves.filter_map(|it| match it.target {
            Target::Item(target) => Some(target),
            _ => None,
        });
        let stays = |id: &ItemId| {
            let item = self.workspace.item(*id);
            item.kind == ItemKind::MacroRules || item.is_test
        };
        tops.extend(named.chain(imported).filter(stays).map(|id| self.top(id)));
        tops.into_iter().flatten().collect()
    }

    /// The module that a target is in, where its user is the binary's own.
    fn across(&self, user: ItemId, target: ItemId) -> Option<ModuleId> {
        let is_own = self.workspace.crate_of(user) == self.bin && self.top(user).is_none();
        self.top(target).filter(|_| is_own)
    }

    fn top(&self, id: ItemId) -> Option<ModuleId> {
        self.same_item.get(&id).map(|(_, top)| *top)
    }
}
