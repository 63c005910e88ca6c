//! Reads a workspace from disk: what Cargo says of it, then every module of every target.

mod assemble;
mod called;
mod in_call;
mod metadata;
mod modules;
mod names;

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::Diagnostic;
use crate::workspace::{United, Workspace};
pub use metadata::Outline;

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
    /// How many threads parse; all cores where it is not said.
    pub threads: Option<usize>,
    /// What is to be changed before it is read.
    pub united: United,
}

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// There is no manifest where one was named.
    #[error("find a manifest at `{path}`: no such file; name one with `--manifest-path`")]
    NoManifest {
        /// Where it was looked for.
        path: Utf8PathBuf,
    },
    /// Cargo could not read the workspace.
    #[error("read the workspace with `cargo metadata`:\n{message}")]
    Metadata {
        /// Cargo's own words.
        message: String,
    },
    /// The manifest is a workspace's, and which package to split was not said, or no such package is there.
    #[error("find package `{name}` in the workspace; its members are {members}")]
    NoPackage {
        /// The name asked for; empty where none was.
        name: String,
        /// The members, joined.
        members: String,
    },
    /// A file could not be read.
    #[error("read `{path}`: {source}")]
    Read {
        /// The file.
        path: Utf8PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The threads to parse on could not be started.
    #[error("start threads to parse on: {message}")]
    Threads {
        /// Why.
        message: String,
    },
}

/// Reads the workspace around a manifest: [`ask`], then [`read`], then the names that only Cargo knows.
pub fn load(options: &LoadOptions) -> Result<(Workspace, Vec<Diagnostic>), LoadError> {
    let (mut workspace, diagnostics) = read(ask(options)?)?;
    names::mend(&mut workspace, options);
    Ok((workspace, diagnostics))
}

/// Asks Cargo which packages and targets there are.
pub fn ask(options: &LoadOptions) -> Result<Outline, LoadError> {
    if !options.manifest_path.is_file() {
        return Err(LoadError::NoManifest {
            path: options.manifest_path.clone(),
        });
    }
    metadata::read(options)
}

/// Reads every module of every target.
///
/// What is wrong in the source (a file that does not parse, a module file that is missing) is a diagnostic; the rest is
/// read all the same.
pub fn read(outline: Outline) -> Result<(Workspace, Vec<Diagnostic>), LoadError> {
    pool(outline.threads)?.install(|| {
        let trees = modules::read(&outline)?;
        Ok(assemble::workspace(outline, trees))
    })
}

/// Reads one crate from its root file on, as a package `app` of which Cargo is not asked. For tests of what must hold
/// for any text.
pub fn read_crate(
    root: &Utf8Path,
    file: &str,
    edition: &str,
) -> Result<(Workspace, Vec<Diagnostic>), LoadError> {
    let outline = metadata::single(root, file, edition);
    pool(outline.threads)?.install(|| {
        let trees = modules::read(&outline)?;
        Ok(assemble::workspace(outline, trees))
    })
}

/// Threads with deep stacks: parsing recurses.
pub(crate) fn pool(threads: Option<usize>) -> Result<rayon::ThreadPool, LoadError> {
    rayon::ThreadPoolBuilder::new()
        .stack_size(256 << 20)
        .num_threads(threads.unwrap_or(0))
        .build()
        .map_err(|error| LoadError::Threads {
            message: error.to_string(),
        })
}

/// A path relative to the workspace root, with forward slashes; as it is where it lies elsewhere.
fn relative(root: &Utf8Path, path: &Utf8Path) -> Utf8PathBuf {
    let inside = path.strip_prefix(root).unwrap_or(path);
    Utf8PathBuf::from(inside.as_str().replace('\\', "/"))
}
