//! `If-Match` as RFC 9110 has it: compared strongly, several tags, `*`; and where there is no version to name.

use docket_api::http::access::Access;
use docket_api::http::table::Honours;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::authorisation::filled;
use crate::harness::{Answer, Client, TestDesk};

async fn put(client: &Client, path: &str, tags: &[&str]) -> Answer {
    let request =
        client.request(Method::PUT, path).json(&json!({ "name": format!("Sales {}", crate::harness::unique()) }));
    Client::send(tags.iter().fold(request, |request, tag| request.header("if-match", *tag))).await
}

#[tokio::test]
async fn only_a_strong_tag_of_the_version_there_is_matches() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let made = admin.post("/v1/departments", &json!({ "name": "Sales" })).await;
    let path = format!("/v1/departments/{}", made.id());
    let mut version = 1;
    let read = admin.get_at(&path, made.json()["position"].as_u64().expect("a position")).await;
    let read = read.header("etag").expect("a tag").to_owned();
    for tags in [&["\"1\""][..], &["\"2\""], &["\"1\", \"3\""], &["\"3\"", "\"4\""], &["W/\"5\", \"5\""], &["*"], &[]] {
        let done = put(&admin, &path, tags).await.expect(StatusCode::OK);
        version += 1;
        assert_eq!(done["version"], version, "{tags:?}");
    }
    // As it was read a while ago, weak, of nothing here, not quite written as we do.
    let weak = format!("W/\"{version}\"");
    for tags in [
        &[read.as_str()][..],
        &[weak.as_str()],
        &["\"7\", \"99\""],
        &["\"x\""],
        &["\"\""],
        &["\"08\""],
        &["\"\u{e9}\""],
    ] {
        let refused = put(&admin, &path, tags).await.problem(412, "stale");
        assert_eq!(refused["current_version"], version, "{tags:?}: {refused}");
    }
    let missed = put(&admin, &path, &["\"6\", \"5\", \"99\""]).await.problem(412, "stale");
    assert_eq!(missed["missed"].as_array().map(Vec::len), Some(2), "after the latest of those there were: {missed}");
    let missed = put(&admin, &path, &[weak.as_str()]).await.problem(412, "stale");
    assert_eq!(missed["missed"], json!([]), "{missed}");
    for tags in
        [&["8"][..], &[""], &["-1"], &["\"8"], &["8\""], &["w/\"8\""], &["\"7\" \"8\""], &["*, \"8\""], &["*", "\"8\""]]
    {
        let refused = put(&admin, &path, tags).await.problem(400, "invalid_header");
        assert_eq!(refused["errors"][0]["field"], "If-Match", "{tags:?}: {refused}");
    }
}

/// What is yet to begin is at version 0, whatever stream it will lie in.
#[tokio::test]
async fn what_is_not_there_yet_matches_no_version() {
    let desk = TestDesk::start().await;
    let (admin, customer) = (desk.admin(), desk.customer().await);
    let ranges = json!([{ "day": "monday", "from": "08:30", "to": "12:00" }]);
    let office = json!({ "name": "Office", "time_zone": "UTC", "ranges": ranges });
    let calendar = admin.post("/v1/calendars", &office).await.id();
    let targets = json!({ "urgent": { "first_response": 1800 } });
    for (path, body) in [
        ("/v1/tickets", json!({ "subject": "s", "description": "d", "customer_id": customer.id })),
        ("/v1/departments", json!({ "name": "Sales" })),
        ("/v1/customers", json!({ "name": "Carl" })),
        ("/v1/agents", json!({ "name": "Ada", "role": "agent" })),
        ("/v1/roles", json!({ "name": "Reader", "permissions": ["view_tickets"] })),
        ("/v1/calendars", json!({ "name": "Night", "time_zone": "UTC", "ranges": ranges })),
        ("/v1/sla-policies", json!({ "name": "All", "calendar_id": calendar, "targets": targets })),
        ("/v1/views", json!({ "name": "Mine" })),
    ] {
        let post =
            |tag: &'static str| Client::send(admin.request(Method::POST, path).header("if-match", tag).json(&body));
        for tag in ["\"1\"", "W/\"0\""] {
            let refused = post(tag).await;
            assert_eq!(refused.status, 412, "{path} {tag}: {}", refused.text);
        }
        let made = post("\"0\"").await;
        assert_eq!(made.status, 201, "{path}: {}", made.text);
    }
}

/// A condition that is not kept is not left out either.
#[tokio::test]
async fn a_condition_is_kept_or_refused_and_described_accordingly() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let routes = desk.server.as_ref().expect("it runs").routes.clone();
    for route in routes.iter().filter(|route| route.method != "GET") {
        let what = format!("{} {}", route.method, route.path);
        let method = Method::from_bytes(route.method.as_str().as_bytes()).expect("a method");
        let request = admin.request(method.clone(), &filled(&route.path)).header("if-match", "\"1\"");
        let answer = Client::send(request).await;
        let refused = answer.json()["code"] == "if_match_unsupported";
        assert_eq!(refused, route.honours != Honours::Both, "{what}: {}", answer.text);
        let operation = &crate::described::document()["paths"][&route.path][method.as_str().to_lowercase()];
        let mut parameters = operation["parameters"].as_array().into_iter().flatten();
        assert_eq!(parameters.any(|one| one["name"] == "If-Match"), !refused, "{what}");
        assert!(refused || route.access != Access::Public, "{what}: nobody is known whose condition it would be");
    }
}
