//! Finds the steps that can be sent out.

use super::Readiness;
use crate::{
    database::Database,
    error::Result,
    models::{Step, Task},
};

/// The steps of `task` that can be sent out now.
pub fn ready_steps(db: &Database, task: &Task) -> Result<Vec<Step>> {
    let all = task.readiness(db)?;
    Ok(all
        .into_iter()
        .filter(|(_, readiness)| *readiness == Readiness::Ready)
        .map(|(step, _)| step)
        .collect())
}

/// How many steps wait for what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Census {
    /// Can be sent out.
    pub ready: usize,
    /// Wait for other steps, or for a time.
    pub waiting: usize,
    /// Are out.
    pub in_flight: usize,
    /// Have ended.
    pub over: usize,
    /// Can never be run.
    pub blocked: usize,
}

impl FromIterator<Readiness> for Census {
    fn from_iter<I: IntoIterator<Item = Readiness>>(all: I) -> Self {
        let mut census = Census::default();
        for readiness in all {
            match readiness {
                Readiness::Ready => census.ready += 1,
                Readiness::Waiting(_) | Readiness::BackingOff(_) => census.waiting += 1,
                Readiness::InFlight => census.in_flight += 1,
                Readiness::Over => census.over += 1,
                Readiness::Blocked => census.blocked += 1,
            }
        }
        census
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support;

    #[test]
    fn the_first_step_is_ready() {
        let db = test_support::database();
        let (task, steps) = test_support::diamond_task(&db);
        assert_eq!(ready_steps(&db, &task).unwrap(), steps[..1]);
    }

    #[test]
    fn a_census_counts_everyone_once() {
        use Readiness::*;
        let census: Census = [Ready, Waiting(2), Over, Over, Blocked, InFlight]
            .into_iter()
            .collect();
        assert_eq!((census.ready, census.waiting, census.over), (1, 1, 2));
        assert_eq!((census.blocked, census.in_flight), (1, 1));
    }
}
