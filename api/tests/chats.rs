//! A chat's life over HTTP.

use reqwest::StatusCode;
use serde_json::json;

use crate::harness::TestDesk;

#[tokio::test]
async fn from_the_queue_to_a_ticket() {
    // Nobody routes: the test accepts by hand.
    let desk = TestDesk::start_with(|settings| {
        settings.roles.retain(|role| *role != docket_api::config::Role::Reactors);
    })
    .await;
    let (ada, bob, carl) = (desk.agent("agent").await, desk.agent("agent").await, desk.customer().await);
    let started = carl.client.post("/v1/chats", &json!({ "name": "Carl", "message": "Hello?" })).await;
    let position = started.expect(StatusCode::CREATED)["position"].as_u64().expect("a position");
    let chat = format!("/v1/chats/{}", started.id());
    let queue = ada.client.get_at("/v1/chat-queue", position).await.expect(StatusCode::OK);
    assert_eq!(queue["items"][0]["queue_position"], 1);
    ada.client.post(&format!("{chat}/messages"), &json!({ "body": "Hi" })).await.problem(409, "chat_not_accepted");
    ada.client.post(&format!("{chat}/accept"), &json!({})).await.expect(StatusCode::OK);
    bob.client.post(&format!("{chat}/accept"), &json!({})).await.problem(409, "chat_taken");
    ada.client.post(&format!("{chat}/messages"), &json!({ "body": "Hi" })).await.expect(StatusCode::CREATED);
    ada.client.post(&format!("{chat}/transfer"), &json!({ "to_agent": bob.id, "note": "knows more" })).await;
    carl.client.get(&format!("{chat}/messages")).await.expect(StatusCode::OK);
    carl.client.post(&format!("{chat}/end"), &json!({})).await.expect(StatusCode::OK);
    carl.client.post(&format!("{chat}/messages"), &json!({ "body": "one more" })).await.problem(409, "chat_closed");
    carl.client.put(&format!("{chat}/feedback"), &json!({ "rating": 4 })).await.expect(StatusCode::OK);
    let ticket = json!({ "subject": "From a chat", "category": "general" });
    let converted = ada.client.post(&format!("{chat}/ticket"), &ticket).await;
    let position = converted.expect(StatusCode::CREATED)["position"].as_u64().expect("a position");
    let seen = carl.client.get_at(&chat, position).await.expect(StatusCode::OK);
    assert_eq!((&seen["status"], &seen["rating"]), (&json!("closed"), &json!(4)));
    assert_eq!(seen["ticket_id"], converted.json()["id"]);
    let transcript = carl.client.get(&format!("{chat}/transcript")).await;
    assert!(transcript.text.contains("Hello?") && transcript.text.contains("Hi"), "{}", transcript.text);
    assert!(!transcript.text.contains("knows more"));
    let other = desk.customer().await;
    other.client.get(&chat).await.problem(404, "not_found");
    other.client.get(&format!("{chat}/transcript")).await.problem(404, "not_found");
    other.client.post(&format!("{chat}/end"), &json!({})).await.problem(404, "not_found");
}

#[tokio::test]
async fn capacity_holds_and_routing_finds_whoever_is_available() {
    let desk = TestDesk::start().await;
    let (admin, ada) = (desk.admin(), desk.agent("agent").await);
    admin
        .put(&format!("/v1/agents/{}/capacity", ada.id), &json!({ "max_concurrent_chats": 2 }))
        .await
        .expect(StatusCode::OK);
    let available = json!({ "availability": "available" });
    ada.client.put(&format!("/v1/agents/{}/availability", ada.id), &available).await.expect(StatusCode::OK);
    for _ in 0..4 {
        let carl = desk.customer().await;
        carl.client.post("/v1/chats", &json!({ "message": "Hello?" })).await.expect(StatusCode::CREATED);
    }
    let offered = crate::harness::eventually("two offers", async || {
        let mine = ada.client.get("/v1/chats?agent=me").await.json();
        let items = mine["items"].as_array().expect("items").len();
        assert!(items <= 2, "{mine}");
        (items == 2).then_some(mine)
    })
    .await;
    let id = offered["items"][0]["id"].as_str().expect("an id");
    ada.client.post(&format!("/v1/chats/{id}/accept"), &json!({})).await.expect(StatusCode::OK);
    let waiting = crate::harness::eventually("two left waiting", async || {
        let waiting = admin.get("/v1/chats?status=waiting&agent=unassigned").await.json();
        (waiting["items"].as_array().expect("items").len() == 2).then_some(waiting)
    })
    .await;
    let id = waiting["items"][0]["id"].as_str().expect("an id");
    ada.client.post(&format!("/v1/chats/{id}/accept"), &json!({})).await.problem(409, "at_capacity");
}

#[tokio::test]
async fn what_somebody_cannot_look_after_any_more_is_anybodys() {
    let desk = TestDesk::start().await;
    let (admin, ada, bob) = (desk.admin(), desk.agent("agent").await, desk.agent("agent").await);
    let stand = async |who: &crate::harness::Person, availability: &str| {
        let body = json!({ "availability": availability });
        who.client.put(&format!("/v1/agents/{}/availability", who.id), &body).await.expect(StatusCode::OK);
    };
    stand(&ada, "available").await;
    let offered_to_ada = async || {
        let carl = desk.customer().await;
        let chat = carl.client.post("/v1/chats", &json!({ "message": "Hello?" })).await;
        let (id, position) = (chat.id(), chat.json()["position"].as_u64().expect("a position"));
        crate::harness::eventually("it is offered", async || {
            let seen = admin.get_at(&format!("/v1/chats/{id}"), position).await.expect(StatusCode::OK);
            (seen["agent_id"] == json!(ada.id)).then_some(())
        })
        .await;
        id
    };
    let accept = async |who: &crate::harness::Person, id: &str| {
        who.client.post(&format!("/v1/chats/{id}/accept"), &json!({})).await
    };
    // An offer ends with what made her unable, also if there is nobody it could go on to.
    let offer = offered_to_ada().await;
    accept(&bob, &offer).await.problem(409, "offered_to_other");
    stand(&ada, "busy").await;
    accept(&bob, &offer).await.expect(StatusCode::OK);
    // What she holds goes back when her own role of the organisation's own allows no chats any more.
    let permissions = json!(["view_tickets", "view_chat", "send_messages"]);
    let role = admin.post("/v1/roles", &json!({ "name": "Chats", "permissions": permissions })).await;
    role.expect(StatusCode::CREATED);
    let own = json!({ "custom_role_id": role.id() });
    admin.put(&format!("/v1/agents/{}/role", ada.id), &own).await.expect(StatusCode::OK);
    stand(&ada, "available").await;
    let held = offered_to_ada().await;
    accept(&ada, &held).await.expect(StatusCode::OK);
    let less = json!({ "name": "Chats", "permissions": ["view_tickets", "view_chat"] });
    admin.put(&format!("/v1/roles/{}", role.id()), &less).await.expect(StatusCode::OK);
    let agent = crate::harness::eventually("she has none", async || {
        let agent = admin.get(&format!("/v1/agents/{}", ada.id)).await.expect(StatusCode::OK);
        (agent["active_chats"] == 0).then_some(agent)
    })
    .await;
    assert_eq!((&agent["offered_chats"], &agent["availability"]), (&json!(0), &json!("offline")));
    accept(&bob, &held).await.expect(StatusCode::OK);
}
