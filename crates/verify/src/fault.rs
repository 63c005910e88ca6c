//! Places where a test can make the world go wrong: the process killed, the disk full.
//!
//! `at` stands before and after each thing that the journal does to the disk. It does nothing unless a program has
//! called [`install`], and only the binary of our tests does: there is no variable or flag that reaches it in a release.

use std::sync::OnceLock;

/// What a test does at a place. An error is taken for the disk's own.
pub type Fault = fn(place: &'static str) -> std::io::Result<()>;

static FAULT: OnceLock<Fault> = OnceLock::new();

/// Has `fault` called at each place of this process. Only the first call counts.
pub fn install(fault: Fault) {
    // A second one is the same one: tests install it in `main`.
    let _ = FAULT.set(fault);
}

/// A place.
pub(crate) fn at(place: &'static str) -> std::io::Result<()> {
    FAULT.get().map_or(Ok(()), |fault| fault(place))
}
