//! The chat widget, as a visitor, an integrator and an administrator use it.

use futures::{SinkExt as _, StreamExt as _};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::harness::{Answer, Client, Person, TestDesk, eventually, unique};

/// The origin of the shop the widget stands on.
pub(crate) const SHOP: &str = "https://shop.example.com";

/// A desk where nobody routes: tests accept by hand.
pub(crate) async fn quiet_desk() -> TestDesk {
    TestDesk::start_with(|settings| {
        settings.roles.retain(|role| *role != docket_api::config::Role::Reactors);
        settings.widget.visits_per_minute = 1000;
        settings.budgets.person_changes_per_minute = 1000;
    })
    .await
}

/// Switches the widget on for the shop, with `more` settings, and returns its key.
pub(crate) async fn set_up(admin: &Client, more: Value) -> String {
    let mut settings = json!({ "enabled": true, "allowed_origins": [SHOP] });
    for (name, value) in more.as_object().expect("an object") {
        settings[name] = value.clone();
    }
    admin.put("/v1/organisation/widget", &settings).await.expect(StatusCode::OK);
    let view = admin.get("/v1/organisation/widget").await.expect(StatusCode::OK);
    view["key"].as_str().expect("a key").to_owned()
}

/// Somebody who takes chats, and is known to be there.
pub(crate) async fn staff(desk: &TestDesk) -> Person {
    let agent = desk.agent("agent").await;
    stand(&agent, "available").await;
    agent
}

/// Makes an agent available, or not; known when it returns.
pub(crate) async fn stand(agent: &Person, availability: &str) {
    let path = format!("/v1/agents/{}/availability", agent.id);
    let stood = agent.client.put(&path, &json!({ "availability": availability })).await.expect(StatusCode::OK);
    seen(&agent.client, &stood).await;
}

/// Waits until the read models show what was answered.
pub(crate) async fn seen(client: &Client, answer: &Value) {
    client.get_at("/v1/chats?limit=1", answer["position"].as_u64().expect("a position")).await.expect(StatusCode::OK);
}

/// Asks as a page of `origin`.
pub(crate) async fn ask_from(
    client: &Client,
    method: Method,
    path: &str,
    origin: &str,
    body: Option<&Value>,
) -> Answer {
    let mut request = client.request(method, path).header("origin", origin);
    if let Some(body) = body {
        request = request.json(body);
    }
    Client::send(request).await
}

/// Begins a visit from the shop.
pub(crate) async fn visit(desk: &TestDesk, key: &str, body: &Value) -> (Client, Value) {
    let path = format!("/v1/widget/{key}/sessions");
    let answer = ask_from(&desk.anonymous(), Method::POST, &path, SHOP, Some(body)).await;
    let begun = answer.expect(StatusCode::CREATED);
    assert_eq!(answer.header("access-control-allow-origin"), Some(SHOP));
    (Client::new(&desk.url, begun["token"].as_str()), begun)
}

pub(crate) fn hash(secret: &str, user_id: &str) -> String {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
    hex::encode(aws_lc_rs::hmac::sign(&key, user_id.as_bytes()).as_ref())
}

pub(crate) async fn identity_secret(admin: &Client) -> String {
    let made = admin.post("/v1/organisation/widget/identity-secret", &json!({})).await.expect(StatusCode::OK);
    made["secret"].as_str().expect("a secret").to_owned()
}

#[tokio::test]
async fn settings_are_kept_and_told() {
    let desk = quiet_desk().await;
    let admin = desk.admin();
    let before = admin.get("/v1/organisation/widget").await.expect(StatusCode::OK);
    assert_eq!((&before["key"], &before["enabled"]), (&Value::Null, &json!(false)));
    let department = admin.post("/v1/departments", &json!({ "name": "Billing" })).await;
    let position = department.expect(StatusCode::CREATED)["position"].as_u64().expect("a position");
    let key = set_up(
        &admin,
        json!({
            "allowed_origins": ["https://Shop.Example.com:443/"], "title": "Ask us", "greeting": "Hello!", "accent_color": "#0B5D57",
            "position": "start", "language": "ar", "name_field": "required", "department_ids": [department.id()]
        }),
    )
    .await;
    admin.get_at("/v1/departments", position).await.expect(StatusCode::OK);
    let public = ask_from(&desk.anonymous(), Method::GET, &format!("/v1/widget/{key}"), SHOP, None).await;
    assert_eq!(public.header("access-control-allow-origin"), Some(SHOP));
    assert_eq!(public.header("access-control-allow-credentials"), None);
    let view = public.expect(StatusCode::OK);
    assert_eq!((&view["title"], &view["accent_color"]), (&json!("Ask us"), &json!("#0b5d57")));
    assert_eq!(
        (&view["position"], &view["language"], &view["name_field"]),
        (&json!("start"), &json!("ar"), &json!("required"))
    );
    assert_eq!(view["departments"], json!([{ "id": department.id(), "name": "Billing", "online": false }]));
    assert_eq!((&view["online"], &view["identity"]), (&json!(false), &json!(false)));
    let agent = desk.agent("agent").await;
    let body = json!({ "availability": "available" });
    agent.client.put(&format!("/v1/agents/{}/availability", agent.id), &body).await.expect(StatusCode::OK);
    let of = json!({ "department_ids": [department.id()] });
    admin.put(&format!("/v1/agents/{}/departments", agent.id), &of).await.expect(StatusCode::OK);
    let path = format!("/v1/widget/{key}");
    let nobody = desk.anonymous();
    eventually("somebody is there", async || (nobody.get(&path).await.json()["online"] == true).then_some(())).await;

    // Saved again, it keeps its key; without origins it says so; switched off, it is gone.
    assert_eq!(set_up(&admin, json!({ "allowed_origins": [] })).await, key);
    let open = admin.get("/v1/organisation/widget").await.expect(StatusCode::OK);
    assert_eq!(open["warnings"], json!(["any_origin"]));
    set_up(&admin, json!({ "enabled": false })).await;
    nobody.get(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn settings_that_are_wrong_are_named() {
    let desk = quiet_desk().await;
    let admin = desk.admin();
    for (settings, field) in [
        (json!({ "enabled": true, "allowed_origins": ["shop.example.com"] }), "allowed_origins.0"),
        (
            json!({ "enabled": true, "allowed_origins": (0..51).map(|n| format!("https://a{n}.example")).collect::<Vec<_>>() }),
            "allowed_origins",
        ),
        (json!({ "enabled": true, "accent_color": "green" }), "accent_color"),
        (json!({ "enabled": true, "title": "x".repeat(121) }), "title"),
        (json!({ "enabled": true, "greeting": "x".repeat(2001) }), "greeting"),
        (json!({ "enabled": true, "language": "xx" }), "language"),
        (json!({ "enabled": true, "department_ids": [unique_id()] }), "department_ids.0"),
        (json!({}), "enabled"),
    ] {
        let problem = admin.put("/v1/organisation/widget", &settings).await.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
}

fn unique_id() -> String {
    docket_store::new_id().to_string()
}

#[tokio::test]
async fn a_visitor_chats_from_another_origin() {
    let desk = quiet_desk().await;
    let key = set_up(&desk.admin(), json!({ "email_field": "required" })).await;
    let body = json!({ "name": "Vera", "page": format!("{SHOP}/shoes"), "language": "de" });
    let (vera, begun) = visit(&desk, &key, &body).await;
    assert_eq!(begun["verified"], false);
    let me = vera.get("/v1/visit").await.expect(StatusCode::OK);
    assert_eq!((&me["name"], &me["customer_id"]), (&json!("Vera"), &begun["customer_id"]));
    let refused = vera.post("/v1/chats", &json!({ "message": "Hi" })).await.problem(422, "invalid_fields");
    assert_eq!(refused["errors"][0]["field"], "email");
    staff(&desk).await;

    // A page of the shop asks first, as browsers do.
    let preflight = Client::send(
        desk.anonymous()
            .request(Method::OPTIONS, "/v1/chats")
            .header("origin", SHOP)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type,idempotency-key"),
    )
    .await;
    assert_eq!(preflight.status, StatusCode::NO_CONTENT);
    assert_eq!(preflight.header("access-control-allow-origin"), Some(SHOP));
    assert_eq!(preflight.header("access-control-allow-credentials"), None);
    let start = json!({ "email": "vera@example.com", "page": format!("{SHOP}/cart"), "message": "Do you have 38?" });
    let started = ask_from(&vera, Method::POST, "/v1/chats", SHOP, Some(&start)).await;
    let position = started.expect(StatusCode::CREATED)["position"].as_u64().expect("a position");
    assert_eq!(started.header("access-control-allow-origin"), Some(SHOP));
    let chat = format!("/v1/chats/{}", started.id());
    let waiting = vera.get_at(&chat, position).await.expect(StatusCode::OK);
    assert_eq!((&waiting["status"], &waiting["queue_position"]), (&json!("waiting"), &json!(1)));
    assert!(waiting["visitor"]["ip"].is_null(), "not even their own: {waiting}");

    let ada = desk.agent("agent").await;
    let seen = ada.client.get_at(&chat, position).await.expect(StatusCode::OK);
    assert_eq!(seen["visitor"]["page"], format!("{SHOP}/cart"));
    assert_eq!((&seen["visitor"]["verified"], &seen["visitor"]["ip"]), (&json!(false), &json!("127.0.0.1")));
    let visits = format!("/v1/customers/{}/visits", begun["customer_id"].as_str().expect("an id"));
    let visits = ada.client.get(&visits).await.expect(StatusCode::OK);
    assert_eq!(
        (&visits["items"][0]["language"], &visits["items"][0]["page"]),
        (&json!("de"), &json!(format!("{SHOP}/shoes")))
    );

    ada.client.post(&format!("{chat}/accept"), &json!({})).await.expect(StatusCode::OK);
    ada.client.post(&format!("{chat}/messages"), &json!({ "body": "Yes" })).await.expect(StatusCode::CREATED);
    let said = vera.post(&format!("{chat}/messages"), &json!({ "body": "Great" })).await.expect(StatusCode::CREATED);
    vera.post(&format!("{chat}/read"), &json!({})).await.expect(StatusCode::OK);
    let position = said["position"].as_u64().expect("a position");
    // After a reload the token finds what was said.
    let list = vera.get_at("/v1/chats", position).await.expect(StatusCode::OK);
    assert_eq!(list["items"][0]["agent_name"], "A agent");
    let messages = vera.get_at(&format!("{chat}/messages"), position).await.expect(StatusCode::OK);
    assert_eq!(messages["items"].as_array().map(Vec::len), Some(3));
    vera.post(&format!("{chat}/end"), &json!({})).await.expect(StatusCode::OK);
    vera.put(&format!("{chat}/feedback"), &json!({ "rating": 5 })).await.expect(StatusCode::OK);
    let transcript = ask_from(&vera, Method::GET, &format!("{chat}/transcript"), SHOP, None).await;
    assert!(transcript.text.contains("Do you have 38?"), "{}", transcript.text);
    assert_eq!(transcript.header("access-control-allow-origin"), Some(SHOP));
}

#[tokio::test]
async fn a_visitor_listens_with_the_token_as_a_protocol() {
    let desk = quiet_desk().await;
    let key = set_up(&desk.admin(), json!({})).await;
    let (vera, begun) = visit(&desk, &key, &json!({ "name": "Vera" })).await;
    staff(&desk).await;
    let chat = vera.post("/v1/chats", &json!({ "message": "Hello" })).await;
    let token = begun["token"].as_str().expect("a token");
    let request = |origin: &str, protocols: String| {
        let mut request =
            format!("{}/v1/live", desk.url.replacen("http", "ws", 1)).into_client_request().expect("a request");
        request.headers_mut().insert("origin", origin.parse().expect("a value"));
        request.headers_mut().insert("sec-websocket-protocol", protocols.parse().expect("a value"));
        request
    };
    let (mut socket, answer) =
        tokio_tungstenite::connect_async(request(SHOP, format!("docket, {token}"))).await.expect("it opens");
    assert_eq!(answer.headers()["sec-websocket-protocol"], "docket", "the token is not sent back");
    let topic = format!("chat:{}", chat.id());
    let say = json!({ "type": "subscribe", "topic": topic, "after": 0 });
    socket.send(Message::text(say.to_string())).await.expect("said");
    let mut heard = Vec::new();
    while !heard.iter().any(|text: &String| text.contains("\"subscribed\"")) {
        let next = tokio::time::timeout(std::time::Duration::from_secs(20), socket.next()).await.expect("in time");
        heard.push(next.expect("more").expect("a message").to_string());
    }
    assert!(heard.iter().any(|text| text.contains("MessagePosted") && text.contains("Hello")), "{heard:?}");

    for (origin, protocols) in [
        ("https://evil.example.com", format!("docket, {token}")),
        (SHOP, "docket".into()),
        (SHOP, "docket, dv_x".into()),
    ] {
        assert!(tokio_tungstenite::connect_async(request(origin, protocols)).await.is_err(), "from {origin}");
    }
    // A token that ends takes the connection with it.
    assert_eq!(vera.delete("/v1/visit").await.status, StatusCode::NO_CONTENT);
    let closed = tokio::time::timeout(std::time::Duration::from_secs(20), async {
        while let Some(Ok(message)) = socket.next().await {
            if message.is_close() {
                break;
            }
        }
    });
    closed.await.expect("it closes");
}

#[tokio::test]
async fn who_the_site_vouches_for_is_one_customer() {
    let desk = quiet_desk().await;
    let admin = desk.admin();
    let key = set_up(&admin, json!({})).await;
    let made = admin.post("/v1/organisation/widget/identity-secret", &json!({})).await.expect(StatusCode::OK);
    let (secret, user) = (made["secret"].as_str().expect("a secret"), unique());
    let identity = json!({ "identity": { "user_id": user, "hash": hash(secret, &user) }, "name": "Uma" });
    let (first, begun) = visit(&desk, &key, &identity).await;
    let (_, again) = visit(&desk, &key, &identity).await;
    assert_eq!((&begun["verified"], &begun["customer_id"]), (&json!(true), &again["customer_id"]));
    let claims = json!({ "sub": user, "exp": 4_102_444_800_u64, "aud": key });
    let signing = jsonwebtoken::EncodingKey::from_secret(made["token_key"].as_str().expect("a key").as_bytes());
    let token = jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &signing).expect("a token");
    let (_, third) = visit(&desk, &key, &json!({ "identity_token": token })).await;
    assert_eq!(third["customer_id"], begun["customer_id"]);
    staff(&desk).await;
    let chat = first.post("/v1/chats", &json!({ "message": "Hi" })).await.expect(StatusCode::CREATED);
    let path = format!("/v1/customers/{}", begun["customer_id"].as_str().expect("an id"));
    let customer = admin.get_at(&path, chat["position"].as_u64().expect("a position")).await.expect(StatusCode::OK);
    assert_eq!(
        (&customer["kind"], &customer["external_id"], &customer["name"]),
        (&json!("customer"), &json!(user), &json!("Uma"))
    );
}

#[tokio::test]
async fn what_a_visitor_did_becomes_the_customers() {
    let desk = quiet_desk().await;
    let admin = desk.admin();
    let key = set_up(&admin, json!({})).await;
    let (vera, before) = visit(&desk, &key, &json!({ "name": "Vera" })).await;
    staff(&desk).await;
    let chat = vera.post("/v1/chats", &json!({ "message": "Before I signed in" })).await;
    let chat = format!("/v1/chats/{}", chat.id());
    let secret = identity_secret(&admin).await;
    let user = unique();
    let body = json!({ "identity": { "user_id": user, "hash": hash(&secret, &user) } });
    let begun = ask_from(&vera, Method::POST, &format!("/v1/widget/{key}/sessions"), SHOP, Some(&body)).await;
    let begun = begun.expect(StatusCode::CREATED);
    assert_ne!(begun["customer_id"], before["customer_id"]);
    vera.get("/v1/visit").await.problem(401, "unauthenticated");
    // It goes on where it was.
    let uma = Client::new(&desk.url, begun["token"].as_str());
    let ada = desk.agent("agent").await;
    ada.client.post(&format!("{chat}/accept"), &json!({})).await.expect(StatusCode::OK);
    ada.client.post(&format!("{chat}/messages"), &json!({ "body": "Hello" })).await.expect(StatusCode::CREATED);
    let said = uma.post(&format!("{chat}/messages"), &json!({ "body": "And after" })).await.expect(StatusCode::CREATED);
    let at = said["position"].as_u64().expect("a position");
    let messages = uma.get_at(&format!("{chat}/messages"), at).await;
    assert!(messages.text.contains("Before I signed in") && messages.text.contains("And after"), "{}", messages.text);
    let events = uma.get(&format!("{chat}/events")).await.text;
    assert!(events.contains("And after"), "{events}");
    assert_eq!(uma.get(&chat).await.json()["unread_count"], 1);
    let read = uma.post(&format!("{chat}/read"), &json!({})).await.expect(StatusCode::OK);
    let at = read["position"].as_u64().expect("a position");
    assert_eq!(uma.get_at(&chat, at).await.json()["unread_count"], 0);
}

#[tokio::test]
async fn a_message_left_while_nobody_is_there_is_a_ticket() {
    let desk = quiet_desk().await;
    let admin = desk.admin();
    let key = set_up(&admin, json!({})).await;
    let (vera, begun) = visit(&desk, &key, &json!({})).await;
    let path = "/v1/visit/offline-messages";
    let refused = vera.post(path, &json!({ "message": "Where is it?" })).await.problem(422, "invalid_fields");
    assert_eq!(refused["errors"][0]["field"], "email");
    let body = json!({ "message": "Where is it?\nI ordered last week", "name": "Vera", "email": "vera@example.com" });
    let request = || vera.request(Method::POST, path).header("idempotency-key", "once").json(&body);
    let left = Client::send(request()).await.expect(StatusCode::CREATED);
    assert_eq!(Client::send(request()).await.expect(StatusCode::CREATED)["id"], left["id"], "once");
    let ticket = format!("/v1/tickets/{}", left["id"].as_str().expect("an id"));
    let seen = admin.get_at(&ticket, left["position"].as_u64().expect("a position")).await.expect(StatusCode::OK);
    assert_eq!((&seen["subject"], &seen["customer_id"]), (&json!("Where is it?"), &begun["customer_id"]));
    // The next one needs no address: it is known.
    vera.post(path, &json!({ "message": "Hello again" })).await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn a_sign_in_link_works_once() {
    let desk = quiet_desk().await;
    let admin = desk.admin();
    let made =
        admin.post("/v1/customers", &json!({ "name": "Carl", "email": format!("{}@example.com", unique()) })).await;
    let path = format!("/v1/customers/{}/sign-in-link", made.id());
    desk.agent("agent").await.client.post(&path, &json!({})).await.problem(403, "forbidden");
    admin.post(&path, &json!({ "hours": 200 })).await.problem(422, "invalid_fields");
    let link = admin.post(&path, &json!({ "hours": 1 })).await.expect(StatusCode::OK);
    let url = link["url"].as_str().expect("a url");
    let code = url.strip_prefix(&format!("{}/help?code=", desk.url)).expect("to the portal");
    let redeem = async || desk.anonymous().post("/v1/sessions", &json!({ "code": code })).await;
    let session = redeem().await.expect(StatusCode::CREATED);
    assert_eq!((&session["role"], &session["person_id"]), (&json!("customer"), &json!(made.id())));
    redeem().await.problem(401, "unauthenticated");
}
