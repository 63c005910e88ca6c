//! Today's home and the planned home of every item.

use cleave_graph::Graph;
use cleave_syntax::{Diagnostic, ItemId, Workspace};

use crate::plan::Plan;

/// Where every item is to live in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Homes {
    /// By item id: the index into [`Plan::crates`], or none for the package's own crates.
    /// Methods have their impl's home; `use`, `extern crate` and `mod` items have none of their own and are `None`.
    pub planned: Vec<Option<usize>>,
    /// By item id: where it is today, in the same terms.
    pub today: Vec<Option<usize>>,
}

impl Homes {
    /// The items of the monolith that are not yet where the plan wants them.
    pub fn pending(&self) -> impl Iterator<Item = ItemId> + '_ {
        (0..self.planned.len()).map(ItemId::new).filter(|id| self.planned[id.index()] != self.today[id.index()])
    }
}

/// Reads the plan against today's source.
pub fn homes(plan: &Plan, workspace: &Workspace, graph: &Graph) -> (Homes, Vec<Diagnostic>) {
    let _ = (plan, workspace, graph);
    (Homes { planned: Vec::new(), today: Vec::new() }, Vec::new())
}
