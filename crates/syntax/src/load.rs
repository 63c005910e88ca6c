//! Reads a workspace from disk.

use camino::Utf8PathBuf;

use crate::diagnostic::Diagnostic;
use crate::workspace::Workspace;

/// What to read, and how to ask Cargo.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// The manifest of the package (or of the workspace).
    pub manifest_path: Utf8PathBuf,
    /// The package, where the manifest is a workspace's.
    pub package: Option<String>,
    /// Handed on to Cargo.
    pub offline: bool,
    /// Handed on to Cargo.
    pub locked: bool,
}

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A file could not be read.
    #[error("read `{path}`: {source}")]
    Read {
        /// The file.
        path: Utf8PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Reads the workspace around a manifest.
pub fn load(options: &LoadOptions) -> Result<(Workspace, Vec<Diagnostic>), LoadError> {
    unimplemented!("{options:?}")
}
