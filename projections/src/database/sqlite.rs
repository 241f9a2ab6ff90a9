//! The SQLite side of reading and writing rows.

use std::fmt::Write as _;
use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Arguments as _, AssertSqlSafe, Executor, Sqlite, SqliteConnection};

use crate::error::ReadError;
use crate::table::{Cell, DbRow, TableSpec, time_text};

/// Rows a multi-row statement takes. Few sizes, so that the statement cache always hits; the largest first.
const CHUNKS: [usize; 4] = [64, 16, 4, 1];
/// Keys a loading statement takes; what is short of it is filled up with NULLs, which match nothing.
const KEY_CHUNKS: [usize; 4] = [1, 8, 64, 256];

/// Options of every connection. `synchronous=NORMAL`: a power cut may lose the last commits, never break the file;
/// rows and checkpoint go back together, and the log, which is the truth, has the rest.
pub(crate) fn options(path: &Path) -> Result<SqliteConnectOptions, ReadError> {
    Ok(SqliteConnectOptions::from_str("sqlite:")?
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(Duration::from_secs(10))
        .statement_cache_capacity(256)
        .pragma("temp_store", "memory"))
}

/// A pool for reading.
pub(crate) async fn read_pool(path: &Path) -> Result<SqlitePool, ReadError> {
    Ok(SqlitePoolOptions::new()
        .min_connections(1)
        .max_connections(4)
        .connect_with(options(path)?.read_only(true))
        .await?)
}

pub(super) async fn run(connection: &mut SqliteConnection, sql: &str) -> Result<(), ReadError> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

fn arguments(binds: Vec<Cell>) -> Result<SqliteArguments, sqlx::Error> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(binds.len(), 0);
    for cell in binds {
        match cell {
            Cell::Null(_) => arguments.add(None::<i64>),
            Cell::Text(text) | Cell::Json(text) => arguments.add(text),
            Cell::Uuid(uuid) => arguments.add(uuid),
            Cell::Int(int) => arguments.add(int),
            Cell::Real(real) => arguments.add(real),
            Cell::Bool(truth) => arguments.add(truth),
            Cell::Time(time) => arguments.add(time_text(time)),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

pub(super) async fn execute(connection: &mut SqliteConnection, sql: &str, binds: Vec<Cell>) -> Result<u64, ReadError> {
    let done = sqlx::query_with(AssertSqlSafe(sql), arguments(binds)?).execute(connection).await?;
    Ok(done.rows_affected())
}

pub(crate) async fn fetch<'c>(
    executor: impl Executor<'c, Database = Sqlite>,
    sql: &str,
    binds: Vec<Cell>,
) -> Result<Vec<DbRow>, ReadError> {
    let rows = sqlx::query_with(AssertSqlSafe(sql), arguments(binds)?).fetch_all(executor).await?;
    Ok(rows.into_iter().map(DbRow::Sqlite).collect())
}

/// `(?, ?), (?, ?)`: so many rows of so many columns.
fn placeholders(rows: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(","));
    let mut all = String::with_capacity(rows * (row.len() + 1));
    for i in 0..rows {
        let _ = write!(all, "{}{row}", if i == 0 { "" } else { "," });
    }
    all
}

/// Hands `cells` out in chunks of rows whose sizes are of [`CHUNKS`].
fn chunks(mut cells: Vec<Cell>, columns: usize) -> impl Iterator<Item = (usize, Vec<Cell>)> {
    std::iter::from_fn(move || {
        let rows = cells.len() / columns;
        let size = CHUNKS.into_iter().find(|size| *size <= rows)?;
        let rest = cells.split_off(size * columns);
        Some((size, std::mem::replace(&mut cells, rest)))
    })
}

pub(super) async fn load(
    connection: &mut SqliteConnection,
    spec: &TableSpec,
    table: &str,
    mut keys: Vec<Cell>,
) -> Result<Vec<DbRow>, ReadError> {
    let names: Vec<_> = spec.columns[..spec.key].iter().map(|column| column.name).collect();
    let on = names.iter().map(|name| format!("t.{name} = k.{name}")).collect::<Vec<_>>().join(" AND ");
    let columns = spec.columns.iter().map(|column| format!("t.{}", column.name)).collect::<Vec<_>>().join(", ");
    let mut found = Vec::new();
    while !keys.is_empty() {
        let wanted = keys.len() / spec.key;
        let size = KEY_CHUNKS.into_iter().find(|size| *size >= wanted).unwrap_or(256);
        let rest = keys.split_off(wanted.min(size) * spec.key);
        let mut chunk = std::mem::replace(&mut keys, rest);
        chunk.resize(size * spec.key, Cell::Null(crate::table::ColumnType::Int));
        let values = placeholders(size, spec.key);
        let sql = format!(
            "WITH k({}) AS (VALUES {values}) SELECT {columns} FROM k CROSS JOIN {table} t ON {on}",
            names.join(", ")
        );
        found.extend(fetch(&mut *connection, &sql, chunk).await?);
    }
    Ok(found)
}

pub(super) async fn upsert(
    connection: &mut SqliteConnection,
    spec: &TableSpec,
    table: &str,
    rows: Vec<Cell>,
) -> Result<(), ReadError> {
    let (columns, assignments) = (spec.column_list(), spec.assignments());
    for (size, chunk) in chunks(rows, spec.columns.len()) {
        let values = placeholders(size, spec.columns.len());
        let sql = format!("INSERT INTO {table} ({columns}) VALUES {values} ON CONFLICT DO UPDATE SET {assignments}");
        execute(connection, &sql, chunk).await?;
    }
    Ok(())
}

pub(super) async fn delete(
    connection: &mut SqliteConnection,
    spec: &TableSpec,
    table: &str,
    keys: Vec<Cell>,
) -> Result<(), ReadError> {
    for (size, chunk) in chunks(keys, spec.key) {
        let values = placeholders(size, spec.key);
        let sql = format!("DELETE FROM {table} WHERE ({}) IN (VALUES {values})", spec.key_list());
        execute(connection, &sql, chunk).await?;
    }
    Ok(())
}
