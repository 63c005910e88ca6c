//! Turns one step into one change set, and the compiler's messages into repairs.
//!
//! # What
//! [`rewrite()`] takes today's source, the plan and a step, and returns the pieces of the tree after the step.
//! Code keeps its paths: where a module or item has gone to another crate, the crate that still names it gets one
//! import at the module where the name was looked up, so that `crate::a::X` goes on meaning the same everywhere: in
//! macro tokens, attribute strings and doc links too.
//!
//! # What not
//! No I/O, no error type. User code is never printed from a syntax tree.
//!
//! # Invariants
//! - An item keeps its module path: `app::a::X` becomes `app_shared::a::X`.
//! - Only the root crate and the crate that items move to change in a step.
//!
//! # How it is tested
//! Fixtures of the whole command under `tests/fixtures`, each compared with its snapshot and compiled.

mod build_script;
mod cleanup;
mod companion;
mod demand;
mod derived;
mod detach;
mod difference;
mod doc_link;
mod doc_test;
mod doc_text;
mod exhaustive;
mod export;
pub mod formatting;
mod include;
mod layout;
mod lift;
mod macro_use;
pub mod manifest;
mod members;
mod needs;
mod notes;
mod order;
mod own_name;
mod package_folder;
mod package_name;
mod place;
pub mod repair;
pub mod rewrite;
mod scope;
mod skeleton;
mod snapshot;
mod spacing;
mod support;
mod target;
mod text;
mod traits;
mod tree;
mod twin;
mod unhygienic;
pub mod unite;
mod unstable;
mod visibility;

pub use rewrite::{Figures, Outcome, rewrite};
