//! `/v1/sla-policies`: what is promised, for which tickets.

use axum::Json;
use axum::extract::State;
use docket_domain::Permission::ManageSettings;
use docket_domain::service_level::{ServiceLevelCommand, SlaPolicy};
use docket_domain::ticket::TicketStatus;
use docket_domain::{CalendarId, Data, SlaPolicyId};
use docket_projections::views::{AnyOf, ConditionsView, Page, SlaPolicyView, TargetsView};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::Access::{Desk, Sees};
use super::ask::Ask;
use super::extract::Path;
use super::problem::{Answer, Problem};
use super::respond::{Accepted, Receipt, Versioned};
use super::schema;
use super::table::{Honours, Table, routes_into};
use crate::app::App;
use crate::auth::Who;

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table;
        Sees(&[Data::ServiceLevels]) => list_sla_policies,
        Desk(ManageSettings) => create_sla_policy,
        Desk(ManageSettings) => reorder_sla_policies [Honours::Key],
        Sees(&[Data::ServiceLevels]) => get_sla_policy,
        Desk(ManageSettings) => change_sla_policy,
        Desk(ManageSettings) => archive_sla_policy,
    );
}

/// The policies in force, in the order they are tried. A ticket is measured by the first that matches; where none does,
/// by the built-in default: Monday to Friday, nine to five, in the organisation's time zone.
#[utoipa::path(get, path = "/v1/sla-policies", tag = "sla-policies", responses((status = 200, body = Page<SlaPolicyView>)))]
pub(super) async fn list_sla_policies(State(app): State<App>, who: Who) -> Answer<Json<Page<SlaPolicyView>>> {
    let items = app.queries.sla_policies(&who.viewer()).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// A policy, archived or not.
#[utoipa::path(get, path = "/v1/sla-policies/{id}", tag = "sla-policies", params(("id" = Uuid, Path)),
    responses((status = 200, body = SlaPolicyView)))]
pub(super) async fn get_sla_policy(
    State(app): State<App>,
    who: Who,
    Path(id): Path<Uuid>,
) -> Answer<Versioned<SlaPolicyView>> {
    let policy = app.queries.sla_policy(&who.viewer(), id).await?.ok_or_else(|| Problem::not_found("SLA policy"))?;
    let version = policy.version;
    Ok(Versioned(policy, version))
}

/// A policy as it is to be: at most 50 are in force.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SlaPolicyDetails {
    /// Its name, 1 to 100 characters; no other policy's.
    name: String,
    /// The calendar its clocks run by.
    calendar_id: Uuid,
    /// Which tickets it is for; absent or empty: all.
    #[serde(default)]
    conditions: ConditionsView,
    /// What it promises: at least one time for one priority, each at most about ten years.
    targets: TargetsView,
    /// Statuses in which clocks stand still. Absent: `waiting_customer` and `on_hold`.
    #[serde(default = "usual_pauses")]
    #[schema(schema_with = schema::ticket_statuses)]
    pause_in: AnyOf<TicketStatus>,
}

fn usual_pauses() -> AnyOf<TicketStatus> {
    vec![TicketStatus::WaitingCustomer, TicketStatus::OnHold].into()
}

impl SlaPolicyDetails {
    fn policy(&self) -> SlaPolicy {
        SlaPolicy {
            name: self.name.clone(),
            calendar_id: CalendarId(self.calendar_id),
            conditions: self.conditions.clone().into(),
            targets: self.targets.into(),
            pause_in: self.pause_in.to_vec(),
        }
    }
}

/// Adds a policy, tried after the others. Unresolved tickets it matches first are measured by it, from their beginning.
#[utoipa::path(post, path = "/v1/sla-policies", tag = "sla-policies", request_body = SlaPolicyDetails,
    responses((status = 201, body = Receipt)))]
pub(super) async fn create_sla_policy(State(app): State<App>, ask: Ask<SlaPolicyDetails>) -> Answer<Accepted> {
    let done = app.commands.define_policy(&ask.invocation, ask.body.policy()).await;
    done.map(|done| Accepted::noted(done).created("/v1/sla-policies")).map_err(|error| ask.refuse(error))
}

async fn change<T>(app: &App, ask: &Ask<T>, id: Uuid, command: ServiceLevelCommand) -> Answer<Accepted> {
    let done = app.commands.change_service_levels(&ask.invocation, command).await;
    done.map(|done| Accepted::from(done).about(id)).map_err(|error| ask.refuse(error))
}

/// Sets everything a policy says. Unresolved tickets are matched and measured again, from their beginning.
#[utoipa::path(put, path = "/v1/sla-policies/{id}", tag = "sla-policies", params(("id" = Uuid, Path)),
    request_body = SlaPolicyDetails, responses((status = 200, body = Receipt)))]
pub(super) async fn change_sla_policy(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<SlaPolicyDetails>,
) -> Answer<Accepted> {
    let command = ServiceLevelCommand::ChangePolicy { policy_id: SlaPolicyId(id), policy: ask.body.policy() };
    change(&app, &ask, id, command).await
}

/// Applies a policy no longer. Unresolved tickets it measured go to the next that matches.
#[utoipa::path(delete, path = "/v1/sla-policies/{id}", tag = "sla-policies", params(("id" = Uuid, Path)),
    responses((status = 200, body = Receipt)))]
pub(super) async fn archive_sla_policy(State(app): State<App>, Path(id): Path<Uuid>, ask: Ask) -> Answer<Accepted> {
    change(&app, &ask, id, ServiceLevelCommand::ArchivePolicy { policy_id: SlaPolicyId(id) }).await
}

/// The order of all policies.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyOrder {
    /// Every policy in force, each once; the first is tried first.
    #[schema(value_type = Vec<Uuid>, max_items = 100)]
    policy_ids: AnyOf<Uuid>,
}

/// Sets the order in which policies are tried. The receipt's id is that of all policies together.
#[utoipa::path(put, path = "/v1/sla-policies/order", tag = "sla-policies", request_body = PolicyOrder,
    responses((status = 200, body = Receipt)))]
pub(super) async fn reorder_sla_policies(State(app): State<App>, ask: Ask<PolicyOrder>) -> Answer<Accepted> {
    let policy_ids = ask.body.policy_ids.iter().copied().map(SlaPolicyId).collect();
    let command = ServiceLevelCommand::ReorderPolicies { policy_ids };
    let done = app.commands.change_service_levels(&ask.invocation, command).await;
    done.map(Accepted::from).map_err(|error| ask.refuse(error))
}
