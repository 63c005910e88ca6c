//! Turns values into text: diagrams, pages, differences, drawn findings.
//!
//! # What
//! A [`Picture`] is a graph of crates, modules or items, ready to draw; [`dot`], [`mermaid`], [`svg`] and [`json`] draw
//! it. [`finding`], [`sarif`] and [`annotation`] tell findings to other programs, [`pull_request`] a step to
//! its reviewers. [`html`] makes the reviewers' page, [`diff`] a unified difference, [`diagnostic`] rustc's look of a finding.
//!
//! # What not
//! No I/O, and no error type: every value can be drawn.
//!
//! # Invariants
//! - Nodes and edges are in order of name, so the same input gives the same bytes.

pub mod annotation;
pub mod diagnostic;
pub mod diff;
pub mod dot;
pub mod finding;
pub mod html;
pub mod json;
pub mod knot;
pub mod mermaid;
pub mod picture;
pub mod pull_request;
pub mod sarif;
pub mod svg;

pub use picture::{Level, Picture};
