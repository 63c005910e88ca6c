//! What a step's handler is given, and what it gives back.

mod context;
mod outcome;

pub use context::StepContext;
pub use outcome::StepOutcome;
