//! Whether somebody is there to chat with.

use docket_domain::{Permission, PersonId, TenantId};
use uuid::Uuid;

use crate::app::App;
use crate::http::customers::vault_problem;
use crate::http::problem::Answer;

/// Whether somebody is there who may, can and would take a chat: somebody available, with the permission to write in chats,
/// with places for chats, of one of the departments (of any, if none is named), with the skills, and not signed out
/// everywhere. Whoever has all their places taken counts: the chat waits for one.
pub(in crate::http) async fn somebody_is_there(
    app: &App,
    tenant: &TenantId,
    departments: &[Uuid],
    skills: &[String],
) -> Answer<bool> {
    for (agent, role) in app.queries.agents_for_chats(tenant, departments, skills).await? {
        let may = app.commands.permissions_of(tenant, role).await?.has(Permission::SendMessages);
        if may && app.accounts.can_be_there(tenant, PersonId(agent)).await.map_err(vault_problem)? {
            return Ok(true);
        }
    }
    Ok(false)
}
