//! Clients that are not ours: nats-py with the cloudevents package, schemathesis, AsyncAPI's own parser.

use std::process::Command;

use docket_tests::{Docket, DocketOptions, NatsServer, NatsVersion, Person, cache_dir, repository, run_tool, skip};
use serde_json::{Value, json};

/// A program of the Python environment that `scripts/test` makes; `None`, saying so, if it is not there.
fn python(program: &str) -> Option<Command> {
    let path = cache_dir().join("venv/bin").join(program);
    if path.exists() {
        return Some(Command::new(path));
    }
    skip(&format!("{} is not there; scripts/test installs it", path.display()));
    None
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nats_py_reads_the_events_as_cloud_events() {
    let Some(mut reader) = python("python") else { return };
    let Some(nats) = NatsServer::start(NatsVersion::Debian).await else { return };
    let docket = Docket::start_with(DocketOptions { nats: Some(nats.url()), ..DocketOptions::default() }).await;
    let admin = docket.admin();
    let carl = Person::customer(&admin, "Carl Ümlaut").await;
    let id = carl.client.open_ticket(&carl.id, "Grüße \"and\" 100%").await.id();
    carl.client.post(&format!("/v1/tickets/{id}/messages"), json!({ "body": "second" })).await.ok();

    let subject = format!("docket.*.ticket.{id}.>");
    reader.arg(repository().join("scripts/foreign/read_events.py")).args([&nats.url(), &subject, "3"]);
    let printed = tokio::task::spawn_blocking(move || run_tool(&mut reader)).await.expect("it ran");
    let events: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    // Opened, measured by the default service level, answered.
    assert_eq!(events.len(), 3, "{printed}");
    let (opened, message) = (&events[0], &events[2]);
    assert_eq!(opened["attributes"]["specversion"], "1.0");
    assert!(opened["attributes"]["type"].as_str().is_some_and(|t| t.contains("TicketOpened")), "{opened}");
    assert_eq!(opened["data"]["subject"], "Grüße \"and\" 100%");
    assert_eq!(opened["data"]["customer_id"], carl.id.as_str());
    assert_eq!(message["data"]["body"], "second");
    assert!(message["subject"].as_str().is_some_and(|s| s.ends_with(".MessagePosted")), "{message}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schemathesis_finds_no_server_error_and_no_undocumented_answer() {
    let Some(mut tool) = python("schemathesis") else { return };
    let docket = Docket::start().await;
    let admin = docket.admin();
    let carl = Person::customer(&admin, "Carl").await;
    carl.client.open_ticket(&carl.id, "For the tool to find").await.ok();
    tool.current_dir(docket.data())
        .args(["run", &format!("{}/openapi.json", docket.url())])
        .args(["--header", &format!("Authorization: Bearer {}", docket.token())])
        .args([
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        ])
        .args([
            "--phases",
            "examples,coverage,fuzzing",
            "--max-examples",
            "15",
            "--max-time",
            "150",
            "--seed",
            "20100113",
        ])
        .args(["--exclude-path-regex", "^/v1/(events|live|imports)$", "--request-timeout", "20", "--no-color"])
        .args(["--suppress-health-check", "all", "--generation-database", "none"]);
    let printed = tokio::task::spawn_blocking(move || run_tool(&mut tool)).await.expect("it ran");
    assert!(printed.contains("passed"), "{printed}");
}

#[test]
fn the_asyncapi_document_is_valid_to_its_own_parser() {
    let modules = cache_dir().join("node/node_modules");
    if !modules.join("@asyncapi/parser").exists() {
        eprintln!("SKIPPED: the AsyncAPI parser is not there; scripts/test installs it where npm is");
        return;
    }
    let mut node = Command::new("node");
    node.env("NODE_PATH", modules)
        .arg(repository().join("scripts/foreign/validate_asyncapi.cjs"))
        .arg(repository().join("docs/asyncapi.json"));
    let summary: Value = serde_json::from_str(&run_tool(&mut node)).expect("a summary");
    assert!(summary["messages"].as_u64().is_some_and(|messages| messages > 20), "{summary}");
}
