//! `/v1/chats`.

mod conversation;
mod flow;
mod list;
mod start;
mod transcript;

use docket_domain::Permission::{CreateTickets, SendMessages, ViewChat};
use docket_domain::chat::{Chat, ChatCommand};
use docket_domain::{ChatId, CustomerId};
use uuid::Uuid;

use super::access::Access::{Desk, OwnOrVisitor};
use super::ask::Ask;
use super::problem::{Answer, Problem};
use super::respond::Accepted;
use super::table::{Table, routes_into};
use crate::app::App;
use crate::auth::Principal;

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table;
        OwnOrVisitor(ViewChat) => list::list_chats,
        OwnOrVisitor(SendMessages) => start::start_chat,
        Desk(ViewChat) => list::list_chat_queue,
        OwnOrVisitor(ViewChat) => list::get_chat,
        OwnOrVisitor(ViewChat) => list::list_chat_events,
        OwnOrVisitor(ViewChat) => conversation::list_chat_messages,
        OwnOrVisitor(SendMessages) => conversation::post_chat_message,
        OwnOrVisitor(SendMessages) => conversation::mark_chat_read,
        Desk(SendMessages) => flow::accept_chat,
        Desk(SendMessages) => flow::assign_chat,
        Desk(SendMessages) => flow::transfer_chat,
        OwnOrVisitor(SendMessages) => flow::end_chat,
        OwnOrVisitor(SendMessages) => flow::rate_chat,
        Desk(CreateTickets) => flow::convert_chat,
        OwnOrVisitor(ViewChat) => transcript::get_chat_transcript,
    );
}

/// Carries out a command on a chat the caller may reach.
async fn change<T>(app: &App, ask: &Ask<T>, id: Uuid, command: ChatCommand) -> Answer<Accepted> {
    let owner = own(app, &ask.who, id).await?;
    let done = app.commands.change_chat(&ask.as_owner(owner), ChatId(id), &command).await;
    done.map(Accepted::from).map_err(|error| ask.refuse(error))
}

/// Whose chat it is, if a customer asks; 404 to one whose chat it is not.
async fn own(app: &App, who: &Principal, id: Uuid) -> Result<Option<CustomerId>, Problem> {
    if who.is_customer() {
        let chat = app.commands.load::<Chat>(&who.tenant, id).await?;
        if !chat.exists() || !who.owns(chat.customer_id) {
            return Err(Problem::not_found("chat"));
        }
        return Ok(Some(chat.customer_id));
    }
    Ok(None)
}
