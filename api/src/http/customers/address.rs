//! A customer's way in follows the address the desk knows them by: what was made for another address ends with it.

use docket_domain::PersonId;
use docket_domain::customer::{Customer, Identity};
use docket_store::vault::AccountError;
use uuid::Uuid;

use super::CustomerDetails;
use crate::app::App;
use crate::http::accounts::account_problem;
use crate::http::ask::Ask;
use crate::http::problem::Answer;
use crate::http::standing::may_stand_for_customers;

/// Refuses to give another address to somebody's account whom the caller may not stand in for, and one that somebody else signs
/// in with. True: they have an account, and another address would be another way in. Nobody is let in by what a customer states of themselves, nor by the address of who has no account.
pub(super) async fn check_address(app: &App, ask: &Ask<CustomerDetails>, id: Uuid) -> Answer<bool> {
    let (who, tenant) = (&ask.who, &ask.who.tenant);
    if who.is_customer() {
        return Ok(false);
    }
    let account = app.accounts.account(tenant, PersonId(id)).await.map_err(|error| account_problem(error.into()))?;
    if account.is_none_or(|account| !account.role.is_customer()) {
        return Ok(false);
    }
    let wanted = ask.body.email.as_deref().filter(|email| !email.trim().is_empty());
    let known = app.commands.load_fresh::<Customer>(tenant, id).await?.desk_identity();
    if wanted.map(Identity::email) != known {
        may_stand_for_customers(who)?;
    }
    if let Some(wanted) = wanted {
        let taken = app.accounts.find_login(tenant, wanted).await.map_err(|error| account_problem(error.into()))?;
        if taken.is_some_and(|account| account.person.0 != id) {
            return Err(account_problem(AccountError::LoginTaken));
        }
    }
    Ok(true)
}
