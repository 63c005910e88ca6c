//! Rust's keywords (Rust reference, *keywords*), in the groups that callers put together as they need them.

/// Those that start paths and that no `r#` turns into a name.
pub const PATH_ROOTS: &[&str] = &["Self", "crate", "self", "super"];

/// The other strict keywords.
pub const STRICT: &[&str] = &[
    "as", "async", "await", "break", "const", "continue", "dyn", "else", "enum", "extern", "false",
    "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref",
    "return", "static", "struct", "trait", "true", "type", "unsafe", "use", "where", "while",
];

/// Those that the language keeps for later.
pub const RESERVED: &[&str] = &[
    "abstract", "become", "box", "do", "final", "gen", "macro", "override", "priv", "try",
    "typeof", "unsized", "virtual", "yield",
];
