//! What is true of every answer.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Client, TestDesk};

#[tokio::test]
async fn answers_carry_ids_safe_headers_and_problems() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let answer = admin.get("/v1/nothing").await;
    answer.problem(404, "not_found");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(answer.header(name), Some(value));
    }
    assert!(answer.header("content-security-policy").is_some());
    let id = docket_store::new_id().to_string();
    let answer = Client::send(admin.request(Method::GET, "/healthz").header("x-request-id", &id)).await;
    let given = answer.header("x-request-id").expect("an id");
    assert!(given != id && Uuid::parse_str(given).is_ok(), "the id is ours, not the caller's: {given}");
    admin.delete("/v1/tickets").await.problem(405, "method_not_allowed");
    let anonymous = desk.anonymous().get("/v1/tickets").await;
    anonymous.problem(401, "unauthenticated");
    assert!(anonymous.header("www-authenticate").is_some_and(|value| value.starts_with("Bearer")));
}

#[tokio::test]
async fn commands_answer_with_version_position_and_location() {
    let desk = TestDesk::start().await;
    let (admin, customer) = (desk.admin(), desk.customer().await);
    let opened = admin.open_ticket(&customer.id, "A question").await;
    let body = opened.json();
    assert_eq!(opened.header("etag"), Some(format!("\"{}\"", body["version"]).as_str()));
    assert_eq!(opened.header("docket-position"), Some(body["position"].to_string().as_str()));
    assert_eq!(opened.header("location"), Some(format!("/v1/tickets/{}", opened.id()).as_str()));
    assert_eq!(body["number"], "TKT-000001");
    let position = body["position"].as_u64().expect("a position");
    let seen = admin.get_at(&format!("/v1/tickets/{}", opened.id()), position).await;
    let ticket = seen.expect(StatusCode::OK);
    let tag = seen.header("etag").expect("an ETag");
    assert!(tag.starts_with(&format!("\"{}-", body["version"])), "{tag}");
    assert_eq!(ticket["number"], "TKT-000001");
    assert_eq!(ticket["status"], "open");
}

#[tokio::test]
async fn an_impossible_transition_says_where_it_stands_and_where_it_may_go() {
    let desk = TestDesk::start().await;
    let (admin, customer) = (desk.admin(), desk.customer().await);
    let id = admin.open_ticket(&customer.id, "Closed").await.id();
    let path = format!("/v1/tickets/{id}/status");
    admin.put(&path, &json!({ "status": "closed" })).await.expect(StatusCode::OK);
    let refused = admin.put(&path, &json!({ "status": "resolved" })).await;
    let mut problem = refused.problem(409, "invalid_transition");
    problem["detail"] = json!("…");
    insta::assert_json_snapshot!(problem);
}

#[tokio::test]
async fn a_stale_caller_is_told_what_it_missed() {
    let desk = TestDesk::start().await;
    let (admin, customer) = (desk.admin(), desk.customer().await);
    let opened = admin.open_ticket(&customer.id, "Stale").await;
    let path = format!("/v1/tickets/{}", opened.id());
    admin.post(&format!("{path}/notes"), &json!({ "body": "between us" })).await.expect(StatusCode::CREATED);
    admin.put(&format!("{path}/priority"), &json!({ "priority": "urgent" })).await.expect(StatusCode::OK);
    let etag = opened.header("etag").expect("an etag").to_owned();
    let stale = |client: &Client, seen: &str| {
        let request = client.request(Method::PUT, &format!("{path}/status")).header("if-match", seen);
        Client::send(request.json(&json!({ "status": "closed" })))
    };
    let refused = stale(&admin, &etag).await.problem(412, "stale");
    let types: Vec<_> = refused["missed"].as_array().expect("events").iter().map(|e| e["event_type"].clone()).collect();
    assert!(types.contains(&json!("NoteAdded")) && types.contains(&json!("PriorityChanged")), "{refused}");
    // Customers count what is public: for them the ticket was opened, and made urgent.
    let refused = stale(&customer.client, "\"1\"").await;
    assert!(!refused.text.contains("NoteAdded") && !refused.text.contains("between us"), "{}", refused.text);
    assert_eq!(refused.problem(412, "stale")["missed"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn lists_page_by_cursor_and_link() {
    let desk = TestDesk::start().await;
    let (admin, customer) = (desk.admin(), desk.customer().await);
    let mut last = 0;
    for n in 0..7 {
        let opened = admin.open_ticket(&customer.id, &format!("Number {n}")).await.json();
        last = opened["position"].as_u64().expect("a position");
    }
    let mut seen = Vec::new();
    let mut next = Some("/v1/tickets?sort=newest&limit=3".to_owned());
    while let Some(path) = next {
        let page = admin.get_at(&path, last).await;
        let body = page.expect(StatusCode::OK);
        seen.extend(body["items"].as_array().expect("items").iter().map(|item| item["id"].clone()));
        let link = page.header("link");
        assert_eq!(link.is_some(), !body["next_cursor"].is_null());
        next = link.map(|link| {
            assert!(link.ends_with(">; rel=\"next\"") && link.contains("limit=3"), "{link}");
            link[1..link.find('>').expect("a bracket")].to_owned()
        });
    }
    let unique: std::collections::BTreeSet<_> = seen.iter().map(ToString::to_string).collect();
    assert_eq!((seen.len(), unique.len()), (7, 7));
    admin.get("/v1/tickets?cursor=nonsense").await.problem(400, "invalid_cursor");
    let problem = admin.get("/v1/tickets?limit=101").await.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["field"], "limit");
}

#[tokio::test]
async fn operations_answer_without_sign_in() {
    let desk = TestDesk::start().await;
    let nobody = desk.anonymous();
    assert_eq!(nobody.get("/healthz").await.expect(StatusCode::OK)["status"], "ok");
    assert_eq!(nobody.get("/readyz").await.expect(StatusCode::OK)["ready"], true);
    let openapi = nobody.get("/openapi.json").await.expect(StatusCode::OK);
    assert!(openapi["openapi"].as_str().expect("a version").starts_with("3.1"));
    let docs = nobody.get("/docs/").await;
    assert_eq!(docs.status, StatusCode::OK);
    assert!(!docs.text.contains("https://"), "the page must work without the internet: {}", docs.text);
}

#[tokio::test]
async fn too_many_requests_at_once_are_shed() {
    let desk = TestDesk::start_with(|settings| settings.http.max_in_flight = 0).await;
    let shed = desk.anonymous().get("/openapi.json").await;
    shed.problem(503, "unavailable");
    assert!(shed.header("retry-after").is_some());
    desk.anonymous().get("/healthz").await.expect(StatusCode::OK);
}

#[tokio::test]
async fn the_document_is_what_generators_of_clients_can_read() {
    let desk = TestDesk::start().await;
    let document = desk.anonymous().get("/openapi.json").await.expect(StatusCode::OK);
    assert_eq!(document["servers"][0]["url"], "/");
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    for name in schemas.keys() {
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{name} is no name of a type");
    }
    let items = &document["components"]["schemas"]["TicketViewPage"]["properties"]["items"]["items"];
    assert_eq!(items["$ref"], "#/components/schemas/TicketView");
    let mut ids = std::collections::HashSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations").iter().filter(|(_, one)| one.is_object()) {
            let id = operation["operationId"].as_str().expect("an id");
            assert!(ids.insert(id.to_owned()), "{id} is not the only one of its name");
            for (status, answer) in operation["responses"].as_object().expect("answers") {
                let said = answer["description"].as_str().is_some_and(|words| !words.is_empty());
                assert!(said || answer["$ref"].is_string(), "{method} {path}: {status} is not described");
            }
        }
    }
}

#[tokio::test]
async fn headers_of_answers_are_described() {
    let desk = TestDesk::start().await;
    let document = desk.anonymous().get("/openapi.json").await.json();
    let headers = |at: &str| -> Option<Vec<String>> {
        document.pointer(at).and_then(Value::as_object).map(|all| all.keys().cloned().collect())
    };
    let receipt = ["Docket-Position", "ETag", "Idempotency-Replayed", "Location"].map(str::to_owned);
    for (at, names) in [
        ("/paths/~1v1~1tickets/post/responses/201/headers", receipt.to_vec()),
        ("/paths/~1v1~1tickets/get/responses/200/headers", vec!["Link".to_owned()]),
        ("/paths/~1v1~1tickets~1{id}/get/responses/200/headers", vec!["ETag".to_owned()]),
        ("/paths/~1v1~1tickets~1{id}/get/responses/304/headers", vec!["ETag".to_owned()]),
        ("/components/responses/Problem405/headers", vec!["Allow".to_owned()]),
        ("/components/responses/Problem429/headers", vec!["Retry-After".to_owned()]),
        ("/components/responses/Problem503/headers", vec!["Retry-After".to_owned()]),
    ] {
        assert_eq!(headers(at), Some(names), "{at}");
    }
}

/// `docs/openapi.json` is what the server says; `DOCKET_UPDATE_SCHEMAS=1` writes it anew.
#[tokio::test]
async fn schemas_openapi_is_committed() {
    let desk = TestDesk::start().await;
    let mut text = desk.anonymous().get("/openapi.json").await.text;
    text.push('\n');
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    if std::env::var_os("DOCKET_UPDATE_SCHEMAS").is_some() {
        std::fs::write(path, &text).expect("written");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == text, "docs/openapi.json is not what the server says: just schemas");
}

#[tokio::test]
async fn a_method_that_is_not_there_is_answered_with_those_that_are() {
    let desk = TestDesk::start().await;
    let document = desk.anonymous().get("/openapi.json").await.json();
    let nil = uuid::Uuid::nil().to_string();
    for (template, item) in document["paths"].as_object().expect("paths") {
        let there = |method: &Method| item.get(method.as_str().to_lowercase()).is_some();
        let mut path = template.clone();
        while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
            path.replace_range(from..=to, &nil);
        }
        for method in [Method::GET, Method::PUT, Method::POST, Method::DELETE, Method::PATCH] {
            if there(&method) {
                continue;
            }
            let refused = Client::send(desk.anonymous().request(method.clone(), &path)).await;
            refused.problem(405, "method_not_allowed");
            let allow = refused.header("allow").unwrap_or_else(|| panic!("{method} {path} says not what is allowed"));
            let allowed: Vec<_> = allow.split(',').map(str::trim).collect();
            for other in [Method::GET, Method::PUT, Method::POST, Method::DELETE] {
                assert_eq!(allowed.contains(&other.as_str()), there(&other), "{method} {path}: {allow}");
            }
        }
    }
}

/// A test value for each thing that is read with an `ETag`.
async fn with_tags(desk: &TestDesk) -> Vec<String> {
    let (admin, customer) = (desk.admin(), desk.customer().await);
    let ticket = admin.open_ticket(&customer.id, "Tagged").await.id();
    let department = admin.post("/v1/departments", &json!({ "name": "Parcels" })).await.id();
    let role = admin.post("/v1/roles", &json!({ "name": "Reader", "permissions": ["view_tickets"] })).await.id();
    let agent = desk.agent("agent").await.id;
    let last = admin.get("/v1/me").await.header("docket-position").and_then(|at| at.parse().ok()).unwrap_or(0);
    let paths = vec![
        format!("/v1/tickets/{ticket}"),
        format!("/v1/customers/{}", customer.id),
        format!("/v1/departments/{department}"),
        format!("/v1/roles/{role}"),
        format!("/v1/agents/{agent}"),
        "/v1/organisation".to_owned(),
    ];
    crate::harness::eventually("the read models", async || {
        for path in &paths {
            let answer = admin.get_at(path, last).await;
            if answer.status != StatusCode::OK {
                return None;
            }
        }
        Some(())
    })
    .await;
    paths
}

#[tokio::test]
async fn who_has_what_would_be_answered_is_told_only_that() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let again = async |client: &Client, path: &str, tag: &str| {
        Client::send(client.request(Method::GET, path).header("if-none-match", tag)).await
    };
    for path in with_tags(&desk).await {
        let first = admin.get(&path).await;
        first.expect(StatusCode::OK);
        let tag = first.header("etag").unwrap_or_else(|| panic!("{path} has an ETag")).to_owned();
        for known in [tag.clone(), format!("W/{tag}"), format!("\"0-0\", {tag}"), "*".to_owned()] {
            let same = again(&admin, &path, &known).await;
            assert_eq!((same.status, same.text.as_str()), (StatusCode::NOT_MODIFIED, ""), "{path} {known}");
            assert_eq!(same.header("content-type"), None);
            for header in ["etag", "cache-control", "vary", "x-content-type-options"] {
                assert_eq!(same.header(header), first.header(header), "{path} {header}");
            }
            assert!(same.header("docket-position").is_some(), "{path}");
        }
        let other = again(&admin, &path, "\"1\"").await;
        assert_eq!(other.json(), first.json(), "{path}");
        desk.anonymous().get(&path).await.problem(401, "unauthenticated");
        again(&desk.anonymous(), &path, &tag).await.problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn what_one_was_shown_is_not_what_another_would_see() {
    let desk = TestDesk::start().await;
    let (admin, agent) = (desk.admin(), desk.agent("agent").await);
    let again = async |client: &Client, path: &str, tag: &str| {
        Client::send(client.request(Method::GET, path).header("if-none-match", tag)).await
    };
    // The same version of one thing: an administrator may give the role, a supervisor may not.
    let role = json!({ "name": "Eraser", "permissions": ["erase_data", "view_tickets"] });
    let made = admin.post("/v1/roles", &role).await;
    let position = made.json()["position"].as_u64().expect("a position");
    let path = format!("/v1/roles/{}", made.id());
    let seen = admin.get_at(&path, position).await;
    let tag = seen.header("etag").expect("an ETag").to_owned();
    let supervisor = desk.agent("supervisor").await;
    let theirs = again(&supervisor.client, &path, &tag).await;
    assert_eq!(theirs.expect(StatusCode::OK)["grantable"], false);
    assert_eq!(seen.json()["grantable"], true);
    // Nor is it what it was when something beside it has changed: somebody holds the role now.
    let given = admin.put(&format!("/v1/agents/{}/role", agent.id), &json!({ "custom_role_id": made.id() })).await;
    let position = given.expect(StatusCode::OK)["position"].as_u64().expect("a position");
    admin.get_at("/v1/agents", position).await.expect(StatusCode::OK);
    assert_eq!(again(&admin, &path, &tag).await.expect(StatusCode::OK)["holders"], 1);
    // A tag that was read is good for If-Match.
    let change = admin.request(Method::PUT, &path).header("if-match", &tag);
    Client::send(change.json(&json!({ "name": "Eraser", "permissions": ["erase_data"] }))).await.expect(StatusCode::OK);
    let stale = admin.request(Method::PUT, &path).header("if-match", &tag);
    Client::send(stale.json(&role)).await.problem(412, "stale");
}
