//! The SQLite side of reading and writing rows. It speaks to SQLite directly: sqlx copies every value of every row and
//! sends each row through a channel, which costs more than finding them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;
use std::time::Duration;

use docket_store::WAL_BYTES;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{CachedStatement, Connection, Statement, ToSql};

use super::sqlite_words;
use crate::error::ReadError;
use crate::folding::{Changes, NEW_ROW};
use crate::table::{Cell, DbRow, TableSpec, time_text};

/// How long a statement waits for another process's transaction.
pub(super) const BUSY: Duration = Duration::from_secs(30);
/// Statements each connection keeps prepared.
const STATEMENTS: usize = 256;

/// `synchronous=NORMAL`: a power cut may lose the last commits, never break the file; rows and checkpoint go back
/// together, and the log, which is the truth, has the rest. The write-ahead log may grow to 16 MiB before it is
/// copied back, so that a commit rarely has to wait for that.
const WRITING: &str = "PRAGMA journal_mode = wal; PRAGMA synchronous = normal; PRAGMA secure_delete = on; \
     PRAGMA temp_store = memory; PRAGMA wal_autocheckpoint = 4000";

/// Opens a connection that writes, with so many bytes of pages in memory, and makes the file if it is absent.
pub(super) fn connect(path: &Path, pages: usize) -> Result<Connection, ReadError> {
    let connection = Connection::open(path)?;
    prepare(connection, &format!("{WRITING}; PRAGMA journal_size_limit = {WAL_BYTES}; {}", cache_size(pages)))
}

/// How many bytes of pages a connection keeps.
pub(super) fn cache_size(pages: usize) -> String {
    // Negative: in KiB.
    format!("PRAGMA cache_size = -{}", pages >> 10)
}

pub(super) fn prepare(connection: Connection, settings: &str) -> Result<Connection, ReadError> {
    connection.busy_timeout(BUSY)?;
    connection.execute_batch(settings)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// What is said to who asks after the end.
pub(super) fn closed() -> ReadError {
    ReadError::Setup("the read models are closed".into())
}

/// Runs what waits for the disk where waiting hurts nobody.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ReadError> + Send + 'static,
) -> Result<T, ReadError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| closed())?
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null(_) => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Text(text) | Self::Json(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Uuid(uuid) => ToSqlOutput::Borrowed(ValueRef::Blob(uuid.as_bytes())),
            Self::Int(int) => ToSqlOutput::Owned(Value::Integer(*int)),
            Self::Real(real) => ToSqlOutput::Owned(Value::Real(*real)),
            Self::Bool(truth) => ToSqlOutput::Owned(Value::Integer((*truth).into())),
            Self::Time(time) => ToSqlOutput::Owned(Value::Text(time_text(*time))),
        })
    }
}

pub(super) fn bind(statement: &mut Statement<'_>, cells: &[Cell]) -> rusqlite::Result<()> {
    // A query may leave parameters out that only the other database needs.
    for (cell, i) in cells.iter().zip(1..=statement.parameter_count()) {
        statement.raw_bind_parameter(i, cell)?;
    }
    Ok(())
}

fn collect(statement: &mut Statement<'_>, found: &mut Vec<DbRow>) -> rusqlite::Result<()> {
    let width = statement.column_count();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let values = (0..width).map(|i| row.get_ref(i).map(Value::try_from)?.map_err(Into::into));
        found.push(DbRow::Sqlite(values.collect::<rusqlite::Result<_>>()?));
    }
    Ok(())
}

/// SQLite numbers parameters by `?1`; `$1` would be a name.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

pub(super) fn run(connection: &Connection, sql: &str) -> Result<(), ReadError> {
    Ok(connection.execute_batch(sql)?)
}

pub(super) fn execute(connection: &Connection, sql: &str, binds: &[Cell]) -> Result<u64, ReadError> {
    let mut statement = connection.prepare_cached(&numbered(sql))?;
    bind(&mut statement, binds)?;
    Ok(statement.raw_execute()? as u64)
}

pub(super) fn fetch(connection: &Connection, sql: &str, binds: &[Cell]) -> Result<Vec<DbRow>, ReadError> {
    let mut statement = connection.prepare_cached(&numbered(sql))?;
    bind(&mut statement, binds)?;
    let mut found = Vec::new();
    collect(&mut statement, &mut found)?;
    Ok(found)
}

/// `a = ? AND b = ?`
fn key_condition(spec: &TableSpec) -> String {
    spec.columns[..spec.key].iter().map(|column| format!("{} = ?", column.name)).collect::<Vec<_>>().join(" AND ")
}

pub(super) fn load(
    connection: &Connection,
    spec: &TableSpec,
    table: &str,
    keys: &[Cell],
) -> Result<Vec<DbRow>, ReadError> {
    let sql = format!("SELECT {} FROM {table} WHERE {}", spec.column_list(), key_condition(spec));
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = Vec::new();
    for key in keys.chunks_exact(spec.key) {
        bind(&mut statement, key)?;
        collect(&mut statement, &mut found)?;
    }
    Ok(found)
}

/// Inserts new rows, and of the others sets what changed: setting a column, even to what it was, writes every index it is in.
pub(super) fn write(
    connection: &Connection,
    spec: &TableSpec,
    table: &str,
    changes: &Changes,
    indexed: bool,
) -> Result<(), ReadError> {
    let values = vec!["?"; spec.columns.len()].join(", ");
    let insert = format!("INSERT INTO {table} ({}) VALUES ({values})", spec.column_list());
    let mut insert = connection.prepare_cached(&insert)?;
    let mut updates: HashMap<u64, CachedStatement<'_>> = HashMap::new();
    let words = if indexed { spec.words_changed() } else { 0 };
    for (row, &changed) in changes.rows.chunks_exact(spec.columns.len()).zip(&changes.changed) {
        if changed == NEW_ROW {
            bind(&mut insert, row)?;
            insert.raw_execute()?;
            if words != 0 {
                sqlite_words::add(connection, spec, table, row)?;
            }
            continue;
        }
        if changed & words != 0 {
            sqlite_words::forget(connection, spec, table, &key_condition(spec), &row[..spec.key])?;
        }
        let update = match updates.entry(changed) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let sql = format!("UPDATE {table} SET {} WHERE {}", spec.assignments_of(changed), key_condition(spec));
                new.insert(connection.prepare_cached(&sql)?)
            }
        };
        let set = row.iter().enumerate().filter(|(at, _)| changed & (1 << at) != 0).map(|(_, cell)| cell);
        for (cell, i) in set.chain(&row[..spec.key]).zip(1..) {
            update.raw_bind_parameter(i, cell)?;
        }
        if update.raw_execute()? != 1 {
            return Err(ReadError::Damaged { table: spec.name, detail: "a row that was there is gone".into() });
        }
        if changed & words != 0 {
            sqlite_words::add(connection, spec, table, row)?;
        }
    }
    Ok(())
}

pub(super) fn delete(
    connection: &Connection,
    spec: &TableSpec,
    table: &str,
    keys: &[Cell],
    indexed: bool,
) -> Result<(), ReadError> {
    let mut statement = connection.prepare_cached(&format!("DELETE FROM {table} WHERE {}", key_condition(spec)))?;
    for key in keys.chunks_exact(spec.key) {
        if indexed && spec.words.is_some() {
            sqlite_words::forget(connection, spec, table, &key_condition(spec), key)?;
        }
        bind(&mut statement, key)?;
        statement.raw_execute()?;
    }
    Ok(())
}
