//! Events as callers see them. What a customer may see is named here; everything else they do not.

use chrono::{DateTime, Utc};
use docket_domain::chat::ChatEvent;
use docket_domain::ticket::TicketEvent;
use docket_domain::view::{ViewEvent, ViewListEvent};
use docket_domain::{Actor, Category, CustomerId, DomainEvent, Event, Permission, PersonId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::roles::READ_ROLES;
use super::schema;
use crate::auth::Principal;

/// An event with its envelope.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct EventView {
    /// Its place in the log.
    pub position: u64,
    /// Its id.
    pub event_id: Uuid,
    /// What kind of thing it happened to.
    #[schema(schema_with = schema::event_category)]
    pub category: &'static str,
    /// What it happened to.
    pub stream_id: Uuid,
    /// Its number in that thing's history.
    pub version: u64,
    /// What happened.
    pub event_type: &'static str,
    /// The version of the payload's shape.
    pub schema_version: u16,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When it was recorded; later for imported history.
    pub recorded_at: DateTime<Utc>,
    /// Who did it.
    #[schema(schema_with = schema::actor)]
    pub actor: Actor,
    /// The request or import it came from.
    pub correlation_id: Uuid,
    /// The event that caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<Uuid>,
    /// Imported history the state machine would refuse.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub irregular: bool,
    /// What changed, as documented under `docs/events/`. Text about an erased person is null.
    #[schema(value_type = Object)]
    pub payload: Value,
}

impl EventView {
    /// The event in full.
    pub(crate) fn full(event: &Event) -> Self {
        Self::with(event, payload(event))
    }

    fn with(event: &Event, payload: Value) -> Self {
        let meta = &event.meta;
        Self {
            position: meta.position.0,
            event_id: meta.event_id,
            category: meta.stream.category.as_str(),
            stream_id: meta.stream.id,
            version: meta.version,
            event_type: event.body.event_type(),
            schema_version: event.body.schema_version(),
            occurred_at: meta.occurred_at,
            recorded_at: meta.recorded_at,
            actor: meta.actor,
            correlation_id: meta.correlation_id,
            causation_id: meta.causation_id,
            irregular: meta.irregular,
            payload,
        }
    }

    /// The event as this caller may see it: `None` if not at all. The tenant is checked here too.
    pub(crate) fn for_principal(event: &Event, who: &Principal) -> Option<Self> {
        if event.meta.stream.tenant != who.tenant {
            return None;
        }
        if who.is_customer() {
            return Self::for_customer(event, who);
        }
        let needed = match event.meta.stream.category {
            Category::Role if !READ_ROLES.iter().any(|permission| who.may(*permission)) => return None,
            Category::Ticket => Permission::ViewTickets,
            Category::Chat => Permission::ViewChat,
            Category::Account => Permission::ViewAudit,
            Category::Agent
            | Category::Department
            | Category::Customer
            | Category::Organisation
            | Category::ServiceLevel
            | Category::Role => {
                return Some(Self::full(event));
            }
            Category::View | Category::ViewList
                if theirs_alone(&event.body).is_some_and(|owner| owner != who.person) =>
            {
                return None;
            }
            Category::View | Category::ViewList => Permission::ViewTickets,
        };
        who.may(needed).then(|| Self::full(event))
    }

    /// The public part of an event of the customer's own conversation.
    fn for_customer(event: &Event, who: &Principal) -> Option<Self> {
        if event.meta.data_subject.is_none_or(|person| !who.owns(CustomerId(person.0))) {
            return None;
        }
        let fields = public_fields(&event.body)?;
        let mut all = payload(event);
        if let Some(object) = all.as_object_mut() {
            object.retain(|name, _| fields.contains(&name.as_str()));
        }
        let mut view = Self::with(event, all);
        view.causation_id = None;
        view.irregular = false;
        Some(view)
    }
}

/// Whose alone a view is that an event is about: to others it is not there, before and after.
fn theirs_alone(body: &DomainEvent) -> Option<PersonId> {
    match body {
        DomainEvent::View(event) => match event {
            ViewEvent::ViewSaved(saved) => Some(saved.owner_id).filter(|_| !saved.shared),
            ViewEvent::ViewChanged(changed) => {
                Some(changed.owner_id).filter(|_| !changed.shared && !changed.was_shared)
            }
            ViewEvent::ViewDeleted(deleted) => Some(deleted.owner_id).filter(|_| !deleted.shared),
        },
        DomainEvent::ViewList(ViewListEvent::ViewsArranged(arranged)) => arranged.owner_id,
        _ => None,
    }
}

fn payload(event: &Event) -> Value {
    event.body.encode().ok().and_then(|json| serde_json::from_str(&json).ok()).unwrap_or(Value::Null)
}

/// The fields of an event a customer may see in their own conversation; `None`: the event is not theirs to see.
fn public_fields(body: &DomainEvent) -> Option<&'static [&'static str]> {
    match body {
        DomainEvent::Ticket(event) => match event {
            TicketEvent::TicketOpened(_) => Some(&[
                "number",
                "subject",
                "description",
                "message_id",
                "category",
                "priority",
                "customer_id",
                "order_ref",
                "channel",
                "follow_up_of",
            ]),
            TicketEvent::MessagePosted(_) => Some(&["message_id", "author", "body"]),
            TicketEvent::StatusChanged(_) | TicketEvent::PriorityChanged(_) | TicketEvent::SubjectChanged(_) => {
                Some(&["from", "to"])
            }
            TicketEvent::CategoryChanged(_) => Some(&["from", "to"]),
            TicketEvent::Assigned(_) => Some(&["to"]),
            TicketEvent::MessagesRead(_) => Some(&["reader", "up_to_version"]),
            TicketEvent::TicketMerged(merged) if merged.across_customers => Some(&[]),
            TicketEvent::TicketMerged(_) => Some(&["into", "into_number"]),
            TicketEvent::FeedbackGiven(_) => Some(&[
                "rating",
                "resolved",
                "would_recommend",
                "agent_rating",
                "speed_rating",
                "communication_rating",
                "comment",
            ]),
            _ => None,
        },
        DomainEvent::Chat(event) => match event {
            ChatEvent::ChatStarted(_) => {
                Some(&["customer_id", "visitor_name", "visitor_email", "question", "department_id"])
            }
            ChatEvent::MessagePosted(_) => Some(&["message_id", "author", "body"]),
            ChatEvent::ChatAccepted(_) => Some(&["agent_id", "wait_seconds"]),
            ChatEvent::ChatTransferred(_) => Some(&[]),
            ChatEvent::MessagesRead(_) => Some(&["reader", "up_to_version"]),
            ChatEvent::ChatEnded(_) => Some(&["by", "duration_seconds"]),
            ChatEvent::FeedbackGiven(_) => Some(&["rating", "comment"]),
            ChatEvent::ChatConverted(_) => Some(&["ticket_id", "ticket_number"]),
            ChatEvent::ChatAssigned(_) => None,
        },
        _ => None,
    }
}
