//! What the compiler says, as plain rows.

use camino::Utf8PathBuf;
use cargo_metadata::diagnostic::{Applicability, Diagnostic, DiagnosticLevel, DiagnosticSpan};

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

impl CompilerMessage {
    /// Equal for what is said again for another target.
    pub(super) fn key(&self) -> (Utf8PathBuf, (u32, u32), String, String) {
        let (path, code) = (self.path.clone(), self.code.clone());
        // Where there is no place, what is drawn tells one from another.
        let words = if path.as_str().is_empty() {
            self.rendered.clone()
        } else {
            self.message.clone()
        };
        (path, self.range, code, words)
    }

    /// Takes in that it was said again. A lint that is denied for tests alone is an error for those.
    pub(super) fn again(&mut self, other: Self) {
        self.times += 1;
        if other.is_error && !self.is_error {
            self.is_error = true;
            self.rendered = other.rendered;
        }
    }
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

/// Reads an error or a warning; what is neither (`aborting due to …`) is none.
pub(super) fn read(diagnostic: &Diagnostic, package: String) -> Option<CompilerMessage> {
    let is_error = matches!(
        diagnostic.level,
        DiagnosticLevel::Error | DiagnosticLevel::Ice
    );
    if !is_error && diagnostic.level != DiagnosticLevel::Warning {
        return None;
    }
    let own = |span: &DiagnosticSpan| {
        let (path, range) = place(span);
        (path, range, span.is_primary)
    };
    let primary = diagnostic.spans.iter().find(|span| span.is_primary);
    let (path, range) = primary.map(place).unwrap_or_default();
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
        path,
        range,
        spans,
        suggestions,
        rendered: diagnostic.rendered.clone().unwrap_or_default(),
        package,
        times: 1,
    })
}

/// The file and bytes of a span; where it lies in a macro of another crate, of the call.
fn place(span: &DiagnosticSpan) -> (Utf8PathBuf, (u32, u32)) {
    let mut span = span;
    while let Some(expansion) = &span.expansion
        && (span.file_name.starts_with(['/', '<']) || span.file_name.contains(':'))
    {
        span = &expansion.span;
    }
    let range = (span.byte_start, span.byte_end);
    (Utf8PathBuf::from(&span.file_name), range)
}
