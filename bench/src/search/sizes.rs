//! What the index of words takes, in bytes and beside the rest.

use std::path::Path;

use sqlx::Connection as _;

use crate::Failure;

const SEARCHED: [&str; 4] = ["messages", "tickets", "customers", "chats"];

/// Of a file of read models.
pub(super) fn sqlite_sizes(path: &Path) -> Result<(), Failure> {
    let file = rusqlite::Connection::open(path)?;
    file.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    let one = |sql: &str| file.query_row(sql, [], |row| row.get::<_, i64>(0));
    let all = one("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")?;
    let mut index = 0;
    for table in SEARCHED {
        let bytes = one(&format!("SELECT coalesce(sum(length(block)), 0) FROM {table}_fts_data"))?;
        println!("{table}: {} rows, words {:.1} MB", one(&format!("SELECT count(*) FROM {table}"))?, megabytes(bytes));
        index += bytes;
    }
    print_share(index, all);
    Ok(())
}

/// Of read models in PostgreSQL.
pub(super) async fn postgres_sizes(url: &str) -> Result<(), Failure> {
    let failed = |error: sqlx::Error| Failure::Setup(format!("PostgreSQL: {error}"));
    let mut connection = sqlx::PgConnection::connect(url).await.map_err(failed)?;
    let one = async |connection: &mut sqlx::PgConnection, sql: String| {
        sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(sql)).fetch_one(connection).await.map_err(failed)
    };
    one(&mut connection, "SELECT 1::bigint".into()).await?;
    let mut index = 0;
    for table in SEARCHED {
        sqlx::query(sqlx::AssertSqlSafe(format!("VACUUM ANALYZE docket_read.{table}")))
            .execute(&mut connection)
            .await
            .map_err(failed)?;
        let rows = one(&mut connection, format!("SELECT count(*) FROM docket_read.{table}")).await?;
        // The index's own name carries the number of the table it was made for.
        let gin = one(
            &mut connection,
            format!(
                "SELECT coalesce(sum(pg_relation_size(indexrelid)), 0)::bigint FROM pg_index i JOIN pg_class c ON \
                 c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam \
                 WHERE i.indrelid = 'docket_read.{table}'::regclass AND m.amname = 'gin'"
            ),
        )
        .await?;
        let column = format!("SELECT coalesce(sum(pg_column_size(words)), 0)::bigint FROM docket_read.{table}");
        let column = one(&mut connection, column).await?;
        println!("{table}: {rows} rows, index {:.1} MB, words {:.1} MB", megabytes(gin), megabytes(column));
        index += gin + column;
    }
    let all = "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c \
               WHERE c.relnamespace = 'docket_read'::regnamespace AND c.relkind = 'r'";
    let all = one(&mut connection, all.into()).await?;
    print_share(index, all);
    Ok(())
}

fn print_share(index: i64, all: i64) {
    let share = 100.0 * index as f64 / all.max(1) as f64;
    println!("words in all: {:.1} MB, {share:.0} % of {:.1} MB", megabytes(index), megabytes(all));
}

fn megabytes(bytes: i64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
