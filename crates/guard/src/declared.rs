//! Where the plan wants every item by what it says, with nothing sunk to where it would be legal.

use std::collections::BTreeMap;

use cleave_plan::{Home, Order, Plan};
use cleave_syntax::item::ItemKind;
use cleave_syntax::{CrateId, ItemId, Workspace};

use crate::Input;

/// By item id.
pub(crate) struct Declared {
    /// The home; none for what is not judged: imports, modules, tests, and what is in no crate of the plan.
    pub(crate) home: Vec<Option<Home>>,
    /// Whether a list of the plan, or the crate it is in, says so.
    pub(crate) named: Vec<bool>,
    /// What the lists say, by name.
    pub(crate) lists: Lists,
}

/// What the plan's lists say, by name.
pub(crate) struct Lists {
    modules: BTreeMap<String, Home>,
    items: BTreeMap<String, Home>,
    /// Whether `keep` names the crate itself: then all that no list names stays, on purpose.
    open: bool,
}

impl Lists {
    fn of(plan: &Plan) -> Self {
        let mut lists = Lists {
            modules: BTreeMap::new(),
            items: BTreeMap::new(),
            open: plan.keep.iter().any(|name| name == "crate"),
        };
        let kept = || plan.keep.iter().map(|path| (path.clone(), None));
        lists.modules.extend(kept());
        for (index, krate) in plan.crates.iter().enumerate() {
            let own = |path: &String| (path.clone(), Some(index));
            lists.modules.extend(krate.modules.iter().map(own));
            lists.items.extend(krate.items.iter().map(own));
        }
        lists.items.extend(kept());
        lists
    }

    /// What the longest listed path around a module says; nothing where no list names one.
    pub(crate) fn module(&self, path: &str) -> Option<Home> {
        let mut at = path;
        loop {
            if let Some(home) = self.modules.get(at) {
                return Some(*home);
            }
            match at.rsplit_once("::") {
                Some((outer, _)) => at = outer,
                None => return self.open.then_some(None),
            }
        }
    }

    /// What an item's own name says.
    pub(crate) fn item(&self, path: &str) -> Option<Home> {
        self.items.get(path).copied()
    }
}

impl Declared {
    pub(crate) fn of(input: &Input<'_>, crates: &[CrateId], order: &Order) -> Self {
        let workspace = input.workspace;
        let mut declared = Declared {
            home: vec![None; workspace.items.len()],
            named: vec![false; workspace.items.len()],
            lists: Lists::of(input.plan),
        };
        let items: Vec<ItemId> = crates
            .iter()
            .flat_map(|krate| workspace.items_of(*krate))
            .filter(|id| is_judged(workspace, *id))
            .collect();
        // What follows others comes after them: calls of macros follow types, impls follow both.
        let rank = |id: &ItemId| match workspace.item(*id).kind {
            _ if workspace.item(*id).parent.is_some() => 3,
            ItemKind::InherentImpl | ItemKind::TraitImpl => 2,
            ItemKind::MacroCall => 1,
            _ => 0,
        };
        let mut ranked = items;
        ranked.sort_by_key(|id| (rank(id), *id));
        for id in ranked {
            let (home, named) = declared.judge(input, order, id);
            declared.home[id.index()] = Some(home);
            declared.named[id.index()] = named;
        }
        declared
    }

    fn judge(&self, input: &Input<'_>, order: &Order, id: ItemId) -> (Home, bool) {
        let workspace = input.workspace;
        let item = workspace.item(id);
        if let Some(parent) = item.parent {
            let home = self.home[parent.index()].unwrap_or_default();
            return (home, self.named[parent.index()]);
        }
        if let Some(today) = input.homes.today[id.index()] {
            return (Some(today), true);
        }
        if let Some(home) = self.lists.item(&workspace.path_of(id)) {
            return (home, true);
        }
        if let Some(leader) = self.leader(input, order, id) {
            return (
                self.home[leader.index()].unwrap_or_default(),
                self.named[leader.index()],
            );
        }
        let said = self.lists.module(&workspace.module(item.module).path);
        (said.unwrap_or_default(), said.is_some())
    }

    /// What an impl or a macro call goes with.
    fn leader(&self, input: &Input<'_>, order: &Order, id: ItemId) -> Option<ItemId> {
        let workspace = input.workspace;
        let item = workspace.item(id);
        let placed = |id: &ItemId| self.home[id.index()].is_some();
        if item.kind == ItemKind::MacroCall {
            let is_type = |id: &ItemId| {
                let other = workspace.item(*id);
                other.kind.is_type() && other.module == item.module
            };
            let mut types = input.graph.edges_of(id).iter().copied();
            return types.find(|id| placed(id) && is_type(id));
        }
        let anchors: Vec<ItemId> = input.graph.anchors[id.index()]
            .iter()
            .copied()
            .filter(placed)
            .collect();
        let needs: Vec<Home> = std::iter::once(&id)
            .chain(&item.methods)
            .flat_map(|part| input.graph.edges_of(*part))
            .filter_map(|to| self.home[to.index()])
            .collect();
        let sees_all = |anchor: &&ItemId| {
            let home = self.home[anchor.index()].unwrap_or_default();
            needs.iter().all(|need| order.sees(home, *need))
        };
        let best = anchors.iter().find(sees_all).or(anchors.first());
        best.copied()
    }
}

/// Whether the guard judges an item: code that is compiled outside tests.
fn is_judged(workspace: &Workspace, id: ItemId) -> bool {
    let item = workspace.item(id);
    item.is_node() && !item.is_test
}
