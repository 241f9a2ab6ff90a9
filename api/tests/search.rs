//! Every list is searched in the same way: words in any order, each from its beginning, whatever their accents and case.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Client, TestDesk};

/// What a list finds.
async fn found(client: &Client, list: &str, words: &str, position: u64) -> Vec<String> {
    let parameter = if list == "search" { "q" } else { "search" };
    let words = utf8_percent_encode(words, NON_ALPHANUMERIC);
    let request = client.request(Method::GET, &format!("/v1/{list}?{parameter}={words}"));
    let answer = Client::send(request.header("docket-min-position", position)).await.expect(StatusCode::OK);
    let items = answer["items"].as_array().expect("items").iter();
    items.map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn lists_find_what_people_paste() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let made = admin
        .post(
            "/v1/customers",
            &json!({ "name": "Özgür Rossi", "email": "maria.rossi@example.org", "phone": "+39 06 1234-567" }),
        )
        .await;
    made.expect(StatusCode::CREATED);
    let customer = made.id();
    let ticket = admin.open_ticket(&customer, "订单无法付款怎么办 INV-2024-00117").await;
    let number = ticket.json()["number"].as_str().expect("a number").to_owned();
    let ticket = ticket.id();
    let chat = admin.post("/v1/chats", &json!({ "customer_id": customer, "question": "Où est mon café ?" })).await;
    let chat_id = chat.id();
    let agent = admin.post("/v1/agents", &json!({ "name": "Élodie Müller", "email": "elodie@example.com" })).await;
    let position = agent.expect(StatusCode::CREATED)["position"].as_u64().expect("a position");
    let agent = agent.id();
    let digits = number.trim_start_matches("TKT-").trim_start_matches('0').to_owned();
    for (list, id, queries) in [
        (
            "tickets",
            &ticket,
            vec![
                "付款",
                "INV-2024-00117",
                "inv2024 00117",
                "00117",
                "INV202400117",
                "ozgur",
                "rossi ÖZG",
                &number,
                &digits,
            ],
        ),
        ("chats", &chat_id, vec!["cafe", "CAFÉ mon", "özgür", "Ozgur rossi", "maria.rossi@example.org"]),
        (
            "customers",
            &customer,
            vec![
                "OZGUR",
                "rossi",
                "example.org",
                "@example.org",
                "<maria.rossi@example.org>",
                "mailto:maria.rossi@example.org",
                "06 1234567",
                "0039061234567",
            ],
        ),
        ("agents", &agent, vec!["elodie", "muller ELO", "elodie@example.com"]),
        ("search", &ticket, vec!["付款", "00117", &number, "rossi"]),
        ("search", &chat_id, vec!["cafe"]),
        ("search", &customer, vec!["rossi", "06 1234567"]),
    ] {
        for words in queries {
            assert!(found(&admin, list, words, position).await.contains(id), "{list} by {words}");
        }
        for words in ["m_ria", "m%ssi", "ssi", "%", "\"", "付单", "nothing at all"] {
            assert!(!found(&admin, list, words, position).await.contains(id), "{list} by {words}");
        }
    }
}

#[tokio::test]
async fn a_search_groups_what_it_finds_and_customers_find_no_people() {
    let desk = TestDesk::start().await;
    let (admin, carl) = (desk.admin(), desk.customer().await);
    let ticket = admin.open_ticket(&carl.id, "Quartz lamp").await.id();
    let note = admin.post(&format!("/v1/tickets/{ticket}/notes"), &json!({ "body": "quartz is fragile" })).await;
    let position = note.expect(StatusCode::CREATED)["position"].as_u64().expect("a position");
    let kinds = |answer: &Value| -> Vec<String> {
        let items = answer["items"].as_array().expect("items").iter();
        items.map(|item| item["kind"].as_str().expect("a kind").to_owned()).collect()
    };
    let all = admin.get_at("/v1/search?q=quartz", position).await.expect(StatusCode::OK);
    assert_eq!(kinds(&all), ["ticket", "message", "message"]);
    let own = carl.client.get("/v1/search?q=quartz").await.expect(StatusCode::OK);
    assert_eq!(kinds(&own), ["ticket", "message"], "no note");
    let person = admin.get("/v1/search?q=customer").await.expect(StatusCode::OK);
    assert_eq!(kinds(&person), ["ticket", "customer"]);
    assert_eq!(person["items"][1]["email"], carl.email);
    let own = carl.client.get("/v1/search?q=customer").await.expect(StatusCode::OK);
    assert_eq!(kinds(&own), Vec::<String>::new());
}
