//! The signed heads in the log's schema. Each call is one statement.

use docket_domain::{Position, TenantId};
use sqlx::postgres::{PgPool, PgRow};

use super::reader::{ReadError, fixed, get, unsigned};
use crate::signing::{PublicKey, SignedHead, TenantChain, before_damage};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT position, installation, hash, tenants, signed_at, previous, public_key, signature ",
            "FROM docket_log.heads ",
            $rest
        )
    };
}

/// Keeps a head and the tenants' chains with it, unless another follows on the same one already.
pub(super) async fn keep(
    pool: &PgPool,
    head: &SignedHead,
    tenants: &[(TenantId, TenantChain)],
) -> Result<bool, sqlx::Error> {
    let (mut names, mut events, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
    for (tenant, chain) in tenants {
        names.push(tenant.as_str().to_owned());
        events.push(chain.events.cast_signed());
        hashes.push(chain.hash.to_vec());
    }
    // Tenants are never taken away, so that what is there already is only written over.
    let kept = sqlx::query_scalar::<_, i64>(
        "WITH kept AS (INSERT INTO docket_log.heads \
             (position, installation, hash, tenants, signed_at, previous, public_key, signature) \
             SELECT $1, $2, $3, $4, $5, $6, $7, $8 \
             WHERE NOT EXISTS (SELECT FROM docket_log.heads WHERE position >= $1) \
             ON CONFLICT DO NOTHING RETURNING position), \
         chains AS (INSERT INTO docket_log.tenant_heads (tenant, events, hash) \
             SELECT t.tenant, t.events, t.hash \
             FROM UNNEST($9::text[], $10::bigint[], $11::bytea[]) AS t (tenant, events, hash), kept \
             ON CONFLICT (tenant) DO UPDATE SET events = excluded.events, hash = excluded.hash) \
         SELECT position FROM kept",
    )
    .bind(head.position.0.cast_signed())
    .bind(head.installation.as_slice())
    .bind(head.hash.as_slice())
    .bind(head.tenants.as_slice())
    .bind(head.signed_at)
    .bind(head.previous.as_slice())
    .bind(head.public_key.0.as_slice())
    .bind(head.signature.as_slice())
    .bind(names)
    .bind(events)
    .bind(hashes)
    .fetch_optional(pool)
    .await?;
    Ok(kept.is_some())
}

/// Heads above a position, in order.
pub(super) async fn after(pool: &PgPool, after: Position, limit: usize) -> Result<Vec<SignedHead>, ReadError> {
    let sql = select!("WHERE position > $1 ORDER BY position LIMIT $2");
    fetch(pool, sql, after.0.cast_signed(), limit).await
}

/// Heads below a position, the latest first.
pub(super) async fn before(
    pool: &PgPool,
    before: Option<Position>,
    limit: usize,
) -> Result<Vec<SignedHead>, ReadError> {
    let sql = select!("WHERE position < $1 ORDER BY position DESC LIMIT $2");
    let before = before.map_or(i64::MAX, |before| before.0.min(i64::MAX.cast_unsigned()).cast_signed());
    fetch(pool, sql, before, limit).await
}

async fn fetch(pool: &PgPool, sql: &'static str, bound: i64, limit: usize) -> Result<Vec<SignedHead>, ReadError> {
    let rows = sqlx::query(sql).bind(bound).bind(i64::try_from(limit).unwrap_or(i64::MAX)).fetch_all(pool).await?;
    let mut heads = Vec::with_capacity(rows.len());
    for row in &rows {
        let position = Position(unsigned(row, 0)?);
        match head(row) {
            Ok(head) => heads.push(head),
            Err(error) => return Ok(before_damage(heads, position, &error)?),
        }
    }
    Ok(heads)
}

fn head(row: &PgRow) -> Result<SignedHead, sqlx::Error> {
    Ok(SignedHead {
        position: Position(unsigned(row, 0)?),
        installation: fixed(row, 1)?,
        hash: fixed(row, 2)?,
        tenants: fixed(row, 3)?,
        signed_at: get(row, 4)?,
        previous: fixed(row, 5)?,
        public_key: PublicKey(fixed(row, 6)?),
        signature: fixed(row, 7)?,
    })
}

/// The tenants' chains at the last head.
pub(super) async fn tenants(pool: &PgPool) -> Result<Vec<(TenantId, TenantChain)>, ReadError> {
    let rows = sqlx::query("SELECT tenant, events, hash FROM docket_log.tenant_heads").fetch_all(pool).await?;
    let mut chains = Vec::with_capacity(rows.len());
    for row in &rows {
        let chain = TenantChain { events: unsigned(row, 1)?, hash: fixed(row, 2)? };
        // A row that names no tenant makes the root another one, and then they are counted anew.
        if let Ok(tenant) = TenantId::new(get::<&str>(row, 0)?) {
            chains.push((tenant, chain));
        }
    }
    Ok(chains)
}
