//! `/v1/agents`.

mod change;

use axum::Json;
use axum::extract::State;
use docket_domain::Permission::{ManagePeople, ViewChat};
use docket_domain::agent::{Agent, AgentCommand};
use docket_domain::{AgentId, Data, DepartmentId, PersonId, Role};
use docket_projections::views::{AgentView, AnyOf, Page};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::access::Access::{Desk, Sees};
use super::accounts::{account_problem, check_email, may_grant, named_role, open_account};
use super::ask::Ask;
use super::extract::{Path, Query};
use super::problem::{Answer, Problem};
use super::respond::{Accepted, Receipt, Versioned};
use super::schema;
use super::table::Honours::Neither;
use super::table::{Table, routes_into};
use crate::app::App;
use crate::auth::Who;

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table;
        Sees(&[Data::Agents]) => list_agents,
        Desk(ManagePeople) => register_agent,
        Sees(&[Data::Agents]) => get_agent,
        Desk(ManagePeople) => change::rename_agent,
        Desk(ManagePeople) => change::change_agent_role,
        Desk(ViewChat) => change::change_agent_availability,
        Desk(ManagePeople) => change::change_agent_capacity,
        Desk(ManagePeople) => change::change_agent_skills,
        Desk(ManagePeople) => change::change_agent_departments,
        Desk(ManagePeople) => change::deactivate_agent,
        Desk(ManagePeople) => change::reactivate_agent,
        Desk(ManagePeople) => change::issue_agent_sign_in_code [Neither],
        Desk(ManagePeople) => change::end_agent_sessions [Neither],
    );
}

/// Which agents.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AgentQuery {
    /// Only of this department.
    department_id: Option<Uuid>,
    /// Words of their name or address, in any order, each from its beginning.
    search: Option<String>,
}

/// Every agent with their load, by name.
#[utoipa::path(get, path = "/v1/agents", tag = "agents", params(AgentQuery), responses((status = 200, body = Page<AgentView>)))]
pub(super) async fn list_agents(
    State(app): State<App>,
    who: Who,
    Query(query): Query<AgentQuery>,
) -> Answer<Json<Page<AgentView>>> {
    let items = app.queries.agents(&who.viewer(), query.department_id, query.search.as_deref()).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// An agent.
#[utoipa::path(get, path = "/v1/agents/{id}", tag = "agents", params(("id" = Uuid, Path)), responses((status = 200, body = AgentView)))]
pub(super) async fn get_agent(State(app): State<App>, who: Who, Path(id): Path<Uuid>) -> Answer<Versioned<AgentView>> {
    let agent = app.queries.agent(&who.viewer(), id).await?.ok_or_else(|| Problem::not_found("agent"))?;
    let version = agent.version;
    Ok(Versioned(agent, version))
}

/// Somebody to join the desk.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAgent {
    /// Their name.
    name: String,
    /// Their mail address, with which they sign in. Absent: only API tokens.
    email: Option<String>,
    /// What they may do: not more than you; `agent` unless said.
    #[schema(schema_with = schema::desk_role)]
    role: Option<Role>,
    /// A role of the organisation's own instead, which may do no more than you.
    custom_role_id: Option<Uuid>,
    /// The departments they belong to.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 100)]
    department_ids: AnyOf<Uuid>,
    /// What they can do.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 100)]
    skills: AnyOf<String>,
    /// How many chats at once; 3 unless said.
    max_concurrent_chats: Option<u32>,
}

/// Lets somebody join the desk. They sign in with a code of `POST /v1/agents/{id}/sign-in-code`.
#[utoipa::path(post, path = "/v1/agents", tag = "agents", request_body = NewAgent, responses((status = 201, body = Receipt)))]
pub(super) async fn register_agent(State(app): State<App>, ask: Ask<NewAgent>) -> Answer<Accepted> {
    let (who, body) = (&ask.who, &ask.body);
    let role = named_role(body.role, body.custom_role_id)?.unwrap_or(Role::Agent.into());
    may_grant(&app, who, role).await?;
    // The same id when the request is repeated under its key.
    let id = AgentId(ask.message_id().0);
    if let Some(email) = &body.email {
        check_email("email", email)?;
        let taken = app.accounts.find_login(&who.tenant, email).await.map_err(|error| account_problem(error.into()))?;
        if taken.is_some_and(|account| account.person.0 != id.0) {
            return Err(account_problem(docket_store::vault::AccountError::LoginTaken));
        }
    }
    let command = AgentCommand::Register {
        name: body.name.clone(),
        email: body.email.clone(),
        role,
        department_ids: body.department_ids.iter().copied().map(DepartmentId).collect(),
        skills: body.skills.to_vec(),
        max_concurrent_chats: body.max_concurrent_chats.unwrap_or(3),
    };
    let done = app.commands.register_agent(&ask.invocation, id, &command).await.map_err(|error| ask.refuse(error))?;
    // When the request is repeated, what was recorded since counts.
    let role = app.commands.load_fresh::<Agent>(&who.tenant, id.0).await?.role;
    open_account(&app, &ask.invocation, PersonId(id.0), role, body.email.clone()).await?;
    Ok(Accepted::from(done).created("/v1/agents"))
}
