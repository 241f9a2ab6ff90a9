//! Subscribers and tools that are not ours.

use std::process::Command;

use docket_tests::{NatsServer, cache_dir, repository, run_tool, skip};
use serde_json::Value;

use crate::harness::{Desk, on_both_servers, stream_equals_log};

on_both_servers!(a_python_client_reads_cloudevents);

async fn a_python_client_reads_cloudevents(nats: NatsServer) {
    let python = cache_dir().join("venv/bin/python");
    if !python.exists() {
        return skip("nats-py and cloudevents are not there; scripts/test installs them");
    }
    let desk = Desk::new().await;
    let relay = desk.relay(&nats.url(), "relay").await;
    for name in ["Zoë", "\"quoted\" 100%", "two\nlines"] {
        desk.append_named(name).await;
    }
    stream_equals_log(&desk, &nats.url()).await;
    let url = nats.url();
    let printed = tokio::task::spawn_blocking(move || {
        let script = repository().join("scripts/foreign/read_events.py");
        run_tool(Command::new(python).arg(script).args([url.as_str(), "docket.acme.>", "3"]))
    })
    .await
    .unwrap();
    let read: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let log = desk.log().await;
    assert_eq!(read.len(), log.len());
    for (found, event) in read.iter().zip(&log) {
        let (meta, attributes) = (&event.meta, &found["attributes"]);
        assert_eq!(found["data"], serde_json::from_str::<Value>(&event.body.encode().unwrap()).unwrap());
        assert_eq!(found["subject"], format!("docket.acme.customer.{}.CustomerRegistered", meta.stream.id));
        assert_eq!(attributes["specversion"], "1.0");
        assert_eq!(attributes["id"], meta.event_id.to_string());
        assert_eq!(attributes["source"], "/docket/acme");
        assert_eq!(attributes["type"], "docket.customer.CustomerRegistered.v1");
        assert_eq!(attributes["subject"], meta.stream.to_string());
        assert_eq!(attributes["position"], meta.position.to_string());
        assert_eq!(attributes["correlationid"], meta.correlation_id.to_string());
        assert_eq!(attributes["datacontenttype"], "application/json");
    }
    relay.stop().await;
}
