//! `/v1/customers`.

mod account;
mod address;
mod sign_in_link;

use axum::extract::State;
use axum::http::Uri;
use docket_commands::{CommandError, Invocation, NewPerson};
use docket_domain::Permission::{CreateTickets, EditTickets, EraseData, ManagePeople};
use docket_domain::customer::{Customer, CustomerCommand, CustomerKind};
use docket_domain::text::is_blank;
use docket_domain::{CustomerId, Data, PersonId, Rejection};
use docket_projections::views::{CustomerFilter, CustomerView, Page};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::access::Access::{Desk, Own, Sees, SeesOwn};
use super::ask::Ask;
use super::extract::{Path, Query};
use super::following::follow_log;
use super::problem::{Answer, Problem};
use super::query::page;
use super::respond::{Accepted, Listing, Receipt, Versioned};
use super::schema;
use super::standing::may_stand_for_customers;
use super::table::Honours::Neither;
use super::table::{Table, routes_into};
use crate::app::App;
use crate::auth::Who;

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table;
        Sees(&[Data::Customers]) => list_customers,
        Desk(CreateTickets) => register_customer,
        SeesOwn(&[Data::Customers]) => get_customer,
        Own(EditTickets) => change_customer,
        Desk(ManagePeople) => merge_customer,
        Desk(EraseData) => erase_customer,
        Desk(ManagePeople) => account::open_customer_account [Neither],
        Desk(ManagePeople) => sign_in_link::make_sign_in_link [Neither],
        Desk(ManagePeople) => account::end_customer_sessions [Neither],
    );
}

/// Which customers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CustomerQuery {
    /// `customer` or `visitor`.
    #[param(schema_with = schema::customer_kind)]
    kind: Option<CustomerKind>,
    /// This address; case does not count.
    email: Option<String>,
    /// This id in another system, however it is spelled; case counts.
    external_id: Option<String>,
    /// Part of a name or address.
    search: Option<String>,
    /// How many, 15 by default, at most 100.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Customers and visitors, latest registered first.
#[utoipa::path(get, path = "/v1/customers", tag = "customers", params(CustomerQuery),
    responses((status = 200, body = Page<CustomerView>)))]
pub(super) async fn list_customers(
    State(app): State<App>,
    who: Who,
    uri: Uri,
    Query(query): Query<CustomerQuery>,
) -> Answer<Listing<CustomerView>> {
    let request = page(&app, query.limit, query.cursor)?;
    let filter =
        CustomerFilter { kind: query.kind, email: query.email, external_id: query.external_id, search: query.search };
    let page = app.queries.customers(&who.viewer(), &filter, &request).await?;
    Ok(Listing { page, uri })
}

/// Registers a customer. If the address or external id is known: 409 with the `id` of who has it.
#[utoipa::path(post, path = "/v1/customers", tag = "customers", request_body = NewCustomer,
    responses((status = 201, body = Receipt)))]
pub(super) async fn register_customer(State(app): State<App>, ask: Ask<NewCustomer>) -> Answer<Accepted> {
    let id = ask.message_id().0;
    let person = NewPerson::from(&ask.body);
    match app.commands.execute::<Customer>(&ask.invocation, id, person.registration()).await {
        Ok(done) => Ok(Accepted::from(done).created("/v1/customers")),
        Err(CommandError::Rejected(Rejection::Taken { field, by })) => {
            Err(Problem::taken("already_exists", field, "this customer is known already").with("id", by.to_string()))
        }
        Err(CommandError::Rejected(Rejection::AlreadyExists(_))) => {
            Err(Problem::conflict("already_exists", "this customer is known already").with("id", id.to_string()))
        }
        Err(error) => Err(ask.refuse(error)),
    }
}

/// A customer. Customers see themselves.
#[utoipa::path(get, path = "/v1/customers/{id}", tag = "customers", params(("id" = Uuid, Path)),
    responses((status = 200, body = CustomerView)))]
pub(super) async fn get_customer(
    State(app): State<App>,
    who: Who,
    Path(id): Path<Uuid>,
) -> Answer<Versioned<CustomerView>> {
    let customer = app.queries.customer(&who.viewer(), id).await?.ok_or_else(|| Problem::not_found("customer"))?;
    let version = customer.version;
    Ok(Versioned(customer, version))
}

/// A customer's details, all as they are to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustomerDetails {
    /// Their name.
    name: Option<String>,
    /// Their mail address.
    email: Option<String>,
    /// Their telephone number.
    phone: Option<String>,
}

/// Sets a customer's details. By the address they have afterwards they are found, by the one before no more; an address
/// somebody else has is refused with 409 `identity_taken`. Customers may set their own, which proves nothing: an address a
/// customer states is shown as not verified, and they are not found by it until the desk has set it too. Who has an account
/// signs in with the address the desk sets from then on, and what let them in before ends: that is for who may do and know
/// what customers may of their own.
#[utoipa::path(put, path = "/v1/customers/{id}", tag = "customers", params(("id" = Uuid, Path)), request_body = CustomerDetails,
    responses((status = 200, body = Receipt)))]
pub(super) async fn change_customer(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<CustomerDetails>,
) -> Answer<Accepted> {
    if !ask.who.owns(CustomerId(id)) {
        return Err(Problem::not_found("customer"));
    }
    let lets_in = address::check_address(&app, &ask, id).await?;
    let command = CustomerCommand::ChangeDetails {
        name: ask.body.name.clone(),
        email: ask.body.email.clone(),
        phone: ask.body.phone.clone(),
    };
    let done = app.commands.change_details(&ask.invocation, CustomerId(id), &command, lets_in).await;
    let done = done.map_err(|error| ask.refuse(error))?;
    if !ask.who.is_customer() {
        follow_log(&app, &ask.invocation, PersonId(id), None).await?;
    }
    Ok(done.into())
}

/// Who a visitor turned out to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustomerMerge {
    /// The customer.
    into: Uuid,
}

/// Records that a visitor is a customer the desk knows, who from then on has the visitor's conversations. For who may do and
/// know what customers may of their own.
#[utoipa::path(post, path = "/v1/customers/{id}/merge", tag = "customers", params(("id" = Uuid, Path)), request_body = CustomerMerge,
    responses((status = 200, body = Receipt)))]
pub(super) async fn merge_customer(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<CustomerMerge>,
) -> Answer<Accepted> {
    may_stand_for_customers(&ask.who)?;
    let done = app.commands.merge_visitor(&ask.invocation, CustomerId(id), CustomerId(ask.body.into)).await;
    done.map(Accepted::from).map_err(|error| ask.refuse(error))
}

/// Erases a person: what they wrote and what is known of them becomes unreadable everywhere, for good. A visitor who turned
/// out to be a customer is erased as that customer.
#[utoipa::path(post, path = "/v1/customers/{id}/erase", tag = "customers", params(("id" = Uuid, Path)),
    responses((status = 200, body = Receipt)))]
pub(super) async fn erase_customer(State(app): State<App>, Path(id): Path<Uuid>, ask: Ask) -> Answer<Accepted> {
    let done = app.commands.erase_person(&ask.invocation, CustomerId(id)).await;
    done.map(Accepted::from).map_err(|error| ask.refuse(error))
}

/// A customer who may not be known yet: found by address or external id, else registered.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCustomer {
    /// Their name.
    pub name: Option<String>,
    /// Their mail address.
    pub email: Option<String>,
    /// Their telephone number.
    pub phone: Option<String>,
    /// Their id in another system. Single spaces at most within it, and nothing that cannot be seen.
    pub external_id: Option<String>,
}

impl From<&NewCustomer> for NewPerson {
    fn from(new: &NewCustomer) -> Self {
        let NewCustomer { name, email, phone, external_id } = new.clone();
        Self { name, email, phone, external_id }
    }
}

/// Finds a customer by external id or address, or registers them. Doing it twice finds the same one.
pub(super) async fn customer_for(app: &App, new: &NewCustomer, invocation: &Invocation) -> Answer<CustomerId> {
    let given = |text: &Option<String>| text.as_ref().is_some_and(|text| !is_blank(text));
    if !given(&new.email) && !given(&new.external_id) {
        return Err(Problem::invalid_field(
            "customer.email",
            "required",
            "customer: give email or external_id, so that they are found again",
        ));
    }
    app.commands.find_or_register(invocation, &NewPerson::from(new)).await.map_err(|error| match error {
        CommandError::Rejected(Rejection::Taken { field, by }) => {
            let field = format!("customer.{field}");
            Problem::taken("identity_taken", &field, "somebody with another external_id is known by this address")
                .with("id", by.to_string())
        }
        error => Problem::from(error).fields_as(&[
            ("name", "customer.name"),
            ("email", "customer.email"),
            ("phone", "customer.phone"),
            ("external_id", "customer.external_id"),
        ]),
    })
}

/// The problem a failing vault is.
pub(super) fn vault_problem(error: docket_store::KeyError) -> Problem {
    super::ask::journal_problem(&docket_store::JournalError::Key(error))
}
