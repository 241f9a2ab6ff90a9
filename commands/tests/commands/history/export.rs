//! Exporting, and that an import of it gives the same desk.

use std::collections::BTreeMap;

use docket_domain::ticket::TicketNumber;
use docket_domain::{Actor, ActorKind, AgentId, Category, CustomerId, DomainEvent, Event, PersonId, StreamId};
use docket_store::{Draft, DraftStream, Expected, Keyring as _, new_id};
use serde_json::{Value, json};
use uuid::Uuid;

use super::desk::{Desk, agent, person, step, tenant, ticket, whole_history};

/// What makes up a desk, without what is the log's own: positions, event ids, when it was recorded.
fn told(events: Vec<Event>) -> BTreeMap<String, Vec<Value>> {
    let mut streams: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for Event { meta, body } in events {
        let mut payload: Value = serde_json::from_str(&body.encode().unwrap()).unwrap();
        // Erased text that may be absent reads as absent.
        payload.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let event = json!({
            "version": meta.version, "type": body.event_type(), "at": meta.occurred_at, "irregular": meta.irregular,
            "actor": meta.actor, "subject": meta.data_subject, "payload": payload,
        });
        streams.entry(meta.stream.to_string()).or_default().push(event);
    }
    streams
}

async fn assert_survives(desk: &Desk) -> Vec<u8> {
    let (report, text) = desk.export().await;
    let events = desk.events().await;
    assert_eq!(report.events, events.len() as u64);
    let other = Desk::new().await;
    let came = other.import(&text).await;
    assert_eq!((came.refused_count, came.unchanged, came.renumbered), (0, 0, 0), "{came:?}");
    let (expected, actual) = (told(events), told(other.events().await));
    assert_eq!(expected.keys().collect::<Vec<_>>(), actual.keys().collect::<Vec<_>>());
    for (stream, events) in expected {
        assert_eq!(actual[&stream], events, "{stream}");
    }
    let again = String::from_utf8(other.export().await.1).unwrap();
    assert_eq!(again, String::from_utf8(text.clone()).unwrap(), "the same lines in the same order");
    text
}

fn chat() -> Value {
    let at = |second: u32| format!("2021-01-01T00:00:{second:02}Z");
    json!({
        "type": "chat", "external_id": "K1", "customer": {"external_id": "c9", "name": "Bob"}, "opened_at": at(0),
        "department": "Support", "question": "Where is it?", "skills": ["post"], "page": "/track",
        "history": [
            {"at": at(5), "actor": agent(1), "action": "accept"},
            {"at": at(6), "actor": {"kind": "customer"}, "action": "message", "body": "hello"},
            {"at": at(7), "actor": agent(1), "action": "message", "body": "hi"},
            {"at": at(8), "actor": agent(1), "action": "transfer", "to": person(2), "body": "yours"},
            {"at": at(9), "actor": agent(2), "action": "accept"},
            {"at": at(10), "actor": {"kind": "system"}, "action": "end", "by": "timeout"},
            {"at": at(11), "actor": {"kind": "customer"}, "action": "feedback", "rating": 5, "comment": "good"},
            {"at": at(12), "actor": agent(2), "action": "message", "body": "too late"},
        ],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_desk_survives_export_and_import() {
    let desk = Desk::new().await;
    let broken = json!([
        step(1, agent(1), "status", json!({"to": "closed"})),
        step(2, agent(3), "unassign", json!({})),
        step(2, agent(3), "status", json!({"to": "closed"})),
        step(3, agent(3), "message", json!({"body": "after all"})),
        step(4, agent(3), "custom_fields", json!({"to": {"a": 1, "b": "x"}})),
        step(5, agent(3), "custom_fields", json!({"to": {"a": null}})),
        step(5, agent(3), "custom_fields", json!({"to": {"b": "y", "c": "z", "d": "w"}, "plain_fields": ["b", "c"]})),
        step(5, agent(3), "custom_fields", json!({"to": {"b": "back", "c": null}})),
        step(6, agent(3), "department", json!({"to": null})),
        step(2, agent(3), "message", json!({"body": "long before"})),
        step(3, agent(3), "event", json!({"event": "OrderLinked", "data": {"to": "1"}})),
        step(
            3,
            agent(3),
            "event",
            json!({"event": "OrderLinked", "data": {"from": "1", "to": "2"}, "irregular": false})
        ),
    ]);
    let lines = [ticket("T1", whole_history()), chat(), ticket("T2", broken)];
    assert_eq!(desk.import_lines(&lines).await.refused_count, 0);
    let text = assert_survives(&desk).await;
    let text = String::from_utf8(text).unwrap();
    assert!(!text.contains("\"event\":\"CustomFieldsChanged\""), "which text is plain is told: {text}");
    assert!(!text.contains("\"event\":\"StatusChanged\""), "what has a neutral step is told in one: {text}");
    let again = desk.import(text.as_bytes()).await;
    assert_eq!((again.events, again.refused_count), (0, 0), "back where it comes from it changes nothing: {again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_an_export_turns_the_order_of_what_is_read() {
    let desk = Desk::new().await;
    let turned = "invoice\u{202e}fdp.exe \u{2066}x\u{2069} \u{2028}\u{9b}31m \u{200f}مرحبا 👋";
    let message = step(1, agent(1), "message", json!({"body": turned}));
    let mut line = ticket("T1", json!([message]));
    line["description"] = json!(turned);
    line["department"] = json!("Sup\u{202e}port");
    assert_eq!(desk.import_lines(&[line]).await.refused_count, 0);
    let text = String::from_utf8(assert_survives(&desk).await).unwrap();
    assert_eq!(docket_domain::text::printable(&text), text, "all that steers is told in words");
    assert!(text.contains("مرحبا 👋") && text.contains(r"\u202e"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_desk_survives_export_and_import() {
    use docket_domain::agent::{AgentEvent, AgentRegistered, Availability, AvailabilityChanged};
    use docket_domain::customer::{CustomerEvent, CustomerKind, CustomerRegistered};
    use docket_domain::ticket::{
        Assigned, Channel, CustomFieldsChanged, FieldChange, MessagesRead, OrderLinked, PersonalFieldChange, Priority,
        StatusChanged, SubjectChanged, TicketArchived, TicketEvent, TicketOpened, TicketStatus,
    };
    let desk = Desk::new().await;
    let (ann, bob, id) = (new_id(), new_id(), new_id());
    let append = async |category: Category, id: Uuid, subject: Uuid, actor: Actor, bodies: Vec<DomainEvent>| {
        let drafts = bodies.into_iter().map(|body| Draft {
            body,
            occurred_at: desk.journal.clock().now(),
            actor,
            data_subject: Some(PersonId(subject)),
            irregular: false,
        });
        let stream = StreamId::new(tenant(), category, id);
        let stream = DraftStream { stream, expected: Expected::Any, drafts: drafts.collect() };
        desk.journal.append(vec![stream], new_id(), None, None).await.unwrap();
    };
    let registered = AgentRegistered {
        name: "Ann".into(),
        email: Some("ann@example.org".into()),
        role: docket_domain::Role::Admin,
        custom_role_id: None,
        department_ids: Vec::new(),
        skills: vec!["rust".into()],
        max_concurrent_chats: 5,
    };
    let available = AvailabilityChanged { from: Availability::Offline, to: Availability::Available };
    let ann_events: Vec<AgentEvent> = vec![registered.into(), available.into()];
    append(Category::Agent, ann, ann, Actor::SYSTEM, ann_events.into_iter().map(Into::into).collect()).await;
    let registered = CustomerRegistered {
        kind: CustomerKind::Customer,
        name: Some("Bob".into()),
        email: Some("bob@example.org".into()),
        phone: Some("123".into()),
        external_id: None,
        email_verified: None,
    };
    append(Category::Customer, bob, bob, Actor::agent(ann), vec![CustomerEvent::from(registered).into()]).await;
    let opened = TicketOpened {
        number: TicketNumber(desk.journal.store().reserve_numbers(&tenant(), "ticket", 7).await.unwrap() + 6),
        subject: "Key lost".into(),
        description: "Help".into(),
        message_id: docket_domain::MessageId(new_id()),
        category: "keys".into(),
        priority: Priority::Low,
        customer_id: CustomerId(bob),
        department_id: None,
        order_ref: Some("4711".into()),
        tags: vec!["a".into()],
        custom_fields: [("size".to_owned(), json!("small")), ("floor".to_owned(), json!(3))].into(),
        personal_fields: [("room".to_owned(), "behind the Keyhole".into())].into(),
        channel: Channel::Email,
        follow_up_of: None,
        chat_id: None,
        author: None,
        written_at: None,
    };
    let read = MessagesRead { reader: Actor::agent(ann), up_to_version: 1, customer_messages: 1, agent_messages: 0 };
    let (open, working) = (TicketStatus::Open, TicketStatus::InProgress);
    let events: Vec<TicketEvent> = vec![
        opened.into(),
        Assigned { from: None, to: AgentId(ann), by: Actor::SYSTEM }.into(),
        StatusChanged { from: open, to: working, reason: None, resolution_seconds: None, restored: false }.into(),
        read.into(),
        SubjectChanged { from: "Key lost".into(), to: "Key found".into() }.into(),
        OrderLinked { from: Some("4711".into()), to: Some("4712".into()) }.into(),
        CustomFieldsChanged {
            changes: [("size".to_owned(), FieldChange { from: Some(json!("small")), to: Some(json!("large")) })].into(),
            personal_changes: [(
                "room".to_owned(),
                PersonalFieldChange { from: Some("behind the Keyhole".into()), to: Some("Keywest".into()) },
            )]
            .into(),
        }
        .into(),
        TicketArchived { status: working, priority: Priority::Low, category: "keys".into(), assignee_id: None }.into(),
    ];
    let bodies = events.into_iter().map(Into::into).collect();
    append(Category::Ticket, id, bob, Actor { kind: ActorKind::Agent, id: Some(ann) }, bodies).await;
    assert_survives(&desk).await;

    desk.vault.destroy(&tenant(), PersonId(bob)).await.unwrap();
    let erased = CustomerEvent::from(docket_domain::customer::PersonalDataErased {});
    append(Category::Customer, bob, bob, Actor::agent(ann), vec![erased.into()]).await;
    let text = String::from_utf8(assert_survives(&desk).await).unwrap();
    assert!(["Bob", "Key", "4711", "4712"].iter().all(|gone| !text.contains(gone)), "{text}");
    assert!(text.contains("large"), "what says nothing about a person stays: {text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_desk_of_many_comes_back_in_its_order() {
    let desk = Desk::new().await;
    let lines: Vec<Value> = (0..400)
        .map(|n| {
            let mut line = ticket(&format!("T{n}"), whole_history());
            line["customer"] = json!({"external_id": format!("c{}", n % 150), "name": format!("Customer {}", n % 150)});
            line
        })
        .collect();
    assert_eq!(desk.import_lines(&lines).await.refused_count, 0);
    assert_survives(&desk).await;
}
