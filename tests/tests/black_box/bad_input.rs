//! Bad input at every door: a 4xx problem that names what is wrong, and nothing changed.

use docket_tests::{Docket, Person, history};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn bad_input_is_named_and_changes_nothing() {
    let mut docket = Docket::start().await;
    let admin = docket.admin();
    let carl = Person::customer(&admin, "Carl").await;
    let id = carl.client.open_ticket(&carl.id, "Fine").await.id();
    let ticket = format!("/v1/tickets/{id}");
    let before = history(&docket).await.len();

    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let nul = json!({ "body": "a\u{0}b" }).to_string();
    let open = |change: &str| format!(r#"{{"subject":"s","description":"d","category":"c"{change}}}"#);
    let long = |n: usize| "x".repeat(n);
    // path, body, status allowed, what the answer must name
    let cases: Vec<(&str, String, String)> = vec![
        ("unknown field", "/v1/tickets".into(), open(r#","colour":"red""#)),
        ("priority", "/v1/tickets".into(), open(r#","priority":"yesterday""#)),
        ("priority", "/v1/tickets".into(), open(r#","priority":7"#)),
        ("subject", "/v1/tickets".into(), r#"{"description":"d","category":"c"}"#.into()),
        ("subject", "/v1/tickets".into(), r#"{"subject":7,"description":"d","category":"c"}"#.into()),
        ("subject", "/v1/tickets".into(), json!({ "subject": long(256), "description": "d" }).to_string()),
        ("subject", "/v1/tickets".into(), json!({ "subject": "", "description": "d" }).to_string()),
        ("description", "/v1/tickets".into(), json!({ "subject": "s", "description": long(51_201) }).to_string()),
        ("department_id", "/v1/tickets".into(), open(r#","department_id":"../../etc/passwd""#)),
        ("body", format!("{ticket}/messages"), json!({ "body": long(51_201) }).to_string()),
        ("body", format!("{ticket}/messages"), json!({ "body": "" }).to_string()),
        ("", format!("{ticket}/messages"), deep),
        ("", format!("{ticket}/messages"), "{".into()),
        ("", format!("{ticket}/messages"), String::new()),
        ("", format!("{ticket}/messages"), nul),
        ("", format!("{ticket}/messages"), r#"{"body":"a","body":"b"}"#.into()),
        ("", "/v1/tickets/not-a-uuid/messages".into(), r#"{"body":"a"}"#.into()),
        ("", "/v1/tickets/..%2f..%2fetc/messages".into(), r#"{"body":"a"}"#.into()),
        ("", "/v1/tickets/00000000-0000-7000-8000-000000000000/messages".into(), r#"{"body":"a"}"#.into()),
    ];
    for (name, path, body) in cases {
        let shown: String = body.chars().take(80).collect();
        let request = carl.client.request(Method::POST, &path).header("content-type", "application/json").body(body);
        let answer = carl.client.send(request).await;
        assert!((400..500).contains(&answer.status), "{shown}: {answer}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{shown}: {answer}");
        assert!(name == "unknown field" || answer.text.contains(name), "{shown} does not name {name}: {answer}");
        for secret in ["sqlx", "rusqlite", "SELECT", "src/", ".rs:", "panicked", "log.db"] {
            assert!(!answer.text.contains(secret), "{shown} tells {secret}: {answer}");
        }
    }
    let bytes = carl.client.request(Method::POST, &format!("{ticket}/messages"));
    let bytes = bytes.header("content-type", "application/json").body(b"{\"body\":\"\xff\xfe\"}".to_vec());
    assert_eq!(carl.client.send(bytes).await.status, 400);
    let form = carl.client.request(Method::POST, &format!("{ticket}/messages"));
    let form = form.header("content-type", "application/x-www-form-urlencoded").body("body=a");
    assert_eq!(carl.client.send(form).await.status, 415);
    let huge = carl.client.request(Method::POST, "/v1/tickets");
    let huge = huge.header("content-type", "application/json").body(vec![b' '; 20 << 20]);
    if let Ok(answer) = carl.client.try_send(huge).await {
        assert_eq!(answer.status, 413, "{answer}");
    }
    for (header, value) in [("If-Match", "seven"), ("Idempotency-Key", ""), ("Docket-Min-Position", "-1")] {
        let method = if header == "Docket-Min-Position" { Method::GET } else { Method::PUT };
        let request = admin.request(method, &ticket).header(header, value);
        let request = if header == "Docket-Min-Position" {
            request
        } else {
            admin
                .request(Method::PUT, &format!("{ticket}/priority"))
                .header(header, value)
                .json(&json!({"priority":"low"}))
        };
        let answer = admin.send(request).await;
        assert!((400..500).contains(&answer.status), "{header}: {value}: {answer}");
    }
    let long = carl.client.get(&format!("/v1/tickets?search={}", long(20_000))).await;
    assert!((400..500).contains(&long.status), "{long}");

    docket.stop().await;
    assert_eq!(history(&docket).await.len(), before, "something was written");
}

#[tokio::test]
async fn nobody_comes_in_without_credentials() {
    let docket = Docket::start().await;
    for token in [None, Some("wrong"), Some(""), Some("eyJhbGciOiJub25lIn0.eyJyb2xlIjoiYWRtaW4ifQ.")] {
        let client = docket_tests::Client::new(&docket.url(), token);
        for path in ["/v1/tickets", "/v1/dashboard", "/v1/events", "/v1/me", "/v1/audit", "/v1/search?q=a"] {
            client.get(path).await.problem(401, "unauthenticated");
        }
        assert_eq!(client.post("/v1/tickets", json!({})).await.status, 401);
    }
    for path in ["/healthz", "/readyz", "/openapi.json", "/docs"] {
        let answer = docket.anonymous().get(path).await;
        assert!(answer.status < 400, "{answer}");
    }
    docket.anonymous().get("/v1/nothing").await.problem(404, "not_found");
}
