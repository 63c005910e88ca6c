//! Findings as GitHub's workflow commands, which show them on the lines of a pull request.

use cleave_syntax::Severity;

use crate::finding::Row;

/// Draws one line for each finding that is not known. `prefix` leads from the repository's root to the workspace's:
/// empty, or with a slash at its end.
pub fn draw(rows: &[Row], prefix: &str) -> String {
    let mut text = String::new();
    for row in rows.iter().filter(|row| !row.known) {
        let command = match row.severity {
            Severity::Note => "notice",
            Severity::Warning => "warning",
            Severity::Refused | Severity::Error => "error",
        };
        let mut properties = Vec::new();
        if let Some(place) = row.places.first() {
            properties.push(format!(
                "file={}",
                property(&format!("{prefix}{}", place.path))
            ));
            properties.push(format!("line={}", place.line));
            properties.push(format!("endLine={}", place.end_line));
            // Columns are for one line only.
            if place.line == place.end_line {
                properties.push(format!("col={}", place.column));
                properties.push(format!("endColumn={}", place.end_column));
            }
        }
        properties.push(format!(
            "title={}",
            property(&format!("cleave: {}", row.code))
        ));
        let message = data(&format!("{}\nHelp: {}", row.message, row.help));
        text.push_str(&format!(
            "::{command} {}::{message}\n",
            properties.join(",")
        ));
    }
    text
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Place;

    #[test]
    fn what_would_end_a_property_is_escaped() {
        let row = Row {
            code: "arrow".to_owned(),
            key: String::new(),
            known: false,
            severity: Severity::Error,
            message: "50 % of it".to_owned(),
            help: "cut".to_owned(),
            places: vec![Place {
                path: "a,b.rs".to_owned(),
                line: 2,
                column: 3,
                end_line: 2,
                end_column: 5,
                message: String::new(),
            }],
        };
        assert_eq!(
            draw(&[row], "app/"),
            "::error file=app/a%2Cb.rs,line=2,endLine=2,col=3,endColumn=5,title=cleave%3A arrow::50 %25 of it%0AHelp: cut\n"
        );
    }
}
