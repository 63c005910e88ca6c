//! Doc tests that call a lifted method import its trait: a hidden line says so.

use cleave_syntax::change::Reason;
use cleave_syntax::token::is_of_word;
use cleave_syntax::{ChangeBuilder, SourceFile, TextRange};

use super::RULE;

/// A trait, the path by which doc tests name it, and its methods.
pub(super) struct Wanted<'a> {
    pub(super) path: String,
    pub(super) methods: Vec<&'a str>,
}

/// Writes the line into all doc tests of a file that may call one of the methods.
pub(super) fn import(file: &SourceFile, wanted: &[Wanted<'_>], builder: &mut ChangeBuilder) {
    for test in tests(&file.text) {
        for trait_ in wanted {
            let calls = |name: &&str| is_called(&test.code, name);
            if !trait_.methods.iter().any(calls) {
                continue;
            }
            builder.replace(
                &file.path,
                TextRange::empty(test.at),
                format!("{}# use {} as _;\n", test.margin, trait_.path),
                Reason::new(RULE, "doc test"),
            );
        }
    }
}

/// A block of code in line docs that rustdoc compiles.
#[derive(Debug, PartialEq, Eq)]
struct Test<'t> {
    /// Where its first line begins that may be an item.
    at: u32,
    /// What its lines begin with.
    margin: &'t str,
    code: String,
}

/// All of a file. Docs in block comments and attributes are not looked at.
fn tests(text: &str) -> Vec<Test<'_>> {
    let mut found = Vec::new();
    let mut open: Option<(bool, Test<'_>)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim_start();
        let mark = ["///", "//!"]
            .into_iter()
            .find(|mark| trimmed.starts_with(mark));
        let Some(mark) = mark else {
            open = None;
            continue;
        };
        let behind = &trimmed[mark.len()..];
        let code = behind.trim();
        let fence = code.strip_prefix("```");
        match (&mut open, fence) {
            (None, Some(language)) => {
                let margin = &line[..line.len() - behind.trim_start().len()];
                let test = Test {
                    at: at as u32,
                    margin,
                    code: String::new(),
                };
                open = Some((is_compiled(language), test));
            }
            (Some(_), Some(_)) => {
                found.extend(
                    open.take()
                        .filter(|(is_rust, _)| *is_rust)
                        .map(|(_, test)| test),
                );
            }
            (Some((_, test)), None) => {
                // Attributes of the whole test and declarations of crates stay first.
                let plain = code.trim_start_matches("# ");
                let is_head = plain.starts_with("#!") || plain.starts_with("extern crate");
                if is_head && test.at as usize == start {
                    test.at = at as u32;
                }
                test.code.push_str(code);
                test.code.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

/// Whether rustdoc compiles a block whose fence says this.
fn is_compiled(language: &str) -> bool {
    const RUST: &[&str] = &[
        "allow_fail",
        "no_run",
        "rust",
        "should_panic",
        "standalone",
        "standalone_crate",
    ];
    let mut words = language.split([',', ' ']).filter(|word| !word.is_empty());
    words.all(|word| RUST.contains(&word) || word.starts_with("edition"))
}

/// Whether some code calls a method of a name, or names it behind its type.
fn is_called(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].trim_end();
        let behind = &code[at + name.len()..];
        (before.ends_with('.') || before.ends_with("::")) && !behind.starts_with(is_of_word)
    })
}

#[cfg(test)]
mod tests_of_tests {
    use super::{is_called, tests};

    #[test]
    fn blocks_of_rust_are_tests() {
        let text = "/// Says so.\n///\n/// ```\n/// # #![allow(dead_code)]\n/// x.run();\n/// ```\n/// ```text\n/// x.run();\n/// ```\nfn a() {}\n    //! ```no_run\n    //! X::run()\n    //! ```\n";
        let found = tests(text);
        let seen: Vec<(&str, &str, &str)> = found
            .iter()
            .map(|test| {
                let rest = &text[test.at as usize..];
                (
                    test.margin,
                    test.code.as_str(),
                    rest.lines().next().unwrap_or_default(),
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("/// ", "# #![allow(dead_code)]\nx.run();\n", "/// x.run();"),
                ("    //! ", "X::run()\n", "    //! X::run()"),
            ]
        );
    }

    #[test]
    fn a_call_is_behind_a_dot_or_a_type() {
        assert!(is_called("x\n.run ()", "run"));
        assert!(is_called("X::run()", "run"));
        assert!(!is_called("x.runs(run)", "run"));
    }
}
