//! How a reply reaches a person.

use docket_domain::customer::Customer;
use docket_domain::{CustomerId, PersonId, TenantId};
use docket_projections::views::ReplyVia;

use super::customers::vault_problem;
use super::problem::Answer;
use crate::app::App;

/// How a reply in a conversation of `owner` will reach them, as far as the desk can know; nothing: it will not. `owner` is who
/// they were in it: a visit shows what was begun in it, and if it is proven to be a customer's, what is theirs.
pub(super) async fn reply_via(app: &App, tenant: &TenantId, owner: CustomerId) -> Answer<Vec<ReplyVia>> {
    let canonical = app.commands.load::<Customer>(tenant, owner).await?.canonical(owner);
    let mut ways = Vec::new();
    let account = app.accounts.account(tenant, PersonId(canonical.0)).await.map_err(vault_problem)?;
    if account.is_some_and(|account| !account.disabled) {
        ways.push(ReplyVia::Portal);
    }
    for person in [canonical, owner] {
        if app.accounts.has_visit(tenant, PersonId(person.0)).await.map_err(vault_problem)? {
            ways.push(ReplyVia::Widget);
            break;
        }
    }
    Ok(ways)
}
