//! Every event survives the way through the log, and its personal fields are all known.

use std::collections::BTreeSet;

use docket_domain::{DecodeError, DomainEvent, EventSchema, PersonalText};
use serde_json::Value;

use crate::arbitrary::one_of_each;

fn schema_of(event: &DomainEvent) -> EventSchema {
    DomainEvent::schemas()
        .into_iter()
        .find(|schema| schema.category == event.category().as_str() && schema.event_type == event.event_type())
        .expect("every event has a schema")
}

fn names(events: &[DomainEvent]) -> BTreeSet<(&'static str, &'static str)> {
    events.iter().map(|event| (event.category().as_str(), event.event_type())).collect()
}

#[test]
fn the_samples_are_of_every_type() {
    let known = DomainEvent::schemas().iter().map(|schema| (schema.category, schema.event_type)).collect();
    assert_eq!(names(&one_of_each()), known);
}

#[test]
fn every_event_comes_back_as_it_went() {
    for event in one_of_each() {
        let json = event.encode().expect("JSON");
        let read = DomainEvent::decode(event.category(), event.event_type(), event.schema_version(), &json);
        assert_eq!(read.expect("an event"), event, "{json}");
    }
}

#[test]
fn every_event_fits_its_schema() {
    for mut event in one_of_each() {
        let schema = serde_json::to_value(schema_of(&event).schema).expect("JSON");
        let validator = jsonschema::draft202012::new(&schema).expect("a schema");
        let check = |event: &DomainEvent| {
            let payload: Value = serde_json::from_str(&event.encode().expect("JSON")).expect("JSON");
            if let Err(error) = validator.validate(&payload) {
                panic!("{} {payload}: {error}", event.event_type());
            }
        };
        check(&event);
        event.visit_personal(&mut |text| *text = PersonalText::Erased);
        check(&event);
    }
}

#[test]
fn erased_and_sealed_text_comes_back_too() {
    for mut event in one_of_each() {
        event.visit_personal(&mut |text| *text = PersonalText::Sealed("c2VhbGVk".to_owned()));
        let json = event.encode().expect("JSON");
        let read = DomainEvent::decode(event.category(), event.event_type(), event.schema_version(), &json);
        assert_eq!(read.expect("an event"), event);

        event.visit_personal(&mut |text| *text = PersonalText::Erased);
        let json = event.encode().expect("JSON");
        let read = DomainEvent::decode(event.category(), event.event_type(), event.schema_version(), &json);
        assert!(!read.expect("an event").encode().expect("JSON").contains("c2VhbGVk"), "{json}");
    }
}

#[test]
fn what_is_visited_is_what_the_schema_marks_as_personal() {
    const MARK: &str = "to be sealed";
    let half = one_of_each().len() / 2;
    // The first half has every field.
    for mut event in one_of_each().into_iter().take(half) {
        event.visit_personal(&mut |text| *text = MARK.into());
        let payload: Value = serde_json::from_str(&event.encode().expect("JSON")).expect("JSON");
        let visited: BTreeSet<String> =
            fields(&payload).filter(|(_, value)| mentions(value, MARK)).map(|(name, _)| name.clone()).collect();

        let schema = serde_json::to_value(schema_of(&event).schema).expect("JSON");
        let marked: BTreeSet<String> = fields(&schema["properties"])
            .filter(|(_, property)| is_personal(property, &schema))
            .map(|(name, _)| name.clone())
            .collect();
        assert_eq!(visited, marked, "{}", event.event_type());
    }
}

fn fields(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

fn mentions(value: &Value, text: &str) -> bool {
    match value {
        Value::String(found) => found == text,
        Value::Array(items) => items.iter().any(|item| mentions(item, text)),
        Value::Object(fields) => fields.values().any(|item| mentions(item, text)),
        _ => false,
    }
}

/// Whether a schema says that there is personal text anywhere below.
fn is_personal(schema: &Value, root: &Value) -> bool {
    match schema {
        Value::Object(fields) => fields.iter().any(|(name, value)| match (name.as_str(), value) {
            ("x-personal", Value::Bool(true)) => true,
            ("$ref", Value::String(path)) => {
                root.pointer(path.trim_start_matches('#')).is_some_and(|target| is_personal(target, root))
            }
            _ => is_personal(value, root),
        }),
        Value::Array(items) => items.iter().any(|item| is_personal(item, root)),
        _ => false,
    }
}

#[test]
fn what_is_not_understood_is_an_error_not_a_panic() {
    let category = docket_domain::Category::Ticket;
    let unknown = DomainEvent::decode(category, "TicketExploded", 1, "{}");
    assert!(matches!(unknown, Err(DecodeError::Unknown { .. })));
    let newer = DomainEvent::decode(category, "TicketOpened", 99, "{}");
    assert!(matches!(newer, Err(DecodeError::Unknown { schema_version: 99, .. })));
    let damaged = DomainEvent::decode(category, "TicketOpened", 1, "{\"number\":7}");
    assert!(matches!(damaged, Err(DecodeError::Payload { .. })));
}
