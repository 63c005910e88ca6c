//! How urgent a task is.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};

/// The urgency of a [`Task`](crate::Task): urgent steps are claimed first.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// When nothing else is to be done.
    Low,
    /// The usual.
    #[default]
    Normal,
    /// Before everything else.
    High,
}

impl Priority {
    pub(crate) const fn rank(self) -> i64 {
        match self {
            Priority::Low => 0,
            Priority::Normal => 1,
            Priority::High => 2,
        }
    }
}

impl ToSql for Priority {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.rank().into())
    }
}

impl FromSql for Priority {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let rank = i64::column_result(value)?;
        [Priority::Low, Priority::Normal, Priority::High]
            .into_iter()
            .find(|priority| priority.rank() == rank)
            .ok_or(FromSqlError::OutOfRange(rank))
    }
}

#[cfg(test)]
mod tests {
    use super::Priority;

    #[test]
    fn ranks_follow_the_order() {
        assert!(Priority::Low < Priority::High);
        assert!(Priority::Low.rank() < Priority::default().rank());
    }
}
