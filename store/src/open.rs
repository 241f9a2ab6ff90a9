//! Which log, and opening it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use crate::postgres::PostgresLog;
use crate::sqlite::SqliteLog;
use crate::{Clock, EventStore, StoreError};

/// Where the log is.
#[derive(Clone, PartialEq, Eq)]
pub enum LogUrl {
    /// A file; it is made if there is none, its folder is not.
    Sqlite(PathBuf),
    /// A database, as `postgres://user:password@host:port/name`. The log lives in its schema `docket_log`.
    Postgres(String),
}

/// The text names no log that Docket knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a log is sqlite:PATH or postgres://…")]
pub struct InvalidLogUrl;

impl FromStr for LogUrl {
    type Err = InvalidLogUrl;

    fn from_str(url: &str) -> Result<Self, InvalidLogUrl> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        let path = url.strip_prefix("sqlite:").ok_or(InvalidLogUrl)?;
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() { Err(InvalidLogUrl) } else { Ok(Self::Sqlite(path.into())) }
    }
}

/// Without the password.
impl fmt::Display for LogUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => match (url.find("://"), url.rfind('@')) {
                (Some(scheme), Some(at)) if scheme + 3 <= at => write!(f, "{}…{}", &url[..scheme + 3], &url[at..]),
                _ => f.write_str(url),
            },
        }
    }
}

impl fmt::Debug for LogUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Bytes of a SQLite file's pages that connections keep in memory. PostgreSQL has its own settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageCache {
    /// The connection that writes.
    pub writer: usize,
    /// Each that reads.
    pub reader: usize,
}

impl Default for PageCache {
    /// As much of the index as many streams need, and of what is read once as good as nothing.
    fn default() -> Self {
        Self { writer: 16 << 20, reader: 2 << 20 }
    }
}

/// Connections that read a log in SQLite at once.
pub const LOG_READERS: usize = crate::sqlite::READERS;

/// Opens the log, bringing its tables up to date first.
///
/// # Errors
/// [`StoreError::Unavailable`] if it cannot be reached or its tables cannot be made.
pub async fn open_log(url: &LogUrl, clock: Arc<dyn Clock>) -> Result<Arc<dyn EventStore>, StoreError> {
    open_log_with(url, clock, PageCache::default()).await
}

/// The same with so much of its pages in memory.
///
/// # Errors
/// As [`open_log`].
pub async fn open_log_with(
    url: &LogUrl,
    clock: Arc<dyn Clock>,
    pages: PageCache,
) -> Result<Arc<dyn EventStore>, StoreError> {
    Ok(match url {
        LogUrl::Sqlite(path) => Arc::new(SqliteLog::open(path, clock, pages).await?),
        LogUrl::Postgres(url) => Arc::new(PostgresLog::open(url, clock).await?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_understood_and_passwords_hidden() {
        assert_eq!("sqlite:/a/log.db".parse(), Ok(LogUrl::Sqlite("/a/log.db".into())));
        assert_eq!("sqlite:///a/log.db".parse(), Ok(LogUrl::Sqlite("/a/log.db".into())));
        assert_eq!("mysql://x".parse::<LogUrl>(), Err(InvalidLogUrl));
        assert_eq!("sqlite:".parse::<LogUrl>(), Err(InvalidLogUrl));
        let url: LogUrl = "postgres://me:se@cret@db/docket".parse().unwrap();
        assert_eq!(format!("{url:?}"), "postgres://…@db/docket");
    }
}
