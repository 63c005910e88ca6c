//! Dockerfiles: `crates` is copied beside `src`.

use cleave_syntax::TextRange;

use super::{Advice, follow, lines};

/// Adds a `COPY crates …` after each `COPY src …`, where nothing is built before it.
pub(super) fn copy_crates(text: &str, advice: &mut Advice) {
    let mut built = false;
    for (start, line) in lines(text) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.first().map(|word| word.to_uppercase()).as_deref() {
            Some("FROM") => built = false,
            Some("RUN") => built |= line.contains("cargo "),
            Some("COPY" | "ADD") => {
                let Some(source) = source_folder(&words) else {
                    continue;
                };
                if source == Source::Alone && !built {
                    follow(text, (start, line), &beside(line), advice);
                } else {
                    let about = "copies `src` where it may not copy `crates`";
                    advice.ask(start, line.trim_end().len(), about);
                }
            }
            _ => {}
        }
    }
}

/// The lines that copy a `src` which is gone, where `crates` is copied too.
pub(super) fn drop_source(text: &str) -> (Vec<TextRange>, Advice) {
    let mut dropped = Vec::new();
    let mut advice = Advice::default();
    for (start, line) in lines(text) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let copies = words
            .first()
            .is_some_and(|word| ["COPY", "ADD"].contains(word));
        let Some(source) = source_folder(&words).filter(|_| copies) else {
            continue;
        };
        let new = beside(line);
        if source == Source::Alone && lines(text).any(|(_, other)| other == new) {
            let end = (start + line.len() + 1).min(text.len());
            dropped.push(TextRange::new(start as u32, end as u32));
        } else {
            advice.ask(start, line.trim_end().len(), "copies `src`, which is gone");
        }
    }
    (dropped, advice)
}

/// How a command copies the folder `src`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// That folder, to one of the same name.
    Alone,
    /// With others, or to another name.
    Mixed,
}

fn source_folder(words: &[&str]) -> Option<Source> {
    let paths: Vec<&&str> = words
        .iter()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let is_source = |path: &str| path.trim_start_matches("./").trim_end_matches('/') == "src";
    let from_stage = words.iter().any(|word| word.starts_with("--from"));
    let (target, sources) = paths.split_last()?;
    if from_stage || !sources.iter().any(|path| is_source(path)) {
        return None;
    }
    let last = target.trim_end_matches('/').rsplit('/').next();
    let is_alone = sources.len() == 1 && last == Some("src");
    Some(if is_alone {
        Source::Alone
    } else {
        Source::Mixed
    })
}

/// The same command for `crates`.
fn beside(line: &str) -> String {
    let words = line.split(' ').map(|word| {
        let path = word.trim_end_matches(['/', '\r']);
        match path.strip_suffix("src") {
            Some(head) if head.is_empty() || head.ends_with('/') => {
                format!("{head}crates{}", &word[path.len()..])
            }
            _ => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}
