//! Tables brought up to date, and whether this version can use what a newer one made of them.

use sqlx::migrate::{Migrate, MigrateError, Migrator};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;

/// The tables cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MigrationError {
    /// They are beyond this version.
    #[error(
        "a newer version of Docket has changed its tables in a way this one ({}) cannot use: they need migration {needs}, \
         which Docket {docket} brought, and this version knows migrations up to {known}. Run Docket {docket} or newer, or \
         restore the backup made before it was started",
        env!("CARGO_PKG_VERSION")
    )]
    Newer {
        /// The newest migration a version has to know.
        needs: i64,
        /// The version that knew it first.
        docket: String,
        /// The newest migration this version knows.
        known: i64,
    },
    /// They could not be brought up to date.
    #[error("the tables could not be brought up to date: {0}")]
    Migrate(#[from] MigrateError),
    /// The database did not answer.
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
}

/// A connection that can be asked which versions may use what lies behind it.
pub(crate) trait Compatibility: Migrate {
    /// The newest migration a version has to know, and the version of Docket that knew it first.
    async fn needs(&mut self) -> Result<Option<(i64, String)>, sqlx::Error>;
}

const NEEDS: &str = "SELECT needs, docket FROM compatibility ORDER BY needs DESC LIMIT 1";

impl Compatibility for SqliteConnection {
    async fn needs(&mut self) -> Result<Option<(i64, String)>, sqlx::Error> {
        let there = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'compatibility')";
        if !sqlx::query_scalar::<_, bool>(there).fetch_one(&mut *self).await? {
            return Ok(None);
        }
        sqlx::query_as(NEEDS).fetch_optional(&mut *self).await
    }
}

impl Compatibility for PgConnection {
    async fn needs(&mut self) -> Result<Option<(i64, String)>, sqlx::Error> {
        let there = "SELECT to_regclass('compatibility') IS NOT NULL";
        if !sqlx::query_scalar::<_, bool>(there).fetch_one(&mut *self).await? {
            return Ok(None);
        }
        sqlx::query_as(NEEDS).fetch_optional(&mut *self).await
    }
}

/// Brings tables up to date. Migrations of newer versions may be there: they only add, unless they say otherwise.
pub(crate) async fn migrate<C: Compatibility>(
    mut migrator: Migrator,
    connection: &mut C,
) -> Result<(), MigrationError> {
    let known = migrator.iter().map(|migration| migration.version).max().unwrap_or(0);
    if let Some((needs, docket)) = connection.needs().await?
        && needs > known
    {
        return Err(MigrationError::Newer { needs, docket, known });
    }
    migrator.set_ignore_missing(true);
    migrator.run_direct(None, connection, false).await?;
    Ok(())
}
