//! Events in the shapes of earlier versions: they are read, and what is personal today is personal in them.

use std::collections::BTreeMap;

use docket_domain::ticket::*;
use docket_domain::{Category, DomainEvent, PersonalText};
use serde_json::{Value, json};

fn read(event_type: &str, payload: &Value) -> TicketEvent {
    let read = DomainEvent::decode(Category::Ticket, event_type, 1, &payload.to_string()).expect("an event");
    let DomainEvent::Ticket(event) = read else { panic!("{event_type} is not of a ticket") };
    event
}

fn personal(event: &TicketEvent) -> Vec<PersonalText> {
    let mut found = Vec::new();
    DomainEvent::from(event.clone()).visit_personal(&mut |text| found.push(text.clone()));
    found
}

#[test]
fn a_ticket_opened_before_personal_fields() {
    let opened = json!({
        "number": "TKT-000007", "subject": { "$sealed": "c3ViamVjdA" }, "description": { "$sealed": "dGV4dA" },
        "message_id": "00000000-0000-0000-0000-000000000001", "category": "hardware", "priority": "high",
        "customer_id": "00000000-0000-0000-0000-000000000002", "order_ref": "A-17", "tags": ["fire"],
        "custom_fields": { "room": "Ada's", "floor": 3, "vip": true }, "channel": "portal",
    });
    let event = read("TicketOpened", &opened);
    let TicketEvent::TicketOpened(opened) = &event else { panic!("{event:?}") };
    assert_eq!(
        (opened.number, opened.priority, opened.tags.as_slice()),
        (TicketNumber(7), Priority::High, &["fire".to_owned()][..])
    );
    assert_eq!(opened.custom_fields, CustomFields::from([("floor".into(), json!(3)), ("vip".into(), json!(true))]));
    assert_eq!(opened.personal_fields, BTreeMap::from([("room".to_owned(), "Ada's".into())]));
    // What was sealed keeps its place among the personal fields: the place is part of what was sealed.
    let sealed = |text: &str| PersonalText::Sealed(text.to_owned());
    assert_eq!(personal(&event), [sealed("c3ViamVjdA"), sealed("dGV4dA"), "A-17".into(), "Ada's".into()]);
}

#[test]
fn custom_fields_changed_before_personal_fields() {
    let changes = json!({ "changes": {
        "room": { "from": "Ada's", "to": "Bob's" }, "floor": { "to": 3 }, "size": { "from": 4, "to": "four" }, "gone": { "from": "x" },
    } });
    let event = read("CustomFieldsChanged", &changes);
    let change = |from: Option<&str>, to: Option<&str>| PersonalFieldChange {
        from: from.map(Into::into),
        to: to.map(Into::into),
    };
    let expected = CustomFieldsChanged {
        changes: BTreeMap::from([
            ("floor".to_owned(), FieldChange { from: None, to: Some(json!(3)) }),
            ("size".to_owned(), FieldChange { from: Some(json!(4)), to: None }),
        ]),
        personal_changes: BTreeMap::from([
            ("gone".to_owned(), change(Some("x"), None)),
            ("room".to_owned(), change(Some("Ada's"), Some("Bob's"))),
            ("size".to_owned(), change(None, Some("four"))),
        ]),
    };
    assert_eq!(event, expected.into());
}

#[test]
fn an_order_linked_before_it_was_personal() {
    let event = read("OrderLinked", &json!({ "from": "A-17", "to": null }));
    assert_eq!(event, OrderLinked { from: Some("A-17".into()), to: None }.into());
}
