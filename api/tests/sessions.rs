//! Signing in and out.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Answer, Client, TestDesk};

pub(crate) const PASSWORD: &str = "correct horse battery staple";

pub(crate) async fn code(desk: &TestDesk, agent: &str) -> String {
    let answer = desk.admin().post(&format!("/v1/agents/{agent}/sign-in-code"), &json!({})).await;
    answer.expect(StatusCode::OK)["code"].as_str().expect("a code").to_owned()
}

pub(crate) async fn sign_in(desk: &TestDesk, body: &Value) -> Answer {
    desk.anonymous().post("/v1/sessions", body).await
}

pub(crate) fn with_session(desk: &TestDesk, answer: &Answer) -> Client {
    let cookie = answer.header("set-cookie").expect("a cookie").split(';').next().expect("a pair").to_owned();
    let csrf = answer.json()["csrf_token"].as_str().expect("a token").to_owned();
    Client { session: Some((cookie, csrf)), ..Client::new(&desk.url, None) }
}

#[tokio::test]
async fn a_code_signs_in_once_and_sets_a_password() {
    let desk = TestDesk::start().await;
    let agent = desk.agent("agent").await;
    let code = code(&desk, &agent.id).await;
    let short = sign_in(&desk, &json!({ "code": code, "password": "short" })).await;
    assert_eq!(short.problem(422, "invalid_fields")["errors"][0]["field"], "password");
    let first = sign_in(&desk, &json!({ "code": code, "password": PASSWORD })).await;
    first.expect(StatusCode::CREATED);
    let cookie = first.header("set-cookie").expect("a cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    sign_in(&desk, &json!({ "code": code })).await.problem(401, "unauthenticated");
    let second = sign_in(&desk, &json!({ "email": agent.email, "password": PASSWORD })).await;
    assert_eq!(second.expect(StatusCode::CREATED)["person_id"], agent.id.as_str());
    let session = with_session(&desk, &second);
    assert_eq!(session.get("/v1/me").await.expect(StatusCode::OK)["role"], "agent");

    let sessions = session.get("/v1/sessions").await.expect(StatusCode::OK);
    let sessions = sessions["items"].as_array().expect("items");
    assert_eq!(sessions.len(), 2);
    let other = sessions.iter().find(|one| one["current"] == false).expect("the first one");
    let path = format!("/v1/sessions/{}", other["id"].as_str().expect("an id"));
    assert_eq!(session.delete(&path).await.status, StatusCode::NO_CONTENT);
    with_session(&desk, &first).get("/v1/me").await.problem(401, "unauthenticated");
    assert_eq!(session.delete("/v1/sessions/current").await.status, StatusCode::NO_CONTENT);
    session.get("/v1/me").await.problem(401, "unauthenticated");

    let audit = crate::harness::eventually("the audit trail", async || {
        let audit = desk.admin().get(&format!("/v1/audit?stream_id={}&limit=100", agent.id)).await.text;
        audit.contains("SignedOut").then_some(audit)
    })
    .await;
    assert!(audit.contains("SignedIn") && audit.contains("PasswordChanged"), "{audit}");
}

#[tokio::test]
async fn a_password_that_is_soon_guessed_is_refused_at_every_door() {
    let desk = TestDesk::start().await;
    let agent = desk.agent("agent").await;
    let code = code(&desk, &agent.id).await;
    let own_address = agent.email.clone();
    for weak in ["            ", "password1234", own_address.as_str()] {
        let refused = sign_in(&desk, &json!({ "code": code, "password": weak })).await.problem(422, "invalid_fields");
        assert_eq!(
            (&refused["errors"][0]["field"], &refused["errors"][0]["code"]),
            (&json!("password"), &json!("too_easy"))
        );
    }
    // What was refused did not use up the code.
    let answer = sign_in(&desk, &json!({ "code": code, "password": PASSWORD })).await;
    let session = with_session(&desk, &answer);
    let change = |to: &str| json!({ "current_password": PASSWORD, "password": to });
    for (weak, why) in [("            ", "too_easy"), ("password1234", "too_easy"), ("kurz", "too_short")] {
        let refused = session.put("/v1/me/password", &change(weak)).await.problem(422, "invalid_fields");
        assert_eq!((&refused["errors"][0]["field"], &refused["errors"][0]["code"]), (&json!("password"), &json!(why)));
    }
    assert_eq!(session.put("/v1/me/password", &change("violet-otter-canal-93")).await.status, StatusCode::NO_CONTENT);

    // And at the first start.
    let tenant = docket_domain::TenantId::new("first-start").expect("a tenant");
    let first = docket_api::runtime::begin_organisation(desk.desk(), &tenant, "Fern and Field").await;
    let first = first.expect("begun").expect("a new one").code;
    let email = "ada@fern.example.com";
    for weak in ["fern and field", "ada@fern.example.com"] {
        let body = json!({ "code": first, "email": email, "password": weak });
        assert_eq!(sign_in(&desk, &body).await.problem(422, "invalid_fields")["errors"][0]["code"], "too_easy");
    }
    let begun = sign_in(&desk, &json!({ "code": first, "email": email, "password": PASSWORD })).await;
    // The address the first administrator signs in with is in their profile.
    let admin = with_session(&desk, &begun);
    let me = admin.get("/v1/me").await.expect(StatusCode::OK)["person_id"].as_str().expect("an id").to_owned();
    let profile = crate::harness::eventually("the profile", async || {
        let agent = admin.get(&format!("/v1/agents/{me}")).await.json();
        agent["email"].is_string().then_some(agent)
    });
    assert_eq!(profile.await["email"], email);
}

#[tokio::test]
async fn whoever_is_invited_is_told_their_address_and_gets_no_other() {
    let desk = TestDesk::start().await;
    let agent = desk.agent("agent").await;
    let code = code(&desk, &agent.id).await;
    let invitation = desk.anonymous().post("/v1/sessions/invitation", &json!({ "code": code })).await;
    let invitation = invitation.expect(StatusCode::OK);
    assert_eq!((&invitation["email"], &invitation["has_password"]), (&json!(agent.email), &json!(false)));
    let other = json!({ "code": code, "email": "other@example.com", "password": PASSWORD });
    let refused = sign_in(&desk, &other).await.problem(422, "invalid_fields");
    assert_eq!(
        (&refused["errors"][0]["field"], &refused["errors"][0]["code"]),
        (&json!("email"), &json!("another_address"))
    );
    let same = json!({ "code": code, "email": agent.email.to_uppercase(), "password": PASSWORD });
    sign_in(&desk, &same).await.expect(StatusCode::CREATED);
    let used = desk.anonymous().post("/v1/sessions/invitation", &json!({ "code": code })).await;
    used.problem(401, "unauthenticated");
}

#[tokio::test]
async fn pages_of_other_origins_cannot_use_a_session() {
    let desk = TestDesk::start().await;
    let agent = desk.agent("admin").await;
    let answer = sign_in(&desk, &json!({ "code": code(&desk, &agent.id).await })).await;
    let session = with_session(&desk, &answer);
    let change = |client: &Client, name: &'static str, value: &'static str| {
        let request = client.request(Method::POST, "/v1/departments").header(name, value);
        Client::send(request.json(&json!({ "name": "Billing" })))
    };
    change(&session, "origin", "https://evil.example.com").await.problem(403, "forbidden");
    change(&session, "sec-fetch-site", "cross-site").await.problem(403, "forbidden");
    let mut without = session.clone();
    without.session = without.session.map(|(cookie, _)| (cookie, String::new()));
    change(&without, "sec-fetch-site", "same-origin").await.problem(403, "forbidden");
    change(&session, "sec-fetch-site", "same-origin").await.expect(StatusCode::CREATED);
    let foreign = desk.anonymous().request(Method::POST, "/v1/sessions").header("origin", "https://evil.example.com");
    Client::send(foreign.json(&json!({ "code": "x" }))).await.problem(403, "forbidden");
}

#[tokio::test]
async fn guessing_is_locked_out() {
    let desk = TestDesk::start_with(|settings| settings.auth.lockout_attempts = 3).await;
    let agent = desk.agent("agent").await;
    sign_in(&desk, &json!({ "code": code(&desk, &agent.id).await, "password": PASSWORD }))
        .await
        .expect(StatusCode::CREATED);
    let wrong = json!({ "email": agent.email, "password": "not the password" });
    for _ in 0..3 {
        sign_in(&desk, &wrong).await.problem(401, "unauthenticated");
    }
    let locked = sign_in(&desk, &json!({ "email": agent.email, "password": PASSWORD })).await;
    locked.problem(429, "too_many_requests");
    assert!(locked.header("retry-after").is_some());
}

#[tokio::test]
async fn whoever_leaves_is_out_at_once() {
    let desk = TestDesk::start().await;
    let agent = desk.agent("agent").await;
    let answer = sign_in(&desk, &json!({ "code": code(&desk, &agent.id).await })).await;
    let session = with_session(&desk, &answer);
    assert_eq!(session.get("/v1/me").await.status, StatusCode::OK);
    desk.admin().post(&format!("/v1/agents/{}/deactivate", agent.id), &json!({})).await.expect(StatusCode::OK);
    session.get("/v1/me").await.problem(401, "unauthenticated");
    agent.client.get("/v1/me").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_revoked_token_stops_working_at_once() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let issued = admin.post("/v1/tokens", &json!({ "label": "mine" })).await.expect(StatusCode::CREATED);
    let token = Client::new(&desk.url, issued["token"].as_str());
    assert_eq!(token.get("/v1/me").await.status, StatusCode::OK);
    let list = admin.get("/v1/tokens").await;
    assert!(!list.text.contains(issued["token"].as_str().expect("a token")));
    let path = format!("/v1/tokens/{}", issued["id"].as_str().expect("an id"));
    assert_eq!(admin.delete(&path).await.status, StatusCode::NO_CONTENT);
    token.get("/v1/me").await.problem(401, "unauthenticated");
}

/// Where the link of the first start leads in a binary without the web pages.
#[tokio::test]
async fn a_sign_in_link_leads_to_a_page_that_works_on_its_own() {
    let nothing = tempfile::tempdir().expect("a folder");
    let desk = TestDesk::start_with(|settings| settings.web.dir = nothing.path().to_owned()).await;
    let agent = desk.agent("agent").await;
    let path = format!("/v1/agents/{}/sign-in-code", agent.id);
    let link = desk.admin().post(&path, &json!({})).await.expect(StatusCode::OK);
    let link = link["link"].as_str().expect("a link").strip_prefix(&desk.url).expect("to this desk").to_owned();
    let nobody = desk.anonymous();
    let page = nobody.get(&link).await;
    page.expect(StatusCode::OK);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").expect("a policy").to_owned();
    for allowed in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"] {
        assert!(policy.contains(allowed), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    for inline in ["<style", "<script>", " style=", " onclick=", "http://", "https://"] {
        assert!(!page.text.contains(inline), "the policy forbids {inline}");
    }
    for (used, kind) in [("/sign-in.js", "text/javascript"), ("/sign-in.css", "text/css")] {
        assert!(page.text.contains(&format!("\"{used}\"")), "{used}");
        let answer = nobody.get(used).await;
        answer.expect(StatusCode::OK);
        assert!(answer.header("content-type").is_some_and(|value| value.starts_with(kind)), "{used}");
    }
    for page in ["/", "/desk", "/desk/tickets/1", "/help"] {
        let answer = nobody.get(page).await;
        answer.expect(StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.text.contains("Node"), "{page} says what is missing");
    }
}

#[tokio::test]
async fn a_right_sign_in_does_not_unlock_its_address() {
    let desk = TestDesk::start_with(|settings| settings.auth.lockout_attempts = 3).await;
    let own = desk.agent("agent").await;
    let first = json!({ "code": code(&desk, &own.id).await, "password": PASSWORD });
    sign_in(&desk, &first).await.expect(StatusCode::CREATED);
    let right = json!({ "email": own.email, "password": PASSWORD });
    // Right ones do not count, however many.
    for _ in 0..5 {
        sign_in(&desk, &right).await.expect(StatusCode::CREATED);
    }
    for n in 0..3 {
        let guess = json!({ "email": format!("victim{n}@example.com"), "password": "not the password" });
        sign_in(&desk, &guess).await.problem(401, "unauthenticated");
        if n < 2 {
            sign_in(&desk, &right).await.expect(StatusCode::CREATED);
        }
    }
    let guess = json!({ "email": "victim@example.com", "password": "not the password" });
    sign_in(&desk, &guess).await.problem(429, "too_many_requests");
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let me = admin.get("/v1/me").await.json()["person_id"].as_str().expect("an id").to_owned();
    let path = |id: &str, what: &str| format!("/v1/agents/{id}/{what}");
    let to_agent = json!({ "role": "agent" });
    admin.post(&path(&me, "deactivate"), &json!({})).await.problem(409, "last_admin");
    admin.put(&path(&me, "role"), &to_agent).await.problem(409, "last_admin");
    let second = desk.agent("admin").await;
    admin.put(&path(&me, "role"), &to_agent).await.expect(StatusCode::OK);
    admin.post(&path(&second.id, "deactivate"), &json!({})).await.problem(409, "last_admin");
    admin.put(&path(&me, "role"), &json!({ "role": "admin" })).await.expect(StatusCode::OK);
    admin.post(&path(&second.id, "deactivate"), &json!({})).await.expect(StatusCode::OK);
    // One who is out does not count.
    admin.put(&path(&me, "role"), &to_agent).await.problem(409, "last_admin");
    admin.post(&path(&second.id, "sign-in-code"), &json!({})).await.problem(409, "agent_deactivated");
}
