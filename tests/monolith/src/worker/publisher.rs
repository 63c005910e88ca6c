//! Reports what came of a step.

use super::{claimer::Claim, Worker};
use crate::{
    error::Result,
    execution::StepOutcome,
    messaging::{Queue, ResultMessage},
    models::Step,
    resilience::{retry::retry_transient, BackoffPolicy},
    types::Priority,
};
use std::{thread, time::Duration};

/// The database is shared with others, who hold it for a moment each.
const REPORT_ATTEMPTS: u32 = 5;

const REPORT_BACKOFF: BackoffPolicy = BackoffPolicy {
    base_ms: 2,
    factor: 2,
    cap_ms: 50,
};

impl Worker<'_> {
    /// Reports the outcome and is done with the message, both or neither.
    pub(super) fn finish(&self, claim: &Claim, outcome: StepOutcome) -> Result<()> {
        let wait = |ms: i64| thread::sleep(Duration::from_millis(ms.unsigned_abs()));
        retry_transient(REPORT_ATTEMPTS, REPORT_BACKOFF, wait, || {
            self.db.transaction(|db| {
                self.report(&claim.step, outcome.clone())?;
                Queue::steps(db).acknowledge(&claim.message)
            })
        })
    }

    pub(super) fn report(&self, step: &Step, outcome: StepOutcome) -> Result<()> {
        let result = ResultMessage {
            task_id: step.task_id,
            step_id: step.id,
            worker: self.id.clone(),
            outcome,
            finished_at: self.db.now(),
        };
        Queue::results(self.db).send(&result, Priority::Normal)?;
        Ok(())
    }
}
