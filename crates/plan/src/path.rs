//! Paths of modules and items, as `split.toml` has them.

/// Whether a module path is another or below it.
pub(crate) fn is_within(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}
