//! `/v1/roles`: the organisation's own roles, what they allow, and that nobody gets more by them than somebody may give.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Answer, Client, Person, TestDesk};
use crate::live::{Socket, Sse};

const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

fn role(name: &str, permissions: &[&str]) -> Value {
    json!({ "name": name, "permissions": permissions })
}

fn position(answer: &Answer) -> u64 {
    answer.json()["position"].as_u64().expect("a position")
}

fn fields(problem: &Value) -> Vec<(&str, &str)> {
    let errors = problem["errors"].as_array().expect("errors").iter();
    errors.map(|error| (error["field"].as_str().expect("a field"), error["code"].as_str().expect("a code"))).collect()
}

async fn define(desk: &TestDesk, name: &str, permissions: &[&str]) -> String {
    let made = desk.admin().post("/v1/roles", &role(name, permissions)).await;
    made.expect(StatusCode::CREATED);
    made.id()
}

async fn give(by: &Client, agent: &str, role: &str) -> Answer {
    by.put(&format!("/v1/agents/{agent}/role"), &json!({ "custom_role_id": role })).await
}

/// Somebody with a token for all they may do, and a role of these permissions.
async fn holder(desk: &TestDesk, name: &str, permissions: &[&str]) -> (Person, String) {
    let (Person { id: person, email, .. }, id) = (desk.agent("agent").await, define(desk, name, permissions).await);
    // A token is of no more than whoever issued it may do, and of no more than its owner may at that time: here the role decides.
    give(&desk.admin(), &person, &id).await.expect(StatusCode::OK);
    (desk.person(person, email).await, id)
}

async fn put_if(client: &Client, path: &str, version: u64, body: &Value) -> Answer {
    Client::send(client.request(Method::PUT, path).header("if-match", format!("\"{version}\"")).json(body)).await
}

#[tokio::test]
async fn a_role_comes_back_as_it_was_meant() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let made = admin.post("/v1/roles", &role(" Second level ", &["edit_tickets", "view_tickets"])).await;
    made.expect(StatusCode::CREATED);
    let path = format!("/v1/roles/{}", made.id());
    assert_eq!(made.header("location"), Some(path.as_str()));
    let seen = admin.get_at(&path, position(&made)).await;
    assert!(seen.header("etag").is_some_and(|tag| tag.starts_with("\"1-")), "{:?}", seen.header("etag"));
    let seen = seen.expect(StatusCode::OK);
    assert_eq!(
        (&seen["name"], &seen["built_in"], &seen["role"]),
        (&json!("Second level"), &json!(false), &json!("agent"))
    );
    assert_eq!(seen["permissions"], json!(["view_tickets", "edit_tickets"]));
    let list = admin.get("/v1/roles").await.expect(StatusCode::OK);
    let names: Vec<_> = list["items"].as_array().expect("items").iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["agent", "supervisor", "auditor", "admin", "Second level"]);
    assert_eq!(list["items"][1]["description_key"], "role_supervisor");
    assert_eq!(list["items"][3]["holders"], 1, "the first administrator");
    assert_eq!(list["permissions"].as_array().expect("a catalogue").len(), 14);

    // The same again changes nothing; a stale writer is told what they missed.
    let same = admin.put(&path, &role("Second level", &["edit_tickets", "view_tickets"])).await.expect(StatusCode::OK);
    assert_eq!(same["version"], seen["version"]);
    let version = seen["version"].as_u64().expect("a version");
    put_if(&admin, &path, version, &role("Third level", &["view_tickets"])).await.expect(StatusCode::OK);
    let stale = put_if(&admin, &path, version, &role("No", &["view_tickets"])).await.problem(412, "stale");
    assert_eq!(stale["missed"][0]["event_type"], "RoleChanged");
    assert_eq!(stale["missed"][0]["payload"]["removed"], json!(["edit_tickets"]));

    // The same request under its key is answered alike, and happens once.
    let keyed = async || {
        let request = admin.request(Method::POST, "/v1/roles").header("idempotency-key", "once");
        Client::send(request.json(&role("Once", &["view_chat"]))).await
    };
    let (first, second) = (keyed().await, keyed().await);
    assert_eq!(
        (first.expect(StatusCode::CREATED), second.header("idempotency-replayed")),
        (second.json(), Some("true"))
    );
}

#[tokio::test]
async fn whatever_is_wrong_is_named() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let id = define(&desk, "Reader", &["view_tickets"]).await;
    for (body, field, code) in [
        (role("READER", &["view_tickets"]), "name", "taken"),
        (role("Supervisor", &["view_tickets"]), "name", "taken"),
        (role("", &["view_tickets"]), "name", "required"),
        (role(&"x".repeat(65), &["view_tickets"]), "name", "too_long"),
        (role("None", &[]), "permissions", "required"),
        (role("Odd", &["fly"]), "permissions[0]", "invalid"),
    ] {
        let named = admin.post("/v1/roles", &body).await.problem(422, "invalid_fields");
        assert_eq!(fields(&named), [(field, code)], "{named}");
    }
    let agent = desk.agent("agent").await;
    let path = format!("/v1/agents/{}/role", agent.id);
    for (body, field, code) in [
        (json!({}), "role", "required"),
        (json!({ "role": "customer" }), "role", "invalid"),
        (json!({ "role": "admin", "custom_role_id": id }), "role", "invalid"),
        (json!({ "custom_role_id": NOBODY }), "custom_role_id", "unknown"),
    ] {
        let named = admin.put(&path, &body).await.problem(422, "invalid_fields");
        assert_eq!(fields(&named), [(field, code)], "{named}");
    }
    admin.get(&format!("/v1/roles/{NOBODY}")).await.problem(404, "not_found");
    admin.delete(&format!("/v1/roles/{NOBODY}")).await.problem(404, "not_found");
    let other = desk.other_organisation("globex").await;
    other.put(&format!("/v1/roles/{id}"), &role("Mine", &["view_tickets"])).await.problem(404, "not_found");
    assert_eq!(other.get("/v1/roles").await.expect(StatusCode::OK)["items"].as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn a_change_of_a_role_counts_at_once() {
    let mut desk = TestDesk::start().await;
    let (admin, carl) = (desk.admin(), desk.customer().await);
    let (ada, id) = holder(&desk, "Second level", &["view_tickets", "view_reports"]).await;
    let code = admin.post(&format!("/v1/agents/{}/sign-in-code", ada.id), &json!({})).await.expect(StatusCode::OK);
    let answer = desk.anonymous().post("/v1/sessions", &json!({ "code": code["code"] })).await;
    assert_eq!(answer.expect(StatusCode::CREATED)["role"], "agent");
    let cookie = answer.header("set-cookie").expect("a cookie").split(';').next().expect("a pair").to_owned();
    let csrf = answer.json()["csrf_token"].as_str().expect("a token").to_owned();
    let mut session = Client { session: Some((cookie, csrf)), ..Client::new(&desk.url, None) };
    let me = session.get("/v1/me").await.expect(StatusCode::OK);
    assert_eq!((&me["custom_role_id"], &me["role_name"]), (&json!(id), &json!("Second level")));
    assert_eq!(me["permissions"], json!(["view_tickets", "view_reports"]));
    session.get("/v1/dashboard").await.expect(StatusCode::OK);
    let known: u64 =
        session.get("/v1/me").await.header("docket-position").expect("a position").parse().expect("a number");
    let later = admin.open_ticket(&carl.id, "Later").await.json()["position"].as_u64().expect("a position");
    assert!((1..later).contains(&known), "{known} of {later}");

    // Of a token, what both its scopes and the role leave; its scopes are none that the role does not allow.
    let scopes = |scopes: &[&str]| json!({ "label": "x", "person_id": ada.id, "scopes": scopes });
    admin.post("/v1/tokens", &scopes(&["view_tickets", "view_audit"])).await.problem(422, "invalid_fields");
    let scopes = scopes(&["view_tickets"]);
    let token = admin.post("/v1/tokens", &scopes).await.expect(StatusCode::CREATED)["token"].clone();
    let scoped = Client::new(&desk.url, token.as_str());
    assert_eq!(scoped.get("/v1/me").await.expect(StatusCode::OK)["permissions"], json!(["view_tickets"]));

    let opened = admin.open_ticket(&carl.id, "Secret").await;
    let (ticket, opened_at) = (opened.id(), opened.json()["position"].to_string());
    let mut sse = Sse::open(&ada.client, "/v1/events?category=ticket", Some(&opened_at)).await;
    let mut socket = Socket::connect(&ada.client).await;
    socket.say(&json!({ "type": "subscribe", "topic": "tickets" })).await;
    socket.next_of("subscribed").await;
    let changed = admin.put(&format!("/v1/roles/{id}"), &role("Auditors", &["view_audit"])).await;
    changed.expect(StatusCode::OK);
    session.get("/v1/dashboard").await.problem(403, "forbidden");
    session.get("/v1/tickets").await.problem(403, "forbidden");
    // What the role allows beyond what it did at sign-in takes another one.
    let me = session.get("/v1/me").await.expect(StatusCode::OK);
    assert_eq!((&me["permissions"], &me["sign_in_for_more"]), (&json!([]), &json!(true)));
    assert_eq!(scoped.get("/v1/me").await.expect(StatusCode::OK)["permissions"], json!([]));
    let note = json!({ "body": "not for Ada" });
    admin.post(&format!("/v1/tickets/{ticket}/notes"), &note).await.expect(StatusCode::CREATED);
    // The next re-check would be 15 seconds on.
    let patience = Duration::from_secs(5);
    let ended =
        tokio::time::timeout(patience, async { (sse.next(patience * 2).await, socket.next(patience * 2).await) });
    let (streamed, told) = ended.await.expect("the streams end");
    assert!(streamed.is_none() && told.is_none(), "{streamed:?} {told:?}");

    // It is no matter of what happens to be in memory.
    desk.restart().await;
    session.base.clone_from(&desk.url);
    assert_eq!(session.get("/v1/me").await.expect(StatusCode::OK)["permissions"], json!([]));
    let code = desk.admin().post(&format!("/v1/agents/{}/sign-in-code", ada.id), &json!({})).await;
    let again = crate::sessions::sign_in(&desk, &json!({ "code": code.expect(StatusCode::OK)["code"] })).await;
    let session = crate::sessions::with_session(&desk, &again);
    assert_eq!(session.get("/v1/me").await.expect(StatusCode::OK)["permissions"], json!(["view_audit"]));
    session.get("/v1/tickets").await.problem(403, "forbidden");
    let trail = session
        .get_at(&format!("/v1/audit?category=role&stream_id={}", uuid::Uuid::nil()), position(&changed))
        .await
        .expect(StatusCode::OK);
    let types: Vec<_> = trail["items"].as_array().expect("items").iter().map(|one| one["event_type"].clone()).collect();
    assert_eq!(types, ["RoleChanged", "RoleDefined"]);
}

#[tokio::test]
async fn a_role_somebody_holds_is_not_archived() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let (ada, id) = holder(&desk, "Reader", &["view_tickets"]).await;
    let path = format!("/v1/roles/{id}");
    let held = admin.delete(&path).await.problem(409, "role_in_use");
    assert!(held["detail"].as_str().is_some_and(|detail| detail.starts_with("1 of the desk")), "{held}");
    // Who left may come back.
    admin.post(&format!("/v1/agents/{}/deactivate", ada.id), &json!({})).await.expect(StatusCode::OK);
    admin.delete(&path).await.problem(409, "role_in_use");
    let back = json!({ "role": "auditor" });
    admin.put(&format!("/v1/agents/{}/role", ada.id), &back).await.expect(StatusCode::OK);
    let gone = admin.delete(&path).await;
    gone.expect(StatusCode::OK);
    admin.delete(&path).await.expect(StatusCode::OK);
    assert_eq!(admin.get_at(&path, position(&gone)).await.expect(StatusCode::OK)["archived"], true);
    let list = admin.get("/v1/roles").await.expect(StatusCode::OK);
    assert_eq!(list["items"].as_array().map(Vec::len), Some(4));
    admin.put(&path, &role("Reader", &["view_chat"])).await.problem(409, "role_archived");
    assert_eq!(
        fields(&give(&admin, &ada.id, &id).await.problem(422, "invalid_fields")),
        [("custom_role_id", "invalid")]
    );
}

#[tokio::test]
async fn agents_are_shown_with_their_role() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let id = define(&desk, "Reader", &["view_tickets"]).await;
    let made = admin.post("/v1/agents", &json!({ "name": "Bo", "custom_role_id": id })).await;
    made.expect(StatusCode::CREATED);
    let bo = admin.get_at(&format!("/v1/agents/{}", made.id()), position(&made)).await.expect(StatusCode::OK);
    assert_eq!((&bo["role"], &bo["custom_role_id"], &bo["role_name"]), (&json!("agent"), &json!(id), &json!("Reader")));
    let change = format!("/v1/agents/{}/role", made.id());
    let changed = admin.put(&change, &json!({ "role": "supervisor" })).await;
    let bo = admin.get_at(&format!("/v1/agents/{}", made.id()), position(&changed)).await.expect(StatusCode::OK);
    assert_eq!((&bo["custom_role_id"], &bo["role_name"]), (&Value::Null, &json!("supervisor")));
}

/// Whoever manages people with a role of their own hands out no more than they have, by whatever way.
#[tokio::test]
async fn nobody_gets_more_than_who_gives_has() {
    let desk = TestDesk::start().await;
    let mine = ["view_tickets", "manage_people", "manage_settings"];
    let (ada, own) = holder(&desk, "People", &mine).await;
    let more = define(&desk, "More", &["view_tickets", "view_audit"]).await;
    let less = define(&desk, "Less", &["view_tickets"]).await;
    let ada_ = &ada.client;
    let refused = |answer: Answer| {
        answer.problem(403, "forbidden");
    };
    // Defining and changing: neither what they have not, nor their own role beyond what it was.
    refused(ada_.post("/v1/roles", &role("Mine", &["view_tickets", "erase_data"])).await);
    refused(ada_.put(&format!("/v1/roles/{own}"), &role("People", &["manage_people", "erase_data"])).await);
    refused(ada_.put(&format!("/v1/roles/{more}"), &role("More", &["view_tickets"])).await);
    refused(ada_.delete(&format!("/v1/roles/{more}")).await);
    ada_.post("/v1/roles", &role("Mine", &["view_tickets"])).await.expect(StatusCode::CREATED);
    ada_.put(&format!("/v1/roles/{less}"), &role("Less", &["manage_people"])).await.expect(StatusCode::OK);

    // Giving and taking away.
    let (bo, boss) = (desk.agent("agent").await, desk.agent("admin").await);
    refused(give(ada_, &bo.id, &less).await);
    let (newcomer, _) = holder(&desk, "Nothing much", &["view_tickets"]).await;
    give(ada_, &newcomer.id, &less).await.expect(StatusCode::OK);
    for role in [json!({ "custom_role_id": more }), json!({ "role": "admin" }), json!({ "role": "agent" })] {
        refused(ada_.put(&format!("/v1/agents/{}/role", newcomer.id), &role).await);
        refused(ada_.put(&format!("/v1/agents/{}/role", ada.id), &role).await);
        let mut body = role.clone();
        body["name"] = json!("New");
        refused(ada_.post("/v1/agents", &body).await);
    }
    let (auditor, _) = holder(&desk, "Another", &["view_audit"]).await;
    for person in [&bo.id, &boss.id, &auditor.id] {
        refused(give(ada_, person, &less).await);
        // Nor by another's account, sign-in link or token.
        refused(ada_.post(&format!("/v1/agents/{person}/sign-in-code"), &json!({})).await);
        refused(ada_.put(&format!("/v1/agents/{person}"), &json!({ "name": "X", "email": "x@example.com" })).await);
        refused(ada_.post(&format!("/v1/agents/{person}/deactivate"), &json!({})).await);
        refused(ada_.post("/v1/tokens", &json!({ "label": "x", "person_id": person })).await);
    }
    refused(ada_.post("/v1/tokens", &json!({ "label": "x", "scopes": ["view_audit"] })).await);
    ada_.post("/v1/tokens", &json!({ "label": "x" })).await.expect(StatusCode::CREATED);
}

/// A role may allow everything, and makes no administrator.
#[tokio::test]
async fn administrators_are_touched_by_administrators_alone() {
    let desk = TestDesk::start().await;
    let catalogue = desk.admin().get("/v1/roles").await.expect(StatusCode::OK);
    let all: Vec<_> = catalogue["permissions"].as_array().expect("all").iter().map(|one| one["name"].clone()).collect();
    let all: Vec<_> = all.iter().filter_map(Value::as_str).collect();
    let (ada, id) = holder(&desk, "Everything", &all).await;
    let boss = desk.agent("admin").await;
    let ada_ = &ada.client;
    let token = desk.admin().post("/v1/tokens", &json!({ "label": "x", "person_id": boss.id })).await.id();
    for answer in [
        give(ada_, &boss.id, &id).await,
        ada_.put(&format!("/v1/agents/{}/role", ada.id), &json!({ "role": "admin" })).await,
        ada_.post("/v1/agents", &json!({ "name": "New", "role": "admin" })).await,
        ada_.post(&format!("/v1/agents/{}/sign-in-code", boss.id), &json!({})).await,
        ada_.post(&format!("/v1/agents/{}/deactivate", boss.id), &json!({})).await,
        ada_.post("/v1/tokens", &json!({ "label": "x", "person_id": boss.id })).await,
        ada_.delete(&format!("/v1/tokens/{token}")).await,
    ] {
        answer.problem(403, "forbidden");
    }
    let listed = ada_.get("/v1/roles").await.expect(StatusCode::OK);
    let grantable: Vec<_> =
        listed["items"].as_array().expect("items").iter().map(|one| one["grantable"].clone()).collect();
    assert_eq!(grantable, [true, true, true, false, true]);
    // With such a role for the only administrator there would be none.
    desk.admin().post(&format!("/v1/agents/{}/deactivate", boss.id), &json!({})).await.expect(StatusCode::OK);
    let first = listed["items"][3]["holders"].clone();
    assert_eq!(first, 2);
    let agents = desk.admin().get("/v1/agents").await.expect(StatusCode::OK);
    let last = agents["items"].as_array().expect("items").iter();
    let last = last.clone().find(|one| one["role"] == "admin" && one["id"] != boss.id.as_str()).expect("the first one");
    let last = last["id"].as_str().expect("an id");
    give(&desk.admin(), last, &id).await.problem(409, "last_admin");
}

#[tokio::test]
async fn roles_are_read_by_who_has_to_do_with_them_and_never_by_customers() {
    let desk = TestDesk::start().await;
    let customer = desk.customer().await.client;
    for path in ["/v1/roles", &format!("/v1/roles/{NOBODY}")] {
        customer.get(path).await.problem(403, "forbidden");
        desk.agent("agent").await.client.get(path).await.problem(403, "forbidden");
    }
    for role in ["supervisor", "auditor"] {
        desk.agent(role).await.client.get("/v1/roles").await.expect(StatusCode::OK);
    }
    desk.agent("auditor").await.client.post("/v1/roles", &role("X", &["view_tickets"])).await.problem(403, "forbidden");
}
