//! How fast the log appends, against raw batched inserts of the same bytes through sqlx, and how fast it is read.
//!
//! `cargo run --release -p docket-store --example append_bench -- [sqlite|postgres://…/database] [seconds]`
//!
//! The database must be one that may be filled. Figures compare within one run only.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for developers")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::DateTime;
use docket_domain::{Actor, Category, Position, StreamId, TenantId};
use docket_store::{
    Append, EventStore, Expected, Filter, LogUrl, NewEvent, StreamAppend, SystemClock, new_id, open_log, verify,
};
use sqlx::{Connection as _, PgConnection, SqliteConnection};

const PAYLOAD: usize = 400;

fn event() -> NewEvent {
    NewEvent {
        event_id: new_id(),
        event_type: "MessagePosted".into(),
        schema_version: 1,
        occurred_at: DateTime::from_timestamp_micros(1_700_000_000_000_000).unwrap(),
        actor: Actor::agent(new_id()),
        correlation_id: new_id(),
        causation_id: None,
        data_subject: Some(new_id().into()),
        irregular: false,
        payload: format!("{{\"text\":\"{}\"}}", "x".repeat(PAYLOAD - 11)),
    }
}

#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let target = args.next().unwrap_or_else(|| "sqlite".into());
    let seconds = Duration::from_secs(args.next().map_or(3, |s| s.parse().unwrap()));
    let folder = tempfile::tempdir_in(".").unwrap();
    let url: LogUrl = if target == "sqlite" {
        format!("sqlite:{}", folder.path().join("log.db").display()).parse().unwrap()
    } else {
        target.parse().unwrap()
    };
    let log = open_log(&url, Arc::new(SystemClock)).await.unwrap();
    for batch in [64, 256, 1024] {
        let rate = match &url {
            LogUrl::Sqlite(_) => raw_sqlite(&folder.path().join(format!("raw{batch}.db")), batch, seconds).await,
            LogUrl::Postgres(url) => raw_postgres(url, batch, seconds).await,
        };
        println!("raw insert, {batch} a transaction: {rate:.0} events/s");
    }
    for callers in [1, 32, 64, 256, 1024] {
        append(&log, callers, seconds).await;
    }
    read(&*log).await;
    log.close().await;
}

async fn append(log: &Arc<dyn EventStore>, callers: usize, seconds: Duration) {
    let done = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let (log, done) = (Arc::clone(log), Arc::clone(&done));
            tokio::spawn(async move {
                let tenant = TenantId::new("acme").unwrap();
                let mut waits = Vec::new();
                while begun.elapsed() < seconds {
                    let stream = StreamId::new(tenant.clone(), Category::Ticket, new_id());
                    for version in 0..8 {
                        let part = StreamAppend {
                            stream: stream.clone(),
                            expected: Expected::Version(version),
                            events: vec![event()],
                        };
                        let asked = Instant::now();
                        log.append(Append { streams: vec![part], idempotency: None, unchanged_at: None })
                            .await
                            .unwrap();
                        waits.push(asked.elapsed());
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                }
                waits
            })
        })
        .collect();
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await.unwrap());
    }
    let rate = done.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64();
    waits.sort_unstable();
    let (p50, p99) = (waits[waits.len() / 2], waits[waits.len() * 99 / 100]);
    println!("append, {callers} callers: {rate:.0} events/s, p50 {p50:.1?}, p99 {p99:.1?}");
}

async fn read(log: &dyn EventStore) {
    for page in [500, 5000] {
        let (mut after, mut events, begun) = (Position::START, 0, Instant::now());
        loop {
            let read = log.read_all(after, &Filter::default(), page).await.unwrap();
            if read.scanned_to == after {
                break;
            }
            after = read.scanned_to;
            events += read.events.len();
        }
        println!("read_all, pages of {page}: {:.0} events/s", events as f64 / begun.elapsed().as_secs_f64());
    }
    let begun = Instant::now();
    let verified = verify(log, None, |_| ()).await.unwrap();
    println!("verify: {:.0} events/s", verified.events as f64 / begun.elapsed().as_secs_f64());
}

const COLUMNS: &str = "stream_id, version, event_id, event_type, occurred_at, correlation_id, actor_id, hash, payload";

async fn raw_sqlite(path: &std::path::Path, batch: usize, seconds: Duration) -> f64 {
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
        .synchronous(sqlx::sqlite::SqliteSynchronous::Full);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql(
        "CREATE TABLE events (position INTEGER PRIMARY KEY, stream_id BLOB, version INTEGER, event_id BLOB, \
         event_type TEXT, occurred_at INTEGER, correlation_id BLOB, actor_id BLOB, hash BLOB, payload TEXT, \
         UNIQUE (stream_id, version))",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let rows = 64;
    let one = "(?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let sql = format!("INSERT INTO events ({COLUMNS}) VALUES {one}{}", format!(", {one}").repeat(rows - 1));
    let (begun, mut done) = (Instant::now(), 0_usize);
    while begun.elapsed() < seconds {
        let mut transaction = connection.begin().await.unwrap();
        for _ in 0..batch / rows {
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql.as_str()));
            for _ in 0..rows {
                let event = event();
                query = query
                    .bind(new_id())
                    .bind(1_i64)
                    .bind(event.event_id)
                    .bind("MessagePosted")
                    .bind(1_i64)
                    .bind(event.correlation_id)
                    .bind(event.actor.id)
                    .bind(vec![1_u8; 32])
                    .bind(event.payload);
            }
            query.execute(&mut *transaction).await.unwrap();
        }
        transaction.commit().await.unwrap();
        done += batch;
    }
    done as f64 / begun.elapsed().as_secs_f64()
}

async fn raw_postgres(url: &str, batch: usize, seconds: Duration) -> f64 {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(
        "DROP TABLE IF EXISTS raw_events; CREATE TABLE raw_events (position bigserial PRIMARY KEY, stream_id uuid, \
         version bigint, event_id uuid, event_type text, occurred_at bigint, correlation_id uuid, actor_id uuid, \
         hash bytea, payload text, UNIQUE (stream_id, version))",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let sql = format!(
        "INSERT INTO raw_events ({COLUMNS}) SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], \
         $5::bigint[], $6::uuid[], $7::uuid[], $8::bytea[], $9::text[])"
    );
    let (begun, mut done) = (Instant::now(), 0_usize);
    while begun.elapsed() < seconds {
        let events: Vec<_> = (0..batch).map(|_| event()).collect();
        sqlx::query(sqlx::AssertSqlSafe(sql.as_str()))
            .bind(events.iter().map(|_| new_id()).collect::<Vec<_>>())
            .bind(vec![1_i64; batch])
            .bind(events.iter().map(|e| e.event_id).collect::<Vec<_>>())
            .bind(vec!["MessagePosted"; batch])
            .bind(vec![1_i64; batch])
            .bind(events.iter().map(|e| e.correlation_id).collect::<Vec<_>>())
            .bind(events.iter().map(|e| e.actor.id).collect::<Vec<_>>())
            .bind(vec![[1_u8; 32].as_slice(); batch])
            .bind(events.iter().map(|e| e.payload.as_str()).collect::<Vec<_>>())
            .execute(&mut connection)
            .await
            .unwrap();
        done += batch;
    }
    done as f64 / begun.elapsed().as_secs_f64()
}
