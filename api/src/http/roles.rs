//! `/v1/roles`: what people of the desk may do. The built-in roles, and the organisation's own.

use axum::Json;
use axum::extract::State;
use docket_domain::Permission::{self, ManagePeople};
use docket_domain::role::RoleCommand;
use docket_domain::{Data, HeldRole, PermissionSet, Role, RoleId};
use docket_projections::views::{AnyOf, OwnRole};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::Access::{Desk, Sees};
use super::accounts::{may_grant, may_hand_out};
use super::ask::{Ask, journal_problem};
use super::extract::Path;
use super::guard::wait_for;
use super::problem::{Answer, Problem};
use super::respond::{Accepted, Receipt, Versioned};
use super::schema;
use super::table::{Table, routes_into};
use crate::app::App;
use crate::auth::{Principal, Who};

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table;
        Sees(&[Data::Roles]) => list_roles,
        Desk(ManagePeople) => define_role,
        Sees(&[Data::Roles]) => get_role,
        Desk(ManagePeople) => change_role,
        Desk(ManagePeople) => archive_role,
    );
}

/// A role, built-in or the organisation's own.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleView {
    /// Its id, for `custom_role_id`; a built-in role has none.
    id: Option<Uuid>,
    /// Whether every organisation has it, and nobody changes it.
    built_in: bool,
    /// What a person's `role` says who holds it; `agent` for the organisation's own.
    #[schema(schema_with = schema::role)]
    role: Role,
    /// What it is called: `agent`, `supervisor` … or its own name.
    name: String,
    /// Under which key a front end has words for a built-in role.
    description_key: Option<String>,
    /// What who holds it may do.
    #[schema(schema_with = schema::permissions)]
    permissions: Vec<Permission>,
    /// Whether you may give it to somebody, change or archive it: it allows nothing you may not do.
    grantable: bool,
    /// How many agents hold it, those who left too.
    holders: u64,
    /// Whether it is offered no longer.
    archived: bool,
    /// Its version, for `If-Match`; a built-in role has none.
    version: Option<u64>,
}

/// A permission, for whoever offers a choice of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PermissionView {
    /// Its name.
    #[schema(schema_with = schema::permission)]
    name: Permission,
    /// What it belongs to: `tickets`, `chats`, `insight`, `administration`.
    group: &'static str,
    /// Under which key a front end has words for it.
    description_key: String,
    /// Whether it is yours to hand out.
    grantable: bool,
}

/// Every role, and every permission there is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleList {
    /// The built-in roles of the desk, then the organisation's own by name, without those archived.
    items: Vec<RoleView>,
    /// Always null: there are at most a few dozen.
    #[schema(required = false)]
    next_cursor: Option<String>,
    /// All permissions, grouped by what they belong to.
    permissions: Vec<PermissionView>,
}

fn group(permission: Permission) -> &'static str {
    use Permission as P;
    match permission {
        P::ViewTickets | P::CreateTickets | P::EditTickets | P::CloseTickets | P::AssignTickets | P::DeleteTickets => {
            "tickets"
        }
        P::ViewChat | P::SendMessages | P::ViewChatHistory => "chats",
        P::ViewReports | P::ViewAudit => "insight",
        P::ManageSettings | P::ManagePeople | P::EraseData => "administration",
    }
}

fn catalogue(who: &Principal) -> Vec<PermissionView> {
    let view = |permission: &Permission| PermissionView {
        name: *permission,
        group: group(*permission),
        description_key: format!("permission_{}", permission.as_str()),
        grantable: who.may(*permission),
    };
    Permission::ALL.iter().map(view).collect()
}

/// How many agents hold which role.
struct Holders(Vec<(HeldRole, u64)>);

impl Holders {
    async fn of(app: &App, who: &Principal) -> Answer<Self> {
        Ok(Self(app.queries.role_holders(&who.viewer()).await?))
    }

    fn count(&self, role: HeldRole) -> u64 {
        self.0.iter().filter(|(held, _)| *held == role).map(|(_, count)| count).sum()
    }
}

fn built_in(role: Role, who: &Principal, holders: &Holders) -> RoleView {
    let permissions = role.permissions();
    RoleView {
        id: None,
        built_in: true,
        role,
        name: role.as_str().to_owned(),
        description_key: Some(format!("role_{}", role.as_str())),
        grantable: permissions.beyond(who.permissions).is_empty() && (role != Role::Admin || who.is_admin()),
        permissions: permissions.iter().collect(),
        holders: holders.count(role.into()),
        archived: false,
        version: None,
    }
}

fn own(role: OwnRole, who: &Principal, holders: &Holders) -> RoleView {
    let held = HeldRole::Own(RoleId(role.id));
    RoleView {
        id: Some(role.id),
        built_in: false,
        role: held.base(),
        name: role.name,
        description_key: None,
        grantable: PermissionSet::of(&role.permissions).beyond(who.permissions).is_empty(),
        permissions: role.permissions,
        holders: holders.count(held),
        archived: role.archived,
        version: Some(role.version),
    }
}

/// The roles of the desk: the built-in ones, and the organisation's own.
#[utoipa::path(get, path = "/v1/roles", tag = "roles", responses((status = 200, body = RoleList)))]
pub(super) async fn list_roles(State(app): State<App>, who: Who) -> Answer<Json<RoleList>> {
    let holders = Holders::of(&app, &who).await?;
    let desk = Role::ALL.into_iter().filter(|role| *role != Role::Customer);
    let mut items: Vec<_> = desk.map(|role| built_in(role, &who, &holders)).collect();
    items.extend(app.queries.roles(&who.viewer()).await?.into_iter().map(|role| own(role, &who, &holders)));
    Ok(Json(RoleList { items, next_cursor: None, permissions: catalogue(&who) }))
}

/// A role of the organisation's own, archived or not.
#[utoipa::path(get, path = "/v1/roles/{id}", tag = "roles", params(("id" = Uuid, Path)), responses((status = 200, body = RoleView)))]
pub(super) async fn get_role(State(app): State<App>, who: Who, Path(id): Path<Uuid>) -> Answer<Versioned<RoleView>> {
    let role = app.queries.role(&who.viewer(), id).await?.ok_or_else(|| Problem::not_found("role"))?;
    let version = role.version;
    Ok(Versioned(own(role, &who, &Holders::of(&app, &who).await?), version))
}

/// A role as it is to be: at most 50 are offered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleDetails {
    /// Its name, 1 to 64 characters; no other role's, built-in ones included, whatever the case.
    name: String,
    /// What who holds it may do: at least one, and none you may not do yourself.
    #[schema(schema_with = schema::permissions)]
    permissions: AnyOf<Permission>,
}

/// Adds a role of the organisation's own.
#[utoipa::path(post, path = "/v1/roles", tag = "roles", request_body = RoleDetails, responses((status = 201, body = Receipt)))]
pub(super) async fn define_role(State(app): State<App>, ask: Ask<RoleDetails>) -> Answer<Accepted> {
    let (may, body) = (ask.who.permissions, &ask.body);
    may_hand_out(&ask.who, PermissionSet::of(&body.permissions))?;
    let done = app.commands.define_role(&ask.invocation, body.name.clone(), body.permissions.to_vec(), may).await;
    done.map(|done| Accepted::noted(done).created("/v1/roles")).map_err(|error| ask.refuse(error))
}

async fn change<T>(app: &App, ask: &Ask<T>, id: Uuid, command: RoleCommand) -> Answer<Accepted> {
    let done = app.commands.change_roles(&ask.invocation, command).await.map_err(|error| ask.refuse(error))?;
    // The hub tells it too, a moment later; what is open here ends with the answer.
    app.accounts.role_changed(&ask.who.tenant, RoleId(id));
    Ok(Accepted::from(done).about(id))
}

/// Sets a role's name and what it allows, at once for everybody who holds it.
#[utoipa::path(put, path = "/v1/roles/{id}", tag = "roles", params(("id" = Uuid, Path)), request_body = RoleDetails,
    responses((status = 200, body = Receipt)))]
pub(super) async fn change_role(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<RoleDetails>,
) -> Answer<Accepted> {
    let (role_id, may, body) = (RoleId(id), ask.who.permissions, &ask.body);
    may_grant(&app, &ask.who, HeldRole::Own(role_id)).await?;
    may_hand_out(&ask.who, PermissionSet::of(&body.permissions))?;
    let (name, permissions) = (body.name.clone(), body.permissions.to_vec());
    change(&app, &ask, id, RoleCommand::Change { role_id, name, permissions, may }).await
}

/// Offers a role no longer. Refused with `role_in_use` while somebody holds it.
#[utoipa::path(delete, path = "/v1/roles/{id}", tag = "roles", params(("id" = Uuid, Path)), responses((status = 200, body = Receipt)))]
pub(super) async fn archive_role(State(app): State<App>, Path(id): Path<Uuid>, ask: Ask) -> Answer<Accepted> {
    let (role_id, may) = (RoleId(id), ask.who.permissions);
    may_grant(&app, &ask.who, HeldRole::Own(role_id)).await?;
    // Who holds it is counted where everything up to now is taken in. Who is given it in this very moment is left with a role
    // that allows nothing, and shown with it.
    let head = app.journal.store().head().await.map_err(|error| journal_problem(&error.into()))?;
    wait_for(&app, head).await?;
    let holders = Holders::of(&app, &ask.who).await?.count(HeldRole::Own(role_id));
    change(&app, &ask, id, RoleCommand::Archive { role_id, may, holders }).await
}
