//! Gives every item a home crate, and cuts the way there into steps.
//!
//! # What
//! [`propose`] finds boundaries in a graph; `split.toml` ([`mod@file`]) records them as intent; [`homes()`] reads the intent
//! against today's source; [`steps()`] cuts the way from one to the other into pieces that a person can review.
//!
//! # What not
//! No I/O and no error type: a name in `split.toml` that does not exist is a diagnostic with its place.
//!
//! # Invariants
//! - Crates depend in no circle: [`Plan::crates`] is ordered bottom-up, and a home is never above what needs it.
//! - What a person wrote in `split.toml` stays.

mod build_script;
pub mod cost;
pub mod cut;
pub mod file;
pub mod history;
pub mod home;
mod indivisible;
pub mod lift;
pub mod measure;
pub mod mojo;
pub mod order;
pub mod partition;
mod path;
pub mod pin;
pub mod plan;
pub mod step;
pub mod target;
mod testing;
pub mod unit;
pub mod what_if;

pub use build_script::BuildOutput;
pub use cost::{Cost, Weights};
pub use cut::{Cut, cuts};
pub use history::History;
pub use home::{Homes, distance, holds, homes};
pub use measure::{Figures, Pays, measure};
pub use order::{Home, Order};
pub use partition::{ProposeOptions, cost, propose};
pub use pin::{Kept, Pin, kept};
pub use plan::{Lift, Plan, PlannedCrate, PlannedStep, Role, RootKind};
pub use step::{Step, StepKind, refresh, steps, stranded};
pub use target::{TargetGroup, target_groups};
pub use what_if::{Change, suggestions};
