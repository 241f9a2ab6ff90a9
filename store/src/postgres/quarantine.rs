//! What is left out of the log's schema, and who decided so. Each call is one statement.

use docket_domain::Position;
use sqlx::postgres::{PgPool, PgRow};

use super::reader::{ReadError, get, unsigned};
use crate::{Decided, QuarantineChange};

/// Puts an event in quarantine, unless it is there already.
pub(super) async fn put(pool: &PgPool, position: Position, decided: &Decided) -> Result<(), sqlx::Error> {
    let sql = "WITH put AS (INSERT INTO docket_log.quarantine (position, reason, since) VALUES ($1, $2, $3) \
                   ON CONFLICT (position) DO NOTHING RETURNING position) \
               INSERT INTO docket_log.quarantine_changes (position, released, by, reason, at) \
               SELECT position, false, $4, $2, $3 FROM put";
    change(pool, sql, position, decided).await.map(drop)
}

/// Takes an event out of quarantine; false if it is not there.
pub(super) async fn release(pool: &PgPool, position: Position, decided: &Decided) -> Result<bool, sqlx::Error> {
    let sql = "WITH gone AS (DELETE FROM docket_log.quarantine WHERE position = $1 RETURNING position) \
               INSERT INTO docket_log.quarantine_changes (position, released, by, reason, at) \
               SELECT position, true, $4, $2, $3 FROM gone";
    Ok(change(pool, sql, position, decided).await? > 0)
}

async fn change(
    pool: &PgPool,
    sql: &'static str,
    position: Position,
    Decided { by, reason, at }: &Decided,
) -> Result<u64, sqlx::Error> {
    let query = sqlx::query(sql).bind(position.0.cast_signed()).bind(reason).bind(at).bind(by);
    Ok(query.execute(pool).await?.rows_affected())
}

/// Every change so far, the oldest first.
pub(super) async fn changes(pool: &PgPool) -> Result<Vec<QuarantineChange>, ReadError> {
    let sql = "SELECT position, released, by, reason, at FROM docket_log.quarantine_changes ORDER BY id";
    let read = |row: &PgRow| {
        let decided = Decided { by: get(row, 2)?, reason: get(row, 3)?, at: get(row, 4)? };
        Ok(QuarantineChange { position: Position(unsigned(row, 0)?), is_release: get(row, 1)?, decided })
    };
    let rows = sqlx::query(sql).fetch_all(pool).await?;
    Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
}
