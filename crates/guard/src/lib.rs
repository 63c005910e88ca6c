//! Judges today's source and manifests against the boundaries of a plan: the guard that runs in CI.
//!
//! # What
//! [`check`] compares where everything *may* stand and what it *may* name, by `split.toml`, with today's source, and
//! returns what goes against it as [`Finding`]s. It works before, in the midst of and after a split: an item that has not
//! moved yet is judged by the crate that claims it, one that has by the crate it is in. [`baseline`] lets what is known
//! through and never grows.
//!
//! # What not
//! No I/O and no error type. Nothing is moved to where it would be legal: that is what
//! [`homes`](cleave_plan::homes()) does for the steps, and why a step never says that a boundary was crossed.
//! Test code is not judged: a test goes to the lowest crate that sees all it needs.
//!
//! # Invariants
//! - A plan just proposed has no findings.
//! - Findings are ordered by file and position, and each has a key that does not depend on either.
//!
//! # How it is tested
//! `tests/guard.rs` plants violations of every kind into the sample monolith and sees exactly these.

mod arrow;
pub mod baseline;
mod declared;
mod dependency;
mod drift;
mod finding;
mod home;
mod name;
mod proposal;

use camino::Utf8Path;
use cleave_graph::Graph;
use cleave_plan::lift::Lifts;
use cleave_plan::unit::{self, Units};
use cleave_plan::{Homes, Order, Plan, Step};
use cleave_syntax::{CrateId, ItemId, ModuleId, Workspace};

use declared::Declared;
pub use finding::{Finding, Kind};

/// What is judged, and by what.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The source.
    pub workspace: &'a Workspace,
    /// Who needs whom in it.
    pub graph: &'a Graph,
    /// The boundaries.
    pub plan: &'a Plan,
    /// Their text, and where it lies relative to the workspace root.
    pub plan_file: (&'a Utf8Path, &'a str),
    /// Where the steps would bring everything.
    pub homes: &'a Homes,
    /// The steps, those done included.
    pub steps: &'a [Step],
}

/// All that goes against the plan, by file and position. Linear in the references.
pub fn check(input: &Input<'_>) -> Vec<Finding> {
    let judge = Judge::new(*input);
    let mut findings = arrow::find(&judge);
    findings.extend(home::find(&judge));
    findings.extend(drift::find(&judge));
    findings.extend(dependency::find(&judge));
    findings.extend(name::find(&judge));
    findings.sort_by(|a, b| a.order().cmp(&b.order()));
    findings.dedup_by(|a, b| a.key == b.key);
    findings
}

/// What every kind of finding looks at.
struct Judge<'a> {
    input: Input<'a>,
    crates: Vec<CrateId>,
    units: Units,
    order: Order,
    declared: Declared,
    crossings: Vec<(ItemId, ItemId)>,
}

impl<'a> Judge<'a> {
    fn new(input: Input<'a>) -> Self {
        let crates = unit::crates(input.workspace, input.plan);
        let order = Order::of(input.plan);
        let lifts = Lifts::of(input.plan, input.workspace, input.graph, &crates);
        let declared = Declared::of(&input, &crates, &order);
        Judge {
            units: unit::units(input.workspace, input.graph, &crates, &lifts),
            crossings: arrow::crossings(input.graph, &declared, &order),
            declared,
            crates,
            order,
            input,
        }
    }

    /// What a home is called.
    fn name(&self, home: cleave_plan::Home) -> &'a str {
        home.map_or(self.input.plan.package.as_str(), |index| {
            self.input.plan.crates[index].name.as_str()
        })
    }

    /// Whether no list names a module or one around it. The crate's root has its home: the package.
    fn is_homeless(&self, module: ModuleId) -> bool {
        let module = self.input.workspace.module(module);
        !module.path.is_empty()
            && Some(module.krate) == self.crates.first().copied()
            && self.declared.lists.module(&module.path).is_none()
    }
}
