//! The package leaves the root of its workspace (row G3): a program lives beside its crates, and the root is a manifest.
//!
//! ```text
//! Cargo.toml                         Cargo.toml ([workspace] alone)
//! src/main.rs                 →      crates/app/Cargo.toml
//! tests/cli.rs                       crates/app/src/main.rs, crates/app/tests/cli.rs
//! ```

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use cleave_syntax::change::{Block, Reason};
use cleave_syntax::{ChangeBuilder, Diagnostic, FileId, Severity, TextRange, Workspace};

use crate::include::{named, normalize, relative};
use crate::layout::Moves;
use crate::manifest::{Detached, detached};
use crate::{companion, members, skeleton};

/// Moves the package with all that is its own. Nothing where it is no root package (any more).
pub(crate) fn detach(workspace: &Workspace, builder: &mut ChangeBuilder) -> Vec<Diagnostic> {
    let package = workspace.package(workspace.package);
    if !package.dir.as_str().is_empty() {
        return Vec::new();
    }
    let dir = skeleton::folder(workspace, &package.name);
    if let Some(refusal) = refusal(workspace, &dir) {
        return vec![refusal];
    }
    let mut moves = Moves::default();
    for file in own_files(workspace) {
        let source = workspace.file(file);
        let to = dir.join(&source.path);
        let whole = TextRange::new(0, source.text.len() as u32);
        let block = Block::Moved {
            path: source.path.clone(),
            range: whole,
        };
        builder.create(&to, vec![block]);
        builder.delete(&source.path, Reason::new("G3", "moved"));
        moves.file_moves.insert(source.path.clone(), to);
    }
    let data = data(workspace, &moves);
    for path in &data {
        builder.move_file(path, &dir.join(path));
    }
    correct_includes(workspace, &moves, &data, builder);
    let readme = ["README.md", "README.txt", "README"].into_iter();
    let input = Detached {
        text: &package.manifest,
        dir: &dir,
        edition: &package.edition,
        readme: readme
            .filter(|name| workspace.data.iter().any(|path| path == name))
            .map(Utf8Path::new)
            .next(),
    };
    let mut notes = match detached(&input) {
        Ok(texts) => {
            members::detach(package, &dir, &texts, builder);
            Vec::new()
        }
        Err(refusals) => return refusals,
    };
    notes.extend(companion::on_move(workspace, &moves, builder));
    notes.extend(companion::on_detach(workspace, builder));
    notes.push(
        Diagnostic::new(
            Severity::Note,
            "G3",
            format!("`{}` is in `{dir}` now", package.name),
        )
        .help(format!(
            "say `cargo install --path {dir}` where you said `--path .`, and look through scripts and documents for paths"
        )),
    );
    notes
}

fn refusal(workspace: &Workspace, dir: &Utf8Path) -> Option<Diagnostic> {
    let package = workspace.package(workspace.package);
    let name = &package.name;
    let refused = |message: String, help: &str| {
        Some(Diagnostic::new(Severity::Refused, "G3", message).help(help))
    };
    if workspace.library(workspace.package).is_some() {
        return refused(
            format!("`{name}` has a library, whose users find it at the root"),
            "take `root = \"virtual\"` out of split.toml: the package stays as the front of its crates",
        );
    }
    let there = |path: &Utf8PathBuf| path.starts_with(dir);
    let mut files = workspace.files.iter().map(|file| &file.path);
    if files.any(there) {
        return refused(
            format!("`{name}` would go to `{dir}`, where something is"),
            "make room there, or take `root = \"virtual\"` out of split.toml",
        );
    }
    None
}

/// The source of the package's own targets.
fn own_files(workspace: &Workspace) -> BTreeSet<FileId> {
    let is_own = |krate| workspace.krate(krate).package == workspace.package;
    let modules = workspace.modules.iter();
    let mut files: BTreeSet<FileId> = modules
        .filter(|module| is_own(module.krate))
        .map(|module| module.file)
        .collect();
    for item in &workspace.items {
        let module = workspace.module(item.module);
        let folder = workspace.file(module.file).folder();
        for include in item.includes.iter().filter(|_| is_own(module.krate)) {
            let path = normalize(&folder.join(&include.path));
            files.extend(path.and_then(|path| workspace.file_at(&path)));
        }
    }
    files
}

/// What else goes along: all in the folders of the source, and the plan.
fn data(workspace: &Workspace, moves: &Moves) -> BTreeSet<Utf8PathBuf> {
    let top = |path: &Utf8Path| {
        path.components()
            .next()
            .map(|part| part.as_str().to_owned())
    };
    let folders: BTreeSet<String> = moves
        .file_moves
        .keys()
        .filter(|path| path.components().count() > 1)
        .filter_map(|path| top(path))
        .collect();
    let goes = |path: &&Utf8PathBuf| {
        let inside = path.components().count() > 1
            && top(path).is_some_and(|folder| folders.contains(&folder));
        inside || path.as_path() == cleave_plan::file::NAME
    };
    workspace.data.iter().filter(goes).cloned().collect()
}

/// Paths of `include_str!` and the like that lead to what stays.
fn correct_includes(
    workspace: &Workspace,
    moves: &Moves,
    data: &BTreeSet<Utf8PathBuf>,
    builder: &mut ChangeBuilder,
) {
    for (module, _, include) in workspace.includes() {
        let file = workspace.file(workspace.module(module).file);
        let Some(new) = moves.file_moves.get(&file.path) else {
            continue;
        };
        let Some(target) = named(workspace, module, include) else {
            continue;
        };
        if !moves.file_moves.contains_key(&target) && !data.contains(&target) {
            let from = new.parent().unwrap_or(Utf8Path::new(""));
            let text = format!("\"{}\"", relative(from, &target));
            let reason = Reason::new("F2", target.as_str());
            builder.replace(&file.path, include.range, text, reason);
        }
    }
}
