//! What a ticket says of itself: status, assignee, priority and so on.

use axum::extract::State;
use docket_domain::ticket::{CustomFields, PlainFields, Priority, TicketCommand, TicketStatus};
use docket_domain::{AgentId, DepartmentId};
use docket_projections::views::AnyOf;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::http::ask::Ask;
use crate::http::extract::Path;
use crate::http::problem::{Answer, Problem};
use crate::http::query::nullable;
use crate::http::respond::{Accepted, Receipt};
use crate::http::schema;

/// A status to go to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewStatus {
    /// Where to. `pending` is taken for `on_hold`.
    #[schema(schema_with = schema::ticket_status)]
    status: TicketStatus,
    /// Why, in words.
    reason: Option<String>,
}

/// Goes to a status: resolves, closes, reopens, waits. Customers may close and reopen their own as the rules allow.
#[utoipa::path(put, path = "/v1/tickets/{id}/status", tag = "tickets", params(("id" = Uuid, Path)), request_body = NewStatus,
    responses((status = 200, body = Receipt)))]
pub(super) async fn change_ticket_status(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<NewStatus>,
) -> Answer<Accepted> {
    let command = TicketCommand::ChangeStatus { to: ask.body.status, reason: ask.body.reason.clone() };
    change(&app, &ask, id, command).await
}

/// Who is to be responsible.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAssignee {
    /// The agent.
    agent_id: Uuid,
}

/// Makes an agent responsible. An open ticket goes in progress.
#[utoipa::path(put, path = "/v1/tickets/{id}/assignee", tag = "tickets", params(("id" = Uuid, Path)), request_body = NewAssignee,
    responses((status = 200, body = Receipt)))]
pub(super) async fn assign_ticket(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<NewAssignee>,
) -> Answer<Accepted> {
    change(&app, &ask, id, TicketCommand::Assign { to: AgentId(ask.body.agent_id) }).await
}

/// Makes nobody responsible.
#[utoipa::path(delete, path = "/v1/tickets/{id}/assignee", tag = "tickets", params(("id" = Uuid, Path)),
    responses((status = 200, body = Receipt)))]
pub(super) async fn unassign_ticket(State(app): State<App>, Path(id): Path<Uuid>, ask: Ask) -> Answer<Accepted> {
    change(&app, &ask, id, TicketCommand::Unassign).await
}

/// How urgent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPriority {
    /// `normal` is taken for `medium`.
    #[schema(schema_with = schema::priority)]
    priority: Priority,
}

/// Sets the urgency.
#[utoipa::path(put, path = "/v1/tickets/{id}/priority", tag = "tickets", params(("id" = Uuid, Path)), request_body = NewPriority,
    responses((status = 200, body = Receipt)))]
pub(super) async fn change_ticket_priority(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<NewPriority>,
) -> Answer<Accepted> {
    change(&app, &ask, id, TicketCommand::ChangePriority { to: ask.body.priority }).await
}

/// The kind of request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCategory {
    /// One of the organisation's, if it lists any.
    category: String,
}

/// Sets the kind of request.
#[utoipa::path(put, path = "/v1/tickets/{id}/category", tag = "tickets", params(("id" = Uuid, Path)), request_body = NewCategory,
    responses((status = 200, body = Receipt)))]
pub(super) async fn change_ticket_category(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<NewCategory>,
) -> Answer<Accepted> {
    change(&app, &ask, id, TicketCommand::ChangeCategory { to: ask.body.category.clone() }).await
}

/// The department.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDepartmentOf {
    /// Which; null: none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Uuid>, required = true)]
    department_id: Option<Option<Uuid>>,
}

/// Sets or clears the department.
#[utoipa::path(put, path = "/v1/tickets/{id}/department", tag = "tickets", params(("id" = Uuid, Path)), request_body = NewDepartmentOf,
    responses((status = 200, body = Receipt)))]
pub(super) async fn change_ticket_department(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<NewDepartmentOf>,
) -> Answer<Accepted> {
    let to = ask.body.department_id.ok_or_else(|| required("department_id"))?.map(DepartmentId);
    change(&app, &ask, id, TicketCommand::ChangeDepartment { to }).await
}

fn required(field: &str) -> Problem {
    Problem::invalid_field(field, "required", format!("{field} is required; null clears it"))
}

/// What it is about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSubject {
    /// 1 to 255 characters.
    subject: String,
}

/// Sets the subject.
#[utoipa::path(put, path = "/v1/tickets/{id}/subject", tag = "tickets", params(("id" = Uuid, Path)), request_body = NewSubject,
    responses((status = 200, body = Receipt)))]
pub(super) async fn change_ticket_subject(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<NewSubject>,
) -> Answer<Accepted> {
    change(&app, &ask, id, TicketCommand::ChangeSubject { to: ask.body.subject.clone() }).await
}

/// Tags that come and go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagChanges {
    /// Tags to add.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 100)]
    add: AnyOf<String>,
    /// Tags to remove.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 100)]
    remove: AnyOf<String>,
}

/// Adds and removes tags.
#[utoipa::path(post, path = "/v1/tickets/{id}/tags", tag = "tickets", params(("id" = Uuid, Path)), request_body = TagChanges,
    responses((status = 200, body = Receipt)))]
pub(super) async fn change_ticket_tags(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<TagChanges>,
) -> Answer<Accepted> {
    let command = TicketCommand::ChangeTags { add: ask.body.add.to_vec(), remove: ask.body.remove.to_vec() };
    change(&app, &ask, id, command).await
}

/// Custom fields to set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldChanges {
    /// Values by name; null clears one. Fields not named stay as they are.
    #[schema(schema_with = schema::custom_fields)]
    set: CustomFields,
}

/// Sets custom fields.
#[utoipa::path(put, path = "/v1/tickets/{id}/custom-fields", tag = "tickets", params(("id" = Uuid, Path)), request_body = FieldChanges,
    responses((status = 200, body = Receipt)))]
pub(super) async fn change_ticket_custom_fields(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<FieldChanges>,
) -> Answer<Accepted> {
    // Which of them are plain is the organisation's to say.
    let command = TicketCommand::ChangeCustomFields { set: ask.body.set.clone(), plain: PlainFields::new() };
    change(&app, &ask, id, command).await
}

/// The related order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOrder {
    /// Its reference; null: none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, required = true)]
    order_ref: Option<Option<String>>,
}

/// Sets or clears the related order.
#[utoipa::path(put, path = "/v1/tickets/{id}/order", tag = "tickets", params(("id" = Uuid, Path)), request_body = NewOrder,
    responses((status = 200, body = Receipt)))]
pub(super) async fn link_ticket_order(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<NewOrder>,
) -> Answer<Accepted> {
    let to = ask.body.order_ref.clone().ok_or_else(|| required("order_ref"))?;
    change(&app, &ask, id, TicketCommand::LinkOrder { to }).await
}
