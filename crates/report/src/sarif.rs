//! Findings as SARIF 2.1.0, which code-scanning services take.
//!
//! Written with `json!`: the log needs a dozen of the standard's hundreds of properties, and a crate with all of them
//! brings a code generator into every build.

use cleave_syntax::Severity;
use serde_json::{Value, json};

use crate::finding::{Place, Row};

/// A rule: its code and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The code.
    pub code: String,
    /// One line.
    pub summary: String,
}

/// Draws findings; `version` is the tool's.
pub fn draw(rows: &[Row], rules: &[Rule], version: &str) -> String {
    let listed: Vec<Value> = rules
        .iter()
        .map(|rule| {
            json!({
                "id": rule.code,
                "shortDescription": { "text": rule.summary },
                "help": { "text": format!("cargo cleave explain {}", rule.code) },
            })
        })
        .collect();
    let results: Vec<Value> = rows.iter().map(|row| result(row, rules)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "cargo-cleave",
                "semanticVersion": version,
                "rules": listed,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_string_pretty(&log).unwrap_or_default()
}

fn result(row: &Row, rules: &[Rule]) -> Value {
    let level = match row.severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Refused | Severity::Error => "error",
    };
    let text = format!("{}\nHelp: {}", row.message, row.help);
    let main: Vec<Value> = row.places.iter().take(1).map(location).collect();
    let related: Vec<Value> = row.places.iter().skip(1).map(location).collect();
    let mut value = json!({
        "ruleId": row.code,
        "level": level,
        "message": { "text": text },
        "locations": main,
        "relatedLocations": related,
        "partialFingerprints": { "cleaveKey/v1": row.key },
        "baselineState": if row.known { "unchanged" } else { "new" },
    });
    if let Some(index) = rules.iter().position(|rule| rule.code == row.code) {
        value["ruleIndex"] = index.into();
    }
    value
}

fn location(place: &Place) -> Value {
    let mut value = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&place.path), "uriBaseId": "%SRCROOT%" },
            "region": {
                "startLine": place.line,
                "startColumn": place.column,
                "endLine": place.end_line,
                "endColumn": place.end_column,
            },
        },
    });
    if !place.message.is_empty() {
        value["message"] = json!({ "text": place.message });
    }
    value
}

/// A path as a relative URI: what is not plain is percent-encoded.
fn uri(path: &str) -> String {
    let mut text = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            text.push(byte as char);
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_encoded() {
        assert_eq!(uri("src/a b/ü.rs"), "src/a%20b/%C3%BC.rs");
    }
}
