//! Internal notes reach no customer, by whatever way they look.

use std::time::Duration;

use chrono::TimeDelta;
use docket_store::{Clock as _, SystemClock};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::TestDesk;
use crate::live::{Socket, Sse};

const SECRET: &str = "xyzzyplugh";

/// Whether there is something under this name, however deep.
fn tells(value: &Value, name: &str) -> bool {
    match value {
        Value::Object(fields) => {
            fields.iter().any(|(key, value)| (key == name && !value.is_null()) || tells(value, name))
        }
        Value::Array(items) => items.iter().any(|item| tells(item, name)),
        _ => false,
    }
}

#[tokio::test]
async fn no_customer_route_stream_search_or_count_shows_a_note() {
    let desk = TestDesk::start().await;
    let (admin, agent, carl, dora) =
        (desk.admin(), desk.agent("agent").await, desk.customer().await, desk.customer().await);
    let opened =
        carl.client.post("/v1/tickets", &json!({ "subject": "Mine", "description": "d", "category": "general" })).await;
    let ticket = format!("/v1/tickets/{}", opened.id());
    let mut socket = Socket::connect(&carl.client).await;
    socket
        .say(&json!({ "type": "subscribe", "topics": ["tickets", format!("ticket:{}", opened.id())], "after": 0 }))
        .await;
    let mut sse = Sse::open(&carl.client, "/v1/events", Some("0")).await;

    agent
        .client
        .post(&format!("{ticket}/notes"), &json!({ "body": format!("{SECRET} is what we think") }))
        .await
        .expect(StatusCode::CREATED);
    let reason = json!({ "status": "on_hold", "reason": format!("{SECRET} must look") });
    agent.client.put(&format!("{ticket}/status"), &reason).await.expect(StatusCode::OK);
    let until = SystemClock.now() + TimeDelta::days(3000);
    let (until, day) = (json!({ "until": until }), until.format("%Y-%m-%d").to_string());
    let snoozed = agent.client.put(&format!("{ticket}/snooze"), &until).await.expect(StatusCode::OK);
    let shown = agent.client.get_at(&ticket, snoozed["position"].as_u64().expect("a position")).await;
    let shown = shown.expect(StatusCode::OK);
    assert!(tells(&shown, "snoozed_until"), "{shown}");
    let tags = json!({ "add": [SECRET] });
    agent.client.post(&format!("{ticket}/tags"), &tags).await.expect(StatusCode::OK);
    let last = agent
        .client
        .post(&format!("{ticket}/messages"), &json!({ "body": "the public end" }))
        .await
        .expect(StatusCode::CREATED);
    let position = last["position"].as_u64().expect("a position");

    let routes = &desk.server.as_ref().expect("it runs").routes;
    let mut looked = 0;
    for route in routes.iter().filter(|route| route.method == "GET" && route.path.starts_with("/v1/")) {
        if ["/v1/events", "/v1/live"].contains(&route.path.as_str()) {
            continue;
        }
        let path = route.path.replace("{id}", &opened.id());
        let described = &crate::described::document()["paths"][&route.path]["get"]["parameters"];
        let takes = |name: &str| described.as_array().is_some_and(|all| all.iter().any(|one| one["name"] == name));
        let queries = [("limit", "100"), ("q", SECRET), ("search", SECRET), ("latest", "true"), ("at_version", "4")];
        let queries =
            queries.into_iter().filter(|(name, _)| takes(name)).map(|(name, value)| format!("?{name}={value}"));
        for query in std::iter::once(String::new()).chain(queries) {
            let answer = carl.client.get_at(&format!("{path}{query}"), position).await;
            looked += usize::from(answer.status == StatusCode::OK);
            assert!(!answer.text.contains(SECRET), "{path}{query}: {}", answer.text);
            for hidden in ["note_count", "NoteAdded", "reassignment_count", "TicketSnoozed", &day] {
                assert!(!answer.text.contains(hidden), "{hidden} in {path}{query}: {}", answer.text);
            }
            assert!(!tells(&answer.json(), "snoozed_until"), "{path}{query}: {}", answer.text);
        }
    }
    assert!(looked > 15, "only {looked} answers were looked at");
    let detail = carl.client.get(&ticket).await.expect(StatusCode::OK);
    assert_eq!(detail["message_count"], 2, "the description and the answer");
    let search = carl.client.get(&format!("/v1/search?q={SECRET}")).await.expect(StatusCode::OK);
    assert_eq!(search["items"], json!([]));
    for (query, field) in [
        (format!("tag={SECRET}"), "tag"),
        ("overdue=true".into(), "overdue"),
        ("snoozed=true".into(), "snoozed"),
        (format!("not_customer_id={}", carl.id), "not_customer_id"),
    ] {
        let refused = carl.client.get(&format!("/v1/tickets?{query}")).await.problem(422, "invalid_fields");
        assert_eq!(refused["errors"][0]["code"], "not_for_customers", "{field}: {refused}");
    }
    let found = agent.client.get(&format!("/v1/search?q={SECRET}")).await.expect(StatusCode::OK);
    assert_ne!(found["items"], json!([]), "agents find it");
    let listed = admin.get(&format!("{ticket}/messages")).await.expect(StatusCode::OK);
    assert_eq!(listed["items"].as_array().expect("items").len(), 3, "agents see it");

    let mut heard = String::new();
    while !heard.contains("the public end") {
        heard.push_str(&socket.next(Duration::from_secs(10)).await.expect("a message").to_string());
    }
    let mut streamed = String::new();
    while !streamed.contains("the public end") {
        streamed.push_str(&sse.next(Duration::from_secs(10)).await.expect("an event").data);
    }
    for text in [&heard, &streamed] {
        assert!(!text.contains(SECRET) && !text.contains("NoteAdded") && !text.contains("TagsChanged"), "{text}");
        assert!(!text.contains("TicketSnoozed") && !text.contains(&day), "{text}");
    }
    // Another customer sees nothing of it at all.
    for path in [ticket.clone(), format!("{ticket}/messages"), format!("{ticket}/events")] {
        dora.client.get(&path).await.problem(404, "not_found");
    }
    dora.client.post(&format!("{ticket}/messages"), &json!({ "body": "hello" })).await.problem(404, "not_found");
    dora.client.put(&format!("{ticket}/status"), &json!({ "status": "closed" })).await.problem(404, "not_found");
    assert_eq!(dora.client.get("/v1/tickets").await.json()["items"], json!([]));
}
