//! Full-text words on SQLite, by statements of their own: triggers cost several times as much.
//!
//! The index keeps no text, so that who takes words out has to say which: they are made again of what the row still says.

use rusqlite::Connection;

use super::sqlite::{bind, fetch};
use crate::error::ReadError;
use crate::table::{Cell, Column as _, ColumnSpec, ColumnType, DbRow, TableSpec};

/// Adds the words of a row.
pub(super) fn add(connection: &Connection, spec: &TableSpec, table: &str, row: &[Cell]) -> Result<(), ReadError> {
    let sql = format!("INSERT INTO {table}_fts(rowid, words) VALUES (?, ?)");
    say(connection, spec, &sql, row)
}

/// Takes out the words of the rows of a condition. Before those rows change.
pub(super) fn forget(
    connection: &Connection,
    spec: &TableSpec,
    table: &str,
    condition: &str,
    binds: &[Cell],
) -> Result<(), ReadError> {
    let sql = format!("INSERT INTO {table}_fts({table}_fts, rowid, words) VALUES ('delete', ?, ?)");
    let rows = rows(connection, spec, table, condition, binds)?;
    rows.iter().try_for_each(|row| say(connection, spec, &sql, row))
}

/// Tells the index the words of a row, if it has any.
fn say(connection: &Connection, spec: &TableSpec, sql: &str, row: &[Cell]) -> Result<(), ReadError> {
    let terms = spec.terms(row);
    if let Some(rowid) = spec.rowid(row).filter(|_| !terms.is_empty()) {
        let mut statement = connection.prepare_cached(sql)?;
        bind(&mut statement, &[rowid.clone(), Cell::Text(terms)])?;
        statement.raw_execute()?;
    }
    Ok(())
}

/// Takes out the words of everything about a person, if the table has any yet.
pub(super) fn forget_person(
    connection: &Connection,
    spec: &TableSpec,
    table: &str,
    subject: &str,
    binds: &[Cell],
) -> Result<(), ReadError> {
    let has_words = "SELECT 1 FROM sqlite_schema WHERE name = $1";
    if fetch(connection, has_words, &[Cell::Text(format!("{table}_fts"))])?.is_empty() {
        return Ok(());
    }
    forget(connection, spec, table, &format!("tenant = ?1 AND {subject} = ?2"), binds)
}

/// Adds the words of the rows with numbers in a range, its first not among them.
pub(super) fn fill(connection: &Connection, spec: &TableSpec, table: &str, range: &[Cell; 2]) -> Result<(), ReadError> {
    let Some(words) = spec.words else { return Ok(()) };
    let condition = format!("{0} > ?1 AND {0} <= ?2 ORDER BY {0}", words.rowid);
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let filled = rows(connection, spec, table, &condition, range)
        .and_then(|rows| rows.iter().try_for_each(|row| add(connection, spec, table, row)));
    connection.execute_batch(if filled.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    filled
}

/// Rows as cells, with nothing in columns that words are not made of.
fn rows(
    connection: &Connection,
    spec: &TableSpec,
    table: &str,
    condition: &str,
    binds: &[Cell],
) -> Result<Vec<Vec<Cell>>, ReadError> {
    let Some(words) = spec.words else { return Ok(Vec::new()) };
    let needed = |name: &str| {
        name == "tenant" || name == words.rowid || Some(name) == spec.data_subject || words.columns.contains(&name)
    };
    let column = |column: &ColumnSpec| if needed(column.name) { column.name } else { "NULL" };
    let columns: Vec<&str> = spec.columns.iter().map(column).collect();
    let found = fetch(connection, &format!("SELECT {} FROM {table} WHERE {condition}", columns.join(", ")), binds)?;
    found.into_iter().map(|row| cells(spec, row)).collect()
}

fn cells(spec: &TableSpec, mut row: DbRow) -> Result<Vec<Cell>, ReadError> {
    let read = |(at, column): (usize, &ColumnSpec)| {
        Ok(match column.kind {
            ColumnType::Text => Option::<String>::read(&mut row, at)?.cell(),
            ColumnType::Uuid => Option::<uuid::Uuid>::read(&mut row, at)?.cell(),
            ColumnType::Int => Option::<i64>::read(&mut row, at)?.cell(),
            other => Cell::Null(other),
        })
    };
    spec.columns.iter().enumerate().map(read).collect()
}
