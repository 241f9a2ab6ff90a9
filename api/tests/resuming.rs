//! From where on listeners are told.

use reqwest::StatusCode;
use serde_json::json;

use crate::harness::TestDesk;
use crate::live::Socket;

/// A position the log has not come to leaves nothing out, and says nothing of how far it is.
#[tokio::test]
async fn a_customer_ahead_of_the_log_misses_nothing() {
    let desk = TestDesk::start_with(|settings| {
        settings.roles.retain(|role| *role != docket_api::config::Role::Reactors);
    })
    .await;
    let (admin, carl) = (desk.admin(), desk.customer().await);
    let opened = admin.open_ticket(&carl.id, "Live").await;
    let topic = format!("ticket:{}", opened.id());
    let last = opened.json()["position"].as_u64().expect("a position");
    admin.get_at("/v1/tickets", last).await.expect(StatusCode::OK);
    // Of the last event that is for the customer too.
    let mut public = last;
    for ahead in [0, 1, 3, 8] {
        let mut socket = Socket::connect(&carl.client).await;
        let end = admin.get("/v1/me").await.header("docket-position").and_then(|at| at.parse::<u64>().ok());
        let after = end.expect("a position") + ahead;
        socket.say(&json!({ "type": "subscribe", "topic": topic, "after": after })).await;
        let from = socket.next_of("subscribed").await["position"].as_u64().expect("a position");
        assert!(from <= public, "{from} of {public}, {ahead} ahead");
        for text in ["one", "two"] {
            let path = format!("/v1/tickets/{}/messages", opened.id());
            let posted = admin.post(&path, &json!({ "body": text })).await.expect(StatusCode::CREATED);
            public = posted["position"].as_u64().expect("a position");
            let event = socket.next_of("event").await;
            assert_eq!(event["event"]["payload"]["body"], text, "{ahead} ahead");
        }
    }
}
