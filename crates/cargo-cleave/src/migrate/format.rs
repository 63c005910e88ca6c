//! Files that rustfmt had nothing to change in before a step are so after it (row F4).

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use cleave_rewrite::formatting;
use cleave_syntax::ChangeSet;
use cleave_syntax::change::{NewFile, Piece};
use cleave_verify::Formatter;
use cleave_verify::format::Source;

use crate::project::Project;

/// Lays out what a step writes, in files of which all that they are made from was as rustfmt has it. Without a rustfmt
/// nothing is done.
pub(super) fn format(project: &Project, changes: &mut ChangeSet) {
    let formatter = Formatter::new(&project.workspace.root);
    let made: Vec<&NewFile> = changes.files.iter().filter(|file| is_made(file)).collect();
    let texts = made.iter().map(|file| (&*file.path, &*file.text));
    let sources: Vec<Source<'_>> = texts.map(|text| source(project, text)).collect();
    let better: Vec<(&NewFile, String)> = made
        .into_iter()
        .zip(formatter.format(&sources))
        .filter_map(|(file, text)| Some((file, text.filter(|text| *text != file.text)?)))
        .collect();
    let untidy = untidy(project, &formatter, changes, &better);
    let better: Vec<(Utf8PathBuf, String)> = better
        .into_iter()
        .filter(|(file, _)| origins(file).is_disjoint(&untidy))
        .map(|(file, text)| (file.path.clone(), text))
        .collect();
    for (path, text) in better {
        formatting::take_over(changes, &path, &text);
    }
}

/// The text of a file that was repaired: as rustfmt has it, where it was so before the repair.
pub(super) fn again(project: &Project, path: &Utf8Path, before: &str, after: String) -> String {
    if path.extension() != Some("rs") {
        return after;
    }
    let formatter = Formatter::new(&project.workspace.root);
    let sources = [before, &after].map(|text| source(project, (path, text)));
    match formatter.format(&sources).as_mut_slice() {
        [Some(was), better] if was == before => better.take().unwrap_or(after),
        _ => after,
    }
}

/// Whether a file is source that was put together, and not just moved.
fn is_made(file: &NewFile) -> bool {
    let is_whole = matches!(&*file.pieces, [Piece::Copied { range, .. }] if range.start == 0);
    file.path.extension() == Some("rs") && !is_whole
}

/// Those of the old files that better texts are made from which rustfmt would have changed itself.
fn untidy<'c>(
    project: &Project,
    formatter: &Formatter,
    changes: &'c ChangeSet,
    better: &[(&'c NewFile, String)],
) -> BTreeSet<&'c Utf8Path> {
    let origins: BTreeSet<&Utf8Path> = better.iter().flat_map(|(file, _)| origins(file)).collect();
    let texts: Vec<(&'c Utf8Path, &'c str)> = changes
        .old
        .iter()
        .map(|(path, text)| (path.as_path(), text.as_str()))
        .filter(|(path, _)| origins.contains(path))
        .collect();
    let sources: Vec<Source<'_>> = texts.iter().map(|text| source(project, *text)).collect();
    let formatted = formatter.format(&sources);
    texts
        .iter()
        .zip(formatted)
        .filter(|((_, text), formatted)| formatted.as_deref() != Some(*text))
        .map(|((path, _), _)| *path)
        .collect()
}

/// The old files that a file is made from; what stood at its own path is one.
fn origins(file: &NewFile) -> BTreeSet<&Utf8Path> {
    let copied = file.pieces.iter().filter_map(|piece| match piece {
        Piece::Copied { path, .. } => Some(path.as_path()),
        Piece::Written { .. } => None,
    });
    copied.chain([file.path.as_path()]).collect()
}

/// A text with the edition of the package that its file is in; a new crate has that of the package it is split from.
fn source<'t>(project: &'t Project, (path, text): (&'t Utf8Path, &'t str)) -> Source<'t> {
    let workspace = &project.workspace;
    let packages = workspace.packages.iter();
    let own = packages
        .filter(|package| path.starts_with(&package.dir))
        .max_by_key(|package| package.dir.as_str().len());
    let own = own.filter(|package| !package.dir.as_str().is_empty());
    let package = own.unwrap_or_else(|| workspace.package(workspace.package));
    Source {
        path,
        edition: &package.edition,
        text,
    }
}
