//! `/v1/chats`.

mod availability;
mod conversation;
mod flow;
mod list;
mod start;
mod transcript;
mod waiting;

pub(super) use availability::{how_many_are_there, somebody_is_there};
use docket_domain::Permission::{CreateTickets, SendMessages};
use docket_domain::chat::ChatCommand;
use docket_domain::{ChatId, CustomerId, Data};
use uuid::Uuid;
pub(crate) use waiting::WaitingRooms;

use super::access::Access::{Desk, OwnOrVisitor, Sees, SeesOwnOrVisitor};
use super::ask::Ask;
use super::problem::{Answer, Problem};
use super::respond::{Accepted, accept};
use super::table::{Table, routes_into};
use super::there;
use crate::app::App;
use crate::auth::Principal;

const CHATS: &[Data] = &[Data::Chats, Data::EndedChats];

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table;
        SeesOwnOrVisitor(CHATS) => list::list_chats,
        OwnOrVisitor(SendMessages) => start::start_chat,
        Sees(&[Data::Chats]) => list::list_chat_queue,
        SeesOwnOrVisitor(CHATS) => list::get_chat,
        SeesOwnOrVisitor(CHATS) => list::list_chat_events,
        SeesOwnOrVisitor(CHATS) => conversation::list_chat_messages,
        OwnOrVisitor(SendMessages) => conversation::post_chat_message,
        OwnOrVisitor(SendMessages) => conversation::mark_chat_read,
        Desk(SendMessages) => flow::accept_chat,
        Desk(SendMessages) => flow::assign_chat,
        Desk(SendMessages) => flow::transfer_chat,
        OwnOrVisitor(SendMessages) => flow::end_chat,
        OwnOrVisitor(SendMessages) => flow::rate_chat,
        Desk(CreateTickets) => flow::convert_chat,
        SeesOwnOrVisitor(CHATS) => transcript::get_chat_transcript,
    );
}

/// Carries out a command on a chat the caller may reach.
async fn change<T>(app: &App, ask: &Ask<T>, id: Uuid, command: ChatCommand) -> Answer<Accepted> {
    let owner = own(app, &ask.who, id).await?;
    let done = app.commands.change_chat(&ask.as_owner(owner), ChatId(id), &command).await;
    accept(app, &ask.who, done.map_err(|error| ask.refuse(error))?).await
}

/// Whose chat it is, if a customer asks; 404 to one whose chat it is not.
async fn own(app: &App, who: &Principal, id: Uuid) -> Result<Option<CustomerId>, Problem> {
    if who.is_customer() { Ok(Some(there::chat(app, who, id).await?.customer_id)) } else { Ok(None) }
}
