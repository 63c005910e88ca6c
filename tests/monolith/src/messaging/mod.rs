//! Queues in SQLite, and what is sent through them.

mod message;
mod queue;

pub use self::message::{Message, ResultMessage, StepMessage};
pub use self::queue::Queue;
