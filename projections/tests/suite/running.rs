//! Each event is taken in once, whatever the feed and the other workers do.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use docket_domain::ticket::Ticket;
use docket_domain::{Actor, Position};
use docket_projections::{ReadCache, ReadModels, Runner};
use docket_store::delivery::{InProcessSource, open_leases};
use docket_store::{Batch, Feed, FeedError, FeedSource};
use tokio_util::sync::CancellationToken;

use super::desk::{Desk, Engine, assert_same};
use super::history::{Cast, choices};
use super::on_both;

on_both!(
    a_feed_that_repeats_and_leaves_out,
    rivals_without_a_lease,
    one_of_two_with_leases_works,
    stopped_and_started_at_any_moment,
    news_is_told_after_it_can_be_read,
    waiting_in_another_process,
    rows_in_memory_stay_within_their_bytes,
);

/// What the tables must look like: everything folded at once.
async fn assert_as_if_at_once(desk: &Desk) {
    let built = desk.dump();
    desk.models.rebuild(&desk.journal, &[], |_| {}).await.unwrap();
    assert_same(&built, &desk.dump());
}

/// Repeats batches, tears them, and now and then leaves one out.
struct Shaky(Arc<InProcessSource>, Arc<AtomicU64>);

struct ShakyFeed {
    inner: Box<dyn Feed>,
    turns: Arc<AtomicU64>,
    last: Option<Batch>,
    /// A batch was lost: if none follows by then the feed ends, lest it wait for ever. It outlives the future, which whoever
    /// only looks whether there is more drops.
    lost: Option<tokio::time::Instant>,
}

#[async_trait]
impl FeedSource for Shaky {
    async fn open(&self, name: &str, checkpoint: Position, _: usize) -> Result<Box<dyn Feed>, FeedError> {
        let inner = self.0.open(name, checkpoint, 7).await?;
        Ok(Box::new(ShakyFeed { inner, turns: self.1.clone(), last: None, lost: None }))
    }
}

#[async_trait]
impl Feed for ShakyFeed {
    async fn next(&mut self) -> Result<Batch, FeedError> {
        if let Some(until) = self.lost {
            let next = tokio::time::timeout_at(until, self.inner.next()).await;
            self.lost = None;
            let batch = next.map_err(|_| FeedError::Closed)??;
            self.last = Some(batch.clone());
            return Ok(batch);
        }
        let turn = self.turns.fetch_add(1, Ordering::SeqCst);
        if turn.is_multiple_of(3)
            && let Some(last) = self.last.clone()
        {
            return Ok(last);
        }
        let mut batch = self.inner.next().await?;
        if turn.is_multiple_of(11) {
            self.lost = Some(tokio::time::Instant::now() + Duration::from_millis(300));
            return self.next().await;
        } else if turn.is_multiple_of(4)
            && let Some(last) = self.last.as_ref().filter(|last| last.upto == batch.after)
        {
            batch.events = last.events.iter().chain(&batch.events).cloned().collect();
            batch.after = last.after;
        }
        if turn.is_multiple_of(13) {
            return Err(FeedError::Closed);
        }
        self.last = Some(batch.clone());
        Ok(batch)
    }
}

async fn a_feed_that_repeats_and_leaves_out(engine: Engine) {
    let desk = Desk::idle(engine).await;
    let cancel = CancellationToken::new();
    let runner = Runner::new(desk.models.clone(), Arc::new(Shaky(desk.source(), Arc::default())), desk.journal.clone());
    let running = tokio::spawn(runner.run(cancel.clone()));
    let mut cast = Cast::gather(&desk).await;
    for choice in choices(11, 150) {
        cast.step(&desk, choice).await;
    }
    desk.settle().await;
    cancel.cancel();
    running.await.unwrap();
    assert_as_if_at_once(&desk).await;
}

async fn rivals_without_a_lease(engine: Engine) {
    let desk = Desk::idle(engine).await;
    let cancel = CancellationToken::new();
    let mut running = Vec::new();
    for _ in 0..3 {
        let models = ReadModels::open(&desk.url, desk.clock.clone()).await.unwrap();
        let runner = Runner::new(models, desk.source(), desk.journal.clone());
        running.push(tokio::spawn(runner.run(cancel.clone())));
    }
    let mut cast = Cast::gather(&desk).await;
    for choice in choices(12, 200) {
        cast.step(&desk, choice).await;
    }
    desk.settle().await;
    cancel.cancel();
    for running in running {
        running.await.unwrap();
    }
    assert_as_if_at_once(&desk).await;
}

async fn one_of_two_with_leases_works(engine: Engine) {
    let desk = Desk::idle(engine).await;
    let leases = desk.folder.path().join("leases.db");
    let leases = open_leases(leases.to_str().unwrap()).await.unwrap();
    let mut running = Vec::new();
    for name in ["one", "two"] {
        let cancel = CancellationToken::new();
        let models = ReadModels::open(&desk.url, desk.clock.clone()).await.unwrap();
        let runner = Runner::new(models, desk.source(), desk.journal.clone()).with_lease(leases.clone(), name);
        running.push((cancel.clone(), tokio::spawn(runner.run(cancel))));
    }
    let mut cast = Cast::gather(&desk).await;
    for choice in choices(13, 50) {
        cast.step(&desk, choice).await;
    }
    desk.settle().await;
    // Whichever it was, the other takes over.
    for (cancel, running) in running {
        cancel.cancel();
        running.await.unwrap();
        if !desk.dump_table("tickets").is_empty() {
            break;
        }
    }
    assert_as_if_at_once(&desk).await;
}

async fn stopped_and_started_at_any_moment(engine: Engine) {
    let mut desk = Desk::idle(engine).await;
    let mut cast = Cast::gather(&desk).await;
    for (i, choice) in choices(14, 120).into_iter().enumerate() {
        if i % 5 == 0 {
            desk.run();
        }
        cast.step(&desk, choice).await;
        if i % 5 == 3 {
            desk.stop().await;
        }
    }
    desk.stop().await;
    desk.run();
    desk.settle().await;
    assert_as_if_at_once(&desk).await;
}

async fn news_is_told_after_it_can_be_read(engine: Engine) {
    let desk = Desk::open(engine).await;
    let mut told = desk.models.projected();
    let anna = desk.register_customer("Anna").await;
    let id = desk.open_ticket(1, anna, "Lamp", "Broken").await;
    for body in ["one", "two", "three"] {
        desk.reply(id, Actor::customer(anna), body).await;
    }
    let mut seen = 0;
    while seen < 3 {
        let news = tokio::time::timeout(Duration::from_secs(20), told.recv()).await.unwrap().unwrap();
        assert!(news.events.last().unwrap().meta.position <= news.upto);
        let messages = news.events.iter().filter(|event| event.body.event_type() == "MessagePosted").count();
        seen += messages;
        if messages > 0 {
            let ticket = desk.queries().ticket(&desk.customer(anna), id).await.unwrap().unwrap();
            assert!(ticket.ticket.message_count > i64::try_from(seen).unwrap());
        }
    }
    assert_eq!(desk.stream::<Ticket>(id).await.len(), 5);
}

async fn waiting_in_another_process(engine: Engine) {
    let desk = Desk::open(engine).await;
    let elsewhere = ReadModels::open(&desk.url, desk.clock.clone()).await.unwrap();
    let anna = desk.register_customer("Anna").await;
    desk.open_ticket(1, anna, "Lamp", "Broken").await;
    let head = desk.journal.store().head().await.unwrap();
    assert!(elsewhere.wait_for(head, Duration::from_secs(20)).await.unwrap());
    assert!(!elsewhere.wait_for(Position(head.0 + 1), Duration::from_millis(60)).await.unwrap());
}

async fn rows_in_memory_stay_within_their_bytes(engine: Engine) {
    let mut desk = Desk::idle(engine).await;
    let cache = ReadCache { rows: 64 << 10, rebuilding: 64 << 10, ..ReadCache::default() };
    desk.models = ReadModels::open_with(&desk.url, desk.clock.clone(), cache).await.unwrap();
    desk.run();
    let mut cast = Cast::gather(&desk).await;
    let mut most = 0;
    for choice in choices(17, 200) {
        cast.step(&desk, choice).await;
        most = most.max(desk.models.kept_bytes());
    }
    desk.settle().await;
    assert!(most > cache.rows / 4 && most <= cache.rows, "{most} bytes");
    // What was forgotten was read again.
    assert_as_if_at_once(&desk).await;
    desk.stop().await;
}
