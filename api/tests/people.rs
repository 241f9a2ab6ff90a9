//! Customers' addresses and histories over HTTP.

use docket_domain::{Category, StreamId};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Client, TestDesk, unique};
use crate::widget::{SHOP, ask_from, hash, identity_secret, quiet_desk, seen, set_up, staff, visit};

async fn ticket_for(admin: &Client, email: &str) -> String {
    let body = json!({ "subject": "Lamp", "description": "Broken", "customer": { "email": email } });
    let opened = admin.post("/v1/tickets", &body).await.expect(StatusCode::CREATED);
    let path = format!("/v1/tickets/{}", opened["id"].as_str().expect("an id"));
    let ticket = admin.get_at(&path, opened["position"].as_u64().expect("a position")).await.expect(StatusCode::OK);
    ticket["customer_id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn an_address_follows_the_person() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let (old, new) = (format!("{}@old.example", unique()), format!("{}@new.example", unique()));
    let ada = admin.post("/v1/customers", &json!({ "name": "Ada", "email": old })).await.id();
    let path = format!("/v1/customers/{ada}");
    admin.put(&path, &json!({ "name": "Ada", "email": new })).await.expect(StatusCode::OK);
    assert_eq!(ticket_for(&admin, &new.to_uppercase()).await, ada);
    let other = ticket_for(&admin, &old).await;
    assert_ne!(other, ada);

    // A taken address is refused by name, wherever it is given.
    let other_path = format!("/v1/customers/{other}");
    let taken = admin.put(&other_path, &json!({ "email": new.to_uppercase() })).await.problem(409, "identity_taken");
    assert_eq!((&taken["errors"][0]["field"], &taken["errors"][0]["code"]), (&json!("email"), &json!("taken")));
    assert_eq!(taken["id"], ada);
    let known = admin.post("/v1/customers", &json!({ "email": new })).await.problem(409, "already_exists");
    assert_eq!((&known["id"], &known["errors"][0]["field"]), (&json!(ada), &json!("email")));

    let list = admin.get(&format!("/v1/customers?email={}", new.to_uppercase())).await.expect(StatusCode::OK);
    assert_eq!(list["items"][0]["id"], ada);
    assert_eq!(list["items"][0]["email_verified"], true);
}

#[tokio::test]
async fn an_address_a_customer_sets_gives_them_nothing_of_somebody_else() {
    let desk = TestDesk::start().await;
    let (admin, mallory) = (desk.admin(), desk.customer().await);
    let wanted = format!("{}@victim.example", unique());
    let set = mallory.client.put(&format!("/v1/customers/{}", mallory.id), &json!({ "email": wanted })).await;
    seen(&admin, &set.expect(StatusCode::OK)).await;
    let shown = admin.get(&format!("/v1/customers/{}", mallory.id)).await.expect(StatusCode::OK);
    assert_eq!((&shown["email"], &shown["email_verified"]), (&json!(wanted), &json!(false)));
    assert_ne!(ticket_for(&admin, &wanted).await, mallory.id);
}

#[tokio::test]
async fn what_a_visitor_corrects_is_what_the_desk_sees() {
    let desk = quiet_desk().await;
    let admin = desk.admin();
    let key = set_up(&admin, json!({})).await;
    let (vera, begun) = visit(&desk, &key, &json!({})).await;
    let leave = async |name: &str, email: &str| {
        let body = json!({ "message": "Where is it?", "name": name, "email": email });
        let left = vera.post("/v1/visit/offline-messages", &body).await.expect(StatusCode::CREATED);
        seen(&admin, &left).await;
        left["id"].as_str().expect("an id").to_owned()
    };
    let first = leave("Vera", "vera@exmaple.com").await;
    leave("Vera Visser", "vera@example.com").await;
    let customer = format!("/v1/customers/{}", begun["customer_id"].as_str().expect("an id"));
    let shown = admin.get(&customer).await.expect(StatusCode::OK);
    assert_eq!((&shown["name"], &shown["email"]), (&json!("Vera Visser"), &json!("vera@example.com")));
    assert_eq!(shown["email_verified"], false);
    let ticket = admin.get(&format!("/v1/tickets/{first}")).await.expect(StatusCode::OK);
    assert_eq!(
        (&ticket["customer_email"], &ticket["customer_email_verified"]),
        (&json!("vera@example.com"), &json!(false))
    );
    // What was stated before stays in the history.
    let id = Uuid::parse_str(begun["customer_id"].as_str().expect("an id")).expect("a uuid");
    let stream = StreamId::new(desk.desk().tenant.clone(), Category::Customer, id);
    let history = desk.desk().journal.read_stream(&stream, 0, 100).await.expect("the log");
    let stated: Vec<_> = history.iter().map(|event| event.body.encode().expect("JSON")).collect();
    assert!(stated.iter().any(|event| event.contains("vera@exmaple.com")), "{stated:?}");

    // In a chat's form it is the same.
    staff(&desk).await;
    let body = json!({ "name": "Vera V.", "email": "v.visser@example.com", "message": "Hello?" });
    let chat = vera.post("/v1/chats", &body).await.expect(StatusCode::CREATED);
    seen(&admin, &chat).await;
    let shown = admin.get(&customer).await.expect(StatusCode::OK);
    assert_eq!((&shown["name"], &shown["email"]), (&json!("Vera V."), &json!("v.visser@example.com")));
}

#[tokio::test]
async fn a_recognised_visitors_history_is_the_customers() {
    let desk = quiet_desk().await;
    let admin = desk.admin();
    let key = set_up(&admin, json!({})).await;
    let (vera, before) = visit(&desk, &key, &json!({ "name": "Vera" })).await;
    let left = json!({ "message": "Before I signed in", "email": "vera@example.com" });
    let left = vera.post("/v1/visit/offline-messages", &left).await.expect(StatusCode::CREATED);
    let secret = identity_secret(&admin).await;
    let user = unique();
    let body = json!({ "identity": { "user_id": user, "hash": hash(&secret, &user) }, "name": "Uma" });
    let path = format!("/v1/widget/{key}/sessions");
    let begun = ask_from(&vera, Method::POST, &path, SHOP, Some(&body)).await.expect(StatusCode::CREATED);
    let (customer, visitor) = (&begun["customer_id"], &before["customer_id"]);
    let (customer, visitor) = (customer.as_str().expect("an id"), visitor.as_str().expect("an id"));

    // Whatever the desk begins with the visitor now is the customer's.
    let body = json!({ "subject": "Call back", "description": "They called", "customer_id": visitor });
    let opened = admin.post("/v1/tickets", &body).await.expect(StatusCode::CREATED);
    let follows =
        json!({ "subject": "Again", "description": "And again", "customer_id": customer, "follow_up_of": left["id"] });
    let follows = admin.post("/v1/tickets", &follows).await.expect(StatusCode::CREATED);
    seen(&admin, &follows).await;
    let ids = |list: &Value| -> Vec<String> {
        let mut ids: Vec<_> =
            list["items"].as_array().expect("items").iter().map(|item| item["id"].to_string()).collect();
        ids.sort();
        ids
    };
    let by_customer = admin.get(&format!("/v1/tickets?customer_id={customer}")).await.expect(StatusCode::OK);
    let mut all: Vec<_> = [&left, &opened, &follows].iter().map(|ticket| ticket["id"].to_string()).collect();
    all.sort();
    assert_eq!(ids(&by_customer), all);
    for ticket in by_customer["items"].as_array().expect("items") {
        assert_eq!((&ticket["customer_id"], &ticket["customer_name"]), (&json!(customer), &json!("Uma")));
    }
    let shown = admin.get(&format!("/v1/customers/{customer}")).await.expect(StatusCode::OK);
    assert_eq!(shown["ticket_count"], 3);
    let visits = admin.get(&format!("/v1/customers/{customer}/visits")).await.expect(StatusCode::OK);
    assert_eq!(visits["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn no_two_departments_are_called_alike() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let named = |name: &str| json!({ "name": name });
    let billing = admin.post("/v1/departments", &named("Billing")).await;
    let path = format!("/v1/departments/{}", billing.id());
    let other = admin.post("/v1/departments", &named("Caf\u{e9}")).await;
    for taken in ["Billing", " billing ", "BILLING", "Bill\u{200b}ing", "cafe\u{301}"] {
        let refused = admin.post("/v1/departments", &named(taken)).await.problem(422, "invalid_fields");
        assert_eq!((&refused["errors"][0]["field"], &refused["errors"][0]["code"]), (&json!("name"), &json!("taken")));
    }
    admin.put(&path, &named("CAF\u{c9}")).await.problem(422, "invalid_fields");
    admin.put(&path, &named("BILLING")).await.expect(StatusCode::OK);
    admin.post(&format!("/v1/departments/{}/archive", other.id()), &json!({})).await.expect(StatusCode::OK);
    let refused = admin.post("/v1/departments", &named("Caf\u{e9}")).await.problem(422, "invalid_fields");
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("archived")), "{refused}");
    // Those who ask at once get one department, and the same request is answered alike.
    let at_once = (0..8).map(|_| {
        let admin = admin.clone();
        tokio::spawn(async move { admin.post("/v1/departments", &json!({ "name": "Returns" })).await.status })
    });
    let at_once = futures::future::join_all(at_once).await.into_iter().map(Result::unwrap);
    assert_eq!(at_once.filter(|status| *status == StatusCode::CREATED).count(), 1);
    let again = async || {
        let request = admin.request(reqwest::Method::POST, "/v1/departments").header("idempotency-key", "once");
        crate::harness::Client::send(request.json(&named("Sales"))).await
    };
    assert_eq!(again().await.expect(StatusCode::CREATED), again().await.expect(StatusCode::CREATED));
    admin.put(&path, &named("Billing 2")).await.expect(StatusCode::OK);
    admin.post("/v1/departments", &named("Billing")).await.expect(StatusCode::CREATED);
    // Of old history two come in alike, and each can be renamed.
    let line = |n: u32| {
        let event = json!({ "name": "Twins" });
        let step = json!({ "at": "2020-01-01T00:00:00Z", "action": "event", "event": "DepartmentCreated", "version": 1, "data": event });
        json!({ "type": "stream", "category": "department", "id": format!("01900000-0000-7000-8000-00000000000{n}"), "history": [step] })
    };
    let request = admin.request(reqwest::Method::POST, "/v1/imports").header("content-type", "application/x-ndjson");
    let imported = crate::harness::Client::send(request.body(format!("{}\n{}\n", line(1), line(2)))).await;
    assert_eq!(imported.expect(StatusCode::OK)["refused_count"], 0, "{}", imported.text);
    let twin = "/v1/departments/01900000-0000-7000-8000-000000000001";
    admin.put(twin, &json!({ "name": "Twins", "description": "one of them" })).await.expect(StatusCode::OK);
    admin.put(twin, &named("Twin")).await.expect(StatusCode::OK);
}
