//! Which texts can be names and paths.

use cleave_syntax::keyword;

/// Crates that are there without being asked for.
const STANDARD: &[&str] = &["alloc", "core", "proc_macro", "std", "test"];

/// Whether a name means something else in source.
fn is_taken(name: &str) -> bool {
    [keyword::PATH_ROOTS, keyword::STRICT, STANDARD]
        .iter()
        .any(|names| names.contains(&name))
}

/// Whether a text can be the name of a type.
pub(super) fn is_identifier(name: &str) -> bool {
    !is_taken(name)
        && name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Cargo's rule for package names, and short enough for every file system; nothing that means something else in source.
pub fn is_package_name(name: &str) -> bool {
    name.len() <= 64
        && !is_taken(name)
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// Whether a text can be a path in source: not one of a file system.
pub(super) fn is_path(path: &str) -> bool {
    let words_only = path.contains("impl ") || !path.contains(['/', '\\']);
    !path.is_empty()
        && !path.contains(['$', '`'])
        && !path.contains("..")
        && words_only
        && !path.starts_with('/')
        && !path.chars().any(char::is_control)
}
