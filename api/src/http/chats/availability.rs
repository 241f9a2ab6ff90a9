//! Who is there to chat with: the one definition behind "online" and "available".

use docket_domain::{PersonId, TenantId};
use uuid::Uuid;

use crate::app::App;
use crate::http::customers::vault_problem;
use crate::http::problem::Answer;

/// Whether somebody is there who may, can and would take a chat: somebody available, whose role allows chats,
/// with places for chats, of one of the departments (of any, if none is named), with the skills, and not signed out
/// everywhere. Whoever has all their places taken counts: the chat waits for one.
pub(in crate::http) async fn somebody_is_there(
    app: &App,
    tenant: &TenantId,
    departments: &[Uuid],
    skills: &[String],
) -> Answer<bool> {
    Ok(there(app, tenant, departments, skills, 1).await? > 0)
}

/// How many are there whom [`somebody_is_there`] counts, of all departments.
pub(in crate::http) async fn how_many_are_there(app: &App, tenant: &TenantId) -> Answer<i64> {
    there(app, tenant, &[], &[], i64::MAX).await
}

/// Counts up to `enough`.
async fn there(app: &App, tenant: &TenantId, departments: &[Uuid], skills: &[String], enough: i64) -> Answer<i64> {
    let absent = app.accounts.absent(tenant).await.map_err(vault_problem)?;
    let mut there = 0;
    for (agent, role) in app.queries.agents_for_chats(tenant, departments, skills).await? {
        if !absent.contains(&PersonId(agent)) && app.commands.permissions_of(tenant, role).await?.allows_chats() {
            there += 1;
        }
        if there >= enough {
            break;
        }
    }
    Ok(there)
}
