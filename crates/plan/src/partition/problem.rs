//! The search's own view of the source: units with their size, who needs whom, and what would like to stay together.

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::Graph;
use cleave_syntax::item::Level;
use cleave_syntax::{CrateId, ItemId, Workspace};

use super::role::role;
use crate::cost::Weights;
use crate::history::History;
use crate::lift::Lifts;
use crate::measure::Heat;
use crate::plan::Role;
use crate::unit::{self, Units};

/// What the search works on.
pub(crate) struct Problem {
    pub(crate) units: Units,
    pub(crate) weights: Weights,
    /// Lines, likelihood of a change, and items by unit.
    pub(crate) lines: Vec<i64>,
    pub(crate) heat: Vec<i64>,
    /// By unit: whom it needs, with the number of references.
    pub(crate) needs: Vec<Vec<(usize, i64)>>,
    /// By unit: who needs it, with the number of references.
    pub(crate) users: Vec<Vec<(usize, i64)>>,
    /// By unit: items that others name and that are not public yet.
    pub(crate) hidden: Vec<i64>,
    /// What would like to stay together.
    pub(crate) groups: Vec<Cohesion>,
    /// By unit: the groups that it is in, and with how much.
    pub(crate) groups_of: Vec<Vec<(usize, i64)>>,
    /// By unit: the role that the name of its module claims, 0 for orchestration and 1 for worker.
    pub(crate) role_of: Vec<Option<usize>>,
    /// By unit: the units that a method of it is lifted from, or that have methods lifted from it, with how many.
    pub(crate) lifts: Vec<Vec<(usize, i64)>>,
    /// By unit: whether all that is in it is methods that can be lifted.
    pub(crate) is_method: Vec<bool>,
    /// By unit: whether it, or what it needs, has to stay in the root.
    pub(crate) stays: Vec<bool>,
    /// By unit: the impls with several legal homes that need it.
    pub(crate) open_users: Vec<Vec<usize>>,
    /// Module paths that have items, in order.
    pub(crate) modules: Vec<String>,
    /// By unit: the module of most of its lines, and its lines by module.
    pub(crate) module_of: Vec<usize>,
    pub(crate) parts: Vec<Vec<(usize, usize)>>,
    pub(crate) total: i64,
    /// How many lines a crate may have before they cost: half of all, or no end where one unit alone has more. What such
    /// a unit could shed of its surroundings would be torn from it for nothing.
    pub(crate) ceiling: i64,
}

/// Units that would like to stay together, for one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cohesion {
    pub(crate) kind: Kind,
}

/// Why they would.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Items of one module.
    Module,
    /// Items of the modules below one.
    Folder,
    /// Items of modules with a word in common.
    Word,
    /// Items of modules whose names claim one role.
    Role,
    /// Two files that change together.
    Together,
}

/// A whole item, in the units of [`Problem::groups_of`].
pub(crate) const ONE: i64 = 1000;

impl Problem {
    pub(crate) fn new(
        workspace: &Workspace,
        graph: &Graph,
        (crates, lifts): (&[CrateId], &Lifts),
        (history, weights): (&History, Weights),
    ) -> Self {
        let units = unit::units(workspace, graph, crates, lifts);
        let count = units.units.len();
        let heat = Heat::new(workspace, history);
        let mut problem = Problem {
            weights,
            lines: vec![0; count],
            heat: vec![0; count],
            needs: Vec::new(),
            users: vec![Vec::new(); count],
            hidden: vec![0; count],
            groups: Vec::new(),
            groups_of: vec![Vec::new(); count],
            role_of: vec![None; count],
            lifts: vec![Vec::new(); count],
            is_method: vec![false; count],
            stays: unit::stays_in_root(&units),
            open_users: vec![Vec::new(); count],
            modules: Vec::new(),
            module_of: Vec::new(),
            parts: Vec::new(),
            total: 0,
            ceiling: 0,
            units,
        };
        for (index, unit) in problem.units.units.iter().enumerate() {
            for id in &unit.items {
                problem.lines[index] += signed(lifts.lines_of(workspace, *id));
                problem.heat[index] += (heat.of(workspace, lifts, *id) * 1000.0).round() as i64;
            }
        }
        for (index, unit) in problem.units.units.iter().enumerate() {
            if !unit.anchors.is_empty() {
                for need in &unit.needs {
                    problem.open_users[*need].push(index);
                }
            }
        }
        problem.total = problem.lines.iter().sum();
        // What is no unit, such as imports, counts in the end too.
        let half = problem.total * 49 / 100;
        let can_be_met = problem.lines.iter().all(|lines| *lines <= half);
        problem.ceiling = if can_be_met { half } else { problem.total };
        problem.find_modules(workspace, lifts);
        problem.find_references(workspace, graph, lifts);
        problem.find_lifts(workspace, lifts);
        problem.find_folders(workspace);
        problem.find_words();
        problem.find_roles();
        problem.find_history(workspace, history);
        problem
    }

    /// The least size worth a crate.
    pub(crate) fn least(&self) -> i64 {
        (self.total * 4 / 100).clamp(60, 1500)
    }

    /// What a crate costs in upkeep.
    pub(crate) fn upkeep(&self) -> f64 {
        0.03 * self.total as f64 + 200.0
    }

    /// Whether a unit is an impl whose home follows from those of its type and trait.
    pub(crate) fn is_open(&self, unit: usize) -> bool {
        !self.units.units[unit].anchors.is_empty()
    }

    /// Whether a unit is at home elsewhere than in the root: the crate root's own items are not.
    pub(crate) fn could_leave(&self, unit: usize) -> bool {
        !self.stays[unit] && !self.modules[self.module_of[unit]].is_empty()
    }

    fn find_modules(&mut self, workspace: &Workspace, lifts: &Lifts) {
        let path = |id: &ItemId| workspace.module(workspace.item(*id).module).path.as_str();
        let paths: BTreeSet<&str> = self
            .units
            .units
            .iter()
            .flat_map(|unit| &unit.items)
            .map(path)
            .collect();
        let index: BTreeMap<&str, usize> = paths
            .iter()
            .enumerate()
            .map(|(index, path)| (*path, index))
            .collect();
        self.modules = paths.iter().map(|path| (*path).to_owned()).collect();
        for unit in &self.units.units {
            let mut parts: BTreeMap<usize, usize> = BTreeMap::new();
            for id in &unit.items {
                *parts.entry(index[path(id)]).or_default() += lifts.lines_of(workspace, *id).max(1);
            }
            let most = parts
                .iter()
                .max_by_key(|(module, lines)| (**lines, std::cmp::Reverse(**module)));
            self.module_of.push(most.map_or(0, |(module, _)| *module));
            self.parts.push(parts.into_iter().collect());
        }
    }

    fn find_references(&mut self, workspace: &Workspace, graph: &Graph, lifts: &Lifts) {
        let mut named = vec![false; workspace.items.len()];
        for (index, unit) in self.units.units.iter().enumerate() {
            let mut needs: BTreeMap<usize, i64> = BTreeMap::new();
            let parts = unit.items.iter().flat_map(|id| lifts.parts(workspace, *id));
            let own = unit.items.iter().filter(|id| lifts.is_lifted(**id));
            let impls: Vec<ItemId> = own.filter_map(|id| workspace.item(*id).parent).collect();
            let edges = parts.flat_map(|part| lifts.edges(graph, part).collect::<Vec<_>>());
            for target in edges.chain(impls) {
                let owner = lifts.node(workspace, target);
                let Some(need) = self.units.unit_of[owner.index()].filter(|need| *need != index)
                else {
                    continue;
                };
                named[owner.index()] = true;
                *needs.entry(need).or_default() += 1;
            }
            // A method for tests only may name what its unit does not need; and what must be near a type for its tests is
            // needed without a reference.
            needs.retain(|need, _| unit.needs.binary_search(need).is_ok());
            for need in &unit.needs {
                needs.entry(*need).or_default();
            }
            for (need, count) in &needs {
                self.users[*need].push((index, *count));
            }
            self.needs.push(needs.into_iter().collect());
        }
        for (index, unit) in self.units.units.iter().enumerate() {
            let hidden = unit.items.iter().filter(|id| {
                named[id.index()]
                    && !workspace.item(**id).name.is_empty()
                    && workspace.item(**id).visibility.level != Level::Public
            });
            self.hidden[index] = signed(hidden.count());
        }
    }

    fn find_lifts(&mut self, workspace: &Workspace, lifts: &Lifts) {
        let mut pairs: BTreeMap<(usize, usize), i64> = BTreeMap::new();
        for method in lifts.methods.keys() {
            let parent = workspace.item(*method).parent.unwrap_or(*method);
            let unit_of = |id: ItemId| self.units.unit_of[id.index()];
            if let (Some(own), Some(owner)) = (unit_of(*method), unit_of(parent))
                && own != owner
            {
                *pairs.entry((own, owner)).or_default() += 1;
            }
        }
        for ((own, owner), count) in pairs {
            self.lifts[own].push((owner, count));
            self.lifts[owner].push((own, count));
        }
        for (index, unit) in self.units.units.iter().enumerate() {
            self.is_method[index] = unit.items.iter().all(|id| lifts.is_lifted(*id));
        }
    }

    fn group(&mut self, kind: Kind, members: BTreeMap<usize, i64>) {
        if members.len() < 2 {
            return;
        }
        let group = self.groups.len();
        self.groups.push(Cohesion { kind });
        for (unit, mass) in members {
            self.groups_of[unit].push((group, mass));
        }
    }

    /// Modules, and the folders around them; the crate root is no folder.
    fn find_folders(&mut self, workspace: &Workspace) {
        let mut modules: BTreeMap<&str, BTreeMap<usize, i64>> = BTreeMap::new();
        let mut folders: BTreeMap<&str, BTreeMap<usize, i64>> = BTreeMap::new();
        let mut nested: BTreeSet<&str> = BTreeSet::new();
        for (index, unit) in self.units.units.iter().enumerate() {
            let whole = unit.items.iter();
            for id in whole.filter(|id| workspace.item(**id).parent.is_none()) {
                let path = workspace.module(workspace.item(*id).module).path.as_str();
                *modules.entry(path).or_default().entry(index).or_default() += ONE;
                let mut at = path;
                while !at.is_empty() {
                    *folders.entry(at).or_default().entry(index).or_default() += ONE;
                    let outer = at.rsplit_once("::").map_or("", |(outer, _)| outer);
                    nested.insert(outer);
                    at = outer;
                }
            }
        }
        for members in modules.into_values() {
            self.group(Kind::Module, members);
        }
        for (path, members) in folders {
            if nested.contains(path) {
                self.group(Kind::Folder, members);
            }
        }
    }

    /// Words that a few modules have in their names.
    fn find_words(&mut self) {
        let mut words: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for (index, path) in self.modules.iter().enumerate() {
            for word in path.split("::").flat_map(|name| name.split('_')) {
                if word.len() > 3 {
                    words.entry(stem(word)).or_default().insert(index);
                }
            }
        }
        let few = (self.modules.len() / 4).max(2);
        for modules in words.into_values() {
            if modules.len() < 2 || modules.len() > few {
                continue;
            }
            let mut members: BTreeMap<usize, i64> = BTreeMap::new();
            for (index, unit) in self.units.units.iter().enumerate() {
                if modules.contains(&self.module_of[index]) {
                    members.insert(index, signed(unit.items.len()) * ONE);
                }
            }
            self.group(Kind::Word, members);
        }
    }

    /// What the names of modules say of their roles, where they tell both from each other.
    fn find_roles(&mut self) {
        let claimed: Vec<Option<Role>> = self.modules.iter().map(|path| role(path)).collect();
        let roles = [Role::Orchestration, Role::Worker];
        let lines = roles.map(|role| {
            let units =
                (0..self.lines.len()).filter(|unit| claimed[self.module_of[*unit]] == Some(role));
            units.map(|unit| self.lines[unit]).sum::<i64>()
        });
        if lines[0].min(lines[1]) < self.least() {
            return;
        }
        for (role, wanted) in roles.into_iter().enumerate() {
            let mut members: BTreeMap<usize, i64> = BTreeMap::new();
            for (index, unit) in self.units.units.iter().enumerate() {
                if claimed[self.module_of[index]] == Some(wanted) {
                    self.role_of[index] = Some(role);
                    members.insert(index, signed(unit.items.len()) * ONE);
                }
            }
            self.group(Kind::Role, members);
        }
    }

    /// Pairs of files that changed together, each file with a weight of one.
    fn find_history(&mut self, workspace: &Workspace, history: &History) {
        const PAIRS: usize = 2000;
        let mut by_file: BTreeMap<&str, BTreeMap<usize, i64>> = BTreeMap::new();
        for (index, unit) in self.units.units.iter().enumerate() {
            for id in &unit.items {
                let file = workspace.file(workspace.module(workspace.item(*id).module).file);
                let lines = signed(workspace.lines_of(*id).max(1));
                *by_file
                    .entry(file.path.as_str())
                    .or_default()
                    .entry(index)
                    .or_default() += lines;
            }
        }
        let mut pairs: Vec<(&(String, String), u32)> = history
            .together
            .iter()
            .map(|(pair, count)| (pair, *count))
            .filter(|(_, count)| *count > 1)
            .collect();
        pairs.sort_by_key(|(pair, count)| (std::cmp::Reverse(*count), *pair));
        for ((first, second), count) in pairs.into_iter().take(PAIRS) {
            let (Some(first), Some(second)) =
                (by_file.get(first.as_str()), by_file.get(second.as_str()))
            else {
                continue;
            };
            let mut members: BTreeMap<usize, i64> = BTreeMap::new();
            for file in [first, second] {
                let lines: i64 = file.values().sum();
                for (unit, part) in file {
                    *members.entry(*unit).or_default() +=
                        part * ONE * i64::from(count) / lines.max(1);
                }
            }
            self.group(Kind::Together, members);
        }
    }
}

/// A word without the endings that make no difference.
fn stem(word: &str) -> String {
    let word = word.to_lowercase();
    let stem = word
        .strip_suffix("ies")
        .or_else(|| word.strip_suffix('s'))
        .unwrap_or(&word);
    stem.to_owned()
}

/// A count as a signed number, which sums that go up and down are made of.
pub(crate) fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
