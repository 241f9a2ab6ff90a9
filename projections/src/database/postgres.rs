//! The PostgreSQL side of reading and writing rows. The schema `docket_read` is on the search path.

use chrono::{DateTime, Utc};
use docket_store::pg::Connector;
use sqlx::postgres::{PgArguments, PgPool};
use sqlx::{Arguments as _, AssertSqlSafe, Executor, PgConnection, Postgres};
use uuid::Uuid;

use crate::error::{QUERY_LIMIT, ReadError};
use crate::table::{Cell, ColumnSpec, ColumnType, DbRow, TableSpec};
use crate::words::in_era;

/// The schema of the read models.
pub(crate) const SCHEMA: &str = "docket_read";
/// Who reads: never the tables' owner and never exempt from row-level security.
pub(crate) const READER: &str = "docket_reader";

fn connector(url: &str) -> Result<Connector, ReadError> {
    Ok(Connector::new(url, "docket read models", SCHEMA)?
        .statement_cache(256)
        .with("idle_in_transaction_session_timeout", "60s")
        .with("lock_timeout", "30s")
        // Short indexed queries: compiling them costs more than it gains.
        .with("jit", "off")
        // A crash of the server may lose the last commits, rows and checkpoint together; the log has the rest.
        .with("synchronous_commit", "off"))
}

/// Fails where a pooler shares sessions between clients.
pub(crate) async fn check_sessions(url: &str) -> Result<(), ReadError> {
    Ok(connector(url)?.check_sessions().await?)
}

/// A connection of the tables' owner.
pub(crate) async fn connect(url: &str) -> Result<PgConnection, ReadError> {
    Ok(connector(url)?.connect().await?)
}

/// A pool of the tables' owner, for what concerns all tenants: timers and checkpoints.
pub(crate) async fn owner_pool(url: &str) -> Result<PgPool, ReadError> {
    Ok(connector(url)?.pool(|pool| pool.min_connections(0).max_connections(2)).await?)
}

/// A pool that acts as the reader role: row-level security applies.
pub(crate) async fn read_pool(url: &str) -> Result<PgPool, ReadError> {
    Ok(connector(url)?
        .with("role", READER)
        .with("statement_timeout", &format!("{}s", QUERY_LIMIT.as_secs()))
        .pool(|pool| pool.min_connections(1).max_connections(8))
        .await?)
}

pub(super) async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), ReadError> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

fn arguments(binds: Vec<Cell>) -> Result<PgArguments, sqlx::Error> {
    let mut arguments = PgArguments::default();
    for cell in binds {
        match cell {
            Cell::Null(ColumnType::Text | ColumnType::Json) => arguments.add(None::<String>),
            Cell::Null(ColumnType::Uuid) => arguments.add(None::<Uuid>),
            Cell::Null(ColumnType::Int) => arguments.add(None::<i64>),
            Cell::Null(ColumnType::Real) => arguments.add(None::<f64>),
            Cell::Null(ColumnType::Bool) => arguments.add(None::<bool>),
            Cell::Null(ColumnType::Time) => arguments.add(None::<DateTime<Utc>>),
            Cell::Text(text) | Cell::Json(text) => arguments.add(text),
            Cell::Uuid(uuid) => arguments.add(uuid),
            Cell::Int(int) => arguments.add(int),
            Cell::Real(real) => arguments.add(real),
            Cell::Bool(truth) => arguments.add(truth),
            Cell::Time(time) => arguments.add(time),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

pub(super) async fn execute(connection: &mut PgConnection, sql: &str, binds: Vec<Cell>) -> Result<u64, ReadError> {
    let done = sqlx::query_with(AssertSqlSafe(sql), arguments(binds)?).execute(connection).await?;
    Ok(done.rows_affected())
}

pub(crate) async fn fetch<'c>(
    executor: impl Executor<'c, Database = Postgres>,
    sql: &str,
    binds: Vec<Cell>,
) -> Result<Vec<DbRow>, ReadError> {
    let rows = sqlx::query_with(AssertSqlSafe(sql), arguments(binds)?).fetch_all(executor).await?;
    Ok(rows.into_iter().map(DbRow::Postgres).collect())
}

/// Turns cells of whole rows into one array a column: what `UNNEST` takes. A statement then has as many
/// parameters as columns, whatever the number of rows, and stays prepared.
fn arrays(columns: &[ColumnSpec], cells: Vec<Cell>) -> Result<PgArguments, sqlx::Error> {
    let mut by_column: Vec<Vec<Cell>> =
        columns.iter().map(|_| Vec::with_capacity(cells.len() / columns.len())).collect();
    for (i, cell) in cells.into_iter().enumerate() {
        by_column[i % columns.len()].push(cell);
    }
    let mut arguments = PgArguments::default();
    macro_rules! array {
        ($cells:expr, $rust:ty, $($variant:ident)|+) => {
            arguments.add($cells.into_iter().map(|cell| match cell { $(Cell::$variant(value) => Some(value),)+ _ => None }).collect::<Vec<Option<$rust>>>())
        };
    }
    for (column, cells) in columns.iter().zip(by_column) {
        match column.kind {
            ColumnType::Text | ColumnType::Json => array!(cells, String, Text | Json),
            ColumnType::Uuid => array!(cells, Uuid, Uuid),
            ColumnType::Int => array!(cells, i64, Int),
            ColumnType::Real => array!(cells, f64, Real),
            ColumnType::Bool => array!(cells, bool, Bool),
            ColumnType::Time => array!(cells, DateTime<Utc>, Time),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

/// `UNNEST($1::text[], $2::uuid[], …) AS k(a, b, …)`
fn unnest(columns: &[ColumnSpec]) -> String {
    let parameters: Vec<_> =
        columns.iter().enumerate().map(|(i, column)| format!("${}::{}[]", i + 1, array_type(column.kind))).collect();
    let names: Vec<_> = columns.iter().map(|column| column.name).collect();
    format!("UNNEST({}) AS k({})", parameters.join(", "), names.join(", "))
}

/// JSON travels as text: `jsonb` has no array encoding that is cheaper.
fn array_type(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Text | ColumnType::Json => "text",
        ColumnType::Uuid => "uuid",
        ColumnType::Int => "bigint",
        ColumnType::Real => "float8",
        ColumnType::Bool => "boolean",
        ColumnType::Time => "timestamptz",
    }
}

fn matching(spec: &TableSpec) -> String {
    let on = |column: &ColumnSpec| format!("t.{0} = k.{0}", column.name);
    spec.columns[..spec.key].iter().map(on).collect::<Vec<_>>().join(" AND ")
}

pub(super) async fn load(
    connection: &mut PgConnection,
    spec: &TableSpec,
    table: &str,
    keys: Vec<Cell>,
) -> Result<Vec<DbRow>, ReadError> {
    let key = &spec.columns[..spec.key];
    let columns = spec.columns.iter().map(|column| format!("t.{}", column.name)).collect::<Vec<_>>().join(", ");
    let sql = format!("SELECT {columns} FROM {} JOIN {table} t ON {}", unnest(key), matching(spec));
    let rows = sqlx::query_with(AssertSqlSafe(sql), arrays(key, keys)?).fetch_all(connection).await?;
    Ok(rows.into_iter().map(DbRow::Postgres).collect())
}

/// Terms with blanks between them, on their way into a `tsvector`.
const WORDS: ColumnSpec = ColumnSpec { name: "words", kind: ColumnType::Text, personal: true };

pub(super) async fn upsert(
    connection: &mut PgConnection,
    spec: &TableSpec,
    table: &str,
    rows: Vec<Cell>,
) -> Result<(), ReadError> {
    let values = |column: &ColumnSpec| match column.kind {
        ColumnType::Json => format!("k.{}::jsonb", column.name),
        _ => format!("k.{}", column.name),
    };
    let selected = spec.columns.iter().map(values).collect::<Vec<_>>().join(", ");
    let (columns, key, set) = (spec.column_list(), spec.key_list(), spec.assignments());
    if spec.words.is_none() {
        let from = unnest(spec.columns);
        let sql = format!(
            "INSERT INTO {table} ({columns}) SELECT {selected} FROM {from} ON CONFLICT ({key}) DO UPDATE SET {set}"
        );
        sqlx::query_with(AssertSqlSafe(sql), arrays(spec.columns, rows)?).execute(connection).await?;
        return Ok(());
    }
    // What it is found by, made of the rows and kept with them.
    let terms = |row: &[Cell]| match spec.rowid(row) {
        Some(Cell::Int(position)) => Cell::Text(in_era(&spec.terms(row), *position)),
        _ => Cell::Text(String::new()),
    };
    let words: Vec<Cell> = rows.chunks_exact(spec.columns.len()).map(terms).collect();
    let with_words = [spec.columns, &[WORDS]].concat();
    let mut cells = Vec::with_capacity(rows.len() + words.len());
    let mut rows = rows.into_iter();
    for terms in words {
        cells.extend(rows.by_ref().take(spec.columns.len()));
        cells.push(terms);
    }
    let from = unnest(&with_words);
    let sql = format!(
        "INSERT INTO {table} ({columns}, words) SELECT {selected}, \
         CASE WHEN k.words <> '' THEN array_to_tsvector(string_to_array(k.words, ' ')) END FROM {from} \
         ON CONFLICT ({key}) DO UPDATE SET {set}, words = excluded.words"
    );
    sqlx::query_with(AssertSqlSafe(sql), arrays(&with_words, cells)?).execute(connection).await?;
    Ok(())
}

pub(super) async fn delete(
    connection: &mut PgConnection,
    spec: &TableSpec,
    table: &str,
    keys: Vec<Cell>,
) -> Result<(), ReadError> {
    let key = &spec.columns[..spec.key];
    let sql = format!("DELETE FROM {table} t USING {} WHERE {}", unnest(key), matching(spec));
    sqlx::query_with(AssertSqlSafe(sql), arrays(key, keys)?).execute(connection).await?;
    Ok(())
}
