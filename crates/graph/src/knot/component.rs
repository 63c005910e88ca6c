//! Strongly connected components, and graphs small enough to be built anew for every question asked of them.

/// A directed graph: who points to whom, packed.
#[derive(Debug, Clone, Default)]
pub(super) struct Packed {
    starts: Vec<u32>,
    heads: Vec<u32>,
}

impl Packed {
    /// Packs arcs between `nodes` nodes. Linear.
    pub(super) fn new(nodes: usize, arcs: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut starts = vec![0_u32; nodes + 1];
        for (from, _) in arcs.clone() {
            starts[from as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut heads = vec![0; starts[nodes] as usize];
        for (from, to) in arcs {
            heads[next[from as usize] as usize] = to;
            next[from as usize] += 1;
        }
        Self { starts, heads }
    }

    /// What a node points to.
    pub(super) fn heads(&self, node: u32) -> &[u32] {
        &self.heads[self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize]
    }

    fn nodes(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// By node the number of its component; what is needed has a lower number than what needs it. Tarjan's algorithm
    /// with a stack of its own: linear, and chains of 100,000 nodes are no problem.
    pub(super) fn components(&self) -> Vec<u32> {
        let mut walk = Walk {
            graph: self,
            order: vec![0; self.nodes()],
            low: vec![0; self.nodes()],
            component: vec![u32::MAX; self.nodes()],
            open: Vec::new(),
            seen: 0,
            found: 0,
        };
        for node in 0..self.nodes() as u32 {
            if walk.order[node as usize] == 0 {
                walk.from(node);
            }
        }
        walk.component
    }
}

struct Walk<'a> {
    graph: &'a Packed,
    /// When a node was first seen, from 1 on.
    order: Vec<u32>,
    low: Vec<u32>,
    component: Vec<u32>,
    open: Vec<u32>,
    seen: u32,
    found: u32,
}

impl Walk<'_> {
    fn enter(&mut self, node: u32) {
        self.seen += 1;
        self.order[node as usize] = self.seen;
        self.low[node as usize] = self.seen;
        self.open.push(node);
    }

    fn from(&mut self, start: u32) {
        let graph = self.graph;
        let mut stack = vec![(start, 0_usize)];
        self.enter(start);
        while let Some((node, next)) = stack.pop() {
            if let Some(head) = graph.heads(node).get(next) {
                stack.push((node, next + 1));
                if self.order[*head as usize] == 0 {
                    self.enter(*head);
                    stack.push((*head, 0));
                } else if self.component[*head as usize] == u32::MAX {
                    self.low[node as usize] =
                        self.low[node as usize].min(self.order[*head as usize]);
                }
                continue;
            }
            if let Some((around, _)) = stack.last() {
                self.low[*around as usize] =
                    self.low[*around as usize].min(self.low[node as usize]);
            }
            if self.low[node as usize] == self.order[node as usize] {
                self.close(node);
            }
        }
    }

    fn close(&mut self, node: u32) {
        while let Some(member) = self.open.pop() {
            self.component[member as usize] = self.found;
            if member == node {
                break;
            }
        }
        self.found += 1;
    }
}

/// The components of a graph, by node. Nodes of one circle have the same number.
pub fn components(nodes: usize, arcs: &[(usize, usize)]) -> Vec<usize> {
    let arcs = arcs.iter().map(|(from, to)| (*from as u32, *to as u32));
    let found = Packed::new(nodes, arcs).components();
    found.into_iter().map(|number| number as usize).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_components() {
        let arcs = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 3), (5, 0)];
        let found = components(6, &arcs);
        assert_eq!((found[0], found[1]), (found[2], found[2]));
        assert_eq!(found[3], found[4]);
        assert!(found[3] < found[0] && found[0] < found[5], "{found:?}");
    }

    #[test]
    fn a_long_circle_does_not_overflow_the_stack() {
        let nodes = 200_000;
        let arcs: Vec<(usize, usize)> = (0..nodes).map(|node| (node, (node + 1) % nodes)).collect();
        assert!(components(nodes, &arcs).iter().all(|found| *found == 0));
    }
}
