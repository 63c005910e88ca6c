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
    let mut at = 0;
    while let Some(first) = diagnostic.labels.get(at) {
        let same = diagnostic.labels[at..]
            .iter()
            .take_while(|label| label.path == first.path)
            .count();
        let Some((path, text)) = sources.iter().find(|(path, _)| *path == first.path) else {
            bare = format!("\n  --> {}", first.path);
            at += same;
            continue;
        };
        let mut snippet = Snippet::source(text.as_str()).path(path.as_str());
        for (index, label) in diagnostic.labels.iter().enumerate().skip(at).take(same) {
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
            snippet = snippet.annotation(kind.span(start..end).label(label.message.as_str()));
        }
        group = group.element(snippet);
        at += same;
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
