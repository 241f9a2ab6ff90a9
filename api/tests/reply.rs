//! Whose words a message is, and how an answer reaches people.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Client, TestDesk};
use crate::widget::{quiet_desk, seen, set_up, staff, visit};

async fn messages(client: &Client, path: &str) -> Vec<Value> {
    let page = client.get(&format!("{path}/messages")).await.expect(StatusCode::OK);
    page["items"].as_array().expect("items").clone()
}

#[tokio::test]
async fn a_ticket_an_agent_opens_says_so() {
    let desk = TestDesk::start().await;
    let (ada, carl) = (desk.agent("agent").await, desk.customer().await);
    let open = async |more: Value| {
        let mut body = json!({ "subject": "Call", "description": "They called about a lamp", "customer_id": carl.id });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let opened = ada.client.post("/v1/tickets", &body).await.expect(StatusCode::CREATED);
        seen(&ada.client, &opened).await;
        format!("/v1/tickets/{}", opened["id"].as_str().expect("an id"))
    };
    for (more, kind, author) in [
        (json!({}), "agent", &ada.id),
        (json!({ "channel": "desk" }), "agent", &ada.id),
        (json!({ "channel": "email" }), "customer", &carl.id),
        (json!({ "from_customer": true }), "customer", &carl.id),
    ] {
        let path = open(more.clone()).await;
        for client in [&ada.client, &carl.client] {
            let first = messages(client, &path).await.remove(0);
            assert_eq!((&first["author"]["kind"], &first["author"]["id"]), (&json!(kind), &json!(author)), "{more}");
        }
        let seen = carl.client.get(&path).await.expect(StatusCode::OK);
        let unread = i64::from(kind == "agent");
        assert_eq!((&seen["unread_count"], &seen["first_responded_at"]), (&json!(unread), &Value::Null));
    }
}

#[tokio::test]
async fn a_chat_made_into_a_ticket_keeps_its_turns() {
    let desk = quiet_desk().await;
    let (ada, carl) = (desk.agent("agent").await, desk.customer().await);
    let start = json!({ "question": "About a lamp", "message": "Hello?" });
    let chat = format!("/v1/chats/{}", carl.client.post("/v1/chats", &start).await.id());
    ada.client.post(&format!("{chat}/accept"), &json!({})).await.expect(StatusCode::OK);
    ada.client.post(&format!("{chat}/messages"), &json!({ "body": "Which?" })).await.expect(StatusCode::CREATED);
    let said = carl.client.post(&format!("{chat}/messages"), &json!({ "body": "The red one" })).await;
    seen(&ada.client, &said.expect(StatusCode::CREATED)).await;
    for reader in [&ada.client, &carl.client] {
        let read = reader.post(&format!("{chat}/read"), &json!({})).await.expect(StatusCode::OK);
        seen(&ada.client, &read).await;
    }
    let before = messages(&ada.client, &chat).await;
    let body = json!({ "subject": "A lamp", "category": "general" });
    let made = ada.client.post(&format!("{chat}/ticket"), &body).await.expect(StatusCode::CREATED);
    seen(&ada.client, &made).await;
    let ticket = format!("/v1/tickets/{}", made["id"].as_str().expect("an id"));
    let after = messages(&carl.client, &ticket).await;
    let bodies: Vec<_> = after.iter().map(|message| message["body"].as_str().expect("a body")).collect();
    assert_eq!(bodies, ["About a lamp", "Hello?", "Which?", "The red one"]);
    for (then, now) in before.iter().zip(&after[1..]) {
        assert_eq!((&then["author"], &then["posted_at"]), (&now["author"], &now["posted_at"]));
    }
    let shown = ada.client.get(&ticket).await.expect(StatusCode::OK);
    assert_eq!((&shown["message_count"], &shown["response_count"]), (&json!(4), &json!(1)));
    // What answered in the chat has answered, and what was read there is read, in both.
    assert_eq!(shown["first_responded_at"], shown["opened_at"]);
    for reader in [&ada.client, &carl.client] {
        assert_eq!(reader.get(&ticket).await.expect(StatusCode::OK)["unread_count"], 0);
    }

    // To take away: the question first, in the organisation's zone.
    let transcript = ada.client.get(&format!("{chat}/transcript")).await.text;
    let lines: Vec<_> = transcript.lines().collect();
    assert!(lines[0].contains("+00:00 (UTC)"), "{transcript}");
    assert!(lines[2].ends_with("About a lamp") && lines[4].contains("Agent A agent: Which?"), "{transcript}");
}

#[tokio::test]
async fn an_answer_to_a_message_left_is_found_in_the_widget() {
    let desk = quiet_desk().await;
    let key = set_up(&desk.admin(), json!({})).await;
    let ada = staff(&desk).await;
    let (vera, begun) = visit(&desk, &key, &json!({})).await;
    let (mallory, _) = visit(&desk, &key, &json!({})).await;
    let left = json!({ "message": "Where is it?", "email": "vera@example.com" });
    let left = vera.post("/v1/visit/offline-messages", &left).await.expect(StatusCode::CREATED);
    seen(&ada.client, &left).await;
    let ticket = format!("/v1/tickets/{}", left["id"].as_str().expect("an id"));
    let shown = ada.client.get(&ticket).await.expect(StatusCode::OK);
    assert_eq!(shown["reply_via"], json!(["widget"]));
    let said = ada.client.post(&format!("{ticket}/messages"), &json!({ "body": "On its way" })).await;
    seen(&ada.client, &said.expect(StatusCode::CREATED)).await;

    let list = vera.get("/v1/tickets").await.expect(StatusCode::OK);
    assert_eq!((&list["items"][0]["id"], &list["items"][0]["unread_count"]), (&left["id"], &json!(1)));
    assert_eq!(vera.get(&ticket).await.expect(StatusCode::OK)["reply_via"], Value::Null, "it is the desk's to know");
    assert_eq!(messages(&vera, &ticket).await[1]["body"], "On its way");
    vera.post(&format!("{ticket}/messages"), &json!({ "body": "Thanks" })).await.expect(StatusCode::CREATED);
    let read = vera.post(&format!("{ticket}/read"), &json!({})).await.expect(StatusCode::OK);
    seen(&ada.client, &read).await;
    assert_eq!(vera.get(&ticket).await.expect(StatusCode::OK)["unread_count"], 0);

    for path in [ticket.clone(), format!("{ticket}/messages")] {
        mallory.get(&path).await.problem(404, "not_found");
    }
    mallory.post(&format!("{ticket}/messages"), &json!({ "body": "x" })).await.problem(404, "not_found");
    vera.get(&format!("{ticket}/events")).await.problem(403, "forbidden");

    // Once their visit is over an answer reaches nobody; somebody with an account has the portal.
    let visits = format!("/v1/customers/{}/visits", begun["customer_id"].as_str().expect("an id"));
    assert_eq!(desk.admin().delete(&visits).await.status, StatusCode::NO_CONTENT);
    assert_eq!(ada.client.get(&ticket).await.expect(StatusCode::OK)["reply_via"], json!([]));
    let carl = desk.customer().await;
    let opened = desk.admin().open_ticket(&carl.id, "Lamp").await;
    seen(&ada.client, &opened.json()).await;
    let shown = ada.client.get(&format!("/v1/tickets/{}", opened.id())).await.expect(StatusCode::OK);
    assert_eq!(shown["reply_via"], json!(["portal"]));
}

#[tokio::test]
async fn an_answer_goes_only_where_its_ticket_is_shown() {
    let desk = quiet_desk().await;
    let admin = desk.admin();
    let key = set_up(&admin, json!({})).await;
    let (ada, carl) = (staff(&desk).await, desk.customer().await);
    let (vera, begun) = visit(&desk, &key, &json!({})).await;
    let left =
        vera.post("/v1/visit/offline-messages", &json!({ "message": "Where is it?", "email": "v@example.com" })).await;
    let theirs = format!("/v1/tickets/{}", left.id());
    let merged = json!({ "into": carl.id });
    let visitor = begun["customer_id"].as_str().expect("an id");
    admin.post(&format!("/v1/customers/{visitor}/merge"), &merged).await.expect(StatusCode::OK);
    let other = admin.open_ticket(&carl.id, "Lamp").await;
    seen(&ada.client, &other.json()).await;
    let other = format!("/v1/tickets/{}", other.id());
    let reply_via = async |path: &str| ada.client.get(path).await.expect(StatusCode::OK)["reply_via"].clone();
    assert_eq!(reply_via(&theirs).await, json!(["portal", "widget"]));
    assert_eq!(reply_via(&other).await, json!(["portal"]), "the visit shows what was begun in it");

    let unread = async || {
        let counts = carl.client.get("/v1/ticket-counts").await.expect(StatusCode::OK);
        counts["sidebar"]["unread_tickets"].as_u64().expect("a number")
    };
    let before = unread().await;
    // Agent and customer have it read alike wherever they look, whoever they were when they read it.
    let said = ada.client.post(&format!("{theirs}/messages"), &json!({ "body": "On its way" })).await;
    seen(&ada.client, &said.expect(StatusCode::CREATED)).await;
    assert_eq!(unread().await, before + 1);
    let read = carl.client.post(&format!("{theirs}/read"), &json!({})).await.expect(StatusCode::OK);
    seen(&ada.client, &read).await;
    assert_eq!(unread().await, before);
    assert_eq!(carl.client.get(&theirs).await.expect(StatusCode::OK)["unread_count"], 0);

    // Merged into that one, the visit is told so, and not where it went.
    let target = other.rsplit('/').next().expect("an id");
    let merge = ada.client.post(&format!("{theirs}/merge"), &json!({ "into": target })).await;
    seen(&ada.client, &merge.expect(StatusCode::OK)).await;
    let shown = vera.get(&theirs).await.expect(StatusCode::OK);
    assert_eq!((&shown["merged"], &shown["merged_into"]), (&json!(true), &Value::Null));
    vera.get(&other).await.problem(404, "not_found");
    assert_eq!(reply_via(&other).await, json!(["portal"]));
}
