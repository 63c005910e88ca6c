//! Scratch tree, cargo, tests, journal, git: the only crate that writes.
//!
//! # What
//! [`Scratch`] is a copy of the user's tree with a target folder of its own; [`cargo`] runs checks and tests there;
//! [`sources`] and [`warnings`] say what a check was worth; [`baseline`] keeps what holds before a step;
//! [`journal`] brings a change into the user's tree in one go and takes it back; [`moves`] records what went where;
//! [`git`] asks and tells git; [`mod@format`] asks rustfmt.
//!
//! # What not
//! It decides nothing and prints nothing: callers get values.
//!
//! # Invariants
//! - The user's tree is as before or as after a change, never between: see [`journal`].
//! - Nothing is written outside the workspace root, nor through a symbolic link.
//! - A check of a changed file counts only where cargo compiled all that the file belongs to.
//!
//! # How it is tested
//! Small trees beside the journal; whole programs that [`fault`] kills, starves or interrupts at each write.

pub mod baseline;
mod bounds;
pub mod cargo;
pub mod error;
pub mod fault;
pub mod format;
pub mod git;
pub mod journal;
pub mod moves;
pub mod scratch;
pub mod sources;
pub mod tests;
pub mod timings;
pub mod warnings;

pub use baseline::Baseline;
pub use cargo::{CargoOptions, CheckReport, CompilerMessage, Selection};
pub use error::VerifyError;
pub use format::Formatter;
pub use scratch::Scratch;
pub use tests::{TestComparison, TestReport, Totals};
