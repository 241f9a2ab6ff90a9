//! Writing to a server's databases behind its back.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

use crate::Docket;

/// Runs `sql` on a file of an embedded desk, or on a schema of one on PostgreSQL.
pub async fn tamper(docket: &Docket, file: &str, schema: &str, sql: &str) {
    match docket.store_url() {
        None => {
            let options = SqliteConnectOptions::new().filename(docket.data().join(file));
            let mut connection = options.connect().await.expect("it opens");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.expect("written");
            connection.close().await.expect("closed");
        }
        Some(url) => {
            let sql = format!("SET search_path = {schema}; {sql}");
            let mut connection = PgConnection::connect(url).await.expect("it opens");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.expect("written");
        }
    }
}
