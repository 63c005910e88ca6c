//! Files that are written outside of steps: results, reports, records.

use camino::Utf8Path;

use crate::exit::Failure;

/// Writes a file, and the folder that it lies in where there is none.
pub(crate) fn write(path: &Utf8Path, text: &str) -> Result<(), Failure> {
    let result = path
        .parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| std::fs::write(path, text));
    result.map_err(|error| Failure::World(format!("failed to write `{path}`: {error}")))
}
