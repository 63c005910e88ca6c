//! Manifests: new members, exactly the dependencies and features that each crate uses (rows E1, E2, E5, E8, E9, E11).
//!
//! All functions take texts and return texts; comments and order stay as they were.

mod detach;
mod feature;
mod inherit;
pub(crate) mod lints;
mod member;
mod root;
mod support;
mod target;
mod unify;
mod unused;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use cleave_syntax::{Diagnostic, Severity, TextRange};
use toml_edit::DocumentMut;

pub use detach::{Detached, detached};

use crate::support::FEATURE;

/// What a crate's code needs, worked out from its references.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Names in source (`serde_json`) of the crates that code outside tests uses.
    pub normal: BTreeSet<String>,
    /// Names in source that only tests, doc tests, examples and benches use.
    pub dev: BTreeSet<String>,
    /// Features that `cfg(feature = "…")` names in its code.
    pub features: BTreeSet<String>,
    /// Names of the planned packages its code outside tests uses.
    pub crates: BTreeSet<String>,
    /// Names of the planned packages (or the split package itself) that only its tests use.
    pub dev_crates: BTreeSet<String>,
    /// Whether it has code for the tests of other crates, behind a feature.
    pub has_support: bool,
    /// Names in source that only such code uses beside tests.
    pub support: BTreeSet<String>,
    /// Names of the planned packages whose code of that kind such code uses.
    pub support_crates: BTreeSet<String>,
    /// Names of the planned packages whose code of that kind its tests use.
    pub helpers: BTreeSet<String>,
}

impl Needs {
    /// The names in source that tests alone use, or those that other code uses.
    pub(crate) fn names(&mut self, dev: bool) -> &mut BTreeSet<String> {
        if dev { &mut self.dev } else { &mut self.normal }
    }

    /// The crates of the plan that tests alone use, or those that other code uses.
    pub(crate) fn crates(&mut self, dev: bool) -> &mut BTreeSet<String> {
        if dev {
            &mut self.dev_crates
        } else {
            &mut self.crates
        }
    }
}

/// A crate of the plan with what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Package name.
    pub name: String,
    /// Folder, relative to the workspace root.
    pub dir: Utf8PathBuf,
    /// What it needs; of a crate that the step does not touch nothing, for its manifest says it already.
    pub needs: Needs,
    /// The manifest it has today; none while it has none.
    pub manifest: Option<String>,
    /// Whether it gets the root's build script.
    pub is_built: bool,
}

/// All that is known about the manifests before a step.
#[derive(Debug, Clone)]
pub struct ManifestInput<'a> {
    /// The manifest of the package that is split.
    pub root: &'a str,
    /// Its folder, relative to the workspace root; empty for the root package.
    pub root_dir: &'a Utf8Path,
    /// The workspace's manifest, where the package is a member of a workspace that has another root.
    pub workspace: Option<&'a str>,
    /// Name of the package that is split.
    pub package: &'a str,
    /// Whether a registry may take it.
    pub publish: bool,
    /// Its version, as a requirement names it.
    pub version: &'a str,
    /// Conditions that the compiler is to know of in each member: `cfg(fast)`.
    pub conditions: &'a [String],
    /// The planned crates that exist after the step, bottom-up.
    pub members: &'a [Member],
    /// What the root still needs, when it is time to drop the rest.
    pub cleanup: Option<&'a Needs>,
    /// Tests, benches and examples that go to members.
    pub targets: &'a [TargetMove],
}

/// A test, bench or example that goes to a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetMove {
    /// The table in which manifests list its kind: `test`, `bench` or `example`.
    pub table: &'static str,
    /// Its name.
    pub name: String,
    /// The member's name.
    pub to: String,
}

/// The manifests after a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifests {
    /// The split package's text.
    pub root: String,
    /// The workspace's, where that is another file.
    pub workspace: Option<String>,
    /// The members' texts, by package name.
    pub members: BTreeMap<String, String>,
}

/// Works out all manifests. What can't be read is a diagnostic, and the texts stay as they are.
pub fn manifests(input: &ManifestInput<'_>) -> (Manifests, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let Some(mut original) = read(input.root, "Cargo.toml", &mut diagnostics) else {
        return (
            Manifests {
                root: input.root.to_owned(),
                ..Manifests::default()
            },
            diagnostics,
        );
    };
    if inherit::is_new_workspace(&original, input) && !input.members.is_empty() {
        inherit::share_package(&mut original);
        lints::share(&mut original, input.conditions);
    }
    let mut manifests = Manifests::default();
    let mut features: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for crate_of_plan in input.members {
        let old = crate_of_plan.manifest.as_deref();
        let text = member::manifest(
            input,
            &original,
            crate_of_plan,
            old,
            &features,
            &mut diagnostics,
        );
        let declared = read(&text, "Cargo.toml", &mut diagnostics)
            .map(|document| feature::declared(&document))
            .map(|mut names| {
                names.remove(FEATURE);
                names
            });
        features.insert(crate_of_plan.name.clone(), declared.unwrap_or_default());
        manifests.members.insert(crate_of_plan.name.clone(), text);
    }
    let mut document = original.clone();
    root::depend(&mut document, input, &features);
    let helping = input
        .members
        .iter()
        .filter(|member| member.needs.has_support)
        .map(|member| member.name.as_str());
    support::ask(&mut document, input, input.root_dir, &helping.collect());
    target::hand_over(&mut document, &mut manifests.members, input.targets);
    if let Some(needs) = input.cleanup {
        unused::drop_unused(&mut document, input, needs, &manifests);
        inherit::share_dependencies(&mut document, &mut manifests.members, input);
    }
    match input
        .workspace
        .and_then(|text| read(text, "Cargo.toml", &mut diagnostics))
    {
        Some(mut workspace) => {
            root::add_members(&mut workspace, input);
            manifests.workspace = Some(workspace.to_string());
        }
        None => root::add_members(&mut document, input),
    }
    manifests.root = document.to_string();
    (manifests, diagnostics)
}

fn read(text: &str, path: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<DocumentMut> {
    match text.parse::<DocumentMut>() {
        Ok(document) => Some(document),
        Err(error) => {
            let span = error.span().unwrap_or(0..0);
            let range = TextRange::new(span.start as u32, span.end.max(span.start) as u32);
            let message = error
                .message()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned();
            diagnostics.push(
                Diagnostic::new(Severity::Refused, "manifest", message)
                    .at(path, range, "Cargo would stop here too")
                    .help("mend the manifest, then run again"),
            );
            None
        }
    }
}
