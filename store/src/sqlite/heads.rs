//! The signed heads in the log's file.

use std::path::Path;

use docket_domain::{Position, TenantId};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::reader::{ReadError, fixed, time, unsigned};
use super::{connect, unavailable};
use crate::StoreError;
use crate::signing::{PublicKey, SignedHead, TenantChain, before_damage};

const COLUMNS: &str = "position, installation, hash, tenants, signed_at, previous, public_key, signature";

/// Keeps a head and the tenants' chains with it, unless another follows on the same one already.
pub(super) fn keep(path: &Path, head: &SignedHead, tenants: &[(TenantId, TenantChain)]) -> Result<bool, StoreError> {
    let mut connection = connect(path)?;
    let mut work = || {
        let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let last: Option<i64> =
            tx.query_row("SELECT max(position) FROM heads", [], |row| row.get(0)).optional()?.flatten();
        let sql = format!("INSERT INTO heads ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
        let values = params![
            head.position.0.cast_signed(),
            head.installation,
            head.hash,
            head.tenants,
            head.signed_at.timestamp_micros(),
            head.previous,
            head.public_key.0,
            head.signature,
        ];
        if last.is_some_and(|last| last.cast_unsigned() >= head.position.0) || tx.execute(&sql, values)? == 0 {
            return Ok(false);
        }
        tx.execute("DELETE FROM tenant_heads", [])?;
        for (tenant, chain) in tenants {
            tx.execute(
                "INSERT INTO tenant_heads (tenant, events, hash) VALUES (?, ?, ?)",
                params![tenant.as_str(), chain.events.cast_signed(), chain.hash],
            )?;
        }
        tx.commit()?;
        Ok(true)
    };
    work().map_err(|error: rusqlite::Error| unavailable(error))
}

/// Heads above a position, in order.
pub(super) fn after(connection: &Connection, after: Position, limit: usize) -> Result<Vec<SignedHead>, ReadError> {
    let sql = format!("SELECT {COLUMNS} FROM heads WHERE position > ? ORDER BY position LIMIT ?");
    fetch(connection, &sql, after.0.cast_signed(), limit)
}

/// Heads below a position, the latest first.
pub(super) fn before(
    connection: &Connection,
    before: Option<Position>,
    limit: usize,
) -> Result<Vec<SignedHead>, ReadError> {
    let sql = format!("SELECT {COLUMNS} FROM heads WHERE position < ? ORDER BY position DESC LIMIT ?");
    let before = before.map_or(i64::MAX, |before| before.0.min(i64::MAX.cast_unsigned()).cast_signed());
    fetch(connection, &sql, before, limit)
}

fn fetch(connection: &Connection, sql: &str, bound: i64, limit: usize) -> Result<Vec<SignedHead>, ReadError> {
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query(params![bound, i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let mut heads = Vec::new();
    while let Some(row) = rows.next()? {
        let position = Position(unsigned(row, 0)?);
        match head(row) {
            Ok(head) => heads.push(head),
            Err(error) => return Ok(before_damage(heads, position, &error)?),
        }
    }
    Ok(heads)
}

fn head(row: &Row<'_>) -> rusqlite::Result<SignedHead> {
    Ok(SignedHead {
        position: Position(unsigned(row, 0)?),
        installation: fixed(row, 1)?,
        hash: fixed(row, 2)?,
        tenants: fixed(row, 3)?,
        signed_at: time(row, 4)?,
        previous: fixed(row, 5)?,
        public_key: PublicKey(fixed(row, 6)?),
        signature: fixed(row, 7)?,
    })
}

/// The tenants' chains at the last head.
pub(super) fn tenants(connection: &Connection) -> Result<Vec<(TenantId, TenantChain)>, ReadError> {
    let mut query = connection.prepare_cached("SELECT tenant, events, hash FROM tenant_heads")?;
    let rows = query.query_map([], |row| {
        let chain = TenantChain { events: unsigned(row, 1)?, hash: fixed(row, 2)? };
        Ok((row.get::<_, String>(0)?, chain))
    })?;
    // A row that names no tenant makes the root another one, and then they are counted anew.
    let named = rows.collect::<Result<Vec<_>, _>>()?.into_iter();
    Ok(named.filter_map(|(tenant, chain)| Some((TenantId::new(&tenant).ok()?, chain))).collect())
}
