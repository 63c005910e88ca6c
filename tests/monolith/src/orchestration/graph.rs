//! Order in a graph of names.

use std::collections::BTreeSet;

/// Why there is no order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// These wait for one another.
    #[error("the steps {} wait for one another", .among.join(", "))]
    Circle {
        /// The steps on or behind the circle.
        among: Vec<String>,
    },
    /// A dependency that is no step.
    #[error("step {step} depends on {missing}, which is not there")]
    Missing {
        /// The step.
        step: String,
        /// What it names.
        missing: String,
    },
}

/// Each node with the names it waits for.
pub type Node<'a> = (&'a str, &'a [String]);

/// The names, each after all that it waits for; otherwise in the order given.
pub fn topological_order<'a>(nodes: &[Node<'a>]) -> Result<Vec<&'a str>, GraphError> {
    let known: BTreeSet<&str> = nodes.iter().map(|(name, _)| *name).collect();
    for (name, waits_for) in nodes {
        if let Some(missing) = waits_for.iter().find(|w| !known.contains(w.as_str())) {
            return Err(GraphError::Missing {
                step: name.to_string(),
                missing: missing.clone(),
            });
        }
    }
    let mut order = Vec::with_capacity(nodes.len());
    let mut placed = BTreeSet::new();
    let mut left: Vec<&Node<'a>> = nodes.iter().collect();
    while !left.is_empty() {
        let is_free = |node: &&Node<'a>| node.1.iter().all(|w| placed.contains(w.as_str()));
        let (free, waiting): (Vec<&Node<'a>>, Vec<_>) = left.into_iter().partition(is_free);
        if free.is_empty() {
            let among = waiting.iter().map(|(name, _)| name.to_string()).collect();
            return Err(GraphError::Circle { among });
        }
        placed.extend(free.iter().map(|(name, _)| *name));
        order.extend(free.iter().map(|(name, _)| *name));
        left = waiting;
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| name.to_string()).collect()
    }

    #[test]
    fn parents_come_first() {
        let (a, b, c) = (names(&["b", "c"]), names(&["c"]), names(&[]));
        let nodes = [("a", &a[..]), ("b", &b[..]), ("c", &c[..])];
        assert_eq!(topological_order(&nodes).unwrap(), ["c", "b", "a"]);
    }

    #[test]
    fn a_circle_is_named() {
        let (a, b, c) = (names(&["b"]), names(&["a"]), names(&[]));
        let nodes = [("a", &a[..]), ("b", &b[..]), ("c", &c[..])];
        let error = topological_order(&nodes).unwrap_err();
        assert_eq!(error.to_string(), "the steps a, b wait for one another");
    }
}
