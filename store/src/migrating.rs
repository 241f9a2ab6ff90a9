//! Tables brought up to date, and whether this version can use what a newer one made of them.

use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;

/// A migration: `0001_log` and its text.
pub(crate) type Script = (&'static str, &'static str);

/// The migrations of a folder, whose names are listed. `sqlx::migrate!` would find them itself, and have every build compile both
/// databases, TLS and all, a second time for the compiler's own use.
macro_rules! scripts {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../migrations/", $folder, "/", $name, ".sql")))),+]
    };
}

pub(crate) const SQLITE_LOG: &[Script] = scripts!("sqlite/log": "0001_log", "0002_quarantine", "0003_heads", "0004_numbers_aside", "0005_installation", "0006_unchanged", "0007_quarantine_changes");
pub(crate) const POSTGRES_LOG: &[Script] = scripts!("postgres/log": "0001_log", "0002_quarantine", "0003_heads", "0004_numbers_aside", "0005_installation", "0006_unchanged", "0007_quarantine_changes");
pub(crate) const SQLITE_VAULT: &[Script] = scripts!("sqlite/vault": "0001_vault", "0002_visits", "0003_roles", "0004_claims",
    "0005_epochs", "0006_tries", "0007_installation", "0008_code_scopes", "0009_following",
    "0010_external_ids");
pub(crate) const POSTGRES_VAULT: &[Script] = scripts!("postgres/vault": "0001_vault", "0002_visits", "0003_roles",
    "0004_claims", "0005_epochs", "0006_tries", "0007_installation", "0008_code_scopes", "0009_following",
    "0010_external_ids");

/// What sqlx makes of such files: their number, their name in words, and a hash of their text.
fn migration((name, sql): &Script) -> Option<Migration> {
    let (number, name) = name.split_once('_')?;
    let (sql, description) = (sqlx::SqlStr::from_static(sql), name.replace('_', " ").into());
    Some(Migration::new(number.parse().ok()?, description, MigrationType::Simple, sql, false))
}

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
pub(crate) async fn migrate<C: Compatibility>(scripts: &[Script], connection: &mut C) -> Result<(), MigrationError> {
    let mut migrator = Migrator::with_migrations(scripts.iter().filter_map(migration).collect());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_listed_and_understood() {
        let folders = [
            ("sqlite/log", SQLITE_LOG),
            ("postgres/log", POSTGRES_LOG),
            ("sqlite/vault", SQLITE_VAULT),
            ("postgres/vault", POSTGRES_VAULT),
        ];
        for (folder, scripts) in folders {
            let path = format!("{}/../migrations/{folder}", env!("CARGO_MANIFEST_DIR"));
            let mut files: Vec<String> = std::fs::read_dir(path)
                .expect("a folder")
                .map(|file| file.expect("a file").file_name().into_string().expect("a name"))
                .collect();
            files.sort();
            let listed: Vec<String> = scripts.iter().map(|(name, _)| format!("{name}.sql")).collect();
            assert_eq!(listed, files, "{folder}");
            let numbers: Vec<i64> = scripts.iter().filter_map(migration).map(|migration| migration.version).collect();
            assert_eq!(numbers, (1..=scripts.len() as i64).collect::<Vec<_>>(), "{folder}");
        }
    }

    /// Databases remember these: another description or hash, and an older one would not open.
    #[test]
    fn migrations_are_what_they_were() {
        let first = migration(&SQLITE_LOG[3]).expect("understood");
        assert_eq!((first.version, &*first.description, first.no_tx), (4, "numbers aside", false));
        assert_eq!(
            hex::encode(&*first.checksum),
            "3e8e018bd2a236bd84b2584c15468927b687e4921ce4267ccefa293f09322ea156d02c1dbb61aa9b17293dec26e29640"
        );
    }
}
