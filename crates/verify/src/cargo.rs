//! Runs cargo in the scratch tree and reads what the compiler says.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Instant;

use camino::Utf8PathBuf;
use cargo_metadata::Message;
use cargo_metadata::diagnostic::{Applicability, Diagnostic, DiagnosticLevel, DiagnosticSpan};

use crate::error::VerifyError;
use crate::scratch::Scratch;

/// How cargo is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CargoOptions {
    /// `--offline`.
    pub offline: bool,
    /// Features and packages, as flags.
    pub flags: Vec<String>,
}

/// Something the compiler said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompilerMessage {
    /// Whether it is an error (else a warning).
    pub is_error: bool,
    /// `E0603`, `unused_imports`, ….
    pub code: String,
    /// One line.
    pub message: String,
    /// The file of the primary span, relative to the scratch tree; empty where there is none.
    pub path: Utf8PathBuf,
    /// The primary span's bytes.
    pub range: (u32, u32),
    /// All marked places: file, bytes, whether primary.
    pub spans: Vec<(Utf8PathBuf, (u32, u32), bool)>,
    /// What the compiler would replace: file, bytes, text, and whether a machine may.
    pub suggestions: Vec<Suggestion>,
    /// As the compiler draws it.
    pub rendered: String,
    /// The package it was compiling.
    pub package: String,
    /// For how many targets it was said: a library's code is compiled for its tests too.
    pub times: usize,
}

/// A replacement that the compiler suggests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The file.
    pub path: Utf8PathBuf,
    /// Its bytes.
    pub range: (u32, u32),
    /// What goes there.
    pub text: String,
    /// Whether it is sure to be what was meant.
    pub applicable: bool,
    /// The suggestion's words.
    pub message: String,
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CheckReport {
    /// Whether all of it compiles.
    pub success: bool,
    /// Errors and warnings, each once, in order of place.
    pub messages: Vec<CompilerMessage>,
    /// Packages of the workspace that were really compiled, not found fresh.
    pub compiled: BTreeSet<String>,
    /// What cargo itself said, where it did not come to compile.
    pub stderr: String,
    /// Wall time.
    pub seconds: f64,
}

/// `cargo check` of the workspace, all targets.
pub fn check(scratch: &Scratch, options: &CargoOptions) -> Result<CheckReport, VerifyError> {
    let start = Instant::now();
    let mut command = command(scratch, "check", options);
    command.args([
        "--workspace",
        "--all-targets",
        "--message-format=json",
        "--keep-going",
    ]);
    let output = command.output().map_err(|error| VerifyError::Command {
        command: "cargo check".to_owned(),
        message: error.to_string(),
    })?;
    let mut report = CheckReport {
        success: output.status.success(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        ..CheckReport::default()
    };
    let mut seen = BTreeSet::new();
    for message in Message::parse_stream(&output.stdout[..]).flatten() {
        match message {
            Message::CompilerMessage(message) => {
                let package = package_name(&message.package_id.repr);
                if let Some(message) = read(&message.message, package) {
                    if seen.insert(message.rendered.clone()) {
                        report.messages.push(message);
                    } else if let Some(known) = report
                        .messages
                        .iter_mut()
                        .find(|known| known.rendered == message.rendered)
                    {
                        known.times += 1;
                    }
                }
            }
            Message::CompilerArtifact(artifact) if !artifact.fresh => {
                report
                    .compiled
                    .insert(package_name(&artifact.package_id.repr));
            }
            _ => {}
        }
    }
    report
        .messages
        .sort_by(|a, b| (&a.path, a.range, &a.rendered).cmp(&(&b.path, b.range, &b.rendered)));
    report.seconds = start.elapsed().as_secs_f64();
    Ok(report)
}

/// A cargo that builds the scratch tree in its own target folder.
pub(crate) fn command(scratch: &Scratch, verb: &str, options: &CargoOptions) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(&scratch.tree).arg(verb);
    command
        .env("CARGO_TARGET_DIR", &scratch.target)
        .env_remove("RUSTFLAGS")
        .env("CARGO_TERM_COLOR", "never");
    for name in [
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_PATH",
        "CARGO_PKG_NAME",
        "RUST_BACKTRACE",
        "NEXTEST",
    ] {
        command.env_remove(name);
    }
    if options.offline {
        command.arg("--offline");
    }
    command.args(&options.flags);
    command
}

/// The name in a package id such as `path+file:///x/app#app-shared@0.1.0`.
fn package_name(id: &str) -> String {
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

fn read(diagnostic: &Diagnostic, package: String) -> Option<CompilerMessage> {
    let is_error = matches!(
        diagnostic.level,
        DiagnosticLevel::Error | DiagnosticLevel::Ice
    );
    if !is_error && diagnostic.level != DiagnosticLevel::Warning {
        return None;
    }
    let own = |span: &DiagnosticSpan| {
        (
            Utf8PathBuf::from(&span.file_name),
            (span.byte_start, span.byte_end),
            span.is_primary,
        )
    };
    let primary = diagnostic.spans.iter().find(|span| span.is_primary);
    if primary.is_none() && diagnostic.code.is_none() {
        return None;
    }
    let mut spans: Vec<_> = diagnostic.spans.iter().map(own).collect();
    let mut suggestions = Vec::new();
    for child in &diagnostic.children {
        spans.extend(child.spans.iter().map(|span| {
            (
                Utf8PathBuf::from(&span.file_name),
                (span.byte_start, span.byte_end),
                false,
            )
        }));
        for span in &child.spans {
            if let Some(text) = &span.suggested_replacement {
                suggestions.push(Suggestion {
                    path: Utf8PathBuf::from(&span.file_name),
                    range: (span.byte_start, span.byte_end),
                    text: text.clone(),
                    applicable: span.suggestion_applicability
                        == Some(Applicability::MachineApplicable),
                    message: child.message.clone(),
                });
            }
        }
    }
    Some(CompilerMessage {
        is_error,
        code: diagnostic
            .code
            .as_ref()
            .map(|code| code.code.clone())
            .unwrap_or_default(),
        message: diagnostic.message.clone(),
        path: primary
            .map(|span| Utf8PathBuf::from(&span.file_name))
            .unwrap_or_default(),
        range: primary.map_or((0, 0), |span| (span.byte_start, span.byte_end)),
        spans,
        suggestions,
        rendered: diagnostic.rendered.clone().unwrap_or_default(),
        package,
        times: 1,
    })
}
