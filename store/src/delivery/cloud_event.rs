//! Events as NATS messages: CloudEvents 1.0, binary content mode.
//!
//! Every attribute is a `ce-` header, in lower case since clients compare headers by case; the payload is the event's
//! data, readable. No attribute of ours has a character that the binding wants percent-encoded.

use std::str::FromStr;

use async_nats::HeaderMap;
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use docket_domain::{Actor, ActorKind, DomainEvent, Event, EventMeta, PersonId, Position, StreamId};
use uuid::Uuid;

/// Names of headers.
pub(crate) mod header {
    /// The position of the event before this one in the log: a reader that has not seen that one misses something.
    pub(crate) const PREVIOUS: &str = "docket-previous";
    pub(crate) const ID: &str = "ce-id";
    pub(crate) const SOURCE: &str = "ce-source";
    pub(crate) const SPEC_VERSION: &str = "ce-specversion";
    pub(crate) const TYPE: &str = "ce-type";
    pub(crate) const SUBJECT: &str = "ce-subject";
    pub(crate) const TIME: &str = "ce-time";
    pub(crate) const CONTENT_TYPE: &str = "ce-datacontenttype";
    pub(crate) const POSITION: &str = "ce-position";
    pub(crate) const STREAM_VERSION: &str = "ce-streamversion";
    pub(crate) const RECORDED_TIME: &str = "ce-recordedtime";
    pub(crate) const ACTOR_KIND: &str = "ce-actorkind";
    pub(crate) const ACTOR_ID: &str = "ce-actorid";
    pub(crate) const CORRELATION_ID: &str = "ce-correlationid";
    pub(crate) const CAUSATION_ID: &str = "ce-causationid";
    pub(crate) const DATA_SUBJECT: &str = "ce-datasubject";
    pub(crate) const IRREGULAR: &str = "ce-irregular";
}

/// A message is not an event of ours.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotAnEvent {
    #[error("the header {0} is missing or malformed")]
    Header(&'static str),
    #[error("the payload is not UTF-8")]
    Payload,
    #[error(transparent)]
    Decode(#[from] docket_domain::DecodeError),
}

/// The CloudEvents type of an event: `docket.{category}.{EventType}.v{schema_version}`.
pub(crate) fn type_name(category: &str, event_type: &str, schema_version: u16) -> String {
    format!("docket.{category}.{event_type}.v{schema_version}")
}

/// The subject an event goes to: `{prefix}.{tenant}.{category}.{id}.{EventType}`.
pub(crate) fn subject(prefix: &str, event: &Event) -> String {
    format!("{}.{}", stream_subject(prefix, &event.meta.stream), event.body.event_type())
}

/// What the subjects of a stream's events have in common: `{prefix}.{tenant}.{category}.{id}`.
pub(crate) fn stream_subject(prefix: &str, stream: &StreamId) -> String {
    format!("{prefix}.{}.{}.{}", stream.tenant, stream.category, stream.id)
}

/// An event as headers and payload; `previous` is the position of the event before it in the log.
pub(crate) fn encode(event: &Event, previous: Position) -> Result<(HeaderMap, Bytes), serde_json::Error> {
    let Event { meta, body } = event;
    let mut headers = HeaderMap::new();
    let type_name = type_name(meta.stream.category.as_str(), body.event_type(), body.schema_version());
    headers.insert(async_nats::header::NATS_MESSAGE_ID, meta.position.to_string());
    headers.insert(header::PREVIOUS, previous.to_string());
    headers.insert(header::SPEC_VERSION, "1.0");
    headers.insert(header::ID, meta.event_id.to_string());
    headers.insert(header::SOURCE, format!("/docket/{}", meta.stream.tenant));
    headers.insert(header::TYPE, type_name);
    headers.insert(header::SUBJECT, meta.stream.to_string());
    headers.insert(header::TIME, time(meta.occurred_at));
    headers.insert(header::CONTENT_TYPE, "application/json");
    headers.insert(header::POSITION, meta.position.to_string());
    headers.insert(header::STREAM_VERSION, meta.version.to_string());
    headers.insert(header::RECORDED_TIME, time(meta.recorded_at));
    headers.insert(header::ACTOR_KIND, meta.actor.kind.as_str());
    headers.insert(header::CORRELATION_ID, meta.correlation_id.to_string());
    if let Some(id) = meta.actor.id {
        headers.insert(header::ACTOR_ID, id.to_string());
    }
    if let Some(id) = meta.causation_id {
        headers.insert(header::CAUSATION_ID, id.to_string());
    }
    if let Some(person) = meta.data_subject {
        headers.insert(header::DATA_SUBJECT, person.to_string());
    }
    if meta.irregular {
        headers.insert(header::IRREGULAR, "true");
    }
    Ok((headers, body.encode()?.into()))
}

/// The place of a message's event in the log, and of the event before it.
pub(crate) fn places(headers: &HeaderMap) -> Result<(Position, Position), NotAnEvent> {
    Ok((Position(parse(headers, header::PREVIOUS)?), Position(parse(headers, header::POSITION)?)))
}

/// The event's id.
pub(crate) fn event_id(headers: &HeaderMap) -> Result<Uuid, NotAnEvent> {
    parse(headers, header::ID)
}

/// The event of a message made by [`encode`].
pub(crate) fn decode(headers: &HeaderMap, payload: &[u8]) -> Result<Event, NotAnEvent> {
    let stream: StreamId = parse(headers, header::SUBJECT)?;
    let (event_type, schema_version) = event_type(text(headers, header::TYPE)?)?;
    let payload = std::str::from_utf8(payload).map_err(|_| NotAnEvent::Payload)?;
    let body = DomainEvent::decode(stream.category, event_type, schema_version, payload)?;
    let kind = match text(headers, header::ACTOR_KIND)? {
        "customer" => ActorKind::Customer,
        "agent" => ActorKind::Agent,
        "system" => ActorKind::System,
        _ => return Err(NotAnEvent::Header(header::ACTOR_KIND)),
    };
    let meta = EventMeta {
        event_id: event_id(headers)?,
        stream,
        version: parse(headers, header::STREAM_VERSION)?,
        position: Position(parse(headers, header::POSITION)?),
        occurred_at: parse::<DateTime<Utc>>(headers, header::TIME)?,
        recorded_at: parse::<DateTime<Utc>>(headers, header::RECORDED_TIME)?,
        actor: Actor { kind, id: parse_optional(headers, header::ACTOR_ID)? },
        correlation_id: parse(headers, header::CORRELATION_ID)?,
        causation_id: parse_optional(headers, header::CAUSATION_ID)?,
        data_subject: parse_optional::<Uuid>(headers, header::DATA_SUBJECT)?.map(PersonId),
        irregular: parse_optional::<bool>(headers, header::IRREGULAR)?.unwrap_or(false),
    };
    Ok(Event { meta, body })
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// `docket.ticket.TicketOpened.v1` → `TicketOpened`, 1.
fn event_type(name: &str) -> Result<(&str, u16), NotAnEvent> {
    let mut parts = name.split('.').skip(2);
    let version = |part: &str| part.strip_prefix('v')?.parse().ok();
    match (parts.next(), parts.next().and_then(version), parts.next()) {
        (Some(event_type), Some(schema_version), None) => Ok((event_type, schema_version)),
        _ => Err(NotAnEvent::Header(header::TYPE)),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, NotAnEvent> {
    headers.get(name).map(async_nats::HeaderValue::as_str).ok_or(NotAnEvent::Header(name))
}

fn parse<T: FromStr>(headers: &HeaderMap, name: &'static str) -> Result<T, NotAnEvent> {
    text(headers, name)?.parse().map_err(|_| NotAnEvent::Header(name))
}

fn parse_optional<T: FromStr>(headers: &HeaderMap, name: &'static str) -> Result<Option<T>, NotAnEvent> {
    headers.get(name).map(|value| value.as_str().parse().map_err(|_| NotAnEvent::Header(name))).transpose()
}

#[cfg(test)]
mod tests {
    use docket_domain::customer::{CustomerEvent, CustomerKind, CustomerRegistered};
    use docket_domain::{Category, PersonalText, TenantId};

    use super::*;

    fn event(meta: impl FnOnce(&mut EventMeta)) -> Event {
        let id = Uuid::from_u128(7);
        let at = "2026-11-21T10:00:00.000001Z".parse().unwrap();
        let mut event = Event {
            meta: EventMeta {
                event_id: Uuid::from_u128(1),
                stream: StreamId::new(TenantId::new("acme-1").unwrap(), Category::Customer, id),
                version: 3,
                position: Position(42),
                occurred_at: at,
                recorded_at: at,
                actor: Actor::SYSTEM,
                correlation_id: Uuid::from_u128(2),
                causation_id: None,
                data_subject: None,
                irregular: false,
            },
            body: DomainEvent::Customer(CustomerEvent::CustomerRegistered(CustomerRegistered {
                kind: CustomerKind::Customer,
                name: Some(PersonalText::Known("Zoë \"Z\" 100%\nnext".into())),
                email: None,
                phone: None,
                external_id: None,
                email_verified: None,
            })),
        };
        meta(&mut event.meta);
        event
    }

    #[test]
    fn an_event_survives_the_way_through_a_message() {
        let plain = event(|_| ());
        let full = event(|meta| {
            meta.actor = Actor::agent(Uuid::from_u128(9));
            meta.causation_id = Some(Uuid::from_u128(8));
            meta.data_subject = Some(PersonId(Uuid::from_u128(7)));
            meta.irregular = true;
        });
        for event in [plain, full] {
            let (headers, payload) = encode(&event, Position(40)).unwrap();
            assert_eq!(places(&headers).unwrap(), (Position(40), Position(42)));
            assert_eq!(decode(&headers, &payload).unwrap(), event);
        }
    }

    #[test]
    fn headers_need_no_percent_encoding() {
        let (headers, _) = encode(&event(|meta| meta.irregular = true), Position(40)).unwrap();
        for (name, values) in headers.iter() {
            for value in values {
                let plain = value.as_str().bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'%');
                assert!(plain, "{name}: {value}");
            }
        }
    }

    #[test]
    fn what_is_not_an_event_is_refused() {
        let (headers, payload) = encode(&event(|_| ()), Position(40)).unwrap();
        for name in [header::SUBJECT, header::TYPE, header::TIME, header::POSITION, header::ACTOR_KIND] {
            let mut broken = headers.clone();
            broken.insert(name, "?");
            assert!(decode(&broken, &payload).is_err(), "{name}");
        }
        assert!(decode(&headers, b"[").is_err());
        assert!(decode(&headers, b"\xff").is_err());
        assert!(decode(&HeaderMap::new(), &payload).is_err());
    }
}
