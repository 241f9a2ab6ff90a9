//! Full-text words on SQLite, by statements of their own: triggers cost several times as much.
//!
//! The index keeps no text, so that who takes words out has to say which: they are made again of what the row still says.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use rusqlite::Connection;

use super::sqlite::{bind, fetch};
use crate::error::ReadError;
use crate::table::{Cell, Column as _, ColumnSpec, ColumnType, DbRow, TableSpec};

/// Rows read at once.
const LOT: u32 = 2000;

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

/// The numbers of the rows whose words in the index are not those their texts make. Of the index of beginnings, which SQLite makes of
/// the other, nothing is known.
pub(super) fn differing(connection: &Connection, spec: &TableSpec, table: &str) -> Result<Vec<i64>, ReadError> {
    let Some(words) = spec.words else { return Ok(Vec::new()) };
    // Each row's terms as a sum: taking away those of the index, whose order is another, leaves nothing.
    let mut sums: Vec<(i64, u64)> = Vec::new();
    let last = "SELECT coalesce(max(rowid), 0) FROM ";
    let last: i64 = connection.query_row(&format!("{last}{table}"), [], |row| row.get(0))?;
    let mut after = i64::MIN;
    while after < last {
        let condition = format!("{0} > ?1 ORDER BY {0} LIMIT {LOT}", words.rowid);
        let lot = rows(connection, spec, table, &condition, &[Cell::Int(after)])?;
        for row in &lot {
            if let Some(Cell::Int(rowid)) = spec.rowid(row) {
                let terms = spec.terms(row);
                let hashes = terms.split(' ').filter(|term| !term.is_empty()).map(hash);
                sums.push((*rowid, hashes.fold(0, u64::wrapping_add)));
                after = *rowid;
            }
        }
        if lot.is_empty() {
            break;
        }
    }
    connection.execute_batch(&format!(
        "CREATE VIRTUAL TABLE temp.{table}_vocabulary USING fts5vocab(main, {table}_fts, instance)"
    ))?;
    let subtracted = subtract(connection, table, &mut sums);
    connection.execute_batch(&format!("DROP TABLE temp.{table}_vocabulary"))?;
    let mut differing = subtracted?;
    differing.extend(sums.into_iter().filter(|(_, left)| *left != 0).map(|(rowid, _)| rowid));
    Ok(differing)
}

/// Takes the terms of the index away from the rows' sums; returns what it has of rows that are not there.
fn subtract(connection: &Connection, table: &str, sums: &mut [(i64, u64)]) -> Result<Vec<i64>, ReadError> {
    let mut statement = connection.prepare(&format!("SELECT term, doc FROM temp.{table}_vocabulary"))?;
    let (mut rows, mut strays) = (statement.query([])?, BTreeSet::new());
    while let Some(row) = rows.next()? {
        let (term, rowid) = (hash(row.get_ref(0)?.as_str().unwrap_or_default()), row.get(1)?);
        match sums.binary_search_by_key(&rowid, |(rowid, _)| *rowid) {
            Ok(at) => sums[at].1 = sums[at].1.wrapping_sub(term),
            Err(_) => drop(strays.insert(rowid)),
        }
    }
    Ok(strays.into_iter().collect())
}

/// The same for the same term while this process lives.
fn hash(term: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    term.hash(&mut hasher);
    hasher.finish()
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
