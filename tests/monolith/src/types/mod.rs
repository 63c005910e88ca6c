//! Small value types without behaviour of their own.

pub mod clock;
pub mod ids;
mod priority;
mod timestamp;
pub mod timestamp_serde;

pub use self::clock::{Clock, ManualClock, SystemClock};
pub use ids::{MessageId, StepId, TaskId};
pub use priority::Priority;
pub use timestamp::Timestamp;
