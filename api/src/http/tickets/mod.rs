//! `/v1/tickets`.

mod as_of;
mod bulk;
mod conversation;
mod detail;
mod fields;
mod history;
mod lifecycle;
mod list;
mod open;
mod relations;

use docket_domain::Permission::{AssignTickets, CloseTickets, CreateTickets, DeleteTickets, EditTickets};
use docket_domain::ticket::TicketCommand;
use docket_domain::{CustomerId, Data, TicketId};
use uuid::Uuid;

use super::access::Access::{Desk, Own, OwnOrVisitor, Sees, SeesOwn, SeesOwnOrVisitor};
use super::ask::Ask;
use super::problem::{Answer, Problem};
use super::respond::{Accepted, accept};
use super::table::Honours::Key;
use super::table::{Table, routes_into};
use super::there;
use crate::app::App;
use crate::auth::Principal;

const TICKETS: &[Data] = &[Data::Tickets];

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table;
        SeesOwnOrVisitor(TICKETS) => list::list_tickets,
        Own(CreateTickets) => open::open_ticket,
        SeesOwn(TICKETS) => list::count_tickets,
        Desk(EditTickets) => bulk::change_tickets [Key],
        SeesOwnOrVisitor(TICKETS) => detail::get_ticket,
        Sees(TICKETS) => detail::get_ticket_sla,
        SeesOwn(TICKETS) => history::list_ticket_events,
        SeesOwnOrVisitor(TICKETS) => conversation::list_ticket_messages,
        OwnOrVisitor(EditTickets) => conversation::post_ticket_message,
        Desk(EditTickets) => conversation::add_ticket_note,
        OwnOrVisitor(CreateTickets) => conversation::mark_ticket_read,
        Own(CloseTickets) => fields::change_ticket_status,
        Desk(AssignTickets) => fields::assign_ticket,
        Desk(AssignTickets) => fields::unassign_ticket,
        Desk(EditTickets) => fields::change_ticket_priority,
        Desk(EditTickets) => fields::change_ticket_category,
        Desk(EditTickets) => fields::change_ticket_department,
        Desk(EditTickets) => fields::change_ticket_subject,
        Desk(EditTickets) => fields::change_ticket_tags,
        Desk(EditTickets) => fields::change_ticket_custom_fields,
        Desk(EditTickets) => fields::link_ticket_order,
        Desk(EditTickets) => lifecycle::snooze_ticket,
        Desk(EditTickets) => lifecycle::wake_ticket,
        Own(CreateTickets) => lifecycle::rate_ticket,
        Desk(DeleteTickets) => lifecycle::archive_ticket,
        Desk(DeleteTickets) => lifecycle::delete_ticket,
        Desk(EditTickets) => relations::merge_ticket,
        Desk(EditTickets) => relations::undo_ticket_merge,
        Desk(EditTickets) => relations::link_tickets,
        Desk(EditTickets) => relations::unlink_tickets,
    );
}

/// Carries out one command on a ticket the caller may reach.
async fn change<T>(app: &App, ask: &Ask<T>, id: Uuid, command: TicketCommand) -> Answer<Accepted> {
    let owner = own(app, &ask.who, id).await?;
    let done = app.commands.change_ticket(&ask.as_owner(owner), TicketId(id), &[command]).await;
    accept(app, &ask.who, done.map_err(|error| ask.refuse(error))?).await
}

/// Whose ticket it is, if a customer asks; 404 to one whose ticket it is not. What people of the desk may do is the
/// domain's to say.
async fn own(app: &App, who: &Principal, id: Uuid) -> Result<Option<CustomerId>, Problem> {
    if who.is_customer() { Ok(Some(there::ticket(app, who, id).await?.customer_id)) } else { Ok(None) }
}
