//! Names that the language and the standard prelude bring along.

/// Whether a path that starts with a name leads from its own crate or module on.
pub(super) fn is_relative(first: &str) -> bool {
    matches!(first, "crate" | "self" | "super" | "$crate")
}

/// Types, traits, functions and variants of the prelude, and primitive types.
pub(super) fn is_name(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "Err", "None", "Ok", "Some", "bool", "char", "f32", "f64", "i128", "i16", "i32", "i64",
        "i8", "isize", "str", "u128", "u16", "u32", "u64", "u8", "usize", "Hash", "Debug", "Self",
    ];
    home(name).is_some() || NAMES.contains(&name)
}

/// The module of the standard library that defines a name of its prelude.
pub(super) fn home(name: &str) -> Option<&'static str> {
    let home = match name {
        "Box" => "boxed",
        "Clone" => "clone",
        "Eq" | "Ord" | "PartialEq" | "PartialOrd" => "cmp",
        "AsMut" | "AsRef" | "From" | "Into" | "TryFrom" | "TryInto" => "convert",
        "Default" => "default",
        "DoubleEndedIterator"
        | "ExactSizeIterator"
        | "Extend"
        | "FromIterator"
        | "IntoIterator"
        | "Iterator" => "iter",
        "Copy" | "Send" | "Sized" | "Sync" | "Unpin" => "marker",
        "align_of" | "align_of_val" | "drop" | "size_of" | "size_of_val" => "mem",
        "Drop" | "Fn" | "FnMut" | "FnOnce" | "AsyncFn" | "AsyncFnMut" | "AsyncFnOnce" => "ops",
        "Option" => "option",
        "Result" => "result",
        "String" | "ToString" => "string",
        "ToOwned" => "borrow",
        "Vec" => "vec",
        _ => return None,
    };
    Some(home)
}

/// Macros of the language and the standard prelude.
pub(super) fn is_macro(name: &str) -> bool {
    const MACROS: &[&str] = &[
        "addr_of",
        "addr_of_mut",
        "assert",
        "assert_eq",
        "assert_ne",
        "cfg",
        "cfg_select",
        "column",
        "compile_error",
        "concat",
        "concat_idents",
        "dbg",
        "debug_assert",
        "debug_assert_eq",
        "debug_assert_ne",
        "env",
        "eprint",
        "eprintln",
        "file",
        "format",
        "format_args",
        "global_asm",
        "include",
        "include_bytes",
        "include_str",
        "is_x86_feature_detected",
        "line",
        "matches",
        "module_path",
        "naked_asm",
        "offset_of",
        "option_env",
        "panic",
        "print",
        "println",
        "stringify",
        "thread_local",
        "todo",
        "try",
        "unimplemented",
        "unreachable",
        "vec",
        "write",
        "writeln",
        "asm",
        "is_aarch64_feature_detected",
        "const_format_args",
        "cfg_match",
        "trace_macros",
        "unsafe_binder_type",
    ];
    MACROS.contains(&name)
}

/// Derives and attributes of the language and the standard prelude.
pub(super) fn is_derive(name: &str) -> bool {
    const DERIVES: &[&str] = &[
        "Clone",
        "Copy",
        "Debug",
        "Default",
        "Eq",
        "Hash",
        "Ord",
        "PartialEq",
        "PartialOrd",
    ];
    DERIVES.contains(&name)
}
