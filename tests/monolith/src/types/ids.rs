//! Row ids that can't be mistaken for one another.

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Defines an id over an SQLite row id.
macro_rules! id_type {
    ($($(#[$meta:meta])* $name:ident;)+) => {$(
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                self.0.to_sql()
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                i64::column_result(value).map($name)
            }
        }
    )+};
}

id_type! {
    /// The id of a [`Task`](crate::models::Task).
    TaskId;
    /// The id of a [`Step`](crate::models::Step).
    StepId;
    /// The id of a [`Message`](crate::messaging::Message).
    MessageId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_bare_number_in_json() {
        let id: TaskId = serde_json::from_str("12").unwrap();
        assert_eq!(id, TaskId(12));
        assert_eq!(serde_json::to_string(&StepId(3)).unwrap(), "3");
        assert_eq!(format!("{:>3}", MessageId(4)), "  4");
    }
}
