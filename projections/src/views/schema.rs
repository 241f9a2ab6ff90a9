//! OpenAPI schemas of the domain's enumerations, with the values they have today.

use docket_domain::agent::Availability;
use docket_domain::chat::{ChatStatus, EndedBy};
use docket_domain::customer::CustomerKind;
use docket_domain::organisation::FieldType;
use docket_domain::ticket::{Channel, Priority, SlaClock, TicketStatus};
use docket_domain::view::ViewSort;
use docket_domain::{ActorKind, Role};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};

fn one_of(names: impl Iterator<Item = &'static str>) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(names)).into()
}

macro_rules! enumerations {
    ($($name:ident: $kind:ty),+ $(,)?) => {$(
        pub(super) fn $name() -> RefOr<Schema> {
            one_of(<$kind>::ALL.iter().map(|value| value.as_str()))
        }
    )+};
}

enumerations! {
    ticket_status: TicketStatus,
    priority: Priority,
    channel: Channel,
    sla_clock: SlaClock,
    chat_status: ChatStatus,
    ended_by: EndedBy,
    availability: Availability,
    customer_kind: CustomerKind,
    field_type: FieldType,
    role: Role,
    view_sort: ViewSort,
}

/// Any of these, as [`AnyOf`](super::AnyOf) takes them.
fn several(schema: RefOr<Schema>) -> RefOr<Schema> {
    ArrayBuilder::new().items(schema).max_items(Some(100)).into()
}

pub(super) fn ticket_statuses() -> RefOr<Schema> {
    several(ticket_status())
}

pub(super) fn priorities() -> RefOr<Schema> {
    several(priority())
}

/// Where a value may be absent: the derive does not see that behind `schema_with`.
fn or_null(schema: RefOr<Schema>) -> RefOr<Schema> {
    OneOfBuilder::new().item(schema).item(ObjectBuilder::new().schema_type(SchemaType::new(Type::Null))).into()
}

pub(super) fn ended_by_or_null() -> RefOr<Schema> {
    or_null(ended_by())
}

pub(super) fn sla_clock_or_null() -> RefOr<Schema> {
    or_null(sla_clock())
}

pub(super) fn channels() -> RefOr<Schema> {
    several(channel())
}

fn pattern(pattern: &str, description: &str) -> RefOr<Schema> {
    let text = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
    text.pattern(Some(pattern)).description(Some(description)).into()
}

pub(super) fn wall_time() -> RefOr<Schema> {
    pattern("^([01][0-9]|2[0-3]):[0-5][0-9]$", "When work begins, `HH:MM`.")
}

pub(super) fn wall_time_of_end() -> RefOr<Schema> {
    let rule = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$";
    pattern(rule, "When it ends, `HH:MM`; `24:00` (or `00:00`) is the end of the day.")
}

pub(super) fn actor_kind() -> RefOr<Schema> {
    one_of([ActorKind::Customer, ActorKind::Agent, ActorKind::System].into_iter().map(ActorKind::as_str))
}
