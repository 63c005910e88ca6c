//! Conservation by counting (row F4): no word and no comment of the author's is lost or doubled.

use std::collections::BTreeMap;

use camino::Utf8Path;
use cleave_syntax::ChangeSet;
use cleave_syntax::change::Piece;

type Counts = BTreeMap<String, i64>;

/// What is wrong with a change; nothing where words and comments are conserved.
pub fn problems(changes: &ChangeSet) -> Vec<String> {
    let mut problems = changes.verify();
    let mut words = Counts::new();
    let mut comments = Counts::new();
    let is_code = |path: &Utf8Path| path.extension() == Some("rs");
    for (_, text) in changes.old.iter().filter(|(path, _)| is_code(path)) {
        count(&mut words, text, 1);
        count_comments(&mut comments, text, 1);
    }
    for dropped in changes
        .dropped
        .iter()
        .filter(|dropped| is_code(&dropped.path))
    {
        let text =
            &changes.old[&dropped.path][dropped.range.start as usize..dropped.range.end as usize];
        count(&mut words, text, -1);
    }
    for file in changes.files.iter().filter(|file| is_code(&file.path)) {
        count(&mut words, &file.text, -1);
        count_comments(&mut comments, &file.text, -1);
        for piece in &file.pieces {
            if let Piece::Written { text, .. } = piece {
                count(&mut words, text, 1);
            }
        }
    }
    for (word, left) in words.into_iter().filter(|(_, left)| *left != 0) {
        problems.push(format!("`{word}` is {}", balance(left)));
    }
    for (comment, left) in comments.into_iter().filter(|(_, left)| *left > 0) {
        problems.push(format!("the comment `{comment}` is {}", balance(left)));
    }
    problems
}

fn balance(left: i64) -> String {
    if left > 0 {
        format!("lost {left} times")
    } else {
        format!("doubled {} times", -left)
    }
}

/// Runs of letters, digits and `_`; every other character that is no space by itself.
fn count(counts: &mut Counts, text: &str, by: i64) {
    let mut word = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            *counts.entry(std::mem::take(&mut word)).or_default() += by;
        }
        if !c.is_whitespace() {
            *counts.entry(c.to_string()).or_default() += by;
        }
    }
}

fn count_comments(counts: &mut Counts, text: &str, by: i64) {
    for line in text.lines() {
        if line.trim_start().starts_with("///") || line.trim_start().starts_with("//!") {
            continue;
        }
        if let Some(at) = line.find("// ").filter(|at| !line[..*at].ends_with(':')) {
            *counts.entry(line[at..].trim().to_owned()).or_default() += by;
        }
        if let Some((_, rest)) = line.split_once("/*") {
            let comment = rest.split("*/").next().unwrap_or(rest);
            *counts.entry(comment.trim().to_owned()).or_default() += by;
        }
    }
}
