//! What a plan comes to, in figures: the ones that are printed before anyone starts.

use std::collections::BTreeMap;

use cleave_syntax::{ItemId, Workspace};

use crate::history::History;
use crate::home::Homes;
use crate::lift::Lifts;
use crate::order::{Home, Order};
use crate::plan::Plan;
use crate::unit;

/// How long the compiler takes to start on a crate, in lines that it could check again meanwhile: it reads the metadata
/// of all dependencies and writes its own. Fitted to `cargo xtask corpus --rebuild` (docs/PLAN.md, "Measured rebuilds").
const START: f64 = 1_200.0;

/// Figures of a plan. All lines are non-test lines.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    /// Of the package.
    pub lines: usize,
    /// By crate of the plan, the root last.
    pub sizes: Vec<usize>,
    /// Of the biggest crate, the root included, over all.
    pub largest: f64,
    /// Items outside tests.
    pub items: usize,
    /// Items that do not live where most items of their module do.
    pub torn: usize,
    /// Methods that are still to be lifted into extension traits.
    pub lifted: usize,
    /// Lines that an edit makes the compiler look at again, on average: today.
    pub rebuild_before: f64,
    /// The same after the split.
    pub rebuild_after: f64,
    /// Crates that an edit makes the compiler start on, on average, after the split; today it is one.
    pub starts_after: f64,
    /// Lines on the longest chain of crates that wait for each other in a clean build.
    pub critical_path: usize,
}

impl Figures {
    /// Share of the items that are torn from their module.
    pub fn torn_share(&self) -> f64 {
        ratio(self.torn as f64, self.items as f64)
    }

    /// Expected lines to look at again after an edit, after over before.
    pub fn rebuild_ratio(&self) -> f64 {
        ratio(self.rebuild_after, self.rebuild_before)
    }

    /// Expected seconds of a check after an edit, after over before: lines, and a start for each crate.
    pub fn time_ratio(&self) -> f64 {
        let before = self.rebuild_before + START;
        ratio(self.rebuild_after + self.starts_after * START, before)
    }

    /// Whether the split saves enough to be worth the work: at least a quarter of what an edit costs.
    pub fn pays(&self) -> Pays {
        if self.rebuild_ratio() > 0.75 {
            Pays::No
        } else if self.time_ratio() > 0.75 {
            Pays::InLines
        } else {
            Pays::InSeconds
        }
    }
}

/// In what a split saves at least a quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pays {
    /// In the lines that are checked again and in the time that takes.
    InSeconds,
    /// In lines only: so small a package is checked as fast as the compiler starts on a second crate.
    InLines,
    /// In neither.
    No,
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { part / whole }
}

/// Measures homes. Linear in the items.
pub fn measure(plan: &Plan, homes: &Homes, workspace: &Workspace, history: &History) -> Figures {
    let count = plan.crates.len();
    let slot = |home: Home| home.unwrap_or(count);
    let mut figures = Figures {
        sizes: vec![0; count + 1],
        ..Figures::default()
    };
    let mut heat = vec![0.0; count + 1];
    let mut by_module: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let weights = Heat::new(workspace, history);
    let crates = unit::crates(workspace, plan);
    let lifts = Lifts::without_calls(plan, workspace, &crates);
    for id in crates
        .iter()
        .flat_map(|krate| workspace.items_of(*krate))
        .filter(|id| counts(workspace, *id) || lifts.is_lifted(*id))
    {
        let home = slot(homes.planned[id.index()]);
        let lines = lifts.lines_of(workspace, id);
        figures.sizes[home] += lines;
        heat[home] += weights.of(workspace, &lifts, id);
        if lifts.is_lifted(id) {
            figures.lifted += 1;
            continue;
        }
        figures.items += 1;
        let path = &workspace.module(workspace.item(id).module).path;
        by_module.entry(path).or_insert_with(|| vec![0; count + 1])[home] += 1;
    }
    figures.lines = figures.sizes.iter().sum();
    let largest = figures.sizes.iter().max().copied().unwrap_or(0);
    figures.largest = ratio(largest as f64, figures.lines as f64);
    figures.torn = by_module
        .values()
        .map(|homes| homes.iter().sum::<usize>() - homes.iter().max().copied().unwrap_or(0))
        .sum();
    let order = Order::of(plan);
    let all: f64 = heat.iter().sum();
    figures.rebuild_before = figures.lines as f64;
    for (home, heat) in heat.iter().enumerate() {
        let (crates, lines) = above(&order, &figures.sizes, home);
        figures.rebuild_after += ratio(*heat, all) * lines as f64;
        figures.starts_after += ratio(*heat, all) * crates as f64;
    }
    figures.critical_path = critical_path(plan, &figures.sizes);
    figures
}

/// Whether an item is one of those that a plan is about.
pub(crate) fn counts(workspace: &Workspace, id: ItemId) -> bool {
    let item = workspace.item(id);
    item.is_node() && !item.is_test && item.parent.is_none()
}

/// A crate and all that depend on it: how many they are, and their lines.
fn above(order: &Order, sizes: &[usize], home: usize) -> (usize, usize) {
    let root = sizes.len() - 1;
    let named = |slot: usize| (slot < root).then_some(slot);
    (0..sizes.len())
        .filter(|upper| order.sees(named(*upper), named(home)))
        .fold((0, 0), |(crates, lines), upper| {
            (crates + 1, lines + sizes[upper])
        })
}

fn critical_path(plan: &Plan, sizes: &[usize]) -> usize {
    let mut longest: Vec<usize> = Vec::new();
    for (index, krate) in plan.crates.iter().enumerate() {
        let below = krate.depends_on.iter().map(|lower| longest[*lower]).max();
        longest.push(sizes[index] + below.unwrap_or(0));
    }
    longest.iter().max().copied().unwrap_or(0) + sizes.last().copied().unwrap_or(0)
}

/// How likely an edit is to be in an item.
pub(crate) struct Heat {
    /// By file: weight of a line. Without a history all are the same.
    by_file: Option<Vec<f64>>,
}

impl Heat {
    pub(crate) fn new(workspace: &Workspace, history: &History) -> Self {
        if history.is_empty() {
            return Self { by_file: None };
        }
        let mut lines = vec![0_usize; workspace.files.len()];
        for index in 0..workspace.items.len() {
            let id = ItemId::new(index);
            let file = workspace.module(workspace.item(id).module).file;
            lines[file.index()] += workspace.lines_of(id);
        }
        let by_file = workspace.files.iter().zip(lines).map(|(file, lines)| {
            let changes = history.changes.get(file.path.as_str()).copied();
            ratio(f64::from(changes.unwrap_or(0)), lines as f64)
        });
        Self {
            by_file: Some(by_file.collect()),
        }
    }

    pub(crate) fn of(&self, workspace: &Workspace, lifts: &Lifts, id: ItemId) -> f64 {
        let lines = lifts.lines_of(workspace, id) as f64;
        match &self.by_file {
            None => lines,
            Some(by_file) => {
                lines * by_file[workspace.module(workspace.item(id).module).file.index()]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Half of the lines are checked again after an edit, in two crates.
    fn halved(lines: f64) -> Figures {
        Figures {
            rebuild_before: lines,
            rebuild_after: lines / 2.0,
            starts_after: 2.0,
            ..Figures::default()
        }
    }

    #[test]
    fn a_small_package_saves_lines_and_no_seconds() {
        assert_eq!(halved(3_000.0).pays(), Pays::InLines);
        assert_eq!(halved(30_000.0).pays(), Pays::InSeconds);
        let chain = Figures {
            rebuild_after: 27_000.0,
            ..halved(30_000.0)
        };
        assert_eq!(chain.pays(), Pays::No);
    }
}
