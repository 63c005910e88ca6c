//! What types of the standard library have by themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// By the last name of a type's path: its inherent functions and methods.
///
/// The lists are what rustc 1.95 finds without any trait in scope. Left out are `Error`, a name that the library gives to
/// several, and floating point numbers, which have fewer without `std`.
static TYPES: LazyLock<BTreeMap<&str, BTreeSet<&str>>> = LazyLock::new(|| {
    let text = include_str!("standard_types.txt");
    let mut types: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut heads: Vec<&str> = Vec::new();
    for line in text.lines() {
        let (of, names) = line.split_once(": ").unwrap_or(("", line));
        if !of.is_empty() {
            heads = of.split_whitespace().collect();
        }
        for head in &heads {
            let members = types.entry(head).or_default();
            members.extend(names.split_whitespace());
        }
    }
    types
});

/// The crates that come with the compiler: no manifest names them.
pub const WITH_THE_COMPILER: &[&str] = &["alloc", "core", "proc_macro", "std", "test"];

/// Whether a crate is one of those that the standard library is made of.
pub fn is_crate(name: &str) -> bool {
    ["std", "core", "alloc"].contains(&name)
}

/// Whether this is the name of a type of the standard library whose members are known.
pub fn is_type(name: &str) -> bool {
    TYPES.contains_key(name)
}

/// Whether a type of the standard library, by the last name of its path, has an inherent function or method of a name.
pub fn has(of: &str, name: &str) -> bool {
    TYPES.get(of).is_some_and(|names| names.contains(name))
}

/// Whether a call of a name on a type of the standard library means a method of its own: what smart pointers have is called
/// by paths, so that it hides nothing of what they point to.
pub(crate) fn has_method(of: &str, name: &str) -> bool {
    has(of, name) && !matches!(of, "Box" | "Rc" | "Arc")
}

/// What a type of the standard library dereferences to, where that is one other type.
pub(crate) fn target(of: &str) -> Option<&'static str> {
    Some(match of {
        "Vec" => "slice",
        "String" => "str",
        "PathBuf" => "Path",
        "OsString" => "OsStr",
        "CString" => "CStr",
        _ => return None,
    })
}

/// Whether a type that hardly any code goes without has an inherent function or method of a name: strings, slices,
/// vectors, options, results, maps, sets and integers.
pub fn is_common(name: &str) -> bool {
    const TYPES: &[&str] = &[
        "str", "String", "slice", "Vec", "Option", "Result", "HashMap", "BTreeMap", "HashSet",
        "BTreeSet", "usize", "isize",
    ];
    TYPES.iter().any(|of| has(of, name))
}

/// The same of a call with so many arguments beside the receiver.
pub(crate) fn is_common_with(name: &str, arguments: Option<u32>) -> bool {
    const WITHOUT: &[&str] = &[
        "as_bytes",
        "as_slice",
        "as_str",
        "bytes",
        "capacity",
        "chars",
        "clear",
        "cloned",
        "copied",
        "err",
        "first",
        "flatten",
        "into_keys",
        "into_values",
        "is_empty",
        "is_err",
        "is_none",
        "is_ok",
        "is_some",
        "iter",
        "iter_mut",
        "keys",
        "last",
        "len",
        "lines",
        "ok",
        "parse",
        "pop",
        "reverse",
        "sort",
        "to_vec",
        "trim",
        "unwrap",
        "values",
        "values_mut",
    ];
    let fits = arguments.is_none_or(|count| count == 0 || !WITHOUT.contains(&name));
    fits && is_common(name)
}

/// Whether `Iterator`, which nobody imports, declares a method of a name that `Read` or `Write` has, too.
pub fn is_iterators(name: &str) -> bool {
    ["by_ref", "chain", "take"].contains(&name)
}

/// Whether this names a type of the language wherever it stands.
pub(crate) fn is_primitive(name: &str) -> bool {
    is_type(name) && name.starts_with(char::is_lowercase)
}

/// Whether a type of the standard library, by the last name of its path, hands no call on to what another crate may have
/// written: none of its own dereferences to such a type.
pub(crate) fn is_closed(of: &str) -> bool {
    const OPEN: &[&str] = &[
        "Arc",
        "AssertUnwindSafe",
        "Box",
        "Cow",
        "LazyCell",
        "LazyLock",
        "ManuallyDrop",
        "MappedMutexGuard",
        "MappedRwLockReadGuard",
        "MappedRwLockWriteGuard",
        "MutexGuard",
        "PeekMut",
        "Pin",
        "Rc",
        "Ref",
        "RefMut",
        "ReentrantLockGuard",
        "RwLockReadGuard",
        "RwLockWriteGuard",
        "UniqueArc",
        "UniqueRc",
    ];
    is_type(of) && !OPEN.contains(&of)
}
