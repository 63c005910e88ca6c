//! Manifests: new members, exactly the dependencies and features that each crate uses (rows E1, E2, E5, E8, E9, E11).
//!
//! All functions take texts and return texts; comments and order stay as they were.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

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
}

/// A crate of the plan with what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Package name.
    pub name: String,
    /// Folder, relative to the workspace root.
    pub dir: Utf8PathBuf,
    /// What it needs.
    pub needs: Needs,
    /// The manifest it has today; none while it has none.
    pub manifest: Option<String>,
}

/// The manifests after a step: of the root, and of every member by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifests {
    /// The root's text.
    pub root: String,
    /// The members' texts, by package name.
    pub members: BTreeMap<String, String>,
}
