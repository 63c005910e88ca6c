//! `explain`: the page of a hazard row or of a finding's code.

use crate::arguments::{Arguments, Format};
use crate::exit::{Exit, Failure};
use crate::explain::{PAGES, Page};
use crate::screen::Screen;

/// Prints a page, or the list of all.
pub(super) fn explain(
    arguments: &Arguments,
    code: Option<&str>,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let is_json = arguments.common.format == Format::Json;
    let value = |page: &Page| serde_json::json!({ "code": page.code, "title": page.title(), "text": page.text });
    let Some(code) = code else {
        let text = if is_json {
            let pages: Vec<serde_json::Value> = PAGES.iter().map(value).collect();
            serde_json::to_string_pretty(&pages).unwrap_or_default()
        } else {
            list()
        };
        screen.result(&text);
        return Ok(Exit::Done);
    };
    let Some(page) = Page::of(code) else {
        return Err(Failure::World(format!(
            "failed to find a page for `{code}`: rows are a letter from A to H with a number, such as `C2`; `explain` lists all"
        )));
    };
    if is_json {
        screen.result(&serde_json::to_string_pretty(&value(page)).unwrap_or_default());
    } else {
        screen.result(page.text);
    }
    Ok(Exit::Done)
}

fn list() -> String {
    let mut text = String::from(
        "What breaks when Rust code changes crate, by row; then the words of findings:\n",
    );
    let mut section = ' ';
    for page in PAGES {
        let first = page.code.chars().next().unwrap_or(' ');
        let kind = if first.is_ascii_uppercase() {
            first
        } else {
            'w'
        };
        if kind != section {
            section = kind;
            text.push_str(&format!("\n{}\n", heading(kind)));
        }
        text.push_str(&format!("  {:10}  {}\n", page.code, page.title()));
    }
    text
}

fn heading(section: char) -> &'static str {
    match section {
        'A' => "Paths",
        'B' => "Visibility and privacy",
        'C' => "Traits and impls",
        'D' => "Macros",
        'E' => "Manifests, features, cfg",
        'F' => "Files and what reads them",
        'G' => "Tests, benches, examples, binaries",
        'H' => "The tree it works on",
        _ => "Words",
    }
}
