//! What is refused, and what is left out, by what somebody may know and do.

use docket_domain::Permission;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Client, TestDesk, unique};
use crate::widget::{quiet_desk, seen, set_up, staff, visit};

/// A token of the administrator's with these permissions and no others.
pub(crate) async fn token(desk: &TestDesk, permissions: &[Permission]) -> Client {
    let scopes: Vec<_> = permissions.iter().map(|permission| permission.as_str()).collect();
    let body = json!({ "label": unique(), "scopes": scopes });
    let made = desk.admin().post("/v1/tokens", &body).await.expect(StatusCode::CREATED);
    Client::new(&desk.url, made["token"].as_str())
}

#[tokio::test]
async fn from_where_somebody_visits_takes_a_permission_of_its_own() {
    let desk = quiet_desk().await;
    let admin = desk.admin();
    let key = set_up(&admin, json!({})).await;
    staff(&desk).await;
    let (vera, _) = visit(&desk, &key, &json!({ "name": "Vera" })).await;
    let request = vera.request(Method::POST, "/v1/chats").header("user-agent", "Mosaic/9.9");
    let chat = Client::send(
        request.json(&json!({ "name": "Vera", "message": "Hi", "page": "https://shop.example.com/basket" })),
    )
    .await;
    chat.expect(StatusCode::CREATED);
    let path = format!("/v1/chats/{}", chat.id());
    let ended = vera.post(&format!("{path}/end"), &json!({})).await.expect(StatusCode::OK);
    seen(&admin, &ended).await;
    let (history, both) = (
        token(&desk, &[Permission::ViewChatHistory]).await,
        token(&desk, &[Permission::ViewChatHistory, Permission::ViewChat]).await,
    );
    let doors = [path.clone(), format!("{path}/events"), "/v1/chats".to_owned()];
    for (client, knows) in [(&history, false), (&both, true), (&admin, true)] {
        for door in &doors {
            let answer = client.get(door).await;
            answer.expect(StatusCode::OK);
            let known = if door.ends_with("/events") { "\"Hi\"" } else { "Vera" };
            assert!(answer.text.contains(known), "{door}: {}", answer.text);
            for word in ["Mosaic", "basket", "127.0.0.1"] {
                assert_eq!(answer.text.contains(word), knows, "{word} at {door}: {}", answer.text);
            }
        }
    }
}

#[tokio::test]
async fn customers_neither_set_nor_try_out_what_is_the_desks() {
    let desk = quiet_desk().await;
    let (admin, carl) = (desk.admin(), desk.customer().await.client);
    let field = json!({ "label": "Risk", "field_type": "text" });
    admin.put("/v1/organisation/custom-fields/risk", &field).await.expect(StatusCode::OK);
    let ticket = |more: Value| {
        let mut body = json!({ "subject": "s", "description": "d", "category": "general" });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        body
    };
    let mut refusals = Vec::new();
    for name in ["risk", "nosuchfield"] {
        let answer = carl.post("/v1/tickets", &ticket(json!({ "custom_fields": { name: 1 } }))).await;
        let problem = answer.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], "custom_fields");
        refusals.push(answer.text.clone());
    }
    assert_eq!(refusals[0], refusals[1], "whether there is such a field is not told");
    for channel in ["desk", "email", "api"] {
        let refused = carl.post("/v1/tickets", &ticket(json!({ "channel": channel }))).await;
        assert_eq!(refused.problem(422, "invalid_fields")["errors"][0]["field"], "channel");
    }
    let opened = carl.post("/v1/tickets", &ticket(json!({ "channel": "portal" }))).await.expect(StatusCode::CREATED);
    let path = format!("/v1/tickets/{}", opened["id"].as_str().expect("an id"));
    assert_eq!(admin.get_at(&path, opened["position"].as_u64().expect("a position")).await.json()["channel"], "portal");
    // Nor what agents can do.
    let ada = desk.agent("agent").await;
    let skills = json!({ "skills": ["fraud"] });
    admin.put(&format!("/v1/agents/{}/skills", ada.id), &skills).await.expect(StatusCode::OK);
    let key = set_up(&admin, json!({})).await;
    let (vera, _) = visit(&desk, &key, &json!({})).await;
    for client in [&carl, &vera] {
        let mut told = Vec::new();
        for skill in ["fraud", "juggling"] {
            let answer = client.post("/v1/chats", &json!({ "message": "Hi", "skills": [skill] })).await;
            assert_eq!(answer.problem(422, "invalid_fields")["errors"][0]["field"], "skills");
            told.push(answer.text.clone());
        }
        assert_eq!(told[0], told[1]);
    }
    // Nor what departments were called.
    let squad = admin.post("/v1/departments", &json!({ "name": "Fraud squad" })).await.id();
    admin.post(&format!("/v1/departments/{squad}/archive"), &json!({})).await.expect(StatusCode::OK);
    let archived = carl.post("/v1/tickets", &ticket(json!({ "department_id": squad }))).await;
    let unknown = carl.post("/v1/tickets", &ticket(json!({ "department_id": docket_store::new_id() }))).await;
    archived.problem(422, "invalid_fields");
    assert_eq!(archived.text, unknown.text);
}

#[tokio::test]
async fn an_act_takes_what_its_effects_take() {
    let desk = quiet_desk().await;
    let admin = desk.admin();
    let carl = desk.customer().await;
    let open = async |subject: &str| admin.open_ticket(&carl.id, subject).await.id();
    let (one, two) = (open("One").await, open("Two").await);
    // Merging closes, and taking it back reopens.
    let edits = token(&desk, &[Permission::EditTickets, Permission::ViewTickets]).await;
    let merge = format!("/v1/tickets/{one}/merge");
    edits.post(&merge, &json!({ "into": two })).await.problem(403, "forbidden");
    let closes = token(&desk, &[Permission::EditTickets, Permission::CloseTickets]).await;
    closes.post(&merge, &json!({ "into": two })).await.expect(StatusCode::OK);
    edits.delete(&merge).await.problem(403, "forbidden");
    closes.delete(&merge).await.expect(StatusCode::OK);
    // Nobody reads what they may not see, and customers are not told that they did.
    staff(&desk).await;
    let chat = carl.client.post("/v1/chats", &json!({ "message": "Hello?" })).await.id();
    let blind = token(&desk, &[Permission::CreateTickets, Permission::SendMessages]).await;
    let sees = [Permission::CreateTickets, Permission::SendMessages, Permission::ViewTickets, Permission::ViewChat];
    let sees = token(&desk, &sees).await;
    for path in [format!("/v1/tickets/{two}/read"), format!("/v1/chats/{chat}/read")] {
        blind.post(&path, &json!({})).await.problem(404, "not_found");
        sees.post(&path, &json!({})).await.expect(StatusCode::OK);
    }
}

#[tokio::test]
async fn of_a_deleted_ticket_nothing_is_told_by_others_and_nothing_is_stuck() {
    let desk = quiet_desk().await;
    let admin = desk.admin();
    let (carl, ada) = (desk.customer().await, staff(&desk).await);
    let open = async |subject: &str| admin.open_ticket(&carl.id, subject).await.id();
    let (linked, gone, kept) = (open("Linked").await, open("Gone").await, open("Kept").await);
    for other in [&gone, &kept] {
        let path = format!("/v1/tickets/{linked}/links/{other}");
        admin.put(&path, &json!({})).await.expect(StatusCode::OK);
    }
    let merged = open("Merged").await;
    admin.post(&format!("/v1/tickets/{merged}/merge"), &json!({ "into": gone })).await.expect(StatusCode::OK);
    let closed = json!({ "status": "closed" });
    admin.put(&format!("/v1/tickets/{gone}/status"), &closed).await.expect(StatusCode::OK);
    let follow = json!({ "subject": "More", "description": "d", "category": "general", "follow_up_of": gone });
    let follow = carl.client.post("/v1/tickets", &follow).await.id();
    let chat = carl.client.post("/v1/chats", &json!({ "message": "Hello?" })).await.id();
    ada.client.post(&format!("/v1/chats/{chat}/accept"), &json!({})).await.expect(StatusCode::OK);
    let made = json!({ "subject": "Of a chat", "category": "general" });
    let convert = format!("/v1/chats/{chat}/ticket");
    let of_chat = ada.client.post(&convert, &made).await.expect(StatusCode::CREATED);
    let (of_chat, number) = (of_chat["id"].as_str().expect("an id").to_owned(), of_chat["number"].clone());
    ada.client.post(&convert, &made).await.problem(409, "already_converted");
    let known = admin.get(&format!("/v1/tickets/{gone}")).await.json();
    let mut last = json!(null);
    for ticket in [&gone, &of_chat] {
        last = admin.delete(&format!("/v1/tickets/{ticket}")).await.expect(StatusCode::OK);
    }
    seen(&admin, &last).await;

    let numbers = [known["number"].clone(), number].map(|number| number.as_str().expect("a number").to_owned());
    let ids = [&gone, &of_chat];
    for path in [
        format!("/v1/tickets/{merged}"),
        format!("/v1/tickets/{merged}?at_version=2"),
        format!("/v1/tickets/{merged}/events"),
        format!("/v1/tickets/{follow}"),
        format!("/v1/tickets/{follow}/events"),
        format!("/v1/tickets/{linked}"),
        format!("/v1/chats/{chat}"),
        format!("/v1/chats/{chat}/events"),
        "/v1/chats".to_owned(),
    ] {
        let answer = carl.client.get(&path).await;
        answer.expect(StatusCode::OK);
        for secret in ids.into_iter().chain(&numbers) {
            assert!(!answer.text.contains(secret.as_str()), "{path}: {secret} in {}", answer.text);
        }
    }
    let view = admin.get(&format!("/v1/tickets/{linked}")).await.expect(StatusCode::OK);
    assert_eq!(view["linked"], json!([kept]), "for the desk too");
    let view = admin.get(&format!("/v1/tickets/{follow}")).await.expect(StatusCode::OK);
    assert_eq!((&view["follow_up_of"], &view["linked"]), (&json!(null), &json!([])));
    // What is left of it can be taken away, and the chat made into a ticket again.
    admin.delete(&format!("/v1/tickets/{linked}/links/{gone}")).await.expect(StatusCode::OK);
    let again = ada.client.post(&convert, &made).await.expect(StatusCode::CREATED);
    let view = ada.client.get_at(&format!("/v1/chats/{chat}"), again["position"].as_u64().expect("one")).await.json();
    assert_eq!((&view["ticket_id"], &view["ticket_number"]), (&again["id"], &again["number"]));
}
