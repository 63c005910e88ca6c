//! What a split must not cost and no check of a step asks for: rustfmt's layout (row F4), and documentation without
//! warnings (row A10).

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use camino::Utf8Path;
use serde_json::{Value, json};

use super::Entry;

/// How a package stands in these.
pub(super) struct Kept {
    /// Whether rustfmt has nothing to change.
    is_formatted: bool,
    /// How often rustdoc warns, by its words; none where it does not come to an end.
    warnings: Option<BTreeMap<String, usize>>,
}

impl Kept {
    /// Asks rustfmt and rustdoc.
    pub(super) fn of(package: &Utf8Path, entry: &Entry) -> Self {
        let cargo = |words: &[&str]| {
            let mut command = Command::new("cargo");
            command.args(words).current_dir(package);
            command.stdin(Stdio::null()).stderr(Stdio::null());
            command
        };
        let checked = cargo(&["fmt", "--all", "--check"]).output();
        let mut documented = cargo(&["doc", "--workspace", "--no-deps", "--message-format=json"]);
        documented.args(entry.features.iter().flat_map(|list| ["--features", list]));
        let said = documented.output().ok();
        Self {
            is_formatted: checked.is_ok_and(|output| output.status.success()),
            warnings: said
                .filter(|output| output.status.success())
                .map(|output| rustdocs_warnings(&String::from_utf8_lossy(&output.stdout))),
        }
    }

    /// What was so before and is so no more.
    pub(super) fn lost(&self, after: &Self) -> Value {
        let new = |before: &BTreeMap<String, usize>, after: &BTreeMap<String, usize>| {
            let more = |(message, times): (&String, &usize)| {
                times.saturating_sub(before.get(message).copied().unwrap_or_default())
            };
            after.iter().map(more).sum::<usize>()
        };
        json!({
            "formatted": [self.is_formatted, after.is_formatted],
            "doc_warnings": self.warnings.as_ref().zip(after.warnings.as_ref()).map(|(a, b)| new(a, b)),
        })
    }
}

/// The warnings among cargo's messages that rustdoc has lints for: what the compiler warns of is compared elsewhere.
fn rustdocs_warnings(messages: &str) -> BTreeMap<String, usize> {
    let mut warnings = BTreeMap::new();
    for line in messages.lines() {
        let message = serde_json::from_str::<Value>(line).unwrap_or_default();
        let message = &message["message"];
        let lint = message["code"]["code"].as_str().unwrap_or_default();
        if let Some(text) = message["message"]
            .as_str()
            .filter(|_| lint.starts_with("rustdoc::"))
        {
            *warnings.entry(named(text)).or_default() += 1;
        }
    }
    warnings
}

/// A warning's words, its paths by their last names: a link that led nowhere before, as a feature is off, still does where
/// it is led on with what it would lead to.
fn named(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(index, part)| {
        let last = part.rsplit("::").next().unwrap_or(part);
        if index % 2 == 1 { last } else { part }
    });
    parts.collect::<Vec<_>>().join("`")
}

/// The two cells of a row: whether the layout was rustfmt's before and is so after, and how many warnings are new.
pub(super) fn cells(kept: &Value) -> String {
    let word = |value: &Value| if value == true { "yes" } else { "no" };
    let layout = &kept["formatted"];
    let documentation = kept["doc_warnings"].as_u64();
    format!(
        "{} / {} | {}",
        word(&layout[0]),
        word(&layout[1]),
        documentation.map_or_else(|| "?".to_owned(), |count| count.to_string())
    )
}
