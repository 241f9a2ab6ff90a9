//! When something is due, and what it is. Pure.

use chrono::{DateTime, Utc};
use docket_domain::Aggregate as _;
use docket_domain::chat::{Chat, ChatStatus, EndedBy};
use docket_domain::sla::SlaTimerKind;
use docket_domain::ticket::{Ticket, TicketCommand, WakeReason};

use crate::Settings;

/// Something to do with a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketTimer {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub command: TicketCommand,
    /// Tells this timer from every other of the ticket.
    pub cause: String,
}

/// A chat to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChatTimer {
    /// When.
    pub at: DateTime<Utc>,
    /// What ends it.
    pub by: EndedBy,
}

/// What is to be done with a ticket, and when, unless it changes before.
pub fn ticket_timers(ticket: &Ticket) -> Vec<TicketTimer> {
    if !ticket.exists() || ticket.deleted || ticket.archived || ticket.merged_into.is_some() {
        return Vec::new();
    }
    let wake = ticket.snoozed_until.map(|until| TicketTimer {
        at: until,
        command: TicketCommand::Wake { reason: WakeReason::Due },
        cause: format!("wake:{}", until.timestamp_micros()),
    });
    let clocks = ticket.sla.timers().into_iter().map(|timer| {
        let (clock, due_at) = (timer.clock, timer.due_at);
        let (name, command) = match timer.kind {
            SlaTimerKind::Warn => ("sla-warn", TicketCommand::WarnSla { clock, due_at }),
            SlaTimerKind::Breach => ("sla-breach", TicketCommand::BreachSla { clock, due_at }),
        };
        TicketTimer { at: timer.at, command, cause: format!("{name}:{clock}:{}", due_at.timestamp_micros()) }
    });
    wake.into_iter().chain(clocks).collect()
}

/// When a chat ends by itself, unless somebody writes before. In the queue its visitor's patience counts, from when it
/// last joined the queue; in an agent's hands silence does, from when it was last accepted.
pub fn chat_timer(chat: &Chat, settings: &Settings) -> Option<ChatTimer> {
    let (since, limit, by) = match chat.status {
        ChatStatus::Closed => return None,
        ChatStatus::Waiting | ChatStatus::Transferred => (chat.queued_at, settings.chat_abandoned, EndedBy::Abandoned),
        ChatStatus::Active => (chat.held_since, settings.chat_idle, EndedBy::Timeout),
    };
    Some(ChatTimer { at: since.max(chat.last_message_at)? + limit, by })
}
