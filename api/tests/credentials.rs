//! Credentials end with what allowed them, and the trail tells of it.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, Person, TestDesk, eventually};
use crate::live::Socket;
use crate::sessions::{PASSWORD, code, sign_in, with_session};

/// What the trail tells of an account, oldest first, once it tells `last`.
async fn trail(admin: &Client, person: &str, last: &str) -> Vec<Value> {
    eventually(last, async || {
        let path = format!("/v1/audit?stream_id={person}&category=account&limit=100");
        let items = admin.get(&path).await.expect(StatusCode::OK)["items"].as_array().expect("items").clone();
        items.iter().any(|event| event["event_type"] == last).then(|| items.into_iter().rev().collect())
    })
    .await
}

fn of_type<'a>(trail: &'a [Value], event_type: &str) -> Vec<&'a Value> {
    trail.iter().filter(|event| event["event_type"] == event_type).collect()
}

pub(crate) async fn session_of(desk: &TestDesk, person: &Person) -> Client {
    let answer = sign_in(desk, &json!({ "code": code(desk, &person.id).await, "password": PASSWORD })).await;
    answer.expect(StatusCode::CREATED);
    with_session(desk, &answer)
}

#[tokio::test]
async fn a_code_for_an_agent_is_none_for_an_administrator() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let (supervisor, agent) = (desk.agent("supervisor").await, desk.agent("agent").await);
    let path = format!("/v1/agents/{}", agent.id);
    let issued = supervisor.client.post(&format!("{path}/sign-in-code"), &json!({})).await.expect(StatusCode::OK);
    admin.put(&format!("{path}/role"), &json!({ "role": "admin" })).await.expect(StatusCode::OK);
    sign_in(&desk, &json!({ "code": issued["code"] })).await.problem(401, "unauthenticated");
    supervisor.client.post(&format!("{path}/sign-in-code"), &json!({})).await.problem(403, "forbidden");

    let trail = trail(&admin, &agent.id, "SignInRefused").await;
    let issued = of_type(&trail, "SignInCodeIssued")[0];
    assert_eq!(
        (&issued["actor"]["id"], &issued["details"]["method"]),
        (&json!(supervisor.id), &json!("code")),
        "{issued}"
    );
    assert_eq!(of_type(&trail, "SignInRefused")[0]["details"]["method"], "code");
}

#[tokio::test]
async fn codes_end_with_the_next_one_and_with_every_change_of_the_account() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let agent = desk.agent("agent").await;
    let path = format!("/v1/agents/{}", agent.id);
    let first = code(&desk, &agent.id).await;
    let session = session_of(&desk, &agent).await;
    sign_in(&desk, &json!({ "code": first })).await.problem(401, "unauthenticated");

    let before = code(&desk, &agent.id).await;
    let password = json!({ "current_password": PASSWORD, "password": "violet-otter-canal-93" });
    assert_eq!(session.put("/v1/me/password", &password).await.status, StatusCode::NO_CONTENT);
    sign_in(&desk, &json!({ "code": before, "password": PASSWORD })).await.problem(401, "unauthenticated");
    session.get("/v1/me").await.expect(StatusCode::OK);

    let before = code(&desk, &agent.id).await;
    let other = json!({ "name": "An agent", "email": format!("other-{}", agent.email) });
    admin.put(&path, &other).await.expect(StatusCode::OK);
    sign_in(&desk, &json!({ "code": before })).await.problem(401, "unauthenticated");
    session.get("/v1/me").await.problem(401, "unauthenticated");

    let before = code(&desk, &agent.id).await;
    admin.post(&format!("{path}/deactivate"), &json!({})).await.expect(StatusCode::OK);
    admin.post(&format!("{path}/reactivate"), &json!({})).await.expect(StatusCode::OK);
    sign_in(&desk, &json!({ "code": before })).await.problem(401, "unauthenticated");
    // What ended stays ended: they get another token.
    agent.client.get("/v1/me").await.problem(401, "unauthenticated");

    let trail = trail(&admin, &agent.id, "AccountEnabled").await;
    for (event_type, count) in
        [("SignInCodeIssued", 5), ("PasswordChanged", 2), ("SignInAddressChanged", 1), ("AccountDisabled", 1)]
    {
        assert_eq!(of_type(&trail, event_type).len(), count, "{event_type}: {trail:?}");
    }
    let text = json!(trail).to_string();
    assert!(!text.contains(&agent.email) && !text.contains(&before), "neither addresses nor secrets");
}

#[tokio::test]
async fn a_session_takes_on_no_more_than_it_began_with() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let agent = desk.agent("agent").await;
    let session = session_of(&desk, &agent).await;
    let began = session.get("/v1/me").await.expect(StatusCode::OK);
    assert_eq!(began["sign_in_for_more"], false);
    let role = format!("/v1/agents/{}/role", agent.id);
    admin.put(&role, &json!({ "role": "admin" })).await.expect(StatusCode::OK);
    let me = session.get("/v1/me").await.expect(StatusCode::OK);
    assert_eq!((&me["permissions"], &me["sign_in_for_more"]), (&began["permissions"], &json!(true)));
    session.get("/v1/audit").await.problem(403, "forbidden");

    let again = sign_in(&desk, &json!({ "email": agent.email, "password": PASSWORD })).await;
    let again = with_session(&desk, &again);
    again.get("/v1/audit").await.expect(StatusCode::OK);
    assert_eq!(again.get("/v1/me").await.json()["sign_in_for_more"], false);

    // Less counts at once, in both.
    admin.put(&role, &json!({ "role": "auditor" })).await.expect(StatusCode::OK);
    for session in [&session, &again] {
        let department = session.post("/v1/departments", &json!({ "name": "Billing" })).await;
        department.problem(403, "forbidden");
    }
    again.get("/v1/audit").await.expect(StatusCode::OK);
    session.get("/v1/audit").await.problem(403, "forbidden");
}

#[tokio::test]
async fn signing_out_everywhere_is_for_who_signed_in() {
    let desk = TestDesk::start().await;
    let agent = desk.agent("agent").await;
    let first = session_of(&desk, &agent).await;
    let second = with_session(&desk, &sign_in(&desk, &json!({ "email": agent.email, "password": PASSWORD })).await);
    let unused = code(&desk, &agent.id).await;
    let listed = first.get("/v1/sessions").await.expect(StatusCode::OK);
    let id = listed["items"][0]["id"].as_str().expect("an id").to_owned();
    // No token is: it may be one for a single task.
    agent.client.get("/v1/sessions").await.problem(403, "forbidden");
    agent.client.delete("/v1/sessions").await.problem(403, "forbidden");
    agent.client.delete(&format!("/v1/sessions/{id}")).await.problem(403, "forbidden");
    second.get("/v1/me").await.expect(StatusCode::OK);

    assert_eq!(first.delete("/v1/sessions").await.status, StatusCode::NO_CONTENT);
    for session in [&first, &second] {
        session.get("/v1/me").await.problem(401, "unauthenticated");
    }
    sign_in(&desk, &json!({ "code": unused })).await.problem(401, "unauthenticated");
    agent.client.get("/v1/me").await.expect(StatusCode::OK);
    let trail = trail(&desk.admin(), &agent.id, "SignedOutEverywhere").await;
    assert_eq!(of_type(&trail, "SignedOutEverywhere")[0]["actor"]["id"], json!(agent.id));
}

#[tokio::test]
async fn guessing_does_not_fill_the_log() {
    let desk = TestDesk::start_with(|settings| settings.auth.lockout_attempts = 100).await;
    let agent = desk.agent("agent").await;
    session_of(&desk, &agent).await;
    for _ in 0..20 {
        sign_in(&desk, &json!({ "email": agent.email, "password": "guess" })).await.problem(401, "unauthenticated");
    }
    let trail = trail(&desk.admin(), &agent.id, "SignInRefused").await;
    let refused = of_type(&trail, "SignInRefused");
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!((&refused[0]["details"]["method"], &refused[0]["details"]["count"]), (&json!("password"), &json!(1)));
}

/// Whoever guesses at an account locks out strangers, not its owner; and a lock outlives a restart.
#[tokio::test]
async fn nobody_locks_somebody_elses_account() {
    let mut desk = TestDesk::start_with(|settings| {
        settings.auth.lockout_attempts = 3;
        settings.http.trusted_hops = 1;
    })
    .await;
    let agent = desk.agent("agent").await;
    let first = json!({ "code": code(&desk, &agent.id).await, "password": PASSWORD });
    let first = sign_in(&desk, &first).await;
    first.expect(StatusCode::CREATED);
    let known: Vec<_> = first.headers.get_all("set-cookie").iter().filter_map(|one| one.to_str().ok()).collect();
    let known = known.iter().find_map(|one| one.strip_prefix("docket_browser=")).expect("a cookie").to_owned();
    assert!(known.contains("HttpOnly") && known.contains("SameSite=Strict"), "{known}");
    let known = format!("docket_browser={}", known.split(';').next().expect("a value"));
    let come = async |desk: &TestDesk, from: &str, cookie: &str, password: &str| {
        let request = desk.anonymous().request(reqwest::Method::POST, "/v1/sessions");
        let request = request.header("x-forwarded-for", from).header("cookie", cookie);
        Client::send(request.json(&json!({ "email": agent.email, "password": password }))).await
    };
    // One party of IPv6 has as many addresses as it likes.
    for n in 0..3 {
        come(&desk, &format!("2001:db8:1:2::{n}"), "", "guess").await.problem(401, "unauthenticated");
    }
    for from in ["2001:db8:1:2::9", "192.0.2.7"] {
        let locked = come(&desk, from, "", PASSWORD).await;
        locked.problem(429, "too_many_requests");
        assert!(locked.header("retry-after").is_some());
    }
    desk.restart().await;
    come(&desk, "192.0.2.7", "", PASSWORD).await.problem(429, "too_many_requests");
    come(&desk, "192.0.2.7", &known, PASSWORD).await.expect(StatusCode::CREATED);
    // Also beside who guesses; but nobody guesses there for ever.
    come(&desk, "2001:db8:1:2::1", &known, PASSWORD).await.expect(StatusCode::CREATED);
    for _ in 0..3 {
        come(&desk, "198.51.100.1", &known, "guess").await.problem(401, "unauthenticated");
    }
    come(&desk, "198.51.100.1", &known, PASSWORD).await.problem(429, "too_many_requests");
    // Nor does it know another account.
    let other = json!({ "email": "other@example.com", "password": "guess" });
    let request = desk.anonymous().request(reqwest::Method::POST, "/v1/sessions").header("cookie", &known);
    Client::send(request.header("x-forwarded-for", "2001:db8:1:2::1").json(&other))
        .await
        .problem(429, "too_many_requests");
}

#[tokio::test]
async fn a_customer_signs_in_with_the_address_they_have() {
    let desk = TestDesk::start().await;
    let (admin, carl) = (desk.admin(), desk.customer().await);
    let path = format!("/v1/customers/{}", carl.id);
    let refused = admin.post(&format!("{path}/account"), &json!({ "email": "other@example.com" })).await;
    assert_eq!(refused.problem(422, "invalid_fields")["errors"][0]["code"], "another_address");
    let link =
        |answer: Value| answer["url"].as_str().and_then(|url| url.split("code=").nth(1)).expect("a code").to_owned();
    let make = async || link(admin.post(&format!("{path}/sign-in-link"), &json!({})).await.expect(StatusCode::OK));
    let (first, second) = (make().await, make().await);
    sign_in(&desk, &json!({ "code": first })).await.problem(401, "unauthenticated");
    sign_in(&desk, &json!({ "code": second })).await.expect(StatusCode::CREATED);
    let trail = trail(&admin, &carl.id, "SignedIn").await;
    assert_eq!(of_type(&trail, "SignedIn")[0]["details"]["method"], "link");
}

#[tokio::test]
async fn who_manages_people_ends_the_sessions_of_others() {
    let desk = TestDesk::start().await;
    let (supervisor, agent, carl) = (desk.agent("supervisor").await, desk.agent("agent").await, desk.customer().await);
    let session = session_of(&desk, &agent).await;
    let other = with_session(&desk, &sign_in(&desk, &json!({ "email": agent.email, "password": PASSWORD })).await);
    let unused = code(&desk, &agent.id).await;
    let mut open = Socket::connect(&session).await;
    let path = format!("/v1/agents/{}/sessions", agent.id);
    agent.client.delete(&path).await.problem(403, "forbidden");
    carl.client.delete(&path).await.problem(403, "forbidden");
    let admin = desk.agent("admin").await;
    supervisor.client.delete(&format!("/v1/agents/{}/sessions", admin.id)).await.problem(403, "forbidden");

    assert_eq!(supervisor.client.delete(&path).await.status, StatusCode::NO_CONTENT);
    for session in [&session, &other] {
        session.get("/v1/me").await.problem(401, "unauthenticated");
    }
    assert_eq!(open.next(Duration::from_secs(10)).await, None, "what is open ends with it");
    sign_in(&desk, &json!({ "code": unused })).await.problem(401, "unauthenticated");
    // Password and tokens go on.
    agent.client.get("/v1/me").await.expect(StatusCode::OK);
    sign_in(&desk, &json!({ "email": agent.email, "password": PASSWORD })).await.expect(StatusCode::CREATED);
    let trail = trail(&desk.admin(), &agent.id, "SignedOutEverywhere").await;
    assert_eq!(of_type(&trail, "SignedOutEverywhere")[0]["actor"]["id"], json!(supervisor.id));

    // Customers too, and nobody who has no account.
    let sessions = format!("/v1/customers/{}/sessions", carl.id);
    assert_eq!(supervisor.client.delete(&sessions).await.status, StatusCode::NO_CONTENT);
    supervisor.client.delete(&format!("/v1/customers/{}/sessions", agent.id)).await.problem(404, "not_found");
}

#[tokio::test]
async fn who_left_by_the_log_is_let_in_nowhere() {
    let desk = TestDesk::start().await;
    let agent = desk.agent("agent").await;
    let session = session_of(&desk, &agent).await;
    // As if the process had ended before the vault was told.
    let by = docket_commands::Invocation::by(desk.desk().tenant.clone(), docket_domain::Actor::SYSTEM);
    let id = docket_domain::AgentId(agent.id.parse().expect("an id"));
    desk.desk().commands.deactivate_agent(&by, id).await.expect("deactivated");
    session.get("/v1/me").await.problem(401, "unauthenticated");
    agent.client.get("/v1/me").await.problem(401, "unauthenticated");
    // Asked again, the vault is told too.
    desk.admin().post(&format!("/v1/agents/{}/deactivate", agent.id), &json!({})).await.expect(StatusCode::OK);
    let account = desk.desk().accounts().account(&desk.desk().tenant, docket_domain::PersonId(id.0)).await;
    assert!(account.expect("an answer").expect("an account").disabled);
}

#[tokio::test]
async fn a_code_ends_when_its_owners_role_allows_anything_else() {
    let desk = TestDesk::start().await;
    let (admin, agent) = (desk.admin(), desk.agent("agent").await);
    let role = |permissions: &[&str]| json!({ "name": "Desk", "permissions": permissions });
    let own = admin.post("/v1/roles", &role(&["view_tickets"])).await;
    own.expect(StatusCode::CREATED);
    let (held, path) = (json!({ "custom_role_id": own.id() }), format!("/v1/roles/{}", own.id()));
    admin.put(&format!("/v1/agents/{}/role", agent.id), &held).await.expect(StatusCode::OK);
    for other in [&["view_tickets", "view_audit"][..], &["view_tickets"]] {
        let before = code(&desk, &agent.id).await;
        admin.put(&path, &role(other)).await.expect(StatusCode::OK);
        let shown = desk.anonymous().post("/v1/sessions/invitation", &json!({ "code": before })).await;
        shown.problem(401, "unauthenticated");
        sign_in(&desk, &json!({ "code": before })).await.problem(401, "unauthenticated");
    }
    sign_in(&desk, &json!({ "code": code(&desk, &agent.id).await })).await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn a_customer_signs_in_with_no_address_but_the_one_the_desk_knows() {
    let desk = TestDesk::start().await;
    let (admin, carl) = (desk.admin(), desk.customer().await);
    let register = async |name: &str, email: Option<&str>| {
        let made = admin.post("/v1/customers", &json!({ "name": name, "email": email })).await;
        made.expect(StatusCode::CREATED);
        made.id().to_owned()
    };
    let link = async |id: &str| {
        let made = admin.post(&format!("/v1/customers/{id}/sign-in-link"), &json!({})).await.expect(StatusCode::OK);
        made["url"].as_str().and_then(|url| url.split("code=").nth(1)).expect("a code").to_owned()
    };
    let account = async |id: &str, email: &str| {
        admin.post(&format!("/v1/customers/{id}/account"), &json!({ "email": email })).await
    };
    let refused =
        |reply: &Answer| assert_eq!(reply.problem(422, "invalid_fields")["errors"][0]["code"], "another_address");
    let own = |name: &str| format!("{name}-{}", carl.email);
    let (dora, emil) = (register("Dora", Some(&own("dora"))).await, register("Emil", None).await);

    // With a code: neither what is somebody's, nor what may be somebody's tomorrow.
    for (person, email) in [(&dora, &carl.email), (&dora, &own("new-admin")), (&emil, &own("new-admin"))] {
        let code = link(person).await;
        refused(&sign_in(&desk, &json!({ "code": code, "email": email, "password": PASSWORD })).await);
    }
    let set = json!({ "code": link(&dora).await, "email": own("dora"), "password": PASSWORD });
    let begun = sign_in(&desk, &set).await;
    begun.expect(StatusCode::CREATED);

    // By the desk.
    refused(&account(&dora, &own("new-admin")).await);
    account(&emil, &own("dora")).await.problem(409, "login_taken");
    let (fern, gone) = (register("Fern", Some(&own("fern"))).await, own("emil"));
    account(&emil, &own("fern")).await.problem(409, "identity_taken");
    account(&emil, &gone).await.expect(StatusCode::OK);
    let twice = admin.post("/v1/customers", &json!({ "name": "Emil", "email": gone })).await;
    twice.problem(409, "already_exists");
    account(&fern, &own("fern")).await.expect(StatusCode::OK);

    // What somebody says of themselves gives nobody the address they sign in with.
    let session = with_session(&desk, &begun);
    let says = json!({ "name": "Dora", "email": own("elsewhere") });
    session.put(&format!("/v1/customers/{dora}"), &says).await.expect(StatusCode::OK);
    let other = admin.post("/v1/customers", &json!({ "name": "Gus", "email": own("dora") })).await;
    other.problem(409, "already_exists");
    sign_in(&desk, &json!({ "email": own("dora"), "password": PASSWORD })).await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn a_customers_way_in_follows_the_address_the_desk_knows() {
    let desk = TestDesk::start().await;
    let (admin, carl) = (desk.admin(), desk.customer().await);
    let path = format!("/v1/customers/{}", carl.id);
    let account = json!({ "email": carl.email });
    let code = admin.post(&format!("{path}/account"), &account).await.expect(StatusCode::OK)["code"].clone();
    let begun = sign_in(&desk, &json!({ "code": code, "password": PASSWORD })).await;
    begun.expect(StatusCode::CREATED);
    let session = with_session(&desk, &begun);
    let link = async |path: &str| {
        let made = admin.post(&format!("{path}/sign-in-link"), &json!({})).await.expect(StatusCode::OK);
        made["url"].as_str().and_then(|url| url.split("code=").nth(1)).expect("a code").to_owned()
    };
    // The same address in another spelling, and what they say of themselves, end nothing.
    let details = |email: &str| json!({ "name": "Carl", "email": email });
    let before = link(&path).await;
    admin.put(&path, &details(&carl.email.to_uppercase())).await.expect(StatusCode::OK);
    session.get("/v1/me").await.expect(StatusCode::OK);
    let right = format!("right-{}", carl.email);
    admin.put(&path, &details(&right)).await.expect(StatusCode::OK);
    session.get("/v1/me").await.problem(401, "unauthenticated");
    sign_in(&desk, &json!({ "code": before })).await.problem(401, "unauthenticated");
    sign_in(&desk, &json!({ "email": carl.email, "password": PASSWORD })).await.problem(401, "unauthenticated");
    sign_in(&desk, &json!({ "email": right, "password": PASSWORD })).await.expect(StatusCode::CREATED);
    trail(&admin, &carl.id, "SignInAddressChanged").await;

    // Who comes by links alone has no address to sign in with; theirs were made for the one before.
    let wrong = json!({ "name": "Dora", "email": format!("wrong-{}", carl.email) });
    let dora = admin.post("/v1/customers", &wrong).await;
    dora.expect(StatusCode::CREATED);
    let path = format!("/v1/customers/{}", dora.id());
    let begun = sign_in(&desk, &json!({ "code": link(&path).await })).await;
    begun.expect(StatusCode::CREATED);
    let before = link(&path).await;
    admin.put(&path, &details(&right)).await.problem(409, "login_taken");
    with_session(&desk, &begun).get("/v1/me").await.expect(StatusCode::OK);
    admin.put(&path, &details(&format!("dora-{}", carl.email))).await.expect(StatusCode::OK);
    sign_in(&desk, &json!({ "code": before })).await.problem(401, "unauthenticated");
    with_session(&desk, &begun).get("/v1/me").await.problem(401, "unauthenticated");
}
