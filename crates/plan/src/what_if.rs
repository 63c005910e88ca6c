//! What would become of the cost if modules lived elsewhere. Nothing is decided here, and nothing written.

use cleave_graph::Graph;
use cleave_syntax::Workspace;

use crate::cost::Weights;
use crate::history::History;
use crate::home::Homes;
use crate::lift::Lifts;
use crate::partition::problem::Problem;
use crate::partition::search::try_ways;
use crate::partition::state::State;
use crate::plan::Plan;
use crate::unit;

/// Modules that would go to another crate, and what that does.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The modules, in order.
    pub modules: Vec<String>,
    /// The crate they would go to; the package's name for the root.
    pub to: String,
    /// The cost after, less the cost before; less is better.
    pub cost: f64,
    /// Lines that would move with them, their own included.
    pub lines: usize,
}

/// The cheapest changes of one module, and those pairs of modules that are cheaper to take out together than each alone,
/// the cheapest first. Tries each module and each pair of the most promising ones once.
pub fn suggestions(
    plan: &Plan,
    homes: &Homes,
    (workspace, graph): (&Workspace, &Graph),
    data: (&History, Weights),
) -> Vec<Change> {
    const PROMISING: usize = 14;
    let crates = unit::crates(workspace, plan);
    let lifts = Lifts::of(plan, workspace, graph, &crates);
    let problem = Problem::new(workspace, graph, (&crates, &lifts), data);
    let mut trial = Trial::new(plan, homes, &problem);
    let mut singles: Vec<(usize, Change)> = Vec::new();
    for module in 0..problem.modules.len() {
        if let Some(change) = trial.best(&[module]) {
            singles.push((module, change));
        }
    }
    singles.sort_by(|a, b| a.1.cost.total_cmp(&b.1.cost).then(a.0.cmp(&b.0)));
    singles.truncate(PROMISING);
    let mut changes: Vec<Change> = Vec::new();
    for (index, (first, one)) in singles.iter().enumerate() {
        for (second, other) in &singles[index + 1..] {
            let Some(both) = trial.best(&[*first, *second]) else {
                continue;
            };
            // Worth saying only where the two help each other.
            if both.cost + 1.0 < one.cost.min(other.cost).min(one.cost + other.cost) {
                changes.push(both);
            }
        }
    }
    changes.extend(singles.into_iter().map(|(_, change)| change));
    changes.sort_by(|a, b| {
        a.cost
            .total_cmp(&b.cost)
            .then_with(|| a.modules.cmp(&b.modules))
    });
    changes
}

struct Trial<'a> {
    plan: &'a Plan,
    state: State<'a>,
}

impl<'a> Trial<'a> {
    fn new(plan: &'a Plan, homes: &Homes, problem: &'a Problem) -> Self {
        let count = plan.crates.len();
        let home = problem.units.units.iter();
        let home = home.map(|unit| homes.planned[unit.items[0].index()].unwrap_or(count));
        let state = State::new(problem, count, home.collect(), problem.stays.clone());
        Self { plan, state }
    }

    /// The cheapest other home of some modules, taken together; all that has to go along goes.
    fn best(&mut self, modules: &[usize]) -> Option<Change> {
        let problem = self.state.problem;
        let set: Vec<usize> = (0..problem.lines.len())
            .filter(|unit| modules.contains(&problem.module_of[*unit]))
            .collect();
        let before = self.state.total();
        let mut best: Option<Change> = None;
        for to in 0..=self.state.crates {
            try_ways(&mut self.state, &set, to, |state, log| {
                let cost = state.total() - before;
                if best.as_ref().is_some_and(|best| best.cost <= cost) {
                    return;
                }
                let names = modules
                    .iter()
                    .map(|module| problem.modules[*module].clone());
                let lines: i64 = log.iter().map(|(unit, _)| problem.lines[*unit]).sum();
                best = Some(Change {
                    modules: names.collect(),
                    to: self
                        .plan
                        .crates
                        .get(to)
                        .map_or(&self.plan.package, |krate| &krate.name)
                        .clone(),
                    cost,
                    lines: usize::try_from(lines).unwrap_or(0),
                });
            });
        }
        best
    }
}
