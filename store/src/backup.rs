//! Copies of SQLite databases that may be written to meanwhile.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::StoreError;

/// Copies a database as it is at one moment into a new file, packed tightly. Writers go on meanwhile.
///
/// # Errors
/// [`StoreError::Unavailable`] if `from` cannot be read, or `to` cannot be written or is there already.
pub async fn copy_database(from: &Path, to: &Path) -> Result<(), StoreError> {
    let target = to.to_str().ok_or(StoreError::Malformed("the path of a copy must be UTF-8"))?;
    let copied = async {
        let mut connection = open(from).await?;
        sqlx::query("VACUUM INTO ?1").bind(target).execute(&mut connection).await?;
        connection.close().await
    };
    copied.await.map_err(|error| unusable(from, &error))
}

/// Reads a database through, and says what SQLite finds wrong with it.
///
/// # Errors
/// [`StoreError::Unavailable`] if it cannot be read, or with the first thing that is wrong.
pub async fn check_database(path: &Path) -> Result<(), StoreError> {
    let checked = async {
        let mut connection = open(path).await?;
        let found: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok::<_, sqlx::Error>(found)
    };
    let found = checked.await.map_err(|error| unusable(path, &error))?;
    if found == "ok" { Ok(()) } else { Err(unusable(path, &found)) }
}

async fn open(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnectOptions::new().filename(path).create_if_missing(false).connect().await
}

fn unusable(path: &Path, why: &dyn std::fmt::Display) -> StoreError {
    StoreError::Unavailable(format!("{}: {why}", path.display()))
}
