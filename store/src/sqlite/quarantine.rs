//! What is left out of the log's file, and who decided so.

use std::path::Path;

use docket_domain::Position;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::reader::{ReadError, time, unsigned};
use super::{connect, unavailable};
use crate::{Decided, QuarantineChange, StoreError};

/// Puts an event in quarantine, unless it is there already.
pub(super) fn put(path: &Path, position: Position, decided: &Decided) -> Result<bool, StoreError> {
    let sql = "INSERT INTO quarantine (position, reason, since) VALUES (?, ?, ?) ON CONFLICT (position) DO NOTHING";
    change(path, position, false, decided, |tx| {
        tx.execute(sql, params![position.0.cast_signed(), decided.reason, decided.at.timestamp_micros()])
    })
}

/// Takes an event out of quarantine, if it is there.
pub(super) fn release(path: &Path, position: Position, decided: &Decided) -> Result<bool, StoreError> {
    let sql = "DELETE FROM quarantine WHERE position = ?";
    change(path, position, true, decided, |tx| tx.execute(sql, [position.0.cast_signed()]))
}

/// Changes something and records it; true if there was something to change.
fn change(
    path: &Path,
    position: Position,
    is_release: bool,
    decided: &Decided,
    work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<usize>,
) -> Result<bool, StoreError> {
    let mut connection = connect(path)?;
    let work = || {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if work(&tx)? == 0 {
            return Ok(false);
        }
        let Decided { by, reason, at } = decided;
        tx.execute(
            "INSERT INTO quarantine_changes (position, released, by, reason, at) VALUES (?, ?, ?, ?, ?)",
            params![position.0.cast_signed(), is_release, by, reason, at.timestamp_micros()],
        )?;
        tx.commit()?;
        Ok(true)
    };
    work().map_err(|error: rusqlite::Error| unavailable(error))
}

/// Every change so far, the oldest first.
pub(super) fn changes(connection: &Connection) -> Result<Vec<QuarantineChange>, ReadError> {
    let sql = "SELECT position, released, by, reason, at FROM quarantine_changes ORDER BY id";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map([], |row| {
        let decided = Decided { by: row.get(2)?, reason: row.get(3)?, at: time(row, 4)? };
        Ok(QuarantineChange { position: Position(unsigned(row, 0)?), is_release: row.get(1)?, decided })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
