//! The envelope every event travels in.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::account::AccountEvent;
use crate::agent::AgentEvent;
use crate::chat::ChatEvent;
use crate::customer::CustomerEvent;
use crate::department::DepartmentEvent;
use crate::import::ImportEvent;
use crate::organisation::OrganisationEvent;
use crate::role::RoleEvent;
use crate::service_level::ServiceLevelEvent;
use crate::ticket::TicketEvent;
use crate::view::{ViewEvent, ViewListEvent};
use crate::{Category, DecodeError, EventSchema, EventSet, FromDomain, PersonId, PersonalText, StreamId};

/// A place in the log's one order. Positions grow but may have holes; 0 is before the first event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Position(pub u64);

impl Position {
    /// Before the first event.
    pub const START: Self = Self(0);
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What kind of party acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A customer, or a visitor of a site with the chat widget.
    Customer,
    /// Somebody who works at the desk, or an automation with an agent's token.
    Agent,
    /// Docket itself: timers, routing, imports without an author.
    System,
}

impl ActorKind {
    /// The name used in columns and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Agent => "agent",
            Self::System => "system",
        }
    }
}

/// Who did something. The system has no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// What kind of party it is.
    pub kind: ActorKind,
    /// Its customer or agent id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
}

impl Actor {
    /// Docket itself.
    pub const SYSTEM: Self = Self { kind: ActorKind::System, id: None };

    /// An agent.
    pub fn agent(id: impl Into<Uuid>) -> Self {
        Self { kind: ActorKind::Agent, id: Some(id.into()) }
    }

    /// A customer or visitor.
    pub fn customer(id: impl Into<Uuid>) -> Self {
        Self { kind: ActorKind::Customer, id: Some(id.into()) }
    }
}

/// Everything about a recorded event but its payload.
#[derive(Debug, Clone, PartialEq)]
pub struct EventMeta {
    /// The event's own id, a UUIDv7.
    pub event_id: Uuid,
    /// The stream it belongs to.
    pub stream: StreamId,
    /// Its number within the stream: 1, 2, 3 …
    pub version: u64,
    /// Its place in the log.
    pub position: Position,
    /// When it happened; earlier than `recorded_at` for imported history. Microsecond precision.
    pub occurred_at: DateTime<Utc>,
    /// When the log took it. Microsecond precision.
    pub recorded_at: DateTime<Utc>,
    /// Who did it.
    pub actor: Actor,
    /// The request or import that everything with this id came from.
    pub correlation_id: Uuid,
    /// The event that caused this one.
    pub causation_id: Option<Uuid>,
    /// The person with whose key the payload's personal fields are sealed.
    pub data_subject: Option<PersonId>,
    /// Imported history that the state machine would refuse today.
    pub irregular: bool,
}

/// A recorded event, understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its envelope.
    pub meta: EventMeta,
    /// Its payload.
    pub body: DomainEvent,
}

macro_rules! domain_event {
    ($($variant:ident($set:ident)),+ $(,)?) => {
        /// An event of any category.
        #[derive(Debug, Clone, PartialEq)]
        #[allow(missing_docs, reason = "one variant for each category")]
        pub enum DomainEvent { $($variant($set)),+ }

        $(impl From<$set> for DomainEvent {
            fn from(event: $set) -> Self { Self::$variant(event) }
        }

        impl FromDomain for $set {
            fn from_domain(event: &DomainEvent) -> Option<&Self> {
                match event { DomainEvent::$variant(event) => Some(event), _ => None }
            }
        })+

        impl DomainEvent {
            /// The category the event belongs to.
            pub fn category(&self) -> Category {
                match self { $(Self::$variant(_) => Category::$variant),+ }
            }
            /// The event's name in the log.
            pub fn event_type(&self) -> &'static str {
                match self { $(Self::$variant(event) => event.event_type()),+ }
            }
            /// The version of its shape.
            pub fn schema_version(&self) -> u16 {
                match self { $(Self::$variant(event) => event.schema_version()),+ }
            }
            /// The fields customers see of it in what is their own; `None`: they are not to learn that it happened.
            pub fn public_fields(&self) -> Option<&'static [&'static str]> {
                match self {
                    Self::Ticket(event) => event.public_fields(),
                    Self::Chat(event) => event.public_fields(),
                    _ => None,
                }
            }
            /// The payload as JSON.
            pub fn encode(&self) -> Result<String, serde_json::Error> {
                match self { $(Self::$variant(event) => event.encode()),+ }
            }
            /// Reads a payload, upcasting older schema versions.
            pub fn decode(category: Category, event_type: &str, schema_version: u16, payload: &str) -> Result<Self, DecodeError> {
                match category {
                    $(Category::$variant => $set::decode(event_type, schema_version, payload).map(Self::$variant)),+
                }
            }
            /// Shows every personal field to `visit`, always in the same order.
            pub fn visit_personal(&mut self, visit: &mut dyn FnMut(&mut PersonalText)) {
                match self { $(Self::$variant(event) => event.visit_personal(visit)),+ }
            }
            /// The schemas of all events of all categories.
            pub fn schemas() -> Vec<EventSchema> {
                let mut all = Vec::new();
                $(all.extend($set::schemas());)+
                all
            }
            /// The schemas of shapes that are only read any more.
            pub fn retired_schemas() -> Vec<EventSchema> {
                let mut all = Vec::new();
                $(all.extend($set::retired_schemas());)+
                all
            }
            /// Whether it is a shape that is only read any more: what is personal today may lie there in the clear.
            pub fn is_retired(category: Category, event_type: &str, schema_version: u16) -> bool {
                match category {
                    $(Category::$variant => $set::is_retired(event_type, schema_version)),+
                }
            }
        }
    };
}

domain_event! {
    Ticket(TicketEvent),
    Chat(ChatEvent),
    Agent(AgentEvent),
    Department(DepartmentEvent),
    Customer(CustomerEvent),
    Organisation(OrganisationEvent),
    Account(AccountEvent),
    ServiceLevel(ServiceLevelEvent),
    View(ViewEvent),
    ViewList(ViewListEvent),
    Role(RoleEvent),
    Import(ImportEvent),
}
