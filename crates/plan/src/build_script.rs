//! Code that reads what the package's build script makes stays in the package that has the script (row E5).

use std::collections::BTreeSet;

use cleave_syntax::workspace::{CrateKind, DependencyKind};
use cleave_syntax::{ItemId, Workspace};

/// What the build scripts of a workspace set, as far as their text says it.
pub(crate) struct BuildOutput {
    cfgs: BTreeSet<String>,
    variables: BTreeSet<String>,
    /// Whether one has a library linked.
    links: bool,
}

/// What build scripts have libraries compiled, or found, and linked with.
const LINKERS: &[&str] = &["cc", "cmake", "pkg-config", "system-deps", "vcpkg"];

impl BuildOutput {
    pub(crate) fn of(workspace: &Workspace) -> Self {
        let mut output = Self {
            cfgs: BTreeSet::new(),
            variables: BTreeSet::new(),
            links: false,
        };
        let scripts = workspace
            .crates
            .iter()
            .filter(|krate| krate.kind == CrateKind::BuildScript);
        for script in scripts {
            let text = &workspace.file(workspace.module(script.root).file).text;
            let mut dependencies = workspace.package(script.package).dependencies.iter();
            output.links |= text.contains("rustc-link")
                || dependencies.any(|it| {
                    it.kind == DependencyKind::Build && LINKERS.contains(&it.package.as_str())
                });
            output.cfgs.extend(words_after(text, "rustc-cfg="));
            output.variables.extend(words_after(text, "rustc-env="));
            output.variables.insert("OUT_DIR".to_owned());
        }
        output
    }

    /// Whether a build script has a library linked, which code of its package calls.
    pub(crate) fn links(&self) -> bool {
        self.links
    }

    /// Whether an item, its attributes included, reads any of it. Linear in its text.
    pub(crate) fn is_read_by(&self, workspace: &Workspace, id: ItemId) -> bool {
        if self.variables.is_empty() {
            return false;
        }
        let text = workspace.text_of(id);
        let variable = |name: &String| text.contains(&format!("env!(\"{name}\""));
        let cfg = |name: &String| {
            words_after(text, "cfg(")
                .chain(words_after(text, "cfg!("))
                .any(|word| word == *name)
                || nested(text, name)
        };
        self.variables.iter().any(variable) || self.cfgs.iter().any(cfg)
    }
}

/// Whether a name stands in `not(…)`, `all(…)` or `any(…)` of a `cfg`.
fn nested(text: &str, name: &str) -> bool {
    text.contains("cfg")
        && ["not(", "all(", "any(", ", "]
            .iter()
            .any(|before| words_after(text, before).any(|word| word == name))
        && text
            .lines()
            .any(|line| line.contains("cfg") && line.contains(name))
}

/// The word behind each occurrence of some text.
fn words_after<'t>(text: &'t str, before: &'t str) -> impl Iterator<Item = String> + 't {
    text.match_indices(before).filter_map(move |(at, _)| {
        let rest = &text[at + before.len()..];
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        (end > 0).then(|| rest[..end].to_owned())
    })
}
