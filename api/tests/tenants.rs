//! Organisations never see each other.

use reqwest::StatusCode;
use serde_json::json;

use crate::harness::TestDesk;
use crate::live::Socket;

#[tokio::test]
async fn another_organisation_finds_nothing() {
    let desk = TestDesk::start().await;
    let (admin, customer) = (desk.admin(), desk.customer().await);
    let other = desk.other_organisation("rival").await;
    let opened = admin.open_ticket(&customer.id, "Ours alone").await;
    let position = opened.json()["position"].as_u64().expect("a position");
    let ticket = format!("/v1/tickets/{}", opened.id());
    for path in [
        ticket.clone(),
        format!("{ticket}/messages"),
        format!("{ticket}/events"),
        format!("{ticket}/sla"),
        format!("/v1/customers/{}", customer.id),
        format!("/v1/tickets/{}?at_version=1", opened.id()),
    ] {
        other.get_at(&path, position).await.problem(404, "not_found");
    }
    for list in ["/v1/tickets", "/v1/customers", "/v1/search?q=Ours"] {
        let text = other.get(list).await;
        text.expect(StatusCode::OK);
        assert_eq!(text.json()["items"], json!([]), "{list}");
    }
    let audit = other.get("/v1/audit?limit=100").await;
    assert!(!audit.text.contains(&opened.id()), "{}", audit.text);
    other.post(&format!("{ticket}/messages"), &json!({ "body": "hello" })).await.problem(404, "not_found");
    other.delete(&ticket).await.problem(404, "not_found");
    other.post(&format!("/v1/customers/{}/erase", customer.id), &json!({})).await.problem(404, "not_found");
    let theirs = json!({ "subject": "s", "description": "d", "category": "c", "customer_id": customer.id });
    assert!(other.post("/v1/tickets", &theirs).await.status.is_client_error());
    let agent = desk.agent("agent").await;
    other.post(&format!("/v1/agents/{}/deactivate", agent.id), &json!({})).await.problem(404, "not_found");
    assert_eq!(agent.client.get("/v1/me").await.status, StatusCode::OK);
    // What is open here goes on, whoever elsewhere names its holder.
    let mut socket = Socket::connect(&agent.client).await;
    for id in [&agent.id, &customer.id] {
        other.delete(&format!("/v1/customers/{id}/visits")).await.problem(404, "not_found");
    }
    socket.say(&json!({ "type": "ping" })).await;
    socket.next_of("pong").await;
    // Numbers are each organisation's own.
    let body =
        json!({ "subject": "Theirs", "description": "d", "category": "c", "customer": { "email": "x@example.com" } });
    assert_eq!(other.post("/v1/tickets", &body).await.expect(StatusCode::CREATED)["number"], "TKT-000001");
}
