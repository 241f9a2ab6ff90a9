//! What a visitor for whom nobody vouched learns of who they are, and how much of the desk they can take.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Client, TestDesk, unique};
use crate::live::Socket;
use crate::widget::{SHOP, hash, identity_secret, quiet_desk, seen, set_up, staff, visit};

const OFFLINE: &str = "/v1/visit/offline-messages";

async fn left(vera: &Client, body: &Value) -> Value {
    vera.post(OFFLINE, body).await.expect(StatusCode::CREATED)
}

/// All that is told to a visitor of a chat and a ticket of theirs.
async fn told(vera: &Client, chat: &str, ticket: &str) -> String {
    let mut all = String::new();
    for path in [
        "/v1/visit".to_owned(),
        "/v1/chats".into(),
        "/v1/tickets".into(),
        format!("/v1/chats/{chat}"),
        format!("/v1/chats/{chat}/messages"),
        format!("/v1/chats/{chat}/events"),
        format!("/v1/chats/{chat}/transcript"),
        format!("/v1/tickets/{ticket}"),
        format!("/v1/tickets/{ticket}?at_version=1"),
        format!("/v1/tickets/{ticket}/messages"),
    ] {
        let answer = vera.get(&path).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text);
        all.push_str(&answer.text);
    }
    let mut socket = Socket::connect(vera).await;
    for topic in [format!("chat:{chat}"), format!("ticket:{ticket}")] {
        socket.say(&json!({ "type": "subscribe", "topic": topic, "after": 0 })).await;
        loop {
            let message = socket.next(std::time::Duration::from_secs(10)).await.expect("an answer");
            all.push_str(&message.to_string());
            if message["type"] == "subscribed" {
                break;
            }
            assert_ne!(message["type"], "error", "{message}");
        }
    }
    all
}

#[tokio::test]
async fn a_visitor_nobody_vouched_for_is_who_they_say_they_are() {
    let desk = quiet_desk().await;
    let admin = desk.admin();
    let key = set_up(&admin, json!({})).await;
    let (vera, begun) = visit(&desk, &key, &json!({ "name": "Vee" })).await;
    let visitor = begun["customer_id"].as_str().expect("an id").to_owned();
    let ada = staff(&desk).await;
    let chat = vera.post("/v1/chats", &json!({ "message": "Hello?" })).await.id();
    let ticket = left(&vera, &json!({ "message": "Where is it?", "email": "vee@example.org" })).await;
    let ticket = ticket["id"].as_str().expect("an id").to_owned();

    let email = format!("{}@known.example.com", unique());
    let known = json!({ "name": "Real Name Only Desk Knows", "email": email });
    let customer = admin.post("/v1/customers", &known).await.id();
    // The desk writes down what it knows, and then sees who it is.
    let details = json!({ "name": "Vera Whom The Desk Knows", "email": null, "phone": null });
    admin.put(&format!("/v1/customers/{visitor}"), &details).await.expect(StatusCode::OK);
    let merge = format!("/v1/customers/{visitor}/merge");
    let merged = admin.post(&merge, &json!({ "into": customer })).await.expect(StatusCode::OK);
    ada.client.post(&format!("/v1/chats/{chat}/accept"), &json!({})).await.expect(StatusCode::OK);
    // Later changes are not theirs either.
    let phone = json!({ "name": "Renamed By The Desk", "email": email, "phone": "123" });
    let last = admin.put(&format!("/v1/customers/{customer}"), &phone).await.expect(StatusCode::OK);
    seen(&admin, &last).await;

    let all = told(&vera, &chat, &ticket).await;
    for secret in ["Real Name", "Renamed", "Vera Whom", email.as_str(), customer.as_str()] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
    let own = vera.get(&format!("/v1/chats/{chat}")).await.expect(StatusCode::OK);
    let as_stated = (json!(visitor), json!("Vee"), json!("vee@example.org"), json!(false));
    let shown = |of: &Value| (of["id"].clone(), of["name"].clone(), of["email"].clone(), of["email_verified"].clone());
    assert_eq!(shown(&own["visitor"]), as_stated);
    let own = vera.get(&format!("/v1/tickets/{ticket}")).await.expect(StatusCode::OK);
    assert_eq!((&own["customer_id"], &own["customer_name"]), (&json!(visitor), &json!("Vee")));
    let said = vera.get(&format!("/v1/chats/{chat}/messages")).await.expect(StatusCode::OK);
    let author = &said["items"][0]["author"];
    assert_eq!((&author["id"], &author["name"]), (&json!(visitor), &json!("Vee")));
    // Whom the desk takes them for cannot be tried out.
    let found = async |client: &Client, person: &str| {
        let path = format!("/v1/tickets?customer_id={person}");
        client.get(&path).await.expect(StatusCode::OK)["items"].as_array().map_or(0, Vec::len)
    };
    assert_eq!((found(&vera, &customer).await, found(&vera, &visitor).await), (0, 1));
    assert_eq!(vera.get(&format!("/v1/chats?customer_id={customer}")).await.json()["items"], json!([]));

    // The desk sees one person in both.
    assert_eq!((found(&admin, &customer).await, found(&admin, &visitor).await), (1, 1));
    let theirs = admin.get(&format!("/v1/chats/{chat}")).await.expect(StatusCode::OK);
    assert_eq!((&theirs["visitor"]["id"], &theirs["visitor"]["name"]), (&json!(customer), &phone["name"]));

    // They leave another message, and say another name, as if nothing were.
    let again = left(&vera, &json!({ "message": "And now?", "name": "Veronica" })).await;
    let second = format!("/v1/tickets/{}", again["id"].as_str().expect("an id"));
    let position = again["position"].as_u64().expect("a position");
    let own = vera.get_at(&second, position).await.expect(StatusCode::OK);
    assert_eq!((&own["customer_id"], &own["customer_name"]), (&json!(visitor), &json!("Veronica")));
    assert_eq!(admin.get_at(&second, position).await.json()["customer_id"], json!(customer));
    assert!(merged["position"].as_u64() < Some(position));
    let all = told(&vera, &chat, &ticket).await;
    assert!(!all.contains("Renamed") && !all.contains(&customer), "{all}");
}

#[tokio::test]
async fn a_visitor_their_site_vouches_for_is_the_customer() {
    let desk = quiet_desk().await;
    let admin = desk.admin();
    let key = set_up(&admin, json!({})).await;
    let secret = identity_secret(&admin).await;
    let user = unique();
    let customer = admin.post("/v1/customers", &json!({ "name": "Carla", "external_id": user })).await.id();
    let identity = json!({ "identity": { "user_id": user, "hash": hash(&secret, &user) } });
    let (carla, begun) = visit(&desk, &key, &identity).await;
    assert_eq!(begun["customer_id"], json!(customer));
    assert_eq!(carla.get("/v1/visit").await.expect(StatusCode::OK)["name"], "Carla");
    staff(&desk).await;
    let chat = carla.post("/v1/chats", &json!({ "message": "Hello" })).await;
    let position = chat.json()["position"].as_u64().expect("a position");
    let own = carla.get_at(&format!("/v1/chats/{}", chat.id()), position).await.expect(StatusCode::OK);
    assert_eq!((&own["visitor"]["id"], &own["visitor"]["name"]), (&json!(customer), &json!("Carla")));
    // Made anew, the secret ends what stood on the one before, and nobody else's visit.
    let (vera, _) = visit(&desk, &key, &json!({})).await;
    let mut socket = Socket::connect(&carla).await;
    identity_secret(&admin).await;
    assert_eq!(socket.closed_with().await, Some(1008));
    carla.get("/v1/visit").await.problem(401, "unauthenticated");
    vera.get("/v1/visit").await.expect(StatusCode::OK);
}

#[tokio::test]
async fn a_visitor_has_one_chat_and_a_customer_a_few() {
    let desk = quiet_desk().await;
    let key = set_up(&desk.admin(), json!({})).await;
    let ada = staff(&desk).await;
    let (vera, begun) = visit(&desk, &key, &json!({ "name": "Vera" })).await;
    let carl = desk.customer().await;
    for (client, person, most) in [(&vera, &begun["customer_id"], 1), (&carl.client, &json!(carl.id), 3)] {
        let body = json!({ "message": "Hello?" });
        let answers = futures::future::join_all((0..12).map(|_| client.post("/v1/chats", &body))).await;
        let (begun, refused): (Vec<_>, Vec<_>) =
            answers.iter().partition(|answer| answer.status == StatusCode::CREATED);
        assert_eq!(begun.len(), most);
        let ids: Vec<_> = begun.iter().map(|answer| answer.id()).collect();
        for answer in refused {
            let problem = answer.problem(409, "chat_open");
            assert!(ids.contains(&problem["chat_id"].as_str().expect("an id").to_owned()), "{problem}");
            assert_eq!(problem["limit"], most);
        }
        // One that is over makes room for the next, also for the third and fourth.
        let mut open = ids[0].clone();
        for _ in 0..4 {
            client.post(&format!("/v1/chats/{open}/end"), &json!({})).await.expect(StatusCode::OK);
            let next = client.post("/v1/chats", &body).await;
            next.expect(StatusCode::CREATED);
            assert_ne!(next.id(), open);
            open = next.id();
            client.post("/v1/chats", &body).await.problem(409, "chat_open");
        }
        // The desk begins one besides.
        let by_desk = json!({ "customer_id": person, "message": "How are you?" });
        ada.client.post("/v1/chats", &by_desk).await.expect(StatusCode::CREATED);
    }
}

#[tokio::test]
async fn one_address_takes_no_more_than_some_places_in_the_queue() {
    let desk = TestDesk::start_with(|settings| {
        settings.roles.retain(|role| *role != docket_api::config::Role::Reactors);
        settings.widget.waiting_chats_per_address = 2;
    })
    .await;
    let key = set_up(&desk.admin(), json!({})).await;
    let ada = staff(&desk).await;
    let mut visitors = Vec::new();
    for _ in 0..3 {
        visitors.push(visit(&desk, &key, &json!({})).await.0);
    }
    let start = |visitor: &Client| {
        let request = visitor.request(Method::POST, "/v1/chats").header("idempotency-key", "once");
        Client::send(request.json(&json!({ "message": "Hello?" })))
    };
    let first = start(&visitors[0]).await.expect(StatusCode::CREATED)["id"].clone();
    start(&visitors[1]).await.expect(StatusCode::CREATED);
    let refused = start(&visitors[2]).await;
    assert_eq!(refused.problem(429, "over_budget")["budget"], "waiting_chats");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(
        start(&visitors[0]).await.expect(StatusCode::CREATED)["id"],
        first,
        "repeated, it is answered as before"
    );
    // Customers the desk knows wait besides, and whoever is answered waits no more.
    desk.customer().await.client.post("/v1/chats", &json!({ "message": "Hi" })).await.expect(StatusCode::CREATED);
    let accept = format!("/v1/chats/{}/accept", first.as_str().expect("an id"));
    ada.client.post(&accept, &json!({})).await.expect(StatusCode::OK);
    start(&visitors[2]).await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn a_socket_ends_with_the_widget_and_with_its_origin() {
    let desk = quiet_desk().await;
    let admin = desk.admin();
    let key = set_up(&admin, json!({})).await;
    let (vera, _) = visit(&desk, &key, &json!({})).await;
    let mut socket = Socket::connect_from(&vera, Some(SHOP)).await;
    set_up(&admin, json!({ "title": "Another title" })).await;
    socket.say(&json!({ "type": "ping" })).await;
    socket.next_of("pong").await;
    set_up(&admin, json!({ "allowed_origins": ["https://other.example.com"] })).await;
    assert_eq!(socket.closed_with().await, Some(1008));
    set_up(&admin, json!({})).await;
    let mut socket = Socket::connect_from(&vera, Some(SHOP)).await;
    set_up(&admin, json!({ "enabled": false })).await;
    assert_eq!(socket.closed_with().await, Some(1008));
}

#[tokio::test]
async fn a_visitor_says_little_at_once_wherever_they_say_it() {
    let desk = quiet_desk().await;
    let key = set_up(&desk.admin(), json!({})).await;
    let (vera, _) = visit(&desk, &key, &json!({ "email": "vera@example.org" })).await;
    let ticket = left(&vera, &json!({ "message": "Where is it?" })).await;
    let messages = format!("/v1/tickets/{}/messages", ticket["id"].as_str().expect("an id"));
    let refused = vera.post(&messages, &json!({ "body": "x".repeat(4097) })).await.problem(422, "invalid_fields");
    assert_eq!(refused["errors"][0]["field"], "body");
    vera.post(&messages, &json!({ "body": "x".repeat(4096) })).await.expect(StatusCode::CREATED);
}
