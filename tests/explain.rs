//! `explain`: whatever code a message may carry, there is a page for it.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use cargo_cleave::explain::{PAGES, Page};
use cleave_tests::Fixture;

use crate::cleave;

/// All Rust files of the crates.
fn sources() -> Vec<(Utf8PathBuf, String)> {
    let mut sources = Vec::new();
    let mut pending = vec![Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates")];
    while let Some(folder) = pending.pop() {
        for entry in folder.read_dir_utf8().expect("a folder") {
            let entry = entry.expect("an entry");
            let path = entry.path().to_owned();
            if entry.file_type().expect("a kind").is_dir() {
                pending.push(path);
            } else if path.extension() == Some("rs") {
                let text = std::fs::read_to_string(&path).expect("a text");
                sources.push((path, text));
            }
        }
    }
    sources
}

/// Whether a string is a row of the hazard list.
fn is_row(text: &str) -> bool {
    let mut chars = text.chars();
    let is_letter = chars.next().is_some_and(|c| ('A'..='H').contains(&c));
    let rest = chars.as_str();
    is_letter && (1..=2).contains(&rest.len()) && rest.chars().all(|c| c.is_ascii_digit())
}

/// The codes in a source: literals that are rows, and those that follow a severity.
fn codes(text: &str) -> BTreeSet<String> {
    let parts: Vec<&str> = text.split('"').collect();
    let severities = ["Note", "Warning", "Refused", "Error"];
    let follows_severity = |before: &str| {
        let head = before.trim_end().strip_suffix(',').unwrap_or_default();
        severities
            .iter()
            .any(|severity| head.ends_with(&format!("Severity::{severity}")))
    };
    parts
        .windows(2)
        .filter(|pair| is_row(pair[1]) || follows_severity(pair[0]))
        .map(|pair| pair[1].to_owned())
        .collect()
}

#[test]
fn every_code_in_the_source_has_a_page() {
    let mut missing = Vec::new();
    let mut seen = BTreeSet::new();
    for (path, text) in sources() {
        for code in codes(&text) {
            if Page::of(&code).is_none() {
                missing.push(format!(
                    "{code}, in {}",
                    path.file_name().unwrap_or_default()
                ));
            }
            seen.insert(code);
        }
    }
    let kinds = cleave_guard::Kind::ALL.map(cleave_guard::Kind::code);
    missing.extend(
        kinds
            .into_iter()
            .filter(|code| Page::of(code).is_none())
            .map(str::to_owned),
    );
    assert!(missing.is_empty(), "no page in explain/ for: {missing:#?}");
    assert!(seen.contains("B1") && seen.contains("plan"), "{seen:?}");
}

#[test]
fn every_row_of_the_hazard_list_has_a_page() {
    let rows = [
        ("A", 11),
        ("B", 6),
        ("C", 6),
        ("D", 4),
        ("E", 11),
        ("F", 6),
        ("G", 7),
        ("H", 6),
    ];
    for (letter, count) in rows {
        for number in 1..=count {
            let code = format!("{letter}{number}");
            assert!(Page::of(&code).is_some(), "{code}");
        }
    }
}

#[test]
fn pages_are_listed_and_found() {
    let fixture = Fixture::new("//- src/lib.rs\n\n");
    let (status, text) = cleave(&fixture, &["explain"]);
    assert_eq!(status, 0);
    for page in PAGES {
        assert!(text.contains(&format!("  {} ", page.code)), "{}", page.code);
    }
    let (status, text) = cleave(&fixture, &["explain", "c2"]);
    assert_eq!(
        (status, text.starts_with("# C2: the orphan rule")),
        (0, true)
    );
    let (status, text) = cleave(&fixture, &["explain", "Z9"]);
    assert_eq!((status, text.contains("`explain` lists all")), (2, true));
}

#[test]
fn the_manual_and_the_completions_know_every_verb() {
    let fixture = Fixture::new("//- src/lib.rs\n\n");
    let (_, help) = cleave(&fixture, &["--help"]);
    let (_, manual) = cleave(&fixture, &["man"]);
    let (_, bash) = cleave(&fixture, &["completions", "bash"]);
    for verb in [
        "status", "graph", "plan", "undo", "check", "review", "explain",
    ] {
        assert!(help.contains(verb) && bash.contains(verb), "{verb}");
        let head = format!(".SH \"CARGO-CLEAVE {}\"", verb.to_uppercase());
        assert!(manual.contains(&head), "{verb}");
    }
}
