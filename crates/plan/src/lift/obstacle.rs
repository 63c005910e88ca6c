//! Why an inherent method can't be lifted, whoever asks for it.

use cleave_graph::Graph;
use cleave_syntax::item::Attribute;
use cleave_syntax::token::{applied, words};
use cleave_syntax::{ItemId, SourceFile, Workspace};

use super::head;

/// Attributes that a method or impl may have and be lifted: those that no macro reads the whole from.
const HARMLESS: &[&str] = &[
    "allow",
    "cfg",
    "cold",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "inline",
    "must_use",
    "rustfmt::skip",
    "track_caller",
    "warn",
];

/// Those of them that say something to callers: rustc or rustdoc reads them on the declaration.
const TOLD: &[&str] = &["deprecated", "doc", "must_use"];

/// Methods that every type has by a trait for all of them.
const OF_ALL: &[&str] = &[
    "borrow",
    "borrow_mut",
    "from",
    "into",
    "try_from",
    "try_into",
    "type_id",
];

/// What types have by traits that are in scope everywhere, or that code imports for these methods.
const BY_TRAITS: &[(&str, &str)] = &[
    ("AsMut", "as_mut"),
    ("AsRef", "as_ref"),
    ("Clone", "clone clone_from to_owned"),
    ("Debug", "fmt"),
    ("Default", "default"),
    ("Display", "fmt to_string"),
    ("DoubleEndedIterator", "next_back nth_back rev rfind rfold"),
    ("Drop", "drop"),
    ("ExactSizeIterator", "len"),
    ("Extend", "extend"),
    ("FromIterator", "from_iter"),
    ("FromStr", "from_str"),
    ("Hash", "hash hash_slice"),
    ("Hasher", "finish write"),
    ("IntoIterator", "into_iter"),
    (
        "Iterator",
        "all any by_ref chain cloned cmp collect copied count cycle enumerate eq filter filter_map find find_map flat_map \
         flatten fold for_each fuse ge gt inspect into_iter last le lt map map_while max max_by max_by_key min min_by \
         min_by_key ne next nth partial_cmp partition peekable position product reduce rev rposition scan size_hint skip \
         skip_while step_by sum take take_while try_fold try_for_each unzip zip",
    ),
    ("Ord", "clamp cmp max min"),
    ("PartialEq", "eq ne"),
    ("PartialOrd", "ge gt le lt partial_cmp"),
    (
        "Read",
        "by_ref bytes chain read read_exact read_to_end read_to_string read_vectored take",
    ),
    ("Seek", "rewind seek stream_position"),
    (
        "Write",
        "by_ref flush write write_all write_char write_fmt write_str write_vectored",
    ),
];

/// Whether what a name of a trait stands for has a method of a name, of those traits that code finds in scope.
pub(super) fn declares(of: &str, name: &str) -> bool {
    let found = BY_TRAITS.iter().find(|(known, _)| *known == of);
    found.is_some_and(|(_, names)| names.split_whitespace().any(|known| known == name))
}

/// The traits that a type may have, by the last names of their paths: those it derives, and of its impls.
pub(super) fn traits_of(workspace: &Workspace, graph: &Graph, owner: ItemId) -> Vec<String> {
    let item = workspace.item(owner);
    let file = workspace.file(workspace.module(item.module).file);
    let derives = item.attributes.iter();
    let derives = derives.filter(|it| matches!(it.path.as_str(), "derive" | "cfg_attr"));
    let derived = derives.flat_map(|derive| words(&file[derive.range]).map(str::to_owned));
    let impls = graph.implementations[owner.index()].iter();
    let implemented = impls.filter_map(|id| {
        let item = workspace.item(*id);
        let path = item.implementation.as_ref()?.trait_path? as usize;
        Some(item.paths[path].segments.last()?.name.to_string())
    });
    derived.chain(implemented).collect()
}

/// Why an inherent method can't be lifted; nothing where it can.
pub fn obstacle((workspace, graph): (&Workspace, &Graph), id: ItemId) -> Option<&'static str> {
    let item = workspace.item(id);
    let parent = workspace.item(item.parent?);
    let file = workspace.file(workspace.module(item.module).file);
    let words = &file.text[item.visibility.range.end as usize..item.name_range.start as usize];
    let says = |word: &str| words.split_whitespace().any(|other| other == word);
    let mut attributes = item.attributes.iter().chain(&parent.attributes);
    if says("const") {
        Some("a trait has no `const fn`")
    } else if says("default") {
        Some("it is a default of a specialization")
    } else if !attributes.all(|attribute| is_harmless(file, attribute)) {
        Some("an attribute of it or its impl may be a macro that reads the whole impl")
    } else if OF_ALL.contains(&item.name.as_str()) || is_in_scope((workspace, graph), id) {
        Some("a trait that is in scope everywhere has a method of this name")
    } else if (says("async")
        || returns_impl(&file.text[item.name_range.end as usize..item.range.end as usize]))
        && head(workspace, item.parent?).contains('\'')
    {
        Some("it returns `impl Trait`, and a trait can't say how long what its type borrows lives")
    } else {
        None
    }
}

/// Whether a method's type may have another of the name by one of those traits. What a macro is handed may be given any
/// of them.
fn is_in_scope((workspace, graph): (&Workspace, &Graph), id: ItemId) -> bool {
    let item = workspace.item(id);
    let Some(owner) = graph.own_type(workspace, id) else {
        return BY_TRAITS.iter().any(|(of, _)| declares(of, &item.name));
    };
    let mut traits = traits_of(workspace, graph, owner).into_iter();
    traits.any(|of| declares(&of, &item.name))
}

/// Whether an attribute leaves what it stands on as it is, whatever else that may become a part of.
fn is_harmless(file: &SourceFile, attribute: &Attribute) -> bool {
    let is_known = |path: &str| {
        HARMLESS.contains(&path) || path.starts_with("clippy::") || path.starts_with("rustfmt::")
    };
    if attribute.path != "cfg_attr" {
        return is_known(&attribute.path);
    }
    let paths = applied(&file[attribute.range]);
    let told = |path: &String| TOLD.contains(&path.as_str());
    !paths.is_empty()
        && paths.iter().all(|path| is_known(path))
        && (paths.iter().all(told) || !paths.iter().any(told))
}

/// Whether an attribute says something to callers, so that it goes with a method's declaration.
pub fn is_told(file: &SourceFile, attribute: &Attribute) -> bool {
    let told = |path: &str| TOLD.contains(&path);
    if attribute.path == "cfg_attr" {
        let paths = applied(&file[attribute.range]);
        !paths.is_empty() && paths.iter().all(|path| told(path))
    } else {
        attribute.is_doc || told(&attribute.path)
    }
}

/// Whether a function returns `impl Trait`, by its text behind the name.
fn returns_impl(text: &str) -> bool {
    let (mut angles, mut round) = (0_i32, 0_i32);
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '<' => angles += 1,
            '>' if before != '-' => angles -= 1,
            '(' => round += 1,
            ')' => round -= 1,
            '{' | ';' => return false,
            _ => {}
        }
        before = c;
        if c == ')' && round == 0 && angles == 0 {
            let output = &text[at..];
            let output = output.split('{').next().unwrap_or_default();
            let output = output.split(" where").next().unwrap_or_default();
            return words(output).any(|word| word == "impl");
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::returns_impl;

    #[test]
    fn an_opaque_type_is_told_from_an_argument() {
        assert!(returns_impl(
            "(&self) -> Option<impl Iterator<Item = u8>> {}"
        ));
        assert!(returns_impl("<F: Fn(u8) -> u8>(f: F) -> impl Fn() {}"));
        assert!(!returns_impl("(f: impl Fn() -> u8) -> u8 { impl_it() }"));
        assert!(!returns_impl("() {}"));
    }
}
