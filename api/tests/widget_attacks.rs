//! The chat widget, as attackers would use it.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Client, TestDesk, unique};
use crate::widget::{SHOP, ask_from, hash, identity_secret, quiet_desk, set_up, staff, visit};

const EVIL: &str = "https://evil.example.com";

#[tokio::test]
async fn pages_of_other_origins_get_nothing() {
    let desk = quiet_desk().await;
    let key = set_up(&desk.admin(), json!({})).await;
    let nobody = desk.anonymous();
    for (method, path) in
        [(Method::GET, format!("/v1/widget/{key}")), (Method::POST, format!("/v1/widget/{key}/sessions"))]
    {
        let refused = ask_from(&nobody, method.clone(), &path, EVIL, Some(&json!({}))).await;
        refused.problem(403, "origin_not_allowed");
        assert_eq!(refused.header("access-control-allow-origin"), None);
        let preflight = nobody.request(Method::OPTIONS, &path).header("origin", EVIL);
        let preflight = Client::send(preflight.header("access-control-request-method", method.as_str())).await;
        preflight.problem(403, "origin_not_allowed");
    }
    let (vera, _) = visit(&desk, &key, &json!({})).await;
    for (method, path) in [(Method::GET, "/v1/chats"), (Method::GET, "/v1/visit"), (Method::POST, "/v1/chats")] {
        let refused = ask_from(&vera, method, path, EVIL, Some(&json!({}))).await;
        refused.problem(403, "origin_not_allowed");
        assert_eq!(refused.header("access-control-allow-origin"), None);
    }
    // Narrowed down, the list counts at once for visits under way; switched off, for all.
    set_up(&desk.admin(), json!({ "allowed_origins": [EVIL] })).await;
    ask_from(&vera, Method::GET, "/v1/chats", SHOP, None).await.problem(403, "origin_not_allowed");
    set_up(&desk.admin(), json!({ "enabled": false })).await;
    vera.get("/v1/chats").await.problem(403, "widget_disabled");
}

#[tokio::test]
async fn nothing_but_the_widget_is_open_to_other_origins() {
    let desk = quiet_desk().await;
    set_up(&desk.admin(), json!({ "allowed_origins": [] })).await;
    for path in ["/v1/ticket-counts", "/v1/me", "/v1/sessions", "/v1/organisation/widget"] {
        let preflight = desk.anonymous().request(Method::OPTIONS, path).header("origin", SHOP);
        let preflight = Client::send(preflight.header("access-control-request-method", "GET")).await;
        assert_eq!(preflight.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(preflight.header("access-control-allow-origin"), None, "{path}");
    }
    // A token of the desk, or a session, is not for pages of other origins, even on the widget's routes.
    let admin = ask_from(&desk.admin(), Method::GET, "/v1/chats", SHOP, None).await;
    admin.expect(StatusCode::OK);
    assert_eq!(admin.header("access-control-allow-origin"), None);
    let other = desk.other_organisation("cookies").await;
    let session = ask_from(&other, Method::GET, "/v1/chats", SHOP, None).await;
    assert_eq!(session.header("access-control-allow-origin"), None);
    ask_from(&other, Method::POST, "/v1/chats", SHOP, Some(&json!({}))).await.problem(403, "forbidden");
}

#[tokio::test]
async fn forged_and_replayed_identities_are_refused() {
    let desk = quiet_desk().await;
    let admin = desk.admin();
    let key = set_up(&admin, json!({})).await;
    let path = format!("/v1/widget/{key}/sessions");
    let begin = async |body: Value| ask_from(&desk.anonymous(), Method::POST, &path, SHOP, Some(&body)).await;
    let identity = |user: &str, hash: &str| json!({ "identity": { "user_id": user, "hash": hash } });
    let user = unique();
    begin(identity(&user, &hash("guess", &user))).await.problem(401, "unauthenticated");
    let secret = identity_secret(&admin).await;
    let good = hash(&secret, &user);
    begin(identity(&user, &good)).await.expect(StatusCode::CREATED);
    for body in [
        identity(&user, &hash("guess", &user)),
        identity("somebody else", &good),
        identity(&user, &good[..32]),
        identity(&user, ""),
        json!({ "identity_token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1IiwiZXhwIjo0MTAyNDQ0ODAwfQ." }),
    ] {
        begin(body).await.problem(401, "unauthenticated");
    }
    let both = json!({ "identity": { "user_id": user, "hash": good }, "identity_token": "x" });
    begin(both).await.problem(422, "invalid_fields");
    // Signed for another organisation, or with a secret that was replaced.
    let other = desk.other_organisation("identities").await;
    let theirs = set_up(&other, json!({})).await;
    identity_secret(&other).await;
    let there = format!("/v1/widget/{theirs}/sessions");
    let replayed = ask_from(&desk.anonymous(), Method::POST, &there, SHOP, Some(&identity(&user, &good))).await;
    replayed.problem(401, "unauthenticated");
    identity_secret(&admin).await;
    begin(identity(&user, &good)).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_name_and_address_make_nobody_somebody_else() {
    let desk = quiet_desk().await;
    let key = set_up(&desk.admin(), json!({})).await;
    let carl = desk.customer().await;
    let ticket = desk.admin().open_ticket(&carl.id, "Private").await;
    let (mallory, begun) = visit(&desk, &key, &json!({ "name": "Carl", "email": carl.email })).await;
    assert_ne!(begun["customer_id"], carl.id.as_str());
    mallory.get(&format!("/v1/tickets/{}", ticket.id())).await.problem(404, "not_found");
    assert_eq!(mallory.get("/v1/tickets").await.expect(StatusCode::OK)["items"], json!([]));
    staff(&desk).await;
    let started = mallory.post("/v1/chats", &json!({ "email": carl.email, "message": "It is me" })).await;
    let position = started.expect(StatusCode::CREATED)["position"].as_u64().expect("a position");
    let seen = carl.client.get_at("/v1/chats", position).await.expect(StatusCode::OK);
    assert_eq!(seen["items"], json!([]), "it is not Carl's");
    mallory.post("/v1/chats", &json!({ "customer_id": carl.id })).await.problem(422, "invalid_fields");
}

#[tokio::test]
async fn a_visitor_reaches_only_their_own() {
    let desk = quiet_desk().await;
    let key = set_up(&desk.admin(), json!({})).await;
    let (vera, begun) = visit(&desk, &key, &json!({ "name": "Vera" })).await;
    let (mallory, _) = visit(&desk, &key, &json!({ "name": "Mallory" })).await;
    staff(&desk).await;
    let chat = format!("/v1/chats/{}", vera.post("/v1/chats", &json!({ "message": "Mine" })).await.id());
    for path in [chat.clone(), format!("{chat}/messages"), format!("{chat}/events"), format!("{chat}/transcript")] {
        mallory.get(&path).await.problem(404, "not_found");
    }
    for (path, body) in [("messages", json!({ "body": "x" })), ("end", json!({})), ("read", json!({}))] {
        mallory.post(&format!("{chat}/{path}"), &body).await.problem(404, "not_found");
    }
    // Whatever else there is, is not for visitors at all.
    let routes = desk.server.as_ref().expect("it runs").routes.clone();
    for route in routes {
        if !route.access.is_for_visitors() {
            let path = route.path.replace("{id}", begun["customer_id"].as_str().expect("an id"));
            let method = Method::from_bytes(route.method.as_str().as_bytes()).expect("a method");
            let answer = Client::send(vera.request(method, &path.replace(['{', '}'], ""))).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} {}", route.method, route.path);
        }
    }
}

#[tokio::test]
async fn keys_and_tokens_of_others_are_worth_nothing() {
    let desk = quiet_desk().await;
    let key = set_up(&desk.admin(), json!({})).await;
    let other = desk.other_organisation("neighbours").await;
    let theirs = set_up(&other, json!({})).await;
    assert_ne!(key, theirs);
    let random = key.split_once('.').expect("two parts").1;
    let long = "x".repeat(5000);
    for wrong in [format!("neighbours.{random}"), "neighbours".into(), "nobody.123".into(), "..".into(), long] {
        desk.anonymous().get(&format!("/v1/widget/{wrong}")).await.problem(404, "not_found");
    }
    let (vera, begun) = visit(&desk, &key, &json!({ "name": "Vera" })).await;
    staff(&desk).await;
    let chat = format!("/v1/chats/{}", vera.post("/v1/chats", &json!({ "message": "Mine" })).await.id());
    let (stranger, _) = visit(&desk, &theirs, &json!({})).await;
    stranger.get(&chat).await.problem(404, "not_found");
    // Ended by the desk, the token is worth nothing, and the page may know.
    let visits = format!("/v1/customers/{}/visits", begun["customer_id"].as_str().expect("an id"));
    assert_eq!(desk.admin().delete(&visits).await.status, StatusCode::NO_CONTENT);
    let gone = ask_from(&vera, Method::GET, "/v1/chats", SHOP, None).await;
    gone.problem(401, "unauthenticated");
    assert_eq!(gone.header("access-control-allow-origin"), Some(SHOP));
    // As a cookie it was never worth anything.
    let (fresh, _) = visit(&desk, &key, &json!({})).await;
    let token = fresh.token.clone().expect("a token");
    let cookie = desk.anonymous().request(Method::GET, "/v1/visit").header("cookie", format!("docket_session={token}"));
    Client::send(cookie).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn an_erased_visitor_is_gone() {
    let desk = quiet_desk().await;
    let key = set_up(&desk.admin(), json!({})).await;
    let (vera, begun) = visit(&desk, &key, &json!({ "name": "Vera" })).await;
    let path = format!("/v1/customers/{}", begun["customer_id"].as_str().expect("an id"));
    desk.admin().post(&format!("{path}/erase"), &json!({})).await.expect(StatusCode::OK);
    vera.get("/v1/visit").await.problem(401, "unauthenticated");
    let visits = desk.admin().get(&format!("{path}/visits")).await.expect(StatusCode::OK);
    assert_eq!(visits["items"], json!([]));
}

#[tokio::test]
async fn oversized_and_too_many() {
    let desk = TestDesk::start_with(|settings| {
        settings.widget.visits_per_minute = 3;
        settings.budgets.person_changes_per_minute = 2;
    })
    .await;
    let key = set_up(&desk.admin(), json!({})).await;
    let path = format!("/v1/widget/{key}/sessions");
    let nobody = desk.anonymous();
    let big = json!({ "name": "x".repeat(2 << 20) });
    nobody.post(&path, &big).await.problem(413, "body_too_large");
    nobody.post(&path, &json!({ "nmae": "Vera" })).await.problem(422, "invalid_fields");
    let page = json!({ "page": "x".repeat(2001) });
    assert_eq!(nobody.post(&path, &page).await.problem(422, "invalid_fields")["errors"][0]["field"], "page");
    let name = json!({ "name": "x".repeat(121) });
    assert_eq!(nobody.post(&path, &name).await.problem(422, "invalid_fields")["errors"][0]["field"], "name");
    let begun = nobody.post(&path, &json!({})).await.expect(StatusCode::CREATED);
    let locked = nobody.post(&path, &json!({})).await;
    assert_eq!(locked.problem(429, "over_budget")["limit"], 3);
    assert!(locked.header("retry-after").is_some());
    let vera = Client::new(&desk.url, begun["token"].as_str());
    staff(&desk).await;
    let chat = vera.post("/v1/chats", &json!({ "message": "Hello" })).await;
    let messages = format!("/v1/chats/{}/messages", chat.id());
    vera.post(&messages, &json!({ "body": "x".repeat(4097) })).await.problem(422, "invalid_fields");
    vera.post(&messages, &json!({ "body": "Once more" })).await.problem(429, "over_budget");
    let position = chat.json()["position"].as_u64().expect("a position");
    vera.get_at(&messages, position).await.expect(StatusCode::OK);
    // Whoever said too much may still leave.
    assert_eq!(vera.delete("/v1/visit").await.status, StatusCode::NO_CONTENT);
    vera.get("/v1/visit").await.problem(401, "unauthenticated");
}
