//! Writes rows in bulk: one connection, a transaction at a time, few round trips. Knows tables only by their spec.
//!
//! The connection is this worker's own and never in a pool: a worker that dies takes its open transaction with it
//! (sqlx hands cancelled transactions back to the pool, launchbadge/sqlx#4385).

use docket_domain::{Position, TenantId};
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

use super::{Checkpoint, postgres, sqlite, sqlite_words};
use crate::error::ReadError;
use crate::folding::Changes;
use crate::table::{Cell, DbRow, TableSpec};

/// A writing connection to either database.
#[derive(Debug)]
pub(crate) enum Writer {
    /// Absent only while a statement runs on another thread.
    Sqlite(Option<rusqlite::Connection>),
    Postgres(Box<PgConnection>),
}

impl Writer {
    /// Runs something on the SQLite connection, on a thread that may wait for the disk.
    async fn on<T: Send + 'static>(
        slot: &mut Option<rusqlite::Connection>,
        work: impl FnOnce(&rusqlite::Connection) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let lost = || ReadError::Setup("the connection was lost in the middle of a statement".into());
        let connection = slot.take().ok_or_else(lost)?;
        let (connection, result) = sqlite::blocking(move || {
            let result = work(&connection);
            Ok((connection, result))
        })
        .await?;
        *slot = Some(connection);
        result
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin(&mut self) -> Result<(), ReadError> {
        match self {
            // Taking the write lock at once: a reader that turns writer could not wait for it.
            Self::Sqlite(_) => self.run("BEGIN IMMEDIATE").await,
            Self::Postgres(_) => self.run("BEGIN").await,
        }
    }

    /// Commits it.
    pub(crate) async fn commit(&mut self) -> Result<(), ReadError> {
        self.run("COMMIT").await
    }

    /// Takes everything since `begin` back.
    pub(crate) async fn rollback(&mut self) -> Result<(), ReadError> {
        self.run("ROLLBACK").await
    }

    /// Runs statements that return nothing.
    pub(crate) async fn run(&mut self, sql: &str) -> Result<(), ReadError> {
        match self {
            Self::Sqlite(c) => {
                let sql = sql.to_owned();
                Self::on(c, move |c| sqlite::run(c, &sql)).await
            }
            Self::Postgres(c) => postgres::run(c, sql).await,
        }
    }

    /// Runs a statement with `$1 …` and returns how many rows it changed.
    pub(crate) async fn execute(&mut self, sql: &str, binds: Vec<Cell>) -> Result<u64, ReadError> {
        match self {
            Self::Sqlite(c) => {
                let sql = sql.to_owned();
                Self::on(c, move |c| sqlite::execute(c, &sql, &binds)).await
            }
            Self::Postgres(c) => postgres::execute(c, sql, binds).await,
        }
    }

    /// Runs a query with `$1 …`.
    pub(crate) async fn fetch(&mut self, sql: &str, binds: Vec<Cell>) -> Result<Vec<DbRow>, ReadError> {
        match self {
            Self::Sqlite(c) => {
                let sql = sql.to_owned();
                Self::on(c, move |c| sqlite::fetch(c, &sql, &binds)).await
            }
            Self::Postgres(c) => postgres::fetch(&mut **c, sql, binds).await,
        }
    }

    /// Where a group stands.
    pub(crate) async fn checkpoint(&mut self, group: &str) -> Result<Option<Checkpoint>, ReadError> {
        let sql = "SELECT position, generation FROM checkpoints WHERE name = $1";
        let rows = self.fetch(sql, vec![Cell::Text(group.into())]).await?;
        Ok(rows.into_iter().next().map(|mut row| Checkpoint::read(&mut row)).transpose()?)
    }

    /// Moves a group's checkpoint on, if it is where this worker believes it to be and the tables are those it
    /// knows. Until the commit no other worker gets past this statement.
    pub(crate) async fn advance(&mut self, group: &str, from: Checkpoint, to: Position) -> Result<(), ReadError> {
        let sql = "UPDATE checkpoints SET position = $1 WHERE name = $2 AND position = $3 AND generation = $4";
        let binds = vec![cell(to), Cell::Text(group.into()), cell(from.position), Cell::Int(from.generation)];
        match self.execute(sql, binds).await? {
            1 => Ok(()),
            _ => Err(ReadError::Fenced { expected: from.position }),
        }
    }

    /// The rows with these keys, all their columns. `keys` holds the keys' cells one after another.
    pub(crate) async fn load(
        &mut self,
        spec: &TableSpec,
        table: &str,
        keys: Vec<Cell>,
    ) -> Result<Vec<DbRow>, ReadError> {
        match self {
            Self::Sqlite(c) => {
                let (spec, table) = (*spec, table.to_owned());
                Self::on(c, move |c| sqlite::load(c, &spec, &table, &keys)).await
            }
            Self::Postgres(c) => postgres::load(c, spec, table, keys).await,
        }
    }

    /// Writes rows, new ones and changed ones, no key twice. `indexed`: the table has what it is searched by, which follows.
    pub(crate) async fn write(
        &mut self,
        spec: &TableSpec,
        table: &str,
        changes: Changes,
        indexed: bool,
    ) -> Result<(), ReadError> {
        match self {
            Self::Sqlite(c) => {
                let (spec, table) = (*spec, table.to_owned());
                Self::on(c, move |c| sqlite::write(c, &spec, &table, &changes, indexed)).await
            }
            // PostgreSQL sees by itself which indexes a new version of a row leaves alone.
            Self::Postgres(c) => postgres::upsert(c, spec, table, changes.rows).await,
        }
    }

    /// Deletes the rows with these keys.
    pub(crate) async fn delete(
        &mut self,
        spec: &TableSpec,
        table: &str,
        keys: Vec<Cell>,
        indexed: bool,
    ) -> Result<(), ReadError> {
        match self {
            Self::Sqlite(c) => {
                let (spec, table) = (*spec, table.to_owned());
                Self::on(c, move |c| sqlite::delete(c, &spec, &table, &keys, indexed)).await
            }
            Self::Postgres(c) => postgres::delete(c, spec, table, keys).await,
        }
    }

    /// Empties the personal columns of every row about a person.
    pub(crate) async fn scrub(
        &mut self,
        spec: &TableSpec,
        table: &str,
        tenant: &TenantId,
        person: Uuid,
    ) -> Result<(), ReadError> {
        let (Some(mut scrub), Some(subject)) = (spec.scrubbing(), spec.data_subject) else { return Ok(()) };
        let binds = vec![Cell::Text(tenant.as_str().into()), Cell::Uuid(person)];
        if spec.words.is_some() {
            match self {
                Self::Sqlite(c) => {
                    let (spec, table, binds) = (*spec, table.to_owned(), binds.clone());
                    Self::on(c, move |c| sqlite_words::forget_person(c, &spec, &table, subject, &binds)).await?;
                }
                Self::Postgres(_) => scrub.push_str(", words = NULL"),
            }
        }
        self.execute(&format!("UPDATE {table} SET {scrub} WHERE tenant = $1 AND {subject} = $2"), binds).await?;
        Ok(())
    }

    /// Makes what a filled table is searched by, of the rows with numbers after `after` up to `upto`. On PostgreSQL it is
    /// written with the rows.
    pub(crate) async fn index_words(
        &mut self,
        spec: &TableSpec,
        table: &str,
        after: Position,
        upto: Position,
    ) -> Result<(), ReadError> {
        match self {
            Self::Sqlite(c) => {
                let (spec, table) = (*spec, table.to_owned());
                Self::on(c, move |c| sqlite_words::fill(c, &spec, &table, &[cell(after), cell(upto)])).await
            }
            Self::Postgres(_) => Ok(()),
        }
    }

    /// How many rows of a table are found by other words than their texts make, and the number of the first. On PostgreSQL the words
    /// are a column and compared as one.
    pub(crate) async fn differing_words(
        &mut self,
        spec: &TableSpec,
        table: &str,
    ) -> Result<Option<(u64, i64)>, ReadError> {
        match self {
            Self::Sqlite(c) => {
                let (spec, table) = (*spec, table.to_owned());
                let differing = Self::on(c, move |c| sqlite_words::differing(c, &spec, &table)).await?;
                Ok(differing.first().map(|first| (differing.len() as u64, *first)))
            }
            Self::Postgres(_) => Ok(None),
        }
    }

    /// After somebody was erased: on SQLite their words still lie in the write-ahead log until it is emptied. Best
    /// effort, as a reader may be in the way; the next ones empty it too.
    pub(crate) async fn flush_erased(&mut self) {
        if !self.is_postgres()
            && let Err(error) = self.run("PRAGMA wal_checkpoint(TRUNCATE)").await
        {
            tracing::debug!(%error, "the write-ahead log was not emptied");
        }
    }

    /// Whether this is PostgreSQL.
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Says good-bye.
    pub(crate) async fn close(self) -> Result<(), ReadError> {
        match self {
            Self::Sqlite(c) => drop(c),
            Self::Postgres(c) => c.close().await?,
        }
        Ok(())
    }
}

pub(crate) fn cell(position: Position) -> Cell {
    Cell::Int(i64::try_from(position.0).unwrap_or(i64::MAX))
}
