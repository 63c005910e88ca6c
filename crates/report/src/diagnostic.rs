//! Findings as rustc draws them.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use cleave_syntax::{Diagnostic, Severity};

/// Draws a finding; `sources` are the texts of files by path.
pub fn draw(diagnostic: &Diagnostic, sources: &[(String, String)], colored: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Note => Level::NOTE,
        Severity::Warning => Level::WARNING,
        Severity::Refused => Level::ERROR.with_name("refused"),
        Severity::Error => Level::ERROR,
    };
    let mut group = Group::with_title(level.primary_title(&diagnostic.message).id(diagnostic.code));
    let mut bare = String::new();
    for (index, label) in diagnostic.labels.iter().enumerate() {
        let Some((path, text)) = sources.iter().find(|(path, _)| *path == label.path) else {
            bare = format!("\n  --> {}", label.path);
            continue;
        };
        let end = (label.range.end as usize).min(text.len());
        let start = (label.range.start as usize).min(end);
        if !text.is_char_boundary(start) || !text.is_char_boundary(end) {
            continue;
        }
        let kind = if index == 0 {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        let snippet = Snippet::source(text.as_str()).path(path.as_str());
        group =
            group.element(snippet.annotation(kind.span(start..end).label(label.message.as_str())));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help));
    }
    let renderer = if colored {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    renderer.render(&[group]) + &bare
}
