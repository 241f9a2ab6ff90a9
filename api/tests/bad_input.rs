//! Bad input at every door: a 4xx that names what is wrong, and nothing changed.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Answer, Client, TestDesk};

async fn raw(client: &Client, method: Method, path: &str, body: impl Into<reqwest::Body>) -> Answer {
    Client::send(client.request(method, path).header("content-type", "application/json").body(body)).await
}

#[tokio::test]
async fn the_field_is_named_and_nothing_happens() {
    let desk = TestDesk::start().await;
    let carl = desk.customer().await;
    let open = |change: Value| {
        let mut body = json!({ "subject": "s", "description": "d", "category": "general" });
        body.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        body.to_string()
    };
    for (field, body) in [
        ("colour", open(json!({ "colour": "red" }))),
        ("priority", open(json!({ "priority": "yesterday" }))),
        ("priority", open(json!({ "priority": 7 }))),
        ("subject", json!({ "description": "d", "category": "general" }).to_string()),
        ("subject", open(json!({ "subject": 7 }))),
        ("subject", open(json!({ "subject": "" }))),
        ("subject", open(json!({ "subject": "x".repeat(256) }))),
        ("description", open(json!({ "description": "x".repeat(51_201) }))),
        ("department_id", open(json!({ "department_id": "../../etc/passwd" }))),
        ("department_id", open(json!({ "department_id": "00000000-0000-7000-8000-000000000000" }))),
        ("channel", open(json!({ "channel": "import" }))),
        ("tags", open(json!({ "tags": ["vip"] }))),
        ("customer_id", open(json!({ "customer_id": "00000000-0000-7000-8000-000000000000" }))),
    ] {
        let problem = raw(&carl.client, Method::POST, "/v1/tickets", body.clone()).await.problem(422, "invalid_fields");
        let named = problem["errors"][0]["field"].as_str().expect("a field");
        assert!(named.starts_with(field), "{body}: {problem}");
    }
    let list = carl.client.get("/v1/tickets").await.expect(StatusCode::OK);
    assert_eq!(list["items"], json!([]));
}

#[tokio::test]
async fn what_is_no_json_is_malformed() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let deep = format!(
        "{{\"subject\":\"s\",\"description\":\"d\",\"custom_fields\":{{\"a\":{}1{}}}}}",
        "[".repeat(5000),
        "]".repeat(5000)
    );
    for body in
        [b"{".to_vec(), b"nope".to_vec(), b"{\"subject\":\"\xff\xfe\"}".to_vec(), b"{} {}".to_vec(), deep.into_bytes()]
    {
        let answer = raw(&admin, Method::POST, "/v1/tickets", body.clone()).await;
        assert!(answer.status.is_client_error(), "{}: {}", String::from_utf8_lossy(&body), answer.text);
        let code = answer.json()["code"].clone();
        assert!(code == "malformed_json" || code == "invalid_fields", "{}", answer.text);
    }
    let text =
        Client::send(admin.request(Method::POST, "/v1/tickets").header("content-type", "text/plain").body("{}")).await;
    text.problem(415, "unsupported_media_type");
    let huge = raw(&admin, Method::POST, "/v1/tickets", vec![b' '; 2 << 20]).await;
    assert_eq!(huge.problem(413, "body_too_large")["limit"], 1 << 20);
}

#[tokio::test]
async fn path_and_query_tricks_find_nothing() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    for path in [
        "/v1/tickets/not-a-uuid",
        "/v1/tickets/..%2f..%2fetc%2fpasswd",
        "/v1/tickets/%00",
        "/v1/tickets/%ff%fe",
        "/v1/tickets/00000000-0000-7000-8000-000000000000",
        "/v1/../etc/passwd",
        "/v1//tickets",
        "//v1/tickets",
        "/v1/tickets/",
    ] {
        let answer = admin.get(path).await;
        assert!(answer.status == 400 || answer.status == 404, "{path}: {} {}", answer.status, answer.text);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
        assert!(!answer.text.contains("passwd"), "{}", answer.text);
    }
    for (query, field) in [
        ("status=nonsense", "status"),
        ("limit=-1", "limit"),
        ("limit=0", "limit"),
        ("colour=red", "colour"),
        ("opened_from=yesterday", "opened_from"),
        ("assignee=nobody", "assignee"),
        ("overdue=perhaps", "overdue"),
    ] {
        let problem = admin.get(&format!("/v1/tickets?{query}")).await.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    admin.get(&format!("/v1/tickets?search={}", "x".repeat(20_000))).await.problem(414, "uri_too_long");
    let answer = Client::send(admin.request(Method::GET, "/v1/tickets").header("docket-min-position", "soon")).await;
    answer.problem(400, "invalid_header");
    admin.get_at("/v1/tickets", 1 << 40).await.problem(400, "invalid_header");
    let answer =
        Client::send(admin.request(Method::POST, "/v1/tickets").header("if-match", "soon").json(&json!({}))).await;
    answer.problem(400, "invalid_header");
}

/// SQLite would look and find nothing; PostgreSQL refuses to look.
#[tokio::test]
async fn nul_and_far_off_times_are_refused_whatever_the_read_models_are_in() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    for (list, field, value) in [
        ("tickets", "q", "%00"),
        ("tickets", "tag", "a%00b"),
        ("tickets", "order_ref", "%00"),
        ("tickets", "category", "%00"),
        ("tickets", "cursor", "%00"),
        ("tickets", "opened_from", "-262000-01-01T00:00:00Z"),
        ("tickets", "opened_to", "%2B262000-01-01T00:00:00Z"),
        ("tickets", "opened_to", "%2B290000-01-01T00:00:00Z"),
        ("tickets", "opened_from", "0000-12-31T23:00:00Z"),
        ("audit", "event_type", "%00"),
        ("audit", "from", "-262000-01-01T00:00:00Z"),
        ("audit", "to", "%2B262000-01-01T00:00:00Z"),
        ("customers", "email", "%00"),
        ("customers", "external_id", "%00"),
        ("chats", "started_from", "-9999-01-01T00:00:00Z"),
    ] {
        let path = format!("/v1/{list}?{field}={value}");
        let problem = admin.get(&path).await.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], field, "{path}: {problem}");
    }
    // A cursor made up: ["registered", ["-262000-01-01T00:00:00Z", …]].
    let forged =
        "WyJyZWdpc3RlcmVkIixbIi0yNjIwMDAtMDEtMDFUMDA6MDA6MDBaIiwiMDAwMDAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAwIl1d";
    admin.get(&format!("/v1/customers?cursor={forged}")).await.problem(400, "invalid_cursor");
    // ["latest", 18446744073709551615]
    let far = admin.get("/v1/audit?cursor=WyJsYXRlc3QiLDE4NDQ2NzQ0MDczNzA5NTUxNjE1XQ").await;
    assert!(far.status.as_u16() < 500, "{}", far.text);
}

#[tokio::test]
async fn nul_is_kept_out_of_the_log() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let carl = desk.customer().await;
    let ticket = admin.open_ticket(&carl.id, "One").await.id();
    let ticket = |rest: &str| format!("/v1/tickets/{ticket}/{rest}");
    let of_carl = |rest: &str| format!("/v1/customers/{}{rest}", carl.id);
    admin
        .put("/v1/organisation/custom-fields/room", &json!({ "label": "Room", "field_type": "text" }))
        .await
        .expect(StatusCode::OK);
    let nul = "a\0b";
    let mut wrong = Vec::new();
    for (method, path, field, body) in [
        (
            Method::POST,
            "/v1/tickets".to_owned(),
            "subject",
            json!({ "subject": nul, "description": "d", "category": "general", "customer_id": carl.id }),
        ),
        (
            Method::POST,
            "/v1/tickets".to_owned(),
            "description",
            json!({ "subject": "s", "description": nul, "category": "general", "customer_id": carl.id }),
        ),
        (
            Method::POST,
            "/v1/tickets".to_owned(),
            "order_ref",
            json!({ "subject": "s", "description": "d", "category": "general", "customer_id": carl.id, "order_ref": nul }),
        ),
        (Method::POST, ticket("messages"), "body", json!({ "body": nul })),
        (Method::POST, ticket("notes"), "body", json!({ "body": nul })),
        (Method::PUT, ticket("subject"), "subject", json!({ "subject": nul })),
        (Method::POST, ticket("tags"), "add", json!({ "add": [nul] })),
        (Method::PUT, ticket("category"), "category", json!({ "category": nul })),
        (Method::PUT, ticket("order"), "order_ref", json!({ "order_ref": nul })),
        (Method::PUT, ticket("custom-fields"), "custom_fields", json!({ "set": { "room": nul } })),
        (Method::PUT, ticket("status"), "reason", json!({ "status": "on_hold", "reason": nul })),
        (Method::PUT, ticket("snooze"), "until", json!({ "until": "+262000-01-01T00:00:00Z" })),
        (Method::POST, "/v1/agents".to_owned(), "name", json!({ "name": nul, "role": "agent" })),
        (
            Method::POST,
            "/v1/agents".to_owned(),
            "email",
            json!({ "name": "n", "role": "agent", "email": "a\0@x.example" }),
        ),
        (Method::POST, "/v1/agents".to_owned(), "skills", json!({ "name": "n", "role": "agent", "skills": [nul] })),
        (Method::POST, "/v1/customers".to_owned(), "name", json!({ "name": nul })),
        (Method::POST, "/v1/customers".to_owned(), "external_id", json!({ "name": "n", "external_id": nul })),
        (Method::POST, of_carl("/account"), "email", json!({ "email": "a\0@x.example" })),
        (Method::POST, "/v1/departments".to_owned(), "name", json!({ "name": nul })),
        (Method::POST, "/v1/tokens".to_owned(), "label", json!({ "label": nul })),
        (
            Method::POST,
            "/v1/tokens".to_owned(),
            "expires_at",
            json!({ "label": "x", "expires_at": "+262000-01-01T00:00:00Z" }),
        ),
    ] {
        let answer = raw(&admin, method, &path, body.to_string()).await;
        let named = answer.json()["errors"][0]["field"].as_str().unwrap_or_default().to_owned();
        if answer.status != 422 || !named.starts_with(field) {
            wrong.push(format!("{path} {field}: {}", answer.text));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn wrong_credentials_are_refused_alike() {
    let desk = TestDesk::start().await;
    for token in ["", "x", "dk_", "dk_00000000000000000000000000000000_00", "a.b.c", &"x".repeat(5000)] {
        Client::new(&desk.url, Some(token)).get("/v1/me").await.problem(401, "unauthenticated");
    }
    let basic = desk.anonymous().request(Method::GET, "/v1/me").header("authorization", "Basic YTpi");
    Client::send(basic).await.problem(401, "unauthenticated");
}
