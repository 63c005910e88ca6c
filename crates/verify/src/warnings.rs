//! Warnings before and after (row B4), whatever file and crate the code is in by then.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cargo::{CheckReport, CompilerMessage};

/// The warnings of a tree: by lint and words, the lines of code that each stands at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warnings(BTreeMap<String, Vec<String>>);

impl Warnings {
    /// The warnings of a check.
    pub fn of(report: &CheckReport) -> Self {
        let crates = crates(report);
        let mut warnings = Self::default();
        for message in report.messages.iter().filter(|message| !message.is_error) {
            let lines = warnings.0.entry(key(message, &crates)).or_default();
            lines.push(line(message).to_owned());
        }
        warnings
    }

    /// The warnings of a later check that were not there before: where there are more with the same words, those that
    /// stand at a line that had none.
    pub fn new_in<'r>(&self, report: &'r CheckReport) -> Vec<&'r CompilerMessage> {
        let crates = crates(report);
        let mut groups: BTreeMap<String, Vec<&CompilerMessage>> = BTreeMap::new();
        for message in report.messages.iter().filter(|message| !message.is_error) {
            groups
                .entry(key(message, &crates))
                .or_default()
                .push(message);
        }
        let mut new = Vec::new();
        for (key, mut group) in groups {
            let known = self.0.get(&key).map_or(&[][..], Vec::as_slice);
            let count = group.len().saturating_sub(known.len());
            // Stable: those at unknown lines first, each kind in order of place.
            group.sort_by_key(|message| known.iter().any(|other| other == line(message)));
            new.extend(group.into_iter().take(count));
        }
        new.sort_by(|a, b| (&a.path, a.range).cmp(&(&b.path, b.range)));
        new
    }
}

/// The names of the members in source.
fn crates(report: &CheckReport) -> Vec<String> {
    let mut names: Vec<String> = report
        .artifacts
        .iter()
        .flat_map(|artifact| [&artifact.package, &artifact.target])
        .chain(report.messages.iter().map(|message| &message.package))
        .map(|name| name.replace('-', "_"))
        .chain(["crate".to_owned()])
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Lint and words without the name of the crate that a path starts with.
fn key(message: &CompilerMessage, crates: &[String]) -> String {
    let mut words = message.message.clone();
    for name in crates {
        let prefix = format!("{name}::");
        let mut from = 0;
        while let Some(at) = words[from..].find(&prefix).map(|at| from + at) {
            let inner =
                words[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
            if inner {
                from = at + prefix.len();
            } else {
                words.replace_range(at..at + prefix.len(), "");
                from = at;
            }
        }
    }
    format!("{}: {words}", message.code)
}

/// The code of the first line that the compiler shows.
fn line(message: &CompilerMessage) -> &str {
    let numbered = |line: &&str| {
        let number = line.split('|').next().unwrap_or_default().trim();
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    let shown = message.rendered.lines().find(numbered);
    shown
        .and_then(|line| line.split_once('|'))
        .map_or("", |(_, code)| code.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warning(package: &str, words: &str, path: &str, code: &str) -> CompilerMessage {
        CompilerMessage {
            is_error: false,
            code: "dead_code".to_owned(),
            message: words.to_owned(),
            path: path.into(),
            range: (0, 1),
            spans: Vec::new(),
            suggestions: Vec::new(),
            rendered: format!("warning: {words}\n --> {path}:3:4\n  |\n3 | {code}\n  |    ^\n"),
            package: package.to_owned(),
            times: 1,
        }
    }

    fn report(messages: Vec<CompilerMessage>) -> CheckReport {
        CheckReport {
            messages,
            ..CheckReport::default()
        }
    }

    #[test]
    fn a_warning_may_move_with_its_code() {
        let before = report(vec![warning(
            "app",
            "`crate::a::X` is unused",
            "src/a.rs",
            "X",
        )]);
        let moved = warning(
            "app-low",
            "`app_low::a::X` is unused",
            "crates/low/src/a.rs",
            "X",
        );
        let after = report(vec![moved]);
        assert!(Warnings::of(&before).new_in(&after).is_empty());
    }

    #[test]
    fn one_more_of_the_same_words_is_new() {
        let first = || warning("app", "unused import: `X`", "src/a.rs", "use crate::X;");
        let second = warning("app", "unused import: `X`", "src/0.rs", "use low::X;");
        let before = Warnings::of(&report(vec![first()]));
        let after = report(vec![second.clone(), first()]);
        assert_eq!(before.new_in(&after), [&second]);
    }
}
