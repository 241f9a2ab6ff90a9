//! The AsyncAPI document: what subscribers find on NATS.

use std::collections::BTreeMap;

use docket_domain::{Category, DomainEvent, EventSchema};
use serde_json::{Map, Value, json};

use super::cloud_event::{header, type_name};

/// The AsyncAPI 3.0 document of everything the relay publishes, made from the event types.
///
/// # Errors
/// If two event types use one name for different things.
pub fn asyncapi() -> Result<Value, String> {
    let mut schemas = BTreeMap::new();
    let mut messages = Map::new();
    let mut of_category: BTreeMap<&str, Vec<EventSchema>> = BTreeMap::new();
    for event in DomainEvent::schemas() {
        of_category.entry(event.category).or_default().push(event);
    }
    let (mut channels, mut operations) = (Map::new(), Map::new());
    for category in Category::ALL.map(Category::as_str) {
        let events = of_category.remove(category).unwrap_or_default();
        let mut of_channel = Map::new();
        for event in &events {
            let name = type_name(category, event.event_type, event.schema_version);
            of_channel.insert(name.clone(), json!({ "$ref": format!("#/components/messages/{name}") }));
            let payload = hoist(category, event.schema.as_value(), &mut schemas)?;
            messages.insert(name.clone(), message(&name, event, payload));
        }
        let types: Vec<_> = events.iter().map(|event| event.event_type).collect();
        channels.insert(category.to_owned(), channel(category, &types, of_channel));
        operations.insert(format!("publish-{category}"), operation(category));
    }
    Ok(json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Docket's events",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Every event of the log, in the log's order, on the JetStream stream DOCKET, as CloudEvents \
                1.0 in binary mode. Readable, kept for a bounded time; an erased person's events are removed. See docs/nats.md.",
            "license": { "name": "AGPL-3.0-or-later" },
        },
        "defaultContentType": "application/json",
        "servers": { "nats": {
            "host": "127.0.0.1:4222",
            "protocol": "nats",
            "description": "The server given to `docket serve --nats`; 2.9 or later, with JetStream.",
        } },
        "channels": channels,
        "operations": operations,
        "components": { "messages": messages, "schemas": schemas, "messageTraits": { "event": event_trait() } },
    }))
}

fn channel(category: &str, types: &[&str], messages: Map<String, Value>) -> Value {
    json!({
        "address": format!("docket.{{tenant}}.{category}.{{id}}.{{event_type}}"),
        "title": format!("Events of the category {category}"),
        "parameters": {
            "tenant": { "description": "The organisation: 1 to 63 of a-z, 0-9 and -." },
            "id": { "description": format!("The id of the {category}, a UUID.") },
            "event_type": { "description": "The event's name.", "enum": types },
        },
        "messages": messages,
    })
}

fn operation(category: &str) -> Value {
    json!({
        "action": "send",
        "summary": format!("Docket publishes every event of the category {category}."),
        "channel": { "$ref": format!("#/channels/{category}") },
    })
}

fn message(name: &str, event: &EventSchema, payload: Value) -> Value {
    let mut message = json!({
        "name": name,
        "title": event.event_type,
        "contentType": "application/json",
        "payload": payload,
        "traits": [{ "$ref": "#/components/messageTraits/event" }],
    });
    if let Some(summary) = event.schema.get("description") {
        message["summary"] = summary.clone();
    }
    message
}

/// What all messages have in common: their headers.
fn event_trait() -> Value {
    let uuid = |text: &str| json!({ "type": "string", "format": "uuid", "description": text });
    let number = |text: &str| json!({ "type": "string", "pattern": "^[0-9]+$", "description": text });
    let time = |text: &str| json!({ "type": "string", "format": "date-time", "description": text });
    let text = |text: &str| json!({ "type": "string", "description": text });
    json!({
        "correlationId": {
            "description": "The request or import everything with this id came from.",
            "location": format!("$message.header#/{}", header::CORRELATION_ID),
        },
        "headers": {
            "type": "object",
            "required": [
                "Nats-Msg-Id", header::PREVIOUS, header::SPEC_VERSION, header::ID, header::SOURCE, header::TYPE,
                header::SUBJECT, header::TIME, header::CONTENT_TYPE, header::POSITION, header::STREAM_VERSION,
                header::RECORDED_TIME, header::ACTOR_KIND, header::CORRELATION_ID,
            ],
            "properties": {
                "Nats-Msg-Id": number("The event's position."),
                header::PREVIOUS: number("The position of the event before this one in the log, 0 before the first. \
                    Whoever has not seen that one misses something. Positions may have holes."),
                header::SPEC_VERSION: { "const": "1.0" },
                header::ID: uuid("The event's id: the same however often it is delivered."),
                header::SOURCE: { "type": "string", "pattern": "^/docket/", "description": "/docket/{tenant}." },
                header::TYPE: text("docket.{category}.{event_type}.v{schema version}."),
                header::SUBJECT: text("The stream: {tenant}/{category}-{id}."),
                header::TIME: time("When it happened; earlier than the recorded time for imported history."),
                header::CONTENT_TYPE: { "const": "application/json" },
                header::POSITION: number("The event's place in the log's order."),
                header::STREAM_VERSION: number("The event's number within its stream: 1, 2, 3 …"),
                header::RECORDED_TIME: time("When the log took it."),
                header::ACTOR_KIND: { "enum": ["customer", "agent", "system"], "description": "What kind of party did it." },
                header::ACTOR_ID: uuid("Who did it; absent for the system."),
                header::CORRELATION_ID: uuid("The request or import it came from."),
                header::CAUSATION_ID: uuid("The event that caused it, if one did."),
                header::DATA_SUBJECT: uuid("The person whose personal data the payload holds, if it does."),
                header::IRREGULAR: { "const": "true", "description": "Imported history that would be refused today." },
            },
        },
    })
}

/// Moves a schema's definitions to the document's, and its references with them.
fn hoist(category: &str, schema: &Value, schemas: &mut BTreeMap<String, Value>) -> Result<Value, String> {
    let mut schema = schema.clone();
    let definitions = schema.as_object_mut().and_then(|schema| {
        schema.remove("$schema");
        schema.remove("$defs")
    });
    if let Some(Value::Object(definitions)) = definitions {
        for (name, mut definition) in definitions {
            refer(&mut definition);
            match schemas.get(&name) {
                Some(known) if *known != definition => {
                    return Err(format!("{category} calls something else {name} than another category"));
                }
                _ => schemas.insert(name, definition),
            };
        }
    }
    refer(&mut schema);
    Ok(schema)
}

fn refer(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(target) if name == "$ref" => {
                        *target = target.replacen("#/$defs/", "#/components/schemas/", 1);
                    }
                    value => refer(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(refer),
        _ => {}
    }
}
