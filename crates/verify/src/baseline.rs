//! What holds before a step, kept until the source changes.

use std::collections::BTreeSet;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use crate::cargo::{CargoOptions, CheckReport};
use crate::error::VerifyError;
use crate::scratch::{Fingerprint, Scratch};
use crate::tests::TestReport;
use crate::warnings::Warnings;

/// What holds of a tree that compiles.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// What it holds for.
    pub key: Key,
    /// Whether benches do not compile, and no step is judged by them.
    #[serde(default)]
    pub without_benches: bool,
    /// The warnings.
    pub warnings: Warnings,
    /// The files that some crate is compiled from.
    pub sources: BTreeSet<Utf8PathBuf>,
    /// The feature sets of the package with which it compiles, as flags; none where they were not tried.
    pub features: Option<Vec<Vec<String>>>,
    /// The tests before the first step; none where they were not run.
    pub tests: Option<TestReport>,
    /// How long the check of a step took, in order: what the next will take is guessed from it.
    pub seconds: Vec<f64>,
}

/// What a baseline holds for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    version: u32,
    tree: Fingerprint,
    flags: Vec<String>,
    compiler: String,
}

impl Key {
    /// The key of a tree.
    pub fn new(scratch: &Scratch, tree: Fingerprint, options: &CargoOptions) -> Self {
        let own_toolchain = scratch.has_own_toolchain();
        let compiler = std::env::var_os("RUSTC").filter(|_| !own_toolchain);
        let mut command = Command::new(compiler.unwrap_or_else(|| "rustc".into()));
        command.arg("-V").current_dir(&scratch.tree);
        if own_toolchain {
            command.env_remove("RUSTUP_TOOLCHAIN");
        }
        let said = command.output();
        Self {
            version: 1,
            tree,
            flags: options.flags.clone(),
            compiler: said.map_or_else(
                |_| String::new(),
                |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
            ),
        }
    }

    /// The same for another tree.
    #[must_use]
    pub fn with_tree(&self, tree: Fingerprint) -> Self {
        Self {
            tree,
            ..self.clone()
        }
    }
}

impl Baseline {
    /// Of a tree that was checked.
    pub fn of(key: Key, report: &CheckReport) -> Self {
        Self {
            key,
            warnings: Warnings::of(report),
            sources: report.sources(),
            ..Self::default()
        }
    }

    /// The one that was kept, if it holds for this.
    pub fn load(state: &Utf8Path, key: &Key) -> Option<Self> {
        let text = std::fs::read_to_string(path(state)).ok()?;
        // One that can't be read is taken again.
        let baseline: Self = serde_json::from_str(&text).ok()?;
        (baseline.key == *key).then_some(baseline)
    }

    /// Keeps it for the next run.
    pub fn store(&self, state: &Utf8Path) -> Result<(), VerifyError> {
        let path = path(state);
        let text = serde_json::to_string(self).map_err(|error| VerifyError::Record {
            path: path.clone(),
            message: error.to_string(),
        })?;
        let beside = path.with_extension("new");
        std::fs::write(&beside, text).map_err(VerifyError::file("write", &beside))?;
        std::fs::rename(&beside, &path).map_err(VerifyError::file("write", &path))
    }
}

fn path(state: &Utf8Path) -> Utf8PathBuf {
    state.join("baseline.json")
}
