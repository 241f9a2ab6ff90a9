//! Tokens of a configured issuer.

use chrono::Utc;
use docket_store::{Clock as _, SystemClock};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Client, TestDesk};

const SECRET: &str = "a shared secret of at least 32 bytes";

async fn desk() -> TestDesk {
    TestDesk::start_with(|settings| {
        let jwt = &mut settings.auth.jwt;
        jwt.issuer = "https://id.example.com".into();
        jwt.audience = "docket".into();
        jwt.algorithm = "HS256".into();
        jwt.key = SECRET.to_owned().into();
    })
    .await
}

fn token(change: &Value, secret: &str, algorithm: Algorithm) -> String {
    let now: chrono::DateTime<Utc> = SystemClock.now();
    let mut claims = json!({ "iss": "https://id.example.com", "aud": "docket", "sub": "carl",
                             "exp": now.timestamp() + 600, "name": "Carl", "email": "carl@example.com" });
    for (name, value) in change.as_object().expect("an object") {
        claims[name] = value.clone();
    }
    encode(&Header::new(algorithm), &claims, &EncodingKey::from_secret(secret.as_bytes())).expect("encodes")
}

#[tokio::test]
async fn a_good_token_is_a_customer_who_is_registered_when_first_seen() {
    let desk = desk().await;
    let carl = Client::new(&desk.url, Some(&token(&json!({}), SECRET, Algorithm::HS256)));
    let me = carl.get("/v1/me").await.expect(StatusCode::OK);
    assert_eq!(me["role"], "customer");
    let opened = carl.post("/v1/tickets", &json!({ "subject": "s", "description": "d", "category": "c" })).await;
    let position = opened.expect(StatusCode::CREATED)["position"].as_u64().expect("a position");
    let seen = desk.admin().get_at(&format!("/v1/tickets/{}", opened.id()), position).await.expect(StatusCode::OK);
    assert_eq!((&seen["customer_name"], &seen["customer_id"]), (&json!("Carl"), &me["person_id"]));
    let again = Client::new(&desk.url, Some(&token(&json!({}), SECRET, Algorithm::HS256)));
    assert_eq!(again.get("/v1/me").await.json()["person_id"], me["person_id"]);
}

#[tokio::test]
async fn every_other_token_is_refused() {
    let desk = desk().await;
    for (change, secret, algorithm) in [
        (json!({}), "another secret of at least 32 bytes!", Algorithm::HS256),
        (json!({}), SECRET, Algorithm::HS512),
        (json!({ "exp": 1 }), SECRET, Algorithm::HS256),
        (json!({ "iss": "https://evil.example.com" }), SECRET, Algorithm::HS256),
        (json!({ "aud": "another" }), SECRET, Algorithm::HS256),
        (json!({ "sub": 7 }), SECRET, Algorithm::HS256),
        (json!({ "role": "emperor" }), SECRET, Algorithm::HS256),
        (json!({ "tenant": "no-such-desk" }), SECRET, Algorithm::HS256),
        (json!({ "tenant": "No Such Desk" }), SECRET, Algorithm::HS256),
    ] {
        let token = token(&change, secret, algorithm);
        Client::new(&desk.url, Some(&token)).get("/v1/me").await.problem(401, "unauthenticated");
    }
    // Good, but not an agent of this desk.
    let token = token(&json!({ "role": "admin" }), SECRET, Algorithm::HS256);
    Client::new(&desk.url, Some(&token)).get("/v1/me").await.problem(403, "forbidden");
    // An extension that must be understood, and is not.
    let mut header = Header::new(Algorithm::HS256);
    header.crit = Some(vec!["x".to_owned()]);
    let claims = json!({ "iss": "https://id.example.com", "aud": "docket", "sub": "carl", "exp": SystemClock.now().timestamp() + 600 });
    let critical = encode(&header, &claims, &EncodingKey::from_secret(SECRET.as_bytes())).expect("encodes");
    Client::new(&desk.url, Some(&critical)).get("/v1/me").await.problem(401, "unauthenticated");
    // "none" is no algorithm.
    let none = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIiwiaXNzIjoiaHR0cHM6Ly9pZC5leGFtcGxlLmNvbSJ9.";
    Client::new(&desk.url, Some(none)).get("/v1/me").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn an_end_with_a_fraction_is_an_end() {
    let desk = desk().await;
    let seconds = u32::try_from(SystemClock.now().timestamp() + 600).expect("before 2106");
    let token = token(&json!({ "exp": f64::from(seconds) + 0.5 }), SECRET, Algorithm::HS256);
    let me = Client::new(&desk.url, Some(&token)).get("/v1/me").await.expect(StatusCode::OK);
    assert!(me["expires_at"].is_string(), "{me}");
}

/// Whoever is told so by the issuer is let in; that somebody else has the address makes them nobody else.
#[tokio::test]
async fn an_address_somebody_else_has_keeps_nobody_out() {
    let desk = desk().await;
    let (admin, dora) = (desk.admin(), desk.customer().await);
    let claims = json!({ "sub": "new", "role": "customer", "email": dora.email.to_uppercase() });
    let new = Client::new(&desk.url, Some(&token(&claims, SECRET, Algorithm::HS256)));
    let tickets = new.get("/v1/tickets").await;
    tickets.expect(StatusCode::OK);
    let me = new.get("/v1/me").await.expect(StatusCode::OK);
    assert_ne!(me["person_id"], dora.id.as_str());
    let opened = new.post("/v1/tickets", &json!({ "subject": "s", "description": "d", "category": "c" })).await;
    let position = opened.expect(StatusCode::CREATED)["position"].as_u64().expect("a position");
    let path = format!("/v1/customers/{}", me["person_id"].as_str().expect("an id"));
    let stated = admin.get_at(&path, position).await.expect(StatusCode::OK);
    assert_eq!((&stated["email_verified"], &stated["name"]), (&json!(false), &json!("Carl")));
    let found = admin.post("/v1/customers", &json!({ "email": dora.email })).await;
    assert_eq!(found.problem(409, "already_exists")["id"], dora.id.as_str());
    for claims in [
        json!({ "sub": "other", "email": "no address", "name": "x".repeat(2000) }),
        json!({ "sub": "another", "email": "a\u{200b}@x.example" }),
        json!({ "sub": "third", "name": "x".repeat(2000), "email": dora.email }),
    ] {
        let other = Client::new(&desk.url, Some(&token(&claims, SECRET, Algorithm::HS256)));
        other.get("/v1/tickets").await.expect(StatusCode::OK);
    }
}
