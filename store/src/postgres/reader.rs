//! Reading: the queries. Each is one statement, so that no transaction outlives a dropped future.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use docket_domain::{Actor, Category, EventMeta, PersonId, Position, StreamId, TenantId};
use smol_str::SmolStr;
use sqlx::postgres::{PgPool, PgRow};
use sqlx::{Decode, Postgres, Row as _, Type};
use uuid::Uuid;

use super::unavailable;
use crate::appender::plan::Used;
use crate::{Appended, Filter, IdempotencyKey, Page, Quarantined, RecordedEvent, StoreError, StreamVersion, codes, pg};

/// How often a read is tried whose connection turns out to be dead: all idle ones are after a restart of PostgreSQL.
const ATTEMPTS: u32 = super::READERS + 2;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT position, tenant, category, stream_id, version, event_id, event_type, schema_version, occurred_at, ",
            "recorded_at, actor_kind, actor_id, correlation_id, causation_id, data_subject, irregular, hash, payload ",
            "FROM docket_log.events WHERE ",
            $rest
        )
    };
}

/// Runs a read again while it meets dead connections.
pub(super) async fn retried<T, F>(mut read: impl FnMut() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, ReadError>>,
{
    let mut attempts = 0;
    loop {
        attempts += 1;
        match read().await {
            Ok(answer) => return Ok(answer),
            Err(ReadError::Store(error)) => return Err(error),
            Err(ReadError::Sql(error)) => {
                pg::observe(&error);
                if attempts >= ATTEMPTS || !pg::cannot_serve(&error) {
                    return Err(unavailable(error));
                }
            }
        }
    }
}

/// A read failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The last position.
pub(super) async fn head(pool: &PgPool) -> Result<Position, ReadError> {
    let last: Option<i64> = sqlx::query_scalar("SELECT max(position) FROM docket_log.events").fetch_one(pool).await?;
    Ok(Position(last.map_or(0, i64::cast_unsigned)))
}

/// The first use of an idempotency key.
pub(super) async fn used_key(pool: &PgPool, key: &IdempotencyKey) -> Result<Option<Used>, ReadError> {
    let row = sqlx::query(
        "SELECT tenant, key, fingerprint, position, recorded_at, category, stream_id, version, note, true \
         FROM docket_log.idempotency WHERE tenant = $1 AND key = $2 \
         UNION ALL \
         SELECT tenant, key, fingerprint, position, recorded_at, category, stream_id, version, note, false \
         FROM docket_log.unchanged WHERE tenant = $1 AND key = $2",
    )
    .bind(key.tenant.as_str())
    .bind(&key.key)
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| used(&row, &key.tenant)).transpose()?)
}

/// A row of used keys: tenant, key, fingerprint, position, recorded_at, category, stream_id, version, note,
/// whether anything happened under it.
pub(super) fn used(row: &PgRow, tenant: &TenantId) -> Result<Used, sqlx::Error> {
    let stream = StreamId::new(tenant.clone(), category(row, 5)?, get::<Uuid>(row, 6)?);
    let answer = Appended {
        position: Position(unsigned(row, 3)?),
        changed: get(row, 9)?,
        recorded_at: get(row, 4)?,
        streams: vec![StreamVersion { stream, version: unsigned(row, 7)? }],
        note: Some(get(row, 8)?),
        replayed: true,
    };
    Ok(Used { fingerprint: fixed(row, 2)?, answer })
}

/// Events of one stream.
pub(super) async fn stream(
    pool: &PgPool,
    stream: &StreamId,
    after: u64,
    limit: usize,
) -> Result<Vec<RecordedEvent>, ReadError> {
    let rows = sqlx::query(select!(
        "stream_id = $1 AND category = $2 AND tenant = $3 AND version > $4 ORDER BY version LIMIT $5"
    ))
    .bind(stream.id)
    .bind(codes::of_category(stream.category))
    .bind(stream.tenant.as_str())
    .bind(after.min(i64::MAX.cast_unsigned()).cast_signed())
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(pool)
    .await?;
    match decode(&rows, &BTreeSet::new()) {
        (events, None) => Ok(events),
        (_, Some(error)) => Err(error),
    }
}

/// A part of the log. `known` is a position known to be committed, which saves asking for the head.
pub(super) async fn all(
    pool: &PgPool,
    known: Position,
    after: Position,
    filter: &Filter,
    limit: usize,
) -> Result<Page, ReadError> {
    let wanted = after.0.saturating_add(limit.max(1) as u64);
    // The head is read first: whatever lies up to it was committed before, so the rows that follow are all there are.
    let head = if known.0 >= wanted { known } else { head(pool).await? };
    let upto = head.0.min(wanted);
    if upto <= after.0 {
        return Ok(Page { events: Vec::new(), scanned_to: after });
    }
    let categories: Vec<i16> = filter.categories.iter().copied().map(codes::of_category).collect();
    let sql = match (&filter.tenant, categories.is_empty()) {
        (None, true) => select!("position > $1 AND position <= $2 ORDER BY position"),
        (Some(_), true) => select!("position > $1 AND position <= $2 AND tenant = $3 ORDER BY position"),
        (None, false) => select!("position > $1 AND position <= $2 AND category = ANY($3) ORDER BY position"),
        (Some(_), false) => {
            select!("position > $1 AND position <= $2 AND tenant = $3 AND category = ANY($4) ORDER BY position")
        }
    };
    let mut query = sqlx::query(sql).bind(after.0.cast_signed()).bind(upto.cast_signed());
    if let Some(tenant) = &filter.tenant {
        query = query.bind(tenant.as_str());
    }
    if !categories.is_empty() {
        query = query.bind(categories);
    }
    let rows = query.fetch_all(pool).await?;
    match decode(&rows, &filter.except) {
        (events, None) => Ok(Page { events, scanned_to: Position(upto) }),
        (events, Some(ReadError::Store(error))) => Ok(Page::before_damage(events, error)?),
        (_, Some(error)) => Err(error),
    }
}

/// The events in quarantine.
pub(super) async fn quarantined(pool: &PgPool) -> Result<Vec<Quarantined>, ReadError> {
    let sql = "SELECT position, reason, since FROM docket_log.quarantine ORDER BY position";
    let read = |row: &PgRow| {
        Ok(Quarantined { position: Position(unsigned(row, 0)?), reason: get(row, 1)?, since: get(row, 2)? })
    };
    let rows = sqlx::query(sql).fetch_all(pool).await?;
    Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
}

/// The next number of a sequence in each tenant.
pub(super) async fn next_numbers(pool: &PgPool, sequence: &str) -> Result<Vec<(TenantId, u64)>, ReadError> {
    let query = sqlx::query("SELECT tenant, next FROM docket_log.numbers WHERE sequence = $1").bind(sequence);
    let read = |row: &PgRow| {
        let tenant = TenantId::new(get::<&str>(row, 0)?).map_err(|error| wrong(0, error))?;
        Ok((tenant, unsigned(row, 1)?))
    };
    let rows = query.fetch_all(pool).await?;
    Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
}

/// The numbers of a sequence that were set aside, in order.
pub(super) async fn numbers_aside(
    pool: &PgPool,
    tenant: &TenantId,
    sequence: &str,
) -> Result<Vec<RangeInclusive<u64>>, ReadError> {
    let sql = "SELECT first, last FROM docket_log.numbers_aside WHERE tenant = $1 AND sequence = $2 ORDER BY first";
    let rows = sqlx::query(sql).bind(tenant.as_str()).bind(sequence).fetch_all(pool).await?;
    let read = |row: &PgRow| Ok(unsigned(row, 0)?..=unsigned(row, 1)?);
    Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
}

/// Understands rows up to the first that fails.
fn decode(rows: &[PgRow], except: &BTreeSet<Position>) -> (Vec<RecordedEvent>, Option<ReadError>) {
    let mut events = Vec::with_capacity(rows.len());
    let result = decode_into(rows, except, &mut events);
    (events, result.err())
}

fn decode_into(rows: &[PgRow], except: &BTreeSet<Position>, events: &mut Vec<RecordedEvent>) -> Result<(), ReadError> {
    // Neighbours are mostly one tenant's; checking the name again each time is not free.
    let mut tenant: Option<TenantId> = None;
    for row in rows {
        let position = Position(unsigned(row, 0)?);
        if except.contains(&position) {
            continue;
        }
        let damaged = |error: sqlx::Error| StoreError::Damaged { position, detail: error.to_string() };
        events.push(event(row, position, &mut tenant).map_err(damaged)?);
    }
    Ok(())
}

fn event(row: &PgRow, position: Position, last: &mut Option<TenantId>) -> Result<RecordedEvent, sqlx::Error> {
    let name: &str = get(row, 1)?;
    let tenant = match last {
        Some(tenant) if tenant.as_str() == name => tenant.clone(),
        _ => last.insert(TenantId::new(name).map_err(|error| wrong(1, error))?).clone(),
    };
    let kind = codes::actor(get(row, 10)?).ok_or_else(|| wrong(10, "no such kind of actor"))?;
    Ok(RecordedEvent {
        meta: EventMeta {
            event_id: get(row, 5)?,
            stream: StreamId { tenant, category: category(row, 2)?, id: get(row, 3)? },
            version: unsigned(row, 4)?,
            position,
            occurred_at: get(row, 8)?,
            recorded_at: get(row, 9)?,
            actor: Actor { kind, id: get(row, 11)? },
            correlation_id: get(row, 12)?,
            causation_id: get(row, 13)?,
            data_subject: get::<Option<Uuid>>(row, 14)?.map(PersonId),
            irregular: get(row, 15)?,
        },
        event_type: SmolStr::new(get::<&str>(row, 6)?),
        schema_version: u16::try_from(get::<i32>(row, 7)?).map_err(|error| wrong(7, error))?,
        payload: get(row, 17)?,
        hash: fixed(row, 16)?,
    })
}

fn wrong(index: usize, what: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: index.to_string(), source: what.into() }
}

pub(super) fn get<'r, T: Decode<'r, Postgres> + Type<Postgres>>(
    row: &'r PgRow,
    column: usize,
) -> Result<T, sqlx::Error> {
    row.try_get_unchecked(column)
}

pub(super) fn unsigned(row: &PgRow, column: usize) -> Result<u64, sqlx::Error> {
    get::<i64>(row, column).map(i64::cast_unsigned)
}

pub(super) fn fixed<const N: usize>(row: &PgRow, column: usize) -> Result<[u8; N], sqlx::Error> {
    get::<&[u8]>(row, column)?.try_into().map_err(|error| wrong(column, error))
}

fn category(row: &PgRow, column: usize) -> Result<Category, sqlx::Error> {
    codes::category(get(row, column)?).ok_or_else(|| wrong(column, "no such category"))
}
