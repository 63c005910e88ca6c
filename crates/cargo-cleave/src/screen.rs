//! Everything that is printed goes through here.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use cleave_syntax::Diagnostic;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

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

    /// Work that takes a while: on a terminal a line that lives until the value is dropped. `expected` is how many
    /// seconds the like took before.
    pub fn work(&mut self, what: &str, expected: Option<f64>) -> Work {
        if self.quiet || !std::io::stderr().is_terminal() {
            return Work {
                bar: None,
                expected,
            };
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let template = if self.colored {
            "{spinner:.green} {prefix} {elapsed} {wide_msg:.dim}"
        } else {
            "{spinner} {prefix} {elapsed} {wide_msg}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        Work {
            bar: Some((bar, Instant::now())),
            expected,
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
            Failure::Unverified(unverified) => {
                for text in &unverified.rendered {
                    let _ = writeln!(anstream::stderr(), "{text}");
                }
                self.diagnostics(&unverified.findings);
                let _ = writeln!(anstream::stderr(), "error: {}", unverified.message);
            }
        }
    }
}

/// Work under way, as a terminal shows it; elsewhere nothing.
#[derive(Debug)]
pub struct Work {
    bar: Option<(ProgressBar, Instant)>,
    expected: Option<f64>,
}

impl Work {
    /// What has just been done.
    pub fn done(&mut self, what: &str) {
        let Some((bar, start)) = &self.bar else {
            return;
        };
        let left = self
            .expected
            .map(|seconds| seconds - start.elapsed().as_secs_f64())
            .filter(|left| *left >= 1.0)
            .map(|left| format!("about {left:.0} s left; "))
            .unwrap_or_default();
        bar.set_message(format!("{left}{what}"));
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if let Some((bar, _)) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
