//! Who depends on whom, item by item.
//!
//! # What
//! [`resolve()`] turns the paths of a [`Workspace`](cleave_syntax::Workspace) into a [`Graph`]: definitions per module and namespace, imports
//! to a fixpoint, and for every path the definition it means with every name that was looked up on the way.
//! [`knot`] finds what depends on itself in a circle. [`api`] lists what can be named from outside, [`blind`] what could
//! not be seen.
//!
//! # What not
//! No I/O, and no error type: a path that can't be resolved is a fact in the result.
//!
//! # Invariants
//! - [`Graph::references`] is ordered by the item they stand in, then by position.
//! - A reference's last lookup leads to its target.
//!
//! # How it is tested
//! Fixtures of a few lines each beside the resolver, with the edges expected.

pub mod api;
pub mod blind;
pub mod graph;
pub mod knot;
pub mod resolve;
pub mod standard;

pub use blind::{BlindSpots, blind_spots};
pub use graph::{Graph, Lookup, Lookups, Namespace, Place, Reference, Resolution, Target};
pub use resolve::{Values, resolve};
