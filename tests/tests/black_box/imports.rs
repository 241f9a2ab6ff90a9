//! History that comes in through a running server.

use std::io::Write as _;

use docket_tests::{Docket, Person};
use reqwest::Method;
use serde_json::{Value, json};

fn lines() -> String {
    let agent = json!({ "kind": "agent", "external_id": "a1", "name": "Grace" });
    let ticket = |id: &str| {
        json!({ "type": "ticket", "external_id": id, "subject": format!("About {id}"), "description": "It is broken.",
                "customer": { "external_id": "c1", "name": "Ada", "email": "ada@example.org" },
                "opened_at": "2020-05-01T10:00:00Z",
                "history": [
                    { "at": "2020-05-01T10:05:00Z", "actor": agent, "action": "message", "body": "How?" },
                    { "at": "2020-05-01T10:06:00Z", "actor": agent, "action": "note", "body": "Again!" },
                    { "at": "2020-05-01T11:00:00Z", "actor": agent, "action": "status", "to": "closed" },
                    { "at": "2020-05-01T12:00:00Z", "actor": agent, "action": "status", "to": "closed" }] })
    };
    let chat = json!({ "type": "chat", "external_id": "k1", "customer": { "external_id": "c2" },
                       "opened_at": "2020-05-02T10:00:00Z",
                       "history": [{ "at": "2020-05-02T10:00:09Z", "actor": agent, "action": "accept" }] });
    format!("{}\nnonsense\n{}\n\n{}\n", ticket("t1"), chat, ticket("t2"))
}

#[tokio::test]
async fn a_running_server_takes_history_in_once() {
    let docket = Docket::start().await;
    let file = tempfile::NamedTempFile::new().expect("a file");
    let mut packed = flate2::write::GzEncoder::new(file.as_file(), flate2::Compression::fast());
    packed.write_all(lines().as_bytes()).and_then(|()| packed.try_finish()).expect("written");
    let import = || {
        let mut command = Docket::bare_command("import");
        command.arg(file.path()).args(["--url", &docket.url(), "--token", docket.token(), "--json"]);
        let output = command.output().expect("docket runs");
        // Scripts notice that not everything is in.
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains("1 line was refused; all others are in"));
        serde_json::from_slice::<Value>(&output.stdout).expect("a report")
    };
    let report = import();
    assert_eq!((&report["tickets"], &report["chats"], &report["irregular"]), (&json!(2), &json!(1), &json!(2)));
    assert_eq!((&report["refused_count"], &report["refused"][0]["line"]), (&json!(1), &json!(2)), "{report}");
    let again = import();
    assert_eq!((&again["events"], &again["unchanged"], &again["refused_count"]), (&json!(0), &json!(3), &json!(1)));

    let admin = docket.admin();
    let tickets = docket_tests::eventually(docket_tests::DEADLINE, || async {
        let tickets = admin.all("/v1/tickets").await;
        if tickets.len() == 2 { Ok(tickets) } else { Err(format!("{} tickets", tickets.len())) }
    })
    .await;
    for ticket in tickets {
        assert_eq!((&ticket["status"], &ticket["customer_name"]), (&json!("closed"), &json!("Ada")), "{ticket}");
        assert!(ticket["opened_at"].as_str().is_some_and(|at| at.starts_with("2020-05-01T10:00:00")), "{ticket}");
    }
    // What is opened next gets the number after them.
    let carl = Person::customer(&admin, "Carl").await;
    let next = carl.client.open_ticket(&carl.id, "Live").await.ok();
    let number: u64 = next["number"].as_str().and_then(|n| n.strip_prefix("TKT-")?.parse().ok()).expect("a number");
    assert!((3..=40).contains(&number), "{number}");
}

#[tokio::test]
async fn lines_come_packed_and_the_trail_says_who_brought_them() {
    let docket = Docket::start().await;
    let admin = docket.admin();
    let boss = Person::agent(&admin, "Boss", "admin").await;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(lines().as_bytes()).expect("memory takes all");
    let packed = packed.finish().expect("memory takes all");
    let send = async |encoding: &str, body: Vec<u8>| {
        let request = boss.client.request(Method::POST, "/v1/imports").header("content-type", "application/x-ndjson");
        boss.client.send(request.header("content-encoding", encoding).body(body)).await
    };
    send("br", packed.clone()).await.problem(415, "unsupported_content_encoding");
    send("gzip", lines().into_bytes()).await.problem(400, "malformed_encoding");
    let report = send("gzip", packed.clone()).await.ok();
    assert_eq!(report["refused_count"], 1, "{report}");
    send("gzip", packed[..packed.len() - 9].to_vec()).await.problem(400, "malformed_encoding");
    // Elsewhere nothing packed is taken for something else.
    let ticket = json!({ "subject": "s" }).to_string();
    let request = admin.request(Method::POST, "/v1/tickets").header("content-type", "application/json");
    let answer = admin.send(request.header("content-encoding", "gzip").body(ticket)).await;
    answer.problem(415, "unsupported_content_encoding");

    let kept = Person::customer(&admin, "Katrin").await;
    let live = kept.client.open_ticket(&kept.id, "Live").await.ok()["position"].as_u64().expect("a position");
    let trail = admin.get_at("/v1/audit?limit=100", live).await.ok();
    let entries = trail["items"].as_array().expect("items").clone();
    let imported: Vec<&Value> = entries
        .iter()
        .filter(|entry| entry["recorded_at"].as_str() > entry["occurred_at"].as_str())
        .filter(|entry| entry["occurred_at"].as_str().is_some_and(|at| at.starts_with("2020")))
        .collect();
    assert!(imported.len() >= 10, "{trail}");
    for entry in imported {
        let by = &entry["imported"]["by"];
        assert_eq!((&by["id"], &by["name"]), (&json!(boss.id), &json!("Boss")), "{entry}");
    }
    let opened_live = entries.iter().find(|entry| entry["position"] == live).expect("it is there");
    assert_eq!(opened_live["imported"], Value::Null, "{opened_live}");
    let finished = admin.get("/v1/audit?category=import&event_type=ImportFinished").await.ok();
    let details = &finished["items"][0]["details"];
    assert_eq!((&details["refused"], &details["tickets"], &details["lines"]), (&json!(1), &json!(2), &json!(5)));
    assert_eq!(finished["items"][0]["actor"]["name"], "Boss");
}

#[tokio::test]
async fn only_administrators_import_and_only_lines() {
    let docket = Docket::start().await;
    let admin = docket.admin();
    let agent = Person::agent(&admin, "Ada", "supervisor").await;
    let ndjson = "application/x-ndjson";
    let send = async |client: &docket_tests::Client, content_type: &str| {
        let request = client.request(Method::POST, "/v1/imports").header("content-type", content_type).body(lines());
        client.send(request).await
    };
    send(&docket.anonymous(), ndjson).await.problem(401, "unauthenticated");
    send(&agent.client, ndjson).await.problem(403, "forbidden");
    send(&admin, "text/csv").await.problem(415, "unsupported_media_type");
    assert_eq!(send(&admin, ndjson).await.ok()["tickets"], 2);
}
