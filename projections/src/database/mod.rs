//! Either database, so that the rest of this room need not care which.

pub(crate) mod postgres;
mod sql;
pub(crate) mod sqlite;
mod sqlite_readers;
mod sqlite_words;
mod tables;
mod turn;
mod writer;

use docket_domain::{Position, TenantId};
use docket_store::{PageCache, Writable, WriteProbe};
use sqlx::Executor as _;
use sqlx::postgres::PgPool;

use crate::error::ReadError;
use crate::read_models::ReadModelsUrl;
use crate::table::{Cell, Column, DbRow};

pub(crate) use sql::Sql;
pub(crate) use sqlite_readers::READERS;
use sqlite_readers::Readers;
pub(crate) use tables::{
    Ddl, create_bare_table, create_table, drop_table, finish_table, prepare, shadow_name, stored_models, swap_table,
};
pub(crate) use writer::{Writer, cell};

/// Where a group of models stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    /// Everything up to here is in the tables.
    pub(crate) position: Position,
    /// Which tables they are: grows when a rebuild replaces them.
    pub(crate) generation: i64,
}

impl Checkpoint {
    fn read(row: &mut DbRow) -> Result<Self, sqlx::Error> {
        Ok(Self { position: Position(u64::read(row, 0)?), generation: i64::read(row, 1)? })
    }
}

/// Reading connections, and how to get a writing one.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    Sqlite { url: std::path::PathBuf, pages: usize, read: Readers, probe: WriteProbe },
    Postgres { url: String, read: PgPool, owner: PgPool },
}

impl Database {
    /// Connects, and makes what all tables need (schema, roles, checkpoints).
    pub(crate) async fn open(url: &ReadModelsUrl, pages: PageCache) -> Result<Self, ReadError> {
        if let ReadModelsUrl::Postgres(url) = url {
            postgres::check_sessions(url).await?;
        }
        let mut writer = connect(url, pages.writer).await?;
        prepare(&mut writer).await?;
        writer.close().await?;
        Ok(match url {
            ReadModelsUrl::Sqlite(path) => {
                let (read, probe) = (Readers::new(path.clone(), pages.reader), WriteProbe::of(path));
                Self::Sqlite { url: path.clone(), pages: pages.writer, read, probe }
            }
            ReadModelsUrl::Postgres(url) => Self::Postgres {
                url: url.clone(),
                read: postgres::read_pool(url).await?,
                owner: postgres::owner_pool(url).await?,
            },
        })
    }

    /// A writing connection.
    pub(crate) async fn writer(&self) -> Result<Writer, ReadError> {
        match self {
            Self::Sqlite { url, pages, .. } => connect(&ReadModelsUrl::Sqlite(url.clone()), *pages).await,
            Self::Postgres { url, .. } => connect(&ReadModelsUrl::Postgres(url.clone()), 0).await,
        }
    }

    /// Whether this is PostgreSQL.
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres { .. })
    }

    /// Runs a query of one tenant. On PostgreSQL the connection is told the tenant first, each time: row-level
    /// security shows no other's rows, whatever the query says. It is told for the session, not in a transaction, as
    /// a cancelled transaction would go back into the pool open (launchbadge/sqlx#4385); nobody gets a connection
    /// but through here.
    pub(crate) async fn fetch(&self, tenant: &TenantId, sql: Sql) -> Result<Vec<DbRow>, ReadError> {
        let (text, binds) = sql.into_parts();
        tracing::trace!(sql = text.as_str(), "query");
        match self {
            Self::Sqlite { read, .. } => read.fetch(text, binds).await,
            Self::Postgres { read, .. } => {
                let mut connection = read.acquire().await?;
                let tenant = sqlx::query("SELECT set_config('docket.tenant', $1, false)").bind(tenant.as_str());
                connection.execute(tenant).await?;
                postgres::fetch(&mut *connection, &text, binds).await
            }
        }
    }

    /// Runs a query that concerns all tenants.
    pub(crate) async fn fetch_all_tenants(&self, sql: Sql) -> Result<Vec<DbRow>, ReadError> {
        let (text, binds) = sql.into_parts();
        tracing::trace!(sql = text.as_str(), "query");
        match self {
            Self::Sqlite { read, .. } => read.fetch(text, binds).await,
            Self::Postgres { owner, .. } => postgres::fetch(owner, &text, binds).await,
        }
    }

    /// Whether it takes writes.
    pub(crate) async fn is_writable(&self) -> Result<Writable, ReadError> {
        match self {
            Self::Sqlite { probe, .. } => Ok(probe.ask().await),
            Self::Postgres { owner, .. } => Ok(docket_store::pg::is_writable(owner).await?.into()),
        }
    }

    /// Where a group stands.
    pub(crate) async fn checkpoint(&self, group: &str) -> Result<Option<Checkpoint>, ReadError> {
        let mut sql = Sql::new("SELECT position, generation FROM checkpoints WHERE name = ");
        sql.bind(Cell::Text(group.to_owned()));
        let rows = self.fetch_all_tenants(sql).await?;
        Ok(rows.into_iter().next().map(|mut row| Checkpoint::read(&mut row)).transpose()?)
    }

    /// Closes the reading connections.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { read, .. } => read.close(),
            Self::Postgres { read, owner, .. } => {
                read.close().await;
                owner.close().await;
            }
        }
    }
}

async fn connect(url: &ReadModelsUrl, pages: usize) -> Result<Writer, ReadError> {
    Ok(match url {
        ReadModelsUrl::Sqlite(path) => {
            let path = path.clone();
            Writer::Sqlite(Some(sqlite::blocking(move || sqlite::connect(&path, pages)).await?))
        }
        ReadModelsUrl::Postgres(url) => Writer::Postgres(Box::new(postgres::connect(url).await?)),
    })
}
