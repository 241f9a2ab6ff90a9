//! What was taken from somebody while what they sent was on its way is not used when it has come.

use docket_api::http::access::Access;
use docket_api::http::table::Body;
use docket_domain::Permission as P;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::credentials::session_of;
use crate::harness::{Client, Person, TestDesk, eventually};
use crate::sessions::{PASSWORD, sign_in};
use crate::widget::{quiet_desk, set_up, visit};

/// A request that was let in, and whose body has only begun.
struct Slow {
    connection: BufReader<TcpStream>,
    rest: Vec<u8>,
}

impl Slow {
    async fn begin(client: &Client, method: &str, path: &str, body: &Value) -> Self {
        let body = body.to_string().into_bytes();
        let (first, rest) = body.split_at(body.len().min(5));
        let more = format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
        let mut slow = Self::let_in(client, method, path, &more).await;
        slow.connection.write_all(first).await.expect("sent");
        slow.rest = rest.to_vec();
        slow
    }

    /// Waits until the server asks for the body: from then on its sender is let in.
    async fn let_in(client: &Client, method: &str, path: &str, more: &str) -> Self {
        let address = client.base.strip_prefix("http://").expect("an address").to_owned();
        let mut connection = BufReader::new(TcpStream::connect(&address).await.expect("connected"));
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nexpect: 100-continue\r\n{more}"
        );
        if let Some(token) = &client.token {
            head.push_str(&format!("authorization: Bearer {token}\r\n"));
        }
        if let Some((cookie, csrf)) = &client.session {
            head.push_str(&format!("cookie: {cookie}\r\nx-csrf-token: {csrf}\r\norigin: {}\r\n", client.base));
        }
        connection.write_all(format!("{head}\r\n").as_bytes()).await.expect("sent");
        let mut line = String::new();
        connection.read_line(&mut line).await.expect("an answer");
        assert!(line.starts_with("HTTP/1.1 100"), "{method} {path}: {line}");
        connection.read_line(&mut line).await.expect("its end");
        Self { connection, rest: Vec::new() }
    }

    /// Sends the rest.
    async fn finish(mut self) -> (u16, Value) {
        self.connection.write_all(&self.rest).await.expect("sent");
        self.answer().await
    }

    /// Sends a piece of a body of any length; an empty one ends it.
    async fn send(&mut self, piece: &str) {
        let chunk = format!("{:x}\r\n{piece}\r\n", piece.len());
        self.connection.write_all(chunk.as_bytes()).await.expect("sent");
    }

    async fn answer(&mut self) -> (u16, Value) {
        let mut text = String::new();
        self.connection.read_to_string(&mut text).await.expect("an answer");
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let body = text.find('{').map_or(Value::Null, |at| {
            let end = text.rfind('}').expect("its end");
            serde_json::from_str(&text[at..=end]).unwrap_or(Value::Null)
        });
        (status, body)
    }
}

/// Ids that belong to nobody.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{name}" => "nothing",
        part if part.starts_with('{') => "00000000-0000-7000-8000-000000000000",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_route_asks_again_once_the_body_has_come() {
    let desk = quiet_desk().await;
    let admin = desk.admin();
    let routes = desk.server.as_ref().expect("it runs").routes.clone();
    let writing = routes.iter().filter(|route| route.method != Method::GET && route.access != Access::Public);
    let mut asked = 0;
    for route in writing {
        let issued = admin.post("/v1/tokens", &json!({ "label": "short" })).await.expect(StatusCode::CREATED);
        let client = Client::new(&desk.url, issued["token"].as_str());
        let (method, path) = (route.method.as_str(), filled(&route.path));
        let slow = if route.body == Body::Whole {
            Slow::begin(&client, method, &path, &json!({ "anything": "of no matter" })).await
        } else {
            let more = "content-type: application/x-ndjson\r\ncontent-length: 9\r\n";
            let mut slow = Slow::let_in(&client, method, &path, more).await;
            slow.rest = b"not lines".to_vec();
            slow
        };
        let revoked = admin.delete(&format!("/v1/tokens/{}", issued["id"].as_str().expect("an id"))).await;
        assert_eq!(revoked.status, StatusCode::NO_CONTENT);
        let (status, body) = slow.finish().await;
        assert_eq!((status, &body["code"]), (401, &json!("unauthenticated")), "{method} {path}: {body}");
        asked += 1;
    }
    assert!(asked > 50, "{asked} routes");
}

/// An administrator in all but name, by a role of the organisation's own.
async fn chief(desk: &TestDesk) -> (Person, String) {
    let admin = desk.admin();
    let all: Vec<_> = P::ALL.iter().map(|permission| permission.as_str()).collect();
    let role = admin.post("/v1/roles", &json!({ "name": "Chief", "permissions": all })).await.id();
    let agent = json!({ "name": "Chris", "email": "chris@example.com", "custom_role_id": role });
    let made = admin.post("/v1/agents", &agent).await.expect(StatusCode::CREATED);
    let id = made["id"].as_str().expect("an id").to_owned();
    (desk.person(id, "chris@example.com".into()).await, role)
}

#[tokio::test]
async fn what_was_taken_away_while_the_body_came_is_not_used() {
    for taken in ["token", "agent", "role", "rights"] {
        let desk = quiet_desk().await;
        let (admin, carl) = (desk.admin(), desk.customer().await);
        let customer = format!("/v1/customers/{}", carl.id);
        let visitor = admin.post("/v1/customers", &json!({ "name": "Vera", "external_id": "v" })).await.id();
        let ticket = admin.open_ticket(&carl.id, "Slow").await.id();
        let (chris, role) = chief(&desk).await;
        let acts = [
            ("POST", "/v1/organisation/widget/identity-secret".to_owned(), json!({})),
            ("PUT", customer.clone(), json!({ "name": "Carl", "email": "mine@example.com" })),
            ("POST", format!("{customer}/merge").replace(&carl.id, &visitor), json!({ "into": carl.id })),
            ("POST", format!("{customer}/erase"), json!({})),
            ("POST", format!("{customer}/sign-in-link"), json!({})),
            ("POST", format!("/v1/tickets/{ticket}/messages"), json!({ "body": "Hello" })),
            ("POST", format!("/v1/tickets/{ticket}/notes"), json!({ "body": "Hello" })),
            ("PUT", "/v1/organisation".to_owned(), json!({ "name": "Mine", "time_zone": "UTC" })),
            ("POST", "/v1/departments".to_owned(), json!({ "name": "Mine" })),
        ];
        let mut begun = Vec::new();
        for (method, path, body) in &acts {
            // Not so short that it comes with the head.
            let body = format!("{body}      ");
            let more = format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
            let mut slow = Slow::let_in(&chris.client, method, path, &more).await;
            slow.rest = body.into_bytes();
            begun.push((path, slow));
        }
        let path = format!("/v1/agents/{}", chris.id);
        let done = match taken {
            "token" => {
                let tokens = admin.get("/v1/tokens").await.expect(StatusCode::OK);
                let of = |one: &&Value| one["person_id"] == chris.id.as_str();
                let id = tokens["items"].as_array().and_then(|all| all.iter().find(of)).expect("a token")["id"].clone();
                admin.delete(&format!("/v1/tokens/{}", id.as_str().expect("an id"))).await
            }
            "agent" => admin.post(&format!("{path}/deactivate"), &json!({})).await,
            "role" => admin.put(&format!("{path}/role"), &json!({ "role": "auditor" })).await,
            _ => {
                let less = json!({ "name": "Chief", "permissions": ["view_reports"] });
                admin.put(&format!("/v1/roles/{role}"), &less).await
            }
        };
        assert!(done.status.is_success(), "{}", done.text);
        let before = admin.get("/v1/me").await.header("docket-position").map(str::to_owned);
        for (path, slow) in begun {
            let (status, body) = slow.finish().await;
            let expected = if ["token", "agent"].contains(&taken) { 401 } else { 403 };
            assert_eq!(status, expected, "{taken}, {path}: {body}");
            assert!(body.get("secret").is_none() && body.get("url").is_none(), "{body}");
        }
        let after = admin.get("/v1/me").await.header("docket-position").map(str::to_owned);
        assert_eq!(before, after, "nothing was recorded without {taken}");
    }
}

#[tokio::test]
async fn of_less_that_is_left_what_is_left_can_be_done() {
    let desk = quiet_desk().await;
    let (admin, carl) = (desk.admin(), desk.customer().await);
    let ticket = admin.open_ticket(&carl.id, "Slow").await.id();
    let (chris, role) = chief(&desk).await;
    let message = format!("/v1/tickets/{ticket}/messages");
    let secret = "/v1/organisation/widget/identity-secret";
    let message = Slow::begin(&chris.client, "POST", &message, &json!({ "body": "Hello there" })).await;
    let more = "content-type: application/json\r\ncontent-length: 2\r\n";
    let mut secret = Slow::let_in(&chris.client, "POST", secret, more).await;
    secret.rest = b"{}".to_vec();
    let less =
        json!({ "name": "Chief", "permissions": ["manage_settings", "view_tickets", "send_messages", "edit_tickets"] });
    admin.put(&format!("/v1/roles/{role}"), &less).await.expect(StatusCode::OK);
    let (status, body) = message.finish().await;
    assert_eq!(status, 201, "{body}");
    let (status, body) = secret.finish().await;
    assert_eq!((status, &body["code"]), (403, &json!("forbidden")), "{body}");
}

#[tokio::test]
async fn a_password_is_not_changed_by_a_session_that_ended() {
    let desk = quiet_desk().await;
    let admin = desk.admin();
    let change = json!({ "current_password": PASSWORD, "password": "violet-otter-canal-93" });
    for end in ["sessions", "deactivate"] {
        let agent = desk.agent("agent").await;
        let session = session_of(&desk, &agent).await;
        let slow = Slow::begin(&session, "PUT", "/v1/me/password", &change).await;
        let path = format!("/v1/agents/{}/{end}", agent.id);
        let done = if end == "sessions" { admin.delete(&path).await } else { admin.post(&path, &json!({})).await };
        assert!(done.status.is_success(), "{}", done.text);
        let (status, body) = slow.finish().await;
        assert_eq!((status, &body["code"]), (401, &json!("unauthenticated")), "{end}: {body}");
        if end == "sessions" {
            let before = json!({ "email": agent.email, "password": PASSWORD });
            sign_in(&desk, &before).await.expect(StatusCode::CREATED);
        }
    }
}

#[tokio::test]
async fn whose_visit_is_over_leaves_no_message() {
    let desk = quiet_desk().await;
    let key = set_up(&desk.admin(), json!({})).await;
    let (vera, _) = visit(&desk, &key, &json!({})).await;
    let left = json!({ "message": "Hello?", "name": "Vera", "email": "vera@example.com" });
    let slow = Slow::begin(&vera, "POST", "/v1/visit/offline-messages", &left).await;
    let ended = vera.delete("/v1/visit").await;
    assert!(ended.status.is_success(), "{}", ended.text);
    assert_eq!(slow.finish().await.0, 401);
    let tickets = desk.admin().get("/v1/tickets").await.expect(StatusCode::OK);
    assert_eq!(tickets["items"], json!([]));
}

#[tokio::test]
async fn an_import_ends_with_the_right_to_import() {
    let line = |n: u32| {
        let opened = "2024-03-01T09:00:00Z";
        let ticket = json!({ "type": "ticket", "external_id": n.to_string(), "subject": format!("Ticket {n}"), "description": "old",
            "category": "general", "opened_at": opened, "customer": { "email": "carl@example.com" }, "history": [] });
        format!("{ticket}\n")
    };
    for taken in ["deactivate", "role"] {
        let desk = quiet_desk().await;
        let (admin, boss) = (desk.admin(), desk.agent("admin").await);
        let more = "content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n";
        let mut slow = Slow::let_in(&boss.client, "POST", "/v1/imports", more).await;
        // The line after it has begun, and is not taken.
        slow.send(&format!("{}{}", line(1), &line(2)[..5])).await;
        eventually("the first ticket", async || {
            let tickets = admin.get("/v1/tickets").await.expect(StatusCode::OK);
            (tickets["items"].as_array().map(Vec::len) == Some(1)).then_some(())
        })
        .await;
        let path = format!("/v1/agents/{}/{taken}", boss.id);
        match taken {
            "role" => admin.put(&path, &json!({ "role": "supervisor" })).await.expect(StatusCode::OK),
            _ => admin.post(&path, &json!({})).await.expect(StatusCode::OK),
        };
        slow.send(&format!("{}{}", &line(2)[5..], line(3))).await;
        let (status, body) = slow.answer().await;
        assert_eq!(status, if taken == "role" { 403 } else { 401 }, "{body}");
        let report = &body["report"];
        assert_eq!((&report["tickets"], &report["refused_count"]), (&json!(1), &json!(1)), "{body}");
        assert_eq!(report["refused"][0]["line"], 2, "{body}");
        let position = admin.get("/v1/me").await.header("docket-position").and_then(|at| at.parse().ok());
        let tickets = admin.get_at("/v1/tickets", position.expect("a position")).await.expect(StatusCode::OK);
        assert_eq!(tickets["items"].as_array().map(Vec::len), Some(1));
    }
}
