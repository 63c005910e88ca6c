//! The package as the page sees it: items with both homes, arrows between them, and the code behind each arrow.

use std::collections::BTreeMap;

use cleave_graph::{Place, Target};
use cleave_plan::Pin;
use cleave_plan::lift::Lifts;
use cleave_plan::{Homes, Plan, unit};
use cleave_syntax::item::PathContext;
use cleave_syntax::{CrateId, FileId, ItemId};

use super::Subject;

/// At most this many code lines are shown behind one arrow; the total is told.
const PLACES: usize = 6;
/// With more code lines than this in all, fewer are shown behind each arrow.
const ALL_PLACES: usize = 40_000;

/// Items and arrows, by dense indexes of their own.
#[derive(Debug, Default)]
pub(super) struct Model {
    /// Non-test items but for imports and modules, by id; of methods those that the plan lifts out of their impl.
    pub(super) items: Vec<ItemId>,
    /// By item id: the index in `items` of the item, or of the impl around a method.
    pub(super) index: Vec<Option<usize>>,
    /// By index: the crate today, as an index into the plan's crates; the root comes after them.
    pub(super) today: Vec<usize>,
    /// By index: the crate in the end, likewise.
    pub(super) planned: Vec<usize>,
    /// By index: what moves together has one number.
    pub(super) unit: Vec<usize>,
    /// By index: why it must stay in the root, where it must.
    pub(super) pins: Vec<Option<Pin>>,
    /// By `from`, then `to`.
    pub(super) arrows: Vec<Arrow>,
    /// The methods that are to be lifted.
    pub(super) lifts: Lifts,
}

/// One item needs another.
#[derive(Debug)]
pub(super) struct Arrow {
    /// Who needs.
    pub(super) from: usize,
    /// What is needed.
    pub(super) to: usize,
    /// How many references there are.
    pub(super) total: usize,
    /// The first lines of code that have one.
    pub(super) places: Vec<CodeLine>,
    /// How many more lines there are.
    pub(super) left_out: usize,
}

/// A line of a file, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CodeLine {
    /// The file.
    pub(super) file: FileId,
    /// Its line.
    pub(super) line: usize,
}

impl Model {
    pub(super) fn of(subject: &Subject<'_>) -> Self {
        let workspace = subject.workspace;
        let mut model = Self {
            index: vec![None; workspace.items.len()],
            ..Self::default()
        };
        let crates = crates(subject);
        if let Some((plan, _)) = subject.plan {
            model.lifts = Lifts::of(plan, workspace, subject.graph, &crates);
        }
        for id in crates.iter().flat_map(|krate| workspace.items_of(*krate)) {
            let item = workspace.item(id);
            let moves = item.parent.is_none() || model.lifts.is_lifted(id);
            if item.is_node() && !item.is_test && moves {
                model.index[id.index()] = Some(model.items.len());
                model.items.push(id);
            }
        }
        model.give_homes(subject, &crates);
        for index in 0..model.items.len() {
            for part in model.parts(subject, index) {
                model.index[part.index()] = Some(index);
            }
        }
        model.find_arrows(subject);
        model
    }

    fn give_homes(&mut self, subject: &Subject<'_>, crates: &[CrateId]) {
        let units = unit::units(subject.workspace, subject.graph, crates, &self.lifts);
        let root = subject.root();
        for id in &self.items {
            let slot = id.index();
            let home = |homes: fn(&Homes) -> &[Option<usize>]| match subject.plan {
                Some((_, all)) => homes(all)[slot].unwrap_or(root),
                None => root,
            };
            self.today.push(home(|homes| &homes.today));
            self.planned.push(home(|homes| &homes.planned));
            let unit = units.unit_of[slot];
            // What has no unit moves alone.
            self.unit.push(unit.unwrap_or(units.units.len() + slot));
            self.pins
                .push(unit.and_then(|unit| units.units[unit].pin.clone()));
        }
    }

    fn find_arrows(&mut self, subject: &Subject<'_>) {
        let starts = line_starts(subject);
        for from in 0..self.items.len() {
            let mut found: BTreeMap<usize, (usize, Vec<CodeLine>)> = BTreeMap::new();
            for part in self.parts(subject, from) {
                self.read(subject, &starts, (from, part), &mut found);
            }
            for (to, (total, mut places)) in found {
                places.sort_unstable();
                places.dedup();
                self.arrows.push(Arrow {
                    from,
                    to,
                    total,
                    places,
                    left_out: 0,
                });
            }
        }
        self.cap();
    }

    /// An item and those of its methods that are no tests and move along.
    pub(super) fn parts(&self, subject: &Subject<'_>, index: usize) -> Vec<ItemId> {
        self.lifts.parts(subject.workspace, self.items[index])
    }

    /// Non-test lines of what moves with an item.
    pub(super) fn lines_of(&self, subject: &Subject<'_>, index: usize) -> usize {
        self.lifts.lines_of(subject.workspace, self.items[index])
    }

    fn read(
        &self,
        subject: &Subject<'_>,
        starts: &[Vec<u32>],
        (from, part): (usize, ItemId),
        found: &mut BTreeMap<usize, (usize, Vec<CodeLine>)>,
    ) {
        let item = subject.workspace.item(part);
        let file = subject.workspace.module(item.module).file;
        let line = |offset: u32| CodeLine {
            file,
            line: starts[file.index()].partition_point(|start| *start <= offset),
        };
        for reference in subject.graph.references_of(part) {
            let (Place::Item(_, path), Target::Item(to) | Target::Opaque(to)) =
                (reference.place, &reference.resolution.target)
            else {
                continue;
            };
            let path = &item.paths[path as usize];
            let is_docs = matches!(path.context, PathContext::DocLink | PathContext::DocTest);
            if let Some(to) = self.index[to.index()].filter(|to| !is_docs && *to != from) {
                let entry = found.entry(to).or_default();
                entry.0 += 1;
                entry.1.push(line(path.range().start));
            }
        }
        // An attribute that names a module means what is in it, and a call may be one of a method that is lifted: no
        // path of their own leads there.
        for to in self.lifts.edges(subject.graph, part) {
            if let Some(to) = self.index[to.index()].filter(|to| *to != from) {
                found
                    .entry(to)
                    .or_insert_with(|| (1, vec![line(item.name_range.start)]));
            }
        }
    }

    /// Keeps the page small: what is left out is the tail of long lists.
    fn cap(&mut self) {
        let all = |cap: usize, arrows: &[Arrow]| -> usize {
            arrows.iter().map(|arrow| arrow.places.len().min(cap)).sum()
        };
        let mut cap = PLACES;
        while cap > 1 && all(cap, &self.arrows) > ALL_PLACES {
            cap -= 1;
        }
        for arrow in &mut self.arrows {
            arrow.left_out = arrow.places.len().saturating_sub(cap);
            arrow.places.truncate(cap);
        }
    }

    /// The arrow between two items.
    pub(super) fn arrow(&self, from: usize, to: usize) -> Option<usize> {
        self.arrows
            .binary_search_by_key(&(from, to), |arrow| (arrow.from, arrow.to))
            .ok()
    }
}

/// The crates that the page is about.
pub(super) fn crates(subject: &Subject<'_>) -> Vec<CrateId> {
    match subject.plan {
        Some((plan, _)) => unit::crates(subject.workspace, plan),
        None => unit::crates(subject.workspace, &Plan::default()),
    }
}

/// By file: the offset at which each line starts.
pub(super) fn line_starts(subject: &Subject<'_>) -> Vec<Vec<u32>> {
    let starts = |text: &str| {
        let breaks = text.match_indices('\n').map(|(at, _)| at as u32 + 1);
        std::iter::once(0).chain(breaks).collect()
    };
    let files = subject.workspace.files.iter();
    files.map(|file| starts(&file.text)).collect()
}
