//! Letting a customer sign in.

use axum::extract::State;
use axum::http::StatusCode;
use docket_commands::{HandedOut, Invocation};
use docket_domain::account::AccountCommand;
use docket_domain::customer::{Customer, CustomerCommand, Identity};
use docket_domain::{CustomerId, Data, Permission, PersonId, PersonalText, Role};
use docket_store::vault::AccountError;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::http::accounts::{
    SignInCode, account_problem, check_email, end_sessions, hand_out, new_login, open_account, sign_in_code,
};
use crate::http::ask::Ask;
use crate::http::extract::Path;
use crate::http::problem::{Answer, Problem};
use crate::http::standing::may_stand_for_customers;

/// An account for a customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustomerAccount {
    /// The mail address they sign in with.
    email: String,
}

/// Lets a customer sign in: opens an account if there is none, and answers with a one-time code to hand to them. They sign in
/// with the address the desk knows them by: another is refused with `another_address`; where it knows none, it knows them by this
/// one from then on (409 `identity_taken` if it is somebody else's). For who may do and know what customers may of their own.
#[utoipa::path(post, path = "/v1/customers/{id}/account", tag = "customers", params(("id" = Uuid, Path)), request_body = CustomerAccount,
    responses((status = 200, body = SignInCode)))]
pub(in crate::http) async fn open_customer_account(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<CustomerAccount>,
) -> Answer<axum::Json<SignInCode>> {
    may_stand_for_customers(&ask.who)?;
    let customer = app.commands.load::<Customer>(&ask.who.tenant, id).await?;
    if !customer.exists() || customer.erased {
        return Err(Problem::not_found("customer"));
    }
    let (person, email) = (PersonId(id), &ask.body.email);
    know_by(&app, &ask, &customer, id).await?;
    let mut account = open_account(&app, &ask.invocation, person, Role::Customer.into(), Some(email.clone())).await?;
    // They came by a link so far.
    if let Some(login) = new_login(&app, &account, Some(email)).await? {
        let taken =
            app.accounts.find_login(&ask.who.tenant, login).await.map_err(|error| account_problem(error.into()))?;
        if taken.is_some() {
            return Err(account_problem(AccountError::LoginTaken));
        }
        let permissions = Data::customers_way_in();
        let handed = HandedOut { needs: Permission::ManagePeople, permissions, role: account.role };
        let given = hand_out(&app, &ask.invocation, person, &AccountCommand::RecordAddressChange, handed).await;
        given.map_err(|error| ask.refuse(error))?;
        app.accounts.set_login(&ask.who.tenant, person, Some(login), None).await.map_err(account_problem)?;
        account = open_account(&app, &ask.invocation, person, Role::Customer.into(), None).await?;
    }
    sign_in_code(&app, &ask.invocation, &account).await
}

/// Makes the address they are to sign in with the one the desk knows them by, if it knows none: from then on it is nobody
/// else's. Another than the one it knows is refused.
async fn know_by(app: &App, ask: &Ask<CustomerAccount>, customer: &Customer, id: Uuid) -> Answer<()> {
    let email = ask.body.email.trim();
    check_email("email", email)?;
    match customer.desk_identity() {
        Some(known) if known == Identity::email(email) => return Ok(()),
        Some(_) => {
            let text = "email: the desk knows this person by another address; change that first";
            return Err(Problem::invalid_field("email", "another_address", text));
        }
        None => {}
    }
    let tenant = &ask.who.tenant;
    let taken = app.accounts.find_login(tenant, email).await.map_err(|error| account_problem(error.into()))?;
    if taken.is_some_and(|account| account.person.0 != id) {
        return Err(account_problem(AccountError::LoginTaken));
    }
    let known = |text: &Option<PersonalText>| text.as_ref().and_then(PersonalText::to_known);
    let (name, phone) = (known(&customer.name), known(&customer.phone));
    let details = CustomerCommand::ChangeDetails { name, email: Some(email.to_owned()), phone };
    let bare = Invocation { idempotency: None, if_match: None, ..ask.invocation.clone() };
    app.commands.give_address(&bare, CustomerId(id), &details).await.map_err(|error| ask.refuse(error))?;
    Ok(())
}

/// Signs a customer out everywhere: their sessions end, with what is open in them, and codes and links that were not used.
#[utoipa::path(delete, path = "/v1/customers/{id}/sessions", tag = "customers", params(("id" = Uuid, Path)),
    responses((status = 204, description = "All are over.")))]
pub(in crate::http) async fn end_customer_sessions(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask,
) -> Answer<StatusCode> {
    let account = app.accounts.account(&ask.who.tenant, PersonId(id)).await;
    let account = account.map_err(|error| account_problem(error.into()))?;
    let account = account.filter(|account| account.role.is_customer()).ok_or_else(|| Problem::not_found("account"))?;
    end_sessions(&app, &ask, &account).await
}
