//! Findings as rows with lines and columns, for all formats that know no byte offsets; and as JSON.

use cleave_syntax::{Diagnostic, Severity};
use serde_json::{Value, json};

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The code: a hazard row or a word.
    pub code: String,
    /// What makes it the same finding in the next run.
    pub key: String,
    /// Whether the baseline lets it through.
    pub known: bool,
    /// How bad it is.
    pub severity: Severity,
    /// One phrase.
    pub message: String,
    /// What to do.
    pub help: String,
    /// The first is the main one.
    pub places: Vec<Place>,
}

/// A marked place; lines and columns (in characters) count from 1, the end is behind the last character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Relative to the workspace root.
    pub path: String,
    /// First line.
    pub line: usize,
    /// First column.
    pub column: usize,
    /// Last line.
    pub end_line: usize,
    /// Behind the last column.
    pub end_column: usize,
    /// What to say there; may be empty.
    pub message: String,
}

impl Row {
    /// The row of a diagnostic; `sources` are the texts of files by path.
    pub fn of(
        diagnostic: &Diagnostic,
        (key, known): (&str, bool),
        sources: &[(String, String)],
    ) -> Self {
        let places = diagnostic.labels.iter().map(|label| {
            let source = sources.iter().find(|(path, _)| *path == label.path);
            let text = source.map_or("", |(_, text)| text.as_str());
            let (line, column) = line_column(text, label.range.start);
            let (end_line, end_column) = line_column(text, label.range.end);
            Place {
                path: label.path.to_string(),
                line,
                column,
                end_line,
                end_column,
                message: label.message.clone(),
            }
        });
        Row {
            code: diagnostic.code.to_owned(),
            key: key.to_owned(),
            known,
            severity: diagnostic.severity,
            message: diagnostic.message.clone(),
            help: diagnostic.help.clone().unwrap_or_default(),
            places: places.collect(),
        }
    }
}

fn line_column(text: &str, offset: u32) -> (usize, usize) {
    let mut offset = (offset as usize).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let lines = before.bytes().filter(|byte| *byte == b'\n').count();
    (lines + 1, before[start..].chars().count() + 1)
}

/// Draws findings as JSON: version 1, with `gone` counting what the baseline knows and nothing finds any more.
pub fn json(rows: &[Row], gone: usize) -> String {
    let findings: Vec<Value> = rows
        .iter()
        .map(|row| {
            let places: Vec<Value> = row.places.iter().map(place).collect();
            json!({
                "code": row.code,
                "key": row.key,
                "known": row.known,
                "message": row.message,
                "help": row.help,
                "places": places,
            })
        })
        .collect();
    let new = rows.iter().filter(|row| !row.known).count();
    let value = json!({
        "version": 1,
        "new": new,
        "known": rows.len() - new,
        "gone": gone,
        "findings": findings,
    });
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

fn place(place: &Place) -> Value {
    json!({
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "message": place.message,
    })
}
