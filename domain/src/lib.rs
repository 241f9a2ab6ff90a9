//! The rules of the desk: for each aggregate its commands, events, state, `decide` and `evolve`.
//!
//! # Invariants of this room
//! - Pure: no clock, no randomness, no I/O. Time, ids and the actor arrive as arguments.
//! - [`Aggregate::decide`] never changes anything; [`Aggregate::evolve`] never refuses anything.
//! - Events are frozen once released: a JSON Schema of each lies in `docs/events/`.
//! - Text about a person is always a [`PersonalText`], so that it can be sealed and erased.

pub mod account;
mod address;
pub mod agent;
mod aggregate;
pub mod chat;
mod conversation;
pub mod customer;
mod data;
pub mod department;
mod event;
mod event_set;
mod history;
mod ids;
pub mod import;
mod limits;
pub mod organisation;
mod permission;
mod personal;
mod public_history;
mod rejection;
pub mod role;
pub mod service_level;
pub mod sla;
pub mod text;
pub mod ticket;
mod told;
mod trail;
pub mod view;

pub use address::{ExternalId, MailAddress, NoAddress, NoExternalId, normal_email, normal_external_id};
pub use aggregate::{Aggregate, DecideContext, Stamp};
pub use conversation::{Conversation, ReadMark};
pub use data::{Data, ForCustomers};
pub use event::{Actor, ActorKind, DomainEvent, Event, EventMeta, Position};
pub use event_set::{DecodeError, EventPayload, EventSchema, EventSet, FromDomain};
pub use history::Recorded;
pub use ids::{
    AgentId, CalendarId, Category, ChatId, CustomerId, DepartmentId, InvalidName, MessageId, PersonId, RoleId,
    SlaPolicyId, StreamId, TenantId, TicketId, ViewId,
};
pub use limits::Limits;
pub use permission::{HeldRole, Permission, PermissionSet, Role};
pub use personal::PersonalText;
pub use public_history::PublicHistory;
pub use rejection::{FieldViolation, Rejection, Violations};
pub use told::check_told;
pub use trail::words_in_trail;
