//! Log and vault belong together. Looked at before either is made: one without the other is a loss, not a beginning.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};
use uuid::Uuid;

use crate::pg::Connector;
use crate::{EventStore, KeyError, LogUrl, StoreError, Vault, new_id};

/// Log and vault do not belong together.
#[derive(Debug, thiserror::Error)]
pub enum InstallationError {
    /// The vault is gone.
    #[error(
        "the log {log} holds what people wrote, and the vault {vault}, which has their keys, is missing or empty. Put it back \
         from its backup: without it none of it can be read. Nothing was made in its place"
    )]
    VaultMissing {
        /// Where the log is.
        log: String,
        /// Where the vault should be.
        vault: String,
    },
    /// The log is gone.
    #[error(
        "the vault {vault} holds people's keys, and the log {log}, which they belong to, is missing or empty. Put it back from \
         its backup; to begin anew, move the vault and its master key away. Nothing was made in its place"
    )]
    LogMissing {
        /// Where the log should be.
        log: String,
        /// Where the vault is.
        vault: String,
    },
    /// They are of two installations.
    #[error(
        "the log {log} (installation {of_log}) and the vault {vault} (installation {of_vault}) do not belong together: one was \
         put back from a backup of another desk"
    )]
    Apart {
        /// Where the log is.
        log: String,
        /// Its installation.
        of_log: Uuid,
        /// Where the vault is.
        vault: String,
        /// Its installation.
        of_vault: Uuid,
    },
    /// One of them does not answer.
    #[error("log and vault could not be looked at: {0}")]
    Unavailable(#[from] sqlx::Error),
    /// The log does not answer.
    #[error(transparent)]
    Log(#[from] StoreError),
    /// The vault does not answer.
    #[error(transparent)]
    Vault(#[from] KeyError),
}

/// Refuses a log without its vault, and a vault without its log. Makes neither.
///
/// # Errors
/// [`InstallationError`].
pub async fn check_halves(log: &LogUrl, vault: &str) -> Result<(), InstallationError> {
    let (log_at, vault_at) = places(log, vault);
    let has_events = "SELECT 1 FROM {}events";
    let has_sealed = "SELECT 1 FROM {}events WHERE data_subject IS NOT NULL";
    let has_keys = "SELECT 1 FROM {}person_keys";
    let of_log = Place::of(log);
    let of_vault = Place::of_vault(vault);
    let keys = of_vault.any("person_keys", has_keys).await?;
    if !keys && of_log.any("events", has_sealed).await? {
        return Err(InstallationError::VaultMissing { log: log_at, vault: vault_at });
    }
    if keys && !of_log.any("events", has_events).await? {
        return Err(InstallationError::LogMissing { log: log_at, vault: vault_at });
    }
    Ok(())
}

/// Whether there is a desk: a log and its vault. Makes neither.
///
/// # Errors
/// [`InstallationError::VaultMissing`] if the log has events and no vault; or that one of them does not answer.
pub async fn is_installed(log: &LogUrl, vault: &str) -> Result<bool, InstallationError> {
    let of_log = Place::of(log);
    if !of_log.any("events", "SELECT 1").await? {
        return Ok(false);
    }
    // What a first start that was ended left behind is not a desk yet.
    let has_vault = Place::of_vault(vault).any("person_keys", "SELECT 1").await?;
    if !has_vault && of_log.any("events", "SELECT 1 FROM {}events").await? {
        let (log, vault) = places(log, vault);
        return Err(InstallationError::VaultMissing { log, vault });
    }
    Ok(has_vault)
}

/// Sees to it that an open log and an open vault bear the same id, giving them one if they have none.
///
/// # Errors
/// [`InstallationError::Apart`], or that one of them does not answer.
pub async fn join_halves(
    (log_url, log): (&LogUrl, &dyn EventStore),
    (vault_url, vault): (&str, &Vault),
) -> Result<(), InstallationError> {
    let known = vault.installation().await?;
    let of_log = log.join_installation(known.unwrap_or_else(new_id)).await?;
    let of_vault = vault.join_installation(of_log).await?;
    if of_log == of_vault {
        return Ok(());
    }
    let (log, vault) = places(log_url, vault_url);
    Err(InstallationError::Apart { log, of_log, vault, of_vault })
}

/// Where they are, without passwords.
fn places(log: &LogUrl, vault: &str) -> (String, String) {
    let vault = match vault.parse() {
        Ok(url @ LogUrl::Postgres(_)) => format!("{url}, schema docket_vault"),
        _ => vault.to_owned(),
    };
    let log = match log {
        LogUrl::Postgres(_) => format!("{log}, schema docket_log"),
        LogUrl::Sqlite(path) => path.display().to_string(),
    };
    (log, vault)
}

/// A database that may not be there.
enum Place<'a> {
    File(&'a Path),
    Schema { url: &'a str, schema: &'static str },
}

impl<'a> Place<'a> {
    fn of(log: &'a LogUrl) -> Self {
        match log {
            LogUrl::Sqlite(path) => Self::File(path),
            LogUrl::Postgres(url) => Self::Schema { url, schema: "docket_log" },
        }
    }

    fn of_vault(vault: &'a str) -> Self {
        match vault.parse() {
            Ok(LogUrl::Postgres(_)) => Self::Schema { url: vault, schema: "docket_vault" },
            _ => Self::File(Path::new(vault.strip_prefix("sqlite:").unwrap_or(vault))),
        }
    }

    /// Whether a query over a table finds anything; not if there is no such table, or nothing to hold it.
    async fn any(&self, table: &str, query: &str) -> Result<bool, sqlx::Error> {
        match self {
            Self::File(path) => {
                if std::fs::metadata(path).map_or(0, |file| file.len()) == 0 {
                    return Ok(false);
                }
                let options = SqliteConnectOptions::new().filename(path).create_if_missing(false);
                let mut connection: SqliteConnection = options.connect().await?;
                let there = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?)";
                let there: bool = sqlx::query_scalar(there).bind(table).fetch_one(&mut connection).await?;
                let query = format!("SELECT EXISTS ({})", query.replace("{}", ""));
                let query = sqlx::query_scalar(AssertSqlSafe(query));
                let found = there && query.fetch_one(&mut connection).await?;
                connection.close().await?;
                Ok(found)
            }
            Self::Schema { url, schema } => {
                let connector = Connector::new(url, "docket start", schema)?;
                // The first that is asked of a server: prepared statements already fail where sessions are shared.
                connector.check_sessions().await?;
                let mut connection = connector.connect().await?;
                let there = "SELECT to_regclass($1) IS NOT NULL";
                let there: bool =
                    sqlx::query_scalar(there).bind(format!("{schema}.{table}")).fetch_one(&mut connection).await?;
                let query = format!("SELECT EXISTS ({})", query.replace("{}", &format!("{schema}.")));
                let query = sqlx::query_scalar(AssertSqlSafe(query));
                let found = there && query.fetch_one(&mut connection).await?;
                connection.close().await?;
                Ok(found)
            }
        }
    }
}
