//! Everything that is printed goes through here.

use std::io::Write as _;

use cleave_syntax::Diagnostic;

use crate::arguments::{Arguments, Color};
use crate::exit::Failure;

/// Standard output and standard error, by the user's wishes.
#[derive(Debug)]
pub struct Screen {
    quiet: bool,
    colored: bool,
    /// Texts of files that diagnostics point into, found by path.
    pub(crate) sources: Vec<(String, String)>,
}

impl Screen {
    /// A screen as the arguments want it.
    pub fn new(arguments: &Arguments) -> Self {
        let choice = match arguments.common.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
        let colored = match arguments.common.color {
            Color::Auto => {
                anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
            }
            Color::Always => true,
            Color::Never => false,
        };
        Self {
            quiet: arguments.common.quiet,
            colored,
            sources: Vec::new(),
        }
    }

    /// A result.
    pub fn result(&mut self, text: &str) {
        // A closed pipe is nobody's error.
        let _ = writeln!(anstream::stdout(), "{}", text.trim_end_matches('\n'));
    }

    /// Progress: a line of its own on standard error.
    pub fn progress(&mut self, text: &str) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr(), "{text}");
        }
    }

    /// Findings.
    pub fn diagnostics(&mut self, diagnostics: &[Diagnostic]) {
        for diagnostic in diagnostics {
            let text = cleave_report::diagnostic::draw(diagnostic, &self.sources, self.colored);
            let _ = writeln!(anstream::stderr(), "{text}\n");
        }
    }

    /// Why a run ended early.
    pub fn failure(&mut self, failure: &Failure) {
        match failure {
            Failure::World(message) => {
                let _ = writeln!(anstream::stderr(), "error: {message}");
            }
            Failure::Input(diagnostics) | Failure::Refused(diagnostics) => {
                self.diagnostics(diagnostics);
            }
            Failure::Unverified(message, rendered) => {
                for text in rendered {
                    let _ = writeln!(anstream::stderr(), "{text}");
                }
                let _ = writeln!(anstream::stderr(), "error: {message}");
            }
        }
    }
}
