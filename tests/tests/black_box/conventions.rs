//! What is true of every command and list: retried once, refused when stale, told in full when wrong.

use docket_tests::{Docket, Person};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_retried_command_happens_once_also_after_a_kill() {
    let mut docket = Docket::start().await;
    let admin = docket.admin();
    let carl = Person::customer(&admin, "Carl").await;
    let body = json!({ "subject": "Once", "description": "Only once.", "category": "general" });
    let first = carl.client.post_once("/v1/tickets", "key-1", &body).await.expect("an answer");
    let again = carl.client.post_once("/v1/tickets", "key-1", &body).await.expect("an answer");
    assert_eq!(first.ok(), again.ok());
    assert_eq!(first.status, again.status);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));

    docket.kill();
    docket.resume().await;
    let later = carl.client.post_once("/v1/tickets", "key-1", &body).await.expect("an answer");
    assert_eq!(first.ok(), later.ok());
    let position = first.ok()["position"].as_u64().expect("a position");
    let list = carl.client.get_at("/v1/tickets", position).await.ok();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));

    let other = json!({ "subject": "Another", "description": "Not the same.", "category": "general" });
    carl.client
        .post_once("/v1/tickets", "key-1", &other)
        .await
        .expect("an answer")
        .problem(422, "idempotency_key_reused");
    // Somebody else's key of the same text is another key.
    let dora = Person::customer(&admin, "Dora").await;
    let hers = dora.client.post_once("/v1/tickets", "key-1", &other).await.expect("an answer");
    assert_ne!(hers.id(), first.id());
}

#[tokio::test]
async fn a_stale_command_is_refused_with_what_it_missed() {
    let docket = Docket::start().await;
    let admin = docket.admin();
    let carl = Person::customer(&admin, "Carl").await;
    let ada = Person::agent(&admin, "Ada", "agent").await;
    let opened = carl.client.open_ticket(&carl.id, "Stale").await;
    let ticket = format!("/v1/tickets/{}", opened.id());
    let etag = opened.header("etag").expect("an ETag").to_owned();
    ada.client.post(&format!("{ticket}/notes"), json!({ "body": "a secret note" })).await.ok();
    ada.client.put(&format!("{ticket}/priority"), json!({ "priority": "urgent" })).await.ok();

    let change = |who: &Person| {
        let request = who.client.request(Method::PUT, &format!("{ticket}/status"));
        request.header("If-Match", &etag).json(&json!({ "status": "closed" }))
    };
    let refused = ada.client.send(change(&ada)).await;
    let missed = refused.problem(412, "stale");
    let types: Vec<_> = missed["missed"].as_array().into_iter().flatten().map(|e| e["event_type"].clone()).collect();
    assert!(types.contains(&json!("NoteAdded")) && types.contains(&json!("PriorityChanged")), "{missed}");

    let refused = carl.client.send(change(&carl)).await;
    assert!(matches!(refused.status, 403 | 412), "{refused}");
    assert!(!refused.text.contains("secret"), "{refused}");
}

#[tokio::test]
async fn an_impossible_transition_says_what_is_possible() {
    let docket = Docket::start().await;
    let admin = docket.admin();
    let carl = Person::customer(&admin, "Carl").await;
    let ticket = format!("/v1/tickets/{}", carl.client.open_ticket(&carl.id, "Closed").await.id());
    admin.put(&format!("{ticket}/status"), json!({ "status": "closed" })).await.ok();
    let refused = admin.put(&format!("{ticket}/status"), json!({ "status": "resolved" })).await;
    let problem = refused.problem(409, "invalid_transition");
    assert_eq!(problem["current_status"], "closed", "{problem}");
    assert_eq!(problem["allowed"], json!(["open"]), "{problem}");
    let refused = carl.client.post(&format!("{ticket}/messages"), json!({ "body": "One more thing" })).await;
    assert_eq!(refused.status, 409, "{refused}");
}

#[tokio::test]
async fn lists_are_walked_without_gap_or_double_while_they_grow() {
    let docket = Docket::start().await;
    let admin = docket.admin();
    let carl = Person::customer(&admin, "Carl").await;
    let mut last = 0;
    for n in 0..25 {
        last = carl.client.open_ticket(&carl.id, &format!("Ticket {n}")).await.ok()["position"].as_u64().expect("one");
    }
    let mut page = admin.get_at("/v1/tickets?limit=10&sort=newest", last).await;
    let mut seen = Vec::new();
    loop {
        let body = page.ok();
        seen.extend(body["items"].as_array().into_iter().flatten().map(|ticket| ticket["id"].to_string()));
        carl.client.open_ticket(&carl.id, "Meanwhile").await.ok();
        let Some(cursor) = body["next_cursor"].as_str() else { break };
        assert!(page.header("link").is_some_and(|link| link.contains("rel=\"next\"")), "{page}");
        page = admin.get(&format!("/v1/tickets?limit=10&sort=newest&cursor={cursor}")).await;
    }
    let mut unique = seen.clone();
    unique.sort();
    unique.dedup();
    assert_eq!((seen.len(), unique.len()), (25, 25));
    admin.get("/v1/tickets?limit=10&cursor=not-a-cursor").await.problem(400, "invalid_cursor");
}
