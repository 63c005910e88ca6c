//! The guide under `docs/`: its links lead somewhere, what it includes is there, and the commands in it are commands.

use std::ffi::OsString;

use camino::{Utf8Path, Utf8PathBuf};
use cargo_cleave::Arguments;
use cargo_cleave::explain::PAGES;
use clap::Parser as _;
use cleave_tests::Fixture;

use crate::cleave;

fn folder() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src")
}

/// The pages, with their paths below `docs/src`.
fn pages() -> Vec<(Utf8PathBuf, String)> {
    let mut pages = Vec::new();
    for below in ["", "hazards"] {
        for entry in folder().join(below).read_dir_utf8().expect("a folder") {
            let path = entry.expect("an entry").path().to_owned();
            if path.extension() == Some("md") {
                let name = Utf8Path::new(below).join(path.file_name().expect("a name"));
                pages.push((name, std::fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    pages.sort();
    pages
}

/// What stands between two marks, each time.
fn between<'a>(text: &'a str, open: &'a str, close: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(open)
        .skip(1)
        .filter_map(move |rest| rest.split_once(close).map(|(inside, _)| inside))
}

#[test]
fn links_and_includes_lead_somewhere() {
    let mut wrong = Vec::new();
    for (name, text) in pages() {
        let here = folder().join(&name).parent().expect("a folder").to_owned();
        let links = between(&text, "](", ")").filter(|link| !link.contains("://"));
        let links = links.map(|link| link.split('#').next().unwrap_or_default());
        for target in links.chain(between(&text, "{{#include ", "}}")) {
            if !here.join(target).is_file() {
                wrong.push(format!("{name}: {target}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_page_is_in_the_summary_and_every_explanation_in_a_page() {
    let pages = pages();
    let summary = std::fs::read_to_string(folder().join("SUMMARY.md")).expect("a summary");
    for (name, _) in &pages {
        assert!(
            name == "SUMMARY.md" || summary.contains(&format!("({name})")),
            "{name}"
        );
    }
    for page in PAGES {
        let include = format!("/explain/{}.md}}}}", page.code);
        assert!(
            pages.iter().any(|(_, text)| text.contains(&include)),
            "{}",
            page.code
        );
    }
}

#[test]
fn the_commands_are_commands() {
    let mut count = 0;
    for (name, text) in pages() {
        for block in between(&text, "```sh\n", "```") {
            for line in block.lines() {
                let line = line.split('#').next().unwrap_or_default().trim();
                let Some(rest) = line.strip_prefix("cargo cleave") else {
                    continue;
                };
                let words = std::iter::once("cargo-cleave").chain(rest.split_whitespace());
                let parsed = Arguments::try_parse_from(words.map(OsString::from));
                let is_known = match &parsed {
                    Ok(_) => true,
                    Err(error) => !error.use_stderr(),
                };
                assert!(is_known, "{name}: {line}: {:?}", parsed.err());
                count += 1;
            }
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn the_guide_shows_what_is_printed_for_the_sample() {
    let here = Utf8Path::new(env!("CARGO_MANIFEST_DIR"));
    let fixture = Fixture::of(&here.join("monolith"));
    let mut printed = Vec::new();
    for words in [
        &["status"][..],
        &["plan"],
        &["graph", "--level", "crate", "--format", "mermaid"],
    ] {
        let (status, text) = cleave(&fixture, words);
        assert_eq!(status, 0, "{text}");
        printed.push(text);
    }
    for name in ["shared", "worker", "orchestration"] {
        assert!(printed[1].contains(&format!("millrace-{name} ")));
    }
    let page = |name: &str| std::fs::read_to_string(folder().join(name)).expect("a page");
    let (first_hour, plan) = (page("first-hour.md"), page("plan.md"));
    let cost = between(&plan, "```text\n", "```").filter(|shown| shown.starts_with("Cost"));
    let shown: Vec<&str> = between(&first_hour, "```text\n", "```")
        .chain(cost)
        .collect();
    assert_eq!(shown.len(), 4);
    for shown in shown {
        assert!(
            printed.iter().any(|text| is_part(shown, text)),
            "{shown}\nis not in\n{printed:#?}"
        );
    }
}

/// Whether all lines stand in a text in that order, `…` for any others between them.
fn is_part(shown: &str, text: &str) -> bool {
    let mut printed = text.lines();
    let mut shown = shown.lines().filter(|line| line.trim() != "…");
    shown.all(|line| printed.any(|other| other == line))
}
