//! Rebuilds take turns, also those of other processes: each clears away what one that died has left, and would take the
//! tables of one under way for that.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use sqlx::PgConnection;

use super::{Database, postgres};
use crate::error::ReadError;

/// How often somebody who waits looks.
const LOOK: Duration = Duration::from_millis(200);

/// A rebuild's turn; ends when it is dropped, and with the process.
#[derive(Debug)]
pub(crate) struct Turn {
    _file: Option<File>,
    _session: Option<PgConnection>,
}

impl Database {
    /// Waits until nobody else rebuilds.
    pub(crate) async fn turn(&self) -> Result<Turn, ReadError> {
        let mut told = false;
        loop {
            let turn = match self {
                Self::Sqlite { url, .. } => try_file(url)?,
                Self::Postgres { url, .. } => try_session(url).await?,
            };
            if let Some(turn) = turn {
                return Ok(turn);
            }
            if !std::mem::replace(&mut told, true) {
                tracing::warn!("another rebuild is under way; waiting until it is done");
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// The lock is the kernel's, on a file beside the database.
fn try_file(database: &Path) -> Result<Option<Turn>, ReadError> {
    let mut name = database.as_os_str().to_owned();
    name.push(".rebuild");
    let failed = |error: std::io::Error| ReadError::Setup(format!("{}: {error}", Path::new(&name).display()));
    let file = File::options().create(true).truncate(false).write(true).open(&name).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Turn { _file: Some(file), _session: None })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// The lock is the server's, and a session's own.
async fn try_session(url: &str) -> Result<Option<Turn>, ReadError> {
    let mut session = postgres::connect(url).await?;
    let lock = "SELECT pg_try_advisory_lock(hashtextextended('docket_read_rebuild', 0))";
    let taken: bool = sqlx::query_scalar(lock).fetch_one(&mut session).await?;
    Ok(taken.then_some(Turn { _file: None, _session: Some(session) }))
}
