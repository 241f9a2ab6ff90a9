//! Schemas of the domain's names for the API's description.

use docket_domain::{ActorKind, Category, Permission, Role};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};

pub(crate) fn one_of(names: impl IntoIterator<Item = &'static str>) -> RefOr<Schema> {
    RefOr::T(Schema::Object(ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).build()))
}

macro_rules! name_schemas {
    ($($(#[$doc:meta])* $function:ident = $type:ty),+ $(,)?) => {$(
        $(#[$doc])*
        pub(crate) fn $function() -> RefOr<Schema> {
            one_of(<$type>::ALL.iter().map(|value| value.as_str()))
        }
    )+};
}

name_schemas! {
    /// A ticket's status.
    ticket_status = docket_domain::ticket::TicketStatus,
    /// A priority.
    priority = docket_domain::ticket::Priority,
    /// A channel.
    channel = docket_domain::ticket::Channel,
    /// An availability.
    availability = docket_domain::agent::Availability,
    /// A kind of customer.
    customer_kind = docket_domain::customer::CustomerKind,
    /// A custom field's type.
    field_type = docket_domain::organisation::FieldType,
    /// On which side the widget stands.
    widget_position = docket_domain::organisation::WidgetPosition,
    /// What the widget speaks.
    widget_language = docket_domain::organisation::WidgetLanguage,
    /// Whether something is asked before a chat.
    form_field = docket_domain::organisation::FormField,
    /// In which order a view lists tickets.
    view_sort = docket_domain::view::ViewSort,
    /// A role.
    role = Role,
    /// A permission.
    permission = Permission,
    /// A category of events.
    event_category = Category,
}

/// Roles of people at the desk.
pub(crate) fn desk_role() -> RefOr<Schema> {
    one_of(Role::ALL.iter().filter(|role| **role != Role::Customer).map(|role| role.as_str()))
}

/// Permissions, as many as wanted.
pub(crate) fn permissions() -> RefOr<Schema> {
    RefOr::T(Schema::Array(ArrayBuilder::new().items(permission()).max_items(Some(100)).build()))
}

/// Ticket statuses, as many as wanted.
pub(crate) fn ticket_statuses() -> RefOr<Schema> {
    RefOr::T(Schema::Array(ArrayBuilder::new().items(ticket_status()).max_items(Some(100)).build()))
}

/// Who did something.
pub(crate) fn actor() -> RefOr<Schema> {
    let kinds = [ActorKind::Customer, ActorKind::Agent, ActorKind::System].map(ActorKind::as_str);
    let id = ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    RefOr::T(Schema::Object(
        ObjectBuilder::new().property("kind", one_of(kinds)).property("id", id).required("kind").build(),
    ))
}

/// Custom fields by name.
pub(crate) fn custom_fields() -> RefOr<Schema> {
    RefOr::T(Schema::Object(
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("Values by the field's name: text, number, boolean or a date as text; null clears one."))
            .build(),
    ))
}
