//! What the guard has to say.

use cleave_syntax::{Diagnostic, ItemId, Severity, TextRange, Workspace};

/// The kinds of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Code names what is above it or beside it.
    Arrow,
    /// The same, and what it names needs it in turn: a circle that no crates can be made of.
    Knot,
    /// No list of the plan names a module, or an item that code below needs.
    Home,
    /// Something stands where it was moved away from, or in another crate than the plan says.
    Drift,
    /// A manifest asks for a crate that is above its own or beside it.
    Dependency,
    /// The plan names what is not there, or names it twice.
    Plan,
}

impl Kind {
    /// All kinds, in the order of the documentation.
    pub const ALL: [Kind; 6] = [
        Kind::Arrow,
        Kind::Knot,
        Kind::Home,
        Kind::Drift,
        Kind::Dependency,
        Kind::Plan,
    ];

    /// The code of its diagnostics, which is also the name of its page in `explain`.
    pub fn code(self) -> &'static str {
        match self {
            Kind::Arrow => "arrow",
            Kind::Knot => "knot",
            Kind::Home => "home",
            Kind::Drift => "drift",
            Kind::Dependency => "dependency",
            Kind::Plan => "plan",
        }
    }

    /// One line for lists of rules.
    pub fn summary(self) -> &'static str {
        match self {
            Kind::Arrow => "a reference goes against the plan's arrows",
            Kind::Knot => "a reference closes a circle across a boundary",
            Kind::Home => "something new has no home in the plan",
            Kind::Drift => "something stands where the plan moved it away from",
            Kind::Dependency => "a manifest's dependency goes against the plan's arrows",
            Kind::Plan => "the plan names something that is not there, or names it twice",
        }
    }
}

/// Something that goes against the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing it is.
    pub kind: Kind,
    /// What it is about, in names alone, so that it is the same finding after lines have shifted.
    pub key: String,
    /// Message, places, and what to do.
    pub diagnostic: Diagnostic,
}

impl Finding {
    /// A finding with no place yet. `about` tells it from others of its kind.
    pub(crate) fn new(kind: Kind, about: &str, message: String) -> Self {
        Finding {
            kind,
            key: format!("{}: {about}", kind.code()),
            diagnostic: Diagnostic::new(Severity::Error, kind.code(), message),
        }
    }

    /// With a further place.
    pub(crate) fn at(mut self, place: (&camino::Utf8Path, TextRange), message: &str) -> Self {
        self.diagnostic = self.diagnostic.at(place.0, place.1, message);
        self
    }

    /// With what to do.
    pub(crate) fn help(mut self, help: String) -> Self {
        self.diagnostic = self.diagnostic.help(help);
        self
    }

    /// By file, position, and key.
    pub(crate) fn order(&self) -> (&str, u32, &str) {
        let place = self.diagnostic.labels.first();
        place.map_or(("", 0, self.key.as_str()), |label| {
            (label.path.as_str(), label.range.start, self.key.as_str())
        })
    }
}

/// Where an item's name stands.
pub(crate) fn definition(workspace: &Workspace, id: ItemId) -> (&camino::Utf8Path, TextRange) {
    let item = workspace.item(id);
    let path = workspace
        .file(workspace.module(item.module).file)
        .path
        .as_path();
    let range = if item.name_range.is_empty() {
        // An impl is marked by its first line.
        let text = workspace.text_of(id);
        let length = text.find('\n').unwrap_or(text.len());
        TextRange::new(item.range.start, item.range.start + length as u32)
    } else {
        item.name_range
    };
    (path, range)
}
