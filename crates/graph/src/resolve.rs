//! Name resolution.

use cleave_syntax::Workspace;

use crate::graph::Graph;

/// Resolves every path.
pub fn resolve(workspace: &Workspace) -> Graph {
    let _ = workspace;
    Graph::default()
}
