//! Saved views, over HTTP: whose they are, who may share, what lists show through them.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Client, TestDesk};

async fn views(client: &Client, position: u64) -> Vec<Value> {
    client.get_at("/v1/views", position).await.expect(StatusCode::OK)["items"].as_array().expect("items").clone()
}

fn names(views: &[Value]) -> Vec<&str> {
    views.iter().filter_map(|view| view["name"].as_str()).collect()
}

fn position(receipt: &Value) -> u64 {
    receipt["position"].as_u64().expect("a position")
}

#[tokio::test]
async fn a_view_is_saved_changed_arranged_and_deleted() {
    let desk = TestDesk::start().await;
    let ann = desk.agent("agent").await.client;
    let body =
        json!({ "name": " Urgent ", "filter": { "priority": ["urgent"], "opened_from": "-7d", "assignee": "me" } });
    let made = ann.post("/v1/views", &body).await;
    assert_eq!(made.header("etag"), Some("\"1\""));
    let path = made.header("location").expect("a place").to_owned();
    let made = made.expect(StatusCode::CREATED);
    assert_eq!(path, format!("/v1/views/{}", made["id"].as_str().expect("an id")));
    let second =
        ann.post("/v1/views", &json!({ "name": "Second", "sort": "newest" })).await.expect(StatusCode::CREATED);
    let view = ann.get_at(&path, position(&second)).await;
    assert!(view.header("etag").is_some_and(|tag| tag.starts_with("\"1-")), "{:?}", view.header("etag"));
    let view = view.expect(StatusCode::OK);
    assert_eq!((&view["name"], &view["sort"], &view["shared"]), (&json!("Urgent"), &json!("urgency"), &json!(false)));
    assert_eq!(view["filter"]["opened_from"], "-7d");

    // As every command: once under a key, refused when stale.
    let rename = json!({ "name": "Renamed", "filter": view["filter"] });
    let stale = ann.request(Method::PUT, &path).header("if-match", "\"7\"").json(&rename);
    assert_eq!(Client::send(stale).await.problem(412, "stale")["current_version"], 1);
    let once = || Client::send(ann.request(Method::PUT, &path).header("idempotency-key", "rename").json(&rename));
    let (first, again) = (once().await, once().await);
    assert_eq!(first.expect(StatusCode::OK), again.expect(StatusCode::OK));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));

    let order = ann.put("/v1/views/order", &json!({ "view_ids": [second["id"]] })).await.expect(StatusCode::OK);
    assert_eq!(names(&views(&ann, position(&order)).await), ["Second", "Renamed"]);
    let unknown = ann.put("/v1/views/order", &json!({ "view_ids": [second["id"], uuid::Uuid::nil()] })).await;
    assert_eq!(unknown.problem(422, "invalid_fields")["errors"][0]["field"], "view_ids.1");
    let gone = ann.delete(&path).await.expect(StatusCode::OK);
    assert_eq!(names(&views(&ann, position(&gone)).await), ["Second"]);
    ann.delete(&path).await.problem(404, "not_found");
    ann.get(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn ones_own_views_are_there_for_nobody_else() {
    let desk = TestDesk::start().await;
    let ann = desk.agent("agent").await;
    let made = ann.client.post("/v1/views", &json!({ "name": "Only mine", "filter": { "search": "whisper" } })).await;
    let (path, made) = (format!("/v1/views/{}", made.id()), made.json());
    let other = desk.other_organisation("rival").await;
    let (admin, bob, carl) = (desk.admin(), desk.agent("agent").await.client, desk.customer().await.client);
    for who in [&admin, &bob, &other] {
        assert!(views(who, position(&made)).await.is_empty());
        who.get(&path).await.problem(404, "not_found");
        who.get(&format!("{path}/count")).await.problem(404, "not_found");
        who.put(&path, &json!({ "name": "Taken" })).await.problem(404, "not_found");
        let stale = who.request(Method::PUT, &path).header("if-match", "\"9\"").json(&json!({ "name": "Taken" }));
        Client::send(stale).await.problem(404, "not_found");
        who.delete(&path).await.problem(404, "not_found");
        let listed = who.get(&format!("/v1/tickets?view={}", made["id"].as_str().expect("an id"))).await;
        assert_eq!(listed.problem(422, "invalid_fields")["errors"][0]["field"], "view");
        let order = who.put("/v1/views/order", &json!({ "view_ids": [made["id"]] })).await;
        order.problem(422, "invalid_fields");
    }
    carl.get("/v1/views").await.problem(403, "forbidden");
    carl.post("/v1/views", &json!({ "name": "Mine" })).await.problem(403, "forbidden");
    // The audit trail says that there was one, and by whom, but neither its name nor what is searched for.
    let audit = admin.get_at("/v1/audit?category=view", position(&made)).await;
    assert!(
        audit.text.contains("ViewSaved") && !audit.text.contains("Only mine") && !audit.text.contains("whisper"),
        "{}",
        audit.text
    );
}

#[tokio::test]
async fn sharing_is_for_those_who_manage() {
    let desk = TestDesk::start().await;
    let (ann, boss) = (desk.agent("agent").await.client, desk.agent("supervisor").await.client);
    let auditor = desk.agent("auditor").await.client;
    for who in [&ann, &auditor] {
        who.post("/v1/views", &json!({ "name": "Ours", "shared": true })).await.problem(403, "forbidden");
        who.put("/v1/views/order", &json!({ "shared": true, "view_ids": [] })).await.problem(403, "forbidden");
        who.post("/v1/views", &json!({ "name": "My own" })).await.expect(StatusCode::CREATED);
    }
    let ours = boss.post("/v1/views", &json!({ "name": "Ours", "shared": true })).await.expect(StatusCode::CREATED);
    let path = format!("/v1/views/{}", ours["id"].as_str().expect("an id"));
    assert_eq!(names(&views(&ann, position(&ours)).await), ["My own", "Ours"]);
    ann.put(&path, &json!({ "name": "Mine" })).await.problem(403, "forbidden");
    ann.delete(&path).await.problem(403, "forbidden");
    let changed =
        desk.admin().put(&path, &json!({ "name": "Everybody's", "shared": true })).await.expect(StatusCode::OK);
    assert_eq!(names(&views(&boss, position(&changed)).await), ["Everybody's"]);
    // A token that may do less than its owner shares as little.
    let body = json!({ "label": "reader", "scopes": ["view_tickets"] });
    let token = desk.admin().post("/v1/tokens", &body).await.json()["token"].as_str().expect("a token").to_owned();
    let reader = Client::new(&desk.url, Some(&token));
    reader.delete(&path).await.problem(403, "forbidden");
}

#[tokio::test]
async fn a_list_takes_a_view_and_what_is_said_instead() {
    let desk = TestDesk::start().await;
    let (admin, customer) = (desk.admin(), desk.customer().await);
    for (subject, priority) in [("One", "urgent"), ("Two", "urgent"), ("Three", "low")] {
        let body = json!({ "subject": subject, "description": "d", "category": "c", "customer_id": customer.id, "priority": priority });
        admin.post("/v1/tickets", &body).await.expect(StatusCode::CREATED);
    }
    let filter = json!({ "priority": ["urgent"], "customer_id": customer.id, "opened_from": "-1h" });
    let view = admin.post("/v1/views", &json!({ "name": "Urgent", "filter": filter, "sort": "newest" })).await;
    let (id, at) = (view.id(), position(&view.json()));
    let subjects = async |query: &str| {
        let page = admin.get_at(&format!("/v1/tickets?view={id}{query}"), at).await.expect(StatusCode::OK);
        let items = page["items"].as_array().expect("items").clone();
        items.iter().map(|ticket| ticket["subject"].as_str().expect("a subject").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(subjects("").await, ["Two", "One"]);
    assert_eq!(subjects("&sort=urgency").await, ["One", "Two"]);
    assert_eq!(subjects("&priority=low").await, ["Three"]);
    assert_eq!(subjects("&priority=").await, ["Three", "Two", "One"], "an empty parameter says: any");
    assert_eq!(subjects("&opened_to=-1h").await, [] as [&str; 0]);
    assert_eq!(subjects("&limit=1").await, ["Two"]);
    let count = admin.get(&format!("/v1/views/{id}/count")).await.expect(StatusCode::OK);
    assert_eq!(count, json!({ "count": 2, "more": false }));
    assert_eq!(
        admin.get("/v1/tickets?opened_from=-1h").await.expect(StatusCode::OK)["items"].as_array().map(Vec::len),
        Some(3)
    );
}

/// Whatever a ticket list can be asked for can be saved: somebody who found a list worth it keeps it.
#[tokio::test]
async fn a_view_keeps_all_that_a_list_is_filtered_by() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let document = admin.get("/openapi.json").await.expect(StatusCode::OK);
    let parameters = document["paths"]["/v1/tickets"]["get"]["parameters"].as_array().expect("parameters");
    // Those of the list itself; and what only other lists of a ticket's customer leave out.
    let others = ["view", "sort", "limit", "cursor", "not_customer_id"];
    let asked: BTreeSet<&str> = parameters
        .iter()
        .filter(|one| one["in"] == "query")
        .filter_map(|one| one["name"].as_str())
        .filter(|name| !others.contains(name))
        .collect();
    let saved = document["components"]["schemas"]["SavedFilter"]["properties"].as_object().expect("fields");
    let kept: BTreeSet<&str> = saved.keys().map(String::as_str).filter(|name| *name != "with_snoozed").collect();
    assert_eq!(asked, kept);

    let agent = desk.agent("agent").await.id;
    let filter = json!({
        "status": ["resolved"], "resolved": true, "resolved_by": agent, "resolved_from": "-30d",
        "resolved_to": "2126-01-01T00:00:00Z", "with_snoozed": true,
    });
    let made = admin.post("/v1/views", &json!({ "name": "Done", "filter": filter })).await;
    let view = admin.get_at(&format!("/v1/views/{}", made.id()), position(&made.json())).await.expect(StatusCode::OK);
    for (name, value) in filter.as_object().expect("fields") {
        assert_eq!(&view["filter"][name], value, "{name}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_view_is_named() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    for (body, field) in [
        (json!({}), "name"),
        (json!({ "name": "" }), "name"),
        (json!({ "name": "n".repeat(101) }), "name"),
        (json!({ "name": "a\0b" }), "name"),
        (json!({ "name": "x", "colour": "red" }), "colour"),
        (json!({ "name": "x", "sort": "random" }), "sort"),
        (json!({ "name": "x", "filter": { "status": ["lost"] } }), "filter.status[0]"),
        (json!({ "name": "x", "filter": { "assignee": "nobody" } }), "filter.assignee"),
        (json!({ "name": "x", "filter": { "opened_from": "yesterday" } }), "filter.opened_from"),
        (json!({ "name": "x", "filter": { "opened_to": "+262000-01-01T00:00:00Z" } }), "filter.opened_to"),
        (json!({ "name": "x", "filter": { "tag": "a\0b" } }), "filter.tag"),
        (json!({ "name": "x", "filter": { "search": "s".repeat(2001) } }), "filter.search"),
        (json!({ "name": "x", "filter": { "resolved_by": uuid::Uuid::nil() } }), "filter.resolved_by"),
        (json!({ "name": "x", "filter": { "resolved": "perhaps" } }), "filter.resolved"),
        (json!({ "name": "x", "filter": { "department_id": uuid::Uuid::nil() } }), "filter.department_id"),
        (json!({ "name": "x", "filter": { "page": 2 } }), "filter.page"),
    ] {
        let problem = admin.post("/v1/views", &body).await.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
}

#[tokio::test]
async fn there_is_an_end_to_how_many() {
    let desk = TestDesk::start_with(|settings| settings.limits.views = 2).await;
    let ann = desk.agent("agent").await.client;
    let save = |name: &'static str| {
        let ann = ann.clone();
        async move { ann.post("/v1/views", &json!({ "name": name })).await }
    };
    save("One").await.expect(StatusCode::CREATED);
    save("Two").await.expect(StatusCode::CREATED);
    let problem = save("Three").await.problem(409, "too_many_views");
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("at most 2")), "{problem}");
}
