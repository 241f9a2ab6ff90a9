//! The one thread that writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use docket_domain::{Position, StreamId};
use rusqlite::{Connection, OptionalExtension as _, params};
use tokio::sync::watch;

use super::reader::{fixed, time, unsigned, used_key};
use crate::appender::plan::{Head, KeyRow, Plan, Row, UsedKeys, Versions, plan};
use crate::appender::{Batch, Intake, ReserveJob, Wish};
use crate::{Clock, codes};

struct Writer {
    connection: Connection,
    clock: Arc<dyn Clock>,
    versions: Versions,
    head: Arc<watch::Sender<Position>>,
    written: Arc<AtomicU64>,
}

/// Starts the writer. It ends when the intake does. `written` counts the bytes it appended, roughly.
pub(super) fn spawn(
    connection: Connection,
    mut intake: Intake,
    clock: Arc<dyn Clock>,
    head: Arc<watch::Sender<Position>>,
    written: Arc<AtomicU64>,
) -> std::io::Result<()> {
    let mut writer = Writer { connection, clock, versions: Versions::default(), head, written };
    std::thread::Builder::new().name("docket-log".into()).spawn(move || {
        while let Some(batch) = intake.blocking_next() {
            writer.commit(batch);
        }
        // Closed before anybody is told, so that the file is free then.
        drop(writer);
        intake.finish();
    })?;
    Ok(())
}

impl Writer {
    fn commit(&mut self, batch: Batch) {
        match self.try_commit(&batch) {
            Ok((plan, firsts)) => {
                let Plan { head, rows, outcomes, .. } = plan;
                let events = rows.len();
                let bytes: usize = rows.iter().map(|row| row.event.payload.len() + 512).sum();
                drop(rows);
                self.written.fetch_add(bytes as u64, Ordering::Relaxed);
                batch.settle(outcomes, firsts, events);
                super::advance(&self.head, Position(head.position));
            }
            Err(error) => {
                // After a failure nothing is known for certain but what the file says.
                self.versions.forget();
                if !self.connection.is_autocommit()
                    && let Err(error) = self.connection.execute_batch("ROLLBACK")
                {
                    tracing::error!(%error, "the log's transaction cannot be rolled back");
                }
                tracing::error!(%error, "a batch could not be appended");
                batch.fail(&error.to_string());
            }
        }
    }

    fn try_commit<'a>(&mut self, batch: &'a Batch) -> rusqlite::Result<(Plan<'a>, Vec<u64>)> {
        let connection = &self.connection;
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let head = head(connection)?;
        self.versions.stand_at(head);
        for stream in self.versions.missing(batch.appends.iter().map(|job| &job.append)) {
            self.versions.learn(stream, version(connection, stream)?);
        }
        let mut used = UsedKeys::new();
        for key in batch.appends.iter().filter_map(|job| job.append.idempotency.as_ref()) {
            if let Some(first) = used_key(connection, &key.tenant, &key.key)? {
                used.insert((&key.tenant, &key.key), first);
            }
        }
        let appends = batch.appends.iter().map(|job| &job.append);
        let plan = plan(appends, head, self.clock.now(), &mut self.versions, used);
        let recorded_at = plan.recorded_at.timestamp_micros();
        insert_events(connection, &plan.rows, recorded_at)?;
        insert_keys(connection, &plan.keys, recorded_at)?;
        let firsts = batch.reserves.iter().map(|job| reserve(connection, job)).collect::<Result<Vec<_>, _>>()?;
        // Nothing written, nothing to sync: a batch of conflicts and replays costs no fsync.
        let end = if plan.rows.is_empty() && plan.keys.is_empty() && firsts.is_empty() { "ROLLBACK" } else { "COMMIT" };
        connection.prepare_cached(end)?.execute([])?;
        Ok((plan, firsts))
    }
}

fn head(connection: &Connection) -> rusqlite::Result<Head> {
    let mut query =
        connection.prepare_cached("SELECT position, hash, recorded_at FROM events ORDER BY position DESC LIMIT 1")?;
    let head = query
        .query_row([], |row| Ok(Head { position: unsigned(row, 0)?, hash: fixed(row, 1)?, recorded_at: time(row, 2)? }))
        .optional()?;
    Ok(head.unwrap_or(Head::EMPTY))
}

fn version(connection: &Connection, stream: &StreamId) -> rusqlite::Result<u64> {
    let mut query = connection
        .prepare_cached("SELECT max(version) FROM events WHERE stream_id = ? AND category = ? AND tenant = ?")?;
    let last: Option<i64> = query.query_row(
        params![stream.id.as_bytes(), codes::of_category(stream.category), stream.tenant.as_str()],
        |row| row.get(0),
    )?;
    Ok(last.map_or(0, i64::cast_unsigned))
}

fn insert_events(connection: &Connection, rows: &[Row<'_>], recorded_at: i64) -> rusqlite::Result<()> {
    let mut insert = connection
        .prepare_cached("INSERT INTO events VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18)")?;
    for row in rows {
        let event = row.event;
        insert.execute(params![
            row.position.cast_signed(),
            row.stream.tenant.as_str(),
            codes::of_category(row.stream.category),
            row.stream.id.as_bytes(),
            row.version.cast_signed(),
            event.event_id.as_bytes(),
            event.event_type.as_str(),
            event.schema_version,
            event.occurred_at.timestamp_micros(),
            recorded_at,
            codes::of_actor(event.actor.kind),
            event.actor.id.as_ref().map(|id| id.as_bytes()),
            event.correlation_id.as_bytes(),
            event.causation_id.as_ref().map(|id| id.as_bytes()),
            event.data_subject.as_ref().map(|person| person.0.as_bytes()),
            event.irregular,
            row.hash,
            event.payload,
        ])?;
    }
    Ok(())
}

fn insert_keys(connection: &Connection, keys: &[KeyRow<'_>], recorded_at: i64) -> rusqlite::Result<()> {
    for row in keys {
        let mut insert = connection.prepare_cached(match row.changed {
            true => "INSERT INTO idempotency VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)",
            false => "INSERT INTO unchanged VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)",
        })?;
        insert.execute(params![
            row.key.tenant.as_str(),
            row.key.key,
            row.key.fingerprint,
            row.position.cast_signed(),
            recorded_at,
            codes::of_category(row.stream.category),
            row.stream.id.as_bytes(),
            row.version.cast_signed(),
            row.key.note,
        ])?;
    }
    Ok(())
}

fn reserve(connection: &Connection, job: &ReserveJob) -> rusqlite::Result<u64> {
    let (tenant, sequence) = (job.tenant.as_str(), &job.sequence);
    let mut take = connection.prepare_cached(
        "INSERT INTO numbers (tenant, sequence, next) VALUES (?1, ?2, 1 + ?3) \
         ON CONFLICT DO UPDATE SET next = next + ?3 RETURNING next - ?3",
    )?;
    let mut take = |count: u64| take.query_row(params![tenant, sequence, count.cast_signed()], |row| unsigned(row, 0));
    let through = match job.wish {
        Wish::Next(count) => return take(count.into()),
        Wish::Aside(through) => through,
    };
    let first = take(0)?;
    if first <= through {
        take(through - first + 1)?;
        let before = first.cast_signed() - 1;
        let values = params![tenant, sequence, before, through.cast_signed()];
        // What follows on what was set aside before is one with it.
        let joined = connection
            .prepare_cached("UPDATE numbers_aside SET last = ?4 WHERE tenant = ?1 AND sequence = ?2 AND last = ?3")?
            .execute(values)?;
        if joined == 0 {
            connection.prepare_cached("INSERT INTO numbers_aside VALUES (?1, ?2, ?3 + 1, ?4)")?.execute(values)?;
        }
    }
    Ok(first)
}
