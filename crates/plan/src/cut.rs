//! What the lifts of a plan buy: what each would cost to do without.

use cleave_graph::Graph;
use cleave_syntax::{CrateId, Workspace};

use crate::home::{Homes, homes};
use crate::lift::Lifts;
use crate::measure::measure;
use crate::plan::Plan;
use crate::{History, unit};

/// A group of methods that leaves its type, and what that frees.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cut {
    /// The extension trait.
    pub name: String,
    /// Where it goes; the package's name for the root.
    pub to: String,
    /// How many methods.
    pub methods: usize,
    /// Their lines.
    pub lines: usize,
    /// Lines that would have another home without this cut, its own aside.
    pub freed: usize,
    /// Lines that could only move together without it, and can be parted with it.
    pub opened: usize,
    /// The share of the largest crate if it were not made, from 0 to 1.
    pub largest: f64,
}

/// The lifts that are still to be made, in the plan's order. Reads the plan anew without each of them.
pub fn cuts(plan: &Plan, kept: &Homes, workspace: &Workspace, graph: &Graph) -> Vec<Cut> {
    let crates = unit::crates(workspace, plan);
    let lifts = Lifts::of(plan, workspace, graph, &crates);
    let with = biggest(plan, workspace, graph, &crates);
    let mut cuts = Vec::new();
    for (index, lift) in plan.lifts.iter().enumerate() {
        let methods = lifts.methods.iter().filter(|(_, own)| **own == index);
        let methods: Vec<_> = methods.map(|(id, _)| *id).collect();
        if methods.is_empty() {
            continue;
        }
        let mut without = plan.clone();
        without.lifts.remove(index);
        let (other, _) = homes(&without, workspace, graph);
        let moved = crates
            .iter()
            .flat_map(|krate| workspace.items_of(*krate))
            .filter(|id| !methods.contains(id))
            .filter(|id| kept.planned[id.index()] != other.planned[id.index()]);
        cuts.push(Cut {
            name: lift.name.clone(),
            to: lift.to.clone(),
            methods: methods.len(),
            lines: methods
                .iter()
                .map(|id| lifts.lines_of(workspace, *id))
                .sum(),
            freed: moved.map(|id| lifts.lines_of(workspace, id)).sum(),
            opened: biggest(&without, workspace, graph, &crates).saturating_sub(with),
            largest: measure(&without, &other, workspace, &History::default()).largest,
        });
    }
    cuts
}

/// Lines of the biggest unit.
fn biggest(plan: &Plan, workspace: &Workspace, graph: &Graph, crates: &[CrateId]) -> usize {
    let lifts = Lifts::of(plan, workspace, graph, crates);
    let units = unit::units(workspace, graph, crates, &lifts);
    units
        .units
        .iter()
        .map(|unit| unit.lines)
        .max()
        .unwrap_or_default()
}
