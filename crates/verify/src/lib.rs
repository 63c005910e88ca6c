//! Scratch tree, cargo, tests, journal, git: the only crate that writes.
//!
//! # What
//! [`Scratch`] is a copy of the user's tree with a target folder of its own; [`cargo`] runs checks and tests there;
//! [`journal`] brings a change into the user's tree in one go and takes it back; [`git`] asks and tells git.
//!
//! # What not
//! It decides nothing and prints nothing: callers get values.
//!
//! # Invariants
//! - The user's tree is as before or as after a change, never between: see [`journal`].
//! - Nothing is written outside the workspace root.

pub mod baseline;
mod bounds;
pub mod cargo;
pub mod error;
pub mod fault;
pub mod git;
pub mod journal;
pub mod moves;
pub mod scratch;
pub mod sources;
pub mod tests;
pub mod warnings;

pub use baseline::Baseline;
pub use cargo::{CargoOptions, CheckReport, CompilerMessage, Selection};
pub use error::VerifyError;
pub use scratch::Scratch;
pub use tests::{TestComparison, TestReport, Totals};
