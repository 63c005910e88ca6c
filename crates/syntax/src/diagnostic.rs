//! Something to say about the user's code, built with no idea of how it will be drawn.

use camino::Utf8PathBuf;

use crate::source::TextRange;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know.
    Note,
    /// Look at it.
    Warning,
    /// The step can't be done.
    Refused,
    /// The input is wrong.
    Error,
}

/// A message with the places it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The hazard row (`C2`), or a short word for what is no hazard (`plan`, `syntax`, `manifest`).
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// One phrase, lower case, items in backticks, no full stop.
    pub message: String,
    /// Places; the first is the main one.
    pub labels: Vec<Label>,
    /// What to do. Every refusal has one.
    pub help: Option<String>,
}

/// A marked place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The file, relative to the workspace root.
    pub path: Utf8PathBuf,
    /// The bytes to mark.
    pub range: TextRange,
    /// What to say there; may be empty.
    pub message: String,
}

impl Diagnostic {
    /// A diagnostic with no place and no help yet.
    pub fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            labels: Vec::new(),
            help: None,
        }
    }

    /// With a further place.
    #[must_use]
    pub fn at(
        mut self,
        path: impl Into<Utf8PathBuf>,
        range: TextRange,
        message: impl Into<String>,
    ) -> Self {
        self.labels.push(Label {
            path: path.into(),
            range,
            message: message.into(),
        });
        self
    }

    /// With what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
