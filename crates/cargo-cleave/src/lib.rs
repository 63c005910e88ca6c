//! The command: arguments, printing, exit codes. `cargo cleave` and `cargo xtask split` are both this.
//!
//! # What
//! [`run`] takes the words of a command line and returns the exit status. Results go to standard output, progress and
//! findings to standard error.
//!
//! # What not
//! Nothing is decided here about the user's code: the stages are the other crates', called one after the other in
//! [`project`] and [`migrate`].

pub mod account;
pub mod arguments;
pub mod exit;
pub mod explain;
mod insight;
mod interrupt;
pub mod migrate;
mod output;
mod pay;
pub mod project;
pub mod report;
mod screen;
mod verb;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

pub use arguments::{Arguments, Format, Level, Verb, VerifyLevel};
pub use exit::{Exit, Failure};
pub use screen::Screen;

/// Runs a command line; the first word is the program's name.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    execute_words(words).into()
}

/// The same, with the exit status as a number: for a `main` that returns something else.
pub fn status(words: impl IntoIterator<Item = OsString>) -> i32 {
    execute_words(words).code().into()
}

fn execute_words(words: impl IntoIterator<Item = OsString>) -> Exit {
    let mut words: Vec<OsString> = words.into_iter().collect();
    // Cargo hands its subcommands their own name.
    if words.get(1).is_some_and(|word| word == "cleave") {
        words.remove(1);
    }
    match Arguments::try_parse_from(words) {
        Ok(arguments) => execute(&arguments),
        Err(error) => {
            // A closed pipe is nobody's error.
            let _ = error.print();
            if error.use_stderr() {
                Exit::CouldNotRun
            } else {
                Exit::Done
            }
        }
    }
}

/// Carries out what was asked for.
pub fn execute(arguments: &Arguments) -> Exit {
    interrupt::install();
    let mut screen = Screen::new(arguments);
    match verb::execute(arguments, &mut screen) {
        Ok(exit) => exit,
        Err(failure) => {
            screen.failure(&failure);
            failure.exit()
        }
    }
}
