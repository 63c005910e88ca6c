//! Counts what a worker has done.

use crate::error::Result;
use crate::events::{Event, EventKind, EventSink};
use std::cell::Cell;

/// How much a worker has done.
#[derive(Debug, Default)]
pub struct WorkerStats {
    started: Cell<usize>,
}

impl WorkerStats {
    /// How many attempts it began.
    pub fn started(&self) -> usize {
        self.started.get()
    }
}

impl EventSink for WorkerStats {
    fn publish(&self, event: &Event) -> Result<()> {
        if event.kind == EventKind::StepStarted {
            self.started.set(self.started.get() + 1);
        }
        Ok(())
    }
}
