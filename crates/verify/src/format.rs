//! rustfmt, asked what it would make of a text.
//!
//! Texts come in on its standard input, so that it follows no `mod` declaration and touches no file.

use std::cmp::Reverse;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use camino::{Utf8Path, Utf8PathBuf};

use crate::scratch;

/// A source text, and what rustfmt has to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source<'t> {
    /// Where it is or will be, relative to the workspace root: a `rustfmt.toml` above it holds for it.
    pub path: &'t Utf8Path,
    /// `2015`, `2018`, `2021` or `2024`.
    pub edition: &'t str,
    /// The text.
    pub text: &'t str,
}

/// rustfmt, for the texts of a workspace.
#[derive(Debug)]
pub struct Formatter {
    root: Utf8PathBuf,
}

impl Formatter {
    /// The formatter of the workspace at `root`, an absolute path.
    pub fn new(root: &Utf8Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// What rustfmt makes of each text, as many at once as there are processors; none where there is no rustfmt, or where
    /// it takes offence.
    pub fn format(&self, sources: &[Source<'_>]) -> Vec<Option<String>> {
        let at_once = thread::available_parallelism().map_or(1, usize::from);
        // The longest first: none is left over in the end that all wait for.
        let mut order: Vec<usize> = (0..sources.len()).collect();
        order.sort_by_key(|index| Reverse(sources[*index].text.len()));
        let next = AtomicUsize::new(0);
        let some = || {
            let next = || order.get(next.fetch_add(1, Ordering::Relaxed)).copied();
            std::iter::from_fn(next)
                .map(|index| (index, self.run(&sources[index])))
                .collect()
        };
        let mut formatted = vec![None; sources.len()];
        thread::scope(|scope| {
            let running: Vec<_> = (0..at_once.min(sources.len()))
                .map(|_| scope.spawn(some))
                .collect();
            let ended = running.into_iter().map(thread::ScopedJoinHandle::join);
            let ended = ended.flat_map(|texts: thread::Result<Vec<_>>| texts.unwrap_or_default());
            ended.for_each(|(index, text)| formatted[index] = text);
        });
        formatted
    }

    fn run(&self, source: &Source<'_>) -> Option<String> {
        let path = self.root.join(source.path);
        let folder = path.ancestors().skip(1).find(|folder| folder.is_dir())?;
        let mut rustfmt = self
            .command(folder)
            .args(["--edition", source.edition])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        // rustfmt reads all before it writes, so that neither waits for the other.
        let written = rustfmt
            .stdin
            .take()
            .map(|mut stdin| stdin.write_all(source.text.as_bytes()));
        let mut text = String::new();
        let read = rustfmt
            .stdout
            .take()
            .map(|mut stdout| stdout.read_to_string(&mut text));
        let success = rustfmt.wait().is_ok_and(|status| status.success());
        (success && written?.is_ok() && read?.is_ok()).then_some(text)
    }

    /// The rustfmt that `cargo fmt` would run in a folder.
    fn command(&self, folder: &Utf8Path) -> Command {
        let own_toolchain = scratch::has_own_toolchain(&self.root, &self.root);
        let program = std::env::var_os("RUSTFMT")
            .or_else(beside_cargo)
            .filter(|_| !own_toolchain);
        let mut command = Command::new(program.unwrap_or_else(|| "rustfmt".into()));
        command.current_dir(folder);
        if own_toolchain {
            command.env_remove("RUSTUP_TOOLCHAIN");
        }
        command
    }
}

/// The rustfmt of the toolchain whose cargo has run us: found once, where `rustfmt` is looked for at every call.
fn beside_cargo() -> Option<OsString> {
    let cargo = PathBuf::from(std::env::var_os("CARGO")?);
    let rustfmt = cargo.with_file_name(format!("rustfmt{}", std::env::consts::EXE_SUFFIX));
    rustfmt.is_file().then(|| rustfmt.into_os_string())
}
