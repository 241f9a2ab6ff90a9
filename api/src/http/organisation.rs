//! `/v1/organisation`: the tenant's own settings.

use axum::extract::State;
use docket_domain::Data;
use docket_domain::Permission::ManageSettings;
use docket_domain::organisation::{FieldDefinition, FieldType, OrganisationCommand};
use docket_projections::views::{AnyOf, OrganisationView};
use serde::Deserialize;
use utoipa::ToSchema;

use super::access::Access::{Desk, SeesOwn};
use super::ask::Ask;
use super::extract::Path;
use super::problem::{Answer, Problem};
use super::respond::{Accepted, Receipt, Versioned};
use super::schema;
use super::table::{Table, routes_into};
use crate::app::App;
use crate::auth::Who;

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table;
        SeesOwn(&[Data::Organisation]) => get_organisation,
        Desk(ManageSettings) => change_organisation,
        Desk(ManageSettings) => change_categories,
        Desk(ManageSettings) => define_custom_field,
        Desk(ManageSettings) => remove_custom_field,
    );
}

async fn change<T>(app: &App, ask: &Ask<T>, command: OrganisationCommand) -> Answer<Accepted> {
    let done = app.commands.change_organisation(&ask.invocation, command).await;
    done.map(Accepted::from).map_err(|error| ask.refuse(error))
}

/// The organisation's settings.
#[utoipa::path(get, path = "/v1/organisation", tag = "organisation", responses((status = 200, body = OrganisationView)))]
pub(super) async fn get_organisation(State(app): State<App>, who: Who) -> Answer<Versioned<OrganisationView>> {
    let organisation =
        app.queries.organisation(&who.viewer()).await?.ok_or_else(|| Problem::not_found("organisation"))?;
    let version = organisation.version;
    Ok(Versioned(organisation, version))
}

/// Name and time zone, both as they are to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrganisationDetails {
    /// Its name.
    name: String,
    /// IANA name of its time zone, e.g. `Europe/Rome`.
    time_zone: String,
}

/// Sets the organisation's name and time zone.
#[utoipa::path(put, path = "/v1/organisation", tag = "organisation", request_body = OrganisationDetails,
    responses((status = 200, body = Receipt)))]
pub(super) async fn change_organisation(State(app): State<App>, ask: Ask<OrganisationDetails>) -> Answer<Accepted> {
    let command = OrganisationCommand::Change { name: ask.body.name.clone(), time_zone: ask.body.time_zone.clone() };
    change(&app, &ask, command).await
}

/// The ticket categories offered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Categories {
    /// All of them, in order; none: any text is taken. At most 100.
    #[schema(value_type = Vec<String>, max_items = 100)]
    categories: AnyOf<String>,
}

/// Sets the ticket categories offered.
#[utoipa::path(put, path = "/v1/organisation/categories", tag = "organisation", request_body = Categories,
    responses((status = 200, body = Receipt)))]
pub(super) async fn change_categories(State(app): State<App>, ask: Ask<Categories>) -> Answer<Accepted> {
    change(&app, &ask, OrganisationCommand::ChangeCategories { to: ask.body.categories.to_vec() }).await
}

/// A custom field of tickets.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustomFieldDetails {
    /// What people read.
    label: String,
    /// What it holds.
    #[schema(schema_with = schema::field_type)]
    field_type: FieldType,
    /// What may be chosen, for `choice`.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 500)]
    options: AnyOf<String, 500>,
    /// Whether values set from now on are about a person: sealed with the customer's key, and gone once they are erased.
    /// Absent: true for `text`, else false. Only `text` and `date` can be.
    personal: Option<bool>,
}

/// Adds or changes a custom field of tickets.
#[utoipa::path(put, path = "/v1/organisation/custom-fields/{name}", tag = "organisation", params(("name" = String, Path)),
    request_body = CustomFieldDetails, responses((status = 200, body = Receipt)))]
pub(super) async fn define_custom_field(
    State(app): State<App>,
    Path(name): Path<String>,
    ask: Ask<CustomFieldDetails>,
) -> Answer<Accepted> {
    let definition = FieldDefinition {
        name,
        label: ask.body.label.clone(),
        field_type: ask.body.field_type,
        options: ask.body.options.to_vec(),
        personal: ask.body.personal,
    };
    change(&app, &ask, OrganisationCommand::DefineCustomField { definition }).await
}

/// Removes a custom field. Values tickets have stay.
#[utoipa::path(delete, path = "/v1/organisation/custom-fields/{name}", tag = "organisation", params(("name" = String, Path)),
    responses((status = 200, body = Receipt)))]
pub(super) async fn remove_custom_field(
    State(app): State<App>,
    Path(name): Path<String>,
    ask: Ask,
) -> Answer<Accepted> {
    change(&app, &ask, OrganisationCommand::RemoveCustomField { name }).await
}
