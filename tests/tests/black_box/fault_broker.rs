//! What happens to NATS while the desk works: killed, its stream purged, deleted, restored from an old copy. Commands and
//! read models go on, and in the end the stream has the log's last event again.

use std::time::Duration;

use async_nats::jetstream::{Context, stream::Stream};
use docket_tests::{
    Client, DEADLINE, Docket, DocketOptions, NatsServer, NatsVersion, Workload, assert_kept, eventually, history,
};

const STREAM: &str = "DOCKET";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn debians_nats_may_fail_in_every_way() {
    broker_may_fail(NatsVersion::Debian).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_current_nats_may_fail_in_every_way() {
    broker_may_fail(NatsVersion::Current).await;
}

async fn broker_may_fail(version: NatsVersion) {
    let Some(mut nats) = NatsServer::start(version).await else { return };
    let options = DocketOptions { nats: Some(nats.url()), ..DocketOptions::default() };
    let mut docket = Docket::start_with(options).await;
    let admin = docket.admin();
    let work = Workload::start(&[docket.admin()], 4).await;

    goes_on(&work, &admin, "at first").await;
    published(&nats, &admin).await;

    nats.kill();
    goes_on(&work, &admin, "without NATS").await;
    let old = nats.back_up();
    nats.resume().await;
    goes_on(&work, &admin, "with NATS back").await;
    published(&nats, &admin).await;

    // Again and again: some purge comes between a message's arrival in the stream and at its readers.
    let stream = jetstream(&nats).await.1;
    for _ in 0..100 {
        stream.purge().await.expect("purged");
    }
    goes_on(&work, &admin, "with the stream purged").await;
    published(&nats, &admin).await;

    jetstream(&nats).await.0.delete_stream(STREAM).await.expect("deleted");
    goes_on(&work, &admin, "with the stream deleted").await;
    published(&nats, &admin).await;

    nats.kill();
    nats.restore(&old);
    nats.resume().await;
    goes_on(&work, &admin, "with the stream restored from before").await;

    let acknowledged = work.finish().await;
    published(&nats, &admin).await;
    docket.stop().await;
    assert_kept(&acknowledged, &history(&docket).await);
    let grown = docket.rows().await;
    docket.run("rebuild", &["--all"]);
    grown.assert_same(&docket.rows().await, "read models fed through a failing NATS, and rebuilt ones");
}

/// Commands are acknowledged and read models follow.
async fn goes_on(work: &Workload, admin: &Client, when: &str) {
    let before = work.acknowledged();
    eventually(DEADLINE, || async {
        let now = work.acknowledged();
        if now > before + 20 { Ok(()) } else { Err(format!("{when}: {} commands since", now - before)) }
    })
    .await;
    let written = admin.post("/v1/customers", serde_json::json!({ "name": when })).await;
    let position = written.ok()["position"].as_u64().expect("a position");
    eventually(DEADLINE, || async {
        let answer = admin.get_at(&format!("/v1/customers/{}", written.id()), position).await;
        if answer.status == 200 { Ok(()) } else { Err(format!("{when}: the read models: {answer}")) }
    })
    .await;
}

/// Waits until everything that is in the log now is in the stream, its end in order.
async fn published(nats: &NatsServer, admin: &Client) {
    let written = admin.post("/v1/customers", serde_json::json!({ "name": "the last so far" })).await;
    let position = written.ok()["position"].as_u64().expect("a position");
    eventually(DEADLINE, || async {
        let stream = jetstream_if_there(nats).await?;
        let last = stream.cached_info().state.last_sequence;
        let message = stream.get_raw_message(last).await.map_err(|error| error.to_string())?;
        let reached: u64 = message
            .headers
            .get("ce-position")
            .and_then(|value| value.as_str().parse().ok())
            .ok_or("a message without a position")?;
        if reached >= position { Ok(()) } else { Err(format!("the stream is at {reached}, the log at {position}")) }
    })
    .await;
    tokio::time::timeout(DEADLINE, in_order(nats)).await.expect("the stream can be read");
}

/// The positions in the stream grow: nothing twice, nothing out of order.
async fn in_order(nats: &NatsServer) {
    use futures::StreamExt as _;
    let (_, stream) = jetstream(nats).await;
    let info = stream.cached_info().state.clone();
    let config = async_nats::jetstream::consumer::pull::OrderedConfig::default();
    let consumer = stream.create_consumer(config).await.expect("a consumer");
    let mut messages = consumer.messages().await.expect("messages");
    let mut before = 0;
    loop {
        let message = messages.next().await.expect("one more").expect("readable");
        let headers = message.headers.as_ref().expect("headers");
        let position: u64 = headers.get("ce-position").expect("a position").as_str().parse().expect("a number");
        assert!(position > before, "{position} follows {before} in the stream");
        before = position;
        if message.info().expect("from a stream").stream_sequence >= info.last_sequence {
            return;
        }
    }
}

async fn jetstream(nats: &NatsServer) -> (Context, Stream) {
    let client = async_nats::ConnectOptions::new()
        .connection_timeout(Duration::from_secs(5))
        .connect(nats.url())
        .await
        .expect("nats-server runs");
    let context = async_nats::jetstream::new(client);
    let stream = context.get_stream(STREAM).await.expect("the stream");
    (context, stream)
}

async fn jetstream_if_there(nats: &NatsServer) -> Result<Stream, String> {
    let client = async_nats::connect(nats.url()).await.map_err(|error| error.to_string())?;
    async_nats::jetstream::new(client).get_stream(STREAM).await.map_err(|error| error.to_string())
}
