//! "Online" means somebody who may, can and is there; a chat nobody could take is not begun.

use reqwest::StatusCode;
use serde_json::json;

use crate::harness::{Client, Person, TestDesk};
use crate::widget::{quiet_desk, seen, set_up, staff, stand, visit};

async fn online(desk: &TestDesk, key: &str) -> bool {
    desk.anonymous().get(&format!("/v1/widget/{key}")).await.expect(StatusCode::OK)["online"] == true
}

/// How many agents the dashboard calls available.
async fn available(admin: &Client) -> serde_json::Value {
    admin.get("/v1/dashboard").await.expect(StatusCode::OK)["available_agents"].clone()
}

/// Somebody who comes with a session, as people do.
async fn signed_in(desk: &TestDesk) -> (Person, Client) {
    let admin = desk.admin();
    let email = format!("{}@example.com", crate::harness::unique());
    let made = admin.post("/v1/agents", &json!({ "name": "Sofía", "email": email, "role": "agent" })).await;
    let (id, made) = (made.id(), made.expect(StatusCode::CREATED));
    let code = match made["code"].as_str() {
        Some(code) => code.to_owned(),
        None => {
            let made = admin.post(&format!("/v1/agents/{id}/sign-in-code"), &json!({})).await.expect(StatusCode::OK);
            made["code"].as_str().expect("a code").to_owned()
        }
    };
    let body = json!({ "code": code, "email": email, "password": "violet-otter-canal-93" });
    let answer = desk.anonymous().post("/v1/sessions", &body).await;
    let cookie = answer.header("set-cookie").expect("a cookie").split(';').next().expect("a pair").to_owned();
    let csrf = answer.expect(StatusCode::CREATED)["csrf_token"].as_str().expect("a token").to_owned();
    let client = Client { session: Some((cookie, csrf)), ..Client::new(&desk.url, None) };
    (Person { client: client.clone(), id, email }, client)
}

#[tokio::test]
async fn nobody_who_could_not_take_a_chat_counts() {
    let desk = quiet_desk().await;
    let admin = desk.admin();
    let key = set_up(&admin, json!({})).await;
    assert!(!online(&desk, &key).await);
    let ada = staff(&desk).await;
    assert!(online(&desk, &key).await);
    assert_eq!(available(&admin).await, 1);

    let capacity = async |places: u32| {
        let set =
            admin.put(&format!("/v1/agents/{}/capacity", ada.id), &json!({ "max_concurrent_chats": places })).await;
        seen(&admin, &set.expect(StatusCode::OK)).await;
    };
    capacity(0).await;
    assert!(!online(&desk, &key).await, "no places");
    assert_eq!(available(&admin).await, 0, "the same people");
    capacity(1).await;
    assert!(online(&desk, &key).await);

    let role = async |role: &str| {
        let set = admin.put(&format!("/v1/agents/{}/role", ada.id), &json!({ "role": role })).await;
        seen(&admin, &set.expect(StatusCode::OK)).await;
    };
    role("auditor").await;
    assert!(!online(&desk, &key).await, "an auditor may not");
    assert_eq!(available(&admin).await, 0);
    let agent = admin.get(&format!("/v1/agents/{}", ada.id)).await.expect(StatusCode::OK);
    assert_eq!(agent["availability"], "offline", "and is not called available");
    let back = json!({ "availability": "available" });
    let refused = admin.put(&format!("/v1/agents/{}/availability", ada.id), &back).await;
    refused.problem(409, "cannot_take_chats");
}

#[tokio::test]
async fn only_departments_that_are_offered_count() {
    let desk = quiet_desk().await;
    let admin = desk.admin();
    let department = async |name: &str| admin.post("/v1/departments", &json!({ "name": name })).await.id();
    let (sales, support) = (department("Sales").await, department("Support").await);
    let key = set_up(&admin, json!({ "department_ids": [sales] })).await;
    let ada = staff(&desk).await;
    let of = async |department: &str| {
        let set = json!({ "department_ids": [department] });
        let set = admin.put(&format!("/v1/agents/{}/departments", ada.id), &set).await.expect(StatusCode::OK);
        seen(&admin, &set).await;
    };
    of(&support).await;
    assert!(!online(&desk, &key).await);
    let (vera, _) = visit(&desk, &key, &json!({ "name": "Vera" })).await;
    for body in [json!({ "message": "Hi" }), json!({ "message": "Hi", "department_id": sales })] {
        vera.post("/v1/chats", &body).await.problem(409, "nobody_available");
    }
    of(&sales).await;
    assert!(online(&desk, &key).await);
    vera.post("/v1/chats", &json!({ "message": "Hi", "department_id": sales })).await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn whoever_signed_out_everywhere_is_not_there() {
    let desk = quiet_desk().await;
    let key = set_up(&desk.admin(), json!({})).await;
    let (sofia, client) = signed_in(&desk).await;
    stand(&sofia, "available").await;
    assert!(online(&desk, &key).await);
    assert_eq!(client.delete("/v1/sessions/current").await.status, StatusCode::NO_CONTENT);
    assert!(!online(&desk, &key).await);
    // Nor is a chat offered to them, which nobody would take.
    let agent = docket_domain::AgentId(sofia.id.parse().expect("an id"));
    let agent = desk.desk().commands.load::<docket_domain::agent::Agent>(&desk.desk().tenant, agent).await;
    assert_eq!(agent.expect("loaded").availability, docket_domain::agent::Availability::Offline);
}

#[tokio::test]
async fn a_chat_asks_again_and_repeated_is_answered_as_before() {
    let desk = quiet_desk().await;
    let key = set_up(&desk.admin(), json!({})).await;
    let ada = staff(&desk).await;
    let (vera, _) = visit(&desk, &key, &json!({ "name": "Vera" })).await;
    let body = json!({ "message": "Hello?" });
    let start = || vera.request(reqwest::Method::POST, "/v1/chats").header("idempotency-key", "once").json(&body);
    let begun = Client::send(start()).await.expect(StatusCode::CREATED);
    stand(&ada, "offline").await;
    let (other, _) = visit(&desk, &key, &json!({ "name": "Other" })).await;
    other.post("/v1/chats", &body).await.problem(409, "nobody_available");
    vera.post("/v1/chats", &body).await.problem(409, "chat_open");
    assert_eq!(Client::send(start()).await.expect(StatusCode::CREATED)["id"], begun["id"]);
    // Nothing of what was refused is left behind.
    let list = vera.get("/v1/chats").await.expect(StatusCode::OK);
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
}
