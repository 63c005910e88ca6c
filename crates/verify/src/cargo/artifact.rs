//! What cargo compiled, and from which files: rustc's dep-info says it (row G7).

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use crate::scratch::Scratch;

/// A target of a workspace member that was compiled, or was found fresh.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Artifact {
    /// Package name.
    pub package: String,
    /// Target name.
    pub target: String,
    /// The file that came out; it differs for a library and its tests.
    pub output: Utf8PathBuf,
    /// Whether cargo took it as it was.
    pub fresh: bool,
    /// The files of the tree that it was compiled from, relative to the tree.
    pub sources: BTreeSet<Utf8PathBuf>,
}

impl Artifact {
    /// Reads cargo's message and the dep-info beside the output; none for what is not of this tree.
    pub(super) fn read(scratch: &Scratch, artifact: &cargo_metadata::Artifact) -> Option<Self> {
        if !artifact.manifest_path.starts_with(&scratch.tree) {
            return None;
        }
        let output = artifact.filenames.first()?.clone();
        let sources = dep_info(&output)
            .map(|text| sources(&text, &scratch.tree))
            .unwrap_or_default();
        Some(Self {
            package: package_name(&artifact.package_id.repr),
            target: artifact.target.name.clone(),
            output,
            fresh: artifact.fresh,
            sources,
        })
    }
}

/// The name in a package id such as `path+file:///x/app#app-shared@0.1.0`.
pub(super) fn package_name(id: &str) -> String {
    let tail = id.rsplit_once('#').map_or(id, |(_, tail)| tail);
    match tail.split_once('@') {
        Some((name, _)) => name.to_owned(),
        None => id
            .rsplit_once('#')
            .map_or(id, |(head, _)| head)
            .rsplit('/')
            .next()
            .unwrap_or(id)
            .to_owned(),
    }
}

/// The dep-info of an output: `libapp-1f.rmeta` has `app-1f.d` beside it; a build script is alone in its folder.
fn dep_info(output: &Utf8Path) -> Option<String> {
    let folder = output.parent()?;
    let stem = output.file_stem()?;
    let names = [stem.strip_prefix("lib").unwrap_or(stem), stem];
    let beside = names
        .iter()
        .map(|name| folder.join(format!("{name}.d")))
        .find_map(|path| std::fs::read_to_string(path).ok());
    beside.or_else(|| {
        let mut found: Vec<Utf8PathBuf> = folder
            .read_dir_utf8()
            .ok()?
            .filter_map(Result::ok)
            .map(camino::Utf8DirEntry::into_path)
            .filter(|path| path.extension() == Some("d"))
            .collect();
        found.sort();
        std::fs::read_to_string(found.first()?).ok()
    })
}

/// The files that dep-info names, as far as they lie in the tree: each has a line of its own that ends in a colon.
fn sources(text: &str, tree: &Utf8Path) -> BTreeSet<Utf8PathBuf> {
    text.lines()
        .filter_map(|line| line.strip_suffix(':'))
        .map(|path| Utf8PathBuf::from(path.replace("\\ ", " ")))
        .filter_map(|path| match path.strip_prefix(tree) {
            Ok(inside) => Some(inside.to_owned()),
            Err(_) => (!path.is_absolute()).then_some(path),
        })
        .map(|path| plain(&path))
        .collect()
}

/// `src/../tests/x.rs` as `tests/x.rs`.
fn plain(path: &Utf8Path) -> Utf8PathBuf {
    let mut plain = Utf8PathBuf::new();
    for component in path.components() {
        match component.as_str() {
            "." => {}
            ".." => {
                plain.pop();
            }
            name => plain.push(name),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dep_info_names_the_files_of_the_tree() {
        let text = "/t/deps/app-1.d: src/lib.rs src/a\\ b.rs /tree/src/c.rs /reg/x.rs\n\n\
                    src/lib.rs:\nsrc/a\\ b.rs:\n/tree/src/c.rs:\n/reg/x.rs:\nsrc/x/../data.txt:\n\n\
                    # env-dep:CARGO_PKG_NAME=app\n";
        let found = sources(text, Utf8Path::new("/tree"));
        let names: Vec<&str> = found.iter().map(|path| path.as_str()).collect();
        assert_eq!(
            names,
            ["src/a b.rs", "src/c.rs", "src/data.txt", "src/lib.rs"]
        );
    }

    #[test]
    fn a_package_id_has_a_name() {
        assert_eq!(package_name("path+file:///x/app#0.1.0"), "app");
        assert_eq!(package_name("path+file:///x/app#app-low@0.1.0"), "app-low");
    }
}
