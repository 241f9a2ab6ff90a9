//! NATS killed, and its stream purged, deleted, restored from old.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::jetstream;
use docket_tests::{NatsServer, eventually};
use futures::StreamExt as _;
use tokio::task::JoinHandle;

use crate::harness::{DEADLINE, Desk, connect, on_both_servers, stream_equals_log};
use crate::line::Line;

const POLL: Duration = Duration::from_millis(250);

on_both_servers!(
    fault_nats_killed_and_restarted_under_load,
    fault_stream_purged_under_load,
    fault_stream_deleted_under_load,
    fault_stream_deleted_while_idle,
    fault_stream_purged_while_idle,
    fault_readers_listen_to_a_new_stream,
    fault_stream_restored_from_old,
    fault_a_server_that_hangs,
);

/// Somebody who writes all the time.
struct Load {
    stop: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Load {
    fn start(desk: &Arc<Desk>) -> Self {
        let (desk, stop) = (desk.clone(), Arc::new(AtomicBool::new(false)));
        let stopped = stop.clone();
        let task = tokio::spawn(async move {
            while !stopped.load(Ordering::SeqCst) {
                desk.append(5).await;
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        });
        Self { stop, task }
    }

    /// Waits until `more` events were written.
    async fn goes_on(&self, desk: &Desk, more: usize) {
        let start = desk.writer.store().head().await.unwrap().0;
        eventually(DEADLINE, || async {
            let head = desk.writer.store().head().await.unwrap().0;
            if head >= start + more as u64 { Ok(()) } else { Err("no load") }
        })
        .await;
    }

    async fn stop(self) {
        self.stop.store(true, Ordering::SeqCst);
        self.task.await.unwrap();
    }
}

async fn fault_nats_killed_and_restarted_under_load(mut nats: NatsServer) {
    let desk = Arc::new(Desk::new().await);
    let relay = desk.relay(&nats.url(), "relay").await;
    let reader = desk.reader(&nats.url(), POLL).await;
    let load = Load::start(&desk);
    for _ in 0..3 {
        load.goes_on(&desk, 100).await;
        nats.kill();
        load.goes_on(&desk, 100).await;
        let seen = reader.seen().len();
        eventually(DEADLINE, || async {
            if reader.seen().len() > seen + 50 { Ok(()) } else { Err("nothing is read while NATS is down") }
        })
        .await;
        nats.resume().await;
    }
    load.goes_on(&desk, 100).await;
    load.stop().await;
    reader.has_all_of(&desk).await;
    stream_equals_log(&desk, &nats.url()).await;
    relay.stop().await;
}

async fn fault_stream_purged_under_load(nats: NatsServer) {
    let desk = Arc::new(Desk::new().await);
    let relay = desk.relay(&nats.url(), "relay").await;
    let reader = desk.reader(&nats.url(), POLL).await;
    let load = Load::start(&desk);
    let client = connect(&nats.url(), "vandal").await;
    for _ in 0..5 {
        load.goes_on(&desk, 60).await;
        let stream = eventually(DEADLINE, || async { jetstream::new(client.clone()).get_stream("DOCKET").await }).await;
        stream.purge().await.unwrap();
    }
    load.goes_on(&desk, 60).await;
    load.stop().await;
    reader.has_all_of(&desk).await;
    relay.stop().await;
}

async fn fault_stream_deleted_under_load(nats: NatsServer) {
    let desk = Arc::new(Desk::new().await);
    let relay = desk.relay(&nats.url(), "relay").await;
    let reader = desk.reader(&nats.url(), POLL).await;
    let load = Load::start(&desk);
    let client = connect(&nats.url(), "vandal").await;
    for _ in 0..3 {
        load.goes_on(&desk, 60).await;
        eventually(DEADLINE, || async { jetstream::new(client.clone()).delete_stream("DOCKET").await }).await;
    }
    load.goes_on(&desk, 60).await;
    load.stop().await;
    reader.has_all_of(&desk).await;
    stream_equals_log(&desk, &nats.url()).await; // refilled: a new subscriber finds everything again
    relay.stop().await;
}

async fn fault_stream_purged_while_idle(nats: NatsServer) {
    let desk = Desk::new().await;
    let relay = desk.relay(&nats.url(), "relay").await;
    desk.append(30).await;
    stream_equals_log(&desk, &nats.url()).await;
    let client = connect(&nats.url(), "vandal").await;
    jetstream::new(client.clone()).get_stream("DOCKET").await.unwrap().purge().await.unwrap();
    // Nothing is appended meanwhile: whoever subscribes finds the latest events there again.
    stream_equals_log(&desk, &nats.url()).await;
    relay.stop().await;
}

async fn fault_stream_deleted_while_idle(nats: NatsServer) {
    let desk = Desk::new().await;
    let relay = desk.relay(&nats.url(), "relay").await;
    let reader = desk.reader(&nats.url(), POLL).await;
    desk.append(30).await;
    stream_equals_log(&desk, &nats.url()).await;
    let client = connect(&nats.url(), "vandal").await;
    jetstream::new(client.clone()).delete_stream("DOCKET").await.unwrap();
    stream_equals_log(&desk, &nats.url()).await;
    desk.append(30).await;
    reader.has_all_of(&desk).await;
    relay.stop().await;
}

/// The new stream numbers its messages anew, lower than the reader has come: it must not wait for the old numbers.
async fn fault_readers_listen_to_a_new_stream(nats: NatsServer) {
    let desk = Desk::new().await;
    let relay = desk.relay_with(&nats.url(), "relay", |options| options.backfill = 3).await;
    let reader = desk.reader(&nats.url(), POLL).await;
    for _ in 0..50 {
        desk.append(4).await;
        reader.has_all_of(&desk).await;
    }
    let client = connect(&nats.url(), "vandal").await;
    let context = jetstream::new(client);
    context.delete_stream("DOCKET").await.unwrap();
    eventually(DEADLINE, || async {
        desk.append(1).await;
        let stream = context.get_stream("DOCKET").await.map_err(|error| error.to_string())?;
        let last = stream.cached_info().state.last_sequence;
        assert!(last < 180, "the test no longer shows anything");
        let consumers: Vec<_> = stream.consumers().collect().await;
        let delivered: Vec<_> =
            consumers.into_iter().flatten().map(|consumer| consumer.delivered.stream_sequence).collect();
        let heard = delivered.iter().any(|delivered| (4..=last).contains(delivered));
        if heard { Ok(()) } else { Err(format!("of {last} messages {delivered:?} were delivered")) }
    })
    .await;
    reader.has_all_of(&desk).await;
    relay.stop().await;
}

async fn fault_stream_restored_from_old(mut nats: NatsServer) {
    let desk = Desk::new().await;
    let relay = desk.relay(&nats.url(), "relay").await;
    let reader = desk.reader(&nats.url(), POLL).await;
    desk.append(100).await;
    stream_equals_log(&desk, &nats.url()).await;
    nats.kill();
    let old = nats.back_up();
    nats.resume().await;
    desk.append(100).await;
    stream_equals_log(&desk, &nats.url()).await;

    nats.kill();
    nats.restore(&old);
    nats.resume().await;
    stream_equals_log(&desk, &nats.url()).await; // also with nothing new to publish
    desk.append(100).await;
    reader.has_all_of(&desk).await;
    stream_equals_log(&desk, &nats.url()).await;
    relay.stop().await;
}

/// The connection stands, but nothing comes back.
async fn fault_a_server_that_hangs(nats: NatsServer) {
    let desk = Desk::new().await;
    let line = Line::to(nats.url()).await;
    let relay = desk.relay(&line.url(), "relay").await;
    let reader = desk.reader(&line.url(), POLL).await;
    desk.append(50).await;
    stream_equals_log(&desk, &nats.url()).await;
    reader.has_all_of(&desk).await;
    line.hold(true);
    for _ in 0..10 {
        desk.append(50).await;
        reader.has_all_of(&desk).await;
    }
    line.hold(false);
    desk.append(50).await;
    reader.has_all_of(&desk).await;
    stream_equals_log(&desk, &nats.url()).await;
    relay.stop().await;
}
