//! A ticket's life over HTTP.

use chrono::TimeDelta;
use docket_store::{Clock as _, SystemClock};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::TestDesk;

#[tokio::test]
async fn a_ticket_as_it_was() {
    let desk = TestDesk::start().await;
    let (admin, agent, carl) = (desk.admin(), desk.agent("agent").await, desk.customer().await);
    let opened = admin.open_ticket(&carl.id, "History").await;
    let ticket = format!("/v1/tickets/{}", opened.id());
    let then = opened.json()["version"].as_u64().expect("a version");
    admin.put(&format!("{ticket}/assignee"), &json!({ "agent_id": agent.id })).await.expect(StatusCode::OK);
    agent.client.post(&format!("{ticket}/messages"), &json!({ "body": "Hello" })).await.expect(StatusCode::CREATED);
    agent.client.put(&format!("{ticket}/custom-fields"), &json!({ "set": {} })).await.expect(StatusCode::OK);
    let last =
        agent.client.put(&format!("{ticket}/status"), &json!({ "status": "resolved" })).await.expect(StatusCode::OK);
    let position = last["position"].as_u64().expect("a position");
    let now = admin.get_at(&ticket, position).await.expect(StatusCode::OK);
    assert_eq!((&now["status"], &now["message_count"]), (&json!("resolved"), &json!(2)));
    let was = admin.get(&format!("{ticket}?at_version={then}")).await.expect(StatusCode::OK);
    assert_eq!((&was["status"], &was["message_count"]), (&json!("open"), &json!(1)));
    assert_eq!((&was["assignee_id"], &was["version"]), (&Value::Null, &json!(then)));
    // As of its present version it is what the read model shows.
    let version = now["version"].as_u64().expect("a version");
    let same = admin.get(&format!("{ticket}?at_version={version}")).await.expect(StatusCode::OK);
    assert_eq!(same, now);
    let (mine, position) = (&carl.client, last["position"].as_u64().expect("a position"));
    let now = mine.get_at(&ticket, position).await.expect(StatusCode::OK);
    let same = mine.get(&format!("{ticket}?at_version={}", now["version"])).await.expect(StatusCode::OK);
    assert_eq!(same, now);
    admin.get(&format!("{ticket}?at=2001-01-01T00:00:00Z")).await.problem(404, "not_found");
    let history = admin.get(&format!("{ticket}/events?limit=2")).await;
    assert_eq!(history.expect(StatusCode::OK)["items"].as_array().expect("items").len(), 2);
    assert!(history.header("link").is_some());
}

#[tokio::test]
async fn merging_linking_snoozing_and_rating() {
    let desk = TestDesk::start().await;
    let (admin, carl) = (desk.admin(), desk.customer().await);
    let one = admin.open_ticket(&carl.id, "One").await.id();
    let two = admin.open_ticket(&carl.id, "Two").await.id();
    admin.put(&format!("/v1/tickets/{one}/links/{two}"), &json!({})).await.expect(StatusCode::OK);
    let until = SystemClock.now() + TimeDelta::days(1);
    admin.put(&format!("/v1/tickets/{one}/snooze"), &json!({ "until": until })).await.expect(StatusCode::OK);
    admin.delete(&format!("/v1/tickets/{one}/snooze")).await.expect(StatusCode::OK);
    admin.delete(&format!("/v1/tickets/{one}/links/{two}")).await.expect(StatusCode::OK);
    admin.post(&format!("/v1/tickets/{two}/merge"), &json!({ "into": one })).await.expect(StatusCode::OK);
    admin.put(&format!("/v1/tickets/{one}/status"), &json!({ "status": "resolved" })).await.expect(StatusCode::OK);
    admin.put(&format!("/v1/tickets/{one}/feedback"), &json!({ "rating": 5 })).await.problem(403, "forbidden");
    let rated =
        carl.client.put(&format!("/v1/tickets/{one}/feedback"), &json!({ "rating": 5, "comment": "Fine" })).await;
    let position = rated.expect(StatusCode::OK)["position"].as_u64().expect("a position");
    let seen = admin.get_at(&format!("/v1/tickets/{one}"), position).await.expect(StatusCode::OK);
    assert_eq!(seen["feedback"]["rating"], 5);
    assert_eq!(seen["merged_from"], json!([two]));
    admin.post(&format!("/v1/tickets/{one}/archive"), &json!({})).await.expect(StatusCode::OK);
    let gone = admin.delete(&format!("/v1/tickets/{one}")).await.expect(StatusCode::OK);
    let position = gone["position"].as_u64().expect("a position");
    admin.get_at(&format!("/v1/tickets/{one}"), position).await.problem(404, "not_found");
}

#[tokio::test]
async fn erasing_a_person_makes_their_words_unreadable() {
    let desk = TestDesk::start().await;
    let (admin, carl) = (desk.admin(), desk.customer().await);
    let body = json!({ "subject": "plughxyzzy", "description": "plughxyzzy lives here", "category": "c" });
    let opened = carl.client.post("/v1/tickets", &body).await;
    opened.expect(StatusCode::CREATED);
    let erased = admin.post(&format!("/v1/customers/{}/erase", carl.id), &json!({})).await.expect(StatusCode::OK);
    let position = erased["position"].as_u64().expect("a position");
    let ticket = format!("/v1/tickets/{}", opened.id());
    assert_eq!(admin.get_at(&ticket, position).await.expect(StatusCode::OK)["subject"], Value::Null);
    for path in [
        ticket.clone(),
        format!("{ticket}/messages"),
        format!("{ticket}/events"),
        "/v1/audit?limit=100".into(),
        "/v1/search?q=plughxyzzy".into(),
        format!("/v1/customers/{}", carl.id),
    ] {
        let answer = admin.get(&path).await;
        assert!(!answer.text.contains("plughxyzzy") && !answer.text.contains(&carl.email), "{path}: {}", answer.text);
    }
    carl.client.get("/v1/me").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn settings_of_the_organisation() {
    let desk = TestDesk::start().await;
    let (admin, carl) = (desk.admin(), desk.customer().await);
    let field = json!({ "label": "Model", "field_type": "choice", "options": ["A", "B"] });
    admin.put("/v1/organisation/custom-fields/model", &field).await.expect(StatusCode::OK);
    let field = json!({ "label": "Room", "field_type": "text" });
    admin.put("/v1/organisation/custom-fields/room", &field).await.expect(StatusCode::OK);
    let field = json!({ "label": "Floor", "field_type": "number", "personal": true });
    let problem = admin.put("/v1/organisation/custom-fields/floor", &field).await.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["field"], "personal");
    let set = admin.put("/v1/organisation/categories", &json!({ "categories": ["billing", "delivery"] })).await;
    let position = set.expect(StatusCode::OK)["position"].as_u64().expect("a position");
    let organisation = admin.get_at("/v1/organisation", position).await.expect(StatusCode::OK);
    insta::assert_json_snapshot!(organisation);
    let body = json!({ "subject": "s", "description": "d", "category": "gossip", "customer_id": carl.id });
    let problem = admin.post("/v1/tickets", &body).await.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["field"], "category");
    let body = json!({ "subject": "s", "description": "d", "customer_id": carl.id, "custom_fields": { "model": "A", "room": "Ada's" } });
    let opened = admin.post("/v1/tickets", &body).await.expect(StatusCode::CREATED);
    let seen = admin
        .get_at(
            &format!("/v1/tickets/{}", opened["id"].as_str().expect("an id")),
            opened["position"].as_u64().expect("a position"),
        )
        .await
        .json();
    assert_eq!(
        (&seen["category"], &seen["custom_fields"]),
        (&json!("billing"), &json!({ "model": "A", "room": "Ada's" }))
    );
}

#[tokio::test]
async fn of_a_deleted_ticket_the_audit_trail_alone_is_left() {
    let desk = TestDesk::start().await;
    let (admin, carl) = (desk.admin(), desk.customer().await);
    let (agent, auditor) = (desk.agent("agent").await, desk.agent("auditor").await);
    let ticket = admin.open_ticket(&carl.id, "Gone").await.id();
    let path = format!("/v1/tickets/{ticket}/events");
    for client in [&carl.client, &agent.client, &auditor.client] {
        client.get(&path).await.expect(StatusCode::OK);
    }
    let gone = admin.delete(&format!("/v1/tickets/{ticket}")).await.expect(StatusCode::OK);
    for client in [&carl.client, &agent.client, &auditor.client] {
        client.get(&path).await.problem(404, "not_found");
    }
    let position = gone["position"].as_u64().expect("a position");
    let trail = auditor.client.get_at(&format!("/v1/audit?stream_id={ticket}"), position).await.expect(StatusCode::OK);
    assert_eq!(trail["items"][0]["event_type"], "TicketDeleted");
}
