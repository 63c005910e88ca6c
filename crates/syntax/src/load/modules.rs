//! Follows `mod x;` from every crate root, level by level, and parses what it finds on all cores.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use super::LoadError;
use super::metadata::Outline;
use crate::diagnostic::{Diagnostic, Severity};
use crate::item::Item;
use crate::parse::{DeclaredModule, ParsedModule, parse_text};
use crate::source::TextRange;

/// All files of one target.
pub(super) struct Tree {
    /// By level; a child names its parent by index.
    pub(super) nodes: Vec<Node>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// A file as a module.
pub(super) struct Node {
    /// Relative to the workspace root.
    pub(super) path: Utf8PathBuf,
    pub(super) text: Arc<str>,
    pub(super) parsed: ParsedModule,
    /// The file with the `mod x;`, and the way to it: an index for each level of inline modules, then the item's.
    pub(super) parent: Option<(usize, Vec<usize>)>,
    /// The folder in which its own `mod x;` are looked up.
    pub(super) folder: Utf8PathBuf,
}

/// A file to read.
struct Wanted {
    path: Utf8PathBuf,
    folder: Utf8PathBuf,
    parent: Option<(usize, Vec<usize>)>,
}

type Read = Result<(Wanted, Arc<str>, Result<ParsedModule, Diagnostic>), LoadError>;

/// Reads every target.
pub(super) fn read(outline: &Outline) -> Result<Vec<Tree>, LoadError> {
    outline
        .targets
        .par_iter()
        .map(|target| tree(outline, &target.file))
        .collect()
}

fn tree(outline: &Outline, file: &Utf8Path) -> Result<Tree, LoadError> {
    let root = outline.root.as_path();
    let mut tree = Tree {
        nodes: Vec::new(),
        diagnostics: Vec::new(),
    };
    let folder = file.parent().unwrap_or(Utf8Path::new("")).to_owned();
    let mut wanted = vec![Wanted {
        path: file.to_owned(),
        folder,
        parent: None,
    }];
    while !wanted.is_empty() {
        let level: Vec<Read> = wanted
            .into_par_iter()
            .map(|wanted| read_one(outline, wanted))
            .collect();
        wanted = Vec::new();
        for read in level {
            let (found, text, parsed) = read?;
            let parsed = parsed.unwrap_or_else(|diagnostic| {
                tree.diagnostics.push(diagnostic);
                empty(&text)
            });
            let index = tree.nodes.len();
            tree.nodes.push(Node {
                path: found.path,
                text,
                parsed,
                parent: found.parent,
                folder: found.folder,
            });
            wanted.extend(declarations(root, &mut tree, index));
        }
    }
    Ok(tree)
}

fn read_one(outline: &Outline, wanted: Wanted) -> Read {
    let mut changed = outline.united.changes.files.iter();
    let text = if let Some(file) = changed.find(|file| file.path == wanted.path) {
        file.text.clone()
    } else {
        let path = outline.root.join(&wanted.path);
        std::fs::read_to_string(path).map_err(|source| LoadError::Read {
            path: wanted.path.clone(),
            source,
        })?
    };
    let parsed = parse_text(&text).map_err(|error| {
        Diagnostic::new(Severity::Error, "syntax", error.message)
            .at(
                wanted.path.clone(),
                error.range,
                "rustc would stop here too",
            )
            .help("mend the file so that `cargo check` reads it, then run again")
    });
    Ok((wanted, Arc::from(text), parsed))
}

fn empty(text: &str) -> ParsedModule {
    let body = TextRange::new(0, text.len() as u32);
    ParsedModule {
        body,
        header: TextRange::empty(0),
        inner_attributes: Vec::new(),
        paths: Vec::new(),
        includes: Vec::new(),
        is_test: false,
        items: Vec::new(),
    }
}

/// The files that the `mod x;` of a file name, those in its inline modules included.
fn declarations(root: &Utf8Path, tree: &mut Tree, index: usize) -> Vec<Wanted> {
    let mut found = Vec::new();
    let mut problems = Vec::new();
    let node = &tree.nodes[index];
    let search = Search {
        root,
        tree,
        file: node,
        index,
    };
    search.module(
        &node.parsed,
        &node.folder,
        &mut Vec::new(),
        &mut (&mut found, &mut problems),
    );
    tree.diagnostics.extend(problems);
    found
}

struct Search<'a> {
    root: &'a Utf8Path,
    tree: &'a Tree,
    file: &'a Node,
    index: usize,
}

impl Search<'_> {
    fn module(
        &self,
        module: &ParsedModule,
        folder: &Utf8Path,
        way: &mut Vec<usize>,
        out: &mut (&mut Vec<Wanted>, &mut Vec<Diagnostic>),
    ) {
        for (position, parsed) in module.items.iter().enumerate() {
            let Some(declared) = &parsed.module else {
                continue;
            };
            way.push(position);
            if let Some(inline) = &declared.inline {
                let inner = match declared.paths.first() {
                    Some(path) => self.beside(way.len()).join(path),
                    None => folder.join(&parsed.item.name),
                };
                self.module(inline, &inner, way, out);
            } else {
                self.file(&parsed.item, declared, folder, way, out);
            }
            way.pop();
        }
    }

    /// The folder that `#[path]` is relative to: the file's own, or (inside inline modules) the module's.
    fn beside(&self, depth: usize) -> Utf8PathBuf {
        if depth <= 1 {
            self.file
                .path
                .parent()
                .unwrap_or(Utf8Path::new(""))
                .to_owned()
        } else {
            self.file.folder.clone()
        }
    }

    fn file(
        &self,
        item: &Item,
        declared: &DeclaredModule,
        folder: &Utf8Path,
        way: &[usize],
        out: &mut (&mut Vec<Wanted>, &mut Vec<Diagnostic>),
    ) {
        let mut candidates: Vec<(Utf8PathBuf, Utf8PathBuf)> = Vec::new();
        for path in &declared.paths {
            let base = if way.len() <= 1 {
                self.beside(1)
            } else {
                folder.to_owned()
            };
            let path = base.join(path);
            // A file that `#[path]` names is a mod.rs: its own modules lie beside it.
            candidates.push((
                path.clone(),
                path.parent().unwrap_or(Utf8Path::new("")).to_owned(),
            ));
        }
        let inner = folder.join(&item.name);
        let by_name = [
            (folder.join(format!("{}.rs", item.name)), inner.clone()),
            (inner.join("mod.rs"), inner),
        ];
        if declared.paths.is_empty() || candidates.iter().all(|(path, _)| !self.exists(path)) {
            candidates.extend(by_name);
        }
        let existing: Vec<_> = candidates
            .iter()
            .filter(|(path, _)| self.exists(path))
            .collect();
        let Some((path, folder)) = existing.first() else {
            if !item.in_call {
                out.1.push(self.missing(item, declared, &candidates));
            }
            return;
        };
        let path = clean(path);
        if self.is_open(&path) {
            let message = format!(
                "`mod {}` leads back to a file that it is part of",
                item.name
            );
            out.1.push(
                Diagnostic::new(Severity::Error, "syntax", message)
                    .at(
                        self.file.path.clone(),
                        item.range,
                        format!("this is `{path}` again"),
                    )
                    .help("take the `#[path]` away, or name another file"),
            );
            return;
        }
        out.0.push(Wanted {
            path,
            folder: clean(folder),
            parent: Some((self.index, way.to_vec())),
        });
    }

    fn exists(&self, path: &Utf8Path) -> bool {
        self.root.join(path).is_file()
    }

    /// Whether a file is this one or one around it.
    fn is_open(&self, path: &Utf8Path) -> bool {
        let mut at = Some(self.index);
        let mut seen = BTreeSet::new();
        while let Some(index) = at.filter(|index| seen.insert(*index)) {
            let node = &self.tree.nodes[index];
            if node.path == path {
                return true;
            }
            at = node.parent.as_ref().map(|(parent, _)| *parent);
        }
        false
    }

    fn missing(
        &self,
        item: &Item,
        declared: &DeclaredModule,
        candidates: &[(Utf8PathBuf, Utf8PathBuf)],
    ) -> Diagnostic {
        let severity = if declared.conditional {
            Severity::Warning
        } else {
            Severity::Error
        };
        let tried: Vec<String> = candidates
            .iter()
            .map(|(path, _)| format!("`{}`", clean(path)))
            .collect();
        Diagnostic::new(
            severity,
            "syntax",
            format!("file not found for module `{}`", item.name),
        )
        .at(self.file.path.clone(), item.range, "declared here")
        .help(format!("create {}", tried.join(" or ")))
    }
}

/// Without `.` and `..`, as far as that can be told from the text.
fn clean(path: &Utf8Path) -> Utf8PathBuf {
    let mut clean = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir if clean.file_name().is_some() => {
                clean.pop();
            }
            other => clean.push(other.as_str()),
        }
    }
    Utf8PathBuf::from(clean.as_str().replace('\\', "/"))
}
