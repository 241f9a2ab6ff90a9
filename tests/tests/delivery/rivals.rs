//! Two of what there should be one of.

use std::sync::Arc;
use std::time::Duration;

use docket_domain::Position;
use docket_store::FeedSource as _;
use docket_store::delivery::{JetStreamOptions, JetStreamSource, RelayOptions};
use docket_tests::{NatsServer, eventually};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{SqlitePool, query, query_as, query_scalar};

use crate::harness::{DEADLINE, Desk, connect, on_both_servers, stream_equals_log};
use crate::line::Line;

on_both_servers!(fault_two_rival_relays, fault_a_relay_whose_publishes_come_late, fault_two_rival_workers);

/// Each has a lease of its own, as if both had been told so.
async fn fault_two_rival_relays(nats: NatsServer) {
    let desk = Desk::new().await;
    desk.append(200).await;
    let relays = [desk.relay(&nats.url(), "one").await, desk.relay(&nats.url(), "two").await];
    let reader = desk.reader(&nats.url(), Duration::from_millis(250)).await;
    for _ in 0..10 {
        desk.append(50).await;
        reader.has_all_of(&desk).await;
    }
    stream_equals_log(&desk, &nats.url()).await;
    for relay in relays {
        relay.stop().await;
    }
}

/// What one relay sent gets stuck on its way, and arrives when another has long published the same.
async fn fault_a_relay_whose_publishes_come_late(nats: NatsServer) {
    let desk = Desk::new().await;
    desk.append(20).await;
    let line = Line::to(nats.url()).await;
    let short_memory = |options: &mut RelayOptions| options.stream.duplicate_window = Duration::from_millis(100);
    let late = desk.relay_with(&line.url(), "late", short_memory).await;
    stream_equals_log(&desk, &nats.url()).await;
    let prompt = desk.relay_with(&nats.url(), "prompt", short_memory).await;
    for _ in 0..3 {
        line.hold(true);
        desk.append(20).await;
        stream_equals_log(&desk, &nats.url()).await;
        tokio::time::sleep(Duration::from_millis(400)).await; // longer than the server remembers ids
        line.hold(false);
        desk.append(20).await;
        stream_equals_log(&desk, &nats.url()).await;
    }
    // What was stuck has had its chance to do harm.
    line.settled().await;
    stream_equals_log(&desk, &nats.url()).await;
    late.stop().await;
    prompt.stop().await;
}

/// Both apply what they read, fenced by the checkpoint: every event is applied once.
async fn fault_two_rival_workers(mut nats: NatsServer) {
    let desk = Desk::new().await;
    let relay = desk.relay(&nats.url(), "relay").await;
    let options = SqliteConnectOptions::new()
        .filename(desk.dir.path().join("read.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(Duration::from_secs(20));
    let pool = SqlitePoolOptions::new().connect_with(options).await.unwrap();
    for table in [
        "CREATE TABLE checkpoint (position INTEGER NOT NULL)",
        "INSERT INTO checkpoint VALUES (0)",
        "CREATE TABLE applied (position INTEGER NOT NULL)",
    ] {
        query(table).execute(&pool).await.unwrap();
    }
    let mut workers = Vec::new();
    for _ in 0..2 {
        let client = connect(&nats.url(), "worker").await;
        let source = JetStreamSource::new(desk.other_process().await, client, JetStreamOptions::default());
        workers.push(tokio::spawn(work(source, pool.clone())));
    }
    for round in 0..6 {
        desk.append(60).await;
        if round == 2 {
            nats.kill();
        }
        if round == 4 {
            nats.resume().await;
        }
    }
    let log: Vec<i64> = desk.log().await.iter().map(|event| event.meta.position.0.cast_signed()).collect();
    eventually(DEADLINE, || async {
        let at: i64 = query_scalar("SELECT position FROM checkpoint").fetch_one(&pool).await.unwrap();
        if Some(&at) == log.last() { Ok(()) } else { Err(format!("at {at} of {:?}", log.last())) }
    })
    .await;
    let applied: Vec<(i64,)> = query_as("SELECT position FROM applied ORDER BY rowid").fetch_all(&pool).await.unwrap();
    assert_eq!(applied.into_iter().map(|(position,)| position).collect::<Vec<_>>(), log);
    for worker in workers {
        assert!(!worker.is_finished(), "a worker failed");
        worker.abort();
    }
    relay.stop().await;
}

/// Reads, and applies each batch in one transaction that moves the checkpoint on from where the batch begins; if it
/// does not stand there, somebody else was faster.
async fn work(source: JetStreamSource, pool: SqlitePool) {
    let source = Arc::new(source);
    loop {
        let at: i64 = query_scalar("SELECT position FROM checkpoint").fetch_one(&pool).await.unwrap();
        let mut feed = source.open("worker", Position(at.unsigned_abs()), 7).await.unwrap();
        loop {
            let batch = feed.next().await.unwrap();
            let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
            let moved = query("UPDATE checkpoint SET position = ?2 WHERE position = ?1")
                .bind(batch.after.0.cast_signed())
                .bind(batch.upto.0.cast_signed())
                .execute(&mut *transaction)
                .await
                .unwrap();
            if moved.rows_affected() == 0 {
                break;
            }
            for event in &batch.events {
                query("INSERT INTO applied VALUES (?1)")
                    .bind(event.meta.position.0.cast_signed())
                    .execute(&mut *transaction)
                    .await
                    .unwrap();
            }
            transaction.commit().await.unwrap();
        }
    }
}
