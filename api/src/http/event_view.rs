//! Events as callers see them.

use chrono::{DateTime, Utc};
use docket_domain::view::{ViewEvent, ViewListEvent};
use docket_domain::{Actor, ActorKind, CustomerId, Data, DomainEvent, Event, PersonId, PublicHistory};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

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
    /// Its number in that thing's history; for customers among its public events.
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
    /// The event as somebody of the desk sees it who may know of it: without what in it is data they may not know.
    pub(super) fn of(event: &Event, who: &Principal) -> Self {
        let mut all = payload(event);
        if let (Some((data, fields)), Some(object)) = (Data::within(&event.body), all.as_object_mut())
            && !who.knows(data)
        {
            object.retain(|name, _| !fields.contains(&name.as_str()));
        }
        // Of a view that is its owner's alone from now on, others learn that it is.
        if let (Some((owner, fields)), Some(object)) = (Data::private_in(&event.body), all.as_object_mut())
            && owner != who.person
        {
            object.retain(|name, _| !fields.contains(&name.as_str()));
        }
        Self::with(event, all)
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

    /// The event as somebody of the desk may see it, as far as the event alone tells: `None` if not at all.
    pub(super) fn for_desk(event: &Event, who: &Principal) -> Option<Self> {
        let theirs = theirs_alone(&event.body).is_none_or(|owner| owner == who.person);
        (theirs && who.knows(Data::of(&event.body))).then(|| Self::of(event, who))
    }

    /// The public part of an event of the customer's own conversation, whose public events are `public`: versions are
    /// theirs, so that nothing tells of what lies between. `hidden` are fields that name what is not there for them.
    pub(super) fn for_customer(
        event: &Event,
        who: &Principal,
        public: &PublicHistory,
        hidden: &[&str],
    ) -> Option<Self> {
        let fields = Self::fields_for_customer(event, who)?;
        let mut all = payload(event);
        // Under which name the desk began a chat is not for those who have not shown that they bear it.
        let by_desk = who.is_unverified_visitor() && event.meta.actor.kind != ActorKind::Customer;
        let named = |name: &str| matches!(name, "visitor_name" | "visitor_email");
        if let Some(object) = all.as_object_mut() {
            object.retain(|name, _| {
                let name = name.as_str();
                fields.contains(&name) && !hidden.contains(&name) && !(by_desk && named(name))
            });
            if let Some(read) = object.get_mut("up_to_version") {
                *read = public.version_at(read.as_u64().unwrap_or_default()).into();
            }
        }
        let mut view = Self::with(event, all);
        view.version = public.version_at(event.meta.version);
        view.causation_id = None;
        view.irregular = false;
        Some(view)
    }

    /// What of an event the customer sees: `None` if it is not about their own, or nothing they are to learn of.
    pub(super) fn fields_for_customer(event: &Event, who: &Principal) -> Option<&'static [&'static str]> {
        let own = event.meta.data_subject.is_some_and(|person| who.owns(CustomerId(person.0)));
        (own && who.knows(Data::of(&event.body))).then(|| event.body.public_fields()).flatten()
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
