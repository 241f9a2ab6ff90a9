//! How a reply reaches a person.

use docket_domain::customer::Customer;
use docket_domain::{CustomerId, PersonId, TenantId};
use docket_projections::views::ReplyVia;
use uuid::Uuid;

use super::customers::vault_problem;
use super::problem::Answer;
use crate::app::App;

/// How a reply will reach a customer, as far as the desk can know; nothing: it will not.
pub(super) async fn reply_via(app: &App, tenant: &TenantId, person: Uuid) -> Answer<Vec<ReplyVia>> {
    let customer = app.commands.load::<Customer>(tenant, person).await?;
    let canonical = customer.canonical(CustomerId(person));
    let absorbed = app.commands.load::<Customer>(tenant, canonical.0).await?.absorbed.clone();
    let mut ways = Vec::new();
    let account = app.accounts.account(tenant, PersonId(canonical.0)).await.map_err(vault_problem)?;
    if account.is_some_and(|account| !account.disabled) {
        ways.push(ReplyVia::Portal);
    }
    for person in std::iter::once(canonical).chain(absorbed) {
        if app.accounts.has_visit(tenant, PersonId(person.0)).await.map_err(vault_problem)? {
            ways.push(ReplyVia::Widget);
            break;
        }
    }
    Ok(ways)
}
