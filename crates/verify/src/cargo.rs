//! Runs cargo in the scratch tree and reads what the compiler says.

pub mod artifact;
pub mod message;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Read};
use std::process::{Command, Stdio};
use std::time::Instant;

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::Message;
use cargo_metadata::diagnostic::DiagnosticLevel;

use crate::error::VerifyError;
use crate::scratch::Scratch;

pub use artifact::Artifact;
pub use message::{CompilerMessage, Suggestion};

/// How cargo is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CargoOptions {
    /// `--offline`.
    pub offline: bool,
    /// Features, as flags.
    pub flags: Vec<String>,
    /// Whether benches are left out, since they did not compile before the first step either: many need a nightly compiler.
    pub without_benches: bool,
}

/// What of the workspace is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// All targets of all members.
    Workspace,
    /// The library and binaries of one member: no other member, and no test, turns a feature on for it (row E10).
    Alone(String),
    /// All targets of one member.
    AloneWithTests(String),
    /// The library and binaries of one member with other features than the default ones (row E2), as flags.
    Features(String, Vec<String>),
}

impl Selection {
    fn flags(&self, without_benches: bool) -> Vec<String> {
        let targets: &[&str] = if without_benches {
            &["--bins", "--tests", "--examples"]
        } else {
            &["--all-targets"]
        };
        let words: Vec<&str> = match self {
            Selection::Workspace => [&["--workspace"], targets].concat(),
            Selection::Alone(package) => vec!["--package", package],
            Selection::AloneWithTests(package) => [&["--package", package], targets].concat(),
            Selection::Features(package, flags) => ["--package", package]
                .into_iter()
                .chain(flags.iter().map(String::as_str))
                .collect(),
        };
        words.into_iter().map(str::to_owned).collect()
    }

    /// The command as a person would write it.
    pub fn command(&self, without_benches: bool) -> String {
        format!("cargo check {}", self.flags(without_benches).join(" "))
    }

    /// The same with another name for its package.
    fn exact(&self, name: &dyn Fn(&str) -> String) -> Self {
        match self {
            Selection::Workspace => Selection::Workspace,
            Selection::Alone(package) => Selection::Alone(name(package)),
            Selection::AloneWithTests(package) => Selection::AloneWithTests(name(package)),
            Selection::Features(package, flags) => {
                Selection::Features(name(package), flags.clone())
            }
        }
    }
}

/// How cargo tells a member from others that are called like it: what a package is tested with may need an older one of
/// itself (Cargo book, *package ID specifications*).
fn specification(tree: &Utf8Path, package: &str) -> String {
    let lock = std::fs::read_to_string(tree.join("Cargo.lock")).unwrap_or_default();
    let lock = lock.parse::<toml_edit::DocumentMut>().unwrap_or_default();
    let packages = lock.get("package").and_then(|it| it.as_array_of_tables());
    let is_same = |table: &&toml_edit::Table| {
        let name = table.get("name").and_then(|name| name.as_str());
        name == Some(package)
    };
    let same: Vec<_> = packages.into_iter().flatten().filter(is_same).collect();
    let own = same.iter().find(|table| !table.contains_key("source"));
    let version = own.and_then(|own| own.get("version")?.as_str());
    match version {
        Some(version) if same.len() > 1 => format!("path+file://{tree}#{package}@{version}"),
        _ => package.to_owned(),
    }
}

impl std::fmt::Display for Selection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.command(false))
    }
}

/// Where progress is told: what cargo has just finished.
pub type Watch<'w> = &'w mut dyn FnMut(&str);

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CheckReport {
    /// Whether all of it compiles.
    pub success: bool,
    /// Whether something does not compile, and all of that is benches.
    pub only_benches_fail: bool,
    /// Errors and warnings, each once, in order of place.
    pub messages: Vec<CompilerMessage>,
    /// What was compiled of the workspace, or found fresh, in order of name.
    pub artifacts: Vec<Artifact>,
    /// What cargo itself said, where it did not come to compile.
    pub stderr: String,
    /// Wall time.
    pub seconds: f64,
}

impl CheckReport {
    /// All files of the tree that some crate was compiled from.
    pub fn sources(&self) -> BTreeSet<Utf8PathBuf> {
        let sources = self.artifacts.iter().flat_map(|artifact| &artifact.sources);
        sources.cloned().collect()
    }
}

/// `cargo check` of a part of the workspace.
pub fn check(
    scratch: &Scratch,
    options: &CargoOptions,
    selection: &Selection,
    watch: Watch<'_>,
) -> Result<CheckReport, VerifyError> {
    let start = Instant::now();
    let flags = match selection {
        Selection::Workspace => options.flags.clone(),
        Selection::Alone(package) | Selection::AloneWithTests(package)
            if !options.flags.is_empty() =>
        {
            known(&options.flags, &features_of(scratch, package))
        }
        // There are none to narrow down, or the set takes the place of the features that are checked otherwise.
        Selection::Alone(_) | Selection::AloneWithTests(_) | Selection::Features(..) => Vec::new(),
    };
    let options = &CargoOptions {
        flags,
        ..options.clone()
    };
    let mut command = command(scratch, "check", options);
    let exact = selection.exact(&|package| specification(&scratch.tree, package));
    command.args(exact.flags(options.without_benches));
    command.args(["--message-format=json", "--keep-going"]);
    let failed = |error: std::io::Error| VerifyError::Command {
        command: selection.to_string(),
        message: error.to_string(),
    };
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let mut report = CheckReport::default();
    let mut stderr = child.stderr.take();
    std::thread::scope(|scope| {
        let said = scope.spawn(move || {
            let mut bytes = Vec::new();
            if let Some(pipe) = &mut stderr {
                // What was read before a pipe broke is still worth showing.
                let _ = pipe.read_to_end(&mut bytes);
            }
            String::from_utf8_lossy(&bytes).into_owned()
        });
        if let Some(stdout) = child.stdout.take() {
            read(scratch, BufReader::new(stdout), &mut report, watch);
        }
        report.stderr = said.join().unwrap_or_default();
    });
    report.success = child.wait().map_err(failed)?.success();
    report.seconds = start.elapsed().as_secs_f64();
    Ok(report)
}

/// Lets cargo add new members to the scratch tree's lock file, where it has one: what a check does by the way (row E8).
/// No version moves, so nothing need be fetched. Where cargo can't, the lock file stays as it is, and the next command that
/// builds says why.
pub fn lock(scratch: &Scratch, options: &CargoOptions) -> Result<(), VerifyError> {
    if scratch.read("Cargo.lock").is_none() {
        return Ok(());
    }
    let options = CargoOptions {
        flags: vec!["--workspace".to_owned()],
        offline: true,
        ..options.clone()
    };
    let ran = command(scratch, "update", &options).output();
    ran.map(drop).map_err(|error| VerifyError::Command {
        command: "cargo update --workspace".to_owned(),
        message: error.to_string(),
    })
}

/// Reads cargo's messages as they come.
fn read(
    scratch: &Scratch,
    stdout: BufReader<impl Read>,
    report: &mut CheckReport,
    watch: Watch<'_>,
) {
    // The first of a lint has a note that the others have not: the words and the place tell what is the same.
    let mut messages: BTreeMap<_, CompilerMessage> = BTreeMap::new();
    let mut failed = Vec::new();
    for message in Message::parse_stream(stdout).flatten() {
        match message {
            Message::CompilerMessage(message) => {
                let package = artifact::package_name(&message.package_id.repr);
                if message.message.level == DiagnosticLevel::Error {
                    failed.push(message.target.is_bench());
                }
                if let Some(message) = message::read(&message.message, package) {
                    match messages.entry(message.key()) {
                        Entry::Occupied(mut known) => known.get_mut().again(message),
                        Entry::Vacant(place) => {
                            place.insert(message);
                        }
                    }
                }
            }
            Message::CompilerArtifact(artifact) => {
                watch(&artifact.target.name);
                report.artifacts.extend(Artifact::read(scratch, &artifact));
            }
            _ => {}
        }
    }
    report.only_benches_fail = !failed.is_empty() && failed.into_iter().all(|is_bench| is_bench);
    report.messages = messages.into_values().collect();
    report
        .messages
        .sort_by(|a, b| (&a.path, a.range, &a.rendered).cmp(&(&b.path, b.range, &b.rendered)));
    report.artifacts.sort();
}

/// The features that a member declares; none where cargo does not come to tell.
fn features_of(scratch: &Scratch, package: &str) -> BTreeSet<String> {
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(scratch.tree.join("Cargo.toml"))
        .no_deps()
        .exec();
    let packages = metadata.map_or_else(|_| Vec::new(), |metadata| metadata.packages);
    let own = packages.iter().find(|other| other.name == package);
    own.into_iter()
        .flat_map(|own| own.features.keys().cloned())
        .collect()
}

/// Flags for features without the features that are not among some: cargo refuses what a package does not have.
fn known(flags: &[String], features: &BTreeSet<String>) -> Vec<String> {
    let mut known = Vec::new();
    let mut rest = flags.iter();
    while let Some(flag) = rest.next() {
        let list = match flag.split_once('=') {
            Some(("--features" | "-F", list)) => Some(list),
            None if flag == "--features" || flag == "-F" => rest.next().map(String::as_str),
            _ => {
                known.push(flag.clone());
                None
            }
        };
        let names = list.into_iter().flat_map(|list| list.split([',', ' ']));
        let ours: Vec<&str> = names.filter(|name| features.contains(*name)).collect();
        if !ours.is_empty() {
            known.extend(["--features".to_owned(), ours.join(",")]);
        }
    }
    known
}

/// What cargo sets for the programs that it runs, us among them, and must not be inherited by the cargo that we run.
const NOT_INHERITED: [&str; 5] = [
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_PKG_NAME",
    "RUST_BACKTRACE",
    "NEXTEST",
];

/// A cargo that builds the scratch tree in its own target folder.
pub(crate) fn command(scratch: &Scratch, verb: &str, options: &CargoOptions) -> Command {
    let own_toolchain = scratch.has_own_toolchain();
    let program = std::env::var_os("CARGO").filter(|_| !own_toolchain);
    let mut command = Command::new(program.unwrap_or_else(|| "cargo".into()));
    command.current_dir(&scratch.tree).arg(verb);
    // One target folder for one tree (row H6), wherever the user's own configuration puts theirs.
    command
        .env("CARGO_TARGET_DIR", &scratch.target)
        .env("CARGO_BUILD_BUILD_DIR", &scratch.target)
        .env("CARGO_TERM_COLOR", "never");
    for name in NOT_INHERITED {
        command.env_remove(name);
    }
    if own_toolchain {
        command.env_remove("RUSTUP_TOOLCHAIN");
    }
    if options.offline {
        command.arg("--offline");
    }
    command.args(&options.flags);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_asked_for_its_own_features_alone() {
        let flags = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let own = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
        let check = |words: &str, expected: &str| {
            assert_eq!(known(&flags(words), &own).join(" "), expected, "{words}");
        };
        check("--features a,c,b", "--features a,b");
        check(
            "--no-default-features --features=c",
            "--no-default-features",
        );
        check("-F b --all-features", "--features b --all-features");
    }
}
