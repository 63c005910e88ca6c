//! Rows that become values.

use super::Database;
use crate::error::{Error, Result};
use crate::models::Entity;
use rusqlite::{OptionalExtension, Params, Row};

/// A value that is one row of one table.
pub trait Record: Sized {
    /// What the table is called.
    const TABLE: &'static str;
    /// What one row is.
    const ENTITY: Entity;

    /// The value of a row of `SELECT *`.
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self>;
}

/// The row with that id.
pub fn fetch_by_id<R: Record>(db: &Database, id: i64) -> Result<R> {
    let sql = format!("SELECT * FROM {} WHERE id = ?1", R::TABLE);
    db.conn()
        .prepare_cached(&sql)?
        .query_row([id], R::from_row)
        .optional()?
        .ok_or_else(|| Error::not_found(R::ENTITY, id))
}

/// All rows for which `rest` (what comes after the table's name) holds.
pub fn fetch_all<R: Record>(db: &Database, rest: &str, params: impl Params) -> Result<Vec<R>> {
    let sql = format!("SELECT * FROM {} {rest}", R::TABLE);
    let mut statement = db.conn().prepare_cached(&sql)?;
    let rows = statement.query_map(params, R::from_row)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// JSON in a text column.
pub(crate) fn json_column(row: &Row<'_>, name: &str) -> rusqlite::Result<serde_json::Value> {
    let text: String = row.get(name)?;
    serde_json::from_str(&text).map_err(|error| {
        let index = row.as_ref().column_index(name).unwrap_or_default();
        rusqlite::Error::FromSqlConversionFailure(
            index,
            rusqlite::types::Type::Text,
            Box::new(error),
        )
    })
}
