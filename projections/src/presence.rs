//! Whether there are read models at all, found out without making any.

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::database::postgres::{self, SCHEMA};
use crate::error::ReadError;
use crate::read_models::ReadModelsUrl;

impl ReadModelsUrl {
    /// Whether there are read models: whether their table of how far they are is there.
    ///
    /// # Errors
    /// If their database does not answer.
    pub async fn is_there(&self) -> Result<bool, ReadError> {
        match self {
            Self::Sqlite(path) => {
                if std::fs::metadata(path).map_or(0, |file| file.len()) == 0 {
                    return Ok(false);
                }
                let options = SqliteConnectOptions::new().filename(path).create_if_missing(false);
                let mut connection: SqliteConnection = options.connect().await?;
                let there = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'checkpoints')";
                let there = sqlx::query_scalar(there).fetch_one(&mut connection).await?;
                connection.close().await?;
                Ok(there)
            }
            Self::Postgres(url) => {
                let mut connection = postgres::connect(url).await?;
                let there = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
                    .bind(format!("{SCHEMA}.checkpoints"))
                    .fetch_one(&mut connection)
                    .await?;
                connection.close().await?;
                Ok(there)
            }
        }
    }
}
