//! A customer's way in follows the address the desk knows them by: what was made for another address ends with it.

use docket_domain::account::AccountCommand;
use docket_domain::customer::{Customer, Identity};
use docket_domain::{PersonId, PersonalText, TenantId};
use docket_store::vault::AccountError;
use uuid::Uuid;

use super::CustomerDetails;
use crate::app::App;
use crate::http::accounts::{account_problem, record};
use crate::http::ask::Ask;
use crate::http::problem::Answer;
use crate::http::standing::may_stand_for_customers;

/// The address a customer with an account is known by before the desk changes their details.
pub(super) struct AddressBefore(Option<Identity>);

/// The address the desk knows them by: to sign in with, and what it is compared by.
async fn known_address(app: &App, tenant: &TenantId, id: Uuid) -> Answer<Option<(String, Identity)>> {
    let customer = app.commands.load_fresh::<Customer>(tenant, id).await?;
    let email = customer.email.as_ref().filter(|_| customer.email_verified).and_then(PersonalText::to_known);
    Ok(email.map(|email| {
        let identity = Identity::email(&email);
        (email, identity)
    }))
}

impl AddressBefore {
    /// `None` if nobody is let in by what is asked for: a customer who states something of themselves, or one without an
    /// account. Refuses to give another address to somebody's account whom the caller may not stand in for, and one that
    /// somebody else signs in with.
    pub(super) async fn of(app: &App, ask: &Ask<CustomerDetails>, id: Uuid) -> Answer<Option<Self>> {
        let (who, tenant) = (&ask.who, &ask.who.tenant);
        if who.is_customer() {
            return Ok(None);
        }
        let account =
            app.accounts.account(tenant, PersonId(id)).await.map_err(|error| account_problem(error.into()))?;
        if account.is_none_or(|account| !account.role.is_customer()) {
            return Ok(None);
        }
        let before = known_address(app, tenant, id).await?.map(|(_, identity)| identity);
        let wanted = ask.body.email.as_deref().filter(|email| !email.trim().is_empty());
        if wanted.map(Identity::email) != before {
            may_stand_for_customers(who)?;
        }
        if let Some(wanted) = wanted {
            let taken = app.accounts.find_login(tenant, wanted).await.map_err(|error| account_problem(error.into()))?;
            if taken.is_some_and(|account| account.person.0 != id) {
                return Err(account_problem(AccountError::LoginTaken));
            }
        }
        Ok(Some(Self(before)))
    }

    /// Lets the account follow: another address to sign in with ends sessions and codes, and so does another address that
    /// links were made for.
    pub(super) async fn follow(self, app: &App, ask: &Ask<CustomerDetails>, id: Uuid) -> Answer<()> {
        let (tenant, person) = (&ask.who.tenant, PersonId(id));
        let now = known_address(app, tenant, id).await?;
        if now.as_ref().map(|(_, identity)| identity) == self.0.as_ref() {
            return Ok(());
        }
        let account = app.accounts.account(tenant, person).await.map_err(|error| account_problem(error.into()))?;
        let Some(account) = account else { return Ok(()) };
        let changed = if account.login.is_some() {
            let login = now.as_ref().map(|(email, _)| email.as_str());
            app.accounts.set_login(tenant, person, login, None).await.map_err(account_problem)?
        } else if self.0.is_some() {
            app.accounts.sign_out_everywhere(tenant, person).await.map_err(account_problem)?;
            true
        } else {
            false
        };
        if changed {
            record(app, &ask.invocation, person, AccountCommand::RecordAddressChange).await;
        }
        Ok(())
    }
}
