//! Counts what the orchestrator has done.

use crate::error::Result;
use crate::events::{Event, EventKind, EventSink};
use std::cell::RefCell;
use std::collections::HashMap;

/// How many events of each kind there were.
#[derive(Debug, Default)]
pub struct Progress {
    counts: RefCell<HashMap<EventKind, usize>>,
}

impl Progress {
    /// How many of that kind.
    pub fn count(&self, kind: EventKind) -> usize {
        self.counts.borrow().get(&kind).copied().unwrap_or(0)
    }
}

impl EventSink for Progress {
    fn publish(&self, event: &Event) -> Result<()> {
        *self.counts.borrow_mut().entry(event.kind).or_default() += 1;
        Ok(())
    }
}
