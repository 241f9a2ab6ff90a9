//! Whatever a stranger can spend has an end, and health is told whatever they do.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::{Client, TestDesk};

/// Longer than anything takes that is waited for; reaching it is a failure.
const PATIENCE: Duration = Duration::from_secs(60);

fn address(desk: &TestDesk) -> SocketAddr {
    desk.server.as_ref().and_then(|server| server.address).expect("it listens")
}

async fn connect(desk: &TestDesk) -> TcpStream {
    TcpStream::connect(address(desk)).await.expect("a connection")
}

/// Reads until the other side ends it, and returns what came.
async fn to_the_end(stream: &mut TcpStream) -> String {
    let mut came = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut came)).await;
    // A reset is an end too.
    let _ = read.expect("the server ends the connection");
    String::from_utf8_lossy(&came).into_owned()
}

/// Waits for an answer's first byte.
async fn first_byte(stream: &mut TcpStream) -> u8 {
    tokio::time::timeout(PATIENCE, stream.read_u8()).await.expect("in time").expect("a byte")
}

#[tokio::test]
async fn idle_connections_make_room() {
    let desk = TestDesk::start_with(|settings| settings.http.max_connections_per_address = 4).await;
    let mut idle = Vec::new();
    for _ in 0..40 {
        idle.push(connect(&desk).await);
    }
    desk.anonymous().get("/healthz").await.expect(StatusCode::OK);
    desk.admin().get("/v1/tickets").await.expect(StatusCode::OK);
    assert_eq!(to_the_end(&mut idle[0]).await, "", "the oldest went");
}

#[tokio::test]
async fn slow_bodies_take_their_own_share_and_no_more() {
    let desk = TestDesk::start_with(|settings| settings.http.max_connections_per_address = 4).await;
    let mut slow = Vec::new();
    for _ in 0..4 {
        let mut stream = connect(&desk).await;
        let head = format!(
            "POST /v1/tickets HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
             content-length: 1000\r\nexpect: 100-continue\r\n\r\n",
            crate::harness::BOOTSTRAP
        );
        stream.write_all(head.as_bytes()).await.expect("sent");
        // The server asks for the body: the request is being worked on.
        assert_eq!(first_byte(&mut stream).await, b'H');
        stream.write_all(b"{").await.expect("sent");
        slow.push(stream);
    }
    desk.anonymous().get("/healthz").await.expect(StatusCode::OK);
    assert!(desk.anonymous().get("/readyz").await.status.is_success());
    let refused = desk.admin().get("/v1/tickets").await;
    assert_eq!(refused.problem(429, "too_many_connections")["limit"], 4);
    assert!(refused.header("retry-after").is_some());
    drop(slow);
}

#[tokio::test]
async fn half_a_head_and_silence_are_ended() {
    let desk = TestDesk::start_with(|settings| settings.http.idle_seconds = 1).await;
    let mut silent = connect(&desk).await;
    let mut half = connect(&desk).await;
    half.write_all(b"GET /healthz HTTP/1.1\r\nhost:").await.expect("sent");
    let mut kept = connect(&desk).await;
    kept.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    to_the_end(&mut silent).await;
    to_the_end(&mut half).await;
    let answered = to_the_end(&mut kept).await;
    assert!(answered.starts_with("HTTP/1.1 200"), "{answered}");
}

#[tokio::test]
async fn who_does_not_read_is_ended() {
    let desk = TestDesk::start_with(|settings| settings.http.stalled_seconds = 1).await;
    let mut deaf = connect(&desk).await;
    let request = b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n";
    let asking = async {
        loop {
            if deaf.write_all(request).await.is_err() {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.expect("the server ends the connection");
}

#[tokio::test]
async fn customers_have_a_budget_and_the_desk_has_none() {
    let desk = TestDesk::start_with(|settings| {
        settings.budgets.person_changes_per_minute = 3;
        settings.budgets.person_kilobytes_per_hour = 20;
    })
    .await;
    let customer = desk.customer().await;
    let open = |client: &Client, size: usize| {
        let body = json!({ "subject": "A question", "description": "x".repeat(size), "category": "general" });
        let request = client.request(Method::POST, "/v1/tickets").json(&body);
        Client::send(request)
    };
    open(&customer.client, 10_000).await.expect(StatusCode::CREATED);
    let refused = open(&customer.client, 15_000).await;
    assert_eq!(refused.problem(429, "over_budget")["budget"], "bytes_per_hour");
    assert!(refused.header("retry-after").is_some());
    open(&customer.client, 100).await.expect(StatusCode::CREATED);
    let refused = open(&customer.client, 100).await;
    assert_eq!(refused.problem(429, "over_budget")["budget"], "changes_per_minute");
    customer.client.get("/v1/tickets").await.expect(StatusCode::OK);
    for _ in 0..5 {
        desk.admin().open_ticket(&customer.id, "On the phone").await.expect(StatusCode::CREATED);
    }
}

#[tokio::test]
async fn answers_are_compressed_for_who_takes_it() {
    let desk = TestDesk::start().await;
    let ask = |path: &'static str, encoding: Option<&'static str>| {
        let mut request = desk.admin().request(Method::GET, path);
        if let Some(encoding) = encoding {
            request = request.header("accept-encoding", encoding);
        }
        Client::send(request)
    };
    assert_eq!(ask("/openapi.json", Some("gzip")).await.header("content-encoding"), Some("gzip"));
    assert_eq!(ask("/openapi.json", None).await.header("content-encoding"), None);
    assert_eq!(ask("/v1/dashboard", Some("gzip")).await.header("content-encoding"), Some("gzip"));
    assert_eq!(ask("/healthz", Some("gzip")).await.header("content-encoding"), None, "too small to be worth it");
}

#[tokio::test]
async fn sign_ins_are_paid_for_by_people_of_the_desk_too() {
    use crate::sessions::{PASSWORD, code, sign_in};
    let desk = TestDesk::start_with(|settings| settings.budgets.person_changes_per_minute = 3).await;
    let agent = desk.agent("agent").await;
    let first = json!({ "code": code(&desk, &agent.id).await, "password": PASSWORD });
    sign_in(&desk, &first).await.expect(StatusCode::CREATED);
    let right = json!({ "email": agent.email, "password": PASSWORD });
    let mut answers = Vec::new();
    for _ in 0..8 {
        answers.push(sign_in(&desk, &right).await);
    }
    answers[0].expect(StatusCode::CREATED);
    let refused = answers.iter().find(|answer| answer.status != StatusCode::CREATED).expect("one is refused");
    let told = refused.problem(429, "over_budget");
    assert_eq!((&told["budget"], &told["limit"]), (&json!("changes_per_minute"), &json!(3)));
    // A code is not used up by being refused for that.
    let issued = code(&desk, &agent.id).await;
    if sign_in(&desk, &json!({ "code": issued })).await.status == StatusCode::TOO_MANY_REQUESTS {
        let shown = desk.anonymous().post("/v1/sessions/invitation", &json!({ "code": issued })).await;
        shown.expect(StatusCode::OK);
    }
}

#[tokio::test]
async fn one_session_more_than_an_account_has_ends_the_oldest() {
    use crate::sessions::{sign_in, with_session};
    let desk = TestDesk::start().await;
    let carl = desk.customer().await;
    let path = format!("/v1/customers/{}/sign-in-link", carl.id);
    let mut begun = Vec::new();
    for _ in 0..51 {
        let link = desk.admin().post(&path, &json!({})).await.expect(StatusCode::OK);
        let code = link["url"].as_str().and_then(|url| url.split("code=").nth(1)).expect("a code").to_owned();
        let answer = sign_in(&desk, &json!({ "code": code })).await;
        answer.expect(StatusCode::CREATED);
        begun.push(answer);
    }
    with_session(&desk, &begun[0]).get("/v1/me").await.problem(401, "unauthenticated");
    with_session(&desk, &begun[1]).get("/v1/me").await.expect(StatusCode::OK);
    let sessions = with_session(&desk, &begun[50]).get("/v1/sessions").await.expect(StatusCode::OK);
    assert_eq!(sessions["items"].as_array().map(Vec::len), Some(50));
    let ended = begun[0].json()["session_id"].as_str().expect("an id").to_owned();
    crate::harness::eventually("the end of the first", async || {
        let path = format!("/v1/audit?stream_id={}&event_type=SignedOut&limit=100", carl.id);
        desk.admin().get(&path).await.text.contains(&ended).then_some(())
    })
    .await;
}
