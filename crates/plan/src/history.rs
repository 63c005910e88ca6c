//! How often files change, as data: whoever calls has asked git.

use std::collections::BTreeMap;

/// What git (or anyone else) says of the past. Empty where nobody asked: then every line is as likely to change as any
/// other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// By path relative to the workspace root: in how many commits a file changed.
    pub changes: BTreeMap<String, u32>,
    /// By two paths, the smaller first: in how many commits both changed.
    pub together: BTreeMap<(String, String), u32>,
}

impl History {
    /// Counts commits, each a list of the paths that it changed. One that touches more files than a person changes for
    /// one reason says nothing of what belongs together.
    pub fn of<'a>(commits: impl IntoIterator<Item = Vec<&'a str>>) -> Self {
        const MANY: usize = 12;
        let mut history = History::default();
        for mut paths in commits {
            paths.sort_unstable();
            paths.dedup();
            for path in &paths {
                *history.changes.entry((*path).to_owned()).or_default() += 1;
            }
            if paths.len() > MANY {
                continue;
            }
            for (index, first) in paths.iter().enumerate() {
                for second in &paths[index + 1..] {
                    let pair = ((*first).to_owned(), (*second).to_owned());
                    *history.together.entry(pair).or_default() += 1;
                }
            }
        }
        history
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_counted() {
        let history = History::of([vec!["b", "a"], vec!["a"]]);
        assert_eq!(history.changes["a"], 2);
        assert_eq!(history.together[&("a".to_owned(), "b".to_owned())], 1);
    }
}
