//! The same request again.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Answer, Client, TestDesk};

async fn post(client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    Client::send(client.request(Method::POST, path).header("idempotency-key", key).json(body)).await
}

#[tokio::test]
async fn a_repeated_command_happens_once_also_after_a_restart() {
    let mut desk = TestDesk::start().await;
    let customer = desk.customer().await;
    let body =
        json!({ "subject": "Once", "description": "Only once.", "category": "general", "customer_id": customer.id });
    let first = post(&desk.admin(), "/v1/tickets", "key-1", &body).await;
    first.expect(StatusCode::CREATED);
    let again = post(&desk.admin(), "/v1/tickets", "key-1", &body).await;
    assert_eq!((again.status, again.json()), (first.status, first.json()));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let path = format!("/v1/tickets/{}/messages", first.id());
    let message = post(&desk.admin(), &path, "key-2", &json!({ "body": "Hello" })).await;
    message.expect(StatusCode::CREATED);
    desk.restart().await;
    let later = post(&desk.admin(), "/v1/tickets", "key-1", &body).await;
    assert_eq!((later.status, later.json()), (first.status, first.json()));
    let later = post(&desk.admin(), &path, "key-2", &json!({ "body": "Hello" })).await;
    assert_eq!(later.json(), message.json(), "the same message id too");
    let position = message.json()["position"].as_u64().expect("a position");
    let list = desk.admin().get_at("/v1/tickets", position).await.json();
    assert_eq!(list["items"].as_array().expect("items").len(), 1);
    assert_eq!(list["items"][0]["message_count"], 2);
}

#[tokio::test]
async fn a_key_is_bound_to_its_request_and_its_caller() {
    let desk = TestDesk::start().await;
    let (carl, dora) = (desk.customer().await, desk.customer().await);
    let body = |subject: &str| json!({ "subject": subject, "description": "d", "category": "general" });
    let first = post(&carl.client, "/v1/tickets", "key", &body("one")).await;
    first.expect(StatusCode::CREATED);
    post(&carl.client, "/v1/tickets", "key", &body("two")).await.problem(422, "idempotency_key_reused");
    let path = format!("/v1/tickets/{}/messages", first.id());
    post(&carl.client, &path, "key", &json!({ "body": "x" })).await.problem(422, "idempotency_key_reused");
    let hers = post(&dora.client, "/v1/tickets", "key", &body("two")).await;
    hers.expect(StatusCode::CREATED);
    assert_ne!(hers.id(), first.id());
    for key in ["", &"k".repeat(256)] {
        post(&carl.client, "/v1/tickets", key, &body("x")).await.problem(400, "invalid_header");
    }
}

#[tokio::test]
async fn a_repeated_bulk_change_replays_item_by_item() {
    let desk = TestDesk::start().await;
    let (admin, customer) = (desk.admin(), desk.customer().await);
    let one = admin.open_ticket(&customer.id, "One").await.id();
    let two = admin.open_ticket(&customer.id, "Two").await.id();
    admin.put(&format!("/v1/tickets/{two}/status"), &json!({ "status": "closed" })).await.expect(StatusCode::OK);
    let nobody = "00000000-0000-7000-8000-000000000000";
    let body = json!({ "ids": [one, two, nobody], "status": "resolved" });
    let first = post(&admin, "/v1/ticket-changes", "bulk", &body).await.expect(StatusCode::OK);
    let statuses: Vec<_> =
        first["items"].as_array().expect("items").iter().map(|item| item["status"].clone()).collect();
    assert_eq!(statuses, [json!(200), json!(409), json!(404)]);
    assert_eq!((&first["changed"], &first["refused"]), (&json!(1), &json!(2)));
    let again = post(&admin, "/v1/ticket-changes", "bulk", &body).await.expect(StatusCode::OK);
    assert_eq!(again, first);
}

#[tokio::test]
async fn a_token_is_issued_once_and_shown_once() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let body = json!({ "label": "mine" });
    post(&admin, "/v1/tokens", "token", &body).await.expect(StatusCode::CREATED);
    post(&admin, "/v1/tokens", "token", &body).await.problem(409, "already_done");
    post(&admin, "/v1/tokens", "token", &json!({ "label": "other" })).await.problem(422, "idempotency_key_reused");
    let list = admin.get("/v1/tokens").await.json();
    assert_eq!(list["items"].as_array().expect("items").len(), 1);
}

#[tokio::test]
async fn a_key_is_refused_where_it_cannot_be_kept() {
    let desk = TestDesk::start().await;
    let (admin, agent, carl) = (desk.admin(), desk.agent("agent").await, desk.customer().await);
    for (path, body) in [
        (format!("/v1/agents/{}/sign-in-code", agent.id), json!({})),
        (format!("/v1/customers/{}/account", carl.id), json!({ "email": carl.email })),
        ("/v1/sessions".to_owned(), json!({ "email": carl.email, "password": "x" })),
        ("/v1/imports".to_owned(), json!({})),
    ] {
        post(&admin, &path, "key", &body).await.problem(400, "idempotency_unsupported");
    }
    let openapi = admin.get("/openapi.json").await.json();
    let offered = |path: &str| {
        let parameters = openapi["paths"][path]["post"]["parameters"].as_array().cloned().unwrap_or_default();
        let names: Vec<_> = parameters.iter().filter_map(|one| one["name"].as_str().map(str::to_owned)).collect();
        ["Idempotency-Key", "If-Match"].map(|name| names.iter().any(|listed| listed == name))
    };
    assert_eq!(offered("/v1/tickets/{id}/messages"), [true, true]);
    assert_eq!(offered("/v1/tokens"), [true, false]);
    assert_eq!(offered("/v1/agents/{id}/sign-in-code"), [false, false]);
}

#[tokio::test]
async fn what_changed_nothing_is_answered_alike_whatever_happened_since() {
    let desk = TestDesk::start().await;
    let (admin, customer) = (desk.admin(), desk.customer().await);
    let ticket = admin.open_ticket(&customer.id, "Once").await.id();
    let path = format!("/v1/tickets/{ticket}/priority");
    let put = async |key: Option<&str>, priority: &str| {
        let request = admin.request(Method::PUT, &path).json(&json!({ "priority": priority }));
        Client::send(match key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        })
        .await
    };
    put(None, "high").await.expect(StatusCode::OK);
    let first = put(Some("no-op"), "high").await;
    first.expect(StatusCode::OK);
    assert_eq!(first.header("idempotency-replayed"), None);
    let low = put(None, "low").await.expect(StatusCode::OK);
    let again = put(Some("no-op"), "high").await;
    assert_eq!((again.status, again.json()), (first.status, first.json()));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    put(Some("no-op"), "urgent").await.problem(422, "idempotency_key_reused");
    let position = low["position"].as_u64().expect("a position");
    assert_eq!(admin.get_at(&format!("/v1/tickets/{ticket}"), position).await.json()["priority"], "low");

    // A customer is told the position of what is public: not how far the log is, nor of the note that came last.
    let hers = customer.client.post(&format!("/v1/tickets/{ticket}/messages"), &json!({ "body": "Hello" })).await;
    hers.expect(StatusCode::CREATED);
    let (path, all) = (format!("/v1/tickets/{ticket}/read"), json!({}));
    customer.client.post(&path, &all).await.expect(StatusCode::OK);
    let note = admin.post(&format!("/v1/tickets/{ticket}/notes"), &json!({ "body": "Between us" })).await;
    let note = note.expect(StatusCode::CREATED)["position"].as_u64().expect("a position");
    let first = post(&customer.client, &path, "read", &all).await;
    assert!(first.expect(StatusCode::OK)["position"].as_u64() < Some(note), "{}", first.text);
    admin.open_ticket(&customer.id, "Another").await;
    let again = post(&customer.client, &path, "read", &all).await;
    assert_eq!((again.status, again.json()), (first.status, first.json()));
}

#[tokio::test]
async fn a_repeated_request_does_not_bring_back_what_was_changed_since() {
    let desk = TestDesk::start().await;
    let (admin, agent) = (desk.admin(), desk.agent("agent").await);
    let path = format!("/v1/agents/{}", agent.id);
    let put = async |key: &str, what: &str, body: &Value| {
        let request = admin.request(Method::PUT, &format!("{path}{what}")).header("idempotency-key", key).json(body);
        Client::send(request).await.expect(StatusCode::OK);
    };
    let (one, two) = (format!("one-{}", agent.email), format!("two-{}", agent.email));
    let (one, two) = (json!({ "name": "One", "email": one }), json!({ "name": "Two", "email": two }));
    put("1", "/role", &json!({ "role": "supervisor" })).await;
    put("2", "", &one).await;
    put("3", "/role", &json!({ "role": "auditor" })).await;
    put("4", "", &two).await;
    put("1", "/role", &json!({ "role": "supervisor" })).await;
    put("2", "", &one).await;
    assert_eq!(agent.client.get("/v1/me").await.expect(StatusCode::OK)["role"], "auditor");
    let account = desk.desk().accounts().find_login(&desk.desk().tenant, two["email"].as_str().expect("text")).await;
    assert!(account.expect("an answer").is_some(), "they sign in with the latest address");
}

#[tokio::test]
async fn a_key_of_a_bulk_change_is_bound_to_its_tickets() {
    let desk = TestDesk::start().await;
    let (admin, customer) = (desk.admin(), desk.customer().await);
    let mut ids = vec![docket_store::new_id().to_string()];
    for subject in ["Two", "Three", "Four"] {
        ids.push(admin.open_ticket(&customer.id, subject).await.id());
    }
    let change = |ids: &[String]| json!({ "ids": ids, "add_tags": ["x"] });
    // The first is not there. The key is borne by the next.
    let first = post(&admin, "/v1/ticket-changes", "bulk", &change(&ids[..3])).await.expect(StatusCode::OK);
    assert_eq!(first["changed"], 2, "{first}");
    let order: Vec<_> = first["items"].as_array().expect("items").iter().map(|item| item["id"].clone()).collect();
    assert_eq!(order, ids[..3].iter().map(|id| json!(id)).collect::<Vec<_>>());
    assert_eq!(post(&admin, "/v1/ticket-changes", "bulk", &change(&ids[..3])).await.expect(StatusCode::OK), first);
    let other = post(&admin, "/v1/ticket-changes", "bulk", &change(&ids[3..])).await;
    other.problem(422, "idempotency_key_reused");

    let both = json!({ "ids": [ids[3]], "add_tags": [" "], "remove_tags": ["y"] });
    let refused = admin.post("/v1/ticket-changes", &both).await.expect(StatusCode::OK);
    assert_eq!(refused["items"][0]["problem"]["errors"][0]["field"], "add_tags.0", "{refused}");
    let both = json!({ "ids": [ids[3]], "add_tags": ["y"], "remove_tags": ["y"] });
    let refused = admin.post("/v1/ticket-changes", &both).await.expect(StatusCode::OK);
    assert_eq!(refused["items"][0]["problem"]["errors"][0]["field"], "remove_tags", "{refused}");
}
