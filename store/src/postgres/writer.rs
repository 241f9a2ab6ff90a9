//! The one task of this process that writes.
//!
//! Each batch is one transaction on a connection of the writer's own. It takes the log's advisory lock in a statement before any other, so that what
//! follows sees all that was committed before and commits before anything else can: commit order is position order, across processes.
//! (In the same statement as `max(position)` the lock would be taken after the statement's snapshot.)
//!
//! When the connection is lost before the answer to `COMMIT`, nobody knows what happened until the lock is held again. Then the
//! log itself says: the batch happened if its last event lies at its position.

use std::sync::Arc;
use std::time::Duration;

use docket_domain::Position;
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Row as _};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use super::listener::CHANNEL;
use super::numbers;
use super::reader::{get, used};
use crate::appender::plan::{Head, Plan, UsedKeys, Versions, plan};
use crate::appender::{Batch, Intake};
use crate::pg::{self, Connector};
use crate::{Appended, Clock, StoreError, codes};

/// How long a batch is tried again when PostgreSQL cannot be reached.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long one attempt may take; a connection that hangs longer is given up.
const ATTEMPT: Duration = Duration::from_secs(60);
/// Time between attempts.
const PAUSE: Duration = Duration::from_millis(100);

/// Taken first by every transaction that appends. The number is arbitrary, and the same for all.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; \
    SELECT pg_advisory_xact_lock(7233168480926036591); \
    SELECT position, hash, recorded_at FROM docket_log.events ORDER BY position DESC LIMIT 1";

struct Writer {
    connector: Connector,
    connection: Option<PgConnection>,
    clock: Arc<dyn Clock>,
    versions: Versions,
    head: Arc<watch::Sender<Position>>,
    /// Whether PostgreSQL could not be reached for the last batch.
    down: bool,
}

/// What a batch came to.
#[derive(Default)]
struct Done {
    outcomes: Vec<Result<Appended, StoreError>>,
    firsts: Vec<u64>,
    events: usize,
    last: Position,
}

/// A batch whose `COMMIT` was sent.
struct Unsure {
    done: Done,
    last_event: Uuid,
}

/// Starts the writer. It ends when the intake does.
pub(super) fn spawn(
    connector: &Connector,
    mut intake: Intake,
    clock: Arc<dyn Clock>,
    head: Arc<watch::Sender<Position>>,
) {
    let connector = connector.clone().with("lock_timeout", "30s").with("statement_timeout", "60s");
    let mut writer = Writer { connector, connection: None, clock, versions: Versions::default(), head, down: false };
    tokio::spawn(async move {
        while let Some(batch) = intake.next().await {
            writer.commit(batch).await;
        }
        if let Some(connection) = writer.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::debug!(%error, "the log's connection did not close cleanly");
        }
        intake.finish();
    });
}

impl Writer {
    async fn commit(&mut self, batch: Batch) {
        let give_up = Instant::now() + if self.down { Duration::ZERO } else { PATIENCE };
        let mut unsure = None;
        loop {
            let error = match timeout(ATTEMPT, self.attempt(&batch, &mut unsure)).await {
                Ok(Ok(done)) => {
                    self.down = false;
                    batch.settle(done.outcomes, done.firsts, done.events);
                    super::advance(&self.head, done.last);
                    return;
                }
                Ok(Err(error)) => error,
                Err(_) => sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()),
            };
            // The connection went with the attempt; PostgreSQL rolls back what it had begun.
            self.versions.forget();
            pg::observe(&error);
            let again = is_passing(&error) && Instant::now() < give_up;
            tracing::warn!(%error, again, "a batch could not be appended");
            if !again {
                self.down = is_passing(&error);
                batch.fail(&error.to_string());
                return;
            }
            sleep(PAUSE).await;
        }
    }

    /// One try. The connection is kept only if all went well.
    async fn attempt(&mut self, batch: &Batch, unsure: &mut Option<Unsure>) -> Result<Done, sqlx::Error> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connector.connect().await?,
        };
        let done = self.transact(&mut connection, batch, unsure).await?;
        self.connection = Some(connection);
        Ok(done)
    }

    async fn transact(
        &mut self,
        connection: &mut PgConnection,
        batch: &Batch,
        unsure: &mut Option<Unsure>,
    ) -> Result<Done, sqlx::Error> {
        let head = begin(connection).await?;
        if let Some(Unsure { done, last_event }) = unsure {
            let happened = event_at(connection, done.last).await? == Some(*last_event);
            if happened {
                sqlx::raw_sql("ROLLBACK").execute(connection).await?;
                return Ok(std::mem::take(done));
            }
            *unsure = None;
        }
        self.versions.stand_at(head);
        self.learn_versions(connection, batch).await?;
        let used = used_keys(connection, batch).await?;
        let appends = batch.appends.iter().map(|job| &job.append);
        let plan = plan(appends, head, self.clock.now(), &mut self.versions, used);
        if !plan.rows.is_empty() {
            insert(connection, &plan).await?;
        }
        if plan.keys.iter().any(|row| !row.changed) {
            insert_unchanged(connection, &plan).await?;
        }
        let firsts = numbers::reserve(connection, batch).await?;
        let last_event = plan.rows.last().map(|row| row.event.event_id);
        let nothing = plan.rows.is_empty() && plan.keys.is_empty() && firsts.is_empty();
        let Plan { head, outcomes, rows, .. } = plan;
        let done = Done { outcomes, firsts, events: rows.len(), last: Position(head.position) };
        if nothing {
            sqlx::raw_sql("ROLLBACK").execute(connection).await?;
            return Ok(done);
        }
        // Numbers alone are not looked for afterwards: taking others leaves a hole, which is allowed. Keys alone are found by the
        // next try, as used.
        let Some(last_event) = last_event else {
            sqlx::raw_sql("COMMIT").execute(connection).await?;
            return Ok(done);
        };
        let sent = unsure.insert(Unsure { done, last_event });
        sqlx::raw_sql("COMMIT").execute(connection).await?;
        Ok(std::mem::take(&mut sent.done))
    }

    async fn learn_versions(&mut self, connection: &mut PgConnection, batch: &Batch) -> Result<(), sqlx::Error> {
        let missing = self.versions.missing(batch.appends.iter().map(|job| &job.append));
        if missing.is_empty() {
            return Ok(());
        }
        let ids: Vec<Uuid> = missing.iter().map(|stream| stream.id).collect();
        let categories: Vec<i16> = missing.iter().map(|stream| codes::of_category(stream.category)).collect();
        let tenants: Vec<&str> = missing.iter().map(|stream| stream.tenant.as_str()).collect();
        let rows = sqlx::query(
            "SELECT s.n, (SELECT max(e.version) FROM docket_log.events e \
                          WHERE e.stream_id = s.id AND e.category = s.category AND e.tenant = s.tenant) \
             FROM unnest($1::uuid[], $2::smallint[], $3::text[]) WITH ORDINALITY AS s (id, category, tenant, n)",
        )
        .bind(ids)
        .bind(categories)
        .bind(tenants)
        .fetch_all(connection)
        .await?;
        for row in &rows {
            let index = usize::try_from(get::<i64>(row, 0)? - 1).unwrap_or(usize::MAX);
            let version = get::<Option<i64>>(row, 1)?.map_or(0, i64::cast_unsigned);
            if let Some(stream) = missing.get(index) {
                self.versions.learn(stream, version);
            }
        }
        Ok(())
    }
}

/// Begins, takes the lock, and says where the log ends: three statements in one round trip.
async fn begin(connection: &mut PgConnection) -> Result<Head, sqlx::Error> {
    let rows = sqlx::raw_sql(BEGIN).fetch_all(connection).await?;
    let Some(row) = rows.iter().find(|row| row.len() == 3) else { return Ok(Head::EMPTY) };
    // Plain statements answer in text, which only the type-checked accessors understand for bytea.
    let hash: Vec<u8> = row.try_get(1)?;
    let hash = hash.try_into().map_err(|_| sqlx::Error::Protocol("a hash has 32 bytes".into()))?;
    Ok(Head { position: row.try_get::<i64, _>(0)?.cast_unsigned(), hash, recorded_at: row.try_get(2)? })
}

async fn event_at(connection: &mut PgConnection, position: Position) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar("SELECT event_id FROM docket_log.events WHERE position = $1")
        .bind(position.0.cast_signed())
        .fetch_optional(connection)
        .await
}

async fn used_keys<'a>(connection: &mut PgConnection, batch: &'a Batch) -> Result<UsedKeys<'a>, sqlx::Error> {
    let keys: Vec<_> = batch.appends.iter().filter_map(|job| job.append.idempotency.as_ref()).collect();
    let mut found = UsedKeys::new();
    if keys.is_empty() {
        return Ok(found);
    }
    let rows = sqlx::query(
        "WITH k AS (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS k (tenant, key)) \
         SELECT tenant, key, fingerprint, position, recorded_at, category, stream_id, version, note, true \
         FROM k JOIN docket_log.idempotency USING (tenant, key) \
         UNION ALL \
         SELECT tenant, key, fingerprint, position, recorded_at, category, stream_id, version, note, false \
         FROM k JOIN docket_log.unchanged USING (tenant, key)",
    )
    .bind(keys.iter().map(|key| key.tenant.as_str()).collect::<Vec<_>>())
    .bind(keys.iter().map(|key| key.key.as_str()).collect::<Vec<_>>())
    .fetch_all(connection)
    .await?;
    for row in &rows {
        let (tenant, name): (&str, &str) = (get(row, 0)?, get(row, 1)?);
        if let Some(key) = keys.iter().find(|key| key.key == name && key.tenant.as_str() == tenant) {
            found.insert((&key.tenant, &key.key), used(row, &key.tenant)?);
        }
    }
    Ok(found)
}

/// Inserts events and keys and notifies, in one statement.
async fn insert(connection: &mut PgConnection, plan: &Plan<'_>) -> Result<(), sqlx::Error> {
    macro_rules! column {
        (|$row:ident| $value:expr) => {
            plan.rows.iter().map(|$row| $value).collect::<Vec<_>>()
        };
    }
    let keys = || plan.keys.iter().filter(|row| row.changed);
    macro_rules! key_column {
        (|$row:ident| $value:expr) => {
            keys().map(|$row| $value).collect::<Vec<_>>()
        };
    }
    sqlx::query(
        "WITH e AS (INSERT INTO docket_log.events \
           SELECT position, tenant, category, stream_id, version, event_id, event_type, schema_version, occurred_at, $1, \
                  actor_kind, actor_id, correlation_id, causation_id, data_subject, irregular, hash, payload \
           FROM unnest($2::bigint[], $3::text[], $4::smallint[], $5::uuid[], $6::bigint[], $7::uuid[], $8::text[], \
                       $9::integer[], $10::timestamptz[], $11::smallint[], $12::uuid[], $13::uuid[], $14::uuid[], \
                       $15::uuid[], $16::boolean[], $17::bytea[], $18::text[]) \
             AS n (position, tenant, category, stream_id, version, event_id, event_type, schema_version, occurred_at, \
                   actor_kind, actor_id, correlation_id, causation_id, data_subject, irregular, hash, payload)), \
         k AS (INSERT INTO docket_log.idempotency \
           SELECT tenant, key, fingerprint, position, $1, category, stream_id, version, note \
           FROM unnest($19::text[], $20::text[], $21::bytea[], $22::bigint[], $23::smallint[], $24::uuid[], $25::bigint[], \
                       $26::text[]) AS n (tenant, key, fingerprint, position, category, stream_id, version, note)) \
         SELECT pg_notify($27, $28)",
    )
    .bind(plan.head.recorded_at)
    .bind(column!(|row| row.position.cast_signed()))
    .bind(column!(|row| row.stream.tenant.as_str()))
    .bind(column!(|row| codes::of_category(row.stream.category)))
    .bind(column!(|row| row.stream.id))
    .bind(column!(|row| row.version.cast_signed()))
    .bind(column!(|row| row.event.event_id))
    .bind(column!(|row| row.event.event_type.as_str()))
    .bind(column!(|row| i32::from(row.event.schema_version)))
    .bind(column!(|row| row.event.occurred_at))
    .bind(column!(|row| codes::of_actor(row.event.actor.kind)))
    .bind(column!(|row| row.event.actor.id))
    .bind(column!(|row| row.event.correlation_id))
    .bind(column!(|row| row.event.causation_id))
    .bind(column!(|row| row.event.data_subject.map(|person| person.0)))
    .bind(column!(|row| row.event.irregular))
    .bind(column!(|row| row.hash.as_slice()))
    .bind(column!(|row| row.event.payload.as_str()))
    .bind(key_column!(|row| row.key.tenant.as_str()))
    .bind(key_column!(|row| row.key.key.as_str()))
    .bind(key_column!(|row| row.key.fingerprint.as_slice()))
    .bind(key_column!(|row| row.position.cast_signed()))
    .bind(key_column!(|row| codes::of_category(row.stream.category)))
    .bind(key_column!(|row| row.stream.id))
    .bind(key_column!(|row| row.version.cast_signed()))
    .bind(key_column!(|row| row.key.note.as_str()))
    .bind(CHANNEL)
    .bind(plan.head.position.to_string())
    .execute(connection)
    .await?;
    Ok(())
}

/// Inserts the keys of requests that changed nothing: there are few, and one at a time will do.
async fn insert_unchanged(connection: &mut PgConnection, plan: &Plan<'_>) -> Result<(), sqlx::Error> {
    for row in plan.keys.iter().filter(|row| !row.changed) {
        sqlx::query(
            "INSERT INTO docket_log.unchanged (tenant, key, fingerprint, position, recorded_at, category, stream_id, version, note) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(row.key.tenant.as_str())
        .bind(row.key.key.as_str())
        .bind(row.key.fingerprint.as_slice())
        .bind(row.position.cast_signed())
        .bind(plan.recorded_at)
        .bind(codes::of_category(row.stream.category))
        .bind(row.stream.id)
        .bind(row.version.cast_signed())
        .bind(row.key.note.as_str())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Whether trying again may help: the connection or the server failed, or somebody held the lock too long.
fn is_passing(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    pg::cannot_serve(error)
        || code.is_some_and(|code| ["25P03", "40", "53", "55P03", "57"].iter().any(|class| code.starts_with(class)))
}
