//! Sends steps to the workers.

use super::{discovery, Orchestrator};
use crate::{
    error::Result,
    events::EventKind,
    messaging::{Queue, StepMessage},
    models::{Step, Task},
    state_machine::StepState,
};

impl Orchestrator<'_> {
    /// Sends out every step of `task` that is ready, and says how many.
    pub(super) fn enqueue_ready(&self, task: &Task) -> Result<usize> {
        let ready = discovery::ready_steps(self.db, task)?;
        let count = ready.len();
        for step in ready {
            self.enqueue(task, step)?;
        }
        Ok(count)
    }

    // The state and the message change together, or not at all.
    fn enqueue(&self, task: &Task, mut step: Step) -> Result<()> {
        self.db.transaction(|db| {
            step.transition(db, StepState::Enqueued, "step is ready")?;
            Queue::steps(db).send(&StepMessage::from(&step), task.priority)?;
            self.publish(EventKind::StepEnqueued, &step, &step.name)
        })
    }
}
