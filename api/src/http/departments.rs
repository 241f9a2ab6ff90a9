//! `/v1/departments`.

use axum::Json;
use axum::extract::State;
use docket_domain::Permission::ManageSettings;
use docket_domain::department::DepartmentCommand;
use docket_domain::{Data, DepartmentId};
use docket_projections::views::{DepartmentView, Page};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::Access::{Desk, SeesOwn};
use super::ask::Ask;
use super::extract::Path;
use super::problem::{Answer, Problem};
use super::respond::{Accepted, Receipt, Versioned};
use super::table::{Table, routes_into};
use crate::app::App;
use crate::auth::Who;

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table;
        SeesOwn(&[Data::Departments]) => list_departments,
        Desk(ManageSettings) => create_department,
        SeesOwn(&[Data::Departments]) => get_department,
        Desk(ManageSettings) => change_department,
        Desk(ManageSettings) => archive_department,
        Desk(ManageSettings) => restore_department,
    );
}

/// Departments by name. Customers see those that are offered.
#[utoipa::path(get, path = "/v1/departments", tag = "departments", responses((status = 200, body = Page<DepartmentView>)))]
pub(super) async fn list_departments(State(app): State<App>, who: Who) -> Answer<Json<Page<DepartmentView>>> {
    let items = app.queries.departments(&who.viewer()).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// A department.
#[utoipa::path(get, path = "/v1/departments/{id}", tag = "departments", params(("id" = Uuid, Path)),
    responses((status = 200, body = DepartmentView)))]
pub(super) async fn get_department(
    State(app): State<App>,
    who: Who,
    Path(id): Path<Uuid>,
) -> Answer<Versioned<DepartmentView>> {
    let department =
        app.queries.department(&who.viewer(), id).await?.ok_or_else(|| Problem::not_found("department"))?;
    let version = department.version;
    Ok(Versioned(department, version))
}

/// A department's name and purpose, both as they are to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DepartmentDetails {
    /// Its name.
    name: String,
    /// What it is for.
    description: Option<String>,
}

/// Begins a department. No two are called alike, whatever the case: 422 on `name`.
#[utoipa::path(post, path = "/v1/departments", tag = "departments", request_body = DepartmentDetails,
    responses((status = 201, body = Receipt)))]
pub(super) async fn create_department(State(app): State<App>, ask: Ask<DepartmentDetails>) -> Answer<Accepted> {
    let (name, description) = (ask.body.name.clone(), ask.body.description.clone());
    let done = app.commands.create_department(&ask.invocation, name, description).await;
    done.map(|done| Accepted::from(done).created("/v1/departments")).map_err(|error| ask.refuse(error))
}

async fn change<T>(app: &App, ask: &Ask<T>, id: Uuid, command: DepartmentCommand) -> Answer<Accepted> {
    let done = app.commands.alter_department(&ask.invocation, DepartmentId(id), &command).await;
    done.map(Accepted::from).map_err(|error| ask.refuse(error))
}

/// Sets a department's name and purpose. No two are called alike, whatever the case: 422 on `name`.
#[utoipa::path(put, path = "/v1/departments/{id}", tag = "departments", params(("id" = Uuid, Path)), request_body = DepartmentDetails,
    responses((status = 200, body = Receipt)))]
pub(super) async fn change_department(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<DepartmentDetails>,
) -> Answer<Accepted> {
    let command = DepartmentCommand::Change { name: ask.body.name.clone(), description: ask.body.description.clone() };
    change(&app, &ask, id, command).await
}

/// Offers a department no longer.
#[utoipa::path(post, path = "/v1/departments/{id}/archive", tag = "departments", params(("id" = Uuid, Path)),
    responses((status = 200, body = Receipt)))]
pub(super) async fn archive_department(State(app): State<App>, Path(id): Path<Uuid>, ask: Ask) -> Answer<Accepted> {
    change(&app, &ask, id, DepartmentCommand::Archive).await
}

/// Offers a department again.
#[utoipa::path(post, path = "/v1/departments/{id}/restore", tag = "departments", params(("id" = Uuid, Path)),
    responses((status = 200, body = Receipt)))]
pub(super) async fn restore_department(State(app): State<App>, Path(id): Path<Uuid>, ask: Ask) -> Answer<Accepted> {
    change(&app, &ask, id, DepartmentCommand::Restore).await
}
