//! How fast the log is replayed into a counter, sealed and typed, and where the time goes.
//!
//! `cargo run --release -p docket-store --example replay_bench -- [events]`

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for developers")]

use std::sync::Arc;
use std::time::Instant;

use docket_domain::ticket::{MessagePosted, StatusChanged, TicketStatus};
use docket_domain::{Actor, Category, CustomerId, DomainEvent, PersonalText, Position, StreamId, TenantId};
use docket_store::{
    Draft, DraftStream, Expected, Filter, Journal, LogUrl, MasterKey, SystemClock, new_id, open_log, open_vault,
};

#[tokio::main]
async fn main() {
    let wanted: usize = std::env::args().nth(1).map_or(200_000, |n| n.parse().unwrap());
    let folder = tempfile::tempdir_in(".").unwrap();
    let clock = Arc::new(SystemClock);
    let log: LogUrl = format!("sqlite:{}", folder.path().join("log.db").display()).parse().unwrap();
    let vault = format!("sqlite:{}", folder.path().join("vault.db").display());
    let store = open_log(&log, clock.clone()).await.unwrap();
    let vault = open_vault(&vault, MasterKey::from_bytes(&[7; 32]), clock.clone()).await.unwrap();
    let journal = Journal::new(store, Arc::new(vault), clock);
    fill(&journal, wanted).await;
    for page in [500, 2000, 8000] {
        let (mut after, mut events, begun) = (Position::START, 0, Instant::now());
        loop {
            let read = journal.store().read_all(after, &Filter::default(), page).await.unwrap();
            if read.scanned_to == after {
                break;
            }
            after = read.scanned_to;
            events += read.events.len();
        }
        println!("recorded, pages of {page}: {:.0} events/s", events as f64 / begun.elapsed().as_secs_f64());
        let (mut after, mut messages, begun) = (Position::START, 0, Instant::now());
        loop {
            let read = journal.read_all(after, &Filter::default(), page).await.unwrap();
            if read.scanned_to == after {
                break;
            }
            after = read.scanned_to;
            messages += read.events.iter().filter(|event| event.body.event_type() == "MessagePosted").count();
        }
        let rate = events as f64 / begun.elapsed().as_secs_f64();
        println!("typed, pages of {page}: {rate:.0} events/s, {messages} messages");
    }
}

/// Tickets of ten events each, half of them sealed messages.
async fn fill(journal: &Journal, events: usize) {
    let tenant = TenantId::new("acme").unwrap();
    let tickets = (0..events / 10).map(|_| {
        let (customer, agent) = (CustomerId(new_id()), Actor::agent(new_id()));
        let draft = |body: DomainEvent| Draft {
            body,
            occurred_at: journal.clock().now(),
            actor: agent,
            data_subject: Some(customer.into()),
            irregular: false,
        };
        let message = || {
            let body = PersonalText::Known("Thank you for your patience, your parcel is on its way.".repeat(3));
            draft(DomainEvent::Ticket(
                MessagePosted {
                    message_id: new_id().into(),
                    author: agent,
                    body,
                    first_response: None,
                    written_at: None,
                }
                .into(),
            ))
        };
        let status = || {
            let (from, to) = (TicketStatus::Open, TicketStatus::OnHold);
            draft(DomainEvent::Ticket(
                StatusChanged { from, to, reason: None, resolution_seconds: None, restored: false }.into(),
            ))
        };
        let drafts = (0..5).flat_map(|_| [message(), status()]).collect();
        let stream = StreamId::new(tenant.clone(), Category::Ticket, new_id());
        DraftStream { stream, expected: Expected::Version(0), drafts }
    });
    let appends = tickets.map(|ticket| journal.append(vec![ticket], new_id(), None, None));
    let mut appends: Vec<_> = appends.collect();
    while !appends.is_empty() {
        let some = appends.split_off(appends.len().saturating_sub(500));
        futures::future::try_join_all(some).await.unwrap();
    }
}
