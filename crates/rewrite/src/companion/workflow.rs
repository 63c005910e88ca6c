//! Commands and path filters of CI workflows.

use super::{Advice, follow, lines};

/// What a command that is for one package lacks, by the words after `cargo`.
const COMMANDS: &[(&str, &str)] = &[
    ("test", "--workspace"),
    ("t", "--workspace"),
    ("check", "--workspace"),
    ("clippy", "--workspace"),
    ("nextest run", "--workspace"),
    ("fmt", "--all"),
];

/// Words by which a command says itself what it is for.
const CHOICES: &[&str] = &[
    "-p",
    "--package",
    "--workspace",
    "--all",
    "--manifest-path",
    "--test",
    "--bin",
    "--bench",
    "--example",
    "--exclude",
];

/// Commands of other programs that are for one package, too.
const OTHERS: &[&str] = &[
    "cross test",
    "cross check",
    "cargo hack",
    "cargo miri",
    "cargo llvm-cov",
    "cargo tarpaulin",
    "cargo publish",
    "cargo package",
    "_CMD test",
    "command: test",
    "command: check",
    "command: clippy",
    "packages[0]",
];

const ONE: &str = "has a command for one package";

/// Makes the commands of a workflow be for the workspace, and its filters know of `crates`.
pub(super) fn widen(text: &str, advice: &mut Advice) {
    let fixed = !text.contains("working-directory");
    for (at, words, flag) in commands(text) {
        if fixed {
            advice.inserts.insert(at + words.len(), format!(" {flag}"));
        } else {
            advice.ask(at, words.len(), ONE);
        }
    }
    for (start, line) in lines(text) {
        let pattern = entry(line).unwrap_or_default();
        if pattern == "src" || pattern.starts_with("src/*") {
            follow(
                text,
                (start, line),
                &line.replacen("src", "crates", 1),
                advice,
            );
        }
    }
    list_others(text, advice);
}

/// Lists the commands of a script, which may be run anywhere.
pub(super) fn list(text: &str, advice: &mut Advice) {
    for (at, words, _) in commands(text) {
        advice.ask(at, words.len(), ONE);
    }
    list_others(text, advice);
}

fn list_others(text: &str, advice: &mut Advice) {
    for words in OTHERS {
        if let Some(at) = text.find(words) {
            advice.ask(at, words.len(), ONE);
        }
    }
}

/// Whether an offset is in an entry of a list of paths.
pub(super) fn is_filter(text: &str, at: usize) -> bool {
    let found = lines(text).find(|(start, line)| (*start..=start + line.len()).contains(&at));
    let pattern = found.and_then(|(_, line)| entry(line));
    pattern.is_some_and(|pattern| pattern.contains('/'))
}

/// The text of a list's entry that is no more than a path.
fn entry(line: &str) -> Option<&str> {
    let words = line.trim().strip_prefix("- ")?.trim();
    let words = words.trim_matches(['\'', '"']);
    let is_path = !words.contains([' ', ':', '$']);
    is_path.then(|| words.trim_start_matches('!'))
}

/// The commands that are for one package: where `cargo …` stands, its words up to the subcommand, and what they lack.
fn commands(text: &str) -> Vec<(usize, &str, &'static str)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("cargo ") {
        let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let before = text[line..at].trim_start();
        let is_text =
            before.starts_with(['#', '@']) || before.trim_start_matches("- ").starts_with("name:");
        let is_word = before
            .chars()
            .next_back()
            .is_none_or(|c| c.is_whitespace() || "\"';&|(".contains(c));
        if is_text || !is_word || before.contains("cd ") {
            continue;
        }
        let rest = &text[at + "cargo ".len()..];
        let toolchain = rest.strip_prefix('+').and_then(|name| name.find(' '));
        let skipped = toolchain.map_or(0, |length| length + 2);
        let rest = &rest[skipped..];
        let Some((name, flag)) = COMMANDS.iter().find(|(name, _)| begins(rest, name)) else {
            continue;
        };
        let words = &text[at..at + "cargo ".len() + skipped + name.len()];
        let chosen = arguments(&rest[name.len()..])
            .iter()
            .any(|word| CHOICES.contains(&word.split('=').next().unwrap_or_default()));
        if !chosen {
            found.push((at, words, *flag));
        }
    }
    found
}

/// Whether a text begins with some words.
fn begins(text: &str, words: &str) -> bool {
    let after = text.strip_prefix(words).map(|rest| rest.chars().next());
    after.is_some_and(|next| next.is_none_or(|c| c.is_whitespace() || "\"';&|)".contains(c)))
}

/// A command's words up to its end or `--`; a line that ends with `\` goes on.
fn arguments(rest: &str) -> Vec<&str> {
    let mut end = rest.len();
    for (at, _) in rest.match_indices('\n') {
        if !rest[..at].trim_end_matches('\r').ends_with('\\') {
            end = at;
            break;
        }
    }
    rest[..end]
        .split_whitespace()
        .take_while(|word| !["&&", "||", ";", "|", "--"].contains(word))
        .collect()
}
