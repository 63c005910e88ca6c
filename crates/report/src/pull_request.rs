//! The text of a step's pull request, and of its commit.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::mermaid::escape;

/// How the line ends by which a step's commit is known.
const MARK: &str = " of split.toml, by cargo-cleave.";

/// How many rows a table has before the rest is counted.
const ROWS: usize = 40;

/// What a step does, or did: plain rows, kept as a record beside the journal. Version 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PullRequest {
    /// The package that is split.
    pub package: String,
    /// The step's number.
    pub number: usize,
    /// How many there are.
    pub of: usize,
    /// One line.
    pub title: String,
    /// Why it comes now.
    pub why: String,
    /// The crate that grows; none where nothing moves.
    pub to: Option<String>,
    /// All crates of the plan, bottom-up, the package last.
    pub crates: Vec<CrateRow>,
    /// Who depends on whom, as indexes into `crates`.
    pub arrows: Vec<(usize, usize)>,
    /// What moves, by module.
    pub moves: Vec<MoveRow>,
    /// The files that change, by path.
    pub files: Vec<FileRow>,
    /// What text of our own is for, by rule.
    pub rules: Vec<RuleRow>,
    /// What was widened, as `path: old visibility`.
    pub made_public: Vec<String>,
    /// What was said about the step.
    pub notes: Vec<String>,
    /// Whether it was carried out.
    pub done: bool,
    /// How it was checked; none where that is not known, or was not yet.
    pub verified: Option<Verified>,
    /// The step after it: number, title, reason.
    pub next: Option<(usize, String, String)>,
}

/// A crate in the diagram.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrateRow {
    /// Package name.
    pub name: String,
    /// Non-test lines once the step is done.
    pub lines: usize,
    /// Non-test lines once all steps are.
    pub planned: usize,
}

/// What moves of a module.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveRow {
    /// Its path; empty for the crate's root.
    pub module: String,
    /// The names of its items; empty where all of it moves.
    pub items: Vec<String>,
    /// How many items, tests aside.
    pub count: usize,
    /// Whether tests go along.
    pub tests: bool,
    /// Their lines.
    pub lines: usize,
}

/// A file that changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRow {
    /// Where most of it came from, where that is another file.
    pub from: Option<String>,
    /// Its path; for one that is gone the old path.
    pub path: String,
    /// Lines that are there byte for byte as they were in some file before.
    pub copied: usize,
    /// Lines that are new.
    pub written: usize,
    /// Whether it is gone, all its lines being in others or dropped.
    pub gone: bool,
}

/// Text of our own that a rule asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRow {
    /// The hazard row.
    pub rule: String,
    /// What the row is about.
    pub title: String,
    /// In how many places.
    pub places: usize,
}

/// How a step was checked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Verified {
    /// The command, without its program.
    #[serde(default = "everything")]
    pub command: String,
    /// How often it ran.
    pub rounds: usize,
    /// What the compiler had to ask for.
    pub repairs: Vec<String>,
    /// Seconds in cargo.
    pub seconds: f64,
}

/// What records say that are older than the word.
fn everything() -> String {
    "cargo check --workspace --all-targets".to_owned()
}

impl PullRequest {
    /// The title.
    pub fn headline(&self) -> String {
        format!("{} (step {} of {})", self.title, self.number, self.of)
    }

    /// The body, in Markdown.
    pub fn body(&self) -> String {
        let mut text = String::new();
        self.what(&mut text);
        self.diagram(&mut text);
        self.table(&mut text);
        self.public(&mut text);
        self.reading(&mut text);
        self.checks(&mut text);
        self.ending(&mut text);
        text
    }

    /// The commit's message.
    pub fn commit(&self) -> String {
        let mut text = format!("{}\n\nWhy now: {}.\n", self.title, self.why);
        if !self.moves.is_empty() {
            let _ = writeln!(
                text,
                "\nModule paths stay: `{}::a::X` becomes `{}::a::X`, and the old\npath goes on working. What moves:\n",
                self.package.replace('-', "_"),
                self.extern_name()
            );
            for row in limited(&self.moves) {
                let _ = writeln!(text, "- {}", row.one_line());
            }
            rest(&mut text, self.moves.len(), "- and {} more modules");
        }
        if !self.made_public.is_empty() {
            text.push_str("\nMade public, since it is used across the new boundary:\n\n");
            for line in limited(&self.made_public) {
                let _ = match line.rsplit_once(": ") {
                    Some((path, old)) => writeln!(text, "- {path} (was {old})"),
                    None => writeln!(text, "- {line}"),
                };
            }
            rest(&mut text, self.made_public.len(), "- and {} more");
        }
        let (copied, written) = self.lines();
        let _ = writeln!(
            text,
            "\n{copied} lines are as they were, byte for byte; {written} are new.\n{}",
            self.check_text()
        );
        let _ = writeln!(text, "\nStep {} of {}{MARK}", self.number, self.of);
        text
    }

    /// Whether a message is one that [`PullRequest::commit`] made.
    pub fn is_commit(message: &str) -> bool {
        let mut lines = message.lines();
        lines.any(|line| line.starts_with("Step ") && line.ends_with(MARK))
    }

    fn extern_name(&self) -> String {
        self.to
            .as_deref()
            .unwrap_or(&self.package)
            .replace('-', "_")
    }

    /// Lines that are copied and lines that are new.
    fn lines(&self) -> (usize, usize) {
        let sum = |count: fn(&FileRow) -> usize| self.files.iter().map(count).sum();
        (sum(|file| file.copied), sum(|file| file.written))
    }

    fn what(&self, text: &mut String) {
        let _ = writeln!(
            text,
            "Step {} of {} in splitting `{}` into {} crates, as `split.toml` has it.\n",
            self.number,
            self.of,
            self.package,
            self.crates.len()
        );
        let _ = writeln!(text, "It comes now because {}.\n", self.why);
    }

    /// The crates, with what this step is about marked.
    fn diagram(&self, text: &mut String) {
        text.push_str("```mermaid\nflowchart BT\n");
        for (index, krate) in self.crates.iter().enumerate() {
            let class = if self.to.as_deref() == Some(&krate.name) {
                ":::now"
            } else if krate.lines == 0 {
                ":::later"
            } else {
                ""
            };
            let _ = writeln!(
                text,
                "  c{index}[\"{}<br>{} lines, {} in the end\"]{class}",
                escape(&krate.name),
                krate.lines,
                krate.planned
            );
        }
        for (from, to) in &self.arrows {
            let _ = writeln!(text, "  c{from} --> c{to}");
        }
        let target = self
            .crates
            .iter()
            .position(|krate| self.to.as_deref() == Some(&krate.name));
        if let (Some(to), Some(root)) = (target, self.crates.len().checked_sub(1)) {
            let _ = writeln!(
                text,
                "  c{root} ==>|\"{} move\"| c{to}",
                items(self.count())
            );
            let _ = writeln!(
                text,
                "  linkStyle {} stroke:#b36b00,color:#b36b00",
                self.arrows.len()
            );
        }
        text.push_str("  classDef now fill:#ffe08a,stroke:#b36b00,color:#222\n");
        text.push_str("  classDef later stroke-dasharray:4 3\n```\n\n");
    }

    fn count(&self) -> usize {
        self.moves.iter().map(|row| row.count).sum()
    }

    fn table(&self, text: &mut String) {
        if self.moves.is_empty() {
            return;
        }
        let _ = writeln!(
            text,
            "## What moves\n\nModule paths stay: `{0}::a::X` becomes `{1}::a::X`, and `{0}::a::X` goes on working.\n",
            self.package.replace('-', "_"),
            self.extern_name()
        );
        text.push_str("| module | what | lines |\n|---|---|--:|\n");
        for row in limited(&self.moves) {
            let _ = writeln!(text, "| {} | {} | {} |", row.name(), row.what(), row.lines);
        }
        rest(text, self.moves.len(), "| … | and {} more modules | |");
        text.push('\n');
    }

    fn public(&self, text: &mut String) {
        if self.made_public.is_empty() {
            return;
        }
        let _ = writeln!(
            text,
            "## What became public\n\nUsed across the new boundary, so `pub` now; this is the new interface, and worth a look.\n"
        );
        for line in limited(&self.made_public) {
            let _ = writeln!(text, "- {}", code_before_colon(line));
        }
        rest(text, self.made_public.len(), "- and {} more");
        text.push('\n');
    }

    /// What to skip, and what to look at.
    fn reading(&self, text: &mut String) {
        let (copied, written) = self.lines();
        let _ = writeln!(
            text,
            "## How to read it\n\n{copied} of the {} lines in the files of this change are copied byte for byte from where they were; {written} are new.\n",
            copied + written
        );
        let is_skipped = |file: &&FileRow| !file.gone && file.written == 0 && file.from.is_some();
        let skipped: Vec<&FileRow> = self.files.iter().filter(is_skipped).collect();
        if !skipped.is_empty() {
            text.push_str("Skip, since nothing in them is new:\n\n");
            for file in limited(&skipped) {
                let _ = writeln!(
                    text,
                    "- `{}`, from `{}`",
                    file.path,
                    file.from.as_deref().unwrap_or_default()
                );
            }
            rest(text, skipped.len(), "- and {} more");
            text.push('\n');
        }
        let mut read: Vec<&FileRow> = self.files.iter().filter(|file| file.written > 0).collect();
        read.sort_by_key(|file| (std::cmp::Reverse(file.written), &file.path));
        if !read.is_empty() {
            text.push_str("Look at, most new lines first:\n\n| file | new lines | copied lines | from |\n|---|--:|--:|---|\n");
            for file in limited(&read) {
                let from = file.from.as_ref().map(|from| format!("`{from}`"));
                let _ = writeln!(
                    text,
                    "| `{}` | {} | {} | {} |",
                    file.path,
                    file.written,
                    file.copied,
                    from.unwrap_or_default()
                );
            }
            rest(text, read.len(), "| and {} more | | | |");
            text.push('\n');
        }
        self.reasons(text);
    }

    fn reasons(&self, text: &mut String) {
        if !self.rules.is_empty() {
            text.push_str("Why text is new (`cargo cleave explain ROW` says more):\n\n");
            for row in &self.rules {
                let places = if row.places == 1 { "place" } else { "places" };
                let _ = writeln!(
                    text,
                    "- {}, {}: {} {places}",
                    row.rule, row.title, row.places
                );
            }
            text.push('\n');
        }
        for note in &self.notes {
            let _ = writeln!(text, "> {note}\n");
        }
    }

    fn check_text(&self) -> String {
        match &self.verified {
            None if self.done => {
                "Not verified, or verified elsewhere: there is no record of it here.".to_owned()
            }
            None => "Not verified yet.".to_owned(),
            Some(verified) => {
                let times = match verified.rounds {
                    1 => "once".to_owned(),
                    rounds => format!("{rounds} times"),
                };
                format!(
                    "Verified with `{}`, which ran {times}, in {:.0} s.",
                    verified.command, verified.seconds
                )
            }
        }
    }

    fn checks(&self, text: &mut String) {
        let _ = writeln!(text, "## How it was verified\n\n{}", self.check_text());
        let Some(verified) = &self.verified else {
            if !self.done {
                let _ = writeln!(
                    text,
                    "`cargo cleave --step {}` verifies it before it reaches the tree.",
                    self.number
                );
            }
            text.push('\n');
            return;
        };
        text.push_str("Each old line was shown to be in exactly one place, or dropped for a rule's reason, before anything was compiled.\n");
        if !verified.repairs.is_empty() {
            text.push_str("\nThe compiler asked for what the rules had missed:\n\n");
            for repair in &verified.repairs {
                let _ = writeln!(text, "- {repair}");
            }
        }
        text.push('\n');
    }

    fn ending(&self, text: &mut String) {
        text.push_str("## How to take it back\n\nRevert the commit: `split.toml` stays, so the step is then to be done again. Before it is committed, `cargo cleave undo` gives back the bytes.\nIf others have merged meanwhile, do not resolve conflicts: reset to the new tip and run the step again.\n\n## What comes next\n\n");
        match &self.next {
            Some((number, title, why)) => {
                let _ = writeln!(text, "Step {number}: {title}; {why}.");
            }
            None => text.push_str("Nothing: this is the last step.\n"),
        }
    }
}

impl MoveRow {
    fn name(&self) -> String {
        if self.module.is_empty() {
            "the crate's root".to_owned()
        } else {
            format!("`{}`", self.module)
        }
    }

    fn what(&self) -> String {
        let what = match (&self.items[..], self.count) {
            (_, 0) => return "tests".to_owned(),
            ([], count) => format!("all of it, {}", items(count)),
            (names, _) => {
                let shown: Vec<String> = names.iter().take(6).map(|name| cell(name)).collect();
                match names.len().saturating_sub(6) {
                    0 => shown.join(", "),
                    more => format!("{} and {more} more", shown.join(", ")),
                }
            }
        };
        if self.tests {
            format!("{what}, with tests")
        } else {
            what
        }
    }

    fn one_line(&self) -> String {
        let lines = if self.lines == 1 { "line" } else { "lines" };
        format!("{}: {} ({} {lines})", self.name(), self.what(), self.lines)
    }
}

fn items(count: usize) -> String {
    match count {
        1 => "1 item".to_owned(),
        more => format!("{more} items"),
    }
}

fn limited<T>(rows: &[T]) -> &[T] {
    &rows[..rows.len().min(ROWS)]
}

fn rest(text: &mut String, count: usize, words: &str) {
    if count > ROWS {
        let _ = writeln!(text, "{}", words.replace("{}", &(count - ROWS).to_string()));
    }
}

/// Code in a table: a bar would end the cell.
fn cell(name: &str) -> String {
    format!("`{}`", name.replace('|', "\\|"))
}

/// `a::b: private` with the path as code.
fn code_before_colon(line: &str) -> String {
    match line.rsplit_once(": ") {
        Some((path, old)) => format!("{} (was {old})", cell(path)),
        None => cell(line),
    }
}
