//! Reading: the queries, and the connections that run them.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use docket_domain::{Actor, Category, EventMeta, PersonId, Position, StreamId, TenantId};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, params};
use smol_str::SmolStr;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::{blocking, connect_with, unavailable};
use crate::appender::plan::Used;
use crate::{Appended, Filter, Page, Quarantined, RecordedEvent, StoreError, StreamVersion, codes};

/// Reads at once. More would only compete for the same cores.
pub(crate) const READERS: usize = 8;

const COLUMNS: &str = "position, tenant, category, stream_id, version, event_id, event_type, schema_version, \
                       occurred_at, recorded_at, actor_kind, actor_id, correlation_id, causation_id, data_subject, \
                       irregular, hash, payload";

/// A read failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Connections for reading, made when needed.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    pages: usize,
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    pub(super) fn new(path: PathBuf, pages: usize) -> Self {
        Self { path, pages, permits: Arc::new(Semaphore::new(READERS)), idle: Arc::default() }
    }

    /// Runs a read on a free connection. Dropping this future lets the read finish unseen.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let closed = |_| StoreError::Unavailable("the log is closed".into());
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(closed)?;
        let (idle, closing, path) = (Arc::clone(&self.idle), Arc::clone(&self.permits), self.path.clone());
        let pages = self.pages;
        blocking(move || {
            let _permit = permit;
            let ready = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let connection = ready.map_or_else(|| connect_with(&path, pages), Ok)?;
            match query(&connection) {
                Ok(answer) => {
                    if !closing.is_closed() {
                        idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
                    }
                    Ok(answer)
                }
                Err(ReadError::Store(error)) => Err(error),
                // The connection is dropped: whatever is wrong with it ends here.
                Err(ReadError::Sqlite(error)) => Err(unavailable(error)),
            }
        })
        .await?
    }

    /// Refuses further reads and closes what is idle.
    pub(super) fn close(&self) {
        self.permits.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// The last position.
pub(super) fn head(connection: &Connection) -> rusqlite::Result<Position> {
    let last: Option<i64> =
        connection.prepare_cached("SELECT max(position) FROM events")?.query_row([], |row| row.get(0))?;
    Ok(Position(last.map_or(0, i64::cast_unsigned)))
}

/// The first use of an idempotency key.
pub(super) fn used_key(connection: &Connection, tenant: &TenantId, key: &str) -> rusqlite::Result<Option<Used>> {
    let mut query = connection.prepare_cached(
        "SELECT fingerprint, position, recorded_at, category, stream_id, version, note, 1 \
         FROM idempotency WHERE tenant = ?1 AND key = ?2 \
         UNION ALL SELECT fingerprint, position, recorded_at, category, stream_id, version, note, 0 \
         FROM unchanged WHERE tenant = ?1 AND key = ?2",
    )?;
    query
        .query_row(params![tenant.as_str(), key], |row| {
            let stream = StreamId::new(tenant.clone(), category(row, 3)?, uuid(row, 4)?);
            let answer = Appended {
                position: Position(unsigned(row, 1)?),
                changed: row.get(7)?,
                recorded_at: time(row, 2)?,
                streams: vec![StreamVersion { stream, version: unsigned(row, 5)? }],
                note: Some(row.get(6)?),
                replayed: true,
            };
            Ok(Used { fingerprint: fixed(row, 0)?, answer })
        })
        .optional()
}

/// Events of one stream.
pub(super) fn stream(
    connection: &Connection,
    stream: &StreamId,
    after: u64,
    limit: usize,
) -> Result<Vec<RecordedEvent>, ReadError> {
    let except = &BTreeSet::new();
    let mut query = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM events WHERE stream_id = ? AND category = ? AND tenant = ? AND version > ? \
         ORDER BY version LIMIT ?"
    ))?;
    let rows = query.query(params![
        stream.id.as_bytes(),
        codes::of_category(stream.category),
        stream.tenant.as_str(),
        after.min(i64::MAX.cast_unsigned()).cast_signed(),
        i64::try_from(limit).unwrap_or(i64::MAX),
    ])?;
    match collect(rows, limit.min(64), except) {
        (events, None) => Ok(events),
        (_, Some(error)) => Err(error),
    }
}

/// A part of the log.
pub(super) fn all(connection: &Connection, after: Position, filter: &Filter, limit: usize) -> Result<Page, ReadError> {
    // The head is read first: whatever lies up to it was committed before, so the rows that follow are all there are.
    let head = head(connection)?;
    let upto = head.0.min(after.0.saturating_add(limit.max(1) as u64));
    if upto <= after.0 {
        return Ok(Page { events: Vec::new(), scanned_to: after });
    }
    let mut sql = format!("SELECT {COLUMNS} FROM events WHERE position > ? AND position <= ?");
    let (from, to) = (after.0.cast_signed(), upto.cast_signed());
    let mut values: Vec<&dyn ToSql> = vec![&from, &to];
    let tenant = filter.tenant.as_ref().map(TenantId::as_str);
    if let Some(tenant) = &tenant {
        sql.push_str(" AND tenant = ?");
        values.push(tenant);
    }
    let categories: Vec<i16> = filter.categories.iter().copied().map(codes::of_category).collect();
    if !categories.is_empty() {
        sql.push_str(" AND category IN (?");
        sql.push_str(&", ?".repeat(categories.len() - 1));
        sql.push(')');
        values.extend(categories.iter().map(|code| code as &dyn ToSql));
    }
    sql.push_str(" ORDER BY position");
    let mut query = connection.prepare_cached(&sql)?;
    let rows = query.query(values.as_slice())?;
    let room = if values.len() == 2 { upto - after.0 } else { 0 };
    match collect(rows, usize::try_from(room).unwrap_or(0).min(1 << 16), &filter.except) {
        (events, None) => Ok(Page { events, scanned_to: Position(upto) }),
        (events, Some(ReadError::Store(error))) => Ok(Page::before_damage(events, error)?),
        (_, Some(error)) => Err(error),
    }
}

/// Understands rows up to the first that fails.
fn collect(
    mut rows: rusqlite::Rows<'_>,
    room: usize,
    except: &BTreeSet<Position>,
) -> (Vec<RecordedEvent>, Option<ReadError>) {
    let mut events = Vec::with_capacity(room);
    let result = collect_into(&mut rows, except, &mut events);
    (events, result.err())
}

fn collect_into(
    rows: &mut rusqlite::Rows<'_>,
    except: &BTreeSet<Position>,
    events: &mut Vec<RecordedEvent>,
) -> Result<(), ReadError> {
    // Neighbours are mostly one tenant's; checking the name again each time is not free.
    let mut tenant: Option<TenantId> = None;
    while let Some(row) = rows.next()? {
        let position = Position(unsigned(row, 0)?);
        if except.contains(&position) {
            continue;
        }
        events.push(
            event(row, position, &mut tenant)
                .map_err(|error| StoreError::Damaged { position, detail: error.to_string() })?,
        );
    }
    Ok(())
}

/// The events in quarantine.
pub(super) fn quarantined(connection: &Connection) -> Result<Vec<Quarantined>, ReadError> {
    let mut query = connection.prepare_cached("SELECT position, reason, since FROM quarantine ORDER BY position")?;
    let rows = query.query_map([], |row| {
        Ok(Quarantined { position: Position(unsigned(row, 0)?), reason: row.get(1)?, since: time(row, 2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The next number of a sequence in each tenant.
pub(super) fn next_numbers(connection: &Connection, sequence: &str) -> Result<Vec<(TenantId, u64)>, ReadError> {
    let mut query = connection.prepare_cached("SELECT tenant, next FROM numbers WHERE sequence = ?")?;
    let rows = query.query_map([sequence], |row| {
        let tenant = TenantId::new(text(row, 0)?).map_err(|error| wrong(0, error))?;
        Ok((tenant, unsigned(row, 1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The numbers of a sequence that were set aside, in order.
pub(super) fn numbers_aside(
    connection: &Connection,
    tenant: &TenantId,
    sequence: &str,
) -> Result<Vec<RangeInclusive<u64>>, ReadError> {
    let sql = "SELECT first, last FROM numbers_aside WHERE tenant = ? AND sequence = ? ORDER BY first";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map((tenant.as_str(), sequence), |row| Ok(unsigned(row, 0)?..=unsigned(row, 1)?))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn event(row: &Row<'_>, position: Position, last: &mut Option<TenantId>) -> rusqlite::Result<RecordedEvent> {
    let name = text(row, 1)?;
    let tenant = match last {
        Some(tenant) if tenant.as_str() == name => tenant.clone(),
        _ => last.insert(TenantId::new(name).map_err(|error| wrong(1, error))?).clone(),
    };
    let kind = codes::actor(row.get(10)?).ok_or_else(|| wrong(10, "no such kind of actor"))?;
    Ok(RecordedEvent {
        meta: EventMeta {
            event_id: uuid(row, 5)?,
            stream: StreamId { tenant, category: category(row, 2)?, id: uuid(row, 3)? },
            version: unsigned(row, 4)?,
            position,
            occurred_at: time(row, 8)?,
            recorded_at: time(row, 9)?,
            actor: Actor { kind, id: optional_uuid(row, 11)? },
            correlation_id: uuid(row, 12)?,
            causation_id: optional_uuid(row, 13)?,
            data_subject: optional_uuid(row, 14)?.map(PersonId),
            irregular: row.get(15)?,
        },
        event_type: SmolStr::new(text(row, 6)?),
        schema_version: row.get(7)?,
        payload: text(row, 17)?.to_owned(),
        hash: fixed(row, 16)?,
    })
}

fn wrong(column: usize, what: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Null, what.into())
}

fn text<'a>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<&'a str> {
    row.get_ref(column)?.as_str().map_err(|error| wrong(column, error))
}

pub(super) fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.cast_unsigned())
}

pub(super) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<DateTime<Utc>> {
    DateTime::from_timestamp_micros(row.get(column)?).ok_or_else(|| wrong(column, "not a time"))
}

pub(super) fn fixed<const N: usize>(row: &Row<'_>, column: usize) -> rusqlite::Result<[u8; N]> {
    row.get_ref(column)?
        .as_blob()
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| wrong(column, "wrong length"))
}

fn category(row: &Row<'_>, column: usize) -> rusqlite::Result<Category> {
    codes::category(row.get(column)?).ok_or_else(|| wrong(column, "no such category"))
}

fn uuid(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    fixed(row, column).map(Uuid::from_bytes)
}

fn optional_uuid(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Uuid>> {
    if matches!(row.get_ref(column)?, ValueRef::Null) { Ok(None) } else { uuid(row, column).map(Some) }
}
