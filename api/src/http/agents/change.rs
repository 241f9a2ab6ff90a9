//! Changing agents.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use docket_commands::{Invocation, Loaded};
use docket_domain::account::AccountCommand;
use docket_domain::agent::{Agent, AgentCommand, Availability};
use docket_domain::{AgentId, DepartmentId, Permission, PersonId, PersonalText, Role};
use docket_projections::views::AnyOf;
use docket_store::vault::{Account, AccountError};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::auth::Principal;
use crate::http::accounts::{
    SignInCode, account_problem, check_email, end_sessions, may_grant, named_role, open_account, outranks_account,
    record, sign_in_code,
};
use crate::http::ask::Ask;
use crate::http::extract::Path;
use crate::http::following::follow_log;
use crate::http::problem::{Answer, Problem};
use crate::http::respond::{Accepted, Receipt};
use crate::http::schema;

async fn change<T>(app: &App, ask: &Ask<T>, id: Uuid, command: AgentCommand) -> Answer<Accepted> {
    let done = app.commands.change_agent(&ask.invocation, AgentId(id), &command).await;
    done.map(Accepted::from).map_err(|error| ask.refuse(error))
}

/// The agent. Refuses to touch somebody who may do more than the caller, be it by what was recorded or by what their
/// account still allows: a change that broke off in between leaves the two apart.
async fn outranks(app: &App, who: &Principal, id: Uuid) -> Answer<(Loaded<Agent>, Option<Account>)> {
    let agent = app.commands.load::<Agent>(&who.tenant, id).await?;
    if !agent.exists() {
        return Err(Problem::not_found("agent"));
    }
    may_grant(app, who, agent.role).await?;
    let account = outranks_account(app, who, PersonId(id)).await?;
    Ok((agent, account))
}

/// Refuses to take away the last administrator who may come in: nobody could make another. Only to spare what comes before the
/// command, which decides it again where nobody can be taken away at the same moment.
async fn keep_an_admin(app: &App, who: &Principal, agent: &Agent, id: Uuid) -> Answer<()> {
    if !agent.role.is_admin() || agent.deactivated {
        return Ok(());
    }
    match app.accounts.has_other_admin(&who.tenant, PersonId(id)).await {
        Ok(true) => Ok(()),
        Ok(false) => {
            Err(Problem::conflict("last_admin", "this is the last active administrator; make another one first"))
        }
        Err(error) => Err(account_problem(error.into())),
    }
}

/// Locks an agent's account, or opens it again, as the log says by now: also one that the command line opened or locked besides.
async fn lock_as_recorded(app: &App, by: &Invocation, id: Uuid) -> Answer<()> {
    let (tenant, person) = (&by.tenant, PersonId(id));
    follow_log(app, by, person, None).await?;
    let left = app.commands.load_fresh::<Agent>(tenant, id).await?.deactivated;
    let account = app.accounts.account(tenant, person).await.map_err(|error| account_problem(error.into()))?;
    if account.is_some_and(|account| account.disabled != left) {
        app.accounts.set_disabled(tenant, person, left).await.map_err(account_problem)?;
        let command = if left { AccountCommand::RecordDisabled } else { AccountCommand::RecordEnabled };
        record(app, by, person, command).await;
    }
    Ok(())
}

/// Name and address, both as they are to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgentDetails {
    /// Their name.
    name: String,
    /// Their mail address.
    email: Option<String>,
}

/// Sets an agent's name and address.
#[utoipa::path(put, path = "/v1/agents/{id}", tag = "agents", params(("id" = Uuid, Path)), request_body = AgentDetails,
    responses((status = 200, body = Receipt)))]
pub(in crate::http) async fn rename_agent(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<AgentDetails>,
) -> Answer<Accepted> {
    outranks(&app, &ask.who, id).await?;
    let (tenant, person) = (&ask.who.tenant, PersonId(id));
    if let Some(email) = &ask.body.email {
        check_email("email", email)?;
        let taken = app.accounts.find_login(tenant, email).await.map_err(|error| account_problem(error.into()))?;
        if taken.is_some_and(|account| account.person != person) {
            return Err(account_problem(AccountError::LoginTaken));
        }
    }
    let rename = AgentCommand::Rename { name: ask.body.name.clone(), email: ask.body.email.clone() };
    let accepted = change(&app, &ask, id, rename).await?;
    // Whoever changes their own stays where they do it.
    let keep = ask.who.session().filter(|_| ask.who.person == person);
    follow_log(&app, &ask.invocation, person, keep).await?;
    Ok(accepted)
}

/// What they may do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRole {
    /// A built-in role, which may do no more than you.
    #[schema(schema_with = schema::desk_role)]
    role: Option<Role>,
    /// Or one of the organisation's own, which may do no more than you.
    custom_role_id: Option<Uuid>,
}

/// Sets what an agent may do.
#[utoipa::path(put, path = "/v1/agents/{id}/role", tag = "agents", params(("id" = Uuid, Path)), request_body = NewRole,
    responses((status = 200, body = Receipt)))]
pub(in crate::http) async fn change_agent_role(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<NewRole>,
) -> Answer<Accepted> {
    let role = named_role(ask.body.role, ask.body.custom_role_id)?
        .ok_or_else(|| Problem::invalid_field("role", "required", "role: give one, or a custom_role_id"))?;
    let (agent, _) = outranks(&app, &ask.who, id).await?;
    may_grant(&app, &ask.who, role).await?;
    if !role.is_admin() {
        keep_an_admin(&app, &ask.who, &agent, id).await?;
    }
    let accepted = change(&app, &ask, id, AgentCommand::ChangeRole { to: role }).await?;
    follow_log(&app, &ask.invocation, PersonId(id), None).await?;
    Ok(accepted)
}

/// Whether they take work.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAvailability {
    /// `available` takes chats.
    #[schema(schema_with = schema::availability)]
    availability: Availability,
}

/// Sets whether an agent takes work. One's own; that of others with `manage_people`. Whose role does not allow to take chats can
/// only be away or offline: 409 `cannot_take_chats`.
#[utoipa::path(put, path = "/v1/agents/{id}/availability", tag = "agents", params(("id" = Uuid, Path)), request_body = NewAvailability,
    responses((status = 200, body = Receipt)))]
pub(in crate::http) async fn change_agent_availability(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<NewAvailability>,
) -> Answer<Accepted> {
    if ask.who.person.0 != id {
        ask.who.require(Permission::ManagePeople)?;
    }
    change(&app, &ask, id, AgentCommand::ChangeAvailability { to: ask.body.availability }).await
}

/// How many chats at once.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCapacity {
    /// At most 100.
    max_concurrent_chats: u32,
}

/// Sets how many chats an agent takes at once.
#[utoipa::path(put, path = "/v1/agents/{id}/capacity", tag = "agents", params(("id" = Uuid, Path)), request_body = NewCapacity,
    responses((status = 200, body = Receipt)))]
pub(in crate::http) async fn change_agent_capacity(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<NewCapacity>,
) -> Answer<Accepted> {
    change(&app, &ask, id, AgentCommand::ChangeCapacity { to: ask.body.max_concurrent_chats }).await
}

/// What they can do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSkills {
    /// All of them.
    #[schema(value_type = Vec<String>, max_items = 100)]
    skills: AnyOf<String>,
}

/// Sets what an agent can do.
#[utoipa::path(put, path = "/v1/agents/{id}/skills", tag = "agents", params(("id" = Uuid, Path)), request_body = NewSkills,
    responses((status = 200, body = Receipt)))]
pub(in crate::http) async fn change_agent_skills(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<NewSkills>,
) -> Answer<Accepted> {
    change(&app, &ask, id, AgentCommand::ChangeSkills { skills: ask.body.skills.to_vec() }).await
}

/// Which departments they belong to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDepartments {
    /// All of them.
    #[schema(value_type = Vec<Uuid>, max_items = 100)]
    department_ids: AnyOf<Uuid>,
}

/// Sets which departments an agent belongs to.
#[utoipa::path(put, path = "/v1/agents/{id}/departments", tag = "agents", params(("id" = Uuid, Path)), request_body = NewDepartments,
    responses((status = 200, body = Receipt)))]
pub(in crate::http) async fn change_agent_departments(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<NewDepartments>,
) -> Answer<Accepted> {
    let department_ids = ask.body.department_ids.iter().copied().map(DepartmentId).collect();
    change(&app, &ask, id, AgentCommand::ChangeDepartments { department_ids }).await
}

/// Lets an agent leave: their sessions, codes and tokens end for good, their chats go back to the queue.
#[utoipa::path(post, path = "/v1/agents/{id}/deactivate", tag = "agents", params(("id" = Uuid, Path)),
    responses((status = 200, body = Receipt)))]
pub(in crate::http) async fn deactivate_agent(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask,
) -> Answer<Accepted> {
    let (agent, _) = outranks(&app, &ask.who, id).await?;
    keep_an_admin(&app, &ask.who, &agent, id).await?;
    let done = app.commands.deactivate_agent(&ask.invocation, AgentId(id)).await;
    let accepted = done.map(Accepted::from).map_err(|error| ask.refuse(error))?;
    // From here on they are let in nowhere, whatever the vault says; and unless they are back by now, it says the same.
    lock_as_recorded(&app, &ask.invocation, id).await?;
    Ok(accepted)
}

/// Lets an agent come back.
#[utoipa::path(post, path = "/v1/agents/{id}/reactivate", tag = "agents", params(("id" = Uuid, Path)),
    responses((status = 200, body = Receipt)))]
pub(in crate::http) async fn reactivate_agent(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask,
) -> Answer<Accepted> {
    outranks(&app, &ask.who, id).await?;
    let accepted = change(&app, &ask, id, AgentCommand::Reactivate).await?;
    lock_as_recorded(&app, &ask.invocation, id).await?;
    Ok(accepted)
}

/// Signs an agent out everywhere: their sessions end, with what is open in them, and codes that were not used. Their password and
/// their API tokens go on.
#[utoipa::path(delete, path = "/v1/agents/{id}/sessions", tag = "agents", params(("id" = Uuid, Path)),
    responses((status = 204, description = "All are over.")))]
pub(in crate::http) async fn end_agent_sessions(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask,
) -> Answer<StatusCode> {
    let (_, account) = outranks(&app, &ask.who, id).await?;
    let account = account.ok_or_else(|| Problem::not_found("account"))?;
    end_sessions(&app, &ask, &account).await
}

/// Makes a one-time code with which an agent signs in and sets a password. The one before ends, and this one with whatever
/// changes what the agent may do or signs in with. Opens them an account if they have none, as after an import.
#[utoipa::path(post, path = "/v1/agents/{id}/sign-in-code", tag = "agents", params(("id" = Uuid, Path)),
    responses((status = 200, body = SignInCode)))]
pub(in crate::http) async fn issue_agent_sign_in_code(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask,
) -> Answer<Json<SignInCode>> {
    let (agent, account) = outranks(&app, &ask.who, id).await?;
    if agent.deactivated {
        return Err(Problem::conflict("agent_deactivated", "the agent is deactivated; reactivate them first"));
    }
    // Somebody who came with an import has none, nor has who was registered by a process that died over it.
    let account = match account {
        Some(account) => account,
        None => {
            let email = agent.email.as_ref().and_then(PersonalText::to_known);
            open_account(&app, &ask.invocation, PersonId(id), agent.role, email).await?
        }
    };
    sign_in_code(&app, &ask.invocation, &account).await
}
