//! Tickets that become one.

use docket_domain::customer::{Customer, CustomerCommand, CustomerKind};
use docket_domain::ticket::{Ticket, TicketCommand, TicketStatus};
use docket_domain::{Actor, CustomerId, TicketId};

use crate::desk::{Desk, code};

async fn status(desk: &Desk, id: TicketId) -> TicketStatus {
    desk.commands.load_fresh::<Ticket>(&desk.tenant, id).await.unwrap().status
}

async fn set(desk: &Desk, id: TicketId, to: TicketStatus) {
    let change = [TicketCommand::ChangeStatus { to, reason: None }];
    desk.commands.change_ticket(&desk.by_admin(), id, &change).await.unwrap();
}

#[tokio::test]
async fn tickets_of_different_customers_are_merged_only_if_that_is_said() {
    let desk = Desk::new().await;
    let (one, other) = (desk.ticket(desk.customer().await).await, desk.ticket(desk.customer().await).await);
    let before = desk.log().await.len();
    let refused = desk.commands.merge_tickets(&desk.by_admin(), one, other, false).await;
    assert_eq!((code(refused), desk.log().await.len()), ("different_customers", before));
    assert_eq!(code(desk.commands.merge_tickets(&desk.by_admin(), one, other, true).await), "done");
    assert_eq!(status(&desk, one).await, TicketStatus::Closed);
}

#[tokio::test]
async fn what_is_unfinished_stays_open_wherever_it_goes() {
    let desk = Desk::new().await;
    let customer = desk.customer().await;
    let merge = async |source, target| code(desk.commands.merge_tickets(&desk.by_admin(), source, target, false).await);
    let (open, resolved) = (desk.ticket(customer).await, desk.ticket(customer).await);
    set(&desk, resolved, TicketStatus::Resolved).await;
    assert_eq!(merge(open, resolved).await, "done");
    assert_eq!(status(&desk, resolved).await, TicketStatus::Open, "the request goes on there");
    let closed = desk.ticket(customer).await;
    set(&desk, closed, TicketStatus::Closed).await;
    let before = desk.log().await.len();
    assert_eq!((merge(resolved, closed).await, desk.log().await.len()), ("ticket_closed", before));
    // What is finished itself brings nothing back.
    let (done, target) = (desk.ticket(customer).await, desk.ticket(customer).await);
    set(&desk, done, TicketStatus::Resolved).await;
    set(&desk, target, TicketStatus::Resolved).await;
    assert_eq!((merge(done, target).await, status(&desk, target).await), ("done", TicketStatus::Resolved));
}

#[tokio::test]
async fn a_ticket_that_comes_back_to_nobody_waits_to_be_taken() {
    let desk = Desk::new().await;
    let (customer, agent) = (desk.customer().await, desk.agent(1).await);
    let id = desk.ticket(customer).await;
    desk.commands.assign_ticket(&desk.by_admin(), id, agent).await.unwrap();
    set(&desk, id, TicketStatus::WaitingCustomer).await;
    desk.commands.deactivate_agent(&desk.by_admin(), agent).await.unwrap();
    let message_id = docket_domain::MessageId(docket_store::new_id());
    let reply = [TicketCommand::PostMessage { message_id, body: "Hello?".into() }];
    desk.commands.change_ticket(&desk.by(Actor::customer(customer)), id, &reply).await.unwrap();
    let ticket = desk.commands.load_fresh::<Ticket>(&desk.tenant, id).await.unwrap();
    assert_eq!((ticket.assignee_id, ticket.status), (None, TicketStatus::Open));
}

#[tokio::test]
async fn a_merge_is_taken_back_on_both() {
    let desk = Desk::new().await;
    let customer = desk.customer().await;
    let (one, other) = (desk.ticket(customer).await, desk.ticket(customer).await);
    assert_eq!(code(desk.commands.undo_merge(&desk.by_admin(), one).await), "not_merged");
    desk.commands.merge_tickets(&desk.by_admin(), one, other, false).await.unwrap();
    assert_eq!(code(desk.commands.undo_merge(&desk.by_admin(), one).await), "done");
    let load = |id: TicketId| desk.commands.load_fresh::<Ticket>(&desk.tenant, id);
    let ticket = load(one).await.unwrap();
    assert_eq!((ticket.merged_into, ticket.status), (None, TicketStatus::Open));
    assert!(load(other).await.unwrap().merged_from.is_empty());
    assert_eq!(
        code(desk.commands.merge_tickets(&desk.by_admin(), other, one, false).await),
        "done",
        "also the other way"
    );
}

#[tokio::test]
async fn a_visitor_who_turned_out_to_be_a_customer_is_that_customer() {
    let desk = Desk::new().await;
    let (customer, visitor) = (desk.customer().await, CustomerId(docket_store::new_id()));
    let kind = CustomerKind::Visitor;
    let register = CustomerCommand::Register { kind, name: None, email: None, phone: None, external_id: None };
    desk.commands.begin::<Customer>(&desk.by_admin(), visitor.0, register).await.unwrap();
    let (theirs, earlier) = (desk.ticket(customer).await, desk.ticket(visitor).await);
    desk.commands.merge_visitor(&desk.by_admin(), visitor, customer).await.unwrap();
    assert_eq!(code(desk.commands.merge_tickets(&desk.by_admin(), earlier, theirs, false).await), "done");
}

#[tokio::test]
async fn a_ticket_outlives_the_one_it_was_merged_into() {
    let desk = Desk::new().await;
    let customer = desk.customer().await;
    let (one, other, linked) = (desk.ticket(customer).await, desk.ticket(customer).await, desk.ticket(customer).await);
    set(&desk, one, TicketStatus::Resolved).await;
    desk.commands.merge_tickets(&desk.by_admin(), one, other, false).await.unwrap();
    desk.commands.link_tickets(&desk.by_admin(), linked, other).await.unwrap();
    desk.commands.change_ticket(&desk.by_admin(), other, &[TicketCommand::Delete]).await.unwrap();
    assert_eq!(code(desk.commands.undo_merge(&desk.by_admin(), one).await), "done");
    assert_eq!(status(&desk, one).await, TicketStatus::Resolved, "where it stood");
    // Nor does what was deleted hold on to a link.
    assert_eq!(code(desk.commands.unlink_tickets(&desk.by_admin(), linked, other).await), "done");
    let linked = desk.commands.load_fresh::<Ticket>(&desk.tenant, linked).await.unwrap();
    assert!(linked.links.is_empty());
}
