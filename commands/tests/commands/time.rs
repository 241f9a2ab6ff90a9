//! Nodes whose clocks differ.

use std::sync::Arc;

use chrono::TimeDelta;
use docket_commands::{Commands, Invocation, Settings};
use docket_domain::ticket::{Ticket, TicketCommand, TicketStatus};
use docket_domain::{Category, StreamId};
use docket_store::{Clock as _, Journal, ManualClock, SystemClock};

use crate::desk::Desk;

#[tokio::test]
async fn time_never_goes_back_within_a_stream_and_a_clock_that_is_behind_is_noticed() {
    let desk = Desk::new().await;
    let id = desk.ticket(desk.customer().await).await;
    assert_eq!(desk.journal.clock_behind().await.unwrap(), TimeDelta::zero());
    // Another node over the same log, whose clock is an hour behind.
    let clock = Arc::new(ManualClock::at(SystemClock.now() - TimeDelta::hours(1)));
    let journal = Journal::new(desk.journal.store().clone(), Arc::new(desk.vault.clone()), clock);
    assert!(journal.clock_behind().await.unwrap() > TimeDelta::minutes(59));
    let behind = Commands::new(journal, desk.vault.accounts(), Settings::default());
    let by = Invocation { tenant: desk.tenant.clone(), ..desk.by_admin() };
    let close = [TicketCommand::ChangeStatus { to: TicketStatus::Closed, reason: None }];
    behind.change_ticket(&by, id, &close).await.unwrap();
    let events = desk.events(&StreamId::new(desk.tenant.clone(), Category::Ticket, id)).await;
    assert!(events.is_sorted_by_key(|event| event.meta.occurred_at), "{events:?}");
    let ticket = desk.commands.load_fresh::<Ticket>(&desk.tenant, id).await.unwrap();
    assert!(ticket.first_resolved_at >= ticket.opened_at);
}
