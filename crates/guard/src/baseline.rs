//! The findings that are known and let through: a list that only shrinks.

use std::collections::BTreeSet;

use cleave_syntax::{Diagnostic, Severity, TextRange};
use toml_edit::{Array, Document, DocumentMut, Item, Value};

use crate::Finding;

/// Name of the file beside `split.toml`.
pub const NAME: &str = "split-baseline.toml";

const HEAD: &str = "\
# What goes against split.toml and is known. `check --baseline` lets these through and takes out what is mended;
# nothing is ever added.

version = 1
known = []
";

/// The known findings, by key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Keys, in order.
    pub known: BTreeSet<String>,
}

impl Baseline {
    /// Takes all of today's findings as known.
    pub fn of(findings: &[Finding]) -> Self {
        Baseline {
            known: findings.iter().map(|finding| finding.key.clone()).collect(),
        }
    }

    /// Reads the file's text.
    pub fn parse(path: &str, text: &str) -> Result<Self, Diagnostic> {
        let problem = |message: String, span: Option<std::ops::Range<usize>>| {
            let span = span.unwrap_or(0..0);
            let range = TextRange::new(span.start as u32, span.end.max(span.start) as u32);
            Diagnostic::new(Severity::Error, "baseline", message)
                .at(path, range, "")
                .help("`known` is a list of keys as `check --format json` prints them; take the file from git again, or remove it to start anew")
        };
        let document = Document::parse(text).map_err(|error| {
            let first = error.message().lines().next().unwrap_or("not TOML");
            problem(first.to_owned(), error.span())
        })?;
        let version = document.get("version");
        if version.and_then(Item::as_integer) != Some(1) {
            let span = version.and_then(Item::span);
            return Err(problem("`version` is not 1".to_owned(), span));
        }
        let known = document.get("known");
        let Some(list) = known.and_then(Item::as_array) else {
            let span = known.and_then(Item::span);
            return Err(problem("`known` is not a list".to_owned(), span));
        };
        let mut baseline = Baseline::default();
        for value in list {
            match value.as_str() {
                Some(key) => drop(baseline.known.insert(key.to_owned())),
                None => return Err(problem("not a string".to_owned(), value.span())),
            }
        }
        Ok(baseline)
    }

    /// The file's text.
    pub fn write(&self) -> String {
        let mut document: DocumentMut = HEAD.parse().expect("the head is TOML");
        let mut list: Array = self.known.iter().map(String::as_str).collect();
        for value in list.iter_mut() {
            value.decor_mut().set_prefix("\n    ");
        }
        if !list.is_empty() {
            list.set_trailing("\n");
            list.set_trailing_comma(true);
        }
        document["known"] = Item::Value(Value::Array(list));
        document.to_string()
    }

    /// Whether a finding is known.
    pub fn knows(&self, finding: &Finding) -> bool {
        self.known.contains(&finding.key)
    }

    /// Without what is found no more.
    #[must_use]
    pub fn shrunk(&self, findings: &[Finding]) -> Self {
        let today = Baseline::of(findings);
        Baseline {
            known: self.known.intersection(&today.known).cloned().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    #[test]
    fn it_only_shrinks() {
        let finding = |about: &str| Finding::new(Kind::Arrow, about, String::new());
        let baseline = Baseline::of(&[finding("a -> b"), finding("c -> d")]);
        let text = baseline.write();
        assert_eq!(Baseline::parse(NAME, &text), Ok(baseline.clone()));
        let later = [finding("c -> d"), finding("e -> f")];
        let shrunk = baseline.shrunk(&later);
        assert!(shrunk.knows(&later[0]) && !shrunk.knows(&later[1]));
        assert_eq!(shrunk.known.len(), 1);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let problem = Baseline::parse(NAME, "version = 1\nknown = [1]\n").unwrap_err();
        assert_eq!(problem.message, "not a string");
        assert_eq!(problem.labels[0].range, TextRange::new(21, 22));
    }
}
