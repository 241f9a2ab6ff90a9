//! A ticket from the first message to the rating, by everybody who takes part, and what each of them sees of it.

use docket_tests::{Docket, Person};
use serde_json::{Value, json};

#[tokio::test]
async fn from_the_first_message_to_the_rating() {
    let docket = Docket::start().await;
    let admin = docket.admin();
    let department = admin.post("/v1/departments", json!({ "name": "Billing" })).await.id();
    let ada = Person::agent(&admin, "Ada Agent", "agent").await;
    let grace = Person::agent(&admin, "Grace Agent", "supervisor").await;
    let carl = Person::customer(&admin, "Carl Customer").await;

    let opened = carl
        .client
        .post(
            "/v1/tickets",
            json!({ "subject": "The invoice is wrong", "description": "It says 100, it should say 90.",
                    "category": "billing", "priority": "high", "order_ref": "A-17", "department_id": department }),
        )
        .await;
    assert_eq!(opened.status, 201, "{opened}");
    let receipt = opened.ok();
    assert_eq!(receipt["number"], "TKT-000001");
    assert_eq!(receipt["version"].as_u64().map(|v| format!("\"{v}\"")).as_deref(), opened.header("etag"));
    assert_eq!(receipt["position"].to_string(), opened.header("docket-position").unwrap_or_default());
    let id = opened.id();
    let ticket = format!("/v1/tickets/{id}");
    assert!(opened.header("location").is_some_and(|at| at.ends_with(&ticket)));

    let seen = at(&ada, &ticket, &receipt).await;
    assert_eq!(seen["status"], "open");
    assert_eq!((&seen["subject"], &seen["customer_name"]), (&json!("The invoice is wrong"), &json!("Carl Customer")));
    assert_eq!((&seen["unread_count"], &seen["message_count"]), (&json!(1), &json!(1)));

    // Assigning an open ticket takes it into work.
    let assigned = grace.client.put(&format!("{ticket}/assignee"), json!({ "agent_id": ada.id })).await.ok();
    let seen = at(&grace, &ticket, &assigned).await;
    assert_eq!((&seen["status"], &seen["assignee_name"]), (&json!("in_progress"), &json!("Ada Agent")));

    ada.client.post(&format!("{ticket}/notes"), json!({ "body": "He was overcharged before." })).await.ok();
    let reply = ada.client.post(&format!("{ticket}/messages"), json!({ "body": "Which line is wrong?" })).await.ok();
    let seen = at(&carl, &ticket, &reply).await;
    assert!(seen["first_responded_at"].is_string(), "{seen}");
    assert_eq!(
        (&seen["unread_count"], &seen["message_count"], &seen["response_count"]),
        (&json!(1), &json!(2), &json!(1))
    );
    carl.client.post(&format!("{ticket}/read"), json!({})).await.ok();
    let waits = ada.client.put(&format!("{ticket}/status"), json!({ "status": "waiting_customer" })).await.ok();
    assert_eq!(at(&carl, &ticket, &waits).await["unread_count"], 0);

    // The customer's answer takes it up again.
    let answer = carl.client.post(&format!("{ticket}/messages"), json!({ "body": "The second." })).await.ok();
    assert_eq!(at(&ada, &ticket, &answer).await["status"], "in_progress");

    for (path, body) in [
        ("priority", json!({ "priority": "urgent" })),
        ("category", json!({ "category": "invoices" })),
        ("subject", json!({ "subject": "The second line of the invoice is wrong" })),
        ("order", json!({ "order_ref": "A-18" })),
    ] {
        ada.client.put(&format!("{ticket}/{path}"), body).await.ok();
    }
    let tagged = ada.client.post(&format!("{ticket}/tags"), json!({ "add": ["refund", "vip"] })).await.ok();
    let seen = at(&ada, &ticket, &tagged).await;
    assert_eq!(
        [&seen["priority"], &seen["category"], &seen["order_ref"], &seen["tags"]],
        [&json!("urgent"), &json!("invoices"), &json!("A-18"), &json!(["refund", "vip"])]
    );

    ada.client.put(&format!("{ticket}/status"), json!({ "status": "resolved" })).await.ok();
    carl.client.put(&format!("{ticket}/feedback"), json!({ "rating": 5, "comment": "Quick." })).await.ok();
    let closed = carl.client.put(&format!("{ticket}/status"), json!({ "status": "closed" })).await;
    let seen = at(&grace, &ticket, &closed.ok()).await;
    assert!(seen["resolved_at"].is_string(), "{seen}");
    assert_eq!(seen["feedback"]["rating"], 5, "{seen}");

    let all = texts(&ada.client.all(&format!("{ticket}/messages")).await);
    assert_eq!(
        all,
        ["It says 100, it should say 90.", "He was overcharged before.", "Which line is wrong?", "The second."]
    );
    let public = texts(&carl.client.all(&format!("{ticket}/messages")).await);
    assert_eq!(public, ["It says 100, it should say 90.", "Which line is wrong?", "The second."]);

    let events = ada.client.all(&format!("{ticket}/events")).await;
    let versions: Vec<u64> = events.iter().filter_map(|event| event["version"].as_u64()).collect();
    assert_eq!(versions, (1..=versions.len() as u64).collect::<Vec<_>>(), "gapless");
    let as_opened = ada.client.get(&format!("{ticket}?at_version=1")).await.ok();
    assert_eq!((&as_opened["status"], &as_opened["priority"]), (&json!("open"), &json!("high")));

    let dashboard = grace.client.get("/v1/dashboard").await.ok();
    assert_eq!((&dashboard["total_tickets"], &dashboard["customer_satisfaction_score"]), (&json!(1), &json!(5.0)));
}

/// A resource as somebody sees it once the read models have what `receipt` speaks of.
async fn at(who: &Person, path: &str, receipt: &Value) -> Value {
    who.client.get_at(path, receipt["position"].as_u64().expect("a position")).await.ok()
}

fn texts(messages: &[Value]) -> Vec<String> {
    messages.iter().filter_map(|message| message["body"].as_str().map(str::to_owned)).collect()
}

/// A change of many tickets says of each on which version it was made, so that it can be taken back to what was there, whatever
/// whoever asked for it had seen.
#[tokio::test]
async fn a_bulk_change_tells_on_what_it_was_made() {
    let mut docket = Docket::start().await;
    let admin = docket.admin();
    let carl = Person::customer(&admin, "Carl Customer").await;
    let (seen, moved) = (admin.open_ticket(&carl.id, "Seen").await, admin.open_ticket(&carl.id, "Moved").await);
    let (one, two) = (seen.id(), moved.id());
    let version = |receipt: &Value| receipt["version"].as_u64().expect("a version");
    // Since it was shown, somebody else has changed one of them.
    let urgent = admin.put(&format!("/v1/tickets/{two}/priority"), json!({ "priority": "urgent" })).await.ok();
    let change = json!({ "ids": [one, two], "priority": "high", "add_tags": ["batch"] });
    let answer = admin.post_once("/v1/ticket-changes", "bulk", &change).await.expect("an answer").ok();
    let before = |item: usize| answer["items"][item]["version_before"].as_u64().expect("the version before");
    assert_eq!((before(0), before(1)), (version(&seen.ok()), version(&urgent)), "{answer}");
    let priority = async |id: &str, version: u64| {
        let at = at(
            &Person { id: String::new(), client: admin.clone() },
            &format!("/v1/tickets/{id}?at_version={version}"),
            &urgent,
        )
        .await;
        at["priority"].clone()
    };
    assert_eq!(priority(&one, before(0)).await, "medium");
    assert_eq!(priority(&two, before(1)).await, "urgent");
    assert_eq!(priority(&two, version(&answer["items"][1]["receipt"])).await, "high");

    // The same is told when it is asked for again, also by another process, and after more was done.
    admin.put(&format!("/v1/tickets/{one}/priority"), json!({ "priority": "low" })).await.ok();
    docket.kill();
    docket.resume().await;
    let again = admin.post_once("/v1/ticket-changes", "bulk", &change).await.expect("an answer").ok();
    assert_eq!(again, answer);
    // What was so already was changed on the version it is at; what is refused, on none.
    let nobody = docket_store::new_id();
    let same = json!({ "ids": [two, nobody], "priority": "high" });
    let answer = admin.post("/v1/ticket-changes", same).await.ok();
    let item = &answer["items"][0];
    assert_eq!(item["version_before"], item["receipt"]["version"], "{answer}");
    assert!(answer["items"][1].get("version_before").is_none(), "{answer}");
    docket.stop().await;
}
