//! Whether something is there for a caller. What they may not know of, and what was deleted, is answered as what never was.

use docket_commands::Loaded;
use docket_domain::chat::{Chat, ChatStatus};
use docket_domain::ticket::Ticket;
use docket_domain::{AgentId, Aggregate, Data, TenantId};
use uuid::Uuid;

use super::problem::{Answer, Problem};
use crate::app::App;
use crate::auth::Principal;

/// The ticket, if it is there for the caller.
pub(super) async fn ticket(app: &App, who: &Principal, id: Uuid) -> Answer<Loaded<Ticket>> {
    let ticket = app.commands.load::<Ticket>(&who.tenant, id).await?;
    let known = ticket.exists() && !ticket.deleted && who.knows(Data::Tickets) && who.owns(ticket.customer_id);
    if known { Ok(ticket) } else { Err(Problem::not_found("ticket")) }
}

/// The chat, if it is there for the caller.
pub(super) async fn chat(app: &App, who: &Principal, id: Uuid) -> Answer<Loaded<Chat>> {
    let chat = app.commands.load::<Chat>(&who.tenant, id).await?;
    let known = chat.exists() && is_known(&chat, who) && who.owns(chat.customer_id);
    if known { Ok(chat) } else { Err(Problem::not_found("chat")) }
}

/// Whether the caller may know of a chat: of one that is over, who may look into the past, or had it.
pub(super) fn is_known(chat: &Chat, who: &Principal) -> bool {
    let had_it = !who.is_customer() && chat.last_agent_id == Some(AgentId(who.person.0));
    match chat.status {
        ChatStatus::Closed => who.knows(Data::EndedChats) || (had_it && who.knows(Data::Chats)),
        _ => who.knows(Data::Chats),
    }
}

/// The state of something at or after a version: what is in memory may be older than what another node wrote.
pub(super) async fn loaded<A: Aggregate>(app: &App, tenant: &TenantId, id: Uuid, version: u64) -> Answer<Loaded<A>> {
    let known = app.commands.load::<A>(tenant, id).await?;
    if known.version >= version { Ok(known) } else { Ok(app.commands.load_fresh::<A>(tenant, id).await?) }
}
